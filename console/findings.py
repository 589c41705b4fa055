"""体检问题: the problem ledger's figures, a finding's own page, the check-up's table taken in."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from console.cases import PANELS, address_of
from console.seeing import ours, page, seer_of
from domain.finding.figures import FIGURES, Parts
from domain.refusals import CommandRefused
from services.case_lists import PLURALS, CaseAt
from services.intake import Intake, Taking
from services.problem_ledger import indicators, ledger_at
from services.seeing import NothingHere, Seer, told
from services.table_upload import LIMITS, may_import, take_upload
from wording.labels import label

router = APIRouter()
_ROOM = 64 * 1024
_SHOWN = 200


@router.get("/findings/figures")
def show_figures(request: Request, place: str = "") -> Response:
    """Show what the problem ledger comes to, by indicator and by place."""
    seer = seer_of(request, "/findings")
    if place and not place.isdigit():
        raise NothingHere
    found = ledger_at(seer, place)
    catalogue = indicators(seer)
    return page(
        request,
        "findings_figures.html",
        seer=seer,
        place=place,
        place_name=seer.place_name(place) if place else "",
        figures=[
            (seer.say(*FIGURES[name]), _share(name, parts), parts)
            for name, parts in found.figures.items()
        ],
        by_indicator=[
            (
                seer.say(known.label.zh, known.label.en) if known else code,
                seer.category_name(known.category) if known else "",
                parts,
                _share("open", parts),
            )
            for code, parts in found.by_indicator.items()
            for known in (catalogue.get(code),)
        ],
        by_place=[
            (code, seer.place_name(code), parts, _share("open", parts))
            for code, parts in found.by_place.items()
        ],
    )


def _share(name: str, parts: Parts) -> str:
    """Return a figure as a percentage, or as a mean where it is one; nothing of nothing."""
    if parts.denominator == 0:
        return "—"
    scale = 10 if name == "age" else 1000
    tenths = parts.numerator * scale // parts.denominator
    return f"{tenths // 10}.{tenths % 10}{'' if name == 'age' else ' %'}"


# -- the check-up's table --------------------------------------------------------------------------


@router.get("/findings/import")
def show_import(request: Request) -> Response:
    """Show where a check-up's table is handed in."""
    return _front(request, seer_of(request, "/findings"))


def _front(
    request: Request,
    seer: Seer,
    refusal: CommandRefused | None = None,
    intake: Intake | None = None,
) -> Response:
    if not may_import(seer, "finding"):
        raise NothingHere
    bad = [] if intake is None else intake.refused
    return page(
        request,
        "findings_import.html",
        status=200 if refusal is None else 422,
        seer=seer,
        rows_most=LIMITS.rows,
        refusal=None if refusal is None else told(refusal, seer),
        intake=intake,
        bad=[
            (problem.cell, seer.say(problem.chinese, problem.english))
            for one in bad[:_SHOWN]
            for problem in one.problems
        ],
        unread=[]
        if intake is None
        else [
            (one.where or one.sheet, seer.say(one.chinese, one.english)) for one in intake.unread
        ],
    )


@router.post("/findings/import")
async def take(request: Request) -> Response:
    """Try the table that is handed in, or take it."""
    seer = seer_of(request, "/findings")
    size = request.headers.get("content-length", "")
    if not size.isdigit() or int(size) > LIMITS.file_bytes + _ROOM:
        return _front(request, seer, _too_large())
    sent = await request.form(max_files=1, max_fields=8)
    ours(request, str(sent.get("form", "")), seer.session.form)
    file = sent.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    return await asyncio.to_thread(_taken, request, seer, content, sent.get("act") != "take")


def _taken(request: Request, seer: Seer, content: bytes, dry: bool) -> Response:
    try:
        intake, _ = take_upload(seer, "finding", content, Taking(dry=dry))
        return _front(request, seer, intake=intake)
    except CommandRefused as refusal:
        return _front(request, seer, refusal)


def _too_large() -> CommandRefused:
    return CommandRefused(
        "table-too-large",
        "文件过大，请分批导入或由管理员用命令行导入。",
        "The file is too large; hand it in in parts, or by the command line.",
    )


# -- the page of one finding -----------------------------------------------------------------------


def panel(seer: Seer, found: CaseAt) -> dict[str, Any]:
    """Return what the page of a finding shows beside what every case shows."""
    details = found.line.details
    board = seer.house.boards.cases
    linked = []
    for one in details["linked"]:
        line = board.get(one["case"])
        category, _, key = one["case"].partition("/")
        known = line is not None and line.category in PLURALS
        linked.append(
            {
                "title": seer.names.case(one["case"], seer.language),
                "address": address_of(line) if line and known else f"/{category}s/{key}",
                "standing": label(one["standing"], seer.language, among="LinkStanding"),
            }
        )
    comparison = label(details["comparison"], seer.language, among="Comparison")
    unit = seer.say(details["unit"]["zh"], details["unit"]["en"])
    return {
        "label": seer.say(details["label"]["zh"], details["label"]["en"]),
        "level": label(details["level"], seer.language, among="FindingLevel"),
        "source": label(details["source"], seer.language, among="FindingSource"),
        "value": f"{details['value']} {unit}",
        "first": f"{details['first_value']} {unit}",
        "target": f"{comparison} {details['target']} {unit}",
        "row": details["row"],
        "measured_at": details["measured_at"],
        "lead": seer.unit_name(details["lead"]) if details["lead"] else "",
        "target_date": details["target_date"],
        "measures": details["measures"],
        "round": details["round"],
        "linked": linked,
        "struck_off_at": details["struck_off_at"],
        "master_title": details["master"] and seer.names.case(details["master"], seer.language),
        "master": None
        if details["master"] is None
        else f"/findings/{details['master'].partition('/')[2]}",
    }


PANELS["finding"] = panel
