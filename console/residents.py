"""居民页: the pages of a resident, by a link of their own; and handing that link over."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from console.acting import Case
from console.resident_doors import Bounded, address_of, code_of
from console.resident_visit import Visit
from console.seeing import instant, ours, page, seer_of
from domain.refusals import CommandRefused
from services.following import WORDS_OF, duty_units
from services.rating_links import LinkOver, new_secret
from wording.fields import field_label
from wording.labels import label

router = APIRouter(route_class=Bounded)
Token = Annotated[str, Form(max_length=64)]
_SECRET = re.compile(r"[\w-]{22}")


@router.post("/tasks/{number}/issue_rating_link")
def hand_over(request: Request, number: str, form: Annotated[str, Form()] = "") -> Response:
    """Issue a link and show it once, with its QR code, to be shown or sent to the resident."""
    seer = seer_of(request)
    ours(request, form, seer.session.form)
    case = Case(seer, "tasks", number)
    case.model("issue_rating_link")
    issued = seer.house.links.issue(case.stream, seer.who)
    seer.house.catch_up()
    address = address_of(request, issued.token)
    return page(
        request,
        "link.html",
        seer=seer,
        number=case.title,
        address=address,
        code=code_of(address),
        receipt=issued.position,
    )


@router.get("/r/")
def door(request: Request) -> Response:
    """Show the door: the secret is in the fragment, which no server sees, or is typed in."""
    return page(request, "resident_door.html", over=False, brand="")


@router.post("/r/")
def show(
    request: Request, token: Token = "", show: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Show what the link is for; looking at it uses nothing up.

    *show* switches to the other language or size: the page's address holds no link to come back by.
    """
    visit = Visit(request)
    visit.switch(show)
    return visit.opened(token.strip())


@router.post("/r/answer")
def answer(
    request: Request,
    token: Token = "",
    following: Token = "",
    contacted: Annotated[str, Form(max_length=3)] = "",
    resolved: Annotated[str, Form(max_length=3)] = "",
    grade: Annotated[str, Form(max_length=1)] = "",
    text: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Take the answer, once however often it is sent, and hand over a link to follow by."""
    ours(request, token, token)
    visit = Visit(request)
    told: dict[str, Any] = {
        name: value == "yes"
        for name, value in (("contacted", contacted), ("resolved", resolved))
        if value in {"yes", "no"}
    }
    if text.strip():
        told["text"] = text.strip()
    secret = following if _SECRET.fullmatch(following) else new_secret()
    links = visit.house.links
    try:
        visit.house.following.knocked(visit.source)
        if grade not in {"1", "2", "3", "4", "5"}:
            problem = visit.say(
                "请选一个满意程度，再提交。", "Please choose how satisfied you are."
            )
            asked = links.asked(token, datetime.now(UTC))
            return visit.asking(asked, token, problem=problem, following=secret)
        position = links.rate(token, told | {"grade": int(grade)}, secret)
    except LinkOver:
        return visit.over()
    address = address_of(request, secret)
    return visit.page(
        "resident_thanks.html",
        position=position,
        happy=int(grade) >= 3,
        address=address,
        code=code_of(address),
    )


@router.post("/r/rate")
def rate(request: Request, token: Token = "") -> Response:
    """Take a link to rate by, and show what it asks."""
    ours(request, token, token)
    visit = Visit(request)
    try:
        followed = visit.followed(token)
    except LinkOver:
        return visit.over()
    visit.house.following.one_more(followed.link)
    try:
        issued = visit.house.links.issue(followed.link.stream, followed.who)
    except CommandRefused as refusal:
        return visit.matter(followed, token, refusal=refusal)
    return visit.asking(visit.house.links.asked(issued.token, datetime.now(UTC)), issued.token)


@router.post("/r/do")
def act(
    request: Request,
    token: Token = "",
    kind: Annotated[str, Form(max_length=40)] = "",
    text: Annotated[str, Form(max_length=2000)] = "",
    once: Token = "",
) -> Response:
    """Have what the resident does recorded as theirs, and show where it led."""
    ours(request, token, token)
    visit = Visit(request)
    try:
        followed = visit.followed(token)
    except LinkOver:
        return visit.over()
    if kind not in WORDS_OF:
        return visit.matter(followed, token)
    try:
        position = visit.house.following.act(followed, kind, text.strip(), once)
    except CommandRefused as refusal:
        return visit.matter(followed, token, refusal=refusal, kind=kind)
    return visit.matter(visit.followed(token), token, position=position)


@router.post("/r/seen")
def seen(request: Request, token: Token = "") -> Response:
    """Show who had what of the resident opened."""
    visit = Visit(request)
    try:
        link, task = visit.known_by(token)
    except LinkOver:
        return visit.over()
    looks = [
        (
            visit.names.unit(look.unit, visit.language),
            label(look.role, visit.language),
            instant(look.at),
            look.reason,
            "、".join(field_label(field, visit.language) for field in look.fields),
        )
        for look in visit.house.following.looks(link)
    ]
    units = [visit.names.unit(unit, visit.language) for unit in duty_units(task)]
    return visit.page(
        "resident_seen.html",
        token=token,
        number=visit.number_of(link.stream),
        looks=looks,
        units=units,
    )
