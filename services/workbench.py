"""What somebody at work looks at first: their items, their unit's, what others owe, news."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.people import Role
from domain.task.reading import Sight, sight
from domain.task.state import Known
from ledger.entry import Entry
from projections.case_board import CaseLine
from projections.history import HistoryLine, history_of
from projections.task_board import TaskFilter, TaskLine
from projections.unit_inbox import InboxLine
from services.case_lists import waiting_cases
from services.scope import within
from services.seeing import Seer
from services.waiting import waiting_at, waiting_for_others

_OF_OTHERS = 30
_NEWS = 8
_WATCHING = frozenset({Role.AUDITOR, Role.DPO, Role.REGISTRAR})
"""Roles that look over others' work; no unit's work waits beside them."""
_HANDLING = frozenset({Role.DEPT_COORDINATOR, Role.DEPT_STAFF})
_SILENT = frozenset({"notice_delivered.v1", "notice_failed.v1"})
"""Facts about messages, which are no news of the matter itself."""


@dataclass(frozen=True)
class Waiting:
    """Lines of the inbox, and how many there are in all."""

    lines: list[InboxLine]
    total: int


@dataclass(frozen=True)
class News:
    """The last that somebody else did to a task since somebody looked, and when."""

    task: TaskLine
    told: HistoryLine
    at: datetime


def mine(seer: Seer, limit: int) -> Waiting:
    """Return what waits for whoever looks, in the order of the clock."""
    return Waiting(
        *waiting_at(
            seer.house.boards,
            seer.rules,
            seer.unit,
            seer.role,
            seer.at,
            person=seer.session.person,
            limit=limit,
        )
    )


def of_the_unit(seer: Seer) -> Waiting:
    """Return what waits at their unit for somebody else, what nobody has been given first."""
    if seer.role in _WATCHING:
        return Waiting([], 0)
    return Waiting(
        *waiting_for_others(
            seer.house.boards,
            seer.rules,
            seer.unit,
            seer.role,
            seer.session.person,
            seer.at,
            limit=_OF_OTHERS,
        )
    )


def cases_of_the_unit(seer: Seer, size: int) -> tuple[list[CaseLine], int]:
    """Return the cases of other kinds whose turn it is at their unit, and how many there are."""
    return ([], 0) if seer.role in _WATCHING else waiting_cases(seer, size)


def asked_for(seer: Seer) -> list[InboxLine]:
    """Return what others must answer before whoever looks can go on."""
    if seer.role not in _HANDLING:
        return []
    staff = seer.session.person if seer.role is Role.DEPT_STAFF else None
    units = seer.rules.stands_for(seer.unit, seer.at)
    return seer.house.boards.inbox.asked_for(units, staff, _OF_OTHERS)


def last_closed(seer: Seer) -> TaskLine | None:
    """Return the task of theirs that was closed last."""
    return seer.house.boards.tasks.last_closed(_theirs(seer))


def news(seer: Seer, waiting: Collection[InboxLine]) -> list[News]:
    """Return what others did to tasks of theirs since they last looked, the newest first.

    A task among those *waiting* for them is there already, and is not told twice. Who looks for
    the first time begins here.
    """
    house, person = seer.house, seer.session.person
    since = house.doorkeeper.looked(person)
    if since is None:
        house.doorkeeper.look(person, house.boards.position())
        return []
    if seer.role in _WATCHING:
        return []
    return list(_news(seer, since, {line.stream for line in waiting}))


def _news(seer: Seer, since: int, but: Collection[str]) -> Iterator[News]:
    house = seer.house
    found = 0
    for line in house.boards.tasks.changed_since(since, _theirs(seer)):
        if line.stream in but:
            continue
        case, rules = house.books.desk.case(line.stream)
        if not isinstance(case.state, Known):
            continue
        seen = sight(case.state, seer.session.person, seer.role, seer.unit, rules, seer.at)
        told = [one for one in house.books.ledger.read(line.stream) if _is_news(seer, one, since)]
        if seen is Sight.NOTHING or not told:
            continue
        (last,) = history_of(told[-1:], seer.names, seer.language)
        yield News(line, last, told[-1].recorded_at)
        found += 1
        if found == _NEWS:
            return


def _is_news(seer: Seer, entry: Entry, since: int) -> bool:
    return (
        entry.position > since
        and entry.kind not in _SILENT
        and entry.by.person != seer.session.person
    )


def _theirs(seer: Seer) -> TaskFilter:
    staff = seer.session.person if seer.role is Role.DEPT_STAFF else None
    return within(seer, TaskFilter(staff=staff))
