"""What may be asked of a provider's case: one model per row of its table, in the imperative.

`kind` values are stored for ever. What an office writes about its own work stands in clear; what
comes from a provider's people, or tells of them, is sealed.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.clocks import RecomputeDeadlines, RingClock
from domain.provider.identity import CreditCode, TeamNumber
from domain.sealed import SealedText
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
)

Cents = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Headcount = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Categories = Annotated[tuple[Code, ...], Field(min_length=1, max_length=30)]
Areas = Annotated[tuple[DivisionCode, ...], Field(min_length=1, max_length=50)]
ItemName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]{0,95}$"),
    Field(examples=["STAFF/MEAL"]),
]
"""An item of the list of verification: its code, and behind a slash the category it is about."""


class ProviderKind(StrEnum):
    """What sort of body a provider is; stored for ever."""

    ENTERPRISE = "ENTERPRISE"  # 企业
    SOCIAL_ORG = "SOCIAL_ORG"  # 社会组织
    PROPERTY_FIRM = "PROPERTY_FIRM"  # 物业服务企业
    VOLUNTEER_TEAM = "VOLUNTEER_TEAM"  # 志愿服务队伍
    CHAIN_BRANCH = "CHAIN_BRANCH"  # 连锁分支


class Licence(Frozen):
    """A licence with its number and the instant it ends, None where it has no end (长期)."""

    licence: Code
    number: LedgerNumber
    valid_until: Instant | None = None


class Price(Frozen):
    """What one unit of a service costs, in cents (明码标价)."""

    item: OfficeText
    per: OfficeText
    cents: Cents


Licences = Annotated[tuple[Licence, ...], Field(max_length=30)]
PriceList = Annotated[tuple[Price, ...], Field(max_length=200)]


class Succession(Frozen):
    """Who takes over an open task, or one *function* of a facility."""

    case: CaseId
    function: Code | None = None
    successor: ProviderId


Plan = Annotated[tuple[Succession, ...], Field(max_length=500)]


class ApplyForAdmission(Frozen):
    """Apply to be admitted (准入申请), as the body itself or as a department for it."""

    kind: Literal["apply_for_admission"] = "apply_for_admission"
    name: OfficeText
    provider_kind: ProviderKind
    credit_code: CreditCode | None = None
    team_number: TeamNumber | None = None
    head_code: CreditCode | None = None
    categories: Categories
    areas: Areas
    prices: PriceList = ()
    licences: Licences = ()
    contact: SealedText | None = None
    policy: Code | None = None


class NameAgent(Frozen):
    """Name who speaks for the provider by a link of their own."""

    kind: Literal["name_agent"] = "name_agent"
    agent: SubjectId


class AskCorrection(Frozen):
    """Ask once, and for everything at once, what the application lacks (一次性告知)."""

    kind: Literal["ask_correction"] = "ask_correction"
    lacking: OfficeText


class CorrectApplication(Frozen):
    """Hand in what the application lacked."""

    kind: Literal["correct_application"] = "correct_application"
    prices: PriceList = ()
    licences: Licences = ()


class TakeUpApplication(Frozen):
    """Take the application up: it is complete, the departments verify."""

    kind: Literal["take_up_application"] = "take_up_application"


class VerifyItem(Frozen):
    """Say whether one item is met, on what evidence."""

    kind: Literal["verify_item"] = "verify_item"
    item: ItemName
    met: bool
    evidence: OfficeText


class AdmitProvider(Frozen):
    """Admit the provider (准入) for categories and areas until a day."""

    kind: Literal["admit_provider"] = "admit_provider"
    categories: Categories
    areas: Areas
    valid_until: Instant


class RefuseProvider(Frozen):
    """Do not admit the provider, for a ground of the pack."""

    kind: Literal["refuse_provider"] = "refuse_provider"
    ground: Code
    reason: OfficeText


class ReportChange(Frozen):
    """Report what changed; licences and wider categories are verified again."""

    kind: Literal["report_change"] = "report_change"
    name: OfficeText | None = None
    prices: PriceList | None = None
    licences: Licences | None = None
    categories: Annotated[tuple[Code, ...], Field(max_length=30)] = ()


class RenewAdmission(Frozen):
    """Renew the admission until a later day."""

    kind: Literal["renew_admission"] = "renew_admission"
    valid_until: Instant


class InspectProvider(Frozen):
    """Record an inspection (监督检查) and what it found."""

    kind: Literal["inspect_provider"] = "inspect_provider"
    passed: bool
    found: OfficeText


class JudgeComplaint(Frozen):
    """Say whether a complaint about the provider is upheld (投诉属实)."""

    kind: Literal["judge_complaint"] = "judge_complaint"
    task: TaskId
    upheld: bool
    reason: OfficeText


class RecordServiceHours(Frozen):
    """Record how long how many people served (志愿服务时长), for a task or by itself."""

    kind: Literal["record_service_hours"] = "record_service_hours"
    category: Code
    place: DivisionCode
    people: Headcount
    minutes: Minutes
    served_at: Instant
    task: TaskId | None = None


class WarnProvider(Frozen):
    """Warn the provider, for a ground of the pack; it must rectify."""

    kind: Literal["warn_provider"] = "warn_provider"
    ground: Code
    reason: OfficeText


class SubmitRectification(Frozen):
    """Report what was done about the warning."""

    kind: Literal["submit_rectification"] = "submit_rectification"
    text: SealedText


class ConfirmRectification(Frozen):
    """Confirm that the warning has been answered."""

    kind: Literal["confirm_rectification"] = "confirm_rectification"
    evidence: OfficeText


class RefuseRectification(Frozen):
    """Say that the warning has not been answered, and why."""

    kind: Literal["refuse_rectification"] = "refuse_rectification"
    reason: OfficeText


class SuspendProvider(Frozen):
    """Suspend the provider until a day; where the ground allows, before giving the reasons."""

    kind: Literal["suspend_provider"] = "suspend_provider"
    ground: Code
    until: Instant
    reason: OfficeText | None = None


class GiveSuspensionReasons(Frozen):
    """Write down why the provider was suspended at once."""

    kind: Literal["give_suspension_reasons"] = "give_suspension_reasons"
    reason: OfficeText


class RestoreProvider(Frozen):
    """Let a suspended provider serve again."""

    kind: Literal["restore_provider"] = "restore_provider"
    reason: OfficeText


class RequestProviderExit(Frozen):
    """Ask to leave, with a successor for every function and open task."""

    kind: Literal["request_provider_exit"] = "request_provider_exit"
    plan: Plan = ()


class OrderExit(Frozen):
    """Order the provider to leave, as the first of two keys."""

    kind: Literal["order_exit"] = "order_exit"
    ground: Code
    reason: OfficeText
    plan: Plan = ()


class CountersignExit(Frozen):
    """Turn the second key: the order is in force."""

    kind: Literal["countersign_exit"] = "countersign_exit"


class DropExitOrder(Frozen):
    """Do not turn the second key: the order is dropped."""

    kind: Literal["drop_exit_order"] = "drop_exit_order"
    reason: OfficeText


class ReviseExitPlan(Frozen):
    """Name other successors for what nobody has accepted yet."""

    kind: Literal["revise_exit_plan"] = "revise_exit_plan"
    plan: Plan
    reason: OfficeText


class AcceptService(Frozen):
    """Accept, as its successor, one task or function of a provider that leaves."""

    kind: Literal["accept_service"] = "accept_service"
    served: CaseId
    function: Code | None = None


class CompleteProviderExit(Frozen):
    """Complete the exit: nothing is left without a successor."""

    kind: Literal["complete_provider_exit"] = "complete_provider_exit"


class AppealMeasure(Frozen):
    """Appeal against the warning, or the order to leave, once."""

    kind: Literal["appeal_measure"] = "appeal_measure"
    text: SealedText


class UpholdMeasure(Frozen):
    """Uphold the warning or the order to leave."""

    kind: Literal["uphold_measure"] = "uphold_measure"
    reason: OfficeText


class LiftMeasure(Frozen):
    """Lift the warning or the order to leave."""

    kind: Literal["lift_measure"] = "lift_measure"
    reason: OfficeText


ProviderCommand = Annotated[
    ApplyForAdmission
    | NameAgent
    | AskCorrection
    | CorrectApplication
    | TakeUpApplication
    | VerifyItem
    | AdmitProvider
    | RefuseProvider
    | ReportChange
    | RenewAdmission
    | InspectProvider
    | JudgeComplaint
    | RecordServiceHours
    | WarnProvider
    | SubmitRectification
    | ConfirmRectification
    | RefuseRectification
    | SuspendProvider
    | GiveSuspensionReasons
    | RestoreProvider
    | RequestProviderExit
    | OrderExit
    | CountersignExit
    | DropExitOrder
    | ReviseExitPlan
    | AcceptService
    | CompleteProviderExit
    | AppealMeasure
    | UpholdMeasure
    | LiftMeasure
    | RingClock
    | RecomputeDeadlines,
    Field(discriminator="kind"),
]
