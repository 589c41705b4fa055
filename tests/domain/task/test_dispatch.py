"""Dispatch, sign-in, return, dispute: who must handle the task, and from when it counts."""

from collections.abc import Callable

import pytest
from pydantic import BaseModel

from domain.task.commands import (
    AcceptTask,
    ApproveReturn,
    Designate,
    DispatchTask,
    DutyClass,
    EscalateDispute,
    RefuseReturn,
    Suggested,
    Urgency,
)
from domain.task.facts import (
    AssistInvited,
    ChosenAmong,
    DisputeOpened,
    LimitMissed,
    ReturnApproved,
    ReturnRefused,
    ReturnRequested,
    SignInOverdue,
    SupervisionLevel,
    SupervisionRaised,
    TaskAccepted,
    TaskAutoAccepted,
    TaskDispatched,
    UnitDesignated,
)
from tests.domain.harness import Story, fact
from tests.domain.task.stories import (
    TO_CIVIL_AFFAIRS,
    accepted,
    adjudication,
    dispatched,
    queued,
    return_request,
    return_review,
    returned,
    sent_on,
    triaged,
)
from tests.domain.world import (
    ADJUDICATOR,
    CIVIL_ADJUDICATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISSOLVED,
    HEALTH,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    SHIPAI,
    SHIPAI_COMMITTEE,
    on,
    sealed,
)

DUE_CLOCKS = ("due", "due.remind_half", "due.remind_before", "due.yellow")

# Dispatch.


def test_the_due_clock_starts_at_dispatch() -> None:
    """Not at sign-in: where it starts only then, units delay signing (domain.md §1.4)."""
    (
        queued()
        .when(TO_CIVIL_AFFAIRS, at=on(5, 11, "09:30"))
        .then(TaskDispatched, main=CIVIL_AFFAIRS, main_before=None, assist=(), due_before=None)
        .then_state("DISPATCHED")
        .then_clocks(
            sign_in=on(5, 11, "14:30"),
            due=on(5, 25, "17:00"),
            due__remind_half=on(5, 18, "13:45"),
            due__remind_before=on(5, 22, "17:00"),
            due__yellow=on(5, 21, "15:42"),
        )
    )


def test_a_deadline_says_what_it_was_computed_from() -> None:
    deadline = dispatched().last(TaskDispatched).due
    assert deadline.counted_from == on(5, 11, "09:30")
    assert (deadline.limit, deadline.count_from) == ("10wd", "next_day")
    assert deadline.calendar.startswith("CN-2026@")
    assert deadline.policy.startswith("town@")
    assert deadline.provisional is False


def test_an_urgent_task_runs_on_the_wall_clock() -> None:
    story = dispatched(queued(triaged(urgency=Urgency.URGENT)))
    assert story.clocks()["sign_in"] == on(5, 11, "10:00")
    assert story.clocks()["due"] == on(5, 12, "09:30")


@pytest.mark.parametrize(
    ("duty_class", "main", "rule"),
    [
        (DutyClass.UPPER_RECALLED, SHIPAI, "duty-list"),
        (DutyClass.COOPERATE, SHIPAI, "duty-list"),
        (DutyClass.BASIC, SHIPAI_COMMITTEE, "community-protected"),
        (DutyClass.COOPERATE, SHIPAI_COMMITTEE, "community-protected"),
        (DutyClass.BASIC, "440106-NOBODY", "unit-unknown"),
        (DutyClass.BASIC, DISSOLVED, "unit-unknown"),
    ],
)
def test_the_duty_list_guards_every_dispatch(duty_class: DutyClass, main: str, rule: str) -> None:
    """Recalled matters never go to a street, cooperating ones need a department (§1.8)."""
    queued(triaged(duty_class=duty_class)).when(DispatchTask(main=main)).then_refused(rule)


@pytest.mark.parametrize(
    ("duty_class", "main"),
    [
        (DutyClass.UPPER_RECALLED, CIVIL_AFFAIRS),
        (DutyClass.COOPERATE, CIVIL_AFFAIRS),
        (DutyClass.BASIC, CIVIL_AFFAIRS),
    ],
)
def test_a_department_may_take_every_duty_class(duty_class: DutyClass, main: str) -> None:
    queued(triaged(duty_class=duty_class)).when(DispatchTask(main=main)).then(TaskDispatched)


def test_a_street_may_take_what_is_basic_to_it() -> None:
    queued(triaged(category="OTHER")).when(DispatchTask(main=SHIPAI)).then(TaskDispatched)


SUGGESTED = Suggested(version="dispatch-suggestion@1", units=(CIVIL_AFFAIRS, HEALTH))


def _sent(command: DispatchTask) -> TaskDispatched:
    sent = queued().does(command).last(TaskDispatched)
    assert isinstance(sent, TaskDispatched)
    return sent


def test_what_was_suggested_and_which_was_taken_is_on_record() -> None:
    sent = _sent(DispatchTask(main=CIVIL_AFFAIRS, suggested=SUGGESTED))
    assert sent.suggested == ChosenAmong(
        version="dispatch-suggestion@1", units=(CIVIL_AFFAIRS, HEALTH), chosen=1
    )


@pytest.mark.parametrize(("main", "chosen"), [(HEALTH, 2), (HOUSING, None)])
def test_whoever_does_not_take_the_first_suggestion_says_why(main: str, chosen: int | None) -> None:
    other = DispatchTask(main=main, suggested=SUGGESTED)
    queued().when(other).then_refused("reason-for-other-choice")
    sent = _sent(other.model_copy(update={"reason": sealed()}))
    assert sent.suggested is not None
    assert (sent.suggested.chosen, sent.reason) == (chosen, sealed())


def test_whoever_was_shown_nothing_need_not_say_why() -> None:
    sent = _sent(DispatchTask(main=HEALTH))
    stored = sent.model_dump(mode="json")
    assert {"suggested", "reason"} & set(stored) == set(), "as it was written before"


def test_an_assisting_unit_must_stand_in_the_registry() -> None:
    wrong = DispatchTask(main=CIVIL_AFFAIRS, assist=("440106-NOBODY",))
    queued().when(wrong).then_refused("unit-unknown")


def test_the_main_unit_does_not_assist_itself() -> None:
    wrong = DispatchTask(main=CIVIL_AFFAIRS, assist=(CIVIL_AFFAIRS,))
    queued().when(wrong).then_refused("assist-other-unit")


def test_a_task_is_not_dispatched_twice() -> None:
    dispatched().when(TO_CIVIL_AFFAIRS).then_refused("not-in-this-state")


# Sign-in.


def test_the_main_unit_signs_in() -> None:
    (
        dispatched()
        .when(AcceptTask(), CIVIL_COORDINATOR)
        .then(TaskAccepted, unit=CIVIL_AFFAIRS)
        .then_state("ACCEPTED")
        .then_clocks(*DUE_CLOCKS)
    )


def test_no_other_unit_signs_in() -> None:
    dispatched().when(AcceptTask(), HEALTH_COORDINATOR).then_refused("addressee-only")


def test_a_task_is_signed_for_once() -> None:
    accepted().when(AcceptTask(), CIVIL_COORDINATOR).then_refused("not-in-this-state")


def test_silence_counts_as_sign_in_against_the_unit() -> None:
    (
        dispatched()
        .when_rings("sign_in")
        .then(
            fact(SignInOverdue, unit=CIVIL_AFFAIRS),
            fact(TaskAutoAccepted, unit=CIVIL_AFFAIRS),
            fact(
                SupervisionRaised,
                level=SupervisionLevel.REMINDED,
                level_before=SupervisionLevel.NONE,
                unit=CIVIL_AFFAIRS,
            ),
        )
        .then_state("ACCEPTED")
        .then_clocks(*DUE_CLOCKS)
    )


# Return (退单).


@pytest.mark.parametrize("story", [dispatched, accepted])
def test_a_unit_may_ask_to_return_what_is_not_its_duty(story: Callable[[], Story]) -> None:
    """The due clock keeps running while the return is weighed."""
    (
        story()
        .when(return_request(suggested_unit=HEALTH), CIVIL_COORDINATOR, on(5, 11, "09:40"))
        .then(
            ReturnRequested,
            unit=CIVIL_AFFAIRS,
            suggested_unit=HEALTH,
            legal_basis="三定方案",
        )
        .then_state("RETURN_REVIEW")
        .then_clocks(*DUE_CLOCKS, return_review=on(5, 11, "14:40"))
    )


def test_only_the_unit_that_holds_the_task_may_return_it() -> None:
    dispatched().when(return_request(), HEALTH_COORDINATOR).then_refused("addressee-only")


def test_a_return_is_asked_within_one_working_day() -> None:
    story = accepted()
    story.when(return_request(), CIVIL_COORDINATOR, on(5, 12, "17:00")).then(ReturnRequested)
    late = story.when(return_request(), CIVIL_COORDINATOR, on(5, 12, "17:01"))
    late.then_refused("return-window")


def test_an_approved_return_goes_back_to_the_queue_and_the_hours_held_are_kept() -> None:
    (
        return_review()
        .when(ApproveReturn(), at=on(5, 11, "10:00"))
        .then(ReturnApproved, unit=CIVIL_AFFAIRS, held_since=on(5, 11, "09:30"))
        .then_state("PENDING_DISPATCH")
        .then_clocks("dispatch")
    )


def test_dispatch_after_a_return_resets_the_due_clock() -> None:
    story = returned().when(DispatchTask(main=HEALTH), at=on(5, 12, "10:00"))
    story = story.then(TaskDispatched, main=HEALTH, main_before=CIVIL_AFFAIRS)
    assert story.last(TaskDispatched).due.due == on(5, 26, "17:00")
    assert story.last(TaskDispatched).due_before.due == on(5, 25, "17:00")
    assert story.clocks()["due"] == on(5, 26, "17:00")


def test_a_refused_return_leaves_the_task_accepted() -> None:
    (
        return_review()
        .when(RefuseReturn(reason=sealed("it is your duty")))
        .then(ReturnRefused, unit=CIVIL_AFFAIRS)
        .then_state("ACCEPTED")
        .then_clocks(*DUE_CLOCKS)
    )


def test_a_unit_returns_a_task_once() -> None:
    (
        return_review()
        .does(RefuseReturn(reason=sealed("it is your duty")))
        .when(return_request(), CIVIL_COORDINATOR)
        .then_refused("return-once")
    )


def test_a_second_return_by_another_unit_opens_a_dispute_at_once() -> None:
    (
        sent_on()
        .when(return_request(), HEALTH_COORDINATOR, on(5, 11, "10:10"))
        .then(
            fact(ReturnRequested, unit=HEALTH),
            fact(DisputeOpened, cause="SECOND_RETURN", unit=HEALTH),
        )
        .then_state("ADJUDICATION")
        .then_clocks(*DUE_CLOCKS, adjudication=on(5, 12, "17:00"))
    )


def test_both_returning_units_are_in_dispute() -> None:
    story = sent_on().does(return_request(), HEALTH_COORDINATOR, on(5, 11, "10:10"))
    assert set(story.last(DisputeOpened).disputing) == {CIVIL_AFFAIRS, HEALTH}


def test_a_return_nobody_answers_becomes_a_dispute() -> None:
    (
        return_review()
        .when_rings("return_review")
        .then(DisputeOpened, cause="REVIEW_LAPSED", unit=CIVIL_AFFAIRS)
        .then_state("ADJUDICATION")
    )


def test_a_dispatcher_may_escalate_a_return() -> None:
    (
        return_review()
        .when(EscalateDispute(reason=sealed("both say no")), at=on(5, 11, "09:50"))
        .then(DisputeOpened, cause="ESCALATED", disputing=(CIVIL_AFFAIRS,))
        .then_state("ADJUDICATION")
        .then_clocks(*DUE_CLOCKS, adjudication=on(5, 12, "17:00"))
    )


@pytest.mark.parametrize(
    "command", [ApproveReturn(), RefuseReturn(reason=sealed()), EscalateDispute()]
)
def test_without_a_return_there_is_nothing_to_decide(command: BaseModel) -> None:
    accepted().when(command).then_refused("not-in-this-state")


def test_overdue_in_return_review_is_overdue_all_the_same() -> None:
    """The unit cannot stop the clock by asking to return the task."""
    story = return_review().at(on(5, 25, "17:00"))
    assert "due" in story.clocks()


# Adjudication.

TO_HOUSING = Designate(main=HOUSING, assist=(HEALTH,), reason=sealed("housing builds ramps"))


def test_a_designation_is_a_new_dispatch() -> None:
    (
        adjudication()
        .when(TO_HOUSING, ADJUDICATOR, on(5, 12, "10:00"))
        .then(
            fact(UnitDesignated, main=HOUSING, main_before=CIVIL_AFFAIRS, assist=(HEALTH,)),
            fact(AssistInvited, number=1, unit=HEALTH, due=on(5, 25, "17:00")),
        )
        .then_state("DISPATCHED")
    )
    story = adjudication().does(TO_HOUSING, ADJUDICATOR, on(5, 12, "10:00"))
    assert story.last(UnitDesignated).due.due == on(5, 26, "17:00")
    assert story.last(UnitDesignated).due_before.due == on(5, 25, "17:00")
    assert story.clocks()["sign_in"] == on(5, 12, "15:00")
    assert "adjudication" not in story.clocks()


def test_a_designated_unit_may_not_return_the_task() -> None:
    """After designation no return is allowed (潍坊条例 art. 22)."""
    story = adjudication().does(TO_HOUSING, ADJUDICATOR, on(5, 12, "10:00"))
    story.when(return_request(), HOUSING_COORDINATOR).then_refused("designation-final")
    signed = story.does(AcceptTask(), HOUSING_COORDINATOR)
    signed.when(return_request(), HOUSING_COORDINATOR).then_refused("designation-final")


def test_an_adjudicator_of_a_disputing_unit_does_not_decide() -> None:
    adjudication().when(TO_HOUSING, CIVIL_ADJUDICATOR).then_refused("adjudicator-neutral")


@pytest.mark.parametrize(
    ("main", "rule"),
    [(SHIPAI_COMMITTEE, "community-protected"), ("440106-NOBODY", "unit-unknown")],
)
def test_a_designation_obeys_the_same_guards(main: str, rule: str) -> None:
    wrong = Designate(main=main, reason=sealed())
    adjudication().when(wrong, ADJUDICATOR).then_refused(rule)


def test_a_designated_unit_does_not_assist_itself() -> None:
    wrong = Designate(main=HOUSING, assist=(HOUSING,), reason=sealed())
    adjudication().when(wrong, ADJUDICATOR).then_refused("assist-other-unit")


def test_a_recalled_matter_is_not_designated_to_a_street() -> None:
    recalled = dispatched(queued(triaged(duty_class=DutyClass.UPPER_RECALLED)))
    wrong = Designate(main=SHIPAI, reason=sealed())
    adjudication(return_review(recalled)).when(wrong, ADJUDICATOR).then_refused("duty-list")


def test_a_missed_adjudication_limit_is_a_fact_and_the_decision_is_still_awaited() -> None:
    (
        adjudication()
        .when_rings("adjudication")
        .then(LimitMissed, clock="adjudication")
        .then_state("ADJUDICATION")
        .when(Designate(main=HOUSING, reason=sealed()), ADJUDICATOR)
        .then(UnitDesignated)
    )


def test_nobody_designates_without_a_dispute() -> None:
    dispatched().when(TO_HOUSING, ADJUDICATOR).then_refused("not-in-this-state")
