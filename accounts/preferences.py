"""What people like to have at hand: named filters of a list, shared in their unit, and columns.

Preferences are no facts: they may be lost, and nothing follows from them.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Engine, Table, Text, delete, func, insert, select

from accounts.store import metadata

filters = Table(
    "account_filter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("unit", Text, nullable=False, index=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
)
columns = Table(
    "account_columns",
    metadata,
    Column("person", Text, primary_key=True),
    Column("list", Text, primary_key=True),
    Column("columns", Text, nullable=False),
)

NAME_MAX = 30
QUERY_MAX = 1_000
OWN_MAX = 20
"""How many filters one person may have in a unit."""


@dataclass(frozen=True)
class SavedFilter:
    """A list somebody asked for, under a name: *query* is what stands in its address."""

    id: str
    unit: str
    owner: str
    name: str
    query: str


class Preferences:
    """The preferences of one installation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        metadata.create_all(engine)

    def filters_of(self, unit: str) -> list[SavedFilter]:
        """Return the filters that are shared in *unit*, by name."""
        asked = select(filters).where(filters.c.unit == unit).order_by(filters.c.name, filters.c.id)
        with self._engine.connect() as connection:
            return [SavedFilter(**row) for row in connection.execute(asked).mappings()]

    def save_filter(self, unit: str, owner: str, name: str, query: str) -> bool:
        """Keep a filter, in place of the owner's of the same name; False where they have too many.

        Raises `ValueError` for a name or a query that is empty or too long.
        """
        if not 0 < len(name) <= NAME_MAX or len(query) > QUERY_MAX:
            raise ValueError("a filter has a name and a query of bounded length")
        theirs = (filters.c.unit == unit, filters.c.owner == owner)
        with self._engine.begin() as connection:
            connection.execute(delete(filters).where(*theirs, filters.c.name == name))
            held = select(func.count()).select_from(filters).where(*theirs)
            if connection.execute(held).scalar_one() >= OWN_MAX:
                connection.rollback()
                return False
            kept = SavedFilter(secrets.token_hex(8), unit, owner, name, query)
            connection.execute(insert(filters), vars(kept))
        return True

    def forget_filter(self, unit: str, owner: str, wanted: str) -> bool:
        """Forget the filter with the id *wanted* of this owner; say whether there was one."""
        with self._engine.begin() as connection:
            gone = connection.execute(
                delete(filters).where(
                    filters.c.id == wanted, filters.c.unit == unit, filters.c.owner == owner
                )
            )
            return gone.rowcount > 0

    def columns_of(self, person: str, of: str) -> tuple[str, ...]:
        """Return the columns *person* chose for the list *of*, none where they never chose."""
        asked = select(columns.c.columns).where(columns.c.person == person, columns.c.list == of)
        with self._engine.connect() as connection:
            found = connection.execute(asked).scalar_one_or_none()
        return tuple(found.split(",")) if found else ()

    def choose_columns(self, person: str, of: str, chosen: Sequence[str]) -> None:
        """Remember the columns *person* chose for the list *of*."""
        with self._engine.begin() as connection:
            connection.execute(
                delete(columns).where(columns.c.person == person, columns.c.list == of)
            )
            connection.execute(
                insert(columns), {"person": person, "list": of, "columns": ",".join(chosen)}
            )
