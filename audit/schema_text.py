"""The schema of an SQLite book, held against the one its migrations make.

A guard of the right name whose text is another guards nothing, and a table whose definition was
altered may mean another thing by its rows; so texts are compared, not names.
"""

import sqlite3
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any, Protocol

LEDGER = (
    "ledger.migrations.versions.0001_the_book_of_record",
    "ledger.migrations.versions.0002_checkpoints_at_rest",
)
VAULT_ITEMS = ("vault.migrations.items.0001_sealed_items",)
VAULT_KEYS = ("vault.migrations.keys.0001_data_keys",)


class Asked(Protocol):
    """What answers a question with rows: a connection, or one file of several."""

    def execute(self, question: str, /) -> Iterable[Any]:
        """Return the rows."""
        ...


_OBJECTS = "SELECT name, tbl_name, type, sql FROM sqlite_master ORDER BY name"
_LATER = frozenset(("checkpoints", "cosignatures"))
"""Tables that a ledger of an earlier release has not yet."""


def schema_differences(book: Asked, migrations: tuple[str, ...] = LEDGER) -> list[tuple[str, str]]:
    """Return (name, what is wrong) for each table, index and guard that is not as it was made."""
    found = {row[0]: row for row in book.execute(_OBJECTS)}
    as_made = _as_made(migrations)
    differences = []
    for name, (table, made) in as_made.items():
        if table in _LATER and table not in found:
            continue
        if name not in found:
            differences.append((name, name))
        elif found[name][3] != made:
            differences.append((name, f"{name}: its definition is another one"))
    bookkeeping = f"{book_name(migrations)}_schema"
    differences += [
        (name, f"{name}: nobody made this {kind}")
        for name, table, kind, _ in found.values()
        if name not in as_made and table != bookkeeping and not name.startswith("sqlite_stat")
    ]
    if bookkeeping in found:
        rows = book.execute(f"SELECT version_num FROM {bookkeeping}")  # noqa: S608 - a name of ours
        stands = sorted(str(version) for (version,) in rows)
        differences += [(bookkeeping, wrong) for wrong in wrong_version(stands, migrations)]
    return differences


def book_name(migrations: tuple[str, ...]) -> str:
    """Return the name under which a book keeps its schema's version."""
    return {LEDGER: "ledger", VAULT_ITEMS: "vault", VAULT_KEYS: "vault_keys"}[migrations]


def wrong_version(stands: list[str], migrations: tuple[str, ...]) -> Iterable[str]:
    """Say what is wrong with the schema's version; an earlier release's is right, too."""
    known = [name.rpartition(".")[2].partition("_")[0] for name in migrations]
    if len(stands) != 1 or stands[0] not in known:
        found = ", ".join(stands)[:80] or "none"
        yield f"the schema is said to be version {found}; one of {', '.join(known)} was expected"


@cache
def _as_made(migrations: tuple[str, ...]) -> dict[str, tuple[str, str | None]]:
    """Return the table and the definition of every object, from a book made in memory."""
    fresh = sqlite3.connect(":memory:")
    try:
        for migration in migrations:
            for statement in import_module(migration).SQLITE:
                fresh.execute(statement)
        return {name: (table, sql) for name, table, _, sql in fresh.execute(_OBJECTS)}
    finally:
        fresh.close()
