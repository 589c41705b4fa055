"""问题台账: a table looked at before it is registered, mended on the page; what came of it."""

import asyncio
import re
from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from console.seeing import ours, page, seer_of
from domain.refusals import CommandRefused
from importing.tables import BadRow, Row
from services.ledger_rows import ledger_rows
from services.ledger_upload import (
    LIMITS,
    Taken,
    fields_shown,
    keep,
    may_import,
    offered_choices,
    returned,
    take,
    template,
    tidy,
)
from services.seeing import Seer, told
from wording.labels import Both

router = APIRouter()
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROOM = 64 * 1024
"""What a form with a file may hold beside the file."""
_SHOWN = 40
"""Bad rows that are mended at a time; the others are in the file that is handed back."""
_FIELDS_MAX = 2_000
_PER_PAGE = 20
_GOOD_SHOWN = 10
_SHORT = 60
_CELL = re.compile(r"cell\|(\d{1,6})\|([a-z_]{1,30})\|(.{0,100})", re.DOTALL)

_KEPT: dict[str, Both] = {
    "second-telephone": (
        "第二个电话附在诉求内容后（密封）",
        "a second telephone, kept sealed with the text",
    ),
    "matter-words": (
        "问题事项的文字附在诉求内容后（密封）",
        "a matter's words, kept sealed with the text",
    ),
}

_OPTIONS = {
    "；可用 --mapping 指明": "",
    "; --mapping may name it": "",
    "，或用 --mapping 指明": "",
    ", or name it with --mapping": "",
    "；需要时加 --hidden": "；需要登记的，请先取消隐藏",
    "; --hidden reads it": "; unhide it to have it read",
    "; --hidden takes it": "; unhide it to have it taken",
    "请加 --update 再次导入": "请勾选“作为更正入账”",
    "import it again with --update to have it corrected": "tick “as a correction” below",
}
"""What the command line is told to add, and what is done here instead."""


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
        refusal=None if refusal is None else _told_here(refusal, seer),
    )


def _told_here(refusal: CommandRefused, seer: Seer) -> dict[str, str]:
    told_of = told(refusal, seer)
    return told_of | {"sentence": _here(seer, told_of["sentence"], told_of["sentence"])}


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
        return _looked(request, seer, take(seer, token, {}, dry=True), done=False)
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
    return _looked(request, seer, taken, done=not dry, update=sent.get("update") == "yes")


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


def _looked(
    request: Request, seer: Seer, taken: Taken, *, done: bool, update: bool = False
) -> Response:
    """Show what would become of the table, or became of it: every oddity by its place."""
    intake = taken.intake
    shown = {one.row.key for one in intake.refused[:_SHOWN]}
    kept = Counter(what for _, what in intake.kept)
    wrong = {one.row.key for one in intake.refused}
    good = [] if done else [row for row in taken.table.rows if row.key not in wrong]
    return page(
        request,
        "ledger_table.html",
        seer=seer,
        done=done,
        intake=intake,
        upload=taken.token,
        update=update,
        differing=any(one.rule == "row-differs" for bad in intake.refused for one in bad.problems),
        good=[_good(row) for row in good[:_GOOD_SHOWN]],
        more=max(0, len(good) - _GOOD_SHOWN),
        bad=[_bad(seer, one) for one in intake.refused[:_SHOWN]],
        mended=[
            (_name(row, field, sheet), text)
            for (sheet, row), fields in taken.mended.items()
            if (sheet, row) not in shown
            for field, text in fields.items()
        ],
        left=max(0, len(intake.refused) - _SHOWN),
        kept=[
            (seer.say(*_KEPT[what]), count, _places(intake.kept, what))
            for what, count in sorted(kept.items())
        ],
        unread=[
            (f"{one.sheet} {one.where}".strip(), one.count, _here(seer, one.chinese, one.english))
            for one in intake.unread
        ],
        offered=offered_choices(seer),
    )


def _name(row: int, field: str, sheet: str) -> str:
    return f"cell|{row}|{field}|{sheet}"


def _places(kept: Any, what: str) -> str:
    rows = [f"{row.place}{row.number}" for row, one in kept if one == what]
    return "、".join(rows[:8]) + ("……" if len(rows) > 8 else "")


def _good(row: Row) -> tuple[str, str, str, str, str]:
    """Return a row that is in order as one line: where it stands, and what it says in short."""
    said = row.cells
    where = " ".join(one for one in (said.get("street", ""), said.get("community", "")) if one)
    text = said.get("text", "")
    short = text[:_SHORT] + ("……" if len(text) > _SHORT else "")
    ledger, category = said.get("ledger_row", ""), said.get("category", "")
    return f"{row.place}{row.number}", ledger, category, where, short


def _here(seer: Seer, chinese: str, english: str) -> str:
    """Return a sentence as it is true of this page, which has no options of a command line."""
    for option, here in _OPTIONS.items():
        chinese, english = (text.replace(option, here) for text in (chinese, english))
    return seer.say(chinese, english)


def _bad(seer: Seer, bad: BadRow) -> dict[str, Any]:
    """Return a row that is not taken as its form: each field with its text and its faults."""
    wrong: dict[str, list[str]] = {}
    for one in bad.problems:
        wrong.setdefault(one.field, []).append(_here(seer, one.chinese, one.english))
    row = bad.row
    return {
        "title": f"{row.place}{row.number}",
        "whole": wrong.pop("", []),
        "fields": [
            {
                "name": _name(row.number, field.name, row.sheet),
                "label": seer.say(field.headings[0], field.name.replace("_", " ")),
                "value": text,
                "long": field.name == "text" or "\n" in text,
                "list": field.name,
                "wrong": wrong.get(field.name, []),
            }
            for field, text in fields_shown(row, wrong)
        ],
    }


def _too_large() -> CommandRefused:
    most = LIMITS.file_bytes // (1024 * 1024)
    return CommandRefused(
        "table-too-large",
        f"文件过大：最多 {most} MB；请删去图片等附件，或分批导入。",
        f"The file is too large: at most {most} MB; take pictures out, or import it in parts.",
    )
