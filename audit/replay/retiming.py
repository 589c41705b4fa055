"""One fact of a case as another policy pack would have timed and judged it.

The same thing happened at the same instant; only what the pack decides is counted again: every
limit from where it began to count, and every judgement a limit gives (in time, late). What people
chose themselves (a unit, a grade, a review date) stays as it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.clocks import Deadline
from domain.envelope import Happened
from domain.pairing import facts as p
from domain.policy import Policy
from domain.rules import Rules, Terms
from domain.task import facts as f
from domain.task.commands import Urgency
from domain.task.feedback import resolution_of
from domain.task.limits import (
    handling_limit,
    is_longer,
    latest_assist,
    resumed_deadline,
    rework_deadline,
    step_deadline,
)
from domain.task.ringing import recompute
from domain.task.state import Body, Known


@dataclass(frozen=True)
class Retiming:
    """What a fact is timed by: the pack it was decided under, and the *other* one.

    *was* is the case as its own facts leave it, *would* as the retimed ones do, *rules* hold the
    other pack under the case's own id; *timed_by* says which limit counts which deadline.
    """

    own: Terms
    other: Terms
    was: Any
    would: Any
    rules: Rules
    timed_by: Mapping[tuple[str, str], str]

    def fact(self, told: Happened[Any]) -> tuple[Any, ...]:
        """Return the fact as the other pack has it; none or several where it recounts limits."""
        fact = told.fact
        if isinstance(fact, f.DeadlineRecalculated):
            return recompute(self.would, self.rules)
        if "_deadline_recalculated." in fact.kind:
            again = self.other.again(fact.due)
            return (fact.model_copy(update={"due": again}),)
        changed = self._timed(fact) | self._of_a_pairing(fact)
        if not changed:
            changed = self._of_a_task(fact, told)
        return (fact.model_copy(update=changed),) if changed else (fact,)

    def _timed(self, fact: Any) -> dict[str, Any]:
        """Return the deadlines of a fact as the other pack's limits count them."""
        return {
            field: self._counted(limit, getattr(fact, field))
            for (kind, field), path in self.timed_by.items()
            if kind == fact.kind and getattr(fact, field) is not None
            if (limit := _limit_at(self.other.policy, path, fact)) is not None
        }

    # Pairings.

    def _of_a_pairing(self, fact: Any) -> dict[str, Any]:
        """Return what is judged otherwise in a fact of a pairing."""
        if not isinstance(fact, p.ReviewScored):
            return {}
        scores = (fact.center_and_street, fact.departments, fact.residents)
        marks = [mark for mark in scores if mark is not None]
        return {"passed": sum(marks) >= self.other.policy.pairing.pass_score * len(marks)}

    # Support tasks, in the order of their life.

    def _of_a_task(self, fact: Any, told: Happened[Any]) -> dict[str, Any]:
        if isinstance(fact, f.TaskRegistered):
            return {"triage_by": self._step("triage", fact.triage_by, urgent=fact.urgent)}
        if not isinstance(self.would, Known):
            return {}
        body = self.would.body
        match fact:
            case f.TaskTriaged():
                urgent = fact.urgency is Urgency.URGENT
                return {
                    "limit": self._handling_limit(fact, urgent=urgent),
                    "queue_at": self._step("queue", fact.queue_at, urgent=urgent),
                }
            case (
                f.TaskNotAdmitted()
                | f.TaskDiverted()
                | f.TaskMerged()
                | f.TaskCancelled()
                | f.TaskTerminated()
                | f.ResultUpheld()
            ):
                return {"archive_at": self._step("archive", fact.archive_at)}
            case f.TaskQueued() | f.ReturnApproved():
                return {"dispatch_by": self._step("dispatch", fact.dispatch_by, body)}
            case f.TaskDispatched() | f.UnitDesignated():
                return self._sent(fact, body)
            case f.ReturnRequested():
                return {"review_by": self._step("return_review", fact.review_by, body)}
            case f.DisputeOpened():
                return {"adjudicate_by": self._step("adjudication", fact.adjudicate_by, body)}
            case f.StaffAssigned():
                return self._assigned(fact, body, told.at)
            case f.ResidentContacted():
                by = body.handling.first_contact_by
                if by == self._was.handling.first_contact_by:
                    return {}
                return {"within_limit": by is None or told.occurred_at <= by.due}
            case f.ProgressLogged():
                reports = fact.stage_report and body.handling.stage_report_by is not None
                again = self._from_now("stage_report", fact.next_stage_report_by, body, told.at)
                return {"next_stage_report_by": again if reports else None}
            case _:
                return self._helped_or_prolonged(fact, told, body)

    def _helped_or_prolonged(self, fact: Any, told: Happened[Any], body: Body) -> dict[str, Any]:
        """Assistance, whistles, more time, carrying."""
        match fact:
            case f.AssistInvited():
                return {"due": self._assist_due(fact, body, told.at)}
            case f.AssistSubmitted():
                (due,) = [one.due for one in body.assists if one.number == fact.number]
                same = due in [one.due for one in self._was.assists if one.number == fact.number]
                return {} if same else {"late": told.at > due}
            case f.WhistleBlown():
                usual = self.own.policy.whistling.emergency_arrival
                limit = fact.arrive_by.limit
                if limit == usual:
                    limit = self.other.policy.whistling.emergency_arrival
                return {"arrive_by": self._counted(limit, fact.arrive_by)}
            case f.DepartmentArrived():
                (by,) = [one.arrive_by for one in body.whistles if one.number == fact.number]
                same = by in [one.arrive_by for one in self._was.whistles]
                return {} if same else {"late": told.occurred_at > by.due}
            case f.ExtensionRequested():
                return {"review_by": self._step("extension_review", fact.review_by, body)}
            case f.ExtensionGranted() if body.sla.due is not None:
                granted = self.other.deadline(fact.due.limit, body.sla.due.due)
                return {"due": granted, "due_before": body.sla.due}
            case f.TaskCarried() if body.sla.due is not None:
                return {"paused_due": body.sla.due}
            case f.TaskReactivated() if body.sla.due is not None:
                resumed_at = fact.due.counted_from
                resumed = resumed_deadline(body.sla.due, fact.paused_since, resumed_at, self.other)
                return {"due": resumed, "due_before": body.sla.due}
            case _:
                return self._finished(fact, body)

    def _finished(self, fact: Any, body: Body) -> dict[str, Any]:
        """Result, feedback, closing."""
        ratings = self.other.policy.ratings
        match fact:
            case f.ResultSubmitted():
                submitted_at = fact.review_by.counted_from
                return {
                    "review_by": self._step("result_review", fact.review_by, body),
                    "on_time": body.sla.due is None or submitted_at <= body.sla.due.due,
                }
            case f.ResultApproved():
                start = fact.callback_by.counted_from
                return {
                    "callback_by": self._step("callback", fact.callback_by, body),
                    "rating_until": self._counted(ratings.window, fact.rating_until),
                    "remind_at": self.other.deadline(ratings.remind_after, start).due,
                }
            case f.ReworkOrdered():
                due = rework_deadline(body, self.other, fact.due.counted_from)
                return {"due": due, "due_before": body.sla.due}
            case f.CallbackRecorded():
                retry = self._step("callback_retry", fact.next_callback_by, body)
                return {
                    "next_callback_by": retry,
                    "archive_at": self._step("archive", fact.archive_at),
                }
            case f.TaskRated():
                return {"archive_at": self._step("archive", fact.archive_at)}
            case f.RatingDefaulted():
                value = ratings.default if fact.subjects else "NONE"
                silent = not body.feedback.ratings and value == "NONE"
                said = resolution_of(body, body.feedback)
                return {
                    "value": value,
                    "resolution": f.Resolution.UNRATED if silent else said,
                    "archive_at": self._step("archive", fact.archive_at),
                }
            case f.TaskReopened():
                return {"queue_at": self._step("queue", fact.queue_at, body)}
            case _:
                return {}

    # Limits.

    def _counted(self, limit: str, stated: Deadline) -> Deadline:
        return self.other.deadline(limit, stated.counted_from)

    def _step(
        self, step: str, stated: Deadline | None, body: Body | None = None, *, urgent: bool = False
    ) -> Deadline | None:
        """Return the deadline of a *step* from where the stated one began; None stays None."""
        if stated is None:
            return None
        hurried = urgent or (body is not None and body.is_urgent)
        return step_deadline(self.other, step, stated.counted_from, urgent=hurried)

    def _from_now(self, step: str, stated: Deadline | None, body: Body, at: datetime) -> Deadline:
        """Return the deadline of a *step* that the record may not have set; *at* begins it then.

        A stated one knows better: recording takes a moment after deciding.
        """
        begun = at if stated is None else stated.counted_from
        return step_deadline(self.other, step, begun, urgent=body.is_urgent)

    @property
    def _was(self) -> Body:
        """What is known of the task by its own facts."""
        assert isinstance(self.was, Known), "both plays are told the same facts"
        return self.was.body

    def _handling_limit(self, fact: f.TaskTriaged, *, urgent: bool) -> str:
        """Return how long handling may take; a grade the other pack has not is no grade there."""
        grade = None
        if fact.limit != handling_limit(self.own, fact.request_type, None, urgent=urgent):
            grades = self.own.policy.handling.grades
            grade = next((name for name, limit in grades.items() if limit == fact.limit), None)
        known = grade if grade in self.other.policy.handling.grades else None
        return handling_limit(self.other, fact.request_type, known, urgent=urgent)

    def _sent(self, fact: f.TaskDispatched | f.UnitDesignated, body: Body) -> dict[str, Any]:
        """A first dispatch counts from then; one that kept its due instant keeps it here too."""
        kept = fact.due == fact.due_before
        due = body.sla.due
        if not kept or due is None:
            limit = body.judgement.limit if body.judgement else fact.due.limit
            due = self.other.deadline(limit, fact.due.counted_from)
        return {
            "sign_in_by": self._step("sign_in", fact.sign_in_by, body),
            "due": due,
            "due_before": body.sla.due,
        }

    def _assigned(self, fact: f.StaffAssigned, body: Body, at: datetime) -> dict[str, Any]:
        """Whether stage reports are owed is for the pack to say too."""
        limit = body.judgement.limit if body.judgement else "0d"
        begins = self.other.policy.limits.stage_report_from
        stated = fact.stage_report_by or fact.first_contact_by
        started = at if stated is None else stated.counted_from
        owed = body.handling.contact_owed and is_longer(self.other, limit, begins, started)
        report = self._from_now("stage_report", stated, body, at)
        return {
            "first_contact_by": self._step("first_contact", fact.first_contact_by, body),
            "stage_report_by": report if owed else None,
        }

    def _assist_due(self, fact: f.AssistInvited, body: Body, at: datetime) -> datetime:
        """Return by when to assist: counted again where it was counted, kept where it was named."""
        own = self.was.body.sla.due if isinstance(self.was, Known) else None
        if own is None or body.sla.due is None or fact.due != latest_assist(own, at, self.own):
            return fact.due
        return latest_assist(body.sla.due, at, self.other)


def _limit_at(policy: Policy, path: str, fact: Any) -> str | None:
    """Return the limit that stands in a pack at *path*; None where the pack has no such part.

    `milestones[next_milestone]` is the item of that list whose code *fact* has in that field; where
    it has none there, the path behind ` or ` says.
    """
    for way in path.split(" or "):
        found: Any = policy
        for step in way.split("."):
            name, _, told = step.partition("[")
            found = getattr(found, name, None)
            if told:
                code = getattr(fact, told.removesuffix("]"))
                if code is None:
                    break
                found = next((one for one in found or () if one.code == code), None)
        else:
            return found if isinstance(found, str) else None
    return None
