"""Ledgers and boards for the tests of this room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from projections.boards import Boards, open_boards
from tests.projections.book import Book, LogInMemory, new_book
from tests.projections.walks import pairing_walk, task_walk


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """An empty ledger with the town's registry."""
    opened = new_book(tmp_path)
    opened.write_town()
    yield opened
    opened.ledger.close()


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[Boards]:
    """Empty boards."""
    opened = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def busy_log() -> LogInMemory:
    """The town and sixty cases going on in it at once."""
    return LogInMemory(
        [task_walk(seed) for seed in range(45)] + [pairing_walk(seed) for seed in range(15)]
    )
