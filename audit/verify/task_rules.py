"""What may follow what in a support task (domain.md §2.2), said once more by the auditor.

`domain/task` decides by these rules when a command is given; here they are asked of the facts that
stand in the book, whoever put them there. Only what the facts themselves show can be asked: that a
fact may happen in this state, and that no one judged what they had asked for or done.
"""

from collections.abc import Callable, Iterable
from typing import Any

from domain.envelope import Happened
from domain.linking import FindingLinked
from domain.task import facts as f
from domain.task.facts import TaskState as S
from domain.task.state import ExtensionStatus, Known, ReturnReview, Task, Unknown

_BEFORE_RESULT = frozenset(
    (
        S.REGISTERED,
        S.TRIAGED,
        S.PENDING_DISPATCH,
        S.DISPATCHED,
        S.RETURN_REVIEW,
        S.ADJUDICATION,
        S.ACCEPTED,
        S.IN_PROGRESS,
        S.CARRIED,
    )
)
_OPEN = _BEFORE_RESULT | {S.RESULT_REVIEW, S.CALLBACK, S.RATING, S.DISSATISFIED}
_IN_HAND = frozenset((S.DISPATCHED, S.RETURN_REVIEW, S.ADJUDICATION, S.ACCEPTED, S.IN_PROGRESS))
_WITH_A_UNIT = _IN_HAND | {S.CARRIED}
_FINAL = frozenset((S.CLOSED, S.NOT_ADMITTED, S.DIVERTED, S.MERGED, S.CANCELLED, S.TERMINATED))
_ANY = _OPEN | _FINAL | {S.ARCHIVED}
_ADMITTING = frozenset((S.REGISTERED, S.TRIAGED))
_ASKING = frozenset((S.CALLBACK, S.RATING))
_HANDLING = frozenset((S.ACCEPTED, S.IN_PROGRESS))
_WORKING = frozenset((S.IN_PROGRESS,))
_CLOSED = frozenset((S.CLOSED,))

MAY_HAPPEN_IN: dict[type[Any], frozenset[S]] = {
    f.TaskTriaged: frozenset((S.REGISTERED,)),
    f.TaskNotAdmitted: _ADMITTING,
    f.TaskDiverted: _ADMITTING,
    f.TaskMerged: _OPEN,
    f.DuplicateAttached: _ANY,
    f.TaskQueued: frozenset((S.TRIAGED,)),
    f.TaskDispatched: frozenset((S.PENDING_DISPATCH,)),
    f.TaskAccepted: frozenset((S.DISPATCHED,)),
    f.SignInOverdue: frozenset((S.DISPATCHED,)),
    f.TaskAutoAccepted: frozenset((S.DISPATCHED,)),
    f.ReturnRequested: frozenset((S.DISPATCHED, S.ACCEPTED)),
    f.ReturnApproved: frozenset((S.RETURN_REVIEW,)),
    f.ReturnRefused: frozenset((S.RETURN_REVIEW,)),
    f.DisputeOpened: frozenset((S.RETURN_REVIEW,)),
    f.UnitDesignated: frozenset((S.ADJUDICATION,)),
    f.StaffAssigned: _HANDLING,
    f.ConflictDeclared: _ANY,
    f.ResidentContacted: _WORKING,
    f.ProgressLogged: _WORKING,
    f.EvidenceAttached: frozenset((S.IN_PROGRESS, S.RESULT_REVIEW)),
    f.AssistInvited: frozenset((S.DISPATCHED, S.IN_PROGRESS)),
    f.AssistSubmitted: _WITH_A_UNIT,
    f.AssistOverdue: _WITH_A_UNIT,
    f.WhistleBlown: _WITH_A_UNIT,
    f.DepartmentArrived: _OPEN,
    f.DepartmentAbsent: _OPEN,
    f.ExtensionRequested: _HANDLING,
    f.ExtensionGranted: _HANDLING,
    f.ExtensionRefused: _IN_HAND,
    f.CarryProposed: _WORKING,
    f.CarryApproved: _WORKING,
    f.CarryRefused: _WORKING,
    f.TaskCarried: _WORKING,
    f.TaskReactivated: frozenset((S.CARRIED,)),
    f.ResultDrafted: _WORKING,
    f.ResultSubmitted: _WORKING,
    f.ResultApproved: frozenset((S.RESULT_REVIEW,)),
    f.ReworkOrdered: frozenset((S.RESULT_REVIEW, S.DISSATISFIED)),
    f.CallbackRecorded: frozenset((S.CALLBACK,)),
    f.TaskRated: _ASKING | {S.DISSATISFIED, S.CLOSED},
    f.RatingDefaulted: _ASKING,
    f.RatingLinkIssued: _ASKING | {S.DISSATISFIED},
    f.FeedbackAsked: _ASKING,
    f.FeedbackReminded: _ASKING,
    f.CallbackListed: _ASKING,
    f.ResultUpheld: frozenset((S.DISSATISFIED,)),
    f.TaskReopened: _CLOSED,
    f.ScoreAppealFiled: _CLOSED,
    f.ScoreExcluded: _CLOSED,
    f.ScoreUpheld: _CLOSED,
    f.TaskCancelled: _BEFORE_RESULT,
    f.TerminationRequested: _WORKING,
    f.TerminationRefused: _WORKING,
    f.TaskTerminated: _WORKING,
    f.TaskArchived: _FINAL,
    f.SupervisionRaised: _OPEN,
    f.TaskOverdue: _IN_HAND,
    f.LimitMissed: _OPEN | _CLOSED,
    f.TaskTakenOver: _OPEN,
    f.TaskRecalled: _IN_HAND,
    f.RegistrationCorrected: _OPEN,
    f.TaskUrged: _OPEN,
    f.MatterSplitOff: _ADMITTING,
    f.UrgencyRaised: _ADMITTING | {S.PENDING_DISPATCH} | _IN_HAND,
    f.DeadlineRecalculated: _OPEN | _FINAL,
    f.DataRestricted: _ANY,
    FindingLinked: _OPEN | _FINAL,
    f.ProviderNamed: _OPEN,
    f.SubjectKeyDestroyed: _FINAL | {S.ARCHIVED},
}
"""The states in which each kind of fact may happen; a registration happens once, before all."""


def wrong_in_task(task: Task, told: Happened[Any], hash_before: str) -> Iterable[str]:
    """Name every rule that *told* breaks where the task stands at *task*; codes, never contents.

    *hash_before* is the hash of the task's entry before, which an archive seals.
    """
    fact = told.fact
    if isinstance(task, Unknown):
        return  # `evolve` itself refuses anything but a registration here
    if isinstance(fact, f.TaskRegistered):
        yield f"registered again in {task.name}"
        return
    if task.name not in MAY_HAPPEN_IN[type(fact)]:
        yield f"{fact.kind} in {task.name}"
        return
    for duty in _DUTIES.get(type(fact), ()):
        if duty(task, told):
            yield f"{fact.kind}: {duty.__name__.strip('_').replace('_', '-')}"
    if isinstance(fact, f.TaskArchived) and fact.package_hash != hash_before:
        yield f"{fact.kind}: package-hash-of-another-case"


Broken = Callable[[Known, Happened[Any]], bool]
"""A duty, named by how it is broken."""


def _proposer_approved_return(task: Known, told: Happened[Any]) -> bool:
    return isinstance(task, ReturnReview) and _same(told.by.person, task.proposer)


def _proposer_granted_extension(task: Known, told: Happened[Any]) -> bool:
    return _same(told.by.person, task.body.extension.proposer)


def _extension_was_not_asked(task: Known, told: Happened[Any]) -> bool:
    asked = task.body.extension
    return asked.status is not ExtensionStatus.REQUESTED or asked.number != told.fact.number


def _proposer_turned_a_key(task: Known, told: Happened[Any]) -> bool:
    return task.body.carry is not None and _same(told.by.person, task.body.carry.proposer)


def _one_person_turned_both_keys(task: Known, told: Happened[Any]) -> bool:
    keys = task.body.carry.keys if task.body.carry else ()
    return any(key == told.fact.key or _same(person, told.by.person) for key, person in keys)


def _carried_without_two_keys(task: Known, _: Happened[Any]) -> bool:
    return task.body.carry is None or len(task.body.carry.keys) != 2


def _doer_judged_own_work(task: Known, told: Happened[Any]) -> bool:
    return told.by.person is not None and told.by.person in task.body.holding.doers


def _drafter_signed(task: Known, told: Happened[Any]) -> bool:
    """Whoever signs the draft names its drafter; a result of one's own passes the draft over."""
    work, drafter = task.body.handling, told.fact.drafted_by
    signs_draft = work.draft is not None and told.fact.public_reply == work.draft.public_reply
    return drafter != (work.drafter if signs_draft else None) or _same(told.by.person, drafter)


def _handling_unit_called_back(task: Known, told: Happened[Any]) -> bool:
    return told.by.unit is not None and told.by.unit == task.body.holding.main


def _no_termination_was_asked(task: Known, _: Happened[Any]) -> bool:
    return task.body.termination is None


def _proposer_decided_termination(task: Known, told: Happened[Any]) -> bool:
    asked = task.body.termination
    return asked is not None and _same(told.by.person, asked.proposer)


def _score_was_not_appealed(task: Known, _: Happened[Any]) -> bool:
    return task.body.score.status != "APPEALED"


def _filer_decided_own_appeal(task: Known, told: Happened[Any]) -> bool:
    score = task.body.score
    return _same(told.by.person, score.filer) or _same(told.by.unit, score.filer_unit)


def _wrong_round(task: Known, told: Happened[Any]) -> bool:
    return bool(told.fact.round != task.body.feedback.round)


def _stranger_rated(task: Known, told: Happened[Any]) -> bool:
    return told.fact.subject not in task.body.need.parties


def _another_unit_signed_in(task: Known, told: Happened[Any]) -> bool:
    return bool(told.fact.unit != task.body.holding.main)


def _level_fell(task: Known, told: Happened[Any]) -> bool:
    ladder = list(f.SupervisionLevel)
    return ladder.index(told.fact.level) < ladder.index(task.body.supervision)


def _score_appeal_was_open(task: Known, _: Happened[Any]) -> bool:
    return task.body.score.status == "APPEALED"


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


_DUTIES: dict[type[Any], tuple[Broken, ...]] = {
    f.TaskAccepted: (_another_unit_signed_in,),
    f.TaskAutoAccepted: (_another_unit_signed_in,),
    f.ReturnApproved: (_proposer_approved_return,),
    f.ReturnRefused: (_proposer_approved_return,),
    f.ExtensionGranted: (_extension_was_not_asked, _proposer_granted_extension),
    f.ExtensionRefused: (_extension_was_not_asked, _proposer_granted_extension),
    f.CarryApproved: (_proposer_turned_a_key, _one_person_turned_both_keys),
    f.TaskCarried: (_carried_without_two_keys,),
    f.ResultSubmitted: (_drafter_signed,),
    f.ResultApproved: (_doer_judged_own_work,),
    f.ResultUpheld: (_doer_judged_own_work,),
    f.CallbackRecorded: (_handling_unit_called_back,),
    f.TaskTerminated: (_no_termination_was_asked, _proposer_decided_termination),
    f.TerminationRefused: (_no_termination_was_asked, _proposer_decided_termination),
    f.ScoreExcluded: (_score_was_not_appealed, _filer_decided_own_appeal),
    f.ScoreUpheld: (_score_was_not_appealed, _filer_decided_own_appeal),
    f.TaskRated: (_wrong_round, _stranger_rated),
    f.RatingDefaulted: (_wrong_round,),
    f.SupervisionRaised: (_level_fell,),
    f.TaskArchived: (_score_appeal_was_open,),
}
