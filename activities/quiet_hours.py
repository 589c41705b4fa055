"""Quiet hours [do not disturb]: when people are not told of what can wait until the morning."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

OFFICE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class QuietHours:
    """From *since* until *until* by the clocks of the office, over midnight where that is earlier.

    What is the same twice is never quiet.
    """

    since: time
    until: time

    def left(self, at: datetime) -> timedelta:
        """Return how long it stays quiet from *at* on; nothing where it is not."""
        here = at.astimezone(OFFICE)
        now = here.time()
        over_midnight = self.since > self.until
        quiet = (
            now >= self.since or now < self.until
            if over_midnight
            else self.since <= now < self.until
        )
        if not quiet:
            return timedelta(0)
        end = datetime.combine(here.date(), self.until, OFFICE)
        return end - here if end > here else end + timedelta(days=1) - here


def quiet_hours_of(text: str) -> QuietHours | None:
    """Return the hours *text* tells of, such as `20:00-08:00`; "" tells of none.

    Raises `ValueError`.
    """
    if not text:
        return None
    since, _, until = text.partition("-")
    return QuietHours(time.fromisoformat(since), time.fromisoformat(until))
