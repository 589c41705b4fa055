"""A support task a finding leans on: told once, it tells the finding how far it has come."""

from domain.cases import Errand
from domain.envelope import Happened
from domain.linking import FindingLinked, LinkFinding, LinkStanding, noting
from domain.task import facts as f
from domain.task.authority import Facts, standing_in
from domain.task.changing import replace
from domain.task.state import (
    MAIN_STATES,
    Accepted,
    Archived,
    Body,
    Callback,
    Carried,
    Closed,
    Dissatisfied,
    Final,
    InProgress,
    Known,
    Rating,
    ResultReview,
    Task,
)

_STAYS = tuple(state for state in MAIN_STATES if state is not Archived)
_UNDER_WAY = (Accepted, InProgress, Carried, ResultReview, Callback, Rating, Dissatisfied)
_MOVES = (
    f.TaskAccepted,
    f.TaskAutoAccepted,
    f.UnitDesignated,
    f.TaskNotAdmitted,
    f.TaskDiverted,
    f.TaskMerged,
    f.TaskCancelled,
    f.TaskTerminated,
    f.CallbackRecorded,
    f.TaskRated,
    f.RatingDefaulted,
    f.ResultUpheld,
    f.TaskReopened,
)
"""The facts after which a task may have come further, or back."""


def link(task: Task, command: LinkFinding) -> Facts:
    """A finding leans on the task; one that is known already adds nothing."""
    body = standing_in(task, *_STAYS).body
    return () if command.finding in body.findings else (FindingLinked(finding=command.finding),)


def linked(body: Body, fact: FindingLinked) -> Body:
    """Remember who leans on the task."""
    return replace(body, findings=(*body.findings, fact.finding))


def errands(stream: str, task: Known, told: Happened[f.TaskFact]) -> tuple[Errand, ...]:
    """Tell the findings where the task stands: a new one at once, all of them when it moves."""
    match told.fact:
        case FindingLinked(finding=finding):
            findings: tuple[str, ...] = (finding,)
        case fact if isinstance(fact, _MOVES):
            findings = task.body.findings
        case _:
            findings = ()
    return noting(findings, stream, told, standing(task), task.name.value)


def standing(task: Known) -> LinkStanding:
    """Return how far the task has come for whoever leans on it."""
    match task:
        case Closed() | Archived(was=f.TaskState.CLOSED):
            return LinkStanding.DONE
        case Final() | Archived():
            return LinkStanding.DROPPED
        case _ if isinstance(task, _UNDER_WAY):
            return LinkStanding.BEGUN
        case _:
            return LinkStanding.WAITING
