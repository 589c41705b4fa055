"""The result: drafted by staff, signed by the coordinator, reviewed by somebody else."""

import pytest

from domain.envelope import By
from domain.task.commands import (
    ApproveResult,
    DraftResult,
    ReturnForRework,
    SubmitAssist,
)
from domain.task.facts import (
    LimitMissed,
    ResultApproved,
    ResultDrafted,
    ResultSubmitted,
    ReworkOrdered,
)
from tests.domain.task.stories import (
    CONTACT,
    EVIDENCE,
    accepted,
    assisted,
    dispatched,
    in_progress,
    queued,
    ready,
    result_review,
    submit,
    triaged,
)
from tests.domain.world import (
    CENTER_COORDINATOR,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    CIVIL_STAFF_2,
    DISPATCHER,
    DISPATCHER_WHO_HANDLES,
    HEALTH_COORDINATOR,
    HEALTH_STAFF,
    on,
    sealed,
)

# The result.

DRAFT = DraftResult(resolved=True, public_reply=sealed("the ramp stands"), cost_cents=120_000)


def test_a_submitted_result_stops_the_due_clock() -> None:
    (
        ready()
        .when(submit(cost_cents=120_000), CIVIL_COORDINATOR, on(5, 11, "10:20"))
        .then(ResultSubmitted, resolved=True, cost_cents=120_000, drafted_by=None, on_time=True)
        .then_state("RESULT_REVIEW")
        .then_clocks(result_review=on(5, 12, "17:00"))
    )


def test_a_result_at_the_due_instant_is_on_time_and_after_it_is_not() -> None:
    story = ready()
    story.when(submit(), CIVIL_COORDINATOR, on(5, 25, "17:00")).then(ResultSubmitted, on_time=True)
    late = story.when(submit(), CIVIL_COORDINATOR, on(5, 25, "17:01"))
    late.then(ResultSubmitted, on_time=False)


def test_the_coordinator_signs_what_the_staff_drafted() -> None:
    """Left empty, the draft is signed as it stands; the fact names who drafted it."""
    (
        ready()
        .when(DRAFT, CIVIL_STAFF)
        .then(ResultDrafted, resolved=True, cost_cents=120_000)
        .then_state("IN_PROGRESS")
        .when(submit(resolved=None, public_reply=None), CIVIL_COORDINATOR)
        .then(
            ResultSubmitted,
            resolved=True,
            public_reply=sealed("the ramp stands"),
            cost_cents=120_000,
            drafted_by=CIVIL_STAFF.person,
        )
    )


def test_without_a_draft_the_result_must_be_complete() -> None:
    empty = submit(resolved=None, public_reply=None)
    ready().when(empty, CIVIL_COORDINATOR).then_refused("draft-present")


def test_only_the_assigned_staff_draft() -> None:
    ready().when(DRAFT, HEALTH_STAFF).then_refused("addressee-only")
    ready().when(DRAFT, CIVIL_STAFF_2).then_refused("assigned-staff-only")


def test_a_result_needs_a_recorded_contact() -> None:
    story = in_progress().does(EVIDENCE, CIVIL_STAFF)
    story.when(submit(), CIVIL_COORDINATOR).then_refused("contact-recorded")


def test_a_result_needs_evidence() -> None:
    story = in_progress().does(CONTACT, CIVIL_STAFF)
    story.when(submit(), CIVIL_COORDINATOR).then_refused("evidence-present")


def test_every_assist_is_done_or_explained_before_the_result() -> None:
    story = ready(assisted())
    story.when(submit(), CIVIL_COORDINATOR).then_refused("assists-done")
    story.when(submit(assists_explained=(1,)), CIVIL_COORDINATOR).then(ResultSubmitted)
    story.when(submit(assists_explained=(1, 7)), CIVIL_COORDINATOR).then_refused("assist-open")
    done = story.does(SubmitAssist(number=1, note=sealed()), HEALTH_COORDINATOR)
    done.when(submit(), CIVIL_COORDINATOR).then(ResultSubmitted)


def test_only_the_main_unit_signs_the_result() -> None:
    ready().when(submit(), HEALTH_COORDINATOR).then_refused("addressee-only")


def test_a_result_is_submitted_once() -> None:
    result_review().when(submit(), CIVIL_COORDINATOR).then_refused("not-in-this-state")


# Review.


@pytest.mark.parametrize("who", [DISPATCHER, CENTER_COORDINATOR], ids=lambda w: w.role)
def test_dispatcher_or_centre_approves_the_result(who: By) -> None:
    story = (
        result_review()
        .when(ApproveResult(), who, on(5, 11, "10:30"))
        .then(ResultApproved, verified_on_site=False)
        .then_state("CALLBACK")
    )
    assert story.clocks()["callback"] == on(5, 13, "17:00")
    assert story.last(ResultApproved).rating_until.due == on(5, 16, "10:30")


def test_nobody_reviews_their_own_work() -> None:
    doer, reviewer = DISPATCHER_WHO_HANDLES
    story = ready().does(submit(), doer)
    story.when(ApproveResult(), reviewer).then_refused("reviewer-not-doer")
    story.when(ReturnForRework(reason=sealed()), reviewer).then_refused("reviewer-not-doer")
    story.when(ApproveResult(), DISPATCHER).then(ResultApproved)


def test_physical_works_are_verified_on_site() -> None:
    works = in_progress(accepted(dispatched(queued(triaged(physical_works=True)))))
    story = result_review(ready(works))
    story.when(ApproveResult()).then_refused("verified-on-site")
    story.when(ApproveResult(verified_on_site=True)).then(ResultApproved, verified_on_site=True)


def test_a_result_is_returned_for_rework_with_half_the_time() -> None:
    """50% of 10 working days, counted from the order."""
    story = (
        result_review()
        .when(ReturnForRework(reason=sealed("too steep")), DISPATCHER, on(5, 11, "11:00"))
        .then(ReworkOrdered, round=1, cause="REVIEW")
        .then_state("IN_PROGRESS")
    )
    assert story.last(ReworkOrdered).due.due == on(5, 18, "17:00")
    assert story.last(ReworkOrdered).due_before.due == on(5, 25, "17:00")
    assert story.clocks()["due"] == on(5, 18, "17:00")
    assert "result_review" not in story.clocks()


def test_rework_takes_at_least_one_working_day() -> None:
    graded = in_progress(accepted(dispatched(queued(triaged(request_type="CONSULT")))))
    story = result_review(ready(graded))
    story = story.does(ReturnForRework(reason=sealed()), at=on(5, 11, "11:00"))
    assert story.clocks()["due"] == on(5, 12, "17:00")


def test_a_missed_review_limit_is_a_fact() -> None:
    (
        result_review()
        .when_rings("result_review")
        .then(LimitMissed, clock="result_review")
        .then_state("RESULT_REVIEW")
        .when(ApproveResult())
        .then(ResultApproved)
    )
