"""The directory: units as the registry has them now, and what boards need of every policy pack."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Engine, Integer, Table, Text, or_, select

from domain.policy import Ratings
from domain.values import instant_text
from ledger.entry import Entry
from projections.initials import initials_of
from projections.store import Page, metadata

units = Table(
    "board_unit",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("initials", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("line", Text),
    Column("parent", Text),
    Column("since", Text, nullable=False),
    Column("until", Text),
)

packs = Table(
    "board_pack",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("satisfied_from", Integer, nullable=False),
    Column("not_scored", Text, nullable=False),
    Column("published_at", Text, nullable=False),
)

SATISFIED_FROM = int(Ratings.model_fields["satisfied_from"].default)
"""The grade that counts as satisfied where a pack is not in the log (an old import)."""


@dataclass(frozen=True)
class Scoring:
    """What a policy pack says about counting: from which grade, and which categories not."""

    satisfied_from: int = SATISFIED_FROM
    not_scored: frozenset[str] = frozenset()


def apply(page: Page, entry: Entry) -> None:
    """Let a registry fact change the directory."""
    fact = entry.fact
    match entry.kind:
        case "unit_registered.v1" | "unit_changed.v1":
            unit: dict[str, Any] = fact["unit"]
            row = {column.name: unit.get(column.name) for column in units.columns}
            row |= {"stream": entry.stream, "initials": initials_of(unit["name"])}
            page.put(units, row)
        case "unit_closed.v1":
            found = page.row(units, entry.stream)
            if found is not None:
                page.put(units, {**found, "until": fact["until"]})
        case "policy_published.v1":
            policy = fact["policy"]
            page.put(
                packs,
                {
                    "stream": entry.stream,
                    "version": fact["version"],
                    "satisfied_from": policy["ratings"]["satisfied_from"],
                    "not_scored": json.dumps(
                        sorted(
                            category["code"]
                            for category in policy["categories"]
                            if category["rating_excluded_from_score"]
                        )
                    ),
                    "published_at": instant_text(entry.recorded_at),
                },
            )
        case _:
            pass


def scoring(page: Page, version: str | None) -> Scoring:
    """Return what the pack of this version says about counting."""
    known: dict[str, Scoring] | None = page.pictures.get("packs")
    if known is None or (version is not None and version not in known):
        known = page.pictures["packs"] = {
            row["version"]: Scoring(row["satisfied_from"], frozenset(json.loads(row["not_scored"])))
            for row in page.everything(packs)
        }
    return known.get(version or "", Scoring())


@dataclass(frozen=True)
class UnitLine:
    """One unit of the directory; *until* is set once it is closed."""

    code: str
    name: str
    kind: str
    division: str
    line: str | None
    parent: str | None
    since: str
    until: str | None


def units_called(search: str) -> ColumnElement[bool]:
    """Return what a unit meets whose name holds *search*, or whose name's initials do."""
    return or_(
        units.c.name.contains(search, autoescape=True),
        units.c.initials.contains(search.lower(), autoescape=True),
    )


class Directory:
    """The questions people ask about units."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unit(self, code: str) -> UnitLine | None:
        """Return the unit *code*, or None."""
        asked = select(units).where(units.c.stream == f"unit/{code}")
        with self._engine.connect() as connection:
            found = connection.execute(asked).mappings().first()
        return None if found is None else _line(dict(found))

    def units(self, *, kind: str | None = None) -> list[UnitLine]:
        """Return all units, or those of one kind, ordered by code."""
        asked = select(units).order_by(units.c.code)
        if kind is not None:
            asked = asked.where(units.c.kind == kind)
        with self._engine.connect() as connection:
            return [_line(dict(row)) for row in connection.execute(asked).mappings()]


def _line(row: dict[str, Any]) -> UnitLine:
    return UnitLine(
        **{name: value for name, value in row.items() if name not in ("stream", "initials")}
    )
