"""工作台: what waits for me and my unit, in the order of the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.seeing import OFFICE, as_instant, page, seer_of
from projections.unit_inbox import COMMANDS, InboxLine
from services.seeing import Seer
from services.waiting import waiting_at
from wording.commands import COMMAND_LABELS
from wording.labels import label

router = APIRouter()
_SHOWN = 200


@dataclass(frozen=True)
class Item:
    """One thing that waits: the case, what is to be done, and the two usual ways to do it."""

    address: str
    title: str
    what: str
    due: str | None
    urgent: bool
    about: str
    unit: str
    acts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """What is due in one span of time."""

    name: str
    tone: str
    items: tuple[Item, ...]


@router.get("/")
def show(request: Request) -> Response:
    """Show what waits."""
    seer = seer_of(request)
    seer.house.catch_up()
    lines, total = waiting_at(
        seer.house.boards, seer.rules, seer.unit, seer.role, seer.at, limit=_SHOWN
    )
    mine = [line for line in lines if line.person in (None, seer.session.person)]
    return page(
        request,
        "workbench.html",
        seer=seer,
        groups=_grouped(seer, mine),
        total=total,
        shown=len(mine),
    )


def _grouped(seer: Seer, lines: list[InboxLine]) -> list[Group]:
    """Return what waits by when it is due: 超期, 今天, 本周, 之后."""
    now = seer.at.astimezone(OFFICE)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    week = tomorrow + timedelta(days=6 - now.weekday())
    spans: list[tuple[str, str, datetime | None]] = [
        ("超期", "red", now),
        ("今天", "amber", tomorrow),
        ("本周", "", week),
        ("之后", "", None),
    ]
    found: dict[str, list[Item]] = {name: [] for name, _, _ in spans}
    for line in lines:
        due = as_instant(line.due)
        for name, _, until in spans:
            if until is None or (due is not None and due < until):
                found[name].append(_item(seer, line))
                break
    return [Group(name, tone, tuple(found[name])) for name, tone, _ in spans if found[name]]


def _about(seer: Seer, line: InboxLine) -> str:
    """Return what a task is about and where; a pairing's title has said it."""
    task = seer.house.boards.tasks.get(line.stream)
    if task is None:
        return ""
    return f"{seer.names.category(task.category, 'zh')} · {seer.names.place(task.place, 'zh')}"


def _item(seer: Seer, line: InboxLine) -> Item:
    base = f"/{'tasks' if line.stream.startswith('task/') else 'pairings'}"
    key = line.title if base == "/tasks" else line.stream.partition("/")[2]
    address = f"{base}/{key}"
    acts = COMMANDS.get(line.what, ())[:2]
    return Item(
        address=address,
        title=line.title,
        what=label(line.what, among="ToDo"),
        due=line.due,
        urgent=line.urgency == "URGENT",
        about=_about(seer, line),
        unit=seer.names.unit(line.unit, "zh") if line.unit not in {None, seer.unit} else "",
        acts=tuple((f"{address}/{kind}", COMMAND_LABELS[kind]) for kind in acts),
    )
