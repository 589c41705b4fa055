"""What may be asked of a support task: one model per row of its state table, in the imperative.

`kind` values are stored for ever. Fields marked `Seal` are written as text by people and sealed
by the gateway before anything leaves it.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import LimitText, RecomputeDeadlines, RingClock
from domain.linking import LinkFinding
from domain.sealed import Seal, Sealed, SealedDocument, SealedText
from domain.task.suggesting import SHOWN_MAX
from domain.values import (
    Code,
    DivisionCode,
    Frozen,
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

Grade = Annotated[int, Field(ge=1, le=5)]
"""5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意."""


class RequestType(StrEnum):
    """What kind of request it is; decides the handling limit."""

    CONSULT = "CONSULT"  # 咨询
    HELP = "HELP"  # 求助
    SUGGESTION = "SUGGESTION"  # 建议
    COMPLAINT = "COMPLAINT"  # 投诉
    REPORT = "REPORT"  # 举报


class Source(StrEnum):
    """Where a task came from."""

    RESIDENT = "RESIDENT"  # 居民提出
    COMMUNITY = "COMMUNITY"  # 社区发现
    CENTER = "CENTER"  # 党群服务中心征集
    HOTLINE = "HOTLINE"  # 12345 转来
    URBAN_CHECKUP = "URBAN_CHECKUP"  # 城市体检
    PROJECT = "PROJECT"  # 结对项目
    MICRO_WISH = "MICRO_WISH"  # 微心愿


class Urgency(StrEnum):
    """Urgent matters run on wall-clock limits."""

    NORMAL = "NORMAL"
    URGENT = "URGENT"


class DutyClass(StrEnum):
    """The class of a matter in the duty list of streets (履职事项清单)."""

    BASIC = "BASIC"  # 基本履职
    COOPERATE = "COOPERATE"  # 配合履职
    UPPER_RECALLED = "UPPER_RECALLED"  # 上级部门收回


class AnswerChannel(StrEnum):
    """How the resident wishes to be asked."""

    PHONE = "PHONE"
    SMS = "SMS"
    LINK = "LINK"
    VISIT = "VISIT"
    NONE = "NONE"


class ContactResult(StrEnum):
    """What became of an attempt to reach the resident."""

    REACHED = "REACHED"
    NO_ANSWER = "NO_ANSWER"
    WRONG_NUMBER = "WRONG_NUMBER"
    REFUSED = "REFUSED"


class CardColour(StrEnum):
    """The colour of a supervision card."""

    YELLOW = "YELLOW"
    RED = "RED"


class RegisterTask(Frozen):
    """Register a need as a support task.

    *link* is the name, not the secret, of the link by which the requester follows it.
    """

    kind: Literal["register_task"] = "register_task"
    source: Source
    category: Code
    request_type: RequestType = RequestType.HELP
    place: DivisionCode
    matter: Code = "general"
    text: SealedText
    requester: SubjectId | None = None
    name: Annotated[Sealed, Seal("requester", 100)] | None = None
    phone: Annotated[Sealed, Seal("requester", 40)] | None = None
    address: Annotated[Sealed, Seal("requester", 300)] | None = None
    answer_channel: AnswerChannel = AnswerChannel.NONE
    pairing: PairingId | None = None
    ad_hoc: bool = False
    urgent: bool = False
    safety: bool = False
    privacy_notice: Code
    policy: Code | None = None
    project_item: Code | None = None
    ledger_row: LedgerNumber | None = None
    call: TaskId | None = None
    link: Code | None = None


class CorrectRegistration(Frozen):
    """Correct what was taken down at registration; what is left empty stays as it is.

    What triage judges (category, place, kind of request, urgency, safety) is corrected before it.
    """

    kind: Literal["correct_registration"] = "correct_registration"
    source: Source | None = None
    category: Code | None = None
    request_type: RequestType | None = None
    place: DivisionCode | None = None
    matter: Code | None = None
    text: SealedText | None = None
    requester: SubjectId | None = None
    name: Annotated[Sealed, Seal("requester", 100)] | None = None
    phone: Annotated[Sealed, Seal("requester", 40)] | None = None
    address: Annotated[Sealed, Seal("requester", 300)] | None = None
    answer_channel: AnswerChannel | None = None
    urgent: bool | None = None
    safety: bool | None = None
    reason: OfficeText


class SplitOffMatter(Frozen):
    """Make one of several matters of a call (一单多诉) the task *part*, with clocks of its own."""

    kind: Literal["split_off_matter"] = "split_off_matter"
    part: TaskId
    category: Code
    matter: Code
    text: SealedText
    urgent: bool = False


class UrgeTask(Frozen):
    """Ask how long it still takes (催单); *source* says who asks."""

    kind: Literal["urge_task"] = "urge_task"
    source: Source
    note: SealedText | None = None


class TriageTask(Frozen):
    """Judge urgency, duty class and category of a registered task."""

    kind: Literal["triage_task"] = "triage_task"
    urgency: Urgency
    duty_class: DutyClass
    category: Code | None = None
    place: DivisionCode | None = None
    request_type: RequestType | None = None
    grade: Code | None = None
    physical_works: bool = False


class RefuseAdmission(Frozen):
    """Refuse to admit, on one of the pack's legal grounds; the resident is told how."""

    kind: Literal["refuse_admission"] = "refuse_admission"
    ground: Code
    told_channel: AnswerChannel
    explanation: SealedText | None = None


class DivertTask(Frozen):
    """Hand the matter to an emergency number or a legal route."""

    kind: Literal["divert_task"] = "divert_task"
    route: Code


class MergeInto(Frozen):
    """Merge this task into the open *master* on the same matter."""

    kind: Literal["merge_into"] = "merge_into"
    master: TaskId


class AttachDuplicate(Frozen):
    """Take a merged task's residents on as parties (sent by the system to the master)."""

    kind: Literal["attach_duplicate"] = "attach_duplicate"
    duplicate: TaskId
    subjects: tuple[SubjectId, ...]
    urgent: bool = False


class QueueDispatch(Frozen):
    """Put a triaged task into the dispatch queue."""

    kind: Literal["queue_dispatch"] = "queue_dispatch"


class Suggested(Frozen):
    """The units that were suggested, the likeliest first, by a version of `suggesting.py`."""

    version: Code
    units: Annotated[tuple[UnitCode, ...], Field(min_length=1, max_length=SHOWN_MAX)]


class DispatchTask(Frozen):
    """Send the task to its main unit, with assisting units where needed.

    *suggested* is what the dispatcher was shown, as their door tells it; nobody computes it again.
    *reason* says why it is not the first of them.
    """

    kind: Literal["dispatch_task"] = "dispatch_task"
    main: UnitCode
    assist: tuple[UnitCode, ...] = ()
    note: SealedText | None = None
    suggested: Suggested | None = None
    reason: SealedText | None = None


class AcceptTask(Frozen):
    """Sign in for a dispatched task (签收)."""

    kind: Literal["accept_task"] = "accept_task"


class RequestReturn(Frozen):
    """Ask to return a task that is not the unit's duty (退单)."""

    kind: Literal["request_return"] = "request_return"
    reason: SealedText
    legal_basis: OfficeText
    suggested_unit: UnitCode | None = None


class ApproveReturn(Frozen):
    """Take a task back for another dispatch."""

    kind: Literal["approve_return"] = "approve_return"
    note: SealedText | None = None


class RefuseReturn(Frozen):
    """Leave a task with the unit it was sent to."""

    kind: Literal["refuse_return"] = "refuse_return"
    reason: SealedText


class EscalateDispute(Frozen):
    """Open a dispute over who must handle the task."""

    kind: Literal["escalate_dispute"] = "escalate_dispute"
    reason: SealedText | None = None


class Designate(Frozen):
    """Decide a dispute: this unit handles the task, finally."""

    kind: Literal["designate"] = "designate"
    main: UnitCode
    assist: tuple[UnitCode, ...] = ()
    reason: SealedText


class AssignStaff(Frozen):
    """Name the member of staff who handles the task."""

    kind: Literal["assign_staff"] = "assign_staff"
    person: PersonId


class DeclareConflict(Frozen):
    """Declare that a person has a conflict of interest in this task (回避)."""

    kind: Literal["declare_conflict"] = "declare_conflict"
    person: PersonId


class RecordContact(Frozen):
    """Record that the resident was contacted, or that it was tried."""

    kind: Literal["record_contact"] = "record_contact"
    result: ContactResult
    note: SealedText | None = None


class LogProgress(Frozen):
    """Write down how the handling goes."""

    kind: Literal["log_progress"] = "log_progress"
    note: SealedText
    stage_report: bool = False


class AttachEvidence(Frozen):
    """Attach a file; it is cleaned, named by its content, sealed, and the fact keeps a digest."""

    kind: Literal["attach_evidence"] = "attach_evidence"
    label: Code
    media_type: Code
    document: SealedDocument
    on_site: bool = False


class InviteAssist(Frozen):
    """Invite another unit to assist, until *due* (none: one working day before the due instant)."""

    kind: Literal["invite_assist"] = "invite_assist"
    unit: UnitCode
    due: Instant | None = None
    request: SealedText


class SubmitAssist(Frozen):
    """Hand in what the assisting unit did."""

    kind: Literal["submit_assist"] = "submit_assist"
    number: Annotated[int, Field(ge=1)]
    note: SealedText


class BlowWhistle(Frozen):
    """Call departments to the spot (吹哨); *within* none: the emergency arrival window."""

    kind: Literal["blow_whistle"] = "blow_whistle"
    ground: Code
    departments: Annotated[tuple[UnitCode, ...], Field(min_length=1, max_length=20)]
    place: DivisionCode
    within: LimitText | None = None


class RecordArrival(Frozen):
    """Record that a called department arrived (报到)."""

    kind: Literal["record_arrival"] = "record_arrival"
    number: Annotated[int, Field(ge=1)]
    unit: UnitCode


class RequestExtension(Frozen):
    """Ask for more time, the resident having been told."""

    kind: Literal["request_extension"] = "request_extension"
    limit: LimitText
    reason: SealedText
    resident_informed: bool


class GrantExtension(Frozen):
    """Grant the requested time."""

    kind: Literal["grant_extension"] = "grant_extension"
    note: SealedText | None = None


class RefuseExtension(Frozen):
    """Refuse the requested time."""

    kind: Literal["refuse_extension"] = "refuse_extension"
    reason: SealedText


class ProposeCarry(Frozen):
    """Propose to carry the task on the books (挂账) for an objective cause."""

    kind: Literal["propose_carry"] = "propose_carry"
    cause: Code
    reason: SealedText
    plan: SealedText
    review_at: Instant
    ledger_row: LedgerNumber


class ApproveCarry(Frozen):
    """Turn one of the two keys that carry a task; the resident has been told."""

    kind: Literal["approve_carry"] = "approve_carry"
    resident_told: bool


class RefuseCarry(Frozen):
    """Refuse to carry the task; it goes on."""

    kind: Literal["refuse_carry"] = "refuse_carry"
    reason: SealedText


class ReactivateTask(Frozen):
    """Take a carried task up again, with a new due instant."""

    kind: Literal["reactivate_task"] = "reactivate_task"
    note: SealedText | None = None


class DraftResult(Frozen):
    """Draft the result for the coordinator's signature."""

    kind: Literal["draft_result"] = "draft_result"
    resolved: bool
    public_reply: SealedText
    internal_note: SealedText | None = None
    cost_cents: Annotated[int, Field(ge=0, le=10**12)] = 0
    assists_explained: tuple[int, ...] = ()


class SubmitResult(Frozen):
    """Sign and submit the result; left empty, the staff's draft is signed as it stands."""

    kind: Literal["submit_result"] = "submit_result"
    resolved: bool | None = None
    public_reply: SealedText | None = None
    internal_note: SealedText | None = None
    cost_cents: Annotated[int, Field(ge=0, le=10**12)] = 0
    assists_explained: tuple[int, ...] = ()


class ApproveResult(Frozen):
    """Approve the submitted result; physical works were verified on site."""

    kind: Literal["approve_result"] = "approve_result"
    verified_on_site: bool = False


class ReturnForRework(Frozen):
    """Send the submitted result back to be done properly."""

    kind: Literal["return_for_rework"] = "return_for_rework"
    reason: SealedText


class RecordCallback(Frozen):
    """Record one callback attempt and what the resident said."""

    kind: Literal["record_callback"] = "record_callback"
    reached: bool
    contacted: bool | None = None
    resolved: bool | None = None
    grade: Grade | None = None
    subject: SubjectId | None = None
    note: SealedText | None = None


class RateTask(Frozen):
    """Rate the task as one of its residents: were you contacted, is it resolved, 1 to 5.

    *link* is the name of the link by which they follow the task from then on.
    """

    kind: Literal["rate_task"] = "rate_task"
    grade: Grade
    contacted: bool | None = None
    resolved: bool | None = None
    text: SealedText | None = None
    link: Code | None = None


class IssueRatingLink(Frozen):
    """Hand a resident a link to rate the task by themselves; *link* is its name, not its secret."""

    kind: Literal["issue_rating_link"] = "issue_rating_link"
    link: Code
    subject: SubjectId | None = None


class AskFeedback(Frozen):
    """Note that the resident was asked for feedback (by the feedback round)."""

    kind: Literal["ask_feedback"] = "ask_feedback"
    round: Annotated[int, Field(ge=1)]
    channel: AnswerChannel


class RemindFeedback(Frozen):
    """Note that the resident was reminded once (by the feedback round)."""

    kind: Literal["remind_feedback"] = "remind_feedback"
    round: Annotated[int, Field(ge=1)]


class ListForCallback(Frozen):
    """Put the task on the callback list, as the channel gave no answer (by the feedback round)."""

    kind: Literal["list_for_callback"] = "list_for_callback"
    round: Annotated[int, Field(ge=1)]


class OrderRework(Frozen):
    """Have a dissatisfying task done again."""

    kind: Literal["order_rework"] = "order_rework"
    reason: SealedText


class UpholdResult(Frozen):
    """Uphold the result with a legal basis, explained to the resident."""

    kind: Literal["uphold_result"] = "uphold_result"
    legal_basis: OfficeText
    explanation: SealedText


class AppealClosure(Frozen):
    """Appeal a closure with new facts."""

    kind: Literal["appeal_closure"] = "appeal_closure"
    new_facts: SealedText


class AppealScore(Frozen):
    """Ask that a task be left out of the score, with evidence."""

    kind: Literal["appeal_score"] = "appeal_score"
    ground: Code
    evidence: SealedText


class ExcludeScore(Frozen):
    """Leave the task out of the score."""

    kind: Literal["exclude_score"] = "exclude_score"
    reason: SealedText


class UpholdScore(Frozen):
    """Keep the task in the score."""

    kind: Literal["uphold_score"] = "uphold_score"
    reason: SealedText


class WithdrawTask(Frozen):
    """Withdraw the request."""

    kind: Literal["withdraw_task"] = "withdraw_task"
    reason: SealedText | None = None


class RequestTermination(Frozen):
    """Ask to end handling on a legal ground."""

    kind: Literal["request_termination"] = "request_termination"
    ground: Code
    reason: SealedText


class ApproveTermination(Frozen):
    """End handling."""

    kind: Literal["approve_termination"] = "approve_termination"


class RefuseTermination(Frozen):
    """Have handling go on."""

    kind: Literal["refuse_termination"] = "refuse_termination"
    reason: SealedText


class ArchiveTask(Frozen):
    """Archive a task that has been final and quiet long enough (sent by the archive clock)."""

    kind: Literal["archive_task"] = "archive_task"


class RemindUnit(Frozen):
    """Remind the handling unit (催办)."""

    kind: Literal["remind_unit"] = "remind_unit"
    note: SealedText | None = None


class RaiseCard(Frozen):
    """Raise a yellow or red card against the handling unit."""

    kind: Literal["raise_card"] = "raise_card"
    colour: CardColour
    reason: SealedText


class ListTask(Frozen):
    """Put the task under listed supervision (挂牌督办)."""

    kind: Literal["list_task"] = "list_task"
    reason: SealedText


class SummonUnit(Frozen):
    """Summon the head of the handling unit for a talk (约谈)."""

    kind: Literal["summon_unit"] = "summon_unit"
    reason: SealedText


class TakeOverTask(Frozen):
    """Give the task to the successor named on exit or reform (sent by the pairing)."""

    kind: Literal["take_over_task"] = "take_over_task"
    successor: UnitCode
    pairing: PairingId | None = None


class RecallTask(Frozen):
    """Take the task back from a unit in which nobody is left to act, to dispatch it again."""

    kind: Literal["recall_task"] = "recall_task"
    reason: SealedText


class RestrictData(Frozen):
    """Stop every use of the task's personal data but storage (个人信息保护法 art. 47)."""

    kind: Literal["restrict_data"] = "restrict_data"
    basis: OfficeText


class EraseSubject(Frozen):
    """Destroy a resident's key, once the law no longer wants the data kept."""

    kind: Literal["erase_subject"] = "erase_subject"
    subject: SubjectId
    basis: OfficeText


class NameProvider(Frozen):
    """Name the provider that serves the task, or nobody any more."""

    kind: Literal["name_provider"] = "name_provider"
    provider: ProviderId | None
    reason: OfficeText


class TakeOverService(Frozen):
    """Let a successor serve the task in place of a provider that leaves (sent by the provider)."""

    kind: Literal["take_over_service"] = "take_over_service"
    provider: ProviderId
    provider_before: ProviderId


TaskCommand = Annotated[
    RegisterTask
    | CorrectRegistration
    | SplitOffMatter
    | UrgeTask
    | TriageTask
    | RefuseAdmission
    | DivertTask
    | MergeInto
    | AttachDuplicate
    | QueueDispatch
    | DispatchTask
    | AcceptTask
    | RequestReturn
    | ApproveReturn
    | RefuseReturn
    | EscalateDispute
    | Designate
    | AssignStaff
    | DeclareConflict
    | RecordContact
    | LogProgress
    | AttachEvidence
    | InviteAssist
    | SubmitAssist
    | BlowWhistle
    | RecordArrival
    | RequestExtension
    | GrantExtension
    | RefuseExtension
    | ProposeCarry
    | ApproveCarry
    | RefuseCarry
    | ReactivateTask
    | DraftResult
    | SubmitResult
    | ApproveResult
    | ReturnForRework
    | RecordCallback
    | RateTask
    | IssueRatingLink
    | AskFeedback
    | RemindFeedback
    | ListForCallback
    | OrderRework
    | UpholdResult
    | AppealClosure
    | AppealScore
    | ExcludeScore
    | UpholdScore
    | WithdrawTask
    | RequestTermination
    | ApproveTermination
    | RefuseTermination
    | ArchiveTask
    | RemindUnit
    | RaiseCard
    | ListTask
    | SummonUnit
    | TakeOverTask
    | RecallTask
    | NameProvider
    | TakeOverService
    | RestrictData
    | EraseSubject
    | LinkFinding
    | RingClock
    | RecomputeDeadlines,
    Field(discriminator="kind"),
]
