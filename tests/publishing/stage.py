"""A small office with a public log, and witnesses of other offices, each on a real server."""

import asyncio
import contextlib
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from desk.opening import Books, open_books
from publishing.publisher import Publisher
from runtime.settings import Settings
from serving.listening import listening, serving, url_of
from tests.ledger.episodes import append, facts
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import COSIGNATURE_V1, SigningKey
from transparency.notes import Note
from witness.app import witness_app
from witness.store import WitnessStore

ORIGIN = "pairing.example.org/log"


class Office:
    """One installation whose books and log are in *home*."""

    def __init__(self, home: Path, ledger_url: str | None = None, **settings: Any) -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.home = home
        self.settings = Settings(
            home=home, log_origin=ORIGIN, database_url=ledger_url, checkpoint_seconds=60, **settings
        )
        self.books = self._opened()
        self.publisher = Publisher(self.settings, self.books)

    def _opened(self) -> Books:
        settings = self.settings
        return open_books(
            settings.ledger_url,
            settings.vault_url,
            settings.key_path,
            settings.policy,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.books.close()

    def work(self, entries: int) -> None:
        """Record *entries* progress notes of a new case."""
        stream = f"task/{uuid.uuid4()}"
        commands = [facts(f"c-{number}") for number in range(entries)]
        append(self.books.ledger, stream, 0, *commands, at=datetime.now(UTC))

    def restart(self) -> None:
        """Close everything and open it again, as a new process would."""
        self.books.close()
        self.books = self._opened()
        self.publisher = Publisher(self.settings, self.books)

    def sign(self) -> Checkpoint | None:
        """Sign what is new; return the checkpoint."""
        signed = self.publisher.signer.sign(datetime.now(UTC))
        return None if signed is None else signed.checkpoint

    def published(self) -> tuple[Checkpoint, Note] | None:
        """Return the newest published checkpoint and its note."""
        note = self.publisher.folder.published()
        return None if note is None else (read_checkpoint(note), note)

    def alarms(self) -> list[tuple[str, str, str | None]]:
        """Return the alarm facts so far: kind, witness, ground."""
        entries = self.books.ledger.read("log/checkpoints")
        return [
            (each.kind, each.fact["witness"], each.fact.get("ground"))
            for each in entries
            if "alarm" in each.kind
        ]


def rewrite(home: Path, statement: str) -> None:
    """Change the ledger as an owner of its file can: without the guards."""
    raw = sqlite3.connect(home / "ledger.db")
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(statement)
    raw.commit()
    raw.close()


class RunningWitness:
    """A witness of another office, serving in a thread of its own."""

    def __init__(self, folder: Path, name: str, store: WitnessStore | None = None) -> None:
        self.folder, self.name = folder, name
        self.key = SigningKey.generate(name, COSIGNATURE_V1)
        self.store = store or WitnessStore(folder / "witness.db", create=True)
        self.url = ""
        self._address = "127.0.0.1:0"
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Serve, at the same address as before if there was one."""
        serves = threading.Event()
        listener = listening(self._address)
        self.url = url_of(listener)
        self._address = self.url.removeprefix("http://")

        async def at_work() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            async with serving(witness_app(self.store, self.key), listener):
                serves.set()
                await self._stop.wait()

        self._thread = threading.Thread(target=lambda: asyncio.run(at_work()), daemon=True)
        self._thread.start()
        assert serves.wait(30)
        return self

    def stop(self) -> None:
        """Stop serving; the memory stays."""
        if self._loop is not None and self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(30)
            self._loop = None

    @property
    def vkey(self) -> str:
        return self.key.verifier.vkey

    def line(self) -> str:
        """Return this witness's line of a policy."""
        return f"witness {self.name} {self.vkey} {self.url}"


@contextlib.contextmanager
def witnesses(folder: Path, *names: str) -> Iterator[list[RunningWitness]]:
    """Run a witness for each name."""
    running = [RunningWitness(folder / name, name).start() for name in names]
    try:
        yield running
    finally:
        for each in running:
            each.stop()
            each.store.close()


def policy_of(witnesses: list[RunningWitness], quorum: str) -> str:
    """Return the policy of *witnesses* of which *quorum* ("all", "any", a number) must cosign."""
    members = " ".join(each.name for each in witnesses)
    lines = [*(each.line() for each in witnesses), f"group they {quorum} {members}", "quorum they"]
    return "\n".join(lines) + "\n"
