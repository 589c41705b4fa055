"""The register of providers (公示) as everybody may read it, and what a grade rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.provider.facts import PeriodRated
from domain.provider.figures import closed_by
from domain.provider.pack import GradeRow
from domain.provider.rating import Check, checks
from ledger.entry import Entry
from projections.case_board import CaseFilter, CaseLine
from services.case_lists import CaseAt
from services.scope import task_at
from services.seeing import House, NothingHere, Seer

CATEGORY = "provider"
REGISTERED = frozenset({"ADMITTED", "WARNED", "RECTIFYING", "SUSPENDED", "EXITING"})
"""The states in which a provider stands in the public register; beside them those barred."""

_OF_ITS_OWN = ("provider_inspected.v1", "complaint_judged.v1", "service_hours_recorded.v1")


@dataclass(frozen=True)
class Task:
    """A task that counted, and how it went; no *address* where it is not theirs to open."""

    number: str
    address: str
    closed_at: datetime
    on_time: bool
    grades: tuple[int, ...]


@dataclass(frozen=True)
class Rated:
    """One quarter: the fact, the checks of each grade, and the facts it rests on."""

    fact: PeriodRated
    position: int
    rows: tuple[tuple[GradeRow, tuple[Check, ...]], ...]
    tasks: tuple[Task, ...]
    entries: tuple[Entry, ...]


def register(house: House) -> list[CaseLine]:
    """Return who is admitted, or barred, by name."""
    house.catch_up()
    lines = house.boards.cases.every(CaseFilter(CATEGORY))
    return sorted((one for one in lines if is_public(one)), key=lambda line: line.title)


def registered(house: House, key: str) -> CaseLine:
    """Return one provider of the register; raise `NothingHere` where it does not stand there."""
    house.catch_up()
    line = house.boards.cases.get(f"{CATEGORY}/{key}")
    if line is None or not is_public(line):
        raise NothingHere
    return line


def is_public(line: CaseLine) -> bool:
    """Say whether everybody may read of a provider: admitted, or barred."""
    return line.state in REGISTERED or line.details["barred_until"] is not None


def ratings(seer: Seer, found: CaseAt) -> list[Rated]:
    """Return each quarter that was rated, the newest first, with what it rests on."""
    pack = seer.rules.under(found.state.body.policy).policy.providers
    rows = () if pack is None else pack.grades
    entries = list(seer.house.books.ledger.read(found.line.stream))
    rated = []
    for entry in entries:
        if entry.kind != "period_rated.v1":
            continue
        fact = PeriodRated.model_validate({"kind": entry.kind, **entry.fact})
        start, end = fact.period_start, fact.period_end
        own = tuple(
            one for one in entries if one.kind in _OF_ITS_OWN and start <= one.recorded_at < end
        )
        asked = tuple((row, checks(row, fact.figures)) for row in rows)
        tasks = tuple(_tasks(seer, found.line.stream, start, end))
        rated.append(Rated(fact, entry.position, asked, tasks, own))
    return rated[::-1]


def tasks_named(house: House, provider: str) -> list[str]:
    """Return the tasks that named *provider* as who serves them, the newest naming first."""
    named = {
        entry.stream: None
        for entry in house.books.ledger.of_kind("provider_named.v1", None)
        if entry.fact["provider"] == provider
    }
    return list(named)[::-1]


def _tasks(seer: Seer, provider: str, start: datetime, end: datetime) -> Iterator[Task]:
    """Yield the tasks the grade counted, as `domain/provider/figures.py` counts them."""
    ledger = seer.house.books.ledger
    lowest = {name: one.policy.ratings.satisfied_from for name, one in seer.rules.policies.items()}
    for stream in sorted(tasks_named(seer.house, provider)):
        known = [one for one in ledger.read(stream) if one.recorded_at < end]
        served = closed_by(known, lowest)
        if served is None or served[0] != provider or served[1] < start:
            continue
        number = seer.number_of(stream) or ""
        figures = served[2]
        grades = tuple(figures.grades.values())
        yield Task(number, _address(seer, number), served[1], figures.on_time, grades)


def _address(seer: Seer, number: str) -> str:
    try:
        task_at(seer, number)
    except NothingHere:
        return ""
    return f"/tasks/{number}"
