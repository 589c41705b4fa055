"""结对管理: the list, and each pairing: who, for what, how far, and what came of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.documents import links
from console.seeing import page, seer_of
from console.task import acts, not_now
from domain.pairing.case import PAIRING
from domain.pairing.facts import PairingState
from domain.pairing.state import Drafted
from projections.history import case_history
from projections.task_board import TaskFilter
from services.offering import offers
from services.scope import pairing_at, pairings_of
from services.seeing import Seer
from wording.labels import clock_label, label
from wording.sentences import deadline_text

router = APIRouter()
_PAGE = 50


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
            label(PairingState(line.state)),
            seer.names.unit(line.street, "zh"),
            seer.names.unit(line.lead, "zh"),
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
    )


@router.get("/pairings/{key}")
def show(request: Request, key: str, receipt: int | None = None) -> Response:
    """Show one pairing."""
    seer = seer_of(request, "/pairings")
    line = pairing_at(seer, key)
    stream = line.stream
    case, rules = seer.house.books.desk.case(stream)
    found = offers(seer.house.books.desk, stream, seer.who, line.policy)
    tasks = seer.house.boards.tasks.find(TaskFilter(pairing=stream), size=20)
    return page(
        request,
        "pairing.html",
        seer=seer,
        line=line,
        key=key,
        state_label=label(PairingState(line.state)),
        parties=_parties(seer, case.state),
        categories=[seer.names.category(code, "zh") for code in line.categories],
        lists=_lists(seer, case.state),
        clocks=[
            (
                clock_label(one.name),
                one.due,
                ""
                if one.deadline is None
                else deadline_text(one.deadline.model_dump(mode="json")).partition("：")[0],
            )
            for one in PAIRING.clocks(case.state, rules)
        ],
        tasks=[(one, label_of(one.state)) for one in tasks.lines],
        tasks_total=tasks.total,
        history=list(reversed(case_history(seer.house.books.ledger, stream, seer.names, "zh"))),
        documents=links(seer, f"/pairings/{key}/documents", ["agreement"]),
        may=acts(f"/pairings/{key}", found),
        may_not=not_now(seer, found),
        receipt=receipt,
    )


def label_of(state: str) -> str:
    """Return a task's state as people read it."""
    return label(state, among="TaskState")


def _parties(seer: Seer, state: Any) -> list[tuple[str, str]]:
    if not isinstance(state, Drafted):
        return []
    made = state.agreement
    roles = [(made.center, "党群服务中心"), *((one, "职能部门") for one in made.departments)]
    roles.append((made.street, "街道"))
    return [
        (seer.names.unit(unit, "zh"), f"{role}（牵头）" if unit == made.lead else role)
        for unit, role in roles
    ]


def _lists(seer: Seer, state: Any) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return the three lists with their items, and who claimed each."""
    if not isinstance(state, Drafted):
        return []
    claimed = {claim.item: claim.unit for claim in state.agreement.claims}
    found = []
    for one in state.agreement.lists:
        items = [
            (
                item.title,
                seer.names.category(item.category, "zh") if item.category else "",
                seer.names.unit(claimed[item.code], "zh") if item.code in claimed else "",
            )
            for item in one.items
        ]
        found.append((label(one.kind), items))
    return found
