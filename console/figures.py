"""统计分析: every rate with its numerator, denominator and definition."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.documents import monthly_links
from console.seeing import page, seer_of
from domain.service_definitions import DEFINITIONS
from services.scope import measured_by

router = APIRouter()
GROUPS = (
    ("all", "合计"),
    ("unit", "单位"),
    ("street", "街道"),
    ("category", "类别"),
    ("month", "月份"),
)


@router.get("/figures")
def show(
    request: Request,
    by: Annotated[Literal["all", "unit", "street", "category", "month"], Query()] = "all",
) -> Response:
    """Show the rates of whoever looks: of their division, a department's of its own tasks."""
    seer = seer_of(request, "/figures")
    seer.house.catch_up()
    rates = seer.house.boards.levels.rates(measured_by(seer), by=by)

    def named(group: str) -> str:
        if by == "unit":
            return seer.names.unit(group, "zh") if group else "未派单"
        if by == "street":
            return seer.names.place(group, "zh")
        return seer.names.category(group, "zh") if by == "category" else group or "合计"

    rows = [(DEFINITIONS[rate.metric], named(rate.group), rate) for rate in rates]
    return page(
        request,
        "figures.html",
        seer=seer,
        rows=rows,
        by=by,
        groups=GROUPS,
        documents=monthly_links(seer),
    )
