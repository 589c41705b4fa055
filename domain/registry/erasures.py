"""Decide what may happen to a resident's personal information: asked, refused, erased.

The resident asks, and the officer for personal information answers within the pack's time, by
erasing or with a reason (Personal Information Protection Law, articles 47 and 50).
"""

from typing import assert_never

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import Asked
from domain.gate import allowed, permitted
from domain.people import Channel
from domain.registry.answering import recompute, ring
from domain.registry.commands import RecordErasure, RefuseErasure, RequestErasure, SubjectCommand
from domain.registry.decider import WHO_MAY
from domain.registry.facts import ErasureRefused, ErasureRequested, SubjectErased, SubjectFact
from domain.registry.refusal_rules import refused
from domain.registry.standing import ErasedSubject, RequestedErasure, SubjectStanding
from domain.rules import Rules
from domain.values import instant_text


def decide_subject(
    state: SubjectStanding, asked: Asked[SubjectCommand], rules: Rules
) -> tuple[SubjectFact, ...]:
    """Return the facts that follow for a resident, or refuse by rule."""
    match asked.command:
        case RequestErasure() as command:
            return (_request(state, asked, command, rules),)
        case RefuseErasure(reason=reason):
            allowed(asked, WHO_MAY["refuse_erasure"], rules)
            if not isinstance(state, RequestedErasure) or not state.waits:
                raise refused("erasure-not-requested")
            return (ErasureRefused(reason=reason),)
        case RecordErasure() as command:
            return (_erase(state, asked, command, rules),)
        case RingClock() as command:
            permitted(asked, WHO_MAY["ring_clock"])
            return ring(state, asked, command, rules)
        case RecomputeDeadlines():
            permitted(asked, WHO_MAY["recompute_deadlines"])
            return recompute(state, rules)
        case _ as never:
            assert_never(never)


def _request(
    state: SubjectStanding, asked: Asked[SubjectCommand], command: RequestErasure, rules: Rules
) -> ErasureRequested:
    """A resident asks for themselves, by a link of theirs; not again while it waits."""
    permitted(asked, WHO_MAY["request_erasure"])
    if asked.by.person != asked.stream or asked.by.channel is not Channel.LINK:
        raise refused("erasure-ones-own")
    if isinstance(state, ErasedSubject):
        raise refused("already-erased")
    if isinstance(state, RequestedErasure) and state.waits:
        raise refused("erasure-requested", until=instant_text(state.answer.due))
    terms = rules.under(None)
    return ErasureRequested(
        case=command.case, answer=terms.deadline(terms.policy.privacy.answer, asked.at)
    )


def _erase(
    state: SubjectStanding, asked: Asked[SubjectCommand], command: RecordErasure, rules: Rules
) -> SubjectErased:
    """A resident's key is destroyed once, and not while a task of theirs is open.

    A task that ends its party's key has asked that already (`domain/task/closing.py`): what it
    sends is carried out, or its own fact would be untrue.
    """
    allowed(asked, WHO_MAY["record_erasure"], rules)
    if isinstance(state, ErasedSubject):
        raise refused("already-erased")
    if asked.by.channel is not Channel.SYSTEM:
        needed = rules.neighbours.open_tasks_of(asked.stream)
        if needed:
            raise refused("subject-still-needed", found=len(needed))
    return SubjectErased(basis=command.basis)
