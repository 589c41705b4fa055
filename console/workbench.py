"""工作台: what waits for me and my unit, what I wait for, and what is new, by the clock."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from console.cases import row_of
from console.seeing import OFFICE, as_instant, ours, page, see_other, seer_of
from desk.identifiers import new_uuid7
from desk.orders import Answer, NotNow, Order
from domain.refusals import CommandRefused
from domain.task.facts import TaskState
from projections.unit_inbox import COMMANDS, InboxLine
from services import workbench
from services.acting import given_each, order_of
from services.erasure_requests import why_due
from services.scope import task_at
from services.seeing import NothingHere, Seer, told
from wording.commands import command_label
from wording.labels import Both, label

router = APIRouter()
_SHOWN = 200
_CASES = 12
_ACCEPTED_MAX = 200
_PROMISES: dict[str, Both] = {
    "deliver_commitment": ("承诺 {}", "promise {}"),
    "answer_revision": ("承诺 {}", "promise {}"),
    "confirm_delivery": ("第 {} 笔", "delivery no. {}"),
    "settle_delivery": ("第 {} 笔", "delivery no. {}"),
}
"""How one of several things that wait in a pairing is told from the others."""


@dataclass(frozen=True)
class Item:
    """One thing that waits: the case, what is to be done, and the two usual ways to do it.

    *tick* is what a form sends to have it signed in for with others: its number and a command id.
    """

    key: str
    address: str
    title: str
    what: str
    due: str | None
    urgent: bool
    about: str
    unit: str
    acts: tuple[tuple[str, str], ...] = ()
    tick: str = ""


@dataclass(frozen=True)
class Group:
    """What is due in one span of time."""

    name: str
    tone: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one of several: *tone* green where it is recorded."""

    number: str
    sentence: str
    rule: str
    tone: str


@router.get("/")
def show(request: Request) -> Response:
    """Show what waits."""
    seer = seer_of(request)
    boards = seer.house.boards
    seer.house.catch_up()
    position = boards.position()
    mine = workbench.mine(seer, _SHOWN)
    unit = workbench.of_the_unit(seer)
    asked = workbench.asked_for(seer)
    cases, cases_total = workbench.cases_of_the_unit(seer, _CASES)
    about = _About(seer, [*mine.lines, *unit.lines, *asked])
    groups = _grouped(seer, mine.lines, about)
    ticks = [item for group in groups for item in group.items if item.tick]
    return page(
        request,
        "workbench.html",
        seer=seer,
        position=position,
        groups=groups,
        total=mine.total,
        shown=len(mine.lines),
        several=len(ticks) > 1,
        unit_items=[_item(seer, line, about) for line in unit.lines],
        unit_total=unit.total,
        cases=[row_of(seer, line) for line in cases],
        cases_total=cases_total,
        asked=[_item(seer, line, about) for line in asked],
        news=workbench.news(seer, mine.lines),
        last=None if groups else _last(seer),
    )


@router.post("/looked")
def looked(
    request: Request, position: Annotated[int, Form(ge=0)], form: Annotated[str, Form()] = ""
) -> Response:
    """Keep that the news up to *position* were seen."""
    seer = seer_of(request)
    ours(request, form, seer.session.form)
    seer.house.doorkeeper.look(seer.session.person, min(position, seer.house.boards.position()))
    return see_other("/")


@router.post("/accept")
async def accept(request: Request) -> Response:
    """Sign in for each of the tasks that were ticked, by itself; say what became of each."""
    sent = await request.form(max_fields=_ACCEPTED_MAX + 10)
    return await asyncio.to_thread(_accept, request, sent)


def _accept(request: Request, sent: Any) -> Response:
    seer = seer_of(request)
    ours(request, str(sent.get("form", "")), seer.session.form)
    found: dict[str, Order | Outcome] = {}
    for tick in sent.getlist("task")[:_ACCEPTED_MAX]:
        number, _, command_id = str(tick).partition(" ")
        found.setdefault(number.upper(), _order(seer, number.upper(), command_id))
    orders = [one for one in found.values() if isinstance(one, Order)]
    answers = iter(given_each(seer, orders))
    outcomes = [
        one if isinstance(one, Outcome) else _outcome(seer, number, next(answers))
        for number, one in found.items()
    ]
    recorded = sum(one.tone == "green" for one in outcomes)
    return page(request, "accepted.html", seer=seer, outcomes=outcomes, recorded=recorded)


def _order(seer: Seer, number: str, command_id: str) -> Order | Outcome:
    try:
        stream, _, _ = task_at(seer, number)
        return order_of(seer, stream, {"kind": "accept_task"}, command_id or None)
    except NothingHere:
        said = seer.say("没有这件任务，或者不在您的职责范围内。", "No such task among your duties.")
        return Outcome(number, said, "", "red")
    except CommandRefused as refusal:
        return _refused(seer, number, refusal)


def _outcome(seer: Seer, number: str, answer: Answer | NotNow) -> Outcome:
    if isinstance(answer, NotNow):
        said = seer.say(
            "暂时无法办理，未入账；请稍后再试。", "Not now, nothing recorded; try again."
        )
        return Outcome(number, said, "", "amber")
    if answer.refusal is not None:
        return _refused(seer, number, answer.refusal)
    assert answer.receipt is not None, "an answer is one of the two"
    place = f"{answer.receipt.position:,}"
    said = seer.say(
        f"已签收，账本第 {place} 位。", f"Signed in, at position {place} of the ledger."
    )
    return Outcome(number, said, "", "green")


def _refused(seer: Seer, number: str, refusal: CommandRefused) -> Outcome:
    why = told(refusal, seer)
    return Outcome(number, why["sentence"], why["rule"], "red")


class _About:
    """What the tasks among *lines* are about and where; a pairing's title has said it."""

    def __init__(self, seer: Seer, lines: list[InboxLine]) -> None:
        self._seer = seer
        self._tasks = seer.house.boards.tasks.those({line.stream for line in lines})

    def of(self, line: InboxLine) -> str:
        """Return it in a line; of a pairing only which of its promises or deliveries it is."""
        task = self._tasks.get(line.stream)
        if task is None:
            return self._of_a_promise(line)
        return f"{self._seer.category_name(task.category)} · {self._seer.place_name(task.place)}"

    def _of_a_promise(self, line: InboxLine) -> str:
        if line.what not in _PROMISES:
            return ""
        part = line.item.removeprefix(f"{line.what}/{line.role}/").removeprefix(f"{line.unit}/")
        return self._seer.say(*_PROMISES[line.what]).format(part)


def _grouped(seer: Seer, lines: list[InboxLine], about: _About) -> list[Group]:
    """Return what waits by when it is due: 超期, 今天, 本周, 之后."""
    now = seer.at.astimezone(OFFICE)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    week = tomorrow + timedelta(days=6 - now.weekday())
    spans: list[tuple[str, str, datetime | None]] = [
        (seer.say("超期", "Late"), "red", now),
        (seer.say("今天", "Today"), "amber", tomorrow),
        (seer.say("本周", "This week"), "", week),
        (seer.say("之后", "Later"), "", None),
    ]
    found: dict[str, list[Item]] = {name: [] for name, _, _ in spans}
    for line in sorted(lines, key=lambda line: (line.due is None, line.due)):
        due = as_instant(line.due)
        for name, _, until in spans:
            if until is None or (due is not None and due < until):
                found[name].append(_item(seer, line, about, mine=True))
                break
    return [Group(name, tone, tuple(found[name])) for name, tone, _ in spans if found[name]]


def _item(seer: Seer, line: InboxLine, about: _About, *, mine: bool = False) -> Item:
    category, _, name = line.stream.partition("/")
    if category == "subject":
        return _request(seer, line, name)
    key = line.title if category == "task" else name
    address = f"/{'tasks' if category == 'task' else 'pairings'}/{key}"
    acts = COMMANDS.get(line.what, ())[:2] if mine else ()
    return Item(
        key=f"{line.stream} {line.item}",
        address=address,
        title=line.title,
        what=label(line.what, seer.language, among="ToDo"),
        due=line.due,
        urgent=line.urgency == "URGENT",
        about=about.of(line),
        unit=seer.unit_name(line.unit) if line.unit and line.unit != seer.unit else "",
        acts=tuple((f"{address}/{kind}", command_label(kind, seer.language)) for kind in acts),
        tick=f"{line.title} console/{new_uuid7()}" if "accept_task" in acts else "",
    )


def _request(seer: Seer, line: InboxLine, name: str) -> Item:
    """A request to erase a resident is read and answered in its own room of 系统管理."""
    address = f"/admin/privacy#{name}"
    return Item(
        key=f"{line.stream} {line.item}",
        address=address,
        title=line.title,
        what=label(line.what, seer.language, among="ToDo"),
        due=line.due,
        urgent=False,
        about=why_due(seer, line.stream),
        unit="",
        acts=((address, seer.say("答复", "Answer")),),
    )


def _last(seer: Seer) -> tuple[str, str, str] | None:
    """Return number, outcome and instant of the task of theirs that was closed last."""
    line = workbench.last_closed(seer)
    if line is None or line.closed_at is None:
        return None
    return line.number, label(TaskState(line.state), seer.language), line.closed_at
