"""Reviews: figures frozen first, two sides score each other, residents count when they spoke."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from domain.envelope import SYSTEM
from domain.figures import ReviewFigures
from domain.pairing.case import PAIRING
from domain.pairing.commands import GiveScore, OpenReview, ScoreReview, Successor
from domain.pairing.facts import (
    PairingLimitMissed,
    ReviewFellDue,
    ReviewOpened,
    ReviewScored,
    ReviewScoreGiven,
)
from domain.pairing.reviewing import residents_score
from domain.people import Grant, Person, Role
from tests.domain.pairing import stories as s
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    HEALTH_COORDINATOR,
    HOUSING_COORDINATOR,
    LONG_AGO,
    ORGANIZATION,
    PEOPLE,
    RULES,
    SHIPAI,
    SHIPAI_CENTER,
    Town,
    rules_with,
    task_id,
)

OPEN = OpenReview()
FROM_CENTER = GiveScore(side="CENTER_AND_STREET", score=80)
FROM_DEPARTMENTS = GiveScore(side="DEPARTMENTS", score=70, comment="配合顺畅")


def test_a_review_falls_due_half_a_year_on() -> None:
    due = s.active().clocks()["review"]
    (
        s.active()
        .when_rings("review")
        .then(ReviewFellDue(due=due))
        .then_state("ACTIVE")
        .then_clocks(term_end=s.TERM_END)
    )


def test_the_system_opens_the_review_that_fell_due() -> None:
    story = (
        s.fell_due()
        .when(OPEN, SYSTEM)
        .then(ReviewOpened, number=1, figures=s.FIGURES)
        .then_state("UNDER_REVIEW")
    )
    assert set(story.clocks()) == {"review_scores", "term_end"}
    assert story.last(ReviewOpened).score_by.limit == "10wd"


def test_the_authority_opens_a_review_early_and_nobody_else() -> None:
    s.active().when(OPEN, AUTHORITY).then(ReviewOpened, number=1).then_state("UNDER_REVIEW")
    s.active().when(OPEN, SYSTEM).then_refused("review-not-due")
    s.active().when(OPEN, CENTER_COORDINATOR).then_refused("role-permitted")


def test_reviews_are_held_in_active_pairings() -> None:
    for state in ("ADJUSTING", "SUSPENDED", "UNDER_REVIEW", "TERMINATING", "PENDING_APPROVAL"):
        s.EVERY_STATE[state]().when(OPEN, AUTHORITY).then_refused("not-in-this-state")


def test_figures_are_never_handed_in() -> None:
    """Whoever opens the review, and by whichever way: the ledger says what it is held on."""
    with pytest.raises(ValidationError, match="figures"):
        PAIRING.commands.validate_python({"kind": "open_review", "figures": {"position": 99}})


def test_each_side_scores_the_other() -> None:
    (
        s.under_review()
        .when(FROM_CENTER, CENTER_COORDINATOR)
        .then(
            ReviewScoreGiven(
                number=1, side="CENTER_AND_STREET", unit=SHIPAI_CENTER, score=80, comment=None
            )
        )
        .when(FROM_DEPARTMENTS, CIVIL_COORDINATOR)
        .then(ReviewScoreGiven, side="DEPARTMENTS", unit=CIVIL_AFFAIRS, comment="配合顺畅")
        .then_state("UNDER_REVIEW")
    )


def test_nobody_scores_themselves() -> None:
    """A department cannot speak in the name of those who score departments."""
    story = s.under_review()
    story.when(FROM_CENTER, CIVIL_COORDINATOR).then_refused("never-scores-itself")
    story.when(FROM_DEPARTMENTS, CENTER_COORDINATOR).then_refused("never-scores-itself")
    story.when(FROM_DEPARTMENTS, DISPATCHER).then_refused("never-scores-itself")
    story.when(FROM_DEPARTMENTS, HOUSING_COORDINATOR).then_refused("party-only")


def test_each_unit_scores_once_while_the_review_is_open() -> None:
    once = s.under_review().does(FROM_CENTER, CENTER_COORDINATOR)
    once.when(FROM_CENTER, CENTER_COORDINATOR).then_refused("scored-already")
    once.when(FROM_CENTER, DISPATCHER).then(ReviewScoreGiven, unit=SHIPAI)
    s.active().when(FROM_CENTER, CENTER_COORDINATOR).then_refused("not-in-this-state")


def test_a_comment_names_nobody() -> None:
    telling = FROM_CENTER.model_copy(update={"comment": "44010619900307123X"})
    s.under_review().when(telling, CENTER_COORDINATOR).then_refused("no-personal-data")


def test_missing_scores_are_noted_once_and_may_still_come() -> None:
    (
        s.under_review()
        .when_rings("review_scores")
        .then(PairingLimitMissed, clock="review_scores")
        .then_clocks(term_end=s.TERM_END)
        .when(FROM_CENTER, CENTER_COORDINATOR)
        .then(ReviewScoreGiven)
    )


def test_the_authority_closes_when_both_sides_have_scored() -> None:
    s.under_review().when(ScoreReview(), AUTHORITY).then_refused("both-sides-scored")
    one = s.under_review().does(FROM_CENTER, CENTER_COORDINATOR)
    one.when(ScoreReview(), AUTHORITY).then_refused("both-sides-scored")
    one.when(ScoreReview(), CENTER_COORDINATOR).then_refused("role-permitted")
    s.active().when(ScoreReview(), AUTHORITY).then_refused("not-in-this-state")


def test_a_side_counts_as_the_mean_of_its_units() -> None:
    """80 and 91 from centre and street, 70 and 75 from the departments, residents 80."""
    (
        s.scores(s.under_review(), 80, 70)
        .does(FROM_CENTER.model_copy(update={"score": 91}), DISPATCHER)
        .does(FROM_DEPARTMENTS.model_copy(update={"score": 75}), HEALTH_COORDINATOR)
        .when(ScoreReview(comment="整体良好"), AUTHORITY)
        .then(
            ReviewScored,
            number=1,
            center_and_street=85,
            departments=72,
            residents=80,
            passed=True,
            fails_in_a_row=0,
            terminating=False,
            hand_over_by=None,
            comment="整体良好",
        )
        .then_state("ACTIVE")
    )


@pytest.mark.parametrize(
    ("center", "departments", "passes"), [(50, 50, True), (49, 50, False), (60, 40, True)]
)
def test_the_mean_of_sides_and_residents_reaches_the_pass_score(
    center: int, departments: int, passes: bool
) -> None:
    """Residents gave 80: together 180 out of 300 is 60, the pass score."""
    (
        s.scores(s.under_review(), center, departments)
        .when(ScoreReview(), AUTHORITY)
        .then(ReviewScored, passed=passes, residents=80)
    )


@pytest.mark.parametrize(("mark", "passes"), [(60, True), (59, False)])
def test_silent_residents_count_neither_way(mark: int, passes: bool) -> None:
    unrated = rules_with(town=Town(frozen=ReviewFigures(position=99)))
    story = s.fell_due().under(unrated).does(OPEN, SYSTEM)
    (
        s.scores(story, mark, mark)
        .when(ScoreReview(), AUTHORITY)
        .then(ReviewScored, passed=passes, residents=None)
    )


def test_residents_score_is_the_mean_grade_times_twenty() -> None:
    figures = s.FIGURES.model_copy(update={"rated": 3, "grade_sum": 10, "satisfied": 3})
    assert residents_score(figures) == 66


def test_the_next_review_is_half_a_year_after_the_last() -> None:
    story = s.reviewed(s.active(), 90)
    scored = story.last(ReviewScored)
    assert scored.review_at is not None
    assert story.clocks()["review"] == scored.review_at.due
    second = story.rings("review").when(OPEN, SYSTEM).then(ReviewOpened, number=2)
    second.then_state("UNDER_REVIEW")


def test_one_failed_review_is_a_warning() -> None:
    story = s.reviewed(s.active(), 10)
    assert story.last(ReviewScored).fails_in_a_row == 1
    story.then_state("ACTIVE")


def test_two_failed_reviews_in_a_row_end_the_pairing() -> None:
    """Every open task stays with who handles it, or goes to the street; each is handed over."""
    story = s.failed_twice().then_state("TERMINATING")
    scored = story.last(ReviewScored)
    assert (scored.fails_in_a_row, scored.terminating, scored.review_at) == (2, True, None)
    assert scored.successors == (
        Successor(task=s.RAMP.stream, unit=CIVIL_AFFAIRS),
        Successor(task=task_id("the path"), unit=SHIPAI),
    )
    assert set(story.clocks()) == {"hand_over"}


def test_a_pass_in_between_starts_the_count_again() -> None:
    story = s.reviewed(s.active(), 10, 90, 10)
    assert story.last(ReviewScored).fails_in_a_row == 1
    story.then_state("ACTIVE")


def test_who_gave_a_score_does_not_close_the_review() -> None:
    person = str(CENTER_COORDINATOR.person)
    grant = Grant(role=Role.PARTY_AUTHORITY, unit=ORGANIZATION, since=LONG_AGO)
    grants = (*PEOPLE[person].grants, grant)
    rules = replace(RULES, people={**PEOPLE, person: Person(id=person, name=None, grants=grants)})
    scorer = AUTHORITY.model_copy(update={"person": person})
    s.scores(s.under_review(), 80, 80).under(rules).when(ScoreReview(), scorer).then_refused(
        "approver-not-proposer"
    )
