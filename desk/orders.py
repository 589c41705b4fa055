"""What a person hands in, and what they get back: orders, receipts, refusals, 'not now'."""

from typing import Annotated, Any

from pydantic import ConfigDict, StringConstraints, ValidationError

from desk.casework import Who, malformed
from domain.people import Channel, Role
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


class Giver(Frozen):
    """Who says they give an order; the channel is the door's to say, and the system gives none."""

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

    def who(self, channel: Channel) -> Who:
        """Return who gives the order, by *channel*; refuse whoever says to be the system."""
        by = self.by if isinstance(self.by, Giver) else Giver(person=self.by)
        if by.role is Role.SYSTEM or channel is Channel.SYSTEM:
            raise CommandRefused(
                "system-is-inside",
                "系统角色只在内部使用；请写明办理人及其单位、角色。",
                "The system gives no orders from outside; name a person, their unit and role.",
            )
        return Who(by.person, channel, by.unit, by.role)


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
