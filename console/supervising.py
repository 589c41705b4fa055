"""督办: who is on which rung of the ladder and why, and what waits for a second key."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.seeing import page, seer_of
from domain.task.facts import SupervisionLevel
from services.seeing import Seer
from services.supervising import DECISIONS, RUNGS, SHOWN, Decision, cards, decisions, ladders
from wording.commands import command_label
from wording.labels import label

router = APIRouter()
MONTH = r"^(\d{4}-(0[1-9]|1[0-2]))?$"
TONES = {"REMINDED": "", "YELLOW": "amber", "RED": "red", "LISTED": "red", "SUMMONED": "red"}


@router.get("/supervision")
def show(
    request: Request,
    month: Annotated[str, Query(pattern=MONTH)] = "",
    unit: Annotated[str, Query(max_length=40)] = "",
    level: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the ladder by unit, its cards with their facts, and what waits for a decision."""
    seer = seer_of(request, "/supervision")
    seer.house.catch_up()
    rung = level if level in SupervisionLevel.__members__ and level != "NONE" else ""
    found = ladders(seer, month or None)
    raised = cards(seer, month or None, unit or None, rung or None)
    waiting = decisions(seer, unit or None)

    return page(
        request,
        "supervision.html",
        seer=seer,
        month=month,
        unit=unit,
        level=rung,
        rungs=[(one.value, label(one, seer.language), TONES[one.value]) for one in RUNGS],
        ladders=[one for one in found if unit in ("", one.unit)],
        units=[(one.unit, unit_name(seer, one.unit)) for one in found if one.unit],
        name=lambda code: unit_name(seer, code),
        cards=raised,
        tones=TONES,
        level_label=lambda code: label(SupervisionLevel(code), seer.language),
        shown=SHOWN,
        waiting=[
            (what, label(what, seer.language, among="ToDo"), [_row(seer, one) for one in lines])
            for what, lines in ((what, waiting[what]) for what in DECISIONS)
            if lines
        ],
    )


def unit_name(seer: Seer, code: str | None) -> str:
    """Return what a unit is called, or that there is none yet."""
    return seer.unit_name(code) if code else seer.say("尚未派单", "not dispatched")


def _row(seer: Seer, one: Decision) -> tuple[Decision, str, list[tuple[str, str]]]:
    address = f"/tasks/{one.line.title}"
    acts = [
        (f"{address}/{offer.kind}", command_label(offer.kind, seer.language))
        for offer in one.offers
    ]
    return one, unit_name(seer, one.unit), acts
