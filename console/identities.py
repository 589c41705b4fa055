"""统一身份认证 on a person's page: whose identity is theirs, bound and unbound by a registrar."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from console.administering import admin_of
from console.roster import shown_person
from console.seeing import ours, see_other
from domain.refusals import CommandRefused
from services import roster
from services.acting import given, order_of
from services.seeing import NothingHere

router = APIRouter()


@router.post("/admin/people/{key}/identity")
def bind(
    request: Request,
    key: str,
    subject: Annotated[str, Form(min_length=1, max_length=255)],
    form: Annotated[str, Form()] = "",
) -> Response:
    """Let whoever the provider calls *subject* sign in as this person."""
    seer = admin_of(request, "/admin", acting=True)
    ours(request, form, seer.session.form)
    person = roster.person_at(seer, key).person
    if seer.house.sign_on is None:
        raise NothingHere
    try:
        position = seer.house.sign_on.bind(person.id, subject, seer.who)
    except CommandRefused as refusal:
        return shown_person(request, seer, key, None, refusal=refusal)
    return see_other(f"/admin/people/{key}?receipt={position}")


@router.post("/admin/people/{key}/identity/unbind")
def unbind(
    request: Request,
    key: str,
    identity: Annotated[str, Form(max_length=64)],
    reason: Annotated[str, Form(max_length=500)],
    form: Annotated[str, Form()] = "",
) -> Response:
    """Let an identity sign in as this person no more."""
    seer = admin_of(request, "/admin", acting=True)
    ours(request, form, seer.session.form)
    person = roster.person_at(seer, key).person
    command = {"kind": "unbind_identity", "identity": identity, "reason": reason}
    try:
        position = given(seer, order_of(seer, person.id, command)).position
    except CommandRefused as refusal:
        return shown_person(request, seer, key, None, refusal=refusal)
    return see_other(f"/admin/people/{key}?receipt={position}")
