"""What the ledger promises, the same on SQLite and on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from domain.canonical import canonical
from domain.envelope import By
from domain.people import Channel, Role
from ledger.entry import entry_hash
from ledger.numbers import check_number
from ledger.planning import Request
from ledger.store import (
    CommandConflict,
    Ledger,
    LedgerMissing,
    LedgerUnavailable,
    VersionTaken,
    open_ledger,
)
from ledger.writer import _Waiting
from tests.ledger.episodes import (
    COUNTY,
    MONDAY,
    a_pairing,
    a_task,
    append,
    facts,
    minutes,
    nothing,
)
from tests.ledger.holding import held
from tests.ledger.truth import check_ledger


def test_a_new_ledger_is_empty(ledger: Ledger) -> None:
    assert ledger.head() == -1
    assert ledger.log() == []
    assert ledger.version(a_task()) == 0
    assert ledger.entry(0) is None


def test_what_was_appended_is_read_back_as_it_was(ledger: Ledger) -> None:
    """Every field of the envelope survives the database."""
    task, pairing = a_task(), a_pairing()
    by = By(
        role=Role.DEPT_STAFF,
        person="person/00000000-0000-4000-8000-000000000001",
        unit="440106-MZJ",
        channel=Channel.CONSOLE,
    )
    command = facts(
        "c-1",
        "progress_logged.v1",
        by=by,
        occurred_at=minutes(-90),
        because_of="entry/3",
        pairing=pairing,
        fact={"nested": {"list": [1, True, None, "𠮷\x00"]}},
    )
    (appended,) = append(ledger, task, 0, command)

    (read,) = ledger.read(task)
    assert appended.entries == (read,)
    assert (read.position, read.version, read.ordinal, read.stream) == (0, 1, 0, task)
    assert (read.by, read.pairing, read.because_of) == (by, pairing, "entry/3")
    assert (read.recorded_at, read.occurred_at) == (MONDAY, minutes(-90))
    assert read.fact == {"note": "已上门", "nested": {"list": [1, True, None, "𠮷\x00"]}}
    assert ledger.entry(0) == read


def test_the_body_is_canonical_and_the_hash_is_its_merkle_leaf(ledger: Ledger) -> None:
    import json

    (appended,) = append(ledger, a_task(), 0, "c-1")
    (entry,) = appended.entries
    assert canonical(json.loads(entry.body)) == entry.body
    assert entry.hash == entry_hash(entry.body)


def test_positions_and_versions_are_dense(ledger: Ledger) -> None:
    first, second = a_task(), a_task()
    append(ledger, first, 0, facts("c-1", "task_registered.v1", "task_triaged.v1"))
    append(ledger, second, 0, "c-1")
    append(ledger, first, 2, "c-2")

    log = ledger.log()
    assert [(entry.position, entry.stream, entry.version) for entry in log] == [
        (0, first, 1),
        (1, first, 2),
        (2, second, 1),
        (3, first, 3),
    ]
    assert [entry.ordinal for entry in log] == [0, 1, 0, 0]


def test_each_entry_names_the_one_before_it_in_its_stream(ledger: Ledger) -> None:
    task = a_task()
    append(ledger, task, 0, "c-1", "c-2")
    append(ledger, task, 2, "c-3")
    first, second, third = ledger.read(task)
    assert [first.previous, second.previous, third.previous] == ["", first.hash, second.hash]


def test_a_command_happens_once(ledger: Ledger) -> None:
    """A retry is given the receipt of the first time, however far the case has gone since."""
    task = a_task()
    (first,) = append(ledger, task, 0, facts("c-1", "task_registered.v1", "task_triaged.v1"))
    append(ledger, task, 2, "c-2")
    (again,) = append(
        ledger, task, 0, facts("c-1", "task_registered.v1", "task_triaged.v1"), at=minutes(60)
    )
    assert (first.repeated, again.repeated) == (False, True)
    assert (again.receipt, again.entries) == (first.receipt, first.entries)
    assert ledger.receipt(task, "c-1") == first.receipt
    assert ledger.head() == 2


def test_a_receipt_says_where_the_command_stands(ledger: Ledger) -> None:
    task = a_task()
    append(ledger, a_task(), 0, "other")
    command = facts("c-1", "task_registered.v1", "task_triaged.v1")
    (appended,) = append(ledger, task, 0, command)
    receipt = appended.receipt
    assert receipt is not None
    assert (receipt.first_position, receipt.last_position, receipt.version) == (1, 2, 2)
    assert receipt.hash == ledger.read(task)[-1].hash
    assert receipt.facts == ("task_registered.v1", "task_triaged.v1")
    assert receipt.digest == command.digest


def test_the_same_id_with_other_content_is_a_conflict(ledger: Ledger) -> None:
    task = a_task()
    append(ledger, task, 0, facts("c-1", content="this"))
    for version in (0, 1, 7):
        with pytest.raises(CommandConflict):
            append(ledger, task, version, facts("c-1", content="that"))
    assert ledger.version(task) == 1


def test_the_same_id_in_another_stream_is_another_command(ledger: Ledger) -> None:
    append(ledger, a_task(), 0, "c-1")
    (appended,) = append(ledger, a_task(), 0, "c-1")
    assert not appended.repeated


def test_a_writer_that_knows_an_old_version_is_told_the_new_one(ledger: Ledger) -> None:
    """A zombie worker cannot write behind the back of the one that took over."""
    task = a_task()
    append(ledger, task, 0, "c-1")
    for stale in (0, 2):
        with pytest.raises(VersionTaken) as refusal:
            append(ledger, task, stale, "c-2")
        assert (refusal.value.expected, refusal.value.found) == (stale, 1)
    assert ledger.head() == 0


def test_a_command_without_facts_leaves_nothing(ledger: Ledger) -> None:
    task = a_task()
    (appended,) = append(ledger, task, 0, nothing("c-0"))
    assert (appended.receipt, appended.entries, appended.repeated) == (None, (), False)
    with pytest.raises(VersionTaken):
        append(ledger, task, 5, nothing("c-0"))
    assert ledger.head() == -1


def test_several_commands_are_appended_all_or_none(ledger: Ledger) -> None:
    task = a_task()
    append(ledger, task, 0, "c-1")
    with pytest.raises(CommandConflict):
        append(ledger, task, 1, "c-2", facts("c-1", content="other"), "c-3")
    assert ledger.version(task) == 1
    answers = append(ledger, task, 1, "c-2", "c-1", "c-3", "c-2")
    assert [answer.repeated for answer in answers] == [False, True, False, True]
    assert [entry.command_id for entry in ledger.read(task)] == ["c-1", "c-2", "c-3"]


def test_recorded_time_never_goes_back(ledger: Ledger) -> None:
    """A server whose clock is set back records at the time of the entry before."""
    append(ledger, a_task(), 0, "c-1", at=minutes(10))
    append(ledger, a_task(), 0, "c-1", at=minutes(5))
    append(ledger, a_task(), 0, "c-1", at=minutes(11))
    assert [entry.recorded_at for entry in ledger.log()] == [
        minutes(10),
        minutes(10),
        minutes(11),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"stream": "task/wang-li"},
        {"command_id": "王丽"},
        {"command_id": ""},
        {"digest": "short"},
        {"kind": "TaskDispatched"},
        {"fact": {"share": 0.5}},
        {"fact": {"name": "\ud800"}},
        {"fact": {"数": 1}},
        {"at": MONDAY.replace(tzinfo=None)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_be_written_for_ever_is_refused(ledger: Ledger, wrong: dict[str, Any]) -> None:
    from dataclasses import replace

    command = facts(
        wrong.get("command_id", "c-1"), wrong.get("kind", "noted.v1"), fact=wrong.get("fact")
    )
    command = replace(command, digest=wrong.get("digest", command.digest))
    with pytest.raises(ValueError, match=r"."):
        append(ledger, wrong.get("stream", a_task()), 0, command, at=wrong.get("at", MONDAY))
    assert ledger.head() == -1


def test_the_log_is_read_in_pages_and_by_category(ledger: Ledger) -> None:
    for unit in ("A1", "B2"):
        append(ledger, f"unit/{unit}", 0, "c-1")
        append(ledger, a_task(), 0, "c-1", "c-2")
    assert [entry.position for entry in ledger.log(after=1, limit=2)] == [2, 3]
    units = ledger.log(categories={"unit", "policy"})
    assert [entry.stream for entry in units] == ["unit/A1", "unit/B2"]
    assert [entry.position for entry in ledger.log(after=0, categories={"unit"})] == [3]
    assert ledger.log(categories=()) == []


def test_streams_are_found_by_category_pairing_and_kind(ledger: Ledger) -> None:
    pairing, other = a_pairing(), a_pairing()
    tasks = sorted(a_task() for _ in range(5))
    append(ledger, pairing, 0, facts("c-1", "pairing_proposed.v1", pairing=pairing))
    for minute, task in enumerate(tasks):
        of = pairing if minute < 3 else other
        append(ledger, task, 0, facts("c-1", "task_registered.v1", pairing=of), at=minutes(minute))
        append(ledger, task, 1, "c-2", at=minutes(minute))
    assert list(ledger.streams("task")) == tasks
    assert list(ledger.streams("pairing")) == [pairing]
    assert ledger.streams_of_pairing(pairing) == tasks[:3]
    assert ledger.streams_of_pairing(a_pairing()) == []
    registered = list(ledger.of_kind("task_registered.v1", minutes(2)))
    assert [entry.stream for entry in registered] == tasks[2:]
    assert len(list(ledger.of_kind("task_registered.v1", None))) == 5


def test_long_lists_are_read_to_their_end(ledger: Ledger) -> None:
    """Pages of a thousand do not show: same instants, many streams, one kind."""
    tasks = sorted(a_task() for _ in range(1100))
    with ThreadPoolExecutor(64) as callers:
        list(callers.map(ledger.writer.append, map(_first, tasks)))
    assert list(ledger.streams("task")) == tasks
    positions = [entry.position for entry in ledger.of_kind("task_registered.v1", None)]
    assert positions == list(range(1100))


def _first(task: str) -> Request:
    return Request(task, 0, (facts("c-1", "task_registered.v1"),), MONDAY)


def test_a_registered_task_is_given_a_number(ledger: Ledger) -> None:
    """Serials run per county and day of Asia/Shanghai, and a retry keeps its number."""
    late = MONDAY.replace(hour=16, minute=30)  # 00:30 on the 24th in Shanghai
    numbers = []
    for at, county in ((MONDAY, COUNTY), (MONDAY, COUNTY), (MONDAY, "440402"), (late, COUNTY)):
        task = a_task()
        command = facts("c-1", "task_registered.v1", number_for=county)
        (appended,) = append(ledger, task, 0, command, at=at)
        (again,) = append(ledger, task, 0, command, at=at + timedelta(days=3))
        assert again.entries == appended.entries
        numbers.append(appended.entries[0].fact["number"])
    assert [number[:-1] for number in numbers] == [
        "DQ440106202611230001",
        "DQ440106202611230002",
        "DQ440402202611230001",
        "DQ440106202611240001",
    ]
    assert all(map(check_number, numbers))


def test_a_refused_registration_takes_no_number(ledger: Ledger) -> None:
    task = a_task()
    append(ledger, task, 0, facts("c-1", "task_registered.v1", number_for=COUNTY))
    with pytest.raises(VersionTaken):
        append(ledger, task, 0, facts("c-2", "task_registered.v1", number_for=COUNTY))
    (appended,) = append(ledger, a_task(), 0, facts("c-1", "task_registered.v1", number_for=COUNTY))
    assert str(appended.entries[0].fact["number"]).startswith("DQ440106202611230002")


def test_appends_that_wait_share_one_transaction(ledger: Ledger, ledger_url: str) -> None:
    """One sync to disk pays for all of them, and each is still answered for itself."""
    commits: list[object] = []
    event.listen(ledger.writer.engine, "commit", commits.append)
    task = a_task()
    stale = Request(task, 0, (facts("c-9"),), MONDAY)
    wanted = [*(_first(a_task()) for _ in range(40)), _first(task), _first(task), stale]
    with ThreadPoolExecutor(64) as callers:
        with held(ledger_url):
            answers = [callers.submit(ledger.writer.append, _first(a_task()))]
            while not ledger.writer._led or ledger.writer._waiting:
                threading.Event().wait(0.01)  # it leads, and waits for the lock
            for place, request in enumerate(wanted, start=1):
                answers.append(callers.submit(ledger.writer.append, request))
                while len(ledger.writer._waiting) < place:
                    threading.Event().wait(0.001)
            commits.clear()
        *told, refused = answers
        positions = [answer.result()[0].entries[0].position for answer in told]
        assert sorted(set(positions)) == list(range(42))
        assert positions[-1] == positions[-2]  # the same command twice in one group
        with pytest.raises(VersionTaken):
            refused.result()
    assert len(commits) == 2


def test_who_is_interrupted_while_waiting_keeps_nobody_waiting(
    ledger: Ledger, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in a thread that would have led the next group: the one behind it leads."""
    task = a_task()
    with ThreadPoolExecutor(4) as callers:
        with held(ledger_url):
            first = callers.submit(ledger.writer.append, _first(a_task()))
            while not ledger.writer._led or ledger.writer._waiting:
                threading.Event().wait(0.01)
            interrupted = callers.submit(_interrupted, ledger, _first(task))
            while not ledger.writer._waiting:
                threading.Event().wait(0.01)
            behind = callers.submit(ledger.writer.append, _first(a_task()))
            while len(ledger.writer._waiting) < 2:
                threading.Event().wait(0.01)
        assert isinstance(interrupted.exception(), KeyboardInterrupt)
        assert {first.result()[0].entries[0].position, behind.result()[0].entries[0].position} == {
            0,
            1,
        }
    assert ledger.version(task) == 0


def _interrupted(ledger: Ledger, request: Request) -> None:
    """Append, and be interrupted at the moment the lead is handed over."""

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            super().wait(timeout)
            raise KeyboardInterrupt

    ledger.writer._wait(_queued(ledger, request, Interrupted()))


def _queued(ledger: Ledger, request: Request, turn: threading.Event) -> Any:
    waiting = _Waiting(request, turn=turn)
    with ledger.writer._state:
        ledger.writer._waiting.append(waiting)
    return waiting


def test_many_may_append_at_once(ledger: Ledger) -> None:
    """Sixty-four callers, one log: nothing is lost, doubled or out of order."""

    def life(task: str) -> None:
        for version in range(10):
            (appended,) = append(ledger, task, version, f"c-{version}", at=minutes(version))
            assert appended.entries[0].version == version + 1

    tasks = [a_task() for _ in range(64)]
    with ThreadPoolExecutor(64) as callers:
        list(callers.map(life, tasks))
    assert ledger.head() == 639
    assert [entry.version for entry in ledger.read(tasks[0], 7)] == [8, 9, 10]


def test_a_closed_ledger_says_so_and_a_new_one_goes_on(ledger: Ledger, ledger_url: str) -> None:
    task = a_task()
    append(ledger, task, 0, "c-1")
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerUnavailable):
        append(ledger, task, 1, "c-2")
    again = open_ledger(ledger_url)
    append(again, task, 1, "c-2")
    again.close()
    assert check_ledger(ledger_url).entries == 2


def test_a_ledger_that_is_not_there_is_not_made_up(kind: str, tmp_path: Any, request: Any) -> None:
    """Reading commands must not leave an empty ledger behind that looks like a lost one."""
    url = f"sqlite:///{tmp_path}/none/ledger.db"
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
    with pytest.raises(LedgerMissing):
        open_ledger(url, create=False)
    assert not (tmp_path / "none").exists()


def test_opening_twice_changes_nothing(ledger: Ledger, ledger_url: str) -> None:
    append(ledger, a_task(), 0, "c-1")
    other = open_ledger(ledger_url, create=False)
    assert other.head() == 0
    append(other, a_task(), 0, "c-1")
    other.close()
    assert ledger.head() == 1
