"""Reading a ledger as it lies in its database, past every index, in one snapshot.

An index can be made to lie about a table it belongs to; so rows are read from the table itself,
and what the indexes say is compared with that.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
from sqlalchemy import URL, make_url

COLUMNS = (
    "position, stream, category, version, ordinal, kind, recorded_at, command_id, digest, "
    "pairing, body, hash"
)
Row = tuple[int, str, str, int, int, str, str, str, str, str | None, bytes, bytes]

GUARDS_SQLITE = frozenset(
    (
        "entries_are_never_changed",
        "entries_are_never_removed",
        "entries_follow_each_other",
        "counters_only_grow",
        "counters_are_never_removed",
        "counters_are_never_replaced",
    )
)
GUARDS_POSTGRESQL = frozenset(
    (
        "entries_are_never_changed",
        "entries_are_never_truncated",
        "entries_follow_each_other",
        "counters_only_grow",
        "counters_are_never_truncated",
    )
)
_INDEXED = (
    ("position", "true"),
    ("stream, version", "true"),
    ("stream, command_id, ordinal", "true"),
    ("category, position", "true"),
    ("kind, recorded_at, position", "true"),
    ("category, stream", "version = 1"),
    ("pairing, category, stream", "pairing IS NOT NULL"),
)
_REUSED = (
    "SELECT stream, command_id, max(position) FROM entries{unindexed} GROUP BY stream, command_id "
    "HAVING max(version) - min(version) + 1 <> count(*) ORDER BY 3"
)

_BROKEN = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged SQLite file raises; the second when even the complaint is no text any more."""


class CannotVerify(Exception):
    """There is no ledger that could be read there; nothing is said about its contents."""


@dataclass(frozen=True)
class Unreadable:
    """Rows the database cannot give back: the positions *first* to *last*."""

    first: int
    last: int
    found: str


class Source(Protocol):
    """One ledger, opened for reading only, in one snapshot."""

    def rows(self) -> Iterator[Row | Unreadable]:
        """Yield every row of the table itself by position, and what cannot be read between."""
        ...

    def structure(self) -> Iterator[tuple[int | None, str]]:
        """Yield what is wrong with files, pages and indexes: position if known, and what."""
        ...

    def missing_guards(self) -> list[str]:
        """Return the names of the guards against change that are not in force."""
        ...

    def reused_commands(self) -> Iterator[tuple[str, str, int]]:
        """Yield (stream, command id, last position) where a command id stands apart twice."""
        ...


@contextmanager
def opened(url: str) -> Iterator[Source]:
    """Open the ledger at *url* for reading; raise `CannotVerify` where there is none."""
    address = make_url(url)
    try:
        if address.get_backend_name() == "sqlite":
            with _sqlite(address) as source:
                yield source
        else:
            with _postgresql(address) as source:
                yield source
    except (*_BROKEN, psycopg.Error) as problem:
        found = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise CannotVerify(
            f"无法读取账本（{found}）。 The ledger cannot be read: {found}."
        ) from None


@contextmanager
def _sqlite(address: URL) -> Iterator[Source]:
    path = address.database or ""
    connection = sqlite3.connect(
        f"file:{quote(path)}?mode=ro", uri=True, isolation_level=None, timeout=10
    )
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        connection.execute("SELECT position FROM entries LIMIT 0").fetchall()
        yield SqliteSource(connection)
    finally:
        connection.close()


class SqliteSource:
    """A ledger in an SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self) -> Iterator[Row | Unreadable]:
        """Scan the table; from a broken page on, ask for one position after the other."""
        scan = f"SELECT {COLUMNS} FROM entries NOT INDEXED ORDER BY position"  # noqa: S608 - constant
        last, rows, rows_max = -1, 0, self._rows_max()
        try:
            for row in self._connection.execute(scan):
                yield row
                last, rows = row[0], rows + 1
                if rows > rows_max:  # pages that point at each other in a ring
                    raise sqlite3.DatabaseError("more rows than the file can hold")
        except _BROKEN as problem:
            yield from self._one_by_one(max(last + 1, 0), min(self._top(), rows_max), str(problem))

    def _one_by_one(self, first: int, last: int, found: str) -> Iterator[Row | Unreadable]:
        one = f"SELECT {COLUMNS} FROM entries NOT INDEXED WHERE position = ?"  # noqa: S608 - constant
        broken_since: int | None = None
        all_readable = True
        for position in range(first, last + 1):
            try:
                row = self._connection.execute(one, (position,)).fetchone()
            except _BROKEN:
                broken_since = position if broken_since is None else broken_since
                all_readable = False
                continue
            if broken_since is not None:
                yield Unreadable(broken_since, position - 1, found)
                broken_since = None
            if row is not None:
                yield row
        if broken_since is not None:
            yield Unreadable(broken_since, last, found)
        elif all_readable:  # every row alone, yet not one after the other
            yield Unreadable(last + 1, last + 1, found)

    def structure(self) -> Iterator[tuple[int | None, str]]:
        """Yield the complaints of SQLite's own check, which compares indexes with the table."""
        try:
            for (said,) in self._connection.execute("PRAGMA integrity_check(1000)"):
                if said != "ok":
                    yield None, str(said)
        except _BROKEN as problem:
            yield None, str(problem)

    def missing_guards(self) -> list[str]:
        """Return the triggers that are not there."""
        found = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return sorted(GUARDS_SQLITE - {name for (name,) in found})

    def reused_commands(self) -> Iterator[tuple[str, str, int]]:
        """Ask the table, not its unique index."""
        try:
            yield from self._connection.execute(_REUSED.format(unindexed=" NOT INDEXED"))
        except _BROKEN:
            return  # rows that cannot be read are told by `rows`

    def _rows_max(self) -> int:
        (pages,) = self._connection.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = self._connection.execute("PRAGMA page_size").fetchone()
        return int(pages * page_bytes // 200)  # no entry is shorter

    def _top(self) -> int:
        tops = [-1]
        for index in ("NOT INDEXED", "INDEXED BY entries_by_category"):
            try:
                (top,) = self._connection.execute(
                    f"SELECT max(position) FROM entries {index}"  # noqa: S608 - constant
                ).fetchone()
            except _BROKEN:
                continue
            tops.append(-1 if top is None else top)
        return max(tops)


@contextmanager
def _postgresql(address: URL) -> Iterator[Source]:
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, connect_timeout=10) as connection:
        connection.execute(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"  # one snapshot
        )
        yield PostgresqlSource(connection)
        connection.rollback()


class PostgresqlSource:
    """A ledger in a PostgreSQL database."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def rows(self) -> Iterator[Row | Unreadable]:
        """Scan the heap and sort; no index is asked."""
        self._only("seqscan")
        self._connection.execute("SET LOCAL work_mem = '64MB'")
        last = -1
        try:
            with self._connection.cursor("scan", binary=True) as cursor:
                cursor.itersize = 5000
                cursor.execute(f"SELECT {COLUMNS} FROM entries ORDER BY position, version")  # noqa: S608 - constant
                for row in cursor:
                    yield row
                    last = row[0]
        except (psycopg.errors.DataCorrupted, psycopg.errors.InternalError_) as problem:
            yield Unreadable(last + 1, last + 1, str(problem).splitlines()[0])

    def structure(self) -> Iterator[tuple[int | None, str]]:
        """Read each index's own columns through it and from the heap, and compare."""
        for columns, which in _INDEXED:
            # Summed, so that order does not matter; both sides read the same snapshot.
            digest = (
                f"SELECT count(*), sum(hashtextextended(row({columns})::text, 0)::numeric) "  # noqa: S608 - constants
                f"FROM entries WHERE {which}"
            )
            self._only("seqscan")
            from_heap = self._connection.execute(digest).fetchone()
            self._only("indexscan", "indexonlyscan")
            from_index = self._connection.execute(f"{digest} AND {_through(columns)}").fetchone()
            if from_heap != from_index:
                yield None, f"the index on ({columns}) differs from the table"

    def missing_guards(self) -> list[str]:
        """Return the triggers that are not there or not ENABLE ALWAYS."""
        found = self._connection.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        ).fetchall()
        return sorted(GUARDS_POSTGRESQL - {name for (name,) in found})

    def reused_commands(self) -> Iterator[tuple[str, str, int]]:
        """Ask the heap, not its unique index."""
        self._only("seqscan")
        yield from self._connection.execute(_REUSED.format(unindexed=""))

    def _only(self, *scans: str) -> None:
        for scan in ("seqscan", "indexscan", "indexonlyscan", "bitmapscan"):
            state = "on" if scan in scans else "off"
            self._connection.execute(f"SET LOCAL enable_{scan} = {state}")


def _through(columns: str) -> str:
    """A condition on the first column that is always true and that its index can answer."""
    first = columns.partition(",")[0]
    return f"{first} >= -1" if first == "position" else f"{first} >= ''"
