"""The board of cases: one line for each case of every kind that has no board of its own.

What a line shows is said by the kind itself (`CaseKind.shown`), as a pure function of the case; a
line keeps the facts it was told, so that the next one is taken in without asking the ledger.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Index,
    Integer,
    Table,
    Text,
    func,
    or_,
    select,
)

from domain.casebook import CASES
from domain.cases import CaseKind
from domain.envelope import By, Happened
from domain.models import models_of
from domain.rules import Rules
from domain.values import category_of, instant_text
from ledger.entry import Entry, happened, instant_of
from projections.directory import units as known_units
from projections.directory import units_called
from projections.initials import initials_of
from projections.store import Page, Row, metadata

cases = Table(
    "board_case",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("category", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("initials", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("over", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("holder", Text),
    Column("service", Text),
    Column("begun_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Column("next_clock", Text),
    Column("next_due", Text),
    Column("details", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Index("board_case_by_state", "category", "state", "next_due"),
    Index("board_case_by_place", "category", "place"),
    Index("board_case_by_holder", "holder", "over"),
)

concerned = Table(
    "board_case_unit",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Index("board_case_unit_by_unit", "unit"),
)

SHOWN = frozenset(category for category, kind in CASES.items() if kind.on_the_board)
"""The kinds of case that stand on this board."""

_NO_RULES = Rules({}, {}, {}, default_policy="")
"""Clocks of these kinds follow from the case's own facts."""


@dataclass(frozen=True)
class _Picture:
    """A case while a page is worked on: its state, and the facts that led there."""

    kind: CaseKind
    state: Any
    told: tuple[Row, ...]
    row: Row
    units: tuple[str, ...] = ()


def apply(page: Page, entry: Entry) -> None:
    """Let *entry* change its case's line."""
    kind = CASES[category_of(entry.stream)]
    picture: _Picture | None = page.pictures.get(entry.stream)
    if picture is None:
        picture = _kept(page, kind, entry.stream)
    state = kind.evolve(picture.state, happened(kind, entry))
    shown = kind.shown(state)
    name, at = kind.state_name(state), instant_text(entry.recorded_at)
    clocks = () if kind.is_over(state) else kind.clocks(state, _NO_RULES)
    first = min(clocks, key=lambda clock: (clock.due, clock.name), default=None)
    before = picture.row
    row = {
        "stream": entry.stream,
        "category": kind.category,
        "title": "" if shown is None else shown.title,
        "initials": "" if shown is None else initials_of(shown.title),
        "state": name,
        "since": before["since"] if before.get("state") == name else at,
        "over": int(kind.is_over(state)),
        "place": "" if shown is None else shown.place,
        "holder": kind.holder(state),
        "service": kind.service_category(state),
        "begun_at": before.get("begun_at", at),
        "changed_at": at,
        "next_clock": None if first is None else first.name,
        "next_due": None if first is None else instant_text(first.due),
        "details": _json({} if shown is None else shown.details),
        "version": entry.version,
        "position": entry.position,
    }
    page.pictures[entry.stream] = _Picture(
        kind,
        state,
        (*picture.told, _written(entry)),
        row,
        () if shown is None else tuple(sorted(set(shown.units))),
    )


def finish(page: Page) -> None:
    """Write the cases of the page back to their lines."""
    for stream, picture in page.pictures.items():
        if not isinstance(picture, _Picture):
            continue
        page.put(cases, {**picture.row, "told": _json(picture.told)})
        stored = {row["unit"]: row for row in page.rows(concerned, stream)}
        for unit in stored.keys() - set(picture.units):
            page.drop(concerned, stored[unit])
        for unit in set(picture.units) - stored.keys():
            page.put(concerned, {"stream": stream, "unit": unit})


def _kept(page: Page, kind: CaseKind, stream: str) -> _Picture:
    """Return the case as its line has it: the facts it was told, told again."""
    row = page.row(cases, stream)
    if row is None:
        return _Picture(kind, kind.initial, (), {})
    told = tuple(json.loads(row["told"]))
    state = kind.initial
    for one in told:
        state = kind.evolve(state, _read(kind, one))
    return _Picture(kind, state, told, dict(row))


def _written(entry: Entry) -> Row:
    return {
        "kind": entry.kind,
        "fact": entry.fact,
        "at": instant_text(entry.recorded_at),
        "occurred_at": instant_text(entry.occurred_at),
        "by": entry.by.model_dump(mode="json", exclude_none=True),
        "version": entry.version,
    }


def _read(kind: CaseKind, told: Row) -> Happened[Any]:
    return Happened(
        fact=models_of(kind.facts)[told["kind"]].model_validate(told["fact"]),
        at=instant_of(told["at"]),
        occurred_at=instant_of(told["occurred_at"]),
        by=By.model_validate(told["by"]),
        version=told["version"],
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True)
class CaseLine:
    """One case as the board shows it; instants are RFC 3339 in UTC, *details* are the kind's."""

    stream: str
    category: str
    title: str
    state: str
    since: str
    over: bool
    place: str
    holder: str | None
    service: str | None
    begun_at: str
    changed_at: str
    next_clock: str | None
    next_due: str | None
    details: dict[str, Any]
    version: int
    position: int

    @property
    def key(self) -> str:
        """The id of the case within its kind."""
        return self.stream.partition("/")[2]

    def title_in(self, language: str) -> str:
        """Return the title; of a finding, its indicator, which the details hold in both."""
        label = self.details.get("label")
        return str(label["en"]) if language == "en" and isinstance(label, dict) else self.title


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are wanted; what is left empty asks for nothing.

    *place* is a division and all within it. *concerning* narrows to what somebody has to do with:
    their unit, or a place in its division or around it.
    """

    category: str
    states: tuple[str, ...] = ()
    open_only: bool = False
    place: str | None = None
    holder: str | None = None
    service: str | None = None
    search: str | None = None
    concerning: "Concern | None" = None


@dataclass(frozen=True)
class Concern:
    """Whose cases: those of *units*, those within *division*, and those of places around it."""

    units: tuple[str, ...]
    division: str


class CaseBoard:
    """The questions people ask about cases of these kinds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, stream: str) -> CaseLine | None:
        """Return the line of the case *stream*, or None where there is none."""
        with self._engine.connect() as connection:
            found = connection.execute(_LINES.where(cases.c.stream == stream)).mappings().first()
        return None if found is None else _line(dict(found))

    def units(self, stream: str) -> tuple[str, ...]:
        """Return the units that have to do with the case *stream*."""
        asked = select(concerned.c.unit).where(concerned.c.stream == stream)
        with self._engine.connect() as connection:
            return tuple(sorted(connection.execute(asked).scalars()))

    def find(
        self, wanted: CaseFilter, *, order: str = "-changed_at", page: int = 1, size: int = 20
    ) -> tuple[list[CaseLine], int]:
        """Return one page of cases and how many there are in all; *order* is a column."""
        conditions = _conditions(wanted)
        page, size = max(page, 1), min(max(size, 1), 1000)
        column = cases.c[order.lstrip("-")]
        first = column.desc() if order.startswith("-") else column.asc().nulls_last()
        asked = _LINES.where(*conditions).order_by(first, cases.c.stream)
        with self._engine.connect() as connection:
            total = connection.execute(
                select(func.count()).select_from(cases).where(*conditions)
            ).scalar_one()
            found = connection.execute(asked.limit(size).offset((page - 1) * size)).mappings().all()
        return [_line(dict(row)) for row in found], total

    def waiting(self, units: Sequence[str], size: int) -> tuple[list[CaseLine], int]:
        """Return the open cases whose turn it is at one of *units*, the most pressing first.

        One that no clock runs for, such as a site in use, waits for nobody.
        """
        conditions = (cases.c.holder.in_(units), cases.c.over == 0, cases.c.next_due.is_not(None))
        asked = _LINES.where(*conditions).order_by(
            cases.c.next_due.asc().nulls_last(), cases.c.stream
        )
        with self._engine.connect() as connection:
            total = connection.execute(
                select(func.count()).select_from(cases).where(*conditions)
            ).scalar_one()
            found = connection.execute(asked.limit(size)).mappings().all()
        return [_line(dict(row)) for row in found], total

    def every(self, wanted: CaseFilter) -> Iterator[CaseLine]:
        """Yield every case, the first begun first."""
        asked = _LINES.where(*_conditions(wanted)).order_by(cases.c.begun_at, cases.c.stream)
        with self._engine.connect() as connection:
            for row in connection.execute(asked).mappings():
                yield _line(dict(row))

    def counts(self, wanted: CaseFilter) -> dict[str, int]:
        """Return how many cases there are in each state."""
        asked = (
            select(cases.c.state, func.count())
            .where(*_conditions(replace(wanted, states=(), open_only=False)))
            .group_by(cases.c.state)
        )
        with self._engine.connect() as connection:
            return {str(state): count for state, count in connection.execute(asked)}


_LINES = select(*(column for column in cases.columns if column.name not in ("told", "initials")))


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [cases.c.category == wanted.category]
    if wanted.states:
        found.append(cases.c.state.in_(wanted.states))
    if wanted.open_only:
        found.append(cases.c.over == 0)
    if wanted.place:
        found.append(cases.c.place.startswith(_stem(wanted.place)))
    if wanted.holder:
        found.append(cases.c.holder == wanted.holder)
    if wanted.service:
        found.append(cases.c.service == wanted.service)
    if wanted.search:
        called = select(known_units.c.code).where(units_called(wanted.search))
        found.append(
            or_(
                cases.c.title.contains(wanted.search, autoescape=True),
                cases.c.initials.contains(wanted.search.lower(), autoescape=True),
                cases.c.holder.in_(called),
            )
        )
    if wanted.concerning is not None:
        ours = select(concerned.c.stream).where(concerned.c.unit.in_(wanted.concerning.units))
        division = wanted.concerning.division
        found.append(
            or_(
                cases.c.place.startswith(_stem(division)),
                cases.c.place.in_(_around(division)),
                cases.c.stream.in_(ours),
            )
        )
    return found


def _stem(division: str) -> str:
    """Return what codes within *division* begin with: 4401 for the whole of Guangzhou, 440100."""
    while len(division) in (4, 6) and division.endswith("00"):
        division = division[:-2]
    return division


def _around(division: str) -> tuple[str, ...]:
    """Return the divisions that *division* lies in, itself among them."""
    county = division[:6]
    wider = {f"{county[:2]}0000", f"{county[:4]}00", county}
    return tuple(sorted(wider | {division[:size] for size in (9, 12) if len(division) >= size}))


def _line(row: Row) -> CaseLine:
    return CaseLine(**{**row, "over": bool(row["over"]), "details": json.loads(row["details"])})
