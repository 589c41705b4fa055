"""Which clerks have something to do, and how urgent it is: kept in memory, derived from the log.

A clerk waits for one clock and holds certain conversations. It is woken when somebody is to be
told, when an errand follows, when a conversation begins, ends or has a step more, when the case is
over, and when a clock appears that rings *earlier* than the one it waits for. A clock that moved
away is left alone: the clerk finds out when it rings, which costs less than a wake-up a fact.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.desk import Desk
from domain.cases import CaseKind
from domain.clocks import Clock
from domain.envelope import Happened
from workflows.ports import LATENESS_MAX, NOT_EXACT


@dataclass
class Waiting:
    """What a clerk waits for, as of its newest wake-up, and when its case's next clock rings.

    *late* is the instant after which the clerk should have rung it.
    """

    armed: datetime | None = None
    talks: dict[str, frozenset[str]] = field(default_factory=dict)
    due: datetime | None = None
    late: datetime | None = None


class Owing:
    """Remembers what each clerk waits for; what it does not know of is woken to be safe."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.waiting: dict[str, Waiting] = {}
        """Every open case that was looked at."""

    def owes(self, stream: str, since: int) -> bool:
        """Say whether the clerk of *stream* has something to do for its facts from version *since*.

        Whoever asks wakes it; from then on it is taken to know what stands now.
        """
        case, rules, fresh = self.desk.follow(stream, since - 1)
        kind = case.kind
        known = Waiting() if since == 1 else self.waiting.get(stream)
        over = kind.is_over(case.state)
        due, late = (None, None) if over else _next(kind.clocks(case.state, rules))
        talks = {} if over else _talks(kind, stream, case.state)
        owed = (
            known is None
            or over
            or _earlier(due, known.armed, self.desk.ledger.clock())
            or talks.keys() != known.talks.keys()
            or any(steps - known.talks[key] for key, steps in talks.items())
            or _follows(kind, stream, fresh)
        )
        if over:
            self.waiting.pop(stream, None)
        elif owed or known is None:
            self.waiting[stream] = Waiting(armed=due, talks=talks, due=due, late=late)
        else:
            known.due, known.late = due, late
        return owed

    def survey(self, stream: str) -> bool:
        """Take *stream* as its clerk should know it already; say whether the case is open."""
        if stream in self.waiting:
            return True
        case, rules = self.desk.case(stream)
        kind = case.kind
        if not case.version or kind.is_over(case.state):
            return False
        due, late = _next(kind.clocks(case.state, rules))
        self.waiting[stream] = Waiting(due, _talks(kind, stream, case.state), due, late)
        return True


def _next(clocks: Collection[Clock]) -> tuple[datetime | None, datetime | None]:
    """Return when the next clock is due, and when the first is late that should have rung."""
    due = min((clock.due for clock in clocks), default=None)
    late = min(
        (clock.due + LATENESS_MAX if clock.name in NOT_EXACT else clock.due for clock in clocks),
        default=None,
    )
    return due, late


def _talks(kind: CaseKind, stream: str, state: Any) -> dict[str, frozenset[str]]:
    return {
        talk.key: frozenset(step.name for step in talk.steps) for talk in kind.talks(stream, state)
    }


def _earlier(due: datetime | None, armed: datetime | None, now: datetime) -> bool:
    """A clock that has rung was armed anew for what stood then, which is not known here."""
    if due is None:
        return False
    return armed is None or armed <= now or due < armed


def _follows(kind: CaseKind, stream: str, fresh: list[tuple[Happened[Any], Any]]) -> bool:
    return any(
        kind.notices(stream, state, fact) or kind.errands(stream, state, fact)
        for fact, state in fresh
    )
