"""Figure statements as facts know them: the month, the numbered statement, the figures it states.

A city numbers its statements from 1 without a gap, also those that withdraw another one; what was
stated stays on record, whatever replaces it. City and province judge by the same few rules.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, Protocol, TypeVar

from pydantic import Field
from pydantic import StringConstraints as Text

from domain.values import Code, Frozen, Instant

CHINA = timezone(timedelta(hours=8), "UTC+8")

Month = Annotated[str, Text(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""A month as clocks in China show it: `2026-10`."""

StatementNumber = Annotated[int, Field(ge=1, le=999_999)]
"""The number of a statement among those of its log, from 1."""

Counted = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""How many were counted."""

StatementText = Annotated[str, Text(min_length=1, max_length=50_000)]
"""The text of a statement, or a whole note with its signatures, as it stands in a file."""


class StatedFigure(Frozen):
    """One rate of a month: above the line, below it, left out, and what the city means by it."""

    code: Code
    numerator: Counted
    denominator: Counted
    excluded: Counted
    meaning: Annotated[str, Text(min_length=1, max_length=1000)]


class Standing(Protocol):
    """What the rules need of a statement that was made."""

    @property
    def number(self) -> int:
        """Its number."""
        ...

    @property
    def month(self) -> str:
        """The month it speaks of."""
        ...

    @property
    def replaces(self) -> int | None:
        """The statement it replaces."""
        ...

    @property
    def withdraws(self) -> int | None:
        """The statement it withdraws."""
        ...


StandingT = TypeVar("StandingT", bound=Standing)


def in_force(made: Iterable[StandingT], month: str) -> StandingT | None:
    """Return the statement of *month* that stands: neither replaced nor withdrawn; or None."""
    found: StandingT | None = None
    for one in made:
        if one.month == month:
            found = None if one.withdraws is not None else one
    return found


def month_is_over(month: str, at: Instant) -> bool:
    """Say whether *month* has ended in China at *at*."""
    return month < at.astimezone(CHINA).strftime("%Y-%m")


def end_of(month: str) -> Instant:
    """Return the last instant of *month* in China, to the microsecond."""
    return _next_month(month, 1) - timedelta(microseconds=1)


def due_of(month: str, day: int) -> Instant:
    """Return the instant by which the statement of *month* is due: the end of *day* next month."""
    return _next_month(month, day) + timedelta(days=1)


def _next_month(month: str, day: int) -> Instant:
    year, number = int(month[:4]), int(month[5:])
    year, number = (year + 1, 1) if number == 12 else (year, number + 1)
    return datetime(year, number, day, tzinfo=CHINA).astimezone(UTC)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a statement's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
