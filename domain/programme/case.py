"""The programme as the desk, the clerk and the reader use it."""

from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.gate import gated
from domain.programme.authority import WHO_MAY
from domain.programme.clocks import clocks
from domain.programme.commands import ProgrammeCommand
from domain.programme.coordination import errands, holder, neighbour, notices, shown, talks
from domain.programme.decider import decide
from domain.programme.facts import ProgrammeFact
from domain.programme.memory import evolve
from domain.programme.state import Drafted, Undrafted, is_over, state_name
from domain.values import DEFERRED


def _policy_id(state: Any) -> str | None:
    """Return the pack the programme is decided under."""
    return state.body.policy if isinstance(state, Drafted) else None


def _pairing(state: Any) -> None:
    """A programme belongs to no pairing."""


PROGRAMME = CaseKind(
    category="programme",
    commands=TypeAdapter(ProgrammeCommand, config=DEFERRED),
    facts=TypeAdapter(ProgrammeFact, config=DEFERRED),
    initial=Undrafted(),
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
