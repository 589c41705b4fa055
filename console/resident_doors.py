"""What the doors of residents have in common: how much they read, from where, and their codes."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

import segno
from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute

from console.seeing import language_of, page
from services.community_codes import TooMany

BYTES_MAX = 32_768
"""More than the longest form of a resident's, in UTF-8 and as a browser encodes it, is not read."""


class Bounded(APIRoute):
    """A route that reads no more than a resident would write."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the usual handler, behind a look at how much is sent."""
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            size = request.headers.get("content-length", "")
            if request.method == "POST" and not (size.isdigit() and int(size) <= BYTES_MAX):
                raise HTTPException(413)
            return await handle(request)

        return bounded


def source_of(request: Request) -> str:
    """Return the address a request comes from."""
    return request.client.host if request.client else "unknown"


def code_of(address: str) -> str:
    """Return the QR code of *address*, as a picture that stands in the page itself."""
    return str(segno.make(address, error="m").svg_inline(scale=6, border=2, omitsize=True))


def address_of(request: Request, secret: str) -> str:
    """Return the link with *secret* in its fragment, which no server is sent."""
    return f"{str(request.base_url).rstrip('/')}/r/#{quote(secret)}"


async def too_many(request: Request, error: Exception) -> HTMLResponse:
    """Say when somebody who asks too often is heard again."""
    assert isinstance(error, TooMany)
    chinese = language_of(request) == "zh"
    minutes = -(-error.seconds // 60)
    sentence = (
        f"这里提交得太频繁，请约 {minutes} 分钟后再试；急事请直接联系社区。"
        if chinese
        else f"Too much was sent from here; try again in about {minutes} min, or ask the community."
    )
    title = "请稍后再试" if chinese else "Please try again later"
    answer = page(request, "message.html", status=429, title=title, sentence=sentence, rule="")
    answer.headers["Retry-After"] = str(error.seconds)
    return answer
