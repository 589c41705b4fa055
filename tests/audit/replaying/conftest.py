"""Ledgers for the tests of replaying: a rich one that is only read, and fresh ones to write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.reading import Reader, open_reader
from ledger.store import open_ledger
from tests.audit.replaying.rich import Chronicle
from tests.projections.walks import pairing_walk, task_walk


@pytest.fixture(scope="session")
def rich_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A town with forty tasks and ten pairings going on at once; not to be written to."""
    url = f"sqlite:///{tmp_path_factory.mktemp('rich') / 'ledger.db'}"
    ledger = open_ledger(url)
    chronicle = Chronicle(ledger)
    chronicle.found_town()
    chronicle.tell_walks(
        [task_walk(seed) for seed in range(40)] + [pairing_walk(seed) for seed in range(10)]
    )
    ledger.close()
    return url


@pytest.fixture
def rich(rich_url: str) -> Iterator[Reader]:
    """The rich ledger, opened for reading."""
    with open_reader(rich_url) as reader:
        yield reader


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The address of a ledger of one's own."""
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def chronicle(url: str) -> Iterator[Chronicle]:
    """A ledger of one's own with the town in it."""
    ledger = open_ledger(url)
    told = Chronicle(ledger)
    told.found_town()
    yield told
    ledger.close()
