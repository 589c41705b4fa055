"""登记: a need taken down in one screen."""

import asyncio
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.forms import command_of, fields_of
from console.seeing import ours, page, see_other, seer_of
from desk.identifiers import new_uuid7
from domain.casebook import CASES
from domain.models import models_of
from domain.refusals import CommandRefused
from services.acting import given, order_of
from services.need_intake import PRIVACY_NOTICE
from services.seeing import Seer, told
from wording.commands import command_label

router = APIRouter()
_KIND = "register_task"


@router.get("/register")
def ask(request: Request) -> Response:
    """Show the form."""
    seer = seer_of(request, "/register")
    return _form(request, seer, {"source": "RESIDENT", "request_type": "HELP"})


def _form(
    request: Request, seer: Seer, filled: dict[str, Any], refusal: CommandRefused | None = None
) -> Response:
    model = models_of(CASES["task"].commands)[_KIND]
    policy = seer.rules.under(None).policy
    return page(
        request,
        "act.html",
        status=200 if refusal is None else 422,
        seer=seer,
        title=command_label(_KIND, seer.language),
        case_title="",
        back="/",
        action="/register",
        fields=fields_of(_KIND, model, seer, policy, filled),
        command_id=filled.get("command_id") or f"console/{new_uuid7()}",
        refusal=None if refusal is None else told(refusal, seer),
        files=False,
    )


@router.post("/register")
async def register(request: Request) -> Response:
    """Register the need, and show its page."""
    sent = await request.form(max_fields=60)
    return await asyncio.to_thread(_register, request, sent)


def _register(request: Request, sent: Any) -> Response:
    seer = seer_of(request, "/register")
    ours(request, str(sent.get("form", "")), seer.session.form)
    model = models_of(CASES["task"].commands)[_KIND]
    plain = {name: value for name, value in sent.items() if isinstance(value, str)}
    stream = f"task/{_same_again(plain)}"
    try:
        command = command_of(_KIND, model, sent)
        command |= {"ad_hoc": "pairing" not in command, "privacy_notice": PRIVACY_NOTICE}
        position = given(seer, order_of(seer, stream, command, plain.get("command_id"))).position
    except CommandRefused as refusal:
        return _form(request, seer, plain, refusal)
    line = seer.house.boards.tasks.get(stream)
    return see_other("/tasks" if line is None else f"/tasks/{line.number}?receipt={position}")


def _same_again(plain: dict[str, str]) -> str:
    """Return the id of the new case: the same where the same form is sent twice."""
    made = plain.get("command_id", "").rpartition("/")[2]
    return made if len(made) == 36 else str(uuid4())
