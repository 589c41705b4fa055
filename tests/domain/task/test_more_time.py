"""More time, or none needed: extensions, carrying on the books, and recomputed deadlines."""

import pytest
from pydantic import BaseModel

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM, By, rung_by
from domain.task.commands import (
    ApproveCarry,
    DispatchTask,
    GrantExtension,
    ReactivateTask,
    RefuseCarry,
    RefuseExtension,
    RequestType,
)
from domain.task.facts import (
    CarryApproved,
    CarryProposed,
    CarryRefused,
    DeadlineRecalculated,
    ExtensionGranted,
    ExtensionRefused,
    ExtensionRequested,
    TaskCarried,
    TaskDispatched,
    TaskReactivated,
)
from tests.domain.harness import Story, fact, given
from tests.domain.task.stories import (
    CARRY,
    EXTENSION,
    accepted,
    carried,
    carry_proposed,
    dispatched,
    every_state,
    extension_requested,
    in_progress,
    queued,
    register,
    submit,
    triage,
    triaged,
)
from tests.domain.world import (
    ADJUDICATOR,
    BOTH_KEYS,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    HEALTH_COORDINATOR,
    POLICY,
    SUPERVISOR,
    YEAR_2026,
    YEAR_2027,
    on,
    rules_with,
    sealed,
)

# Extension.


@pytest.mark.parametrize("state", ["ACCEPTED", "IN_PROGRESS"])
def test_more_time_is_asked_for_and_answered_within_four_working_hours(state: str) -> None:
    story = (
        every_state()[state]
        .when(EXTENSION, CIVIL_COORDINATOR, on(5, 11, "11:00"))
        .then(ExtensionRequested, number=1, limit="5wd")
        .then_state(state)
    )
    assert story.clocks()["extension_review"] == on(5, 11, "16:00")


def test_more_time_is_asked_for_one_working_day_before_the_due_instant() -> None:
    story = in_progress()
    story.when(EXTENSION, CIVIL_COORDINATOR, on(5, 22, "17:00")).then(ExtensionRequested)
    late = story.when(EXTENSION, CIVIL_COORDINATOR, on(5, 22, "17:01"))
    late.then_refused("extension-in-time")


@pytest.mark.parametrize(
    ("limit", "request_type", "allowed"),
    [
        ("10wd", RequestType.HELP, True),
        ("11wd", RequestType.HELP, False),
        ("2wd", RequestType.CONSULT, True),
        ("3wd", RequestType.CONSULT, False),
        ("10wd", RequestType.COMPLAINT, True),
        ("15wd", RequestType.COMPLAINT, False),
    ],
)
def test_more_time_is_at_most_the_limit_again_and_ten_working_days(
    limit: str, request_type: RequestType, allowed: bool
) -> None:
    story = in_progress(accepted(dispatched(queued(triaged(request_type=request_type)))))
    asked = story.when(EXTENSION.model_copy(update={"limit": limit}), CIVIL_COORDINATOR)
    if allowed:
        asked.then(ExtensionRequested, limit=limit)
    else:
        asked.then_refused("extension-limit")


def test_the_resident_is_told_before_more_time_is_asked_for() -> None:
    silent = EXTENSION.model_copy(update={"resident_informed": False})
    in_progress().when(silent, CIVIL_COORDINATOR).then_refused("resident-told")


def test_only_the_main_unit_asks_for_more_time() -> None:
    in_progress().when(EXTENSION, HEALTH_COORDINATOR).then_refused("addressee-only")


def test_one_request_is_answered_before_the_next() -> None:
    extension_requested().when(EXTENSION, CIVIL_COORDINATOR).then_refused("extension-pending")


def test_a_granted_extension_moves_the_due_instant() -> None:
    """Old and new due instants stand side by side."""
    story = (
        extension_requested()
        .when(GrantExtension(), DISPATCHER)
        .then(ExtensionGranted, number=1)
        .then_state("IN_PROGRESS")
    )
    granted = story.last(ExtensionGranted)
    assert granted.due_before.due == on(5, 25, "17:00")
    assert granted.due.due == on(6, 1, "17:00")
    assert story.clocks()["due"] == on(6, 1, "17:00")
    assert story.clocks()["due.remind_before"] == on(5, 29, "17:00")
    assert "extension_review" not in story.clocks()


def test_a_refused_extension_leaves_the_due_instant() -> None:
    story = (
        extension_requested()
        .when(RefuseExtension(reason=sealed("it did not rain")), DISPATCHER)
        .then(ExtensionRefused, number=1, lapsed=False)
    )
    assert story.clocks()["due"] == on(5, 25, "17:00")
    assert "extension_review" not in story.clocks()


def test_an_unanswered_request_lapses_as_refused() -> None:
    story = (
        extension_requested()
        .when_rings("extension_review")
        .then(ExtensionRefused, number=1, lapsed=True, reason=None)
    )
    assert story.clocks()["due"] == on(5, 25, "17:00")
    assert "extension_review" not in story.clocks()


def _extended_once() -> Story:
    return extension_requested().does(GrantExtension(), DISPATCHER)


def test_the_second_extension_is_granted_by_a_supervisor() -> None:
    second = _extended_once().when(EXTENSION, CIVIL_COORDINATOR).then(ExtensionRequested, number=2)
    second.when(GrantExtension(), DISPATCHER).then_refused("second-extension")
    story = second.when(GrantExtension(), SUPERVISOR).then(ExtensionGranted, number=2)
    assert story.clocks()["due"] == on(6, 8, "17:00")


def test_the_first_extension_is_not_the_supervisors_to_grant() -> None:
    extension_requested().when(GrantExtension(), SUPERVISOR).then_refused("first-extension")


def test_there_is_no_third_extension() -> None:
    twice = _extended_once().does(EXTENSION, CIVIL_COORDINATOR).does(GrantExtension(), SUPERVISOR)
    twice.when(EXTENSION, CIVIL_COORDINATOR).then_refused("extension-times")


@pytest.mark.parametrize("answer", [GrantExtension(), RefuseExtension(reason=sealed())])
def test_without_a_request_there_is_nothing_to_grant(answer: BaseModel) -> None:
    in_progress().when(answer, DISPATCHER).then_refused("extension-asked")


def test_a_task_that_is_not_accepted_asks_for_no_more_time() -> None:
    dispatched().when(EXTENSION, CIVIL_COORDINATOR).then_refused("not-in-this-state")


# Carrying on the books (挂账).

KEY = ApproveCarry(resident_told=True)


def test_carrying_is_proposed_for_an_objective_cause() -> None:
    (
        in_progress()
        .when(CARRY, CIVIL_COORDINATOR)
        .then(CarryProposed, cause="PLANNING", ledger_row="2026-0117", review_at=CARRY.review_at)
        .then_state("IN_PROGRESS")
    )


@pytest.mark.parametrize(
    ("difference", "rule"),
    [
        ({"cause": "NO_TIME"}, "ground-known"),
        ({"review_at": on(8, 10, "12:00")}, "carry-review"),
        ({"review_at": on(5, 10)}, "carry-review"),
    ],
)
def test_carrying_needs_a_known_cause_and_a_review_within_ninety_days(
    difference: dict[str, object], rule: str
) -> None:
    wrong = CARRY.model_copy(update=difference)
    in_progress().when(wrong, CIVIL_COORDINATOR, on(5, 11, "11:00")).then_refused(rule)


def test_one_key_does_not_carry_a_task() -> None:
    story = carry_proposed().when(KEY, SUPERVISOR).then(CarryApproved, key="SUPERVISOR")
    assert "due" in story.then_state("IN_PROGRESS").clocks()


@pytest.mark.parametrize(
    ("first", "second"),
    [(SUPERVISOR, ADJUDICATOR), (ADJUDICATOR, SUPERVISOR)],
    ids=lambda w: w.role,
)
def test_two_keys_in_either_order_carry_it_and_the_due_clock_pauses(first: By, second: By) -> None:
    (
        carry_proposed()
        .does(KEY, first)
        .when(KEY, second)
        .then(
            fact(CarryApproved, key=second.role.value),
            fact(TaskCarried, cause="PLANNING", ledger_row="2026-0117", review_at=CARRY.review_at),
        )
        .then_state("CARRIED")
        .then_clocks(carry_review=on(7, 31, "17:00"))
    )
    assert carried().last(TaskCarried).paused_due.due == on(5, 25, "17:00")


def test_one_key_is_turned_once() -> None:
    carry_proposed().does(KEY, SUPERVISOR).when(KEY, SUPERVISOR).then_refused("two-keys")


def test_one_person_does_not_turn_both_keys() -> None:
    first, second = BOTH_KEYS
    carry_proposed().does(KEY, first).when(KEY, second).then_refused("two-keys")


def test_the_resident_is_told_before_a_task_is_carried() -> None:
    untold = ApproveCarry(resident_told=False)
    carry_proposed().when(untold, SUPERVISOR).then_refused("resident-told")


def test_no_key_is_turned_for_a_review_date_that_has_passed() -> None:
    soon = CARRY.model_copy(update={"review_at": on(5, 13)})
    story = in_progress().does(soon, CIVIL_COORDINATOR)
    story.when(KEY, SUPERVISOR, on(5, 13)).then_refused("carry-review")


def test_nothing_is_carried_that_was_not_proposed() -> None:
    in_progress().when(KEY, SUPERVISOR).then_refused("carry-proposed")
    in_progress().when(RefuseCarry(reason=sealed()), SUPERVISOR).then_refused("carry-proposed")


def test_one_proposal_is_answered_before_the_next() -> None:
    carry_proposed().when(CARRY, CIVIL_COORDINATOR).then_refused("carry-pending")


def test_a_refused_proposal_goes_away_with_the_key_that_was_turned() -> None:
    refused = carry_proposed().does(KEY, SUPERVISOR)
    refused = refused.when(RefuseCarry(reason=sealed("it can be done")), ADJUDICATOR)
    refused = refused.then(CarryRefused).then_state("IN_PROGRESS")
    refused.when(KEY, ADJUDICATOR).then_refused("carry-proposed")
    again = refused.does(CARRY, CIVIL_COORDINATOR)
    again.when(KEY, ADJUDICATOR).then(CarryApproved).then_state("IN_PROGRESS")


def test_a_supervisor_takes_a_carried_task_up_again() -> None:
    """The working time that was left at the pause is counted from the day it goes on."""
    story = (
        carried()
        .when(ReactivateTask(), SUPERVISOR, on(7, 6, "09:00"))
        .then(TaskReactivated, review_lapsed=False, paused_since=on(5, 11, "11:20"))
        .then_state("IN_PROGRESS")
    )
    fact_ = story.last(TaskReactivated)
    assert fact_.due_before.due == on(5, 25, "17:00")
    assert fact_.due.due == on(7, 20, "17:00")
    assert story.clocks()["due"] == on(7, 20, "17:00")
    assert "carry_review" not in story.clocks()


def test_the_review_date_takes_a_carried_task_up_by_itself() -> None:
    (
        carried()
        .when_rings("carry_review")
        .then(TaskReactivated, review_lapsed=True)
        .then_state("IN_PROGRESS")
    )


def test_a_carried_task_has_no_result() -> None:
    carried().when(submit(), CIVIL_COORDINATOR).then_refused("not-in-this-state")


def test_a_carried_task_is_not_overdue() -> None:
    """It left the overdue count but not the ledger (domain.md §2.4.5)."""
    ring = RingClock(name="due", due=on(5, 25, "17:00"))
    carried().when(ring, rung_by("due"), on(5, 25, "17:00")).then_nothing()


# The year nobody has published yet.

DECEMBER = on(12, 21, "09:30")
WITH_2027 = rules_with(POLICY, years=(YEAR_2026, YEAR_2027))


def _across_new_year() -> Story:
    story = given().at(on(12, 21, "09:00")).does(register(), CENTER_COORDINATOR)
    story = story.does(triage(), at=on(12, 21, "09:10"))
    return story.does(DispatchTask(main=CIVIL_AFFAIRS), at=DECEMBER)


def test_a_deadline_past_the_last_published_year_is_provisional() -> None:
    due = _across_new_year().last(TaskDispatched).due
    assert due.provisional
    assert due.due == on(1, 4, "17:00", 2027)


def test_a_published_year_recomputes_provisional_deadlines_as_facts() -> None:
    """The invented notice gives 1 to 5 January off and 9 January to work."""
    story = _across_new_year().under(WITH_2027)
    story = story.when(RecomputeDeadlines(), SYSTEM).then(DeadlineRecalculated, clock="due")
    changed = story.last(DeadlineRecalculated)
    assert changed.due_before.due == on(1, 4, "17:00", 2027)
    assert changed.due.due == on(1, 7, "17:00", 2027)
    assert changed.due.provisional is False
    assert changed.due.calendar.startswith("CN-2027@")
    assert story.clocks()["due"] == on(1, 7, "17:00", 2027)
    story.when(RecomputeDeadlines(), SYSTEM).then_nothing()


def test_without_a_new_year_nothing_is_recomputed() -> None:
    _across_new_year().when(RecomputeDeadlines(), SYSTEM).then_nothing()
    dispatched().under(WITH_2027).when(RecomputeDeadlines(), SYSTEM).then_nothing()
