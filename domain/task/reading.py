"""Who may read what of a task: its page at all, what was said, and how to reach the resident.

Reading decides nothing and leaves no fact, so it is no command; the rule stands here all the same,
once, for every page and interface. Whoever may not read a task is told what somebody is told who
asks for one that does not exist.
"""

from datetime import datetime
from enum import IntEnum

from domain.people import Role
from domain.rules import Rules
from domain.task.state import Adjudication, Body, Callback, Known
from domain.values import covers


class Sight(IntEnum):
    """How much of a task somebody sees; each holds what is before it."""

    NOTHING = 0
    PROGRESS = 1  # codes, units, times: what the record says in the clear
    WORDS = 2  # what was said and answered
    CONTACT = 3  # name, telephone number and address


def sight(task: Known, person: str, role: Role, unit: str, rules: Rules, at: datetime) -> Sight:
    """Return how much *person*, acting as *role* at *unit*, sees of *task* now."""
    body = task.body
    if body.privacy.restricted and role is not Role.DPO:
        return Sight.PROGRESS if role is Role.AUDITOR else Sight.NOTHING
    match role:
        case Role.STREET_DISPATCHER:
            return Sight.WORDS if rules.dispatches(unit, body.need.place, at) else Sight.NOTHING
        case Role.SUPERVISOR | Role.ADJUDICATOR:
            return Sight.WORDS if rules.serves(unit, body.need.place, at) else Sight.NOTHING
        case Role.CALLBACK_AGENT:
            if not rules.serves(unit, body.need.place, at):
                return Sight.NOTHING
            return Sight.CONTACT if isinstance(task, Callback) else Sight.WORDS
        case Role.CENTER_COORDINATOR:
            return _of_the_centre(body, unit, rules, at)
        case Role.COMMUNITY_WORKER:
            return _of_the_community(body, person, unit, rules, at)
        case Role.DEPT_COORDINATOR | Role.DEPT_STAFF:
            return _of_a_department(task, person, unit, rules, at)
        case Role.AUDITOR | Role.DPO | Role.PARTY_AUTHORITY:
            return Sight.PROGRESS if rules.serves(unit, body.need.place, at) else Sight.NOTHING
        case _:
            return Sight.NOTHING


def _of_the_centre(body: Body, unit: str, rules: Rules, at: datetime) -> Sight:
    pairing = None if body.need.pairing is None else rules.neighbours.pairing(body.need.pairing)
    party = pairing is not None and unit in pairing.parties
    near = rules.serves(unit, body.need.place, at)
    return Sight.WORDS if party or near else Sight.NOTHING


def _of_the_community(body: Body, person: str, unit: str, rules: Rules, at: datetime) -> Sight:
    """Whoever took it down knows the resident; colleagues see what lies in their community."""
    if body.need.registrar == person:
        return Sight.CONTACT
    own = rules.units.get(unit)
    near = own is not None and (
        rules.serves(unit, body.need.place, at) or covers(body.need.place, own.division)
    )
    return Sight.WORDS if near else Sight.NOTHING


def _of_a_department(task: Known, person: str, unit: str, rules: Rules, at: datetime) -> Sight:
    holding = task.body.holding
    if rules.goes_on_for(person, holding.staff, unit) and holding.main is not None:
        return Sight.CONTACT
    concerned = [holding.main, *(one.unit for one in task.body.assists)]
    concerned += [department for one in task.body.whistles for department in one.departments]
    if isinstance(task, Adjudication):
        concerned += task.disputing
    if any(one is not None and rules.acts_for(unit, one, at) for one in concerned):
        return Sight.WORDS
    held = any(rules.acts_for(unit, one.unit, at) for one in holding.held)
    return Sight.PROGRESS if held else Sight.NOTHING
