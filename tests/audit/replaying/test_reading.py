"""A reader gives the log as it was written, in one snapshot, from either database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from audit.reading import CannotRead, open_reader
from ledger.store import Ledger, open_ledger
from tests.audit.replaying.rich import Chronicle
from tests.domain.task import stories as s
from tests.domain.world import LONG_AGO, MONDAY, task_id
from tests.ledger.postgres import PostgresServer

RAMP, SECOND = task_id("the ramp"), task_id("the second")


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    with PostgresServer() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    started: PostgresServer = request.getfixturevalue("server")
    return started.new_ledger()


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    opened = open_ledger(address)
    chronicle = Chronicle(opened)
    chronicle.found_town()
    chronicle.tell_story(RAMP, s.dispatched())
    chronicle.tell_story(SECOND, s.registered().after(days=1).does(s.triage()))
    yield opened
    opened.close()


def test_entries_come_in_log_order_as_the_ledger_has_them(ledger: Ledger, address: str) -> None:
    whole = ledger.log(limit=10_000)
    with open_reader(address) as reader:
        assert list(reader.entries()) == whole
        assert reader.head() == ledger.head()
        assert list(reader.entries(after=5, until=9)) == whole[6:10]
        assert list(reader.entries(until=10**9)) == whole
        chosen = list(reader.entries(categories=("unit", "task")))
        assert chosen == [one for one in whole if one.stream.startswith(("unit/", "task/"))]
        assert list(reader.entries(categories=())) == []
        assert reader.entry(3) == whole[3]
        assert reader.entry(10**6) is None


def test_two_walks_may_go_on_at_once(ledger: Ledger, address: str) -> None:
    whole = ledger.log(limit=10_000)
    with open_reader(address) as reader:
        first, second = reader.entries(), reader.entries(categories=("task",))
        assert next(first) == whole[0]
        task = next(second)
        assert task.stream == RAMP
        assert next(first) == whole[1]
        assert [task, *second] == [one for one in whole if one.stream.startswith("task/")]
        assert len(list(first)) == len(whole) - 2


def test_a_stream_is_read_up_to_a_position(ledger: Ledger, address: str) -> None:
    entries = ledger.read(RAMP)
    with open_reader(address) as reader:
        assert reader.stream(RAMP) == entries
        assert reader.stream(RAMP, entries[1].position) == entries[:2]
        assert reader.stream(RAMP, entries[0].position - 1) == []
        assert reader.stream(task_id("nobody's")) == []
        assert list(reader.streams("task")) == sorted((RAMP, SECOND))
        assert list(reader.streams("task", entries[-1].position)) == [RAMP]
        assert [one.stream for one in reader.of_kind("task_registered.v1")] == [RAMP, SECOND]
        later = reader.of_kind("task_triaged.v1", MONDAY + timedelta(hours=12))
        assert [one.stream for one in later] == [SECOND]


def test_the_position_of_an_instant_is_the_last_recorded_by_then(
    ledger: Ledger, address: str
) -> None:
    whole = ledger.log(limit=10_000)
    with open_reader(address) as reader:
        for entry in whole:
            last = max(one.position for one in whole if one.recorded_at <= entry.recorded_at)
            assert reader.position_at(entry.recorded_at) == last
            just_before = entry.recorded_at - timedelta(microseconds=1)
            before = [one.position for one in whole if one.recorded_at <= just_before]
            assert reader.position_at(just_before) == max(before, default=-1)
        assert reader.position_at(LONG_AGO - timedelta(days=1)) == -1
        assert reader.position_at(whole[-1].recorded_at + timedelta(days=1)) == reader.head()


def test_what_is_written_meanwhile_is_not_seen(ledger: Ledger, address: str) -> None:
    """One snapshot: a walk of an hour shows one moment."""
    with open_reader(address) as reader:
        head = reader.head()
        again = Chronicle(ledger)
        again.tell_story(task_id("the third"), s.registered().after(days=30))
        assert ledger.head() == head + 1
        assert reader.head() == head
        assert len(list(reader.entries())) == head + 1
        assert reader.stream(task_id("the third")) == []
    with open_reader(address) as reader:
        assert reader.head() == head + 1


def test_a_ledger_before_there_were_checkpoints_has_none(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    ledger = open_ledger(f"sqlite:///{file}")
    ledger.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE IF EXISTS cosignatures")
        connection.execute("DROP TABLE IF EXISTS checkpoints")
    with open_reader(f"sqlite:///{file}") as reader:
        assert reader.checkpoints() == []
        assert reader.cosignatures(1) == []
        assert reader.head() == -1
        assert list(reader.entries()) == []
        assert reader.position_at(MONDAY) == -1


def test_an_address_without_a_ledger_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "noise.db").write_bytes(b"this is no database at all" * 100)
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE something (else_ TEXT)")
    addresses = (
        f"sqlite:///{tmp_path / 'none.db'}",
        f"sqlite:///{tmp_path / 'noise.db'}",
        f"sqlite:///{tmp_path / 'other.db'}",
        "sqlite:///",
        "mysql://nowhere/ledger",
        "not an address",
        "postgresql://127.0.0.1:1/none",
    )
    for address in addresses:
        with pytest.raises(CannotRead) as said, open_reader(address) as reader:
            list(reader.entries())
        assert "Traceback" not in str(said.value)
    assert not (tmp_path / "none.db").exists()


def test_a_broken_entry_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    ledger = open_ledger(f"sqlite:///{file}")
    Chronicle(ledger).found_town()
    ledger.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER entries_are_never_changed")
        connection.execute("UPDATE entries SET body = x'7b' WHERE position = 4")
        connection.commit()
    with open_reader(f"sqlite:///{file}") as reader:
        with pytest.raises(CannotRead, match="Entry 4 cannot be read"):
            list(reader.entries())
        assert len(list(reader.entries(after=4))) == reader.head() - 4


def test_what_the_caller_raises_is_the_callers(tmp_path: Path) -> None:
    """An export that fails to write its own database is not a ledger that cannot be read."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url).close()
    with pytest.raises(sqlite3.OperationalError), open_reader(url):
        raise sqlite3.OperationalError("the caller's own")
