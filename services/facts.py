"""Facts by position, as far as they are somebody's to see: what other systems follow."""

from dataclasses import dataclass
from typing import Any

from domain.people import Role
from domain.task.reading import Sight, sight
from domain.task.state import Known
from domain.values import category_of, instant_text
from ledger.entry import Entry
from projections.case_board import SHOWN
from services.case_lists import concerns
from services.scope import sees_pairing
from services.seeing import Seer

_LOOKED_AT = 2_000
"""Entries looked at in one go: who may see little is answered as soon as who sees all."""
_PUBLIC = frozenset({"unit", "policy", "calendar"})
_OF_OVERSIGHT = frozenset({Role.AUDITOR, Role.DPO})


@dataclass(frozen=True)
class Fact:
    """One entry of the log as it stands there, with what people call its case."""

    position: int
    stream: str
    version: int
    kind: str
    number: str | None
    recorded_at: str
    occurred_at: str
    role: str | None
    unit: str | None
    channel: str | None
    fact: dict[str, Any]
    hash: str


def facts_after(seer: Seer, after: int, limit: int) -> tuple[list[Fact], int]:
    """Return at most *limit* facts beyond position *after*, and the position looked up to."""
    seer.house.catch_up()
    found: list[Fact] = []
    reached, seen = after, dict[str, bool]()
    for entry in seer.house.books.ledger.log(after, _LOOKED_AT):
        if entry.stream not in seen:
            seen[entry.stream] = _theirs(seer, entry.stream)
        reached = entry.position
        if seen[entry.stream]:
            found.append(_fact(seer, entry))
            if len(found) == limit:
                break
    return found, reached


def _theirs(seer: Seer, stream: str) -> bool:
    category = category_of(stream)
    if category == "task":
        state = seer.house.books.desk.case(stream)[0].state
        if not isinstance(state, Known):
            return False
        person, role = seer.session.person, seer.role
        return sight(state, person, role, seer.unit, seer.rules, seer.at) > Sight.NOTHING
    if category == "pairing":
        line = seer.house.boards.pairings.get(stream)
        return line is not None and sees_pairing(seer, line)
    if category in SHOWN:
        case = seer.house.boards.cases.get(stream)
        return case is not None and concerns(seer, case)
    return category in _PUBLIC or (category != "subject" and seer.role in _OF_OVERSIGHT)


def _fact(seer: Seer, entry: Entry) -> Fact:
    return Fact(
        position=entry.position,
        stream=entry.stream,
        version=entry.version,
        kind=entry.kind,
        number=seer.number_of(entry.stream) if entry.stream.startswith("task/") else None,
        recorded_at=instant_text(entry.recorded_at),
        occurred_at=instant_text(entry.occurred_at),
        role=entry.by.role.value if entry.by.role else None,
        unit=entry.by.unit,
        channel=entry.by.channel.value if entry.by.channel else None,
        fact=entry.fact,
        hash=entry.hash,
    )
