"""Cases to read: tasks and pairings, their histories, and what may be done with them now."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, Field

from api.callers import Caller
from api.describing import problems
from domain.pairing.case import PAIRING
from domain.pairing.state import Agreement
from domain.task.case import TASK
from domain.task.reading import Sight
from domain.values import CASE, STREAM, instant_text
from projections.case_board import SHOWN
from projections.history import case_history
from projections.pairing_board import PairingLine
from projections.task_board import TaskFilter, TaskLine
from services.case_lists import case_at
from services.offering import offers
from services.reading_tasks import names_for, words_of
from services.scope import pairing_at, pairings_of, task_at, within
from services.seeing import NothingHere, Seer
from wording.commands import command_label

router = APIRouter()
READING = problems(401, 404, 422, 429, 503)
LOOKING = READING | {304: {"description": "As it was."}}

Cursor = Annotated[
    str | None,
    Query(
        max_length=100,
        pattern=rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:.]{{8,15}}Z/{CASE}$",
        description="The `next` of the answer before, as it is.",
    ),
]
Size = Annotated[int, Query(ge=1, le=500)]
NoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=400)]


class TaskItem(BaseModel):
    """One task as boards show it; instants are RFC 3339 in UTC."""

    task: TaskLine
    path: str


class Tasks(BaseModel):
    """Some tasks; *next* is the cursor of those that follow, None after the last."""

    items: list[TaskItem]
    next: str | None


class Clock(BaseModel):
    """A limit that runs: its name and when it rings."""

    name: str
    due: str


class Words(BaseModel):
    """What was said and how the resident is reached, as far as the caller may see it."""

    text: str
    name: str
    phone: str
    address: str


class TaskDetail(BaseModel):
    """One task with its running limits, and its words as far as they are the caller's to read."""

    task: TaskLine
    clocks: list[Clock]
    words: Words | None
    position: int = Field(description="The last entry of this case in the log.")
    hash: str = Field(description="That entry's hash, an RFC 6962 leaf.")


class PairingItem(BaseModel):
    """One pairing as boards show it."""

    pairing: PairingLine
    path: str


class Pairings(BaseModel):
    """Some pairings; *next* is the cursor of those that follow."""

    items: list[PairingItem]
    next: str | None


class PairingDetail(BaseModel):
    """One pairing with its running limits and its agreement."""

    pairing: PairingLine
    clocks: list[Clock]
    agreement: Agreement


class HistoryItem(BaseModel):
    """One fact of a case as a sentence, with the entry that holds it."""

    version: int
    position: int
    kind: str
    recorded: str
    occurred: str | None
    who: str
    sentence: str


class History(BaseModel):
    """A case's facts, the first first."""

    items: list[HistoryItem]


class OfferItem(BaseModel):
    """A command of the caller's role: taken as things stand now, or the rule that refuses it."""

    command: str
    label: str
    accepted: bool
    rule: str | None = None
    chinese: str | None = None
    english: str | None = None


class Offers(BaseModel):
    """What may be done now."""

    items: list[OfferItem]


def stream_of(seer: Seer, category: str, key: str) -> str:
    """Return the stream that *key* names; raise `NothingHere` for what is not theirs to see."""
    if category == "task":
        return task_at(seer, number_of(seer, key))[0]
    if category == "pairing":
        return pairing_at(seer, key)[0].stream
    if category in SHOWN:
        return case_at(seer, category, key).line.stream
    stream = f"{category}/{'checkpoints' if category == 'log' else key}"
    if not STREAM.fullmatch(stream):
        raise NothingHere
    return stream


def number_of(seer: Seer, key: str) -> str:
    """Return the work-order number of a task named by it or by its id."""
    line = seer.house.boards.tasks.get(f"task/{key}")
    return key if line is None else line.number


@router.get("/tasks", tags=["tasks"], responses=READING, summary="任务列表 Tasks")
def list_tasks(
    seer: Caller,
    state: Annotated[list[str] | None, Query(max_length=30)] = None,
    category: Annotated[list[str] | None, Query(max_length=30)] = None,
    place: Annotated[str | None, Query(pattern=r"^[0-9]{2,12}$")] = None,
    unit: Annotated[str | None, Query(max_length=40)] = None,
    pairing: Annotated[str | None, Query(max_length=60)] = None,
    sla: Annotated[str | None, Query(max_length=20)] = None,
    open_only: Annotated[bool, Query(alias="open")] = False,
    search: Annotated[str | None, Query(max_length=60)] = None,
    changed_after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
    cursor: Cursor = None,
    size: Size = 100,
) -> Tasks:
    """Return tasks within the caller's duties, the first registered first.

    *changed_after* is a position in the log: only tasks with an entry beyond it.
    """
    wanted = TaskFilter(
        states=tuple(state or ()),
        categories=tuple(category or ()),
        place=place,
        unit=unit,
        pairing=None if pairing is None else f"pairing/{pairing.removeprefix('pairing/')}",
        sla=sla,
        open_only=open_only,
        search=(search or "").strip() or None,
    )
    found = seer.house.boards.tasks.after(
        within(seer, wanted), cursor=cursor_read(cursor), since=changed_after, size=size
    )
    last = found[-1] if len(found) == size else None
    return Tasks(
        items=[TaskItem(task=line, path=f"/api/v1/tasks/{line.number}") for line in found],
        next=None if last is None else cursor_of(last.registered_at, last.stream),
    )


def cursor_of(at: str, stream: str) -> str:
    """Return the cursor of what follows the case *stream* of the instant *at*."""
    return f"{at}/{stream}"


def cursor_read(cursor: str | None) -> tuple[str, str] | None:
    """Return the row that a cursor stands at."""
    if cursor is None:
        return None
    first, _, second = cursor.partition("/")
    return first, second


@router.get(
    "/tasks/{key}",
    tags=["tasks"],
    response_model=TaskDetail,
    responses=LOOKING,
    summary="查看任务 A task",
)
def show_task(seer: Caller, key: str, answer: Response, known: NoneMatch = None) -> Any:
    """Return one task, by work-order number or id; `ETag` is its version."""
    stream, state, seen = task_at(seer, number_of(seer, key))
    line = seer.house.boards.tasks.get(stream)
    assert line is not None, "it was found by its number"
    entries = seer.house.books.ledger.read(stream)
    last = entries[-1]
    tag = f'"{last.version}"'
    if known is not None and tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return TaskDetail(
        task=line,
        clocks=clocks_of(TASK.clocks(state, seer.rules)),
        words=Words(**words_of(seer, entries, seen)) if seen >= Sight.WORDS else None,
        position=last.position,
        hash=last.hash,
    )


def clocks_of(some: Any) -> list[Clock]:
    """Return running clocks as the API names them."""
    return [Clock(name=one.name, due=instant_text(one.due)) for one in some]


@router.get(
    "/tasks/{key}/history", tags=["tasks"], responses=READING, summary="任务历史 History of a task"
)
def task_history(seer: Caller, key: str) -> History:
    """Return what happened to a task, as sentences in the language asked for."""
    stream, _, seen = task_at(seer, number_of(seer, key))
    ledger = seer.house.books.ledger
    names = names_for(seer, seen, ledger.read(stream))
    lines = case_history(ledger, stream, names, seer.language)
    return History(items=[told_item(line) for line in lines])


def told_item(line: Any) -> HistoryItem:
    """Return one line of a history."""
    told = {name: value for name, value in asdict(line).items() if name != "reasons"}
    return HistoryItem(**told)


@router.get(
    "/tasks/{key}/offers",
    tags=["tasks"],
    responses=READING,
    summary="任务可办事项 What may be done with a task",
)
def task_offers(seer: Caller, key: str) -> Offers:
    """Return every command of the caller's role, as the decider would answer it now."""
    stream, state, _ = task_at(seer, number_of(seer, key))
    return offered(seer, stream, state.body.need.policy_id)


def offered(seer: Seer, stream: str, policy_id: str | None) -> Offers:
    """Return every command of the caller's role with the decider's answer."""
    found = offers(seer.house.books.desk.hearing(stream), seer.who, policy_id)
    return Offers(
        items=[
            OfferItem(
                command=one.kind,
                label=command_label(one.kind, seer.language),
                accepted=one.accepted,
                rule=one.refusal.rule if one.refusal else None,
                chinese=one.refusal.chinese if one.refusal else None,
                english=one.refusal.english if one.refusal else None,
            )
            for one in found
        ]
    )


def _path(line: PairingLine) -> str:
    return f"/api/v1/pairings/{line.stream.partition('/')[2]}"


@router.get("/pairings", tags=["pairings"], responses=READING, summary="结对列表 Pairings")
def list_pairings(
    seer: Caller,
    search: Annotated[str | None, Query(max_length=60)] = None,
    cursor: Cursor = None,
    size: Size = 100,
) -> Pairings:
    """Return the pairings that are the caller's to see, the first drafted first."""
    after = cursor_read(cursor)
    lines = sorted(pairings_of(seer, search), key=lambda line: (line.drafted_at, line.stream))
    following = [line for line in lines if after is None or (line.drafted_at, line.stream) > after]
    found = following[:size]
    more = len(following) > size
    return Pairings(
        items=[
            PairingItem(
                pairing=line, path=f"/api/v1/{line.stream.replace('pairing', 'pairings', 1)}"
            )
            for line in found
        ],
        next=cursor_of(found[-1].drafted_at, found[-1].stream) if more else None,
    )


@router.get(
    "/pairings/{key}",
    tags=["pairings"],
    response_model=PairingDetail,
    responses=LOOKING,
    summary="查看结对 A pairing",
)
def show_pairing(seer: Caller, key: str, answer: Response, known: NoneMatch = None) -> Any:
    """Return one pairing by its id; `ETag` is its version."""
    line, state = pairing_at(seer, key)
    tag = f'"{line.version}"'
    if known is not None and tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return PairingDetail(
        pairing=line,
        clocks=clocks_of(PAIRING.clocks(state, seer.rules)),
        agreement=state.agreement,
    )


@router.get(
    "/pairings/{key}/history",
    tags=["pairings"],
    responses=READING,
    summary="结对历史 History of a pairing",
)
def pairing_history(seer: Caller, key: str) -> History:
    """Return what happened to a pairing, as sentences in the language asked for."""
    line, _ = pairing_at(seer, key)
    lines = case_history(seer.house.books.ledger, line.stream, seer.names, seer.language)
    return History(items=[told_item(one) for one in lines])


@router.get(
    "/pairings/{key}/offers",
    tags=["pairings"],
    responses=READING,
    summary="结对可办事项 What may be done with a pairing",
)
def pairing_offers(seer: Caller, key: str) -> Offers:
    """Return every command of the caller's role, as the decider would answer it now."""
    line, _ = pairing_at(seer, key)
    return offered(seer, line.stream, line.policy)
