"""Which cases lie within somebody's duties, for lists; each case is asked again by itself."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from domain.pairing.state import Drafted
from domain.people import Role
from domain.task.reading import Sight, sight
from domain.task.state import Known
from projections.pairing_board import PairingLine
from projections.service_levels import EVERYTHING, LevelFilter
from projections.task_board import TaskFilter
from services.seeing import NothingHere, Seer

OF_A_UNIT = frozenset({Role.DEPT_COORDINATOR, Role.DEPT_STAFF})
"""Roles that see what is their unit's, wherever it lies."""
_SEE_RESTRICTED = frozenset({Role.DPO, Role.AUDITOR})


def within(seer: Seer, wanted: TaskFilter) -> TaskFilter:
    """Return *wanted*, narrowed to what lies within the duties of whoever looks.

    A task whose data are restricted is in nobody's list but theirs who may open it.
    """
    if seer.role not in _SEE_RESTRICTED:
        wanted = replace(wanted, unrestricted=True)
    if seer.role in OF_A_UNIT:
        return replace(wanted, unit=seer.unit)
    own = seer.rules.units[seer.unit].division
    place = wanted.place
    if place is None or not place.startswith(own):
        place = own
    return replace(wanted, place=place)


def measured_by(seer: Seer, wanted: LevelFilter = EVERYTHING) -> LevelFilter:
    """Return *wanted*, narrowed to the figures of their division, a department's to its own."""
    if seer.role in OF_A_UNIT:
        return replace(wanted, unit=seer.unit)
    return replace(wanted, place=seer.rules.units[seer.unit].division)


def sees_all_units(seer: Seer) -> bool:
    """Say whether the lists of whoever looks hold tasks of more than one main unit."""
    return seer.role not in OF_A_UNIT


def task_at(seer: Seer, number: str) -> tuple[str, Known, Sight]:
    """Return stream and state of the task with this number, and how much of it is seen.

    Raises `NothingHere` alike for a task there is none of and one that is not theirs to see.
    """
    house = seer.house
    house.catch_up()
    line = house.boards.tasks.by_number(number.upper())
    if line is None:
        raise NothingHere
    case, rules = house.books.desk.case(line.stream)
    seen = Sight.NOTHING
    if isinstance(case.state, Known):
        seen = sight(case.state, seer.session.person, seer.role, seer.unit, rules, seer.at)
    if seen is Sight.NOTHING or not isinstance(case.state, Known):
        raise NothingHere
    return line.stream, case.state, seen


def pairing_at(seer: Seer, key: str) -> tuple[PairingLine, Drafted]:
    """Return line and state of the pairing with this key.

    Raises `NothingHere` alike for a pairing there is none of and one that is not theirs to see.
    """
    house = seer.house
    house.catch_up()
    line = house.boards.pairings.get(f"pairing/{key}")
    if line is None or not sees_pairing(seer, line):
        raise NothingHere
    case, _ = house.books.desk.case(line.stream)
    assert isinstance(case.state, Drafted), "what stands on the board was drafted"
    return line, case.state


def pairings_of(seer: Seer, search: str | None = None) -> Iterator[PairingLine]:
    """Yield every pairing that is theirs to see and that *search* finds, the newest first."""
    for number in count(1):
        lines, _ = seer.house.boards.pairings.find(search=search or None, page=number, size=500)
        if not lines:
            return
        yield from (line for line in lines if sees_pairing(seer, line))


def sees_pairing(seer: Seer, line: PairingLine) -> bool:
    """Say whether a pairing is theirs to see: as a party, or as who approves and oversees there."""
    parties = {line.center, *line.departments, line.street}
    if any(seer.rules.acts_for(seer.unit, one, seer.at) for one in parties):
        return True
    overseeing = {Role.PARTY_AUTHORITY, Role.SUPERVISOR, Role.AUDITOR, Role.STREET_DISPATCHER}
    return seer.role in overseeing and seer.rules.serves(seer.unit, line.division, seer.at)
