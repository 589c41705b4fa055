"""Who may speak in a provider's case and for which unit: no path leads around this file.

The provider's own people come by a link and speak for it alone; the department that leads the
category decides; the competent departments verify; a supervisor turns the second key; an
adjudicator who had no hand in a measure hears the appeal.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from domain import guards
from domain.envelope import Asked
from domain.people import Role
from domain.policy import Category
from domain.provider.commands import ProviderCommand
from domain.provider.facts import ProviderState
from domain.provider.pack import ProviderPack
from domain.provider.refusal_rules import refused
from domain.provider.state import STATE_TYPES, Body, Known, Provider, state_name
from domain.rules import Rules, Terms
from domain.units import Unit, UnitKind

Asking = Asked[ProviderCommand]
StateT = TypeVar("StateT", bound=Known)

_AGENT = frozenset({Role.PROVIDER})
_DEPARTMENT = frozenset({Role.DEPT_COORDINATOR})
_STREET = frozenset({Role.STREET_DISPATCHER})
_SYSTEM = frozenset({Role.SYSTEM})

WHO_MAY: dict[str, frozenset[Role]] = {
    "apply_for_admission": _AGENT | _DEPARTMENT | _STREET,
    "name_agent": _DEPARTMENT | _STREET,
    "ask_correction": _DEPARTMENT,
    "correct_application": _AGENT | _DEPARTMENT | _STREET,
    "take_up_application": _DEPARTMENT,
    "verify_item": _DEPARTMENT | {Role.DEPT_STAFF},
    "admit_provider": _DEPARTMENT,
    "refuse_provider": _DEPARTMENT,
    "report_change": _AGENT | _DEPARTMENT,
    "renew_admission": _DEPARTMENT,
    "inspect_provider": _DEPARTMENT | {Role.DEPT_STAFF},
    "judge_complaint": _DEPARTMENT,
    "record_service_hours": _AGENT | _STREET | {Role.COMMUNITY_WORKER},
    "warn_provider": _DEPARTMENT,
    "submit_rectification": _AGENT | _DEPARTMENT,
    "confirm_rectification": _DEPARTMENT,
    "refuse_rectification": _DEPARTMENT,
    "suspend_provider": _DEPARTMENT,
    "give_suspension_reasons": _DEPARTMENT,
    "restore_provider": _DEPARTMENT,
    "request_provider_exit": _AGENT | _DEPARTMENT,
    "order_exit": _DEPARTMENT,
    "countersign_exit": frozenset({Role.SUPERVISOR}),
    "drop_exit_order": frozenset({Role.SUPERVISOR}),
    "revise_exit_plan": _DEPARTMENT,
    "accept_service": _AGENT | _DEPARTMENT,
    "complete_provider_exit": _DEPARTMENT | _SYSTEM,
    "appeal_measure": _AGENT | _DEPARTMENT,
    "uphold_measure": frozenset({Role.ADJUDICATOR}),
    "lift_measure": frozenset({Role.ADJUDICATOR}),
    "ring_clock": _SYSTEM,
    "recompute_deadlines": _SYSTEM,
}
"""Every command with the roles that may give it; the decider's files say for which unit."""

STATE_LABELS: dict[ProviderState, tuple[str, str]] = {
    ProviderState.APPLIED: ("已申请", "applied"),
    ProviderState.VERIFYING: ("核验中", "being verified"),
    ProviderState.ADMITTED: ("已准入", "admitted"),
    ProviderState.WARNED: ("已警告", "warned"),
    ProviderState.RECTIFYING: ("整改中", "rectifying"),
    ProviderState.SUSPENDED: ("暂停服务", "suspended"),
    ProviderState.EXITING: ("退出中", "leaving"),
    ProviderState.EXITED: ("已退出", "exited"),
    ProviderState.REFUSED: ("不予准入", "refused"),
    ProviderState.LAPSED: ("已失效", "lapsed"),
}

_NOT_THERE = ("尚未申请", "not applied yet")


def label_of(state: Provider) -> tuple[str, str]:
    """Return what people call the state."""
    return (
        STATE_LABELS[ProviderState(state_name(state))] if isinstance(state, Known) else _NOT_THERE
    )


def in_state(state: Provider, *kinds: type[StateT]) -> StateT:
    """The command belongs to the state the provider is in; return it."""
    types = [one for one in STATE_TYPES if issubclass(one, kinds)]
    expected = [STATE_LABELS[STATE_TYPES[one]] for one in types]
    return guards.in_state(state, label_of(state), expected, *kinds)


def pack_of(body: Body, rules: Rules) -> tuple[Terms, ProviderPack]:
    """Return the terms the provider is decided by, and their part about providers."""
    terms = rules.under(body.policy)
    return terms, guards.part_of(terms.policy.providers, ("服务机构", "providers"), terms)


def by_its_agent(asked: Asking, body: Body) -> bool:
    """Say whether an agent of the provider speaks; refuse somebody else's agent."""
    if asked.by.role is not Role.PROVIDER:
        return False
    if asked.by.person not in body.agents:
        raise refused("agent-only")
    return True


def agent_or_department(asked: Asking, body: Body, rules: Rules) -> None:
    """Its agent speaks for it, or the department that applied for it, or looks after it."""
    if not by_its_agent(asked, body):
        guards.acting_for(asked, [unit for unit in (body.unit, body.lead) if unit], rules)


def for_itself(asked: Asking, body: Body, rules: Rules) -> None:
    """An agent speaks for the provider, or the department that applied for it, in its own cause."""
    if by_its_agent(asked, body):
        return
    if body.unit is None:
        raise refused("agent-only")
    guards.acting_for(asked, [body.unit], rules)


def for_the_lead(asked: Asking, lead: str, rules: Rules) -> str:
    """The lead department acts; return it."""
    return guards.acting_for(asked, [lead], rules)


def supervising(
    asked: Asking, lead: str, areas: Iterable[str], pack: ProviderPack, rules: Rules
) -> str:
    """The lead acts, or a department that supervises the market there; return the one that does."""
    unit = rules.unit(str(asked.by.unit), asked.at)
    watches = unit.line in pack.supervising_lines and _serves_all(unit, areas, asked.at, rules)
    if watches or rules.acts_for(unit.code, lead, asked.at):
        return unit.code
    raise refused("supervising-unit", lead=lead, unit=unit.code)


def over_all(asked: Asking, areas: Iterable[str], rules: Rules) -> None:
    """The unit that acts has every area in its division."""
    for area in areas:
        guards.serving(asked, area, rules)


def leads_of(
    categories: Iterable[str], areas: Iterable[str], asked: Asking, rules: Rules, terms: Terms
) -> Mapping[str, str]:
    """Return which unit leads each category at *areas*; refuse where there is none."""
    found: dict[str, str] = {}
    for code in categories:
        category = terms.policy.category(code)
        assert category is not None, "categories are looked up when they are applied for"
        unit = lead_of(category, areas, asked.at, rules)
        if unit is None:
            raise refused("competent-unit", item=code, line=", ".join(category.lead) or "—")
        found[code] = unit
    return found


def lead_of(category: Category, areas: Iterable[str], at: datetime, rules: Rules) -> str | None:
    """Return the unit that leads *category* at all *areas*, or None."""
    for line in category.lead:
        unit = _nearest(UnitKind.DEPARTMENT, line, areas, at, rules)
        if unit is not None:
            return unit
    if category.street_leads:
        return _nearest(UnitKind.STREET_OFFICE, None, areas, at, rules)
    return None


def department_of(line: str, areas: Iterable[str], asked: Asking, rules: Rules) -> str | None:
    """Return the department of *line* that serves all *areas*, the most local one, or None."""
    return _nearest(UnitKind.DEPARTMENT, line, areas, asked.at, rules)


def _nearest(
    kind: UnitKind, line: str | None, areas: Iterable[str], at: datetime, rules: Rules
) -> str | None:
    places = tuple(areas)
    found = [
        unit
        for unit in rules.units.values()
        if unit.kind is kind
        and unit.line == line
        and unit.stands(at)
        and _serves_all(unit, places, at, rules)
    ]
    found.sort(key=lambda unit: (-len(unit.division), unit.code))
    return found[0].code if found else None


def _serves_all(unit: Unit, areas: Iterable[str], at: datetime, rules: Rules) -> bool:
    return all(rules.serves(unit.code, area, at) for area in areas)
