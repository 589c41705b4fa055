"""Where an object-centric log is put together before it is written: a small file of our own.

An object's changes and relations come with facts that lie far apart, and a log of a million
entries does not fit in memory; so everything is laid down here once and read back in order. The
file stands in the private folder of the export and goes away with it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from audit.exports.flattening import Reference, Scalar
from domain.values import instant_text

BEGINNING = "1970-01-01T00:00:00Z"
"""When an object's first values are said to hold from (OCEL 2.0)."""

_TABLES = """
CREATE TABLE event (number INTEGER PRIMARY KEY, type TEXT, time TEXT, attributes TEXT);
CREATE TABLE relation (
    number INTEGER, object TEXT, qualifier TEXT, PRIMARY KEY (number, object, qualifier)
) WITHOUT ROWID;
CREATE TABLE object (id TEXT PRIMARY KEY, type TEXT) WITHOUT ROWID;
CREATE TABLE change (
    object TEXT, number INTEGER, name TEXT, time TEXT, value TEXT,
    PRIMARY KEY (object, number, name)
) WITHOUT ROWID;
CREATE TABLE link (
    source TEXT, target TEXT, qualifier TEXT, PRIMARY KEY (source, target, qualifier)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Event:
    """One event: *id* is `e<position>`; attributes are JSON values, instants as RFC 3339."""

    id: str
    type: str
    time: str
    attributes: dict[str, Any]
    relations: list[tuple[str, str]]


@dataclass(frozen=True)
class Change:
    """An attribute of an object that has *value* from *time* on."""

    name: str
    time: str
    value: Any


@dataclass(frozen=True)
class Object:
    """One object with its changes in order, and its relations to others."""

    id: str
    type: str
    changes: list[Change]
    relations: list[tuple[str, str]]


Types = dict[str, dict[str, str]]
"""Attribute types by attribute name, by the name of the event or object type; OCEL 2.0 words."""


class Workbench:
    """Collects events, objects, changes and links, and gives them back in a fixed order.

    `types` are known once everything is laid down; an attribute that had values of two types is
    told as text.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.event_types: Types = {}
        self.object_types: Types = {}

    # -- laying down -------------------------------------------------------------------------

    def event(
        self,
        position: int,
        kind: str,
        time: datetime,
        attributes: Mapping[str, Scalar],
        references: Iterable[Reference],
    ) -> None:
        """Lay down one event and every object it speaks of."""
        known = self.event_types.setdefault(kind, {})
        told = {name: _noted(known, name, value) for name, value in attributes.items()}
        self._database.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?)",
            (position, kind, instant_text(time), json.dumps(told, ensure_ascii=False)),
        )
        for reference in references:
            self.object(reference.object, reference.type)
            self._database.execute(
                "INSERT OR IGNORE INTO relation VALUES (?, ?, ?)",
                (position, reference.object, reference.qualifier),
            )

    def object(self, name: str, kind: str) -> None:
        """Lay down that the log holds the object *name*."""
        self.object_types.setdefault(kind, {})
        self._database.execute("INSERT OR IGNORE INTO object VALUES (?, ?)", (name, kind))

    def change(
        self, name: str, kind: str, number: int, time: str, values: Mapping[str, Scalar]
    ) -> None:
        """Lay down what becomes of an object's attributes at *time*, by the fact *number*."""
        known = self.object_types.setdefault(kind, {})
        self._database.executemany(
            "INSERT OR REPLACE INTO change VALUES (?, ?, ?, ?, ?)",
            [
                (name, number, key, time, json.dumps(_noted(known, key, value), ensure_ascii=False))
                for key, value in values.items()
            ],
        )

    def forget(self, name: str) -> None:
        """Take back every change of the object *name* laid down so far."""
        self._database.execute("DELETE FROM change WHERE object = ?", (name,))

    def link(self, source: str, target: str, kind: str, qualifier: str) -> None:
        """Lay down that *source* stands to *target*, an object of type *kind*, as *qualifier*."""
        self.object(target, kind)
        self._database.execute(
            "INSERT OR IGNORE INTO link VALUES (?, ?, ?)", (source, target, qualifier)
        )

    def link_if_both(self, source: str, target: str, qualifier: str) -> None:
        """Lay down a link of an object that may turn out not to be part of the log."""
        self._database.execute(
            "INSERT OR IGNORE INTO link VALUES (?, ?, ?)", (source, target, qualifier)
        )

    # -- reading back ------------------------------------------------------------------------

    def events(self) -> Iterator[Event]:
        """Yield the events in log order."""
        rows = self._database.execute("SELECT number, type, time, attributes FROM event ORDER BY 1")
        related = _Following(
            self._database.execute(
                "SELECT number, object, qualifier FROM relation ORDER BY 1, 2, 3"
            )
        )
        for number, kind, time, attributes in rows:
            relations = [(row[1], row[2]) for row in related.of(number)]
            yield Event(f"e{number}", kind, time, json.loads(attributes), relations)

    def objects(self) -> Iterator[Object]:
        """Yield the objects ordered by id."""
        rows = self._database.execute("SELECT id, type FROM object ORDER BY 1")
        changed = _Following(
            self._database.execute(
                "SELECT object, name, time, value FROM change ORDER BY object, number, name"
            )
        )
        linked = _Following(
            self._database.execute(
                "SELECT source, target, qualifier FROM link "
                "WHERE target IN (SELECT id FROM object) ORDER BY 1, 2, 3"
            )
        )
        for name, kind in rows:
            changes = [Change(row[1], row[2], json.loads(row[3])) for row in changed.of(name)]
            links = [(row[1], row[2]) for row in linked.of(name)]
            yield Object(name, kind, changes, links)

    def count(self, table: str) -> int:
        """Return how many rows were laid down in *table*."""
        assert table in ("event", "relation", "object")
        ((found,),) = self._database.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - one of three words
        return int(found)


class _Following:
    """Rows of one table, ordered by their first column, read alongside the rows they belong to."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, key: Any) -> list[Any]:
        """Return the rows of *key*; keys are asked for in ascending order."""
        while self._next is not None and self._next[0] < key:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != key:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found


@contextmanager
def open_workbench(folder: Path) -> Iterator[Workbench]:
    """Make a workbench in the private *folder*; its file is gone afterwards."""
    path = folder / "workbench.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # Nothing here must survive anything: a failed export is made again.
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.executescript(_TABLES)
        database.execute("BEGIN")
        yield Workbench(database)
    path.unlink(missing_ok=True)


def value_as(kind: str, value: Any) -> Any:
    """Return *value* as an attribute of OCEL type *kind*; only text takes what is of two types."""
    if kind != "string" or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _noted(known: dict[str, str], name: str, value: Scalar) -> Any:
    """Note the type of *value* and return it as JSON holds it."""
    match value:
        case bool():
            kind = "boolean"
        case int():
            kind = "integer"
        case datetime():
            kind = "time"
        case str():
            kind = "string"
    if known.setdefault(name, kind) != kind:
        known[name] = "string"
    return instant_text(value) if isinstance(value, datetime) else value
