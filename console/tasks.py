"""任务中心: find among many, a page at a time, with what was asked for in the address."""

from asyncio import to_thread
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from console.seeing import SESSION_COOKIE, ours, page, see_other, seer_of
from domain.refusals import CommandRefused
from domain.task.facts import SupervisionLevel, TaskState
from domain.task.state import SlaRegion
from projections.task_board import TaskLine
from projections.task_picture import FINAL
from services.list_columns import COLUMNS, NUMBER, choose_columns, chosen_columns, tags_of
from services.list_export import export_list, may_export, pieces, signed_in_still
from services.list_questions import (
    DATES,
    ORDERS,
    ROUNDS,
    Question,
    pairings_of,
    places_of,
    save_filter,
    saved_filters,
    units_of,
)
from services.many import AT_ONCE, for_many
from services.scope import sees_all_units
from services.seeing import Seer, told
from wording.commands import command_label
from wording.labels import label

router = APIRouter()
SIZES = (10, 20, 50, 100)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FIELDS_MAX = 60


@dataclass(frozen=True)
class Row:
    """One task in the list: the texts of its columns in their order."""

    line: TaskLine
    open: bool
    cells: tuple[tuple[str, str, str], ...]
    tags: tuple[tuple[str, str], ...]


@router.get("/tasks")
def show(
    request: Request,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Show one page of the tasks asked for."""
    seer = seer_of(request, "/tasks")
    return _list(request, seer, Question.read(dict(request.query_params)), number, size)


def _list(
    request: Request,
    seer: Seer,
    question: Question,
    number: int = 1,
    size: int = 20,
    refusal: CommandRefused | None = None,
) -> Response:
    seer.house.catch_up()
    found = seer.house.boards.tasks.find(
        question.wanted(seer), page=number, size=size, order=question.order
    )
    columns = chosen_columns(seer)
    cannot = may_export(seer)
    return page(
        request,
        "tasks.html",
        status=200 if refusal is None else 422,
        seer=seer,
        rows=[_row(seer, line, columns) for line in found.lines],
        total=found.total,
        number=number,
        pages=max(1, -(-found.total // size)),
        size=size,
        sizes=SIZES,
        question=question,
        filters=question.said | ({} if size == 20 else {"size": str(size)}),
        narrowed=len(question.said),
        number_heading=seer.say(*NUMBER),
        columns=[(name, seer.say(*COLUMNS[name].heading)) for name in columns],
        every_column=[
            (name, seer.say(*column.heading), name in columns) for name, column in COLUMNS.items()
        ],
        saved=saved_filters(seer),
        many=[(kind, command_label(kind, seer.language)) for kind in for_many(seer)],
        at_once=AT_ONCE,
        cannot_export=None if cannot is None else told(cannot, seer),
        refusal=None if refusal is None else told(refusal, seer),
        **_choices(seer),
    )


def _choices(seer: Seer) -> dict[str, Any]:
    """Return what may be chosen in each of the filters."""

    def said(lists: dict[str, Any]) -> list[tuple[str, str]]:
        return [(code, seer.say(*both)) for code, both in lists.items()]

    levels = [one for one in SupervisionLevel if one is not SupervisionLevel.NONE]
    regions = [one for one in SlaRegion if one is not SlaRegion.NONE]
    packs = (terms.policy for terms in seer.rules.policies.values())
    categories = {one.code for pack in packs for one in pack.categories}
    return {
        "states": [(one.value, label(one, seer.language)) for one in TaskState],
        "slas": [(one.value, label(one, seer.language)) for one in regions],
        "cards": [(one.value, label(one, seer.language)) for one in levels],
        "categories": [(one, seer.category_name(one)) for one in sorted(categories)],
        "places": places_of(seer),
        "units": units_of(seer) if sees_all_units(seer) else [],
        "pairings": pairings_of(seer),
        "rounds": said(ROUNDS),
        "dates": said(DATES),
        "orders": [(code, seer.say(*both)) for code, (both, _) in ORDERS.items()],
    }


def _row(seer: Seer, line: TaskLine, columns: tuple[str, ...]) -> Row:
    return Row(
        line=line,
        open=line.state not in FINAL,
        cells=tuple(
            (name, seer.say(*COLUMNS[name].heading), COLUMNS[name].text(seer, line))
            for name in columns
        ),
        tags=tags_of(seer, line),
    )


@router.post("/tasks/columns")
async def columns(request: Request) -> Response:
    """Remember the columns somebody chose, and show the list again."""
    sent = await request.form(max_fields=_FIELDS_MAX)
    seer = seer_of(request, "/tasks")
    ours(request, str(sent.get("form", "")), seer.session.form)
    choose_columns(seer, [str(one) for one in sent.getlist("column")])
    return see_other(_address(_asked(sent)))


@router.post("/tasks/filters")
async def keep_filter(request: Request) -> Response:
    """Keep what the list was asked for under a name, for everybody of the unit."""
    sent = await request.form(max_fields=_FIELDS_MAX)
    seer = seer_of(request, "/tasks")
    ours(request, str(sent.get("form", "")), seer.session.form)
    question = _asked(sent)
    try:
        save_filter(seer, str(sent.get("name", "")), question)
    except CommandRefused as refusal:
        return _list(request, seer, question, refusal=refusal)
    return see_other(_address(question))


@router.post("/tasks/filters/forget")
async def forget_filter(request: Request) -> Response:
    """Forget a filter of one's own; another's is as one there is none of."""
    sent = await request.form(max_fields=_FIELDS_MAX)
    seer = seer_of(request, "/tasks")
    ours(request, str(sent.get("form", "")), seer.session.form)
    preferences = seer.house.preferences
    preferences.forget_filter(seer.unit, seer.session.person, str(sent.get("filter", "")))
    return see_other(_address(_asked(sent)))


@router.post("/tasks/export")
async def export(request: Request) -> Response:
    """Hand out the whole list as a table, in pieces, as long as the session goes on."""
    sent = await request.form(max_fields=_FIELDS_MAX)
    seer = seer_of(request, "/tasks")
    ours(request, str(sent.get("form", "")), seer.session.form)
    return await to_thread(_export, request, seer, _asked(sent))


def _export(request: Request, seer: Seer, question: Question) -> Response:
    still = signed_in_still(seer, request.cookies.get(SESSION_COOKIE))
    seer.house.catch_up()
    try:
        handed = export_list(seer, question, chosen_columns(seer), still)
    except CommandRefused as refusal:
        return _list(request, seer, question, refusal=refusal)
    return StreamingResponse(
        pieces(handed, still),
        media_type=_XLSX,
        headers={
            "Content-Disposition": 'attachment; filename="tasks.xlsx"',
            "Content-Length": str(handed.size),
        },
    )


def _asked(sent: Any) -> Question:
    """Return the question a form carries along, as it stands in the list's address."""
    return Question.read(dict(parse_qsl(str(sent.get("query", ""))[:2_000])))


def _address(question: Question) -> str:
    return f"/tasks?{question.query}" if question.query else "/tasks"
