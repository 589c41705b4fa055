"""The pairing as the desk, the clerk and the reader use it."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.gate import gated
from domain.labelled import Ground
from domain.pairing.authority import WHO_MAY
from domain.pairing.clocks import TIMED_BY, clocks
from domain.pairing.commands import PairingCommand
from domain.pairing.coordination import errands, holder, neighbour, notices, talks
from domain.pairing.decider import decide
from domain.pairing.facts import PairingFact
from domain.pairing.memory import evolve
from domain.pairing.state import UNDRAFTED, Drafted, is_over, state_name
from domain.policy import Category, Policy
from domain.values import DEFERRED

__all__ = ["PAIRING", "neighbour"]


def _policy_id(state: Any) -> str | None:
    """Return the pack the pairing is decided under."""
    return state.agreement.policy if isinstance(state, Drafted) else None


def _pairing(state: Any) -> None:
    """A pairing belongs to no other; tasks name theirs."""


def listed(policy: Policy, command: str, field: str) -> Sequence[Category | Ground]:
    """Return what of the pack a field of a command may hold."""
    del command
    return policy.categories if field in {"category", "categories"} else ()


PAIRING = CaseKind(
    category="pairing",
    plural="pairings",
    commands=TypeAdapter(PairingCommand, config=DEFERRED),
    facts=TypeAdapter(PairingFact, config=DEFERRED),
    initial=UNDRAFTED,
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
    begun_by=frozenset({"draft_pairing"}),
    listed=listed,
    timed_by=TIMED_BY,
)
"""The one kind of case in this room."""
