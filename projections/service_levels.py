"""Service levels: for every rate, the facts that count in its numerator and its denominator.

One row per thing counted, with the log positions that opened and settled it, so that any figure
can be computed again and explained. A row that is left out says why. Figures of an earlier round
stay as they were when a task is done again or reopened. Definitions are versioned
(`response_rate@1`); cities differ, and a figure without its definition says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

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
    literal,
    select,
)

from ledger.entry import Entry
from projections.directory import scoring
from projections.service_definitions import DEFINITIONS, NEVER_SCORED
from projections.store import Page, Row, metadata
from projections.task_board import area_of
from projections.task_picture import Picture

IN_ORDER = ("opened", "settled", "stream", "round", "part")
"""What measures are told in the order of."""

measures = Table(
    "board_measure",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("metric", Text, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("unit", Text),
    Column("street", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("pairing", Text),
    Column("month", Text, nullable=False),
    Column("numerator", Integer, nullable=False),
    Column("denominator", Integer, nullable=False),
    Column("excluded", Text),
    Column("remark", Text),
    Column("opened", BigInteger, nullable=False),
    Column("settled", BigInteger, nullable=False),
    Index("board_measure_as_told", "metric", *IN_ORDER),
    Index("board_measure_of_month_as_told", "metric", "month", *IN_ORDER),
    Index("board_measure_of_unit_as_told", "unit", "metric", *IN_ORDER),
)
"""What was counted, one row a thing."""

sums = Table(
    "board_measure_sums",
    metadata,
    Column("metric", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("street", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("pairing", Text, primary_key=True),
    Column("numerator", BigInteger, nullable=False),
    Column("denominator", BigInteger, nullable=False),
    Column("excluded", BigInteger, nullable=False),
)
"""The same summed up, so that a rate of a year is not added up anew for everybody who looks."""

CHINA = timezone(timedelta(hours=8), "UTC+8")


class _Count:
    """Counts the fact of one entry for its task."""

    def __init__(self, page: Page, entry: Entry, picture: Picture) -> None:
        self.page, self.entry, self.row = page, entry, picture.row
        self.round = self.row["round"] + self.row["rework_rounds"]

    def find(self, metric: str, part: str = "", *, number: int | None = None) -> Row | None:
        """Return the row counted before, if any."""
        wanted = self.round if number is None else number
        return self.page.find(measures, self.entry.stream, metric, wanted, part)

    def put(
        self,
        metric: str,
        part: str = "",
        *,
        counts: bool,
        unit: str | None = None,
        excluded: str | None = None,
        remark: str | None = None,
    ) -> None:
        """Count one thing in this round, in place of what was counted for it before."""
        before = self.find(metric, part)
        row = self.row
        not_scored = scoring(self.page, self.entry.policy).not_scored
        if excluded is None and metric in NEVER_SCORED and row["category"] in not_scored:
            excluded = "category_not_scored"
        local = self.entry.recorded_at.astimezone(CHINA)
        _keep(
            self.page,
            before,
            {
                "stream": self.entry.stream,
                "metric": metric,
                "round": self.round,
                "part": part,
                "unit": unit or row["main_unit"],
                "street": row["street"],
                "category": row["category"],
                "pairing": row["pairing"],
                "month": before["month"] if before else local.strftime("%Y-%m"),
                "numerator": int(counts),
                "denominator": 1,
                "excluded": excluded,
                "remark": remark,
                "opened": before["opened"] if before else self.entry.position,
                "settled": self.entry.position,
            },
        )

    def settle(self, found: Row | None, *, counts: bool) -> None:
        """Settle what was opened before, whatever the round now is."""
        if found is not None:
            changed = {"numerator": int(counts), "settled": self.entry.position}
            _keep(self.page, found, {**found, **changed})

    def latest(self, metric: str, unit: str | None = None) -> Row | None:
        """Return the newest row of *metric*, of *unit* where one is given."""
        rows = [
            row
            for row in self.page.rows(measures, self.entry.stream)
            if row["metric"] == metric and unit in (None, row["unit"])
        ]
        return max(rows, key=lambda row: int(row["opened"]), default=None)


def apply(page: Page, entry: Entry, picture: Picture) -> None:
    """Count what the fact of *entry* counts for; *picture* is its task after that fact."""
    fact = entry.fact
    count = _Count(page, entry, picture)
    match entry.kind:
        case "resident_contacted.v1" if count.find("response_rate@1", _unit(count)) is None:
            count.put("response_rate@1", _unit(count), counts=fact["within_limit"])
        case "limit_missed.v1" if fact["clock"] == "first_contact":
            unit = fact["unit"] or _unit(count)
            if count.find("response_rate@1", unit) is None:
                count.put("response_rate@1", unit, counts=False, unit=unit)
        case "task_dispatched.v1" | "unit_designated.v1":
            part = str(entry.position)
            count.put("return_rate@1", part, counts=False)
            count.put("extension_rate@1", part, counts=False)
        case "return_approved.v1":
            count.settle(count.latest("return_rate@1", fact["unit"]), counts=True)
            count.put(
                "improper_return_rate@1", str(entry.position), counts=False, unit=fact["unit"]
            )
        case "return_refused.v1":
            count.put("improper_return_rate@1", str(entry.position), counts=True, unit=fact["unit"])
        case "extension_granted.v1":
            count.settle(count.latest("extension_rate@1"), counts=True)
        case "task_overdue.v1" if count.find("on_time_rate@1") is None:
            count.put("on_time_rate@1", counts=False, unit=fact["unit"])
        case "result_submitted.v1":
            if count.find("on_time_rate@1") is None:
                count.put("on_time_rate@1", counts=fact["on_time"])
            count.put("rework_rate@1", str(entry.position), counts=False)
        case "rework_ordered.v1":
            count.settle(count.latest("rework_rate@1"), counts=True)
        case "callback_recorded.v1" | "task_rated.v1":
            _answer(count)
        case "rating_defaulted.v1":
            _silence(count)
        case "score_excluded.v1":
            for row in page.rows(measures, entry.stream):
                reason = f"score_excluded:{fact['ground']}"
                _keep(page, row, {**row, "excluded": row["excluded"] or reason})
        case _:
            pass


def _keep(page: Page, before: Row | None, row: Row) -> None:
    """Count *row*, in place of *before*."""
    page.put(measures, row)
    for one, sign in ((before, -1), (row, 1)):
        if one is not None:
            key = tuple(one[column.name] or "" for column in sums.primary_key)
            left_out = one["excluded"] is not None
            page.add(
                sums,
                key,
                0 if left_out else sign * one["numerator"],
                0 if left_out else sign * one["denominator"],
                sign if left_out else 0,
            )


def _unit(count: _Count) -> str:
    return str(count.row["main_unit"] or "")


def _answer(count: _Count) -> None:
    """A resident answered, by telephone or by their own rating."""
    fact = count.entry.fact
    part = str(fact["subject"] or "callback")
    if fact["resolved"] is not None:
        count.put("resolution_rate@1", part, counts=fact["resolved"])
    if fact["grade"] is not None:
        from_grade = scoring(count.page, count.entry.policy).satisfied_from
        count.put("satisfaction_rate@1", part, counts=fact["grade"] >= from_grade)
        count.put("rating_coverage@1", part, counts=True)
    elif fact["resolution"] == "UNRATED" and count.find("satisfaction_rate@1", part) is None:
        count.put("satisfaction_rate@1", part, counts=False, excluded="unrated")
        count.put("rating_coverage@1", part, counts=False)


def _silence(count: _Count) -> None:
    """The rating window passed: unrated, or satisfied by default where the pack says so."""
    fact = count.entry.fact
    satisfied = fact["value"] == "SATISFIED"
    for part in fact["subjects"] or ("nobody",):
        if count.find("satisfaction_rate@1", part) is None:
            count.put(
                "satisfaction_rate@1",
                part,
                counts=satisfied,
                excluded=None if satisfied else "unrated",
                remark="default" if satisfied else None,
            )
            count.put("rating_coverage@1", part, counts=False)


GroupBy = Literal["all", "unit", "street", "category", "month", "pairing"]


@dataclass(frozen=True)
class LevelFilter:
    """Which counts are meant; *place* is a division code, months are `2026-11`, both inclusive."""

    metrics: Sequence[str] = ()
    unit: str | None = None
    place: str | None = None
    category: str | None = None
    pairing: str | None = None
    month_from: str | None = None
    month_to: str | None = None

    def conditions(self, table: Table) -> list[ColumnElement[bool]]:
        """Return what a row of *table*, the measures or their sums, must meet."""
        found: list[ColumnElement[bool]] = []
        for column, value in (
            (table.c.unit, self.unit),
            (table.c.category, self.category),
            (table.c.pairing, self.pairing),
        ):
            if value is not None:
                found.append(column == value)
        if self.metrics:
            found.append(table.c.metric.in_(list(self.metrics)))
        if self.place is not None:
            found.append(table.c.street.startswith(area_of(self.place)[:9], autoescape=True))
        if self.month_from is not None and self.month_from == self.month_to:
            found.append(table.c.month == self.month_from)
            return found
        if self.month_from is not None:
            found.append(table.c.month >= self.month_from)
        if self.month_to is not None:
            found.append(table.c.month <= self.month_to)
        return found


EVERYTHING = LevelFilter()


@dataclass(frozen=True)
class Rate:
    """A rate of one group as its two counts; *excluded* were left out, each for its reason."""

    metric: str
    group: str
    numerator: int
    denominator: int
    excluded: int

    @property
    def percent(self) -> str | None:
        """The rate to one decimal, rounded half up, such as `96.7%`; None with nothing to count."""
        if not self.denominator:
            return None
        permille = (self.numerator * 2000 + self.denominator) // (2 * self.denominator)
        return f"{permille // 10}.{permille % 10}%"


@dataclass(frozen=True)
class Measure:
    """One thing counted; the entries at *opened* and *settled* prove it."""

    stream: str
    metric: str
    round: int
    part: str
    unit: str | None
    street: str
    category: str
    pairing: str | None
    month: str
    numerator: int
    denominator: int
    excluded: str | None
    remark: str | None
    opened: int
    settled: int


class ServiceLevels:
    """The questions people ask about how well it went."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rates(self, wanted: LevelFilter = EVERYTHING, by: GroupBy = "all") -> list[Rate]:
        """Return every rate with its two counts, per group, ordered by metric and group.

        A definition without any count in its group is left out; `all` always has every definition
        asked for.
        """
        group = literal("").label("grouped") if by == "all" else sums.c[by].label("grouped")
        asked = (
            select(
                sums.c.metric,
                group,
                func.sum(sums.c.numerator),
                func.sum(sums.c.denominator),
                func.sum(sums.c.excluded),
            )
            .where(*wanted.conditions(sums))
            .group_by(sums.c.metric, *(() if by == "all" else (group,)))
        )
        with self._engine.connect() as connection:
            found = [
                Rate(str(metric), str(name), int(above), int(below), int(out))
                for metric, name, above, below, out in connection.execute(asked)
            ]
        if by == "all":
            there = {rate.metric for rate in found}
            found += [
                Rate(metric, "", 0, 0, 0)
                for metric in wanted.metrics or DEFINITIONS
                if metric not in there
            ]
        order = list(DEFINITIONS)
        return sorted(found, key=lambda rate: (order.index(rate.metric), rate.group))

    def explain(
        self, metric: str, wanted: LevelFilter = EVERYTHING, *, limit: int = 1000, offset: int = 0
    ) -> list[Measure]:
        """Return the things counted in *metric*, excluded ones too, in log order.

        The sums over the rows without an exclusion are the two counts of the rate.
        """
        asked = (
            select(measures)
            .where(measures.c.metric == metric, *wanted.conditions(measures))
            .order_by(*(measures.c[name] for name in IN_ORDER))
            .limit(limit)
            .offset(offset)
        )
        with self._engine.connect() as connection:
            return [Measure(**row) for row in connection.execute(asked).mappings()]


def month_of(instant: datetime) -> str:
    """Return the month an instant lies in, as clocks in China show it: `2026-11`."""
    return instant.astimezone(CHINA).strftime("%Y-%m")


def as_rows(measured: Sequence[Measure]) -> list[dict[str, Any]]:
    """Return measures as plain rows, for tables and JSON."""
    return [dict(vars(one)) for one in measured]
