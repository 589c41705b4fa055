"""A whole installation in a folder of its own: real server, real worker process, real ledger."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from temporalio.client import Client

from desk.gateway import Gateway
from desk.opening import Books, open_books
from runtime.embedded import EmbeddedTemporal, start_embedded
from runtime.settings import Settings, environment_of
from runtime.temporal import connect
from services.bootstrapping import publish_shipped

PATIENCE = 120.0
"""How long a journey waits for something that must happen, in seconds."""


@dataclass
class Installation:
    """Server, worker and follower are processes of their own, and may be killed one by one."""

    settings: Settings
    books: Books
    server: EmbeddedTemporal | None = None
    worker: subprocess.Popen[bytes] | None = None
    follower: subprocess.Popen[bytes] | None = None
    client: Client = field(init=False)
    gateway: Gateway = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.books)

    @property
    def home(self) -> Path:
        return self.settings.home

    async def start(self, *, following: bool = True) -> None:
        await publish_shipped(self.books.desk)
        await self.start_server()
        self.start_worker()
        if following:
            self.start_follower()

    async def start_server(self) -> None:
        self.server = await start_embedded(self.home)
        self.client = await connect(self.server.address)

    def start_worker(self) -> None:
        self.worker = self._start("worker")

    def start_follower(self) -> None:
        """Start what follows the log: boards, dispatcher, reconciling, the public log."""
        self.follower = self._start("follow")

    @property
    def environment(self) -> dict[str, str]:
        """What another process needs to find this installation."""
        return {**os.environ, **environment_of(self.settings)}

    def _start(self, role: str) -> "subprocess.Popen[bytes]":
        with (self.home / f"{role}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "cli.main", role],
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def kill_follower(self) -> None:
        assert self.follower is not None
        self.follower.send_signal(signal.SIGKILL)
        self.follower.wait()

    def kill_worker(self) -> None:
        assert self.worker is not None
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()

    async def kill_server(self) -> None:
        assert self.server is not None
        os.kill(self.server.pid, signal.SIGKILL)
        await self.server.stop()

    async def stop(self) -> None:
        for process in (self.worker, self.follower):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(timeout=30)
        if self.server is not None:
            await self.server.stop()
        self.books.close()


@asynccontextmanager
async def installed(
    home: Path, policy: str = "gd-2022", *, running: bool = True, following: bool = True
) -> AsyncIterator[Installation]:
    """Run an installation in *home* for the length of the block; else only its books are open.

    Without *following* nobody follows the log: whoever asks for that wakes the clerks.
    """
    settings = Settings(home=home, policy=policy)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    books = open_books(settings.ledger_url, settings.vault_url, settings.key_path, policy)
    installation = Installation(settings, books)
    try:
        if running:
            await installation.start(following=following)
        else:
            await publish_shipped(books.desk)
        yield installation
    finally:
        await installation.stop()


async def until(installation: Installation, stream: str, *states: str) -> str:
    """Wait until the case stands in one of *states*; the ledger is asked, nobody else."""
    async with asyncio.timeout(PATIENCE):
        while True:
            standing = await asyncio.to_thread(installation.books.desk.standing, stream)
            if standing.state in states:
                return standing.state
            await asyncio.sleep(0.05)
