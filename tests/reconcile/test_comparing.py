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
    LATE,
    SENTENCES,
    BoardCase,
    BoardsSeen,
    ClerkNotes,
    Finding,
    HistoryTold,
    LedgerCase,
    Run,
    RunStatus,
    SealedFile,
    Seen,
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
CASE = LedgerCase(TASK, 4, "IN_PROGRESS", False, "440106-MZJ", DUE, 17, MONDAY, 4, MONDAY)
BOARD = BoardCase(TASK, 4, "IN_PROGRESS", "440106-MZJ", DUE, 17)
NO_NOTES = ClerkNotes()


def run(name: str, status: RunStatus = RunStatus.RUNNING, hours: float = 0) -> Run:
    return Run(TASK, name, status, MONDAY + timedelta(hours=hours))


def history(name: str = "a", **told: Any) -> HistoryTold:
    about: dict[str, Any] = {"begun": MONDAY, "seen": (), "knew": 4, "running": True}
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


def test_what_a_clerk_owes_nothing_for_it_need_not_have_heard_of() -> None:
    quiet = replace(CASE, version=9, owed=4)
    assert compare_clerk(quiet, [run("a")], [history(knew=4)], NO_NOTES, LATER) == []


@pytest.mark.parametrize(("past", "late"), [(LATE / 2, False), (LATE * 2, True)])
def test_a_clock_that_is_past_and_was_not_looked_at_is_late(past: timedelta, late: bool) -> None:
    told = history(clock=LATER - past)
    found = compare_clerk(CASE, [run("a")], [told], NO_NOTES, LATER)
    assert [(one.ground, one.detail) for one in found] == ([(Ground.BEHIND, "clock")] * late)


def test_a_clerk_outlives_its_case_only_to_finish() -> None:
    over = replace(CASE, over=True, state="ARCHIVED")
    assert compare_clerk(over, [run("a")], [], NO_NOTES, MONDAY + FINISHING / 2) == []
    found = compare_clerk(over, [run("a")], [], NO_NOTES, MONDAY + FINISHING * 2)
    assert grounds(found) == {(Ground.LEFT_OPEN, "a")}
    assert compare_clerk(over, [], [], NO_NOTES, LATER) == []
    assert compare_clerk(over, [run("a", RunStatus.COMPLETED)], [], NO_NOTES, LATER) == []


# -- what was seen ---------------------------------------------------------------------------


def heard(heads: dict[int, str], *histories: HistoryTold) -> set[tuple[Ground, str | None]]:
    return {(one.ground, one.detail) for one in compare_histories(TASK, heads, histories)}


SEEN = Seen(3, "ab" * 32)


def test_what_was_seen_and_stands_is_no_finding() -> None:
    assert heard({3: SEEN.hash, 4: "cd" * 32}, history(seen=(SEEN,))) == set()


def test_what_was_seen_and_is_not_there_is_the_worst_finding() -> None:
    assert heard({}, history(seen=(SEEN,))) == {(Ground.COMMAND_UNRECORDED, "absent/3")}
    assert next(iter(SENTENCES)) is Ground.COMMAND_UNRECORDED


def test_another_fact_where_one_was_seen_is_found() -> None:
    found = heard({3: "cd" * 32}, history(seen=(SEEN,)))
    assert found == {(Ground.COMMAND_UNRECORDED, "otherwise/3")}


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_exactly_what_was_seen_and_is_not_recorded_is_found(
    recorded: set[int], seen: set[int]
) -> None:
    """Whatever the ledger and the history hold, what is lost is what is found."""
    heads = {version: f"{version:064x}" for version in recorded}
    told = history(seen=tuple(Seen(version, f"{version:064x}") for version in sorted(seen)))
    lost = {(Ground.COMMAND_UNRECORDED, f"absent/{version}") for version in seen - recorded}
    assert heard(heads, told) == lost


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
