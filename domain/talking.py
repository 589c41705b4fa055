"""How the steps of a conversation are written down: whom a step asks, and when it may be taken.

Instants follow from the facts alone (a limit and the instant it is counted from), so that a talk
that was lost is begun again where it was, and nobody is asked before the case asks for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from domain.cases import Notice, Step

DAILY = timedelta(days=1)
REMINDERS_MAX = 60

_NO_VALUES: Mapping[str, str] = MappingProxyType({})


def asking(
    talk: str,
    name: str,
    at: datetime,
    template: str,
    to: Iterable[str],
    values: Mapping[str, str] = _NO_VALUES,
) -> Step:
    """Return the step *name* of the talk *talk* that tells each of *to*, and records nothing."""
    return Step(
        name=name,
        at=at,
        asks=tuple(
            Notice(key=f"{talk}/{name}/{one}", to=one, template=template, values=dict(values))
            for one in to
        ),
    )


def halfway(since: datetime, until: datetime) -> datetime:
    """Return the instant in the middle of *since* and *until*."""
    return since + (until - since) / 2


def daily(since: datetime, until: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield number and instant of each reminder before *until*: every day, or once at half time."""
    pause = min(DAILY, (until - since) / 2)
    for number in range(1, REMINDERS_MAX + 1):
        at = since + number * pause
        if at >= until or pause <= timedelta(0):
            return
        yield number, at
