"""An object-centric event log in the SQLite form of OCEL 2.0.

Every event type and every object type has a table of its own, whose name stands in a map; an
object has a first row for its beginning, and one row for every later change of one attribute.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from audit.exports.choosing import Tick, no_tick
from audit.exports.workbench import BEGINNING, Change, Object, Types, Workbench, value_as

_COLUMN_TYPES = {
    "string": "TEXT",
    "time": "TIMESTAMP",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
}

_COMMON = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL);
CREATE TABLE event (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES event_map_type (ocel_type)
);
CREATE TABLE object (
    ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES object_map_type (ocel_type)
);
CREATE TABLE event_object (
    ocel_event_id TEXT NOT NULL REFERENCES event (ocel_id),
    ocel_object_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)
);
CREATE TABLE object_object (
    ocel_source_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_target_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)
);
"""


def write_ocel_sqlite(bench: Workbench, path: Path, tick: Tick = no_tick) -> int:
    """Write the log of *bench* as an OCEL 2.0 SQLite file to *path*; return its events' number."""
    written = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        # The file is brought to the disk as a whole once it is finished.
        file.execute("PRAGMA journal_mode = OFF")
        file.execute("PRAGMA synchronous = OFF")
        file.executescript(_COMMON)
        file.execute("BEGIN")
        _tables(file, "event", bench.event_types)
        _tables(file, "object", bench.object_types)
        for one in bench.objects():
            file.execute("INSERT INTO object VALUES (?, ?)", (one.id, one.type))
            _changes(file, one, bench.object_types[one.type])
        # A relation may name an object that comes later, so they all follow the objects.
        for one in bench.objects():
            file.executemany(
                "INSERT INTO object_object VALUES (?, ?, ?)",
                [(one.id, target, qualifier) for target, qualifier in one.relations],
            )
        for event in bench.events():
            types = bench.event_types[event.type]
            file.execute("INSERT INTO event VALUES (?, ?)", (event.id, event.type))
            columns = {
                "ocel_id": event.id,
                "ocel_time": event.time,
                **{name: value_as(types[name], value) for name, value in event.attributes.items()},
            }
            _insert(file, f"event_{event.type}", columns)
            file.executemany(
                "INSERT INTO event_object VALUES (?, ?, ?)",
                [(event.id, name, qualifier) for name, qualifier in event.relations],
            )
            written += 1
            tick(1)
        file.execute("COMMIT")
        file.execute("PRAGMA journal_mode = DELETE")
    return written


def _tables(file: sqlite3.Connection, what: str, types: Types) -> None:
    for name, attributes in sorted(types.items()):
        file.execute(f"INSERT INTO {what}_map_type VALUES (?, ?)", (name, name))  # noqa: S608 - event or object
        columns = ["ocel_id TEXT NOT NULL", "ocel_time TIMESTAMP NOT NULL"]
        if what == "object":
            columns.append("ocel_changed_field TEXT")
        columns += [
            f"{_quoted(attribute)} {_COLUMN_TYPES[kind]}"
            for attribute, kind in sorted(attributes.items())
        ]
        columns.append(f"FOREIGN KEY (ocel_id) REFERENCES {what} (ocel_id)")
        file.execute(f"CREATE TABLE {_quoted(f'{what}_{name}')} ({', '.join(columns)})")


def _changes(file: sqlite3.Connection, one: Object, types: dict[str, str]) -> None:
    first = [change for change in one.changes if change.time == BEGINNING]
    columns = {change.name: value_as(types[change.name], change.value) for change in first}
    table = f"object_{one.type}"
    _insert(file, table, {"ocel_id": one.id, "ocel_time": BEGINNING, **columns})
    for change in one.changes:
        if change.time != BEGINNING:
            _insert(file, table, _changed(one, change, types))


def _changed(one: Object, change: Change, types: dict[str, str]) -> dict[str, Any]:
    return {
        "ocel_id": one.id,
        "ocel_time": change.time,
        "ocel_changed_field": change.name,
        change.name: value_as(types[change.name], change.value),
    }


def _insert(file: sqlite3.Connection, table: str, columns: dict[str, Any]) -> None:
    names = ", ".join(_quoted(name) for name in columns)
    marks = ", ".join("?" * len(columns))
    # Names of tables and columns come from fact kinds and field names, quoted; values are bound.
    file.execute(
        f"INSERT INTO {_quoted(table)} ({names}) VALUES ({marks})",  # noqa: S608 - as said above
        tuple(columns.values()),
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
