"""Inspections, complaints, hours, warnings, suspension, appeals (WARNED to SUSPENDED)."""

from dataclasses import replace

import pytest

from domain.envelope import SYSTEM
from domain.provider import commands as c
from domain.provider import facts as f
from tests.domain.provider import stories as s
from tests.domain.world import (
    ADJUDICATOR,
    AGENT,
    CIVIL_COORDINATOR,
    COMMUNITY_WORKER,
    HOUSING_COORDINATOR,
    MARKET,
    MARKET_COORDINATOR,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    Town,
    on,
    rules_with,
    task_id,
)

# Looking after.


def test_an_inspection_is_on_record() -> None:
    command = c.InspectProvider(passed=False, found="留样不全")
    s.admitted().when(command, MARKET_COORDINATOR).then(f.ProviderInspected, unit=MARKET)
    s.admitted().when(command, HOUSING_COORDINATOR).then_refused("supervising-unit")


def test_a_complaint_is_judged_once_about_what_it_serves() -> None:
    judge = c.JudgeComplaint(task=s.SERVED_TASK.stream, upheld=True, reason="属实")
    judged = s.admitted().when(judge, CIVIL_COORDINATOR).then(f.ComplaintJudged, upheld=True)
    judged.when(judge, CIVIL_COORDINATOR).then_refused("complaint-once")
    nowhere = judge.model_copy(update={"task": task_id("nowhere")})
    s.admitted().when(nowhere, CIVIL_COORDINATOR).then_refused("case-of-kind")
    other = replace(s.SERVED_TASK, provider=None)
    s.admitted().under(rules_with(town=Town(tasks=(other,)))).when(
        judge, CIVIL_COORDINATOR
    ).then_refused("served-by-it")


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"category": "HEALTH"}, "admitted-for"),
        ({"place": WUSHAN_PLACE}, "admitted-for"),
        ({"served_at": on(5, 12)}, "served-by-now"),
        ({"served_at": on(5, 10)}, "served-by-now"),
    ],
)
def test_hours_are_served_where_it_is_admitted_since_then_and_by_now(
    changed: dict[str, object], rule: str
) -> None:
    s.admitted().when(s.HOURS, AGENT).then(f.ServiceHoursRecorded, people=3, minutes=90)
    s.admitted().when(s.HOURS.model_copy(update=changed), AGENT).then_refused(rule)


def test_hours_are_recorded_near_the_place() -> None:
    s.admitted().when(s.HOURS, COMMUNITY_WORKER).then(f.ServiceHoursRecorded)
    s.admitted().when(s.HOURS, WUSHAN_DISPATCHER).then_refused("own-place-only")


def test_a_warning_is_rectified_and_confirmed_by_another() -> None:
    warned = s.admitted().when(s.WARN, CIVIL_COORDINATOR).then(f.ProviderWarned, number=1)
    assert "rectify" in warned.clocks()
    warned.when(s.WARN, CIVIL_COORDINATOR).then_refused("not-in-state")
    submitted = warned.when(s.SUBMIT, AGENT).then(f.RectificationSubmitted, number=1)
    assert "confirm" in submitted.clocks()
    confirm = c.ConfirmRectification(evidence="复查合格")
    submitted.when(confirm, s.SECOND_CIVIL).then(f.RectificationConfirmed)
    again = submitted.when(c.RefuseRectification(reason="仍不全"), s.SECOND_CIVIL).then(
        f.RectificationRefused
    )
    assert "rectify" in again.clocks()
    warned.when_rings("rectify").then(f.ProviderLimitMissed, clock="rectify")
    submitted.when_rings("confirm").then(f.ProviderLimitMissed, clock="confirm")


def test_a_warning_has_a_ground_of_the_pack() -> None:
    s.admitted().when(c.WarnProvider(ground="MOON", reason="无"), CIVIL_COORDINATOR).then_refused(
        "code-listed"
    )


def test_safety_suspends_at_once_and_the_reasons_follow() -> None:
    at_once = s.admitted().when(s.AT_ONCE, CIVIL_COORDINATOR).then(f.ProviderSuspended, reason=None)
    assert {"reasons", "suspension"} <= set(at_once.clocks())
    given = at_once.when(c.GiveSuspensionReasons(reason="燃气泄漏"), CIVIL_COORDINATOR).then(
        f.SuspensionReasoned
    )
    assert "reasons" not in given.clocks()
    given.when(c.GiveSuspensionReasons(reason="再写"), CIVIL_COORDINATOR).then_refused(
        "reasons-owed"
    )
    late = at_once.when_rings("reasons").then(f.ProviderLimitMissed, clock="reasons")
    late.when(c.GiveSuspensionReasons(reason="迟到"), CIVIL_COORDINATOR).then(f.SuspensionReasoned)


def test_other_grounds_take_their_reason_now() -> None:
    command = c.SuspendProvider(ground="INVESTIGATION", until=on(8, 1))
    s.admitted().when(command, CIVIL_COORDINATOR).then_refused("reason-needed")
    reasoned = command.model_copy(update={"reason": "被举报"})
    s.admitted().when(reasoned, CIVIL_COORDINATOR).then(f.ProviderSuspended, reasons_by=None)


@pytest.mark.parametrize("until", [on(5, 11), on(12, 31)])
def test_a_suspension_has_bounds(until: object) -> None:
    command = s.AT_ONCE.model_copy(update={"until": until})
    s.admitted().when(command, CIVIL_COORDINATOR).then_refused("suspension-in-range")


def test_a_suspension_whose_day_came_waits_for_the_lead() -> None:
    """Nobody is let back to work by a clock."""
    over = s.suspended().when_rings("suspension").then(f.ProviderLimitMissed, clock="suspension")
    assert over.case.state_name(over.state) == "SUSPENDED"
    assert "suspension" not in over.clocks()


def test_a_suspended_provider_comes_back_as_it_was() -> None:
    back = (
        s.suspended_while_warned()
        .when(c.RestoreProvider(reason="隐患消除"), CIVIL_COORDINATOR)
        .then(f.ProviderRestored)
    )
    assert back.case.state_name(back.state) == "WARNED"


# Appeals.


def test_a_warning_is_appealed_once_and_its_limit_stands_still() -> None:
    appealed = s.warned().when(s.APPEAL, AGENT).then(f.MeasureAppealed, measure=f.Measure.WARNING)
    assert "rectify" not in appealed.clocks()
    assert "appeal" in appealed.clocks()
    appealed.when(s.APPEAL, AGENT).then_refused("appeal-once")
    appealed.when(s.SUBMIT, AGENT).then_refused("appeal-open")
    upheld = appealed.when(c.UpholdMeasure(reason="事实清楚"), ADJUDICATOR).then(f.MeasureUpheld)
    assert "rectify" in upheld.clocks()
    upheld.when(s.APPEAL, AGENT).then_refused("appeal-once")
    upheld.when(c.LiftMeasure(reason="无"), ADJUDICATOR).then_refused("no-appeal")
    lifted = appealed.when(c.LiftMeasure(reason="事实不清"), ADJUDICATOR).then(f.MeasureLifted)
    assert lifted.case.state_name(lifted.state) == "ADMITTED"
    appealed.when_rings("appeal").then(f.ProviderLimitMissed, clock="appeal")


def test_an_order_is_appealed_and_lifted() -> None:
    appealed = s.order_appealed()
    lifted = appealed.when(c.LiftMeasure(reason="事实不清"), ADJUDICATOR).then(
        f.MeasureLifted, measure=f.Measure.EXIT_ORDER
    )
    assert lifted.case.state_name(lifted.state) == "ADMITTED"
    upheld = appealed.when(c.UpholdMeasure(reason="事实清楚"), ADJUDICATOR).then(
        f.MeasureUpheld, rectify_by=None
    )
    upheld.when(s.APPEAL, AGENT).then_refused("appeal-once")


def test_no_exit_is_completed_while_an_appeal_is_open() -> None:
    story = s.ordered_and_handed_over().does(s.APPEAL, AGENT)
    story.when(c.CompleteProviderExit(), SYSTEM).then_refused("appeal-open")
    assert story.case.talks(story.stream, story.state)[0].steps == ()


def test_who_left_of_their_own_wish_has_nothing_to_appeal() -> None:
    s.exiting().when(s.APPEAL, AGENT).then_refused("ordered-only")
    s.exiting().when(c.UpholdMeasure(reason="无"), ADJUDICATOR).then_refused("ordered-only")
