"""删除我的信息: a resident asks for it by their link, and is told how it stands."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from accounts.links import Link
from console.resident_doors import Bounded
from console.resident_visit import Visit
from console.seeing import ours
from domain.refusals import CommandRefused
from domain.task.state import OPEN_STATES
from domain.task.state import Known as KnownTask
from services.erasure_requests import ask, asked_by, erased
from services.following import protection_officers
from services.rating_links import LinkOver, new_secret

router = APIRouter(route_class=Bounded)
Token = Annotated[str, Form(max_length=64)]


@router.post("/r/deletion")
def show(request: Request, token: Token = "") -> Response:
    """Tell what deletion means, how a request stands, or offer to make one."""
    visit = Visit(request)
    try:
        link, task = visit.known_by(token)
    except LinkOver:
        return visit.over()
    return _page(visit, link, task, token)


@router.post("/r/deletion/ask")
def request_it(request: Request, token: Token = "", once: Token = "") -> Response:
    """Have the request recorded as the resident's, and show until when it is answered."""
    ours(request, token, token)
    visit = Visit(request)
    try:
        link, task = visit.known_by(token)
    except LinkOver:
        return visit.over()
    visit.house.following.one_more(link)
    try:
        position = ask(visit.house.books, link, once)
    except CommandRefused as refusal:
        return _page(visit, link, task, token, problem=visit.told(refusal))
    return _page(visit, link, task, token, position=position)


def _page(
    visit: Visit,
    link: Link,
    task: KnownTask,
    token: str,
    *,
    position: int | None = None,
    problem: str = "",
) -> Response:
    asked = asked_by(visit.house.books, link.subject)
    officers = protection_officers(visit.rules, task.body.need.place, datetime.now(UTC))
    return visit.page(
        "resident_deletion.html",
        status=422 if problem else 200,
        token=token,
        once=new_secret(),
        number=visit.number_of(link.stream),
        officers=[visit.names.unit(unit, visit.language) for unit in officers],
        running=isinstance(task, OPEN_STATES),
        asked=asked,
        erased=erased(visit.house.books, link.subject),
        asked_on="" if asked is None else visit.day(asked.asked_at),
        until="" if asked is None else visit.day(asked.answer.due),
        position="" if position is None else f"{position:,}",
        problem=problem,
    )
