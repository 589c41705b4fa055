"""Four witnesses of one case are compared; each disagreement is named, and nothing else is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.reconcile.reconciling import (
    AT_WORK,
    FINISHING,
    SENTENCES,
    Acknowledged,
    BoardCase,
    BoardsSeen,
    ClerkNotes,
    Finding,
    HistoryTold,
    LedgerCase,
    Recorded,
    Run,
    RunStatus,
    SealedFile,
    compare_board,
    compare_boards,
    compare_clerk,
    compare_histories,
    compare_sealed,
    in_order,
)
from domain.oversight.words import DiscrepancyGround as Ground

TASK = "task/0197a4a1-0000-7000-8000-000000000001"
MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LATER = MONDAY + timedelta(days=2)
DUE = "2026-11-30T01:30:00.000000Z"
CASE = LedgerCase(TASK, 4, "IN_PROGRESS", False, "440106-MZJ", DUE, 17, MONDAY)
BOARD = BoardCase(TASK, 4, "IN_PROGRESS", "440106-MZJ", DUE, 17)
NO_NOTES = ClerkNotes()


def run(name: str, status: RunStatus = RunStatus.RUNNING, hours: float = 0) -> Run:
    return Run(TASK, name, status, MONDAY + timedelta(hours=hours))


def history(name: str = "a", **told: Any) -> HistoryTold:
    about: dict[str, Any] = {
        "begun": MONDAY,
        "acknowledged": (),
        "asked": frozenset(),
        "knew": 4,
        "running": True,
    }
    return HistoryTold(TASK, name, **(about | told))


def grounds(found: list[Finding]) -> set[tuple[Ground, str | None]]:
    return {(one.ground, one.run) for one in found}


def test_a_case_that_stands_on_its_board_as_in_the_ledger_is_no_finding() -> None:
    assert compare_board(CASE, BOARD) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 3),
        ("position", 16),
        ("state", "CLOSED"),
        ("main_unit", "440106003-SO"),
        ("main_unit", None),
        ("due", None),
        ("due", "2026-12-30T01:30:00.000000Z"),
    ],
)
def test_each_field_of_a_board_that_differs_is_named(name: str, value: object) -> None:
    (found,) = compare_board(CASE, replace(BOARD, **{name: value}))  # type: ignore[arg-type]
    assert (found.ground, found.detail) == (Ground.BOARD_DIFFERS, name)


def test_a_case_only_one_of_them_knows_is_named() -> None:
    assert compare_board(CASE, None)[0].detail == "missing"
    assert compare_board(None, BOARD)[0].detail == "unknown"
    assert compare_board(None, None) == []


@pytest.mark.parametrize(
    ("progress", "head", "age", "detail"),
    [(17, 17, 0, None), (16, 17, 1, None), (16, 17, 120, "behind"), (18, 17, 0, "ahead")],
)
def test_boards_may_be_on_their_way_but_never_ahead(
    progress: int, head: int, age: int, detail: str | None
) -> None:
    boards = BoardsSeen(progress, {TASK: BOARD})
    now = MONDAY + timedelta(seconds=age)
    found = compare_boards({TASK: CASE}, boards, head, MONDAY, now)
    assert [one.detail for one in found] == ([] if detail is None else [detail])


def test_an_open_case_with_a_running_clerk_that_knows_it_is_no_finding() -> None:
    assert compare_clerk(CASE, [run("a")], [history()], NO_NOTES, LATER) == []


def test_an_open_case_without_a_workflow_is_missing_one() -> None:
    assert grounds(compare_clerk(CASE, [], [], NO_NOTES, LATER)) == {(Ground.MISSING, None)}


@pytest.mark.parametrize(
    ("status", "ground"),
    [
        (RunStatus.TERMINATED, Ground.TERMINATED),
        (RunStatus.FAILED, Ground.CLOSED_EARLY),
        (RunStatus.CANCELED, Ground.CLOSED_EARLY),
        (RunStatus.TIMED_OUT, Ground.CLOSED_EARLY),
        (RunStatus.COMPLETED, Ground.CLOSED_EARLY),
        (RunStatus.CONTINUED_AS_NEW, Ground.CLOSED_EARLY),
    ],
)
def test_an_open_case_whose_workflow_ended_is_found_even_when_it_was_recorded(
    status: RunStatus, ground: Ground
) -> None:
    """As long as nobody stands by the case, a fact about it is no excuse."""
    for notes in (NO_NOTES, ClerkNotes(frozenset({"a"}))):
        found = compare_clerk(CASE, [run("a", status)], [], notes, LATER)
        assert grounds(found) == {(ground, "a")}


def test_a_run_that_was_cut_off_is_found_until_a_fact_names_it() -> None:
    runs = [run("a", RunStatus.TERMINATED), run("b", hours=1)]
    told = [history("b")]
    assert grounds(compare_clerk(CASE, runs, told, NO_NOTES, LATER)) == {(Ground.TERMINATED, "a")}
    assert compare_clerk(CASE, runs, told, ClerkNotes(frozenset({"a"}), MONDAY), LATER) == []


def test_runs_that_end_in_their_own_time_are_no_finding() -> None:
    ends = (RunStatus.COMPLETED, RunStatus.CONTINUED_AS_NEW)
    runs = [*(run(str(n), status, n) for n, status in enumerate(ends)), run("z", hours=9)]
    assert compare_clerk(CASE, runs, [history("z")], NO_NOTES, LATER) == []


def test_a_reset_is_found_once_as_a_reset() -> None:
    """Temporal ends the run it resets from; that end is not told a second time."""
    runs = [run("a", RunStatus.TERMINATED), run("b", hours=1)]
    told = [history("a", running=False), history("b", reset_of="a")]
    assert grounds(compare_clerk(CASE, runs, told, NO_NOTES, LATER)) == {(Ground.RESET, "b")}
    assert compare_clerk(CASE, runs, told, ClerkNotes(frozenset({"b"})), LATER) == []


@pytest.mark.parametrize(
    ("knew", "age", "ground"),
    [
        (4, AT_WORK * 2, None),
        (3, AT_WORK / 2, None),
        (3, AT_WORK * 2, Ground.BEHIND),
        (5, timedelta(0), Ground.AHEAD),
    ],
)
def test_a_clerk_may_be_on_its_way_but_never_ahead(
    knew: int, age: timedelta, ground: Ground | None
) -> None:
    found = compare_clerk(CASE, [run("a")], [history(knew=knew)], NO_NOTES, MONDAY + age)
    assert grounds(found) == (set() if ground is None else {(ground, "a")})


def test_a_clerk_outlives_its_case_only_to_finish() -> None:
    over = replace(CASE, over=True, state="ARCHIVED")
    assert compare_clerk(over, [run("a")], [], NO_NOTES, MONDAY + FINISHING / 2) == []
    found = compare_clerk(over, [run("a")], [], NO_NOTES, MONDAY + FINISHING * 2)
    assert grounds(found) == {(Ground.LEFT_OPEN, "a")}
    assert compare_clerk(over, [], [], NO_NOTES, LATER) == []
    assert compare_clerk(over, [run("a", RunStatus.COMPLETED)], [], NO_NOTES, LATER) == []


# -- receipts --------------------------------------------------------------------------------

COMMAND = Recorded(17, "ab" * 32, MONDAY + timedelta(minutes=5), by_person=True)
RECEIPT = Acknowledged("c-1", 17, "ab" * 32)


def heard(
    commands: dict[str, Recorded],
    *histories: HistoryTold,
    notes: ClerkNotes = NO_NOTES,
    since: datetime | None = MONDAY,
    at: datetime = LATER,
) -> set[tuple[Ground, str | None]]:
    found = compare_histories(TASK, commands, histories, notes, since, at)
    return {(one.ground, one.detail) for one in found}


def test_a_receipt_that_stands_in_the_ledger_is_no_finding() -> None:
    told = history(acknowledged=(RECEIPT,), asked=frozenset({"c-1"}))
    assert heard({"c-1": COMMAND}, told) == set()


def test_a_receipt_without_its_fact_is_the_worst_finding() -> None:
    told = history(acknowledged=(RECEIPT,), asked=frozenset({"c-1"}))
    assert heard({}, told) == {(Ground.COMMAND_UNRECORDED, "absent/17")}
    assert next(iter(SENTENCES)) is Ground.COMMAND_UNRECORDED


@pytest.mark.parametrize("other", [{"position": 18}, {"hash": "cd" * 32}])
def test_a_receipt_for_another_fact_is_found(other: dict[str, Any]) -> None:
    told = history(acknowledged=(RECEIPT,), asked=frozenset({"c-1"}))
    found = heard({"c-1": replace(COMMAND, **other)}, told)
    assert found == {(Ground.COMMAND_UNRECORDED, "otherwise/17")}


def test_a_persons_command_no_history_tells_of_was_written_past_the_clerk() -> None:
    assert heard({"c-1": COMMAND}, history()) == {(Ground.HISTORY_MISSING, "entry/17")}


@pytest.mark.parametrize(
    "excuse",
    [
        {"commands": {"c-1": replace(COMMAND, by_person=False)}},
        {"at": COMMAND.at + AT_WORK / 2},
        {"since": None},
        {"since": COMMAND.at},
        {"notes": ClerkNotes(rebuilt_at=COMMAND.at + timedelta(minutes=1))},
    ],
    ids=["by the system", "on its way", "no run known", "before these runs", "before a rebuild"],
)
def test_what_these_histories_cannot_tell_of_is_no_finding(excuse: dict[str, Any]) -> None:
    commands = excuse.pop("commands", {"c-1": COMMAND})
    assert heard(commands, history(), **excuse) == set()


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_exactly_the_receipts_that_are_not_recorded_are_found(
    recorded: set[int], acknowledged: set[int]
) -> None:
    """Whatever the ledger and the history hold, what is lost is what is found."""
    commands = {
        f"c-{n}": Recorded(n, f"{n:064x}", MONDAY + timedelta(minutes=1), by_person=True)
        for n in recorded
    }
    receipts = tuple(Acknowledged(f"c-{n}", n, f"{n:064x}") for n in sorted(acknowledged))
    asked = frozenset(receipt.command_id for receipt in receipts)
    found = heard(commands, history(acknowledged=receipts, asked=asked))
    lost = {(Ground.COMMAND_UNRECORDED, f"absent/{n}") for n in acknowledged - recorded}
    unheard = {(Ground.HISTORY_MISSING, f"entry/{n}") for n in recorded - acknowledged}
    assert found == lost | unheard


# -- sealed files and the telling ------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "retold", "ground"),
    [
        ("a" * 64, None, None),
        ("a" * 64, True, None),
        ("a" * 64, False, Ground.HISTORY_ALTERED),
        ("b" * 64, None, Ground.HISTORY_ALTERED),
        (None, None, Ground.HISTORY_MISSING),
    ],
)
def test_a_sealed_history_is_what_was_sealed(
    found: str | None, retold: bool | None, ground: Ground | None
) -> None:
    told = compare_sealed([SealedFile(TASK, "a", "a" * 64, found, retold)])
    assert grounds(told) == (set() if ground is None else {(ground, "a")})


def test_every_ground_has_its_sentences_and_the_worst_comes_first() -> None:
    assert set(SENTENCES) == set(Ground)
    findings = [Finding(TASK, ground, "r", "d") for ground in reversed(SENTENCES)]
    told = in_order([*findings, *findings])
    assert [one.ground for one in told] == list(SENTENCES)
    for one in told:
        assert all(sentence in str(one) for sentence in SENTENCES[one.ground])
