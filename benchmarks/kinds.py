"""What the deciders of every kind of case decide and fold in a second, in memory, side by side.

Each kind is asked the rows of its own table of stories, in the states they belong to, and folds the
facts that lead there: no ledger, no database.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from domain.cases import CaseKind
from domain.envelope import Asked
from domain.refusals import CommandRefused
from domain.task.case import TASK
from tests.domain.harness import Story
from tests.domain.laws import asking
from tests.domain.task import stories as of_tasks
from tests.domain.task.strategies import MOVES
from tests.domain.test_laws_of_kinds import KINDS

_SECONDS = 2.0
_SECONDS_QUICK = 0.3

Question = tuple[Any, Asked[Any], Any]


def measure(home: Path, *, quick: bool) -> list[dict[str, Any]]:
    """Print decisions and folded facts per second of every kind of case."""
    del home
    seconds = _SECONDS_QUICK if quick else _SECONDS
    rows: list[dict[str, Any]] = []
    print(f"{'kind':<12}{'decisions/s':>14}{'facts/s':>12}{'of tasks':>10}")
    for kind, stories, questions in _kinds():
        decided = _per_second(partial(_ask, kind, questions), seconds)
        folded = _per_second(partial(_fold, kind, stories), seconds)
        first = rows[0] if rows else {"decided": decided, "folded": folded}
        rows.append({"kind": kind.category, "decided": decided, "folded": folded})
        print(
            f"{kind.category:<12}{decided:>14,.0f}{folded:>12,.0f}"
            f"{decided / first['decided']:>5.2f}{folded / first['folded']:>5.2f}"
        )
    return rows


def _kinds() -> Iterator[tuple[CaseKind, list[Story], list[Question]]]:
    """Yield every kind, tasks first, with its stories and what is asked of it."""
    told = of_tasks.every_state()
    yield TASK, list(told.values()), list(_moves(told))
    for stories in KINDS:
        questions = [
            _question(beginning(), command, by)
            for beginning, command, allowed in stories.TABLE.values()
            for by in allowed
        ]
        told_of = [story() for story in stories.EVERY_STATE.values()]
        yield stories.KIND, told_of, [one for one in questions if _heard(stories.KIND, one)]


def _moves(told: dict[Any, Story]) -> Iterator[Question]:
    for state, story in told.items():
        for command, by in MOVES.get(state, ()):
            question = _question(story, command, by)
            if _heard(TASK, question):
                yield question


def _question(story: Story, command: Any, by: Any) -> Question:
    return story.state, asking(story, command, by), story.rules


def _heard(kind: CaseKind, question: Question) -> bool:
    try:
        return bool(kind.decide(*question))
    except CommandRefused:
        return False


def _ask(kind: CaseKind, questions: list[Question]) -> int:
    for question in questions:
        kind.decide(*question)
    return len(questions)


def _fold(kind: CaseKind, stories: list[Story]) -> int:
    count = 0
    for story in stories:
        state = kind.initial
        for happened in story.facts:
            state = kind.evolve(state, happened)
        count += len(story.facts)
    return count


def _per_second(work: Callable[[], int], seconds: float) -> float:
    work()  # models and caches are made before the clock runs
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        done += work()
    return done / (time.perf_counter() - began)
