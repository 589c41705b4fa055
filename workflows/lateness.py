"""How late a clock may ring that nobody waits for: spread by the case's id, so that no herd forms.

The same case and clock come to the same instant, so that a clerk that begins again waits for the
same one; and never more than a twentieth of what is left, so that short limits stay short.
"""

from datetime import UTC, datetime, timedelta
from zlib import crc32

from domain.values import category_of
from workflows.ports import (
    LATENESS_MAX,
    NIGHT_BEGINS,
    NIGHT_LASTS,
    NOT_EXACT,
    OVERNIGHT,
    NextClock,
)


def lateness(stream: str, clock: NextClock, now: datetime) -> timedelta:
    """Return how long after its due instant *clock* of the case *stream* is rung."""
    if (category_of(stream), clock.name) in OVERNIGHT:
        spread = _night_after(clock.due) - clock.due + _share(stream, NIGHT_LASTS)
    elif clock.name in NOT_EXACT:
        spread = _share(stream, LATENESS_MAX)
    else:
        return timedelta(0)
    left = max(clock.due - now, timedelta(0))
    return min(spread, left / 20)


def _share(stream: str, whole: timedelta) -> timedelta:
    return timedelta(seconds=crc32(stream.encode()) % whole.total_seconds())


def _night_after(due: datetime) -> datetime:
    """Return the first beginning of a night at or after *due*."""
    moment = due.astimezone(UTC)
    begins = datetime.combine(moment.date(), NIGHT_BEGINS, UTC)
    return begins if begins >= moment else begins + timedelta(days=1)
