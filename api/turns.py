"""Turns: how many requests are worked on at once, who waits, and who is told to come again.

A request that would wait long is better refused at once (load shedding): its caller knows, and
those who wait are served in time. The waiting room is shared by units and served by turns, so that
one that floods it takes only its own turn.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import told

AT_ONCE = 6
WAITING = 24
BODY_BYTES_MAX = 16 * 1024 * 1024
"""Room for a document of 10 MiB in base64."""

_RETRY_SECONDS = 1.0
Message = MutableMapping[str, Any]


class Shed(Exception):
    """There is no room; *flooding* where it is this caller's own requests that fill it."""

    def __init__(self, *, flooding: bool) -> None:
        self.flooding = flooding
        super().__init__()


class Room:
    """The requests worked on, and those that wait, by who sent them."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._at_once, self._room = at_once, waiting
        self._working = 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    async def enter(self, who: str) -> None:
        """Wait for a turn; raise `Shed` where there is no room to wait."""
        if self._working < self._at_once and not self._waiting:
            self._working += 1
            return
        if sum(map(len, self._waiting.values())) >= self._room:
            self._make_room_for(who)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(who, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()
            else:
                self._forget(who, turn)
            raise

    def leave(self) -> None:
        """Let the next in: of the sender whose turn it is, the one that came first."""
        self._working -= 1
        while self._waiting and self._working < self._at_once:
            who, turns = self._waiting.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._waiting[who] = turns  # to the end: the others come first
            if not turn.done():
                self._working += 1
                turn.set_result(None)

    def _make_room_for(self, who: str) -> None:
        """Turn away the newest of whoever has most waiting, unless that is *who* themselves."""
        most = max(self._waiting, key=lambda one: len(self._waiting[one]))
        mine = len(self._waiting.get(who, ()))
        if most == who or len(self._waiting[most]) <= mine + 1:
            raise Shed(flooding=most == who and len(self._waiting) > 1)
        turn = self._waiting[most].pop()
        if not turn.done():
            turn.set_exception(Shed(flooding=True))

    def _forget(self, who: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(who)
        if turns is not None and turn in turns:
            turns.remove(turn)
            if not turns:
                del self._waiting[who]


class InTurn:
    """The API behind its waiting room; bodies are read before, so that a slow one holds nobody up.

    Requests that only wait (*patient*: a long poll, a stream) take no turn.
    """

    def __init__(
        self,
        app: ASGIApp,
        unit_of: Callable[[str], str | None],
        room: Room,
        patient: tuple[str, ...],
    ) -> None:
        self._app, self._unit_of, self._room = app, unit_of, room
        self._patient = patient

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in its turn, or say at once that there is no room."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        body = await _body(receive)
        if body is None:
            await told(request, "too-large")(scope, receive, send)
            return
        again = _again(body, receive)
        if request.url.path.endswith(self._patient):
            await self._app(scope, again, send)
            return
        try:
            await self._room.enter(self._sender(request))
        except Shed as shed:
            kind = "too-many" if shed.flooding else "too-busy"
            answer = told(request, kind, retry_after=_RETRY_SECONDS)
            await answer(scope, again, send)
            return
        try:
            await self._app(scope, again, send)
        finally:
            self._room.leave()

    def _sender(self, request: Request) -> str:
        """Return whose turn a request takes: the unit's, or of a stranger the address's."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        unit = self._unit_of(token) if token else None
        return unit or f"from {request.client.host if request.client else 'unknown'}"


async def _body(receive: Receive) -> bytes | None:
    """Return the whole body; None for one that is too large."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > BODY_BYTES_MAX:
            return None
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Return a way to receive *body* once more, then whatever else comes."""
    told_already = False

    async def receiving() -> Message:
        nonlocal told_already
        if told_already:
            return await receive()
        told_already = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
