"""The stage: gives orders through the gateway, follows the log, and waits for what must come.

Nothing waits by the clock on the wall: whoever waits is woken by the entries of the log and gives
up, with a sentence, after a bound.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.accounts import BY_KEY, Accounts
from demo.cast import Cast, Part
from desk.gateway import Gateway
from desk.orders import COMMAND_LINE, Door, Giver, NotNow, Order, Receipt
from domain.casebook import CASES
from domain.gate import PROVEN
from domain.values import category_of
from ledger.entry import Entry

TRIES = 6
"""How often a command is sent when the answer is 'not now'; always with the same command id."""

PATIENCE_SECONDS = 60.0
"""How long an episode waits for a clock or a conversation before it says what is missing."""

_POLL_SECONDS = 0.1
_PAGE = 1000


class Unexpected(Exception):
    """An episode did not go as told; the text says what was expected and what was found."""


@dataclass(frozen=True)
class Saying:
    """One command and who gives it: a person in office, or a resident by their subject id."""

    by: Part | str
    command: dict[str, Any]
    unless_done: bool = False
    """Whether it may have happened by itself meanwhile, because a clock was faster."""


class Room:
    """Lets so many episodes work at once; one that waits for a clock makes room for another.

    Who comes back from waiting is let in at once: what has begun is finished before what has not.
    """

    def __init__(self, places: int) -> None:
        self.places, self.taken = places, 0
        self._left = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def working(self, *, at_once: bool = False) -> AsyncIterator[None]:
        """Hold a place for the length of the block; *at_once* does not wait for one."""
        async with self._left:
            if not at_once:
                await self._left.wait_for(lambda: self.taken < self.places)
            self.taken += 1
        try:
            yield
        finally:
            await self._leave()

    @contextlib.asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Give the place away for the length of the block."""
        await self._leave()
        try:
            yield
        finally:
            self.taken += 1

    async def _leave(self) -> None:
        async with self._left:
            self.taken -= 1
            self._left.notify()


@dataclass
class Log:
    """What the log has told so far: the facts of every case, and how many of each kind."""

    position: int = -1
    facts: dict[str, list[Entry]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)

    def of(self, stream: str, kind: str, **fields: Any) -> list[Entry]:
        """Return the entries of *stream* of this *kind* whose facts hold these *fields*."""
        return [
            entry
            for entry in self.facts.get(stream, [])
            if entry.kind == kind
            and all(entry.fact.get(name) == value for name, value in fields.items())
        ]


class Stage:
    """What every episode works with."""

    def __init__(self, gateway: Gateway, cast: Cast, room: Room, accounts: Accounts) -> None:
        self.gateway, self.cast, self.room, self.accounts = gateway, cast, room, accounts
        self.log = Log(position=gateway.books.ledger.head())
        self.commands = 0
        self._given: Counter[str] = Counter()
        self._news = asyncio.Event()

    async def follow(self) -> None:
        """Read the log for ever, and wake whoever waits."""
        ledger = self.gateway.books.ledger
        while True:
            page = await asyncio.to_thread(ledger.log, self.log.position, _PAGE, None)
            for entry in page:
                self.log.facts.setdefault(entry.stream, []).append(entry)
                self.log.kinds[entry.kind] += 1
                self.log.position = entry.position
            if page:
                self._news.set()
                self._news = asyncio.Event()
            else:
                await asyncio.sleep(_POLL_SECONDS)

    async def give(self, stream: str, sayings: Sequence[Saying]) -> list[Receipt]:
        """Have *sayings* recorded in their order, in one turn; raise `Unexpected` on a refusal."""
        orders = [self.order(stream, saying) for saying in sayings]
        return await self.send(
            orders, {n for n, saying in enumerate(sayings) if saying.unless_done}
        )

    async def send(
        self, orders: Sequence[Order], unless_done: Collection[int] = ()
    ) -> list[Receipt]:
        """Send *orders* of one case, again with the same ids while the answer is 'not now'.

        Those whose numbers are in *unless_done* may have been done by a clock meanwhile.
        """
        door = await asyncio.to_thread(self._door, orders)
        wait = 0.2
        for left in reversed(range(TRIES)):
            try:
                answers = await self.gateway.submit_batch(orders, door)
                break
            except NotNow:
                if not left:
                    raise
                await asyncio.sleep(wait)
                wait *= 2
        receipts: list[Receipt] = []
        for number, (order, answer) in enumerate(zip(orders, answers, strict=True)):
            if answer.receipt is None:
                assert answer.refusal is not None
                if number in unless_done and answer.refusal.rule == "not-in-this-state":
                    continue
                raise Unexpected(
                    f"{order.command['kind']}: {answer.refusal.rule} "
                    f"{answer.refusal.chinese} {answer.refusal.english}"
                )
            receipts.append(answer.receipt)
        self.commands += len(receipts)
        return receipts

    def _door(self, orders: Sequence[Order]) -> Door:
        """Return how *orders* are brought: with keys where one of them takes proof."""
        if not any(order.command["kind"] in PROVEN for order in orders):
            return COMMAND_LINE
        people = {order.by.person for order in orders if isinstance(order.by, Giver)}
        for person in sorted(people):
            self.accounts.prove(person)
        return BY_KEY

    def order(self, stream: str, saying: Saying) -> Order:
        """Return the order; the n-th command of a case has the same id in every run."""
        self._given[stream] += 1
        by: dict[str, Any] | str = saying.by if isinstance(saying.by, str) else saying.by.as_by()
        kind = saying.command["kind"]
        return Order.model_validate(
            {
                "stream": stream,
                "command_id": f"demo/{self._given[stream]}/{kind}",
                "by": by,
                "command": saying.command,
            }
        )

    def state(self, stream: str) -> str:
        """Return the name of the state the case is in now."""
        _, state = self.gateway.desk.state_of(stream)
        return CASES[category_of(stream)].state_name(state)

    async def until_state(self, stream: str, *names: str) -> str:
        """Wait until the case is in one of the states *names*; return which."""

        def met() -> str | None:
            found = self.state(stream)
            return found if found in names else None

        found = await self.until(met)
        if found is None:
            raise Unexpected(f"expected {' or '.join(names)}, found {self.state(stream)}")
        return str(found)

    async def until_fact(self, stream: str, kind: str, **fields: Any) -> Entry:
        """Wait until the case has a fact of this *kind* with these *fields*; return the newest."""

        def met() -> Entry | None:
            found = self.log.of(stream, kind, **fields)
            return found[-1] if found else None

        found = await self.until(met)
        if found is None:
            told = ", ".join(f"{name}={value}" for name, value in fields.items())
            raise Unexpected(f"expected {kind} {told}, the case is {self.state(stream)}")
        assert isinstance(found, Entry)
        return found

    async def until_one_has(self, streams: Sequence[str], kind: str, **fields: Any) -> None:
        """Wait until one of *streams* has a fact of this *kind* with these *fields*."""

        def met() -> bool | None:
            return any(self.log.of(stream, kind, **fields) for stream in streams) or None

        if await self.until(met) is None:
            raise Unexpected(f"expected {kind} {fields} in one of {len(streams)} cases")

    async def until(self, met: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
        """Wait until *met* gives something, asking after each piece of news; None: too late."""
        if (found := met()) is not None:
            return found
        async with self.room.waiting():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while True:
                        news = self._news
                        if (found := met()) is not None:
                            return found
                        await news.wait()
        return None
