"""Sending people, money and policies down (资源下沉): delivered, confirmed or disputed, revised.

Nobody says both that something was given and that it arrived; what is argued about is settled by
the authority, and a promise is changed only when the other side agrees.
"""

from datetime import datetime
from typing import assert_never

from domain import guards
from domain.envelope import Asked
from domain.pairing import commitment_commands as c
from domain.pairing import commitment_facts as f
from domain.pairing.authority import in_state, party_authority, speaking_party
from domain.pairing.commands import ListItem, ListKind, PairingCommand
from domain.pairing.commitment_facts import DeliveryStatus
from domain.pairing.commitments import Delivery, Pledge, Revision
from domain.pairing.labels import COMMITMENT_LISTS
from domain.pairing.refusal_rules import refused
from domain.pairing.state import (
    Active,
    Adjusting,
    Agreement,
    Pairing,
    Suspended,
    Terminating,
    UnderReview,
)
from domain.rules import Rules
from domain.values import instant_text

Asking = Asked[PairingCommand]

IN_FORCE = (Active, Adjusting, Suspended, UnderReview, Terminating)
"""The states in which what was promised is delivered."""


def decided(
    state: Pairing, asked: Asking, command: c.CommitmentCommand, rules: Rules
) -> f.CommitmentFact:
    """Return the fact that follows from a command about a commitment, or refuse it by rule."""
    agreement = in_state(state, *IN_FORCE).agreement
    match command:
        case c.DeliverCommitment():
            return _deliver(agreement, asked, command, rules)
        case c.ConfirmCommitmentDelivery():
            return _confirm(agreement, asked, command, rules)
        case c.DisputeCommitmentDelivery():
            return _dispute(agreement, asked, command, rules)
        case c.SettleDeliveryDispute():
            return _settle(agreement, asked, command, rules)
        case c.TakeBackDelivery():
            return _take_back(agreement, asked, command, rules)
        case c.ReviseCommitment():
            return _revise(agreement, asked, command, rules)
        case c.AgreeToRevision():
            return _agree(agreement, asked, command, rules)
        case c.RefuseRevision():
            return _decline(agreement, asked, command, rules)
        case _ as never:
            assert_never(never)


def _deliver(
    agreement: Agreement, asked: Asking, command: c.DeliverCommitment, rules: Rules
) -> f.CommitmentDelivered:
    """The unit that promised delivers, never more than is left of it."""
    pledge = _own_pledge(agreement, asked, command.item, rules)
    known = agreement.commitments
    left = pledge.commitment.quantity - known.taken(command.item)
    if command.quantity > left:
        raise refused("delivery-within-commitment", item=command.item, left=left)
    if command.delivered_at > asked.at:
        raise refused("delivered-by-now", found=instant_text(command.delivered_at))
    return f.CommitmentDelivered(
        delivery=len(known.deliveries) + 1,
        item=command.item,
        unit=pledge.unit,
        delivered=f.Promised(of=pledge.commitment.kind, quantity=command.quantity),
        delivered_at=command.delivered_at,
        voucher=command.voucher,
    )


def _confirm(
    agreement: Agreement, asked: Asking, command: c.ConfirmCommitmentDelivery, rules: Rules
) -> f.CommitmentDeliveryConfirmed:
    """Street or centre says that it arrived: another unit and person than the giver."""
    delivery = _delivery(agreement, command.delivery, DeliveryStatus.RECORDED)
    unit = _receiver(agreement, asked, delivery, rules)
    return f.CommitmentDeliveryConfirmed(
        delivery=delivery.number,
        item=delivery.item,
        unit=unit,
        delivered=_told(agreement, delivery),
    )


def _dispute(
    agreement: Agreement, asked: Asking, command: c.DisputeCommitmentDelivery, rules: Rules
) -> f.CommitmentDeliveryDisputed:
    """Street or centre says that it did not arrive as told."""
    delivery = _delivery(agreement, command.delivery, DeliveryStatus.RECORDED)
    unit = _receiver(agreement, asked, delivery, rules)
    return f.CommitmentDeliveryDisputed(
        delivery=delivery.number,
        item=delivery.item,
        unit=unit,
        delivered=_told(agreement, delivery),
        reason=command.reason,
    )


def _settle(
    agreement: Agreement, asked: Asking, command: c.SettleDeliveryDispute, rules: Rules
) -> f.DeliveryDisputeSettled:
    """The authority settles what counts; nobody who gave or disputed it."""
    delivery = _delivery(agreement, command.delivery, DeliveryStatus.DISPUTED)
    party_authority(asked, rules, agreement)
    guards.another_person(asked, (delivery.person, delivery.receiver), _ARGUED)
    told = _told(agreement, delivery)
    if command.quantity > told.quantity:
        raise refused("settled-within-delivery", told=told.quantity, found=command.quantity)
    return f.DeliveryDisputeSettled(
        delivery=delivery.number,
        item=delivery.item,
        told=told,
        counted=f.Promised(of=told.of, quantity=command.quantity),
        reason=command.reason,
    )


_ARGUED = ("该笔兑现或异议", "this delivery or its dispute")
_GIVEN = ("该笔兑现", "this delivery")
_ASKED = ("申请变更承诺", "asking for the revision")


def _take_back(
    agreement: Agreement, asked: Asking, command: c.TakeBackDelivery, rules: Rules
) -> f.DeliveryTakenBack:
    """The giver takes back what is not confirmed; what is, only a receiver does, by its own fact.

    What the authority settled stays.
    """
    delivery = _delivery(
        agreement,
        command.delivery,
        DeliveryStatus.RECORDED,
        DeliveryStatus.DISPUTED,
        DeliveryStatus.CONFIRMED,
    )
    if delivery.status is DeliveryStatus.CONFIRMED:
        unit = _receiver(agreement, asked, delivery, rules)
    else:
        unit = _own_pledge(agreement, asked, delivery.item, rules).unit
    return f.DeliveryTakenBack(
        delivery=delivery.number,
        item=delivery.item,
        unit=unit,
        delivered=_told(agreement, delivery),
        status_before=delivery.status,
        reason=command.reason,
    )


def _revise(
    agreement: Agreement, asked: Asking, command: c.ReviseCommitment, rules: Rules
) -> f.CommitmentRevisionAsked:
    """Whoever promised asks for another quantity or day, never below what was delivered."""
    pledge = _own_pledge(agreement, asked, command.item, rules)
    before = pledge.commitment
    if (command.quantity, command.due) == (before.quantity, before.due):
        raise refused("nothing-changes")
    if command.quantity < agreement.commitments.taken(command.item):
        taken = agreement.commitments.taken(command.item)
        raise refused("revision-below-delivered", item=command.item, taken=taken)
    in_term(agreement, command.item, command.due)
    if command.due != before.due and command.due <= asked.at:
        raise refused("revised-due-ahead", found=instant_text(command.due))
    return f.CommitmentRevisionAsked(
        item=command.item,
        unit=pledge.unit,
        promised=f.Promised(of=before.kind, quantity=command.quantity),
        promised_before=f.Promised(of=before.kind, quantity=before.quantity),
        due=command.due,
        due_before=before.due,
        reason=command.reason,
    )


def _agree(
    agreement: Agreement, asked: Asking, command: c.AgreeToRevision, rules: Rules
) -> f.CommitmentRevised:
    """The other side agrees, while the change still holds what was delivered meanwhile."""
    revision, unit = _other_side(agreement, asked, command.item, rules)
    before = _pledge(agreement, command.item).commitment
    taken = agreement.commitments.taken(command.item)
    if revision.quantity < taken:
        raise refused("revision-below-delivered", item=command.item, taken=taken)
    return f.CommitmentRevised(
        item=command.item,
        unit=unit,
        promised=f.Promised(of=before.kind, quantity=revision.quantity),
        promised_before=f.Promised(of=before.kind, quantity=before.quantity),
        due=revision.due,
        due_before=before.due,
        reason=revision.reason,
    )


def _decline(
    agreement: Agreement, asked: Asking, command: c.RefuseRevision, rules: Rules
) -> f.CommitmentRevisionRefused:
    """The other side does not agree."""
    _, unit = _other_side(agreement, asked, command.item, rules)
    return f.CommitmentRevisionRefused(item=command.item, unit=unit, reason=command.reason)


def _other_side(
    agreement: Agreement, asked: Asking, item: str, rules: Rules
) -> tuple[Revision, str]:
    """Return the revision that is asked and the receiving unit that answers it."""
    revision = agreement.commitments.revision(item)
    if revision is None:
        raise refused("revision-asked", item=item)
    unit = _receiving(agreement, asked, _pledge(agreement, item).unit, rules)
    guards.another_person(asked, (revision.person,), _ASKED)
    return revision, unit


def _receiver(agreement: Agreement, asked: Asking, delivery: Delivery, rules: Rules) -> str:
    unit = _receiving(agreement, asked, _pledge(agreement, delivery.item).unit, rules)
    guards.another_person(asked, (delivery.person,), _GIVEN)
    return unit


def _receiving(agreement: Agreement, asked: Asking, giver: str, rules: Rules) -> str:
    """Street or centre receives, whichever did not promise."""
    unit = speaking_party(asked, rules, agreement)
    if unit == giver or unit not in (agreement.center, agreement.street):
        others = [one for one in (agreement.center, agreement.street) if one != giver]
        raise refused("receiver-only", expected=", ".join(others), found=unit)
    return unit


def _own_pledge(agreement: Agreement, asked: Asking, item: str, rules: Rules) -> Pledge:
    pledge = _pledge(agreement, item)
    unit = speaking_party(asked, rules, agreement)
    if unit != pledge.unit:
        raise refused("own-unit-only", own=unit, unit=pledge.unit)
    return pledge


def _pledge(agreement: Agreement, item: str) -> Pledge:
    if not agreement.pledges:
        raise refused("commitments-none")
    found = next((one for one in agreement.pledges if one.item == item), None)
    if found is None:
        raise refused("item-is-commitment", item=item)
    return found


def _delivery(agreement: Agreement, number: int, *states: DeliveryStatus) -> Delivery:
    if not agreement.commitments.deliveries:
        raise refused("deliveries-none")
    delivery = agreement.commitments.delivery(number)
    if delivery is None:
        raise refused("delivery-known", number=number)
    if delivery.status not in states:
        raise refused(
            "delivery-in-state",
            number=number,
            found=COMMITMENT_LISTS[DeliveryStatus][delivery.status],
        )
    return delivery


def _told(agreement: Agreement, delivery: Delivery) -> f.Promised:
    kind = _pledge(agreement, delivery.item).commitment.kind
    return f.Promised(of=kind, quantity=delivery.told)


# What may be promised at all.


def in_term(agreement: Agreement, item: str, due: datetime) -> None:
    """What is promised is due within the term."""
    if not agreement.term_start < due <= agreement.term_end:
        raise refused(
            "commitment-in-term",
            item=item,
            term_start=instant_text(agreement.term_start),
            term_end=instant_text(agreement.term_end),
        )


def may_promise(
    agreement: Agreement, kind: ListKind, unit: str, items: tuple[ListItem, ...]
) -> None:
    """Only resources are promised, for needs of the need list, within the term.

    What was promised is changed by `revise_commitment` alone: another list keeps it.
    """
    needs = {item.code for item in agreement.items(ListKind.NEED)}
    for item in items:
        promised = item.commitment
        if promised is None:
            continue
        if kind is not ListKind.RESOURCE:
            raise refused("resources-only", item=item.code)
        if unknown := [code for code in promised.needs if code not in needs]:
            raise refused("commitment-for-needs", item=item.code, needs=", ".join(unknown))
        if (promised.kind is c.CommitmentKind.POLICY) != (promised.document is not None):
            raise refused("policy-has-document", item=item.code)
        in_term(agreement, item.code, promised.due)
    if agreement.authority is None:
        return
    kept = {item.code: item.commitment for item in items}
    for one in agreement.pledges:
        own = kind is ListKind.RESOURCE and one.unit == unit
        if own and kept.get(one.item) != one.commitment:
            raise refused("commitment-kept", item=one.item)
