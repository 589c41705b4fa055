"""佐证材料: documents handed out as files to keep, never as pages; photographs also small."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.seeing import seer_of
from evidence.kinds import ENDINGS, SHOWN
from evidence.preparing import thumbnail
from ledger.entry import Entry
from services.attached import attached, document_at
from services.seeing import NothingHere, Seer
from wording.fields import EVIDENCE

router = APIRouter()
_ALONE = {"Content-Security-Policy": "default-src 'none'; sandbox"}


@dataclass(frozen=True)
class Evidence:
    """One document of a task: what it shows, of which kind, and when it came."""

    number: int
    label: str
    kind: str
    at: Any
    on_site: bool
    photograph: bool


def evidence_of(seer: Seer, entries: list[Entry]) -> Iterator[Evidence]:
    """Yield what was uploaded, numbered from 1 in the order it came."""
    for one in attached(entries):
        label = one.fact["label"]
        yield Evidence(
            one.number,
            seer.say(*EVIDENCE.get(label, (label, label))),
            ENDINGS.get(one.media_type, one.media_type.rpartition("/")[2]),
            one.at,
            one.fact["on_site"],
            one.media_type in SHOWN,
        )


def side_by_side(seer: Seer, found: list[Evidence]) -> list[tuple[str, list[Evidence]]]:
    """Return the photographs by what they show: before, after, and then the others."""
    usual = [seer.say(*both) for both in EVIDENCE.values()]
    labels = dict.fromkeys([*usual, *(one.label for one in found)])
    photographs = [one for one in found if one.photograph]
    groups = ((label, [one for one in photographs if one.label == label]) for label in labels)
    return [(label, group) for label, group in groups if group]


@router.get("/tasks/{number}/evidence/{at}/file")
def hand_out(request: Request, number: str, at: int) -> Response:
    """Hand out the document with this number to whoever may read the task's words."""
    one, document = document_at(seer_of(request), number, at)
    name = f'attachment; filename="{number.upper()}-{at}.{one.ending}"'
    headers = _ALONE | {"Content-Disposition": name}
    return Response(document, media_type="application/octet-stream", headers=headers)


@router.get("/tasks/{number}/evidence/{at}/thumbnail")
def show_small(request: Request, number: str, at: int) -> Response:
    """Show a photograph small, made anew, to whoever may have it whole."""
    one, document = document_at(seer_of(request), number, at)
    small = thumbnail(document) if one.media_type in SHOWN else None
    if small is None:
        raise NothingHere
    return Response(small, media_type="image/jpeg", headers=_ALONE)
