"""Which cases lie within somebody's duties, for lists; each case is asked again by itself."""

from dataclasses import replace
from datetime import datetime

from domain.people import Role
from domain.rules import Rules
from domain.task.reading import Sight, sight
from domain.task.state import Known
from projections.pairing_board import PairingLine
from projections.service_levels import LevelFilter
from projections.task_board import TaskFilter
from services.seeing import NothingHere, Seer

_OF_A_UNIT = frozenset({Role.DEPT_COORDINATOR, Role.DEPT_STAFF})


def within(seer: Seer, wanted: TaskFilter) -> TaskFilter:
    """Return *wanted*, narrowed to what lies within the duties of whoever looks."""
    if seer.role in _OF_A_UNIT:
        return replace(wanted, unit=seer.unit)
    own = seer.rules.units[seer.unit].division
    place = wanted.place
    if place is None or not place.startswith(own):
        place = own
    return replace(wanted, place=place)


def levels_within(seer: Seer) -> LevelFilter:
    """Return which counts are theirs: of their division, a department's of its own tasks."""
    if seer.role in _OF_A_UNIT:
        return LevelFilter(unit=seer.unit)
    return LevelFilter(place=seer.rules.units[seer.unit].division)


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


def widest_sight(task: Known, person: str, rules: Rules, at: datetime) -> Sight:
    """Return the most that any post of *person* lets them see of *task*."""
    known = rules.people.get(person)
    posts = () if known is None else known.grants
    found = [sight(task, person, one.role, one.unit, rules, at) for one in posts if one.stands(at)]
    return max(found, default=Sight.NOTHING)


def sees_pairing(seer: Seer, line: PairingLine) -> bool:
    """Say whether a pairing is theirs to see: as a party, or as who approves and oversees there."""
    parties = {line.center, *line.departments, line.street}
    if any(seer.rules.acts_for(seer.unit, one, seer.at) for one in parties):
        return True
    overseeing = {Role.PARTY_AUTHORITY, Role.SUPERVISOR, Role.AUDITOR, Role.STREET_DISPATCHER}
    return seer.role in overseeing and seer.rules.serves(seer.unit, line.division, seer.at)
