"""Files: evidence handed out and taken in pieces, and papers to print, sign and edit."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Header, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.callers import Caller
from api.cases import READING, number_of, stream_of
from api.describing import problems
from api.problems import Problem
from domain.casebook import CASES
from domain.values import instant_text
from evidence.kinds import FILE_BYTES_MAX
from services.attached import attached_to, document_at
from services.documents import Form, Handed, monthly_document, pairing_document, task_document
from services.seeing import NothingHere, Seer
from services.uploads import PIECE_BYTES_MAX, OffsetDiffers, Upload, UploadUnknown
from wording.fields import EVIDENCE

router = APIRouter()
PIECE = "application/offset+octet-stream"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ALONE = {"Content-Security-Policy": "default-src 'none'; sandbox"}
_PAPER = {
    200: {
        "description": "The document, as a file to keep.",
        "content": {
            "application/pdf": _BINARY,
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _BINARY,
        },
    }
}
_PAPERS = problems(401, 404, 409, 422, 429, 503) | _PAPER
_UPLOADING = problems(400, 401, 404, 409, 413, 415, 422, 429, 503)
_WHERE = {
    "Upload-Offset": {"schema": {"type": "integer"}, "description": "Where the next piece begins."},
    "Upload-Length": {"schema": {"type": "integer"}},
}
Key = Annotated[str, Path(max_length=80)]
Number = Annotated[int, Path(ge=1, le=10_000)]
Name = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{22}$")]
Month = Annotated[str, Path(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class EvidenceItem(BaseModel):
    """A document attached to a task: what it shows, and which kind of file it is."""

    number: int
    label: str
    media_type: str
    on_site: bool
    recorded: str
    position: int
    path: str


class EvidenceList(BaseModel):
    """The documents of a task, in the order they came."""

    items: list[EvidenceItem]


class Begun(BaseModel):
    """How long a file is that comes in pieces, and what it is said to be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    length: Annotated[int, Field(strict=True, ge=1, le=FILE_BYTES_MAX)]
    media_type: Annotated[str, Field(max_length=100)] = ""


class Standing(BaseModel):
    """A file that comes in pieces: how much of it is there; *upload* attaches it."""

    upload: str
    offset: int
    length: int


@router.get(
    "/tasks/{key}/evidence",
    tags=["tasks"],
    responses=READING,
    summary="佐证材料列表 Evidence of a task",
)
def list_evidence(seer: Caller, key: Key) -> EvidenceList:
    """Return what is attached to a task, to whoever may read its words."""
    number = number_of(seer, key)
    return EvidenceList(
        items=[
            EvidenceItem(
                number=one.number,
                label=seer.say(*EVIDENCE.get(one.fact["label"], (one.fact["label"],) * 2)),
                media_type=one.media_type,
                on_site=one.fact["on_site"],
                recorded=instant_text(one.at),
                position=one.position,
                path=f"/api/v1/tasks/{number}/evidence/{one.number}",
            )
            for one in attached_to(seer, number)
        ]
    )


@router.get(
    "/tasks/{key}/evidence/{number}",
    tags=["tasks"],
    response_class=Response,
    responses=READING
    | {200: {"description": "The file.", "content": {"application/octet-stream": _BINARY}}},
    summary="下载佐证材料 Download evidence",
)
def download_evidence(seer: Caller, key: Key, number: Number) -> Response:
    """Return one document of a task, as a file to keep."""
    task = number_of(seer, key)
    one, document = document_at(seer, task, number)
    name = f'attachment; filename="{task}-{number}.{one.ending}"'
    headers = _ALONE | {"Content-Disposition": name}
    return Response(document, media_type="application/octet-stream", headers=headers)


@router.post(
    "/tasks/{key}/uploads",
    tags=["tasks"],
    status_code=201,
    responses=_UPLOADING | {201: {"description": "Begun.", "headers": _WHERE}},
    summary="开始分片上传 Begin an upload in pieces",
)
def begin_upload(seer: Caller, key: Key, body: Begun, answer: Response) -> Standing:
    """Begin a file that comes in pieces; `Location` is where they go.

    Once it is whole, `attach_evidence` takes its *upload* in place of *document*. It is this
    session's alone, and gone after a day.
    """
    stream = _attaching(seer, key)
    upload = seer.house.uploads.begin(seer.session, stream, body.length, body.media_type)
    answer.headers["Location"] = f"/api/v1/tasks/{number_of(seer, key)}/uploads/{upload.name}"
    return _standing(upload, answer)


@router.get(
    "/tasks/{key}/uploads/{name}",
    tags=["tasks"],
    responses=READING | {200: {"description": "How much is there.", "headers": _WHERE}},
    summary="查询上传进度 How much has arrived",
)
def show_upload(seer: Caller, key: Key, name: Name, answer: Response) -> Standing:
    """Return how much of a file is there: where to go on after it was cut off."""
    return _standing(_under_way(seer, _attaching(seer, key), name), answer)


@router.patch(
    "/tasks/{key}/uploads/{name}",
    tags=["tasks"],
    responses=_UPLOADING | {200: {"description": "Taken.", "headers": _WHERE}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {PIECE: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    summary="上传一片 Append a piece",
)
async def append_piece(
    request: Request,
    seer: Caller,
    key: Key,
    name: Name,
    at: Annotated[int, Header(alias="Upload-Offset", ge=0, le=FILE_BYTES_MAX)],
    answer: Response,
) -> Standing:
    """Append the piece that begins at `Upload-Offset`, at most 1 MiB.

    Where the next piece begins elsewhere, 409 says where.
    """
    piece = await request.body()

    def appended() -> Standing:
        stream = _attaching(seer, key)
        upload = _under_way(seer, stream, name)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != PIECE:
            raise Problem("not-a-piece")
        if len(piece) > PIECE_BYTES_MAX:
            raise Problem("piece-too-large")
        try:
            upload = seer.house.uploads.append(seer.session, stream, name, at, piece)
        except OffsetDiffers as differs:
            raise Problem("offset-differs", offset=differs.offset) from None
        return _standing(upload, answer)

    return await run_in_threadpool(appended)


def _attaching(seer: Seer, key: str) -> str:
    """Return the task's stream, for whoever may attach evidence in their role; `NothingHere`."""
    if seer.role not in CASES["task"].who_may["attach_evidence"]:
        raise NothingHere
    return stream_of(seer, "task", key)


def _under_way(seer: Seer, stream: str, name: str) -> Upload:
    try:
        return seer.house.uploads.under_way(seer.session, stream, name)
    except UploadUnknown:
        raise NothingHere from None


def _standing(upload: Upload, answer: Response) -> Standing:
    answer.headers["Upload-Offset"] = str(upload.offset)
    answer.headers["Upload-Length"] = str(upload.length)
    return Standing(upload=upload.name, offset=upload.offset, length=upload.length)


@router.get(
    "/tasks/{key}/documents/{kind}.{form}",
    tags=["tasks"],
    response_class=Response,
    responses=_PAPERS,
    summary="任务文书 A paper about a task",
)
def task_paper(
    request: Request,
    seer: Caller,
    key: Key,
    kind: Literal["order", "completion", "supervision"],
    form: Form,
) -> Response:
    """Return a paper about a task: the order to its unit, what was done, what was supervised."""
    return _file(task_document(seer, number_of(seer, key), kind, form, _site(request)))


@router.get(
    "/pairings/{key}/documents/agreement.{form}",
    tags=["pairings"],
    response_class=Response,
    responses=_PAPERS,
    summary="结对协议文书 The agreement as a paper",
)
def pairing_paper(request: Request, seer: Caller, key: Key, form: Form) -> Response:
    """Return the agreement of a pairing."""
    return _file(pairing_document(seer, key, form, _site(request)))


@router.get(
    "/figures/{month}.{form}",
    tags=["boards"],
    response_class=Response,
    responses=_PAPERS,
    summary="月报 The report of a month",
)
def monthly_paper(request: Request, seer: Caller, month: Month, form: Form) -> Response:
    """Return the report of a month that has begun, of what is the caller's to see."""
    return _file(monthly_document(seer, month, form, _site(request)))


def _site(request: Request) -> str:
    """Return where people open the console: this server, without the API's own prefix."""
    return f"{request.url.scheme}://{request.url.netloc}"


def _file(handed: Handed) -> Response:
    names = f"filename=\"{handed.plain_name}\"; filename*=UTF-8''{quote(handed.name)}"
    headers = _ALONE | {"Content-Disposition": f"attachment; {names}"}
    return Response(handed.content, media_type=handed.media_type, headers=headers)
