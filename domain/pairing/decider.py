"""Decide what may happen to a pairing: every row of its table, by the file that holds its rules.

`decide` refuses or gives facts and changes nothing; it reads no clock, no database and no random
number. Who may speak is in `authority.py`, what is remembered in `memory.py`.
"""

from typing import assert_never

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import Asked
from domain.gate import permitted
from domain.pairing import (
    adjusting,
    agreeing,
    clocks,
    delivering,
    drafting,
    leaving,
    reviewing,
    term,
)
from domain.pairing.authority import WHO_MAY, within_term
from domain.pairing.commands import (
    AcceptProposal,
    ApproveAdjustment,
    ApprovePairing,
    AttachList,
    ChangeLead,
    ClaimProject,
    CompleteExit,
    CounterPropose,
    DraftPairing,
    GiveScore,
    HandOverTask,
    OpenReview,
    PairingCommand,
    ProposePairing,
    RefuseAdjustment,
    RejectPairing,
    RenewPairing,
    ReplaceParty,
    RequestExit,
    ResumePairing,
    ReviseLists,
    ScoreReview,
    SignAgreement,
    SubmitForApproval,
    SuspendPairing,
    WithdrawPairing,
)
from domain.pairing.commitment_commands import (
    AgreeToRevision,
    ConfirmCommitmentDelivery,
    DeliverCommitment,
    DisputeCommitmentDelivery,
    RefuseRevision,
    ReviseCommitment,
    SettleDeliveryDispute,
    TakeBackDelivery,
)
from domain.pairing.facts import PairingFact
from domain.pairing.state import Pairing
from domain.rules import Rules


def decide(state: Pairing, asked: Asked[PairingCommand], rules: Rules) -> tuple[PairingFact, ...]:
    """Return the facts that follow from what is asked, or refuse it by rule."""
    permitted(asked, WHO_MAY[asked.command.kind])
    match asked.command:
        case RingClock() as command:
            return clocks.ring(state, asked, command, rules)
        case RecomputeDeadlines():
            return clocks.recompute(state, rules)
        case _:
            within_term(state, asked.at)
            return (_decided(state, asked, rules),)


def _decided(state: Pairing, asked: Asked[PairingCommand], rules: Rules) -> PairingFact:
    """One command of a person or a conversation gives one fact."""
    match asked.command:
        case DraftPairing() as command:
            return drafting.draft_pairing(state, asked, command, rules)
        case AttachList() as command:
            return drafting.attach_list(state, asked, command, rules)
        case ProposePairing():
            return drafting.propose_pairing(state, asked, rules)
        case AcceptProposal() as command:
            return drafting.accept_proposal(state, asked, command, rules)
        case CounterPropose() as command:
            return drafting.counter_propose(state, asked, command, rules)
        case WithdrawPairing(reason=reason):
            return drafting.withdraw_pairing(state, asked, reason, rules)
        case ClaimProject() as command:
            return agreeing.claim_project(state, asked, command, rules)
        case SignAgreement() as command:
            return agreeing.sign_agreement(state, asked, command, rules)
        case SubmitForApproval():
            return agreeing.submit_for_approval(state, asked, rules)
        case ApprovePairing():
            return agreeing.approve_pairing(state, asked, rules)
        case RejectPairing(reason=reason):
            return agreeing.reject_pairing(state, asked, reason, rules)
        case ReplaceParty() as command:
            return adjusting.replace_party(state, asked, command, rules)
        case ChangeLead() as command:
            return adjusting.change_lead(state, asked, command, rules)
        case ReviseLists() as command:
            return adjusting.revise_lists(state, asked, command, rules)
        case ApproveAdjustment():
            return adjusting.approve_adjustment(state, asked, rules)
        case RefuseAdjustment(reason=reason):
            return adjusting.refuse_adjustment(state, asked, reason, rules)
        case SuspendPairing() as command:
            return term.suspend_pairing(state, asked, command, rules)
        case ResumePairing():
            return term.resume_pairing(state, asked, rules)
        case RenewPairing() as command:
            return term.renew_pairing(state, asked, command, rules)
        case OpenReview():
            return reviewing.open_review(state, asked, rules)
        case GiveScore() as command:
            return reviewing.give_score(state, asked, command, rules)
        case ScoreReview() as command:
            return reviewing.score_review(state, asked, command, rules)
        case RequestExit() as command:
            return leaving.request_exit(state, asked, command, rules)
        case HandOverTask() as command:
            return leaving.hand_over_task(state, asked, command, rules)
        case CompleteExit():
            return leaving.complete_exit(state, asked, rules)
        case (
            DeliverCommitment()
            | ConfirmCommitmentDelivery()
            | DisputeCommitmentDelivery()
            | SettleDeliveryDispute()
            | TakeBackDelivery()
            | ReviseCommitment()
            | AgreeToRevision()
            | RefuseRevision()
        ) as command:
            return delivering.decided(state, asked, command, rules)
        case RingClock() | RecomputeDeadlines():
            raise AssertionError("clocks are heard in decide")
        case _ as never:
            assert_never(never)
