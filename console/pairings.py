"""结对管理: the list, and each pairing: what was promised, what arrived, what came of it."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.documents import links
from console.pairing_promises import promises_of, tallies_of
from console.pairing_view import (
    matched,
    parties_of,
    shown_lists,
    shown_signatures,
    stages,
    terms_of,
)
from console.seeing import page, seer_of
from console.task import acts, not_now
from domain.pairing.authority import WHO_MAY
from domain.pairing.case import PAIRING
from domain.pairing.commands import ListKind
from domain.pairing.coordination import project_task
from domain.pairing.facts import PairingState
from projections.history import case_history
from projections.task_board import TaskFilter, TaskLine
from services.offering import offers
from services.pairing_steps import step_of
from services.scope import pairing_at, pairings_of
from services.seeing import Seer
from wording.labels import clock_label, label
from wording.sentences import deadline_text

router = APIRouter()
_PAGE = 50
_TASKS_SHOWN = 1000


@router.get("/pairings")
def show_list(
    request: Request,
    q: Annotated[str, Query(max_length=60)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Show the pairings of whoever looks, the newest first."""
    seer = seer_of(request, "/pairings")
    seer.house.catch_up()
    theirs = list(pairings_of(seer, q.strip()))
    rows = [
        (
            line,
            label(PairingState(line.state), seer.language),
            seer.unit_name(line.street),
            seer.unit_name(line.lead),
        )
        for line in theirs[(number - 1) * _PAGE : number * _PAGE]
    ]
    return page(
        request,
        "pairings.html",
        seer=seer,
        rows=rows,
        total=len(theirs),
        number=number,
        pages=max(1, -(-len(theirs) // _PAGE)),
        q=q,
        starts=seer.role in WHO_MAY["draft_pairing"],
    )


@router.get("/pairings/{key}")
def show(request: Request, key: str, receipt: int | None = None) -> Response:
    """Show one pairing."""
    seer = seer_of(request, "/pairings")
    line, state = pairing_at(seer, key)
    made = state.agreement
    found = offers(seer.house.books.desk.hearing(line.stream), seer.who, line.policy)
    tasks = seer.house.boards.tasks.find(TaskFilter(pairing=line.stream), size=_TASKS_SHOWN)
    came, others = _came_of(line.stream, made.items(*ListKind), tasks.lines)
    return page(
        request,
        "pairing.html",
        seer=seer,
        line=line,
        key=key,
        state_label=label(PairingState(line.state), seer.language),
        starting=step_of(state) is not None,
        parties=parties_of(seer, made),
        stages=stages(seer, line, state),
        lists=shown_lists(seer, made),
        suggested={code: found for code, _, found in matched(seer, made)},
        promises=promises_of(seer, made),
        tallies=tallies_of(seer, made),
        came=came,
        others=others,
        task_label=lambda one: label(one, seer.language, among="TaskState"),
        signed=shown_signatures(seer, line.stream),
        clocks=list(_clocks(seer, state)),
        history=_history(seer, line.stream),
        documents=links(seer, f"/pairings/{key}/documents", ["agreement"]),
        may=acts(seer, f"/pairings/{key}", found),
        may_not=not_now(seer, found),
        receipt=receipt,
        **terms_of(seer, made),
    )


def _came_of(
    stream: str, items: Any, tasks: tuple[TaskLine, ...]
) -> tuple[dict[str, list[TaskLine]], list[TaskLine]]:
    """Return the tasks that came of each item, and those of the pairing that came of none."""
    codes = {project_task(stream, item.code): item.code for item in items}
    known = set(codes.values())
    came: dict[str, list[TaskLine]] = {}
    others = []
    for task in tasks:
        code = codes.get(task.stream, task.matter)
        if code in known:
            came.setdefault(code, []).append(task)
        else:
            others.append(task)
    return came, others


def _clocks(seer: Seer, state: Any) -> Iterator[tuple[str, Any, str]]:
    for one in PAIRING.clocks(state, seer.rules):
        why = ""
        if one.deadline is not None:
            told = deadline_text(one.deadline.model_dump(mode="json"), seer.language)
            why = told.partition(seer.say("：", ": due"))[0]
        yield clock_label(one.name, seer.language), one.due, why


def _history(seer: Seer, stream: str) -> list[Any]:
    told = case_history(seer.house.books.ledger, stream, seer.names, seer.language)
    return list(reversed(told))
