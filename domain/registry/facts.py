# ruff: noqa: D101 - a fact's name and fields are its whole promise; docs/facts.md prints them
"""What has happened to the registry: one fact per event, in the past tense.

`kind` values are stored for ever and only added to. Facts carry validity dates, and old values
beside new, so that the registry can be told as it stood at any instant.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.calendar import CalendarYear, Overlay
from domain.clocks import Deadline
from domain.people import Grant, Role
from domain.policy import Policy
from domain.registry.commands import (
    IdentityDigest,
    NoticeKey,
    Outcome,
    Recipient,
    SessionEnd,
    SignInMethod,
)
from domain.sealed import Sealed
from domain.units import Unit
from domain.values import (
    Code,
    Frozen,
    Grown,
    Instant,
    OfficeText,
    PersonId,
    TaskId,
    UnitCode,
    VerifierKeyText,
)


class UnitRegistered(Frozen):
    kind: Literal["unit_registered.v1"] = "unit_registered.v1"
    unit: Unit


class UnitChanged(Frozen):
    kind: Literal["unit_changed.v1"] = "unit_changed.v1"
    unit: Unit
    unit_before: Unit
    reason: OfficeText


class UnitClosed(Grown):
    """The unit is gone from *until* on; *until_before* when an earlier closing was moved."""

    later = frozenset({"successor"})

    kind: Literal["unit_closed.v1"] = "unit_closed.v1"
    until: Instant
    until_before: Instant | None
    successor: UnitCode | None = None
    reason: OfficeText


class PersonRegistered(Frozen):
    kind: Literal["person_registered.v1"] = "person_registered.v1"
    name: Sealed
    phone: Sealed | None


class PersonChanged(Frozen):
    """What is None stayed as it was."""

    kind: Literal["person_changed.v1"] = "person_changed.v1"
    name: Sealed | None
    phone: Sealed | None
    reason: OfficeText


class RoleGranted(Frozen):
    kind: Literal["role_granted.v1"] = "role_granted.v1"
    grant: Grant


class RoleRevoked(Grown):
    """The role ended at *until*; *grants_before* are the grants it ended, as they stood."""

    later = frozenset({"successor"})

    kind: Literal["role_revoked.v1"] = "role_revoked.v1"
    role: Role
    unit: UnitCode
    until: Instant
    grants_before: tuple[Grant, ...]
    successor: PersonId | None = None
    reason: OfficeText


class AccountKeyAdded(Frozen):
    kind: Literal["account_key_added.v1"] = "account_key_added.v1"
    key: VerifierKeyText


class AccountKeyWithdrawn(Frozen):
    kind: Literal["account_key_withdrawn.v1"] = "account_key_withdrawn.v1"
    key: VerifierKeyText
    reason: OfficeText


class PasswordSet(Frozen):
    kind: Literal["password_set.v1"] = "password_set.v1"


class IdentityBound(Frozen):
    kind: Literal["identity_bound.v1"] = "identity_bound.v1"
    identity: IdentityDigest


class IdentityUnbound(Frozen):
    kind: Literal["identity_unbound.v1"] = "identity_unbound.v1"
    identity: IdentityDigest
    reason: OfficeText


class SessionBegun(Grown):
    """*method* is None where they went on from another session, or before it was told."""

    later = frozenset({"method"})

    kind: Literal["session_begun.v1"] = "session_begun.v1"
    session: Code
    role: Role
    unit: UnitCode
    method: SignInMethod | None = None


class SessionEnded(Frozen):
    kind: Literal["session_ended.v1"] = "session_ended.v1"
    session: Code
    cause: SessionEnd


class PolicyPublished(Frozen):
    kind: Literal["policy_published.v1"] = "policy_published.v1"
    policy: Policy
    version: Code
    version_before: Code | None


class CalendarYearPublished(Frozen):
    """*revision* is 1 at first; a later one replaces the year, with its reason."""

    kind: Literal["calendar_year_published.v1"] = "calendar_year_published.v1"
    year: CalendarYear
    revision: int
    reason: OfficeText | None


class CalendarOverlayPublished(Frozen):
    """*revision* is 1 at first; a later one replaces the overlay of that division and name."""

    kind: Literal["calendar_overlay_published.v1"] = "calendar_overlay_published.v1"
    overlay: Overlay
    revision: int
    reason: OfficeText | None


class ErasureRequested(Frozen):
    """The officer answers by *answer*: erases, or refuses with a reason."""

    kind: Literal["erasure_requested.v1"] = "erasure_requested.v1"
    case: TaskId
    answer: Deadline


class ErasureRefused(Frozen):
    kind: Literal["erasure_refused.v1"] = "erasure_refused.v1"
    reason: OfficeText


class ErasureAnswerDueSoon(Frozen):
    """A request waits for its answer, which is due at *due*: told once, ahead of it."""

    kind: Literal["erasure_answer_due_soon.v1"] = "erasure_answer_due_soon.v1"
    due: Instant


class ErasureAnswerOverdue(Frozen):
    """The answer to a request was due at *due*, and there was none; it is told once."""

    kind: Literal["erasure_answer_overdue.v1"] = "erasure_answer_overdue.v1"
    due: Instant


class ErasureDeadlineRecalculated(Frozen):
    """A provisional limit was counted again under a calendar published since."""

    kind: Literal["erasure_deadline_recalculated.v1"] = "erasure_deadline_recalculated.v1"
    clock: Code
    due: Deadline
    due_before: Deadline


class SubjectErased(Frozen):
    kind: Literal["subject_erased.v1"] = "subject_erased.v1"
    basis: OfficeText


class NoticeDelivered(Frozen):
    kind: Literal["notice_delivered.v1"] = "notice_delivered.v1"
    notice: NoticeKey
    to: Recipient
    template: Code
    channel: Code
    detail: Code | None
    attempt: int


class NoticeFailed(Frozen):
    """The attempt reached nobody: it failed, or was skipped for the reason in *detail*."""

    kind: Literal["notice_failed.v1"] = "notice_failed.v1"
    notice: NoticeKey
    to: Recipient
    template: Code
    channel: Code
    outcome: Literal[Outcome.FAILED, Outcome.SKIPPED]
    detail: Code | None
    attempt: int


UnitFact = Annotated[UnitRegistered | UnitChanged | UnitClosed, Field(discriminator="kind")]
PersonFact = Annotated[
    PersonRegistered
    | PersonChanged
    | RoleGranted
    | RoleRevoked
    | AccountKeyAdded
    | AccountKeyWithdrawn
    | PasswordSet
    | IdentityBound
    | IdentityUnbound
    | SessionBegun
    | SessionEnded,
    Field(discriminator="kind"),
]
PolicyFact = PolicyPublished
CalendarFact = Annotated[
    CalendarYearPublished | CalendarOverlayPublished, Field(discriminator="kind")
]
SubjectFact = Annotated[
    ErasureRequested
    | ErasureAnswerDueSoon
    | ErasureAnswerOverdue
    | ErasureDeadlineRecalculated
    | ErasureRefused
    | SubjectErased,
    Field(discriminator="kind"),
]
NoticeFact = Annotated[NoticeDelivered | NoticeFailed, Field(discriminator="kind")]

RegistryFact = (
    UnitRegistered
    | UnitChanged
    | UnitClosed
    | PersonRegistered
    | PersonChanged
    | RoleGranted
    | RoleRevoked
    | AccountKeyAdded
    | AccountKeyWithdrawn
    | PasswordSet
    | IdentityBound
    | IdentityUnbound
    | SessionBegun
    | SessionEnded
    | PolicyPublished
    | CalendarYearPublished
    | CalendarOverlayPublished
    | ErasureRequested
    | ErasureAnswerDueSoon
    | ErasureAnswerOverdue
    | ErasureDeadlineRecalculated
    | ErasureRefused
    | SubjectErased
    | NoticeDelivered
    | NoticeFailed
)
"""Any fact of the registry's streams."""
