"""What an export holds: which cases, and which stretch of the log.

Both ends of the stretch are moments of recording, since only that order is proven; a case is
always folded from its first fact, so that its state is right at the first fact exported.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from operator import attrgetter
from typing import Any

from audit.reading import Reader
from audit.replay.standing_then import CaseThen, followed
from domain.casebook import CASES
from domain.cases import CaseKind
from domain.refusals import CommandRefused
from domain.values import CASE_CATEGORIES, category_of
from ledger.entry import Entry

Tick = Callable[[int], None]
"""Is told how many more entries were dealt with."""


def no_tick(_count: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Selection:
    """Entries after position *after* up to *until*, of the streams *cases* (None: of all)."""

    after: int
    until: int
    cases: tuple[str, ...] | None = None

    @property
    def positions(self) -> int:
        """How many positions of the log lie in the stretch."""
        return max(0, self.until - self.after)

    def holds(self, entry: Entry) -> bool:
        """Say whether *entry* lies in the stretch."""
        return self.after < entry.position <= self.until


def chosen(
    reader: Reader,
    cases: tuple[str, ...] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Selection:
    """Return the selection of *cases* (none named: everything) recorded in [*since*, *until*].

    Raises `CommandRefused` for a case that is not there, or had not begun by *until*.
    """
    after = -1 if since is None else reader.position_at(since - timedelta(microseconds=1))
    last = reader.head() if until is None else reader.position_at(until)
    for case in cases:
        if not reader.stream(case, last):
            raise CommandRefused(
                "case-unknown",
                f"账本中没有案卷 {case}，或当时尚未开始。",
                f"There is no case {case}, or it had not begun by then.",
            )
    return Selection(after, last, tuple(dict.fromkeys(cases)) or None)


def entries(reader: Reader, selection: Selection) -> Iterator[Entry]:
    """Yield the selected entries in log order."""
    if selection.cases is None:
        yield from reader.entries(selection.after, selection.until)
        return
    streams = [reader.stream(case, selection.until) for case in selection.cases]
    for entry in merge(*streams, key=attrgetter("position")):
        if selection.holds(entry):
            yield entry


@dataclass(frozen=True)
class Step:
    """One fact of a case, the state it left, and whether it is among what was selected."""

    entry: Entry
    state: Any
    selected: bool


@dataclass(frozen=True)
class Told:
    """One case with every fact of it up to the end of the stretch."""

    stream: str
    steps: tuple[Step, ...]

    @property
    def category(self) -> str:
        """`task` or `pairing`."""
        return category_of(self.stream)

    @property
    def kind(self) -> CaseKind:
        """What kind of case it is."""
        return CASES[self.category]

    @property
    def state(self) -> Any:
        """The state the case is left in."""
        return self.steps[-1].state

    @property
    def selected(self) -> tuple[Step, ...]:
        """The steps within the stretch."""
        return tuple(step for step in self.steps if step.selected)


def cases_told(reader: Reader, selection: Selection) -> Iterator[Told]:
    """Yield every selected case that has a fact in the stretch, one after another.

    Only one case is in memory at a time. Raises `CannotRead` for facts that tell no case.
    """
    for stream in _case_streams(reader, selection):
        told = Told(stream, tuple(_steps(reader, stream, selection)))
        if any(step.selected for step in told.steps):
            yield told


def other_entries(reader: Reader, selection: Selection) -> Iterator[Entry]:
    """Yield the selected entries of streams that are no cases people work on, in log order."""
    if selection.cases is None:
        others = set(CASES) - set(CASE_CATEGORIES)
        yield from reader.entries(selection.after, selection.until, others)
        return
    for entry in entries(reader, selection):
        if category_of(entry.stream) not in CASE_CATEGORIES:
            yield entry


def _case_streams(reader: Reader, selection: Selection) -> Iterator[str]:
    if selection.cases is None:
        for category in CASE_CATEGORIES:
            yield from reader.streams(category, selection.until)
        return
    yield from (case for case in selection.cases if category_of(case) in CASE_CATEGORIES)


def _steps(reader: Reader, stream: str, selection: Selection) -> Iterator[Step]:
    case: CaseThen | None = None
    for entry in reader.stream(stream, selection.until):
        case = followed(case, entry)
        yield Step(entry, case.state, selection.holds(entry))
