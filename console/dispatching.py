"""派单台: the queue by the clock, the case, and whom to send it to, on one screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.forms import kept_suggested
from console.seeing import page, seer_of
from console.task import about
from desk.hearing import Hearing
from desk.identifiers import new_uuid7
from domain.task.facts import TaskState
from domain.task.state import Known
from domain.task.suggesting import VERSION as SUGGESTION
from projections.task_board import TaskFilter, TaskLine
from projections.unit_inbox import InboxLine
from services.offering import offers
from services.reading_tasks import words_of
from services.scope import task_at
from services.seeing import Seer, told
from services.suggesting import Suggestion, suggestions
from services.waiting import waiting_at
from wording.labels import label

router = APIRouter()
_QUEUED = frozenset({"triage", "dispatch", "return_review"})


@dataclass(frozen=True)
class Queued:
    """One case of the queue."""

    number: str
    what: str
    due: str | None
    category: str
    place: str
    urgent: bool


@router.get("/dispatch")
def show(request: Request, case: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Show the queue, and the case that was chosen or is first."""
    seer = seer_of(request, "/dispatch")
    seer.house.catch_up()
    position = seer.house.boards.position()
    lines, _ = waiting_at(
        seer.house.boards, seer.rules, seer.unit, seer.role, seer.at, order="due", limit=200
    )
    queue = [*_queued(seer, lines), *_triaged(seer)]
    chosen = case or (queue[0].number if queue else "")
    view: dict[str, Any] = {
        "queue": queue,
        "chosen": chosen.upper(),
        "task": None,
        "position": position,
    }
    if chosen:
        view |= _task(seer, chosen)
    return page(request, "dispatch.html", seer=seer, **view)


def _triaged(seer: Seer) -> list[Queued]:
    """Return what was judged and goes into the queue by itself in a moment."""
    own = seer.rules.units[seer.unit].division
    wanted = TaskFilter(states=(TaskState.TRIAGED.value,), place=own)
    found = seer.house.boards.tasks.find(wanted, size=50).lines
    return [_as_queued(seer, line, seer.say("派单", "Dispatch"), None) for line in found]


def _queued(seer: Seer, lines: list[InboxLine]) -> Iterator[Queued]:
    """Yield what of *lines* waits to be judged, dispatched or taken back."""
    waiting = [line for line in lines if line.what in _QUEUED]
    tasks = seer.house.boards.tasks.those([line.stream for line in waiting])
    for line in waiting:
        what = label(line.what, seer.language, among="ToDo")
        yield _as_queued(seer, tasks[line.stream], what, line.due)


def _as_queued(seer: Seer, task: TaskLine, what: str, due: str | None) -> Queued:
    return Queued(
        number=task.number,
        what=what,
        due=due,
        category=seer.category_name(task.category),
        place=seer.place_name(task.place),
        urgent=task.urgency == "URGENT",
    )


def _task(seer: Seer, number: str) -> dict[str, Any]:
    stream, state, seen = task_at(seer, number)
    line = seer.house.boards.tasks.get(stream)
    assert line is not None, "it was found by its number"
    entries = seer.house.books.ledger.read(stream)
    hearing = seer.house.books.desk.hearing(stream)
    merging = offers(hearing, seer.who, state.body.need.policy_id, {"merge_into"})
    suggested = _suggested(seer, hearing, state)
    return {
        "task": line,
        "state_label": label(TaskState(line.state), seer.language),
        "about": list(about(seer, state)),
        "words": words_of(seer, entries, seen),
        "may_merge": any(one.accepted for one in merging),
        "suggested": suggested,
        "shown": kept_suggested(SUGGESTION, [one.unit for one, _, _ in suggested]),
        "similar": _similar(seer, line),
        "rule": SUGGESTION,
        "command_id": f"console/{new_uuid7()}",
    }


def _suggested(seer: Seer, hearing: Hearing, state: Known) -> list[tuple[Suggestion, str, str]]:
    """Return whom to send it to with their name, and why; or why not."""
    found = suggestions(hearing, seer.house.boards, state, seer.who, seer.language)
    return [
        (
            one,
            seer.unit_name(one.unit),
            one.reasons if one.refusal is None else told(one.refusal, seer)["sentence"],
        )
        for one in found
    ]


def _similar(seer: Seer, line: TaskLine) -> list[tuple[TaskLine, str]]:
    """Return other cases of the same category at the same place, the newest first."""
    wanted = TaskFilter(categories=(line.category,), place=line.place)
    found = seer.house.boards.tasks.find(wanted, size=6).lines
    return [
        (one, label(TaskState(one.state), seer.language))
        for one in found
        if one.stream != line.stream
    ][:4]
