"""A witness's memory: the newest checkpoint it cosigned of each log, and what it was told to trust.

Reading the newest and writing the next is one transaction (`BEGIN IMMEDIATE`), synced to disk
before anybody is answered: of two submissions at once one waits for the other, and a witness that
is killed after it has answered still knows what it said. Everything it cosigned is kept, and so
are signed checkpoints it could not reconcile: they prove that a log has shown two histories.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transparency.checkpoints import Checkpoint
from transparency.keys import VerifierKey
from transparency.merkle import EMPTY_ROOT
from transparency.notes import Note
from transparency.proofs import ProofInvalid, verify_consistency

_DISPUTES_MAX = 1_000
"""Disputed checkpoints kept of one log: the first ones prove it, and a log could send millions."""

_BUSY_SECONDS = 10
_TABLES = """
CREATE TABLE IF NOT EXISTS trusted (
    origin TEXT NOT NULL,
    vkey TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (origin, vkey)
) STRICT;
CREATE TABLE IF NOT EXISTS latest (
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    note BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS cosigned (
    origin TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    note BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (origin, size)
) STRICT;
CREATE TABLE IF NOT EXISTS disputed (
    origin TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    old_size INTEGER NOT NULL,
    note BLOB NOT NULL,
    ground TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (origin, size, root)
) STRICT;
CREATE TRIGGER IF NOT EXISTS latest_only_grows BEFORE UPDATE ON latest
WHEN NEW.origin IS NOT OLD.origin OR NEW.size < OLD.size
    OR (NEW.size = OLD.size AND NEW.root IS NOT OLD.root)
BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER IF NOT EXISTS latest_is_never_forgotten BEFORE DELETE ON latest
BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
"""


class StoreRefused(Exception):
    """The witness's file cannot be used; the message says why and what to do."""


class StaleStart(Exception):
    """The log started from another size than the one cosigned last, which is *size*."""

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"the checkpoint cosigned last has size {size}")


class Forked(StaleStart):
    """The log shows another root for the very size that was cosigned last."""


class Inconsistent(Exception):
    """The proof does not show that the tree cosigned last is the beginning of this one."""


@dataclass(frozen=True)
class Latest:
    """The newest checkpoint cosigned of one log, with the cosignature."""

    origin: str
    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True)
class Dispute:
    """A checkpoint with a trusted signature that could not be reconciled with the one before."""

    size: int
    ground: str
    at: str
    note: bytes


class WitnessStore:
    """One file of a witness; safe for threads and for several processes at once."""

    def __init__(self, file: Path, *, create: bool = False) -> None:
        if create:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
        elif not file.is_file():
            raise StoreRefused(
                f"没有见证数据文件 {file}，请先运行 init。 "
                f"There is no witness file {file}; run init."
            )
        self._turn = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA trusted_schema = OFF")
            found = (self._asked("PRAGMA journal_mode"), self._asked("PRAGMA synchronous"))
            with self._writing():
                for statement in _statements(_TABLES):
                    self._connection.execute(statement)
        except sqlite3.Error as problem:
            raise StoreRefused(
                f"见证数据文件 {file} 无法使用（{problem}）。 "
                f"The witness file {file} cannot be used: {problem}."
            ) from None
        # With less, a power cut could make the witness forget what it has vouched for.
        if found != ("wal", 2):
            raise StoreRefused(
                f"见证数据文件须为 WAL、synchronous=FULL，现为 {found}；请置于本地磁盘。 "
                f"The witness file needs WAL and synchronous=FULL, found {found}; "
                "put it on a local disk."
            )

    def trust(self, key: VerifierKey) -> bool:
        """Trust *key* for the log of its name; False when it was trusted already."""
        with self._writing():
            done = self._connection.execute(
                "INSERT OR IGNORE INTO trusted (origin, vkey, since) VALUES (?, ?, ?)",
                (key.name, key.vkey, _now()),
            )
            return done.rowcount == 1

    def distrust(self, key: VerifierKey) -> bool:
        """Trust *key* no more; what is known of its log stays. False when it was not trusted."""
        with self._writing():
            done = self._connection.execute(
                "DELETE FROM trusted WHERE origin = ? AND vkey = ?", (key.name, key.vkey)
            )
            return done.rowcount == 1

    def trusted(self, origin: str) -> tuple[VerifierKey, ...]:
        """Return the keys trusted for *origin*, none for a log nobody has named."""
        found = self._rows("SELECT vkey FROM trusted WHERE origin = ? ORDER BY vkey", origin)
        return tuple(VerifierKey.parse(vkey) for (vkey,) in found)

    def origins(self) -> list[str]:
        """Return every log that is trusted or was cosigned, ordered by name."""
        found = self._rows("SELECT origin FROM trusted UNION SELECT origin FROM latest ORDER BY 1")
        return [str(origin) for (origin,) in found]

    def latest(self, origin: str) -> Latest | None:
        """Return the newest checkpoint cosigned of *origin*, None before the first."""
        found = self._rows("SELECT origin, size, root, note FROM latest WHERE origin = ?", origin)
        return Latest(*found[0]) if found else None

    def disputes(self, origin: str) -> list[Dispute]:
        """Return the checkpoints of *origin* that could not be reconciled, oldest first."""
        found = self._rows(
            "SELECT size, ground, at, note FROM disputed WHERE origin = ? ORDER BY at, size", origin
        )
        return [Dispute(*row) for row in found]

    def advance(
        self,
        checkpoint: Checkpoint,
        old_size: int,
        proof: tuple[bytes, ...],
        cosigned: Callable[[], Note],
    ) -> Note:
        """Move on to *checkpoint* and return what *cosigned* made, once it is durable.

        Raises `StaleStart` unless the log started from the size cosigned last, `Forked` where the
        same size has another root, `Inconsistent` where the proof does not hold; then nothing has
        changed.
        """
        with self._writing():
            before = self._connection.execute(
                "SELECT size, root FROM latest WHERE origin = ?", (checkpoint.origin,)
            ).fetchone()
            size, root = (0, EMPTY_ROOT) if before is None else (int(before[0]), bytes(before[1]))
            if old_size != size:
                raise StaleStart(size)
            if checkpoint.size == size and checkpoint.root != root:
                raise Forked(size)
            try:
                verify_consistency(size, root, checkpoint.size, checkpoint.root, proof)
            except ProofInvalid as problem:
                raise Inconsistent(str(problem)) from None
            note = cosigned()
            told = (checkpoint.origin, checkpoint.size, checkpoint.root, note.encoded())
            # ON CONFLICT rather than REPLACE: the guards must see an update as an update.
            self._connection.execute(
                "INSERT INTO latest (origin, size, root, note) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, "
                "note = excluded.note",
                told,
            )
            self._connection.execute(
                "INSERT INTO cosigned (origin, size, root, note, at) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (origin, size) DO UPDATE SET note = excluded.note, at = excluded.at",
                (*told, _now()),
            )
        return note

    def dispute(self, checkpoint: Checkpoint, old_size: int, note: Note, ground: str) -> None:
        """Keep a signed checkpoint that could not be reconciled, as proof; bounded per log."""
        with self._writing():
            (kept,) = self._connection.execute(
                "SELECT count(*) FROM disputed WHERE origin = ?", (checkpoint.origin,)
            ).fetchone()
            if kept < _DISPUTES_MAX:
                self._connection.execute(
                    "INSERT OR IGNORE INTO disputed (origin, size, root, old_size, note, ground, "
                    "at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        checkpoint.origin,
                        checkpoint.size,
                        checkpoint.root,
                        old_size,
                        note.encoded(),
                        ground,
                        _now(),
                    ),
                )

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the only writer's place, here and among processes, from reading to the commit."""
        with self._turn:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with self._turn:
            return self._connection.execute(question, values).fetchall()

    def _asked(self, question: str) -> Any:
        return self._connection.execute(question).fetchone()[0]


def _statements(script: str) -> list[str]:
    """Return the statements of *script*; sqlite3's own `executescript` would commit between."""
    found: list[str] = []
    pending = ""
    for line in script.strip().splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
