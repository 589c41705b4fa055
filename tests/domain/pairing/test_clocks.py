"""Clocks ring by their due instant: early, late, double and stale rings do no harm.

Provisional limits are counted again, as a fact, when their year is published.
"""

from datetime import timedelta

import pytest

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM, rung_by
from domain.pairing.clocks import CLOCK_NAMES
from domain.pairing.commands import (
    ApprovePairing,
    GiveScore,
    OpenReview,
    ProposePairing,
    RequestExit,
    SubmitForApproval,
)
from domain.pairing.facts import (
    PairingDeadlineRecalculated,
    PairingLimitMissed,
    PairingResumed,
    ProposalLapsed,
)
from tests.domain.harness import Story
from tests.domain.pairing import stories as s
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    HEALTH,
    POLICY,
    SHIPAI,
    YEAR_2026,
    YEAR_2027,
    on,
    rules_with,
)

PUBLISHED = rules_with(years=(YEAR_2026, YEAR_2027))


@pytest.mark.parametrize("state", list(s.EVERY_STATE))
def test_every_clock_has_a_published_name(state: str) -> None:
    assert set(s.EVERY_STATE[state]().clocks()) <= set(CLOCK_NAMES)


@pytest.mark.parametrize("state", list(s.EVERY_STATE))
def test_a_ring_before_its_time_changes_nothing(state: str) -> None:
    story = s.EVERY_STATE[state]()
    for name, due in story.clocks().items():
        story.when_rings(name, due - timedelta(microseconds=1)).then_nothing()


@pytest.mark.parametrize("state", list(s.EVERY_STATE))
def test_a_late_ring_counts_from_its_due_instant_and_a_second_one_changes_nothing(
    state: str,
) -> None:
    story = s.EVERY_STATE[state]()
    for name, due in story.clocks().items():
        late = story.rings(name, due + timedelta(days=400))
        assert len(late.facts) == len(story.facts) + 1
        again = RingClock(name=name, due=due)
        late.when(again, rung_by(name)).then_nothing()


def test_a_ring_of_a_clock_that_does_not_run_changes_nothing() -> None:
    stale = RingClock(name="answer", due=on(5, 18, "17:00"))
    for story in (s.undrafted(), s.draft(), s.negotiating(), s.active()):
        story.when(stale, rung_by("answer"), on(5, 18, "17:00")).then_nothing()
    other_due = RingClock(name="answer", due=on(5, 18, "16:00"))
    s.proposed().when(other_due, rung_by("answer"), on(5, 19)).then_nothing()


def test_only_the_system_rings_clocks_and_counts_again() -> None:
    ring = RingClock(name="answer", due=on(5, 18, "17:00"))
    s.proposed().when(ring, CENTER_COORDINATOR, on(5, 19)).then_refused("role-permitted")
    s.proposed().when(RecomputeDeadlines(), AUTHORITY).then_refused("role-permitted")


def test_outcomes_carry_the_limit_they_are_about() -> None:
    lapsed = s.proposed().when_rings("answer").then(ProposalLapsed).last(ProposalLapsed)
    assert lapsed.silent == (CIVIL_AFFAIRS, HEALTH, SHIPAI)
    assert lapsed.answer_by.limit == "5wd"
    s.suspended().when_rings("resume").then(PairingResumed, lapsed=True)


def late_in_december() -> Story:
    """Proposed on 29 December 2026, so that five working days reach into 2027."""
    return s.with_lists().at(on(12, 29)).does(ProposePairing(), CENTER_COORDINATOR)


def test_a_limit_beyond_the_published_year_is_counted_again_with_old_and_new() -> None:
    """New Year's days off were unknown: 1, 4 and 5 January count once the notice is there."""
    story = late_in_december().then_clocks(answer=on(1, 5, "17:00", 2027))
    (
        story.when(RecomputeDeadlines(), SYSTEM)
        .then_nothing()
        .under(PUBLISHED)
        .when(RecomputeDeadlines(), SYSTEM)
        .then(PairingDeadlineRecalculated, clock="answer")
        .then_clocks(answer=on(1, 8, "17:00", 2027))
        .when(RecomputeDeadlines(), SYSTEM)
        .then_nothing()
    )
    fact = (
        story.under(PUBLISHED).does(RecomputeDeadlines(), SYSTEM).last(PairingDeadlineRecalculated)
    )
    assert (fact.due_before.provisional, fact.due.provisional) == (True, False)


def provisional(state: str) -> Story:
    """Bring the pairing into *state* so late in 2026 that its limit is provisional."""
    at = on(12, 28)
    match state:
        case "NEGOTIATING":
            return s.answers(late_in_december(), CIVIL_AFFAIRS, HEALTH, SHIPAI)
        case "PENDING_APPROVAL":
            return s.signed().at(at).does(SubmitForApproval(), SYSTEM)
        case "ADJUSTING":
            return s.active().at(at).does(s.LEAD, CENTER_COORDINATOR)
        case "UNDER_REVIEW":
            return s.active().at(at).does(OpenReview(), AUTHORITY)
        case _:
            return s.active().at(at).does(RequestExit(reason="无"), CENTER_COORDINATOR)


@pytest.mark.parametrize(
    ("state", "clock"),
    [
        ("NEGOTIATING", "signing"),
        ("PENDING_APPROVAL", "approval"),
        ("ADJUSTING", "approval"),
        ("UNDER_REVIEW", "review_scores"),
        ("TERMINATING", "hand_over"),
    ],
)
def test_every_provisional_limit_is_counted_again(state: str, clock: str) -> None:
    story = provisional(state).then_state(state)
    before = story.clocks()[clock]
    after = (
        story.under(PUBLISHED)
        .when(RecomputeDeadlines(), SYSTEM)
        .then(PairingDeadlineRecalculated, clock=clock)
        .then_state(state)
    )
    assert after.clocks()[clock] != before
    assert after.last(PairingDeadlineRecalculated).due.due == after.clocks()[clock]


def test_a_provisional_review_day_is_counted_again_in_every_running_state() -> None:
    """A pack may count reviews in working days; then they reach into the next year."""
    policy = POLICY
    in_working_days = policy.model_copy(
        update={"pairing": policy.pairing.model_copy(update={"review_every": "200wd"})}
    )
    rules = rules_with(in_working_days)
    published = rules_with(in_working_days, years=(YEAR_2026, YEAR_2027))
    story = s.pending().under(rules).does(ApprovePairing(), AUTHORITY)
    (
        story.under(published)
        .when(RecomputeDeadlines(), SYSTEM)
        .then(PairingDeadlineRecalculated, clock="review")
        .then_state("ACTIVE")
    )
    adjusting = story.does(s.LEAD, CENTER_COORDINATOR).under(published)
    adjusting.when(RecomputeDeadlines(), SYSTEM).then(PairingDeadlineRecalculated, clock="review")


def test_a_limit_that_was_missed_or_met_is_not_counted_again() -> None:
    missed = provisional("UNDER_REVIEW").rings("review_scores").under(PUBLISHED)
    missed.when(RecomputeDeadlines(), SYSTEM).then_nothing()
    s.undrafted().when(RecomputeDeadlines(), SYSTEM).then_nothing()


def test_a_missed_limit_does_not_close_the_case() -> None:
    missed = s.under_review().rings("review_scores")
    assert missed.last(PairingLimitMissed).clock == "review_scores"
    missed.does(GiveScore(side="CENTER_AND_STREET", score=80), CENTER_COORDINATOR)
