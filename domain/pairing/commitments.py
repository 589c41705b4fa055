"""What was promised in a pairing and what has arrived: values, figures, and how facts change them.

Shapes and sums only: the rules are in `delivering.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from domain.envelope import FactOutOfPlace, Happened
from domain.pairing import commitment_facts as f
from domain.pairing.commitment_commands import Commitment, CommitmentKind
from domain.pairing.commitment_facts import DeliveryStatus

_COUNTS_AS_TOLD = frozenset(
    {DeliveryStatus.RECORDED, DeliveryStatus.CONFIRMED, DeliveryStatus.DISPUTED}
)
_ARRIVED = frozenset({DeliveryStatus.CONFIRMED, DeliveryStatus.SETTLED})


@dataclass(frozen=True)
class Delivery:
    """One delivery: *told* of what the giver said, *counted* of it what was settled on."""

    number: int
    item: str
    told: int
    unit: str
    person: str | None
    delivered_at: datetime
    voucher: str
    status: DeliveryStatus = DeliveryStatus.RECORDED
    counted: int = 0
    receiver: str | None = None
    """Who confirmed or disputed it."""

    @property
    def arrived(self) -> int:
        """How much of it counts as arrived."""
        return self.counted if self.status in _ARRIVED else 0

    @property
    def taken(self) -> int:
        """How much of the commitment nobody can deliver again."""
        return self.told if self.status in _COUNTS_AS_TOLD else self.arrived


@dataclass(frozen=True)
class Revision:
    """A change of a commitment the other side has not answered yet."""

    item: str
    unit: str
    quantity: int
    due: datetime
    reason: str
    person: str | None


@dataclass(frozen=True)
class Pledge:
    """A commitment with the item and the unit that made it."""

    item: str
    unit: str
    commitment: Commitment


@dataclass(frozen=True)
class Commitments:
    """What became of the pairing's promises.

    *reminded* are those that were told to be due soon, *missed* those whose due instant was told,
    each by item and due instant: one with another day is told anew.
    """

    deliveries: tuple[Delivery, ...] = ()
    asked: tuple[Revision, ...] = ()
    reminded: frozenset[tuple[str, datetime]] = frozenset()
    missed: frozenset[tuple[str, datetime]] = frozenset()

    def delivery(self, number: int) -> Delivery | None:
        """Return the delivery *number*, or None."""
        return next((one for one in self.deliveries if one.number == number), None)

    def revision(self, item: str) -> Revision | None:
        """Return the revision asked of *item*, or None."""
        return next((one for one in self.asked if one.item == item), None)

    def arrived(self, item: str) -> int:
        """Return how much of *item* has arrived."""
        return sum(one.arrived for one in self.deliveries if one.item == item)

    def taken(self, item: str) -> int:
        """Return how much of *item* was delivered or is being argued about."""
        return sum(one.taken for one in self.deliveries if one.item == item)

    def open(self, pledges: Iterable[Pledge]) -> tuple[Pledge, ...]:
        """Return those of *pledges* that have not arrived in full."""
        return tuple(one for one in pledges if self.arrived(one.item) < one.commitment.quantity)

    def owed(self, pledges: Iterable[Pledge]) -> tuple[f.Owed, ...]:
        """Return what stays owed of *pledges*."""
        return tuple(
            f.Owed(
                item=one.item,
                unit=one.unit,
                owed=f.Promised(
                    of=one.commitment.kind,
                    quantity=one.commitment.quantity - self.arrived(one.item),
                ),
            )
            for one in self.open(pledges)
        )

    def tallies(self, pledges: Iterable[Pledge]) -> tuple[f.Tally, ...]:
        """Return for each kind that was promised what was promised and what has arrived."""
        every = tuple(pledges)
        late = {item for item, _ in self.missed}
        found = []
        for kind in CommitmentKind:
            of = [one for one in every if one.commitment.kind is kind]
            if of:
                found.append(
                    f.Tally(
                        of=kind,
                        committed=sum(one.commitment.quantity for one in of),
                        delivered=sum(self.arrived(one.item) for one in of),
                        items=len(of),
                        fulfilled=len(of) - len(self.open(of)),
                        missed=sum(one.item in late for one in of),
                    )
                )
        return tuple(found)

    def next_due(self, pledges: Iterable[Pledge]) -> datetime | None:
        """Return the first instant by which something is due that was not told to be missed."""
        return min(
            (
                one.commitment.due
                for one in self.open(pledges)
                if (one.item, one.commitment.due) not in self.missed
            ),
            default=None,
        )

    def unreminded(self, pledges: Iterable[Pledge]) -> tuple[Pledge, ...]:
        """Return what has not arrived in full, and was told neither to be due soon nor missed."""
        told = self.reminded | self.missed
        return tuple(
            one for one in self.open(pledges) if (one.item, one.commitment.due) not in told
        )

    def due_at(self, pledges: Iterable[Pledge], due: datetime) -> tuple[f.Owed, ...]:
        """Return what stays owed of the pledges that are due at *due*."""
        return self.owed(one for one in pledges if one.commitment.due == due)


NOTHING_DELIVERED = Commitments()


def remembered(known: Commitments, happened: Happened[f.CommitmentFact]) -> Commitments:
    """Return *known* as the fact leaves it; the revised commitment itself stands in its list."""
    fact = happened.fact
    match fact:
        case f.CommitmentDelivered():
            if known.delivery(fact.delivery) is not None:
                raise FactOutOfPlace(f"delivery {fact.delivery} was recorded before")
            delivery = Delivery(
                number=fact.delivery,
                item=fact.item,
                told=fact.delivered.quantity,
                unit=fact.unit,
                person=happened.by.person,
                delivered_at=fact.delivered_at,
                voucher=fact.voucher,
            )
            return replace(known, deliveries=(*known.deliveries, delivery))
        case f.CommitmentDeliveryConfirmed(delivered=delivered):
            return _became(
                known,
                fact.delivery,
                status=DeliveryStatus.CONFIRMED,
                counted=delivered.quantity,
                receiver=happened.by.person,
            )
        case f.CommitmentDeliveryDisputed():
            return _became(
                known,
                fact.delivery,
                status=DeliveryStatus.DISPUTED,
                receiver=happened.by.person,
            )
        case f.DeliveryDisputeSettled(counted=counted):
            return _became(
                known, fact.delivery, status=DeliveryStatus.SETTLED, counted=counted.quantity
            )
        case f.DeliveryTakenBack():
            return _became(known, fact.delivery, status=DeliveryStatus.TAKEN_BACK, counted=0)
        case f.CommitmentRevisionAsked():
            asked = Revision(
                item=fact.item,
                unit=fact.unit,
                quantity=fact.promised.quantity,
                due=fact.due,
                reason=fact.reason,
                person=happened.by.person,
            )
            return replace(known, asked=(*_without(known, fact.item), asked))
        case f.CommitmentRevised(item=item) | f.CommitmentRevisionRefused(item=item):
            if known.revision(item) is None:
                raise FactOutOfPlace(f"nobody asked to revise {item}")
            return replace(known, asked=_without(known, item))
        case f.CommitmentDueSoon(due_soon=due_soon):
            soon = {(one.item, one.due) for one in due_soon}
            return replace(known, reminded=known.reminded | soon)
        case f.CommitmentMissed(due=due, missed=missed):
            told = {(one.item, due) for one in missed}
            return replace(known, missed=known.missed | told)


def _became(known: Commitments, number: int, **changes: object) -> Commitments:
    if known.delivery(number) is None:
        raise FactOutOfPlace(f"there is no delivery {number}")
    after = tuple(
        replace(one, **changes) if one.number == number else one  # type: ignore[arg-type]
        for one in known.deliveries
    )
    return replace(known, deliveries=after)


def _without(known: Commitments, item: str) -> tuple[Revision, ...]:
    return tuple(one for one in known.asked if one.item != item)
