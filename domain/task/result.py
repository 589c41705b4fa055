"""The result: drafted by staff, signed by the coordinator, reviewed by somebody else.

Ending handling without a result, on a legal ground, stands here too.
"""

from typing import Literal

from domain.people import Role
from domain.rules import Rules
from domain.sealed import Sealed
from domain.task import refusal_rules as no
from domain.task.authority import (
    Command,
    Facts,
    not_a_doer,
    not_the_proposer,
    of_the_main_unit,
    of_the_place,
    one_of,
    standing_in,
    state_name,
)
from domain.task.commands import (
    ApproveResult,
    DraftResult,
    RefuseTermination,
    RequestTermination,
    ReturnForRework,
    SubmitResult,
)
from domain.task.facts import (
    ResultApproved,
    ResultDrafted,
    ResultSubmitted,
    ReworkOrdered,
    TaskTerminated,
    TerminationRefused,
    TerminationRequested,
)
from domain.task.handling import CONTACT_ATTEMPTS
from domain.task.limits import rework_deadline, step_deadline, terms_of
from domain.task.state import (
    AssistStatus,
    Body,
    InProgress,
    ResultReview,
    Task,
    Termination,
)

# Draft and signature.


def draft(task: Task, command: DraftResult, asked: Command, rules: Rules) -> Facts:
    """The staff assigned drafts the result; a later draft replaces an earlier one."""
    body = standing_in(task, InProgress).body
    of_the_main_unit(body, asked, rules)
    if asked.by.person != body.holding.staff:
        raise no.ASSIGNED_STAFF_ONLY(found=asked.by.role)
    _assists_named(body, command.assists_explained)
    return (ResultDrafted.model_validate(command.model_dump(exclude={"kind"})),)


def submit(task: Task, command: SubmitResult, asked: Command, rules: Rules) -> Facts:
    """The coordinator signs a result once the resident was contacted and the work is shown."""
    body = standing_in(task, InProgress).body
    of_the_main_unit(body, asked, rules)
    signed = _result_to_sign(body, command, asked)
    _assists_named(body, signed.assists_explained)
    _resident_contacted(body)
    if body.handling.evidence == 0:
        raise no.EVIDENCE_PRESENT(found=0)
    _assists_settled(body, signed.assists_explained)
    terms = terms_of(body, rules)
    assert body.sla.due is not None, "a task in hand has a due instant"
    return (
        ResultSubmitted(
            resolved=signed.resolved,
            public_reply=signed.public_reply,
            internal_note=signed.internal_note,
            cost_cents=signed.cost_cents,
            assists_explained=signed.assists_explained,
            drafted_by=body.handling.drafter if signed is body.handling.draft else None,
            on_time=asked.at <= body.sla.due.due,
            review_by=step_deadline(terms, "result_review", asked.at, urgent=body.is_urgent),
        ),
    )


def _result_to_sign(body: Body, command: SubmitResult, asked: Command) -> ResultDrafted:
    """Left empty, the staff's draft is signed by another person; else the result is complete."""
    told = {
        "resolved": command.resolved is not None,
        "public_reply": command.public_reply is not None,
        "internal_note": command.internal_note is not None,
        "cost_cents": command.cost_cents != 0,
        "assists_explained": command.assists_explained != (),
    }
    if not any(told.values()):
        if body.handling.draft is None:
            raise no.DRAFT_PRESENT(found=state_name(InProgress(body)))
        if asked.by.person == body.handling.drafter:
            raise no.SIGNER_NOT_DRAFTER(found=asked.by.role)
        return body.handling.draft
    if command.resolved is None or command.public_reply is None:
        missing = [field for field in ("resolved", "public_reply") if not told[field]]
        raise no.RESULT_COMPLETE(found=", ".join(missing))
    return ResultDrafted(
        resolved=command.resolved,
        public_reply=command.public_reply,
        internal_note=command.internal_note,
        cost_cents=command.cost_cents,
        assists_explained=command.assists_explained,
    )


def _resident_contacted(body: Body) -> None:
    """A resident was reached, or tried often enough; nobody to contact is nobody to contact."""
    handling = body.handling
    tried_enough = handling.contact_reached or handling.contact_attempts >= CONTACT_ATTEMPTS
    if body.need.parties and not tried_enough and not body.privacy.restricted:
        raise no.CONTACT_RECORDED(expected=CONTACT_ATTEMPTS, found=handling.contact_attempts)


def _assists_named(body: Body, explained: tuple[int, ...]) -> None:
    known = {assist.number for assist in body.assists}
    for number in explained:
        if number not in known:
            raise no.ASSIST_OPEN(found=number)


def _assists_settled(body: Body, explained: tuple[int, ...]) -> None:
    """Every assisting unit handed in its part, or the result explains why not."""
    for assist in body.assists:
        unsettled = assist.status in (AssistStatus.OPEN, AssistStatus.LATE)
        if unsettled and assist.number not in explained:
            raise no.ASSISTS_DONE(found=assist.number)


# Review.


def approve(task: Task, command: ApproveResult, asked: Command, rules: Rules) -> Facts:
    """Somebody who did not do the work approves it; works one can touch were seen on site."""
    body = standing_in(task, ResultReview).body
    _may_review(body, asked, rules)
    if body.judgement and body.judgement.physical_works and not command.verified_on_site:
        raise no.VERIFIED_ON_SITE(found=command.verified_on_site)
    terms = terms_of(body, rules)
    return (
        ResultApproved(
            verified_on_site=command.verified_on_site,
            callback_by=step_deadline(terms, "callback", asked.at, urgent=body.is_urgent),
            rating_until=terms.deadline(terms.policy.ratings.window, asked.at),
            remind_at=terms.deadline(terms.policy.ratings.remind_after, asked.at).due,
        ),
    )


def return_for_rework(task: Task, command: ReturnForRework, asked: Command, rules: Rules) -> Facts:
    """The reviewer sends the result back; the unit gets a share of the first limit."""
    body = standing_in(task, ResultReview).body
    _may_review(body, asked, rules)
    return (rework(body, "REVIEW", command.reason, asked, rules),)


def rework(
    body: Body,
    cause: Literal["REVIEW", "DISSATISFIED"],
    reason: Sealed,
    asked: Command,
    rules: Rules,
) -> ReworkOrdered:
    """Return the fact that the task is done again, with its new due instant."""
    return ReworkOrdered(
        round=body.handling.reworks + 1,
        cause=cause,
        reason=reason,
        due=rework_deadline(body, terms_of(body, rules), asked.at),
        due_before=body.sla.due,
    )


def _may_review(body: Body, asked: Command, rules: Rules) -> None:
    """A dispatcher of the place reviews, or a centre of the pairing or of the place."""
    by, of = asked.by, body.need.pairing
    pairing = None if of is None else rules.neighbours.pairing(of)
    party = pairing is not None and by.unit in pairing.parties
    if by.role is not Role.CENTER_COORDINATOR or not party:
        of_the_place(body.need.place, asked, rules)
    not_a_doer(body, asked, rules)


# Ending handling without a result.


def request_termination(
    task: Task, command: RequestTermination, asked: Command, rules: Rules
) -> Facts:
    """The main unit asks in writing to end handling, on one of the legal grounds."""
    body = standing_in(task, InProgress).body
    of_the_main_unit(body, asked, rules)
    if body.termination is not None:
        raise no.TERMINATION_PENDING(found=body.termination.ground)
    one_of(command.ground, (one.code for one in terms_of(body, rules).policy.termination_grounds))
    return (TerminationRequested(ground=command.ground, reason=command.reason),)


def approve_termination(task: Task, asked: Command, rules: Rules) -> Facts:
    """A supervisor ends handling."""
    body, request = _termination_to_decide(task, asked, rules)
    archive_at = step_deadline(terms_of(body, rules), "archive", asked.at)
    return (TaskTerminated(ground=request.ground, archive_at=archive_at),)


def refuse_termination(
    task: Task, command: RefuseTermination, asked: Command, rules: Rules
) -> Facts:
    """A supervisor has handling go on."""
    _termination_to_decide(task, asked, rules)
    return (TerminationRefused(reason=command.reason),)


def _termination_to_decide(task: Task, asked: Command, rules: Rules) -> tuple[Body, Termination]:
    body = standing_in(task, InProgress).body
    if body.termination is None:
        raise no.TERMINATION_ASKED(found=state_name(task))
    of_the_place(body.need.place, asked, rules)
    not_the_proposer(body.termination.proposer, asked)
    return body, body.termination
