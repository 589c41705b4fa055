"""One fact a board cannot apply stops that board, which says so; the others go on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.entry import Entry
from projections.applying import BoardStopped
from projections.boards import Boards, compare, open_boards, rebuild
from tests.projections.book import LogInMemory
from tests.projections.walks import pairing_walk, task_walk


@pytest.fixture
def log() -> LogInMemory:
    """Thirty tasks and ten pairings going on at once."""
    return LogInMemory(
        [task_walk(seed) for seed in range(30)] + [pairing_walk(seed) for seed in range(10)]
    )


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[Boards]:
    opened = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    yield opened
    opened.close()


def spoilt(log: LogInMemory, kind: str, lacks: str) -> Entry:
    """Take a field out of a fact of *kind* in the middle of *log*; return it as it was."""
    places = [at for at, entry in enumerate(log.entries) if entry.kind == kind]
    at = places[len(places) // 2]
    sound = log.entries[at]
    fact = {name: value for name, value in sound.fact.items() if name != lacks}
    log.entries[at] = replace(sound, fact=fact)
    return sound


def names(boards: Boards) -> dict[str, int]:
    return {one.board: one.position for one in boards.stopped()}


def test_a_board_stops_where_it_cannot_go_on_and_the_others_go_on(
    log: LogInMemory, boards: Boards
) -> None:
    entry = spoilt(log, "supervision_raised.v1", "level_before")  # no other board reads it
    boards.follower(log, page_size=100).catch_up()
    assert names(boards) == {"supervision": entry.position}
    with pytest.raises(BoardStopped) as told:
        _ = boards.supervision
    assert str(entry.position) in str(told.value)
    assert "supervision_raised.v1 KeyError" in str(told.value)
    assert sum(boards.tasks.counts().values()) == 30
    assert sum(boards.pairings.counts().values()) == 10
    assert boards.position() == log.entries[-1].position


def test_what_is_made_from_a_board_stops_with_it(log: LogInMemory, boards: Boards) -> None:
    entry = spoilt(log, "task_triaged.v1", "urgency")
    boards.follower(log).catch_up()
    assert names(boards) == dict.fromkeys(
        ("tasks", "levels", "supervision", "erasures", "inbox"), entry.position
    )
    assert sum(boards.pairings.counts().values()) == 10


def test_a_row_the_database_refuses_is_traced_to_its_entry(
    log: LogInMemory, boards: Boards
) -> None:
    """Which entry of a page of thousands it was comes out by halves."""
    places = [at for at, one in enumerate(log.entries) if one.kind == "task_registered.v1"]
    at = places[len(places) // 2]
    log.entries[at] = replace(log.entries[at], fact=log.entries[at].fact | {"source": None})
    boards.follower(log).catch_up()
    assert names(boards)["tasks"] == log.entries[at].position


def test_a_stopped_board_agrees_with_what_the_log_gives_and_after_the_mend_is_whole(
    log: LogInMemory, boards: Boards
) -> None:
    """However the pages fall: it holds everything before the entry and nothing after it."""
    entry = spoilt(log, "supervision_raised.v1", "cause")
    boards.follower(log, page_size=37).catch_up()
    assert compare(log, boards.engine) == []
    log.entries[[one.position for one in log.entries].index(entry.position)] = entry
    rebuild(boards.engine, log)
    assert boards.stopped() == []
    assert compare(log, boards.engine) == []
