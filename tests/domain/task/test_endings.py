"""How a task ends, and what may still be said: appeal, score, withdrawal, termination, archive."""

from collections.abc import Callable
from datetime import datetime

import pytest
from pydantic import BaseModel

from domain.clocks import RingClock
from domain.envelope import SYSTEM, By, rung_by
from domain.task.commands import (
    AppealClosure,
    AppealScore,
    ApproveTermination,
    ArchiveTask,
    AssignStaff,
    EraseSubject,
    ExcludeScore,
    RefuseTermination,
    RequestTermination,
    RestrictData,
    TakeOverTask,
    UpholdScore,
    WithdrawTask,
)
from domain.task.facts import (
    DataRestricted,
    ScoreAppealFiled,
    ScoreExcluded,
    ScoreUpheld,
    StaffAssigned,
    SubjectKeyDestroyed,
    TaskArchived,
    TaskCancelled,
    TaskReopened,
    TaskTakenOver,
    TaskTerminated,
    TerminationRefused,
    TerminationRequested,
)
from tests.domain.harness import Story, given
from tests.domain.task.stories import (
    PAIRING,
    accepted,
    archived,
    carried,
    closed,
    dispatched,
    every_state,
    in_progress,
    master,
    not_admitted,
    register,
    registered,
    result_review,
    termination_requested,
    with_two_residents,
)
from tests.domain.world import (
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    COMMUNITY_WORKER,
    DPO,
    GRANDMA,
    HEALTH,
    HEALTH_COORDINATOR,
    HEALTH_STAFF,
    NEIGHBOUR,
    PASSER_BY,
    SUPERVISOR,
    Town,
    on,
    rules_with,
    sealed,
)

FINAL = ("CLOSED", "NOT_ADMITTED", "DIVERTED", "MERGED", "CANCELLED", "TERMINATED")

# Appeal against the closure.

APPEAL = AppealClosure(new_facts=sealed("it broke again"))


def test_a_closed_task_is_reopened_by_new_facts() -> None:
    (
        closed()
        .when(APPEAL, GRANDMA, on(5, 20, "10:00"))
        .then(TaskReopened, round=2, new_facts=sealed("it broke again"))
        .then_state("TRIAGED")
        .then_clocks("queue")
    )


def test_a_closure_is_appealed_within_fifteen_days() -> None:
    closed().when(APPEAL, GRANDMA, on(5, 26, "10:50")).then(TaskReopened)
    closed().when(APPEAL, GRANDMA, on(5, 26, "10:51")).then_refused("closure-appeal-window")


def test_only_a_resident_of_the_task_appeals() -> None:
    closed().when(APPEAL, PASSER_BY).then_refused("party-only")


@pytest.mark.parametrize("state", ["RATING", "NOT_ADMITTED", "CANCELLED", "ARCHIVED"])
def test_only_a_closure_is_appealed(state: str) -> None:
    every_state()[state].when(APPEAL, GRANDMA).then_refused("not-in-this-state")


# The score.

SCORE_APPEAL = AppealScore(ground="ENFORCEMENT", evidence=sealed("the file"))


def test_a_unit_appeals_the_score_and_the_state_stays() -> None:
    """The archive waits until the appeal is decided."""
    (
        closed()
        .when(SCORE_APPEAL, CIVIL_COORDINATOR)
        .then(ScoreAppealFiled, ground="ENFORCEMENT")
        .then_state("CLOSED")
        .then_clocks()
    )


def test_the_score_is_appealed_within_five_working_days() -> None:
    closed().when(SCORE_APPEAL, CIVIL_COORDINATOR, on(5, 18, "17:00")).then(ScoreAppealFiled)
    late = closed().when(SCORE_APPEAL, CIVIL_COORDINATOR, on(5, 18, "17:01"))
    late.then_refused("score-appeal-window")


def test_the_score_is_appealed_on_a_known_ground() -> None:
    wrong = AppealScore(ground="UNFAIR", evidence=sealed())
    closed().when(wrong, CIVIL_COORDINATOR).then_refused("ground-known")


def test_only_the_unit_that_is_scored_appeals() -> None:
    closed().when(SCORE_APPEAL, HEALTH_COORDINATOR).then_refused("addressee-only")


def test_a_score_is_appealed_once() -> None:
    story = closed().does(SCORE_APPEAL, CIVIL_COORDINATOR)
    story.when(SCORE_APPEAL, CIVIL_COORDINATOR).then_refused("score-appeal-once")


def test_a_supervisor_excludes_the_task_from_the_score() -> None:
    story = closed().does(SCORE_APPEAL, CIVIL_COORDINATOR)
    excluded = story.when(ExcludeScore(reason=sealed("an enforcement case")), SUPERVISOR)
    excluded = excluded.then(ScoreExcluded, ground="ENFORCEMENT").then_state("CLOSED")
    excluded.when(UpholdScore(reason=sealed()), SUPERVISOR).then_refused("score-appeal-asked")


def test_a_supervisor_keeps_the_task_in_the_score() -> None:
    story = closed().does(SCORE_APPEAL, CIVIL_COORDINATOR)
    upheld = story.when(UpholdScore(reason=sealed("it counts")), SUPERVISOR).then(ScoreUpheld)
    upheld.then_clocks("archive")
    upheld.when(ExcludeScore(reason=sealed()), SUPERVISOR).then_refused("score-appeal-asked")


@pytest.mark.parametrize("answer", [ExcludeScore(reason=sealed()), UpholdScore(reason=sealed())])
def test_without_an_appeal_the_score_stands(answer: BaseModel) -> None:
    closed().when(answer, SUPERVISOR).then_refused("score-appeal-asked")


# Withdrawal.

BEFORE_REVIEW = (
    "REGISTERED",
    "TRIAGED",
    "PENDING_DISPATCH",
    "DISPATCHED",
    "RETURN_REVIEW",
    "ADJUDICATION",
    "ACCEPTED",
    "IN_PROGRESS",
)


@pytest.mark.parametrize("state", BEFORE_REVIEW)
def test_a_resident_withdraws_before_the_result_and_every_clock_stops(state: str) -> None:
    (
        every_state()[state]
        .when(WithdrawTask(reason=sealed("my son did it")), GRANDMA)
        .then(TaskCancelled)
        .then_state("CANCELLED")
        .then_clocks("archive")
    )


@pytest.mark.parametrize("state", ["RESULT_REVIEW", "CALLBACK", "RATING", "CLOSED", "DIVERTED"])
def test_nothing_is_withdrawn_once_the_result_is_in(state: str) -> None:
    every_state()[state].when(WithdrawTask(), GRANDMA).then_refused("not-in-this-state")


def test_a_matter_of_safety_is_not_withdrawn() -> None:
    registered(safety=True).when(WithdrawTask(), GRANDMA).then_refused("safety-not-withdrawn")


def test_only_a_resident_of_the_task_withdraws_it() -> None:
    registered().when(WithdrawTask(), PASSER_BY).then_refused("party-only")


def test_whoever_registered_a_need_may_withdraw_it() -> None:
    registered().when(WithdrawTask(), CENTER_COORDINATOR).then(TaskCancelled)
    mine = given().does(register(requester=None), COMMUNITY_WORKER)
    mine.when(WithdrawTask(), COMMUNITY_WORKER).then(TaskCancelled)
    mine.when(WithdrawTask(), CENTER_COORDINATOR).then_refused("requester-only")


def test_a_task_others_depend_on_is_not_withdrawn() -> None:
    """A merged neighbour is a party too; the work goes on for them."""
    with_two_residents().when(WithdrawTask(), GRANDMA).then_refused("shared-task")
    with_two_residents().when(WithdrawTask(), NEIGHBOUR).then_refused("requester-only")


# Termination.


def test_termination_is_asked_for_on_a_legal_ground() -> None:
    (
        in_progress()
        .when(
            RequestTermination(ground="NO_COOPERATION", reason=sealed("closed door")),
            CIVIL_COORDINATOR,
        )
        .then(TerminationRequested, ground="NO_COOPERATION")
        .then_state("IN_PROGRESS")
    )


def test_termination_on_another_ground_is_refused() -> None:
    wrong = RequestTermination(ground="TOO_HARD", reason=sealed())
    in_progress().when(wrong, CIVIL_COORDINATOR).then_refused("ground-known")


def test_only_the_main_unit_asks_for_termination() -> None:
    asked = RequestTermination(ground="NO_COOPERATION", reason=sealed())
    in_progress().when(asked, HEALTH_COORDINATOR).then_refused("addressee-only")


def test_a_supervisor_ends_handling() -> None:
    (
        termination_requested()
        .when(ApproveTermination(), SUPERVISOR)
        .then(TaskTerminated, ground="NO_COOPERATION")
        .then_state("TERMINATED")
        .then_clocks("archive")
    )


def test_a_supervisor_has_handling_go_on() -> None:
    story = termination_requested().when(RefuseTermination(reason=sealed("try again")), SUPERVISOR)
    story = story.then(TerminationRefused).then_state("IN_PROGRESS")
    story.when(ApproveTermination(), SUPERVISOR).then_refused("termination-asked")


def test_handling_is_not_ended_unasked() -> None:
    in_progress().when(ApproveTermination(), SUPERVISOR).then_refused("termination-asked")
    accepted().when(ApproveTermination(), SUPERVISOR).then_refused("not-in-this-state")


# The archive.


@pytest.mark.parametrize("state", FINAL)
def test_a_quiet_final_task_is_archived_by_the_hash_of_its_newest_entry(state: str) -> None:
    """The hash of the newest entry covers all before it, so it is the hash of the package."""
    (
        every_state()[state]
        .when_rings("archive")
        .then(TaskArchived, package_hash="ab" * 32)
        .then_state("ARCHIVED")
        .then_clocks()
    )


def test_a_task_is_quiet_for_thirty_days_before_the_archive() -> None:
    assert not_admitted().clocks()["archive"] == on(6, 10, "09:10")
    early = not_admitted().when(ArchiveTask(), SYSTEM, on(6, 10, "09:09"))
    early.then_refused("archive-quiet")
    not_admitted().when(ArchiveTask(), SYSTEM, on(6, 10, "09:10")).then(TaskArchived)


def test_an_open_task_is_not_archived() -> None:
    in_progress().when(ArchiveTask(), SYSTEM, on(12, 1)).then_refused("not-in-this-state")


def test_an_archived_task_is_over() -> None:
    story = archived()
    assert story.case.is_over(story.state)
    story.when(ArchiveTask(), SYSTEM, on(12, 1)).then_refused("not-in-this-state")


# Hand-over of a task on exit or reform.

SUCCESSION = TakeOverTask(successor=HEALTH, pairing=PAIRING)


def test_a_successor_takes_the_task_over_and_both_units_are_named() -> None:
    story = (
        in_progress()
        .when(SUCCESSION, SYSTEM, on(5, 13, "10:00"))
        .then(TaskTakenOver, main=HEALTH, main_before=CIVIL_AFFAIRS, held_since=on(5, 11, "09:30"))
    )
    assert story.clocks()["due"] == on(5, 25, "17:00")


def test_a_successor_has_accepted_in_the_hand_over_and_names_its_own_staff() -> None:
    story = dispatched().does(SUCCESSION, SYSTEM).then_state("ACCEPTED")
    ours, theirs = (AssignStaff(person=str(one.person)) for one in (CIVIL_STAFF, HEALTH_STAFF))
    story.when(ours, CIVIL_COORDINATOR).then_refused("addressee-only")
    story.when(theirs, HEALTH_COORDINATOR).then(StaffAssigned, unit=HEALTH, person_before=None)


def test_a_successor_must_stand_in_the_registry() -> None:
    wrong = TakeOverTask(successor="440106-NOBODY")
    in_progress().when(wrong, SYSTEM).then_refused("unit-unknown")


def test_a_finished_task_needs_no_successor() -> None:
    closed().when(SUCCESSION, SYSTEM).then_nothing()


# Personal data.


@pytest.mark.parametrize("state", ["REGISTERED", "IN_PROGRESS", "CARRIED", "CLOSED", "ARCHIVED"])
def test_data_are_restricted_in_any_state_and_the_state_stays(state: str) -> None:
    (
        every_state()[state]
        .when(RestrictData(basis="个人信息保护法 第47条"), DPO)
        .then(DataRestricted)
        .then_state(state)
    )


ERASE = EraseSubject(subject=str(GRANDMA.person), basis="保存期限届满")


@pytest.mark.parametrize("state", ["CLOSED", "CANCELLED", "ARCHIVED"])
def test_a_residents_key_is_destroyed_once_the_task_is_final(state: str) -> None:
    (
        every_state()[state]
        .when(ERASE, DPO)
        .then(SubjectKeyDestroyed, subject=GRANDMA.person, basis="保存期限届满")
        .then_state(state)
    )


@pytest.mark.parametrize("story", [in_progress, result_review, carried])
def test_the_law_still_wants_the_data_of_an_open_task(story: Callable[[], Story]) -> None:
    story().when(ERASE, DPO).then_refused("subject-still-needed")


def test_a_resident_with_another_open_task_is_not_erased_yet() -> None:
    other = Town((master(subjects=(str(GRANDMA.person),)),))
    story = closed().under(rules_with(town=other))
    story.when(ERASE, DPO).then_refused("subject-still-needed")


def test_the_erasure_is_sent_to_the_residents_own_stream() -> None:
    """`subject/<id>` records it too; the errand is keyed by the fact."""
    story = closed().does(ERASE, DPO)
    errands = story.case.errands(story.stream, story.state, story.facts[-1])
    assert [errand.stream for errand in errands] == [GRANDMA.person]


def test_only_a_resident_of_this_task_is_erased_here() -> None:
    stranger = EraseSubject(subject=str(PASSER_BY.person), basis="保存期限届满")
    closed().when(stranger, DPO).then_refused("subject-of-task")


def test_a_key_is_destroyed_once() -> None:
    closed().does(ERASE, DPO).when(ERASE, DPO).then_refused("erased-once")


# Clocks that ring too early, too late, twice or for nothing.


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("sign_in", on(5, 11, "14:29")),  # another instant than the running clock's
        ("due", on(5, 30)),
        ("triage", on(5, 11, "11:00")),  # it ran once, no longer
        ("arrival/3", on(5, 11, "14:30")),
        ("no_such_clock", on(5, 11, "14:30")),
    ],
)
def test_a_stale_ring_changes_nothing(name: str, due: datetime) -> None:
    dispatched().when(RingClock(name=name, due=due), rung_by(name), on(6, 30)).then_nothing()


def test_an_early_ring_changes_nothing() -> None:
    ring = RingClock(name="sign_in", due=on(5, 11, "14:30"))
    dispatched().when(ring, rung_by("sign_in"), on(5, 11, "14:29")).then_nothing()


def test_a_late_ring_counts_from_its_due_instant_and_a_second_one_changes_nothing() -> None:
    late = dispatched().rings("sign_in", on(5, 14)).then_state("ACCEPTED")
    ring = RingClock(name="sign_in", due=on(5, 11, "14:30"))
    late.when(ring, rung_by("sign_in")).then_nothing()


def test_only_the_system_rings_clocks() -> None:
    def rung(by: By) -> Story:
        ring = RingClock(name="sign_in", due=on(5, 11, "14:30"))
        return dispatched().when(ring, by, on(5, 11, "15:00"))

    rung(CIVIL_COORDINATOR).then_refused("system-only")
    rung(SYSTEM).then_state("DISPATCHED")
