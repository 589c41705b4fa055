"""A log that says the same thing once a minute, however often it happens."""

import logging
import sys
import threading
from time import monotonic
from typing import Any

_SECONDS = 60.0
_KNOWN_MAX = 1000


class OncePerMinute(logging.Filter):
    """Lets each warning through once a minute; the next one tells how many were left out.

    The same is what has the same event, the same kind of fault and the same fields; a traceback is
    the same as another of its exception, whatever values were in it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[Any, ...], tuple[float, int]] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether *record* is written."""
        if record.levelno < logging.WARNING:
            return True
        now, same = monotonic(), _sameness(record)
        with self._lock:
            at, left_out = self._said.get(same, (now - _SECONDS, 0))
            if now - at < _SECONDS:
                self._said[same] = (at, left_out + 1)
                return False
            if len(self._said) >= _KNOWN_MAX:
                self._said = {
                    key: told for key, told in self._said.items() if now - told[0] < _SECONDS
                }
            self._said[same] = (now, 0)
        if left_out and isinstance(record.msg, dict):
            record.msg = {**record.msg, "left_out": left_out}
        return True


_OF_THE_MOMENT = frozenset({"attempt", "run", "timestamp", "_record", "_logger", "_name"})


def _sameness(record: logging.LogRecord) -> tuple[Any, ...]:
    if not isinstance(record.msg, dict):
        fault = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
        return (record.name, record.msg, fault)
    told = record.msg
    if trace := told.get("exc_info"):
        raised = trace if isinstance(trace, BaseException) else sys.exc_info()[1]
        return (record.name, told.get("event"), type(raised))
    fields = ((name, str(value)) for name, value in told.items() if name not in _OF_THE_MOMENT)
    return (record.name, *sorted(fields))
