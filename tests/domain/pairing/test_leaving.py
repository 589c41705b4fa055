"""Leaving: a plan for every open task, each accepted by its successor, then the book is closed."""

import pytest

from domain.envelope import SYSTEM, By
from domain.pairing.commands import CompleteExit, HandOverTask, RequestExit, Successor
from domain.pairing.facts import (
    ExitRequested,
    PairingEnded,
    PairingLimitMissed,
    TaskHandedOver,
)
from tests.domain.pairing import stories as s
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    DISSOLVED,
    HOUSING,
    HOUSING_COORDINATOR,
    MARKET,
    MARKET_COORDINATOR,
    SHIPAI,
    on,
    task_id,
)

PLAN = (s.RAMP_TO_HOUSING, s.LIFT_TO_STREET)
EXIT = RequestExit(reason="机构改革", successors=PLAN)
TAKE_RAMP = HandOverTask(task=s.RAMP.stream, unit=HOUSING)
TAKE_LIFT = HandOverTask(task=s.LIFT.stream, unit=SHIPAI)


def test_any_party_leaves_with_a_plan_for_every_open_task() -> None:
    (
        s.active()
        .under(s.with_tasks(s.RAMP, s.LIFT))
        .when(EXIT, CIVIL_COORDINATOR)
        .then(ExitRequested, unit=CIVIL_AFFAIRS, reason="机构改革", successors=PLAN)
        .then_state("TERMINATING")
        .then_clocks(hand_over=on(6, 8, "17:00"))
    )


@pytest.mark.parametrize(
    ("successors", "rule"),
    [
        ((), "successors-named"),
        ((s.RAMP_TO_HOUSING,), "successors-named"),
        ((*PLAN, s.LIFT_TO_STREET), "successors-once"),
        ((*PLAN, Successor(task=task_id("x"), unit=HOUSING)), "task-of-pairing"),
        (
            (s.LIFT_TO_STREET, Successor(task=s.RAMP.stream, unit=CIVIL_AFFAIRS)),
            "successor-is-another",
        ),
        ((s.LIFT_TO_STREET, Successor(task=s.RAMP.stream, unit=DISSOLVED)), "unit-unknown"),
    ],
)
def test_the_plan_meets_the_rules(successors: tuple[Successor, ...], rule: str) -> None:
    story = s.active().under(s.with_tasks(s.RAMP, s.LIFT))
    story.when(RequestExit(reason="无", successors=successors), CIVIL_COORDINATOR).then_refused(
        rule
    )


def test_without_open_tasks_the_plan_is_empty() -> None:
    s.active().when(RequestExit(reason="到期不续"), DISPATCHER).then(ExitRequested, unit=SHIPAI)


def test_only_parties_leave_an_active_pairing() -> None:
    leave = RequestExit(reason="无")
    s.active().when(leave, HOUSING_COORDINATOR).then_refused("party-only")
    s.active().when(leave, AUTHORITY).then_refused("role-permitted")
    for state in ("ADJUSTING", "SUSPENDED", "UNDER_REVIEW", "TERMINATING", "PENDING_APPROVAL"):
        s.EVERY_STATE[state]().when(leave, CENTER_COORDINATOR).then_refused("not-in-this-state")


def test_each_successor_accepts_its_task() -> None:
    (
        s.leaving()
        .when(TAKE_RAMP, HOUSING_COORDINATOR)
        .then(TaskHandedOver(task=s.RAMP.stream, unit=HOUSING))
        .then_state("TERMINATING")
        .when(TAKE_LIFT, DISPATCHER)
        .then(TaskHandedOver(task=s.LIFT.stream, unit=SHIPAI))
    )


def test_the_hand_over_conversation_reports_what_a_successor_accepted() -> None:
    s.leaving().when(TAKE_RAMP, SYSTEM).then(TaskHandedOver)


def test_nobody_accepts_for_another_unit_or_what_another_was_named_for() -> None:
    story = s.leaving()
    story.when(TAKE_RAMP, CIVIL_COORDINATOR).then_refused("own-unit-only")
    other = HandOverTask(task=s.RAMP.stream, unit=MARKET)
    story.when(other, MARKET_COORDINATOR).then_refused("successor-only")
    story.when(other, SYSTEM).then_refused("successor-only")
    story.when(TAKE_RAMP, AUTHORITY).then_refused("role-permitted")


def test_a_task_is_handed_over_once() -> None:
    done = s.leaving().does(TAKE_RAMP, HOUSING_COORDINATOR)
    done.when(TAKE_RAMP, HOUSING_COORDINATOR).then_refused("handed-over-already")


def test_a_task_outside_the_plan_goes_to_any_unit_but_the_one_that_leaves() -> None:
    """A closed task was appealed after the plan was made."""
    late = s.task("the path")
    story = s.leaving().under(s.with_tasks(s.RAMP, s.LIFT, late))
    story.when(HandOverTask(task=late.stream, unit=MARKET), MARKET_COORDINATOR).then(TaskHandedOver)
    story.when(HandOverTask(task=late.stream, unit=CIVIL_AFFAIRS), CIVIL_COORDINATOR).then_refused(
        "successor-is-another"
    )


def test_only_tasks_of_the_pairing_are_handed_over() -> None:
    foreign = s.task("foreign", pairing="pairing/other")
    closed = s.task("closed", is_open=False)
    story = s.leaving().under(s.with_tasks(s.RAMP, s.LIFT, foreign, closed))
    for stream in (foreign.stream, closed.stream, task_id("nowhere")):
        take = HandOverTask(task=stream, unit=HOUSING)
        story.when(take, HOUSING_COORDINATOR).then_refused("task-of-pairing")


def test_a_planned_task_that_was_closed_meanwhile_is_accepted_all_the_same() -> None:
    """It may still be appealed, and then somebody must own it."""
    closed = s.task("the ramp", is_open=False)
    story = s.leaving().under(s.with_tasks(closed, s.LIFT))
    story.when(TAKE_RAMP, HOUSING_COORDINATOR).then(TaskHandedOver)


def test_tasks_are_handed_over_while_the_pairing_is_wound_up() -> None:
    s.active().when(TAKE_RAMP, HOUSING_COORDINATOR).then_refused("not-in-this-state")
    s.active().when(CompleteExit(), AUTHORITY).then_refused("not-in-this-state")


@pytest.mark.parametrize("by", [AUTHORITY, SYSTEM])
def test_the_book_closes_when_no_open_task_is_left(by: By) -> None:
    story = s.leaving()
    story.when(CompleteExit(), by).then_refused("tasks-without-owner")
    half = story.does(TAKE_RAMP, HOUSING_COORDINATOR)
    half.when(CompleteExit(), by).then_refused("tasks-without-owner")
    (
        half.does(TAKE_LIFT, DISPATCHER)
        .when(CompleteExit(), by)
        .then(PairingEnded())
        .then_state("ENDED")
        .then_clocks()
    )


def test_tasks_that_were_closed_need_no_owner() -> None:
    s.leaving().under(s.with_tasks()).when(CompleteExit(), SYSTEM).then(PairingEnded)


def test_a_coordinator_does_not_close_the_book() -> None:
    s.leaving().when(CompleteExit(), CENTER_COORDINATOR).then_refused("role-permitted")


def test_a_late_hand_over_is_noted_once_and_goes_on() -> None:
    (
        s.leaving()
        .when_rings("hand_over")
        .then(PairingLimitMissed, clock="hand_over")
        .then_state("TERMINATING")
        .then_clocks()
        .when(TAKE_RAMP, HOUSING_COORDINATOR)
        .then(TaskHandedOver)
    )
