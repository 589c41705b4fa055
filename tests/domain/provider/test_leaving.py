"""Exits: wished or ordered, planned, handed over one by one, completed (EXITING, EXITED)."""

from dataclasses import replace

import pytest

from domain.envelope import SYSTEM
from domain.provider import commands as c
from domain.provider import facts as f
from tests.domain.provider import stories as s
from tests.domain.world import (
    AGENT,
    CIVIL_COORDINATOR,
    SUPERVISOR,
    rules_with,
    task_id,
)


def test_a_provider_leaves_with_a_successor_for_everything() -> None:
    s.admitted().when(c.RequestProviderExit(plan=s.PLAN), AGENT).then(
        f.ProviderExitRequested, plan=s.PLAN
    )


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        ((), "successor-for-each"),
        (s.PLAN[:1], "successor-for-each"),
        ((*s.PLAN, s.PLAN[0]), "served-now"),
        ((c.Succession(case=task_id("nowhere"), successor=s.SUCCESSOR.stream),), "served-now"),
        (
            (s.PLAN[0], s.PLAN[1].model_copy(update={"successor": s.ELSEWHERE.stream})),
            "successor-admitted",
        ),
        (
            (
                s.PLAN[0],
                s.PLAN[1].model_copy(update={"successor": s.provider_stream(s.HEAD_CODE)}),
            ),
            "case-of-kind",
        ),
    ],
)
def test_a_plan_that_leaves_somebody_alone_is_refused(
    plan: tuple[c.Succession, ...], rule: str
) -> None:
    s.admitted().when(c.RequestProviderExit(plan=plan), AGENT).then_refused(rule)


def test_an_order_takes_two_keys() -> None:
    given = s.admitted().when(s.ORDER, CIVIL_COORDINATOR).then(f.ExitOrderGiven)
    assert given.case.state_name(given.state) == "ADMITTED"
    assert "countersign" in given.clocks()
    given.when(s.ORDER, CIVIL_COORDINATOR).then_refused("order-pending")
    given.when(c.RequestProviderExit(plan=s.PLAN), AGENT).then_refused("order-pending")
    given.when(c.CountersignExit(), SUPERVISOR).then(f.ExitOrdered, ground="ACCIDENT")
    dropped = given.when(c.DropExitOrder(reason="证据不足"), SUPERVISOR).then(f.ExitOrderDropped)
    dropped.when(c.CountersignExit(), SUPERVISOR).then_refused("no-order")
    given.when_rings("countersign").then(f.ProviderLimitMissed, clock="countersign")


def test_what_changed_between_the_keys_is_seen_at_the_second() -> None:
    another = replace(s.SERVED_TASK, stream=task_id("another meal"))
    town = replace(s.TOWN, tasks=(s.SERVED_TASK, another))
    story = s.order_given().under(rules_with(town=town))
    story.when(c.CountersignExit(), SUPERVISOR).then_refused("successor-for-each")


@pytest.mark.parametrize("ground", ["BELOW_FLOOR", "COMPLAINTS", "LICENCE_ENDED"])
def test_a_ground_must_be_on_record(ground: str) -> None:
    command = s.ORDER.model_copy(update={"ground": ground})
    s.admitted().when(command, CIVIL_COORDINATOR).then_refused("ground-on-record")


def test_two_periods_below_the_floor_are_a_ground() -> None:
    order = s.ORDER.model_copy(update={"ground": "BELOW_FLOOR"})
    s.rated_twice().when(order, CIVIL_COORDINATOR).then(f.ExitOrderGiven)
    recovered = s.rated_twice().under(s.GOOD_QUARTER).rings("grading").under(s.SERVING)
    recovered.when(order, CIVIL_COORDINATOR).then_refused("ground-on-record")


def test_repeated_upheld_complaints_are_a_ground() -> None:
    others = tuple(replace(s.SERVED_TASK, stream=task_id(f"meal {n}")) for n in range(2))
    served = replace(s.TOWN, tasks=others)
    story = s.admitted().under(rules_with(town=served))
    for task in others:
        judge = c.JudgeComplaint(task=task.stream, upheld=True, reason="属实")
        story = story.does(judge, CIVIL_COORDINATOR)
    plan = tuple(c.Succession(case=one.stream, successor=s.SUCCESSOR.stream) for one in others)
    order = s.ORDER.model_copy(update={"ground": "COMPLAINTS", "plan": (*plan, s.PLAN[1])})
    story.when(order, CIVIL_COORDINATOR).then(f.ExitOrderGiven)
    story.after(days=400).when(order, CIVIL_COORDINATOR).then_refused("ground-on-record")


def test_an_ended_licence_is_a_ground() -> None:
    order = s.ORDER.model_copy(update={"ground": "LICENCE_ENDED"})
    s.admitted().rings("licence/2").when(order, CIVIL_COORDINATOR).then(f.ExitOrderGiven)


def test_successors_accept_one_by_one() -> None:
    exiting = s.exiting()
    exiting.when(s.ACCEPT_TASK, AGENT).then_refused("successor-speaks")
    taken = exiting.when(s.ACCEPT_TASK, s.SUCCESSOR_AGENT).then(
        f.ServiceHandedOver, successor=s.SUCCESSOR.stream
    )
    taken.when(s.ACCEPT_TASK, s.SUCCESSOR_AGENT).then_refused("nothing-to-accept")
    taken.when(c.CompleteProviderExit(), SYSTEM).then_refused("nothing-left")
    all_taken = taken.does(s.ACCEPT_MEALS, s.SUCCESSOR_AGENT)
    all_taken.when(c.CompleteProviderExit(), SYSTEM).then(
        f.ProviderExited, ordered=False, barred_until=None
    )


def test_a_successor_that_was_suspended_meanwhile_accepts_nothing() -> None:
    suspended = replace(s.SUCCESSOR, may_begin=False)
    town = replace(s.TOWN, others=(s.KITCHEN, suspended, s.ELSEWHERE))
    story = s.exiting().under(rules_with(town=town))
    story.when(s.ACCEPT_TASK, s.SUCCESSOR_AGENT).then_refused("successor-admitted")


def test_the_lead_names_others_for_what_nobody_accepted() -> None:
    taken = s.exiting().does(s.ACCEPT_TASK, s.SUCCESSOR_AGENT)
    revised = taken.when(
        c.ReviseExitPlan(plan=s.PLAN[1:], reason="接续机构调整"), CIVIL_COORDINATOR
    ).then(f.ExitPlanRevised, plan=s.PLAN, plan_before=s.PLAN)
    assert [one.function for one in revised.state.outstanding] == ["MEAL"]


def test_whoever_was_ordered_to_leave_is_barred() -> None:
    s.ordered_and_handed_over().when(c.CompleteProviderExit(), CIVIL_COORDINATOR).then(
        f.ProviderExited, ordered=True
    )
    late = s.ordered().when_rings("hand_over").then(f.ProviderLimitMissed, clock="hand_over")
    assert "hand_over" not in late.clocks()
