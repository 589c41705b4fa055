"""What a pairing's page shows of its promises: how much of each has arrived, and every delivery."""

from dataclasses import dataclass

from domain.pairing.commitment_facts import DeliveryStatus, Tally
from domain.pairing.commitments import Delivery, Pledge
from domain.pairing.state import Agreement
from services.seeing import Seer
from wording.labels import label
from wording.promising import quantity_text

_TONES = {
    DeliveryStatus.RECORDED: "amber",
    DeliveryStatus.CONFIRMED: "green",
    DeliveryStatus.DISPUTED: "red",
    DeliveryStatus.SETTLED: "green",
    DeliveryStatus.TAKEN_BACK: "",
}


@dataclass(frozen=True)
class Arriving:
    """One delivery as it is read; *counted* where less of it counts than was told."""

    number: int
    told: str
    counted: str
    delivered_at: str
    voucher: str
    status: str
    tone: str


@dataclass(frozen=True)
class Promise:
    """One promise: how much of it has arrived, by when it is due, and what was delivered on it."""

    code: str
    title: str
    unit: str
    kind: str
    promised: str
    arrived: str
    percent: str
    due: str
    late: bool
    document: str
    revision: str
    deliveries: tuple[Arriving, ...]


def promises_of(seer: Seer, made: Agreement) -> list[Promise]:
    """Return the promises of a pairing in the order of its lists."""
    titles = {item.code: item.title for one in made.lists for item in one.items}
    return [_promise(seer, made, pledge, titles[pledge.item]) for pledge in made.pledges]


def tallies_of(seer: Seer, made: Agreement) -> list[tuple[str, str, str, Tally]]:
    """Return for each kind what arrived of what was promised, as it is read, and its figures."""
    return [
        (
            label(one.of, seer.language),
            quantity_text(one.of, one.delivered, seer.language),
            quantity_text(one.of, one.committed, seer.language),
            one,
        )
        for one in made.commitments.tallies(made.pledges)
    ]


def _promise(seer: Seer, made: Agreement, pledge: Pledge, title: str) -> Promise:
    known, promised = made.commitments, pledge.commitment
    arrived = known.arrived(pledge.item)
    asked = known.revision(pledge.item)
    return Promise(
        code=pledge.item,
        title=title,
        unit=seer.unit_name(pledge.unit),
        kind=label(promised.kind, seer.language),
        promised=quantity_text(promised.kind, promised.quantity, seer.language),
        arrived=quantity_text(promised.kind, arrived, seer.language),
        percent=f"{arrived * 100 // promised.quantity} %",
        due=promised.due.isoformat(),
        late=(pledge.item, promised.due) in known.missed and arrived < promised.quantity,
        document=promised.document or "",
        revision=""
        if asked is None
        else quantity_text(promised.kind, asked.quantity, seer.language),
        deliveries=tuple(
            _arriving(seer, pledge, one) for one in known.deliveries if one.item == pledge.item
        ),
    )


def _arriving(seer: Seer, pledge: Pledge, one: Delivery) -> Arriving:
    kind = pledge.commitment.kind
    settled = one.status is DeliveryStatus.SETTLED
    return Arriving(
        number=one.number,
        told=quantity_text(kind, one.told, seer.language),
        counted=quantity_text(kind, one.counted, seer.language) if settled else "",
        delivered_at=one.delivered_at.isoformat(),
        voucher=one.voucher,
        status=label(one.status, seer.language),
        tone=_TONES[one.status],
    )
