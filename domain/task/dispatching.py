"""Who must handle the task: dispatch, sign-in, return, dispute, adjudication, hand-over.

The due clock starts at dispatch, not at sign-in, so that nobody gains by not signing.
"""

from datetime import datetime
from typing import Literal

from domain.clocks import Deadline
from domain.people import Role
from domain.rules import Rules, Terms
from domain.sealed import Sealed
from domain.task import refusal_rules as no
from domain.task.authority import (
    Command,
    Facts,
    not_after,
    not_the_proposer,
    of_the_main_unit,
    of_the_place,
    standing_in,
)
from domain.task.commands import (
    ApproveReturn,
    Designate,
    DispatchTask,
    DutyClass,
    EscalateDispute,
    RecallTask,
    RefuseReturn,
    RequestReturn,
    TakeOverTask,
)
from domain.task.facts import (
    AssistInvited,
    ChosenAmong,
    DisputeOpened,
    ReturnApproved,
    ReturnRefused,
    ReturnRequested,
    TaskAccepted,
    TaskDispatched,
    TaskFact,
    TaskQueued,
    TaskRecalled,
    TaskTakenOver,
    UnitDesignated,
)
from domain.task.limits import latest_assist, step_deadline, terms_of
from domain.task.state import (
    Accepted,
    Adjudication,
    Archived,
    Body,
    Dispatched,
    Final,
    InProgress,
    Known,
    PendingDispatch,
    ReturnReview,
    Task,
    Triaged,
)
from domain.units import UnitKind
from domain.values import instant_text

_COMMUNITIES = frozenset({UnitKind.RESIDENTS_COMMITTEE, UnitKind.COMMUNITY})
_HANDLING = (UnitKind.DEPARTMENT, UnitKind.STREET_OFFICE, UnitKind.PARTY_SERVICE_CENTER)


def queue(task: Task, asked: Command, rules: Rules) -> Facts:
    """A triaged task goes into the dispatch queue."""
    body = standing_in(task, Triaged).body
    of_the_place(body.need.place, asked, rules)
    return (queued(body, rules, asked.at),)


def queued(body: Body, rules: Rules, at: datetime) -> TaskQueued:
    """Return the fact that the task waits for dispatch since *at*."""
    dispatch_by = step_deadline(terms_of(body, rules), "dispatch", at, urgent=body.is_urgent)
    return TaskQueued(dispatch_by=dispatch_by)


def dispatch(task: Task, command: DispatchTask, asked: Command, rules: Rules) -> Facts:
    """A dispatcher sends the task to a unit the duty list allows; the due clock starts now."""
    standing = standing_in(task, Triaged, PendingDispatch)
    body = standing.body
    of_the_place(body.need.place, asked, rules)
    _may_be_main(body, command.main, asked.at, rules)
    _may_assist(command.main, command.assist, asked.at, rules)
    suggested = _chosen_among(command)
    terms = terms_of(body, rules)
    due = _due_at_dispatch(body, terms, asked.at)
    sent: tuple[TaskFact, ...] = (
        TaskDispatched(
            main=command.main,
            main_before=body.holding.held[-1].unit if body.holding.held else None,
            assist=command.assist,
            note=command.note,
            sign_in_by=step_deadline(terms, "sign_in", asked.at, urgent=body.is_urgent),
            due=due,
            due_before=body.sla.due,
            suggested=suggested,
            reason=command.reason,
        ),
        *invitations(body, command.assist, due, asked.at, terms),
    )
    if isinstance(standing, Triaged):
        return (queued(body, rules, asked.at), *sent)
    return sent


def _chosen_among(command: DispatchTask) -> ChosenAmong | None:
    """Whoever was shown suggestions and does not take the first says why."""
    if command.suggested is None:
        return None
    version, units = command.suggested.version, command.suggested.units
    if command.main != units[0] and command.reason is None:
        raise no.REASON_FOR_OTHER_CHOICE(expected=units[0], found=command.main)
    chosen = units.index(command.main) + 1 if command.main in units else None
    return ChosenAmong(version=version, units=units, chosen=chosen)


def _due_at_dispatch(body: Body, terms: Terms, at: datetime) -> Deadline:
    """A first dispatch counts from now; the first after an approved return too, later ones not."""
    if body.sla.due is not None and body.sla.reset_used:
        return body.sla.due
    return _fresh_due(body, terms, at)


def _fresh_due(body: Body, terms: Terms, at: datetime) -> Deadline:
    assert body.judgement is not None, "a task is dispatched after triage"
    return terms.deadline(body.judgement.limit, at)


def _may_be_main(body: Body, main: str, at: datetime, rules: Rules) -> None:
    """Communities are protected (接诉即办条例 art. 17); the duty list decides the rest."""
    unit = rules.unit(main, at)
    if unit.until is not None and unit.successor is None:
        raise no.UNIT_ENDING(expected=instant_text(unit.until), found=main)
    kind = unit.kind
    if kind in _COMMUNITIES:
        raise no.COMMUNITY_PROTECTED(found=main)
    if kind not in _HANDLING:
        raise no.HANDLING_UNIT(expected=", ".join(_HANDLING), found=kind)
    duty = body.judgement.duty_class if body.judgement else DutyClass.BASIC
    if duty is not DutyClass.BASIC and kind is not UnitKind.DEPARTMENT:
        raise no.DUTY_LIST(expected=duty, found=kind)


def _may_assist(main: str, assist: tuple[str, ...], at: datetime, rules: Rules) -> None:
    """Assisting units are in force, each named once, none of them the main unit."""
    for number, unit in enumerate(assist):
        rules.unit(unit, at)
        if unit == main or unit in assist[:number]:
            raise no.ASSIST_OTHER_UNIT(found=unit)


def invitations(
    body: Body, units: tuple[str, ...], due: Deadline, at: datetime, terms: Terms
) -> tuple[AssistInvited, ...]:
    """Return the invitations of the units that are to assist from the start."""
    first = len(body.assists) + 1
    return tuple(
        AssistInvited(number=number, unit=unit, request=None, due=latest_assist(due, at, terms))
        for number, unit in enumerate(units, first)
    )


def accept(task: Task, asked: Command, rules: Rules) -> Facts:
    """Only the unit a task was sent to signs in for it."""
    body = standing_in(task, Dispatched).body
    return (TaskAccepted(unit=of_the_main_unit(body, asked, rules)),)


# Return and dispute.


def request_return(task: Task, command: RequestReturn, asked: Command, rules: Rules) -> Facts:
    """A unit asks once and early to return what is not its duty; a second return is a dispute."""
    body = standing_in(task, Dispatched, Accepted).body
    unit = of_the_main_unit(body, asked, rules)
    terms = terms_of(body, rules)
    if body.holding.designated == unit:
        raise no.DESIGNATION_FINAL(found=unit)
    times, allowed = body.holding.returns.count(unit), terms.policy.returns.per_unit
    if times >= allowed:
        raise no.RETURN_ONCE(expected=allowed, found=times)
    assert body.holding.dispatched_at is not None, "a unit holds the task since its dispatch"
    window = terms.deadline(terms.policy.returns.within, body.holding.dispatched_at)
    not_after(asked.at, window.due, no.RETURN_WINDOW)
    if command.suggested_unit is not None:
        rules.unit(command.suggested_unit, asked.at)
    requested = ReturnRequested(
        unit=unit,
        reason=command.reason,
        legal_basis=command.legal_basis,
        suggested_unit=command.suggested_unit,
        review_by=step_deadline(terms, "return_review", asked.at, urgent=body.is_urgent),
    )
    if not body.holding.returns:
        return (requested,)
    return (requested, dispute(body, "SECOND_RETURN", rules, asked.at))


def approve_return(task: Task, command: ApproveReturn, asked: Command, rules: Rules) -> Facts:
    """A dispatcher takes the task back; the fact tells how long the unit held it."""
    body = _return_to_decide(task, asked, rules)
    assert body.holding.main is not None, "only a unit that holds the task returns it"
    assert body.holding.since is not None, "a unit holds the task since its dispatch"
    return (
        ReturnApproved(
            unit=body.holding.main,
            held_since=body.holding.since,
            note=command.note,
            dispatch_by=queued(body, rules, asked.at).dispatch_by,
        ),
    )


def refuse_return(task: Task, command: RefuseReturn, asked: Command, rules: Rules) -> Facts:
    """A dispatcher leaves the task with its unit, which has thereby signed in."""
    body = _return_to_decide(task, asked, rules)
    assert body.holding.main is not None, "only a unit that holds the task returns it"
    return (ReturnRefused(unit=body.holding.main, reason=command.reason),)


def _return_to_decide(task: Task, asked: Command, rules: Rules) -> Body:
    standing = standing_in(task, ReturnReview)
    of_the_place(standing.body.need.place, asked, rules)
    not_the_proposer(standing.proposer, asked)
    return standing.body


def escalate(task: Task, command: EscalateDispute, asked: Command, rules: Rules) -> Facts:
    """A dispatcher who cannot decide a return hands it to the adjudicator."""
    body = standing_in(task, ReturnReview).body
    of_the_place(body.need.place, asked, rules)
    return (dispute(body, "ESCALATED", rules, asked.at, command.reason),)


def dispute(
    body: Body,
    cause: Literal["ESCALATED", "SECOND_RETURN", "REVIEW_LAPSED"],
    rules: Rules,
    at: datetime,
    reason: Sealed | None = None,
) -> DisputeOpened:
    """Return the fact that it is disputed who must handle the task."""
    unit = body.holding.main
    assert unit is not None, "only a unit that holds the task returns it"
    terms = terms_of(body, rules)
    return DisputeOpened(
        cause=cause,
        unit=unit,
        disputing=tuple(dict.fromkeys((*body.holding.returns, unit))),
        reason=reason,
        adjudicate_by=step_deadline(terms, "adjudication", at, urgent=body.is_urgent),
    )


def designate(task: Task, command: Designate, asked: Command, rules: Rules) -> Facts:
    """An adjudicator of no disputing unit names the unit, finally; the due clock starts again."""
    standing = standing_in(task, Adjudication)
    body = standing.body
    of_the_place(body.need.place, asked, rules)
    _neutral(standing, asked, rules)
    _may_be_main(body, command.main, asked.at, rules)
    _may_assist(command.main, command.assist, asked.at, rules)
    terms = terms_of(body, rules)
    due = _fresh_due(body, terms, asked.at)
    return (
        UnitDesignated(
            main=command.main,
            main_before=body.holding.main,
            assist=command.assist,
            reason=command.reason,
            sign_in_by=step_deadline(terms, "sign_in", asked.at, urgent=body.is_urgent),
            due=due,
            due_before=body.sla.due,
        ),
        *invitations(body, command.assist, due, asked.at, terms),
    )


def _neutral(task: Adjudication, asked: Command, rules: Rules) -> None:
    """The adjudicator holds no role at a disputing unit, whatever hat the decision is given in."""
    for unit in task.disputing:
        if rules.holds_any(asked.by.person, unit, asked.at):
            raise no.ADJUDICATOR_NEUTRAL(found=unit)


def recall(task: Task, command: RecallTask, asked: Command, rules: Rules) -> Facts:
    """A dispatcher takes the task back where nobody is left who could act on it."""
    standing = standing_in(task, Dispatched, ReturnReview, Adjudication, Accepted, InProgress)
    body = standing.body
    of_the_place(body.need.place, asked, rules)
    assert body.holding.main is not None, "a task in hand is held by a unit"
    assert body.holding.since is not None, "a unit holds the task since its dispatch"
    if isinstance(standing, Adjudication):
        left = _adjudicators(standing, rules, asked.at)
    else:
        left = _coordinators(body.holding.main, rules, asked.at)
    if left:
        raise no.UNIT_STILL_STAFFED(expected=body.holding.main, found=", ".join(left))
    return (
        TaskRecalled(
            unit=body.holding.main,
            held_since=body.holding.since,
            reason=command.reason,
            dispatch_by=queued(body, rules, asked.at).dispatch_by,
        ),
    )


def _coordinators(main: str, rules: Rules, at: datetime) -> list[str]:
    """Return the units in force whose coordinators act on what was sent to *main*."""
    return [
        unit
        for unit in sorted(rules.posts.held.get(Role.DEPT_COORDINATOR, {}))
        if rules.acts_for(unit, main, at)
        and rules.units[unit].stands(at)
        and rules.filled(Role.DEPT_COORDINATOR, unit, at)
    ]


def _adjudicators(task: Adjudication, rules: Rules, at: datetime) -> list[str]:
    """Return the units in force with an adjudicator for the place who is of no disputing unit."""
    return sorted(
        {
            grant.unit
            for person in rules.people.values()
            for grant in person.grants
            if grant.role is Role.ADJUDICATOR
            and grant.stands(at)
            and rules.units[grant.unit].stands(at)
            and rules.serves(grant.unit, task.body.need.place, at)
            and not any(rules.holds_any(person.id, unit, at) for unit in task.disputing)
        }
    )


def take_over(task: Task, command: TakeOverTask, asked: Command, rules: Rules) -> Facts:
    """The successor the pairing's hand-over named takes the task; a finished task needs none."""
    standing = standing_in(task, Known)
    if isinstance(standing, Final | Archived):
        return ()
    body = standing.body
    _may_be_main(body, command.successor, asked.at, rules)
    return (
        TaskTakenOver(
            main=command.successor,
            main_before=body.holding.main,
            held_since=body.holding.since,
            pairing=command.pairing,
        ),
    )
