"""Commands: one operation for every command somebody may give, read strictly, decided at the desk.

The path names the case and the command, the body holds the command's own fields as people write
them, `Idempotency-Key` is the command id, `If-Match` the version the caller looked at. With
`?dry-run=true` the decider is asked and nothing recorded.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from api.callers import Caller
from api.cases import stream_of
from api.describing import problems
from api.problems import Problem
from api.reading_requests import json_object
from desk.gateway import Gateway
from desk.orders import Order, Receipt, read_order
from desk.sealing import opaque_uuid
from domain.casebook import CASES
from domain.models import models_of
from domain.people import Role
from services.acting import given
from services.command_schemas import commands as schemas_of
from services.seeing import Seer
from wording.commands import COMMAND_LABELS

router = APIRouter()

COLLECTIONS = {
    "task": "tasks",
    "pairing": "pairings",
    "unit": "units",
    "person": "people",
    "policy": "policies",
    "calendar": "calendars",
    "unmasking": "unmaskings",
    "log": "log",
}
"""The cases that have commands for people, by their streams' first part, as paths name them."""

BY_A_SERVICE = frozenset(
    {
        "add_account_key",
        "erase_subject",
        "grant_unmasking",
        "issue_rating_link",
        "record_audit",
        "record_erasure",
        "record_export",
        "rotate_signing_key",
        "set_password",
        "unmask_field",
    }
)
"""Commands that say what a service has done beside the record; alone they would say untruth."""

BEGINNINGS = {"register_task": "tasks", "draft_pairing": "pairings"}
"""Commands that begin a case: its id follows from caller and key, so that a retry finds it."""

_NOT_PEOPLE = {Role.SYSTEM, Role.RESIDENT}
_ETAG = re.compile(r'^"(\d{1,9})"$')

Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=r"^[!-~]{1,160}$")]
Match = Annotated[str | None, Header(alias="If-Match", max_length=200)]
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
    seer: Seer, stream: str, kind: str, body: dict[str, Any], key: str | None, match: str | None
) -> Order:
    """Return the order a request holds; raise `Problem` and `CommandRefused`."""
    if key is None:
        raise Problem("key-missing")
    version = None
    if match is not None and match != "*":
        found = _ETAG.fullmatch(match.removeprefix("W/"))
        if found is None:
            raise Problem("version-unclear")
        version = int(found[1])
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


def _operation(category: str, kind: str) -> Callable[..., Awaitable[Response]]:
    begins = kind in BEGINNINGS

    async def give(
        request: Request,
        seer: Caller,
        key: Annotated[str, "path"] = "",
        idempotency: Key = None,
        match: Match = None,
        dry: Dry = False,
    ) -> Response:
        body = await json_object(request)

        def deciding() -> Response:
            if idempotency is None:
                raise Problem("key-missing")
            if begins:
                own = opaque_uuid(category, seer.session.person, idempotency)
                stream = f"{category}/{own}"
            else:
                stream = stream_of(seer, category, key)
            order = order_from(seer, stream, kind, body, idempotency, match)
            if dry:
                Gateway(seer.house.books).would_now(order, seer.door)
                return JSONResponse({"would": True})
            return answered(given(seer, order))

        return await run_in_threadpool(deciding)

    give.__name__ = kind
    give.__doc__ = COMMAND_LABELS[kind]
    return give


def _described(category: str, kind: str) -> dict[str, Any]:
    schema = dict(schemas_of(CASES[category])[kind])
    schema["properties"] = {
        name: about for name, about in schema["properties"].items() if name != "kind"
    } | {
        "occurred_at": {
            "type": "string",
            "format": "date-time",
            "description": "When it happened, where that was before now.",
        }
    }
    schema["required"] = [name for name in schema.get("required", ()) if name != "kind"]
    schema["additionalProperties"] = False
    return {
        "requestBody": {
            "required": bool(schema["required"]),
            "content": {"application/json": {"schema": schema}},
        }
    }


def _add_operations() -> None:
    for category, collection in COLLECTIONS.items():
        for kind in given_by_people(category):
            begins = kind in BEGINNINGS
            path = f"/{collection}" if begins else f"/{collection}/{{key}}/{kind}"
            router.add_api_route(
                path,
                _operation(category, kind),
                methods=["POST"],
                operation_id=kind if category in {"task", "pairing"} else f"{category}_{kind}",
                summary=COMMAND_LABELS[kind],
                tags=[collection],
                response_model=Receipt,
                responses=problems(400, 401, 404, 409, 412, 413, 415, 422, 429, 503),
                openapi_extra=_described(category, kind),
            )


_add_operations()
