"""The support task as the desk, the clerk and the reader know it: one record of functions."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from domain.cases import CaseKind
from domain.clocks import Deadline
from domain.gate import gated
from domain.labelled import Ground
from domain.policy import Category, Policy
from domain.rules import NeighbourTask
from domain.task.authority import WHO, state_name
from domain.task.clocks import clocks
from domain.task.commands import TaskCommand
from domain.task.coordination import errands, talks
from domain.task.decider import decide, evolve
from domain.task.facts import TaskFact
from domain.task.notices import notices
from domain.task.state import INITIAL, Archived, Known, SlaRegion, Task, is_open, sla_region
from domain.values import DEFERRED

__all__ = [
    "TASK",
    "SlaRegion",
    "due_of",
    "is_open",
    "main_unit_of",
    "neighbour",
    "parties_of",
    "sla_region",
    "state_name",
]

COMMANDS: TypeAdapter[TaskCommand] = TypeAdapter(TaskCommand, config=DEFERRED)
FACTS: TypeAdapter[TaskFact] = TypeAdapter(TaskFact, config=DEFERRED)


def is_over(task: Task) -> bool:
    """Say whether no clock will ever ring again: the task is archived."""
    return isinstance(task, Archived)


def policy_id(task: Task) -> str | None:
    """Return the pack the task was registered under; None before that."""
    return task.body.need.policy_id if isinstance(task, Known) else None


def pairing_of(task: Task) -> str | None:
    """Return the pairing the task belongs to, if any."""
    return task.body.need.pairing if isinstance(task, Known) else None


def parties_of(task: Task) -> tuple[str, ...]:
    """Return the task's residents (`subject/<id>`), the requester first."""
    return task.body.need.parties if isinstance(task, Known) else ()


def main_unit_of(task: Task) -> str | None:
    """Return the unit that handles the task now, None while nobody does."""
    return task.body.holding.main if isinstance(task, Known) else None


def holder_of(task: Task) -> str | None:
    """Return the unit that has the task: whoever handles it, else the street it lies with."""
    return (main_unit_of(task) or task.body.holding.street) if isinstance(task, Known) else None


def service_category_of(task: Task) -> str | None:
    """Return the category of service the need was judged to be, None before registration."""
    return task.body.need.category if isinstance(task, Known) else None


def is_urgent(task: Task) -> bool:
    """Say whether urgent limits hold for the task."""
    return isinstance(task, Known) and task.body.is_urgent


def due_of(task: Task) -> Deadline | None:
    """Return the due deadline as it was set last, None before the first dispatch."""
    return task.body.sla.due if isinstance(task, Known) else None


def neighbour(stream: str, task: Task) -> NeighbourTask:
    """Return what other cases may know of this one; of an unknown one, only that it is unknown."""
    if not isinstance(task, Known):
        return NeighbourTask(stream, state_name(task), False, "", "", "", None, None, ())
    need = task.body.need
    return NeighbourTask(
        stream=stream,
        state=state_name(task),
        is_open=is_open(task),
        category=need.category,
        place=need.place,
        matter=need.matter,
        main_unit=task.body.holding.main,
        pairing=need.pairing,
        subjects=need.parties,
        provider=task.body.provider,
    )


def listed(policy: Policy, command: str, field: str) -> Sequence[Category | Ground]:
    """Return what of the pack a field of a command may hold."""
    match command, field:
        case "refuse_admission", "ground":
            return policy.refusal_grounds
        case "request_termination", "ground":
            return policy.termination_grounds
        case "appeal_score", "ground":
            return policy.score_exclusion_grounds
        case "blow_whistle", "ground":
            return policy.whistling.grounds
        case _, "route":
            return policy.divert_routes
        case _, "cause":
            return policy.carrying.causes
        case _, "category":
            return policy.categories
        case _:
            return ()


TASK = CaseKind(
    category="task",
    plural="tasks",
    commands=COMMANDS,
    facts=FACTS,
    initial=INITIAL,
    decide=gated(decide),
    evolve=evolve,
    clocks=clocks,
    is_over=is_over,
    state_name=state_name,
    policy_id=policy_id,
    pairing=pairing_of,
    holder=holder_of,
    service_category=service_category_of,
    is_urgent=is_urgent,
    who_may=WHO,
    talks=talks,
    errands=errands,
    notices=notices,
    neighbour=neighbour,
    begun_by=frozenset({"register_task"}),
    listed=listed,
)
"""The support task."""
