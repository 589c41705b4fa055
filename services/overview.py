"""The district at a glance: one chosen figure of every street, as a number and as a class."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.service_definitions import DEFINITIONS
from domain.units import UnitKind
from projections.service_levels import LevelFilter
from projections.task_board import TaskFilter
from services.scope import within
from services.seeing import Seer
from wording.labels import Both


class Shade(StrEnum):
    """The class a street's number falls into; a tile always shows the number too."""

    NONE = "none"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


COUNTS: dict[str, Both] = {
    "open": ("未结任务", "open tasks"),
    "overdue": ("超期任务", "overdue tasks"),
    "supervised": ("在督办任务", "tasks under supervision"),
}
"""Figures that are counts of tasks as they stand now, less being better."""

_BETTER_LOW = frozenset(
    {"rework_rate@1", "return_rate@1", "improper_return_rate@1", "extension_rate@1"}
)
_RATE_CLASSES = {False: (950, 850), True: (50, 150)}
"""Where good ends and where fair ends, in tenths of a percent: for what should be high, or low."""

_COUNT_CLASSES = {"open": (10, 30), "overdue": (0, 3), "supervised": (0, 3)}


@dataclass(frozen=True)
class Street:
    """One street: its number as shown, the class it falls into, and from how much it comes."""

    code: str
    name: str
    division: str
    shown: str
    shade: Shade
    counted: int
    open: int
    overdue: int


def figures() -> dict[str, Both]:
    """Return every figure a district can be coloured by."""
    return COUNTS | {one.metric: (one.zh, one.en) for one in DEFINITIONS.values()}


def legend(figure: str) -> list[tuple[Shade, Both]]:
    """Return in words where each class of *figure* begins and ends."""
    if figure in COUNTS:
        good, fair = _COUNT_CLASSES[figure]
        zero = ("没有", "none") if good == 0 else (f"不超过 {good} 件", f"up to {good}")
        words = (
            zero,
            (f"{good + 1} 至 {fair} 件", f"{good + 1} to {fair}"),
            (f"超过 {fair} 件", f"more than {fair}"),
        )
    else:
        good, fair = (bound // 10 for bound in _RATE_CLASSES[figure in _BETTER_LOW])
        words = (
            (
                (f"不超过 {good}%", f"up to {good}%"),
                (f"{good}% 以上至 {fair}%", f"above {good}% up to {fair}%"),
                (f"超过 {fair}%", f"above {fair}%"),
            )
            if figure in _BETTER_LOW
            else (
                (f"{good}% 及以上", f"{good}% and above"),
                (f"{fair}% 至不足 {good}%", f"{fair}% to below {good}%"),
                (f"不足 {fair}%", f"below {fair}%"),
            )
        )
    shades = (Shade.GOOD, Shade.FAIR, Shade.POOR)
    return [*zip(shades, words, strict=True), (Shade.NONE, ("尚无可计", "nothing to count"))]


def streets(seer: Seer, figure: str, month: str | None = None) -> list[Street]:
    """Return the streets of *seer*'s division with *figure*, by code; rates may be of a *month*."""
    wanted = within(seer, TaskFilter(open_only=True))
    tasks = seer.house.boards.tasks
    opened = tasks.counts(wanted, by="street")
    overdue = tasks.counts(replace(wanted, sla="OVERDUE"), by="street")
    told = (
        _counted(seer, figure, wanted, opened, overdue)
        if figure in COUNTS
        else _rated(seer, figure, wanted.place, month)
    )
    own = seer.rules.units[seer.unit]
    offices = [
        unit
        for unit in seer.rules.units.values()
        if unit.kind is UnitKind.STREET_OFFICE
        and unit.stands(seer.at)
        and own.covers(unit.division)
    ]
    found = []
    for unit in sorted(offices, key=lambda unit: unit.code):
        shown, shade, counted = told(unit.division)
        found.append(
            Street(
                unit.code,
                unit.name,
                unit.division,
                shown,
                shade,
                counted,
                opened.get(unit.division, 0),
                overdue.get(unit.division, 0),
            )
        )
    return found


def _shade(number: int, bounds: tuple[int, int], *, low: bool) -> Shade:
    good, fair = bounds
    if low:
        return Shade.GOOD if number <= good else Shade.FAIR if number <= fair else Shade.POOR
    return Shade.GOOD if number >= good else Shade.FAIR if number >= fair else Shade.POOR


Told = Callable[[str], tuple[str, Shade, int]]


def _counted(
    seer: Seer,
    figure: str,
    wanted: TaskFilter,
    opened: dict[str, int],
    overdue: dict[str, int],
) -> Told:
    counts = {"open": opened, "overdue": overdue}.get(figure)
    if counts is None:
        levels = ("REMINDED", "YELLOW", "RED", "LISTED", "SUMMONED")
        supervised = replace(wanted, supervision=levels)
        counts = seer.house.boards.tasks.counts(supervised, by="street")

    def told(division: str) -> tuple[str, Shade, int]:
        number = counts.get(division, 0)
        shade = _shade(number, _COUNT_CLASSES[figure], low=True)
        return seer.say(f"{number} 件", f"{number}"), shade, number

    return told


def _rated(seer: Seer, figure: str, place: str | None, month: str | None) -> Told:
    wanted = LevelFilter(metrics=(figure,), place=place, month_from=month, month_to=month)
    rates = {one.group: one for one in seer.house.boards.levels.rates(wanted, by="street")}
    low = figure in _BETTER_LOW
    good, fair = _RATE_CLASSES[low]

    def told(division: str) -> tuple[str, Shade, int]:
        rate = rates.get(division)
        if rate is None or rate.percent is None:
            return "—", Shade.NONE, 0
        # Compared as whole numbers: 84.96 % is shown as 85.0 % and is not 85 %.
        bounds = (good * rate.denominator, fair * rate.denominator)
        shade = _shade(rate.numerator * 1000, bounds, low=low)
        return rate.percent, shade, rate.denominator

    return told
