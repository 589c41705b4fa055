"""Where the boards are kept: their database, their single mark of progress, and one page of work.

Boards stand in a SQLite file of their own or beside the ledger in PostgreSQL, in tables named
`board_...`. Everything in them can be dropped and derived again, so they are kept for speed, not
for durability. A table of rows has a `stream` column: a page of log entries touches only the rows
of its own streams, which are read at once, changed in memory, and written at once. A table of sums
is only added to: what a page changes of them is summed in memory and added at once.
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateTable

Row = dict[str, Any]
Key = tuple[Any, ...]

metadata = MetaData()

progress = Table(
    "board_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("lease_until", Text, nullable=False),
    Column("shape", Text, nullable=False),
)
"""One row: the last position applied, who follows, until when, and the shape of the boards."""

RULES_VERSION = "1"
"""Raised when a board derives something else from the same facts: old boards are rebuilt then."""

_SPAN = 500
_PATIENCE_SECONDS = 60.0
"""How long a follower waits for its turn: a disk may stall for long, and nobody waits for it."""


def open_engine(url: str | URL) -> Engine:
    """Return an engine for boards at *url*; a SQLite file is made when there is none."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True, pool_size=4, max_overflow=8)
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
        connect_args={"timeout": _PATIENCE_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None  # the driver must not begin transactions on its own
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")  # a board that lost its end is followed again
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def shape_of(engine: Engine) -> str:
    """Return a digest of every table and of the rules that fill them."""
    told = [RULES_VERSION]
    told += [str(CreateTable(table).compile(engine)) for table in metadata.sorted_tables]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def prepare(engine: Engine, *, anew: bool = False) -> None:
    """Make the boards' tables, empty; boards of another shape are dropped first, *anew* all.

    Boards of this shape are kept, and given the indexes of this version.

    One transaction: whoever follows at the same time sees the boards before it or after it. Safe
    to call from several processes at once.
    """
    shape = shape_of(engine)
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7311586221)")
        if not anew and inspect(connection).has_table(progress.name):
            found = connection.execute(select(progress.c.shape)).scalar_one_or_none()
            if found == shape:
                _index_as_told(connection)
                return
        wipe(connection)
        metadata.create_all(connection)
        connection.execute(
            insert(progress),
            {"id": 1, "position": -1, "holder": "", "lease_until": "", "shape": shape},
        )


def _index_as_told(connection: Connection) -> None:
    """Make the indexes that boards of an earlier version lack, and drop those it had beyond."""
    looked = inspect(connection)
    quote = connection.dialect.identifier_preparer.quote
    for table in metadata.sorted_tables:
        wanted = {str(index.name): index for index in table.indexes}
        there = {str(one["name"]) for one in looked.get_indexes(table.name)}
        for name in sorted(there - wanted.keys()):
            connection.exec_driver_sql(f"DROP INDEX {quote(name)}")
        for name in sorted(wanted.keys() - there):
            wanted[name].create(connection)


def wipe(connection: Connection) -> None:
    """Drop every board, whatever its shape."""
    quote = connection.dialect.identifier_preparer.quote
    for name in inspect(connection).get_table_names():
        if name.startswith("board_"):
            connection.exec_driver_sql(f"DROP TABLE {quote(name)}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that will write: on SQLite it takes the writer's lock at its start."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


class Page:
    """The rows that a page of log entries touches: read at once, changed here, written at once."""

    def __init__(self, connection: Connection, streams: Iterable[str]) -> None:
        self._connection = connection
        self._streams = sorted(set(streams))
        self._tables: dict[Table, _Sheet | _Sums] = {}
        self.pictures: dict[str, Any] = {}
        """What boards keep apart while they work on the page, by stream; written by `finish`."""

    def row(self, table: Table, stream: str) -> Row | None:
        """Return the only row of *stream*, to be changed through `put`."""
        rows = self._sheet(table).by_stream.get(stream)
        return next(iter(rows.values())) if rows else None

    def elsewhere(self, table: Table, stream: str) -> Row | None:
        """Return the only row of a stream the page may hold no entry of, to be read alone."""
        row = self.row(table, stream)
        if row is not None or stream in self._streams:
            return row
        found = self._connection.execute(select(table).where(table.c.stream == stream)).first()
        return None if found is None else dict(found._mapping)  # noqa: SLF001 - as below

    def rows(self, table: Table, stream: str) -> list[Row]:
        """Return every row of *stream*."""
        return list(self._sheet(table).by_stream.get(stream, {}).values())

    def find(self, table: Table, *key: Any) -> Row | None:
        """Return the row with this primary key, whose first part is the stream."""
        return self._sheet(table).by_stream.get(key[0], {}).get(key)

    def everything(self, table: Table) -> list[Row]:
        """Return all rows of a small table, with what this page has changed in it."""
        sheet = self._sheet(table, everything=True)
        return [row for rows in sheet.by_stream.values() for row in rows.values()]

    def put(self, table: Table, row: Row) -> None:
        """Keep *row*, new or changed."""
        self._sheet(table).put(row)

    def drop(self, table: Table, row: Row) -> None:
        """Forget *row*."""
        self._sheet(table).drop(row)

    def add(self, table: Table, key: Key, *amounts: int) -> None:
        """Add *amounts* to the sums under *key*, in the order of the columns; no sums, no row."""
        sums = self._tables.setdefault(table, _Sums(table))
        assert isinstance(sums, _Sums), "a table is of rows or of sums"
        sums.add(key, amounts)

    def touched(self) -> list[Table]:
        """Return the tables the page has looked at."""
        return list(self._tables)

    def write_table(self, table: Table) -> None:
        """Write every change of the page in *table*."""
        self._tables[table].write(self._connection)

    def _sheet(self, table: Table, *, everything: bool = False) -> "_Sheet":
        sheet = self._tables.get(table)
        assert not isinstance(sheet, _Sums), "a table is of rows or of sums"
        if sheet is None:
            sheet = self._tables[table] = _Sheet(table)
            sheet.load(self._connection, None if everything else self._streams)
        elif everything and not sheet.complete:
            sheet.load(self._connection, None)
        return sheet


class _Sheet:
    """One table's part of a page."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.key_columns = tuple(column.name for column in table.primary_key.columns)
        self.by_stream: dict[str, dict[Key, Row]] = {}
        self.complete = False
        self._stored: set[Key] = set()
        self._touched: set[Key] = set()

    def key(self, row: Mapping[str, Any]) -> Key:
        return tuple(row[name] for name in self.key_columns)

    def load(self, connection: Connection, streams: list[str] | None) -> None:
        """Read the rows of *streams* (None: all), keeping what was changed since."""
        self.complete = streams is None
        for found in self._read(connection, streams):
            key = self.key(found)
            self._stored.add(key)
            if key not in self._touched:
                self.by_stream.setdefault(found["stream"], {})[key] = found

    def put(self, row: Row) -> None:
        key = self.key(row)
        self.by_stream.setdefault(row["stream"], {})[key] = row
        self._touched.add(key)

    def drop(self, row: Row) -> None:
        key = self.key(row)
        self.by_stream.get(row["stream"], {}).pop(key, None)
        self._touched.add(key)

    def write(self, connection: Connection) -> None:
        gone = sorted(self._touched & self._stored, key=repr)
        if gone:
            statement = delete(self.table).where(
                *(self.table.c[name] == bindparam(f"old_{name}") for name in self.key_columns)
            )
            connection.execute(
                statement,
                [
                    {f"old_{name}": part for name, part in zip(self.key_columns, key, strict=True)}
                    for key in gone
                ],
            )
        rows = [
            row
            for key in sorted(self._touched, key=repr)
            if (row := self.by_stream.get(key[0], {}).get(key)) is not None
        ]
        if rows:
            connection.execute(insert(self.table), rows)
        self._stored = (self._stored - self._touched) | {self.key(row) for row in rows}
        self._touched.clear()

    def _read(self, connection: Connection, streams: list[str] | None) -> Iterator[Row]:
        if streams is None:
            for found in connection.execute(select(self.table)):
                yield dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
            return
        for start in range(0, len(streams), _SPAN):
            asked = select(self.table).where(
                self.table.c.stream.in_(streams[start : start + _SPAN])
            )
            for found in connection.execute(asked):
                yield dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor


class _Sums:
    """What a page adds to one table of sums: the key first, every other column an amount."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._key = [column.name for column in table.primary_key.columns]
        self._summed = [column.name for column in table.columns if not column.primary_key]
        self._added: dict[Key, tuple[int, ...]] = {}

    def add(self, key: Key, amounts: tuple[int, ...]) -> None:
        before = self._added.get(key, (0,) * len(amounts))
        self._added[key] = tuple(map(sum, zip(before, amounts, strict=True)))

    def write(self, connection: Connection) -> None:
        changes = [
            dict(zip(self._key + self._summed, key + amounts, strict=True))
            for key, amounts in sorted(self._added.items())
            if any(amounts)
        ]
        self._added.clear()
        if not changes:
            return
        putting = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(
            self._table
        )
        columns = self._table.c
        connection.execute(
            putting.on_conflict_do_update(
                index_elements=self._key,
                set_={name: columns[name] + putting.excluded[name] for name in self._summed},
            ),
            changes,
        )
        # Boards of the same log are the same rows, however long its pages were.
        connection.execute(
            delete(self._table).where(
                *(columns[name] == bindparam(f"of_{name}") for name in self._key),
                *(columns[name] == 0 for name in self._summed),
            ),
            [{f"of_{name}": change[name] for name in self._key} for change in changes],
        )


class Reached:
    """The newest position known to be applied, and everyone who waits for one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._position = -1

    @property
    def position(self) -> int:
        """The newest position this process has seen applied."""
        return self._position

    def tell(self, position: int) -> None:
        """Let it be known that *position* was applied."""
        with self._changed:
            self._position = max(self._position, position)
            self._changed.notify_all()

    def wait(self, position: int, seconds: float) -> bool:
        """Wait at most *seconds* for *position*; say whether it was told."""
        with self._changed:
            return self._changed.wait_for(lambda: self._position >= position, seconds)
