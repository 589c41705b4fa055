"""How answers are described in the reference: problems by status, tags, headers."""

from typing import Any

from pydantic import BaseModel, Field

from api.problems import MEDIA_TYPE

_ABOUT = {
    400: "The request cannot be read.",
    401: "Nobody is signed in.",
    404: "There is nothing here for whoever asks, whether or not it exists.",
    405: "The method is not for this address.",
    409: "A rule refused it; nothing was recorded.",
    412: "The case moved on since it was looked at; nothing was recorded.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Something is not of its form; nothing was recorded.",
    429: "Too many requests; see Retry-After.",
    503: "Not now; see Retry-After. The same idempotency key may be sent again.",
}


class ProblemDetails(BaseModel):
    """RFC 9457. *type* leads to what is said of it; *rule* stands where a rule refused."""

    type: str
    title: str
    status: int
    detail: str
    rule: str | None = None
    chinese: str | None = None
    english: str | None = None
    errors: list[dict[str, str]] | None = Field(default=None)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the descriptions of the problems an operation may answer with."""
    return {
        status: {
            "description": _ABOUT[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for status in sorted({*statuses, 500})
        if status in _ABOUT
    }
