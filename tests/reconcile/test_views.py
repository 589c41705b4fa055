"""Boards are read by questions of our own, and agree with the ledger through every kind of case."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.reading import CannotRead
from audit.reconcile.case_views import CLERKED, boards_seen, clerk_notes, heads_of, ledger_case
from audit.reconcile.reconciling import LedgerCase, compare_boards
from domain.values import category_of
from ledger.entry import Entry
from projections.boards import open_boards
from tests.ledger.postgres import PostgresServer
from tests.projections.book import LogInMemory
from tests.projections.walks import pairing_walk, task_walk


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def busy_log() -> LogInMemory:
    """The town and forty cases going on in it at once."""
    return LogInMemory(
        [task_walk(seed) for seed in range(30)] + [pairing_walk(seed) for seed in range(10)]
    )


def cases(entries: list[Entry]) -> dict[str, LedgerCase]:
    streams: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if category_of(entry.stream) in CLERKED:
            streams[entry.stream].append(entry)
    told = {stream: ledger_case(stream, mine) for stream, mine in streams.items()}
    return {stream: case for stream, case in told.items() if case is not None}


def followed(url: str, log: LogInMemory, until: int) -> None:
    boards = open_boards(url)
    boards.follower(log).catch_up(until)
    boards.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_boards_that_followed_agree_with_the_ledger_wherever_they_stand(
    busy_log: LogInMemory, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """After a third, two thirds and all of the log: forty cases, field by field."""
    url = f"sqlite:///{tmp_path}/boards.db"
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
    head = len(busy_log.entries) - 1
    newest, states = busy_log.entries[-1].recorded_at, set[str]()
    for until in (head // 3, head * 2 // 3, head):
        followed(url, busy_log, until)
        boards = boards_seen(url)
        stood = cases(busy_log.entries[: until + 1])
        assert boards.progress == until
        assert len(stood) > 5
        assert compare_boards(stood, boards, until, newest, newest) == []
        states |= {case.state for case in stood.values()}
    assert len(states) > 8


def test_without_boards_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="jiedui rebuild boards"):
        boards_seen(f"sqlite:///{tmp_path}/nothing.db")


def test_every_entry_is_known_by_its_version(busy_log: LogInMemory) -> None:
    by_stream: dict[str, list[Entry]] = defaultdict(list)
    for entry in busy_log.entries:
        by_stream[entry.stream].append(entry)
    for entries in by_stream.values():
        assert heads_of(entries) == {entry.version: entry.hash for entry in entries}


def test_a_clerk_owes_something_for_what_somebody_is_told_of(busy_log: LogInMemory) -> None:
    for case in cases(busy_log.entries).values():
        assert 0 <= case.owed <= case.version
        assert (case.owed_at is None) == (case.owed == 0)
    assert any(case.owed for case in cases(busy_log.entries).values())


def test_nothing_is_known_of_a_clerk_no_fact_speaks_of() -> None:
    assert clerk_notes([]).named == frozenset()
    assert ledger_case("task/0197a4a1-0000-7000-8000-000000000001", []) is None
