# ruff: noqa: D101 - a fact's name and fields are its whole promise; docs/facts.md prints them
"""What has happened to a support task: one fact per event of its state table, in the past tense.

`kind` values are stored for ever and only added to; a fact whose meaning changes becomes `.v2`
with an upcaster. A fact carries whatever `evolve` needs, old value beside new, never a person's
name, number or address.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import Deadline, LimitText
from domain.linking import FindingLinked
from domain.sealed import Sealed
from domain.task.commands import (
    AnswerChannel,
    ContactResult,
    DutyClass,
    Grade,
    RequestType,
    Source,
    Suggested,
    Urgency,
)
from domain.values import (
    Code,
    DivisionCode,
    Frozen,
    Grown,
    Instant,
    LedgerNumber,
    OfficeText,
    PairingId,
    PersonId,
    ProviderId,
    SubjectId,
    TaskId,
    UnitCode,
)


class TaskState(StrEnum):
    """The main states of a support task (domain.md §2.2); stored for ever."""

    REGISTERED = "REGISTERED"
    TRIAGED = "TRIAGED"
    PENDING_DISPATCH = "PENDING_DISPATCH"
    DISPATCHED = "DISPATCHED"
    RETURN_REVIEW = "RETURN_REVIEW"
    ADJUDICATION = "ADJUDICATION"
    ACCEPTED = "ACCEPTED"
    IN_PROGRESS = "IN_PROGRESS"
    CARRIED = "CARRIED"
    RESULT_REVIEW = "RESULT_REVIEW"
    CALLBACK = "CALLBACK"
    RATING = "RATING"
    DISSATISFIED = "DISSATISFIED"
    CLOSED = "CLOSED"
    NOT_ADMITTED = "NOT_ADMITTED"
    DIVERTED = "DIVERTED"
    MERGED = "MERGED"
    CANCELLED = "CANCELLED"
    TERMINATED = "TERMINATED"
    ARCHIVED = "ARCHIVED"


class SupervisionLevel(StrEnum):
    """The rungs of the supervision ladder, in order."""

    NONE = "NONE"
    REMINDED = "REMINDED"
    YELLOW = "YELLOW"
    RED = "RED"
    LISTED = "LISTED"
    SUMMONED = "SUMMONED"


class Resolution(StrEnum):
    """How a task was closed."""

    RESOLVED = "RESOLVED"  # 已解决
    UNRESOLVED = "UNRESOLVED"  # 未解决
    EXPLAINED = "EXPLAINED"  # 解释办结
    UNRATED = "UNRATED"  # 未评价


class TaskRegistered(Grown):
    """*number* is the work-order number (工单编号), allocated in the appending transaction.

    *call* is the task whose call held this matter among others; *link* names the link that was
    handed to the requester, to follow the task by.
    """

    later = frozenset({"call", "link"})

    kind: Literal["task_registered.v1"] = "task_registered.v1"
    source: Source
    category: Code
    request_type: RequestType
    place: DivisionCode
    matter: Code
    text: Sealed
    requester: SubjectId | None
    name: Sealed | None
    phone: Sealed | None
    address: Sealed | None
    answer_channel: AnswerChannel
    pairing: PairingId | None
    ad_hoc: bool
    urgent: bool
    safety: bool
    privacy_notice: Code
    policy: Code
    project_item: Code | None
    ledger_row: LedgerNumber | None
    triage_by: Deadline
    number: str = ""
    call: TaskId | None = None
    link: Code | None = None


class RegistrationCorrected(Frozen):
    """What is None stayed as it was; *triage_by* where another urgency moved it."""

    kind: Literal["registration_corrected.v1"] = "registration_corrected.v1"
    source: Source | None
    category: Code | None
    request_type: RequestType | None
    place: DivisionCode | None
    matter: Code | None
    text: Sealed | None
    requester: SubjectId | None
    name: Sealed | None
    phone: Sealed | None
    address: Sealed | None
    answer_channel: AnswerChannel | None
    urgent: bool | None
    safety: bool | None
    reason: OfficeText
    triage_by: Deadline | None


class MatterSplitOff(Frozen):
    kind: Literal["matter_split_off.v1"] = "matter_split_off.v1"
    part: TaskId
    category: Code
    matter: Code
    text: Sealed
    urgent: bool


class TaskUrged(Frozen):
    """*number* counts the times the task was urged, from 1."""

    kind: Literal["task_urged.v1"] = "task_urged.v1"
    number: int
    source: Source
    note: Sealed | None


class UrgencyRaised(Frozen):
    """A more urgent matter joined: triaged again by *triage_by*, or, once in hand, due earlier."""

    kind: Literal["urgency_raised.v1"] = "urgency_raised.v1"
    duplicate: TaskId
    triage_by: Deadline | None
    due: Deadline | None
    due_before: Deadline | None


class TaskTriaged(Frozen):
    kind: Literal["task_triaged.v1"] = "task_triaged.v1"
    urgency: Urgency
    duty_class: DutyClass
    category: Code
    category_before: Code
    place: DivisionCode
    request_type: RequestType
    limit: LimitText
    physical_works: bool
    queue_at: Deadline


class TaskNotAdmitted(Frozen):
    kind: Literal["task_not_admitted.v1"] = "task_not_admitted.v1"
    ground: Code
    told_channel: AnswerChannel
    explanation: Sealed | None
    archive_at: Deadline


class TaskDiverted(Frozen):
    kind: Literal["task_diverted.v1"] = "task_diverted.v1"
    route: Code
    archive_at: Deadline


class TaskMerged(Frozen):
    kind: Literal["task_merged.v1"] = "task_merged.v1"
    master: TaskId
    subjects: tuple[SubjectId, ...]
    archive_at: Deadline


class DuplicateAttached(Grown):
    later = frozenset({"urgent"})

    kind: Literal["duplicate_attached.v1"] = "duplicate_attached.v1"
    duplicate: TaskId
    subjects: tuple[SubjectId, ...]
    urgent: bool = False


class TaskQueued(Frozen):
    kind: Literal["task_queued.v1"] = "task_queued.v1"
    dispatch_by: Deadline


class ChosenAmong(Suggested):
    """What was suggested, and which of them was taken: its place from 1, None for another unit."""

    chosen: int | None


class TaskDispatched(Grown):
    """*suggested* is what the dispatcher was shown, as told by their door."""

    later = frozenset({"suggested", "reason"})

    kind: Literal["task_dispatched.v1"] = "task_dispatched.v1"
    main: UnitCode
    main_before: UnitCode | None
    assist: tuple[UnitCode, ...]
    note: Sealed | None
    sign_in_by: Deadline
    due: Deadline
    due_before: Deadline | None
    suggested: ChosenAmong | None = None
    reason: Sealed | None = None


class TaskAccepted(Frozen):
    kind: Literal["task_accepted.v1"] = "task_accepted.v1"
    unit: UnitCode


class SignInOverdue(Frozen):
    kind: Literal["sign_in_overdue.v1"] = "sign_in_overdue.v1"
    unit: UnitCode
    sign_in_by: Deadline


class TaskAutoAccepted(Frozen):
    """The sign-in limit passed: the task counts as accepted, against the unit."""

    kind: Literal["task_auto_accepted.v1"] = "task_auto_accepted.v1"
    unit: UnitCode


class ReturnRequested(Frozen):
    kind: Literal["return_requested.v1"] = "return_requested.v1"
    unit: UnitCode
    reason: Sealed
    legal_basis: OfficeText
    suggested_unit: UnitCode | None
    review_by: Deadline


class ReturnApproved(Frozen):
    """The unit no longer holds the task; *held_since* tells how long it did."""

    kind: Literal["return_approved.v1"] = "return_approved.v1"
    unit: UnitCode
    held_since: Instant
    note: Sealed | None
    dispatch_by: Deadline


class ReturnRefused(Frozen):
    kind: Literal["return_refused.v1"] = "return_refused.v1"
    unit: UnitCode
    reason: Sealed


class DisputeOpened(Frozen):
    kind: Literal["dispute_opened.v1"] = "dispute_opened.v1"
    cause: Literal["ESCALATED", "SECOND_RETURN", "REVIEW_LAPSED"]
    unit: UnitCode
    disputing: tuple[UnitCode, ...]
    reason: Sealed | None
    adjudicate_by: Deadline


class UnitDesignated(Frozen):
    kind: Literal["unit_designated.v1"] = "unit_designated.v1"
    main: UnitCode
    main_before: UnitCode | None
    assist: tuple[UnitCode, ...]
    reason: Sealed
    sign_in_by: Deadline
    due: Deadline
    due_before: Deadline | None


class StaffAssigned(Frozen):
    kind: Literal["staff_assigned.v1"] = "staff_assigned.v1"
    person: PersonId
    person_before: PersonId | None
    unit: UnitCode
    first_contact_by: Deadline | None
    stage_report_by: Deadline | None


class ConflictDeclared(Frozen):
    kind: Literal["conflict_declared.v1"] = "conflict_declared.v1"
    person: PersonId


class ResidentContacted(Frozen):
    kind: Literal["resident_contacted.v1"] = "resident_contacted.v1"
    result: ContactResult
    within_limit: bool
    note: Sealed | None


class ProgressLogged(Frozen):
    kind: Literal["progress_logged.v1"] = "progress_logged.v1"
    note: Sealed
    stage_report: bool
    next_stage_report_by: Deadline | None


class EvidenceAttached(Frozen):
    kind: Literal["evidence_attached.v1"] = "evidence_attached.v1"
    label: Code
    media_type: Code
    document: Sealed
    on_site: bool


class AssistInvited(Frozen):
    kind: Literal["assist_invited.v1"] = "assist_invited.v1"
    number: int
    unit: UnitCode
    request: Sealed | None
    due: Instant


class AssistSubmitted(Frozen):
    kind: Literal["assist_submitted.v1"] = "assist_submitted.v1"
    number: int
    unit: UnitCode
    note: Sealed
    late: bool


class AssistOverdue(Frozen):
    kind: Literal["assist_overdue.v1"] = "assist_overdue.v1"
    number: int
    unit: UnitCode
    due: Instant


class WhistleBlown(Frozen):
    kind: Literal["whistle_blown.v1"] = "whistle_blown.v1"
    number: int
    ground: Code
    departments: tuple[UnitCode, ...]
    place: DivisionCode
    arrive_by: Deadline


class DepartmentArrived(Frozen):
    kind: Literal["department_arrived.v1"] = "department_arrived.v1"
    number: int
    unit: UnitCode
    late: bool


class DepartmentAbsent(Frozen):
    kind: Literal["department_absent.v1"] = "department_absent.v1"
    number: int
    unit: UnitCode


class ExtensionRequested(Frozen):
    kind: Literal["extension_requested.v1"] = "extension_requested.v1"
    number: int
    limit: LimitText
    reason: Sealed
    review_by: Deadline


class ExtensionGranted(Frozen):
    kind: Literal["extension_granted.v1"] = "extension_granted.v1"
    number: int
    due: Deadline
    due_before: Deadline
    note: Sealed | None


class ExtensionRefused(Frozen):
    """Refused, or lapsed when nobody answered in time (*lapsed*)."""

    kind: Literal["extension_refused.v1"] = "extension_refused.v1"
    number: int
    reason: Sealed | None
    lapsed: bool


class CarryProposed(Frozen):
    kind: Literal["carry_proposed.v1"] = "carry_proposed.v1"
    cause: Code
    reason: Sealed
    plan: Sealed
    review_at: Instant
    ledger_row: LedgerNumber


class CarryApproved(Frozen):
    """One of two keys was turned."""

    kind: Literal["carry_approved.v1"] = "carry_approved.v1"
    key: Literal["SUPERVISOR", "ADJUDICATOR"]


class CarryRefused(Frozen):
    kind: Literal["carry_refused.v1"] = "carry_refused.v1"
    reason: Sealed


class TaskCarried(Frozen):
    kind: Literal["task_carried.v1"] = "task_carried.v1"
    cause: Code
    ledger_row: LedgerNumber
    review_at: Instant
    paused_due: Deadline


class TaskReactivated(Frozen):
    kind: Literal["task_reactivated.v1"] = "task_reactivated.v1"
    due: Deadline
    due_before: Deadline
    paused_since: Instant
    review_lapsed: bool
    note: Sealed | None


class ResultDrafted(Frozen):
    kind: Literal["result_drafted.v1"] = "result_drafted.v1"
    resolved: bool
    public_reply: Sealed
    internal_note: Sealed | None
    cost_cents: int
    assists_explained: tuple[int, ...]


class ResultSubmitted(Frozen):
    kind: Literal["result_submitted.v1"] = "result_submitted.v1"
    resolved: bool
    public_reply: Sealed
    internal_note: Sealed | None
    cost_cents: int
    assists_explained: tuple[int, ...]
    drafted_by: PersonId | None
    on_time: bool
    review_by: Deadline


class ResultApproved(Frozen):
    """*remind_at* is when the resident is reminded once to rate."""

    kind: Literal["result_approved.v1"] = "result_approved.v1"
    verified_on_site: bool
    callback_by: Deadline
    rating_until: Deadline
    remind_at: Instant | None = None


class ReworkOrdered(Frozen):
    kind: Literal["rework_ordered.v1"] = "rework_ordered.v1"
    round: int
    cause: Literal["REVIEW", "DISSATISFIED"]
    reason: Sealed
    due: Deadline
    due_before: Deadline | None


class CallbackRecorded(Frozen):
    """One attempt; *then* is the state the task is in afterwards."""

    kind: Literal["callback_recorded.v1"] = "callback_recorded.v1"
    attempt: int
    reached: bool
    contacted: bool | None
    resolved: bool | None
    grade: Grade | None
    subject: SubjectId | None
    note: Sealed | None
    then: TaskState
    resolution: Resolution | None
    next_callback_by: Deadline | None
    archive_at: Deadline | None


class TaskRated(Grown):
    """One resident's rating in one round; *grade_before* when it was raised in the window.

    *link* names the link that was handed to the resident, to follow the task by.
    """

    later = frozenset({"link"})

    kind: Literal["task_rated.v1"] = "task_rated.v1"
    round: int
    subject: SubjectId
    grade: Grade
    grade_before: Grade | None
    contacted: bool | None
    resolved: bool | None
    text: Sealed | None
    then: TaskState
    resolution: Resolution | None
    archive_at: Deadline | None
    link: Code | None = None


class RatingDefaulted(Frozen):
    """The window passed in silence; *value* says whether the pack took it as satisfied."""

    kind: Literal["rating_defaulted.v1"] = "rating_defaulted.v1"
    round: int
    value: Literal["NONE", "SATISFIED"]
    subjects: tuple[SubjectId, ...]
    resolution: Resolution
    archive_at: Deadline


class RatingLinkIssued(Frozen):
    """A resident was handed a link: one rating in this round comes by it, until *until*."""

    kind: Literal["rating_link_issued.v1"] = "rating_link_issued.v1"
    round: int
    subject: SubjectId
    link: Code
    until: Instant


class FeedbackAsked(Frozen):
    kind: Literal["feedback_asked.v1"] = "feedback_asked.v1"
    round: int
    channel: AnswerChannel


class FeedbackReminded(Frozen):
    kind: Literal["feedback_reminded.v1"] = "feedback_reminded.v1"
    round: int


class CallbackListed(Frozen):
    kind: Literal["callback_listed.v1"] = "callback_listed.v1"
    round: int


class ResultUpheld(Frozen):
    kind: Literal["result_upheld.v1"] = "result_upheld.v1"
    legal_basis: OfficeText
    explanation: Sealed
    archive_at: Deadline


class TaskReopened(Frozen):
    """The closure was appealed; the first round's figures stay as they were."""

    kind: Literal["task_reopened.v1"] = "task_reopened.v1"
    round: int
    new_facts: Sealed
    queue_at: Deadline


class ScoreAppealFiled(Frozen):
    kind: Literal["score_appeal_filed.v1"] = "score_appeal_filed.v1"
    ground: Code
    evidence: Sealed


class ScoreExcluded(Frozen):
    kind: Literal["score_excluded.v1"] = "score_excluded.v1"
    ground: Code
    reason: Sealed


class ScoreUpheld(Frozen):
    kind: Literal["score_upheld.v1"] = "score_upheld.v1"
    reason: Sealed


class TaskCancelled(Frozen):
    kind: Literal["task_cancelled.v1"] = "task_cancelled.v1"
    reason: Sealed | None
    archive_at: Deadline


class TerminationRequested(Frozen):
    kind: Literal["termination_requested.v1"] = "termination_requested.v1"
    ground: Code
    reason: Sealed


class TerminationRefused(Frozen):
    kind: Literal["termination_refused.v1"] = "termination_refused.v1"
    reason: Sealed


class TaskTerminated(Frozen):
    kind: Literal["task_terminated.v1"] = "task_terminated.v1"
    ground: Code
    archive_at: Deadline


class TaskArchived(Frozen):
    """*package_hash* is the hash of the case's newest entry before this one, hence of them all."""

    kind: Literal["task_archived.v1"] = "task_archived.v1"
    package_hash: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]


class SupervisionRaised(Frozen):
    kind: Literal["supervision_raised.v1"] = "supervision_raised.v1"
    level: SupervisionLevel
    level_before: SupervisionLevel
    cause: Code
    unit: UnitCode | None
    reason: Sealed | None
    due: Instant | None


class TaskOverdue(Frozen):
    """The due instant passed while the task was in hand."""

    kind: Literal["task_overdue.v1"] = "task_overdue.v1"
    unit: UnitCode | None
    due: Deadline


class LimitMissed(Frozen):
    """A limit without further consequence of its own passed: *clock* names it."""

    kind: Literal["limit_missed.v1"] = "limit_missed.v1"
    clock: Code
    unit: UnitCode | None
    due: Instant


class TaskTakenOver(Frozen):
    kind: Literal["task_taken_over.v1"] = "task_taken_over.v1"
    main: UnitCode
    main_before: UnitCode | None
    held_since: Instant | None
    pairing: PairingId | None


class ProviderNamed(Frozen):
    """Who serves the task from now on; no reason where a provider left and handed it over."""

    kind: Literal["provider_named.v1"] = "provider_named.v1"
    provider: ProviderId | None
    provider_before: ProviderId | None
    reason: OfficeText | None


class TaskRecalled(Frozen):
    """The unit held the task since *held_since*; nobody was left there to act."""

    kind: Literal["task_recalled.v1"] = "task_recalled.v1"
    unit: UnitCode
    held_since: Instant
    reason: Sealed
    dispatch_by: Deadline


class DeadlineRecalculated(Frozen):
    """A provisional deadline was computed again when its calendar year was published."""

    kind: Literal["deadline_recalculated.v1"] = "deadline_recalculated.v1"
    clock: Code
    due: Deadline
    due_before: Deadline


class DataRestricted(Frozen):
    kind: Literal["data_restricted.v1"] = "data_restricted.v1"
    basis: OfficeText


class SubjectKeyDestroyed(Frozen):
    kind: Literal["subject_key_destroyed.v1"] = "subject_key_destroyed.v1"
    subject: SubjectId
    basis: OfficeText


TaskFact = Annotated[
    TaskRegistered
    | RegistrationCorrected
    | MatterSplitOff
    | TaskUrged
    | UrgencyRaised
    | TaskTriaged
    | TaskNotAdmitted
    | TaskDiverted
    | TaskMerged
    | DuplicateAttached
    | TaskQueued
    | TaskDispatched
    | TaskAccepted
    | SignInOverdue
    | TaskAutoAccepted
    | ReturnRequested
    | ReturnApproved
    | ReturnRefused
    | DisputeOpened
    | UnitDesignated
    | StaffAssigned
    | ConflictDeclared
    | ResidentContacted
    | ProgressLogged
    | EvidenceAttached
    | AssistInvited
    | AssistSubmitted
    | AssistOverdue
    | WhistleBlown
    | DepartmentArrived
    | DepartmentAbsent
    | ExtensionRequested
    | ExtensionGranted
    | ExtensionRefused
    | CarryProposed
    | CarryApproved
    | CarryRefused
    | TaskCarried
    | TaskReactivated
    | ResultDrafted
    | ResultSubmitted
    | ResultApproved
    | ReworkOrdered
    | CallbackRecorded
    | TaskRated
    | RatingDefaulted
    | RatingLinkIssued
    | FeedbackAsked
    | FeedbackReminded
    | CallbackListed
    | ResultUpheld
    | TaskReopened
    | ScoreAppealFiled
    | ScoreExcluded
    | ScoreUpheld
    | TaskCancelled
    | TerminationRequested
    | TerminationRefused
    | TaskTerminated
    | TaskArchived
    | SupervisionRaised
    | TaskOverdue
    | LimitMissed
    | TaskTakenOver
    | ProviderNamed
    | TaskRecalled
    | DeadlineRecalculated
    | DataRestricted
    | SubjectKeyDestroyed
    | FindingLinked,
    Field(discriminator="kind"),
]
