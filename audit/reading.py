"""Reading a ledger for replay: entries in log order, streams and checkpoints, in one snapshot.

What is read here is taken as told; whether it was altered is the question of `verify.py`, which
reads past every index. Nothing here can write, and memory stays flat however long the log is.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Any, Protocol

import psycopg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from audit.read_only import for_reading
from audit.sources import CannotVerify
from domain.values import instant_text
from ledger.entry import Entry, EntryUnreadable
from ledger.entry import read as entry_of

__all__ = ["CannotRead", "Reader", "open_reader"]

_ENTRY = "SELECT position, ordinal, body, hash FROM entries "


class CannotRead(CannotVerify):
    """There is no ledger to be read there, or it breaks off while it is read."""


class _Database(Protocol):
    """One snapshot of a database that answers questions written with `?`."""

    def ask(self, question: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return all rows."""
        ...

    def stream(self, question: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows as they are read; several streams may be read in turns."""
        ...

    def has(self, table: str) -> bool:
        """Say whether there is such a table."""
        ...


@contextmanager
def open_reader(url: str) -> Iterator["Reader"]:
    """Open the ledger at *url* for reading only, in one snapshot; writers may go on meanwhile.

    Raises `CannotRead` where there is no ledger, and from every question put to the `Reader`
    inside the block whose answer the database cannot give.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise CannotRead(
            "账本地址无法识别，应形如 sqlite:///文件 或 postgresql://主机/库。 "
            "The ledger's address is not understood; write sqlite:///FILE or postgresql://HOST/DB."
        ) from None
    with _opened(address) as database:
        yield Reader(database)


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in plain words what the database or an entry's bytes would not give."""
    try:
        yield
    except EntryUnreadable as problem:
        raise CannotRead(str(problem)) from None
    except (sqlite3.Error, UnicodeDecodeError, psycopg.Error) as problem:
        found = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise CannotRead(
            f"无法读取账本（{found}）；请运行 jiedui audit verify。 "
            f"The ledger cannot be read: {found}; run jiedui audit verify."
        ) from None


class Reader:
    """One snapshot of a ledger; `head()` is the newest position in it.

    A reader belongs to one thread. Iterators it gives out end with the `open_reader` block.
    """

    def __init__(self, database: _Database) -> None:
        self._database = database
        self._head = self._number("SELECT max(position) FROM entries")

    def head(self) -> int:
        """Return the newest position of the snapshot, -1 for an empty log."""
        return self._head

    def entries(
        self, after: int = -1, until: int | None = None, categories: Collection[str] | None = None
    ) -> Iterator[Entry]:
        """Yield the entries after position *after* up to *until* (None: the head), in log order.

        *categories* keeps only streams such as `unit` or `task`.
        """
        last = self._head if until is None else min(until, self._head)
        within = "position > ? AND position <= ? ORDER BY position"
        if categories is None:
            return self._entries(f"WHERE {within}", (after, last))
        # One walk along the index for each category: the others are not even looked at.
        walks = [
            self._entries(f"WHERE category = ? AND {within}", (category, after, last))
            for category in sorted(categories)
        ]
        return merge(*walks, key=attrgetter("position"))

    def bodies(self, after: int = -1, until: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield position and stored bytes after *after* up to *until*, whatever the bytes hold.

        What was damaged must be handed out as it lies: it is the evidence.
        """
        last = self._head if until is None else min(until, self._head)
        question = (
            "SELECT position, body FROM entries WHERE position > ? AND position <= ? "
            "ORDER BY position"
        )
        for position, body in self._database.stream(question, (after, last)):
            yield int(position), bytes(body)

    def entry(self, position: int) -> Entry | None:
        """Return the entry at *position*, None where there is none."""
        return next(self._entries("WHERE position = ?", (position,)), None)

    def stream(self, name: str, until: int | None = None) -> list[Entry]:
        """Return the entries of stream *name* up to position *until*, in order; [] for none."""
        last = self._head if until is None else until
        return list(
            self._entries("WHERE stream = ? AND position <= ? ORDER BY version", (name, last))
        )

    def streams(self, category: str, until: int | None = None) -> Iterator[str]:
        """Yield the streams of *category* that had begun by position *until*, ordered by name."""
        last = self._head if until is None else until
        question = (
            "SELECT stream FROM entries WHERE category = ? AND version = 1 AND position <= ? "
            "ORDER BY stream"
        )
        for (stream,) in self._database.stream(question, (category, last)):
            yield str(stream)

    def of_kind(
        self, kind: str, since: datetime | None = None, until: int | None = None
    ) -> Iterator[Entry]:
        """Yield the entries of *kind* recorded at or after *since*, up to position *until*."""
        last = self._head if until is None else until
        begin = "" if since is None else instant_text(since)
        return self._entries(
            "WHERE kind = ? AND recorded_at >= ? AND position <= ? ORDER BY recorded_at, position",
            (kind, begin, last),
        )

    def of_pairing(self, pairing: str, until: int | None = None) -> list[str]:
        """Return the task streams that belong to *pairing*, ordered by name."""
        last = self._head if until is None else until
        rows = self._database.ask(
            "SELECT DISTINCT stream FROM entries WHERE pairing = ? AND category = 'task' "
            "AND position <= ? ORDER BY stream",
            (pairing, last),
        )
        return [str(stream) for (stream,) in rows]

    def position_at(self, recorded: datetime) -> int:
        """Return the last position recorded at or before *recorded*, -1 before the first.

        The recorded time never goes back along the log, so twenty questions find one in a million.
        """
        wanted = instant_text(recorded)
        low, high = -1, self._head
        while low < high:
            middle = (low + high + 1) // 2
            rows = self._database.ask(
                "SELECT recorded_at FROM entries WHERE position >= ? ORDER BY position LIMIT 1",
                (middle,),
            )
            if rows and str(rows[0][0]) <= wanted:
                low = middle
            else:
                high = middle - 1
        return low

    def checkpoints(self) -> list[tuple[int, bytes, bytes]]:
        """Return every checkpoint as (size, root, note bytes), smallest first; [] for none."""
        if not self._database.has("checkpoints"):
            return []
        rows = self._database.ask("SELECT size, root, note FROM checkpoints ORDER BY size")
        return [(int(size), bytes(root), bytes(note)) for size, root, note in rows]

    def cosignatures(self, size: int) -> list[str]:
        """Return the signature lines of witnesses for the checkpoint of *size*, by witness."""
        if not self._database.has("cosignatures"):
            return []
        rows = self._database.ask(
            "SELECT line FROM cosignatures WHERE size = ? ORDER BY witness", (size,)
        )
        return [str(line) for (line,) in rows]

    def _entries(self, where: str, values: Sequence[Any]) -> Iterator[Entry]:
        for position, ordinal, body, stored in self._database.stream(_ENTRY + where, values):
            with _plainly():
                entry = entry_of(int(position), int(ordinal), bytes(body), bytes(stored).hex())
            yield entry

    def _number(self, question: str) -> int:
        ((found,),) = self._database.ask(question)
        return -1 if found is None else int(found)


@contextmanager
def _opened(address: URL) -> Iterator[_Database]:
    match address.get_backend_name():
        case "sqlite":
            with _plainly():
                file = for_reading(address.database or "")
            try:
                with _plainly():
                    file.execute("PRAGMA query_only = ON")
                    file.execute("BEGIN")
                yield _Sqlite(file)
            finally:
                file.close()
        case "postgresql":
            plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
            with _plainly():
                server = psycopg.connect(plain, connect_timeout=10)
            try:
                with _plainly():
                    server.execute(
                        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"  # one snapshot
                    )
                yield _Postgresql(server)
            finally:
                server.close()
        case other:
            raise CannotRead(
                f"账本只能在 sqlite 或 postgresql 上，现为 {other}。 "
                f"A ledger lies on sqlite or postgresql, found {other}."
            )


class _Sqlite:
    """A snapshot of an SQLite file; it begins with the first question."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def ask(self, question: str, values: Sequence[Any] = ()) -> list[Any]:
        with _plainly():
            return self._connection.execute(question, values).fetchall()

    def stream(self, question: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        with _plainly():
            cursor = self._connection.execute(question, values)
        yield from _in_plain_words(cursor)

    def has(self, table: str) -> bool:
        wanted = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return bool(self.ask(wanted, (table,)))


class _Postgresql:
    """A snapshot of a PostgreSQL database."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._cursors = 0

    def ask(self, question: str, values: Sequence[Any] = ()) -> list[Any]:
        with _plainly():
            return self._connection.execute(question.replace("?", "%s"), values).fetchall()

    def stream(self, question: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        self._cursors += 1
        # A cursor on the server: the rows of a long log never stand in memory together.
        with self._connection.cursor(f"reading_{self._cursors}", binary=True) as cursor:
            cursor.itersize = 1000
            with _plainly():
                cursor.execute(question.replace("?", "%s"), values)
            yield from _in_plain_words(cursor)

    def has(self, table: str) -> bool:
        return self.ask("SELECT to_regclass(?)", (table,))[0][0] is not None


def _in_plain_words(rows: Iterable[Any]) -> Iterator[Any]:
    """Yield *rows*; only what reading them raises is translated, never what the caller does."""
    reading = iter(rows)
    while True:
        with _plainly():
            row = next(reading, None)
        if row is None:
            return
        yield row
