"""How a need becomes a task, and how it leaves again before anybody handles it.

Registration, triage, refusal on legal grounds, diversion, merging duplicates, withdrawal.
"""

from domain.clocks import Deadline
from domain.people import Known as KnownBy
from domain.people import Role
from domain.rules import FOR_GOOD, Rules
from domain.task import refusal_rules as no
from domain.task.authority import (
    Command,
    Facts,
    has_to_do_with,
    of_the_place,
    one_of,
    standing_in,
    state_name,
)
from domain.task.commands import (
    AnswerChannel,
    AttachDuplicate,
    DivertTask,
    MergeInto,
    RefuseAdmission,
    RegisterTask,
    Source,
    TriageTask,
    Urgency,
    WithdrawTask,
)
from domain.task.facts import (
    DuplicateAttached,
    TaskCancelled,
    TaskDiverted,
    TaskMerged,
    TaskNotAdmitted,
    TaskRegistered,
    TaskTriaged,
    UrgencyRaised,
)
from domain.task.limits import handling_limit, step_deadline, terms_of
from domain.task.state import (
    Body,
    Callback,
    Dissatisfied,
    InHand,
    Known,
    PendingDispatch,
    Rating,
    Registered,
    ResultReview,
    Sla,
    Task,
    Triaged,
    Unfinished,
    Unknown,
)
from domain.values import covers

TAKING_TASKS = frozenset({"ACTIVE", "ADJUSTING", "UNDER_REVIEW"})
"""States of a pairing in which it takes new tasks."""


def register(task: Task, command: RegisterTask, asked: Command, rules: Rules) -> Facts:
    """A need is registered once, for a known category, in an active pairing or ad hoc."""
    if not isinstance(task, Unknown):
        raise no.NOT_IN_THIS_STATE(expected="UNKNOWN", found=state_name(task))
    _registered_by_the_right_hand(command, asked)
    _where_the_code_hangs(command, asked)
    has_to_do_with(command.place, asked, rules)
    somebody_dispatches(command.place, asked, rules)
    _requester_of_personal_data(command)
    policy_id = _policy_of(command, rules)
    terms = rules.under(policy_id)
    if terms.policy.category(command.category) is None:
        raise no.CATEGORY_KNOWN(expected=policy_id, found=command.category)
    if not terms.policy.in_force_at(command.place):
        raise no.POLICY_IN_FORCE(expected=", ".join(terms.policy.divisions), found=command.place)
    told = command.model_dump(exclude={"kind", "policy"})
    return (
        TaskRegistered.model_validate(
            told
            | {
                "policy": policy_id,
                "triage_by": step_deadline(terms, "triage", asked.at, urgent=command.urgent),
            }
        ),
    )


def _registered_by_the_right_hand(command: RegisterTask, asked: Command) -> None:
    """Residents register for themselves, the system project items and the parts of a call only."""
    if asked.by.role is Role.RESIDENT and command.requester != asked.by.person:
        raise no.REQUESTER_SELF(found=asked.by.role)
    inside = asked.by.role is Role.SYSTEM
    if command.call is not None and not inside:
        raise no.SPLIT_BY_CALL(found=asked.by.role)
    if (
        inside
        and command.call is None
        and (command.source is not Source.PROJECT or command.pairing is None)
    ):
        raise no.PROJECT_ONLY(found=command.source)


def _where_the_code_hangs(command: RegisterTask, asked: Command) -> None:
    """By a community's code residents register what lies there, and say it is they who ask."""
    if asked.by.known is not KnownBy.PUBLIC_CODE:
        return
    code = asked.by.session or ""
    if not code or not covers(code, command.place):
        raise no.CODE_OF_THE_PLACE(expected=code or "—", found=command.place)
    if command.source is not Source.RESIDENT or command.pairing is not None:
        raise no.CODE_FOR_RESIDENTS(found=command.source)


def _requester_of_personal_data(command: RegisterTask) -> None:
    """Personal data belong to somebody: they are sealed under the requester's key.

    So does the link by which somebody follows the task.
    """
    if command.requester is not None:
        return
    for field in ("name", "phone", "address", "link"):
        if getattr(command, field) is not None:
            raise no.REQUESTER_NAMED(found=field)


def _policy_of(command: RegisterTask, rules: Rules) -> str:
    """The command's own pack, else the pairing's, else the default; the pairing must be active.

    A claimed project gets its task whatever became of the pairing since: its approval decided it.
    """
    if command.pairing is None:
        if not command.ad_hoc:
            raise no.PAIRING_ACTIVE(found="—")
        return command.policy or rules.default_policy
    pairing = rules.neighbours.pairing(command.pairing)
    if pairing is None:
        raise no.PAIRING_ACTIVE(found="UNKNOWN")
    decided = command.ad_hoc or command.source is Source.PROJECT or command.call is not None
    if pairing.state not in TAKING_TASKS and not decided:
        raise no.PAIRING_ACTIVE(found=pairing.state)
    return command.policy or pairing.policy_id


def triage(task: Task, command: TriageTask, asked: Command, rules: Rules) -> Facts:
    """A dispatcher of the place judges urgency, duty class, category; the limit follows."""
    body = standing_in(task, Registered).body
    of_the_place(body.need.place, asked, rules)
    terms = terms_of(body, rules)
    category = command.category or body.need.category
    if terms.policy.category(category) is None:
        raise no.CATEGORY_KNOWN(expected=terms.policy.id, found=category)
    if command.grade is not None and command.grade not in terms.policy.handling.grades:
        raise no.GRADE_KNOWN(expected=terms.policy.id, found=command.grade)
    if command.place is not None:
        _place_of_some_unit(command.place, asked, rules)
    urgent = command.urgency is Urgency.URGENT
    request_type = command.request_type or body.need.request_type
    return (
        TaskTriaged(
            urgency=command.urgency,
            duty_class=command.duty_class,
            category=category,
            category_before=body.need.category,
            place=command.place or body.need.place,
            request_type=request_type,
            limit=handling_limit(terms, request_type, command.grade, urgent=urgent),
            physical_works=command.physical_works,
            queue_at=step_deadline(terms, "queue", asked.at, urgent=urgent),
        ),
    )


def _place_of_some_unit(place: str, asked: Command, rules: Rules) -> None:
    """A corrected place lies in the division of a unit in force, so that somebody can act."""
    if not any(
        unit.stands(asked.at) and covers(unit.division, place) for unit in rules.units.values()
    ):
        raise no.PLACE_KNOWN(found=place)
    somebody_dispatches(place, asked, rules)


def somebody_dispatches(place: str, asked: Command, rules: Rules) -> None:
    """Some dispatcher is in force for the place, and one without an end, or nobody moves it."""
    for at in (asked.at, FOR_GOOD):
        if not rules.dispatched(place, at):
            raise no.NOBODY_DISPATCHES(found=place)


def refuse_admission(task: Task, command: RefuseAdmission, asked: Command, rules: Rules) -> Facts:
    """Admission is refused on one of the legal grounds only, and the resident is told."""
    body = standing_in(task, Registered, Triaged).body
    of_the_place(body.need.place, asked, rules)
    terms = terms_of(body, rules)
    one_of(command.ground, (ground.code for ground in terms.policy.refusal_grounds))
    if body.need.parties and command.told_channel is AnswerChannel.NONE:
        raise no.RESIDENT_TOLD(found=command.told_channel)
    return (
        TaskNotAdmitted(
            ground=command.ground,
            told_channel=command.told_channel,
            explanation=command.explanation,
            archive_at=step_deadline(terms, "archive", asked.at),
        ),
    )


def divert(task: Task, command: DivertTask, asked: Command, rules: Rules) -> Facts:
    """Emergencies and matters with a legal route of their own are handed there."""
    body = standing_in(task, Registered, Triaged).body
    of_the_place(body.need.place, asked, rules)
    terms = terms_of(body, rules)
    one_of(command.route, (route.code for route in terms.policy.divert_routes), no.ROUTE_KNOWN)
    archive_at = step_deadline(terms, "archive", asked.at)
    return (TaskDiverted(route=command.route, archive_at=archive_at),)


def merge_into(task: Task, command: MergeInto, asked: Command, rules: Rules) -> Facts:
    """A duplicate goes into another open task on the same matter; its residents go along."""
    body = standing_in(task, Unfinished, ResultReview, Callback, Rating, Dissatisfied).body
    of_the_place(body.need.place, asked, rules)
    if command.master == asked.stream:
        raise no.MASTER_OTHER(found=command.master)
    master = rules.neighbours.task(command.master)
    if master is None or not master.is_open:
        raise no.MASTER_OPEN(found=master.state if master else "UNKNOWN")
    if command.master == body.need.call:
        return _back_to_its_call(task, command, body, asked, rules)
    ours = (body.need.place, body.need.category, body.need.matter)
    theirs = (master.place, master.category, master.matter)
    if ours != theirs:
        raise no.SAME_MATTER(expected=" ".join(ours), found=" ".join(theirs))
    archive_at = step_deadline(terms_of(body, rules), "archive", asked.at)
    return (TaskMerged(master=command.master, subjects=body.need.parties, archive_at=archive_at),)


def _back_to_its_call(
    task: Task, command: MergeInto, body: Body, asked: Command, rules: Rules
) -> Facts:
    """A matter that was split off goes back to its call, as long as nobody was sent either."""
    standing_in(task, Registered, Triaged, PendingDispatch)
    archive_at = step_deadline(terms_of(body, rules), "archive", asked.at)
    return (TaskMerged(master=command.master, subjects=body.need.parties, archive_at=archive_at),)


def attach_duplicate(task: Task, command: AttachDuplicate, asked: Command, rules: Rules) -> Facts:
    """A master takes the residents of its duplicate on, whatever became of it meanwhile.

    The duplicate has merged already, so refusing here would lose residents; a master that was
    itself merged passes them on (`coordination.errands`).
    """
    body = standing_in(task, Known).body
    attached = DuplicateAttached(
        duplicate=command.duplicate, subjects=command.subjects, urgent=command.urgent
    )
    if not command.urgent or body.is_urgent:
        return (attached,)
    return (attached, *_more_urgent(task, command.duplicate, asked, rules))


def _more_urgent(task: Task, duplicate: str, asked: Command, rules: Rules) -> Facts:
    """Triage is called for again before dispatch; in hand, the urgent limit counts if earlier."""
    match task:
        case Registered() | Triaged() | PendingDispatch():
            terms = terms_of(task.body, rules)
            triage_by = step_deadline(terms, "triage", asked.at, urgent=True)
            if isinstance(task, Registered) and task.triage_by.due < triage_by.due:
                triage_by = task.triage_by
            return (
                UrgencyRaised(duplicate=duplicate, triage_by=triage_by, due=None, due_before=None),
            )
        case InHand(body=Body(sla=Sla(due=Deadline() as before))):
            terms = terms_of(task.body, rules)
            due = terms.deadline(terms.policy.handling.urgent, asked.at)
            if due.due >= before.due:
                return ()
            return (UrgencyRaised(duplicate=duplicate, triage_by=None, due=due, due_before=before),)
        case _:
            return ()


def withdraw(task: Task, command: WithdrawTask, asked: Command, rules: Rules) -> Facts:
    """The requester or the registrar withdraws, unless it is about safety or others depend."""
    body = standing_in(task, Unfinished).body
    _requester_or_registrar(body, asked)
    if body.need.safety:
        raise no.SAFETY_NOT_WITHDRAWN(found=body.need.category)
    others = [party for party in body.need.parties if party != body.need.requester]
    if others:
        raise no.SHARED_TASK(found=len(others))
    archive_at = step_deadline(terms_of(body, rules), "archive", asked.at)
    return (TaskCancelled(reason=command.reason, archive_at=archive_at),)


def _requester_or_registrar(body: Body, asked: Command) -> None:
    resident = asked.by.role is Role.RESIDENT
    allowed = body.need.requester if resident else body.need.registrar
    if allowed is None or asked.by.person != allowed:
        raise no.REQUESTER_ONLY(found=asked.by.role)
