"""What a person hands in, and what they get back: orders, receipts, refusals, 'not now'."""

from typing import Annotated, Any, NamedTuple

from pydantic import ConfigDict, Field, StringConstraints, ValidationError

from desk.casework import Who, malformed
from domain.gate import refused
from domain.people import Channel, Known, Role
from domain.refusals import CommandRefused
from domain.values import Frozen, Instant, PersonId, SubjectId, UnitCode

CommandId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,159}$")]
"""An idempotency key chosen by the client; opaque, never a telephone number or a name."""


class NotNow(Exception):
    """Nothing is known to be recorded; the same command id may be sent again."""

    rule = "not-now"

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"系统暂时无法受理（{found}），请稍后用同一命令编号重试。"
            f"Not now ({found}); try again with the same command id."
        )


class NotKnown(NotNow):
    """The caller's time is up and the answer is not there: it may have been recorded, or may be."""

    rule = "not-known-yet"

    def __init__(self, seconds: float) -> None:
        Exception.__init__(
            self,
            f"{seconds:g} 秒内还没有结果，可能已记录；请稍后用同一命令编号再问。"
            f"Not known yet after {seconds:g} s: it may have been recorded. Ask again with the "
            "same command id.",
        )


class Door(NamedTuple):
    """What a door says of whoever comes through it, and no caller: by which way, known how."""

    channel: Channel
    known: Known
    session: str | None = None


COMMAND_LINE = Door(Channel.CLI, Known.LOCAL_OPERATOR)
"""Whoever runs programs beside the ledger, and says in whose name."""


class Giver(Frozen):
    """Who says they give an order; the rest is the door's to say, and the system gives none."""

    person: PersonId | SubjectId
    unit: UnitCode | None = None
    role: Role | None = None


class Order(Frozen):
    """One line of `jiedui submit`: the case, the idempotency key, who, what."""

    stream: str
    command_id: CommandId
    by: Giver | PersonId | SubjectId
    command: dict[str, Any]
    occurred_at: Instant | None = None
    if_version: Annotated[int, Field(ge=0)] | None = None
    """The version the case had when whoever asks looked at it: with another it is refused."""

    def who(self, door: Door) -> Who:
        """Return who gives the order at *door*; refuse whoever says to be the system."""
        by = self.by if isinstance(self.by, Giver) else Giver(person=self.by)
        if by.role is Role.SYSTEM or door.channel is Channel.SYSTEM:
            raise refused("system-is-inside")
        return Who(by.person, door.channel, by.unit, by.role, door.known, door.session)


def read_order(value: Any) -> Order:
    """Return the order *value* holds; raise `CommandRefused` naming each field that is wrong."""
    if not isinstance(value, dict):
        raise CommandRefused(
            "order-malformed",
            "每行应为一个 JSON 对象。",
            "Each line holds one JSON object.",
        )
    try:
        return Order.model_validate(value)
    except ValidationError as error:
        raise malformed(error) from None


class Receipt(Frozen):
    """Given only after the facts are durable; the same command id always gets the same one."""

    stream: str
    command_id: str
    version: int
    position: int
    hash: str
    recorded_at: Instant | None = None
    facts: tuple[str, ...] = ()
    state: str = ""
    number: str = ""
    repeated: bool = False


class Answer(Frozen):
    """What became of one order: exactly one of the two."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    receipt: Receipt | None = None
    refusal: CommandRefused | None = None
