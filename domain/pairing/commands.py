"""What may be asked of a pairing: one model per row of its state table, in the imperative.

`kind` values are stored for ever. Texts here are an office's words about its own work and stand
in the facts as written; texts that look like a telephone or identity number are refused.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import RecomputeDeadlines, RingClock
from domain.pairing.commitment_commands import Commitment, CommitmentCommand
from domain.values import (
    Code,
    DivisionCode,
    Frozen,
    Grown,
    Instant,
    OfficeText,
    TaskId,
    UnitCode,
)

Score = Annotated[int, Field(ge=0, le=100)]

ITEMS_MAX = 200
"""How many items one list may have."""


class ListKind(StrEnum):
    """The three lists of a pairing."""

    NEED = "NEED"  # 需求清单
    RESOURCE = "RESOURCE"  # 资源清单
    PROJECT = "PROJECT"  # 项目清单


class ListItem(Grown):
    """One item of a list; *code* is unique within the pairing; a resource may be a *commitment*."""

    later = frozenset({"commitment"})

    code: Code
    title: OfficeText
    category: Code
    place: DivisionCode | None = None
    commitment: Commitment | None = None


class Successor(Frozen):
    """The unit that takes an open task over."""

    task: TaskId
    unit: UnitCode


class DraftPairing(Frozen):
    """Draft a pairing of one centre, at least one department and one street office."""

    kind: Literal["draft_pairing"] = "draft_pairing"
    center: UnitCode
    departments: Annotated[tuple[UnitCode, ...], Field(min_length=1, max_length=20)]
    street: UnitCode
    categories: Annotated[tuple[Code, ...], Field(min_length=1, max_length=30)]
    lead: UnitCode | None = None
    title: OfficeText
    term_start: Instant
    term_end: Instant
    policy: Code | None = None


class AttachList(Frozen):
    """Attach one of the three lists, replacing an earlier one of the same kind and unit."""

    kind: Literal["attach_list"] = "attach_list"
    list: ListKind
    unit: UnitCode
    items: Annotated[tuple[ListItem, ...], Field(min_length=1, max_length=ITEMS_MAX)]


class ProposePairing(Frozen):
    """Propose the drafted pairing to the other parties."""

    kind: Literal["propose_pairing"] = "propose_pairing"


class AcceptProposal(Frozen):
    """Agree to the proposal as a party."""

    kind: Literal["accept_proposal"] = "accept_proposal"


class CounterPropose(Frozen):
    """Answer the proposal with other wishes; a new round begins."""

    kind: Literal["counter_propose"] = "counter_propose"
    text: OfficeText


class ClaimProject(Frozen):
    """Claim a project item for a department (认领)."""

    kind: Literal["claim_project"] = "claim_project"
    item: Code
    unit: UnitCode


class SignAgreement(Frozen):
    """Sign the co-building agreement as a party; *terms* are those the signer confirms."""

    kind: Literal["sign_agreement"] = "sign_agreement"
    terms: tuple[Code, ...]
    signature: Annotated[str, Field(min_length=1, max_length=2048)]


class SubmitForApproval(Frozen):
    """Submit the pairing once everyone has signed (sent by the signing conversation)."""

    kind: Literal["submit_for_approval"] = "submit_for_approval"


class ApprovePairing(Frozen):
    """Approve the pairing."""

    kind: Literal["approve_pairing"] = "approve_pairing"


class RejectPairing(Frozen):
    """Reject the pairing."""

    kind: Literal["reject_pairing"] = "reject_pairing"
    reason: OfficeText


class ReplaceParty(Frozen):
    """Ask to replace a party; its open tasks each have a named successor."""

    kind: Literal["replace_party"] = "replace_party"
    party: UnitCode
    by_unit: UnitCode
    reason: OfficeText
    successors: tuple[Successor, ...] = ()


class ChangeLead(Frozen):
    """Ask to change the lead department."""

    kind: Literal["change_lead"] = "change_lead"
    lead: UnitCode
    reason: OfficeText


class ReviseLists(Frozen):
    """Ask to replace one of the three lists."""

    kind: Literal["revise_lists"] = "revise_lists"
    list: ListKind
    unit: UnitCode
    items: Annotated[tuple[ListItem, ...], Field(min_length=1, max_length=ITEMS_MAX)]
    reason: OfficeText


class ApproveAdjustment(Frozen):
    """Approve the requested adjustment."""

    kind: Literal["approve_adjustment"] = "approve_adjustment"


class RefuseAdjustment(Frozen):
    """Refuse the requested adjustment."""

    kind: Literal["refuse_adjustment"] = "refuse_adjustment"
    reason: OfficeText


class SuspendPairing(Frozen):
    """Suspend the pairing until a day; its tasks go on."""

    kind: Literal["suspend_pairing"] = "suspend_pairing"
    reason: OfficeText
    until: Instant


class ResumePairing(Frozen):
    """Resume a suspended pairing."""

    kind: Literal["resume_pairing"] = "resume_pairing"


class OpenReview(Frozen):
    """Open the review that fell due; its figures are frozen by the desk, never handed in."""

    kind: Literal["open_review"] = "open_review"


class GiveScore(Frozen):
    """Give one side's score in an open review (双考核)."""

    kind: Literal["give_score"] = "give_score"
    side: Literal["CENTER_AND_STREET", "DEPARTMENTS"]
    score: Score
    comment: OfficeText | None = None


class ScoreReview(Frozen):
    """Close the review: both sides scored, residents' ratings taken from the frozen figures."""

    kind: Literal["score_review"] = "score_review"
    comment: OfficeText | None = None


class RenewPairing(Frozen):
    """Renew the pairing until another day."""

    kind: Literal["renew_pairing"] = "renew_pairing"
    term_end: Instant


class RequestExit(Frozen):
    """Ask to leave; every open task has a successor in the plan."""

    kind: Literal["request_exit"] = "request_exit"
    reason: OfficeText
    successors: tuple[Successor, ...] = ()


class HandOverTask(Frozen):
    """Record that a successor accepted an open task."""

    kind: Literal["hand_over_task"] = "hand_over_task"
    task: TaskId
    unit: UnitCode


class CompleteExit(Frozen):
    """End the pairing; no open task is left without an owner."""

    kind: Literal["complete_exit"] = "complete_exit"


class WithdrawPairing(Frozen):
    """Withdraw the pairing before it is submitted."""

    kind: Literal["withdraw_pairing"] = "withdraw_pairing"
    reason: OfficeText | None = None


PairingCommand = Annotated[
    DraftPairing
    | AttachList
    | ProposePairing
    | AcceptProposal
    | CounterPropose
    | ClaimProject
    | SignAgreement
    | SubmitForApproval
    | ApprovePairing
    | RejectPairing
    | ReplaceParty
    | ChangeLead
    | ReviseLists
    | ApproveAdjustment
    | RefuseAdjustment
    | SuspendPairing
    | ResumePairing
    | OpenReview
    | GiveScore
    | ScoreReview
    | RenewPairing
    | RequestExit
    | HandOverTask
    | CompleteExit
    | WithdrawPairing
    | CommitmentCommand
    | RingClock
    | RecomputeDeadlines,
    Field(discriminator="kind"),
]
