"""清单与签署: what a party hands in at a step of the pairing, its lists and its signature."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.pairing_lists import handed_in
from console.pairing_start import step_page
from console.seeing import ours, see_other, seer_of
from domain.pairing.authority import WHO_MAY
from domain.pairing.state import Drafted
from domain.refusals import CommandRefused
from projections.pairing_board import PairingLine
from services.agreement_signing import Signing, sign
from services.scope import pairing_at
from services.seeing import NothingHere, Seer

router = APIRouter()
Taking = Callable[[Request, Seer, PairingLine, Drafted, Any], Response]
_FIELDS_MAX, _PART_MAX = 1200, 11 * 1024 * 1024
"""What a form of a step may hold: a long list, or a scanned page."""


@router.get("/pairings/{key}/attach_list")
def ask_list(request: Request, key: str) -> Response:
    """Go to the step in which lists are made up."""
    return _at_step(request, key, "attach_list", "lists")


@router.get("/pairings/{key}/sign_agreement")
def ask_signature(request: Request, key: str) -> Response:
    """Go to the step in which the agreement is read and signed."""
    return _at_step(request, key, "sign_agreement", "signatures")


def _at_step(request: Request, key: str, command: str, step: str) -> Response:
    """Go to *step*, where a pairing of theirs is moved on by *command*; raise `NothingHere`."""
    seer = seer_of(request, "/pairings")
    _theirs(seer, key, command)
    return see_other(f"/pairings/{key}/start/{step}")


def _theirs(seer: Seer, key: str, command: str) -> tuple[PairingLine, Drafted]:
    """Return the pairing, where it and *command* are of their role; raise `NothingHere`."""
    found = pairing_at(seer, key)
    if seer.role not in WHO_MAY[command]:
        raise NothingHere
    return found


@router.post("/pairings/{key}/attach_list")
async def give_list(request: Request, key: str) -> Response:
    """Go on making up a list, or have it attached."""
    return await _given(request, key, "attach_list", _attached)


@router.post("/pairings/{key}/sign_agreement")
async def give_signature(request: Request, key: str) -> Response:
    """Have the agreement signed for the own unit."""
    return await _given(request, key, "sign_agreement", _signed)


async def _given(request: Request, key: str, command: str, take: Taking) -> Response:
    """Take the form of *command*, with the file it may hold, by *take*."""
    sent = await request.form(max_files=1, max_fields=_FIELDS_MAX, max_part_size=_PART_MAX)

    def taken() -> Response:
        seer = seer_of(request, "/pairings")
        ours(request, str(sent.get("form", "")), seer.session.form)
        line, state = _theirs(seer, key, command)
        return take(request, seer, line, state, sent)

    return await asyncio.to_thread(taken)


def _attached(
    request: Request, seer: Seer, line: PairingLine, state: Drafted, sent: Any
) -> Response:
    done = handed_in(seer, line.stream, state, "attach_list", sent)
    if isinstance(done, dict):
        return step_page(request, seer, line, state, "lists", form=done)
    listed = str(sent.get("list", ""))
    return _on(line, "lists", f"list={listed}&receipt={done.position}")


def _signed(request: Request, seer: Seer, line: PairingLine, state: Drafted, sent: Any) -> Response:
    scan = sent.get("scan")
    asked = Signing(
        terms=[str(one) for one in sent.getlist("terms")],
        digest=str(sent.get("digest", "")),
        on_paper=sent.get("how") == "scan",
        scan=scan.file.read() if hasattr(scan, "file") else b"",
        command_id=str(sent.get("command_id", "")),
    )
    try:
        receipt = sign(seer, line.stream, state, asked)
    except CommandRefused as refusal:
        return step_page(request, seer, line, state, "signatures", refusal=refusal)
    return _on(line, "signatures", f"receipt={receipt.position}")


def _on(line: PairingLine, step: str, query: str) -> Response:
    return see_other(f"/pairings/{line.stream.partition('/')[2]}/start/{step}?{query}")
