"""Figures of a community, counted from facts: what a pilot's baseline, progress and goals rest on.

One definition for the writer and the auditor, each with a reader of its own. Every figure is a
numerator and a denominator, and the positions of the facts its numerator rests on. Tasks count as
in `domain/figures.py`; a case counts where its newest fact that names a place says it lies.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from domain.figures import TaskFigures, Told
from domain.values import DivisionCode, Frozen, covers

Count = Annotated[int, Field(ge=0)]
LogPosition = Annotated[int, Field(ge=-1)]

PLACED_BY = ("task_registered.v1", "task_triaged.v1", "registration_corrected.v1")
"""The facts of a task that say where it lies: where a reader looks for the tasks of a place."""

_PLACED_BY = frozenset((*PLACED_BY, "finding_recorded.v1", "facility_proposed.v1"))

COUNTED_CATEGORIES = ("task", "finding", "facility")
"""The kinds of case the figures are counted from."""


class CommunityFigure(StrEnum):
    """What is counted of a community; stored for ever."""

    TASKS_CLOSED = "TASKS_CLOSED"  # of the tasks there
    RESIDENTS_SATISFIED = "RESIDENTS_SATISFIED"  # of the residents who rated
    FINDINGS_STRUCK_OFF = "FINDINGS_STRUCK_OFF"  # of the findings on the ledger
    FINDINGS_OPEN = "FINDINGS_OPEN"  # of the findings on the ledger
    FUNCTIONS_OPEN = "FUNCTIONS_OPEN"  # of the functions planned in facilities


class FigureValue(Frozen):
    """One figure as it was counted."""

    figure: CommunityFigure
    numerator: Count
    denominator: Count


class CommunityFigures(Frozen):
    """The figures of one community, frozen at log position *position*."""

    community: DivisionCode
    position: LogPosition
    figures: tuple[FigureValue, ...]

    def value(self, figure: CommunityFigure) -> FigureValue:
        """Return what was counted for *figure*; 0 of 0 where it was not counted yet then."""
        nothing = FigureValue(figure=figure, numerator=0, denominator=0)
        return next((one for one in self.figures if one.figure is figure), nothing)


@dataclass(frozen=True)
class CountedCommunity:
    """The figures of one community with the positions of the facts each numerator rests on."""

    frozen: CommunityFigures
    facts: Mapping[CommunityFigure, tuple[int, ...]]


@dataclass
class _Counting:
    """One figure while it is being counted: what it is out of, and what of that counts."""

    out_of: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
    facts: set[int] = field(default_factory=set)

    def take(self, name: str, position: int | None) -> None:
        """Count *name*; it is in the numerator where a fact at *position* put it there."""
        self.out_of.add(name)
        if position is not None:
            self.found.add(name)
            self.facts.add(position)


_Count = Callable[
    [str, Sequence[Told], Mapping[str, int], Mapping[CommunityFigure, _Counting]], None
]


def counted_communities(
    communities: Iterable[str],
    position: int,
    entries_of: Callable[[str], Iterable[Sequence[Told]]],
    satisfied_from: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, CountedCommunity]:
    """Return the figures of each of *communities* at log position *position*.

    *entries_of* gives, for one of `COUNTED_CATEGORIES`, the entries of every case that may lie in
    one of them, up to the position. *satisfied_from* gives the lowest satisfied grade of each pack.
    """
    counting = {
        one: {figure: _Counting() for figure in CommunityFigure} for one in sorted(set(communities))
    }
    for category in COUNTED_CATEGORIES:
        for number, entries in enumerate(entries_of(category)):
            place = _place(entries)
            for community, figures in counting.items():
                if place and covers(community, place):
                    _COUNTS[category](f"{category}/{number}", entries, satisfied_from, figures)
    return {
        community: CountedCommunity(
            frozen=CommunityFigures(
                community=community,
                position=position,
                figures=tuple(
                    FigureValue(
                        figure=figure, numerator=len(one.found), denominator=len(one.out_of)
                    )
                    for figure, one in figures.items()
                ),
            ),
            facts={figure: tuple(sorted(one.facts)) for figure, one in figures.items()},
        )
        for community, figures in counting.items()
    }


def _place(entries: Sequence[Told]) -> str:
    """Return where the newest fact that says so has the case; "" where none does."""
    place = ""
    for entry in entries:
        if entry.kind in _PLACED_BY:
            place = str(entry.fact.get("place") or place)
    return place


def _count_task(
    name: str,
    entries: Sequence[Told],
    satisfied_from: Mapping[str, int],
    figures: Mapping[CommunityFigure, _Counting],
) -> None:
    task, rated = TaskFigures(), dict[str, int]()
    for entry in entries:
        if entry.kind == "task_registered.v1":
            pack = str(entry.fact["policy"]).partition("@")[0]
            task.satisfied_from = satisfied_from.get(pack, task.satisfied_from)
        before = dict(task.grades)
        task.remember(entry)
        rated |= {
            who: entry.position for who, grade in task.grades.items() if before.get(who) != grade
        }
    if not task.counted:
        return
    figures[CommunityFigure.TASKS_CLOSED].take(name, task.closed_at)
    for who, grade in task.grades.items():
        satisfied = grade >= task.satisfied_from
        figures[CommunityFigure.RESIDENTS_SATISFIED].take(
            f"{name}/{who}", rated[who] if satisfied else None
        )


def _count_finding(
    name: str,
    entries: Sequence[Told],
    satisfied_from: Mapping[str, int],
    figures: Mapping[CommunityFigure, _Counting],
) -> None:
    del satisfied_from
    since, struck_off = entries[0].position, None
    for entry in entries:
        match entry.kind:
            case "finding_dismissed.v1" | "finding_merged.v1":
                return
            case "finding_struck_off.v1":
                struck_off = entry.position
            case "finding_reopened.v1":
                since, struck_off = entry.position, None
    figures[CommunityFigure.FINDINGS_STRUCK_OFF].take(name, struck_off)
    figures[CommunityFigure.FINDINGS_OPEN].take(name, since if struck_off is None else None)


def _count_facility(
    name: str,
    entries: Sequence[Told],
    satisfied_from: Mapping[str, int],
    figures: Mapping[CommunityFigure, _Counting],
) -> None:
    """A function that stands in two facilities of a community is one function of it."""
    del name, satisfied_from
    functions: tuple[str, ...] = ()
    opened = None
    for entry in entries:
        match entry.kind:
            case "facility_proposed.v1" | "facility_accepted.v1":
                functions = tuple(entry.fact["functions"])
            case "facility_dropped.v1" | "facility_closed.v1":
                return
            case "facility_opened.v1" | "facility_resumed.v1":
                opened = entry.position
            case "facility_suspended.v1":
                opened = None
    for function in functions:
        figures[CommunityFigure.FUNCTIONS_OPEN].take(function, opened)


_COUNTS: dict[str, _Count] = {
    "task": _count_task,
    "finding": _count_finding,
    "facility": _count_facility,
}
