"""Carrying on the books (挂账): for an objective cause, by two keys, with a review date.

A carried task is not closed: it leaves the overdue count and comes back by itself.
"""

from datetime import datetime

from domain.people import Role
from domain.rules import Rules
from domain.sealed import Sealed
from domain.task import refusal_rules as no
from domain.task.authority import (
    Command,
    Facts,
    main_unit_or_dispatcher,
    not_the_proposer,
    of_the_place,
    one_of,
    standing_in,
    state_name,
)
from domain.task.commands import ApproveCarry, ProposeCarry, ReactivateTask, RefuseCarry
from domain.task.facts import (
    CarryApproved,
    CarryProposed,
    CarryRefused,
    TaskCarried,
    TaskReactivated,
)
from domain.task.limits import resumed_deadline, terms_of
from domain.task.state import Body, Carried, Carry, InProgress, Task
from domain.values import instant_text


def propose(task: Task, command: ProposeCarry, asked: Command, rules: Rules) -> Facts:
    """The main unit or a dispatcher proposes to carry, for a listed cause, with a review date."""
    body = standing_in(task, InProgress).body
    main_unit_or_dispatcher(body, asked, rules)
    if body.carry is not None:
        raise no.CARRY_PENDING(found=body.carry.ledger_row)
    terms = terms_of(body, rules)
    one_of(command.cause, (cause.code for cause in terms.policy.carrying.causes))
    latest = terms.deadline(terms.policy.carrying.review_max, asked.at).due
    _review_lies_within(command.review_at, asked.at, latest)
    return (
        CarryProposed(
            cause=command.cause,
            reason=command.reason,
            plan=command.plan,
            review_at=command.review_at,
            ledger_row=command.ledger_row,
        ),
    )


def _review_lies_within(review_at: datetime, after: datetime, latest: datetime) -> None:
    if not after < review_at <= latest:
        span = f"{instant_text(after)} – {instant_text(latest)}"
        raise no.CARRY_REVIEW(expected=span, found=instant_text(review_at))


def approve(task: Task, command: ApproveCarry, asked: Command, rules: Rules) -> Facts:
    """Supervisor and adjudicator, two people, each turn a key; with the second it is carried."""
    body, carry = _to_decide(task, asked, rules)
    if body.need.parties and not command.resident_told:
        raise no.RESIDENT_TOLD(found=command.resident_told)
    for key, person in carry.keys:
        if asked.by.role == key or asked.by.person == person:
            raise no.TWO_KEYS(found=key)
    terms = terms_of(body, rules)
    latest = terms.deadline(terms.policy.carrying.review_max, asked.at).due
    _review_lies_within(carry.review_at, asked.at, latest)
    key = "SUPERVISOR" if asked.by.role is Role.SUPERVISOR else "ADJUDICATOR"
    turned = CarryApproved(key=key)
    if not carry.keys:
        return (turned,)
    assert body.sla.due is not None, "a task in hand has a due instant"
    carried = TaskCarried(
        cause=carry.cause,
        ledger_row=carry.ledger_row,
        review_at=carry.review_at,
        paused_due=body.sla.due,
    )
    return (turned, carried)


def refuse(task: Task, command: RefuseCarry, asked: Command, rules: Rules) -> Facts:
    """Either key holder may refuse; a key that was turned is void with it."""
    _to_decide(task, asked, rules)
    return (CarryRefused(reason=command.reason),)


def _to_decide(task: Task, asked: Command, rules: Rules) -> tuple[Body, Carry]:
    body = standing_in(task, InProgress).body
    if body.carry is None:
        raise no.CARRY_PROPOSED(found=state_name(task))
    of_the_place(body.need.place, asked, rules)
    not_the_proposer(body.carry.proposer, asked)
    return body, body.carry


def reactivate(task: Task, command: ReactivateTask, asked: Command, rules: Rules) -> Facts:
    """A supervisor takes a carried task up again before its review date."""
    standing = standing_in(task, Carried)
    of_the_place(standing.body.need.place, asked, rules)
    return (reactivated(standing, rules, asked.at, lapsed=False, note=command.note),)


def reactivated(
    task: Carried, rules: Rules, at: datetime, *, lapsed: bool, note: Sealed | None = None
) -> TaskReactivated:
    """Return the fact that handling goes on at *at*, with the time that was left at the pause."""
    sla = task.body.sla
    assert sla.due is not None, "a task in hand has a due instant"
    assert sla.paused_at is not None, "a carried task was paused"
    return TaskReactivated(
        due=resumed_deadline(sla.due, sla.paused_at, at, terms_of(task.body, rules)),
        due_before=sla.due,
        paused_since=sla.paused_at,
        review_lapsed=lapsed,
        note=note,
    )
