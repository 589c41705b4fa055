"""Places for answers that stay open: so many in one process, so many of one listener."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from serving.doors import STREAMS_MAX

OF_ONE_MAX = 4
AGAIN_SECONDS = 30


class NoPlace(Exception):
    """No more streams are kept open, at all (503) or for this listener (429)."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.headers = {"Retry-After": str(AGAIN_SECONDS)}
        super().__init__(f"no place for another stream: {status}")


class Streams:
    """Who listens in this process; used by its one event loop."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def place(self, whose: str) -> Iterator[None]:
        """Keep a place for a stream of *whose* for the length of the block; raise `NoPlace`."""
        if self._open[whose] >= OF_ONE_MAX:
            raise NoPlace(429)
        if self._open.total() >= STREAMS_MAX:
            raise NoPlace(503)
        self._open[whose] += 1
        try:
            yield
        finally:
            self._open[whose] -= 1
            if not self._open[whose]:
                del self._open[whose]


class StreamAnswer(StreamingResponse):
    """An answer of server-sent events that keeps its place for as long as it lasts."""

    def __init__(self, streams: Streams, whose: str, told: AsyncIterator[bytes]) -> None:
        # A proxy before us hands on what comes, when it comes.
        headers = {"X-Accel-Buffering": "no"}
        super().__init__(told, media_type="text/event-stream", headers=headers)
        self._streams, self._whose = streams, whose

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is to tell, or say that there is no place."""
        try:
            with self._streams.place(self._whose):
                await super().__call__(scope, receive, send)
        except NoPlace as full:
            sorry = PlainTextResponse(f"{full}\n", full.status, full.headers)
            await sorry(scope, receive, send)
