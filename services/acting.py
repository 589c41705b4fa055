"""Acting on a case for whoever is signed in: an order in their name, recorded once."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.orders import Answer, NotNow, Order, Receipt, read_order
from ledger.database import LedgerUnavailable
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
    """Have *order* recorded, and the boards know it if they do so in time.

    Raises `CommandRefused` and `NotNow`.
    """
    (answer,) = given_each(seer, [order])
    if isinstance(answer, NotNow):
        raise answer
    if answer.refusal is not None:
        raise answer.refusal
    receipt = answer.receipt
    assert receipt is not None, "an answer is one of the two"
    if receipt.number or not receipt.stream.startswith("task/"):
        return receipt
    return receipt.model_copy(update={"number": seer.number_of(receipt.stream) or ""})


def given_each(seer: Seer, orders: Sequence[Order]) -> list[Answer | NotNow]:
    """Have each of *orders* recorded or not by itself; return what became of each, in order."""
    gateway = Gateway(seer.house.books)
    answers: list[Answer | NotNow] = []
    for order in orders:
        try:
            answers += gateway.submit_batch_now([order], seer.door)
        except NotNow as outage:
            answers.append(outage)
    seer.house.head.hint()
    # What is recorded stays recorded, whatever becomes of the boards.
    with suppress(LedgerUnavailable):
        seer.house.catch_up(after_command=True)
    return answers
