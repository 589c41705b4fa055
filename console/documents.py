"""文件: papers to print, sign and file, handed out as files to keep, never shown as pages."""

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.seeing import OFFICE, seer_of
from services.documents import (
    CALLED,
    FORMS,
    Form,
    Handed,
    form_named,
    monthly_document,
    pairing_document,
    task_document,
)
from services.seeing import Seer

router = APIRouter()


@dataclass(frozen=True)
class Link:
    """A document as a page offers it: what the link says, and where it leads."""

    text: str
    address: str


def links(seer: Seer, address: str, kinds: list[str]) -> list[Link]:
    """Return a link to every form of these *kinds* of document below *address*."""
    return [
        Link(_says(seer, form, *CALLED[kind]), f"{address}/{kind}.{form}")
        for kind in kinds
        for form in FORMS[kind]
    ]


def monthly_links(seer: Seer) -> list[Link]:
    """Return a link to every form of the reports of the last three months, this one first."""
    now = seer.at.astimezone(OFFICE)
    begun = [divmod(now.year * 12 + now.month - 1 - back, 12) for back in range(3)]
    months = [f"{year}-{month + 1:02}" for year, month in begun]
    chinese, english = CALLED["report"]
    return [
        Link(
            _says(seer, form, f" {month} {chinese}", f"{english} {month}"),
            f"/figures/{month}.{form}",
        )
        for month in months
        for form in FORMS["report"]
    ]


def _says(seer: Seer, form: Form, chinese: str, english: str) -> str:
    if form == "pdf":
        return seer.say(f"打印{chinese} PDF", f"Print {english} (PDF)")
    return seer.say(f"{chinese.strip()} Word（可编辑）", f"Edit {english} (Word)")


@router.get("/tasks/{number}/documents/{kind}.{form}")
def about_a_task(
    request: Request,
    number: str,
    kind: str,
    form: str,
) -> Response:
    """Hand out a document about the task with this number."""
    seer = seer_of(request)
    return _file(task_document(seer, number, kind, form_named(form), _site(request)))


@router.get("/pairings/{key}/documents/agreement.{form}")
def agreement(request: Request, key: str, form: str) -> Response:
    """Hand out the agreement of a pairing."""
    seer = seer_of(request, "/pairings")
    return _file(pairing_document(seer, key, form_named(form), _site(request)))


@router.get("/figures/{month}.{form}")
def report(
    request: Request,
    month: str,
    form: str,
) -> Response:
    """Hand out the report of a month."""
    seer = seer_of(request, "/figures")
    return _file(monthly_document(seer, month, form_named(form), _site(request)))


def _site(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _file(handed: Handed) -> Response:
    names = f"filename=\"{handed.plain_name}\"; filename*=UTF-8''{quote(handed.name)}"
    return Response(
        handed.content,
        media_type=handed.media_type,
        headers={
            "Content-Disposition": f"attachment; {names}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
