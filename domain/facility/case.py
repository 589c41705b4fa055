"""The facility as the desk, the clerk and the reader use it."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.facility.authority import WHO_MAY
from domain.facility.clocks import MOVING_CLOCKS, TIMED_BY, clocks
from domain.facility.commands import FacilityCommand
from domain.facility.coordination import errands, holder, neighbour, notices, shown, talks
from domain.facility.decider import decide
from domain.facility.facts import FacilityFact
from domain.facility.memory import evolve
from domain.facility.state import UNPROPOSED, Planned, is_over, state_name
from domain.gate import gated
from domain.labelled import Ground
from domain.policy import Category, Policy
from domain.values import DEFERRED


def _policy_id(state: Any) -> str | None:
    """Return the pack the facility is decided under."""
    return state.plan.policy if isinstance(state, Planned) else None


STANDING_RULES = frozenset(
    {
        "deciding-unit",
        "every-function-run",
        "key-once",
        "milestones-first",
        "milestones-reached",
        "opening-first",
        "site-not-reserved",
    }
)
"""Rules that speak of who decides and when, whatever is filled in beside."""


def listed(policy: Policy, command: str, field: str) -> Sequence[Category | Ground]:
    """Return what of the pack a field of a command may hold."""
    del command
    pack = policy.facilities
    if pack is None:
        return ()
    by_field: dict[str, Sequence[Category | Ground]] = {
        "functions": policy.categories,
        "function": policy.categories,
        "source": pack.funding_sources,
        "milestone": pack.milestones,
        "item": pack.checklist,
        "items": pack.checklist,
        "ground": pack.suspension_grounds,
    }
    return by_field.get(field, ())


def offered(state: Any, command: str, field: str) -> Sequence[str]:
    """Return what of the facility itself a field of a command may name."""
    if not isinstance(state, Planned):
        return ()
    plan = state.plan
    match command, field:
        case "record_milestone", "milestone":
            return tuple(filter(None, (getattr(state, "next_milestone", None),)))
        case "record_spending", "source":
            return tuple(source for source, _ in plan.budget)
        case "reverse_spending", "voucher":
            return tuple(one.voucher for one in plan.spendings if not one.reversed)
        case "entrust_operator", "functions":
            return plan.without_operator
        case "change_operator", "functions":
            return tuple(function for function, _ in plan.operators())
        case "submit_opening" | "report_use" | "close_facility", "function":
            return plan.functions
        case _:
            return ()


def _pairing(state: Any) -> None:
    """A facility belongs to no pairing."""


FACILITY = CaseKind(
    category="facility",
    plural="facilities",
    commands=TypeAdapter(FacilityCommand, config=DEFERRED),
    facts=TypeAdapter(FacilityFact, config=DEFERRED),
    initial=UNPROPOSED,
    decide=gated(decide),
    evolve=evolve,
    clocks=clocks,
    is_over=is_over,
    state_name=state_name,
    policy_id=_policy_id,
    pairing=_pairing,
    holder=holder,
    who_may=WHO_MAY,
    talks=talks,
    errands=errands,
    notices=notices,
    neighbour=neighbour,
    shown=shown,
    begun_by=frozenset({"propose_facility"}),
    listed=listed,
    offered=offered,
    standing_rules=STANDING_RULES,
    timed_by=TIMED_BY,
    moving_clocks=MOVING_CLOCKS,
)
"""The one kind of case in this room."""
