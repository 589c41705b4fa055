"""佐证材料: a document as it was uploaded, handed out as a file to keep, never shown as a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.seeing import seer_of
from domain.sealed import Sealed
from domain.task.reading import Sight
from ledger.entry import Entry
from services.scope import task_at
from services.seeing import NothingHere
from wording.fields import EVIDENCE

router = APIRouter()
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
}


@dataclass(frozen=True)
class Evidence:
    """One document of a task: what it shows, of which kind, and when it came."""

    number: int
    label: str
    kind: str
    at: Any
    on_site: bool


def evidence_of(entries: list[Entry]) -> Iterator[Evidence]:
    """Yield what was uploaded, numbered from 1 in the order it came."""
    for number, entry in enumerate(_uploads(entries), 1):
        fact = entry.fact
        ending = _ENDINGS.get(fact["media_type"], fact["media_type"].rpartition("/")[2])
        label = EVIDENCE.get(fact["label"], (fact["label"], ""))[0]
        yield Evidence(number, label, ending, entry.recorded_at, fact["on_site"])


@router.get("/tasks/{number}/evidence/{at}/file")
def hand_out(request: Request, number: str, at: int) -> Response:
    """Hand out the document with this number to whoever may read the task's words."""
    seer = seer_of(request)
    stream, _, seen = task_at(seer, number)
    books = seer.house.books
    uploads = _uploads(books.ledger.read(stream))
    if seen < Sight.WORDS or not 1 <= at <= len(uploads):
        raise NothingHere
    fact = uploads[at - 1].fact
    document = books.vault.open(Sealed.model_validate(fact["document"]))
    if document is None:
        raise NothingHere
    ending = _ENDINGS.get(fact["media_type"], "bin")
    return Response(
        document,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{number.upper()}-{at}.{ending}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _uploads(entries: list[Entry]) -> list[Entry]:
    return [one for one in entries if one.kind == "evidence_attached.v1"]
