"""The gateway: one way for a command, in the process that was asked: gateway, desk, ledger.

A receipt is returned only after the facts are durable. Whatever stands in the way - the ledger
locked, full, away - is `NotNow`, never success and never 'no such case'. Temporal is not on this
way: while it is away people work on, and only clocks and messages wait.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import structlog

from desk.casework import Asking, Written
from desk.desk import Desk
from desk.documents import with_documents_prepared
from desk.opening import Books
from desk.orders import COMMAND_LINE, Answer, Door, NotKnown, NotNow, Order, Receipt
from domain.canonical import canonical
from domain.casebook import kind_of
from domain.cases import CaseKind
from domain.models import models_of, seals_of
from domain.refusals import CommandRefused
from domain.values import category_of
from ledger.database import LedgerUnavailable

log = structlog.get_logger("gateway")


ANSWER_SECONDS = 30.0
"""How long a caller waits for an answer before they are told that it is not known yet."""

COMMAND_BYTES_MAX = 65_536
"""The size of one command as JSON, without the texts that are sealed."""


class Gateway:
    """The door of one installation to its desk; shared by all callers of a process."""

    def __init__(self, books: Books, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.books = books
        self.desk: Desk = books.desk
        self.answer_seconds = answer_seconds

    async def submit(self, order: Order, door: Door = COMMAND_LINE) -> Receipt:
        """Have one command recorded and return its receipt.

        Raises `CommandRefused` (the rule, in both languages), `NotNow`, or, where nothing is known
        when `answer_seconds` are over, `NotKnown`. The same command id
        always gets the same receipt; with other content it is refused as `command-conflict`.
        """
        (answer,) = await self.submit_batch([order], door)
        if answer.refusal is not None:
            raise answer.refusal
        assert answer.receipt is not None, "an answer is one of the two"
        return answer.receipt

    async def submit_batch(
        self, orders: Sequence[Order], door: Door = COMMAND_LINE
    ) -> list[Answer]:
        """Have commands of one case recorded in their order, in one turn.

        One that is refused does not stop the next. Raises `NotNow`.
        """
        answers: list[Answer] = await self._in_time(self.submit_batch_now, orders, door)
        return answers

    async def begun(self, stream: str) -> bool:
        """Say whether anything is recorded of a case: what begins it may come in one turn."""
        return await asyncio.to_thread(self.desk.ledger.version, stream) > 0

    async def _in_time(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Return what *work* returns, or raise `NotKnown` when the caller's time is up.

        What has begun goes on and may still be recorded; what has not is not begun any more.
        """
        try:
            return await asyncio.wait_for(self.desk.aside(work, *arguments), self.answer_seconds)
        except TimeoutError:
            self.desk.abandoned = True
            raise NotKnown(self.answer_seconds) from None

    def submit_batch_now(self, orders: Sequence[Order], door: Door = COMMAND_LINE) -> list[Answer]:
        """Do as `submit_batch`, in the calling thread."""
        stream = orders[0].stream
        if any(order.stream != stream for order in orders):
            raise ValueError("the commands of one batch belong to one case")
        try:
            kind = kind_of(stream)
        except CommandRefused as refusal:
            return [Answer(refusal=refusal) for _ in orders]
        looked = [_looked_at(kind, order, door) for order in orders]
        going = [asking for asking in looked if isinstance(asking, Asking)]
        with _outages_are_not_now():
            recorded = iter(self.desk.record_now(stream, going).answers if going else ())
        answers = [
            _answer(stream, next(recorded) if isinstance(one, Asking) else one) for one in looked
        ]
        refused = sum(1 for answer in answers if answer.refusal)
        log.info(
            "commands answered", stream=stream, recorded=len(answers) - refused, refused=refused
        )
        return answers

    async def would(self, order: Order, door: Door = COMMAND_LINE) -> None:
        """Decide *order* as it would be decided now, and record nothing.

        Raises `CommandRefused` where it would be refused, or `NotNow`.
        """
        await self._in_time(self.would_now, order, door)

    def would_now(self, order: Order, door: Door = COMMAND_LINE) -> None:
        """Do as `would`, in the calling thread."""
        asking = _prepared(kind_of(order.stream), order, door)
        with _outages_are_not_now():
            self.desk.would(order.stream, asking)


@contextmanager
def _outages_are_not_now() -> Iterator[None]:
    """Nothing was decided; the caller keeps the command and its id, and comes again."""
    try:
        yield
    except LedgerUnavailable as outage:
        raise NotNow(outage.found) from None


def _looked_at(kind: CaseKind, order: Order, door: Door) -> Asking | CommandRefused:
    try:
        return _prepared(kind, order, door)
    except CommandRefused as refusal:
        return refusal


def _prepared(kind: CaseKind, order: Order, door: Door) -> Asking:
    """Return *order* as it reaches the desk, its documents as they will be kept."""
    asking = asking_of(kind, order, door)
    return replace(asking, command=with_documents_prepared(kind, asking.command))


def asking_of(kind: CaseKind, order: Order, door: Door = COMMAND_LINE) -> Asking:
    """Return *order* as it reaches the desk; refuse what is not of the outward form of an order.

    Who may give it, and in which role, is asked where it is decided.
    """
    who = order.who(door)
    _check(kind, order)
    return Asking(
        order.command_id, who, order.command, order.occurred_at, if_version=order.if_version
    )


def _check(kind: CaseKind, order: Order) -> None:
    model = models_of(kind.commands).get(str(order.command.get("kind")))
    if model is None:
        raise CommandRefused(
            "command-unknown",
            f"{category_of(order.stream)} 类案卷没有这样的命令；"
            "可用 jiedui schema commands 查看全部命令。",
            f"A {category_of(order.stream)} knows no such command; "
            "`jiedui schema commands` lists them all.",
        )
    if _holds_own_references(order.command):
        raise CommandRefused(
            "text-as-written",
            "密封字段应填写原文，由系统密封。",
            "Sealed fields are handed in as text; sealing is done here.",
        )
    try:
        sealed = seals_of(model)
        size = len(canonical({k: v for k, v in order.command.items() if k not in sealed}))
    except ValueError as error:
        raise CommandRefused(
            "command-malformed",
            f"命令含有账本不能保存的值：{error}。",
            f"The command holds a value the ledger cannot keep: {error}.",
        ) from None
    if size > COMMAND_BYTES_MAX:
        raise CommandRefused(
            "command-too-large",
            f"命令超过 {COMMAND_BYTES_MAX} 字节。",
            f"The command exceeds {COMMAND_BYTES_MAX} bytes.",
        )


def _holds_own_references(command: dict[str, Any]) -> bool:
    """Say whether somebody handed in a sealed reference instead of a text."""
    return any(
        isinstance(value, dict) and ({"holder", "item"} <= set(value) or set(value) == {"seal"})
        for value in command.values()
    )


def _answer(stream: str, answer: Written | CommandRefused) -> Answer:
    if isinstance(answer, CommandRefused):
        return Answer(refusal=answer)
    return Answer(
        receipt=Receipt(
            stream=stream,
            command_id=answer.command_id,
            version=answer.version,
            position=answer.position,
            hash=answer.hash,
            recorded_at=answer.recorded_at,
            facts=answer.facts,
            state=answer.state,
            number=answer.number,
            repeated=answer.repeated,
        )
    )
