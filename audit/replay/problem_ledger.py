"""The problem ledger's figures counted again from the facts, by no code of the boards.

Every fact of a finding is read in log order and what is needed of it is kept in plain records;
neither the decider's memory nor what boards show is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from audit.reading import Reader
from ledger.entry import Entry

_MOVES = {
    "finding_recorded.v1": "OPEN",
    "remedy_planned.v1": "PLANNED",
    "remedy_started.v1": "IN_REMEDY",
    "remedy_reported.v1": "VERIFYING",
    "remedy_rejected.v1": "IN_REMEDY",
    "finding_struck_off.v1": "STRUCK_OFF",
    "finding_reopened.v1": "OPEN",
    "finding_dismissed.v1": "DISMISSED",
    "finding_merged.v1": "MERGED",
}
"""Where each fact leaves a finding; the others leave it where it is."""
_LEFT_OUT = frozenset({"DISMISSED", "MERGED"})


@dataclass
class Listed:
    """A finding as its facts tell of it, with the positions of those a figure rests on."""

    indicator: str
    place: str
    opened_at: datetime
    state: str = "OPEN"
    rounds: int = 1
    target_date: datetime | None = None
    positions: list[int] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in _LEFT_OUT | {"STRUCK_OFF"}


@dataclass(frozen=True)
class Recount:
    """A figure counted again: *numerator* of *denominator*."""

    numerator: int
    denominator: int


def findings_at(reader: Reader, position: int) -> dict[str, Listed]:
    """Return every finding as the facts up to *position* leave it."""
    found: dict[str, Listed] = {}
    for entry in reader.entries(until=position, categories={"finding"}):
        take_in(found, entry)
    return found


def take_in(found: dict[str, Listed], entry: Entry) -> None:
    """Let one fact change what is known of its finding."""
    fact = entry.fact
    if entry.kind == "finding_recorded.v1":
        found[entry.stream] = Listed(fact["indicator"], fact["place"], entry.recorded_at)
    one = found[entry.stream]
    if entry.kind in _MOVES:
        one.state = _MOVES[entry.kind]
        one.positions.append(entry.position)
    if entry.kind == "finding_adopted.v1":
        one.target_date = datetime.fromisoformat(fact["target_date"])
    if entry.kind == "finding_reopened.v1":
        one.rounds, one.opened_at, one.target_date = fact["round"], entry.recorded_at, None


def recounted(found: Iterable[Listed], at: datetime) -> dict[str, Recount]:
    """Return the figures of the problem ledger as they stand at *at*, each with its parts."""
    kept = [one for one in found if one.state not in _LEFT_OUT]
    still = [one for one in kept if one.is_open]
    once_struck = [one for one in kept if one.state == "STRUCK_OFF" or one.rounds > 1]
    dated = [one for one in still if one.target_date is not None]
    return {
        "open": Recount(len(still), len(kept)),
        "struck_off": Recount(sum(one.state == "STRUCK_OFF" for one in kept), len(kept)),
        "reopened": Recount(sum(one.rounds > 1 for one in once_struck), len(once_struck)),
        "overdue": Recount(
            sum(one.target_date is not None and one.target_date <= at for one in dated), len(dated)
        ),
        "age": Recount(sum((at - one.opened_at.astimezone(UTC)).days for one in still), len(still)),
    }


def open_by_indicator(found: Mapping[str, Listed]) -> dict[str, Recount]:
    """Return how many are open of those on the ledger, by indicator."""
    counts: dict[str, list[bool]] = {}
    for one in found.values():
        if one.state not in _LEFT_OUT:
            counts.setdefault(one.indicator, []).append(one.is_open)
    return {name: Recount(sum(some), len(some)) for name, some in counts.items()}
