"""More time (延期): asked for early, told to the resident, decided one step higher each time."""

from domain.calendar import parse_limit
from domain.people import Role
from domain.rules import Rules
from domain.task import refusal_rules as no
from domain.task.authority import (
    Command,
    Facts,
    not_after,
    not_the_proposer,
    of_the_main_unit,
    of_the_place,
    standing_in,
)
from domain.task.commands import GrantExtension, RefuseExtension, RequestExtension
from domain.task.facts import ExtensionGranted, ExtensionRefused, ExtensionRequested
from domain.task.limits import is_longer, step_deadline, terms_of
from domain.task.state import Accepted, Body, Extension, ExtensionStatus, InProgress, Task


def request(task: Task, command: RequestExtension, asked: Command, rules: Rules) -> Facts:
    """The main unit asks in time, a limited number of times, for no more than the limit again."""
    body = standing_in(task, Accepted, InProgress).body
    of_the_main_unit(body, asked, rules)
    pending, terms = body.extension, terms_of(body, rules)
    allowed = terms.policy.extensions
    if pending.status is ExtensionStatus.REQUESTED:
        raise no.EXTENSION_PENDING(found=pending.number)
    if pending.number >= allowed.times_max:
        raise no.EXTENSION_TIMES(expected=allowed.times_max, found=pending.number)
    if body.need.parties and not command.resident_informed:
        raise no.RESIDENT_TOLD(found=command.resident_informed)
    assert body.sla.due is not None, "a task in hand has a due instant"
    due = body.sla.due.due
    in_time = terms.calendar.before(due, allowed.apply_before)
    not_after(asked.at, in_time, no.EXTENSION_IN_TIME)
    original = body.judgement.limit if body.judgement else allowed.limit_max
    longest = original if is_longer(terms, allowed.limit_max, original, due) else allowed.limit_max
    if parse_limit(command.limit).number == 0 or is_longer(terms, command.limit, longest, due):
        raise no.EXTENSION_LIMIT(expected=longest, found=command.limit)
    return (
        ExtensionRequested(
            number=pending.number + 1,
            limit=command.limit,
            reason=command.reason,
            review_by=step_deadline(terms, "extension_review", asked.at, urgent=body.is_urgent),
        ),
    )


def grant(task: Task, command: GrantExtension, asked: Command, rules: Rules) -> Facts:
    """Granted time is counted from the old due instant; both stand in the fact."""
    body, pending = _to_decide(task, asked, rules)
    assert body.sla.due is not None, "a task in hand has a due instant"
    assert pending.limit is not None, "a request says how much"
    due = terms_of(body, rules).deadline(pending.limit, body.sla.due.due)
    return (
        ExtensionGranted(
            number=pending.number, due=due, due_before=body.sla.due, note=command.note
        ),
    )


def refuse(task: Task, command: RefuseExtension, asked: Command, rules: Rules) -> Facts:
    """A refused request leaves the due instant where it is."""
    _, pending = _to_decide(task, asked, rules)
    return (ExtensionRefused(number=pending.number, reason=command.reason, lapsed=False),)


def _to_decide(task: Task, asked: Command, rules: Rules) -> tuple[Body, Extension]:
    """A first request is the dispatcher's to decide, a later one the supervisor's."""
    body = standing_in(task, Accepted, InProgress).body
    pending = body.extension
    if pending.status is not ExtensionStatus.REQUESTED:
        raise no.EXTENSION_ASKED(found=pending.status)
    first = pending.number == 1
    decider = Role.STREET_DISPATCHER if first else Role.SUPERVISOR
    if asked.by.role is not decider:
        rule = no.FIRST_EXTENSION if first else no.SECOND_EXTENSION
        raise rule(expected=decider, found=asked.by.role)
    of_the_place(body.need.place, asked, rules)
    not_the_proposer(pending.proposer, asked)
    return body, pending
