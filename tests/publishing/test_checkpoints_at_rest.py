"""Checkpoints and cosignatures at rest: added, never changed, on both databases."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DBAPIError

from ledger.checkpoints import Checkpoints, CheckpointTaken, StoredCheckpoint, StoredCosignature
from ledger.migrating import LEDGER
from ledger.schema import checkpoints as checkpoint_table
from ledger.schema import cosignatures as cosignature_table
from ledger.store import Ledger, open_ledger
from tests.ledger.episodes import a_task, append
from tests.ledger.postgres import PostgresServer

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    running: PostgresServer = request.getfixturevalue("server")
    return running.new_ledger()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url)
    yield opened
    opened.close()


@pytest.fixture
def book(ledger: Ledger) -> Checkpoints:
    """Three checkpoints, the newest cosigned."""
    opened = Checkpoints(ledger)
    for size in (0, 5, 9):
        opened.add(_checkpoint(size))
    assert opened.add_cosignature(_cosignature(9))
    return opened


def _checkpoint(size: int, root: bytes = b"r" * 32) -> StoredCheckpoint:
    return StoredCheckpoint(size, root, f"note {size}".encode(), NOW)


def _cosignature(size: int, line: str = "— w AAAA") -> StoredCosignature:
    return StoredCosignature(size, "w+0a", line, NOW)


def _everything(book: Checkpoints) -> list[object]:
    return [*book.above(-1), *book.cosignatures(9)]


ANYWHERE = (
    "UPDATE checkpoints SET size = 99 WHERE size = 9",
    "UPDATE cosignatures SET line = 'x'",
    "DELETE FROM checkpoints WHERE size = 5",
    "DELETE FROM checkpoints",
    "DELETE FROM cosignatures",
    "INSERT INTO checkpoints SELECT 7, root, note, signed_at FROM checkpoints WHERE size = 9",
    "INSERT INTO checkpoints SELECT 9, root, note, signed_at FROM checkpoints WHERE size = 9",
    "INSERT INTO cosignatures SELECT * FROM cosignatures",
    "INSERT INTO cosignatures SELECT 77, witness, line, received_at FROM cosignatures",
)
SQLITE_ONLY = (
    "REPLACE INTO checkpoints SELECT * FROM checkpoints WHERE size = 9",
    "INSERT OR REPLACE INTO checkpoints SELECT 5, zeroblob(32), note, signed_at FROM checkpoints",
    "UPDATE OR REPLACE checkpoints SET size = 9 WHERE size = 5",
    "REPLACE INTO cosignatures SELECT size, witness, 'x', received_at FROM cosignatures",
)
POSTGRESQL_ONLY = (
    "TRUNCATE cosignatures",
    "TRUNCATE checkpoints CASCADE",
    "SET session_replication_role = replica; DELETE FROM checkpoints",
    "SET session_replication_role = replica; UPDATE cosignatures SET line = 'x'",
    (
        "INSERT INTO checkpoints SELECT * FROM checkpoints WHERE size = 9 "
        "ON CONFLICT (size) DO UPDATE SET root = excluded.root"
    ),
)


def _refused(url: str, statement: str) -> None:
    engine = create_engine(url)
    *before, last = statement.split("; ")
    with engine.connect() as connection:
        for preparation in before:
            connection.exec_driver_sql(preparation)
        with pytest.raises(DBAPIError) as refusal:
            connection.exec_driver_sql(last)
    engine.dispose()
    assert re.search(r"never|foreign key|constraint", str(refusal.value))


@pytest.mark.parametrize("statement", ANYWHERE)
def test_what_was_signed_cannot_be_changed(book: Checkpoints, url: str, statement: str) -> None:
    before = _everything(book)
    _refused(url, statement)
    assert _everything(book) == before


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("statement", SQLITE_ONLY)
def test_sqlite_cannot_replace(book: Checkpoints, url: str, statement: str) -> None:
    before = _everything(book)
    _refused(url, statement)
    assert _everything(book) == before


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("statement", POSTGRESQL_ONLY)
def test_postgresql_cannot_truncate(book: Checkpoints, url: str, statement: str) -> None:
    before = _everything(book)
    _refused(url, statement)
    assert _everything(book) == before


def test_sizes_only_grow(book: Checkpoints) -> None:
    for size in (4, 5, 9):
        with pytest.raises(CheckpointTaken):
            book.add(StoredCheckpoint(size, b"x" * 32, b"another note", NOW))
    book.add(_checkpoint(9))  # the same one again
    book.add(_checkpoint(10))
    assert [each.size for each in book.above(-1)] == [0, 5, 9, 10]
    assert [each.size for each in book.below(9)] == [9, 5, 0]
    newest = book.newest()
    assert newest == _checkpoint(10)
    assert book.of_size(5) == _checkpoint(5)
    assert book.of_size(6) is None


def test_the_first_cosignature_of_a_witness_stays(book: Checkpoints) -> None:
    assert not book.add_cosignature(_cosignature(9, "— w BBBB"))
    assert [each.line for each in book.cosignatures(9)] == ["— w AAAA"]
    assert book.newest_cosigned("w+0a") == 9
    assert book.newest_cosigned("nobody") is None
    with pytest.raises(LookupError):
        book.add_cosignature(_cosignature(8))


def test_a_ledger_of_the_version_before_is_brought_up_to_date(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: PostgresServer = request.getfixturevalue("server")
    for url in (f"sqlite:///{tmp_path}/old.db", running.new_database()):
        with monkeypatch.context() as older:
            older.setattr(LEDGER, "newest", "0001")
            ledger = open_ledger(url)
            append(ledger, a_task(), 0, "c-1", "c-2")
            before = ledger.log()
            ledger.close()
        ledger = open_ledger(url)
        assert ledger.log() == before
        Checkpoints(ledger).add(_checkpoint(2))
        ledger.close()


def test_the_tables_are_as_the_code_asks_them(ledger: Ledger, url: str) -> None:
    engine = create_engine(url)
    for table in (checkpoint_table, cosignature_table):
        found = [column["name"] for column in inspect(engine).get_columns(table.name)]
        assert found == [column.name for column in table.columns]
    engine.dispose()


def test_the_writer_role_may_add_checkpoints_and_change_none(server: PostgresServer) -> None:
    url = server.new_ledger()
    database = url.partition("@/")[2].partition("?")[0]
    with server.admin(database) as admin:
        admin.execute((Path(__file__).parents[2] / "ledger" / "roles.sql").read_bytes())
        admin.execute("CREATE ROLE signer_clerk LOGIN IN ROLE jiedui_writer INHERIT")
    clerk_url = server.url(database, "signer_clerk")
    ledger = open_ledger(clerk_url)
    book = Checkpoints(ledger)
    book.add(_checkpoint(3))
    assert book.add_cosignature(_cosignature(3))
    ledger.close()
    with psycopg.connect(clerk_url.replace("+psycopg", ""), autocommit=True) as clerk:
        for statement in (
            "UPDATE checkpoints SET size = 1",
            "DELETE FROM checkpoints",
            "TRUNCATE checkpoints CASCADE",
            "DROP TRIGGER checkpoints_are_never_changed ON checkpoints",
            "ALTER TABLE cosignatures DISABLE TRIGGER ALL",
            "DELETE FROM cosignatures",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                clerk.execute(statement)
