"""统计分析: every rate with the facts above and below its line, its definition, and its months."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.documents import monthly_links
from console.seeing import OFFICE, page, seer_of
from console.supervising import MONTH
from domain.service_definitions import DEFINITIONS
from projections.service_levels import Rate
from services.rates import (
    RECOMPUTING,
    SHOWN,
    Narrowing,
    definition_of,
    facts,
    left_out,
    rates,
    recomputed,
)
from services.seeing import Seer
from wording.labels import Both

router = APIRouter()
GROUPS: tuple[tuple[str, Both], ...] = (
    ("all", ("合计", "In all")),
    ("unit", ("单位", "Units")),
    ("street", ("街道", "Streets")),
    ("category", ("类别", "Categories")),
    ("month", ("月份", "Months")),
)
MONTHS_DRAWN = 12
WIDE, HIGH = 240, 48


@router.get("/figures")
def show(
    request: Request,
    by: Annotated[Literal["all", "unit", "street", "category", "month"], Query()] = "all",
    unit: Annotated[str, Query(max_length=40)] = "",
    street: Annotated[str, Query(max_length=12)] = "",
    category: Annotated[str, Query(max_length=40)] = "",
    month: Annotated[str, Query(pattern=MONTH)] = "",
) -> Response:
    """Show the rates of whoever looks: of their division, a department's of its own tasks."""
    seer = seer_of(request, "/figures")
    seer.house.catch_up()
    asked = Narrowing(unit, street, category, month)
    over_time = rates(seer, Narrowing(unit, street, category), "month")
    rows = [
        (DEFINITIONS[rate.metric], _group(seer, by, rate.group), rate, _address(rate, by, asked))
        for rate in rates(seer, asked, by)
    ]
    return page(
        request,
        "figures.html",
        seer=seer,
        rows=rows,
        by=by,
        asked=asked,
        query=urlencode(asked.asked()),
        groups=[(code, seer.say(*both)) for code, both in GROUPS],
        multiples=[_multiple(seer, metric, over_time, asked) for metric in DEFINITIONS],
        narrowed=[_narrowed(seer, name, value) for name, value in asked.asked().items()],
        documents=monthly_links(seer),
        wide=WIDE,
        high=HIGH,
    )


def _group(seer: Seer, by: str, group: str) -> str:
    if by == "unit":
        return seer.unit_name(group) if group else seer.say("未派单", "not dispatched")
    if by == "street":
        return seer.place_name(group)
    if by == "category":
        return seer.category_name(group)
    return group or seer.say("合计", "in all")


def _narrowed(seer: Seer, name: str, value: str) -> str:
    return _group(seer, name, value)


def _address(rate: Rate, by: str, asked: Narrowing) -> str:
    """Return where the facts of a rate are told."""
    narrowing = asked.asked() | ({by: rate.group} if by != "all" and rate.group else {})
    return f"/figures/{rate.metric}?{urlencode(narrowing)}"


def _multiple(
    seer: Seer, metric: str, over_time: list[Rate], asked: Narrowing
) -> tuple[str, str, str, list[tuple[int, int, int, str]]]:
    """Return name, newest rate, address and bars (x, y, height, words) of one small chart."""
    found = [rate for rate in over_time if rate.metric == metric and rate.denominator]
    drawn = found[-MONTHS_DRAWN:]
    step = WIDE // MONTHS_DRAWN
    bars = []
    for place, rate in enumerate(drawn):
        height = max(2, HIGH * rate.numerator // rate.denominator)
        said = f"{rate.group} {rate.percent} {rate.numerator}/{rate.denominator}"
        bars.append((place * step, HIGH - height, height, said))
    one = DEFINITIONS[metric]
    address = f"/figures/{metric}?{urlencode(asked.asked())}"
    newest = f"{drawn[-1].group} {drawn[-1].percent}" if drawn else "—"
    return seer.say(one.zh, one.en.capitalize()), newest, address, bars


@router.get("/figures/{metric}")
def explain(
    request: Request,
    metric: str,
    unit: Annotated[str, Query(max_length=40)] = "",
    street: Annotated[str, Query(max_length=12)] = "",
    category: Annotated[str, Query(max_length=40)] = "",
    month: Annotated[str, Query(pattern=MONTH)] = "",
    recompute: Annotated[str, Query(max_length=3)] = "",
    at: Annotated[datetime | Literal[""], Query()] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show what one rate is counted from, fact by fact; where asked, count it again."""
    seer = seer_of(request, "/figures")
    one, asked = definition_of(metric), Narrowing(unit, street, category, month)
    again = None
    if recompute == "yes":
        moment = at.replace(tzinfo=at.tzinfo or OFFICE).astimezone(UTC) if at else None
        again = recomputed(seer, metric, asked, moment)
    seer.house.catch_up()
    (rate,) = [one for one in rates(seer, asked, "all") if one.metric == metric]
    total = rate.denominator + rate.excluded
    return page(
        request,
        "figure.html",
        seer=seer,
        one=one,
        version=metric.partition("@")[2],
        asked=asked.asked(),
        narrowed=[_narrowed(seer, name, value) for name, value in asked.asked().items()],
        rate=rate,
        rows=[
            (row, seer.number_of(row.stream) or "", row.excluded and left_out(seer, row.excluded))
            for row in facts(seer, metric, asked, number)
        ],
        again=again,
        at=at,
        may=seer.role in RECOMPUTING,
        number=number,
        pages=max(1, -(-total // SHOWN)),
        total=total,
        query=urlencode(asked.asked()),
    )
