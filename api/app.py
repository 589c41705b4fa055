"""The API as one application under `/api/v1`: its operations, its problems, its waiting room."""

import time
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.types import ASGIApp

from accounts.throttle import Throttle
from api import (
    board_cases,
    boards,
    cases,
    commands,
    feed,
    files,
    open311,
    reference,
    sessions,
    tables,
    webhooks,
)
from api.callers import REQUESTS_A_MINUTE
from api.problems import tell_problems
from api.turns import InTurn, Room
from services.seeing import House
from serving.streams import Streams

PREFIX = "/api/v1"
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_api(house: House, requests_a_minute: int = REQUESTS_A_MINUTE) -> ASGIApp:
    """Return the API of *house*, to be mounted at `PREFIX`; a session asks only so often."""
    app = FastAPI(
        title="jiedui 结对帮扶",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": PREFIX}],
        redirect_slashes=False,
    )
    app.state.house = house
    app.state.streams = Streams()
    app.state.limit = Throttle(tries=requests_a_minute)
    for part in (
        sessions,
        boards,
        feed,
        open311,
        webhooks,
        reference,
        cases,
        board_cases,
        files,
        tables,
        commands,
    ):
        app.include_router(part.router)

    @app.middleware("http")
    async def careful(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    tell_problems(app)
    reference.describe(app)
    return InTurn(app, _Units(house).of, Room(), patient=("/facts", "/facts/stream"))


class _Units:
    """Whose requests a token's are, for the waiting room: remembered for some seconds."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: OrderedDict[str, tuple[float, str | None]] = OrderedDict()

    def of(self, token: str) -> str | None:
        """Return the unit that *token* speaks for, None for nobody's."""
        now = time.monotonic()
        known = self._known.get(token)
        if known is None or now - known[0] > 10.0:
            session = self._house.doorkeeper.session_of(token, datetime.now(UTC))
            known = (now, None if session is None else session.unit)
            self._known[token] = known
            while len(self._known) > 10_000:
                self._known.popitem(last=False)
        return known[1]
