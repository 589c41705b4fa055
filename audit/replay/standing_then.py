"""Rules and cases as they stood at a log position: the same book opened again, page by page.

`RulesThen` gives units, people, packs and calendars as of any position; `StandingThen` adds the
cases and lets a rule that speaks of other cases see them as they were. Nothing is written.
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from audit.reading import CannotRead, Reader
from domain.casebook import CASES
from domain.cases import CaseKind
from domain.community_figures import PLACED_BY, CountedBy, CountedCommunity, counted_communities
from domain.envelope import FactOutOfPlace
from domain.figures import ReviewFigures, figures_of, last_review
from domain.provider.figures import ServiceFigures, tasks_served
from domain.registry.case import REGISTRY_CASES
from domain.registry.state import REGISTRY_CATEGORIES, RegistryBook
from domain.rules import (
    Neighbour,
    NeighbourPairing,
    Neighbours,
    NeighbourTask,
    NoNeighbours,
    Rules,
)
from domain.task.facts import SupervisionRaised
from domain.task.supervising import is_red_card
from domain.values import CASE_CATEGORIES, category_of
from ledger.entry import Entry, happened
from wording.explaining import TermsBook

_RULES_KEPT = 64
_CASES_KEPT = 256


class RulesThen:
    """The rules as of any position; going forward is cheap, going back reads from the start.

    *default_policy* is the pack of whoever names none; the log does not say it.
    """

    def __init__(self, reader: Reader, default_policy: str = "") -> None:
        self._default = default_policy
        self._facts = list(reader.entries(categories=REGISTRY_CATEGORIES))
        self._positions = [entry.position for entry in self._facts]
        self._kept: OrderedDict[int, Rules] = OrderedDict()
        self._registry, self._applied = RegistryBook(), 0
        self._book: TermsBook | None = None

    def at(self, position: int, neighbours: Neighbours | None = None) -> Rules:
        """Return the rules as they stood once everything up to *position* was recorded."""
        count = bisect_right(self._positions, position)
        rules = self._kept.get(count)
        if rules is None:
            self._turn_to(count)
            rules = self._registry.rules(seen=position, default_policy=self._default)
            self._kept[count] = rules
            while len(self._kept) > _RULES_KEPT:
                self._kept.popitem(last=False)
        return replace(rules, seen=position, neighbours=neighbours or NoNeighbours())

    def registry(self, position: int) -> RegistryBook:
        """Return the registry as of *position*, to be read before the next question."""
        self._turn_to(bisect_right(self._positions, position))
        return self._registry

    @property
    def facts(self) -> list[Entry]:
        """Every registry fact of the snapshot, in log order."""
        return self._facts

    @property
    def book(self) -> TermsBook:
        """Every pack with every calendar there has been in the whole snapshot."""
        if self._book is None:
            self._book, registry = TermsBook(), RegistryBook()
            for entry in self._facts:
                if category_of(entry.stream) in ("policy", "calendar"):
                    apply(registry, entry)
                    self._book.take(registry, entry.position)
        return self._book

    def _turn_to(self, count: int) -> None:
        if count < self._applied:
            self._registry, self._applied = RegistryBook(), 0
        for entry in self._facts[self._applied : count]:
            apply(self._registry, entry)
        self._applied = count


def apply(registry: RegistryBook, entry: Entry) -> None:
    """Let a registry fact change *registry*; raise `CannotRead` where it cannot follow."""
    kind = REGISTRY_CASES[category_of(entry.stream)]
    try:
        fact = kind.facts.validate_python({"kind": entry.kind, **entry.fact})
        registry.apply(entry.stream, fact, entry.recorded_at)
    except (ValidationError, FactOutOfPlace, ValueError):
        raise cannot_follow(entry) from None


def cannot_follow(entry: Entry) -> CannotRead:
    """Say that the fact of *entry* cannot be what happened after those before it."""
    return CannotRead(
        f"第 {entry.position} 条（{entry.stream}，{entry.kind}）无法接在此前事实之后，"
        "请运行 jiedui audit verify。 "
        f"Entry {entry.position} ({entry.stream}, {entry.kind}) cannot follow what stands before "
        "it; run jiedui audit verify."
    )


@dataclass(frozen=True)
class CaseThen:
    """A case as its facts so far leave it; *last* is the newest of them."""

    stream: str
    kind: CaseKind
    state: Any
    last: Entry

    @property
    def name(self) -> str:
        """The published name of its state."""
        return self.kind.state_name(self.state)

    @property
    def version(self) -> int:
        """How many facts it has."""
        return self.last.version


def fold(entries: Iterable[Entry]) -> CaseThen | None:
    """Return the case the facts of one stream leave, None for no facts; raise `CannotRead`."""
    case: CaseThen | None = None
    for entry in entries:
        case = followed(case, entry)
    return case


def followed(case: CaseThen | None, entry: Entry) -> CaseThen:
    """Return *case* once the fact of *entry* happened to it; raise `CannotRead`."""
    kind = CASES[category_of(entry.stream)] if case is None else case.kind
    before = kind.initial if case is None else case.state
    try:
        state = kind.evolve(before, happened(kind, entry))
    except (ValidationError, FactOutOfPlace, ValueError, AssertionError):
        raise cannot_follow(entry) from None
    return CaseThen(entry.stream, kind, state, entry)


class StandingThen:
    """Everything as it stood once the entry at *position* was recorded (None: the newest)."""

    def __init__(
        self, reader: Reader, position: int | None = None, default_policy: str = ""
    ) -> None:
        self.reader = reader
        self.position = reader.head() if position is None else min(position, reader.head())
        self.rules_then = RulesThen(reader, default_policy)
        self._cases: OrderedDict[str, CaseThen | None] = OrderedDict()

    @property
    def rules(self) -> Rules:
        """The rules as of the position, with the other cases as they stood then."""
        return self.rules_then.at(self.position, NeighboursThen(self))

    def case(self, stream: str) -> CaseThen | None:
        """Return the case *stream*, None where it had not begun."""
        if stream in self._cases:
            return self._cases[stream]
        case = fold(self.reader.stream(stream, self.position))
        self._cases[stream] = case
        while len(self._cases) > _CASES_KEPT:
            self._cases.popitem(last=False)
        return case

    def cases(self, categories: Iterable[str] = CASE_CATEGORIES) -> Iterator[CaseThen]:
        """Yield every case of *categories*, by name, folded in one walk along the log."""
        found: dict[str, CaseThen] = {}
        for entry in self.reader.entries(until=self.position, categories=tuple(categories)):
            found[entry.stream] = followed(found.get(entry.stream), entry)
        for stream in sorted(found):
            yield found[stream]


class NeighboursThen:
    """Other cases as they stood at one position; answers as the writer's neighbours do."""

    def __init__(self, standing: StandingThen) -> None:
        self._standing = standing

    def case(self, stream: str) -> Neighbour | None:
        """Return the case *stream* of any kind, or None where there was none."""
        case = self._standing.case(stream)
        return None if case is None else case.kind.neighbour(stream, case.state)

    def cases(self, category: str) -> Iterator[Neighbour]:
        """Yield every case of the kind *category*, ordered by stream."""
        for stream in list(self._standing.reader.streams(category, self._standing.position)):
            found = self.case(stream)
            if found is not None:
                yield found

    def task(self, stream: str) -> NeighbourTask | None:
        """Return the task *stream*, or None where there was none."""
        found = self.case(stream)
        return found if isinstance(found, NeighbourTask) else None

    def pairing(self, stream: str) -> NeighbourPairing | None:
        """Return the pairing *stream*, or None where there was none."""
        found = self.case(stream)
        return found if isinstance(found, NeighbourPairing) else None

    def open_tasks(self, pairing: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks of the pairing, ordered by stream."""
        standing = self._standing
        return self._open(standing.reader.of_pairing(pairing, standing.position))

    def open_tasks_of(self, subject: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks a resident is a party of, ordered by stream."""
        reader, until = self._standing.reader, self._standing.position
        streams = {
            entry.stream
            for entry in reader.of_kind("task_registered.v1", until=until)
            if entry.fact.get("requester") == subject
        }
        streams |= {
            entry.stream
            for entry in reader.of_kind("duplicate_attached.v1", until=until)
            if subject in entry.fact.get("subjects", ())
        }
        return self._open(sorted(streams))

    def open_pairings_of(self, unit: str) -> tuple[NeighbourPairing, ...]:
        """Return the open pairings *unit* is a party of, ordered by stream."""
        return tuple(
            pairing
            for pairing in self.cases("pairing")
            if isinstance(pairing, NeighbourPairing) and pairing.is_open and unit in pairing.parties
        )

    def open_tasks_at(self, places: Callable[[str], bool]) -> tuple[NeighbourTask, ...]:
        """Return the open tasks whose place *places* says yes to, ordered by stream."""
        streams = {
            entry.stream
            for kind in ("task_registered.v1", "task_triaged.v1")
            for entry in self._of_kind(kind)
            if places(str(entry.fact["place"]))
        }
        return tuple(task for task in self._open(sorted(streams)) if places(task.place))

    def open_tasks_with(self, unit: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks that *unit* handled, ordered by stream."""
        streams = {
            entry.stream
            for kind in ("task_dispatched.v1", "unit_designated.v1", "task_taken_over.v1")
            for entry in self._of_kind(kind)
            if entry.fact["main"] == unit
        }
        return tuple(task for task in self._open(sorted(streams)) if task.main_unit == unit)

    def _of_kind(self, kind: str) -> Iterator[Entry]:
        return self._standing.reader.of_kind(kind, until=self._standing.position)

    def open_tasks_by(self, provider: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks that named *provider* as who serves them, ordered by stream."""
        tasks = self._open(sorted(self._named(provider)))
        return tuple(task for task in tasks if task.provider == provider)

    def services(
        self, provider: str, period: tuple[datetime, datetime], satisfied_from: Mapping[str, int]
    ) -> ServiceFigures:
        """Return what the tasks *provider* served came to in *period*."""
        reader, until = self._standing.reader, self._standing.position
        tasks = (list(reader.stream(task, until)) for task in sorted(self._named(provider)))
        return tasks_served(tasks, provider, period, until, satisfied_from)

    def _named(self, provider: str) -> set[str]:
        return {
            entry.stream
            for entry in self._of_kind("provider_named.v1")
            if entry.fact["provider"] == provider
        }

    def red_cards(self, unit: str, since: datetime) -> int:
        """Count the red cards raised against *unit* since *since*."""
        raised = self._standing.reader.of_kind(
            "supervision_raised.v1", since, self._standing.position
        )
        return sum(
            entry.fact.get("unit") == unit
            and is_red_card(SupervisionRaised.model_validate(entry.fact))
            for entry in raised
        )

    def figures(self, pairing: str, satisfied_from: Mapping[str, int]) -> ReviewFigures:
        """Return what the pairing's tasks came to since its review before."""
        reader, until = self._standing.reader, self._standing.position
        tasks = (list(reader.stream(task, until)) for task in reader.of_pairing(pairing, until))
        return figures_of(tasks, until, last_review(reader.stream(pairing, until)), satisfied_from)

    def community_figures(
        self, communities: tuple[str, ...], by: CountedBy
    ) -> Mapping[str, CountedCommunity]:
        """Return what was counted of each of *communities* then, with the facts it rested on."""
        reader, until = self._standing.reader, self._standing.position

        def entries_of(category: str) -> Iterator[list[Entry]]:
            streams = (
                self._placed_in(communities)
                if category == "task"
                else list(reader.streams(category, until))
            )
            for stream in streams:
                yield list(reader.stream(stream, until))

        return counted_communities(communities, until, entries_of, by)

    def _placed_in(self, communities: tuple[str, ...]) -> list[str]:
        """The tasks that some fact placed in one of *communities*, by name."""
        placed = (entry for kind in PLACED_BY for entry in self._of_kind(kind))
        return sorted(
            {
                entry.stream
                for entry in placed
                if str(entry.fact.get("place") or "").startswith(communities)
            }
        )

    def _open(self, streams: Iterable[str]) -> tuple[NeighbourTask, ...]:
        tasks = (self.task(stream) for stream in streams)
        return tuple(task for task in tasks if task is not None and task.is_open)
