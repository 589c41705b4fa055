"""The proposal, the decision, the money: the facts, each guard by its rule, the clocks."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from domain.envelope import SYSTEM
from domain.facility import commands as c
from domain.facility import facts as f
from domain.linking import FindingLinked, LinkFinding
from tests.domain.facility import stories as s
from tests.domain.harness import Story
from tests.domain.world import (
    AUTHORITY,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    MARKET,
    POLICY,
    SHIPAI,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    on,
    rules_with,
)


def proposing(**changes: Any) -> c.ProposeFacility:
    return s.PROPOSE.model_copy(update=changes)


def test_a_proposal_names_its_street_and_when_it_is_decided() -> None:
    told = (
        s.unproposed()
        .when(s.PROPOSE, DISPATCHER)
        .then(
            f.FacilityProposed,
            street=SHIPAI,
            lead=CIVIL_AFFAIRS,
            site=s.SITE_ID,
            functions=s.FUNCTIONS,
            findings=(s.FINDING_ID,),
            policy="town",
        )
    )
    told.then_state("PROPOSED").then_clocks(facility_decision=on(6, 8, "17:00"))


def test_the_lead_may_propose_too_and_no_other_department() -> None:
    s.unproposed().when(s.PROPOSE, CIVIL_COORDINATOR).then(f.FacilityProposed)
    s.unproposed().when(s.PROPOSE, HEALTH_COORDINATOR).then_refused("named-unit-only")
    s.unproposed().when(s.PROPOSE, WUSHAN_DISPATCHER).then_refused("own-place-only")


def test_a_facility_is_proposed_once() -> None:
    s.proposed().when(s.PROPOSE, DISPATCHER).then_refused("begun-once")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"place": "440106005"}, "facility-in-community"),
        ({"functions": ("ELDER", "MEAL", "MOON")}, "function-known"),
        ({"functions": ("ELDER", "MEAL", "MEAL")}, "functions-once"),
        ({"lead": MARKET}, "lead-of-function"),
        ({"lead": SHIPAI}, "lead-of-function"),
        ({"floor_area": 901}, "area-within-site"),
        ({"open_by": on(5, 11)}, "open-by-later"),
        ({"budget": s.budget(MOON=1)}, "funding-source"),
        ({"budget": (*s.budget(BOND=1), *s.budget(BOND=2))}, "funding-source"),
        ({"findings": (s.LATER_FINDING_ID,)}, "finding-open"),
        ({"findings": (f"{s.FINDING_ID[:-1]}0",)}, "finding-open"),
        ({"floor_area": 590}, "complex-area"),
        ({"functions": ("ELDER", "MEAL")}, "complex-functions"),
        ({"functions": ("ELDER", "PROPERTY", "OTHER")}, "complex-core"),
        ({"functions": ("MEAL", "HEALTH", "PROPERTY")}, "complex-care"),
    ],
)
def test_a_proposal_is_refused_by_the_rule_it_breaks(changes: dict[str, Any], rule: str) -> None:
    s.unproposed().when(proposing(**changes), DISPATCHER).then_refused(rule)


def test_a_complex_without_care_says_why() -> None:
    without = proposing(functions=("MEAL", "HEALTH", "PROPERTY"), without_care="社区已有养老院")
    s.unproposed().when(without, DISPATCHER).then(f.FacilityProposed, without_care="社区已有养老院")


def test_a_single_facility_is_bound_by_no_guideline() -> None:
    single = proposing(facility_kind=c.FacilityKind.SINGLE, functions=("MEAL",), floor_area=60)
    s.unproposed().when(single, DISPATCHER).then(f.FacilityProposed)


def test_a_site_is_not_taken_twice() -> None:
    held = s.among(s.site("RESERVED", s.OTHER_ID))
    s.unproposed().under(held).when(s.PROPOSE, DISPATCHER).then_refused("site-free")
    s.unproposed().under(s.among()).when(s.PROPOSE, DISPATCHER).then_refused("site-free")


def test_a_site_lies_in_the_same_community_and_is_there_in_time() -> None:
    far = s.among(s.site(place=WUSHAN_PLACE))
    s.unproposed().under(far).when(s.PROPOSE, DISPATCHER).then_refused("site-near")
    late = s.among(s.site(available_from=on(12, 2)))
    s.unproposed().under(late).when(s.PROPOSE, DISPATCHER).then_refused("open-by-later")


def test_a_place_without_a_street_office_has_no_facilities() -> None:
    units = {code: unit for code, unit in s.FREE.units.items() if code != SHIPAI}
    nobody = replace(s.FREE, units=units)
    s.unproposed().under(nobody).when(s.PROPOSE, CIVIL_COORDINATOR).then_refused("street-of-place")


def test_a_pack_that_says_nothing_of_facilities_has_none() -> None:
    silent = rules_with(POLICY.model_copy(update={"facilities": None}))
    s.unproposed().under(silent).when(s.PROPOSE, DISPATCHER).then_refused("pack-without")


@pytest.mark.parametrize("cents", [0, -1, 12.5, "100", 10**13 + 1])
def test_money_is_whole_cents(cents: Any) -> None:
    with pytest.raises(ValidationError):
        c.BudgetLine.model_validate({"source": "BOND", "cents": cents})


# The decision.


def test_an_approval_starts_the_first_milestone() -> None:
    told = (
        s.proposed()
        .when(c.ApproveFacility(document="文号"), HOUSING_COORDINATOR)
        .then(f.FacilityApproved, document="文号", milestone="DESIGN")
    )
    told.then_state("APPROVED").then_clocks(milestone=on(6, 8, "17:00"))


def test_whoever_proposed_does_not_decide() -> None:
    """Neither the person with another hat, nor the unit, nor the lead."""
    led_by_housing = proposing(
        lead=HOUSING,
        facility_kind=c.FacilityKind.SINGLE,
        functions=("PROPERTY",),
    )
    story = s.unproposed().does(led_by_housing, HOUSING_COORDINATOR).under(s.HELD)
    story.when(c.ApproveFacility(), HOUSING_COORDINATOR).then_refused("not-own-work")
    story.when(c.DropFacility(reason="无"), HOUSING_COORDINATOR).then_refused("not-own-work")
    story.when(c.ApproveFacility(), AUTHORITY).then(f.FacilityApproved)
    by_street = s.unproposed().does(led_by_housing, DISPATCHER).under(s.HELD)
    by_street.when(c.ApproveFacility(), HOUSING_COORDINATOR).then_refused("not-own-unit")


def test_only_the_authority_or_the_development_department_decides() -> None:
    s.proposed().when(c.ApproveFacility(), HEALTH_COORDINATOR).then_refused("deciding-unit")


@pytest.mark.parametrize(
    "site",
    [s.site(), s.site("RESERVED", s.OTHER_ID), s.site("WITHDRAWN")],
    ids=lambda one: one.state,
)
def test_nothing_is_approved_whose_site_was_refused(site: Any) -> None:
    """The reservation is asked for by errand; a refused one is seen here."""
    story = s.proposed().under(s.among(site))
    story.when(c.ApproveFacility(), AUTHORITY).then_refused("site-not-reserved")


@pytest.mark.parametrize("story", [s.proposed, s.approved, s.building])
def test_a_facility_is_given_up_until_it_is_completed(story: Any) -> None:
    drop = c.DropFacility(reason="规划调整")
    story().when(drop, AUTHORITY).then(f.FacilityDropped, site=s.SITE_ID).then_state(
        "DROPPED"
    ).then_clocks()


def test_what_is_completed_is_not_given_up() -> None:
    s.accepting().when(c.DropFacility(reason="无"), AUTHORITY).then_refused("not-in-state")


def test_a_decision_that_is_late_is_said_once() -> None:
    late = (
        s.proposed()
        .when_rings("facility_decision")
        .then(f.FacilityLimitMissed, clock="facility_decision")
    )
    late.then_clocks().when(c.ApproveFacility(), AUTHORITY).then(f.FacilityApproved)


# Findings.


def test_a_finding_leans_on_a_facility_once() -> None:
    link = LinkFinding(finding=s.LATER_FINDING_ID)
    told = s.approved().when(link, SYSTEM).then(FindingLinked, finding=s.LATER_FINDING_ID)
    told.when(link, SYSTEM).then_nothing()
    assert told.state.plan.findings == (s.FINDING_ID, s.LATER_FINDING_ID)
    s.closed().when(link, SYSTEM).then_nothing()
    s.unproposed().when(link, SYSTEM).then_refused("not-in-state")


# Money.


def test_spending_stands_beside_what_is_planned() -> None:
    told = (
        s.building()
        .when(s.SPEND, CIVIL_STAFF)
        .then(f.SpendingRecorded, source="DISTRICT", cents=100_000_00, voucher="P-2026-001")
    )
    plan = told.state.plan
    assert (plan.planned("DISTRICT"), plan.spent("DISTRICT")) == (300_000_00, 100_000_00)


def test_no_more_is_spent_than_is_planned_of_a_source() -> None:
    more = s.SPEND.model_copy(update={"voucher": "P-2026-002", "cents": 200_000_01})
    s.spent().when(more, CIVIL_STAFF).then_refused("spending-within-budget")
    other = s.SPEND.model_copy(update={"voucher": "P-2026-002", "source": "SOCIAL"})
    s.spent().when(other, CIVIL_STAFF).then_refused("spending-within-budget")
    rest = s.SPEND.model_copy(update={"voucher": "P-2026-002", "cents": 200_000_00})
    s.spent().when(rest, CIVIL_STAFF).then(f.SpendingRecorded)


def test_a_voucher_counts_once_and_is_taken_back_once() -> None:
    s.spent().when(s.SPEND, CIVIL_STAFF).then_refused("voucher-once")
    back = c.ReverseSpending(voucher="P-2026-001", reason="重复登记")
    told = (
        s.spent()
        .when(back, CIVIL_COORDINATOR)
        .then(f.SpendingReversed, source="DISTRICT", cents=100_000_00)
    )
    assert told.state.plan.spent("DISTRICT") == 0
    told.when(back, CIVIL_STAFF).then_refused("voucher-known")
    told.when(s.SPEND, CIVIL_STAFF).then_refused("voucher-once")


@pytest.mark.parametrize("paid_at", [on(5, 10), on(5, 14)])
def test_money_is_paid_between_approval_and_now(paid_at: Any) -> None:
    spend = s.SPEND.model_copy(update={"paid_at": paid_at})
    s.building().when(spend, CIVIL_STAFF).then_refused("instant-in-order")


def test_only_the_lead_spends() -> None:
    s.building().when(s.SPEND, HEALTH_COORDINATOR).then_refused("named-unit-only")
    s.proposed().when(s.SPEND, CIVIL_STAFF).then_refused("not-in-state")


def test_a_budget_is_revised_by_whoever_may_approve() -> None:
    more = c.ReviseBudget(budget=s.budget(DISTRICT=400_000_00), reason="追加")
    told = (
        s.spent()
        .when(more, AUTHORITY)
        .then(f.BudgetRevised, budget=more.budget, budget_before=s.PROPOSE.budget)
    )
    assert told.state.plan.planned("BOND") == 0
    s.spent().when(more, HEALTH_COORDINATOR).then_refused("deciding-unit")


@pytest.mark.parametrize(
    ("budget", "rule"),
    [
        (s.budget(DISTRICT=99_999_99), "budget-below-spent"),
        (s.budget(BOND=500_000_00), "budget-below-spent"),
        (s.budget(MOON=1), "funding-source"),
        (s.PROPOSE.budget, "budget-changed"),
    ],
)
def test_a_budget_holds_what_is_spent(budget: Any, rule: str) -> None:
    s.spent().when(c.ReviseBudget(budget=budget, reason="无"), AUTHORITY).then_refused(rule)


# Another site.


def test_a_plan_moves_to_another_free_site_and_is_decided_on_anew() -> None:
    asked = s.proposed().at(on(5, 13, "10:00")).when(s.MOVE, CIVIL_COORDINATOR)
    told = asked.then(f.FacilitySiteChanged, site=s.NEXT_DOOR_ID, site_before=s.SITE_ID)
    fact = told.last(f.FacilitySiteChanged)
    assert (fact.site_kind_before, fact.site_kind) == ("IDLE_PUBLIC_ROOMS", "NEW_BUILD")
    assert (fact.floor_area_before, fact.floor_area) == (820, 900)
    assert fact.open_by == fact.open_by_before == s.PROPOSE.open_by
    told.then_state("PROPOSED").then_clocks(facility_decision=on(6, 10, "17:00"))


def test_what_is_approved_is_approved_once_more_when_it_moves() -> None:
    moved = s.approved().does(s.MOVE, DISPATCHER).then_state("PROPOSED")
    moved.when(c.ApproveFacility(), HOUSING_COORDINATOR).then_refused("site-not-reserved")
    there = s.among(replace(s.NEXT_DOOR, state="RESERVED", held_by=s.FACILITY_ID))
    moved.under(there).when(c.ApproveFacility(), HOUSING_COORDINATOR).then(f.FacilityApproved)


def test_it_moves_to_a_site_that_is_free_near_and_large_enough() -> None:
    def moving(**changes: Any) -> Story:
        command = s.MOVE.model_copy(update=changes)
        return s.proposed().when(command, CIVIL_COORDINATOR)

    moving(site=s.SITE_ID).then_refused("site-free")
    moving(floor_area=1300).then_refused("area-within-site")
    moving(floor_area=599).then_refused("complex-area")
    moving(open_by=on(5, 1)).then_refused("open-by-later")
    far = s.among(s.site("RESERVED", s.FACILITY_ID), replace(s.NEXT_DOOR, place=WUSHAN_PLACE))
    s.proposed().under(far).when(s.MOVE, CIVIL_COORDINATOR).then_refused("site-near")


def test_only_the_lead_or_the_street_moves_it_and_only_before_building() -> None:
    s.proposed().when(s.MOVE, HEALTH_COORDINATOR).then_refused("named-unit-only")
    s.proposed().when(s.MOVE, WUSHAN_DISPATCHER).then_refused("named-unit-only")
    s.building().when(s.MOVE, CIVIL_COORDINATOR).then_refused("not-in-state")
