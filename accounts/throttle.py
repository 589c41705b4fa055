"""So many in a while, counted in the memory of one process: with two, it is twice as many."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

TRIES, WITHIN_SECONDS = 10, 60.0
_KEPT = 20_000


class Throttle:
    """Counts tries by key within a sliding time; the oldest keys are forgotten first."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        *,
        tries: int = TRIES,
        within_seconds: float = WITHIN_SECONDS,
    ) -> None:
        self._now, self._lock = now, threading.Lock()
        self._tries, self._within = tries, within_seconds
        self._tried: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_for(self, key: str) -> float:
        """Count a try under *key* and return 0, or the seconds until the next one is heard."""
        return self._asked(key, count=True)

    def left(self, key: str) -> float:
        """Return the seconds until the next try under *key* is heard, and count none."""
        return self._asked(key, count=False)

    def _asked(self, key: str, *, count: bool) -> float:
        now = self._now()
        with self._lock:
            tried = self._tried.pop(key, deque())
            while tried and now - tried[0] >= self._within:
                tried.popleft()
            left = self._within - (now - tried[0]) if len(tried) >= self._tries else 0.0
            if count and not left:
                tried.append(now)
            self._tried[key] = tried
            while len(self._tried) > _KEPT:
                self._tried.popitem(last=False)
        return left
