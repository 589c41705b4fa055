"""The provider as the desk, the clerk and the reader use it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.gate import gated
from domain.labelled import Ground
from domain.policy import Category, Policy
from domain.provider.authority import WHO_MAY
from domain.provider.clocks import MOVING_CLOCKS, TIMED_BY, clocks
from domain.provider.commands import ProviderCommand
from domain.provider.coordination import errands, holder, neighbour, notices, shown, talks
from domain.provider.decider import decide
from domain.provider.facts import ProviderFact
from domain.provider.identity import provider_stream, team_stream
from domain.provider.memory import evolve
from domain.provider.refusal_rules import STANDING_RULES
from domain.provider.state import (
    UNAPPLIED,
    Known,
    Suspended,
    is_over,
    state_name,
    to_verify,
)
from domain.values import DEFERRED


def _policy_id(state: Any) -> str | None:
    """Return the pack the provider is decided under."""
    return state.body.policy if isinstance(state, Known) else None


def _pairing(state: Any) -> None:
    """A provider belongs to no pairing."""


def _category(state: Any) -> str | None:
    """Return the first category it serves."""
    return state.body.categories[0] if isinstance(state, Known) else None


def named_by(command: Mapping[str, Any]) -> str | None:
    """Return the one case of the body that applies, by the number it is registered with."""
    if command.get("credit_code"):
        return provider_stream(str(command["credit_code"]))
    if command.get("team_number"):
        return team_stream(str(command["team_number"]))
    return None


def listed(policy: Policy, command: str, field: str) -> Sequence[Category | Ground]:
    """Return what of the pack a field of a command may hold."""
    pack = policy.providers
    if field in {"categories", "function"}:
        return policy.categories
    if (field, command) == ("category", "record_service_hours"):
        return policy.categories
    if pack is None:
        return ()
    match command, field:
        case _, "licence":
            return pack.licences
        case "refuse_provider", "ground":
            return pack.refusals
        case "warn_provider", "ground":
            return pack.warnings
        case "suspend_provider", "ground":
            return pack.suspensions
        case "order_exit", "ground":
            return pack.exits
        case _:
            return ()


def offered(state: Any, command: str, field: str) -> Sequence[str]:
    """Return what of the case a command may name: the items that departments verify now."""
    if (command, field) == ("verify_item", "item"):
        return tuple(one.item for one in to_verify(state))
    return ()


def _is_urgent(state: Any) -> bool:
    """A suspension at once, for safety, does not wait until the morning."""
    return isinstance(state, Suspended) and state.reasons_by is not None


PROVIDER = CaseKind(
    category="provider",
    plural="providers",
    commands=TypeAdapter(ProviderCommand, config=DEFERRED),
    facts=TypeAdapter(ProviderFact, config=DEFERRED),
    initial=UNAPPLIED,
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
    service_category=_category,
    is_urgent=_is_urgent,
    neighbour=neighbour,
    shown=shown,
    named_by=named_by,
    begun_by=frozenset({"apply_for_admission"}),
    listed=listed,
    offered=offered,
    timed_by=TIMED_BY,
    moving_clocks=MOVING_CLOCKS,
    standing_rules=STANDING_RULES,
)
"""The one kind of case in this room."""
