"""Where which service is open: communities and functions as whoever looks may see them.

The matrix and the figures are counted from the board of cases by the functions of the domain; the
findings that speak of a gap come from the same board.
"""

from dataclasses import dataclass

from domain.facility.figures import (
    Cell,
    Matrix,
    Parts,
    Seen,
    by_source,
    coverage,
    covered,
    figures,
    use_per_place,
)
from domain.finding.figures import OPEN_STATES
from domain.units import Unit, UnitKind
from domain.values import COMMUNITY_DIGITS, covers
from projections.case_board import CaseFilter, CaseLine
from services.case_lists import every_case
from services.seeing import NothingHere, Seer

_UNSETTLED = tuple(sorted(OPEN_STATES))
"""The states of findings about which something is still to be done."""

_COMMUNITIES = frozenset({UnitKind.COMMUNITY, UnitKind.RESIDENTS_COMMITTEE})


@dataclass(frozen=True)
class Covered:
    """The matrix of a division with the figures of its facilities."""

    functions: tuple[str, ...]
    matrix: Matrix
    figures: dict[str, Parts]
    money: dict[str, Parts]
    use: dict[str, Parts]


def functions(seer: Seer) -> tuple[str, ...]:
    """Return the functions a community is looked at for, as the pack in force has them."""
    pack = seer.rules.under(None).policy.facilities
    return () if pack is None else pack.coverage


def communities(seer: Seer, within: str = "") -> tuple[str, ...]:
    """Return the communities of the registry that lie within their division, and *within*."""
    own = seer.rules.units[seer.unit].division
    found = {
        unit.division
        for unit in seer.rules.units.values()
        if unit.kind in _COMMUNITIES
        and unit.stands(seer.at)
        and len(unit.division) == COMMUNITY_DIGITS
        and (covers(own, unit.division) or covers(unit.division, own))
        and covers(within, unit.division)
    }
    return tuple(sorted(found))


def streets(seer: Seer) -> tuple[Unit, ...]:
    """Return the street offices within their division, or of their own community."""
    own = seer.rules.units[seer.unit].division
    found = (
        unit
        for unit in seer.rules.units.values()
        if unit.kind is UnitKind.STREET_OFFICE
        and unit.stands(seer.at)
        and (covers(own, unit.division) or covers(unit.division, own))
    )
    return tuple(sorted(found, key=lambda unit: unit.code))


def covered_at(seer: Seer, within: str = "") -> Covered:
    """Return the matrix and the figures of the communities *within* a division."""
    wanted = CaseFilter("facility", place=within or None)
    seen = [
        Seen(line.stream, line.state, line.place, line.details) for line in every_case(seer, wanted)
    ]
    columns = functions(seer)
    matrix = coverage(seen, communities(seer, within), columns)
    return Covered(columns, matrix, figures(seen, matrix), by_source(seen), use_per_place(seen))


def cell_at(seer: Seer, place: str, function: str) -> tuple[Cell, list[CaseLine], list[CaseLine]]:
    """Return one cell with its facilities and with the open findings that speak of it.

    Raises `NothingHere` for a community or a function that is not theirs to see.
    """
    if function not in functions(seer) or place not in communities(seer):
        raise NothingHere
    facilities = [
        line
        for line in every_case(seer, CaseFilter("facility", place=place))
        if function in line.details["functions"]
    ]
    seen = [Seen(one.stream, one.state, one.place, one.details) for one in facilities]
    cell = coverage(seen, (place,), (function,))[place][function]
    asked = CaseFilter("finding", states=_UNSETTLED, place=place, service=function)
    return cell, facilities, list(every_case(seer, asked))


def street_row(matrix: Matrix, street: Unit, columns: tuple[str, ...]) -> dict[str, Parts]:
    """Return for each function in how many of a street's communities it is open."""
    rows = {place: row for place, row in matrix.items() if street.covers(place)}
    return {
        function: covered({place: {function: row[function]} for place, row in rows.items()})
        for function in columns
    }
