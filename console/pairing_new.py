"""结对引导第一步: the parties of a new pairing, suggested from the past tasks of the street."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.forms import command_of
from console.pairing_view import rail
from console.seeing import ours, page, see_other, seer_of
from desk.identifiers import new_uuid7
from domain.casebook import CASES
from domain.models import models_of
from domain.pairing.authority import WHO_MAY
from domain.refusals import CommandRefused
from services.acting import given, order_of
from services.pairing_parties import parties_for, streets
from services.seeing import NothingHere, Seer, told

router = APIRouter()
_DRAFT = "draft_pairing"
_TYPED = ("title", "center", "lead", "term_start", "term_end", "policy")


@router.get("/pairings/new")
def ask_new(request: Request) -> Response:
    """Show the first step for a pairing there is not yet."""
    seer = _proposer(request)
    seer.house.catch_up()
    return _parties_form(request, seer, dict(request.query_params))


def _proposer(request: Request) -> Seer:
    """Return who looks, who may draft a pairing; raise `NothingHere`."""
    seer = seer_of(request, "/pairings")
    if seer.role not in WHO_MAY[_DRAFT]:
        raise NothingHere
    return seer


def _parties_form(
    request: Request,
    seer: Seer,
    filled: Mapping[str, Any],
    refusal: CommandRefused | None = None,
    several: Mapping[str, list[str]] | None = None,
) -> Response:
    known = {one.code: one for one in streets(seer)}
    street = known.get(filled.get("street", "")) or next(iter(known.values()), None)
    policy = filled.get("policy") if filled.get("policy") in seer.rules.policies else None
    chosen = several or {"departments": [seer.unit], "categories": []}
    return page(
        request,
        "pairing_new.html",
        status=200 if refusal is None else 422,
        seer=seer,
        streets=[(one.code, one.name) for one in known.values()],
        street=street,
        offered=None if street is None else parties_for(seer, street, policy),
        filled={name: filled.get(name, "") for name in _TYPED},
        chosen=chosen,
        policies={
            name: seer.say(terms.policy.label.zh, terms.policy.label.en)
            for name, terms in seer.rules.policies.items()
        },
        default_policy=seer.rules.default_policy,
        steps=rail(seer, None, "parties"),
        command_id=filled.get("command_id") or f"console/{new_uuid7()}",
        refusal=None if refusal is None else told(refusal, seer),
    )


@router.post("/pairings/new")
async def draft(request: Request) -> Response:
    """Have the pairing drafted, and go on with its lists."""
    sent = await request.form(max_fields=200)
    return await asyncio.to_thread(_draft, request, sent)


def _draft(request: Request, sent: Any) -> Response:
    seer = _proposer(request)
    ours(request, str(sent.get("form", "")), seer.session.form)
    plain = {name: value for name, value in sent.items() if isinstance(value, str)}
    made = plain.get("command_id", "").rpartition("/")[2]
    key = made if len(made) == 36 else str(uuid4())
    try:
        command = command_of(_DRAFT, models_of(CASES["pairing"].commands)[_DRAFT], sent)
        order = order_of(seer, f"pairing/{key}", command, plain.get("command_id"))
        position = given(seer, order).position
    except CommandRefused as refusal:
        several = {name: sent.getlist(name) for name in ("departments", "categories")}
        return _parties_form(request, seer, plain, refusal, several)
    return see_other(f"/pairings/{key}/start/lists?receipt={position}")
