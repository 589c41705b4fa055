"""What may be asked about a city: hold its key, take its statements, keep what contradicts them.

`kind` values are stored for ever. Statements and alarms are recorded by the system alone, once
signature and proofs were verified: nobody can type one in.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.oversight.words import Amount, Digest, LogOrigin, PolicyText, Position, WebhookUrl
from domain.province.words import AlarmNumber, CityAlarmGround, ProofHashes
from domain.statements import Month, StatedFigure, StatementNumber, StatementText
from domain.values import Frozen, Instant, OfficeText, VerifierKeyText


class AddCity(Frozen):
    """Hold the key of a city's log; its statements are expected from the month *since* on.

    *witnesses* is the policy (C2SP tlog-policy) a statement's checkpoint must fulfil, left out:
    the city's signature is enough.
    """

    kind: Literal["add_city"] = "add_city"
    name: OfficeText
    origin: LogOrigin
    key: VerifierKeyText
    url: WebhookUrl | None = None
    since: Month
    witnesses: PolicyText | None = None


class ReplaceCityKey(Frozen):
    """Believe another key of the same log from now on, as the city told by another way."""

    kind: Literal["replace_city_key"] = "replace_city_key"
    origin: LogOrigin
    key: VerifierKeyText
    reason: OfficeText


class ChangeCityAddress(Frozen):
    """Pull from another address, or from none."""

    kind: Literal["change_city_address"] = "change_city_address"
    url: WebhookUrl | None = None
    reason: OfficeText


class RemoveCity(Frozen):
    """Expect and take nothing of the city any more; what was taken is kept."""

    kind: Literal["remove_city"] = "remove_city"
    reason: OfficeText


class TakeStatement(Frozen):
    """Take a statement whose signature, witnesses and consistency were verified.

    *key* is the key it verified by, *previous* the digest it continues, *root* that of its
    checkpoint in hexadecimal, *note* the whole note.
    """

    kind: Literal["take_statement"] = "take_statement"
    key: VerifierKeyText
    number: StatementNumber
    previous: Digest | None = None
    digest: Digest
    issued: Instant
    month: Month
    position: Position | None = None
    size: Amount
    root: Digest
    replaces: StatementNumber | None = None
    withdraws: StatementNumber | None = None
    reason: OfficeText | None = None
    figures: Annotated[tuple[StatedFigure, ...], Field(max_length=200)] = ()
    note: StatementText


class RaiseCityAlarm(Frozen):
    """Keep two signed notes of one city that cannot both be true.

    *known* is what was held, *shown* what came; *proof* leads from *other_root*, the root that the
    shown log had at the size of the known checkpoint, to the shown checkpoint.
    """

    kind: Literal["raise_city_alarm"] = "raise_city_alarm"
    ground: CityAlarmGround
    known: StatementText
    shown: StatementText
    other_root: Digest | None = None
    proof: ProofHashes = ()


class SettleCityAlarm(Frozen):
    """Say what was found out about an alarm; the notes are kept."""

    kind: Literal["settle_city_alarm"] = "settle_city_alarm"
    alarm: AlarmNumber
    reason: OfficeText


CityCommand = Annotated[
    AddCity
    | ReplaceCityKey
    | ChangeCityAddress
    | RemoveCity
    | TakeStatement
    | RaiseCityAlarm
    | SettleCityAlarm,
    Field(discriminator="kind"),
]
