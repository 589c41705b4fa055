"""任务中心: find among many, a page at a time, with what was asked for in the address."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.seeing import page, seer_of
from domain.task.facts import SupervisionLevel, TaskState
from domain.task.state import SlaRegion
from projections.task_board import TaskFilter, TaskLine
from projections.task_picture import FINAL
from services.scope import within
from services.seeing import Seer
from wording.labels import label

router = APIRouter()
SIZES = (10, 20, 50, 100)
ORDERS = {
    "registered": ("新登记的在前", "-registered_at"),
    "due": ("办理期限", "due"),
    "next": ("下一时限", "next_due"),
    "number": ("工单编号", "number"),
}


@dataclass(frozen=True)
class Row:
    """One task in the list."""

    line: TaskLine
    state: str
    category: str
    place: str
    unit: str
    open: bool
    tags: tuple[tuple[str, str], ...]


@router.get("/tasks")
def show(
    request: Request,
    q: Annotated[str, Query(max_length=60)] = "",
    state: Annotated[str, Query(max_length=40)] = "",
    category: Annotated[str, Query(max_length=40)] = "",
    sla: Annotated[str, Query(max_length=20)] = "",
    open_only: Annotated[str, Query(alias="open", max_length=3)] = "",
    sort: Annotated[str, Query(max_length=20)] = "registered",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Show one page of the tasks asked for."""
    seer = seer_of(request, "/tasks")
    seer.house.catch_up()
    asked = TaskFilter(
        states=(state,) if state in TaskState.__members__ else (),
        categories=(category,) if category else (),
        sla=sla if sla in SlaRegion.__members__ else None,
        open_only=open_only == "yes",
        search=q.strip() or None,
    )
    order: Any = ORDERS.get(sort, ORDERS["registered"])[1]
    found = seer.house.boards.tasks.find(within(seer, asked), page=number, size=size, order=order)
    filters = {
        "q": q,
        "state": state,
        "category": category,
        "sla": sla,
        "open": open_only,
        "sort": sort,
        "size": str(size),
    }
    return page(
        request,
        "tasks.html",
        seer=seer,
        rows=[_row(seer, line) for line in found.lines],
        total=found.total,
        number=number,
        pages=max(1, -(-found.total // size)),
        size=size,
        filters=filters,
        states=[(one.value, label(one)) for one in TaskState],
        slas=[(one.value, label(one)) for one in SlaRegion if one is not SlaRegion.NONE],
        categories=_categories(seer),
        sizes=SIZES,
        orders=[(key, name) for key, (name, _) in ORDERS.items()],
    )


def _categories(seer: Seer) -> list[tuple[str, str]]:
    packs = (terms.policy for terms in seer.rules.policies.values())
    return sorted({(one.code, one.label.zh) for pack in packs for one in pack.categories})


def _row(seer: Seer, line: TaskLine) -> Row:
    return Row(
        line=line,
        state=label(TaskState(line.state)),
        category=seer.names.category(line.category, "zh"),
        place=seer.names.place(line.place, "zh"),
        unit=seer.names.unit(line.main_unit, "zh") if line.main_unit else "",
        open=line.state not in FINAL,
        tags=tags_of(line),
    )


def tags_of(line: TaskLine) -> tuple[tuple[str, str], ...]:
    """Return what stands out about a task, each with its colour."""
    found = []
    if line.urgency == "URGENT":
        found.append(("紧急", "red"))
    if line.sla in {"OVERDUE", "WARNING"}:
        tone = "red" if line.sla == "OVERDUE" else "amber"
        found.append((label(SlaRegion(line.sla)), tone))
    if line.supervision != "NONE":
        tone = "red" if line.supervision in {"RED", "LISTED", "SUMMONED"} else "amber"
        found.append((label(SupervisionLevel(line.supervision)), tone))
    if line.duplicates:
        found.append((f"并入 {line.duplicates} 件", ""))
    if line.urged:
        found.append((f"催单 {line.urged} 次", "amber"))
    return tuple(found)
