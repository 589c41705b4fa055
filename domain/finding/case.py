"""The finding as the desk, the clerk and the reader use it."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.finding.authority import WHO_MAY
from domain.finding.clocks import clocks
from domain.finding.commands import FindingCommand
from domain.finding.coordination import errands, holder, neighbour, notices, shown, talks
from domain.finding.decider import decide
from domain.finding.facts import FindingFact
from domain.finding.refusal_rules import STANDING_RULES
from domain.finding.state import UNRECORDED, Recorded, evolve, is_over, state_name
from domain.gate import gated
from domain.labelled import Ground
from domain.policy import Category, Policy
from domain.values import DEFERRED


def _policy_id(state: Any) -> str | None:
    """Return the pack the finding is decided under."""
    return state.body.recorded.policy if isinstance(state, Recorded) else None


def _pairing(state: Any) -> None:
    """A finding belongs to no pairing; the tasks it leans on name theirs."""


def _category(state: Any) -> str | None:
    """Return the category of service the indicator speaks of."""
    return state.body.recorded.category if isinstance(state, Recorded) else None


def listed(policy: Policy, command: str, field: str) -> Sequence[Category | Ground]:
    """Return what of the pack a field of a command may hold."""
    del command
    if policy.findings is None:
        return ()
    return {
        "indicator": policy.findings.indicators,
        "ground": policy.findings.dismissal_grounds,
    }.get(field, ())


TIMED_BY = {
    ("finding_recorded.v1", "adopt_by"): "findings.adoption",
    ("finding_recorded.v1", "refresh_by"): "findings.refresh",
    ("finding_adopted.v1", "plan_by"): "findings.planning",
    ("value_measured.v1", "refresh_by"): "findings.refresh",
    ("remedy_reported.v1", "verify_by"): "findings.verification",
    ("finding_struck_off.v1", "reopen_by"): "findings.reopening",
    ("finding_reopened.v1", "adopt_by"): "findings.adoption",
    ("finding_reopened.v1", "refresh_by"): "findings.refresh",
}
"""Which limit of the pack counts each deadline."""

FINDING = CaseKind(
    category="finding",
    plural="findings",
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
    begun_by=frozenset({"record_finding"}),
    listed=listed,
    timed_by=TIMED_BY,
    moving_clocks=frozenset({"reopening"}),
    standing_rules=STANDING_RULES,
)
"""The finding."""
