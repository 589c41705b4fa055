"""What the residents say: callback, rating, silence, dissatisfaction, and rework."""

from collections.abc import Callable

import pytest

from domain.envelope import SYSTEM, By
from domain.people import Known as KnownBy
from domain.policy import Policy
from domain.task.commands import (
    AnswerChannel,
    ApproveResult,
    AskFeedback,
    IssueRatingLink,
    ListForCallback,
    OrderRework,
    RateTask,
    RecordCallback,
    RemindFeedback,
    UpholdResult,
)
from domain.task.facts import (
    CallbackListed,
    CallbackRecorded,
    FeedbackAsked,
    FeedbackReminded,
    LimitMissed,
    RatingDefaulted,
    RatingLinkIssued,
    Resolution,
    ResultUpheld,
    ReworkOrdered,
    SupervisionLevel,
    SupervisionRaised,
    TaskRated,
    TaskState,
)
from tests.domain.harness import Story, fact
from tests.domain.task.stories import (
    callback,
    closed,
    dissatisfied,
    rating,
    ready,
    result_review,
    submit,
    with_two_residents,
)
from tests.domain.world import (
    CALLBACK_AGENT,
    CIVIL_CALLBACK_AGENT,
    CIVIL_COORDINATOR,
    DISPATCHER,
    GRANDMA,
    NEIGHBOUR,
    PASSER_BY,
    POLICY,
    SUPERVISOR,
    on,
    rules_with,
    sealed,
)

# Callback.


def _call(**said: object) -> RecordCallback:
    return RecordCallback(**({"reached": True, "contacted": True} | said))


NOT_REACHED = RecordCallback(reached=False)


@pytest.mark.parametrize(
    ("grade", "state", "resolution"),
    [
        (5, "CLOSED", Resolution.RESOLVED),
        (3, "CLOSED", Resolution.RESOLVED),
        (2, "DISSATISFIED", None),
        (1, "DISSATISFIED", None),
    ],
)
def test_a_grade_given_on_the_telephone_decides(
    grade: int, state: str, resolution: Resolution | None
) -> None:
    (
        callback()
        .when(_call(resolved=True, grade=grade), CALLBACK_AGENT, on(5, 11, "10:40"))
        .then(
            CallbackRecorded,
            attempt=1,
            reached=True,
            grade=grade,
            then=TaskState(state),
            resolution=resolution,
        )
        .then_state(state)
    )


def test_a_resident_who_was_reached_may_rate_later() -> None:
    (
        callback()
        .when(_call(resolved=True), CALLBACK_AGENT, on(5, 11, "10:40"))
        .then(CallbackRecorded, then=TaskState.RATING, grade=None)
        .then_state("RATING")
        .then_clocks(rating=on(5, 16, "10:30"))
    )


def test_an_attempt_that_reached_nobody_is_repeated() -> None:
    story = (
        callback()
        .when(NOT_REACHED, CALLBACK_AGENT, on(5, 11, "10:40"))
        .then(CallbackRecorded, attempt=1, reached=False, then=TaskState.CALLBACK)
        .then_state("CALLBACK")
    )
    assert story.last(CallbackRecorded).next_callback_by.due == on(5, 12, "10:40")
    assert story.clocks()["callback"] == on(5, 12, "10:40")


def test_three_attempts_lie_on_at_least_two_days() -> None:
    twice = callback().does(NOT_REACHED, CALLBACK_AGENT, on(5, 11, "10:40"))
    twice = twice.does(NOT_REACHED, CALLBACK_AGENT, on(5, 11, "16:00"))
    same_day = twice.when(NOT_REACHED, CALLBACK_AGENT, on(5, 11, "23:59"))
    same_day.then_refused("callback-other-day")
    (
        twice.when(NOT_REACHED, CALLBACK_AGENT, on(5, 12, "00:01"))
        .then(CallbackRecorded, attempt=3, reached=False, then=TaskState.RATING)
        .then_state("RATING")
    )


def test_somebody_reached_at_last_on_the_same_day_counts() -> None:
    """The rule is against giving up in one day, not against reaching somebody."""
    twice = callback().does(NOT_REACHED, CALLBACK_AGENT, on(5, 11, "10:40"))
    twice = twice.does(NOT_REACHED, CALLBACK_AGENT, on(5, 11, "16:00"))
    reached = twice.when(_call(resolved=True, grade=5), CALLBACK_AGENT, on(5, 11, "16:30"))
    reached.then(CallbackRecorded, attempt=3).then_state("CLOSED")


def test_the_handling_unit_does_not_call_back() -> None:
    callback().when(_call(grade=5), CIVIL_CALLBACK_AGENT).then_refused("callback-other-unit")


def test_a_missed_callback_is_a_fact_and_the_call_is_still_awaited() -> None:
    (
        callback()
        .when_rings("callback")
        .then(LimitMissed, clock="callback")
        .then_state("CALLBACK")
        .when(_call(grade=5, resolved=True), CALLBACK_AGENT)
        .then(CallbackRecorded)
    )


def test_a_grade_is_given_for_one_resident_of_several() -> None:
    story = callback(result_review(ready(with_two_residents())))
    one = story.when(_call(grade=5, subject=str(NEIGHBOUR.person)), CALLBACK_AGENT)
    one.then(CallbackRecorded, subject=NEIGHBOUR.person, resolution=None)
    stranger = story.when(_call(grade=5, subject=str(PASSER_BY.person)), CALLBACK_AGENT)
    stranger.then_refused("party-only")


def test_nobody_is_called_back_before_the_review() -> None:
    result_review().when(_call(grade=5), CALLBACK_AGENT).then_refused("not-in-this-state")


# The resident's rating.


@pytest.mark.parametrize("story", [callback, rating])
@pytest.mark.parametrize("grade", [3, 4, 5])
def test_satisfied_from_three_closes(story: Callable[[], Story], grade: int) -> None:
    (
        story()
        .when(RateTask(grade=grade, contacted=True, resolved=True), GRANDMA, on(5, 11, "10:50"))
        .then(
            TaskRated,
            subject=GRANDMA.person,
            grade=grade,
            grade_before=None,
            then=TaskState.CLOSED,
            resolution=Resolution.RESOLVED,
        )
        .then_state("CLOSED")
        .then_clocks(archive=on(6, 10, "10:50"))
    )


@pytest.mark.parametrize("story", [callback, rating])
@pytest.mark.parametrize("grade", [1, 2])
def test_a_low_grade_is_looked_into(story: Callable[[], Story], grade: int) -> None:
    (
        story()
        .when(RateTask(grade=grade), GRANDMA, on(5, 11, "10:50"))
        .then(TaskRated, grade=grade, then=TaskState.DISSATISFIED, resolution=None)
        .then_state("DISSATISFIED")
        .then_clocks()
    )


def test_a_result_that_did_not_solve_it_closes_as_unresolved() -> None:
    story = callback(result_review(resolved=False))
    story = story.when(RateTask(grade=4), GRANDMA).then(TaskRated, resolution=Resolution.UNRESOLVED)
    story.then_state("CLOSED")


def test_a_resident_who_denies_it_counts_more_than_what_the_unit_claims() -> None:
    claimed = callback().when(RateTask(grade=3, resolved=False), GRANDMA)
    claimed.then(TaskRated, resolution=Resolution.UNRESOLVED)


def test_a_rating_may_be_raised_within_the_window() -> None:
    """From 2 to 4: both grades stand in the facts."""
    (
        dissatisfied()
        .when(RateTask(grade=4), GRANDMA, on(5, 16, "10:30"))
        .then(TaskRated, grade=4, grade_before=2, then=TaskState.CLOSED)
        .then_state("CLOSED")
    )


def test_a_rating_may_be_raised_when_the_task_is_closed_already() -> None:
    raised = rating().does(RateTask(grade=3), GRANDMA, on(5, 11, "10:50"))
    raised.when(RateTask(grade=5), GRANDMA).then(TaskRated, grade_before=3).then_state("CLOSED")


def test_a_rating_is_not_lowered_nor_given_twice() -> None:
    story = rating().does(RateTask(grade=4), GRANDMA, on(5, 11, "10:50"))
    story.when(RateTask(grade=1), GRANDMA).then_refused("rating-only-up")
    story.when(RateTask(grade=4), GRANDMA).then_refused("rating-only-up")


def test_nobody_rates_for_the_first_time_once_the_task_is_closed() -> None:
    """The result was upheld on one resident's complaint before the other one said anything."""
    story = dissatisfied(rating(callback(result_review(ready(with_two_residents())))))
    story = story.does(UPHOLD).then_state("CLOSED")
    story.when(RateTask(grade=5), NEIGHBOUR).then_refused("rating-only-up")


def test_a_rating_is_not_raised_after_the_window() -> None:
    late = dissatisfied().when(RateTask(grade=4), GRANDMA, on(5, 16, "10:31"))
    late.then_refused("rating-window")


def test_nobody_rates_before_the_result_is_approved() -> None:
    result_review().when(RateTask(grade=5), GRANDMA).then_refused("not-in-this-state")


def test_nobody_rates_for_the_resident() -> None:
    rating().when(RateTask(grade=5), PASSER_BY).then_refused("party-only")


# Silence is not consent.


def test_an_unrated_task_closes_as_unrated() -> None:
    (
        rating()
        .when_rings("rating")
        .then(
            RatingDefaulted,
            round=1,
            value="NONE",
            subjects=(GRANDMA.person,),
            resolution=Resolution.UNRATED,
        )
        .then_state("CLOSED")
        .then_clocks("archive")
    )


def _satisfied_by_default() -> Policy:
    ratings = POLICY.ratings.model_copy(update={"default": "SATISFIED"})
    return POLICY.model_copy(update={"ratings": ratings})


def test_a_pack_may_take_silence_as_satisfied_and_the_fact_says_so() -> None:
    (
        rating()
        .under(rules_with(_satisfied_by_default()))
        .when_rings("rating")
        .then(RatingDefaulted, value="SATISFIED", resolution=Resolution.RESOLVED)
        .then_state("CLOSED")
    )


def test_silence_of_one_resident_of_two_names_only_the_silent_one() -> None:
    story = rating(callback(result_review(ready(with_two_residents()))))
    story = story.does(RateTask(grade=5), GRANDMA, on(5, 11, "10:50"))
    story.when_rings("rating").then(RatingDefaulted, subjects=(NEIGHBOUR.person,))


# The feedback round's notes.


def test_the_feedback_round_notes_that_it_asked_reminded_and_gave_up() -> None:
    (
        callback()
        .when(AskFeedback(round=1, channel=AnswerChannel.LINK), SYSTEM)
        .then(FeedbackAsked, round=1, channel=AnswerChannel.LINK)
        .then_state("CALLBACK")
        .when(RemindFeedback(round=1), SYSTEM)
        .then(FeedbackReminded, round=1)
        .when(ListForCallback(round=1), SYSTEM)
        .then(CallbackListed, round=1)
        .then_state("CALLBACK")
    )


def test_the_resident_is_reminded_once() -> None:
    asked = callback().does(AskFeedback(round=1, channel=AnswerChannel.LINK), SYSTEM)
    reminded = asked.does(RemindFeedback(round=1), SYSTEM)
    reminded.when(RemindFeedback(round=1), SYSTEM).then_nothing()
    asked.when(AskFeedback(round=1, channel=AnswerChannel.SMS), SYSTEM).then_nothing()
    listed = reminded.does(ListForCallback(round=1), SYSTEM)
    listed.when(ListForCallback(round=1), SYSTEM).then_nothing()


def test_a_feedback_round_that_is_over_or_not_yet_open_is_refused() -> None:
    wrong = AskFeedback(round=2, channel=AnswerChannel.LINK)
    callback().when(wrong, SYSTEM).then_refused("feedback-round")
    closed().when(AskFeedback(round=1, channel=AnswerChannel.LINK), SYSTEM).then_refused(
        "not-in-this-state"
    )


# Dissatisfied.

REWORK = OrderRework(reason=sealed("build it again"))
UPHOLD = UpholdResult(legal_basis="残疾人保障法 第53条", explanation=sealed("why it stays"))


@pytest.mark.parametrize("who", [DISPATCHER, SUPERVISOR], ids=lambda w: w.role)
def test_a_dissatisfying_task_is_done_again(who: By) -> None:
    story = (
        dissatisfied()
        .when(REWORK, who, on(5, 11, "11:00"))
        .then(ReworkOrdered, round=1, cause="DISSATISFIED")
        .then_state("IN_PROGRESS")
    )
    assert story.clocks()["due"] == on(5, 18, "17:00")


@pytest.mark.parametrize("who", [DISPATCHER, SUPERVISOR], ids=lambda w: w.role)
def test_a_result_may_be_upheld_and_explained(who: By) -> None:
    (
        dissatisfied()
        .when(UPHOLD, who)
        .then(ResultUpheld, legal_basis="残疾人保障法 第53条")
        .then_state("CLOSED")
        .then_clocks("archive")
    )


def _again(story: Story) -> Story:
    """The rework is done, approved and rated badly once more."""
    told = story.does(REWORK).after(minutes=1).does(submit(), CIVIL_COORDINATOR)
    told = told.after(minutes=1).does(ApproveResult()).after(minutes=1)
    return told.does(RateTask(grade=1), GRANDMA)


def test_there_are_at_most_two_rounds_of_rework() -> None:
    """Then the ladder: the district, the lead department, a joint meeting."""
    story = _again(dissatisfied()).then_state("DISSATISFIED")
    story.when(REWORK).then(ReworkOrdered, round=2)
    story = _again(story).then_state("DISSATISFIED")
    story.when(REWORK).then_refused("rework-rounds")
    story.when(UPHOLD).then(ResultUpheld)


def test_each_round_is_rated_anew() -> None:
    assert _again(dissatisfied()).last(TaskRated).round == 2


def test_the_second_dissatisfaction_lists_the_task() -> None:
    story = dissatisfied().does(REWORK).after(minutes=1).does(submit(), CIVIL_COORDINATOR)
    story = story.after(minutes=1).does(ApproveResult()).after(minutes=1)
    story.when(RateTask(grade=1), GRANDMA).then(
        TaskRated, fact(SupervisionRaised, level=SupervisionLevel.LISTED)
    )


def test_a_satisfied_resident_orders_no_rework() -> None:
    closed().when(REWORK).then_refused("not-in-this-state")
    closed().when(UPHOLD).then_refused("not-in-this-state")
    rating().when(REWORK).then_refused("not-in-this-state")


# Links (评价链接).

LINK = "0192f3a0-0000-7000-8000-00000000a001"
ISSUE = IssueRatingLink(link=LINK)


def _by_link(link: str = LINK, whose: By = GRANDMA) -> By:
    return whose.model_copy(update={"known": KnownBy.LINK, "session": link})


def issued() -> Story:
    return callback().does(ISSUE, CALLBACK_AGENT)


def test_a_link_is_for_one_resident_in_one_round_until_the_window_closes() -> None:
    callback().when(ISSUE, CALLBACK_AGENT).then(
        RatingLinkIssued, round=1, subject=GRANDMA.person, link=LINK, until=on(5, 16, "10:30")
    )
    issued().when(RateTask(grade=5), _by_link()).then(TaskRated, grade=5)
    another = issued().when(RateTask(grade=5), _by_link("0192f3a0-0000-7000-8000-00000000a002"))
    another.then_refused("link-stands")
    both = callback(result_review(ready(with_two_residents()))).does(ISSUE, CALLBACK_AGENT)
    both.when(RateTask(grade=5), _by_link(whose=NEIGHBOUR)).then_refused("link-stands")


def test_a_link_is_used_once_and_another_one_may_follow() -> None:
    rated = issued().does(RateTask(grade=1), _by_link())
    rated.when(RateTask(grade=4), _by_link()).then_refused("link-stands")
    rated.does(IssueRatingLink(link=f"{LINK[:-1]}2"), CALLBACK_AGENT).when(
        RateTask(grade=4), _by_link(f"{LINK[:-1]}2")
    ).then(TaskRated, grade=4, grade_before=1)


def test_whoever_did_the_work_hands_out_no_link() -> None:
    callback().when(ISSUE, CIVIL_CALLBACK_AGENT).then_refused("callback-other-unit")
    callback().when(ISSUE, CIVIL_COORDINATOR).then_refused("role-permitted")


def test_a_link_is_for_a_resident_of_the_task_while_the_window_is_open() -> None:
    stranger = IssueRatingLink(link=LINK, subject=str(PASSER_BY.person))
    callback().when(stranger, CALLBACK_AGENT).then_refused("party-only")
    callback().when(ISSUE, CALLBACK_AGENT, on(5, 17)).then_refused("rating-window")
    result_review().when(ISSUE, CALLBACK_AGENT).then_refused("not-in-this-state")
