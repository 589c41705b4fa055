"""The clocks of a facility, what follows when one rings, and counting provisional limits again.

A ring is judged by the due instant: early, late, double or stale, it changes nothing it should
not. The monthly report is asked for month by month: for the first one not reported nor missed yet.
"""

from typing import assert_never

from domain.clocks import Clock, Deadline, RingClock
from domain.facility import facts as f
from domain.facility.authority import Asking
from domain.facility.months import after, report_due
from domain.facility.operating import runs
from domain.facility.state import (
    Accepting,
    Approved,
    Building,
    Closed,
    Dropped,
    Entrustment,
    Facility,
    Open,
    Planned,
    Proposed,
    Ready,
    Suspended,
    Unproposed,
)
from domain.rules import Rules

NOTICE, TERM, REPORT = "operator_notice", "operator_term", "use_report"
"""Names are stored for ever; the first two are followed by the entrustment's number."""


TIMED_BY: dict[tuple[str, str], str] = {
    ("facility_proposed.v1", "decide_by"): "facilities.limits.decide",
    ("facility_site_changed.v1", "decide_by"): "facilities.limits.decide",
    ("facility_approved.v1", "milestone_by"): "facilities.milestones[milestone].within",
    ("milestone_recorded.v1", "next_by"): (
        "facilities.milestones[next_milestone].within or facilities.limits.complete"
    ),
    ("completion_reported.v1", "accept_by"): "facilities.limits.accept",
    ("facility_accepted.v1", "open_by"): "facilities.limits.open",
    ("acceptance_refused.v1", "complete_by"): "facilities.limits.rectify",
    ("facility_suspended.v1", "rectify_by"): "facilities.limits.rectify",
}
"""The limit of the pack a deadline is counted by: of a milestone, the one whose code it names."""

MOVING_CLOCKS = frozenset({NOTICE, TERM})
"""Clocks whose ring is a step of the facility, and not only a limit that was missed."""


def clocks(state: Facility, rules: Rules) -> tuple[Clock, ...]:
    """Return the running clocks; none once the facility is over."""
    del rules
    match state:
        case Unproposed() | Closed() | Dropped():
            return ()
        case Open():
            return (_use_report(state), *_terms(state))
        case Ready() | Suspended():
            return (*_limits(state), *_terms(state))
        case Proposed() | Approved() | Building() | Accepting():
            return _limits(state)
        case _ as never:
            assert_never(never)


def deadlines(state: Facility) -> tuple[tuple[str, Deadline], ...]:
    """Return every limit that still matters, with the name of its clock."""
    match state:
        case Proposed(decide_by=due, late=False):
            return (("facility_decision", due),)
        case Approved(next_by=due, late=False):
            return (("milestone", due),)
        case Building(next_milestone=code, next_by=due, late=False):
            return (("completion" if code is None else "milestone", due),)
        case Accepting(accept_by=due, late=False):
            return (("acceptance", due),)
        case Ready(open_by=due, late=False):
            return (("opening", due),)
        case Suspended(rectify_by=due, late=False):
            return (("facility_rectification", due),)
        case _:
            return ()


def _limits(state: Facility) -> tuple[Clock, ...]:
    return tuple(Clock(name, due.due, due) for name, due in deadlines(state))


def _terms(state: Planned) -> tuple[Clock, ...]:
    """Each operator's term has two clocks, one after the other: a notice, and its end."""
    return tuple(_term(one) for one in runs(state))


def _term(one: Entrustment) -> Clock:
    if one.noticed:
        return Clock(f"{TERM}/{one.number}", one.operator.term_end)
    return Clock(f"{NOTICE}/{one.number}", one.notice_at)


def month_awaited(state: Open) -> str:
    """Return the first month whose use is neither reported whole nor missed."""
    month = max(state.since, after(state.missed)) if state.missed else state.since
    while all((month, function) in state.plan.uses for function in state.plan.functions):
        month = after(month)
    return month


def _use_report(state: Open) -> Clock:
    plan = state.plan
    return Clock(REPORT, report_due(month_awaited(state), plan.report_by, plan.utc_offset_minutes))


def ring(
    state: Facility, asked: Asking, command: RingClock, rules: Rules
) -> tuple[f.FacilityFact, ...]:
    """Return what follows from a ring: nothing unless that very clock runs and is due."""
    running = any(
        (clock.name, clock.due) == (command.name, command.due) for clock in clocks(state, rules)
    )
    if not running or asked.at < command.due:
        return ()
    name, _, number = command.name.partition("/")
    match name, state:
        case "operator_notice" | "operator_term", Ready() | Open() | Suspended():
            return (_term_fact(state, name, int(number)),)
        case "use_report", Open():
            month = month_awaited(state)
            return (f.FacilityLimitMissed(clock=REPORT, due=command.due, month=month),)
        case _:
            return (f.FacilityLimitMissed(clock=command.name, due=command.due),)


def _term_fact(
    state: Planned, name: str, number: int
) -> f.OperatorTermEnding | f.OperatorTermEnded:
    one = next(one for one in runs(state) if one.number == number)
    told = {
        "number": number,
        "functions": one.operator.functions,
        "term_end": one.operator.term_end,
    }
    kind = f.OperatorTermEnding if name == NOTICE else f.OperatorTermEnded
    return kind.model_validate(told)


def recompute(state: Facility, rules: Rules) -> tuple[f.FacilityFact, ...]:
    """Count every provisional limit again under the calendar that is published now."""
    if not isinstance(state, Planned):
        return ()
    terms = rules.under(state.plan.policy)
    facts: list[f.FacilityFact] = []
    for name, before in deadlines(state):
        new = terms.again(before) if before.provisional else before
        if (new.due, new.provisional) != (before.due, before.provisional):
            facts.append(f.FacilityDeadlineRecalculated(clock=name, due=new, due_before=before))
    return tuple(facts)
