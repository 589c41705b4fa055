"""The clocks of a pairing, what follows when one rings, and counting provisional limits again.

A ring is judged by the due instant: early, late, double or stale, it changes nothing it should
not. The term ends a running pairing whatever else goes on in it: an agreement that is over is
not prolonged by an adjustment, a suspension or a review that took long.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from domain.clocks import Clock, Deadline, RingClock
from domain.envelope import Asked
from domain.pairing.commands import PairingCommand
from domain.pairing.commitment_facts import CommitmentDueSoon, CommitmentMissed, DueSoon
from domain.pairing.commitments import Pledge
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
    Agreement,
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
    "commitment.remind_before",
)
"""Every clock a pairing can have; names are stored for ever."""

REMINDER = "commitment.remind_before"

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
            return (*review, _term_end(state), *_commitment(state, rules))
        case Adjusting(approve_by=due, late=late):
            approval = () if late else (_clock("approval", due),)
            return (*approval, _term_end(state), *_commitment(state, rules))
        case Suspended(until=until):
            return (Clock("resume", until), _term_end(state), *_commitment(state, rules))
        case UnderReview(score_by=due, late=late):
            scores = () if late else (_clock("review_scores", due),)
            return (*scores, _term_end(state), *_commitment(state, rules))
        case Terminating(hand_over_by=due, late=late):
            hand_over = () if late else (_clock("hand_over", due),)
            return (*hand_over, *_commitment(state, rules))
        case _ as never:
            assert_never(never)


def _clock(name: str, deadline: Deadline) -> Clock:
    return Clock(name, deadline.due, deadline)


def _term_end(state: Running) -> Clock:
    return Clock("term_end", state.agreement.term_end)


def _commitment(state: Drafted, rules: Rules) -> Iterator[Clock]:
    """The first promise to be told of and the first that is due; none where all has arrived.

    Whoever promised is told ahead of the day, and again when it was missed.
    """
    agreement = state.agreement
    ahead = (at for at, _ in _reminders(agreement, rules))
    if (first := min(ahead, default=None)) is not None:
        yield Clock(REMINDER, first)
    due = agreement.commitments.next_due(agreement.pledges)
    if due is not None:
        yield Clock("commitment", due)


def _reminders(agreement: Agreement, rules: Rules) -> Iterator[tuple[datetime, Pledge]]:
    """Yield what is still to be told ahead of its day, each with the instant it is told at."""
    unreminded = agreement.commitments.unreminded(agreement.pledges)
    if unreminded:
        terms = rules.under(agreement.policy)
        limit = terms.policy.pairing.commitment_remind_before
        for pledge in unreminded:
            yield terms.calendar.before(pledge.commitment.due, limit), pledge


def _due_soon(agreement: Agreement, rules: Rules, at: datetime) -> CommitmentDueSoon:
    """Everything that is told at the same instant is told in one fact."""
    soon = tuple(pledge for ahead, pledge in _reminders(agreement, rules) if ahead == at)
    days = {pledge.item: pledge.commitment.due for pledge in soon}
    owed = agreement.commitments.owed(soon)
    return CommitmentDueSoon(
        due_soon=tuple(
            DueSoon(item=one.item, unit=one.unit, owed=one.owed, due=days[one.item]) for one in owed
        )
    )


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
        case "commitment.remind_before", Drafted(agreement=agreement):
            return (_due_soon(agreement, rules, command.due),)
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
