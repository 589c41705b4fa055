"""Acting on a case: one form for every command, and the receipt of what was recorded."""

import asyncio
import base64
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.forms import command_of, fields_of
from console.pairing_forms import PairingForms
from console.seeing import ours, page, see_other, seer_of
from desk.identifiers import new_uuid7
from desk.sealing import opaque_uuid
from domain.casebook import CASES
from domain.models import models_of
from domain.refusals import CommandRefused
from evidence.kinds import ENDINGS, FILE_BYTES_MAX, HEIC
from evidence.sentences import ABOUT_THE_FILE
from services.acting import given, order_of
from services.case_lists import case_at, category_at
from services.pairing_steps import STEPS
from services.scope import pairing_at, task_at
from services.seeing import NothingHere, Seer, told
from wording.commands import command_label

router = APIRouter()
ACCEPTED = ",".join(
    [*sorted(set(ENDINGS) - {HEIC}), *(f".{ending}" for ending in ("amr", "m4a", "mov", "ofd"))]
)
"""What a browser offers to choose; where HEIC is not in it, a telephone hands in a JPEG."""


class Case:
    """A case that somebody acts on, as its address says."""

    def __init__(self, seer: Seer, section: str, key: str) -> None:
        self.seer, self.section, self.key = seer, section, key
        self.pairing: PairingForms | None = None
        self.body: Any = None
        self.state: Any = None
        if section == "tasks":
            self.stream, state, _ = task_at(seer, key)
            self.body, self.kind = state.body, CASES["task"]
            self.policy_id: str | None = state.body.need.policy_id
            self.title = key.upper()
        elif section == "pairings":
            line, pairing = pairing_at(seer, key)
            self.stream, self.policy_id, self.kind = line.stream, line.policy, CASES["pairing"]
            self.title = line.title
            self.pairing = PairingForms(seer, line.stream, pairing)
        else:
            found = case_at(seer, category_at(section), key)
            self.stream, self.kind, self.state = found.line.stream, found.kind, found.state
            self.policy_id = found.kind.policy_id(found.state)
            self.title = found.line.title_in(seer.language)
        self.address = f"/{section}/{key}"

    def model(self, command: str) -> Any:
        """Return the model of *command*, which this role may give; raise `NothingHere`."""
        model = models_of(self.kind.commands).get(command)
        permitted = self.seer.role in self.kind.who_may.get(command, ())
        if model is None or not permitted:
            raise NothingHere
        return model


@router.get("/{section}/{key}/{command}")
def ask(request: Request, section: str, key: str, command: str) -> Response:
    """Show the form of *command*."""
    seer = seer_of(request)
    return _form(request, Case(seer, section, key), command, dict(request.query_params))


def _form(
    request: Request,
    case: Case,
    command: str,
    given: dict[str, Any],
    refusal: CommandRefused | None = None,
) -> Response:
    model = case.model(command)
    policy = case.seer.rules.under(case.policy_id).policy
    seer, kind = case.seer, case.kind
    fields = fields_of(
        command, model, seer, policy, given, case.body, kind, case.state, case.stream
    )
    if case.pairing is not None:
        fields = case.pairing.fields(command, fields, given)
    return page(
        request,
        "act.html",
        status=200 if refusal is None else 422,
        seer=case.seer,
        title=command_label(command, case.seer.language),
        case_title=case.title,
        back=_back(case, given),
        action=f"{case.address}/{command}",
        fields=fields,
        command_id=given.get("command_id") or f"console/{new_uuid7()}",
        refusal=None if refusal is None else told(refusal, case.seer),
        files=any(field.kind == "file" for field in fields),
        most=FILE_BYTES_MAX,
        accept=ACCEPTED,
        upload=given.get("upload", ""),
    )


@router.post("/{section}/{key}/{command}")
async def act(request: Request, section: str, key: str, command: str) -> Response:
    """Have *command* recorded, and show where it led."""
    sent = await request.form(max_files=4, max_fields=200, max_part_size=11 * 1024 * 1024)
    return await asyncio.to_thread(_act, request, section, key, command, sent)


def _act(request: Request, section: str, key: str, command: str, sent: Any) -> Response:
    seer = seer_of(request)
    ours(request, str(sent.get("form", "")), seer.session.form)
    case = Case(seer, section, key)
    model = case.model(command)
    plain = plain_of(sent)
    upload = plain.get("upload")
    try:
        asked = command_of(command, model, sent)
        if case.pairing is not None:
            asked = case.pairing.command(asked, plain)
        if command == "split_off_matter":
            # The part is a new task; its id is nobody's to type, and the same when sent again.
            asked["part"] = f"task/{opaque_uuid('part', plain.get('command_id') or new_uuid7())}"
        if upload and "document" in model.model_fields and "document" not in asked:
            content, asked["media_type"] = seer.house.uploads.whole(
                seer.session, case.stream, upload
            )
            asked["document"] = base64.b64encode(content).decode("ascii")
        order = order_of(seer, case.stream, asked, plain.get("command_id"))
        position = given(seer, order).position
    except CommandRefused as refusal:
        if upload and refusal.rule in ABOUT_THE_FILE:
            seer.house.uploads.forget(upload)
            del plain["upload"]
        return _form(request, case, command, plain, refusal)
    if upload:
        seer.house.uploads.settle(upload)
    return see_other(f"{_back(case, plain)}?receipt={position}")


def plain_of(sent: Any) -> dict[str, Any]:
    """Return what a form sent in words, several where a name stands several times."""
    found: dict[str, Any] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            held = found.get(name)
            found[name] = (
                value if held is None else [*([held] if isinstance(held, str) else held), value]
            )
    return found


def _back(case: Case, given: dict[str, Any]) -> str:
    """Return where a form leads back to: the step of the case it was sent from, or the case."""
    back = str(given.get("back", ""))
    steps = {f"{case.address}/start/{step}" for step in STEPS}
    return back if case.pairing is not None and back in steps else case.address
