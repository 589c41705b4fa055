"""The supervision ladder: reminded, yellow, red, listed, summoned (domain.md §1.7)."""

from collections.abc import Callable

import pytest
from pydantic import BaseModel

from domain.task.commands import CardColour, ListTask, RaiseCard, RemindUnit, SummonUnit
from domain.task.facts import SupervisionLevel, SupervisionRaised, TaskOverdue
from tests.domain.harness import Story, fact
from tests.domain.task.stories import (
    accepted,
    carried,
    dispatched,
    every_state,
    in_progress,
    overdue,
    ready,
    result_review,
)
from tests.domain.world import (
    CIVIL_AFFAIRS,
    SUPERVISOR,
    Town,
    on,
    rules_with,
    sealed,
)

NONE, REMINDED, YELLOW, RED, LISTED, SUMMONED = SupervisionLevel


def test_the_ladder_is_climbed_rung_by_rung_as_the_due_instant_nears_and_passes() -> None:
    """Half the time, one working day before, 80%, due, five working days after."""
    story = in_progress().rings("first_contact")
    story = story.when_rings("due.remind_half", on(5, 18, "13:45")).then(
        SupervisionRaised, level=REMINDED, level_before=NONE, unit=CIVIL_AFFAIRS
    )
    story = story.when_rings("due.yellow").then(
        SupervisionRaised, level=YELLOW, level_before=REMINDED
    )
    story = story.rings("due.remind_before")
    story = story.when_rings("due").then(
        fact(TaskOverdue, unit=CIVIL_AFFAIRS),
        fact(SupervisionRaised, level=RED, level_before=YELLOW, unit=CIVIL_AFFAIRS),
    )
    story.then_state("IN_PROGRESS")
    assert story.clocks()["due.listed"] == on(6, 1, "17:00")
    story = story.when_rings("due.listed").then(SupervisionRaised, level=LISTED, level_before=RED)
    story.then_state("IN_PROGRESS").then_clocks()


def test_a_reminder_takes_no_rung_back() -> None:
    """The reminder one working day before comes after yellow: the task stays yellow."""
    story = in_progress().rings("due.yellow")
    story = story.when_rings("due.remind_before").then(
        SupervisionRaised, level=YELLOW, level_before=YELLOW, cause="due.remind_before"
    )
    story.when_rings("due").then(
        TaskOverdue, fact(SupervisionRaised, level=RED, level_before=YELLOW)
    )


def test_a_unit_with_a_card_may_still_be_reminded() -> None:
    story = in_progress().does(_card(CardColour.RED), SUPERVISOR)
    story.when(REMIND, SUPERVISOR).then(SupervisionRaised, level=RED, level_before=RED)


@pytest.mark.parametrize("story", [dispatched, accepted, in_progress])
def test_the_due_instant_is_judged_wherever_the_task_is_in_hand(story: Callable[[], Story]) -> None:
    story().when_rings("due").then(TaskOverdue, fact(SupervisionRaised, level=RED))


def test_a_late_timer_judges_by_the_due_instant() -> None:
    story = in_progress().when_rings("due", on(6, 20)).then(TaskOverdue, SupervisionRaised)
    assert story.last(TaskOverdue).due.due == on(5, 25, "17:00")
    assert story.clocks()["due.listed"] == on(6, 1, "17:00")


def test_the_third_red_card_of_a_unit_in_a_quarter_summons_its_head() -> None:
    """Two red cards lie behind it; this is the third."""
    story = in_progress().under(rules_with(town=Town(reds={CIVIL_AFFAIRS: 2})))
    story.when_rings("due").then(
        TaskOverdue,
        fact(SupervisionRaised, level=RED),
        fact(SupervisionRaised, level=SUMMONED, level_before=RED, unit=CIVIL_AFFAIRS),
    )


def test_the_second_red_card_summons_nobody() -> None:
    story = in_progress().under(rules_with(town=Town(reds={CIVIL_AFFAIRS: 1})))
    story.when_rings("due").then(TaskOverdue, fact(SupervisionRaised, level=RED))


def test_a_submitted_result_ends_the_ladder() -> None:
    clocks = result_review(ready()).clocks()
    assert not [name for name in clocks if name.startswith("due")]
    assert not [name for name in carried().clocks() if name.startswith("due")]


def test_an_overdue_task_is_overdue_once() -> None:
    assert "due" not in overdue().clocks()


# By hand.

REMIND = RemindUnit(note=sealed("please hurry"))
SUMMON = SummonUnit(reason=sealed("again and again"))
LISTING = ListTask(reason=sealed("the press asks"))


def _card(colour: CardColour) -> RaiseCard:
    return RaiseCard(colour=colour, reason=sealed("no answer"))


@pytest.mark.parametrize(
    ("command", "level"),
    [
        (REMIND, REMINDED),
        (_card(CardColour.YELLOW), YELLOW),
        (_card(CardColour.RED), RED),
        (LISTING, LISTED),
        (SUMMON, SUMMONED),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
def test_a_supervisor_may_start_at_any_rung(command: BaseModel, level: SupervisionLevel) -> None:
    (
        in_progress()
        .when(command, SUPERVISOR)
        .then(SupervisionRaised, level=level, level_before=NONE, unit=CIVIL_AFFAIRS)
        .then_state("IN_PROGRESS")
    )


@pytest.mark.parametrize(
    "state",
    [
        "DISPATCHED",
        "RETURN_REVIEW",
        "ADJUDICATION",
        "ACCEPTED",
        "IN_PROGRESS",
        "CARRIED",
        "RESULT_REVIEW",
        "DISSATISFIED",
    ],
)
def test_a_unit_is_supervised_wherever_the_task_is_with_it(state: str) -> None:
    every_state()[state].when(REMIND, SUPERVISOR).then(SupervisionRaised).then_state(state)


@pytest.mark.parametrize("state", ["NOT_ADMITTED", "CANCELLED", "ARCHIVED"])
def test_a_finished_task_is_not_supervised(state: str) -> None:
    every_state()[state].when(REMIND, SUPERVISOR).then_refused("not-in-this-state")


def test_a_card_by_hand_does_not_lower_the_level() -> None:
    story = in_progress().does(LISTING, SUPERVISOR)
    story.when(_card(CardColour.YELLOW), SUPERVISOR).then_refused("level-not-lower")


def test_the_third_red_card_by_hand_summons_too() -> None:
    story = in_progress().under(rules_with(town=Town(reds={CIVIL_AFFAIRS: 2})))
    story.when(_card(CardColour.RED), SUPERVISOR).then(
        fact(SupervisionRaised, level=RED), fact(SupervisionRaised, level=SUMMONED)
    )
