"""Boards answer the same by whatever index, and as counting line by line would."""

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import inspect

from domain.task.facts import TaskState
from projections.boards import Boards, open_boards
from projections.service_definitions import DEFINITIONS
from projections.service_levels import GroupBy, LevelFilter, Rate
from projections.store import writing
from projections.task_board import Order, TaskFilter
from projections.task_picture import FINAL, OPEN
from tests.domain.world import CIVIL_AFFAIRS, HEALTH, SHIPAI_PLACE
from tests.projections.book import LogInMemory

ORDERS: tuple[Order, ...] = ("registered_at", "-registered_at", "due", "next_due", "number")
FILTERS = tuple(
    TaskFilter(**dict(part for some in parts for part in some.items()))
    for parts in product(
        ({}, {"states": ("IN_PROGRESS",)}, {"states": ("CLOSED", "ARCHIVED")}, {"open_only": True}),
        ({}, {"place": "440106"}, {"place": SHIPAI_PLACE[:9]}),
        (
            {},
            {"unit": CIVIL_AFFAIRS},
            {"unit": HEALTH, "sla": "OVERDUE"},
            {"categories": ("ELDER",)},
        ),
    )
)


@pytest.fixture(scope="module")
def both(
    busy_log: LogInMemory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Boards, Boards]]:
    """The same boards twice: with their indexes, and with none."""
    folder = tmp_path_factory.mktemp("answers")
    indexed, bare = (open_boards(f"sqlite:///{folder / name}.db") for name in ("indexed", "bare"))
    for boards in (indexed, bare):
        boards.follower(busy_log).catch_up()
    looked = inspect(bare.engine)
    with writing(bare.engine) as connection:
        for table in looked.get_table_names():
            for index in looked.get_indexes(table):
                connection.exec_driver_sql(f"DROP INDEX {index['name']}")
    yield indexed, bare
    indexed.close()
    bare.close()


def test_lists_are_the_same_without_any_index(both: tuple[Boards, Boards]) -> None:
    indexed, bare = both
    totals = set()
    for wanted, order in product(FILTERS, ORDERS):
        pages = [one.tasks.find(wanted, page=1, size=7, order=order) for one in (indexed, bare)]
        assert pages[0] == pages[1], (wanted, order)
        assert indexed.tasks.counts(wanted) == bare.tasks.counts(wanted)
        totals.add(pages[0].total)
    assert len(totals) > 5, "filters that all find the same compare nothing"


def test_open_are_the_tasks_that_are_not_over(both: tuple[Boards, Boards]) -> None:
    boards, _ = both
    assert set(OPEN) | FINAL == {state.value for state in TaskState}
    assert not set(OPEN) & FINAL
    told = [line.stream for line in boards.tasks.every(TaskFilter(open_only=True))]
    assert told == [line.stream for line in boards.tasks.every() if line.is_open]
    assert told


def test_lines_are_those_that_are_told_one_by_one(both: tuple[Boards, Boards]) -> None:
    boards, _ = both
    streams = [line.stream for line in boards.tasks.every()]
    told = boards.tasks.those([*streams, *streams, "task/00000000-0000-7000-8000-000000000000"])
    assert told == {stream: boards.tasks.get(stream) for stream in streams}
    assert boards.tasks.those([]) == {}


def test_steps_up_the_ladder_are_counted_as_they_are_told(both: tuple[Boards, Boards]) -> None:
    board = both[0].supervision
    told = board.steps(limit=100_000)
    middle = sorted(step.raised_at for step in told)[len(told) // 2]
    for since, place in product((None, middle), (None, "440106", SHIPAI_PLACE[:9])):
        counted: dict[str, dict[str, int]] = {}
        for step in board.steps(place=place, raised_from=since, limit=100_000):
            acts = counted.setdefault(step.unit or "", {})
            acts[step.act] = acts.get(step.act, 0) + 1
        assert board.raised(place=place, raised_from=since) == counted
    acts = {step.act for step in told}
    assert len(acts) > 1, "acts that are all one compare nothing"
    for act in acts:
        assert board.steps(act=act, limit=100_000) == [step for step in told if step.act == act]


@pytest.mark.parametrize("by", ["all", "unit", "street", "category", "month"])
def test_rates_are_those_counted_fact_by_fact(both: tuple[Boards, Boards], by: GroupBy) -> None:
    boards, _ = both
    for wanted in (LevelFilter(), LevelFilter(unit=CIVIL_AFFAIRS), LevelFilter(place="440106")):
        counted: dict[tuple[str, str], list[int]] = {}
        for metric in DEFINITIONS:
            for one in boards.levels.explain(metric, wanted, limit=100_000):
                group = "" if by == "all" else getattr(one, by) or ""
                sums = counted.setdefault((metric, group), [0, 0, 0])
                if one.excluded is None:
                    sums[0] += one.numerator
                    sums[1] += one.denominator
                else:
                    sums[2] += 1
        told = {(one.metric, one.group): one for one in boards.levels.rates(wanted, by)}
        for (metric, group), sums in counted.items():
            assert told.pop((metric, group)) == Rate(metric, group, *sums)
        assert all(one.denominator == one.excluded == 0 for one in told.values())
        assert counted
