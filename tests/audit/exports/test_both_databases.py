"""The same record on SQLite and on PostgreSQL makes the same exports, byte for byte."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store import open_ledger
from tests.audit.exports.conftest import export_all
from tests.audit.exports.sample import KEY, walks_of_kinds, write_walks
from tests.ledger.postgres import PostgresServer
from tests.projections.book import Book
from tests.projections.walks import pairing_walk, task_walk

COMPARED = ("log.jsonl", "log.json", "log.xml", "log.xes")
"""Files that hold nothing but the record; a workbook and a database carry times of making."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


def test_exports_do_not_tell_which_database_they_came_from(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.new_ledger()
    book = Book(open_ledger(url))
    book.write_town()
    book.write_walks([task_walk(seed) for seed in range(6)] + [pairing_walk(0), *walks_of_kinds()])
    book.ledger.close()
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    export_all(write_walks(tmp_path, tasks=6, pairings=1).url, tmp_path / "here", KEY)
    export_all(url, tmp_path / "there", KEY)
    for name in COMPARED:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()
    assert (tmp_path / "there" / "log.xlsx").stat().st_size > 10_000
