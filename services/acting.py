"""Acting on a case for whoever is signed in: an order in their name, recorded once."""

from typing import Any

from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.orders import Order, Receipt, read_order
from services.seeing import Seer


def order_of(
    seer: Seer, stream: str, command: dict[str, Any], command_id: str | None = None
) -> Order:
    """Return *command* as an order of whoever looks; its id makes it be given once.

    Raises `CommandRefused` where it reads as no order.
    """
    return read_order(
        {
            "stream": stream,
            "command_id": command_id or f"{seer.channel.value.lower()}/{new_uuid7()}",
            "by": {
                "person": seer.session.person,
                "unit": seer.unit,
                "role": seer.role.value,
            },
            "command": command,
        }
    )


def given(seer: Seer, order: Order) -> Receipt:
    """Have *order* recorded and the boards know it.

    Raises `CommandRefused` and `NotNow`.
    """
    (answer,) = Gateway(seer.house.books).submit_batch_now([order], seer.door)
    if answer.refusal is not None:
        raise answer.refusal
    receipt = answer.receipt
    assert receipt is not None, "an answer is one of the two"
    seer.house.catch_up()
    if receipt.number or not receipt.stream.startswith("task/"):
        return receipt
    return receipt.model_copy(update={"number": seer.number_of(receipt.stream) or ""})
