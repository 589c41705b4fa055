"""What facilities come to: where which function is open, and figures with what they are made of.

Pure functions over what the board shows of each facility (`coordination.shown`). Every figure keeps
numerator and denominator; an auditor counts them again from the facts by code of its own
(`audit/replay/coverage.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.facility.commands import FacilityKind
from domain.facility.facts import FacilityState
from domain.site.commands import SiteKind

STANDING = frozenset({FacilityState.READY, FacilityState.OPEN, FacilityState.SUSPENDED})
"""Accepted and not closed."""
COMING = frozenset(
    {
        FacilityState.PROPOSED,
        FacilityState.APPROVED,
        FacilityState.BUILDING,
        FacilityState.ACCEPTING,
        FacilityState.READY,
    }
)
"""On the way to being open."""
_SECONDS_A_DAY = 86_400

FIGURES: dict[str, tuple[str, str]] = {
    "coverage": ("服务覆盖（社区×功能）", "coverage (community × function)"),
    "complexes_meeting": ("达到导则的综合体", "complexes that meet the guideline"),
    "complexes_advised": ("达到建议面积的综合体", "complexes of the advised area"),
    "on_existing_stock": ("利用存量空间", "on existing stock"),
    "money_spent": ("资金支出", "money spent"),
    "days_to_open": ("拟建至开业（天/个）", "days from proposal to opening"),
}
"""The figures of a division by code, as people read them."""


@dataclass(frozen=True)
class Seen:
    """One facility as a board shows it."""

    stream: str
    state: str
    place: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Parts:
    """A figure: *numerator* of *denominator*."""

    numerator: int
    denominator: int


@dataclass(frozen=True)
class Cell:
    """One community and one function: the facilities that are open, and those to come."""

    open: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether the function is open in the community."""
        return bool(self.open)


Matrix = dict[str, dict[str, Cell]]
"""Cells by community, then by function."""


def coverage(
    facilities: Iterable[Seen], communities: Sequence[str], functions: Sequence[str]
) -> Matrix:
    """Return the cell of every community and function; one that is suspended is not open."""
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for one in facilities:
        for function in one.details["functions"]:
            opened, coming = found.setdefault((one.place, function), ([], []))
            if one.state == FacilityState.OPEN:
                opened.append(one.stream)
            elif one.state in COMING:
                coming.append(one.stream)
    return {
        place: {
            function: Cell(
                *(tuple(sorted(some)) for some in found.get((place, function), ((), ())))
            )
            for function in functions
        }
        for place in communities
    }


def covered(matrix: Matrix) -> Parts:
    """Return how many cells are covered, of how many."""
    cells = [cell for row in matrix.values() for cell in row.values()]
    return Parts(sum(cell.covered for cell in cells), len(cells))


def figures(facilities: Sequence[Seen], matrix: Matrix) -> dict[str, Parts]:
    """Return every figure of `FIGURES`."""
    built = [one for one in facilities if one.state != FacilityState.DROPPED]
    complexes = [
        one
        for one in built
        if one.details["facility_kind"] == FacilityKind.COMPLEX
        and one.state != FacilityState.CLOSED
    ]
    standing = [one for one in complexes if one.state in STANDING]
    opened = [one for one in built if one.details["opened_at"]]
    money = [line for one in built for line in one.details["money"]]
    return {
        "coverage": covered(matrix),
        "complexes_meeting": Parts(len(standing), len(complexes)),
        "complexes_advised": Parts(
            sum(not one.details["below_advised"] for one in standing), len(standing)
        ),
        "on_existing_stock": Parts(
            sum(one.details["site_kind"] != SiteKind.NEW_BUILD for one in built), len(built)
        ),
        "money_spent": Parts(
            sum(line["spent"] for line in money), sum(line["planned"] for line in money)
        ),
        "days_to_open": Parts(sum(_days(one.details) for one in opened), len(opened)),
    }


def _days(details: Mapping[str, Any]) -> int:
    """Return the whole days from proposal to opening."""
    proposed, opened = (
        datetime.fromisoformat(details[name]) for name in ("proposed_at", "opened_at")
    )
    return int((opened - proposed).total_seconds()) // _SECONDS_A_DAY


def by_source(facilities: Iterable[Seen]) -> dict[str, Parts]:
    """Return the cents spent of the cents planned, by source of funding."""
    found: dict[str, tuple[int, int]] = {}
    for one in facilities:
        if one.state == FacilityState.DROPPED:
            continue
        for line in one.details["money"]:
            spent, planned = found.get(line["source"], (0, 0))
            found[line["source"]] = (spent + line["spent"], planned + line["planned"])
    return {source: Parts(*sums) for source, sums in sorted(found.items())}


def use_per_place(facilities: Iterable[Seen]) -> dict[str, Parts]:
    """Return by function the visits of the places offered in the months reported."""
    found: dict[str, tuple[int, int]] = {}
    for one in facilities:
        for use in one.details["use"]:
            function = use["function"]
            places = int(one.details["places"].get(function, 0))
            visits, offered = found.get(function, (0, 0))
            found[function] = (visits + use["visits"], offered + places)
    return {function: Parts(*sums) for function, sums in sorted(found.items())}
