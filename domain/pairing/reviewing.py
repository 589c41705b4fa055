"""The review with double assessment (双考核): frozen figures, two sides, residents, one result.

Integers only: each side counts as the mean of its units' scores, rounded down; residents as the
mean grade times twenty. The review passes when the mean of what there is reaches the pass score.
"""

from domain.envelope import Asked
from domain.figures import ReviewFigures
from domain.pairing.authority import in_state, party_authority, speaking_party
from domain.pairing.commands import (
    GiveScore,
    PairingCommand,
    ScoreReview,
    Successor,
)
from domain.pairing.facts import ReviewOpened, ReviewScored, ReviewScoreGiven
from domain.pairing.refusal_rules import refused
from domain.pairing.state import Active, Pairing, UnderReview
from domain.people import Role
from domain.rules import Rules

Asking = Asked[PairingCommand]


def open_review(state: Pairing, asked: Asking, rules: Rules) -> ReviewOpened:
    """The system opens a review that fell due, the Party authority at any time."""
    active = in_state(state, Active)
    agreement = active.agreement
    if asked.by.role is not Role.SYSTEM:
        party_authority(asked, rules, agreement)
    elif active.reviews.fell_due is None:
        raise refused("review-not-due")
    terms = rules.under(agreement.policy)
    return ReviewOpened(
        number=active.reviews.held + 1,
        figures=_frozen(asked.stream, rules),
        score_by=terms.deadline(terms.policy.pairing.review, asked.at),
        commitments=agreement.commitments.tallies(agreement.pledges),
    )


def _frozen(pairing: str, rules: Rules) -> ReviewFigures:
    """The figures as the ledger has them now: nobody hands them in, nobody can colour them."""
    lowest = {pack: terms.policy.ratings.satisfied_from for pack, terms in rules.policies.items()}
    return rules.neighbours.figures(pairing, lowest)


def residents_score(figures: ReviewFigures) -> int | None:
    """Return the residents' score out of 100, None when nobody rated: silence is no consent."""
    return None if figures.rated == 0 else figures.grade_sum * 20 // figures.rated


def give_score(state: Pairing, asked: Asking, command: GiveScore, rules: Rules) -> ReviewScoreGiven:
    """A party gives its side's score for the other side, once; nobody scores themselves."""
    review = in_state(state, UnderReview)
    agreement = review.agreement
    unit = speaking_party(asked, rules, agreement)
    own = agreement.side_of(unit)
    if command.side != own:
        raise refused("never-scores-itself", unit=unit, own=own, found=command.side)
    if any(given.unit == unit for given in review.scores):
        raise refused("scored-already", unit=unit)
    return ReviewScoreGiven(
        number=review.number,
        side=own,
        unit=unit,
        score=command.score,
        comment=command.comment,
    )


def score_review(state: Pairing, asked: Asking, command: ScoreReview, rules: Rules) -> ReviewScored:
    """With both sides scored the authority closes the review; too many fails end the pairing."""
    review = in_state(state, UnderReview)
    agreement = review.agreement
    party_authority(asked, rules, agreement, (given.person for given in review.scores))
    if review.outstanding:
        raise refused("both-sides-scored", sides=", ".join(review.outstanding))
    terms = rules.under(agreement.policy)
    limits = terms.policy.pairing
    center_and_street = _mean(review.scores_of("CENTER_AND_STREET"))
    departments = _mean(review.scores_of("DEPARTMENTS"))
    residents = residents_score(review.figures)
    marks = [mark for mark in (center_and_street, departments, residents) if mark is not None]
    passed = sum(marks) >= limits.pass_score * len(marks)
    fails = 0 if passed else review.reviews.fails_in_a_row + 1
    terminating = fails >= limits.fails_to_end
    return ReviewScored(
        number=review.number,
        center_and_street=center_and_street,
        departments=departments,
        residents=residents,
        passed=passed,
        fails_in_a_row=fails,
        terminating=terminating,
        comment=command.comment,
        review_at=None if terminating else terms.deadline(limits.review_every, asked.at),
        hand_over_by=terms.deadline(limits.hand_over, asked.at) if terminating else None,
        successors=_seen_through(review, asked, rules) if terminating else (),
    )


def _seen_through(review: UnderReview, asked: Asking, rules: Rules) -> tuple[Successor, ...]:
    """After failed reviews whoever handles a task sees it through (事不完、人不撤).

    A task nobody handles yet goes to the street office.
    """
    return tuple(
        Successor(task=task.stream, unit=task.main_unit or review.agreement.street)
        for task in rules.neighbours.open_tasks(asked.stream)
    )


def _mean(scores: tuple[int, ...]) -> int:
    return sum(scores) // len(scores)
