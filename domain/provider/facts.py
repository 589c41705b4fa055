# ruff: noqa: D101 - a fact's name and fields are its whole promise; docs/facts.md prints them
"""What has happened to a provider: one fact per event of its table, in the past tense.

`kind` values are stored for ever and only added to. A fact carries whatever `evolve` needs, old
value beside new, with the reason.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import Deadline
from domain.provider.commands import ItemName, Licence, Price, ProviderKind, Succession
from domain.provider.figures import ServiceFigures
from domain.provider.identity import CreditCode, TeamNumber
from domain.sealed import Sealed
from domain.values import (
    CaseId,
    Code,
    DivisionCode,
    Frozen,
    Instant,
    LedgerNumber,
    OfficeText,
    ProviderId,
    SubjectId,
    TaskId,
    UnitCode,
)


class ProviderState(StrEnum):
    """The states of a provider (community.md §3); stored for ever."""

    APPLIED = "APPLIED"
    VERIFYING = "VERIFYING"
    ADMITTED = "ADMITTED"
    WARNED = "WARNED"
    RECTIFYING = "RECTIFYING"
    SUSPENDED = "SUSPENDED"
    EXITING = "EXITING"
    EXITED = "EXITED"
    REFUSED = "REFUSED"
    LAPSED = "LAPSED"


class Measure(StrEnum):
    """What a provider may appeal against; stored for ever."""

    WARNING = "WARNING"
    EXIT_ORDER = "EXIT_ORDER"


class LapseCause(StrEnum):
    """Why an admission lapsed by itself; stored for ever."""

    VALIDITY = "VALIDITY"  # its own validity ended
    LICENCES = "LICENCES"  # the last licence ended


class ItemToVerify(Frozen):
    """One item with the unit that says whether it is met."""

    item: ItemName
    unit: UnitCode


class AdmissionApplied(Frozen):
    kind: Literal["admission_applied.v1"] = "admission_applied.v1"
    round: int
    name: OfficeText
    provider_kind: ProviderKind
    credit_code: CreditCode | None
    team_number: TeamNumber | None
    head: ProviderId | None
    head_code: CreditCode | None
    categories: tuple[Code, ...]
    areas: tuple[DivisionCode, ...]
    prices: tuple[Price, ...]
    licences: tuple[Licence, ...]
    contact: Sealed | None
    agent: SubjectId | None
    unit: UnitCode | None
    policy: Code
    look_by: Deadline


class AgentNamed(Frozen):
    kind: Literal["agent_named.v1"] = "agent_named.v1"
    agent: SubjectId
    agents_before: tuple[SubjectId, ...]


class CorrectionAsked(Frozen):
    kind: Literal["correction_asked.v1"] = "correction_asked.v1"
    lacking: OfficeText
    correct_by: Deadline


class ApplicationCorrected(Frozen):
    kind: Literal["application_corrected.v1"] = "application_corrected.v1"
    prices: tuple[Price, ...]
    prices_before: tuple[Price, ...]
    licences: tuple[Licence, ...]
    licences_before: tuple[Licence, ...]
    look_by: Deadline


class ApplicationTakenUp(Frozen):
    kind: Literal["application_taken_up.v1"] = "application_taken_up.v1"
    lead: UnitCode
    items: tuple[ItemToVerify, ...]
    answer_by: Deadline


class ItemVerified(Frozen):
    kind: Literal["item_verified.v1"] = "item_verified.v1"
    item: ItemName
    unit: UnitCode
    met: bool
    met_before: bool | None
    evidence: OfficeText


class ProviderAdmitted(Frozen):
    kind: Literal["provider_admitted.v1"] = "provider_admitted.v1"
    lead: UnitCode
    categories: tuple[Code, ...]
    areas: tuple[DivisionCode, ...]
    valid_until: Instant
    notice_days: tuple[int, ...]
    rate_at: Instant


class ProviderRefused(Frozen):
    kind: Literal["provider_refused.v1"] = "provider_refused.v1"
    ground: Code
    reason: OfficeText


class ProviderChangeReported(Frozen):
    """What changed; with *items* to verify it takes effect only when all of them are met."""

    kind: Literal["provider_change_reported.v1"] = "provider_change_reported.v1"
    name: OfficeText
    name_before: OfficeText
    prices: tuple[Price, ...]
    prices_before: tuple[Price, ...]
    licences: tuple[Licence, ...]
    licences_before: tuple[Licence, ...]
    categories: tuple[Code, ...]
    categories_before: tuple[Code, ...]
    items: tuple[ItemToVerify, ...]
    verify_by: Deadline | None


class ProviderChangeVerified(Frozen):
    """One item of a change was looked at; *in_effect* once all are met, *dropped* if one is not."""

    kind: Literal["provider_change_verified.v1"] = "provider_change_verified.v1"
    item: ItemName
    unit: UnitCode
    met: bool
    evidence: OfficeText
    in_effect: bool
    dropped: bool


class AdmissionRenewed(Frozen):
    kind: Literal["admission_renewed.v1"] = "admission_renewed.v1"
    valid_until: Instant
    valid_until_before: Instant


class ValidityEndAnnounced(Frozen):
    """The admission, or a licence, ends in *days* days; *clock* is the clock that said so."""

    kind: Literal["validity_end_announced.v1"] = "validity_end_announced.v1"
    clock: Code
    licence: Code | None
    licence_number: LedgerNumber | None
    days: int
    ends_at: Instant


class LicenceEnded(Frozen):
    kind: Literal["licence_ended.v1"] = "licence_ended.v1"
    licence: Code
    licence_number: LedgerNumber
    ended_at: Instant


class ProviderLapsed(Frozen):
    kind: Literal["provider_lapsed.v1"] = "provider_lapsed.v1"
    cause: LapseCause
    ended_at: Instant


class PeriodRated(Frozen):
    """A quarter's grade from frozen figures; no grade where there was nothing to go by."""

    kind: Literal["period_rated.v1"] = "period_rated.v1"
    period_start: Instant
    period_end: Instant
    figures: ServiceFigures
    grade: Code | None
    grade_before: Code | None
    rate_at: Instant


class ProviderInspected(Frozen):
    kind: Literal["provider_inspected.v1"] = "provider_inspected.v1"
    unit: UnitCode
    passed: bool
    found: OfficeText


class ComplaintJudged(Frozen):
    kind: Literal["complaint_judged.v1"] = "complaint_judged.v1"
    task: TaskId
    upheld: bool
    reason: OfficeText


class ServiceHoursRecorded(Frozen):
    """Each of *people* served for *minutes*."""

    kind: Literal["service_hours_recorded.v1"] = "service_hours_recorded.v1"
    category: Code
    place: DivisionCode
    people: int
    minutes: int
    served_at: Instant
    task: TaskId | None


class ProviderWarned(Frozen):
    kind: Literal["provider_warned.v1"] = "provider_warned.v1"
    number: int
    unit: UnitCode
    ground: Code
    reason: OfficeText
    rectify_by: Deadline


class RectificationSubmitted(Frozen):
    kind: Literal["rectification_submitted.v1"] = "rectification_submitted.v1"
    number: int
    text: Sealed
    confirm_by: Deadline


class RectificationConfirmed(Frozen):
    kind: Literal["rectification_confirmed.v1"] = "rectification_confirmed.v1"
    number: int
    evidence: OfficeText


class RectificationRefused(Frozen):
    kind: Literal["rectification_refused.v1"] = "rectification_refused.v1"
    number: int
    reason: OfficeText
    rectify_by: Deadline


class ProviderSuspended(Frozen):
    kind: Literal["provider_suspended.v1"] = "provider_suspended.v1"
    unit: UnitCode
    ground: Code
    until: Instant
    reason: OfficeText | None
    reasons_by: Deadline | None


class SuspensionReasoned(Frozen):
    kind: Literal["suspension_reasoned.v1"] = "suspension_reasoned.v1"
    reason: OfficeText


class ProviderRestored(Frozen):
    """It serves again, in the state it was suspended from."""

    kind: Literal["provider_restored.v1"] = "provider_restored.v1"
    then: ProviderState
    reason: OfficeText


class ProviderExitRequested(Frozen):
    kind: Literal["provider_exit_requested.v1"] = "provider_exit_requested.v1"
    plan: tuple[Succession, ...]
    hand_over_by: Deadline


class ExitOrderGiven(Frozen):
    """The first key was turned; the order waits for the second."""

    kind: Literal["exit_order_given.v1"] = "exit_order_given.v1"
    unit: UnitCode
    ground: Code
    reason: OfficeText
    plan: tuple[Succession, ...]
    countersign_by: Deadline


class ExitOrdered(Frozen):
    kind: Literal["exit_ordered.v1"] = "exit_ordered.v1"
    unit: UnitCode
    ground: Code
    plan: tuple[Succession, ...]
    hand_over_by: Deadline


class ExitOrderDropped(Frozen):
    kind: Literal["exit_order_dropped.v1"] = "exit_order_dropped.v1"
    ground: Code
    reason: OfficeText


class ExitPlanRevised(Frozen):
    kind: Literal["exit_plan_revised.v1"] = "exit_plan_revised.v1"
    plan: tuple[Succession, ...]
    plan_before: tuple[Succession, ...]
    reason: OfficeText


class ServiceHandedOver(Frozen):
    kind: Literal["service_handed_over.v1"] = "service_handed_over.v1"
    case: CaseId
    function: Code | None
    successor: ProviderId


class ProviderExited(Frozen):
    kind: Literal["provider_exited.v1"] = "provider_exited.v1"
    ordered: bool
    barred_until: Instant | None


class BarEnded(Frozen):
    kind: Literal["bar_ended.v1"] = "bar_ended.v1"
    barred_until: Instant


class MeasureAppealed(Frozen):
    kind: Literal["measure_appealed.v1"] = "measure_appealed.v1"
    measure: Measure
    text: Sealed
    decide_by: Deadline


class MeasureUpheld(Frozen):
    """The measure stands; *rectify_by* is the new limit, which did not run during the appeal."""

    kind: Literal["measure_upheld.v1"] = "measure_upheld.v1"
    measure: Measure
    reason: OfficeText
    rectify_by: Deadline | None


class MeasureLifted(Frozen):
    kind: Literal["measure_lifted.v1"] = "measure_lifted.v1"
    measure: Measure
    reason: OfficeText


class ProviderLimitMissed(Frozen):
    kind: Literal["provider_limit_missed.v1"] = "provider_limit_missed.v1"
    clock: Code
    due: Instant


class ProviderDeadlineRecalculated(Frozen):
    kind: Literal["provider_deadline_recalculated.v1"] = "provider_deadline_recalculated.v1"
    clock: Code
    due: Deadline
    due_before: Deadline


ProviderFact = Annotated[
    AdmissionApplied
    | AgentNamed
    | CorrectionAsked
    | ApplicationCorrected
    | ApplicationTakenUp
    | ItemVerified
    | ProviderAdmitted
    | ProviderRefused
    | ProviderChangeReported
    | ProviderChangeVerified
    | AdmissionRenewed
    | ValidityEndAnnounced
    | LicenceEnded
    | ProviderLapsed
    | PeriodRated
    | ProviderInspected
    | ComplaintJudged
    | ServiceHoursRecorded
    | ProviderWarned
    | RectificationSubmitted
    | RectificationConfirmed
    | RectificationRefused
    | ProviderSuspended
    | SuspensionReasoned
    | ProviderRestored
    | ProviderExitRequested
    | ExitOrderGiven
    | ExitOrdered
    | ExitOrderDropped
    | ExitPlanRevised
    | ServiceHandedOver
    | ProviderExited
    | BarEnded
    | MeasureAppealed
    | MeasureUpheld
    | MeasureLifted
    | ProviderLimitMissed
    | ProviderDeadlineRecalculated,
    Field(discriminator="kind"),
]
