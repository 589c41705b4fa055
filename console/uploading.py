"""Files in pieces: a photograph goes on where it was cut off, as telephones in stairwells need it.

A body of a request must arrive within seconds (`serving.doors`), which a whole photograph does not
on a weak line; a piece does. The dialogue is the core of tus: begin, ask for the offset, append.
"""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from console.acting import Case
from console.seeing import ours, seer_of
from domain.refusals import CommandRefused
from services.seeing import Seer, told
from services.uploads import PIECE_BYTES_MAX, OffsetDiffers, Upload

router = APIRouter()
_PIECE = "application/offset+octet-stream"


@router.post("/tasks/{number}/uploads")
async def begin(request: Request, number: str) -> Response:
    """Begin an upload for this task; says where its pieces go."""
    sent = await request.form(max_files=0, max_fields=4)
    length = str(sent.get("length", ""))
    length_bytes = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else -1

    def begun() -> Response:
        seer = seer_of(request)
        ours(request, str(sent.get("form", "")), seer.session.form)
        stream = _stream(seer, number)
        kind = str(sent.get("media_type", ""))
        try:
            upload = seer.house.uploads.begin(seer.session, stream, length_bytes, kind)
        except CommandRefused as refusal:
            return _refused(refusal, seer)
        where = f"/tasks/{number.upper()}/uploads/{upload.name}"
        return _standing(upload, 201, Location=where)

    return await asyncio.to_thread(begun)


@router.api_route("/tasks/{number}/uploads/{name}", methods=["GET", "HEAD"])
def ask(request: Request, number: str, name: str) -> Response:
    """Say how much of an upload is there."""
    seer = seer_of(request)
    return _standing(seer.house.uploads.under_way(seer.session, _stream(seer, number), name), 200)


@router.patch("/tasks/{number}/uploads/{name}")
async def append(request: Request, number: str, name: str) -> Response:
    """Take the piece that begins at `Upload-Offset`."""
    piece = await _body(request)
    at = request.headers.get("upload-offset", "")

    def appended() -> Response:
        seer = seer_of(request)
        ours(request, request.headers.get("form-token"), seer.session.form)
        stream = _stream(seer, number)
        upload = seer.house.uploads.under_way(seer.session, stream, name)
        if request.headers.get("content-type") != _PIECE:
            return PlainTextResponse("", 415)
        if piece is None:
            return PlainTextResponse("", 413)
        if not (at.isascii() and at.isdigit() and len(at) < 16):
            return _standing(upload, 409)
        try:
            upload = seer.house.uploads.append(seer.session, stream, name, int(at), piece)
        except OffsetDiffers:
            return _standing(upload, 409)
        except CommandRefused as refusal:
            return _refused(refusal, seer)
        return _standing(upload, 204)

    return await asyncio.to_thread(appended)


async def _body(request: Request) -> bytes | None:
    """Return the piece, None for one that is too large, of which no more is read."""
    piece = bytearray()
    async for some in request.stream():
        piece += some
        if len(piece) > PIECE_BYTES_MAX:
            return None
    return bytes(piece)


def _stream(seer: Seer, number: str) -> str:
    """Return the task's stream, for whoever may attach evidence in their role; `NothingHere`."""
    case = Case(seer, "tasks", number)
    case.model("attach_evidence")
    return case.stream


def _standing(upload: Upload, status: int, **more: str) -> Response:
    about = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.length)}
    return Response(status_code=status, headers=about | more)


def _refused(refusal: CommandRefused, seer: Seer) -> Response:
    return PlainTextResponse(told(refusal, seer)["sentence"], 422)
