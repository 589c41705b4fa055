"""The schema of an SQLite ledger, held against the one its migrations make.

A guard of the right name whose text is another guards nothing, and a table whose definition was
altered may mean another thing by its rows; so texts are compared, not names.
"""

import sqlite3
from functools import cache
from importlib import import_module

_MIGRATIONS = (
    "ledger.migrations.versions.0001_the_book_of_record",
    "ledger.migrations.versions.0002_checkpoints_at_rest",
)
_OBJECTS = "SELECT name, tbl_name, type, sql FROM sqlite_master ORDER BY name"
_LATER = frozenset(("checkpoints", "cosignatures"))
"""Tables that a ledger of an earlier release has not yet."""


def schema_differences(ledger: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (name, what is wrong) for each table, index and guard that is not as it was made."""
    found = {row[0]: row for row in ledger.execute(_OBJECTS)}
    differences = []
    for name, (table, made) in _as_made().items():
        if table in _LATER and table not in found:
            continue
        if name not in found:
            differences.append((name, name))
        elif found[name][3] != made:
            differences.append((name, f"{name}: its definition is another one"))
    ours = {table for table, _ in _as_made().values()}
    differences += [
        (name, f"{name}: nobody made this {kind}")
        for name, table, kind, _ in found.values()
        if table in ours and name not in _as_made()
    ]
    return differences


@cache
def _as_made() -> dict[str, tuple[str, str | None]]:
    """Return the table and the definition of every object, from a ledger made in memory."""
    fresh = sqlite3.connect(":memory:")
    try:
        for migration in _MIGRATIONS:
            for statement in import_module(migration).SQLITE:
                fresh.execute(statement)
        return {name: (table, sql) for name, table, _, sql in fresh.execute(_OBJECTS)}
    finally:
        fresh.close()
