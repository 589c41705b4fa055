"""Policy packs and calendars on record: every version, what differs, and publishing another."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from audit.reading import open_reader
from audit.replay.compare import Comparison, compare
from desk.casework import Who, malformed
from desk.desk import Desk
from desk.recomputing import recompute_provisional
from domain.calendar import CalendarYear
from domain.policy import Policy
from domain.refusals import CommandRefused
from policies import PolicyUnknown, shipped_calendar
from projections.history import HistoryLine, case_history
from projections.task_board import TaskFilter
from services.bootstrapping import publish
from services.seeing import Seer

ModelT = TypeVar("ModelT", bound=BaseModel)

COMPARED = 50
"""How many open cases a preview replays; an auditor compares them all by the command line."""


@dataclass(frozen=True)
class Version:
    """One version of a pack, and the entry that published it."""

    policy: Policy
    version: str
    position: int
    recorded_at: datetime


@dataclass(frozen=True)
class Preview:
    """What publishing a pack would change: the version it replaces, and cases that would differ.

    *compared* of the *open* cases under the pack were replayed; `differing` are those that differ.
    """

    policy: Policy
    before: Version | None
    open: int
    compared: int
    differing: tuple[Comparison, ...]


@dataclass(frozen=True)
class Year:
    """One published year of a calendar, in its newest revision."""

    year: CalendarYear
    revision: int
    position: int


@dataclass(frozen=True)
class Calendar:
    """A calendar: its published years by number, and who published what, the newest first."""

    name: str
    years: tuple[Year, ...]
    history: tuple[HistoryLine, ...]


def versions(desk: Desk, pack: str) -> list[Version]:
    """Return every version of *pack* on record, the newest first; [] where there is none."""
    return [
        Version(
            Policy.model_validate(entry.fact["policy"]),
            str(entry.fact["version"]),
            entry.position,
            entry.recorded_at,
        )
        for entry in reversed(desk.ledger.read(f"policy/{pack}"))
    ]


def read_policy(content: bytes) -> Policy:
    """Return the pack a file holds; raise `CommandRefused` where it is none."""
    return _read(Policy, content)


def preview(seer: Seer, policy: Policy) -> Preview:
    """Return what publishing *policy* would change; nothing is recorded."""
    house = seer.house
    before = next(iter(versions(house.books.desk, policy.id)), None)
    house.catch_up()
    streams = [
        line.stream
        for line in house.boards.tasks.every(TaskFilter(open_only=True))
        if line.policy.partition("@")[0] == policy.id
    ]
    try:
        shipped = shipped_calendar(policy)
    except PolicyUnknown:
        shipped = None
    with open_reader(house.settings.ledger_url) as reader:
        found = list(compare(reader, policy, streams[:COMPARED], shipped=shipped))
    differing = tuple(one for one in found if one.differs)
    return Preview(policy, before, len(streams), len(found), differing)


def publish_pack(desk: Desk, policy: Policy, by: Who) -> list[str]:
    """Put *policy* on record in the name of *by*; return the streams, [] where it stood already.

    Raises `CommandRefused`.
    """
    command = {"kind": "publish_policy", "policy": policy.model_dump(mode="json")}
    return asyncio.run(publish(desk, f"policy/{policy.id}", command, by))


def calendars(seer: Seer) -> Iterator[Calendar]:
    """Yield the calendars on record by name."""
    ledger = seer.house.books.ledger
    for stream in ledger.streams("calendar"):
        years: dict[int, Year] = {}
        for entry in ledger.read(stream):
            if entry.kind == "calendar_year_published.v1":
                year = CalendarYear.model_validate(entry.fact["year"])
                years[year.year] = Year(year, int(entry.fact["revision"]), entry.position)
        history = case_history(ledger, stream, seer.names, seer.language)
        in_order = tuple(years[number] for number in sorted(years))
        yield Calendar(stream.partition("/")[2], in_order, tuple(reversed(history)))


def read_year(content: bytes) -> CalendarYear:
    """Return the calendar year a file holds; raise `CommandRefused` where it is none."""
    return _read(CalendarYear, content)


def publish_year(
    desk: Desk, name: str, year: CalendarYear, reason: str | None, by: Who
) -> tuple[bool, int]:
    """Publish a year of the calendar *name*, and have provisional limits counted again.

    Returns whether it was new, and how many cases counted again. Raises `CommandRefused`.
    """
    command: dict[str, Any] = {
        "kind": "publish_calendar_year",
        "year": year.model_dump(mode="json"),
    }
    if reason:
        command["reason"] = reason
    published = asyncio.run(publish(desk, f"calendar/{name}", command, by))
    return bool(published), recompute_provisional(desk)


def _read(model: type[ModelT], content: bytes) -> ModelT:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise malformed(error) from None
    except UnicodeDecodeError:
        raise CommandRefused(
            "file-unreadable", "文件不是 UTF-8 文本。", "The file is no UTF-8 text."
        ) from None
