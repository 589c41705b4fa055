"""账号与会话, 密钥与见证, 系统状态, 个人信息: what keeps the installation going."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from console.administering import admin_of, tabs
from console.seeing import ours, page, see_other
from domain.people import Role
from domain.refusals import CommandRefused
from services import roster
from services.erasure_requests import carry_out, refuse, waiting
from services.health_here import findings_now
from services.privacy_record import erasures, unmaskings
from services.public_log import standing
from services.seeing import Seer, told

router = APIRouter()
ACCOUNTS, LOG, STATUS = "/admin/accounts", "/admin/log", "/admin/status"
PRIVACY = "/admin/privacy"


@router.get("/admin/accounts")
def show_accounts(request: Request, ended: str = "") -> Response:
    """Show who is signed in."""
    seer = admin_of(request, ACCOUNTS)
    return page(
        request,
        "admin_accounts.html",
        seer=seer,
        tabs=tabs(seer),
        tab=ACCOUNTS,
        sessions=list(roster.sessions(seer)),
        ended=bool(ended),
    )


@router.post("/admin/sessions/{name}/end")
async def end_session(request: Request, name: str) -> Response:
    """End somebody's session."""
    form = str((await request.form()).get("form", ""))
    return await asyncio.to_thread(_end_session, request, name, form)


def _end_session(request: Request, name: str, form: str) -> Response:
    seer = admin_of(request, ACCOUNTS, acting=True)
    ours(request, form, seer.session.form)
    roster.end_session(seer, name)
    return see_other(f"{ACCOUNTS}?ended=yes")


@router.get("/admin/log")
def show_log(request: Request) -> Response:
    """Show how far the log is signed, published and witnessed."""
    seer = admin_of(request, LOG)
    told = standing(seer.house.settings, seer.house.books)
    return page(request, "admin_log.html", seer=seer, tabs=tabs(seer), tab=LOG, told=told)


@router.get("/admin/status")
async def show_status(request: Request) -> Response:
    """Show what is wrong, and what to do about it."""
    seer = await asyncio.to_thread(admin_of, request, STATUS)
    found = await findings_now(seer.house)
    order = {"wrong": 0, "look": 1, "well": 2}
    rows: list[Any] = sorted(found, key=lambda one: order[one.level])
    return page(request, "admin_status.html", seer=seer, tabs=tabs(seer), tab=STATUS, rows=rows)


@router.get("/admin/privacy")
def show_privacy(request: Request, receipt: int | None = None) -> Response:
    """Show who asked to be erased, who was granted a look at sealed texts, what was erased."""
    return _privacy(request, admin_of(request, PRIVACY), receipt)


@router.post("/admin/privacy/{key}/refuse")
def refuse_erasure(
    request: Request,
    key: str,
    reason: Annotated[str, Form(max_length=500)],
    form: Annotated[str, Form()] = "",
) -> Response:
    """Answer a resident's request with no, and why."""
    seer = admin_of(request, PRIVACY)
    ours(request, form, seer.session.form)
    try:
        position = refuse(seer, key, reason)
    except CommandRefused as refusal:
        return _privacy(request, seer, None, refusal)
    return see_other(f"{PRIVACY}?receipt={position}")


@router.post("/admin/privacy/{key}/erase")
def erase(
    request: Request,
    key: str,
    basis: Annotated[str, Form(max_length=500)],
    sure: Annotated[Literal["yes"], Form()],
    form: Annotated[str, Form()] = "",
) -> Response:
    """Erase whoever asked for it; *sure* is that the officer knows it is for good."""
    del sure
    seer = admin_of(request, PRIVACY)
    ours(request, form, seer.session.form)
    try:
        stone = carry_out(seer, key, basis)
    except CommandRefused as refusal:
        return _privacy(request, seer, None, refusal)
    return see_other(f"{PRIVACY}?receipt={stone.position}")


def _privacy(
    request: Request, seer: Seer, receipt: int | None, refusal: CommandRefused | None = None
) -> Response:
    seer.house.catch_up()
    return page(
        request,
        "admin_privacy.html",
        status=200 if refusal is None else 422,
        seer=seer,
        tabs=tabs(seer),
        tab=PRIVACY,
        requests=waiting(seer),
        acting=seer.role is Role.DPO,
        receipt=receipt,
        refusal=None if refusal is None else told(refusal, seer),
        unmaskings=unmaskings(seer),
        erasures=erasures(seer),
    )
