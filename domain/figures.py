"""Figures of a pairing, computed from the facts of its tasks and frozen at one log position.

Every rate is kept as numerator and denominator, so that it can be recomputed and explained.
Tasks that were never ours (not admitted, diverted, merged, cancelled) and those left out of the
score by decision are not counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Protocol

from pydantic import Field

from domain.values import Frozen

_NEVER_OURS = frozenset(
    {"task_not_admitted.v1", "task_diverted.v1", "task_merged.v1", "task_cancelled.v1"}
)


class ReviewFigures(Frozen):
    """The figures a review is held on, frozen at log position *position*.

    Each rate is kept as numerator and denominator.
    """

    position: Annotated[int, Field(ge=-1)] = -1
    tasks: Annotated[int, Field(ge=0)] = 0
    closed: Annotated[int, Field(ge=0)] = 0
    on_time: Annotated[int, Field(ge=0)] = 0
    contacted_on_time: Annotated[int, Field(ge=0)] = 0
    contact_due: Annotated[int, Field(ge=0)] = 0
    resolved: Annotated[int, Field(ge=0)] = 0
    resolution_answers: Annotated[int, Field(ge=0)] = 0
    satisfied: Annotated[int, Field(ge=0)] = 0
    rated: Annotated[int, Field(ge=0)] = 0
    grade_sum: Annotated[int, Field(ge=0)] = 0


class Told(Protocol):
    """What is needed of an entry: its place in the log, its kind and its fact."""

    @property
    def position(self) -> int:
        """The entry's place in the log."""
        ...

    @property
    def kind(self) -> str:
        """The fact's name."""
        ...

    @property
    def fact(self) -> Mapping[str, Any]:
        """The fact's own fields."""
        ...


@dataclass
class TaskFigures:
    """What one task adds to the figures; later answers of a resident replace earlier ones."""

    satisfied_from: int = 3
    counted: bool = True
    closed_at: int | None = None
    on_time: bool = False
    contact: bool | None = None
    resolved: dict[str, bool] = field(default_factory=dict)
    grades: dict[str, int] = field(default_factory=dict)

    def remember(self, entry: Told) -> None:
        """Take one more fact of the task into account."""
        fact = entry.fact
        match entry.kind:
            case "resident_contacted.v1":
                if self.contact is None:
                    self.contact = bool(fact["within_limit"])
            case "limit_missed.v1":
                if fact["clock"] == "first_contact" and self.contact is None:
                    self.contact = False
            case "result_submitted.v1":
                self.on_time = bool(fact["on_time"])
            case "callback_recorded.v1" | "task_rated.v1":
                self._answered(str(fact["subject"]), fact.get("resolved"), fact.get("grade"))
            case "rating_defaulted.v1":
                for subject in fact["subjects"] if fact["value"] == "SATISFIED" else ():
                    self.grades.setdefault(str(subject), self.satisfied_from)
            case "score_excluded.v1":
                self.counted = False
            case "task_reopened.v1":
                self.closed_at = None
            case kind if kind in _NEVER_OURS:
                self.counted = False
        if fact.get("resolution") is not None or entry.kind == "result_upheld.v1":
            self.closed_at = entry.position

    def _answered(self, subject: str, resolved: bool | None, grade: int | None) -> None:
        if resolved is not None:
            self.resolved[subject] = resolved
        if grade is not None:
            self.grades[subject] = grade


def figures_of(
    tasks: Iterable[Sequence[Told]],
    position: int,
    before: int = -1,
    satisfied_from: Mapping[str, int] = MappingProxyType({}),
) -> ReviewFigures:
    """Return the figures of *tasks*, each given by its entries, at log position *position*.

    A task closed at or before *before*, the position of the review before this one, was counted
    there. *satisfied_from* gives the lowest satisfied grade of each policy pack (otherwise 3).
    """
    counted = [
        found
        for entries in tasks
        if (found := _of_task(entries, satisfied_from)).counted
        and (found.closed_at is None or found.closed_at > before)
    ]
    answers = [answer for task in counted for answer in task.resolved.values()]
    grades = [(grade, task.satisfied_from) for task in counted for grade in task.grades.values()]
    closed = [task for task in counted if task.closed_at is not None]
    contacts = [task.contact for task in counted if task.contact is not None]
    return ReviewFigures(
        position=position,
        tasks=len(counted),
        closed=len(closed),
        on_time=sum(task.on_time for task in closed),
        contacted_on_time=sum(contacts),
        contact_due=len(contacts),
        resolved=sum(answers),
        resolution_answers=len(answers),
        satisfied=sum(grade >= enough for grade, enough in grades),
        rated=len(grades),
        grade_sum=sum(grade for grade, _ in grades),
    )


def last_review(entries: Iterable[Told]) -> int:
    """Return the log position the newest review of a pairing was frozen at, -1 before the first."""
    positions = [
        int(entry.fact["figures"]["position"])
        for entry in entries
        if entry.kind == "review_opened.v1"
    ]
    return max(positions, default=-1)


def _of_task(entries: Sequence[Told], satisfied_from: Mapping[str, int]) -> TaskFigures:
    figures = TaskFigures(counted=bool(entries))
    for entry in entries:
        if entry.kind == "task_registered.v1":
            pack = str(entry.fact["policy"]).partition("@")[0]
            figures.satisfied_from = satisfied_from.get(pack, 3)
        figures.remember(entry)
    return figures
