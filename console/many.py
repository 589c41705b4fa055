"""Many tasks at once: one form, one reason, and an answer for each of them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.forms import command_of, fields_of
from console.seeing import ours, page, seer_of
from desk.identifiers import new_uuid7
from domain.casebook import CASES
from domain.models import models_of
from domain.refusals import CommandRefused
from services.list_columns import COLUMNS
from services.many import AT_ONCE, Looked, Outcome, for_many, give, look
from services.seeing import NothingHere, Seer, told
from wording.commands import command_label

router = APIRouter()


@router.get("/tasks/many")
def ask(
    request: Request,
    command: Annotated[str, Query(max_length=40)] = "",
    case: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Show the form of *command* for the tasks that were ticked, and what stands against each."""
    seer = seer_of(request, "/tasks")
    return _form(request, seer, _known(seer, command), case or [], {})


def _known(seer: Seer, command: str) -> str:
    if command not in for_many(seer):
        raise NothingHere
    return command


def _form(
    request: Request,
    seer: Seer,
    command: str,
    numbers: list[str],
    given: dict[str, Any],
    refusal: CommandRefused | None = None,
) -> Response:
    looked: list[Looked] = []
    try:
        looked = look(seer, command, numbers)
    except CommandRefused as error:
        refusal = error
    model = models_of(CASES["task"].commands)[command]
    policy = seer.rules.under(None).policy
    return page(
        request,
        "many.html",
        status=200 if refusal is None else 422,
        seer=seer,
        title=command_label(command, seer.language),
        case_title=seer.say("任务中心", "Tasks"),
        back="/tasks",
        action="/tasks/many",
        command=command,
        fields=fields_of(command, model, seer, policy, given),
        looked=[(one, *_shown(seer, one)) for one in looked],
        going=sum(one.refusal is None for one in looked),
        command_id=given.get("command_id") or f"console/{new_uuid7()}",
        refusal=None if refusal is None else told(refusal, seer),
        files=False,
    )


def _shown(seer: Seer, one: Looked | Outcome) -> tuple[str, dict[str, str] | None]:
    """Return what a task is, in one line, and why it is not taken."""
    what = ""
    if one.line is not None:
        texts = (COLUMNS[name].text(seer, one.line) for name in ("state", "category", "place"))
        what = " · ".join(text for text in texts if text)
    return what, None if one.refusal is None else told(one.refusal, seer)


@router.post("/tasks/many")
async def act(request: Request) -> Response:
    """Give the command to each of the tasks, and say what became of each."""
    sent = await request.form(max_fields=AT_ONCE + 60)
    return await asyncio.to_thread(_act, request, sent)


def _act(request: Request, sent: Any) -> Response:
    seer = seer_of(request, "/tasks")
    ours(request, str(sent.get("form", "")), seer.session.form)
    command = _known(seer, str(sent.get("command", "")))
    numbers = [str(one) for one in sent.getlist("case")]
    plain = {name: value for name, value in sent.items() if isinstance(value, str)}
    model = models_of(CASES["task"].commands)[command]
    try:
        asked = command_of(command, model, sent)
        outcomes = give(seer, asked, plain.get("command_id", ""), numbers)
    except CommandRefused as refusal:
        return _form(request, seer, command, numbers, plain, refusal)
    return page(
        request,
        "many_done.html",
        seer=seer,
        title=command_label(command, seer.language),
        outcomes=[(one, *_shown(seer, one)) for one in outcomes],
        recorded=sum(one.position is not None for one in outcomes),
        refused=sum(one.position is None for one in outcomes),
    )
