"""Books that are written to from several hands, with a signer beside them, until told to stop."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desk.opening import Books, open_books
from ledger.checkpoints import Checkpoints
from publishing.publisher import Publisher
from runtime.settings import Settings
from services.backup import Places
from tests.ledger.episodes import a_task, append

ORIGIN = "pairing.example.org/log"
HANDS = 3
_BETWEEN_COMMANDS = 0.005
_BETWEEN_CHECKPOINTS = 0.05


@dataclass
class AtWork:
    """One installation in *home*, whose commands and checkpoints go on while it is copied."""

    settings: Settings
    books: Books
    publisher: Publisher

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def places(self) -> Places:
        settings = self.settings
        keys = {"vault.key": settings.key_path, "log.key": settings.log_key_path}
        return Places(
            settings.ledger_url,
            settings.vault_url,
            settings.log_path,
            settings.histories_path,
            keys,
        )

    @property
    def checkpoints(self) -> Checkpoints:
        return Checkpoints(self.books.ledger)

    def work(self, commands: int = 1) -> None:
        """Record *commands*, each of a new case."""
        for number in range(commands):
            append(self.books.ledger, a_task(), 0, f"c-{number}", at=datetime.now(UTC))

    def sign(self) -> None:
        """Sign the ledger as it stands."""
        self.publisher.signer.sign(datetime.now(UTC))

    def newest(self) -> int:
        newest = self.checkpoints.newest()
        return 0 if newest is None else newest.size

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Let several hands append, and one sign, for the length of the block."""
        stop = threading.Event()
        faults: list[BaseException] = []

        def hand() -> None:
            stream, version = a_task(), 0
            while not stop.wait(_BETWEEN_COMMANDS):
                try:
                    append(self.books.ledger, stream, version, f"c-{version}", at=datetime.now(UTC))
                    version += 1
                except BaseException as fault:  # noqa: BLE001 - the test tells of it
                    faults.append(fault)
                    return

        def signer() -> None:
            while not stop.wait(_BETWEEN_CHECKPOINTS):
                try:
                    self.sign()
                except BaseException as fault:  # noqa: BLE001 - the test tells of it
                    faults.append(fault)
                    return

        hands = [threading.Thread(target=work) for work in (*[hand] * HANDS, signer)]
        for each in hands:
            each.start()
        try:
            yield
        finally:
            stop.set()
            for each in hands:
                each.join()
        assert not faults, faults


@contextmanager
def at_work(home: Path, database_url: str | None = None) -> Iterator[AtWork]:
    """Open books in *home*, or in the database given, for the length of the block."""
    home.mkdir(mode=0o700, parents=True)
    settings = Settings(home=home, database_url=database_url, log_origin=ORIGIN)
    books = open_books(settings.ledger_url, settings.vault_url, settings.key_path, settings.policy)
    try:
        yield AtWork(settings, books, Publisher(settings, books))
    finally:
        books.close()
