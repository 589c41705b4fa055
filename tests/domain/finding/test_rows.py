"""Row by row: what follows from each command, and each guard with the rule it refuses by."""

from dataclasses import replace
from typing import Any

import pytest

from domain.finding import commands as c
from domain.finding import facts as f
from domain.finding.pack import FindingLevel
from domain.linking import LinkStanding
from tests.domain.finding import stories as s
from tests.domain.harness import fact
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    COMMUNITY_WORKER,
    DISPATCHER,
    HEALTH,
    HEALTH_COORDINATOR,
    HOUSING_COORDINATOR,
    POLICY,
    SHIPAI,
    SHIPAI_PLACE,
    STREET_COORDINATOR,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    Town,
    on,
    rules_with,
)


def recording(**changes: Any) -> c.RecordFinding:
    return s.RECORD.model_copy(update=changes)


# Recording.


def test_a_finding_is_recorded_with_what_the_catalogue_says_of_its_indicator() -> None:
    (
        s.unrecorded()
        .when(s.RECORD, COMMUNITY_WORKER)
        .then(
            f.FindingRecorded,
            level=FindingLevel.COMMUNITY,
            value=2,
            target=0,
            category="ELDER",
            ledger_row="THTJ-2026-0031",
            policy="town",
        )
        .then_state("OPEN")
        .then_clocks(adoption=on(5, 25, "17:00"), refresh=on(11, 9))
    )


def test_a_local_target_stands_where_the_catalogue_has_none() -> None:
    covered = recording(
        level=FindingLevel.BLOCK, place="440106005", indicator="PARK_COVERAGE", value=70
    )
    s.unrecorded().when(covered, DISPATCHER).then_refused("target-known")
    local = covered.model_copy(update={"target": 90})
    s.unrecorded().when(local, DISPATCHER).then(f.FindingRecorded, target=90, value=70)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"indicator": "MOON"}, "code-listed"),
        ({"value": 0}, "value-misses-target"),
        ({"place": "440106005"}, "level-fits-place"),
        ({"level": FindingLevel.HOME}, "indicator-of-level"),
        ({"found_at": on(5, 12)}, "measured-in-time"),
        ({"policy": "nowhere"}, "policy-unknown"),
        ({"place": WUSHAN_PLACE}, "own-place-only"),
    ],
)
def test_what_is_no_finding_is_refused(changes: dict[str, Any], rule: str) -> None:
    s.unrecorded().when(recording(**changes), DISPATCHER).then_refused(rule)


def test_a_finding_is_recorded_once() -> None:
    s.recorded().when(s.RECORD, COMMUNITY_WORKER).then_refused("begun-once")


def test_a_pack_without_findings_records_none() -> None:
    without = rules_with(POLICY.model_copy(update={"findings": None}))
    s.unrecorded().under(without).when(s.RECORD, COMMUNITY_WORKER).then_refused("pack-without")


def test_only_the_department_that_leads_the_checkup_records_for_the_district() -> None:
    beds = recording(level=FindingLevel.DISTRICT, place="440106", indicator="BEDS", value=80)
    s.unrecorded().when(beds, HEALTH_COORDINATOR).then_refused("district-office-only")
    s.unrecorded().when(beds, DISPATCHER).then_refused("own-place-only")
    s.unrecorded().when(beds, HOUSING_COORDINATOR).then(f.FindingRecorded)


def test_nothing_is_asked_of_a_finding_that_is_not_there() -> None:
    s.unrecorded().when(s.ADOPT, DISPATCHER).then_refused("not-begun")


# Adopting.


def test_the_street_names_the_lead_and_the_day() -> None:
    (
        s.recorded()
        .when(s.ADOPT, DISPATCHER)
        .then(f.FindingAdopted, lead=CIVIL_AFFAIRS, lead_before=None, target_date=s.TARGET_DATE)
        .then_state("OPEN")
        .then_clocks("refresh", remedy_plan=on(6, 8, "17:00"))
    )


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"lead": HEALTH}, "lead-fits-category"),
        ({"lead": SHIPAI}, "lead-fits-category"),
        ({"lead": "NO-SUCH"}, "unit-unknown"),
        ({"target_date": on(5, 10)}, "target-date-in-range"),
        ({"target_date": on(6, 1, year=2029)}, "target-date-in-range"),
    ],
)
def test_an_adoption_that_cannot_be_is_refused(changes: dict[str, Any], rule: str) -> None:
    s.recorded().when(s.ADOPT.model_copy(update=changes), DISPATCHER).then_refused(rule)


def test_a_lead_serves_the_place() -> None:
    away = s.IN_TOWN.units[CIVIL_AFFAIRS].model_copy(update={"division": "440105"})
    rules = replace(s.IN_TOWN, units={**s.IN_TOWN.units, CIVIL_AFFAIRS: away})
    s.recorded().under(rules).when(s.ADOPT, DISPATCHER).then_refused("lead-covers-place")


def test_where_streets_lead_the_street_may() -> None:
    benches = s.unrecorded().does(recording(indicator="BENCHES"), COMMUNITY_WORKER)
    lead = s.ADOPT.model_copy(update={"lead": SHIPAI})
    benches.when(lead, DISPATCHER).then(f.FindingAdopted, lead=SHIPAI)


def test_another_lead_takes_a_reason_and_both_stand_in_the_fact() -> None:
    later = s.ADOPT.model_copy(update={"target_date": on(12, 31)})
    s.adopted().when(later, DISPATCHER).then_refused("reason-for-change")
    because = later.model_copy(update={"reason": "选址推迟"})
    s.adopted().when(because, HOUSING_COORDINATOR).then(
        f.FindingAdopted,
        lead_before=CIVIL_AFFAIRS,
        target_date=on(12, 31),
        target_date_before=s.TARGET_DATE,
        reason="选址推迟",
    )


def test_a_planned_finding_is_not_adopted_again() -> None:
    s.planned().when(s.ADOPT, DISPATCHER).then_refused("not-in-state")


# Planning.


def test_the_lead_plans_on_cases_that_are_there() -> None:
    (
        s.adopted()
        .when(s.PLAN, CIVIL_COORDINATOR)
        .then(f.RemedyPlanned(measures=s.PLAN.measures, cases=(s.CENTRE, s.TASK), items=()))
        .then_state("PLANNED")
        .then_clocks("refresh", remedy_target=s.TARGET_DATE)
    )


def test_a_project_item_stands_for_the_task_it_became() -> None:
    plan = c.PlanRemedy(measures="结对项目", items=(s.ITEM,))
    s.adopted().when(plan, CIVIL_COORDINATOR).then(
        f.RemedyPlanned, cases=(s.ITEM_TASK.stream,), items=(s.ITEM,)
    )
    unclaimed = c.ProjectItem(pairing=s.ITEM.pairing, item="P-9")
    s.adopted().when(
        c.PlanRemedy(measures="结对项目", items=(unclaimed,)), CIVIL_COORDINATOR
    ).then_refused("project-item-has-task")


def test_a_plan_comes_after_the_adoption() -> None:
    s.recorded().when(s.PLAN, CIVIL_COORDINATOR).then_refused("adopted-first")


def test_only_the_lead_plans() -> None:
    s.adopted().when(s.PLAN, HEALTH_COORDINATOR).then_refused("named-unit-only")


@pytest.mark.parametrize("case", [s.OTHER_ID, "task/0190a5e2-0000-7000-8000-000000000000"])
def test_a_plan_leans_on_tasks_and_facilities_that_are_there(case: str) -> None:
    plan = c.PlanRemedy(measures="措施", cases=(case,))
    s.adopted().when(plan, CIVIL_COORDINATOR).then_refused("linked-case-open")


def test_a_plan_leans_on_nothing_that_is_over_or_named_twice() -> None:
    dropped = rules_with(town=Town(others=(s.facility("DROPPED", is_open=False),)))
    plan = c.PlanRemedy(measures="措施", cases=(s.CENTRE,))
    s.adopted().under(dropped).when(plan, CIVIL_COORDINATOR).then_refused("linked-case-open")
    twice = c.PlanRemedy(measures="措施", cases=(s.CENTRE, s.CENTRE))
    s.adopted().when(twice, CIVIL_COORDINATOR).then_refused("linked-once")


def test_a_plan_without_cases_is_begun_by_the_lead() -> None:
    plain = s.adopted().does(c.PlanRemedy(measures="调整现有场地"), CIVIL_COORDINATOR)
    plain.when(c.StartRemedy(), CIVIL_COORDINATOR).then(f.RemedyStarted(case=None)).then_state(
        "IN_REMEDY"
    )
    plain.when(c.StartRemedy(), HEALTH_COORDINATOR).then_refused("named-unit-only")


# The cases it leans on.


def test_the_remedy_begins_with_the_first_case_that_begins() -> None:
    story = (
        s.planned()
        .when(s.note(LinkStanding.BEGUN), s.SYSTEM)
        .then(
            fact(f.LinkedCaseNoted, standing_before=LinkStanding.WAITING),
            f.RemedyStarted(case=s.CENTRE),
        )
        .then_state("IN_REMEDY")
    )
    story.when(s.note(LinkStanding.BEGUN, s.TASK), s.SYSTEM).then(f.LinkedCaseNoted)


def test_what_is_known_already_is_not_noted_again() -> None:
    s.in_remedy().when(s.note(LinkStanding.BEGUN), s.SYSTEM).then_nothing()


def test_what_a_case_said_before_changes_nothing_when_it_is_heard_late() -> None:
    """An errand that left no fact is run again as long as nobody settled it."""
    s.in_remedy().when(s.note(LinkStanding.WAITING, version=3), s.SYSTEM).then_nothing()


def test_a_case_may_fall_back_and_both_are_told() -> None:
    s.over().when(s.note(LinkStanding.WAITING, s.TASK, "TRIAGED", 99), s.SYSTEM).then(
        f.LinkedCaseNoted, standing=LinkStanding.WAITING, standing_before=LinkStanding.DONE
    )


def test_a_facility_that_answers_a_finding_is_linked_by_itself_and_begins_the_plan() -> None:
    """Nobody types it twice: the facility named the finding when it was proposed."""
    told = s.adopted().does(s.note(LinkStanding.BEGUN), s.SYSTEM).then_state("OPEN")
    plan = c.PlanRemedy(measures="措施")
    told.when(plan, CIVIL_COORDINATOR).then(
        f.RemedyPlanned, f.RemedyStarted, case=s.CENTRE
    ).then_state("IN_REMEDY")


@pytest.mark.parametrize("story", [s.struck_off, s.dismissed, s.merged])
def test_a_finding_that_is_settled_notes_nothing(story: Any) -> None:
    story().when(s.note(LinkStanding.DROPPED), s.SYSTEM).then_nothing()


# Measuring and reporting.


def test_measuring_again_keeps_the_value_before_and_begins_the_half_year_anew() -> None:
    (
        s.adopted()
        .at(on(5, 12))
        .when(s.MEASURE, COMMUNITY_WORKER)
        .then(f.ValueMeasured, value=1, value_before=2)
        .then_state("OPEN")
        .then_clocks("remedy_plan", refresh=on(11, 10))
    )


@pytest.mark.parametrize("when", [on(5, 7), on(6, 1)])
def test_nothing_is_measured_before_what_is_known_or_after_now(when: Any) -> None:
    wrong = s.MEASURE.model_copy(update={"measured_at": when})
    s.recorded().at(on(5, 12)).when(wrong, COMMUNITY_WORKER).then_refused("measured-in-time")


def test_a_department_that_does_not_lead_measures_nothing() -> None:
    s.in_remedy().when(s.MEASURE, HEALTH_COORDINATOR).then_refused("district-office-only")


def test_the_lead_reports_once_the_linked_cases_are_over() -> None:
    s.in_remedy().when(s.REPORT, CIVIL_COORDINATOR).then_refused("linked-cases-over")
    (
        s.over()
        .when(s.REPORT, CIVIL_COORDINATOR)
        .then(f.RemedyReported, value=0, value_before=2, open_cases=(), reason=None)
        .then_state("VERIFYING")
        .then_clocks("remedy_verification")
    )


def test_the_lead_may_report_before_with_its_reason() -> None:
    early = s.REPORT.model_copy(update={"reason": "任务只余居民评价"})
    s.in_remedy().when(early, CIVIL_COORDINATOR).then(
        f.RemedyReported, open_cases=(s.TASK, s.CENTRE), reason="任务只余居民评价"
    )


def test_only_the_lead_reports() -> None:
    s.over().when(s.REPORT, HEALTH_COORDINATOR).then_refused("named-unit-only")


# Verifying.


def test_the_street_strikes_off_what_meets_its_target() -> None:
    (
        s.verifying()
        .when(s.STRIKE, DISPATCHER)
        .then(f.FindingStruckOff, value=0, value_before=0, worker=COMMUNITY_WORKER.person)
        .then_state("STRUCK_OFF")
        .then_clocks("reopening")
    )


def test_a_value_that_misses_its_target_is_sent_back() -> None:
    still = s.STRIKE.model_copy(update={"value": 1})
    s.verifying().when(still, DISPATCHER).then_refused("value-meets-target")
    (
        s.verifying()
        .when(s.REJECT, DISPATCHER)
        .then(f.RemedyRejected(value=1, value_before=0, reason="二楼尚未开放"))
        .then_state("IN_REMEDY")
    )


def test_a_community_worker_of_the_place_is_there() -> None:
    alone = s.STRIKE.model_copy(update={"worker": str(CIVIL_COORDINATOR.person)})
    s.verifying().when(alone, DISPATCHER).then_refused("worker-on-spot")


def test_another_street_verifies_nothing_here() -> None:
    s.verifying().when(s.STRIKE, WUSHAN_DISPATCHER).then_refused("own-place-only")


# Afterwards.


def test_a_finding_is_opened_again_within_a_year_and_begins_from_the_start() -> None:
    (
        s.struck_off()
        .when(s.REOPEN, COMMUNITY_WORKER)
        .then(f.FindingReopened, round=2, value=1, value_before=0)
        .then_state("OPEN")
        .then_clocks("adoption", "refresh")
    )
    assert s.reopened().state.body.linked == ()
    assert s.reopened().state.body.adoption is None


def test_what_meets_its_target_is_not_opened_again() -> None:
    fine = s.REOPEN.model_copy(update={"value": 0})
    s.struck_off().when(fine, COMMUNITY_WORKER).then_refused("value-misses-target")


def test_after_a_year_it_is_over() -> None:
    late = s.struck_off().at(s.struck_off().clocks()["reopening"])
    late.when(s.REOPEN, COMMUNITY_WORKER).then_refused("reopening-over")
    s.struck_off().when_rings("reopening").then(f.ReopeningLapsed)
    assert s.KIND.is_over(s.closed_for_good().state)


def test_the_office_dismisses_on_a_ground_of_the_pack() -> None:
    s.recorded().when(s.DISMISS, HOUSING_COORDINATOR).then(
        f.FindingDismissed(ground="DOUBLE_COUNTED", reason="与另一条重复")
    ).then_state("DISMISSED")
    moon = s.DISMISS.model_copy(update={"ground": "MOON"})
    s.recorded().when(moon, HOUSING_COORDINATOR).then_refused("code-listed")
    s.recorded().when(s.DISMISS, CIVIL_COORDINATOR).then_refused("district-office-only")


def test_the_street_merges_into_an_open_finding_about_the_same() -> None:
    s.recorded().when(s.MERGE, DISPATCHER).then(f.FindingMerged(master=s.OTHER_ID)).then_state(
        "MERGED"
    )
    itself = c.MergeFinding(master=s.FINDING_ID)
    s.recorded().when(itself, DISPATCHER).then_refused("master-is-another")
    for other in (s.alike(is_open=False), s.alike(place=WUSHAN_PLACE)):
        town = rules_with(town=Town(others=(other,)))
        s.recorded().under(town).when(s.MERGE, DISPATCHER).then_refused("master-alike")
    nowhere = rules_with(town=Town())
    s.recorded().under(nowhere).when(s.MERGE, DISPATCHER).then_refused("case-of-kind")


def test_what_others_lean_on_is_not_merged_away() -> None:
    leaning = s.recorded().does(s.note(LinkStanding.WAITING), s.SYSTEM)
    leaning.when(s.MERGE, DISPATCHER).then_refused("linked-not-merged")


# Clocks.


@pytest.mark.parametrize(
    ("story", "clock"),
    [
        (s.recorded, "adoption"),
        (s.adopted, "remedy_plan"),
        (s.planned, "remedy_target"),
        (s.in_remedy, "remedy_target"),
        (s.verifying, "remedy_verification"),
        (s.recorded, "refresh"),
    ],
)
def test_a_missed_limit_is_told_once(story: Any, clock: str) -> None:
    due = story().clocks()[clock]
    after = story().when_rings(clock).then(f.FindingLimitMissed(clock=clock, due=due))
    assert clock not in after.clocks()


def test_a_limit_in_an_unpublished_year_is_counted_again() -> None:
    story = s.struck_off()
    assert story.clock("reopening").deadline.provisional is False  # counted in days
    late = s.unrecorded().at(on(12, 28)).does(s.RECORD, COMMUNITY_WORKER)
    assert late.clock("adoption").deadline.provisional
    published = s.WORLDS[1]
    counted = late.under(published).does(s.RecomputeDeadlines(), s.SYSTEM)
    found = counted.last(f.FindingDeadlineRecalculated)
    assert (found.clock, found.due.provisional) == ("adoption", False)
    assert counted.clocks()["adoption"] == found.due.due


# What other rooms are told.


def test_every_case_a_plan_names_is_told_that_the_finding_leans_on_it() -> None:
    story = s.planned()
    sent = s.KIND.errands(s.FINDING_ID, story.state, story.facts[-1])
    assert {errand.stream for errand in sent} == {s.CENTRE, s.TASK}
    assert {errand.command["kind"] for errand in sent} == {"link_finding"}
    assert all(errand.command["finding"] == s.FINDING_ID for errand in sent)


def test_the_board_shows_what_figures_need() -> None:
    shown = s.KIND.shown(s.in_remedy().state)
    assert shown is not None
    assert shown.place == SHIPAI_PLACE
    assert shown.units == ("440106005001-RC", SHIPAI, CIVIL_AFFAIRS)
    assert shown.details["value"] == 2
    assert shown.details["lead"] == CIVIL_AFFAIRS
    assert {one["standing"] for one in shown.details["linked"]} == {"WAITING", "BEGUN"}


def test_whose_turn_it_is() -> None:
    held = {name: s.KIND.holder(story().state) for name, story in s.EVERY_STATE.items()}
    assert held["OPEN"] == "440106005001-RC"
    assert held["PLANNED"] == held["IN_REMEDY"] == CIVIL_AFFAIRS
    assert held["VERIFYING"] == SHIPAI


def test_who_is_told() -> None:
    def told(story: Any) -> set[str]:
        notices = s.KIND.notices(s.FINDING_ID, story.state, story.facts[-1])
        return {f"{notice.template} → {notice.to}" for notice in notices}

    assert told(s.recorded()) == {"finding_recorded → role/STREET_DISPATCHER"}
    assert told(s.adopted()) == {f"finding_adopted → unit/{CIVIL_AFFAIRS}"}
    assert told(s.verifying()) == {f"remedy_reported → unit/{SHIPAI}"}
    assert told(s.planned().rings("remedy_target")) == {
        f"finding_limit_missed → unit/{CIVIL_AFFAIRS}"
    }
    assert told(s.adopted().rings("refresh")) == {"finding_limit_missed → role/COMMUNITY_WORKER"}


def test_a_street_that_leads_is_not_asked_to_verify_itself() -> None:
    benches = s.unrecorded().does(recording(indicator="BENCHES"), COMMUNITY_WORKER)
    lead = s.ADOPT.model_copy(update={"lead": SHIPAI})
    led = benches.does(lead, DISPATCHER).does(c.PlanRemedy(measures="加装座椅"), STREET_COORDINATOR)
    done = led.does(c.StartRemedy(), STREET_COORDINATOR).does(s.REPORT, STREET_COORDINATOR)
    done.when(s.STRIKE, DISPATCHER).then_refused("not-own-unit")
    done.when(s.STRIKE, HOUSING_COORDINATOR).then(f.FindingStruckOff)
