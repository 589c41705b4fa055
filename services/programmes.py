"""What pages of programmes read beside the case: facts behind figures, counting again, the public.

What the public is shown is what was published: communities, ranks, reasons, figures; no person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audit.reading import open_reader
from audit.replay.pilots import Recounted, recounted
from domain.oversight.words import AuditAct, AuditOutcome
from domain.values import instant_text
from ledger.entry import Entry
from projections.case_board import CaseFilter, CaseLine
from services.auditing import Recorded, noted
from services.case_lists import PLURALS, CaseAt, case_at
from services.rates import RECOMPUTING
from services.scope import task_at
from services.seeing import House, NothingHere, Seer

CATEGORY = "programme"


@dataclass(frozen=True)
class FactBehind:
    """A fact a figure rests on: its place in the log, what it is, of which case, and when.

    *address* is where that case is opened, "" where it is not among the duties of whoever looks.
    """

    position: int
    kind: str
    at: str
    number: str
    address: str


def facts_behind(seer: Seer, positions: Iterable[int]) -> list[FactBehind]:
    """Return the facts at *positions*, in log order."""
    entries = (seer.house.books.ledger.entry(position) for position in positions)
    return [_behind(seer, entry) for entry in entries if entry is not None]


def _behind(seer: Seer, entry: Entry) -> FactBehind:
    number = seer.names.case(entry.stream, seer.language)
    at = instant_text(entry.recorded_at)
    return FactBehind(entry.position, entry.kind, at, number, _address(seer, entry.stream))


def _address(seer: Seer, stream: str) -> str:
    category, _, key = stream.partition("/")
    try:
        if category == "task":
            number = seer.number_of(stream) or ""
            task_at(seer, number)
            return f"/tasks/{number}"
        case_at(seer, category, key)
    except NothingHere:
        return ""
    return f"/{PLURALS[category]}/{key}" if category in PLURALS else ""


def may_count_again(seer: Seer) -> bool:
    """Say whether whoever looks may have figures counted again, which is an act of audit."""
    return seer.role in RECOMPUTING


def counted_again(seer: Seer, found: CaseAt) -> tuple[list[Recounted], Recorded]:
    """Return everything the programme froze, counted again from the ledger; that is on record.

    Raises `NothingHere` for a role that may not, and `CannotRead`.
    """
    if not may_count_again(seer):
        raise NothingHere
    with open_reader(seer.house.settings.ledger_url) as reader:
        head = reader.head()
        again = list(recounted(reader, found.line.stream))
    counts = {"entries": len(again), "faults": sum(not one.agrees for one in again)}
    about = [found.line.stream]
    return again, noted(seer, AuditAct.FIGURE, about, head, AuditOutcome.DONE, counts)


def published(house: House) -> list[CaseLine]:
    """Return the programmes whose selection was published, the newest first."""
    house.catch_up()
    lines = house.boards.cases.every(CaseFilter(CATEGORY))
    shown = [line for line in lines if line.details.get("published_at")]
    return sorted(shown, key=lambda line: str(line.details["published_at"]), reverse=True)


def published_at(house: House, key: str) -> CaseLine:
    """Return the programme *key*; raise `NothingHere` where its selection was not published."""
    house.catch_up()
    line = house.boards.cases.get(f"{CATEGORY}/{key}")
    if line is None or not line.details.get("published_at"):
        raise NothingHere
    return line


def figures_by_stage(details: dict[str, Any], community: str) -> list[dict[str, Any]]:
    """Return what was frozen of *community*, in order: baseline, quarters, assessment."""
    stages = [
        {"stage": "BASELINE", "at": one["at"], "figures": one["baseline"]}
        for one in details["applications"]
        if one["community"] == community
    ]
    stages += [
        {"stage": "QUARTER", "number": quarter["number"], "at": quarter["at"], "figures": figures}
        for quarter in details["progress"]
        for figures in quarter["communities"]
        if figures["community"] == community
    ]
    stages += [
        {"stage": "ASSESSMENT", "at": None, "figures": one["figures"]}
        for one in details["assessed"]
        if one["community"] == community
    ]
    return stages
