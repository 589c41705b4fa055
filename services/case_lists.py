"""Cases of the kinds on the board of cases: which lie within somebody's duties, and each by itself.

A unit sees the cases it has to do with, those in its division, and those of places around it; the
residents' words they may hold stay sealed.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from domain.casebook import CASES
from domain.cases import CaseKind
from domain.values import STREAM, covers
from projections.case_board import CaseFilter, CaseLine, Concern
from services.seeing import NothingHere, Seer

PLURALS: dict[str, str] = {name: kind.plural for name, kind in CASES.items() if kind.on_the_board}
"""The kinds on the board of cases, as addresses name them."""


class CaseAt(NamedTuple):
    """A case as it is opened: its line on the board, its kind and its state in the ledger."""

    line: CaseLine
    kind: CaseKind
    state: Any


def category_at(section: str) -> str:
    """Return the kind of case that an address names; raise `NothingHere`."""
    found = next((one for one, plural in PLURALS.items() if plural == section), None)
    if found is None:
        raise NothingHere
    return found


def theirs(seer: Seer, wanted: CaseFilter) -> CaseFilter:
    """Return *wanted*, narrowed to what whoever looks has to do with."""
    units = seer.rules.stands_for(seer.unit, seer.at)
    concern = Concern(units, seer.rules.units[seer.unit].division)
    return replace(wanted, concerning=concern)


def cases_at(
    seer: Seer, wanted: CaseFilter, *, order: str = "-changed_at", page: int = 1, size: int = 20
) -> tuple[list[CaseLine], int]:
    """Return one page of the cases that are theirs to see, and how many there are in all."""
    seer.house.catch_up()
    return seer.house.boards.cases.find(theirs(seer, wanted), order=order, page=page, size=size)


def waiting_cases(seer: Seer, size: int) -> tuple[list[CaseLine], int]:
    """Return the cases whose turn it is at their unit, the most pressing first, and how many."""
    units = seer.rules.stands_for(seer.unit, seer.at)
    return seer.house.boards.cases.waiting(units, size)


def every_case(seer: Seer, wanted: CaseFilter) -> Iterator[CaseLine]:
    """Yield every case that is theirs to see, the first begun first."""
    seer.house.catch_up()
    return seer.house.boards.cases.every(theirs(seer, wanted))


def counts_at(seer: Seer, wanted: CaseFilter) -> dict[str, int]:
    """Return how many of the cases that are theirs to see stand in each state."""
    return seer.house.boards.cases.counts(theirs(seer, wanted))


def case_at(seer: Seer, category: str, key: str) -> CaseAt:
    """Return the case with this key.

    Raises `NothingHere` alike for a case there is none of and one that is not theirs to see.
    """
    house, stream = seer.house, f"{category}/{key}"
    if not STREAM.fullmatch(stream):
        raise NothingHere
    house.catch_up()
    line = house.boards.cases.get(stream)
    if line is None or not concerns(seer, line):
        raise NothingHere
    case, _ = house.books.desk.case(stream)
    return CaseAt(line, case.kind, case.state)


def concerns(seer: Seer, line: CaseLine) -> bool:
    """Say whether a case is theirs to see: as a unit of it, or by its place."""
    unit = seer.rules.units[seer.unit]
    if line.place and (unit.covers(line.place) or covers(line.place, unit.division)):
        return True
    own = set(seer.rules.stands_for(seer.unit, seer.at))
    return bool(own.intersection(seer.house.boards.cases.units(line.stream)))
