"""What is on record of residents' personal information: who was let see it, and what was erased."""

from dataclasses import dataclass

from ledger.entry import Entry
from projections.history import HistoryLine, history_of
from services.roster import names
from services.seeing import Seer

_SHOWN = 100


@dataclass(frozen=True)
class Granted:
    """One grant to open sealed texts of a case, how often it was used, and how it stands."""

    case: str
    until: str
    opened: int
    over: bool
    history: tuple[HistoryLine, ...]


def unmaskings(seer: Seer) -> list[Granted]:
    """Return the grants of *seer*'s division, the newest first."""
    ledger = seer.house.books.ledger
    found = []
    for stream in reversed(list(ledger.streams("unmasking"))):
        entries = ledger.read(stream)
        case = str(entries[0].fact["case"])
        if not _within(seer, case):
            continue
        opened = sum(entry.kind == "field_unmasked.v1" for entry in entries)
        ended = any(entry.kind == "unmasking_ended.v1" for entry in entries)
        until = str(entries[0].fact["until"])
        over = ended or until <= seer.at.isoformat()
        number = seer.names.case(case, seer.language)
        found.append(Granted(number, until, opened, over, _told(seer, entries)))
        if len(found) == _SHOWN:
            break
    return found


def erasures(seer: Seer) -> list[HistoryLine]:
    """Return what was erased, refused or not answered in time, the newest first.

    A resident is a number only.
    """
    ledger = seer.house.books.ledger
    kinds = ("subject_erased.v1", "erasure_refused.v1", "erasure_answer_overdue.v1")
    entries = [entry for kind in kinds for entry in ledger.of_kind(kind)]
    newest = sorted(entries, key=lambda entry: -entry.position)[:_SHOWN]
    return list(_told(seer, newest))


def _within(seer: Seer, case: str) -> bool:
    task = seer.house.boards.tasks.get(case)
    pairing = seer.house.boards.pairings.get(case)
    place = task.place if task else pairing.division if pairing else None
    return place is not None and seer.rules.units[seer.unit].covers(place)


def _told(seer: Seer, entries: list[Entry]) -> tuple[HistoryLine, ...]:
    return tuple(history_of(entries, names(seer), seer.language))
