"""What a province records of a city; `kind` values are stored for ever and only added to."""

from typing import Annotated, Literal

from pydantic import Field

from domain.oversight.words import Amount, Digest, LogOrigin, PolicyText, Position, WebhookUrl
from domain.province.words import AlarmNumber, CityAlarmGround, ProofHashes
from domain.statements import Month, StatedFigure, StatementNumber, StatementText
from domain.values import Frozen, Instant, OfficeText, VerifierKeyText


class CityAdded(Frozen):
    """The province holds the city's key; its statements are expected from *since* on."""

    kind: Literal["city_added.v1"] = "city_added.v1"
    name: OfficeText
    origin: LogOrigin
    key: VerifierKeyText
    url: WebhookUrl | None
    since: Month
    witnesses: PolicyText | None


class CityKeyReplaced(Frozen):
    """Statements are believed by another key from here on."""

    kind: Literal["city_key_replaced.v1"] = "city_key_replaced.v1"
    key: VerifierKeyText
    key_before: VerifierKeyText
    reason: OfficeText


class CityAddressChanged(Frozen):
    """Statements are pulled from another address, or from none."""

    kind: Literal["city_address_changed.v1"] = "city_address_changed.v1"
    url: WebhookUrl | None
    url_before: WebhookUrl | None
    reason: OfficeText


class CityRemoved(Frozen):
    """Nothing is expected of the city any more; what was taken is kept."""

    kind: Literal["city_removed.v1"] = "city_removed.v1"
    reason: OfficeText


class StatementTaken(Frozen):
    """A month's figures of a city, as its signed *note* states them."""

    kind: Literal["statement_taken.v1"] = "statement_taken.v1"
    key: VerifierKeyText
    number: StatementNumber
    month: Month
    issued: Instant
    position: Position
    size: Amount
    root: Digest
    replaces: StatementNumber | None
    reason: OfficeText | None
    figures: Annotated[tuple[StatedFigure, ...], Field(max_length=200)]
    digest: Digest
    note: StatementText


class WithdrawalTaken(Frozen):
    """A city took a statement back, for *reason*; the statement is kept."""

    kind: Literal["withdrawal_taken.v1"] = "withdrawal_taken.v1"
    key: VerifierKeyText
    number: StatementNumber
    month: Month
    issued: Instant
    size: Amount
    root: Digest
    withdraws: StatementNumber
    reason: OfficeText
    digest: Digest
    note: StatementText


class CityAlarmRaised(Frozen):
    """Two notes signed by the city contradict each other; both are the evidence.

    Where *other_root* stands, *proof* leads from it to the checkpoint shown: the log shown had
    another root at the size of the checkpoint known (RFC 6962 §2.1.2).
    """

    kind: Literal["city_alarm_raised.v1"] = "city_alarm_raised.v1"
    alarm: AlarmNumber
    ground: CityAlarmGround
    known: StatementText
    shown: StatementText
    other_root: Digest | None
    proof: ProofHashes


class CityAlarmSettled(Frozen):
    """A person said what was found out about an alarm; the evidence is kept."""

    kind: Literal["city_alarm_settled.v1"] = "city_alarm_settled.v1"
    alarm: AlarmNumber
    reason: OfficeText


CityFact = Annotated[
    CityAdded
    | CityKeyReplaced
    | CityAddressChanged
    | CityRemoved
    | StatementTaken
    | WithdrawalTaken
    | CityAlarmRaised
    | CityAlarmSettled,
    Field(discriminator="kind"),
]
