"""How long a stranger may stand in the door, and how many may.

Uvicorn bounds idle connections and nothing before them: three hundred half-sent headers would put
everybody else at 503. Here a connection has so long for its header, its body, and to take its
answer; where too many stand waiting, the one that has waited longest goes.

An answer that calls itself an event stream stays open while it keeps sending and what it sends is
taken. Streams are counted apart, so that those who listen leave the doors to those who ask.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from time import monotonic
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0
BODY_SECONDS = 20.0
ANSWER_SECONDS = 60.0
CONNECTIONS_MAX = 200
STREAM_SECONDS = 30 * 60.0
"""How long a stream lasts; whoever still listens comes again, and says how far they heard."""
TAKEN_SECONDS = 45.0
"""How long a stream may send nothing, or a listener may leave lying what was sent."""
STREAMS_MAX = 300

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]


class BoundedProtocol(H11Protocol):
    """One connection of HTTP/1.1 that cannot be held open by whoever came through it."""

    since = 0.0
    phase = ""
    _limit: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.app = self._heard(self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let the connection in; with too many inside, the one that waits longest goes."""
        super().connection_made(transport)
        self._within("header", HEADER_SECONDS)
        doors = [one for one in self._all() if one.phase != "stream"]
        if len(doors) > CONNECTIONS_MAX:
            waiting = [one for one in doors if one.phase in {"header", "body"}]
            min(waiting or doors, key=lambda one: one.since).shut()

    def data_received(self, data: bytes) -> None:
        """Take what came, and count the time from where the request stands now."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """The answer was taken; until more comes, uvicorn's own limit of idleness holds."""
        self.phase = "idle"
        self._unlimited()
        super().on_response_complete()
        if self.conn.their_state is not h11.IDLE:  # the next request had come already
            self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the time limit with the connection."""
        self._unlimited()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Stop with the server: an answer is finished, a stream would never be."""
        if self.phase == "stream":
            self.shut()
        else:
            super().shutdown()

    def shut(self) -> None:
        """Close the door on whoever stands in it; what was not read or sent is dropped."""
        self._unlimited()
        self.transport.abort()

    def _look(self) -> None:
        if self.transport.is_closing() or self.phase == "stream":
            return
        match self.conn.their_state:
            case h11.IDLE:
                # The first bytes of a header, or of the next one on a connection kept alive.
                self._within("header", HEADER_SECONDS)
            case h11.SEND_BODY:
                self._within("body", BODY_SECONDS)
            case _:
                self._within("answer", ANSWER_SECONDS)

    def _within(self, phase: str, seconds: float) -> None:
        if phase == self.phase:
            return
        self.phase, self.since = phase, monotonic()
        self._unlimited()
        self._limit = self.loop.call_later(seconds, self.shut)

    def _heard(self, app: Application) -> Application:
        """Return *app* with an ear for answers that are event streams."""

        async def answering(
            scope: Message,
            receive: Callable[[], Awaitable[Message]],
            send: Callable[[Message], Awaitable[None]],
        ) -> None:
            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start" and _is_stream(message):
                    self._stream()
                await send(message)
                # What is still in our hands was not taken, whatever else is sent after it.
                taken = not self.transport.get_write_buffer_size()
                if self.phase == "stream" and taken and not self.transport.is_closing():
                    self._stream()

            await app(scope, receive, sending)

        return answering

    def _stream(self) -> None:
        """Let the stream go on until the next time it is taken, and not for ever."""
        if self.phase != "stream":
            self.phase, self.since = "stream", monotonic()
            streams = [one for one in self._all() if one.phase == "stream"]
            if len(streams) > STREAMS_MAX:
                min(streams, key=lambda one: one.since).shut()
        self._unlimited()
        left = self.since + STREAM_SECONDS - monotonic()
        self._limit = self.loop.call_later(min(TAKEN_SECONDS, left), self.shut)

    def _all(self) -> list["BoundedProtocol"]:
        return [one for one in self.connections if isinstance(one, BoundedProtocol)]

    def _unlimited(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def _is_stream(message: Message) -> bool:
    headers = {name.lower(): value for name, value in message.get("headers", ())}
    return bytes(headers.get(b"content-type", b"")).startswith(b"text/event-stream")


def one_length(app: Application) -> Application:
    """Return *app* behind a refusal of requests that state their length twice (RFC 9112 6.1)."""

    async def answered(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        names = {name.lower() for name, _ in scope.get("headers", ())}
        if scope["type"] != "http" or not {b"content-length", b"transfer-encoding"} <= names:
            await app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        said = b"a request states its length once: Content-Length or Transfer-Encoding\n"
        await send({"type": "http.response.body", "body": said})

    return answered
