"""Every figure can be recomputed from the facts it counts, and explained one by one."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.clocks import RingClock
from domain.envelope import rung_by
from domain.figures import figures_of
from domain.task import commands as c
from domain.task.case import TASK
from projections.boards import Boards, open_boards
from projections.service_definitions import DEFINITIONS
from projections.service_levels import GroupBy, LevelFilter, Rate
from tests.domain.harness import Story
from tests.domain.task import stories as s
from tests.domain.world import (
    CALLBACK_AGENT,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    GRANDMA,
    HEALTH,
    NEIGHBOUR,
    POLICY,
    SHIPAI_PLACE,
    SUPERVISOR,
    on,
    sealed,
    task_id,
)
from tests.projections.book import LogInMemory
from tests.projections.walks import Walk, task_walk

TEXT = sealed()


def shown(tmp_path: Path, *stories: Story, policy: Any = POLICY) -> Boards:
    """Return boards that have followed *stories*, each a task of its own."""
    log = LogInMemory(policy=policy)
    for number, story in enumerate(stories):
        for happened in story.facts:
            log.tell(task_id(f"story {number}"), happened)
    boards = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    boards.follower(log).catch_up()
    return boards


def counts(boards: Boards, metric: str, wanted: LevelFilter | None = None) -> tuple[int, int]:
    """Return numerator and denominator of one rate over everything."""
    rates = boards.levels.rates(wanted or LevelFilter(metrics=(metric,)))
    (rate,) = [one for one in rates if one.metric == metric]
    return rate.numerator, rate.denominator


def test_a_contact_within_the_limit_counts_in_the_response_rate(tmp_path: Path) -> None:
    boards = shown(tmp_path, s.ready())
    assert counts(boards, "response_rate@1") == (1, 1)


def test_a_contact_owed_and_missed_counts_against_the_unit(tmp_path: Path) -> None:
    """Also where the resident was reached later."""
    late = s.in_progress().rings("first_contact").does(s.CONTACT, CIVIL_STAFF)
    boards = shown(tmp_path, late, s.ready())
    assert counts(boards, "response_rate@1") == (1, 2)
    (missed,) = [one for one in boards.levels.explain("response_rate@1") if not one.numerator]
    assert missed.unit == CIVIL_AFFAIRS


def test_a_task_nobody_had_to_contact_yet_counts_nowhere(tmp_path: Path) -> None:
    boards = shown(tmp_path, s.in_progress())
    assert counts(boards, "response_rate@1") == (0, 0)
    assert boards.levels.rates()[0].percent is None


@pytest.mark.parametrize(("grade", "satisfied"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 1)])
def test_fairly_satisfied_is_satisfied(tmp_path: Path, grade: int, satisfied: int) -> None:
    """基本满意以上, as the pack says."""
    rated = s.rating().does(c.RateTask(grade=grade), GRANDMA)
    assert counts(shown(tmp_path, rated), "satisfaction_rate@1") == (satisfied, 1)


def test_the_pack_says_from_which_grade_on(tmp_path: Path) -> None:
    strict = POLICY.model_copy(
        update={"ratings": POLICY.ratings.model_copy(update={"satisfied_from": 4})}
    )
    rated = s.rating().does(c.RateTask(grade=3), GRANDMA)
    assert counts(shown(tmp_path, rated, policy=strict), "satisfaction_rate@1") == (0, 1)


def test_silence_is_left_out_and_shown_as_coverage(tmp_path: Path) -> None:
    """Unrated is neither satisfied nor dissatisfied."""
    silent = s.rating().rings("rating")
    boards = shown(tmp_path, silent, s.closed())
    assert counts(boards, "satisfaction_rate@1") == (1, 1)
    assert counts(boards, "rating_coverage@1") == (1, 2)
    (left_out,) = [one for one in boards.levels.explain("satisfaction_rate@1") if one.excluded]
    assert left_out.excluded == "unrated"


def test_a_raised_rating_takes_the_place_of_the_first(tmp_path: Path) -> None:
    raised = s.dissatisfied().does(c.RateTask(grade=4), GRANDMA)
    boards = shown(tmp_path, raised)
    assert counts(boards, "satisfaction_rate@1") == (1, 1)
    (one,) = boards.levels.explain("satisfaction_rate@1")
    assert one.opened < one.settled


def test_each_resident_of_a_merged_task_has_a_voice(tmp_path: Path) -> None:
    """Demands are counted by residents, work by tasks."""
    both = s.rating(s.callback(s.result_review(s.ready(s.with_two_residents()))))
    both = both.does(c.RateTask(grade=5), GRANDMA).does(c.RateTask(grade=1), NEIGHBOUR)
    boards = shown(tmp_path, both)
    assert counts(boards, "satisfaction_rate@1") == (1, 2)
    assert counts(boards, "on_time_rate@1") == (1, 1)


def test_first_round_figures_stay_when_the_task_is_done_again(tmp_path: Path) -> None:
    """Reworked to satisfaction: the first rating was bad and stays counted."""
    again = s.dissatisfied().does(c.OrderRework(reason=TEXT))
    again = again.does(s.submit(), CIVIL_COORDINATOR, on(5, 12)).does(c.ApproveResult())
    again = again.does(
        c.RecordCallback(reached=True, resolved=True, grade=5), CALLBACK_AGENT, on(5, 13)
    )
    boards = shown(tmp_path, again.then_state("CLOSED"))
    assert counts(boards, "satisfaction_rate@1") == (1, 2)
    assert [one.round for one in boards.levels.explain("satisfaction_rate@1")] == [1, 2]
    assert counts(boards, "rework_rate@1") == (1, 2)


def test_first_round_figures_stay_when_the_closure_is_appealed(tmp_path: Path) -> None:
    closed = s.closed()
    before = shown(tmp_path / "before", closed).levels.explain("satisfaction_rate@1")
    reopened = closed.does(c.AppealClosure(new_facts=TEXT), GRANDMA)
    after = shown(tmp_path / "after", reopened).levels.explain("satisfaction_rate@1")
    assert before == after


def test_overdue_counts_once_however_late_the_result_comes(tmp_path: Path) -> None:
    late = s.ready().rings("due").does(s.submit(), CIVIL_COORDINATOR)
    boards = shown(tmp_path, late, s.result_review())
    assert counts(boards, "on_time_rate@1") == (1, 2)


def test_returns_and_extensions_count_by_dispatch(tmp_path: Path) -> None:
    refused = s.return_review().does(c.RefuseReturn(reason=TEXT))
    longer = s.extension_requested().does(c.GrantExtension())
    boards = shown(tmp_path, s.sent_on(), refused, longer)
    assert counts(boards, "return_rate@1") == (1, 4)
    assert counts(boards, "improper_return_rate@1") == (1, 2)
    assert counts(boards, "extension_rate@1") == (1, 4)
    by_unit = {
        rate.group: (rate.numerator, rate.denominator)
        for rate in boards.levels.rates(LevelFilter(metrics=("return_rate@1",)), by="unit")
    }
    assert by_unit == {CIVIL_AFFAIRS: (1, 3), HEALTH: (0, 1)}


def test_a_task_excluded_on_appeal_leaves_every_rate_and_says_why(tmp_path: Path) -> None:
    appealed = s.closed().does(c.AppealScore(ground="MALICIOUS", evidence=TEXT), CIVIL_COORDINATOR)
    boards = shown(tmp_path, appealed.does(c.ExcludeScore(reason=TEXT), SUPERVISOR))
    for rate in boards.levels.rates():
        assert (rate.numerator, rate.denominator) == (0, 0)
    assert {one.excluded for one in boards.levels.explain("satisfaction_rate@1")} == {
        "score_excluded:MALICIOUS"
    }


def test_categories_may_be_left_out_of_satisfaction_but_not_of_punctuality(tmp_path: Path) -> None:
    """Enforcement and mediation are not judged by satisfaction ([W22])."""
    categories = tuple(
        one.model_copy(update={"rating_excluded_from_score": one.code == "ELDER"})
        for one in POLICY.categories
    )
    policy = POLICY.model_copy(update={"categories": categories})
    boards = shown(tmp_path, s.closed(), policy=policy)
    assert counts(boards, "satisfaction_rate@1") == (0, 0)
    assert counts(boards, "on_time_rate@1") == (1, 1)
    (one,) = boards.levels.explain("satisfaction_rate@1")
    assert one.excluded == "category_not_scored"


@pytest.fixture(scope="module")
def walks() -> list[Walk]:
    return [task_walk(seed) for seed in range(60)]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, walks: list[Walk]) -> Boards:
    boards = open_boards(f"sqlite:///{tmp_path_factory.mktemp('busy') / 'boards.db'}")
    boards.follower(LogInMemory(walks)).catch_up()
    return boards


@pytest.mark.parametrize("metric", DEFINITIONS)
def test_every_figure_is_the_sum_of_what_explains_it(busy: Boards, metric: str) -> None:
    explained = busy.levels.explain(metric)
    counted = [one for one in explained if one.excluded is None]
    assert counts(busy, metric) == (
        sum(one.numerator for one in counted),
        sum(one.denominator for one in counted),
    )
    assert explained, "the walks give every rate something to count"


def test_groups_add_up_to_the_whole(busy: Boards) -> None:
    """By unit, street, category, month or pairing: nothing is lost and nothing counted twice."""
    whole = {rate.metric: (rate.numerator, rate.denominator) for rate in busy.levels.rates()}
    groups: tuple[GroupBy, ...] = ("unit", "street", "category", "month", "pairing")
    for by in groups:
        found = dict.fromkeys(whole, (0, 0))
        for rate in busy.levels.rates(by=by):
            above, below = found[rate.metric]
            found[rate.metric] = (above + rate.numerator, below + rate.denominator)
        assert found == whole


def test_every_count_points_to_the_facts_that_prove_it(busy: Boards, walks: list[Walk]) -> None:
    log = LogInMemory(walks)
    proofs = {
        "response_rate@1": {"resident_contacted.v1", "limit_missed.v1"},
        "resolution_rate@1": {"callback_recorded.v1", "task_rated.v1"},
        "satisfaction_rate@1": {"callback_recorded.v1", "task_rated.v1", "rating_defaulted.v1"},
        "on_time_rate@1": {"result_submitted.v1", "task_overdue.v1"},
        "rework_rate@1": {"result_submitted.v1", "rework_ordered.v1"},
    }
    for metric, kinds in proofs.items():
        for one in busy.levels.explain(metric):
            for position in (one.opened, one.settled):
                assert log.entries[position].stream == one.stream
                assert log.entries[position].kind in kinds


def test_the_counts_agree_with_the_figures_reviews_are_held_on(
    tmp_path: Path,
) -> None:
    """Two rooms count the same things from the same facts."""
    stories = [s.closed(), s.dissatisfied(), s.rating().rings("rating"), s.ready().rings("due")]
    boards = shown(tmp_path, *stories)
    log = LogInMemory()
    for number, story in enumerate(stories):
        for happened in story.facts:
            log.tell(task_id(f"story {number}"), happened)
    tasks = [log.read(task_id(f"story {number}")) for number in range(len(stories))]
    figures = figures_of(tasks, log.head())
    assert counts(boards, "response_rate@1") == (figures.contacted_on_time, figures.contact_due)
    assert counts(boards, "resolution_rate@1") == (figures.resolved, figures.resolution_answers)
    assert counts(boards, "satisfaction_rate@1") == (figures.satisfied, figures.rated)


def test_filters_narrow_by_place_month_and_category(busy: Boards) -> None:
    everything = counts(busy, "on_time_rate@1")
    here = LevelFilter(metrics=("on_time_rate@1",), place=SHIPAI_PLACE[:9])
    assert counts(busy, "on_time_rate@1", here) == everything
    elsewhere = LevelFilter(metrics=("on_time_rate@1",), place="110101")
    assert counts(busy, "on_time_rate@1", elsewhere) == (0, 0)
    months = {one.month for one in busy.levels.explain("on_time_rate@1")}
    by_month = [
        counts(
            busy,
            "on_time_rate@1",
            LevelFilter(metrics=("on_time_rate@1",), month_from=m, month_to=m),
        )
        for m in sorted(months)
    ]
    assert tuple(map(sum, zip(*by_month, strict=True))) == everything


@pytest.mark.parametrize(("above", "below"), [(0, 3), (1, 3), (2, 3), (1, 8), (29, 30), (30, 30)])
def test_percentages_are_rounded_half_up_to_one_decimal(above: int, below: int) -> None:
    shown = Rate("response_rate@1", "", above, below, 0).percent
    assert shown is not None
    exact = Fraction(above * 100, below)
    assert abs(Fraction(shown.removesuffix("%")) - exact) <= Fraction(1, 20)


def test_a_ring_that_changes_nothing_counts_nothing(tmp_path: Path) -> None:
    """Clocks may ring twice; only facts are counted."""
    once = s.in_progress().rings("first_contact")
    due = once.now
    ring = RingClock(name="first_contact", due=due)
    twice = once.does(ring, rung_by("first_contact"))
    assert TASK.state_name(twice.state) == "IN_PROGRESS"
    assert counts(shown(tmp_path, twice), "response_rate@1") == (0, 1)
