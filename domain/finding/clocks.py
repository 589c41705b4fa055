"""The clocks of a finding, what follows when one rings, and counting provisional limits again."""

from collections.abc import Iterator

from domain.clocks import Clock, Deadline, RingClock
from domain.envelope import Asked
from domain.finding.commands import FindingCommand
from domain.finding.facts import (
    FindingDeadlineRecalculated,
    FindingFact,
    FindingLimitMissed,
    ReopeningLapsed,
)
from domain.finding.state import Finding, InRemedy, Open, Planned, Recorded, StruckOff, Verifying
from domain.rules import Rules

CLOCK_NAMES = (
    "adoption",
    "remedy_plan",
    "remedy_target",
    "remedy_verification",
    "refresh",
    "reopening",
)
"""Every clock a finding can have; names are stored for ever."""


def clocks(state: Finding, rules: Rules) -> tuple[Clock, ...]:
    """Return the running clocks: none that rang, and none once the finding is over."""
    del rules
    if not isinstance(state, Recorded):
        return ()
    return tuple(one for one in _clocks(state) if (one.name, one.due) not in state.body.rung)


def _clocks(state: Recorded) -> Iterator[Clock]:
    for name, deadline in deadlines(state):
        yield Clock(name, deadline.due, deadline)
    if isinstance(state, Planned | InRemedy) and state.body.adoption is not None:
        yield Clock("remedy_target", state.body.adoption.target_date)


def deadlines(state: Finding) -> Iterator[tuple[str, Deadline]]:
    """Yield every limit that is counted, with the name of its clock."""
    match state:
        case Open(body=body) if body.adoption is None:
            yield "adoption", body.adopt_by
        case Open(body=body) if body.adoption is not None:
            yield "remedy_plan", body.adoption.plan_by
        case Verifying(verify_by=due):
            yield "remedy_verification", due
        case StruckOff(reopen_by=due, final=False):
            yield "reopening", due
        case _:
            pass
    if isinstance(state, Open | Planned | InRemedy):
        yield "refresh", state.body.refresh_by


def ring(
    state: Finding, asked: Asked[FindingCommand], command: RingClock, rules: Rules
) -> tuple[FindingFact, ...]:
    """Return what follows from a ring: nothing unless that very clock runs and is due."""
    running = any(
        (clock.name, clock.due) == (command.name, command.due) for clock in clocks(state, rules)
    )
    if not running or asked.at < command.due:
        return ()
    if isinstance(state, StruckOff):
        return (ReopeningLapsed(due=command.due),)
    return (FindingLimitMissed(clock=command.name, due=command.due),)


def recompute(state: Finding, rules: Rules) -> tuple[FindingFact, ...]:
    """Count every provisional limit again under the calendar that is published now."""
    if not isinstance(state, Recorded):
        return ()
    terms = rules.under(state.body.recorded.policy)
    facts: list[FindingFact] = []
    for name, before in deadlines(state):
        after = terms.again(before) if before.provisional else before
        if (after.due, after.provisional) != (before.due, before.provisional):
            facts.append(FindingDeadlineRecalculated(clock=name, due=after, due_before=before))
    return tuple(facts)
