"""Request bodies, read strictly: JSON of one meaning, one object, of bounded size."""

from typing import Any

from fastapi import Request

from api.problems import Problem
from domain.refusals import CommandRefused
from services.submitting import read_json


async def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object a request holds, {} for no body at all.

    Raises `Problem` for another media type, `CommandRefused` for what is no JSON object.
    """
    body = await request.body()
    if not body.strip():
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem("not-json")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise CommandRefused(
            "order-malformed", "正文不是 UTF-8。", "The body is not UTF-8."
        ) from None
    found = read_json(text)
    if not isinstance(found, dict):
        raise CommandRefused(
            "order-malformed", "正文应为一个 JSON 对象。", "The body holds one JSON object."
        )
    return found
