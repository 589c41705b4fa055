"""Which cases lie within somebody's duties, for lists; each case is asked again by itself."""

from dataclasses import replace

from domain.people import Role
from domain.task.reading import Sight, sight
from domain.task.state import Known
from projections.pairing_board import PairingLine
from projections.task_board import TaskFilter
from services.seeing import NothingHere, Seer

_OF_A_UNIT = frozenset({Role.DEPT_COORDINATOR, Role.DEPT_STAFF})
_SEE_RESTRICTED = frozenset({Role.DPO, Role.AUDITOR})


def within(seer: Seer, wanted: TaskFilter) -> TaskFilter:
    """Return *wanted*, narrowed to what lies within the duties of whoever looks.

    A task whose data are restricted is in nobody's list but theirs who may open it.
    """
    if seer.role not in _SEE_RESTRICTED:
        wanted = replace(wanted, unrestricted=True)
    if seer.role in _OF_A_UNIT:
        return replace(wanted, unit=seer.unit)
    own = seer.rules.units[seer.unit].division
    place = wanted.place
    if place is None or not place.startswith(own):
        place = own
    return replace(wanted, place=place)


def sees_all_units(seer: Seer) -> bool:
    """Say whether the lists of whoever looks hold tasks of more than one main unit."""
    return seer.role not in _OF_A_UNIT


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


def sees_pairing(seer: Seer, line: PairingLine) -> bool:
    """Say whether a pairing is theirs to see: as a party, or as who approves and oversees there."""
    parties = {line.center, *line.departments, line.street}
    if any(seer.rules.acts_for(seer.unit, one, seer.at) for one in parties):
        return True
    overseeing = {Role.PARTY_AUTHORITY, Role.SUPERVISOR, Role.AUDITOR, Role.STREET_DISPATCHER}
    return seer.role in overseeing and seer.rules.serves(seer.unit, line.division, seer.at)
