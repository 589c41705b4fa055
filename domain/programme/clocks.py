"""The clocks of a programme, what follows when one rings, and counting provisional limits again.

A ring is judged by the due instant: early, late, double or stale, it changes nothing it should
not.
"""

from typing import assert_never

from domain.clocks import Clock, Deadline, RingClock
from domain.envelope import Asked
from domain.programme.calling import figures_of, programmes
from domain.programme.commands import ProgrammeCommand
from domain.programme.facts import (
    AssessmentBegun,
    CallClosed,
    ProgrammeDeadlineRecalculated,
    ProgrammeFact,
    ProgrammeLimitMissed,
    ProgrammeProgressRecorded,
)
from domain.programme.state import (
    Assessing,
    Calling,
    Draft,
    Drafted,
    Ended,
    Extended,
    Programme,
    Running,
    Selecting,
    Undrafted,
)
from domain.rules import Rules, Terms

TIMED_BY: dict[tuple[str, str], str] = {
    ("programme_drafted.v1", "decide_by"): "programmes.draft_review",
    ("programme_revised.v1", "decide_by"): "programmes.draft_review",
    ("programme_call_closed.v1", "select_by"): "programmes.selection",
    ("communities_selected.v1", "publish_by"): "programmes.publication",
    ("selection_published.v1", "progress_at"): "programmes.progress_every",
    ("programme_progress_recorded.v1", "progress_at"): "programmes.progress_every",
    ("assessment_begun.v1", "assess_by"): "programmes.assessment",
}
"""Which limit of the pack counts each deadline a fact holds."""

MOVING_CLOCKS = frozenset({"applications", "progress", "build_end"})
"""Clocks whose ring is a step of the programme, and not only a limit that was missed."""


def clocks(state: Programme, rules: Rules) -> tuple[Clock, ...]:
    """Return the running clocks; none once the programme is over."""
    del rules
    match state:
        case Undrafted() | Extended() | Ended():
            return ()
        case Calling(body=body):
            return (Clock("applications", body.apply_until),)
        case Running(body=body, progress_at=due):
            return (Clock("progress", due.due, due), Clock("build_end", body.build_until))
        case Draft() | Selecting() | Assessing():
            return tuple(Clock(name, due.due, due) for name, due in deadlines(state))
        case _ as never:
            assert_never(never)


def deadlines(state: Programme) -> tuple[tuple[str, Deadline], ...]:
    """Return every limit that still matters, with the name of its clock."""
    match state:
        case Draft(decide_by=due, late=False):
            return (("draft_review", due),)
        case Selecting(publish_by=None, select_by=due, late=False):
            return (("selection", due),)
        case Selecting(publish_by=Deadline() as due, late=False):
            return (("publication", due),)
        case Running(progress_at=due):
            return (("progress", due),)
        case Assessing(body=body, assess_by=due, late=False) if body.unassessed:
            return (("assessment", due),)
        case _:
            return ()


def ring(
    state: Programme, asked: Asked[ProgrammeCommand], command: RingClock, rules: Rules
) -> tuple[ProgrammeFact, ...]:
    """Return what follows from a ring: nothing unless that very clock runs and is due."""
    running = any(
        (clock.name, clock.due) == (command.name, command.due) for clock in clocks(state, rules)
    )
    if not running or asked.at < command.due or not isinstance(state, Drafted):
        return ()
    terms = rules.under(state.body.policy)
    match command.name, state:
        case "applications", Calling():
            return (_call_closed(state, asked, terms),)
        case "progress", Running():
            return (_progress(state, asked, terms, rules),)
        case "build_end", Running():
            assess_by = terms.deadline(programmes(terms).assessment, asked.at)
            return (AssessmentBegun(reason=None, assess_by=assess_by),)
        case _:
            return (ProgrammeLimitMissed(clock=command.name, due=command.due),)


def _call_closed(state: Calling, asked: Asked[ProgrammeCommand], terms: Terms) -> CallClosed:
    body = state.body
    return CallClosed(
        apply_until=body.apply_until,
        communities=tuple(one.community for one in body.applications),
        select_by=terms.deadline(programmes(terms).selection, asked.at),
    )


def _progress(
    state: Running, asked: Asked[ProgrammeCommand], terms: Terms, rules: Rules
) -> ProgrammeProgressRecorded:
    """The next quarter is counted from this one's due, so that a late ring moves none of them."""
    body = state.body
    counted = figures_of(body.pilots, rules)
    every = programmes(terms).progress_every
    following = terms.deadline(every, state.progress_at.due)
    if following.due <= asked.at:
        following = terms.deadline(every, asked.at)
    return ProgrammeProgressRecorded(
        number=len(body.progress) + 1,
        communities=tuple(counted[one].frozen for one in body.pilots),
        progress_at=following,
    )


def recompute(state: Programme, rules: Rules) -> tuple[ProgrammeFact, ...]:
    """Count every provisional limit again under the calendar that is published now."""
    if not isinstance(state, Drafted):
        return ()
    terms = rules.under(state.body.policy)
    facts: list[ProgrammeFact] = []
    for name, before in deadlines(state):
        after = terms.again(before) if before.provisional else before
        if (after.due, after.provisional) != (before.due, before.provisional):
            facts.append(ProgrammeDeadlineRecalculated(clock=name, due=after, due_before=before))
    return tuple(facts)
