"""What may be promised in a pairing (资源下沉), and what may be asked about it.

`kind` values are stored for ever. A quantity is a whole number in the unit of its kind: money in
cents, people in months of one person.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.values import Code, Frozen, Instant, LedgerNumber, OfficeText, SiteId

Quantity = Annotated[int, Field(ge=1, le=1_000_000_000_000)]
"""How much is promised or delivered: at least one unit of the kind."""

DeliveryNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class CommitmentKind(StrEnum):
    """What is sent down; stored for ever."""

    STAFF = "STAFF"  # 人员（人月）
    FUNDS = "FUNDS"  # 资金（分）
    POLICY = "POLICY"  # 政策（件）
    SPACE = "SPACE"  # 场地（平方米）
    EQUIPMENT = "EQUIPMENT"  # 设备（台件）
    SERVICE = "SERVICE"  # 服务（小时）


class Commitment(Frozen):
    """What an item of a resource list promises: how much, by when, for which needs.

    A policy has its document's number; space may name its site.
    """

    kind: CommitmentKind
    quantity: Quantity
    due: Instant
    needs: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    document: LedgerNumber | None = None
    site: SiteId | None = None


class DeliverCommitment(Frozen):
    """Say that a part or the whole of a commitment was delivered, with its voucher."""

    kind: Literal["deliver_commitment"] = "deliver_commitment"
    item: Code
    quantity: Quantity
    delivered_at: Instant
    voucher: OfficeText


class ConfirmCommitmentDelivery(Frozen):
    """Confirm that a delivery arrived."""

    kind: Literal["confirm_commitment_delivery"] = "confirm_commitment_delivery"
    delivery: DeliveryNumber


class DisputeCommitmentDelivery(Frozen):
    """Say that a delivery did not arrive as it was told."""

    kind: Literal["dispute_commitment_delivery"] = "dispute_commitment_delivery"
    delivery: DeliveryNumber
    reason: OfficeText


class SettleDeliveryDispute(Frozen):
    """Settle a dispute: *quantity* of the delivery counts as arrived."""

    kind: Literal["settle_delivery_dispute"] = "settle_delivery_dispute"
    delivery: DeliveryNumber
    quantity: Annotated[int, Field(ge=0, le=1_000_000_000_000)]
    reason: OfficeText


class TakeBackDelivery(Frozen):
    """Take a delivery back: the giver what is not confirmed, the receiver what they confirmed."""

    kind: Literal["take_back_delivery"] = "take_back_delivery"
    delivery: DeliveryNumber
    reason: OfficeText


class ReviseCommitment(Frozen):
    """Ask to change how much is promised, or by when."""

    kind: Literal["revise_commitment"] = "revise_commitment"
    item: Code
    quantity: Quantity
    due: Instant
    reason: OfficeText


class AgreeToRevision(Frozen):
    """Agree to the revision of a commitment as the other side."""

    kind: Literal["agree_to_revision"] = "agree_to_revision"
    item: Code


class RefuseRevision(Frozen):
    """Refuse the revision of a commitment; it stays as it was."""

    kind: Literal["refuse_revision"] = "refuse_revision"
    item: Code
    reason: OfficeText


CommitmentCommand = (
    DeliverCommitment
    | ConfirmCommitmentDelivery
    | DisputeCommitmentDelivery
    | SettleDeliveryDispute
    | TakeBackDelivery
    | ReviseCommitment
    | AgreeToRevision
    | RefuseRevision
)
