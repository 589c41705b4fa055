"""政策包 and 日历: what is in force, what differs, and publishing with a preview."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from console.administering import admin_of, tabs
from console.seeing import OFFICE, ours, page, see_other
from domain.people import Role
from domain.refusals import CommandRefused
from services.comparing import differences_of
from services.policy_versions import (
    calendars,
    preview,
    publish_pack,
    publish_year,
    read_policy,
    read_year,
    versions,
)
from services.seeing import NothingHere, Seer, told
from wording.policies import differences

router = APIRouter()
POLICIES, CALENDARS = "/admin/policies", "/admin/calendars"
FILE_MAX = 1024 * 1024


@router.get("/admin/policies")
def show_policies(request: Request, receipt: str = "") -> Response:
    """Show the packs in force."""
    return _policies(request, admin_of(request, POLICIES), done=receipt == "done")


def _policies(
    request: Request, seer: Seer, refusal: CommandRefused | None = None, *, done: bool = False
) -> Response:
    packs = sorted(seer.rules.policies.items())
    return page(
        request,
        "admin_policies.html",
        status=200 if refusal is None else 422,
        seer=seer,
        tabs=tabs(seer),
        tab=POLICIES,
        packs=[(terms, _title(seer, terms.policy)) for _, terms in packs],
        default=seer.rules.default_policy,
        acting=seer.role is Role.REGISTRAR,
        refusal=None if refusal is None else told(refusal, seer),
        done=done,
    )


def _title(seer: Seer, policy: Any) -> str:
    return seer.say(policy.label.zh, policy.label.en)


@router.get("/admin/policies/{pack}")
def show_policy(
    request: Request,
    pack: str,
    old: Annotated[str, Query(max_length=80)] = "",
    new: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """Show the versions of one pack, and what differs between two of them."""
    seer = admin_of(request, POLICIES)
    found = versions(seer.house.books.desk, pack)
    if not found:
        raise NothingHere
    known = {one.version: one for one in found}
    later = known.get(new, found[0])
    following = found[found.index(later) + 1 :]
    earlier = known.get(old, following[0] if following else later)
    return page(
        request,
        "admin_policy.html",
        seer=seer,
        tabs=tabs(seer),
        tab=POLICIES,
        pack=pack,
        title=_title(seer, found[0].policy),
        versions=found,
        old=earlier,
        new=later,
        said=differences(earlier.policy, later.policy, seer.language),
    )


@router.post("/admin/policies")
async def publish_policy(request: Request) -> Response:
    """Show what publishing a pack would change; sent again with its text, publish it."""
    sent = await request.form(max_files=1, max_fields=10, max_part_size=FILE_MAX)
    content = await _content(sent)
    return await asyncio.to_thread(_publish_policy, request, sent, content)


def _publish_policy(request: Request, sent: Any, content: bytes) -> Response:
    seer = admin_of(request, POLICIES, acting=True)
    ours(request, str(sent.get("form", "")), seer.session.form)
    try:
        policy = read_policy(content)
        if sent.get("confirmed") == "yes":
            publish_pack(seer.house.books.desk, policy, seer.who)
            return see_other(f"{POLICIES}?receipt=done")
        found = preview(seer, policy)
    except CommandRefused as refusal:
        return _policies(request, seer, refusal)
    return page(
        request,
        "admin_publish.html",
        seer=seer,
        tabs=tabs(seer),
        tab=POLICIES,
        found=found,
        title=_title(seer, policy),
        said=differences(
            None if found.before is None else found.before.policy, policy, seer.language
        ),
        cases=[
            (seer.names.case(one.stream, seer.language), list(differences_of(one, seer)))
            for one in found.differing
        ],
        text=content.decode("utf-8"),
    )


async def _content(sent: Any) -> bytes:
    """Return the file of a form, or the text it was shown as."""
    file = sent.get("file")
    if isinstance(file, UploadFile):
        return await file.read()
    return str(sent.get("text", "")).encode("utf-8")


@router.get("/admin/calendars")
def show_calendars(request: Request, receipt: int | None = None) -> Response:
    """Show the calendars: which years are published, and which will be counted provisionally."""
    return _calendars(request, admin_of(request, CALENDARS), recomputed=receipt)


def _calendars(
    request: Request,
    seer: Seer,
    refusal: CommandRefused | None = None,
    recomputed: int | None = None,
) -> Response:
    this = seer.at.astimezone(OFFICE).year
    return page(
        request,
        "admin_calendars.html",
        status=200 if refusal is None else 422,
        seer=seer,
        tabs=tabs(seer),
        tab=CALENDARS,
        calendars=list(calendars(seer)),
        this=this,
        acting=seer.role is Role.REGISTRAR,
        refusal=None if refusal is None else told(refusal, seer),
        recomputed=recomputed,
    )


@router.post("/admin/calendars")
async def publish_calendar(request: Request) -> Response:
    """Publish a year of a calendar, and have provisional limits counted again."""
    sent = await request.form(max_files=1, max_fields=10, max_part_size=FILE_MAX)
    content = await _content(sent)
    return await asyncio.to_thread(_publish_calendar, request, sent, content)


def _publish_calendar(request: Request, sent: Any, content: bytes) -> Response:
    seer = admin_of(request, CALENDARS, acting=True)
    ours(request, str(sent.get("form", "")), seer.session.form)
    name, reason = str(sent.get("calendar", "")), str(sent.get("reason", "")).strip() or None
    if name not in {one.name for one in calendars(seer)}:
        raise NothingHere
    try:
        year = read_year(content)
        _, counted = publish_year(seer.house.books.desk, name, year, reason, seer.who)
    except CommandRefused as refusal:
        return _calendars(request, seer, refusal)
    return see_other(f"{CALENDARS}?receipt={counted}")
