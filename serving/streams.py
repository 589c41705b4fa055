"""Places for answers that stay open: so many in one process, so many of one listener."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

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
