"""Other cases, as the ledger has them: for the few rules that speak of more than one.

Read at the moment of deciding, so a rule such as "no open task is left" never trusts a board.
"""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from domain.casebook import kind_of
from domain.community_figures import PLACED_BY, CountedBy, CountedCommunity, counted_communities
from domain.figures import ReviewFigures, figures_of, last_review
from domain.provider.figures import ServiceFigures, tasks_served
from domain.rules import Neighbour, NeighbourPairing, NeighbourTask
from domain.task.facts import SupervisionRaised
from domain.task.supervising import is_red_card
from ledger.entry import Entry
from ledger.store import Ledger


class RedCards:
    """The red cards the ledger tells of, remembered: each question reads only what is new.

    Cards outlive every window that is asked for; a city raises a few thousand a year.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._read_to: tuple[datetime | None, int] = (None, -1)
        self._cards: dict[str, list[datetime]] = {}
        """The instants of each unit's cards, in order."""

    def count(self, unit: str, since: datetime) -> int:
        """Return how many were raised against *unit* at or after *since*."""
        with self._lock:
            newest, position = self._read_to
            for entry in self._ledger.of_kind("supervision_raised.v1", newest):
                if entry.position <= position:
                    continue
                card = SupervisionRaised.model_validate(entry.fact)
                if is_red_card(card) and card.unit is not None:
                    self._cards.setdefault(card.unit, []).append(entry.recorded_at)
                self._read_to = entry.recorded_at, entry.position
            cards = self._cards.get(unit, [])
            return len(cards) - bisect_left(cards, since)


class LedgerNeighbours:
    """Answers from the ledger for one decision; *state_of* folds a stream as it stands now.

    *seen* is the log's head when the first question was asked, -1 when none was: a decision that
    looked at other cases is replayed with what stood then.
    """

    def __init__(
        self, ledger: Ledger, state_of: Callable[[str], tuple[int, Any]], cards: RedCards
    ) -> None:
        self._ledger, self._state_of, self._cards = ledger, state_of, cards
        self.seen = -1

    def case(self, stream: str) -> Neighbour | None:
        """Return the case *stream* of any kind, or None where there is none."""
        self._looked_at()
        version, state = self._state_of(stream)
        return kind_of(stream).neighbour(stream, state) if version else None

    def cases(self, category: str) -> Iterator[Neighbour]:
        """Yield every case of the kind *category*, ordered by stream."""
        for stream in sorted(self._looked_at().streams(category)):
            found = self.case(stream)
            if found is not None:
                yield found

    def task(self, stream: str) -> NeighbourTask | None:
        """Return the task *stream*, or None where there is none."""
        found = self.case(stream)
        return found if isinstance(found, NeighbourTask) else None

    def pairing(self, stream: str) -> NeighbourPairing | None:
        """Return the pairing *stream*, or None where there is none."""
        found = self.case(stream)
        return found if isinstance(found, NeighbourPairing) else None

    def open_tasks(self, pairing: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks of the pairing, ordered by stream."""
        return self._open(self._looked_at().streams_of_pairing(pairing))

    def open_tasks_of(self, subject: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks a resident is a party of, ordered by stream.

        Reads every registration: erasing a resident is rare, and must not miss one.
        """
        streams = {
            entry.stream
            for entry in self._looked_at().of_kind("task_registered.v1", None)
            if entry.fact.get("requester") == subject
        }
        streams |= {
            entry.stream
            for entry in self._looked_at().of_kind("duplicate_attached.v1", None)
            if subject in entry.fact.get("subjects", ())
        }
        return self._open(streams)

    def open_pairings_of(self, unit: str) -> tuple[NeighbourPairing, ...]:
        """Return the open pairings *unit* is a party of, ordered by stream."""
        return tuple(
            pairing
            for pairing in self.cases("pairing")
            if isinstance(pairing, NeighbourPairing) and pairing.is_open and unit in pairing.parties
        )

    def open_tasks_at(self, places: Callable[[str], bool]) -> tuple[NeighbourTask, ...]:
        """Return the open tasks whose place *places* says yes to, ordered by stream.

        Reads every registration and triage: the registry changes rarely, and must strand none.
        """
        ledger, answers = self._looked_at(), dict[str, bool]()
        streams = set()
        for kind in ("task_registered.v1", "task_triaged.v1"):
            for entry in ledger.of_kind(kind, None):
                place = str(entry.fact["place"])
                if place not in answers:
                    answers[place] = places(place)
                if answers[place]:
                    streams.add(entry.stream)
        return tuple(task for task in self._open(streams) if places(task.place))

    def open_tasks_with(self, unit: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks that *unit* handles, ordered by stream."""
        ledger = self._looked_at()
        streams = {
            entry.stream
            for kind in ("task_dispatched.v1", "unit_designated.v1", "task_taken_over.v1")
            for entry in ledger.of_kind(kind, None)
            if entry.fact["main"] == unit
        }
        return tuple(task for task in self._open(streams) if task.main_unit == unit)

    def open_tasks_by(self, provider: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks that name *provider* as who serves them, ordered by stream."""
        return tuple(
            task for task in self._open(self._named(provider)) if task.provider == provider
        )

    def services(
        self, provider: str, period: tuple[datetime, datetime], satisfied_from: Mapping[str, int]
    ) -> ServiceFigures:
        """Return what the tasks *provider* served come to in *period*."""
        tasks = (
            [entry for entry in self._looked_at().read(stream) if entry.position <= self.seen]
            for stream in sorted(self._named(provider))
        )
        return tasks_served(tasks, provider, period, self.seen, satisfied_from)

    def _named(self, provider: str) -> set[str]:
        return {
            entry.stream
            for entry in self._looked_at().of_kind("provider_named.v1", None)
            if entry.fact["provider"] == provider
        }

    def red_cards(self, unit: str, since: datetime) -> int:
        """Count the red cards raised against *unit* since *since*."""
        self._looked_at()
        return self._cards.count(unit, since)

    def figures(self, pairing: str, satisfied_from: Mapping[str, int]) -> ReviewFigures:
        """Return what the pairing's tasks come to since its review before."""
        ledger = self._looked_at()
        tasks = (
            [entry for entry in ledger.read(stream) if entry.position <= self.seen]
            for stream in ledger.streams_of_pairing(pairing)
        )
        return figures_of(tasks, self.seen, last_review(ledger.read(pairing)), satisfied_from)

    def community_figures(
        self, communities: tuple[str, ...], by: CountedBy
    ) -> Mapping[str, CountedCommunity]:
        """Return what is counted of each of *communities* now, with the facts it rests on."""
        ledger = self._looked_at()

        def entries_of(category: str) -> Iterator[list[Entry]]:
            streams = (
                self._tasks_placed_in(communities)
                if category == "task"
                else ledger.streams(category)
            )
            for stream in streams:
                yield [entry for entry in ledger.read(stream) if entry.position <= self.seen]

        return counted_communities(communities, self.seen, entries_of, by)

    def _tasks_placed_in(self, communities: tuple[str, ...]) -> list[str]:
        """The tasks that were ever said to lie there; the newest word of each is read later."""
        return sorted(
            {
                entry.stream
                for kind in PLACED_BY
                for entry in self._looked_at().of_kind(kind, None)
                if str(entry.fact.get("place") or "").startswith(communities)
            }
        )

    def _looked_at(self) -> Ledger:
        """The head is noted before anything is read, so that no later fact is taken for seen."""
        if self.seen < 0:
            self.seen = self._ledger.head()
        return self._ledger

    def _open(self, streams: list[str] | set[str]) -> tuple[NeighbourTask, ...]:
        tasks = (self.task(stream) for stream in sorted(streams))
        return tuple(task for task in tasks if task is not None and task.is_open)
