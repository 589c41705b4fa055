"""What may be asked of the registry: units, people and roles, policy packs, calendars, receipts.

`kind` values are stored for ever. The stream says which unit, person, pack or calendar is meant;
a person's name and telephone number are sealed under that person's own key.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.calendar import CalendarYear, Overlay
from domain.clocks import RecomputeDeadlines, RingClock
from domain.people import Role
from domain.policy import Policy
from domain.sealed import Seal, Sealed
from domain.units import UnitKind
from domain.values import (
    UNIT_CODE,
    UUID,
    Code,
    DivisionCode,
    Frozen,
    Instant,
    OfficeText,
    PersonId,
    TaskId,
    UnitCode,
    VerifierKeyText,
)

Recipient = Annotated[
    str, StringConstraints(pattern=rf"^(unit/{UNIT_CODE}|(person|subject)/{UUID})$")
]
"""Who is told: a unit, a person in service or a resident, by reference."""

NoticeKey = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@/:-]*$", max_length=160)
]
"""The key of the notice that was to be delivered, such as `task/<id>/3/unit/440106003-SO`."""


IdentityDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""Whom an identity provider names, as a digest that only holders of the vault's key can make."""


class Outcome(StrEnum):
    """How a delivery went; stored for ever."""

    DELIVERED = "DELIVERED"  # 已送达
    FAILED = "FAILED"  # 未送达
    SKIPPED = "SKIPPED"  # 无须或无法送达


class SessionEnd(StrEnum):
    """Why a session ended; stored for ever."""

    SIGNED_OUT = "SIGNED_OUT"  # 本人退出
    EXPIRED = "EXPIRED"  # 超时
    REVOKED = "REVOKED"  # 被收回
    SINGLE_SIGN_ON = "SINGLE_SIGN_ON"  # 统一身份认证通知退出


class SignInMethod(StrEnum):
    """By what somebody showed at the door that it is them; stored for ever."""

    PASSWORD = "PASSWORD"  # noqa: S105 - a word for it: 密码
    ACCOUNT_KEY = "ACCOUNT_KEY"  # 账户密钥
    SINGLE_SIGN_ON = "SINGLE_SIGN_ON"  # 统一身份认证


class RegisterUnit(Frozen):
    """Enter a unit in the registry, in force from *since* (none: now)."""

    kind: Literal["register_unit"] = "register_unit"
    name: OfficeText
    unit_kind: UnitKind
    division: DivisionCode
    line: Code | None = None
    parent: UnitCode | None = None
    since: Instant | None = None


class ChangeUnit(Frozen):
    """Correct or change a unit's particulars; what is left empty stays as it is."""

    kind: Literal["change_unit"] = "change_unit"
    name: OfficeText | None = None
    unit_kind: UnitKind | None = None
    division: DivisionCode | None = None
    line: Code | None = None
    parent: UnitCode | None = None
    reason: OfficeText


class CloseUnit(Frozen):
    """End a unit's validity (merged, dissolved); *until* is the first instant it is gone.

    *successor* acts for it from then on; while anything is open there, one must be named.
    """

    kind: Literal["close_unit"] = "close_unit"
    until: Instant
    successor: UnitCode | None = None
    reason: OfficeText


class RegisterPerson(Frozen):
    """Enter a person in government service; name and telephone number are sealed."""

    kind: Literal["register_person"] = "register_person"
    name: Annotated[Sealed, Seal("case", 100)]
    phone: Annotated[Sealed, Seal("case", 40)] | None = None


class ChangePerson(Frozen):
    """Correct or change a person's name or number; what is left empty stays as it is."""

    kind: Literal["change_person"] = "change_person"
    name: Annotated[Sealed, Seal("case", 100)] | None = None
    phone: Annotated[Sealed, Seal("case", 40)] | None = None
    reason: OfficeText


class GrantRole(Frozen):
    """Give a person a role at a unit, from *since* (none: now) until *until* (none: open)."""

    kind: Literal["grant_role"] = "grant_role"
    role: Role
    unit: UnitCode
    since: Instant | None = None
    until: Instant | None = None


class RevokeRole(Frozen):
    """Take a role at a unit back, from now on; *successor* goes on with what was in hand."""

    kind: Literal["revoke_role"] = "revoke_role"
    role: Role
    unit: UnitCode
    successor: PersonId | None = None
    reason: OfficeText


class AddAccountKey(Frozen):
    """Take the public key that proves it is this person; its name is the person's own."""

    kind: Literal["add_account_key"] = "add_account_key"
    key: VerifierKeyText


class WithdrawAccountKey(Frozen):
    """Believe a key of this person no more, from now on."""

    kind: Literal["withdraw_account_key"] = "withdraw_account_key"
    key: VerifierKeyText
    reason: OfficeText


class SetPassword(Frozen):
    """Note that the person has a new password; what it is stays outside the record."""

    kind: Literal["set_password"] = "set_password"


class BindIdentity(Frozen):
    """Let whoever an identity provider names so sign in as this person.

    *identity* is a keyed digest of provider and subject: neither can be read from it.
    """

    kind: Literal["bind_identity"] = "bind_identity"
    identity: IdentityDigest


class UnbindIdentity(Frozen):
    """Let an identity sign in as this person no more, from now on."""

    kind: Literal["unbind_identity"] = "unbind_identity"
    identity: IdentityDigest
    reason: OfficeText


class BeginSession(Frozen):
    """Note that the person signed in, as whom; *session* is a name that opens nothing.

    *method* is by what they showed who they are; none: they went on from a session they had.
    """

    kind: Literal["begin_session"] = "begin_session"
    session: Code
    role: Role
    unit: UnitCode
    method: SignInMethod | None = None


class EndSession(Frozen):
    """Note that a session is over."""

    kind: Literal["end_session"] = "end_session"
    session: Code
    cause: SessionEnd


class PublishPolicy(Frozen):
    """Publish a policy pack; its version follows from its content."""

    kind: Literal["publish_policy"] = "publish_policy"
    policy: Policy


class PublishCalendarYear(Frozen):
    """Publish one year of a calendar; replacing a published year needs a reason."""

    kind: Literal["publish_calendar_year"] = "publish_calendar_year"
    year: CalendarYear
    reason: OfficeText | None = None


class PublishOverlay(Frozen):
    """Publish local days that differ; replacing the overlay of that name needs a reason."""

    kind: Literal["publish_overlay"] = "publish_overlay"
    overlay: Overlay
    reason: OfficeText | None = None


class RequestErasure(Frozen):
    """Ask that one's own personal information be erased; *case* is the matter it is asked by."""

    kind: Literal["request_erasure"] = "request_erasure"
    case: TaskId


class RefuseErasure(Frozen):
    """Say no to a request to erase, with the reason the resident is told (PIPL 47, 50)."""

    kind: Literal["refuse_erasure"] = "refuse_erasure"
    reason: OfficeText


class RecordErasure(Frozen):
    """Record that a resident's key was destroyed, and on what basis."""

    kind: Literal["record_erasure"] = "record_erasure"
    basis: OfficeText


class RecordDelivery(Frozen):
    """Record how one attempt to tell somebody went; *detail* is a machine word, never a text."""

    kind: Literal["record_delivery"] = "record_delivery"
    notice: NoticeKey
    to: Recipient
    template: Code
    channel: Code
    outcome: Outcome
    detail: Code | None = None
    attempt: Annotated[int, Field(ge=1, le=1000)] = 1


UnitCommand = Annotated[RegisterUnit | ChangeUnit | CloseUnit, Field(discriminator="kind")]
PersonCommand = Annotated[
    RegisterPerson
    | ChangePerson
    | GrantRole
    | RevokeRole
    | AddAccountKey
    | WithdrawAccountKey
    | SetPassword
    | BindIdentity
    | UnbindIdentity
    | BeginSession
    | EndSession,
    Field(discriminator="kind"),
]
PolicyCommand = PublishPolicy
CalendarCommand = Annotated[PublishCalendarYear | PublishOverlay, Field(discriminator="kind")]
SubjectCommand = Annotated[
    RequestErasure | RefuseErasure | RecordErasure | RingClock | RecomputeDeadlines,
    Field(discriminator="kind"),
]
NoticeCommand = RecordDelivery
