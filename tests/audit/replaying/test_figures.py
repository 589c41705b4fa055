"""A figure counted twice, by the boards and by the auditor, is the same figure, now and then."""

from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from audit.reading import Reader, open_reader
from audit.replay.figures import (
    Counted,
    Wanted,
    counted,
    figure,
    figures_table,
    metric_named,
    reasons_of,
)
from domain.service_definitions import DEFINITIONS
from domain.task import commands as c
from ledger.store import open_ledger
from projections.boards import Boards, open_boards
from projections.service_levels import LevelFilter
from tests.audit.replaying.rich import Chronicle
from tests.domain.task import stories as s
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    GRANDMA,
    POLICY,
    SHIPAI_PLACE,
    SUPERVISOR,
    sealed,
    task_id,
)


def boards_up_to(url: str, folder: Path, until: int) -> Boards:
    """Return boards built from nothing up to a position."""
    ledger = open_ledger(url)
    boards = open_boards(f"sqlite:///{folder / f'boards-{until}.db'}")
    boards.follower(ledger).catch_up(until)
    ledger.close()
    return boards


def as_the_boards_have_it(one: Counted) -> tuple[object, ...]:
    return (
        one.stream,
        one.part,
        one.unit,
        one.street,
        one.category,
        one.pairing,
        one.month,
        int(one.counts),
        one.excluded,
        one.remark,
        one.opened,
        one.settled,
    )


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 1.0])
def test_every_thing_counted_is_what_the_boards_counted(
    rich: Reader, rich_url: str, tmp_path: Path, share: float
) -> None:
    """Row by row, now and as of earlier positions against boards rebuilt up to there."""
    until = int(rich.head() * share)
    boards = boards_up_to(rich_url, tmp_path, until)
    ours = counted(rich, until)
    for metric in DEFINITIONS:
        theirs = boards.levels.explain(metric, limit=100_000)
        assert sorted(as_the_boards_have_it(one) for one in ours if one.metric == metric) == sorted(
            (
                one.stream,
                one.part,
                one.unit,
                one.street,
                one.category,
                one.pairing,
                one.month,
                one.numerator,
                one.excluded,
                one.remark,
                one.opened,
                one.settled,
            )
            for one in theirs
        ), metric
    boards.close()
    assert {one.metric for one in ours} == set(DEFINITIONS) or share < 1


def test_every_figure_of_every_unit_and_month_is_the_boards_figure(
    rich: Reader, rich_url: str, tmp_path: Path
) -> None:
    boards = boards_up_to(rich_url, tmp_path, rich.head())
    everything = counted(rich)
    units = {one.unit for one in everything if one.unit} | {None}
    months = {one.month for one in everything} | {None}
    assert len(units) > 3
    assert len(months) > 2
    compared = 0
    for unit, month in product(sorted(units, key=str), sorted(months, key=str)):
        wanted = LevelFilter(unit=unit, month_from=month, month_to=month)
        theirs = {rate.metric: rate for rate in boards.levels.rates(wanted)}
        for metric, rate in theirs.items():
            members = [
                one
                for one in everything
                if one.metric == metric and Wanted(unit=unit, month=month).holds(one)
            ]
            included = [one for one in members if one.excluded is None]
            found = (sum(one.counts for one in included), len(included))
            assert (*found, len(members) - len(included)) == (
                rate.numerator,
                rate.denominator,
                rate.excluded,
            ), (metric, unit, month)
            compared += bool(members)
    boards.close()
    assert compared > 50


def test_a_place_is_everything_within_it(rich: Reader, rich_url: str, tmp_path: Path) -> None:
    boards = boards_up_to(rich_url, tmp_path, rich.head())
    definition = DEFINITIONS["return_rate@1"]
    for place in ("440106", "440106005", SHIPAI_PLACE, "440000", "320000"):
        (rate,) = boards.levels.rates(LevelFilter(metrics=("return_rate@1",), place=place))
        ours = figure(rich, definition, Wanted(place=place), rich.head())
        assert (len(ours.numerator), len(ours.denominator)) == (rate.numerator, rate.denominator)
        assert ours.percent == rate.percent
    boards.close()


def test_the_positions_of_a_figure_are_the_facts_it_rests_on(rich: Reader) -> None:
    """Whoever looks the entries up finds the facts that the definition names."""
    settled = {
        "response_rate@1": {"resident_contacted.v1", "limit_missed.v1"},
        "resolution_rate@1": {"callback_recorded.v1", "task_rated.v1"},
        "on_time_rate@1": {"result_submitted.v1", "task_overdue.v1"},
        "extension_rate@1": {"task_dispatched.v1", "unit_designated.v1", "extension_granted.v1"},
    }
    for metric, kinds in settled.items():
        found = figure(rich, DEFINITIONS[metric], Wanted(), rich.head())
        assert found.denominator
        for one in found.denominator:
            entry = rich.entry(one.settled)
            assert entry is not None
            assert entry.stream == one.stream
            assert entry.kind in kinds


def test_a_past_figure_stays_what_it_was(chronicle: Chronicle, url: str) -> None:
    """A rating raised today changes today's figure, and not the one of yesterday."""
    task = task_id("the ramp")
    story = s.dissatisfied()
    then = chronicle.tell_story(task, story)
    raised = story.does(c.RateTask(grade=5), GRANDMA)
    now = chronicle.tell(task, raised.facts[len(story.facts) :])
    with open_reader(url) as reader:
        metric = DEFINITIONS["satisfaction_rate@1"]
        before = figure(reader, metric, Wanted(unit=CIVIL_AFFAIRS), then)
        after = figure(reader, metric, Wanted(unit=CIVIL_AFFAIRS), now)
    assert (len(before.numerator), len(before.denominator), before.percent) == (0, 1, "0.0%")
    assert (len(after.numerator), len(after.denominator), after.percent) == (1, 1, "100.0%")


def test_a_rating_raised_next_month_counts_in_the_month_it_was_given(
    chronicle: Chronicle, url: str, tmp_path: Path
) -> None:
    """The boards say so too: a figure of May does not move into June."""
    given, raised = s.dissatisfied(), s.dissatisfied().does(c.RateTask(grade=5), GRANDMA)
    later = timedelta(days=20)
    for number, one in enumerate(raised.facts):
        at = one.at + (later if number < len(given.facts) else later + timedelta(days=3))
        chronicle.write(task_id("the ramp"), one.fact, one.by, at)
    boards = boards_up_to(url, tmp_path, chronicle.ledger.head())
    with open_reader(url) as reader:
        (ours,) = figure(
            reader, DEFINITIONS["satisfaction_rate@1"], Wanted(month="2026-05"), reader.head()
        ).numerator
    (theirs,) = boards.levels.explain("satisfaction_rate@1")
    boards.close()
    assert (ours.month, ours.opened, ours.settled) == ("2026-05", theirs.opened, theirs.settled)
    assert theirs.month == "2026-05"


def test_what_is_left_out_says_why(chronicle: Chronicle, url: str) -> None:
    silent = s.rating().rings("rating")
    excluded = s.closed()
    chronicle.tell_story(task_id("silent"), silent)
    story = excluded.does(
        c.AppealScore(ground="MALICIOUS", evidence=sealed()), CIVIL_COORDINATOR
    ).does(c.ExcludeScore(reason=sealed()), SUPERVISOR)
    chronicle.tell_story(task_id("excluded"), story)
    with open_reader(url) as reader:
        metric = DEFINITIONS["satisfaction_rate@1"]
        found = figure(reader, metric, Wanted(), reader.head())
    assert {why: len(some) for why, some in reasons_of(found.excluded).items()} == {
        "score_excluded:MALICIOUS": 1,
        "unrated": 1,
    }
    assert found.percent is None


@pytest.mark.parametrize(
    "name",
    ["satisfaction", "satisfaction_rate", "satisfaction_rate@1", "Satisfaction-Rate", "满意率"],
)
def test_a_metric_is_named_as_people_name_it(name: str) -> None:
    definition = metric_named(name)
    assert definition is not None
    assert definition.metric == "satisfaction_rate@1"
    assert metric_named("on-time") == DEFINITIONS["on_time_rate@1"]
    assert metric_named("happiness") is None


def test_the_table_adds_up_to_the_figures(rich: Reader) -> None:
    rows = figures_table(rich)
    for metric in DEFINITIONS:
        whole = figure(rich, DEFINITIONS[metric], Wanted(), rich.head())
        of_metric = [row for row in rows if row["metric"] == metric]
        assert sum(row["numerator"] for row in of_metric) == len(whole.numerator)
        assert sum(row["denominator"] for row in of_metric) == len(whole.denominator)
        assert sum(row["excluded"] for row in of_metric) == len(whole.excluded)
    assert POLICY.ratings.satisfied_from == 3
