"""A book the desk itself wrote, clocks rung late and all, is replayed to the letter."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.reading import open_reader
from audit.replay.as_of import Axis, as_of
from audit.replay.compare import compare
from audit.replay.explained import explained_dues
from audit.replay.figures import counted
from desk.gateway import Gateway, asking_of
from desk.identifiers import new_uuid7
from desk.opening import Books, books
from desk.orders import Order
from domain.casebook import kind_of
from domain.service_definitions import DEFINITIONS
from policies import shipped_pack
from projections.boards import open_boards
from tests.clock import at
from tests.journeys.district import BUREAU, District

MONDAY = datetime(2026, 9, 21, 1, 30, tzinfo=UTC)
"""A working morning: how late things are must not depend on the day the test is run."""


@dataclass
class Office:
    """A desk with a district, without Temporal; *now* is the time of the next command."""

    url: str
    books: Books
    gateway: Gateway
    district: District
    now: datetime

    async def record(self, *orders: Order, later: timedelta = timedelta()) -> None:
        """Let some time pass, and have the desk record *orders*."""
        self.now += later
        stream = orders[0].stream
        askings = [asking_of(kind_of(stream), order) for order in orders]
        with at(self.books.ledger, self.now):
            await self.books.desk.record(stream, askings)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    vault = f"sqlite:///{tmp_path / 'vault.db'}"
    with books(url, vault, tmp_path / "vault.key", "gd-2022") as opened:
        gateway = Gateway(opened)
        with at(opened.ledger, MONDAY):
            district = await District.found(gateway)
            yield Office(url, opened, gateway, district, MONDAY + timedelta(seconds=1))


async def busy_weeks(office: Office) -> list[str]:
    """Three tasks: one goes well, one is late everywhere, one is never signed in for."""
    tasks = [f"task/{new_uuid7()}" for _ in range(3)]
    punctual, late, forgotten = (office.district.whole_case(task) for task in tasks)
    await office.record(*punctual)
    await office.record(*late[:2], later=timedelta(hours=1))
    await office.record(*forgotten[:3], later=timedelta(minutes=5))
    await office.record(late[2], later=timedelta(days=1))
    await office.record(late[3], late[4], later=timedelta(minutes=20))
    await office.record(office.district.contact(tasks[1]), later=timedelta(days=3))
    await office.record(office.district.progress(tasks[1]), later=timedelta(days=25))
    await office.record(office.district.progress(tasks[2]))  # refused; what was due is rung
    return tasks


async def test_every_due_time_of_the_desk_agrees(office: Office) -> None:
    tasks = await busy_weeks(office)
    with open_reader(office.url) as reader:
        told = 0
        for task in tasks:
            for reasons in explained_dues(reader, task).values():
                for reason in reasons:
                    assert reason.agrees is True, reason
                    told += 1
        kinds = {entry.kind for task in tasks for entry in reader.stream(task)}
    assert told > 15
    assert {"task_overdue.v1", "sign_in_overdue.v1", "limit_missed.v1"} <= kinds


async def test_the_desk_and_the_comparison_judge_alike(office: Office) -> None:
    tasks = await busy_weeks(office)
    with open_reader(office.url) as reader:
        own = shipped_pack("gd-2022")
        assert [one.stream for one in compare(reader, own, tasks) if one.differs] == []
        other = list(compare(reader, shipped_pack("bj-grade"), tasks))
    assert [one.cannot_tell for one in other] == [None, None, None]
    assert all(one.dues for one in other)
    assert any(one.only_own or one.only_other for one in other)


async def test_the_desks_book_gives_the_boards_figures(office: Office, tmp_path: Path) -> None:
    await busy_weeks(office)
    boards = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    boards.follower(office.books.ledger).catch_up()
    with open_reader(office.url) as reader:
        ours = counted(reader)
    for metric in DEFINITIONS:
        assert [
            (one.stream, one.opened, one.settled, one.counts, one.unit)
            for one in ours
            if one.metric == metric
        ] == [
            (one.stream, one.opened, one.settled, bool(one.numerator), one.unit)
            for one in boards.levels.explain(metric)
        ]
    assert {one.unit for one in ours} == {BUREAU}
    boards.close()


async def test_the_desk_at_an_instant_is_what_as_of_shows(office: Office) -> None:
    tasks = await busy_weeks(office)
    states = {task: office.books.desk.state_of(task) for task in tasks}
    with open_reader(office.url) as reader:
        for axis in Axis:
            found = as_of(reader, office.now, axis, default_policy="gd-2022")
            for task, (version, state) in states.items():
                assert (found.cases[task].version, found.cases[task].state) == (version, state)
                clocks = found.clocks(found.cases[task])
                first = min(clocks, key=lambda clock: (clock.due, clock.name), default=None)
                shown = office.books.desk.standing(task).next_clock
                assert (None if first is None else (first.name, first.due)) == shown
