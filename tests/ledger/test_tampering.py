"""Whoever owns the file can do anything to it; the auditor says where it was done."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from audit.verify.verifying import CannotVerify, Fault, verify
from ledger.entry import entry_hash
from ledger.store import open_ledger
from tests.ledger.episodes import COUNTY, a_task, append, facts, minutes

TASKS = tuple(f"task/00000000-0000-4000-8000-00000000000{n}" for n in range(3))


@pytest.fixture
def url(ledger_url: str) -> str:
    """Return a ledger of twelve entries in three tasks, whose guards the owner has dropped."""
    ledger = open_ledger(ledger_url)
    for version in range(4):
        for number, task in enumerate(TASKS):
            command = facts(
                f"c-{version}",
                "task_registered.v1" if version == 0 else "progress_logged.v1",
                number_for=COUNTY if version == 0 else None,
            )
            append(ledger, task, version, command, at=minutes(version * 3 + number))
    ledger.close()
    return ledger_url


def _tampered(url: str, *statements: str | Callable[[Connection], None]) -> tuple[Fault, ...]:
    """Return what the auditor finds after the guards were dropped, used, and put back."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            guards = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for name, _ in guards:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE entries DISABLE TRIGGER ALL")
        for statement in statements:
            if callable(statement):
                statement(connection)
            else:
                connection.exec_driver_sql(statement)
        if connection.dialect.name == "sqlite":
            for _, sql in guards:
                connection.exec_driver_sql(sql)
        else:
            for (name,) in connection.execute(
                text(
                    "SELECT tgname FROM pg_trigger "
                    "WHERE tgrelid = 'entries'::regclass AND NOT tgisinternal"
                )
            ).all():
                connection.exec_driver_sql(f"ALTER TABLE entries ENABLE ALWAYS TRIGGER {name}")
    engine.dispose()
    return verify(url).faults


def _found(faults: tuple[Fault, ...]) -> set[tuple[int | None, str]]:
    return {(fault.position, fault.rule) for fault in faults}


def _body(connection: Connection, position: int) -> bytes:
    question = text("SELECT body FROM entries WHERE position = :position")
    return bytes(connection.execute(question, {"position": position}).scalar_one())


def _rewrite(position: int, old: bytes, new: bytes, *, rehash: bool = False) -> Callable[..., None]:
    def rewrite(connection: Connection) -> None:
        body = _body(connection, position)
        assert old in body
        body = body.replace(old, new)
        change = "body = :body, hash = :hash" if rehash else "body = :body"
        told = {"body": body, "position": position}
        if rehash:
            told["hash"] = bytes.fromhex(entry_hash(body))
        connection.execute(
            text(f"UPDATE entries SET {change} WHERE position = :position"),  # noqa: S608 - ours
            told,
        )

    return rewrite


def test_an_untouched_ledger_is_intact(url: str) -> None:
    verdict = verify(url)
    assert verdict.intact
    assert (verdict.entries, verdict.streams) == (12, 3)


def test_an_edited_body_is_found_where_it_lies(url: str) -> None:
    faults = _tampered(url, _rewrite(4, "已上门".encode(), "未上门".encode()))
    assert _found(faults) == {(4, "hash"), (7, "previous")}


def test_an_edited_body_with_its_hash_mended_is_found_by_the_next(url: str) -> None:
    faults = _tampered(url, _rewrite(4, "已上门".encode(), "未上门".encode(), rehash=True))
    assert _found(faults) == {(7, "previous")}


def test_a_removed_entry_is_missed(url: str) -> None:
    faults = _tampered(url, "DELETE FROM entries WHERE position = 5")
    assert _found(faults) == {(5, "position"), (8, "version"), (8, "previous")}


def test_two_entries_that_change_places_are_found(url: str) -> None:
    faults = _tampered(
        url,
        "UPDATE entries SET position = 100 WHERE position = 4",
        "UPDATE entries SET position = 4 WHERE position = 7",
        "UPDATE entries SET position = 7 WHERE position = 100",
    )
    positions = {position for position, _ in _found(faults)}
    assert positions == {4, 5, 6, 7, 10}  # 5 and 6 stand before an entry that is older now
    assert {(4, "version"), (4, "previous"), (7, "version"), (7, "previous")} <= _found(faults)


def test_a_whole_stream_removed_and_renumbered_is_found(url: str) -> None:
    """What follows no longer fits the positions it has seen, unless all is written anew."""
    faults = _tampered(url, f"DELETE FROM entries WHERE stream = '{TASKS[1]}'")  # noqa: S608 - ours
    assert {position for position, rule in _found(faults) if rule == "position"} == {1, 4, 7, 10}


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("kind = 'task_archived.v1'", "kind"),
        ("pairing = 'pairing/00000000-0000-4000-8000-000000000009'", "pairing"),
        ("command_id = 'c-other'", "command_id"),
        ("category = 'unit'", "category"),
        ("recorded_at = '2026-11-23T01:34:30.000000Z'", "recorded_at"),
        (f"digest = '{'x' * 64}'", "digest"),
    ],
)
def test_a_column_that_lies_is_named(url: str, change: str, column: str) -> None:
    faults = _tampered(url, f"UPDATE entries SET {change} WHERE position = 5")  # noqa: S608 - ours
    assert (5, "columns") in _found(faults)
    assert any(column in fault.found for fault in faults if fault.rule == "columns")


def test_time_that_goes_back_is_found(url: str) -> None:
    """Forward in time at one entry is back in time for all that follow until then."""
    faults = _tampered(
        url, "UPDATE entries SET recorded_at = '2027-01-01T00:00:00.000000Z' WHERE position = 8"
    )
    assert {(8, "columns"), (9, "time"), (10, "time"), (11, "time")} == _found(faults)


def test_bytes_that_are_not_canonical_are_found(url: str) -> None:
    for position, old, new, rule in (
        (1, b'{"because_of"', b'{ "because_of"', "canonical"),
        (3, b'"seen":-1', b'"seen":-1.0', "canonical"),
        (5, b'"seen":-1', b'"seen":-1,"seen":-1', "canonical"),
        (6, b'"note":', b'"zote":1,"note":', "canonical"),
        (7, b'"seen":-1', b'"seem":-1', "fields"),
        (8, b'"seen":-1', b'"seen":11', "seen"),
        (9, b'"seen":-1', b'"seen":"1"', "fields"),
        (11, b"}", b"", "unreadable"),
    ):
        _tampered(url, _rewrite(position, old, new, rehash=True))
        assert (position, rule) in _found(verify(url).faults)


def test_every_fault_is_told_not_only_the_first(url: str) -> None:
    faults = _tampered(
        url,
        _rewrite(2, "已上门".encode(), "未上门".encode()),
        _rewrite(9, "已上门".encode(), "未上门".encode()),
        "DELETE FROM entries WHERE position = 11",
        "UPDATE entries SET kind = 'x.v1' WHERE position = 10",
    )
    assert {(2, "hash"), (9, "hash"), (10, "columns")} <= _found(faults)


def test_a_command_recorded_twice_is_found(url: str) -> None:
    def twice(connection: Connection) -> None:
        _rewrite(9, b'"command_id":"c-3"', b'"command_id":"c-1"', rehash=True)(connection)
        connection.exec_driver_sql("UPDATE entries SET ordinal = 1 WHERE position = 9")
        connection.exec_driver_sql("UPDATE entries SET command_id = 'c-1' WHERE position = 9")

    assert (9, "command") in _found(_tampered(url, twice))


def test_a_work_order_number_given_twice_is_found(url: str) -> None:
    def again(connection: Connection) -> None:
        import json

        number = json.loads(_body(connection, 0))["fact"]["number"].encode()
        other = json.loads(_body(connection, 1))["fact"]["number"].encode()
        _rewrite(1, other, number, rehash=True)(connection)
        _rewrite(2, b"DQ44", b"DQ45", rehash=True)(connection)

    found = _found(_tampered(url, again))
    assert {(1, "number"), (2, "number")} <= found


def test_guards_that_were_dropped_are_missed(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        statement = "DROP TRIGGER entries_are_never_changed"
        if connection.dialect.name == "postgresql":
            statement = "ALTER TABLE entries ENABLE TRIGGER entries_are_never_changed"
        connection.exec_driver_sql(statement)
    engine.dispose()
    (fault,) = verify(url).faults
    assert (fault.position, fault.rule, fault.found) == (None, "guard", "entries_are_never_changed")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_an_index_that_lies_is_found(url: str) -> None:
    """A chain of hashes alone does not see index pages; queries would go wrong unnoticed."""

    def lie(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        connection.exec_driver_sql(
            "UPDATE sqlite_master "
            "SET sql = replace(sql, 'kind, recorded_at', 'digest, recorded_at') "
            "WHERE name = 'entries_by_kind'"
        )

    assert "structure" in {rule for _, rule in _found(_tampered(url, lie))}


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_random_damage_is_never_passed_over(url: str, tmp_path: Path) -> None:
    """Any flipped bit that changes what a reader is told, or breaks a read, is reported."""
    file = Path(url.removeprefix("sqlite:///"))
    pristine = file.read_bytes()
    sound = verify(url)
    contents = _contents(file)
    broken = tmp_path / "broken" / "ledger.db"
    broken.parent.mkdir()
    chance = random.Random(20261123)
    harmful = 0
    for _ in range(150):
        damaged = bytearray(pristine)
        damaged[chance.randrange(100, len(damaged))] ^= 1 << chance.randrange(8)
        broken.write_bytes(damaged)
        try:
            verdict = verify(f"sqlite:///{broken}")
        except CannotVerify:
            harmful += 1
            continue
        if _contents(broken) != contents:
            harmful += 1
            assert not verdict.intact
        elif verdict.intact:
            assert (verdict.root, verdict.entries) == (sound.root, sound.entries)
        shutil.rmtree(broken.parent)
        broken.parent.mkdir()
    assert harmful > 20  # the damage did reach something


def _contents(file: Path) -> object:
    """Return what readers are told, by the table and through every index."""
    raw = sqlite3.connect(file)
    try:
        return (
            raw.execute("SELECT * FROM entries NOT INDEXED ORDER BY position").fetchall(),
            raw.execute("SELECT stream, version, hash FROM entries ORDER BY 1, 2").fetchall(),
            raw.execute("SELECT stream, command_id, ordinal FROM entries ORDER BY 1, 2").fetchall(),
            raw.execute("SELECT category, position FROM entries ORDER BY 1, 2").fetchall(),
            raw.execute("SELECT kind, recorded_at FROM entries ORDER BY 1, 2").fetchall(),
        )
    except (sqlite3.Error, UnicodeDecodeError) as problem:
        return type(problem)
    finally:
        raw.close()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_file_cut_short_is_not_a_shorter_ledger(url: str) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    file.write_bytes(file.read_bytes()[:-8192])
    try:
        intact = verify(url).intact
    except CannotVerify:
        intact = False
    assert not intact


def test_where_no_ledger_is_nothing_is_called_intact(tmp_path: Path) -> None:
    with pytest.raises(CannotVerify):
        verify(f"sqlite:///{tmp_path}/none.db")
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(CannotVerify):
        verify(f"sqlite:///{tmp_path}/empty.db")
    assert not (tmp_path / "none.db").exists()


def test_a_fault_speaks_for_itself(url: str) -> None:
    faults = _tampered(url, "DELETE FROM entries WHERE position = 5")
    assert str(faults[0]) == (
        "位置 position 5: 日志位置不连续 the positions are not dense: missing: 5"
    )


def test_the_auditor_may_look_while_others_write(ledger_url: str) -> None:
    ledger = open_ledger(ledger_url)
    for _ in range(3):
        append(ledger, a_task(), 0, "c-1", "c-2")
        assert verify(ledger_url).intact
    ledger.close()
