"""Clocks of a case: names, due instants, warnings; and the deadline a fact records.

A clock is derived from facts and rings as the command `ring_clock`. Breach is judged by the due
instant, never by when a timer fired.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import StringConstraints

from domain.values import Code, Frozen, Instant

LimitText = Annotated[str, StringConstraints(pattern=r"^\d{1,5}(wd|wh|d|h|min|s)$")]
"""A limit as people write it: 5wd working days, 4wh working hours, 7d, 24h, 30min, 90s."""

CountFrom = Literal["receipt_day", "next_day"]


class Deadline(Frozen):
    """A due instant with everything needed to compute it again.

    *counted_from* is where counting starts, *limit* how long, *count_from* the rule for the first
    day, *calendar* and *policy* the versions used; *provisional* says that the count passed the
    last published year.
    """

    due: Instant
    counted_from: Instant
    limit: LimitText
    count_from: CountFrom
    calendar: Code
    policy: Code
    provisional: bool = False


@dataclass(frozen=True)
class Clock:
    """One running clock of a case: it rings at *due*; *deadline* is the limit it watches.

    *name* is stable and unique in the case (`sign_in`, `due`, `assist/2`, `due.yellow`).
    """

    name: str
    due: Instant
    deadline: Deadline | None = None


class RingClock(Frozen):
    """Tell a case that its clock *name* was due at *due*; harmless when late, double or stale."""

    kind: Literal["ring_clock"] = "ring_clock"
    name: Annotated[str, StringConstraints(pattern=r"^[a-z_]+([./][a-z0-9_]+)*$", max_length=64)]
    due: Instant


class RecomputeDeadlines(Frozen):
    """Compute provisional deadlines again, under the calendar that is published now."""

    kind: Literal["recompute_deadlines"] = "recompute_deadlines"


def ring_id(name: str, due_text: str) -> str:
    """Return the command id of a ring: the same clock and instant give the same id."""
    return f"clock/{name}/{due_text}"
