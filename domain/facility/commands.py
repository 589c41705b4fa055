"""What may be asked of a facility: one model per row of its state table, in the imperative.

`kind` values are stored for ever. Texts here are an office's words about its own work and stand in
the facts as written. Money is in cents.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.clocks import RecomputeDeadlines, RingClock
from domain.linking import LinkFinding
from domain.site.commands import Area
from domain.values import (
    Code,
    DivisionCode,
    FacilityId,
    FindingId,
    Frozen,
    Instant,
    OfficeText,
    ProviderId,
    SiteId,
    UnitCode,
)

Cents = Annotated[int, Field(ge=1, le=10**13, strict=True)]
"""A sum of money in cents, a whole number."""

Functions = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]
"""Functions of a facility: categories of service of the pack."""

MonthText = Annotated[
    str,
    StringConstraints(pattern=r"^(19|20|21)\d{2}-(0[1-9]|1[0-2])$"),
    Field(examples=["2026-05"]),
]
"""A month as 2026-05."""


class FacilityKind(StrEnum):
    """Many functions under one roof, or one alone; stored for ever."""

    COMPLEX = "COMPLEX"  # 社区服务综合体
    SINGLE = "SINGLE"  # 单体设施


class OperationMode(StrEnum):
    """How a function is run; stored for ever."""

    SELF = "SELF"  # 自营
    ENTRUSTED = "ENTRUSTED"  # 委托运营
    CHAIN = "CHAIN"  # 连锁运营


class BudgetLine(Frozen):
    """What one source of funding gives."""

    source: Code
    cents: Cents


class Checked(Frozen):
    """One item of the acceptance checklist."""

    item: Code
    met: bool
    note: OfficeText | None = None


class Operator(Frozen):
    """Who runs functions: a provider, or (SELF) a unit; until *term_end*."""

    functions: Functions
    mode: OperationMode
    provider: ProviderId | None = None
    unit: UnitCode | None = None
    term_end: Instant


class Places(Frozen):
    """How many people a function has room for at a time."""

    function: Code
    places: Annotated[int, Field(ge=0, le=100_000)]


class UsersGo(Frozen):
    """Where the users of a function go once the facility is closed."""

    function: Code
    facility: FacilityId | None = None
    arrangement: OfficeText | None = None


class ProposeFacility(Frozen):
    """Propose a facility on a free site; *without_care* says why a complex has no care."""

    kind: Literal["propose_facility"] = "propose_facility"
    title: OfficeText
    place: DivisionCode
    facility_kind: FacilityKind
    functions: Functions
    floor_area: Area
    site: SiteId
    lead: UnitCode
    open_by: Instant
    budget: Annotated[tuple[BudgetLine, ...], Field(min_length=1, max_length=20)]
    findings: Annotated[tuple[FindingId, ...], Field(max_length=50)] = ()
    without_care: OfficeText | None = None
    policy: Code | None = None


class ChangeSite(Frozen):
    """Put the plan on another free site before building; area and day may change with it."""

    kind: Literal["change_site"] = "change_site"
    site: SiteId
    floor_area: Area | None = None
    open_by: Instant | None = None
    reason: OfficeText


class ApproveFacility(Frozen):
    """Approve the proposal (立项)."""

    kind: Literal["approve_facility"] = "approve_facility"
    document: OfficeText | None = None


class DropFacility(Frozen):
    """Decide that the facility will not be built."""

    kind: Literal["drop_facility"] = "drop_facility"
    reason: OfficeText


class ReviseBudget(Frozen):
    """Replace the budget lines by others."""

    kind: Literal["revise_budget"] = "revise_budget"
    budget: Annotated[tuple[BudgetLine, ...], Field(min_length=1, max_length=20)]
    reason: OfficeText


class RecordSpending(Frozen):
    """Record what was paid out of one source; *voucher* names the paper, once."""

    kind: Literal["record_spending"] = "record_spending"
    source: Code
    cents: Cents
    paid_at: Instant
    voucher: Code


class ReverseSpending(Frozen):
    """Take back what was recorded under a voucher."""

    kind: Literal["reverse_spending"] = "reverse_spending"
    voucher: Code
    reason: OfficeText


class RecordMilestone(Frozen):
    """Record that the next milestone was reached: planned for when, reached when, shown by what."""

    kind: Literal["record_milestone"] = "record_milestone"
    milestone: Code
    planned: Instant
    actual: Instant
    evidence: OfficeText


class ReportCompleted(Frozen):
    """Report that building is completed and may be accepted."""

    kind: Literal["report_completed"] = "report_completed"
    evidence: OfficeText


class AcceptFacility(Frozen):
    """Turn one of the two keys of acceptance, with what was found on the spot."""

    kind: Literal["accept_facility"] = "accept_facility"
    floor_area: Area
    functions: Functions
    checklist: Annotated[tuple[Checked, ...], Field(min_length=1, max_length=30)]
    without_care: OfficeText | None = None


class RefuseAcceptance(Frozen):
    """Refuse acceptance: what is wanting goes back to building."""

    kind: Literal["refuse_acceptance"] = "refuse_acceptance"
    items: Annotated[tuple[Code, ...], Field(min_length=1, max_length=30)]
    reason: OfficeText


class EntrustOperator(Frozen):
    """Entrust functions that nobody runs to an operator."""

    kind: Literal["entrust_operator"] = "entrust_operator"
    operator: Operator


class ChangeOperator(Frozen):
    """Put another operator in place of the one that runs a function; say how it is handed over."""

    kind: Literal["change_operator"] = "change_operator"
    operator: Operator
    hand_over: OfficeText
    reason: OfficeText


class TakeOverFunction(Frozen):
    """Put a successor in place of a provider that leaves (sent by the provider that leaves)."""

    kind: Literal["take_over_function"] = "take_over_function"
    function: Code
    provider_before: ProviderId
    provider: ProviderId


class SubmitOpening(Frozen):
    """Hand in, as an operator, when and how the facility will be open."""

    kind: Literal["submit_opening"] = "submit_opening"
    hours: OfficeText
    price_list: OfficeText
    places: Annotated[tuple[Places, ...], Field(min_length=1, max_length=20)]


class OpenFacility(Frozen):
    """Open the facility as its operators handed it in."""

    kind: Literal["open_facility"] = "open_facility"


class ReportUse(Frozen):
    """Report how a function was used in a month."""

    kind: Literal["report_use"] = "report_use"
    month: MonthText
    function: Code
    visits: Annotated[int, Field(ge=0, le=10**7)]
    people: Annotated[int, Field(ge=0, le=10**7)]
    days_closed: Annotated[int, Field(ge=0, le=31)]
    reason: OfficeText | None = None


class SuspendFacility(Frozen):
    """Stop the facility until what is wrong is put right (停业整顿)."""

    kind: Literal["suspend_facility"] = "suspend_facility"
    ground: Code
    reason: OfficeText


class ResumeFacility(Frozen):
    """Let it open again after an inspection."""

    kind: Literal["resume_facility"] = "resume_facility"
    inspected_at: Instant
    evidence: OfficeText


class CloseFacility(Frozen):
    """Close the facility for good; say for each function where its users go."""

    kind: Literal["close_facility"] = "close_facility"
    reason: OfficeText
    users_go: Annotated[tuple[UsersGo, ...], Field(min_length=1, max_length=20)]


FacilityCommand = Annotated[
    ProposeFacility
    | ChangeSite
    | ApproveFacility
    | DropFacility
    | LinkFinding
    | ReviseBudget
    | RecordSpending
    | ReverseSpending
    | RecordMilestone
    | ReportCompleted
    | AcceptFacility
    | RefuseAcceptance
    | EntrustOperator
    | ChangeOperator
    | TakeOverFunction
    | SubmitOpening
    | OpenFacility
    | ReportUse
    | SuspendFacility
    | ResumeFacility
    | CloseFacility
    | RingClock
    | RecomputeDeadlines,
    Field(discriminator="kind"),
]
