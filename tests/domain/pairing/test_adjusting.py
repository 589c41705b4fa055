"""A running pairing gets another party, another lead, another list: asked by one, approved by two.

A party is replaced only when each of its open tasks has a named successor.
"""

from dataclasses import replace

import pytest

from domain.pairing.commands import (
    ApproveAdjustment,
    ChangeLead,
    ListItem,
    ListKind,
    RefuseAdjustment,
    ReplaceParty,
    ReviseLists,
    Successor,
)
from domain.pairing.facts import (
    Adjustment,
    AdjustmentRefused,
    PairingAdjusted,
    PairingAdjustmentRequested,
    PairingLimitMissed,
)
from domain.people import Grant, Person, Role
from domain.rules import NeighbourPairing
from tests.domain.pairing import stories as s
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    DISSOLVED,
    HEALTH,
    HOUSING,
    HOUSING_COORDINATOR,
    LONG_AGO,
    ORGANIZATION,
    PEOPLE,
    RULES,
    SHIPAI,
    SHIPAI_CENTER,
    WUSHAN,
    Town,
    rules_with,
    task_id,
    uuid_of,
)

RAMP_TO_HEALTH = Successor(task=s.RAMP.stream, unit=HEALTH)
REFORM = ReplaceParty(
    party=CIVIL_AFFAIRS, by_unit=HOUSING, reason="机构改革", successors=(RAMP_TO_HEALTH,)
)
LEAD = ChangeLead(lead=HEALTH, reason="健康项目为主")
BATHS = ListItem(code="P-3", title="助浴", category="ELDER")
REVISED = ReviseLists(
    list=ListKind.PROJECT, unit=SHIPAI_CENTER, items=(s.HANDRAILS, BATHS), reason="需求变化"
)


def reforming(**changes: object) -> ReplaceParty:
    return REFORM.model_copy(update=changes)


def test_a_party_is_replaced_with_successors_for_its_tasks() -> None:
    """The lift is health's: it needs no successor when civil affairs goes."""
    story = (
        s.active()
        .under(s.with_tasks(s.RAMP, s.LIFT))
        .when(REFORM, DISPATCHER)
        .then(
            PairingAdjustmentRequested,
            adjustment=Adjustment(
                what="PARTY",
                reason="机构改革",
                old_unit=CIVIL_AFFAIRS,
                new_unit=HOUSING,
                successors=(RAMP_TO_HEALTH,),
            ),
        )
        .then_state("ADJUSTING")
    )
    assert set(story.clocks()) == {"approval", "term_end"}
    story = story.when(ApproveAdjustment(), AUTHORITY).then(PairingAdjusted).then_state("ACTIVE")
    agreement = story.state.agreement
    assert agreement.departments == (HOUSING, HEALTH)
    assert agreement.lead == HOUSING
    assert ("N-1", HOUSING) in {(claim.item, claim.unit) for claim in agreement.claims}


def test_the_centre_and_the_street_can_be_replaced_with_all_that_is_theirs() -> None:
    center = RULES.units[SHIPAI_CENTER].model_copy(update={"code": "NEW-PC"})
    rules = replace(RULES, units={**RULES.units, "NEW-PC": center})
    story = (
        s.active()
        .under(rules)
        .does(ReplaceParty(party=SHIPAI_CENTER, by_unit="NEW-PC", reason="合并"), CIVIL_COORDINATOR)
        .does(ApproveAdjustment(), AUTHORITY)
    )
    agreement = story.state.agreement
    assert (agreement.center, agreement.proposer) == ("NEW-PC", "NEW-PC")
    assert {one.unit for one in agreement.lists} == {"NEW-PC"}
    story = (
        s.active()
        .does(ReplaceParty(party=SHIPAI, by_unit=WUSHAN, reason="区划调整"), CENTER_COORDINATOR)
        .does(ApproveAdjustment(), AUTHORITY)
    )
    assert story.state.agreement.street == WUSHAN


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"successors": ()}, "successors-named"),
        ({"successors": (RAMP_TO_HEALTH, RAMP_TO_HEALTH)}, "successors-once"),
        (
            {"successors": (RAMP_TO_HEALTH, Successor(task=task_id("x"), unit=HEALTH))},
            "task-of-pairing",
        ),
        (
            {"successors": (Successor(task=s.RAMP.stream, unit=CIVIL_AFFAIRS),)},
            "successor-is-another",
        ),
        ({"successors": (Successor(task=s.RAMP.stream, unit=DISSOLVED),)}, "unit-unknown"),
        ({"party": HOUSING}, "party-only"),
        ({"by_unit": HEALTH}, "parties-differ"),
        ({"by_unit": SHIPAI}, "parties-differ"),
        ({"by_unit": DISSOLVED}, "unit-unknown"),
        ({"by_unit": WUSHAN}, "same-kind-of-party"),
        ({"reason": "打 13800138000"}, "no-personal-data"),
    ],
)
def test_a_replacement_meets_the_rules(changes: dict[str, object], rule: str) -> None:
    story = s.active().under(s.with_tasks(s.RAMP))
    story.when(reforming(**changes), DISPATCHER).then_refused(rule)


def test_a_replacement_does_not_double_another_pairing() -> None:
    other = NeighbourPairing(
        stream=f"pairing/{uuid_of('another')}",
        state="ACTIVE",
        is_open=True,
        parties=(SHIPAI_CENTER, HOUSING, SHIPAI),
        categories=("ELDER",),
        policy_id="town",
    )
    story = s.active().under(rules_with(town=Town(pairings=(other,))))
    story.when(reforming(successors=()), DISPATCHER).then_refused("already-paired")


def test_a_task_that_came_meanwhile_needs_a_successor_too() -> None:
    """Between the asking and the approval a task was sent to the party that goes."""
    story = s.active().under(s.with_tasks(s.RAMP)).does(REFORM, DISPATCHER)
    later = story.under(s.with_tasks(s.RAMP, s.task("the path")))
    later.when(ApproveAdjustment(), AUTHORITY).then_refused("successors-named")
    later.when(RefuseAdjustment(reason="补充方案"), AUTHORITY).then(AdjustmentRefused)


def test_another_department_leads() -> None:
    (
        s.active()
        .when(LEAD, CENTER_COORDINATOR)
        .then(
            PairingAdjustmentRequested,
            adjustment=Adjustment(
                what="LEAD", reason="健康项目为主", old_unit=CIVIL_AFFAIRS, new_unit=HEALTH
            ),
        )
        .when(ApproveAdjustment(), AUTHORITY)
        .then(PairingAdjusted)
        .then_state("ACTIVE")
    )


def test_the_lead_is_another_department_of_the_pairing() -> None:
    lead = LEAD.model_copy(update={"lead": HOUSING})
    s.active().when(lead, CENTER_COORDINATOR).then_refused("lead-is-department")
    same = LEAD.model_copy(update={"lead": CIVIL_AFFAIRS})
    s.active().when(same, CENTER_COORDINATOR).then_refused("lead-differs")


def test_a_list_is_revised_with_old_and_new_items() -> None:
    story = s.active().when(REVISED, CENTER_COORDINATOR).then(PairingAdjustmentRequested)
    adjustment = story.last(PairingAdjustmentRequested).adjustment
    assert [item.code for item in adjustment.items_before] == ["P-1", "P-2"]
    assert [item.code for item in adjustment.items] == ["P-2", "P-3"]
    after = story.does(ApproveAdjustment(), AUTHORITY).state.agreement
    assert [item.code for item in after.items(ListKind.PROJECT)] == ["P-2", "P-3"]
    assert [claim.item for claim in after.claims] == ["N-1"], "the claim of P-1 went with it"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"items": (s.SCREENING, s.HANDRAILS)}, "nothing-changes"),
        ({"items": (s.CANTEEN,)}, "items-once"),
        ({"items": (BATHS.model_copy(update={"category": "MOON"}),)}, "category-known"),
        ({"unit": HEALTH}, "own-unit-only"),
    ],
)
def test_a_revision_meets_the_rules_of_lists(changes: dict[str, object], rule: str) -> None:
    revised = REVISED.model_copy(update=changes)
    s.active().when(revised, CENTER_COORDINATOR).then_refused(rule)


def test_a_party_may_add_a_list_it_did_not_have() -> None:
    added = REVISED.model_copy(update={"list": ListKind.RESOURCE, "items": (BATHS,)})
    story = s.active().when(added, CENTER_COORDINATOR).then(PairingAdjustmentRequested)
    assert story.last(PairingAdjustmentRequested).adjustment.items_before == ()


@pytest.mark.parametrize("command", [REFORM, LEAD, REVISED])
def test_adjustments_are_asked_by_parties_of_an_active_pairing(
    command: ReplaceParty | ChangeLead | ReviseLists,
) -> None:
    s.active().when(command, HOUSING_COORDINATOR).then_refused("party-only")
    s.active().when(command, AUTHORITY).then_refused("role-permitted")
    for state in ("ADJUSTING", "SUSPENDED", "UNDER_REVIEW", "TERMINATING", "PENDING_APPROVAL"):
        s.EVERY_STATE[state]().when(command, CENTER_COORDINATOR).then_refused("not-in-this-state")


def test_a_refused_adjustment_changes_nothing() -> None:
    before = s.active().state.agreement
    story = (
        s.adjusting()
        .when(RefuseAdjustment(reason="理由不足"), AUTHORITY)
        .then(AdjustmentRefused(reason="理由不足"))
        .then_state("ACTIVE")
    )
    assert story.state.agreement == before


@pytest.mark.parametrize("command", [ApproveAdjustment(), RefuseAdjustment(reason="无")])
def test_nobody_approves_the_adjustment_they_asked_for(
    command: ApproveAdjustment | RefuseAdjustment,
) -> None:
    person = str(CENTER_COORDINATOR.person)
    grant = Grant(role=Role.PARTY_AUTHORITY, unit=ORGANIZATION, since=LONG_AGO)
    grants = (*PEOPLE[person].grants, grant)
    rules = replace(RULES, people={**PEOPLE, person: Person(id=person, name=None, grants=grants)})
    approver = AUTHORITY.model_copy(update={"person": person})
    s.adjusting().under(rules).when(command, approver).then_refused("approver-not-proposer")


@pytest.mark.parametrize("command", [ApproveAdjustment(), RefuseAdjustment(reason="无")])
def test_there_is_nothing_to_approve_in_an_active_pairing(
    command: ApproveAdjustment | RefuseAdjustment,
) -> None:
    s.active().when(command, AUTHORITY).then_refused("not-in-this-state")


def test_a_late_approval_of_an_adjustment_is_noted_once() -> None:
    story = (
        s.adjusting()
        .when_rings("approval")
        .then(PairingLimitMissed, clock="approval")
        .then_state("ADJUSTING")
        .then_clocks(term_end=s.TERM_END)
    )
    story.when(ApproveAdjustment(), AUTHORITY).then(PairingAdjusted)
