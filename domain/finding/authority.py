"""Who may do what about a finding, and for which unit: no path leads around this file.

Those near the place record and measure, the street adopts and verifies, the lead remedies; the
department that leads the check-up (a line of the pack) stands above the streets of its district.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from domain import guards
from domain.envelope import Asked
from domain.finding.commands import FindingCommand
from domain.finding.labels import FINDING_STATES
from domain.finding.pack import FindingPack
from domain.finding.refusal_rules import refused
from domain.finding.state import STATE_TYPES, Body, Finding, Recorded, StruckOff
from domain.people import Role
from domain.rules import Rules, Terms
from domain.units import UnitKind
from domain.values import instant_text

Asking = Asked[FindingCommand]
StateT = TypeVar("StateT", bound=Recorded)

_NEAR = frozenset({Role.COMMUNITY_WORKER, Role.STREET_DISPATCHER, Role.DEPT_COORDINATOR})
_ABOVE = frozenset({Role.STREET_DISPATCHER, Role.DEPT_COORDINATOR})
_LEAD = frozenset({Role.DEPT_COORDINATOR})
_SYSTEM = frozenset({Role.SYSTEM})

WHO_MAY: dict[str, frozenset[Role]] = {
    "record_finding": _NEAR,
    "adopt_finding": _ABOVE,
    "plan_remedy": _LEAD,
    "start_remedy": _LEAD,
    "measure_again": _NEAR,
    "report_remedied": _LEAD,
    "strike_off": _ABOVE,
    "reject_remedy": _ABOVE,
    "reopen_finding": _NEAR,
    "dismiss_finding": frozenset({Role.DEPT_COORDINATOR}),
    "merge_finding": frozenset({Role.STREET_DISPATCHER}),
    "note_linked_case": _SYSTEM,
    "ring_clock": _SYSTEM,
    "recompute_deadlines": _SYSTEM,
}
"""Every command with the roles that may give it."""


def in_state(state: Finding, asked: Asking, *kinds: type[StateT]) -> StateT:
    """The command belongs to the state the finding is in; return it."""
    if not isinstance(state, Recorded):
        raise guards.refused("not-begun", stream=asked.stream)
    expected = (FINDING_STATES[STATE_TYPES[kind]] for kind in kinds)
    return guards.in_state(state, FINDING_STATES[STATE_TYPES[type(state)]], expected, *kinds)


def pack_of(terms: Terms) -> FindingPack:
    """Return the part of the pack that findings are decided by."""
    return guards.part_of(terms.policy.findings, ("问题台账", "findings"), terms)


def near(asked: Asked[Any], place: str, pack: FindingPack, rules: Rules) -> None:
    """The community, the street or the department that leads the check-up has to do with it."""
    if asked.by.role is Role.DEPT_COORDINATOR:
        district_office(asked, place, pack, rules)
    else:
        guards.serving(asked, place, rules)


def district_office(asked: Asked[Any], place: str, pack: FindingPack, rules: Rules) -> None:
    """The department that leads the check-up acts for its district."""
    unit = rules.unit(str(asked.by.unit), asked.at)
    if unit.kind is not UnitKind.DEPARTMENT or unit.line != pack.office_line:
        raise refused("district-office-only", line=pack.office_line, unit=unit.code)
    guards.serving(asked, place, rules)


def the_lead(asked: Asking, body: Body, rules: Rules) -> None:
    """The lead's own coordinator acts for it."""
    guards.acting_for(asked, _lead(body), rules)


def near_or_lead(asked: Asking, body: Body, pack: FindingPack, rules: Rules) -> None:
    """Those near the place measure, and the lead does."""
    leads = (rules.acts_for(asked.by.unit, unit, asked.at) for unit in _lead(body))
    if asked.by.role is not Role.DEPT_COORDINATOR or not any(leads):
        near(asked, body.recorded.place, pack, rules)


def another_verifies(asked: Asking, body: Body, pack: FindingPack, rules: Rules) -> None:
    """Whoever verifies is near the place; neither person nor unit had a part in the remedy."""
    near(asked, body.recorded.place, pack, rules)
    done = ("整改", "the remedy")
    guards.another_person(asked, body.doers, done)
    guards.another_unit(asked, {*body.units, *_lead(body)}, done, rules)


def worker_on_spot(asked: Asking, worker: str, place: str, rules: Rules) -> None:
    """A community worker of the place, who is somebody else, was there."""
    known = rules.people.get(worker)
    grants = known.grants if known else ()
    served = any(
        grant.role is Role.COMMUNITY_WORKER
        and grant.stands(asked.at)
        and _has_to_do_with(grant.unit, place, asked, rules)
        for grant in grants
    )
    if not served or worker == asked.by.person:
        raise refused("worker-on-spot", worker=worker, place=place)


def _has_to_do_with(unit: str, place: str, asked: Asking, rules: Rules) -> bool:
    """Say whether *unit* serves *place*, or lies within it as a committee does in its street."""
    known = rules.units.get(unit)
    return rules.serves(unit, place, asked.at) or (
        known is not None and known.stands(asked.at) and known.division.startswith(place)
    )


def reopened_in_time(asked: Asking, state: StruckOff) -> None:
    """A finding is opened again within the limit of the pack."""
    if asked.at >= state.reopen_by.due:
        raise refused("reopening-over", due=instant_text(state.reopen_by.due))


def _lead(body: Body) -> Iterable[str]:
    return () if body.adoption is None else (body.adoption.lead,)
