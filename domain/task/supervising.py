"""The supervision ladder (督办): reminded, yellow, red, listed, summoned. It only climbs.

A rung is taken by a clock or by a supervisor. A card or listing below the standing level is not
given; the same card may be given again, for another due instant or another matter. A reminder is
heard at any level: its fact repeats the level that stands.
"""

from datetime import datetime

from domain.people import Role
from domain.rules import Rules, Terms
from domain.sealed import Sealed
from domain.task import refusal_rules as no
from domain.task.authority import Command, Facts, has_to_do_with, of_the_place, standing_in
from domain.task.commands import (
    CardColour,
    ListTask,
    RaiseCard,
    RemindUnit,
    SummonUnit,
    UrgeTask,
)
from domain.task.facts import SupervisionLevel, SupervisionRaised, TaskUrged
from domain.task.limits import terms_of
from domain.task.state import OPEN_STATES, Body, InHand, Task

LADDER = tuple(SupervisionLevel)
"""The rungs, lowest first."""

REMINDERS = frozenset(
    {"sign_in", "due.remind_half", "due.remind_before", "remind_unit", "urge_task"}
)
"""Causes of a reminder: the clocks that remind, a supervisor, and residents who urge."""


def rung(level: SupervisionLevel) -> int:
    """Return the height of *level* on the ladder; 0 is none."""
    return LADDER.index(level)


def raised(
    body: Body,
    level: SupervisionLevel,
    cause: str,
    *,
    reason: Sealed | None = None,
    due: datetime | None = None,
) -> SupervisionRaised:
    """Return the fact that *level* was reached because of *cause* (a clock, or a command)."""
    return SupervisionRaised(
        level=level,
        level_before=body.supervision,
        cause=cause,
        unit=body.holding.main,
        reason=reason,
        due=due,
    )


def reminded(
    body: Body, cause: str, *, reason: Sealed | None = None, due: datetime | None = None
) -> SupervisionRaised:
    """Return the fact of a reminder, which is heard at any level and never lowers it."""
    level = max(body.supervision, SupervisionLevel.REMINDED, key=rung)
    return raised(body, level, cause, reason=reason, due=due)


def remind(task: Task, command: RemindUnit, asked: Command, rules: Rules) -> Facts:
    """A supervisor reminds the unit (催办), whatever it was shown before."""
    body = _to_supervise(task, asked, rules)
    return (reminded(body, command.kind, reason=command.note),)


def urge(task: Task, command: UrgeTask, asked: Command, rules: Rules) -> Facts:
    """Residents and those who speak with them urge (催单); often enough, the unit is reminded.

    Counted are the urges since the due instant was set: an earlier unit's are not held against
    the present one.
    """
    body = standing_in(task, *OPEN_STATES).body
    if asked.by.role is Role.CALLBACK_AGENT:
        of_the_place(body.need.place, asked, rules)
    elif asked.by.role is not Role.RESIDENT:
        has_to_do_with(body.need.place, asked, rules)
    urged = TaskUrged(number=len(body.urged) + 1, source=command.source, note=command.note)
    since = body.sla.set_at
    if not isinstance(task, InHand) or since is None:
        return (urged,)
    within = sum(at >= since for at in body.urged) + 1
    if within != terms_of(body, rules).policy.urging.reminds_at:
        return (urged,)
    return (urged, reminded(body, command.kind))


def raise_card(task: Task, command: RaiseCard, asked: Command, rules: Rules) -> Facts:
    """A supervisor raises a card against the unit; enough red ones and its head is summoned."""
    yellow = command.colour is CardColour.YELLOW
    level = SupervisionLevel.YELLOW if yellow else SupervisionLevel.RED
    body = _to_supervise(task, asked, rules)
    _not_below(body, level)
    _has_a_unit(body, level)
    card = raised(body, level, command.kind, reason=command.reason)
    if yellow:
        return (card,)
    return (card, *summoned_for_reds(body, rules, asked.at))


def list_task(task: Task, command: ListTask, asked: Command, rules: Rules) -> Facts:
    """A supervisor puts the task under listed supervision (挂牌督办)."""
    level = SupervisionLevel.LISTED
    body = _to_supervise(task, asked, rules)
    _not_below(body, level, again=False)
    return (raised(body, level, command.kind, reason=command.reason),)


def summon(task: Task, command: SummonUnit, asked: Command, rules: Rules) -> Facts:
    """A supervisor summons the head of the unit (约谈)."""
    level = SupervisionLevel.SUMMONED
    body = _to_supervise(task, asked, rules)
    _not_below(body, level, again=False)
    _has_a_unit(body, level)
    return (raised(body, level, command.kind, reason=command.reason),)


def _to_supervise(task: Task, asked: Command, rules: Rules) -> Body:
    """A supervisor acts on open tasks of their own division."""
    body = standing_in(task, *OPEN_STATES).body
    of_the_place(body.need.place, asked, rules)
    return body


def _not_below(body: Body, level: SupervisionLevel, *, again: bool = True) -> None:
    """The ladder is climbed, never descended; cards may be given *again*."""
    standing = rung(body.supervision)
    if rung(level) < standing or (rung(level) == standing and not again):
        raise no.LEVEL_NOT_LOWER(expected=body.supervision, found=level)


def _has_a_unit(body: Body, level: SupervisionLevel) -> None:
    if body.holding.main is None:
        raise no.UNIT_TO_SUPERVISE(found=level)


def summoned_for_reds(body: Body, rules: Rules, at: datetime) -> tuple[SupervisionRaised, ...]:
    """With this red card the unit may have enough of them for its head to be summoned."""
    ladder = terms_of(body, rules).policy.supervision
    unit = body.holding.main
    if unit is None or body.supervision is SupervisionLevel.SUMMONED:
        return ()
    since = terms_of(body, rules).calendar.before(at, ladder.reds_within)
    if rules.neighbours.red_cards(unit, since) + 1 < ladder.reds_to_summon:
        return ()
    summons = raised(body, SupervisionLevel.SUMMONED, "reds")
    return (summons.model_copy(update={"level_before": SupervisionLevel.RED}),)


def act_of(fact: SupervisionRaised) -> SupervisionLevel:
    """Return what was done to the unit: a reminder, whatever level stands, or the level reached."""
    return SupervisionLevel.REMINDED if fact.cause in REMINDERS else fact.level


def is_red_card(fact: SupervisionRaised) -> bool:
    """Say whether *fact* is a red card against its unit, rather than a reminder at level red."""
    return act_of(fact) is SupervisionLevel.RED


def red_card(body: Body, rules: Rules, due: datetime) -> tuple[SupervisionRaised, ...]:
    """Overdue is a red card at once, unless the task stands higher on the ladder already."""
    if rung(body.supervision) > rung(SupervisionLevel.RED):
        return ()
    card = raised(body, SupervisionLevel.RED, "due", due=due)
    return (card, *summoned_for_reds(body, rules, due))


def listed_for_dissatisfaction(body: Body, terms: Terms) -> tuple[SupervisionRaised, ...]:
    """Dissatisfied as often as the pack bears, the task is listed."""
    often = body.feedback.dissatisfied + 1 >= terms.policy.supervision.listed_on_dissatisfied
    if not often or rung(body.supervision) >= rung(SupervisionLevel.LISTED):
        return ()
    return (raised(body, SupervisionLevel.LISTED, "dissatisfied"),)
