"""The facility as the desk, the clerk and the reader use it."""

from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.facility.authority import WHO_MAY
from domain.facility.clocks import clocks
from domain.facility.commands import FacilityCommand
from domain.facility.coordination import errands, holder, neighbour, notices, shown, talks
from domain.facility.decider import decide
from domain.facility.facts import FacilityFact
from domain.facility.memory import evolve
from domain.facility.state import UNPROPOSED, Planned, is_over, state_name
from domain.gate import gated
from domain.values import DEFERRED


def _policy_id(state: Any) -> str | None:
    """Return the pack the facility is decided under."""
    return state.plan.policy if isinstance(state, Planned) else None


def _pairing(state: Any) -> None:
    """A facility belongs to no pairing."""


FACILITY = CaseKind(
    category="facility",
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
)
"""The one kind of case in this room."""
