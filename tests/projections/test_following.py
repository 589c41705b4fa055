"""The boards follow the log: every entry once, whatever happens between."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, inspect, select, update

from ledger.entry import Entry
from projections.applying import apply
from projections.boards import TABLES, Boards, compare, open_boards, rebuild
from projections.follower import Follower, standing
from projections.service_levels import measures
from projections.store import open_engine, prepare, progress, writing
from projections.task_board import tasks
from tests.domain.task import stories as s
from tests.ledger.postgres import PostgresServer
from tests.projections.book import Book, LogInMemory
from tests.projections.walks import pairing_walk, task_walk


def rows_of(boards: Boards) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every board, in one order."""
    with boards.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in TABLES
        }


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 400), max_size=30))
def test_any_split_into_pages_gives_the_same_boards(
    busy_log: LogInMemory, tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    """Page by page of any length, or all at once."""
    folder = tmp_path_factory.mktemp("split")
    apart = open_boards(f"sqlite:///{folder / 'apart.db'}")
    for size in cuts:
        Follower(apart.engine, busy_log, page_size=size).catch_up(apart.position() + size)
    apart.follower(busy_log).catch_up()
    assert apart.position() == busy_log.head()
    at_once = open_boards(f"sqlite:///{folder / 'at_once.db'}")
    rebuild(at_once.engine, busy_log)
    assert rows_of(apart) == rows_of(at_once)
    apart.close()
    at_once.close()


def test_boards_that_followed_compare_equal_with_a_rebuild(
    busy_log: LogInMemory, boards: Boards
) -> None:
    Follower(boards.engine, busy_log, page_size=37).catch_up()
    assert compare(busy_log, boards.engine) == []


def test_a_real_ledger_is_followed_to_its_head(book: Book, boards: Boards) -> None:
    """Work-order numbers, correlation and instants as the ledger itself writes them."""
    book.write_walks([task_walk(3, steps=4), pairing_walk(2, steps=4)])
    boards.follower(book.ledger).catch_up()
    assert boards.position() == book.ledger.head()
    assert compare(book.ledger, boards.engine) == []
    (line,) = boards.tasks.find().lines
    assert line.number.startswith("DQ440106")
    assert boards.tasks.by_number(line.number) == line


def test_comparing_looks_only_as_far_as_the_boards_have_come(
    busy_log: LogInMemory, boards: Boards
) -> None:
    """Boards that are behind are behind, not wrong."""
    boards.follower(busy_log).catch_up(200)
    assert boards.position() == 200
    assert compare(busy_log, boards.engine) == []


def test_a_row_that_was_tampered_with_is_found(busy_log: LogInMemory, boards: Boards) -> None:
    boards.follower(busy_log).catch_up()
    with writing(boards.engine) as connection:
        victim = connection.execute(select(tasks.c.stream).limit(1)).scalar_one()
        lost = connection.execute(select(measures.c.stream).limit(1)).scalar_one()
        connection.execute(update(tasks).where(tasks.c.stream == victim).values(state="CLOSED!"))
        connection.execute(delete(measures).where(measures.c.stream == lost))
    found = compare(busy_log, boards.engine)
    changed = next(one for one in found if one.table == tasks.name)
    assert changed.columns() == ("state",)
    gone = [one for one in found if one.table == measures.name]
    assert gone
    assert all(one.standing is None for one in gone)


def test_applying_a_page_again_changes_nothing(busy_log: LogInMemory, boards: Boards) -> None:
    """A second hand with the same page finds the mark moved on."""
    follower = boards.follower(busy_log)
    follower.catch_up(99)
    before = rows_of(boards)
    late = boards.follower(busy_log)
    assert late._step(49, 99, take_turn=False) == 99
    assert rows_of(boards) == before


def test_a_page_that_fails_leaves_no_trace(busy_log: LogInMemory, boards: Boards) -> None:
    """Boards and mark change together or not at all."""
    boards.follower(busy_log).catch_up(50)
    before = rows_of(boards)
    entries = busy_log.log(50, 40)

    class PowerCut(Exception):
        pass

    def fail() -> None:
        with writing(boards.engine) as connection:
            apply(connection, entries)
            connection.execute(update(progress).values(position=90))
            raise PowerCut

    with pytest.raises(PowerCut):
        fail()
    assert rows_of(boards) == before
    assert boards.position() == 50


def test_boards_of_another_shape_are_emptied_and_derived_again(
    busy_log: LogInMemory, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    old = open_boards(url)
    old.follower(busy_log).catch_up(100)
    with writing(old.engine) as connection:
        connection.execute(update(progress).values(shape="an older shape"))
    old.close()
    new = open_boards(url)
    assert new.position() == -1
    new.follower(busy_log).catch_up(100)
    assert compare(busy_log, new.engine) == []
    new.close()


def test_boards_of_this_shape_are_kept_when_opened_again(
    busy_log: LogInMemory, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    first = open_boards(url)
    first.follower(busy_log).catch_up(100)
    first.close()
    again = open_boards(url)
    assert again.position() == 100
    again.close()


def test_boards_of_this_shape_are_given_the_indexes_of_this_version(
    busy_log: LogInMemory, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'earlier.db'}"
    first = open_boards(url)
    first.follower(busy_log).catch_up(100)
    as_made = indexes_of(first)
    with writing(first.engine) as connection:
        connection.exec_driver_sql("DROP INDEX board_task_as_asked")
        connection.exec_driver_sql("CREATE INDEX board_task_of_once ON board_task (state)")
    assert indexes_of(first) != as_made
    rows = rows_of(first)
    first.close()
    again = open_boards(url)
    assert indexes_of(again) == as_made
    assert rows_of(again) == rows
    again.close()


def indexes_of(boards: Boards) -> set[str]:
    looked = inspect(boards.engine)
    return {
        str(index["name"])
        for table in looked.get_table_names()
        for index in looked.get_indexes(table)
    }


# One active follower.


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 5, 11, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_of_two_followers_one_is_active(busy_log: LogInMemory, boards: Boards) -> None:
    """The second waits for the first to fall silent, then takes its place."""
    clock = Clock()
    first = boards.follower(busy_log, now=clock, page_size=10, lease_seconds=10)
    second = boards.follower(busy_log, now=clock, page_size=10, lease_seconds=10)
    assert first._step(-1, None, take_turn=True) == 9
    assert second._step(9, None, take_turn=True) == 9, "the lease is the first one's"
    clock.now += timedelta(seconds=11)
    assert second._step(9, None, take_turn=True) == 19
    assert first._step(19, None, take_turn=True) == 19, "the lease has changed hands"


def test_a_follower_that_stops_gives_its_lease_back(busy_log: LogInMemory, boards: Boards) -> None:
    first = boards.follower(busy_log, page_size=10)
    first._step(-1, None, take_turn=True)
    first._let_go()
    with boards.engine.connect() as connection:
        assert standing(connection).holder == ""
    assert boards.follower(busy_log, page_size=10)._step(9, None, take_turn=True) == 19


async def test_two_running_followers_apply_everything_once(
    busy_log: LogInMemory, boards: Boards
) -> None:
    stop = asyncio.Event()
    followers = [
        asyncio.create_task(boards.follower(busy_log, page_size=50, poll_seconds=0.01).run(stop))
        for _ in range(2)
    ]
    assert await boards.wait_until(busy_log.head(), 60)
    stop.set()
    await asyncio.gather(*followers)
    assert compare(busy_log, boards.engine) == []


async def test_a_page_waits_for_what_its_reader_has_just_written(
    book: Book, boards: Boards
) -> None:
    """Read your own writes: a hint wakes the follower at once, however seldom it polls."""
    stop = asyncio.Event()
    follower = boards.follower(book.ledger, poll_seconds=3600)
    running = asyncio.create_task(follower.run(stop))
    assert await boards.wait_until(book.ledger.head(), 60)
    position = await asyncio.to_thread(book.write_story, s.MASTER, s.triaged().facts)
    waiting = asyncio.create_task(boards.wait_until(position, 60))
    follower.hint()
    assert await waiting
    line = boards.tasks.get(s.MASTER)
    assert line is not None
    assert line.state == "TRIAGED"
    stop.set()
    await running


async def test_waiting_ends_when_the_time_is_up(boards: Boards) -> None:
    assert not await boards.wait_until(5, 0.05)


def test_one_process_finds_what_another_has_applied(book: Book, tmp_path: Path) -> None:
    """The waiting page and the follower may be two programs with one database."""
    url = f"sqlite:///{tmp_path / 'boards.db'}"
    here, there = open_boards(url), open_boards(url)
    there.follower(book.ledger).catch_up()
    assert here.wait_until_now(book.ledger.head(), 60)
    here.close()
    there.close()


class Flaky:
    """A log that is away every other time it is asked."""

    def __init__(self, known: LogInMemory) -> None:
        self.known = known
        self.asked = 0

    def log(self, after: int = -1, limit: int = 1000, categories: object = None) -> Sequence[Entry]:
        from ledger.database import LedgerUnavailable

        self.asked += 1
        if self.asked % 2:
            raise LedgerUnavailable("not now")
        return self.known.log(after, limit)


async def test_a_follower_outlives_an_outage(busy_log: LogInMemory, boards: Boards) -> None:
    stop = asyncio.Event()
    follower = Follower(
        boards.engine, Flaky(busy_log), boards._reached, page_size=200, poll_seconds=0.01
    )
    running = asyncio.create_task(follower.run(stop))
    assert await boards.wait_until(busy_log.head(), 60)
    stop.set()
    await running
    assert compare(busy_log, boards.engine) == []


def test_on_postgresql_boards_stand_beside_the_ledger(busy_log: LogInMemory) -> None:
    """The same rows, in tables of their own prefix; dropping them touches no other table."""
    with PostgresServer() as server:
        url = server.new_database()
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE somebody_elses (id int)")
        boards = open_boards(url)
        Follower(boards.engine, busy_log, page_size=100).catch_up()
        assert compare(busy_log, boards.engine) == []
        assert sum(boards.tasks.counts().values()) == 45
        rebuild(boards.engine, busy_log)
        assert compare(busy_log, boards.engine) == []
        prepare(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT * FROM somebody_elses")
        boards.close()
        engine.dispose()
