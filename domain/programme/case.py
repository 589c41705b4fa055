"""The programme as the desk, the clerk and the reader use it."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.gate import gated
from domain.labelled import Ground
from domain.policy import Policy
from domain.programme.authority import WHO_MAY
from domain.programme.clocks import MOVING_CLOCKS, TIMED_BY, clocks
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


def listed(policy: Policy, command: str, field: str) -> Sequence[Ground]:
    """Return what of the pack a field of a command may hold: criteria, where one is named."""
    del command
    return policy.programmes.criteria if policy.programmes and field == "criterion" else ()


def offered(state: Any, command: str, field: str) -> Sequence[str]:
    """Return what of the programme itself a field of a command may name: criteria, communities."""
    if not isinstance(state, Drafted):
        return ()
    if (command, field) == ("score_application", "criterion"):
        return tuple(one.criterion for one in state.body.criteria)
    if field != "community":
        return ()
    if command == "assess_community":
        return state.body.unassessed
    if command in {"score_application", "select_communities", "withdraw_community"}:
        return tuple(one.community for one in state.body.ranked())
    return ()


STANDING_RULES = frozenset(
    {
        "all-assessed",
        "application-left-to-score",
        "drafter-does-not-approve",
        "nobody-to-call",
        "panel-unchanged-after-selection",
        "pilot-left-to-assess",
        "programme-authority",
        "reviewer-named",
        "scores-enough",
        "selection-first",
        "selection-made-once",
        "window-open",
    }
)
"""Rules that speak of who asks and when, whatever is filled in beside."""

PROGRAMME = CaseKind(
    category="programme",
    plural="programmes",
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
    begun_by=frozenset({"draft_programme"}),
    listed=listed,
    offered=offered,
    timed_by=TIMED_BY,
    moving_clocks=MOVING_CLOCKS,
    standing_rules=STANDING_RULES,
)
"""The one kind of case in this room."""
