"""审计回放: any case as of any moment on both axes, the ledger verified, and what is taken away."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from audit.proofs.bundle import OFFLINE
from audit.replay.as_of import Axis
from audit.sources import CannotVerify
from console.seeing import OFFICE, ours, page, seer_of
from domain.refusals import CommandRefused
from services.audit_files import SUFFIXES, exported, proved
from services.auditing import Moment, case_then, packs_to_compare, under_another, verified
from services.seeing import Seer, told

router = APIRouter()
_FAULTS_SHOWN = 100


@router.get("/audit")
def show(
    request: Request,
    case: Annotated[str, Query(max_length=60)] = "",
    axis: Axis = Axis.RECORDED,
    facts: Annotated[str, Query(max_length=8)] = "",
    at: Annotated[str, Query(max_length=40)] = "",
    position: Annotated[str, Query(max_length=16)] = "",
    policy: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the whole book's state, or one case as it stood at a moment."""
    seer = seer_of(request, "/audit")
    if not case.strip():
        return _page(request, seer)
    try:
        moment = Moment(_number(facts), _instant(at), _number(position))
    except ValueError:
        return _page(request, seer, case=case, unclear=True, status=422)
    then, noted = case_then(seer, case, axis, moment)
    other = under_another(seer, case, policy) if policy else None
    return _page(
        request,
        seer,
        case=case.strip(),
        then=then,
        noted=noted,
        other=other,
        policy=policy,
        packs=[
            (code, seer.say(one.label.zh, one.label.en))
            for code, one in sorted(packs_to_compare(seer).items())
        ],
    )


def _page(request: Request, seer: Seer, *, status: int = 200, **view: Any) -> Response:
    usual: dict[str, Any] = {
        "case": "",
        "then": None,
        "noted": None,
        "other": None,
        "unclear": False,
        "verdict": None,
        "refusal": None,
        "policy": "",
        "packs": [],
        "faults_shown": _FAULTS_SHOWN,
        "forms": list(SUFFIXES),
        "head": seer.house.books.ledger.head(),
        "local": lambda value: value.astimezone(OFFICE).strftime("%Y-%m-%dT%H:%M:%S"),
    }
    return page(request, "audit.html", status=status, seer=seer, **{**usual, **view})


def _number(text: str) -> int | None:
    return int(text) if text.strip() else None


def _instant(text: str) -> datetime | None:
    """Return an instant as it was typed, by the office's clock where it says no other."""
    if not text.strip():
        return None
    found = datetime.fromisoformat(text.strip())
    return found.replace(tzinfo=found.tzinfo or OFFICE).astimezone(UTC)


@router.post("/audit/verify")
async def verify(request: Request) -> Response:
    """Verify the whole ledger, and say what was checked and what was not."""
    form = str((await request.form()).get("form", ""))
    return await asyncio.to_thread(_verify, request, form)


def _verify(request: Request, form: str) -> Response:
    seer = seer_of(request, "/audit")
    ours(request, form, seer.session.form)
    try:
        verdict, noted = verified(seer)
    except CannotVerify as problem:
        refusal = {"rule": "not-verified", "sentence": str(problem)}
        return _page(request, seer, refusal=refusal, status=422)
    return _page(request, seer, verdict=verdict, noted=noted)


@router.post("/audit/export")
async def export(request: Request) -> Response:
    """Hand out the whole record in one form; that it was handed out is on record first."""
    sent = await request.form()
    kind = str(sent.get("kind", "evidence"))
    return await asyncio.to_thread(
        _file, request, str(sent.get("form", "")), lambda seer, folder: exported(seer, kind, folder)
    )


@router.post("/audit/prove")
async def prove(request: Request) -> Response:
    """Hand out the proof of one whole case; that it was handed out is on record first."""
    sent = await request.form()
    case = str(sent.get("case", ""))
    return await asyncio.to_thread(
        _file, request, str(sent.get("form", "")), lambda seer, folder: proved(seer, case, folder)
    )


def _file(request: Request, form: str, made: Callable[[Seer, Path], Path]) -> Response:
    seer = seer_of(request, "/audit")
    ours(request, form, seer.session.form)
    folder = Path(mkdtemp(prefix="jiedui-handed-out-"))
    try:
        file = made(seer, folder)
    except CommandRefused as refusal:
        rmtree(folder)
        return _page(request, seer, refusal=told(refusal, seer), status=422)
    except BaseException:
        rmtree(folder)
        raise
    return FileResponse(
        file,
        filename=file.name,
        media_type="application/octet-stream",
        background=BackgroundTask(rmtree, folder),
    )


@router.get("/audit/check")
def check(request: Request) -> Response:
    """Show the page that checks a bundle in the browser; nothing of it is sent."""
    return page(request, "audit_check.html", seer=seer_of(request, "/audit"))


@router.get("/verifier/jiedui_verify.mjs")
def verifier() -> Response:
    """Hand out the second offline verifier as it is, but for where it imports from."""
    return Response(_for_a_browser(), media_type="text/javascript")


@cache
def _for_a_browser() -> str:
    """Return the verifier with Node's modules replaced by what stands for them in a browser."""
    program = (OFFLINE / "jiedui_verify.mjs").read_text(encoding="utf-8")
    return re.sub(r'from "node:(\w+)"', r'from "/static/node/\1.js"', program)
