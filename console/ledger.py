"""问题台账: a table looked at before it is registered, mended on the page; what came of it."""

import asyncio
import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from console.ledger_table import looked, said_here
from console.seeing import ours, page, seer_of
from domain.refusals import CommandRefused
from services.ledger_rows import ledger_rows
from services.ledger_upload import (
    Taken,
    keep,
    may_import,
    returned,
    take,
    template,
    tidy,
)
from services.seeing import Seer, told
from services.table_upload import LIMITS

router = APIRouter()
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROOM = 64 * 1024
"""What a form with a file may hold beside the file."""
_FIELDS_MAX = 2_000
_PER_PAGE = 20
_CELL = re.compile(r"cell\|(\d{1,6})\|([a-z_]{1,30})\|(.{0,100})", re.DOTALL)


@router.get("/ledger")
def show(
    request: Request,
    q: Annotated[str, Query(max_length=60)] = "",
    open_only: Annotated[str, Query(alias="open", max_length=3)] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """Show where a table is handed in, and what became of the rows before it."""
    seer = seer_of(request, "/ledger")
    return _front(request, seer, q=q.strip(), open_only=open_only == "yes", number=number)


def _front(
    request: Request,
    seer: Seer,
    *,
    q: str = "",
    open_only: bool = False,
    number: int = 1,
    refusal: CommandRefused | None = None,
) -> Response:
    seer.house.catch_up()
    tidy(seer)
    rows, total = ledger_rows(seer, q, open_only=open_only, page=number, size=_PER_PAGE)
    cannot = may_import(seer)
    return page(
        request,
        "ledger.html",
        status=200 if refusal is None else 422,
        seer=seer,
        rows=rows,
        total=total,
        number=number,
        pages=max(1, -(-total // _PER_PAGE)),
        q=q,
        open_only=open_only,
        limits=LIMITS,
        cannot=None if cannot is None else told(cannot, seer),
        refusal=None if refusal is None else _toldsaid_here(refusal, seer),
    )


def _toldsaid_here(refusal: CommandRefused, seer: Seer) -> dict[str, str]:
    told_of = told(refusal, seer)
    return told_of | {"sentence": said_here(seer, told_of["sentence"], told_of["sentence"])}


@router.get("/ledger/template")
def hand_template(request: Request) -> Response:
    """Hand out an empty table with the headings that are read."""
    seer = seer_of(request, "/ledger")
    return _file(template(seer), _XLSX, "ledger-template.xlsx")


@router.post("/ledger/preview")
async def preview(request: Request) -> Response:
    """Look at a table that is handed in; nothing of it is registered."""
    seer = seer_of(request, "/ledger")
    # Before a byte is taken: what is announced as too large, or not announced, is not read.
    size = request.headers.get("content-length", "")
    if not size.isdigit() or int(size) > LIMITS.file_bytes + _ROOM:
        return _front(request, seer, refusal=_too_large())
    sent = await request.form(max_files=1, max_fields=_FIELDS_MAX)
    ours(request, str(sent.get("form", "")), seer.session.form)
    file = sent.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    return await asyncio.to_thread(_preview, request, seer, content)


def _preview(request: Request, seer: Seer, content: bytes) -> Response:
    try:
        token = keep(seer, content)
        return looked(request, seer, take(seer, token, {}, dry=True), done=False)
    except CommandRefused as refusal:
        return _front(request, seer, refusal=refusal)


@router.post("/ledger/again")
async def again(request: Request) -> Response:
    """Look at the table again with what was mended."""
    sent = await request.form(max_files=0, max_fields=_FIELDS_MAX)
    return await asyncio.to_thread(_taken, request, sent, dry=True)


@router.post("/ledger/register")
async def register(request: Request) -> Response:
    """Register the rows that are in order; a row is registered once, however often it is sent."""
    sent = await request.form(max_files=0, max_fields=_FIELDS_MAX)
    return await asyncio.to_thread(_taken, request, sent, dry=False)


def _taken(request: Request, sent: Any, *, dry: bool) -> Response:
    seer = seer_of(request, "/ledger")
    ours(request, str(sent.get("form", "")), seer.session.form)
    try:
        taken = _take(seer, sent, dry=dry)
    except CommandRefused as refusal:
        return _front(request, seer, refusal=refusal)
    return looked(request, seer, taken, done=not dry, update=sent.get("update") == "yes")


def _take(seer: Seer, sent: Any, *, dry: bool) -> Taken:
    upload, update = str(sent.get("upload", ""))[:100], sent.get("update") == "yes"
    return take(seer, upload, _corrections(sent), dry=dry, update=update)


@router.post("/ledger/returned")
async def hand_back(request: Request) -> Response:
    """Hand back the rows that are not taken as a file, each with its reason."""
    sent = await request.form(max_files=0, max_fields=_FIELDS_MAX)
    return await asyncio.to_thread(_hand_back, request, sent)


def _hand_back(request: Request, sent: Any) -> Response:
    seer = seer_of(request, "/ledger")
    ours(request, str(sent.get("form", "")), seer.session.form)
    try:
        taken = _take(seer, sent, dry=True)
    except CommandRefused as refusal:
        return _front(request, seer, refusal=refusal)
    ending, content = returned(taken)
    return _file(content, "application/octet-stream", f"ledger-returned{ending}")


def _file(content: bytes, kind: str, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=disposition)


def _corrections(sent: Any) -> dict[tuple[str, int], dict[str, str]]:
    """Return what was written anew, by sheet and row: fields are called `cell|12|phone|Sheet1`."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for name, value in sent.items():
        told_of = _CELL.fullmatch(name)
        if told_of is not None and isinstance(value, str):
            number, field, sheet = told_of.groups()
            text = value.replace("\r\n", "\n")
            found.setdefault((sheet, int(number)), {})[field] = text
    return found


def _too_large() -> CommandRefused:
    most = LIMITS.file_bytes // (1024 * 1024)
    return CommandRefused(
        "table-too-large",
        f"文件过大：最多 {most} MB；请删去图片等附件，或分批导入。",
        f"The file is too large: at most {most} MB; take pictures out, or import it in parts.",
    )
