"""What follows when a clock of a support task rings, and when a calendar year is published.

A ring is judged by its due instant: a late one acts as of then, a double, stale or early one
changes nothing. So it does not matter when a timer fires, or how often.
"""

from datetime import datetime

from domain.clocks import RingClock
from domain.rules import Rules
from domain.task.authority import Command, Facts
from domain.task.carrying import reactivated
from domain.task.clocks import clocks
from domain.task.closing import sealed_whole
from domain.task.dispatching import dispute, queued
from domain.task.facts import (
    AssistOverdue,
    DeadlineRecalculated,
    DepartmentAbsent,
    ExtensionRefused,
    LimitMissed,
    SignInOverdue,
    SupervisionLevel,
    TaskAutoAccepted,
    TaskOverdue,
)
from domain.task.feedback import window_closed
from domain.task.limits import resumed_deadline, terms_of
from domain.task.state import Body, Carried, Dispatched, Known, Task
from domain.task.supervising import raised, red_card, reminded

_WITH_THE_UNIT = frozenset({"first_contact", "stage_report"})
"""Limits the handling unit misses; the others are missed by whoever must act next."""


def ring(task: Task, command: RingClock, asked: Command, rules: Rules) -> Facts:
    """A running clock whose due instant has come has its consequence; any other ring has none."""
    running = {(clock.name, clock.due) for clock in clocks(task, rules)}
    if (command.name, command.due) not in running or asked.at < command.due:
        return ()
    assert isinstance(task, Known), "only a registered task has clocks"
    return _consequence(task, command.name, command.due, asked, rules)


def _consequence(task: Known, name: str, due: datetime, asked: Command, rules: Rules) -> Facts:
    body = task.body
    what, _, number = name.partition("/")
    match what:
        case "queue":
            return (queued(body, rules, due),)
        case "sign_in":
            return _sign_in_overdue(task)
        case "due":
            return _overdue(body, rules)
        case "due.remind_half" | "due.remind_before":
            return (reminded(body, name, due=due),)
        case "due.yellow":
            return (raised(body, SupervisionLevel.YELLOW, name, due=due),)
        case "due.listed":
            return (raised(body, SupervisionLevel.LISTED, name, due=due),)
        case "return_review":
            return (dispute(body, "REVIEW_LAPSED", rules, due),)
        case "extension_review":
            number_asked = body.extension.number
            return (ExtensionRefused(number=number_asked, reason=None, lapsed=True),)
        case "assist":
            return _assist_overdue(body, int(number))
        case "arrival":
            return _absent(body, int(number))
        case "carry_review":
            assert isinstance(task, Carried), "only a carried task is reviewed"
            return (reactivated(task, rules, due, lapsed=True),)
        case "rating":
            return (window_closed(body, rules, due),)
        case "archive":
            return sealed_whole(asked)
        case _:
            unit = body.holding.main if name in _WITH_THE_UNIT else None
            return (LimitMissed(clock=name, unit=unit, due=due),)


def _sign_in_overdue(task: Known) -> Facts:
    """Silence counts as sign-in, against the unit, which is reminded."""
    assert isinstance(task, Dispatched), "only a dispatched task waits for sign-in"
    body, unit = task.body, task.body.holding.main
    assert unit is not None, "a dispatched task has its main unit"
    return (
        SignInOverdue(unit=unit, sign_in_by=task.sign_in_by),
        TaskAutoAccepted(unit=unit),
        reminded(body, "sign_in", due=task.sign_in_by.due),
    )


def _overdue(body: Body, rules: Rules) -> Facts:
    """Past the due instant the task is overdue, and the unit has a red card."""
    assert body.sla.due is not None, "the due clock watches a due instant"
    overdue = TaskOverdue(unit=body.holding.main, due=body.sla.due)
    return (overdue, *red_card(body, rules, body.sla.due.due))


def _assist_overdue(body: Body, number: int) -> Facts:
    assist = body.assists[number - 1]
    return (AssistOverdue(number=number, unit=assist.unit, due=assist.due),)


def _absent(body: Body, number: int) -> Facts:
    """Whoever was called and has not arrived in the window is absent; arriving late is noted."""
    awaited = body.whistles[number - 1].awaited
    return tuple(DepartmentAbsent(number=number, unit=unit) for unit in awaited)


def recompute(task: Task, rules: Rules) -> Facts:
    """Provisional deadlines that still run are counted again under the published calendar."""
    if not isinstance(task, Known):
        return ()
    terms, pause = terms_of(task.body, rules), task.body.sla.pause
    changed: list[DeadlineRecalculated] = []
    for clock in clocks(task, rules):
        old = clock.deadline
        if old is None or not old.provisional:
            continue
        if clock.name == "due" and pause is not None:
            new = resumed_deadline(pause.due_before, pause.paused_at, pause.resumed_at, terms)
        else:
            new = terms.again(old)
        if new.due != old.due or not new.provisional:
            changed.append(DeadlineRecalculated(clock=clock.name, due=new, due_before=old))
    return tuple(changed)
