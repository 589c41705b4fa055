"""The supervision board: the ladder by level and by unit, and the cards of a quarter."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    Index,
    Table,
    Text,
    case,
    func,
    select,
)

from domain.task.facts import SupervisionLevel
from domain.task.supervising import REMINDERS
from domain.values import instant_text
from ledger.entry import Entry
from projections.service_levels import CHINA
from projections.store import Page, metadata
from projections.task_board import area_of, tasks
from projections.task_picture import OPEN, Picture

steps = Table(
    "board_supervision",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("level", Text, nullable=False),
    Column("level_before", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("unit", Text),
    Column("place", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("quarter", Text, nullable=False),
    Index("board_supervision_by_quarter", "quarter", "unit"),
    Index("board_supervision_by_position", "position"),
    Index("board_supervision_as_counted", "raised_at", "place", "unit", "cause", "level"),
)

_ACT = case(
    (steps.c.cause.in_(sorted(REMINDERS)), SupervisionLevel.REMINDED.value), else_=steps.c.level
)
"""What was done to the unit, as `Step.act` says it."""

LEVELS = tuple(level.value for level in SupervisionLevel)


def apply(page: Page, entry: Entry, picture: Picture) -> None:
    """Keep each step up the ladder."""
    if entry.kind != "supervision_raised.v1":
        return
    fact = entry.fact
    page.put(
        steps,
        {
            "stream": entry.stream,
            "position": entry.position,
            "level": fact["level"],
            "level_before": fact["level_before"],
            "cause": fact["cause"],
            "unit": fact["unit"] or picture.row["main_unit"],
            "place": picture.row["place"],
            "number": picture.row["number"],
            "category": picture.row["category"],
            "raised_at": instant_text(entry.recorded_at),
            "quarter": quarter_of(entry.recorded_at),
        },
    )


def quarter_of(instant: datetime) -> str:
    """Return the quarter an instant lies in, as clocks in China show it: `2026Q4`."""
    local = instant.astimezone(CHINA)
    return f"{local.year}Q{(local.month + 2) // 3}"


@dataclass(frozen=True)
class Step:
    """One step up the ladder, proved by the entry at *position*."""

    stream: str
    position: int
    level: str
    level_before: str
    cause: str
    unit: str | None
    place: str
    number: str
    category: str
    raised_at: str
    quarter: str

    @property
    def act(self) -> str:
        """What was done to the unit: a reminder, whatever level stands, or the level reached."""
        return SupervisionLevel.REMINDED.value if self.cause in REMINDERS else self.level


@dataclass(frozen=True)
class Cards:
    """The steps raised against one unit in one quarter, by level."""

    unit: str
    counts: dict[str, int]


class SupervisionBoard:
    """The questions people ask about supervision."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ladder(self, *, place: str | None = None, unit: str | None = None) -> dict[str, int]:
        """Return how many open tasks stand on each rung now, every rung named."""
        asked = (
            select(tasks.c.supervision, func.count())
            .where(tasks.c.state.in_(OPEN))
            .group_by(tasks.c.supervision)
        )
        if place is not None:
            asked = asked.where(tasks.c.place.startswith(area_of(place), autoescape=True))
        if unit is not None:
            asked = asked.where(tasks.c.main_unit == unit)
        with self._engine.connect() as connection:
            found = {str(level): count for level, count in connection.execute(asked)}
        return {level: found.get(level, 0) for level in LEVELS}

    def by_unit(self, *, place: str | None = None) -> dict[str, dict[str, int]]:
        """Return the open tasks above the lowest rung, by main unit and level."""
        asked = (
            select(tasks.c.main_unit, tasks.c.supervision, func.count())
            .where(
                tasks.c.state.in_(OPEN),
                tasks.c.supervision != SupervisionLevel.NONE.value,
            )
            .group_by(tasks.c.main_unit, tasks.c.supervision)
            .order_by(tasks.c.main_unit)
        )
        if place is not None:
            asked = asked.where(tasks.c.place.startswith(area_of(place), autoescape=True))
        found: dict[str, dict[str, int]] = {}
        with self._engine.connect() as connection:
            for unit, level, count in connection.execute(asked):
                found.setdefault(str(unit or ""), {})[str(level)] = count
        return found

    def cards(self, quarter: str) -> list[Cards]:
        """Return the steps raised in *quarter* (`2026Q4`) by unit, most red cards first."""
        asked = (
            select(steps.c.unit, steps.c.level, func.count())
            .where(steps.c.quarter == quarter)
            .group_by(steps.c.unit, steps.c.level)
        )
        by_unit: dict[str, dict[str, int]] = {}
        with self._engine.connect() as connection:
            for unit, level, count in connection.execute(asked):
                by_unit.setdefault(str(unit or ""), {})[str(level)] = count
        found = [Cards(unit, counts) for unit, counts in by_unit.items()]
        return sorted(
            found, key=lambda one: (-one.counts.get("RED", 0), -sum(one.counts.values()), one.unit)
        )

    def steps(
        self,
        *,
        quarter: str | None = None,
        unit: str | None = None,
        stream: str | None = None,
        place: str | None = None,
        act: str | None = None,
        raised_from: str | None = None,
        raised_until: str | None = None,
        limit: int = 500,
    ) -> list[Step]:
        """Return the steps themselves, the newest first.

        *place* is a division code and means everything within it, *act* is what `Step.act` says;
        the instants are RFC 3339 in UTC, *raised_until* exclusive.
        """
        asked = select(steps).order_by(steps.c.position.desc()).limit(limit)
        for column, value in (
            (steps.c.quarter, quarter),
            (steps.c.unit, unit),
            (steps.c.stream, stream),
            (_ACT, act),
        ):
            if value is not None:
                asked = asked.where(column == value)
        asked = asked.where(*_raised(place, raised_from, raised_until))
        with self._engine.connect() as connection:
            return [Step(**row) for row in connection.execute(asked).mappings()]

    def raised(
        self,
        *,
        place: str | None = None,
        raised_from: str | None = None,
        raised_until: str | None = None,
    ) -> dict[str, dict[str, int]]:
        """Return how often each act was taken against each unit ("": none) in that time."""
        asked = (
            select(steps.c.unit, _ACT.label("act"), func.count())
            .where(*_raised(place, raised_from, raised_until))
            .group_by(steps.c.unit, "act")
        )
        found: dict[str, dict[str, int]] = {}
        with self._engine.connect() as connection:
            for unit, act, count in connection.execute(asked):
                found.setdefault(str(unit or ""), {})[str(act)] = count
        return found


def _raised(place: str | None, since: str | None, until: str | None) -> list[ColumnElement[bool]]:
    """Return what a step within *place* and that time meets."""
    found: list[ColumnElement[bool]] = []
    if place is not None:
        found.append(steps.c.place.startswith(area_of(place), autoescape=True))
    if since is not None:
        found.append(steps.c.raised_at >= since)
    if until is not None:
        found.append(steps.c.raised_at < until)
    return found
