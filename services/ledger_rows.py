"""What became of the rows of a problem ledger (问题台账): its task, and on to strike-off."""

from dataclasses import dataclass

from domain.task.facts import TaskState
from projections.task_board import TaskFilter, TaskLine
from projections.task_picture import FINAL, IN_HAND
from services.scope import within
from services.seeing import Seer
from wording.labels import Both

STEPS: tuple[tuple[Both, frozenset[str]], ...] = (
    (
        ("待整改", "to be remedied"),
        frozenset({TaskState.REGISTERED, TaskState.TRIAGED, TaskState.PENDING_DISPATCH}),
    ),
    (("整改中", "in remedy"), IN_HAND),
    (("挂账", "carried on the books"), frozenset({TaskState.CARRIED})),
    (
        ("待核验", "to be verified"),
        frozenset(
            {
                TaskState.RESULT_REVIEW,
                TaskState.CALLBACK,
                TaskState.RATING,
                TaskState.DISSATISFIED,
            }
        ),
    ),
    (("已销号", "struck off"), frozenset({TaskState.CLOSED, TaskState.ARCHIVED})),
)
"""How far a row is, by the state of its task; where it stands in none, it left unmended."""

LEFT: Both = ("未整改退出", "left unremedied")


@dataclass(frozen=True)
class LedgerRow:
    """One row of the ledger: its number, the task it led to, how far that is."""

    line: TaskLine
    step: str
    struck_off: bool


def ledger_rows(
    seer: Seer, search: str, *, open_only: bool, page: int, size: int = 20
) -> tuple[list[LedgerRow], int]:
    """Return a page of the rows within the duties of whoever looks, and how many in all."""
    wanted = within(seer, TaskFilter(in_ledger=True, open_only=open_only, search=search or None))
    found = seer.house.boards.tasks.find(wanted, page=page, size=size)
    return [_row(seer, line) for line in found.lines], found.total


def _row(seer: Seer, line: TaskLine) -> LedgerRow:
    step = next((both for both, states in STEPS if line.state in states), LEFT)
    if line.state == TaskState.ARCHIVED and line.resolution is None:
        step = LEFT
    return LedgerRow(line, seer.say(*step), line.state in FINAL and step is not LEFT)
