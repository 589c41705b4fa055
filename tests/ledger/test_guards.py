"""The database itself refuses to change what has been recorded, by whatever road one comes."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from ledger.migrating import LEDGER, upgrade
from ledger.schema import counters, entries
from ledger.store import Ledger, LedgerUnavailable, WeakSettings, open_ledger
from tests.ledger.episodes import COUNTY, a_task, append, facts
from tests.ledger.postgres import PostgresServer
from tests.ledger.truth import check_ledger
from vault.schema import ITEMS, KEYS, vault_items, vault_keys

ANYWHERE = (
    "UPDATE entries SET kind = 'x.v1' WHERE position = 1",
    "UPDATE entries SET position = 7 WHERE position = 2",
    "DELETE FROM entries WHERE position = 2",
    "DELETE FROM entries",
    "UPDATE counters SET last = 1",
    "UPDATE counters SET county = '000000'",
    "DELETE FROM counters",
    # A copy of an entry: elsewhere, over itself, as a fork, with a gap, back in time.
    (
        "INSERT INTO entries SELECT position, '{task}', category, 1, ordinal, kind, recorded_at, "
        "command_id, digest, pairing, body, hash FROM entries WHERE position = 1"
    ),
    (
        "INSERT INTO entries SELECT 99, '{task}', category, 1, ordinal, kind, recorded_at, "
        "command_id, digest, pairing, body, hash FROM entries WHERE position = 1"
    ),
    (
        "INSERT INTO entries SELECT 3, stream, category, 9, ordinal, kind, recorded_at, "
        "'c-9', digest, pairing, body, hash FROM entries WHERE position = 1"
    ),
    (
        "INSERT INTO entries SELECT 3, stream, category, 4, ordinal, kind, recorded_at, "
        "command_id, digest, pairing, body, hash FROM entries WHERE position = 1"
    ),
    (
        "INSERT INTO entries SELECT 3, '{task}', category, 1, ordinal, kind, "
        "'1999-01-01T00:00:00.000000Z', command_id, digest, pairing, body, hash "
        "FROM entries WHERE position = 1"
    ),
)
SQLITE_ONLY = (
    "REPLACE INTO entries SELECT * FROM entries WHERE position = 1",
    (
        "INSERT OR REPLACE INTO entries SELECT position, stream, category, version, ordinal, "
        "'x.v1', recorded_at, command_id, digest, pairing, body, hash FROM entries "
        "WHERE position = 1"
    ),
    # A next position and version whose command id would push an older row out.
    (
        "INSERT OR REPLACE INTO entries SELECT 3, stream, category, 4, ordinal, kind, recorded_at, "
        "command_id, digest, pairing, body, hash FROM entries WHERE position = 1"
    ),
    (
        "INSERT INTO entries SELECT * FROM entries WHERE position = 1 "
        "ON CONFLICT DO UPDATE SET kind = 'x.v1'"
    ),
    "UPDATE OR REPLACE entries SET position = 0 WHERE position = 1",
    "INSERT OR REPLACE INTO counters VALUES ('440106', '20261123', 1)",
    "INSERT INTO entries (stream) VALUES ('task/x')",
)
POSTGRESQL_ONLY = (
    "TRUNCATE entries",
    "TRUNCATE entries, counters CASCADE",
    "SET session_replication_role = replica; DELETE FROM entries",
    "SET session_replication_role = replica; TRUNCATE entries",
    (
        "INSERT INTO entries SELECT * FROM entries WHERE position = 1 "
        "ON CONFLICT (position) DO UPDATE SET kind = 'x.v1'"
    ),
    (
        "INSERT INTO entries OVERRIDING SYSTEM VALUE SELECT 50, '{task}', category, 1, ordinal, "
        "kind, recorded_at, command_id, digest, pairing, body, hash FROM entries WHERE position = 1"
    ),
    (
        "INSERT INTO entries SELECT 3, '{task}', category, 1, ordinal, kind, recorded_at, "
        "command_id, digest, pairing, body || 'x', hash FROM entries WHERE position = 1"
    ),
)


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    """Return a ledger with three entries of one task, and one work-order number."""
    command = facts("c-1", "task_registered.v1", "task_triaged.v1", number_for=COUNTY)
    append(ledger, a_task(), 0, command, facts("c-2"))
    return ledger


def _refused(url: str, statement: str) -> None:
    engine = create_engine(url)
    try:
        *before, last = statement.replace("{task}", a_task()).split("; ")
        with engine.connect() as connection:
            for preparation in before:
                connection.exec_driver_sql(preparation)
            with pytest.raises(DBAPIError) as refusal:
                connection.exec_driver_sql(last)
        assert re.search(r"append-only|never|constraint|not that of the body", str(refusal.value))
    finally:
        engine.dispose()


@pytest.mark.parametrize("statement", ANYWHERE)
def test_the_record_cannot_be_changed(told: Ledger, ledger_url: str, statement: str) -> None:
    before = told.log()
    _refused(ledger_url, statement)
    assert told.log() == before


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("statement", SQLITE_ONLY)
def test_sqlite_cannot_replace(told: Ledger, ledger_url: str, statement: str) -> None:
    """REPLACE removes rows without firing delete triggers; the insert trigger stops it."""
    before = told.log()
    _refused(ledger_url, statement)
    assert told.log() == before


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
@pytest.mark.parametrize("statement", POSTGRESQL_ONLY)
def test_postgresql_cannot_truncate(told: Ledger, ledger_url: str, statement: str) -> None:
    """The guards are ENABLE ALWAYS: a superuser playing a replica is refused as well."""
    before = told.log()
    _refused(ledger_url, statement)
    assert told.log() == before


@pytest.fixture
def writer_url(postgres: PostgresServer) -> Iterator[str]:
    """Return the URL of a role that has what `roles.sql` gives a writer, and no more."""
    url = postgres.new_ledger()
    database = url.partition("@/")[2].partition("?")[0]
    with postgres.admin(database) as admin:
        sql = (Path(__file__).parents[2] / "ledger" / "roles.sql").read_bytes()
        admin.execute(sql)
        admin.execute(sql)  # may be run again
        admin.execute("DROP ROLE IF EXISTS clerk")
        admin.execute("CREATE ROLE clerk LOGIN IN ROLE jiedui_writer INHERIT")
    yield postgres.url(database, "clerk")
    with postgres.admin(database) as admin:
        admin.execute("DROP ROLE clerk")


def test_a_writer_role_can_append_and_nothing_else(writer_url: str) -> None:
    ledger = open_ledger(writer_url)
    command = facts("c-1", "task_registered.v1", number_for=COUNTY)
    for _ in range(2):
        append(ledger, a_task(), 0, command)
    ledger.close()
    with psycopg.connect(writer_url.replace("+psycopg", ""), autocommit=True) as clerk:
        for statement in (
            "UPDATE entries SET kind = 'x.v1'",
            "DELETE FROM entries",
            "TRUNCATE entries",
            "ALTER TABLE entries DISABLE TRIGGER ALL",
            "DROP TRIGGER entries_are_never_changed ON entries",
            "DROP TABLE entries",
            "SET session_replication_role = replica",
            "CREATE TABLE shadow (x int)",
            "UPDATE counters SET county = '000000'",
            "UPDATE ledger_schema SET version_num = '0'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                clerk.execute(statement)
    assert check_ledger(writer_url).entries == 2


@pytest.mark.parametrize(
    "weak", ["synchronous=NORMAL", "synchronous=OFF", "synchronous=1", "journal_mode=DELETE"]
)
def test_weak_sqlite_settings_are_refused(tmp_path: Path, weak: str) -> None:
    file = tmp_path / "ledger.db"
    with pytest.raises(WeakSettings, match=weak.partition("=")[0]):
        open_ledger(f"sqlite:///{file}?{weak}")
    assert not file.exists()


def test_weak_sqlite_settings_are_refused_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIEDUI_SQLITE_SYNCHRONOUS", "NORMAL")
    with pytest.raises(WeakSettings, match="synchronous=NORMAL"):
        open_ledger(f"sqlite:///{tmp_path}/ledger.db")


def test_a_ledger_in_memory_is_refused() -> None:
    with pytest.raises(WeakSettings):
        open_ledger("sqlite://")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_sqlite_runs_wal_and_full(ledger: Ledger) -> None:
    """What was set is what is in force, on the very connections that append."""
    with ledger.writer.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_weak_postgresql_settings_are_refused(postgres: PostgresServer) -> None:
    url = postgres.new_ledger()
    for weak in ("off", "local", "remote_write"):
        with pytest.raises(WeakSettings, match=f"synchronous_commit={weak}"):
            open_ledger(f"{url}&options=-csynchronous_commit%3D{weak}")


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_postgresql_that_could_lose_writes_is_refused(setting: str) -> None:
    with (
        PostgresServer(**{setting: "off"}) as server,
        pytest.raises(WeakSettings, match=f"{setting}=off"),
    ):
        open_ledger(server.new_database())


def test_a_database_that_is_not_there_is_not_now() -> None:
    with pytest.raises(LedgerUnavailable):
        open_ledger("postgresql+psycopg://nobody@127.0.0.1:1/nothing")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_files_are_for_their_owner_only(ledger: Ledger, ledger_url: str) -> None:
    append(ledger, a_task(), 0, "c-1")
    folder = Path(ledger_url.removeprefix("sqlite:///")).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_a_ledger_made_by_a_newer_version_is_refused(ledger: Ledger, ledger_url: str) -> None:
    ledger.close()
    engine = create_engine(ledger_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE ledger_schema SET version_num = '9999'"))
    with pytest.raises(WeakSettings, match="newer"):
        open_ledger(ledger_url)
    with engine.begin() as connection:
        newest = {"newest": LEDGER.newest}
        connection.execute(text("UPDATE ledger_schema SET version_num = :newest"), newest)
    engine.dispose()


def test_the_tables_are_as_the_code_asks_them(kind: str, request: pytest.FixtureRequest) -> None:
    """Migrations and `schema.py` name the same columns, in the same order."""
    tmp_path = request.getfixturevalue("tmp_path")
    url = f"sqlite:///{tmp_path}/all.db"
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
    engine = create_engine(url)
    books = (LEDGER, ITEMS, KEYS)
    for book in books + books:  # repeatable
        upgrade(engine, book)
    for table in (entries, counters, vault_items, vault_keys):
        found = [column["name"] for column in inspect(engine).get_columns(table.name)]
        assert found == [column.name for column in table.columns]
    engine.dispose()


def test_the_tables_are_strict(tmp_path: Path) -> None:
    """SQLite would otherwise store a text where a number is meant."""
    open_ledger(f"sqlite:///{tmp_path}/ledger.db").close()
    raw = sqlite3.connect(tmp_path / "ledger.db")
    strict = dict(raw.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'"))
    raw.close()
    assert strict["entries"] == strict["counters"] == 1


def test_several_processes_may_open_a_new_ledger_at_once(tmp_path: Path) -> None:
    """Whoever comes first makes the tables; nobody fails."""
    program = "import sys; from ledger.store import open_ledger; open_ledger(sys.argv[1]).close()"
    url = f"sqlite:///{tmp_path}/home/ledger.db"
    processes = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    check_ledger(url)
