"""The clock of a resident's request to be erased: the officer is told ahead, and when it is late.

The law asks for an answer in good time (Personal Information Protection Law, article 50); the pack
says how soon, and how long before. A ring is judged by the due instant: early, late, double or
stale, it changes nothing it should not.
"""

from domain.cases import Notice
from domain.clocks import Clock, RingClock
from domain.envelope import Asked, Happened
from domain.people import Role
from domain.registry.commands import SubjectCommand
from domain.registry.facts import (
    ErasureAnswerDueSoon,
    ErasureAnswerOverdue,
    ErasureDeadlineRecalculated,
    ErasureRequested,
    SubjectFact,
)
from domain.registry.standing import RequestedErasure, SubjectStanding
from domain.rules import Rules
from domain.values import instant_text

ANSWER, REMINDER = "erasure_answer", "erasure_answer.remind_before"
"""Names are stored for ever."""

TIMED_BY: dict[tuple[str, str], str] = {("erasure_requested.v1", "answer"): "privacy.answer"}
"""The limit of the pack the answer's deadline is counted by."""


def clocks(state: SubjectStanding, rules: Rules) -> tuple[Clock, ...]:
    """Return the running clocks: of a request that waits, each until it was told."""
    if not isinstance(state, RequestedErasure) or not state.waits or state.overdue:
        return ()
    answer = Clock(ANSWER, state.answer.due, state.answer)
    if state.reminded:
        return (answer,)
    terms = rules.under(None)
    ahead = terms.calendar.before(state.answer.due, terms.policy.privacy.remind_before)
    return (Clock(REMINDER, ahead), answer)


def ring(
    state: SubjectStanding, asked: Asked[SubjectCommand], command: RingClock, rules: Rules
) -> tuple[SubjectFact, ...]:
    """Return what follows from a ring: nothing unless that very clock runs and is due."""
    running = any(
        (clock.name, clock.due) == (command.name, command.due) for clock in clocks(state, rules)
    )
    if not running or asked.at < command.due or not isinstance(state, RequestedErasure):
        return ()
    due = state.answer.due
    return ((ErasureAnswerDueSoon if command.name == REMINDER else ErasureAnswerOverdue)(due=due),)


def recompute(state: SubjectStanding, rules: Rules) -> tuple[SubjectFact, ...]:
    """Count a provisional limit again under the calendar that is published now."""
    if not isinstance(state, RequestedErasure) or not state.waits or state.overdue:
        return ()
    before = state.answer
    after = rules.under(None).again(before) if before.provisional else before
    if (after.due, after.provisional) == (before.due, before.provisional):
        return ()
    return (ErasureDeadlineRecalculated(clock=ANSWER, due=after, due_before=before),)


def notices(
    stream: str, state: SubjectStanding, happened: Happened[SubjectFact]
) -> tuple[Notice, ...]:
    """Return who is told of this fact: the officers for the place of the task they asked by."""
    del stream
    if not isinstance(state, RequestedErasure):
        return ()
    template, due = "", state.answer.due
    match happened.fact:
        case ErasureRequested():
            template = "erasure_requested"
        case ErasureAnswerDueSoon() if happened.at < due:  # later, it is told to be overdue
            template = "erasure_answer_due_soon"
        case ErasureAnswerOverdue():
            template = "erasure_answer_overdue"
    to, values = f"role/{Role.DPO}", {"case": state.case, "due": instant_text(due)}
    notice = Notice(key=f"{happened.version}/{to}", to=to, template=template, values=values)
    return (notice,) if template else ()
