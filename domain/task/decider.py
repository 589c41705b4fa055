"""Decide what may happen to a support task, and what the task then becomes.

`decide` holds every rule and changes nothing; `evolve` holds no rule and only remembers. Neither
reads a clock, a database or a random number. The rules stand by theme in the files beside this
one, in the order of a task's life: admission, dispatching, handling, extension, carrying, result,
feedback, closing; supervising and ringing go along with all of them.
"""

from typing import assert_never

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import Happened
from domain.linking import FindingLinked, LinkFinding
from domain.rules import Rules
from domain.task import (
    admission,
    carrying,
    closing,
    correcting,
    dispatching,
    extension,
    feedback,
    handling,
    linked,
    remembering,
    result,
    ringing,
    serving,
    supervising,
)
from domain.task import commands as c
from domain.task import facts as f
from domain.task.authority import Command, Facts, authorised, told_in_time
from domain.task.changing import replace
from domain.task.state import (
    Accepted,
    Adjudication,
    Archived,
    AssistStatus,
    Cancelled,
    Carry,
    Diverted,
    ExtensionStatus,
    KnownTask,
    Merged,
    NotAdmitted,
    PendingDispatch,
    ReturnReview,
    Score,
    Task,
    Terminated,
    Termination,
    Unknown,
    Whistle,
)


def decide(task: Task, asked: Command, rules: Rules) -> Facts:
    """Return the facts that follow from what was asked, or refuse it by rule.

    Raises nothing but `CommandRefused`. No facts means that the command was heard and nothing
    follows, as from a clock that rings twice.
    """
    authorised(task, asked, rules)
    told_in_time(task, asked)
    command = asked.command
    match command:
        case c.RegisterTask():
            return admission.register(task, command, asked, rules)
        case c.CorrectRegistration():
            return correcting.correct(task, command, asked, rules)
        case c.SplitOffMatter():
            return correcting.split_off(task, command, asked, rules)
        case c.UrgeTask():
            return supervising.urge(task, command, asked, rules)
        case c.TriageTask():
            return admission.triage(task, command, asked, rules)
        case c.RefuseAdmission():
            return admission.refuse_admission(task, command, asked, rules)
        case c.DivertTask():
            return admission.divert(task, command, asked, rules)
        case c.MergeInto():
            return admission.merge_into(task, command, asked, rules)
        case c.AttachDuplicate():
            return admission.attach_duplicate(task, command, asked, rules)
        case c.WithdrawTask():
            return admission.withdraw(task, command, asked, rules)
        case c.QueueDispatch():
            return dispatching.queue(task, asked, rules)
        case c.DispatchTask():
            return dispatching.dispatch(task, command, asked, rules)
        case c.AcceptTask():
            return dispatching.accept(task, asked, rules)
        case c.RequestReturn():
            return dispatching.request_return(task, command, asked, rules)
        case c.ApproveReturn():
            return dispatching.approve_return(task, command, asked, rules)
        case c.RefuseReturn():
            return dispatching.refuse_return(task, command, asked, rules)
        case c.EscalateDispute():
            return dispatching.escalate(task, command, asked, rules)
        case c.Designate():
            return dispatching.designate(task, command, asked, rules)
        case c.TakeOverTask():
            return dispatching.take_over(task, command, asked, rules)
        case c.RecallTask():
            return dispatching.recall(task, command, asked, rules)
        case c.NameProvider():
            return serving.name_provider(task, command, asked, rules)
        case c.TakeOverService():
            return serving.take_over_service(task, command, asked, rules)
        case c.AssignStaff():
            return handling.assign(task, command, asked, rules)
        case c.DeclareConflict():
            return handling.declare_conflict(task, command, asked, rules)
        case c.RecordContact():
            return handling.contact(task, command, asked, rules)
        case c.LogProgress():
            return handling.log_progress(task, command, asked, rules)
        case c.AttachEvidence():
            return handling.attach_evidence(task, command, asked, rules)
        case c.InviteAssist():
            return handling.invite_assist(task, command, asked, rules)
        case c.SubmitAssist():
            return handling.submit_assist(task, command, asked, rules)
        case c.BlowWhistle():
            return handling.blow_whistle(task, command, asked, rules)
        case c.RecordArrival():
            return handling.record_arrival(task, command, asked, rules)
        case c.RequestExtension():
            return extension.request(task, command, asked, rules)
        case c.GrantExtension():
            return extension.grant(task, command, asked, rules)
        case c.RefuseExtension():
            return extension.refuse(task, command, asked, rules)
        case c.ProposeCarry():
            return carrying.propose(task, command, asked, rules)
        case c.ApproveCarry():
            return carrying.approve(task, command, asked, rules)
        case c.RefuseCarry():
            return carrying.refuse(task, command, asked, rules)
        case c.ReactivateTask():
            return carrying.reactivate(task, command, asked, rules)
        case c.DraftResult():
            return result.draft(task, command, asked, rules)
        case c.SubmitResult():
            return result.submit(task, command, asked, rules)
        case c.ApproveResult():
            return result.approve(task, command, asked, rules)
        case c.ReturnForRework():
            return result.return_for_rework(task, command, asked, rules)
        case c.RequestTermination():
            return result.request_termination(task, command, asked, rules)
        case c.ApproveTermination():
            return result.approve_termination(task, asked, rules)
        case c.RefuseTermination():
            return result.refuse_termination(task, command, asked, rules)
        case c.RecordCallback():
            return feedback.record_callback(task, command, asked, rules)
        case c.RateTask():
            return feedback.rate(task, command, asked, rules)
        case c.IssueRatingLink():
            return feedback.issue_link(task, command, asked, rules)
        case c.AskFeedback():
            return feedback.ask(task, command)
        case c.RemindFeedback():
            return feedback.remind(task, command)
        case c.ListForCallback():
            return feedback.list_for_callback(task, command)
        case c.OrderRework():
            return closing.order_rework(task, command, asked, rules)
        case c.UpholdResult():
            return closing.uphold(task, command, asked, rules)
        case c.AppealClosure():
            return closing.appeal_closure(task, command, asked, rules)
        case c.AppealScore():
            return closing.appeal_score(task, command, asked, rules)
        case c.ExcludeScore():
            return closing.exclude_score(task, command, asked, rules)
        case c.UpholdScore():
            return closing.uphold_score(task, command, asked, rules)
        case c.ArchiveTask():
            return closing.archive(task, asked)
        case c.RestrictData():
            return closing.restrict(task, command)
        case c.EraseSubject():
            return closing.erase(task, command, asked, rules)
        case c.RemindUnit():
            return supervising.remind(task, command, asked, rules)
        case c.RaiseCard():
            return supervising.raise_card(task, command, asked, rules)
        case c.ListTask():
            return supervising.list_task(task, command, asked, rules)
        case c.SummonUnit():
            return supervising.summon(task, command, asked, rules)
        case LinkFinding():
            return linked.link(task, command)
        case RingClock():
            return ringing.ring(task, command, asked, rules)
        case RecomputeDeadlines():
            return ringing.recompute(task, rules)
        case _:
            assert_never(command)


def evolve(task: Task, told: Happened[f.TaskFact]) -> Task:
    """Return the task as the fact leaves it; total over every kind of fact."""
    fact = told.fact
    if isinstance(task, Unknown):
        if isinstance(fact, f.TaskRegistered):
            return remembering.registered(fact, told)
        raise ValueError(f"a task's book begins with its registration, found {fact.kind}")
    return _evolve(task, fact, told)


def _evolve(task: KnownTask, fact: f.TaskFact, told: Happened[f.TaskFact]) -> Task:
    body, at = task.body, told.at
    match fact:
        # From registration to the queue.
        case f.TaskRegistered():
            return remembering.registered(fact, told)
        case f.RegistrationCorrected():
            return remembering.corrected(task, fact)
        case f.MatterSplitOff():
            return replace(task, body=replace(body, parts=(*body.parts, fact.part)))
        case f.TaskUrged():
            return replace(task, body=replace(body, urged=(*body.urged, told.at)))
        case f.UrgencyRaised():
            return remembering.more_urgent(task, fact, told)
        case f.TaskTriaged():
            return remembering.triaged(body, fact, told)
        case f.TaskNotAdmitted():
            return NotAdmitted(body, at, fact.archive_at)
        case f.TaskDiverted():
            return Diverted(body, at, fact.archive_at)
        case f.TaskMerged():
            return Merged(body, at, fact.archive_at, fact.master)
        case f.DuplicateAttached():
            return replace(task, body=remembering.joined(body, fact))
        case f.TaskCancelled():
            return Cancelled(body, at, fact.archive_at)
        case f.TaskQueued():
            return PendingDispatch(body, fact.dispatch_by)
        # Who holds it.
        case f.TaskDispatched():
            return remembering.dispatched(body, fact, told)
        case f.TaskAccepted() | f.TaskAutoAccepted() | f.ReturnRefused():
            return Accepted(body)
        case f.SignInOverdue():
            return task
        case f.ReturnRequested():
            holding = replace(body.holding, returns=(*body.holding.returns, fact.unit))
            return ReturnReview(replace(body, holding=holding), fact.review_by, told.by.person)
        case f.ReturnApproved():
            return remembering.returned(body, fact, told)
        case f.DisputeOpened():
            return Adjudication(body, fact.disputing, fact.adjudicate_by)
        case f.UnitDesignated():
            return remembering.designated(body, fact, told)
        case f.TaskTakenOver():
            return remembering.taken_over(task, fact, told)
        case f.ProviderNamed():
            return replace(task, body=replace(body, provider=fact.provider))
        case f.TaskRecalled():
            return remembering.returned(body, fact, told)
        # How it is handled.
        case f.StaffAssigned():
            return remembering.assigned(body, fact)
        case f.ConflictDeclared():
            holding = replace(body.holding, conflicted=body.holding.conflicted | {fact.person})
            return replace(task, body=replace(body, holding=holding))
        case f.ResidentContacted():
            return replace(task, body=remembering.contacted(body, fact.result))
        case f.ProgressLogged():
            return replace(task, body=remembering.reported(body, fact))
        case f.EvidenceAttached():
            work = replace(body.handling, evidence=body.handling.evidence + 1)
            return replace(task, body=replace(body, handling=work))
        case f.AssistInvited():
            return replace(task, body=remembering.invited(body, fact))
        case f.AssistSubmitted():
            done = remembering.assist_became(body, fact.number, AssistStatus.DONE)
            return replace(task, body=done)
        case f.AssistOverdue():
            late = remembering.assist_became(body, fact.number, AssistStatus.LATE)
            return replace(task, body=late)
        case f.WhistleBlown():
            whistle = Whistle(fact.number, fact.departments, fact.arrive_by)
            return replace(task, body=replace(body, whistles=(*body.whistles, whistle)))
        case f.DepartmentArrived() | f.DepartmentAbsent():
            return replace(task, body=remembering.whistle_answered(body, fact))
        # More time.
        case f.ExtensionRequested():
            return replace(task, body=remembering.more_time_asked(body, fact, told))
        case f.ExtensionGranted():
            granted = remembering.answered(body, ExtensionStatus.GRANTED)
            return replace(task, body=remembering.with_due(granted, fact.due, told))
        case f.ExtensionRefused():
            refused = remembering.answered(body, ExtensionStatus.REFUSED)
            return replace(task, body=refused)
        case f.CarryProposed():
            carry = Carry(fact.cause, fact.ledger_row, fact.review_at, told.by.person)
            return replace(task, body=replace(body, carry=carry))
        case f.CarryApproved():
            return replace(task, body=remembering.key_turned(body, fact, told))
        case f.CarryRefused():
            return replace(task, body=replace(body, carry=None))
        case f.TaskCarried():
            return remembering.carried(body, fact, told)
        case f.TaskReactivated():
            return remembering.reactivated(body, fact, told)
        # Result and review.
        case f.ResultDrafted():
            work = replace(body.handling, draft=fact, drafter=told.by.person)
            return replace(task, body=replace(body, handling=work))
        case f.ResultSubmitted():
            return remembering.submitted(body, fact, told)
        case f.ResultApproved():
            return remembering.approved(body, fact)
        case f.ReworkOrdered():
            return remembering.rework_ordered(body, fact, told)
        case f.TerminationRequested():
            asked = Termination(fact.ground, told.by.person)
            return replace(task, body=replace(body, termination=asked))
        case f.TerminationRefused():
            return replace(task, body=replace(body, termination=None))
        case f.TaskTerminated():
            return Terminated(replace(body, termination=None), at, fact.archive_at)
        # What the residents say.
        case f.CallbackRecorded():
            return remembering.called_back(task, fact, told)
        case f.TaskRated():
            return remembering.rated(task, fact, told)
        case f.RatingDefaulted():
            return remembering.closed(body, fact.resolution, fact.archive_at, told)
        case f.RatingLinkIssued(link=link, subject=subject):
            said = replace(body.feedback, links=(*body.feedback.links, (link, subject)))
            return replace(task, body=replace(body, feedback=said))
        case f.FeedbackAsked():
            said = replace(body.feedback, asked=True)
            return replace(task, body=replace(body, feedback=said))
        case f.FeedbackReminded():
            said = replace(body.feedback, reminded=True)
            return replace(task, body=replace(body, feedback=said))
        case f.CallbackListed():
            said = replace(body.feedback, listed=True)
            return replace(task, body=replace(body, feedback=said))
        case f.ResultUpheld():
            return remembering.closed(body, f.Resolution.EXPLAINED, fact.archive_at, told)
        case f.TaskReopened():
            return remembering.reopened(body, fact, told)
        # The score.
        case f.ScoreAppealFiled():
            score = Score("APPEALED", fact.ground, told.by.person, told.by.unit)
            return replace(task, body=replace(body, score=score))
        case f.ScoreExcluded():
            return replace(task, body=replace(body, score=replace(body.score, status="EXCLUDED")))
        case f.ScoreUpheld():
            return replace(task, body=replace(body, score=replace(body.score, status="UPHELD")))
        # Supervision, clocks, archive, privacy.
        case f.SupervisionRaised():
            return replace(task, body=remembering.raised(body, fact))
        case f.TaskOverdue():
            sla = replace(body.sla, overdue=True)
            rung = body.rung | {("due", fact.due.due)}
            return replace(task, body=replace(body, sla=sla, rung=rung))
        case f.LimitMissed():
            rung = body.rung | {(fact.clock, fact.due)}
            return replace(task, body=replace(body, rung=rung))
        case f.DeadlineRecalculated():
            return remembering.recalculated(task, fact, told)
        case f.TaskArchived():
            return Archived(body, task.name)
        case f.DataRestricted():
            privacy = replace(body.privacy, restricted=True)
            return replace(task, body=replace(body, privacy=privacy))
        case FindingLinked():
            return replace(task, body=linked.linked(body, fact))
        case f.SubjectKeyDestroyed():
            privacy = replace(body.privacy, erased=body.privacy.erased | {fact.subject})
            return replace(task, body=replace(body, privacy=privacy))
        case _:
            assert_never(fact)
