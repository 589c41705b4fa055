"""The provider as the desk, the clerk and the reader use it."""

from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.gate import gated
from domain.provider.authority import WHO_MAY
from domain.provider.clocks import clocks
from domain.provider.commands import ProviderCommand
from domain.provider.coordination import errands, holder, neighbour, notices, shown, talks
from domain.provider.decider import decide
from domain.provider.facts import ProviderFact
from domain.provider.memory import evolve
from domain.provider.state import UNAPPLIED, Known, Suspended, is_over, state_name
from domain.values import DEFERRED


def _policy_id(state: Any) -> str | None:
    """Return the pack the provider is decided under."""
    return state.body.policy if isinstance(state, Known) else None


def _pairing(state: Any) -> None:
    """A provider belongs to no pairing."""


def _category(state: Any) -> str | None:
    """Return the first category it serves."""
    return state.body.categories[0] if isinstance(state, Known) else None


def _is_urgent(state: Any) -> bool:
    """A suspension at once, for safety, does not wait until the morning."""
    return isinstance(state, Suspended) and state.reasons_by is not None


PROVIDER = CaseKind(
    category="provider",
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
)
"""The one kind of case in this room."""
