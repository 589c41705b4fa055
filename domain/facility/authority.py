"""Who may speak in a facility's case, for which unit, and in which state."""

from typing import TypeVar

from domain.envelope import Asked
from domain.facility.commands import FacilityCommand
from domain.facility.labels import FACILITY_STATES
from domain.facility.pack import FacilityPack
from domain.facility.refusal_rules import refused
from domain.facility.state import STATE_TYPES, Facility, Plan, Planned, state_name
from domain.guards import acting_for, in_state_of, part_of
from domain.people import Role
from domain.rules import NeighbourProvider, Rules, Terms
from domain.units import UnitKind

StateT = TypeVar("StateT", bound=Planned)
Asking = Asked[FacilityCommand]

_LEAD_OR_STREET = frozenset({Role.DEPT_COORDINATOR, Role.STREET_DISPATCHER})
_DECIDING = frozenset({Role.PARTY_AUTHORITY, Role.DEPT_COORDINATOR})
_BUILDING = frozenset({Role.DEPT_COORDINATOR, Role.DEPT_STAFF})
_STREET = frozenset({Role.STREET_DISPATCHER})
_OPERATING = frozenset(
    {
        Role.PROVIDER,
        Role.STREET_DISPATCHER,
        Role.CENTER_COORDINATOR,
        Role.DEPT_COORDINATOR,
        Role.COMMUNITY_WORKER,
    }
)
"""The agents of providers, and the people of units that run a function themselves."""
_SYSTEM = frozenset({Role.SYSTEM})

WHO_MAY: dict[str, frozenset[Role]] = {
    "propose_facility": _LEAD_OR_STREET,
    "change_site": _LEAD_OR_STREET,
    "approve_facility": _DECIDING,
    "drop_facility": _DECIDING,
    "link_finding": _SYSTEM,
    "revise_budget": _DECIDING,
    "record_spending": _BUILDING,
    "reverse_spending": _BUILDING,
    "record_milestone": _BUILDING,
    "report_completed": _BUILDING,
    "accept_facility": _LEAD_OR_STREET,
    "refuse_acceptance": _LEAD_OR_STREET,
    "entrust_operator": _STREET,
    "change_operator": _STREET,
    "take_over_function": _SYSTEM,
    "submit_opening": _OPERATING,
    "open_facility": _STREET,
    "report_use": _OPERATING,
    "suspend_facility": _LEAD_OR_STREET,
    "resume_facility": _LEAD_OR_STREET,
    "close_facility": frozenset({Role.PARTY_AUTHORITY}),
    "ring_clock": _SYSTEM,
    "recompute_deadlines": _SYSTEM,
}
"""Every command with the roles that may give it; the decider's files say for which unit."""


def in_state(state: Facility, *kinds: type[StateT]) -> StateT:
    """The command belongs to the state the facility is in; return it."""
    return in_state_of(state, state_name(state), FACILITY_STATES, STATE_TYPES, *kinds)


def pack_of(terms: Terms) -> FacilityPack:
    """Return what the pack says of facilities; refuse where it says nothing."""
    return part_of(terms.policy.facilities, ("嵌入式服务设施", "facilities"), terms)


def under(plan: Plan, rules: Rules) -> tuple[Terms, FacilityPack]:
    """Return the terms the facility is decided under, and their part about facilities."""
    terms = rules.under(plan.policy)
    return terms, pack_of(terms)


def deciding(asked: Asking, place: str, rules: Rules) -> None:
    """The Party authority or a development department decides, whose division covers the place."""
    unit = rules.unit(str(asked.by.unit), asked.at)
    lines = {
        line
        for terms in rules.policies.values()
        if terms.policy.facilities is not None and terms.policy.in_force_at(place)
        for line in terms.policy.facilities.approving_lines
    }
    decides = (
        unit.kind is UnitKind.ORGANIZATION_DEPT
        if asked.by.role is Role.PARTY_AUTHORITY
        else unit.kind is UnitKind.DEPARTMENT and unit.line in lines
    )
    if not (decides and unit.covers(place)):
        raise refused("deciding-unit", place=place, unit=unit.code)


def lead(asked: Asking, plan: Plan, rules: Rules) -> None:
    """The lead department acts."""
    acting_for(asked, (plan.lead,), rules)


def street(asked: Asking, plan: Plan, rules: Rules) -> None:
    """The street office of the place acts."""
    acting_for(asked, (plan.street,), rules)


def lead_or_street(asked: Asking, plan: Plan, rules: Rules) -> str:
    """The lead department's coordinator or the street's dispatcher acts; return which unit."""
    expected = plan.street if asked.by.role is Role.STREET_DISPATCHER else plan.lead
    return acting_for(asked, (expected,), rules)


def operating(asked: Asking, plan: Plan, functions: tuple[str, ...], rules: Rules) -> None:
    """An operator of one of *functions* acts; where nobody runs them, the street does."""
    operators = [
        entrustment.who for one in functions if (entrustment := plan.operator_of(one)) is not None
    ]
    for who in operators:
        if _speaks_for(asked, who, rules):
            return
    if not operators and asked.by.role is Role.STREET_DISPATCHER:
        street(asked, plan, rules)
        return
    raise refused("operator-only", expected=", ".join(dict.fromkeys(operators)) or plan.street)


def _speaks_for(asked: Asking, operator: str, rules: Rules) -> bool:
    if asked.by.role is not Role.PROVIDER:
        return rules.acts_for(asked.by.unit, operator, asked.at)
    provider = rules.neighbours.case(operator) if operator.startswith("provider/") else None
    return isinstance(provider, NeighbourProvider) and asked.by.person in provider.agents
