"""A pairing is suspended for a while, renewed near its end, and otherwise expires on its day."""

import pytest

from domain.pairing.commands import (
    ApproveAdjustment,
    GiveScore,
    RenewPairing,
    ResumePairing,
    SuspendPairing,
)
from domain.pairing.facts import (
    PairingExpired,
    PairingRenewed,
    PairingResumed,
    PairingSuspended,
)
from tests.domain.pairing import stories as s
from tests.domain.world import AUTHORITY, CENTER_COORDINATOR, DISPATCHER, on

LATER = RenewPairing(term_end=on(6, 1, "00:00", 2030))


def test_the_authority_suspends_until_a_day() -> None:
    (
        s.active()
        .when(SuspendPairing(reason="场地装修", until=on(6, 15)), AUTHORITY)
        .then(PairingSuspended(reason="场地装修", until=on(6, 15)))
        .then_state("SUSPENDED")
        .then_clocks(resume=on(6, 15), term_end=s.TERM_END)
    )


def test_a_suspension_lies_ahead_and_within_ninety_days() -> None:
    story = s.active().at(on(5, 12))
    for until in (on(5, 12), on(5, 1), on(8, 11)):
        story.when(SuspendPairing(reason="无", until=until), AUTHORITY).then_refused(
            "suspension-max"
        )
    story.when(SuspendPairing(reason="无", until=on(8, 10)), AUTHORITY).then(PairingSuspended)


def test_only_the_authority_suspends_and_resumes() -> None:
    suspend = SuspendPairing(reason="无", until=on(6, 15))
    s.active().when(suspend, CENTER_COORDINATOR).then_refused("role-permitted")
    s.suspended().when(ResumePairing(), DISPATCHER).then_refused("role-permitted")


def test_only_an_active_pairing_is_suspended_and_only_a_suspended_one_resumed() -> None:
    suspend = SuspendPairing(reason="无", until=on(6, 15))
    for state in ("ADJUSTING", "SUSPENDED", "UNDER_REVIEW", "TERMINATING", "PENDING_APPROVAL"):
        s.EVERY_STATE[state]().when(suspend, AUTHORITY).then_refused("not-in-this-state")
    s.active().when(ResumePairing(), AUTHORITY).then_refused("not-in-this-state")


def test_a_suspended_pairing_is_resumed_by_the_authority_or_by_its_day() -> None:
    (
        s.suspended()
        .when(ResumePairing(), AUTHORITY)
        .then(PairingResumed(lapsed=False))
        .then_state("ACTIVE")
    )
    s.suspended().when_rings("resume").then(PairingResumed(lapsed=True)).then_state("ACTIVE")


def test_reviews_go_on_where_they_were_after_a_suspension() -> None:
    assert s.suspended().rings("resume").clocks() == s.active().clocks()


# Renewal.


def test_a_passed_review_allows_renewal_near_the_end() -> None:
    story = (
        s.renewable()
        .when(LATER, AUTHORITY)
        .then(PairingRenewed(term_end=on(6, 1, "00:00", 2030), term_end_before=s.TERM_END))
        .then_state("ACTIVE")
    )
    assert story.clocks()["term_end"] == on(6, 1, "00:00", 2030)


def test_renewal_opens_sixty_days_before_the_end() -> None:
    s.renewable().when(LATER, AUTHORITY, on(4, 1, "23:59", 2028)).then_refused("renewal-window")
    s.renewable().when(LATER, AUTHORITY, on(4, 2, "00:00", 2028)).then(PairingRenewed)


def test_a_renewal_ends_later_and_not_too_late() -> None:
    s.renewable().when(RenewPairing(term_end=s.TERM_END), AUTHORITY).then_refused(
        "term-runs-forward"
    )
    too_long = RenewPairing(term_end=on(6, 3, "00:00", 2031))
    s.renewable().when(too_long, AUTHORITY).then_refused("term-max")


def test_without_a_passed_review_nothing_is_renewed() -> None:
    never = s.active().at(on(5, 1, year=2028))
    never.when(LATER, AUTHORITY).then_refused("review-passed")
    failed = s.reviewed(s.active(), 90, 90, 90, 10).at(on(5, 1, year=2028))
    failed.when(LATER, AUTHORITY).then_refused("review-passed")


def test_every_term_needs_a_passed_review_of_its_own() -> None:
    renewed = s.renewable().does(LATER, AUTHORITY).at(on(5, 1, year=2030))
    again = RenewPairing(term_end=on(6, 1, "00:00", 2031))
    renewed.when(again, AUTHORITY).then_refused("review-passed")


def test_only_the_authority_renews_an_active_pairing() -> None:
    s.renewable().when(LATER, CENTER_COORDINATOR).then_refused("role-permitted")
    s.suspended().when(LATER, AUTHORITY).then_refused("not-in-this-state")


# The end of the term.


@pytest.mark.parametrize("state", ["ACTIVE", "ADJUSTING", "SUSPENDED", "UNDER_REVIEW"])
def test_the_term_ends_a_running_pairing_whatever_goes_on_in_it(state: str) -> None:
    """An agreement that is over is not prolonged by an adjustment or a slow review."""
    (
        s.EVERY_STATE[state]()
        .when_rings("term_end")
        .then(PairingExpired(term_end=s.TERM_END))
        .then_state("EXPIRED")
        .then_clocks()
    )


def test_a_pairing_being_wound_up_still_hands_its_tasks_over_after_the_term() -> None:
    assert "term_end" not in s.leaving().clocks()


def test_after_the_term_nothing_but_the_end_can_happen() -> None:
    """Also when the clock has not got to ring yet."""
    s.active().when(
        SuspendPairing(reason="无", until=on(6, 15, year=2028)), AUTHORITY, s.TERM_END
    ).then_refused("term-over")
    s.renewable().when(LATER, AUTHORITY, s.TERM_END).then_refused("term-over")
    s.adjusting().when(ApproveAdjustment(), AUTHORITY, s.TERM_END).then_refused("term-over")
    s.suspended().when(ResumePairing(), AUTHORITY, s.TERM_END).then_refused("term-over")
    score = GiveScore(side="CENTER_AND_STREET", score=80)
    s.under_review().when(score, CENTER_COORDINATOR, s.TERM_END).then_refused("term-over")
