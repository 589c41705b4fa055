"""What a fact about a promise leaves behind: the agreement as it stands then, and who is told."""

from collections.abc import Iterable
from dataclasses import replace

from domain.envelope import Happened
from domain.pairing import commitment_facts as c
from domain.pairing.commands import ListItem
from domain.pairing.commitments import remembered
from domain.pairing.state import Agreement
from domain.values import instant_text


def promised(agreement: Agreement, happened: Happened[c.CommitmentFact]) -> Agreement:
    """Return the agreement as the fact leaves it."""
    fact = happened.fact
    after = _revised(agreement, fact) if isinstance(fact, c.CommitmentRevised) else agreement
    return replace(after, commitments=remembered(agreement.commitments, happened))


def _revised(agreement: Agreement, fact: c.CommitmentRevised) -> Agreement:
    """Return the agreement in which the item promises as much, by the day, that was agreed on."""

    def now(item: ListItem) -> ListItem:
        if item.code != fact.item or item.commitment is None:
            return item
        changes = {"quantity": fact.promised.quantity, "due": fact.due}
        return item.model_copy(update={"commitment": item.commitment.model_copy(update=changes)})

    lists = (replace(one, items=tuple(now(item) for item in one.items)) for one in agreement.lists)
    return replace(agreement, lists=tuple(lists))


def told_of_promises(
    agreement: Agreement, fact: c.CommitmentFact
) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Whoever has to answer next is told, and both sides of what was decided."""
    receivers = (agreement.center, agreement.street)
    match fact:
        case c.CommitmentDelivered(item=item, unit=unit, delivery=number):
            to = tuple(one for one in receivers if one != unit)
            return "commitment_delivered", to, {"item": item, "number": str(number)}
        case c.CommitmentDeliveryDisputed(item=item, delivery=number):
            to = (*_giver(agreement, item), *_authority(agreement))
            return "delivery_disputed", to, {"item": item, "number": str(number)}
        case c.DeliveryDisputeSettled(item=item, delivery=number):
            to = tuple(dict.fromkeys((*_giver(agreement, item), *receivers)))
            return "delivery_settled", to, {"item": item, "number": str(number)}
        case c.CommitmentRevisionAsked(item=item, unit=unit):
            to = tuple(one for one in receivers if one != unit)
            return "revision_asked", to, {"item": item}
        case c.CommitmentRevised(item=item) | c.CommitmentRevisionRefused(item=item):
            return "revision_answered", _giver(agreement, item), {"item": item}
        case c.CommitmentDueSoon(due_soon=soon):
            items = "、".join(one.item for one in soon)
            due = min(one.due for one in soon)
            to = tuple(dict.fromkeys((*(one.unit for one in soon), *_confirming(agreement, soon))))
            return "commitment_due_soon", to, {"items": items, "due": instant_text(due)}
        case c.CommitmentMissed(due=due, missed=missed):
            givers = (one.unit for one in missed)
            to = tuple(dict.fromkeys((*givers, *receivers, *_authority(agreement))))
            items = "、".join(one.item for one in missed)
            return "commitment_missed", to, {"items": items, "due": instant_text(due)}
        case c.CommitmentDeliveryConfirmed() | c.DeliveryTakenBack():
            return "", (), {}


def _confirming(agreement: Agreement, soon: Iterable[c.DueSoon]) -> tuple[str, ...]:
    """Return those who still have to say whether some of it arrived, where a delivery waits."""
    delivered = {
        one.item
        for one in agreement.commitments.deliveries
        if one.status is c.DeliveryStatus.RECORDED
    }
    receivers = (agreement.center, agreement.street)
    return tuple(
        unit for one in soon if one.item in delivered for unit in receivers if unit != one.unit
    )


def _giver(agreement: Agreement, item: str) -> tuple[str, ...]:
    return tuple(one.unit for one in agreement.pledges if one.item == item)


def _authority(agreement: Agreement) -> tuple[str, ...]:
    return () if agreement.authority is None else (agreement.authority,)
