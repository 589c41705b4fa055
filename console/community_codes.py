"""社区码: residents register by the code on the wall; its worker hangs it up, and sees to it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from console.resident_doors import Bounded, address_of, code_of
from console.resident_visit import Visit
from console.seeing import ours, page, see_other, seer_of
from desk.identifiers import new_uuid7
from domain.refusals import CommandRefused
from domain.task.commands import RequestType
from domain.task.facts import TaskState
from domain.units import Unit
from projections.task_board import TaskFilter
from services.acting import given, order_of
from services.community_codes import NeedTold, place_with, places_of
from services.rating_links import new_secret
from services.scope import task_at
from services.seeing import NothingHere, Seer, told
from wording.labels import label

router = APIRouter(route_class=Bounded)
_SECRET = re.compile(r"[\w-]{22}")
_EMPTY = NeedTold("", RequestType.HELP.value, "")
_SHOWN = 20


@router.get("/c/{code}")
def ask(request: Request, code: str) -> Response:
    """Show the form of a community; looking at it registers nothing."""
    visit = Visit(request)
    return _form(visit, _place(visit, code), _EMPTY)


def _place(visit: Visit, code: str) -> Unit:
    place = place_with(visit.rules, code, datetime.now(UTC))
    if place is None:
        raise NothingHere
    return place


def _form(
    visit: Visit, place: Unit, filled: NeedTold, *, problem: str = "", following: str = ""
) -> Response:
    policy = visit.rules.under(None).policy
    return visit.page(
        "need.html",
        status=422 if problem else 200,
        brand=place.name,
        told=filled,
        problem=problem,
        following=following or new_secret(),
        categories=[
            (one.code, visit.names.category(one.code, visit.language)) for one in policy.categories
        ],
        types=[(one.value, label(one, visit.language)) for one in RequestType],
    )


@router.post("/c/{code}")
def register(
    request: Request,
    code: str,
    category: Annotated[str, Form(max_length=40)] = "",
    request_type: Annotated[str, Form(max_length=20)] = RequestType.HELP.value,
    text: Annotated[str, Form(max_length=2000)] = "",
    name: Annotated[str, Form(max_length=60)] = "",
    phone: Annotated[str, Form(max_length=30)] = "",
    address: Annotated[str, Form(max_length=200)] = "",
    following: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Register the need, once however often it is sent, and hand over the link to follow it."""
    visit = Visit(request)
    place = _place(visit, code)
    ours(request, following, following)
    filled = NeedTold(
        category, request_type, text.strip(), name.strip(), phone.strip(), address.strip()
    )
    secret = following if _SECRET.fullmatch(following) else new_secret()
    if not (category and filled.text):
        problem = visit.say(
            "请选择类别，并具体说说。", "Choose what it is about, and tell us more."
        )
        return _form(visit, place, filled, problem=problem, following=secret)
    try:
        taken = visit.house.codes.register(code, filled, secret, visit.source)
    except CommandRefused as refusal:
        return _form(visit, place, filled, problem=visit.told(refusal), following=secret)
    link = address_of(request, secret)
    return visit.page(
        "need_taken.html",
        brand=place.name,
        number=taken.number,
        position=taken.position,
        address=link,
        code=code_of(link),
    )


@router.get("/register/poster")
def poster(request: Request, place: Annotated[str, Query(max_length=12)] = "") -> Response:
    """Show a community's code, to be printed and hung up."""
    seer = seer_of(request, "/register/poster")
    places = places_of(seer.rules, seer.unit, seer.at)
    chosen = next((one for one in places if one.division == place), None)
    if chosen is None:
        if place or not places:
            raise NothingHere
        chosen = places[0]
    address = f"{str(request.base_url).rstrip('/')}/c/{chosen.division}"
    return page(
        request,
        "poster.html",
        seer=seer,
        places=places,
        chosen=chosen,
        address=address,
        code=code_of(address),
    )


@dataclass(frozen=True)
class Row:
    """One need somebody registered, and what has become of it."""

    number: str
    category: str
    place: str
    state: str
    unit: str
    at: str
    due: str | None
    urged: int
    open: bool
    command_id: str


@router.get("/register/mine")
def mine(
    request: Request,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    receipt: int | None = None,
) -> Response:
    """Show what the worker registered, the newest first."""
    return _mine(request, seer_of(request, "/register/mine"), number, receipt=receipt)


def _mine(
    request: Request,
    seer: Seer,
    number: int,
    *,
    receipt: int | None = None,
    refusal: CommandRefused | None = None,
) -> Response:
    seer.house.catch_up()
    board = seer.house.boards.tasks
    wanted = TaskFilter(registrar=seer.session.person)
    found = board.find(wanted, page=number, size=_SHOWN)
    in_hand = TaskFilter(registrar=seer.session.person, open_only=True)
    return page(
        request,
        "mine.html",
        status=200 if refusal is None else 422,
        seer=seer,
        rows=[
            Row(
                number=line.number,
                category=seer.category_name(line.category),
                place=seer.place_name(line.place),
                state=label(TaskState(line.state), seer.language),
                unit=seer.unit_name(line.main_unit) if line.main_unit else "",
                at=line.registered_at,
                due=line.due if line.is_open else None,
                urged=line.urged,
                open=line.is_open,
                command_id=f"console/{new_uuid7()}",
            )
            for line in found.lines
        ],
        total=found.total,
        open=board.find(in_hand, size=1).total,
        number=number,
        pages=max(1, -(-found.total // _SHOWN)),
        receipt=receipt,
        refusal=None if refusal is None else told(refusal, seer),
    )


@router.post("/register/mine")
def urge(
    request: Request,
    number: Annotated[str, Form(max_length=40)] = "",
    form: Annotated[str, Form(max_length=64)] = "",
    command_id: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Urge one of them (催单)."""
    seer = seer_of(request, "/register/mine")
    ours(request, form, seer.session.form)
    stream, state, _ = task_at(seer, number)
    if state.body.need.registrar != seer.session.person:
        raise NothingHere
    try:
        command = {"kind": "urge_task", "source": "COMMUNITY"}
        position = given(seer, order_of(seer, stream, command, command_id or None)).position
    except CommandRefused as refusal:
        return _mine(request, seer, 1, refusal=refusal)
    return see_other(f"/register/mine?receipt={position}")
