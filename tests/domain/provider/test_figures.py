"""A quarter of a provider in figures: a task counts once, for whom it named when it closed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.provider.figures import ServiceFigures, tasks_served
from domain.provider.rating import checks, grade_of, next_quarter, periods_below_floor
from domain.provider.state import Graded, Record
from tests.domain.world import PROVIDERS, on

ONE, OTHER = "provider/one", "provider/other"
QUARTER = on(4, 1, "00:00"), on(7, 1, "00:00")


@dataclass(frozen=True)
class Told:
    """An entry as the figures read it."""

    position: int
    recorded_at: datetime
    kind: str
    fact: dict[str, Any] = field(default_factory=dict)


def task(
    closed: datetime, *, provider: str | None = ONE, grade: int = 5, on_time: bool = True
) -> list[Told]:
    """Return a task that named *provider*, was rated *grade* and closed at *closed*."""
    return [
        Told(1, on(4, 2), "task_registered.v1", {"policy": "town@1"}),
        Told(2, on(4, 2), "provider_named.v1", {"provider": provider}),
        Told(3, closed, "result_submitted.v1", {"on_time": on_time}),
        Told(
            4, closed, "task_rated.v1", {"subject": "s", "grade": grade, "resolution": "RESOLVED"}
        ),
    ]


def figures(*tasks: list[Told]) -> ServiceFigures:
    return tasks_served(tasks, ONE, QUARTER, 9)


def test_closed_tasks_count_in_the_quarter_they_close_in() -> None:
    found = figures(task(on(5, 1)), task(on(5, 2), grade=2, on_time=False))
    assert found == ServiceFigures(position=9, tasks=2, on_time=1, satisfied=1, rated=2)
    assert figures(task(on(3, 31)), task(on(7, 1, "00:00"))).tasks == 0
    assert figures(task(on(4, 1, "00:00"))).tasks == 1, "the first instant belongs to it"


def test_a_task_counts_for_whom_it_named_when_it_closed() -> None:
    renamed = task(on(5, 1))
    renamed.insert(2, Told(2, on(4, 3), "provider_named.v1", {"provider": OTHER}))
    assert figures(renamed, task(on(5, 1), provider=None)).tasks == 0


def test_what_came_after_the_quarter_is_not_known_in_it() -> None:
    late = [*task(on(6, 30)), Told(5, on(7, 2), "score_excluded.v1")]
    assert figures(late).tasks == 1
    assert figures([*task(on(6, 30)), Told(5, on(6, 30), "score_excluded.v1")]).tasks == 0


def test_a_task_that_was_never_closed_does_not_count() -> None:
    assert figures(task(on(5, 1))[:2]).tasks == 0
    assert figures([*task(on(5, 1)), Told(5, on(5, 3), "task_reopened.v1")]).tasks == 0


@pytest.mark.parametrize(
    ("told", "grade"),
    [
        ({"tasks": 20, "on_time": 19, "rated": 10, "satisfied": 9}, "A"),
        ({"tasks": 20, "on_time": 18, "rated": 10, "satisfied": 9}, "B"),
        ({"tasks": 20, "on_time": 19, "rated": 10, "satisfied": 9, "complaints_judged": 1}, "A"),
        (
            {
                "tasks": 20,
                "on_time": 20,
                "rated": 1,
                "satisfied": 1,
                "complaints_judged": 1,
                "complaints_upheld": 1,
            },
            "B",
        ),
        ({"tasks": 20, "on_time": 14, "rated": 5, "satisfied": 3}, "C"),
        ({"tasks": 20, "on_time": 13, "rated": 5, "satisfied": 5}, "D"),
        ({"tasks": 3, "on_time": 3}, "A"),
        ({"inspections": 2, "inspections_passed": 1}, "B"),
        ({}, None),
    ],
)
def test_the_grade_is_the_best_whose_every_check_is_met(
    told: dict[str, int], grade: str | None
) -> None:
    """Silence is no dissatisfaction: a share nobody gave an answer for is met."""
    assert grade_of(ServiceFigures(**told), PROVIDERS) == grade


counts = st.integers(0, 50)


@given(counts, counts, counts, counts)
def test_every_figure_has_exactly_one_grade(tasks: int, late: int, rated: int, bad: int) -> None:
    told = ServiceFigures(
        tasks=tasks,
        on_time=max(tasks - late, 0),
        rated=rated,
        satisfied=max(rated - bad, 0),
    )
    grade = grade_of(told, PROVIDERS)
    if tasks == 0:
        assert grade is None
        return
    rows = {row.code: all(one.met for one in checks(row, told)) for row in PROVIDERS.grades}
    assert grade == next(code for code, met in rows.items() if met)


@pytest.mark.parametrize(
    ("at", "after"),
    [
        (on(1, 1, "00:00"), on(4, 1, "00:00")),
        (on(3, 31, "23:59"), on(4, 1, "00:00")),
        (on(6, 30, "07:59"), on(7, 1, "00:00")),
        (on(12, 31, "23:59"), on(1, 1, "00:00", year=2027)),
    ],
)
def test_quarters_begin_by_the_clocks_of_the_city(at: datetime, after: datetime) -> None:
    assert next_quarter(at, 480) == after


def test_the_floor_looks_at_the_newest_grades_in_a_row() -> None:
    def record(*grades: str | None) -> Record:
        return Record(grades=tuple(Graded(on(7, 1), one) for one in grades))

    assert periods_below_floor(record("D", "D"), PROVIDERS) == 2
    assert periods_below_floor(record("D", None, "D"), PROVIDERS) == 2
    assert periods_below_floor(record("D", "C"), PROVIDERS) == 0
    assert periods_below_floor(record(), PROVIDERS) == 0
