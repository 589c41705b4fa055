"""One thing that somebody who looks after an installation finds, in both languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from wording.labels import Both

_NOTHING: Both = ("", "")

_CLOCKS_APART_MAX = timedelta(minutes=2)
"""How far clocks of different machines may be apart before somebody should look."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: well, worth a look, or wrong, with what to do; Chinese, English."""

    what: Both
    level: str
    found: Both
    remedy: Both = _NOTHING


def apart(whose: str, by: timedelta) -> Iterator[Finding]:
    """Yield a finding where the clock of *whose* is *by* too much from the ledger's."""
    if abs(by) > _CLOCKS_APART_MAX:
        seconds = f"{abs(by).total_seconds():.0f}"
        yield Finding(
            ("时钟", "clocks"),
            "wrong",
            (
                f"账本与 {whose} 的时钟相差 {seconds} 秒",
                f"the clocks of ledger and {whose} are {seconds} s apart",
            ),
            ("校准各主机的时钟。", "Set the clocks right."),
        )
