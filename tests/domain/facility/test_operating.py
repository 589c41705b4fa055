"""Operators and their terms, opening, use by the month, stopping and closing."""

from dataclasses import replace
from typing import Any

import pytest

from domain.envelope import SYSTEM
from domain.facility import commands as c
from domain.facility import facts as f
from tests.domain.facility import stories as s
from tests.domain.harness import Story
from tests.domain.pairing.stories import task as a_task
from tests.domain.world import (
    AGENT,
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_COORDINATOR,
    DISPATCHER,
    HEALTH_COORDINATOR,
    MARKET,
    SECOND_DISPATCHER,
    SHIPAI,
    SHIPAI_CENTER,
    WUSHAN_DISPATCHER,
    Town,
    on,
    rules_with,
)


def entrust(**changes: Any) -> c.EntrustOperator:
    return c.EntrustOperator(operator=s.CARE.model_copy(update=changes))


def test_functions_are_entrusted_until_a_day() -> None:
    told = (
        s.ready()
        .when(entrust(), DISPATCHER)
        .then(f.OperatorEntrusted, number=1, operator=s.CARE, notice_at=on(11, 1, "00:00", 2027))
    )
    assert set(told.clocks()) == {"opening", "operator_notice/1"}
    assert dict(told.state.plan.operators()) == {"ELDER": s.CARE_ID, "HEALTH": s.CARE_ID}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"functions": ("ELDER", "PROPERTY")}, "function-of-facility"),
        ({"functions": ("ELDER", "ELDER")}, "functions-once"),
        ({"provider": s.EXPIRED_ID}, "operator-admitted"),
        ({"provider": s.CHAIN_ID}, "operator-admitted"),
        ({"provider": f"{s.CARE_ID[:-1]}0"}, "operator-admitted"),
        ({"mode": c.OperationMode.CHAIN}, "chain-is-branch"),
        ({"mode": c.OperationMode.SELF}, "operator-named"),
        ({"unit": SHIPAI}, "operator-named"),
        ({"provider": None}, "operator-named"),
        ({"term_end": on(5, 1)}, "term-later"),
        ({"mode": c.OperationMode.SELF, "provider": None, "unit": "NO-SUCH"}, "unit-unknown"),
    ],
)
def test_an_operator_is_admitted_for_what_it_runs(changes: dict[str, Any], rule: str) -> None:
    s.ready().when(entrust(**changes), DISPATCHER).then_refused(rule)


def test_a_function_has_one_operator() -> None:
    story = s.with_operators()
    story.when(entrust(), DISPATCHER).then_refused("function-run")
    s.ready().when(entrust(), WUSHAN_DISPATCHER).then_refused("named-unit-only")


def change(operator: c.Operator = s.CENTER_ITSELF) -> c.ChangeOperator:
    return c.ChangeOperator(operator=operator, hand_over="当面移交", reason="协商一致")


def test_a_change_names_who_ran_it_before() -> None:
    both = s.CARE.model_copy(update={"functions": ("HEALTH", "MEAL")})
    told = (
        s.opened()
        .when(
            change(
                both.model_copy(
                    update={"mode": c.OperationMode.SELF, "provider": None, "unit": SHIPAI_CENTER}
                )
            ),
            DISPATCHER,
        )
        .then(
            f.OperatorChanged,
            number=3,
            operators_before=(
                s.CARE.model_copy(update={"functions": ("HEALTH",)}),
                s.CANTEEN,
            ),
            hand_over="当面移交",
        )
    )
    assert dict(told.state.plan.operators()) == {
        "ELDER": s.CARE_ID,
        "HEALTH": SHIPAI_CENTER,
        "MEAL": SHIPAI_CENTER,
    }
    assert set(told.clocks()) == {"use_report", "operator_notice/1", "operator_notice/3"}


def test_a_change_changes_somebody() -> None:
    s.opened().when(change(s.CANTEEN), DISPATCHER).then_refused("operator-differs")
    s.entrusted(s.ready(), s.CARE).when(change(), DISPATCHER).then_refused("function-not-run")
    s.opened().when(change(), WUSHAN_DISPATCHER).then_refused("named-unit-only")


def test_what_an_operator_still_serves_is_handed_over_before_it_is_changed() -> None:
    """Tasks of the function that changes hands hold it, those of another do not."""

    def serving(category: str) -> Story:
        lunch = replace(a_task("the lunch", MARKET), category=category, provider=s.CHAIN_ID)
        return s.opened().under(rules_with(town=Town(tasks=(lunch,), others=s.PROVIDERS)))

    serving("MEAL").when(change(), DISPATCHER).then_refused("tasks-handed-over")
    serving("ELDER").when(change(), DISPATCHER).then(f.OperatorChanged)


def test_a_successor_takes_over_for_the_rest_of_the_term() -> None:
    told = (
        s.opened()
        .when(s.TAKE_OVER, SYSTEM)
        .then(
            f.FunctionTakenOver,
            number=3,
            provider_before=s.CHAIN_ID,
            operator=c.Operator(
                functions=("MEAL",),
                mode=c.OperationMode.ENTRUSTED,
                provider=s.CARE_ID,
                term_end=s.TERM_END,
            ),
        )
    )
    told.when(s.TAKE_OVER, SYSTEM).then_nothing()
    s.closed().when(s.TAKE_OVER, SYSTEM).then_nothing()
    lapsed = s.TAKE_OVER.model_copy(update={"provider": s.EXPIRED_ID})
    s.opened().when(lapsed, SYSTEM).then_refused("operator-admitted")


def test_the_street_is_told_before_a_term_ends_and_when_it_ends() -> None:
    told = s.opened()
    ending = told.when_rings("operator_notice/1").then(
        f.OperatorTermEnding, number=1, functions=("ELDER", "HEALTH"), term_end=s.TERM_END
    )
    assert "operator_term/1" in ending.clocks()
    ended = ending.when_rings("operator_term/1").then(f.OperatorTermEnded, number=1)
    assert ended.state.plan.without_operator == ("ELDER", "HEALTH")


# Opening.


def test_operators_hand_in_and_the_street_opens() -> None:
    handed_in = (
        s.with_operators()
        .when(s.OPENING, AGENT)
        .then(f.OpeningSubmitted, hours=s.OPENING.hours, places=s.OPENING.places)
    )
    handed_in.at(on(6, 10)).when(c.OpenFacility(), DISPATCHER).then(
        f.FacilityOpened, price_list=s.OPENING.price_list, month="2026-06"
    ).then_state("OPEN")


def test_nothing_opens_without_operators_and_what_they_hand_in() -> None:
    s.with_operators().when(c.OpenFacility(), DISPATCHER).then_refused("opening-first")
    one_missing = s.entrusted(s.ready(), s.CARE).does(s.OPENING, AGENT)
    one_missing.when(c.OpenFacility(), DISPATCHER).then_refused("every-function-run")
    s.submitted().when(c.OpenFacility(), WUSHAN_DISPATCHER).then_refused("named-unit-only")


def test_whoever_hands_in_does_not_open() -> None:
    run_by_street = [
        one.model_copy(update={"mode": c.OperationMode.SELF, "provider": None, "unit": SHIPAI})
        for one in (s.CARE, s.CANTEEN)
    ]
    handed_in = s.entrusted(s.ready(), *run_by_street).does(s.OPENING, DISPATCHER)
    handed_in.when(c.OpenFacility(), DISPATCHER).then_refused("not-own-work")
    handed_in.when(c.OpenFacility(), SECOND_DISPATCHER).then(f.FacilityOpened)


def test_places_are_given_for_each_function() -> None:
    fewer = s.OPENING.model_copy(update={"places": s.OPENING.places[:2]})
    s.with_operators().when(fewer, AGENT).then_refused("places-whole")
    twice = s.OPENING.model_copy(update={"places": (*s.OPENING.places, s.OPENING.places[0])})
    s.with_operators().when(twice, AGENT).then_refused("places-whole")


def test_only_an_operator_hands_in() -> None:
    chain_only = s.entrusted(s.ready(), s.CANTEEN)
    chain_only.when(s.OPENING, AGENT).then_refused("operator-only")
    s.with_operators().when(s.OPENING, CENTER_COORDINATOR).then_refused("operator-only")


# Use.


def test_use_is_reported_by_the_month_and_what_was_said_stays() -> None:
    first = (
        s.opened()
        .at(on(7, 2))
        .when(s.use(), AGENT)
        .then(f.UseReported, month="2026-06", visits=600, visits_before=None)
    )
    first.when(s.use(), AGENT).then_refused("use-changed")
    first.when(s.use(visits=610), AGENT).then_refused("use-reason")
    changed = first.when(s.use(visits=610, reason="漏报一场活动"), AGENT).then(
        f.UseReported, visits=610, visits_before=600, people_before=80, days_closed_before=1
    )
    assert changed.state.plan.uses["2026-06", "ELDER"].visits == 610


@pytest.mark.parametrize(
    ("report", "rule"),
    [
        (s.use("2026-05"), "month-reported"),
        (s.use("2026-08"), "month-reported"),
        (s.use(people=601), "use-plausible"),
        (s.use(days_closed=31), "use-plausible"),
        (s.use(function="PROPERTY"), "function-of-facility"),
        (s.use(function="MEAL"), "operator-only"),
    ],
)
def test_a_report_is_of_a_month_a_function_and_its_operator(report: Any, rule: str) -> None:
    s.opened().at(on(7, 2)).when(report, AGENT).then_refused(rule)


def test_a_report_is_asked_for_by_the_tenth_month_after_month() -> None:
    told = s.opened()
    assert told.clocks()["use_report"] == on(7, 11, "00:00")
    late = told.when_rings("use_report").then(
        f.FacilityLimitMissed, clock="use_report", month="2026-06"
    )
    assert late.clocks()["use_report"] == on(8, 11, "00:00")


def test_a_month_that_is_reported_whole_is_not_asked_for() -> None:
    story = s.opened().under(s.among(s.site("IN_USE", s.FACILITY_ID))).at(on(7, 2))
    care_runs_all = story.does(
        change(s.CARE.model_copy(update={"functions": ("MEAL",)})), DISPATCHER
    )
    for function in s.FUNCTIONS:
        care_runs_all = care_runs_all.does(s.use(function=function), AGENT)
    assert care_runs_all.clocks()["use_report"] == on(8, 11, "00:00")


# Stopping and closing.


def test_it_is_stopped_on_a_ground_and_opens_after_an_inspection() -> None:
    stop = c.SuspendFacility(ground="SAFETY", reason="消防通道被占用")
    told = s.opened().when(stop, DISPATCHER).then(f.FacilitySuspended, ground="SAFETY")
    assert "facility_rectification" in told.then_state("SUSPENDED").clocks()
    assert "use_report" not in told.clocks()
    again = s.inspected().when(s.RESUME, CIVIL_COORDINATOR).then(f.FacilityResumed, month="2026-06")
    again.then_state("OPEN")
    unknown = c.SuspendFacility(ground="MOON", reason="无")
    s.opened().when(unknown, DISPATCHER).then_refused("code-listed")
    s.opened().when(stop, HEALTH_COORDINATOR).then_refused("named-unit-only")


def test_the_operator_does_not_let_itself_open_again() -> None:
    street_runs = c.Operator(
        functions=("MEAL",), mode=c.OperationMode.SELF, unit=SHIPAI, term_end=s.TERM_END
    )
    stop = c.SuspendFacility(ground="QUALITY", reason="餐食投诉")
    story = s.opened().does(change(street_runs), DISPATCHER).does(stop, CIVIL_COORDINATOR)
    later = story.at(on(6, 13))
    later.when(s.RESUME, DISPATCHER).then_refused("not-own-unit")
    later.when(s.RESUME, CIVIL_COORDINATOR).then(f.FacilityResumed)


@pytest.mark.parametrize("inspected_at", [on(6, 10), on(6, 20)])
def test_an_inspection_lies_between_the_stop_and_now(inspected_at: Any) -> None:
    resume = s.RESUME.model_copy(update={"inspected_at": inspected_at})
    s.inspected().when(resume, CIVIL_COORDINATOR).then_refused("instant-in-order")


def test_a_closed_facility_says_where_its_users_go() -> None:
    s.opened().when(s.CLOSE, AUTHORITY).then(
        f.FacilityClosed, users_go=s.CLOSE.users_go, site=s.SITE_ID
    ).then_state("CLOSED").then_clocks()
    s.opened().when(s.CLOSE, HEALTH_COORDINATOR).then_refused("role-permitted")


def closing(*users_go: c.UsersGo) -> c.CloseFacility:
    return s.CLOSE.model_copy(update={"users_go": users_go})


ELDERS, DINERS, PATIENTS = s.CLOSE.users_go


@pytest.mark.parametrize(
    ("close", "rule"),
    [
        (closing(ELDERS, DINERS), "users-go"),
        (closing(ELDERS, DINERS, PATIENTS, PATIENTS), "users-go"),
        (closing(ELDERS, DINERS, c.UsersGo(function="HEALTH")), "users-go-somewhere"),
        (
            closing(
                ELDERS,
                DINERS,
                c.UsersGo(function="HEALTH", facility=s.OTHER_ID, arrangement="转诊"),
            ),
            "users-go-somewhere",
        ),
        (
            closing(ELDERS, DINERS, c.UsersGo(function="HEALTH", facility=s.OTHER_ID)),
            "users-go-there",
        ),
        (
            closing(ELDERS, PATIENTS, c.UsersGo(function="MEAL", facility=s.FACILITY_ID)),
            "users-go-there",
        ),
    ],
)
def test_nobody_is_left_without_a_place_to_go(close: Any, rule: str) -> None:
    s.opened().when(close, AUTHORITY).then_refused(rule)


def test_no_task_of_an_operator_is_left_behind() -> None:
    """Only what its providers serve at its place, out of its functions, holds it open."""

    def among(**changes: Any) -> Any:
        task = replace(a_task("the lunch", MARKET), category="MEAL", provider=s.CHAIN_ID)
        town = Town(tasks=(replace(task, **changes),), others=(s.other(), *s.PROVIDERS))
        return rules_with(town=town)

    held = s.opened().under(among())
    held.when(s.CLOSE, AUTHORITY).then_refused("tasks-handed-over")
    for changes in (
        {"is_open": False},
        {"place": "440106006001"},
        {"category": "PROPERTY"},
        {"provider": s.EXPIRED_ID},
    ):
        s.opened().under(among(**changes)).when(s.CLOSE, AUTHORITY).then(f.FacilityClosed)


def test_users_are_not_sent_to_a_facility_that_is_shut() -> None:
    shut = s.opened().under(s.among(s.other("SUSPENDED")))
    shut.when(s.CLOSE, AUTHORITY).then_refused("users-go-there")
