"""Remember what happened to a pairing: `evolve` holds no rule and forgets no fact.

A fact that cannot follow the state it meets means a broken book: that is said loudly
(`FactOutOfPlace`), never passed over.
"""

from dataclasses import replace
from typing import TypeVar, assert_never

from domain.clocks import Deadline
from domain.envelope import FactOutOfPlace, Happened
from domain.pairing import commitment_facts as c
from domain.pairing import facts as f
from domain.pairing.commands import ListItem, ListKind, Successor
from domain.pairing.promising import promised
from domain.pairing.state import (
    Active,
    Adjusting,
    Agreement,
    AttachedList,
    Claim,
    Draft,
    Drafted,
    Ended,
    Expired,
    GivenScore,
    Negotiating,
    Pairing,
    PendingApproval,
    Proposed,
    Rejected,
    Reviews,
    Suspended,
    Terminating,
    UnderReview,
    Undrafted,
    Withdrawn,
    state_name,
)

StateT = TypeVar("StateT", bound=Drafted)


def evolve(state: Pairing, happened: Happened[f.PairingFact]) -> Pairing:
    """Return the pairing as *happened* leaves it."""
    fact = happened.fact
    match fact:
        case f.PairingDrafted():
            if not isinstance(state, Undrafted):
                raise _out_of_place(state, fact)
            return Draft(_drafted(fact, happened))
        case f.PairingListAttached() | f.PairingProposed() | f.ProposalAccepted():
            return _proposing(state, happened, fact)
        case f.CounterProposed() | f.ProposalLapsed() | f.PairingWithdrawn():
            return _proposing(state, happened, fact)
        case f.ProjectClaimed() | f.AgreementSigned() | f.PairingSubmitted():
            return _agreeing(state, happened, fact)
        case f.PairingApproved() | f.PairingRejected():
            return _agreeing(state, happened, fact)
        case f.PairingAdjustmentRequested() | f.PairingAdjusted() | f.AdjustmentRefused():
            return _adjusting(state, happened, fact)
        case f.PairingSuspended() | f.PairingResumed() | f.PairingRenewed() | f.PairingExpired():
            return _running(state, fact)
        case f.ReviewFellDue() | f.ReviewOpened() | f.ReviewScoreGiven() | f.ReviewScored():
            return _reviewing(state, happened, fact)
        case f.ExitRequested() | f.TaskHandedOver() | f.PairingEnded():
            return _leaving(state, fact)
        case (
            c.CommitmentDelivered()
            | c.CommitmentDeliveryConfirmed()
            | c.CommitmentDeliveryDisputed()
            | c.DeliveryDisputeSettled()
            | c.DeliveryTakenBack()
            | c.CommitmentRevisionAsked()
            | c.CommitmentRevised()
            | c.CommitmentRevisionRefused()
            | c.CommitmentDueSoon()
            | c.CommitmentMissed()
        ):
            return _promising(state, happened, fact)
        case f.PairingLimitMissed():
            return _late(state, fact)
        case f.PairingDeadlineRecalculated():
            return _recalculated(state, fact)
        case _ as never:
            assert_never(never)


def _drafted(fact: f.PairingDrafted, happened: Happened[f.PairingFact]) -> Agreement:
    return Agreement(
        center=fact.center,
        departments=fact.departments,
        street=fact.street,
        categories=fact.categories,
        lead=fact.lead,
        title=fact.title,
        term_start=fact.term_start,
        term_end=fact.term_end,
        policy=fact.policy,
        proposer=happened.by.unit or fact.center,
        movers=_and_mover(frozenset(), happened),
    )


_Proposing = (
    f.PairingListAttached
    | f.PairingProposed
    | f.ProposalAccepted
    | f.CounterProposed
    | f.ProposalLapsed
    | f.PairingWithdrawn
)


def _proposing(state: Pairing, happened: Happened[f.PairingFact], fact: _Proposing) -> Pairing:
    """From the draft's lists to the last answer."""
    match fact:
        case f.PairingListAttached(list=kind, unit=unit, items=items):
            agreement = _in(state, fact, Draft, Negotiating).agreement
            after = with_list(agreement, kind, unit, items)
            if isinstance(state, Negotiating):
                return replace(state, agreement=after)
            return Draft(after)
        case f.PairingProposed(round=number, answer_by=answer_by):
            agreement = _in(state, fact, Draft, Negotiating).agreement
            movers = _and_mover(agreement.movers, happened)
            return Proposed(replace(agreement, round=number, movers=movers), answer_by)
        case f.ProposalAccepted(unit=unit, sign_by=sign_by):
            return _answered(_in(state, fact, Proposed), unit, sign_by, countered=False)
        case f.CounterProposed(unit=unit, sign_by=sign_by):
            return _answered(_in(state, fact, Proposed), unit, sign_by, countered=True)
        case f.ProposalLapsed():
            return Withdrawn(_in(state, fact, Proposed).agreement)
        case f.PairingWithdrawn():
            return Withdrawn(_in(state, fact, Draft, Proposed, Negotiating).agreement)
        case _ as never:
            assert_never(never)


def _answered(
    state: Proposed, unit: str, sign_by: Deadline | None, *, countered: bool
) -> Proposed | Negotiating:
    """Return the proposal with one more answer; with the last one the negotiation begins."""
    either = state.countered or countered
    if sign_by is not None:
        return Negotiating(state.agreement, sign_by, countered=either)
    return replace(state, answered=(*state.answered, unit), countered=either)


_Agreeing = (
    f.ProjectClaimed
    | f.AgreementSigned
    | f.PairingSubmitted
    | f.PairingApproved
    | f.PairingRejected
)


def _agreeing(state: Pairing, happened: Happened[f.PairingFact], fact: _Agreeing) -> Pairing:
    """From the claims to the approval."""
    match fact:
        case f.ProjectClaimed(item=item, unit=unit):
            negotiating = _in(state, fact, Negotiating)
            agreement = negotiating.agreement
            claims = (*agreement.claims, Claim(item, unit))
            return replace(negotiating, agreement=replace(agreement, claims=claims))
        case f.AgreementSigned(unit=unit):
            negotiating = _in(state, fact, Negotiating)
            movers = _and_mover(negotiating.agreement.movers, happened)
            return replace(
                negotiating,
                agreement=replace(negotiating.agreement, movers=movers),
                signed=(*negotiating.signed, unit),
            )
        case f.PairingSubmitted(approve_by=approve_by):
            return PendingApproval(_in(state, fact, Negotiating).agreement, approve_by)
        case f.PairingApproved(review_at=review_at):
            agreement = _in(state, fact, PendingApproval).agreement
            return Active(replace(agreement, authority=happened.by.unit), Reviews(review_at))
        case f.PairingRejected():
            return Rejected(_in(state, fact, PendingApproval).agreement)
        case _ as never:
            assert_never(never)


_Adjusting = f.PairingAdjustmentRequested | f.PairingAdjusted | f.AdjustmentRefused


def _adjusting(state: Pairing, happened: Happened[f.PairingFact], fact: _Adjusting) -> Pairing:
    """An adjustment is asked for, and made or refused."""
    match fact:
        case f.PairingAdjustmentRequested(adjustment=adjustment, approve_by=approve_by):
            active = _in(state, fact, Active)
            return Adjusting(
                active.agreement, active.reviews, adjustment, approve_by, happened.by.person
            )
        case f.PairingAdjusted(adjustment=adjustment):
            adjusting = _in(state, fact, Adjusting)
            return Active(_adjusted(adjusting.agreement, adjustment), adjusting.reviews)
        case f.AdjustmentRefused():
            adjusting = _in(state, fact, Adjusting)
            return Active(adjusting.agreement, adjusting.reviews)
        case _ as never:
            assert_never(never)


def _adjusted(agreement: Agreement, adjustment: f.Adjustment) -> Agreement:
    """Return the agreement with another party, another lead or another list."""
    match adjustment:
        case f.Adjustment(what="PARTY", old_unit=str() as old, new_unit=str() as new):
            return with_party(agreement, old, new)
        case f.Adjustment(what="LEAD", new_unit=str() as lead):
            return replace(agreement, lead=lead)
        case f.Adjustment(what="LIST", new_unit=str() as unit, list=ListKind() as kind):
            return with_list(agreement, kind, unit, adjustment.items)
        case _:
            raise FactOutOfPlace(f"an adjustment of {adjustment.what} lacks what it changes")


def with_party(agreement: Agreement, old: str, new: str) -> Agreement:
    """Return the agreement with *new* in every place of *old*, lists and claims included."""

    def now(unit: str) -> str:
        return new if unit == old else unit

    return replace(
        agreement,
        center=now(agreement.center),
        departments=tuple(now(unit) for unit in agreement.departments),
        street=now(agreement.street),
        lead=now(agreement.lead),
        proposer=now(agreement.proposer),
        lists=tuple(replace(one, unit=now(one.unit)) for one in agreement.lists),
        claims=tuple(replace(claim, unit=now(claim.unit)) for claim in agreement.claims),
    )


def with_list(
    agreement: Agreement, kind: ListKind, unit: str, items: tuple[ListItem, ...]
) -> Agreement:
    """Return the agreement with this list in its place; claims of items that went go with them."""
    kept = tuple(one for one in agreement.lists if (one.kind, one.unit) != (kind, unit))
    after = replace(agreement, lists=(*kept, AttachedList(kind, unit, items)))
    codes = {item.code for item in after.items(ListKind.NEED, ListKind.PROJECT)}
    return replace(after, claims=tuple(one for one in after.claims if one.item in codes))


_RunningFact = f.PairingSuspended | f.PairingResumed | f.PairingRenewed | f.PairingExpired


def _running(state: Pairing, fact: _RunningFact) -> Pairing:
    """Suspension, resumption, renewal, and the end of the term."""
    match fact:
        case f.PairingSuspended(until=until):
            active = _in(state, fact, Active)
            return Suspended(active.agreement, active.reviews, until)
        case f.PairingResumed():
            suspended = _in(state, fact, Suspended)
            return Active(suspended.agreement, suspended.reviews)
        case f.PairingRenewed(term_end=term_end, term_end_before=before):
            active = _in(state, fact, Active)
            agreement = replace(active.agreement, term_start=before, term_end=term_end)
            return Active(agreement, replace(active.reviews, passed=None))
        case f.PairingExpired():
            running = _in(state, fact, Active, Adjusting, Suspended, UnderReview)
            return Expired(running.agreement)
        case _ as never:
            assert_never(never)


_Reviewing = f.ReviewFellDue | f.ReviewOpened | f.ReviewScoreGiven | f.ReviewScored


def _reviewing(state: Pairing, happened: Happened[f.PairingFact], fact: _Reviewing) -> Pairing:
    """A review falls due, is opened on frozen figures, scored by both sides, and closed."""
    match fact:
        case f.ReviewFellDue(due=due):
            active = _in(state, fact, Active)
            return replace(active, reviews=replace(active.reviews, fell_due=due))
        case f.ReviewOpened(number=number, figures=figures, score_by=score_by):
            active = _in(state, fact, Active)
            reviews = replace(active.reviews, fell_due=None, held=number)
            return UnderReview(active.agreement, reviews, number, figures, score_by)
        case f.ReviewScoreGiven(side=side, unit=unit, score=score):
            review = _in(state, fact, UnderReview)
            given = GivenScore(side, unit, score, happened.by.person)
            return replace(review, scores=(*review.scores, given))
        case f.ReviewScored(hand_over_by=Deadline() as hand_over_by):
            agreement = _in(state, fact, UnderReview).agreement
            return Terminating(agreement, None, fact.successors, hand_over_by)
        case f.ReviewScored():
            review = _in(state, fact, UnderReview)
            return Active(
                review.agreement,
                replace(
                    review.reviews,
                    next_at=fact.review_at or review.reviews.next_at,
                    passed=fact.passed,
                    fails_in_a_row=fact.fails_in_a_row,
                ),
            )
        case _ as never:
            assert_never(never)


_Leaving = f.ExitRequested | f.TaskHandedOver | f.PairingEnded


def _leaving(state: Pairing, fact: _Leaving) -> Pairing:
    """From the wish to leave to the last task with an owner elsewhere."""
    match fact:
        case f.ExitRequested(unit=unit, successors=successors, hand_over_by=hand_over_by):
            return Terminating(_in(state, fact, Active).agreement, unit, successors, hand_over_by)
        case f.TaskHandedOver(task=task, unit=unit):
            ending = _in(state, fact, Terminating)
            done = Successor(task=task, unit=unit)
            return replace(ending, handed_over=(*ending.handed_over, done))
        case f.PairingEnded():
            return Ended(_in(state, fact, Terminating).agreement)
        case _ as never:
            assert_never(never)


def _promising(
    state: Pairing, happened: Happened[f.PairingFact], fact: c.CommitmentFact
) -> Pairing:
    """What was promised is delivered, argued about, revised or late."""
    if not isinstance(state, Active | Adjusting | Suspended | UnderReview | Terminating):
        raise _out_of_place(state, fact)
    told = Happened(fact, happened.at, happened.occurred_at, happened.by, happened.version)
    return replace(state, agreement=promised(state.agreement, told))


def _late(state: Pairing, fact: f.PairingLimitMissed) -> Pairing:
    """A limit without a further consequence is missed once."""
    match state:
        case Negotiating() | PendingApproval() | Adjusting() | UnderReview() | Terminating():
            return replace(state, late=True)
        case _:
            raise _out_of_place(state, fact)


def _recalculated(state: Pairing, fact: f.PairingDeadlineRecalculated) -> Pairing:
    """The named clock runs to another instant from now on."""
    match fact.clock, state:
        case "review", Active() | Adjusting() | Suspended() | UnderReview():
            return replace(state, reviews=replace(state.reviews, next_at=fact.due))
        case "answer", Proposed():
            return replace(state, answer_by=fact.due)
        case "signing", Negotiating():
            return replace(state, sign_by=fact.due)
        case "approval", PendingApproval() | Adjusting():
            return replace(state, approve_by=fact.due)
        case "review_scores", UnderReview():
            return replace(state, score_by=fact.due)
        case "hand_over", Terminating():
            return replace(state, hand_over_by=fact.due)
        case _:
            raise _out_of_place(state, fact)


def _and_mover(movers: frozenset[str], happened: Happened[f.PairingFact]) -> frozenset[str]:
    return movers if happened.by.person is None else movers | {happened.by.person}


def _in(state: Pairing, fact: f.PairingFact, *kinds: type[StateT]) -> StateT:
    """Return *state*, which must be one of *kinds* for this fact to follow it."""
    if isinstance(state, kinds):
        return state
    raise _out_of_place(state, fact)


def _out_of_place(state: Pairing, fact: f.PairingFact) -> FactOutOfPlace:
    return FactOutOfPlace(
        f"{fact.kind} cannot follow the state {state_name(state)}: "
        "the book lacks a fact before it, or holds it twice; verify the ledger"
    )
