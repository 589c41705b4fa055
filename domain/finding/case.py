"""The finding as the desk, the clerk and the reader use it."""

from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.finding.authority import WHO_MAY
from domain.finding.clocks import clocks
from domain.finding.commands import FindingCommand
from domain.finding.coordination import errands, holder, neighbour, notices, shown, talks
from domain.finding.decider import decide
from domain.finding.facts import FindingFact
from domain.finding.state import UNRECORDED, Recorded, evolve, is_over, state_name
from domain.gate import gated
from domain.values import DEFERRED


def _policy_id(state: Any) -> str | None:
    """Return the pack the finding is decided under."""
    return state.body.recorded.policy if isinstance(state, Recorded) else None


def _pairing(state: Any) -> None:
    """A finding belongs to no pairing; the tasks it leans on name theirs."""


def _category(state: Any) -> str | None:
    """Return the category of service the indicator speaks of."""
    return state.body.recorded.category if isinstance(state, Recorded) else None


FINDING = CaseKind(
    category="finding",
    commands=TypeAdapter(FindingCommand, config=DEFERRED),
    facts=TypeAdapter(FindingFact, config=DEFERRED),
    initial=UNRECORDED,
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
    neighbour=neighbour,
    shown=shown,
)
"""The finding."""
