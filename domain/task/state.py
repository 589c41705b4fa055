"""What a support task is at one moment: one type per main state, regions as values inside.

A state says what may happen next; the `Body` it carries says what is known whatever the state.
Nothing here decides: `decider.py` asks, `remembering.py` writes. All values are frozen.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal, TypeAlias

from domain.clocks import Deadline
from domain.task.changing import replace
from domain.task.commands import AnswerChannel, DutyClass, RequestType, Source, Urgency
from domain.task.facts import Resolution, ResultDrafted, SupervisionLevel, TaskState

# What is known of a task, by theme.


@dataclass(frozen=True)
class Need:
    """What was asked, where, by whom; *parties* are all its residents, the requester first."""

    source: Source
    category: str
    request_type: RequestType
    place: str
    matter: str
    requester: str | None
    parties: tuple[str, ...]
    answer_channel: AnswerChannel
    pairing: str | None
    urgent: bool
    safety: bool
    policy_id: str
    registrar: str | None
    registered_at: datetime
    project_item: str | None
    ledger_row: str | None
    call: str | None = None


@dataclass(frozen=True)
class Judgement:
    """What triage found; *limit* is the handling limit that follows from it."""

    urgency: Urgency
    duty_class: DutyClass
    limit: str
    physical_works: bool


@dataclass(frozen=True)
class Held:
    """A unit that held the task, and from when to when."""

    unit: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Holding:
    """Who handles the task now, who did before, and who may not.

    *returns* names the unit of every return asked for, *designated* the unit an adjudicator
    named, *street* the unit that triaged or dispatched last, *doers* everybody who handled.
    """

    main: str | None = None
    since: datetime | None = None
    dispatched_at: datetime | None = None
    staff: str | None = None
    street: str | None = None
    designated: str | None = None
    returns: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()
    conflicted: frozenset[str] = frozenset()
    doers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pause:
    """The time the due clock stood still, kept so that its due instant can be computed again."""

    due_before: Deadline
    paused_at: datetime
    resumed_at: datetime


@dataclass(frozen=True)
class Sla:
    """The due instant; *set_at* is when it was set: warnings before that moment are not owed."""

    due: Deadline | None = None
    set_at: datetime | None = None
    warned: bool = False
    overdue: bool = False
    reset_used: bool = False
    paused_at: datetime | None = None
    pause: Pause | None = None


class ExtensionStatus(StrEnum):
    """The extension region."""

    NONE = "NONE"
    REQUESTED = "REQUESTED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"


@dataclass(frozen=True)
class Extension:
    """More time: *number* counts the requests made under the present dispatch."""

    status: ExtensionStatus = ExtensionStatus.NONE
    number: int = 0
    limit: str | None = None
    review_by: Deadline | None = None
    proposer: str | None = None


class AssistStatus(StrEnum):
    """The co-handling region, one per assisting unit; RELEASED when the main unit changed."""

    OPEN = "OPEN"
    LATE = "LATE"
    DONE = "DONE"
    EXPLAINED = "EXPLAINED"
    RELEASED = "RELEASED"


@dataclass(frozen=True)
class Assist:
    """One assisting unit's part."""

    number: int
    unit: str
    due: datetime
    status: AssistStatus = AssistStatus.OPEN


@dataclass(frozen=True)
class Whistle:
    """One convocation: who was called, who is still awaited."""

    number: int
    departments: tuple[str, ...]
    arrive_by: Deadline
    arrived: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    @property
    def awaited(self) -> tuple[str, ...]:
        """The departments that neither arrived nor were found absent, in the order called."""
        settled = self.arrived | self.absent
        return tuple(unit for unit in self.departments if unit not in settled)


@dataclass(frozen=True)
class Carry:
    """A proposal to carry the task, and the keys turned so far: kind of key and person."""

    cause: str
    ledger_row: str
    review_at: datetime
    proposer: str | None
    keys: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Handling:
    """How the work goes: contact, stage reports, evidence, draft, rework.

    *reworks* counts every rework, *reworks_dissatisfied* those a resident's rating led to.
    """

    first_contact_by: Deadline | None = None
    contact_owed: bool = True
    contact_attempts: int = 0
    contact_reached: bool = False
    stage_report_by: Deadline | None = None
    evidence: int = 0
    draft: ResultDrafted | None = None
    drafter: str | None = None
    resolved: bool | None = None
    reworks: int = 0
    reworks_dissatisfied: int = 0


@dataclass(frozen=True)
class Termination:
    """A request to end handling that waits for its answer."""

    ground: str
    proposer: str | None


@dataclass(frozen=True)
class RatingGiven:
    """One resident's rating in the present round."""

    subject: str
    grade: int


@dataclass(frozen=True)
class Feedback:
    """One round of feedback; *round* counts approved results, *dissatisfied* the bad outcomes.

    *attempts* are the instants of the callback attempts, *resolved* what residents said to
    "is it resolved", by subject; *links* are names of links that were issued and not used, with
    whose they are.
    """

    round: int = 0
    callback_by: Deadline | None = None
    rating_until: Deadline | None = None
    remind_at: datetime | None = None
    attempts: tuple[datetime, ...] = ()
    ratings: tuple[RatingGiven, ...] = ()
    resolved: tuple[tuple[str, bool], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    asked: bool = False
    reminded: bool = False
    listed: bool = False
    dissatisfied: int = 0

    def rating_of(self, subject: str) -> int | None:
        """Return the grade *subject* gave in this round, or None."""
        return next((one.grade for one in self.ratings if one.subject == subject), None)

    def answered(self, subject: str, grade: int | None, *, resolved: bool | None) -> "Feedback":
        """Return the feedback once *subject* has answered; what is not answered stays as it was."""
        ratings, answers, links = self.ratings, self.resolved, self.links
        if grade is not None:
            links = tuple(one for one in links if one[1] != subject)
            others = tuple(one for one in ratings if one.subject != subject)
            ratings = (*others, RatingGiven(subject, grade))
        if resolved is not None:
            answers = (*(one for one in answers if one[0] != subject), (subject, resolved))
        return replace(self, ratings=ratings, resolved=answers, links=links)


@dataclass(frozen=True)
class Score:
    """Whether the task counts in the score, and the appeal about that."""

    status: Literal["COUNTED", "APPEALED", "EXCLUDED", "UPHELD"] = "COUNTED"
    ground: str | None = None
    filer: str | None = None
    filer_unit: str | None = None


@dataclass(frozen=True)
class Privacy:
    """The privacy region: restricted to storage, and whose keys were destroyed."""

    restricted: bool = False
    erased: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Body:
    """All that is known of a task whatever its main state.

    *round* counts admissions: 1, and one more for each appeal that reopened the task. *parts* are
    the tasks that were split off the call, *urged* when it was asked about, *duplicates* how many
    others joined, *following* the names of links residents follow it by, with whose they are,
    *findings* the entries of the problem ledger that lean on it.
    *rung* holds the clocks that rang without changing the state, by name and due instant.
    """

    need: Need
    judgement: Judgement | None = None
    holding: Holding = Holding()
    sla: Sla = Sla()
    supervision: SupervisionLevel = SupervisionLevel.NONE
    extension: Extension = Extension()
    assists: tuple[Assist, ...] = ()
    whistles: tuple[Whistle, ...] = ()
    carry: Carry | None = None
    handling: Handling = Handling()
    termination: Termination | None = None
    feedback: Feedback = Feedback()
    score: Score = Score()
    privacy: Privacy = Privacy()
    round: int = 1
    parts: tuple[str, ...] = ()
    urged: tuple[datetime, ...] = ()
    duplicates: int = 0
    following: tuple[tuple[str, str], ...] = ()
    findings: tuple[str, ...] = ()
    provider: str | None = None
    rung: frozenset[tuple[str, datetime]] = field(default=frozenset())

    def follows(self, link: str | None, subject: str | None) -> bool:
        """Say whether *subject* follows the task by *link*: their own, their data not put away."""
        put_away = self.privacy.restricted or subject in self.privacy.erased
        return (link, subject) in self.following and not put_away

    @property
    def is_urgent(self) -> bool:
        """Whether urgent limits hold: as triaged, or before that as registered."""
        if self.judgement is None:
            return self.need.urgent
        return self.judgement.urgency is Urgency.URGENT


# The main states. The classes between say what several states have in common.


@dataclass(frozen=True)
class Unknown:
    """Nothing has been registered under this name."""


@dataclass(frozen=True)
class Known:
    """A task that was registered."""

    name: ClassVar[TaskState]
    body: Body


@dataclass(frozen=True)
class Unfinished(Known):
    """A task without a submitted result: it may be withdrawn or merged."""


@dataclass(frozen=True)
class Registered(Unfinished):
    """已登记: waits for triage."""

    name: ClassVar[TaskState] = TaskState.REGISTERED
    triage_by: Deadline


@dataclass(frozen=True)
class Triaged(Unfinished):
    """已研判: goes to the dispatch queue at *queue_at*."""

    name: ClassVar[TaskState] = TaskState.TRIAGED
    queue_at: Deadline


@dataclass(frozen=True)
class PendingDispatch(Unfinished):
    """待派单: waits for a dispatcher."""

    name: ClassVar[TaskState] = TaskState.PENDING_DISPATCH
    dispatch_by: Deadline


@dataclass(frozen=True)
class InHand(Unfinished):
    """A task that a unit answers for: its due clock runs."""


@dataclass(frozen=True)
class Dispatched(InHand):
    """待签收: waits for the main unit to sign in."""

    name: ClassVar[TaskState] = TaskState.DISPATCHED
    sign_in_by: Deadline


@dataclass(frozen=True)
class ReturnReview(InHand):
    """退单审核: *proposer* asked to return the task."""

    name: ClassVar[TaskState] = TaskState.RETURN_REVIEW
    review_by: Deadline
    proposer: str | None


@dataclass(frozen=True)
class Adjudication(InHand):
    """争议裁定: an adjudicator names the unit."""

    name: ClassVar[TaskState] = TaskState.ADJUDICATION
    disputing: tuple[str, ...]
    adjudicate_by: Deadline


@dataclass(frozen=True)
class Accepted(InHand):
    """已签收: waits for staff to be named."""

    name: ClassVar[TaskState] = TaskState.ACCEPTED


@dataclass(frozen=True)
class InProgress(InHand):
    """办理中."""

    name: ClassVar[TaskState] = TaskState.IN_PROGRESS


@dataclass(frozen=True)
class Carried(Unfinished):
    """挂账: on the books until *review_at*; the due clock is paused."""

    name: ClassVar[TaskState] = TaskState.CARRIED
    review_at: datetime


@dataclass(frozen=True)
class ResultReview(Known):
    """办结待审."""

    name: ClassVar[TaskState] = TaskState.RESULT_REVIEW
    review_by: Deadline


@dataclass(frozen=True)
class Callback(Known):
    """待回访: the resident is called, and may also rate by their own channel."""

    name: ClassVar[TaskState] = TaskState.CALLBACK


@dataclass(frozen=True)
class Rating(Known):
    """待评价: waits for the residents' ratings until the window closes."""

    name: ClassVar[TaskState] = TaskState.RATING


@dataclass(frozen=True)
class Dissatisfied(Known):
    """不满意研判: a dispatcher or supervisor orders rework or upholds the result."""

    name: ClassVar[TaskState] = TaskState.DISSATISFIED


@dataclass(frozen=True)
class Final(Known):
    """A task that is over since *since*, and is archived once it has been quiet long enough."""

    since: datetime
    archive_at: Deadline


@dataclass(frozen=True)
class Closed(Final):
    """已结案."""

    name: ClassVar[TaskState] = TaskState.CLOSED
    resolution: Resolution


@dataclass(frozen=True)
class NotAdmitted(Final):
    """不予受理."""

    name: ClassVar[TaskState] = TaskState.NOT_ADMITTED


@dataclass(frozen=True)
class Diverted(Final):
    """已转出."""

    name: ClassVar[TaskState] = TaskState.DIVERTED


@dataclass(frozen=True)
class Merged(Final):
    """已并件: goes on as part of *master*."""

    name: ClassVar[TaskState] = TaskState.MERGED
    master: str


@dataclass(frozen=True)
class Cancelled(Final):
    """已撤销."""

    name: ClassVar[TaskState] = TaskState.CANCELLED


@dataclass(frozen=True)
class Terminated(Final):
    """终止办理."""

    name: ClassVar[TaskState] = TaskState.TERMINATED


@dataclass(frozen=True)
class Archived(Known):
    """已归档."""

    name: ClassVar[TaskState] = TaskState.ARCHIVED
    was: TaskState


KnownTask: TypeAlias = (
    Registered
    | Triaged
    | PendingDispatch
    | Dispatched
    | ReturnReview
    | Adjudication
    | Accepted
    | InProgress
    | Carried
    | ResultReview
    | Callback
    | Rating
    | Dissatisfied
    | Closed
    | NotAdmitted
    | Diverted
    | Merged
    | Cancelled
    | Terminated
    | Archived
)
Task: TypeAlias = Unknown | KnownTask

MAIN_STATES: tuple[type[Known], ...] = (
    Registered,
    Triaged,
    PendingDispatch,
    Dispatched,
    ReturnReview,
    Adjudication,
    Accepted,
    InProgress,
    Carried,
    ResultReview,
    Callback,
    Rating,
    Dissatisfied,
    Closed,
    NotAdmitted,
    Diverted,
    Merged,
    Cancelled,
    Terminated,
    Archived,
)

OPEN_STATES = tuple(state for state in MAIN_STATES if not issubclass(state, Final | Archived))
"""States in which somebody still owes the residents something."""

INITIAL: Task = Unknown()


class SlaRegion(StrEnum):
    """The SLA region; NONE before dispatch and once a result is submitted."""

    NONE = "NONE"
    ON_TRACK = "ON_TRACK"
    WARNING = "WARNING"
    OVERDUE = "OVERDUE"
    PAUSED = "PAUSED"


def sla_region(task: Task) -> SlaRegion:
    """Return how the task stands towards its due instant."""
    match task:
        case Carried():
            return SlaRegion.PAUSED
        case InHand(body=Body(sla=Sla(overdue=True))):
            return SlaRegion.OVERDUE
        case InHand(body=Body(sla=Sla(warned=True))):
            return SlaRegion.WARNING
        case InHand():
            return SlaRegion.ON_TRACK
        case _:
            return SlaRegion.NONE


def is_open(task: Task) -> bool:
    """Say whether somebody still owes the residents something; a final task is not open."""
    return isinstance(task, OPEN_STATES)
