"""What can happen to what was promised in a pairing: one model per fact, in the past tense."""

from enum import StrEnum
from typing import Literal

from domain.pairing.commitment_commands import CommitmentKind
from domain.values import Code, Frozen, Instant, OfficeText, UnitCode


class DeliveryStatus(StrEnum):
    """What became of a delivery; stored for ever."""

    RECORDED = "RECORDED"  # 待确认
    CONFIRMED = "CONFIRMED"  # 已确认
    DISPUTED = "DISPUTED"  # 有异议
    SETTLED = "SETTLED"  # 已裁定
    TAKEN_BACK = "TAKEN_BACK"  # 已撤回


class Promised(Frozen):
    """So much of a kind."""

    of: CommitmentKind
    quantity: int


class Owed(Frozen):
    """What stays owed of one commitment, by whom."""

    item: Code
    unit: UnitCode
    owed: Promised


class Tally(Frozen):
    """What was promised of a kind, and what of it has arrived; *missed* items were late."""

    of: CommitmentKind
    committed: int
    delivered: int
    items: int
    fulfilled: int
    missed: int


class CommitmentDelivered(Frozen):
    """The giver says that something was delivered."""

    kind: Literal["commitment_delivered.v1"] = "commitment_delivered.v1"
    delivery: int
    item: Code
    unit: UnitCode
    delivered: Promised
    delivered_at: Instant
    voucher: OfficeText


class CommitmentDeliveryConfirmed(Frozen):
    """The receiver confirmed that it arrived."""

    kind: Literal["commitment_delivery_confirmed.v1"] = "commitment_delivery_confirmed.v1"
    delivery: int
    item: Code
    unit: UnitCode
    delivered: Promised


class CommitmentDeliveryDisputed(Frozen):
    """The receiver says that it did not arrive as it was told."""

    kind: Literal["commitment_delivery_disputed.v1"] = "commitment_delivery_disputed.v1"
    delivery: int
    item: Code
    unit: UnitCode
    delivered: Promised
    reason: OfficeText


class DeliveryDisputeSettled(Frozen):
    """The authority said what of it counts as arrived."""

    kind: Literal["delivery_dispute_settled.v1"] = "delivery_dispute_settled.v1"
    delivery: int
    item: Code
    told: Promised
    counted: Promised
    reason: OfficeText


class DeliveryTakenBack(Frozen):
    """A delivery does not count any more."""

    kind: Literal["delivery_taken_back.v1"] = "delivery_taken_back.v1"
    delivery: int
    item: Code
    unit: UnitCode
    delivered: Promised
    status_before: DeliveryStatus
    reason: OfficeText


class CommitmentRevisionAsked(Frozen):
    """The giver asks to change a commitment."""

    kind: Literal["commitment_revision_asked.v1"] = "commitment_revision_asked.v1"
    item: Code
    unit: UnitCode
    promised: Promised
    promised_before: Promised
    due: Instant
    due_before: Instant
    reason: OfficeText


class CommitmentRevised(Frozen):
    """The other side agreed; the commitment is another one from now on."""

    kind: Literal["commitment_revised.v1"] = "commitment_revised.v1"
    item: Code
    unit: UnitCode
    promised: Promised
    promised_before: Promised
    due: Instant
    due_before: Instant
    reason: OfficeText


class CommitmentRevisionRefused(Frozen):
    """The other side did not agree; the commitment stays as it was."""

    kind: Literal["commitment_revision_refused.v1"] = "commitment_revision_refused.v1"
    item: Code
    unit: UnitCode
    reason: OfficeText


class DueSoon(Frozen):
    """What stays owed of one commitment, by whom, and by when it is due."""

    item: Code
    unit: UnitCode
    owed: Promised
    due: Instant


class CommitmentDueSoon(Frozen):
    """Commitments that have not arrived in full are due soon; it is told once, ahead of the day."""

    kind: Literal["commitment_due_soon.v1"] = "commitment_due_soon.v1"
    due_soon: tuple[DueSoon, ...]


class CommitmentMissed(Frozen):
    """Commitments were due and have not arrived in full."""

    kind: Literal["commitment_missed.v1"] = "commitment_missed.v1"
    due: Instant
    missed: tuple[Owed, ...]


CommitmentFact = (
    CommitmentDelivered
    | CommitmentDeliveryConfirmed
    | CommitmentDeliveryDisputed
    | DeliveryDisputeSettled
    | DeliveryTakenBack
    | CommitmentRevisionAsked
    | CommitmentRevised
    | CommitmentRevisionRefused
    | CommitmentDueSoon
    | CommitmentMissed
)
