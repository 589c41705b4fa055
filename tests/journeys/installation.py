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

from desk.gateway import Gateway
from desk.opening import Books, open_books
from runtime.embedded import EmbeddedTemporal, start_embedded
from runtime.settings import Settings
from runtime.temporal import connect
from services.bootstrapping import publish_shipped

PATIENCE = 120.0
"""How long a journey waits for something that must happen, in seconds."""


@dataclass
class Installation:
    """Server and worker are processes of their own, and may be killed one by one."""

    settings: Settings
    books: Books
    server: EmbeddedTemporal | None = None
    worker: subprocess.Popen[bytes] | None = None
    gateway: Gateway = field(init=False)

    @property
    def home(self) -> Path:
        return self.settings.home

    async def start(self) -> None:
        await publish_shipped(self.books.desk)
        await self.start_server()
        self.start_worker()

    async def start_server(self) -> None:
        self.server = await start_embedded(self.home)
        client = await connect(self.server.address)
        self.gateway = Gateway(client, self.books, reply_timeout=15.0)

    def start_worker(self) -> None:
        environment = {
            **os.environ,
            "JIEDUI_HOME": str(self.home),
            "JIEDUI_POLICY": self.settings.policy,
            "JIEDUI_LOG_LEVEL": "info",
        }
        with (self.home / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "worker"], env=environment, stdout=log, stderr=log
            )

    def kill_worker(self) -> None:
        assert self.worker is not None
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()

    async def kill_server(self) -> None:
        assert self.server is not None
        os.kill(self.server.pid, signal.SIGKILL)
        await self.server.stop()

    async def stop(self) -> None:
        if self.worker is not None and self.worker.poll() is None:
            self.worker.terminate()
            self.worker.wait(timeout=30)
        if self.server is not None:
            await self.server.stop()
        self.books.close()


@asynccontextmanager
async def installed(home: Path, policy: str = "gd-2022") -> AsyncIterator[Installation]:
    """Run an installation in *home* for the length of the block."""
    settings = Settings(home=home, policy=policy)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    books = open_books(settings.ledger_url, settings.vault_url, settings.key_path, policy)
    installation = Installation(settings, books)
    try:
        await installation.start()
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
