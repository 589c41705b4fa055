"""What is sent down in the demonstration: each pairing promises, delivers, and has it confirmed."""

from datetime import UTC, datetime, timedelta

from demo.pairings import Pairing
from demo.pledges import HALF_A_YEAR
from domain.values import instant_text


def _first(pairing: Pairing) -> tuple[str, int]:
    """Return code and quantity of the lead department's first promise."""
    agreement = pairing.stage.gateway.desk.state_of(pairing.stream)[1].agreement
    pledge = agreement.pledges[0]
    return pledge.item, pledge.commitment.quantity


async def _delivered(pairing: Pairing, quantity: int, voucher: str) -> int:
    """The lead delivers so much of its first promise; return the number of the delivery."""
    lead = pairing.plan.departments[0]
    item, _ = _first(pairing)
    told = pairing.says(
        lead,
        "deliver_commitment",
        item=item,
        quantity=quantity,
        delivered_at=instant_text(datetime.now(UTC) - timedelta(seconds=1)),
        voucher=voucher,
    )
    await pairing.does(told)
    _, state = pairing.stage.gateway.desk.state_of(pairing.stream)
    return len(state.agreement.commitments.deliveries)


async def confirmed(pairing: Pairing) -> None:
    """The lead delivers, the street confirms."""
    _, whole = _first(pairing)
    number = await _delivered(pairing, max(1, whole // 2), "拨付（移交）凭证 2026-01")
    office = pairing.plan.street.office.code
    await pairing.does(pairing.says(office, "confirm_commitment_delivery", delivery=number))
    await pairing.stage.until_fact(pairing.stream, "commitment_delivery_confirmed.v1")


async def disputed_and_settled(pairing: Pairing) -> None:
    """The centre disputes a delivery, and the authority settles what of it counts."""
    number = await _delivered(pairing, 1, "移交清单 2026-02")
    reason = "现场清点与移交清单不符。"
    await pairing.does(
        pairing.center("dispute_commitment_delivery", delivery=number, reason=reason),
        pairing.authority(
            "settle_delivery_dispute", delivery=number, quantity=0, reason="双方对账后不予计入。"
        ),
    )
    await pairing.stage.until_fact(pairing.stream, "delivery_dispute_settled.v1")


async def revised(pairing: Pairing) -> None:
    """The lead promises more, and the street agrees."""
    item, whole = _first(pairing)
    due = instant_text(datetime.now(UTC) + HALF_A_YEAR * 2)
    lead, office = pairing.plan.departments[0], pairing.plan.street.office.code
    await pairing.does(
        pairing.says(
            lead,
            "revise_commitment",
            item=item,
            quantity=whole + 1,
            due=due,
            reason="年中追加。",
        ),
        pairing.says(office, "agree_to_revision", item=item),
    )
    await pairing.stage.until_fact(pairing.stream, "commitment_revised.v1")


async def missed(pairing: Pairing) -> None:
    """What was promised by a day is told ahead of it, and late by its clock."""
    await pairing.stage.until_fact(pairing.stream, "commitment_due_soon.v1")
    await pairing.stage.until_fact(pairing.stream, "commitment_missed.v1")
