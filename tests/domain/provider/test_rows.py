"""Each row of a provider's table: the facts that follow, and each guard by its rule."""

from dataclasses import replace

import pytest

from domain.clocks import RecomputeDeadlines
from domain.envelope import SYSTEM
from domain.provider import commands as c
from domain.provider import facts as f
from domain.provider.identity import team_stream
from tests.domain.harness import Story
from tests.domain.provider import stories as s
from tests.domain.world import (
    ADJUDICATOR,
    AGENT,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    COMMUNITY_WORKER,
    DISPATCHER,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    MARKET,
    MARKET_COORDINATOR,
    POLICY,
    SHIPAI,
    SHIPAI_PLACE,
    SUPERVISOR,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    YEAR_2026,
    YEAR_2027,
    Town,
    on,
    rules_with,
    sealed,
    task_id,
)

# Applying.


def test_a_body_applies_by_its_link() -> None:
    told = s.unapplied().when(s.APPLY, AGENT).then(f.AdmissionApplied)
    applied = told.facts[-1].fact
    assert (applied.round, applied.agent, applied.unit) == (1, AGENT.person, None)
    assert applied.look_by.limit == "5wd"
    assert set(told.clocks()) == {"look_at"}


def test_an_office_applies_for_it() -> None:
    s.unapplied().when(s.APPLY, DISPATCHER).then(f.AdmissionApplied, agent=None, unit=SHIPAI)


def test_a_volunteer_team_without_a_code_has_its_case_by_its_number() -> None:
    team = s.applying(
        provider_kind=c.ProviderKind.VOLUNTEER_TEAM,
        credit_code=None,
        team_number="TH-0001",
        categories=("ELDER",),
        licences=(),
    )
    story = replace(s.unapplied(), stream=team_stream("TH-0001"))
    story.when(team, AGENT).then(f.AdmissionApplied, team_number="TH-0001", credit_code=None)


def test_a_branch_names_its_head() -> None:
    branch = s.applying(provider_kind=c.ProviderKind.CHAIN_BRANCH, head_code=s.HEAD_CODE)
    s.unapplied().when(branch, AGENT).then(f.AdmissionApplied, head_code=s.HEAD_CODE)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"credit_code": None}, "number-of-body"),
        ({"team_number": "TH-0001"}, "number-of-body"),
        (
            {"provider_kind": c.ProviderKind.VOLUNTEER_TEAM, "team_number": "T-001"},
            "number-of-body",
        ),
        ({"credit_code": s.CODE[:-1] + "0"}, "credit-code-checks"),
        ({"credit_code": "91440106MADEUPO01X"}, "credit-code-checks"),
        ({"credit_code": s.HEAD_CODE}, "case-of-body"),
        ({"head_code": s.HEAD_CODE}, "head-of-chain"),
        ({"provider_kind": c.ProviderKind.CHAIN_BRANCH}, "head-of-chain"),
        (
            {"provider_kind": c.ProviderKind.CHAIN_BRANCH, "head_code": s.CODE},
            "head-of-chain",
        ),
        (
            {"provider_kind": c.ProviderKind.CHAIN_BRANCH, "head_code": s.HEAD_CODE[:-1] + "0"},
            "credit-code-checks",
        ),
        ({"categories": ("MEAL", "MEAL")}, "listed-once"),
        ({"areas": (s.AREA, s.AREA)}, "listed-once"),
        ({"categories": ("MOON",)}, "code-listed"),
        ({"licences": (c.Licence(licence="MOON", number="M-1"),)}, "code-listed"),
        ({"licences": (s.BUSINESS, s.BUSINESS)}, "listed-once"),
        (
            {"licences": (c.Licence(licence="FOOD", number="JY-0", valid_until=on(5, 11)),)},
            "licence-in-force",
        ),
        ({"categories": ("OTHER",), "areas": ("440106",)}, "competent-unit"),
        ({"policy": "nowhere"}, "policy-unknown"),
    ],
)
def test_an_application_that_cannot_stand_is_refused(changed: dict[str, object], rule: str) -> None:
    s.unapplied().when(s.applying(**changed), AGENT).then_refused(rule)


def test_an_office_applies_for_bodies_at_its_own_place() -> None:
    s.unapplied().when(s.APPLY, WUSHAN_DISPATCHER).then_refused("own-place-only")


def test_a_pack_is_in_force_in_every_area() -> None:
    elsewhere = POLICY.model_copy(update={"divisions": ("440106006",)})
    story = s.unapplied().under(rules_with(elsewhere))
    story.when(s.APPLY, AGENT).then_refused("pack-in-force")


def test_a_pack_without_providers_says_so() -> None:
    without = POLICY.model_copy(update={"providers": None})
    s.unapplied().under(rules_with(without)).when(s.APPLY, AGENT).then_refused("pack-without")


@pytest.mark.parametrize("story", [s.applied, s.verified, s.admitted, s.suspended, s.exiting])
def test_one_body_has_one_open_application(story: object) -> None:
    assert callable(story)
    story().when(s.APPLY, AGENT).then_refused("application-open")


def test_whoever_left_of_their_own_wish_applies_again() -> None:
    s.exited().when(s.APPLY, AGENT).then(f.AdmissionApplied, round=2)


def test_nobody_takes_a_known_body_over_by_a_link() -> None:
    s.exited().when(s.APPLY, s.SUCCESSOR_AGENT).then_refused("agent-only")


def test_whoever_was_ordered_to_leave_is_barred_until_the_clock_rings() -> None:
    barred = s.barred()
    barred.when(s.APPLY, AGENT).then_refused("barred-until")
    free = barred.when_rings("bar").then(f.BarEnded)
    food = s.FOOD.model_copy(update={"valid_until": on(1, 1, year=2035)})
    free.when(s.applying(licences=(s.BUSINESS, food)), AGENT).then(f.AdmissionApplied, round=2)


def test_a_branch_of_a_barred_head_is_refused() -> None:
    head = replace(
        s.SUCCESSOR, stream=s.provider_stream(s.HEAD_CODE), barred_until=on(1, 1, year=2027)
    )
    branch = s.applying(provider_kind=c.ProviderKind.CHAIN_BRANCH, head_code=s.HEAD_CODE)
    story = s.unapplied().under(rules_with(town=Town(others=(head,))))
    story.when(branch, AGENT).then_refused("head-barred")
    story.at(on(1, 1, year=2027)).when(
        s.applying(
            provider_kind=c.ProviderKind.CHAIN_BRANCH, head_code=s.HEAD_CODE, licences=(s.BUSINESS,)
        ),
        AGENT,
    ).then(f.AdmissionApplied)


def test_an_agent_is_named_once() -> None:
    again = c.NameAgent(agent=str(AGENT.person))
    s.verifying().when(again, CIVIL_COORDINATOR).then_refused("agent-new")
    s.verifying().when(s.ANOTHER, CIVIL_COORDINATOR).then(
        f.AgentNamed, agents_before=(AGENT.person,)
    )


# Correcting, verifying, deciding.


def test_what_is_lacking_is_asked_once() -> None:
    ask = c.AskCorrection(lacking="缺副本")
    asked = s.applied().when(ask, CIVIL_COORDINATOR).then(f.CorrectionAsked)
    assert set(asked.clocks()) == {"correct"}
    asked.when(ask, CIVIL_COORDINATOR).then_refused("correction-once")
    asked.when(c.TakeUpApplication(), CIVIL_COORDINATOR).then_refused("correction-awaited")
    corrected = asked.when(c.CorrectApplication(licences=(s.BUSINESS,)), AGENT).then(
        f.ApplicationCorrected, licences_before=(s.BUSINESS, s.FOOD), prices=s.PRICES
    )
    assert set(corrected.clocks()) == {"look_at"}
    corrected.when(c.CorrectApplication(), AGENT).then_refused("correction-asked")


def test_what_was_not_corrected_is_refused_or_taken_up() -> None:
    refusal = c.RefuseProvider(ground="NOT_CORRECTED", reason="逾期")
    s.applied().when(refusal, CIVIL_COORDINATOR).then_refused("refused-after-look")
    s.correction_asked().when(refusal, CIVIL_COORDINATOR).then_refused("refused-after-look")
    missed = s.correction_asked().when_rings("correct").then(f.ProviderLimitMissed)
    assert missed.clocks() == {}
    missed.when(refusal, CIVIL_COORDINATOR).then(f.ProviderRefused)
    missed.when(c.TakeUpApplication(), CIVIL_COORDINATOR).then(f.ApplicationTakenUp)


def test_only_a_lead_of_a_category_looks_at_it() -> None:
    s.applied().when(c.TakeUpApplication(), HEALTH_COORDINATOR).then_refused("lead-of-category")


def test_every_item_goes_to_its_department_at_once() -> None:
    taken = s.applied().when(c.TakeUpApplication(), CIVIL_COORDINATOR).then(f.ApplicationTakenUp)
    assert [(one.item, one.unit) for one in taken.facts[-1].fact.items] == [
        ("LICENCE", MARKET),
        ("SAFETY", HOUSING),
        ("STAFF/MEAL", CIVIL_AFFAIRS),
        ("STAFF/ELDER", CIVIL_AFFAIRS),
    ]
    assert set(taken.clocks()) == {"verify"}


def test_a_verdict_is_the_competent_departments_and_may_change() -> None:
    verifying = s.verifying()
    verifying.when(s.verdict("LICENCE"), HOUSING_COORDINATOR).then_refused("named-unit-only")
    verifying.when(s.verdict("MOON"), HOUSING_COORDINATOR).then_refused("code-listed")
    no = verifying.when(s.verdict("LICENCE", met=False), MARKET_COORDINATOR).then(
        f.ItemVerified, met=False, met_before=None
    )
    no.when(s.verdict("LICENCE"), MARKET_COORDINATOR).then(f.ItemVerified, met_before=False)


def test_every_item_is_met_before_admission() -> None:
    s.verifying().when(s.ADMIT, CIVIL_COORDINATOR).then_refused("items-met")
    unmet = s.verified().does(s.verdict("SAFETY", met=False), HOUSING_COORDINATOR)
    unmet.when(s.ADMIT, CIVIL_COORDINATOR).then_refused("items-met")


def test_an_admission_stays_within_the_application() -> None:
    wider = s.ADMIT.model_copy(update={"categories": ("MEAL", "HEALTH")})
    s.verified().when(wider, CIVIL_COORDINATOR).then_refused("within-application")
    larger = s.ADMIT.model_copy(update={"areas": ("440106",)})
    s.verified().when(larger, CIVIL_COORDINATOR).then_refused("within-application")
    part = s.ADMIT.model_copy(update={"areas": (SHIPAI_PLACE,), "categories": ("ELDER",)})
    s.verified().when(part, CIVIL_COORDINATOR).then(f.ProviderAdmitted, areas=(SHIPAI_PLACE,))


@pytest.mark.parametrize("until", [on(5, 11), on(5, 11, year=2030)])
def test_a_validity_has_bounds(until: object) -> None:
    command = s.ADMIT.model_copy(update={"valid_until": until})
    s.verified().when(command, CIVIL_COORDINATOR).then_refused("validity-in-range")


def test_meals_take_a_food_licence_in_force() -> None:
    without = s.applying(licences=(s.BUSINESS,))
    story = s.unapplied().does(without, AGENT).does(c.TakeUpApplication(), CIVIL_COORDINATOR)
    for item, by in s.VERDICTS:
        story = story.does(s.verdict(item), by)
    story.when(s.ADMIT, CIVIL_COORDINATOR).then_refused("licences-needed")


def test_an_admission_runs_with_its_clocks() -> None:
    admitted = s.verified().when(s.ADMIT, CIVIL_COORDINATOR).then(f.ProviderAdmitted)
    clocks = admitted.clocks()
    assert clocks["grading"] == on(7, 1, "00:00")
    assert clocks["validity"] == s.VALID_UNTIL
    assert clocks["licence/2"] == on(11, 30)
    assert clocks["licence/2.notice_1"] == on(10, 1)
    assert clocks["licence/2.notice_2"] == on(10, 31)
    assert "licence/1" not in clocks, "a licence without an end ends never"


def test_a_refusal_names_its_ground() -> None:
    s.verified().when(c.RefuseProvider(ground="MOON", reason="无"), CIVIL_COORDINATOR).then_refused(
        "code-listed"
    )
    s.verified().when(
        c.RefuseProvider(ground="ITEM_NOT_MET", reason="证照不符"), CIVIL_COORDINATOR
    ).then(f.ProviderRefused, ground="ITEM_NOT_MET")


# Changes, validities, licences.


def test_a_name_changes_at_once() -> None:
    changed = (
        s.admitted()
        .when(c.ReportChange(name="新名（测试）"), AGENT)
        .then(
            f.ProviderChangeReported, name="新名（测试）", name_before=s.APPLY.name, verify_by=None
        )
    )
    assert changed.state.body.name == "新名（测试）"


def test_a_changed_licence_is_verified_again() -> None:
    changed = s.change_reported()
    assert changed.state.body.licences == (s.BUSINESS, s.FOOD), "not before it is verified"
    assert "verify_change" in changed.clocks()
    changed.when(c.ReportChange(name="又改"), AGENT).then_refused("change-pending")
    changed.when(c.RenewAdmission(valid_until=on(5, 2, year=2028)), CIVIL_COORDINATOR).then_refused(
        "change-pending"
    )
    met = changed.when(s.verdict("LICENCE"), MARKET_COORDINATOR).then(
        f.ProviderChangeVerified, in_effect=True, dropped=False
    )
    assert met.state.body.licences[1].number == "JY-2"
    assert met.clocks()["licence/2"] == on(11, 30, year=2029)
    dropped = changed.when(s.verdict("LICENCE", met=False), MARKET_COORDINATOR).then(
        f.ProviderChangeVerified, in_effect=False, dropped=True
    )
    assert dropped.state.body.licences == (s.BUSINESS, s.FOOD)
    met.when(s.verdict("LICENCE"), MARKET_COORDINATOR).then_refused("change-reported")


def test_wider_categories_are_verified_by_who_leads_them() -> None:
    wider = (
        s.admitted()
        .when(c.ReportChange(categories=("HEALTH",)), AGENT)
        .then(f.ProviderChangeReported, categories=("MEAL", "ELDER", "HEALTH"))
    )
    assert [one.item for one in wider.facts[-1].fact.items] == ["STAFF/HEALTH"]
    wide = wider.does(s.verdict("STAFF/HEALTH"), HEALTH_COORDINATOR)
    assert wide.state.admission.categories == ("MEAL", "ELDER", "HEALTH")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (c.ReportChange(), "change-something"),
        (c.ReportChange(name=s.APPLY.name, categories=("MEAL",)), "change-something"),
        (c.ReportChange(categories=("MOON",)), "code-listed"),
        (
            c.ReportChange(
                licences=(c.Licence(licence="FOOD", number="JY-9", valid_until=on(5, 1)),)
            ),
            "licence-in-force",
        ),
    ],
)
def test_a_change_that_cannot_stand_is_refused(change: c.ReportChange, rule: str) -> None:
    s.admitted().when(change, AGENT).then_refused(rule)


def test_an_admission_is_renewed_to_a_later_day() -> None:
    admitted = s.admitted()
    later = c.RenewAdmission(valid_until=on(5, 2, year=2028))
    admitted.when(later, CIVIL_COORDINATOR).then(
        f.AdmissionRenewed, valid_until_before=s.VALID_UNTIL
    )
    earlier = c.RenewAdmission(valid_until=on(5, 1, year=2027))
    admitted.when(earlier, CIVIL_COORDINATOR).then_refused("validity-in-range")


def test_the_end_of_a_validity_is_told_twice_and_then_it_lapses() -> None:
    first = (
        s.admitted()
        .when_rings("licence/2.notice_1")
        .then(f.ValidityEndAnnounced, days=60, licence="FOOD", licence_number="JY-1")
    )
    second = first.when_rings("licence/2.notice_2").then(f.ValidityEndAnnounced, days=30)
    ended = second.when_rings("licence/2").then(f.LicenceEnded, licence="FOOD")
    assert not [one for one in ended.clocks() if one.startswith("licence")]
    told = ended.when_rings("validity.notice_1").then(f.ValidityEndAnnounced, licence=None)
    told.when_rings("validity").then(f.ProviderLapsed, cause=f.LapseCause.VALIDITY)


def test_with_the_last_licence_the_admission_lapses() -> None:
    only = s.applying(licences=(s.FOOD,))
    story = s.unapplied().does(only, AGENT).does(c.TakeUpApplication(), CIVIL_COORDINATOR)
    for item, by in s.VERDICTS:
        story = story.does(s.verdict(item), by)
    story = story.does(s.ADMIT, CIVIL_COORDINATOR)
    story.when_rings("licence/1").then(f.ProviderLapsed, cause=f.LapseCause.LICENCES)


def test_an_admission_that_is_over_only_lapses() -> None:
    late = s.admitted().at(s.VALID_UNTIL)
    late.when(s.WARN, CIVIL_COORDINATOR).then_refused("validity-over")


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
    ],
)
def test_hours_are_served_where_it_is_admitted_and_in_the_past(
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


# Rating.


def test_a_quarter_is_rated_by_the_clock_from_frozen_figures() -> None:
    rated = (
        s.admitted()
        .under(s.GOOD_QUARTER)
        .when_rings("grading")
        .then(f.PeriodRated, grade="A", grade_before=None, period_end=on(7, 1, "00:00"))
    )
    assert rated.facts[-1].fact.figures.position == 7
    assert rated.clocks()["grading"] == on(10, 1, "00:00")
    again = (
        rated.under(s.BAD_QUARTER)
        .when_rings("grading")
        .then(f.PeriodRated, grade="D", grade_before="A", period_start=on(7, 1, "00:00"))
    )
    assert again.clocks()["grading"] == on(1, 1, "00:00", year=2027)


def test_late_by_a_night_or_more_the_period_is_the_same() -> None:
    late = s.admitted().under(s.GOOD_QUARTER).when_rings("grading", on(7, 2, "03:21"))
    late.then(f.PeriodRated, period_end=on(7, 1, "00:00"), rate_at=on(10, 1, "00:00"))


def test_what_is_on_record_counts_in_its_own_quarter() -> None:
    story = (
        s.admitted()
        .does(c.InspectProvider(passed=True, found="无"), MARKET_COORDINATOR)
        .does(s.HOURS, AGENT)
    )
    judge = c.JudgeComplaint(task=s.SERVED_TASK.stream, upheld=True, reason="属实")
    story = story.does(judge, CIVIL_COORDINATOR)
    rated = story.under(s.GOOD_QUARTER).rings("grading")
    figures = rated.facts[-1].fact.figures
    assert (figures.complaints_upheld, figures.inspections_passed, figures.minutes) == (1, 1, 270)
    assert rated.facts[-1].fact.grade == "B", "one upheld complaint"
    nothing = rated.rings("grading").facts[-1].fact.figures
    assert (nothing.complaints_judged, nothing.inspections, nothing.minutes) == (0, 0, 0)


def test_nothing_to_go_by_is_no_grade() -> None:
    s.admitted().when_rings("grading").then(f.PeriodRated, grade=None)


# Leaving.


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


# Clocks that are counted again, and who speaks.


def test_provisional_limits_are_counted_again() -> None:
    story = Story(s.KIND, rules=s.SERVING, stream=s.STREAM).at(on(12, 30))
    food = s.FOOD.model_copy(update={"valid_until": on(11, 30, year=2028)})
    story = story.does(s.applying(licences=(food,)), AGENT)
    known = story.under(rules_with(town=s.TOWN, years=(YEAR_2026, YEAR_2027)))
    known.when(RecomputeDeadlines(), SYSTEM).then(f.ProviderDeadlineRecalculated, clock="look_at")
    s.applied().when(RecomputeDeadlines(), SYSTEM).then_nothing()


def test_a_stranger_with_a_link_speaks_for_nobody() -> None:
    s.admitted().when(s.HOURS, s.SUCCESSOR_AGENT).then_refused("agent-only")
    s.warned().when(c.SubmitRectification(text=sealed("x")), s.SUCCESSOR_AGENT).then_refused(
        "agent-only"
    )
    s.verifying().when(s.verdict("LICENCE"), CIVIL_STAFF).then_refused("named-unit-only")
