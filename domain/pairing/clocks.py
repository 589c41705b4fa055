"""The clocks of a pairing, what follows when one rings, and counting provisional limits again.

A ring is judged by the due instant: early, late, double or stale, it changes nothing it should
not. The term ends a running pairing whatever else goes on in it: an agreement that is over is
not prolonged by an adjustment, a suspension or a review that took long.
"""

from typing import assert_never

from domain.clocks import Clock, Deadline, RingClock
from domain.envelope import Asked
from domain.pairing.commands import PairingCommand
from domain.pairing.commitment_facts import CommitmentMissed
from domain.pairing.facts import (
    PairingDeadlineRecalculated,
    PairingExpired,
    PairingFact,
    PairingLimitMissed,
    PairingResumed,
    ProposalLapsed,
    ReviewFellDue,
)
from domain.pairing.state import (
    Active,
    Adjusting,
    Draft,
    Drafted,
    Ended,
    Expired,
    Negotiating,
    Pairing,
    PendingApproval,
    Proposed,
    Rejected,
    Running,
    Suspended,
    Terminating,
    UnderReview,
    Undrafted,
    Withdrawn,
)
from domain.rules import Rules

CLOCK_NAMES = (
    "answer",
    "signing",
    "approval",
    "resume",
    "review",
    "review_scores",
    "hand_over",
    "term_end",
    "commitment",
)
"""Every clock a pairing can have; names are stored for ever."""


TIMED_BY: dict[tuple[str, str], str] = {
    ("pairing_proposed.v1", "answer_by"): "pairing.answer",
    ("proposal_accepted.v1", "sign_by"): "pairing.signing",
    ("counter_proposed.v1", "sign_by"): "pairing.signing",
    ("pairing_submitted.v1", "approve_by"): "pairing.approval",
    ("pairing_approved.v1", "review_at"): "pairing.review_every",
    ("pairing_adjustment_requested.v1", "approve_by"): "pairing.approval",
    ("review_opened.v1", "score_by"): "pairing.review",
    ("review_scored.v1", "review_at"): "pairing.review_every",
    ("review_scored.v1", "hand_over_by"): "pairing.hand_over",
    ("exit_requested.v1", "hand_over_by"): "pairing.hand_over",
}
"""The limit of the pack each deadline of a pairing's fact is counted by."""


def clocks(state: Pairing, rules: Rules) -> tuple[Clock, ...]:
    """Return the running clocks: none for a draft, and none once the pairing is over."""
    del rules
    match state:
        case Undrafted() | Draft() | Ended() | Expired() | Rejected() | Withdrawn():
            return ()
        case Proposed(answer_by=due):
            return (_clock("answer", due),)
        case Negotiating(sign_by=due, late=late, unsigned=unsigned):
            return () if late or not unsigned else (_clock("signing", due),)
        case PendingApproval(approve_by=due, late=late):
            return () if late else (_clock("approval", due),)
        case Active(reviews=reviews):
            review = () if reviews.fell_due else (_clock("review", reviews.next_at),)
            return (*review, _term_end(state), *_commitment(state))
        case Adjusting(approve_by=due, late=late):
            approval = () if late else (_clock("approval", due),)
            return (*approval, _term_end(state), *_commitment(state))
        case Suspended(until=until):
            return (Clock("resume", until), _term_end(state), *_commitment(state))
        case UnderReview(score_by=due, late=late):
            scores = () if late else (_clock("review_scores", due),)
            return (*scores, _term_end(state), *_commitment(state))
        case Terminating(hand_over_by=due, late=late):
            hand_over = () if late else (_clock("hand_over", due),)
            return (*hand_over, *_commitment(state))
        case _ as never:
            assert_never(never)


def _clock(name: str, deadline: Deadline) -> Clock:
    return Clock(name, deadline.due, deadline)


def _term_end(state: Running) -> Clock:
    return Clock("term_end", state.agreement.term_end)


def _commitment(state: Drafted) -> tuple[Clock, ...]:
    """The first promise that is due and was not told to be late, none where all has arrived."""
    agreement = state.agreement
    due = agreement.commitments.next_due(agreement.pledges)
    return () if due is None else (Clock("commitment", due),)


def ring(
    state: Pairing, asked: Asked[PairingCommand], command: RingClock, rules: Rules
) -> tuple[PairingFact, ...]:
    """Return what follows from a ring: nothing unless that very clock runs and is due."""
    running = any(
        (clock.name, clock.due) == (command.name, command.due) for clock in clocks(state, rules)
    )
    if not running or asked.at < command.due:
        return ()
    match command.name, state:
        case "answer", Proposed(silent=silent, answer_by=answer_by):
            return (ProposalLapsed(silent=silent, answer_by=answer_by),)
        case "resume", Suspended():
            return (PairingResumed(lapsed=True),)
        case "review", Active():
            return (ReviewFellDue(due=command.due),)
        case "term_end", Drafted(agreement=agreement):
            owed = agreement.commitments.owed(agreement.pledges)
            return (PairingExpired(term_end=agreement.term_end, owed=owed),)
        case "commitment", Drafted(agreement=agreement):
            missed = agreement.commitments.due_at(agreement.pledges, command.due)
            return (CommitmentMissed(due=command.due, missed=missed),)
        case _:
            return (PairingLimitMissed(clock=command.name, due=command.due),)


def deadlines(state: Pairing) -> tuple[tuple[str, Deadline], ...]:
    """Return every limit that still matters, with the name of its clock."""
    found: list[tuple[str, Deadline]] = []
    match state:
        case Proposed(answer_by=due):
            found.append(("answer", due))
        case Negotiating(sign_by=due, late=False):
            found.append(("signing", due))
        case PendingApproval(approve_by=due, late=False) | Adjusting(approve_by=due, late=False):
            found.append(("approval", due))
        case UnderReview(score_by=due, late=False):
            found.append(("review_scores", due))
        case Terminating(hand_over_by=due, late=False):
            found.append(("hand_over", due))
        case _:
            pass
    if isinstance(state, Active | Adjusting | Suspended) and state.reviews.fell_due is None:
        found.append(("review", state.reviews.next_at))
    return tuple(found)


def recompute(state: Pairing, rules: Rules) -> tuple[PairingFact, ...]:
    """Count every provisional limit again under the calendar that is published now."""
    if not isinstance(state, Drafted):
        return ()
    terms = rules.under(state.agreement.policy)
    facts: list[PairingFact] = []
    for name, before in deadlines(state):
        after = terms.again(before) if before.provisional else before
        if (after.due, after.provisional) != (before.due, before.provisional):
            facts.append(PairingDeadlineRecalculated(clock=name, due=after, due_before=before))
    return tuple(facts)
