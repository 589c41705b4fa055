"""Other cases, as the ledger has them: for the few rules that speak of more than one.

Read at the moment of deciding, so a rule such as "no open task is left" never trusts a board.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.pairing.case import neighbour as neighbour_pairing
from domain.rules import NeighbourPairing, NeighbourTask
from domain.task.case import neighbour as neighbour_task
from domain.task.facts import SupervisionRaised
from domain.task.supervising import is_red_card
from ledger.store import Ledger


class LedgerNeighbours:
    """Answers from the ledger; *state_of* folds a stream (the desk keeps recent folds)."""

    def __init__(self, ledger: Ledger, state_of: Callable[[str], tuple[int, Any]]) -> None:
        self.ledger = ledger
        self.state_of = state_of

    def task(self, stream: str) -> NeighbourTask | None:
        """Return the task *stream*, or None where there is none."""
        version, state = self.state_of(stream)
        return neighbour_task(stream, state) if version else None

    def pairing(self, stream: str) -> NeighbourPairing | None:
        """Return the pairing *stream*, or None where there is none."""
        version, state = self.state_of(stream)
        return neighbour_pairing(stream, state) if version else None

    def open_tasks(self, pairing: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks of the pairing, ordered by stream."""
        return self._open(self.ledger.streams_of_pairing(pairing))

    def open_tasks_of(self, subject: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks a resident is a party of, ordered by stream.

        Reads every registration: erasing a resident is rare, and must not miss one.
        """
        streams = {
            entry.stream
            for entry in self.ledger.of_kind("task_registered.v1", None)
            if entry.fact.get("requester") == subject
        }
        streams |= {
            entry.stream
            for entry in self.ledger.of_kind("duplicate_attached.v1", None)
            if subject in entry.fact.get("subjects", ())
        }
        return self._open(streams)

    def open_pairings_of(self, unit: str) -> tuple[NeighbourPairing, ...]:
        """Return the open pairings *unit* is a party of, ordered by stream."""
        pairings = (self.pairing(stream) for stream in sorted(self.ledger.streams("pairing")))
        return tuple(
            pairing
            for pairing in pairings
            if pairing is not None and pairing.is_open and unit in pairing.parties
        )

    def red_cards(self, unit: str, since: datetime) -> int:
        """Count the red cards raised against *unit* since *since*."""
        return sum(
            entry.fact.get("unit") == unit
            and is_red_card(SupervisionRaised.model_validate(entry.fact))
            for entry in self.ledger.of_kind("supervision_raised.v1", since)
        )

    def _open(self, streams: list[str] | set[str]) -> tuple[NeighbourTask, ...]:
        tasks = (self.task(stream) for stream in sorted(streams))
        return tuple(task for task in tasks if task is not None and task.is_open)
