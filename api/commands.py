"""Commands: one operation for every command somebody may give, read strictly, decided at the desk.

The path names the case and the command, the body holds the command's own fields as people write
them, `Idempotency-Key` is the command id, `If-Match` the version the caller looked at. With
`?dry-run=true` the decider is asked and nothing recorded.
"""

import base64
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from api.callers import Caller
from api.cases import stream_of
from api.describing import problems
from api.reading_requests import json_object
from desk.gateway import Gateway
from desk.orders import CommandId, Order, Receipt, read_order
from desk.sealing import opaque_uuid
from domain.casebook import CASES
from domain.models import models_of
from domain.people import BY_LINK, Role
from domain.refusals import CommandRefused
from domain.values import CASE_CATEGORIES
from services.acting import given
from services.command_schemas import commands as schemas_of
from services.seeing import NothingHere, Seer
from services.uploads import UploadUnknown
from wording.commands import command_label

router = APIRouter()

COLLECTIONS = {name: kind.plural for name, kind in CASES.items() if kind.plural}
"""The cases that have commands for people, by their streams' first part, as paths name them."""

BY_A_SERVICE = frozenset(
    {
        "add_account_key",
        "bind_identity",
        "end_session",
        "erase_subject",
        "grant_unmasking",
        "issue_rating_link",
        "publish_figures",
        "record_audit",
        "record_erasure",
        "record_export",
        "rotate_signing_key",
        "set_password",
        "unmask_field",
        "withdraw_figures",
    }
)
"""Commands that say what a service has done beside the record; alone they would say untruth."""

WITH_A_FILE = frozenset({"attach_evidence"})
"""Commands whose document may have come in pieces before."""

ANSWERS = problems(400, 401, 404, 409, 412, 413, 415, 422, 429, 503) | {
    204: {"description": "Asked with dry-run: it would be accepted."}
}
_NOT_PEOPLE = BY_LINK | {Role.SYSTEM}

Key = Annotated[CommandId, Header(alias="Idempotency-Key")]
Match = Annotated[str | None, Header(alias="If-Match", pattern=r'^"?[0-9]{1,9}"?$')]
Dry = Annotated[bool, Query(alias="dry-run")]


def given_by_people(category: str) -> list[str]:
    """Return the commands of a kind of case that a person may give through this door."""
    kind = CASES[category]
    return [
        name
        for name in models_of(kind.commands)
        if set(kind.who_may.get(name, ())) - _NOT_PEOPLE and name not in BY_A_SERVICE
    ]


def order_from(
    seer: Seer, stream: str, kind: str, body: dict[str, Any], key: str, match: str | None
) -> Order:
    """Return the order a request holds; raise `CommandRefused`."""
    version = None if match is None else int(match.strip('"'))
    occurred = body.pop("occurred_at", None)
    return read_order(
        {
            "stream": stream,
            "command_id": key,
            "by": {"person": seer.session.person, "unit": seer.unit, "role": seer.role.value},
            "command": {**body, "kind": kind},
            "occurred_at": occurred,
            "if_version": version,
        }
    )


def answered(receipt: Receipt) -> Response:
    """Return a receipt as an answer; `ETag` is the version the case has now."""
    return JSONResponse(receipt.model_dump(mode="json"), headers={"ETag": f'"{receipt.version}"'})


Operation = Callable[..., Awaitable[Response]]


def _beginning(category: str, kind: str) -> Operation:
    """Return the operation that begins a case; its id follows from the key."""

    async def begin(
        request: Request, seer: Caller, idempotency: Key, match: Match = None, dry: Dry = False
    ) -> Response:
        def stream(body: dict[str, Any]) -> str:
            own = CASES[category].named_by(body)
            return own or f"{category}/{opaque_uuid(category, seer.session.person, idempotency)}"

        return await _give(request, seer, stream, kind, idempotency, match, dry=dry)

    return begin


def _step(category: str, kind: str) -> Operation:
    """Return the operation that takes a case a step on."""

    async def step(
        request: Request,
        seer: Caller,
        key: Annotated[str, Path(max_length=80)],
        idempotency: Key,
        match: Match = None,
        dry: Dry = False,
    ) -> Response:
        def stream(body: dict[str, Any]) -> str:
            del body
            return stream_of(seer, category, key)

        return await _give(request, seer, stream, kind, idempotency, match, dry=dry)

    return step


async def _give(
    request: Request,
    seer: Seer,
    stream: Callable[[dict[str, Any]], str],
    kind: str,
    idempotency: str,
    match: str | None,
    *,
    dry: bool,
) -> Response:
    body = await json_object(request)

    def deciding() -> Response:
        case = stream(body)
        upload = body.pop("upload", None) if kind in WITH_A_FILE else None
        if upload is not None:
            body.update(_file(seer, case, upload, body))
        order = order_from(seer, case, kind, body, idempotency, match)
        if dry:
            Gateway(seer.house.books).would_now(order, seer.door)
            return Response(status_code=204)
        receipt = given(seer, order)
        if upload is not None:
            seer.house.uploads.settle(upload)
        return answered(receipt)

    return await run_in_threadpool(deciding)


def _file(seer: Seer, case: str, upload: Any, body: dict[str, Any]) -> dict[str, str]:
    """Return the fields of a command that a file stands for which came in pieces.

    Raises `NothingHere`, and `CommandRefused` where it is not whole or there is another beside it.
    """
    if not isinstance(upload, str) or body.keys() & {"document", "media_type"}:
        raise CommandRefused(
            "command-malformed",
            "upload 代替 document 和 media_type，请只给其一。",
            "upload stands in place of document and media_type: give one or the other.",
        )
    try:
        content, media_type = seer.house.uploads.whole(seer.session, case, upload)
    except UploadUnknown:
        raise NothingHere from None
    return {"document": base64.b64encode(content).decode("ascii"), "media_type": media_type}


def _described(category: str, kind: str) -> dict[str, Any]:
    schema = dict(schemas_of(CASES[category])[kind])
    schema["properties"] = {
        name: about for name, about in schema["properties"].items() if name != "kind"
    } | {
        "occurred_at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When it happened, where that was before now.",
        }
    }
    schema["required"] = [name for name in schema.get("required", ()) if name != "kind"]
    schema["additionalProperties"] = False
    if kind in WITH_A_FILE:
        file = ["document", "media_type"]
        schema["required"] = [name for name in schema["required"] if name not in file]
        schema["properties"]["upload"] = {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{22}$",
            "description": "A file that came in pieces, in place of document and media_type.",
        }
        schema["oneOf"] = [
            {"required": file, "not": {"required": ["upload"]}},
            {"required": ["upload"], "not": {"anyOf": [{"required": [one]} for one in file]}},
        ]
    return {
        "requestBody": {
            "required": bool(schema["required"]),
            "content": {"application/json": {"schema": schema}},
        }
    }


def _add_operations() -> None:
    for category, collection in COLLECTIONS.items():
        for kind in given_by_people(category):
            begins = kind in CASES[category].begun_by
            path = f"/{collection}" if begins else f"/{collection}/{{key}}/{kind}"
            router.add_api_route(
                path,
                (_beginning if begins else _step)(category, kind),
                methods=["POST"],
                operation_id=kind if category in CASE_CATEGORIES else f"{category}_{kind}",
                summary=f"{command_label(kind)} {command_label(kind, 'en')}",
                tags=[collection],
                response_model=Receipt,
                responses=ANSWERS,
                openapi_extra=_described(category, kind),
            )


_add_operations()
