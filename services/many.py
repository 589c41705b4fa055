"""One command for many tasks: asked of each, given to each by itself, each with its own answer.

Nothing is half said: what became of every task is told, and the same form sent again finds what it
did the first time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desk.gateway import Gateway
from desk.orders import NotNow
from domain.casebook import CASES
from domain.models import models_of
from domain.refusals import CommandRefused
from domain.task.state import Known
from projections.task_board import TaskLine
from services.acting import order_of
from services.offering import ABOUT_VALUES, Filling
from services.scope import task_at
from services.seeing import NothingHere, Seer

AT_ONCE = 100

FOR_MANY = (
    "accept_task",
    "assign_staff",
    "dispatch_task",
    "remind_unit",
    "request_extension",
    "grant_extension",
    "refuse_extension",
)
"""The commands that make sense for many: what they ask for is the same for each task."""


@dataclass(frozen=True)
class Looked:
    """One task that was chosen: what stands, and why the command would not be taken now."""

    number: str
    line: TaskLine | None
    refusal: CommandRefused | None


@dataclass(frozen=True)
class Outcome:
    """What became of one task: recorded at a position (now, or the first time), or refused."""

    number: str
    line: TaskLine | None
    position: int | None
    repeated: bool
    refusal: CommandRefused | None


def for_many(seer: Seer) -> list[str]:
    """Return the commands for many tasks that somebody's role may give."""
    may = CASES["task"].who_may
    return [kind for kind in FOR_MANY if seer.role in may[kind]]


def chosen(numbers: Sequence[str]) -> list[str]:
    """Return each number once; raise `CommandRefused` for none and for too many."""
    found = list(dict.fromkeys(number.strip().upper() for number in numbers if number.strip()))
    if not found:
        raise CommandRefused(
            "none-chosen", "请先勾选要办理的任务。", "Tick the tasks that are meant first."
        )
    if len(found) > AT_ONCE:
        raise CommandRefused(
            "too-many-at-once",
            f"一次最多办理 {AT_ONCE} 件，所选 {len(found)} 件；请分批办理。",
            f"At most {AT_ONCE} tasks are acted on at a time; {len(found)} are chosen.",
        )
    return found


def look(seer: Seer, kind: str, numbers: Sequence[str]) -> list[Looked]:
    """Ask of every task whether the command would be taken as things stand."""
    desk = seer.house.books.desk
    model = models_of(CASES["task"].commands)[kind]
    found = []
    for number in chosen(numbers):
        try:
            stream, state, _ = task_at(seer, number)
        except NothingHere:
            found.append(Looked(number, None, nothing_here()))
            continue
        filling = Filling(CASES["task"], state, seer.rules, seer.who, _policy(state), stream)
        refusal = desk.hearing(stream).refusal_of(seer.who, filling.fill(kind, model))
        if refusal is not None and refusal.rule in ABOUT_VALUES:
            refusal = None
        found.append(Looked(number, seer.house.boards.tasks.get(stream), refusal))
    return found


def _policy(state: Known) -> str:
    return state.body.need.policy_id


def give(
    seer: Seer, command: dict[str, Any], form_id: str, numbers: Sequence[str]
) -> list[Outcome]:
    """Give *command* to each task by itself, under an id made of the form's and the task's own.

    The same form sent again gives the same answers. Raises `CommandRefused` where nothing was
    tried; after an outage the tasks that are left are told so, and nothing is tried on them.
    """
    gateway = Gateway(seer.house.books)
    found: list[Outcome] = []
    away: CommandRefused | None = None
    for number in chosen(numbers):
        try:
            stream, _, _ = task_at(seer, number)
        except NothingHere:
            found.append(Outcome(number, None, None, repeated=False, refusal=nothing_here()))
            continue
        line = seer.house.boards.tasks.get(stream)
        position, repeated, refusal = None, False, away
        if away is None:
            try:
                order = order_of(seer, stream, command, f"{form_id}/{stream.partition('/')[2]}")
                (answer,) = gateway.submit_batch_now([order], seer.door)
                refusal = answer.refusal
                if answer.receipt is not None:
                    position, repeated = answer.receipt.position, answer.receipt.repeated
            except CommandRefused as error:
                refusal = error
            except NotNow as error:
                chinese, _, english = str(error).partition("。")
                away = refusal = CommandRefused(error.rule, f"{chinese}。", english)
        found.append(Outcome(number, line, position, repeated, refusal))
    seer.house.catch_up()
    return found


def nothing_here() -> CommandRefused:
    """Return what is said of a task there is none of, and of one that is not theirs to see."""
    return CommandRefused(
        "nothing-here",
        "没有这件工单，或者不在您的职责范围内。",
        "There is no such task, or it is not within your duties.",
    )
