"""账号与会话, 密钥与见证, 系统状态, 个人信息: what keeps the installation going."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.administering import admin_of, tabs
from console.seeing import ours, page, see_other
from services import roster
from services.health_here import findings_now
from services.privacy_record import erasures, unmaskings
from services.public_log import standing

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
def show_privacy(request: Request) -> Response:
    """Show on record who was granted a look at sealed texts, what was opened, what was erased."""
    seer = admin_of(request, PRIVACY)
    seer.house.catch_up()
    return page(
        request,
        "admin_privacy.html",
        seer=seer,
        tabs=tabs(seer),
        tab=PRIVACY,
        unmaskings=unmaskings(seer),
        erasures=erasures(seer),
    )
