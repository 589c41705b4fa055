"""When a delivery that failed is tried again: soon, then ever later, for about three days.

The pauses are those Standard Webhooks recommends; each is spread by up to a tenth, by the
delivery's own id, so that many that failed together do not come back together.
"""

import hashlib
from datetime import timedelta

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
SILENCE_MAX = timedelta(days=3)
"""After so long without any answer of yes a subscription ends."""

_HELD_FIRST = timedelta(seconds=2)
_HELD_LONGEST = timedelta(hours=1)


def pause(identity: str, tried: int) -> timedelta | None:
    """Return how long to wait after *tried* attempts; None: it is given up."""
    if tried > len(PAUSES):
        return None
    return _spread(PAUSES[tried - 1], f"{identity}/{tried}")


def held(subscription: str, failures: int) -> timedelta:
    """Return how long a receiver is left alone after so many failures in a row."""
    doubled = _HELD_FIRST * (1 << min(failures - 1, 20))
    return _spread(min(doubled, _HELD_LONGEST), f"{subscription}/{failures}")


def _spread(length: timedelta, drawn_by: str) -> timedelta:
    drawn = int.from_bytes(hashlib.sha256(drawn_by.encode()).digest()[:4], "big") / 2**32
    return length * (0.9 + 0.2 * drawn)
