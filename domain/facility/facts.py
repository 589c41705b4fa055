# ruff: noqa: D101 - a fact's name and fields are its whole promise; docs/facts.md prints them
"""What has happened to a facility: one fact per event of its state table, in the past tense.

`kind` values are stored for ever and only added to. A fact carries whatever `evolve` needs, old
value beside new, with the reason.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import Deadline
from domain.facility.commands import (
    BudgetLine,
    Cents,
    Checked,
    FacilityKind,
    MonthText,
    Operator,
    Places,
    UsersGo,
)
from domain.linking import FindingLinked
from domain.site.commands import Area, SiteKind
from domain.values import (
    Code,
    DivisionCode,
    FindingId,
    Frozen,
    Instant,
    OfficeText,
    ProviderId,
    SiteId,
    UnitCode,
)


class FacilityState(StrEnum):
    """The states of a facility (community.md §2); stored for ever."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    BUILDING = "BUILDING"
    ACCEPTING = "ACCEPTING"
    READY = "READY"
    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"
    DROPPED = "DROPPED"


class KeyHolder(StrEnum):
    """Whose key of acceptance it is; stored for ever."""

    LEAD = "LEAD"
    STREET = "STREET"


class FacilityProposed(Frozen):
    """*site_kind* is what the site was when the facility was proposed on it."""

    kind: Literal["facility_proposed.v1"] = "facility_proposed.v1"
    title: OfficeText
    place: DivisionCode
    facility_kind: FacilityKind
    functions: tuple[Code, ...]
    floor_area: Area
    site: SiteId
    site_kind: SiteKind
    lead: UnitCode
    street: UnitCode
    open_by: Instant
    budget: tuple[BudgetLine, ...]
    findings: tuple[FindingId, ...]
    without_care: OfficeText | None
    policy: Code
    decide_by: Deadline


class FacilitySiteChanged(Frozen):
    """The plan stands on another site; it is decided on anew."""

    kind: Literal["facility_site_changed.v1"] = "facility_site_changed.v1"
    site: SiteId
    site_before: SiteId
    site_kind: SiteKind
    site_kind_before: SiteKind
    floor_area: Area
    floor_area_before: Area
    open_by: Instant
    open_by_before: Instant
    reason: OfficeText
    decide_by: Deadline


class FacilityApproved(Frozen):
    kind: Literal["facility_approved.v1"] = "facility_approved.v1"
    document: OfficeText | None
    milestone: Code
    milestone_by: Deadline


class FacilityDropped(Frozen):
    kind: Literal["facility_dropped.v1"] = "facility_dropped.v1"
    reason: OfficeText
    site: SiteId


class BudgetRevised(Frozen):
    kind: Literal["budget_revised.v1"] = "budget_revised.v1"
    budget: tuple[BudgetLine, ...]
    budget_before: tuple[BudgetLine, ...]
    reason: OfficeText


class SpendingRecorded(Frozen):
    kind: Literal["spending_recorded.v1"] = "spending_recorded.v1"
    source: Code
    cents: Cents
    paid_at: Instant
    voucher: Code


class SpendingReversed(Frozen):
    kind: Literal["spending_reversed.v1"] = "spending_reversed.v1"
    source: Code
    cents: Cents
    voucher: Code
    reason: OfficeText


class MilestoneRecorded(Frozen):
    """*next_milestone* is the one that is due next, None when only completion is left."""

    kind: Literal["milestone_recorded.v1"] = "milestone_recorded.v1"
    milestone: Code
    planned: Instant
    actual: Instant
    evidence: OfficeText
    first: bool
    next_milestone: Code | None
    next_by: Deadline


class CompletionReported(Frozen):
    kind: Literal["completion_reported.v1"] = "completion_reported.v1"
    evidence: OfficeText
    accept_by: Deadline


class AcceptanceKeyGiven(Frozen):
    """One of the two keys; *below_advised*: the area is less than is advised."""

    kind: Literal["acceptance_key_given.v1"] = "acceptance_key_given.v1"
    key: KeyHolder
    unit: UnitCode
    floor_area: Area
    functions: tuple[Code, ...]
    checklist: tuple[Checked, ...]
    without_care: OfficeText | None
    below_advised: bool


class FacilityAccepted(Frozen):
    """The second key: what is accepted, beside what was planned."""

    kind: Literal["facility_accepted.v1"] = "facility_accepted.v1"
    key: KeyHolder
    unit: UnitCode
    floor_area: Area
    floor_area_planned: Area
    functions: tuple[Code, ...]
    functions_planned: tuple[Code, ...]
    checklist: tuple[Checked, ...]
    without_care: OfficeText | None
    below_advised: bool
    open_by: Deadline


class AcceptanceRefused(Frozen):
    kind: Literal["acceptance_refused.v1"] = "acceptance_refused.v1"
    unit: UnitCode
    items: tuple[Code, ...]
    reason: OfficeText
    complete_by: Deadline


class OperatorEntrusted(Frozen):
    """*number* counts the entrustments of the facility; the street is told at *notice_at*."""

    kind: Literal["operator_entrusted.v1"] = "operator_entrusted.v1"
    number: int
    operator: Operator
    notice_at: Instant


class OperatorChanged(Frozen):
    """*operators_before* ran the functions until now."""

    kind: Literal["operator_changed.v1"] = "operator_changed.v1"
    number: int
    operator: Operator
    operators_before: tuple[Operator, ...]
    hand_over: OfficeText
    reason: OfficeText
    notice_at: Instant


class FunctionTakenOver(Frozen):
    """A provider that leaves handed a function to its successor, for the rest of the term."""

    kind: Literal["function_taken_over.v1"] = "function_taken_over.v1"
    number: int
    operator: Operator
    provider_before: ProviderId
    notice_at: Instant


class OperatorTermEnding(Frozen):
    kind: Literal["operator_term_ending.v1"] = "operator_term_ending.v1"
    number: int
    functions: tuple[Code, ...]
    term_end: Instant


class OperatorTermEnded(Frozen):
    """The functions have no operator from now on."""

    kind: Literal["operator_term_ended.v1"] = "operator_term_ended.v1"
    number: int
    functions: tuple[Code, ...]
    term_end: Instant


class OpeningSubmitted(Frozen):
    kind: Literal["opening_submitted.v1"] = "opening_submitted.v1"
    hours: OfficeText
    price_list: OfficeText
    places: tuple[Places, ...]


class FacilityOpened(Frozen):
    """*month* is the first whose use is reported.

    A month's use is reported before the day *report_by* of the next is over, where clocks are
    *utc_offset_minutes* ahead of UTC.
    """

    kind: Literal["facility_opened.v1"] = "facility_opened.v1"
    hours: OfficeText
    price_list: OfficeText
    places: tuple[Places, ...]
    month: MonthText
    report_by: int
    utc_offset_minutes: int


class UseReported(Frozen):
    """How a function was used in a month; what was reported before stands beside it."""

    kind: Literal["use_reported.v1"] = "use_reported.v1"
    month: MonthText
    function: Code
    visits: int
    visits_before: int | None
    people: int
    people_before: int | None
    days_closed: int
    days_closed_before: int | None
    reason: OfficeText | None


class FacilitySuspended(Frozen):
    kind: Literal["facility_suspended.v1"] = "facility_suspended.v1"
    ground: Code
    reason: OfficeText
    rectify_by: Deadline


class FacilityResumed(Frozen):
    kind: Literal["facility_resumed.v1"] = "facility_resumed.v1"
    inspected_at: Instant
    evidence: OfficeText
    month: MonthText


class FacilityClosed(Frozen):
    kind: Literal["facility_closed.v1"] = "facility_closed.v1"
    reason: OfficeText
    users_go: tuple[UsersGo, ...]
    site: SiteId


class FacilityLimitMissed(Frozen):
    """A limit passed: *clock* names it; *month* is the one whose use was not reported in time."""

    kind: Literal["facility_limit_missed.v1"] = "facility_limit_missed.v1"
    clock: Code
    due: Instant
    month: MonthText | None = None


class FacilityDeadlineRecalculated(Frozen):
    """A provisional deadline was computed again when its calendar year was published."""

    kind: Literal["facility_deadline_recalculated.v1"] = "facility_deadline_recalculated.v1"
    clock: Code
    due: Deadline
    due_before: Deadline


FacilityFact = Annotated[
    FacilityProposed
    | FacilitySiteChanged
    | FacilityApproved
    | FacilityDropped
    | FindingLinked
    | BudgetRevised
    | SpendingRecorded
    | SpendingReversed
    | MilestoneRecorded
    | CompletionReported
    | AcceptanceKeyGiven
    | FacilityAccepted
    | AcceptanceRefused
    | OperatorEntrusted
    | OperatorChanged
    | FunctionTakenOver
    | OperatorTermEnding
    | OperatorTermEnded
    | OpeningSubmitted
    | FacilityOpened
    | UseReported
    | FacilitySuspended
    | FacilityResumed
    | FacilityClosed
    | FacilityLimitMissed
    | FacilityDeadlineRecalculated,
    Field(discriminator="kind"),
]
