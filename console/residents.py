"""居民页: the one page of a resident, by a link of their own; and handing that link over."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from console.acting import case_at
from console.seeing import as_instant, ours, page, seer_of
from domain.rules import Rules
from domain.sealed import Sealed
from domain.units import UnitKind
from services.rating_links import Asked, LinkOver
from services.seeing import House
from wording.labels import LABELS
from wording.names import KnownNames

router = APIRouter()


@router.post("/tasks/{number}/issue_rating_link")
def hand_over(request: Request, number: str, form: Annotated[str, Form()] = "") -> Response:
    """Issue a link and show it once, with its QR code, to be shown or sent to the resident."""
    seer = seer_of(request)
    ours(request, form, seer.session.form)
    case = case_at(seer, "tasks", number)
    case.model("issue_rating_link")
    issued = seer.house.links.issue(case.stream, seer.who)
    seer.house.catch_up()
    address = f"{str(request.base_url).rstrip('/')}/r/#{issued.token}"
    code = segno.make(address, error="m").svg_inline(scale=6, border=2, omitsize=True)
    return page(
        request,
        "link.html",
        seer=seer,
        number=case.title,
        address=address,
        code=code,
        receipt=issued.position,
    )


@router.get("/r/")
def door(request: Request) -> Response:
    """Show the door: the secret is in the fragment, which no server sees, or is typed in."""
    return page(request, "resident_door.html", over=False)


@router.post("/r/")
def show(request: Request, token: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Show what the link asks about; looking at it uses nothing up."""
    house: House = request.app.state.house
    try:
        asked = house.links.asked(token.strip(), datetime.now(UTC))
    except LinkOver:
        return _over(request)
    return _asking(request, house, asked, token.strip())


@router.post("/r/answer")
def answer(
    request: Request,
    token: Annotated[str, Form(max_length=64)] = "",
    contacted: Annotated[str, Form(max_length=3)] = "",
    resolved: Annotated[str, Form(max_length=3)] = "",
    grade: Annotated[str, Form(max_length=1)] = "",
    text: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Take the answer: once, however often it is sent."""
    house: House = request.app.state.house
    told: dict[str, Any] = {
        name: value == "yes"
        for name, value in (("contacted", contacted), ("resolved", resolved))
        if value in {"yes", "no"}
    }
    if text.strip():
        told["text"] = text.strip()
    try:
        if grade not in {"1", "2", "3", "4", "5"}:
            asked = house.links.asked(token, datetime.now(UTC))
            return _asking(request, house, asked, token, problem="请选一个满意程度，再提交。")
        position = house.links.rate(token, told | {"grade": int(grade)})
    except LinkOver:
        return _over(request)
    happy = int(grade) >= 3
    return page(request, "resident_thanks.html", position=position, happy=happy)


def _over(request: Request) -> Response:
    return page(request, "resident_door.html", status=404, over=True)


def _asking(
    request: Request, house: House, asked: Asked, token: str, *, problem: str = ""
) -> Response:
    rules = house.books.rulebook.rules(house.books.desk.neighbours)
    need = asked.task.body.need
    names = KnownNames(rules)
    return page(
        request,
        "resident.html",
        status=422 if problem else 200,
        token=token,
        problem=problem,
        category=names.category(need.category, "zh"),
        street=_street(rules, need.place),
        steps=list(_steps(house, names, asked)),
        until=asked.until,
        grades=[(code, both[0]) for code, both in LABELS["Grade"].items()],
    )


def _street(rules: Rules, place: str) -> str:
    """Return the name of the street office of *place*, "" where there is none."""
    offices = (
        unit.name
        for unit in rules.units.values()
        if unit.kind is UnitKind.STREET_OFFICE and place.startswith(unit.division)
    )
    return next(offices, "")


def _steps(house: House, names: KnownNames, asked: Asked) -> Iterator[tuple[str, str]]:
    """Yield day and plain words of what happened, in the order it did."""
    entries = house.books.ledger.read(asked.link.stream)
    for entry in entries:
        at = as_instant(entry.recorded_at)
        assert at is not None, "every entry was recorded at some instant"
        day = f"{at.month} 月 {at.day} 日"
        match entry.kind:
            case "task_registered.v1":
                yield day, "已受理您的诉求"
            case "task_dispatched.v1" | "unit_designated.v1":
                yield day, f"交给{names.unit(str(entry.fact['main']), 'zh')}办理"
            case "resident_contacted.v1" if entry.fact["result"] == "REACHED":
                yield day, "承办人员联系了您"
            case "rework_ordered.v1":
                yield day, "退回重新办理"
            case "result_submitted.v1":
                yield day, f"报告办好：{_opened(house, entry.fact.get('public_reply'))}"


def _opened(house: House, sealed: Any) -> str:
    plain = house.books.vault.open(Sealed.model_validate(sealed)) if sealed else None
    return "" if plain is None else plain.decode("utf-8")
