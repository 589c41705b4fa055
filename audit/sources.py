"""Reading a ledger as it lies in its database, past every index, in one snapshot.

An index can be made to lie about a table it belongs to; so rows are read from the table itself,
and what the indexes say is compared with that.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any, Protocol

import psycopg
from sqlalchemy import URL, make_url

from audit.read_only import for_reading
from audit.schema_text import LEDGER, schema_differences, wrong_version

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
GUARDS_OF_CHECKPOINTS_SQLITE = frozenset(
    f"{table}_are_never_{what}"
    for table in ("checkpoints", "cosignatures")
    for what in ("changed", "removed", "replaced")
)
GUARDS_OF_CHECKPOINTS_POSTGRESQL = frozenset(
    f"{table}_are_never_{what}"
    for table in ("checkpoints", "cosignatures")
    for what in ("changed", "truncated")
)
_OURS_POSTGRESQL = frozenset(
    {
        "checkpoints",
        "cosignatures",
        "counters",
        "entries",
        "ledger_schema",
        "vault_items",
        "vault_keys",
        "vault_keys_schema",
        "vault_schema",
    }
)
_BESIDE_POSTGRESQL = ("board_", "dispatch_", "account_", "webhook_")
"""How tables begin that other rooms keep in the same database, and that may be lost."""
_REUSED = (
    "SELECT stream, command_id, max(ordinal) FROM entries{index} GROUP BY stream, command_id "
    "HAVING max(ordinal) + 1 <> count(*)"
)

_SCAN_SQLITE = f"SELECT {COLUMNS} FROM entries NOT INDEXED WHERE position >= ? ORDER BY position"  # noqa: S608 - constant
_SCAN_POSTGRESQL = f"SELECT {COLUMNS} FROM entries WHERE position >= %s ORDER BY position, version"  # noqa: S608 - constant
_BLOCK = 32
"""Few enough that a block stays in the processor's cache while it is looked at."""
_LEAVES = 4096
"""How many hashes, or rows over a network, are asked for at a time."""

_BROKEN = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged SQLite file raises; the second when even the complaint is no text any more."""


UNREADABLE = (*_BROKEN, psycopg.errors.DataCorrupted, psycopg.errors.IndexCorrupted)
"""What a question raises whose answer lies on a broken page."""


class CannotVerify(Exception):
    """There is no ledger that could be read there; nothing is said about its contents."""


@dataclass(frozen=True)
class Unreadable:
    """Rows the database cannot give back: the positions *first* to *last*."""

    first: int
    last: int
    found: str


@dataclass(frozen=True)
class Part:
    """Some of the streams of a ledger: by name from *since* on and *before*, None for no bound.

    Of each stream the entries below position *size*.
    """

    size: int
    since: str | None = None
    before: str | None = None

    def question(self) -> tuple[str, list[int | str]]:
        """Return what asks a database for these entries, with its values."""
        bounds = [("position <", self.size), ("stream >=", self.since), ("stream <", self.before)]
        asked = [(what, bound) for what, bound in bounds if bound is not None]
        where = " AND ".join(f"{what} ?" for what, _ in asked)
        question = (
            f"SELECT stream, position, ordinal, body, hash FROM entries WHERE {where} "  # noqa: S608 - constants
            "ORDER BY stream, version"
        )
        return question, [bound for _, bound in asked]


def parts_of(source: "Source", size: int, entries: int) -> list[Part]:
    """Cut at the streams found at every so many positions; the names in between are all covered.

    The database orders them: what it takes for smaller is what its ranges go by.
    """
    at = list(range(entries, size, entries))
    if not at:
        return [Part(size)]
    marks = ", ".join("?" * len(at))
    question = f"SELECT DISTINCT stream FROM entries WHERE position IN ({marks}) ORDER BY stream"  # noqa: S608 - question marks
    try:
        cuts = [str(stream) for (stream,) in source.ask(question, *at)]
    except UNREADABLE:
        return [Part(size)]
    return [Part(size, *bounds) for bounds in pairwise([None, *cuts, None])]


class Source(Protocol):
    """One ledger, opened for reading only, in one snapshot."""

    def rows(self, first: int = 0) -> Iterator[Sequence[Row | Unreadable]]:
        """Yield the rows of the table itself from position *first* on, and what cannot be read.

        In order of position, in small blocks.
        """
        ...

    def leaves(self, size: int) -> Iterator[Sequence[tuple[int, bytes]]]:
        """Yield (position, stored hash) of the entries below *size*, in blocks, in order."""
        ...

    def stories(self, part: Part) -> Iterator[tuple[str, int, int, bytes, bytes]]:
        """Yield (stream, position, ordinal, body, hash) of *part*, stream by stream, by version."""
        ...

    def ask(self, question: str, *values: Any) -> list[Any]:
        """Return the rows that answer *question*, in which `?` stands for the *values*."""
        ...

    def has(self, table: str) -> bool:
        """Say whether there is such a table."""
        ...

    def structure(self) -> Iterator[tuple[int | None, str]]:
        """Yield what is wrong with files, pages and indexes: position if known, and what."""
        ...

    def missing_guards(self) -> list[str]:
        """Return the names of the guards against change that are not in force."""
        ...

    def reused_commands(self) -> Iterator[tuple[str, str, int]]:
        """Yield (stream, command id, highest ordinal) where a command's ordinals are not dense."""
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
    connection = for_reading(address.database or "")
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

    def rows(self, first: int = 0) -> Iterator[Sequence[Row | Unreadable]]:
        """Scan the table; from a broken page on, ask for one position after the other."""
        last, rows, rows_max = first - 1, 0, self._rows_max()
        try:
            cursor = self._connection.execute(_SCAN_SQLITE, (first,))
            while block := cursor.fetchmany(_BLOCK):
                yield block
                last, rows = block[-1][0], rows + len(block)
                if rows > rows_max:  # pages that point at each other in a ring
                    raise sqlite3.DatabaseError("more rows than the file can hold")
        except _BROKEN as problem:
            one_by_one = self._one_by_one(
                max(last + 1, first), min(self._top(), rows_max), str(problem)
            )
            while some := list(islice(one_by_one, _BLOCK)):
                yield some

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
        for name, what in schema_differences(self._connection):
            if name not in self.guards():
                yield None, what
        try:
            for (said,) in self._connection.execute("PRAGMA integrity_check(1000)"):
                if said != "ok":
                    yield None, str(said)
        except _BROKEN as problem:
            yield None, str(problem)

    def missing_guards(self) -> list[str]:
        """Return the triggers that are not there."""
        differing = schema_differences(self._connection)
        return [what for name, what in differing if name in self.guards()]

    def guards(self) -> frozenset[str]:
        """Return the names of all guards there should be."""
        return GUARDS_SQLITE | GUARDS_OF_CHECKPOINTS_SQLITE

    def reused_commands(self) -> Iterator[tuple[str, str, int]]:
        """Ask the unique index in its order; `structure` has compared it with the table."""
        try:
            yield from self._connection.execute(
                _REUSED.format(index=" INDEXED BY sqlite_autoindex_entries_2")
            )
        except _BROKEN:
            return  # what cannot be read is told by `rows` and `structure`

    def leaves(self, size: int) -> Iterator[Sequence[tuple[int, bytes]]]:
        """Read the stored hashes only."""
        cursor = self._connection.execute(
            "SELECT position, hash FROM entries NOT INDEXED WHERE position < ? ORDER BY position",
            (size,),
        )
        while block := cursor.fetchmany(_LEAVES):
            yield block

    def stories(self, part: Part) -> Iterator[tuple[str, int, int, bytes, bytes]]:
        """Follow the index of streams, one case after the other."""
        question, values = part.question()
        try:
            yield from self._connection.execute(question, values)
        except _BROKEN:
            return  # what cannot be read is told by `rows` and `structure`

    def ask(self, question: str, *values: Any) -> list[Any]:
        """Ask SQLite."""
        return self._connection.execute(question, values).fetchall()

    def has(self, table: str) -> bool:
        """Look in the schema."""
        named = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return bool(self.ask(named, table))

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

    def rows(self, first: int = 0) -> Iterator[Sequence[Row | Unreadable]]:
        """Scan the heap and sort; no index is asked."""
        self._only("seqscan")
        self._connection.execute("SET LOCAL work_mem = '64MB'")
        last = first - 1
        try:
            with self._connection.cursor("scan") as cursor:
                cursor.execute(_SCAN_POSTGRESQL, (first,))
                while portion := cursor.fetchmany(_LEAVES):
                    for first_of_block in range(0, len(portion), _BLOCK):
                        yield portion[first_of_block : first_of_block + _BLOCK]
                    last = portion[-1][0]
        except (psycopg.errors.DataCorrupted, psycopg.errors.InternalError_) as problem:
            yield [Unreadable(last + 1, last + 1, str(problem).splitlines()[0])]

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
        for table in self._tables() - _OURS_POSTGRESQL:
            if not table.startswith(_BESIDE_POSTGRESQL):
                yield None, f"{table[:80]}: nobody made this table"
        stands = [str(version) for (version,) in self.ask("SELECT version_num FROM ledger_schema")]
        for wrong in wrong_version(stands, LEDGER):
            yield None, wrong
        yield from self._amcheck()

    def _tables(self) -> set[str]:
        """Return the tables and views beside the ledger's, whoever made them."""
        found = self.ask(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND "
            "relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'entries'::regclass)"
        )
        return {str(name) for (name,) in found}

    def missing_guards(self) -> list[str]:
        """Return the triggers that are not there or not ENABLE ALWAYS."""
        found = self._connection.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        ).fetchall()
        wanted = GUARDS_POSTGRESQL | (
            GUARDS_OF_CHECKPOINTS_POSTGRESQL if self.has("checkpoints") else set()
        )
        return sorted(wanted - {name for (name,) in found})

    def reused_commands(self) -> Iterator[tuple[str, str, int]]:
        """Ask the unique index in its order; `structure` has compared it with the heap."""
        self._only("indexscan", "indexonlyscan")
        yield from self._connection.execute(_REUSED.format(index=""))

    def leaves(self, size: int) -> Iterator[Sequence[tuple[int, bytes]]]:
        """Read the stored hashes only."""
        self._only("seqscan")
        with self._connection.cursor("leaves") as cursor:
            cursor.execute(
                "SELECT position, hash FROM entries WHERE position < %s ORDER BY position", (size,)
            )
            while block := cursor.fetchmany(_LEAVES):
                yield block

    def stories(self, part: Part) -> Iterator[tuple[str, int, int, bytes, bytes]]:
        """Follow the index of streams, one case after the other."""
        self._only("indexscan")
        question, values = part.question()
        with self._connection.cursor("stories") as cursor:
            cursor.itersize = _LEAVES
            cursor.execute(question.replace("?", "%s"), values)
            yield from cursor

    def ask(self, question: str, *values: Any) -> list[Any]:
        """Ask PostgreSQL."""
        self._only("seqscan", "indexscan", "indexonlyscan")
        return self._connection.execute(question.replace("?", "%s"), values).fetchall()

    def has(self, table: str) -> bool:
        """Look in the schema."""
        return bool(self.ask("SELECT 1 WHERE to_regclass(?) IS NOT NULL", table))

    def _amcheck(self) -> Iterator[tuple[int | None, str]]:
        """Let amcheck look at every page, where the database has it and lets us."""
        if not self.ask("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'"):
            return
        names = self.ask(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'entries'::regclass"
        )
        checks = [f"bt_index_check('{name}'::regclass, true)" for (name,) in names]
        for check in (*checks, "count(*) FROM verify_heapam('entries')"):
            try:
                with (
                    self._connection.transaction()
                ):  # a savepoint: a complaint ends no more than it
                    rows = self._connection.execute(f"SELECT {check}").fetchall()
            except psycopg.errors.InsufficientPrivilege:
                return
            except (psycopg.errors.DataCorrupted, psycopg.errors.IndexCorrupted) as problem:
                yield None, str(problem).splitlines()[0]
                continue
            if check.startswith("count") and rows[0][0]:
                yield None, f"amcheck finds {rows[0][0]} broken places in the table"

    def _only(self, *scans: str) -> None:
        for scan in ("seqscan", "indexscan", "indexonlyscan", "bitmapscan"):
            state = "on" if scan in scans else "off"
            self._connection.execute(f"SET LOCAL enable_{scan} = {state}")


def _through(columns: str) -> str:
    """A condition on the first column that is always true and that its index can answer."""
    first = columns.partition(",")[0]
    return f"{first} >= -1" if first == "position" else f"{first} >= ''"
