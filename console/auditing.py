"""审计回放: any case as it stood after one of its facts, sentence by sentence."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.seeing import page, seer_of
from domain.task.case import TASK
from domain.task.facts import TaskState
from ledger.entry import happened
from projections.history import case_history
from services.scope import task_at
from wording.labels import clock_label, label

router = APIRouter()


@router.get("/audit")
def show(
    request: Request,
    case: Annotated[str, Query(max_length=40)] = "",
    version: Annotated[int | None, Query(ge=1, le=100_000)] = None,
) -> Response:
    """Show the whole book's state, or one case as it stood after one of its facts."""
    seer = seer_of(request, "/audit")
    ledger = seer.house.books.ledger
    if not case.strip():
        return page(request, "audit.html", seer=seer, number="", head=ledger.head(), then=None)
    stream, _, _ = task_at(seer, case.strip())
    entries = ledger.read(stream)
    at = min(version or len(entries), len(entries))
    state = TASK.initial
    for entry in entries[:at]:
        state = TASK.evolve(state, happened(TASK, entry))
    return page(
        request,
        "audit.html",
        seer=seer,
        number=case.strip().upper(),
        head=ledger.head(),
        then=entries[at - 1],
        version=at,
        versions=len(entries),
        state_label=label(TaskState(TASK.state_name(state))),
        unit=seer.names.unit(state.body.holding.main, "zh") if state.body.holding.main else "",
        clocks=[(clock_label(one.name), one.due) for one in TASK.clocks(state, seer.rules)],
        history=case_history(ledger, stream, seer.names, "zh"),
    )
