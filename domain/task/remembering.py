"""What each fact leaves behind in the state: memory without a single rule.

One function per theme of facts that change more than a field or two; `decider.evolve` calls them.
A fact brings everything needed with it, so nothing here computes a deadline or asks a policy.
"""

from typing import TypeVar

from domain.clocks import Deadline
from domain.envelope import Happened
from domain.task.changing import replace
from domain.task.commands import ContactResult, Urgency
from domain.task.facts import (
    AssistInvited,
    CallbackRecorded,
    CarryApproved,
    DeadlineRecalculated,
    DepartmentAbsent,
    DepartmentArrived,
    DuplicateAttached,
    ExtensionRequested,
    ProgressLogged,
    RegistrationCorrected,
    Resolution,
    ResultApproved,
    ResultSubmitted,
    ReturnApproved,
    ReworkOrdered,
    StaffAssigned,
    SupervisionLevel,
    SupervisionRaised,
    TaskCarried,
    TaskDispatched,
    TaskFact,
    TaskRated,
    TaskReactivated,
    TaskRecalled,
    TaskRegistered,
    TaskReopened,
    TaskState,
    TaskTakenOver,
    TaskTriaged,
    UnitDesignated,
    UrgencyRaised,
)
from domain.task.state import (
    Accepted,
    Adjudication,
    Assist,
    AssistStatus,
    Body,
    Callback,
    Carried,
    Closed,
    Dispatched,
    Dissatisfied,
    Extension,
    ExtensionStatus,
    Feedback,
    Final,
    Handling,
    Held,
    Holding,
    InProgress,
    Judgement,
    Known,
    KnownTask,
    Need,
    Pause,
    PendingDispatch,
    Rating,
    Registered,
    ResultReview,
    ReturnReview,
    Score,
    Sla,
    Task,
    Triaged,
    Whistle,
)

KnownT = TypeVar("KnownT", bound=Known)
Told = Happened[TaskFact]


def with_body(task: KnownT, body: Body) -> KnownT:
    """Return the same main state around another *body*."""
    return replace(task, body=body)


def registered(fact: TaskRegistered, told: Told) -> Registered:
    """A task begins."""
    need = Need(
        source=fact.source,
        category=fact.category,
        request_type=fact.request_type,
        place=fact.place,
        matter=fact.matter,
        requester=fact.requester,
        parties=(fact.requester,) if fact.requester else (),
        answer_channel=fact.answer_channel,
        pairing=fact.pairing,
        urgent=fact.urgent,
        safety=fact.safety,
        policy_id=fact.policy,
        registrar=told.by.person,
        registered_at=min(told.occurred_at, told.at),
        project_item=fact.project_item,
        ledger_row=fact.ledger_row,
        call=fact.call,
    )
    following = ((fact.link, fact.requester),) if fact.link and fact.requester else ()
    return Registered(Body(need, following=following), fact.triage_by)


def triaged(body: Body, fact: TaskTriaged, told: Told) -> Triaged:
    """The need as triage corrected it, and its handling limit."""
    need = replace(
        body.need, category=fact.category, place=fact.place, request_type=fact.request_type
    )
    judgement = Judgement(fact.urgency, fact.duty_class, fact.limit, fact.physical_works)
    holding = replace(body.holding, street=told.by.unit)
    return Triaged(replace(body, need=need, judgement=judgement, holding=holding), fact.queue_at)


def joined(body: Body, fact: DuplicateAttached) -> Body:
    """Residents of a duplicate are parties like the first one, each once; a part comes back."""
    parties = tuple(dict.fromkeys((*body.need.parties, *fact.subjects)))
    own = fact.duplicate in body.parts
    return replace(
        body,
        need=replace(body.need, parties=parties),
        parts=tuple(part for part in body.parts if part != fact.duplicate),
        duplicates=body.duplicates + (not own),
    )


def corrected(task: KnownTask, fact: RegistrationCorrected) -> KnownTask:
    """The need as it was meant; a requester named now is a party like any other."""
    clear = ("source", "category", "request_type", "place", "matter", "answer_channel")
    given = {name: getattr(fact, name) for name in (*clear, "urgent", "safety")}
    need = replace(task.body.need, **{name: new for name, new in given.items() if new is not None})
    if fact.requester is not None and need.requester is None:
        parties = tuple(dict.fromkeys((fact.requester, *need.parties)))
        need = replace(need, requester=fact.requester, parties=parties)
    body = replace(task.body, need=need)
    if isinstance(task, Registered) and fact.triage_by is not None:
        return Registered(body, fact.triage_by)
    return with_body(task, body)


def more_urgent(task: KnownTask, fact: UrgencyRaised, told: Told) -> KnownTask:
    """Before dispatch triage begins anew; in hand, only the due instant and the limits move."""
    need = replace(task.body.need, urgent=True)
    if fact.triage_by is not None:
        return Registered(replace(task.body, need=need, judgement=None), fact.triage_by)
    assert fact.due is not None, "either triage is called for or a due instant is set"
    assert task.body.judgement is not None, "a task in hand was triaged"
    judgement = replace(task.body.judgement, urgency=Urgency.URGENT, limit=fact.due.limit)
    body = replace(task.body, need=need, judgement=judgement)
    return with_body(task, with_due(body, fact.due, told))


# Who holds the task.


def dispatched(body: Body, fact: TaskDispatched, told: Told) -> Dispatched:
    """A unit holds the task from now; the due clock runs."""
    reset = fact.due_before is not None and fact.due != fact.due_before
    sla = Sla(due=fact.due, set_at=told.at, reset_used=body.sla.reset_used or reset)
    if fact.due_before is not None and not reset:
        sla = replace(body.sla, paused_at=None)
    holding = replace(
        body.holding,
        main=fact.main,
        since=told.at,
        dispatched_at=told.at,
        street=told.by.unit,
    )
    return Dispatched(_with_new_unit(body, holding, sla), fact.sign_in_by)


def designated(body: Body, fact: UnitDesignated, told: Told) -> Dispatched:
    """An adjudicator named the unit; the one before no longer holds the task."""
    sla = Sla(due=fact.due, set_at=told.at, reset_used=body.sla.reset_used)
    holding = replace(
        _let_go(body.holding, told),
        main=fact.main,
        since=told.at,
        dispatched_at=told.at,
        designated=fact.main,
    )
    return Dispatched(_with_new_unit(body, holding, sla), fact.sign_in_by)


def returned(body: Body, fact: ReturnApproved | TaskRecalled, told: Told) -> PendingDispatch:
    """Nobody holds the task; the due instant is kept until the next dispatch."""
    return PendingDispatch(
        replace(body, holding=_let_go(body.holding, told), extension=Extension()),
        fact.dispatch_by,
    )


def _with_new_unit(body: Body, holding: Holding, sla: Sla) -> Body:
    """A new unit starts with a clean ladder, no extension asked for, and its own assistants."""
    return replace(
        body,
        holding=holding,
        sla=sla,
        supervision=SupervisionLevel.NONE,
        extension=Extension(),
        assists=tuple(
            replace(one, status=AssistStatus.RELEASED)
            if one.status in (AssistStatus.OPEN, AssistStatus.LATE)
            else one
            for one in body.assists
        ),
        carry=None,
        termination=None,
    )


def _let_go(holding: Holding, told: Told) -> Holding:
    """The unit and how long it held the task are remembered."""
    held = holding.held
    if holding.main is not None and holding.since is not None:
        held = (*held, Held(holding.main, holding.since, told.at))
    return replace(holding, main=None, since=None, staff=None, held=held)


def taken_over(task: KnownTask, fact: TaskTakenOver, told: Told) -> Task:
    """The successor holds the task with the same due instant and names its own staff.

    It accepted in the hand-over, so that a task that was dispatched, in hand, or about to be
    returned is accepted; the other states stay. Before dispatch nobody holds it yet.
    """
    body = task.body
    if body.holding.main is None or body.holding.main == fact.main:
        return task
    holding = replace(_let_go(body.holding, told), main=fact.main, since=told.at)
    body = replace(body, holding=holding)
    if isinstance(task, Dispatched | ReturnReview | Accepted | InProgress):
        return Accepted(body)
    return with_body(task, body)


# Handling.


def assigned(body: Body, fact: StaffAssigned) -> InProgress:
    """The staff is named; contact and stage reports are owed from the first time on."""
    handling = body.handling
    handling = replace(
        handling,
        first_contact_by=fact.first_contact_by or handling.first_contact_by,
        stage_report_by=fact.stage_report_by or handling.stage_report_by,
        contact_owed=False,
    )
    holding = replace(body.holding, staff=fact.person, doers=body.holding.doers | {fact.person})
    return InProgress(replace(body, handling=handling, holding=holding))


def contacted(body: Body, result: ContactResult) -> Body:
    """One more attempt, and whether anybody was reached."""
    handling = body.handling
    return replace(
        body,
        handling=replace(
            handling,
            contact_attempts=handling.contact_attempts + 1,
            contact_reached=handling.contact_reached or result is ContactResult.REACHED,
        ),
    )


def reported(body: Body, fact: ProgressLogged) -> Body:
    """A stage report starts the next interval; other progress leaves the clock alone."""
    if fact.next_stage_report_by is None:
        return body
    handling = replace(body.handling, stage_report_by=fact.next_stage_report_by)
    return replace(body, handling=handling)


def invited(body: Body, fact: AssistInvited) -> Body:
    """One more assisting unit."""
    return replace(body, assists=(*body.assists, Assist(fact.number, fact.unit, fact.due)))


def assist_became(body: Body, number: int, status: AssistStatus) -> Body:
    """Assist *number* is handed in, late, or explained."""
    return replace(
        body,
        assists=tuple(
            replace(one, status=status) if one.number == number else one for one in body.assists
        ),
    )


def whistle_answered(body: Body, fact: DepartmentArrived | DepartmentAbsent) -> Body:
    """A called department arrived, or was found absent."""

    def answered(whistle: Whistle) -> Whistle:
        if whistle.number != fact.number:
            return whistle
        if isinstance(fact, DepartmentArrived):
            return replace(whistle, arrived=whistle.arrived | {fact.unit})
        return replace(whistle, absent=whistle.absent | {fact.unit})

    return replace(body, whistles=tuple(answered(whistle) for whistle in body.whistles))


def with_due(body: Body, due: Deadline, told: Told) -> Body:
    """The due instant moved: what was warned of or missed was another one."""
    sla = replace(
        body.sla, due=due, set_at=told.at, warned=False, overdue=False, paused_at=None, pause=None
    )
    return replace(body, sla=sla)


def more_time_asked(body: Body, fact: ExtensionRequested, told: Told) -> Body:
    """A request waits for its answer."""
    return replace(
        body,
        extension=Extension(
            ExtensionStatus.REQUESTED, fact.number, fact.limit, fact.review_by, told.by.person
        ),
    )


def answered(body: Body, status: ExtensionStatus) -> Body:
    """The request was granted or refused; how many there were is kept."""
    return replace(body, extension=Extension(status, body.extension.number))


def key_turned(body: Body, fact: CarryApproved, told: Told) -> Body:
    """One of the two keys was turned, by this person."""
    if body.carry is None:
        return body
    keys = (*body.carry.keys, (fact.key, told.by.person))
    return replace(body, carry=replace(body.carry, keys=keys))


def carried(body: Body, fact: TaskCarried, told: Told) -> Carried:
    """The due clock stands still; what waited for an answer is over."""
    body = replace(
        body,
        sla=replace(body.sla, paused_at=told.at),
        carry=None,
        extension=_dropped(body.extension),
        termination=None,
    )
    return Carried(body, fact.review_at)


def _dropped(extension: Extension) -> Extension:
    """A request that nobody needs to answer any more still counts as one that was made."""
    if extension.status is ExtensionStatus.REQUESTED:
        return replace(extension, status=ExtensionStatus.NONE, limit=None, review_by=None)
    return extension


def reactivated(body: Body, fact: TaskReactivated, told: Told) -> InProgress:
    """Handling goes on with a clean ladder; the pause is kept to compute the due instant again."""
    body = replace(with_due(body, fact.due, told), supervision=SupervisionLevel.NONE)
    pause = Pause(fact.due_before, fact.paused_since, fact.due.counted_from)
    return InProgress(replace(body, sla=replace(body.sla, pause=pause)))


# Result and feedback.


def submitted(body: Body, fact: ResultSubmitted, told: Told) -> ResultReview:
    """The due clock is off; requests that waited for an answer are over."""
    who = {person for person in (told.by.person, fact.drafted_by) if person}
    for number in fact.assists_explained:
        body = assist_became(body, number, AssistStatus.EXPLAINED)
    body = replace(
        body,
        handling=replace(body.handling, draft=None, drafter=None, resolved=fact.resolved),
        holding=replace(body.holding, doers=body.holding.doers | who),
        extension=_dropped(body.extension),
        carry=None,
        termination=None,
    )
    return ResultReview(body, fact.review_by)


def approved(body: Body, fact: ResultApproved) -> Callback:
    """A new round of feedback opens."""
    before = body.feedback
    feedback = Feedback(
        round=before.round + 1,
        callback_by=fact.callback_by,
        rating_until=fact.rating_until,
        remind_at=fact.remind_at,
        dissatisfied=before.dissatisfied,
    )
    return Callback(replace(body, feedback=feedback))


def rework_ordered(body: Body, fact: ReworkOrdered, told: Told) -> InProgress:
    """The same staff goes on, with a new due instant."""
    dissatisfied = fact.cause == "DISSATISFIED"
    handling = replace(
        body.handling,
        reworks=fact.round,
        reworks_dissatisfied=body.handling.reworks_dissatisfied + dissatisfied,
    )
    return InProgress(with_due(replace(body, handling=handling), fact.due, told))


def called_back(task: Known, fact: CallbackRecorded, told: Told) -> Task:
    """One attempt, perhaps with an answer."""
    feedback = replace(
        task.body.feedback,
        attempts=(*task.body.feedback.attempts, told.occurred_at),
        callback_by=fact.next_callback_by,
    )
    if fact.subject is not None:
        feedback = feedback.answered(fact.subject, fact.grade, resolved=fact.resolved)
    return _after_feedback(task, feedback, fact, told)


def rated(task: Known, fact: TaskRated, told: Told) -> Task:
    """One resident's rating."""
    feedback = task.body.feedback.answered(fact.subject, fact.grade, resolved=fact.resolved)
    if fact.link is not None:
        following = (*task.body.following, (fact.link, fact.subject))
        task = with_body(task, replace(task.body, following=following))
    return _after_feedback(task, feedback, fact, told)


def _after_feedback(
    task: Known, feedback: Feedback, fact: CallbackRecorded | TaskRated, told: Told
) -> Task:
    """The fact says where the task stands afterwards."""
    newly = fact.then is TaskState.DISSATISFIED and not isinstance(task, Dissatisfied)
    feedback = replace(feedback, dissatisfied=feedback.dissatisfied + newly)
    body = replace(task.body, feedback=feedback)
    match fact.then:
        case TaskState.CALLBACK:
            return Callback(body)
        case TaskState.DISSATISFIED:
            return Dissatisfied(body)
        case TaskState.CLOSED if isinstance(task, Closed):
            return replace(task, body=body, resolution=fact.resolution or task.resolution)
        case TaskState.CLOSED if fact.archive_at is not None:
            resolution = fact.resolution or Resolution.RESOLVED
            return closed(body, resolution, fact.archive_at, told)
        case _:
            return Rating(body)


def closed(body: Body, resolution: Resolution, archive_at: Deadline, told: Told) -> Closed:
    """Handling is over."""
    return Closed(body, told.at, archive_at, resolution)


def reopened(body: Body, fact: TaskReopened, told: Told) -> Triaged:
    """A new round begins from triage; who held it, and every resident, is kept."""
    body = replace(
        body,
        round=fact.round,
        holding=replace(_let_go(body.holding, told), doers=frozenset()),
        sla=Sla(),
        supervision=SupervisionLevel.NONE,
        extension=Extension(),
        handling=Handling(),
        score=Score(),
    )
    return Triaged(body, fact.queue_at)


# Supervision and recomputed deadlines.


def raised(body: Body, fact: SupervisionRaised) -> Body:
    """The ladder was climbed; when a clock did it, that clock has rung."""
    if fact.due is None:
        return replace(body, supervision=fact.level)
    warned = body.sla.warned or fact.cause.startswith("due.")
    return replace(
        body,
        supervision=fact.level,
        sla=replace(body.sla, warned=warned),
        rung=body.rung | {(fact.cause, fact.due)},
    )


def recalculated(task: KnownTask, fact: DeadlineRecalculated, told: Told) -> KnownTask:
    """The deadline *clock* watches is another one now, wherever it is kept."""
    body, due = task.body, fact.due
    what, _, number = fact.clock.partition("/")
    match what:
        case "due":
            pause = body.sla.pause
            body = with_due(body, due, told)
            return with_body(task, replace(body, sla=replace(body.sla, pause=pause)))
        case "first_contact":
            return with_body(
                task, replace(body, handling=replace(body.handling, first_contact_by=due))
            )
        case "stage_report":
            return with_body(
                task, replace(body, handling=replace(body.handling, stage_report_by=due))
            )
        case "extension_review":
            return with_body(task, replace(body, extension=replace(body.extension, review_by=due)))
        case "callback":
            return with_body(task, replace(body, feedback=replace(body.feedback, callback_by=due)))
        case "rating":
            return with_body(task, replace(body, feedback=replace(body.feedback, rating_until=due)))
        case "arrival":
            whistles = tuple(
                replace(one, arrive_by=due) if one.number == int(number) else one
                for one in body.whistles
            )
            return with_body(task, replace(body, whistles=whistles))
        case _:
            return _recalculated_state(task, due)


def _recalculated_state(task: KnownTask, due: Deadline) -> KnownTask:
    """The deadline is the main state's own; each state has one."""
    match task:
        case Registered():
            return replace(task, triage_by=due)
        case Triaged():
            return replace(task, queue_at=due)
        case PendingDispatch():
            return replace(task, dispatch_by=due)
        case Dispatched():
            return replace(task, sign_in_by=due)
        case ReturnReview() | ResultReview():
            return replace(task, review_by=due)
        case Adjudication():
            return replace(task, adjudicate_by=due)
        case Final():
            return replace(task, archive_at=due)
        case _:
            return task
