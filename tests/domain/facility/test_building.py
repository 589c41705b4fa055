"""Milestones in their order, completion, and two keys that nobody who built it turns."""

from typing import Any

import pytest

from domain.facility import commands as c
from domain.facility import facts as f
from tests.domain.facility import stories as s
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    DISPATCHER_WHO_HANDLES,
    HEALTH_COORDINATOR,
    SECOND_DISPATCHER,
    SHIPAI,
    WUSHAN_DISPATCHER,
    on,
)


def test_the_first_milestone_begins_the_building() -> None:
    told = (
        s.approved_since_a_day()
        .when(s.DESIGN, CIVIL_STAFF)
        .then(f.MilestoneRecorded, milestone="DESIGN", first=True, next_milestone="WORKS")
    )
    assert set(told.then_state("BUILDING").clocks()) == {"milestone"}
    assert told.clocks()["milestone"] > told.now


def test_no_milestone_comes_before_its_predecessor() -> None:
    s.approved_since_a_day().when(
        s.WORKS.model_copy(update={"actual": on(5, 12)}), CIVIL_STAFF
    ).then_refused("milestone-order")
    s.building().when(s.DESIGN, CIVIL_STAFF).then_refused("milestone-order")


@pytest.mark.parametrize("actual", [on(5, 11, "10:00"), on(5, 20)])
def test_a_milestone_is_reached_after_the_one_before_and_not_in_the_future(actual: Any) -> None:
    works = s.WORKS.model_copy(update={"actual": actual})
    s.works_due().when(works, CIVIL_STAFF).then_refused("instant-in-order")


def test_after_the_last_milestone_completion_is_awaited() -> None:
    told = (
        s.works_due()
        .when(s.WORKS, CIVIL_STAFF)
        .then(f.MilestoneRecorded, milestone="WORKS", first=False, next_milestone=None)
    )
    assert set(told.clocks()) == {"completion"}
    told.when(s.WORKS, CIVIL_STAFF).then_refused("milestones-reached")
    told.rings("completion").then_clocks()


def test_completion_is_reported_after_the_last_milestone() -> None:
    report = c.ReportCompleted(evidence="竣工报告")
    s.building().when(report, CIVIL_STAFF).then_refused("milestones-first")
    told = s.all_reached().when(report, CIVIL_STAFF).then(f.CompletionReported)
    assert set(told.then_state("ACCEPTING").clocks()) == {"acceptance"}


def test_only_the_lead_builds() -> None:
    s.approved_since_a_day().when(s.DESIGN, HEALTH_COORDINATOR).then_refused("named-unit-only")
    s.all_reached().when(c.ReportCompleted(evidence="无"), HEALTH_COORDINATOR).then_refused(
        "named-unit-only"
    )


# Two keys.


def test_acceptance_takes_two_keys() -> None:
    first = (
        s.accepting()
        .when(s.ACCEPT, DISPATCHER)
        .then(f.AcceptanceKeyGiven, key=f.KeyHolder.STREET, unit=SHIPAI, below_advised=False)
    )
    first.then_state("ACCEPTING").when(s.ACCEPT, CIVIL_COORDINATOR).then(
        f.FacilityAccepted,
        key=f.KeyHolder.LEAD,
        unit=CIVIL_AFFAIRS,
        floor_area=815,
        floor_area_planned=820,
    ).then_state("READY")


def test_one_side_turns_its_key_once() -> None:
    first = s.accepting().does(s.ACCEPT, DISPATCHER)
    first.when(s.ACCEPT, SECOND_DISPATCHER).then_refused("key-once")


def test_one_person_does_not_turn_both_keys() -> None:
    """A person with two hats is one person."""
    handles, dispatches = DISPATCHER_WHO_HANDLES
    first = s.accepting().does(s.ACCEPT, handles)
    first.when(s.ACCEPT, dispatches).then_refused("not-own-work")


def test_whoever_built_it_turns_no_key() -> None:
    handles, _ = DISPATCHER_WHO_HANDLES
    built = (
        s.works_due().does(s.WORKS, handles).does(c.ReportCompleted(evidence="竣工"), CIVIL_STAFF)
    )
    built.when(s.ACCEPT, handles).then_refused("not-own-work")
    refuse = c.RefuseAcceptance(items=("FIRE",), reason="无")
    built.when(refuse, handles).then_refused("not-own-work")


def test_neither_key_is_for_strangers() -> None:
    s.accepting().when(s.ACCEPT, HEALTH_COORDINATOR).then_refused("named-unit-only")
    s.accepting().when(s.ACCEPT, WUSHAN_DISPATCHER).then_refused("named-unit-only")


def accepting_as(**changes: Any) -> c.AcceptFacility:
    return s.ACCEPT.model_copy(update=changes)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"floor_area": 590}, "complex-area"),
        ({"functions": ("ELDER", "MEAL")}, "complex-functions"),
        ({"functions": ("ELDER", "PROPERTY", "OTHER")}, "complex-core"),
        ({"functions": ("MEAL", "HEALTH", "PROPERTY")}, "complex-care"),
        ({"functions": ("ELDER", "MEAL", "MOON")}, "function-known"),
        ({"functions": ("ELDER", "MEAL", "HEALTH", "MEAL")}, "functions-once"),
        ({"checklist": s.CHECKLIST[:1]}, "checklist-whole"),
        ({"checklist": (*s.CHECKLIST, s.CHECKLIST[0])}, "checklist-whole"),
        (
            {"checklist": (s.CHECKLIST[0], c.Checked(item="FIRE", met=False))},
            "checklist-met",
        ),
    ],
)
def test_what_was_built_meets_the_guideline(changes: dict[str, Any], rule: str) -> None:
    s.accepting().when(accepting_as(**changes), DISPATCHER).then_refused(rule)
    s.one_key().when(accepting_as(**changes), DISPATCHER).then_refused(rule)


def test_less_than_advised_is_said() -> None:
    small = accepting_as(floor_area=640)
    first = (
        s.accepting().when(small, CIVIL_COORDINATOR).then(f.AcceptanceKeyGiven, below_advised=True)
    )
    ready = first.when(small, DISPATCHER).then(f.FacilityAccepted, below_advised=True)
    assert ready.state.plan.below_advised


def test_a_complex_without_care_is_accepted_with_its_reason() -> None:
    without = accepting_as(functions=("MEAL", "HEALTH", "PROPERTY"), without_care="已有养老院")
    s.accepting().when(without, DISPATCHER).then(f.AcceptanceKeyGiven, without_care="已有养老院")


@pytest.mark.parametrize(
    "changes", [{"floor_area": 816}, {"functions": ("ELDER", "MEAL", "OTHER")}]
)
def test_both_keys_say_the_same(changes: dict[str, Any]) -> None:
    s.one_key().when(accepting_as(**changes), DISPATCHER).then_refused("keys-agree")


def test_what_is_refused_goes_back_to_building_and_both_keys_start_anew() -> None:
    refuse = c.RefuseAcceptance(items=("FIRE", "FIRE"), reason="疏散通道过窄")
    told = (
        s.one_key().when(refuse, DISPATCHER).then(f.AcceptanceRefused, items=("FIRE",), unit=SHIPAI)
    )
    assert set(told.then_state("BUILDING").clocks()) == {"completion"}
    again = told.does(c.ReportCompleted(evidence="整改报告"), CIVIL_STAFF)
    assert again.state.given is None
    unknown = c.RefuseAcceptance(items=("MOON",), reason="无")
    s.accepting().when(unknown, DISPATCHER).then_refused("code-listed")


@pytest.mark.parametrize(
    ("story", "clock"),
    [
        (s.approved, "milestone"),
        (s.building, "milestone"),
        (s.accepting, "acceptance"),
        (s.ready, "opening"),
    ],
)
def test_a_limit_is_missed_once_and_work_goes_on(story: Any, clock: str) -> None:
    told = story()
    late = told.when_rings(clock).then(f.FacilityLimitMissed, clock=clock)
    assert clock not in late.clocks()
    assert late.case.state_name(late.state) == told.case.state_name(told.state)
