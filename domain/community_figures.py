"""Figures of a community, counted from facts: what a pilot's baseline, progress and goals rest on.

One definition for the writer and the auditor, each with a reader of its own. Every figure is a
numerator and a denominator, and the positions of the facts its numerator rests on. Tasks count as
in `domain/figures.py`; a case counts where its newest fact that names a place says it lies.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from domain.figures import TaskFigures, Told
from domain.values import DivisionCode, Frozen, covers

Count = Annotated[int, Field(ge=0)]
LogPosition = Annotated[int, Field(ge=-1)]

PLACED_BY = ("task_registered.v1", "task_triaged.v1", "registration_corrected.v1")
"""The facts of a task that say where it lies: where a reader looks for the tasks of a place."""

_PLACED_BY = frozenset((*PLACED_BY, "finding_recorded.v1", "facility_proposed.v1"))

COUNTED_CATEGORIES = ("task", "finding", "facility", "pairing")
"""The kinds of case the figures are counted from."""


class CommunityFigure(StrEnum):
    """What is counted of a community; stored for ever."""

    TASKS_CLOSED = "TASKS_CLOSED"  # of the tasks there
    RESIDENTS_SATISFIED = "RESIDENTS_SATISFIED"  # of the residents who rated
    FINDINGS_STRUCK_OFF = "FINDINGS_STRUCK_OFF"  # of the findings on the ledger
    FINDINGS_OPEN = "FINDINGS_OPEN"  # of the findings on the ledger
    FUNCTIONS_OPEN = "FUNCTIONS_OPEN"  # of the functions planned in facilities
    COMMITMENTS_DELIVERED = "COMMITMENTS_DELIVERED"  # of what was promised to it or its street


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


@dataclass(frozen=True)
class CountedBy:
    """What counting needs beside facts: the lowest satisfied grade of packs, units' divisions."""

    satisfied_from: Mapping[str, int] = field(default_factory=dict)
    divisions: Mapping[str, str] = field(default_factory=dict)


_Count = Callable[[str, Sequence[Told], CountedBy, Mapping[CommunityFigure, _Counting]], None]


def counted_communities(
    communities: Iterable[str],
    position: int,
    entries_of: Callable[[str], Iterable[Sequence[Told]]],
    by: CountedBy,
) -> dict[str, CountedCommunity]:
    """Return the figures of each of *communities* at log position *position*.

    *entries_of* gives, for one of `COUNTED_CATEGORIES`, the entries of every case that may have to
    do with one of them, up to the position.
    """
    counting = {
        one: {figure: _Counting() for figure in CommunityFigure} for one in sorted(set(communities))
    }
    for category in COUNTED_CATEGORIES:
        for number, entries in enumerate(entries_of(category)):
            name, place = f"{category}/{number}", _place(entries)
            for community, figures in counting.items():
                if category == "pairing":
                    _count_pairing(name, entries, by, figures, community)
                elif place and covers(community, place):
                    _COUNTS[category](name, entries, by, figures)
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
    by: CountedBy,
    figures: Mapping[CommunityFigure, _Counting],
) -> None:
    task, rated = TaskFigures(), dict[str, int]()
    for entry in entries:
        if entry.kind == "task_registered.v1":
            pack = str(entry.fact["policy"]).partition("@")[0]
            task.satisfied_from = by.satisfied_from.get(pack, task.satisfied_from)
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
    by: CountedBy,
    figures: Mapping[CommunityFigure, _Counting],
) -> None:
    del by
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
    by: CountedBy,
    figures: Mapping[CommunityFigure, _Counting],
) -> None:
    """A function that stands in two facilities of a community is one function of it."""
    del name, by
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


@dataclass
class _Promise:
    """One commitment of a pairing: how much of it, where, and the deliveries that have arrived."""

    quantity: int
    place: str
    arrived: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Each delivery with how much of it counts, and the fact that says so."""

    @property
    def kept(self) -> bool:
        return sum(counted for counted, _ in self.arrived.values()) >= self.quantity


def _count_pairing(
    name: str,
    entries: Sequence[Told],
    by: CountedBy,
    figures: Mapping[CommunityFigure, _Counting],
    community: str,
) -> None:
    """What an approved pairing promised to the community, or to the street around it, in full."""
    delivered = figures[CommunityFigure.COMMITMENTS_DELIVERED]
    for item, promise in _promises(entries, by).items():
        if not (covers(community, promise.place) or covers(promise.place, community)):
            continue
        delivered.take(f"{name}/{item}", None)
        for _, position in promise.arrived.values() if promise.kept else ():
            delivered.take(f"{name}/{item}", position)


def _promises(entries: Sequence[Told], by: CountedBy) -> dict[str, _Promise]:
    promises: dict[str, _Promise] = {}
    listed: dict[str, Sequence[Mapping[str, Any]]] = {}
    street, approved = "", False
    for entry in entries:
        fact = entry.fact
        match entry.kind:
            case "pairing_drafted.v1":
                street = by.divisions.get(str(fact["street"]), "")
            case "pairing_list_attached.v1" if fact["list"] == "RESOURCE":
                listed[str(fact["unit"])] = fact["items"]
            case "pairing_adjusted.v1" if fact["adjustment"].get("list") == "RESOURCE":
                listed[str(fact["adjustment"]["new_unit"])] = fact["adjustment"]["items"]
            case "pairing_approved.v1":
                approved = True
        for item in (one for some in listed.values() for one in some if one.get("commitment")):
            place = str(item.get("place") or street)
            quantity = int(item["commitment"]["quantity"])
            promises.setdefault(str(item["code"]), _Promise(quantity, place))
        _delivered(promises, entry)
    return {code: one for code, one in promises.items() if approved and one.place}


def _delivered(promises: Mapping[str, _Promise], entry: Told) -> None:
    fact = entry.fact
    promise = promises.get(str(fact.get("item")))
    if promise is None:
        return
    match entry.kind:
        case "commitment_revised.v1":
            promise.quantity = int(fact["promised"]["quantity"])
        case "commitment_delivery_confirmed.v1":
            promise.arrived[fact["delivery"]] = (fact["delivered"]["quantity"], entry.position)
        case "delivery_dispute_settled.v1":
            promise.arrived[fact["delivery"]] = (fact["counted"]["quantity"], entry.position)
        case "delivery_taken_back.v1":
            promise.arrived.pop(fact["delivery"], None)
