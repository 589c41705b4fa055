"""Commands at a server far away: each is one request to the API."""

import asyncio
from collections.abc import Sequence
from threading import Semaphore
from typing import TYPE_CHECKING, Any, NoReturn

from cli.away import home_needed
from desk.orders import Answer, Door, Order, Receipt
from domain.casebook import CASES
from domain.refusals import CommandRefused

if TYPE_CHECKING:
    from cli.away import Away, Post

_AT_ONCE = 4
"""How many commands of a script are under way: the server has others to serve."""


class AwayGateway:
    """Gives orders through the API; what the server refuses is refused here in its words.

    A case begun there has the id that the server gives it: what follows of it in the same run is
    sent to that, and so is what names it.
    """

    def __init__(self, away: "Away") -> None:
        self._away, self._url = away, away.url
        self._called: dict[str, str] = {}
        self._room = Semaphore(_AT_ONCE)

    @property
    def books(self) -> NoReturn:
        """There are none here: raise `CommandRefused`."""
        raise home_needed(self._url)

    @property
    def desk(self) -> NoReturn:
        """There is none here: raise `CommandRefused`."""
        raise home_needed(self._url)

    async def begun(self, stream: str) -> bool:
        """Say yes: commands go one by one."""
        del stream
        return True

    async def submit_batch(self, orders: Sequence[Order]) -> list[Answer]:
        """Have commands of one case recorded, one by one; raise `NotNow`."""
        return [await asyncio.to_thread(self._answer, order) for order in orders]

    def _answer(self, order: Order) -> Answer:
        try:
            with self._room:
                return Answer(receipt=self._give(order))
        except CommandRefused as refusal:
            return Answer(refusal=refusal)

    async def submit(self, order: Order, door: Door) -> Receipt:
        """Have one command recorded and return its receipt; raise as the gateway does."""
        del door  # the server knows by which door this comes
        return self._give(order)

    def _give(self, order: Order) -> Receipt:
        stream = self._called.get(order.stream, order.stream)
        category, _, key = stream.partition("/")
        kind = str(order.command.get("kind"))
        case = CASES.get(category)
        if case is None or not case.plural:
            raise home_needed(self._url)
        path = case.plural if kind in case.begun_by else f"{case.plural}/{key}/{kind}"
        body = {name: value for name, value in order.command.items() if name != "kind"}
        if order.occurred_at is not None:
            body["occurred_at"] = order.occurred_at.isoformat()
        told = self._away.client(self._post(order)).give(
            path, self._named(body), key=order.command_id, if_version=order.if_version
        )
        self._called[order.stream] = told.stream
        return Receipt.model_validate(told.model_dump())

    def _post(self, order: Order) -> "Post":
        """Return the post an order is given in; refuse one in somebody else's name."""
        may = CASES[order.stream.partition("/")[0]].who_may
        roles = may.get(str(order.command.get("kind")), frozenset())
        if isinstance(order.by, str):
            return self._away.post_for(order.by, (None, None), roles)
        role = None if order.by.role is None else order.by.role.value
        return self._away.post_for(order.by.person, (role, order.by.unit), roles)

    def _named(self, value: Any) -> Any:
        """Return *value* with the cases in it called as the server calls them."""
        if isinstance(value, dict):
            return {name: self._named(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._named(one) for one in value]
        return self._called.get(value, value) if isinstance(value, str) else value
