"""Each guard of separated duties switched off once: the claim that rests on it falls.

A guard nobody misses guards nothing. The guard is taken out of the decider's file and the same
command is given by the same hands: with it refused, without it heard.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.envelope import By
from domain.facility import building, operating, planning
from domain.facility import commands as c
from domain.facility.refusal_rules import REFUSAL_RULES
from domain.refusals import CommandRefused
from tests.domain.facility import stories as s
from tests.domain.harness import Story
from tests.domain.world import (
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    DISPATCHER_WHO_HANDLES,
    HOUSING,
    HOUSING_COORDINATOR,
    SHIPAI,
)

HANDLES, DISPATCHES = DISPATCHER_WHO_HANDLES
OF_HOUSING = s.PROPOSE.model_copy(
    update={
        "lead": HOUSING,
        "facility_kind": c.FacilityKind.SINGLE,
        "functions": ("PROPERTY",),
    }
)


def _proposed_by_housing() -> Story:
    return s.unproposed().does(OF_HOUSING, HOUSING_COORDINATOR).under(s.HELD)


def _led_by_housing() -> Story:
    return s.unproposed().does(OF_HOUSING, DISPATCHER).under(s.HELD)


def _moved_by_housing() -> Story:
    """The street proposed; the lead, whose colleague would decide, put it on another site."""
    there = s.among(replace(s.NEXT_DOOR, state="RESERVED", held_by=s.FACILITY_ID))
    return _led_by_housing().does(s.MOVE, HOUSING_COORDINATOR).under(there)


def _built_by_the_coordinator() -> Story:
    built = s.works_due().does(s.WORKS, CIVIL_COORDINATOR)
    return built.does(c.ReportCompleted(evidence="竣工报告"), CIVIL_STAFF)


def _first_key_by_two_hats() -> Story:
    return s.accepting().does(s.ACCEPT, HANDLES)


def _handed_in_by_the_street() -> Story:
    own = [
        one.model_copy(update={"mode": c.OperationMode.SELF, "provider": None, "unit": SHIPAI})
        for one in (s.CARE, s.CANTEEN)
    ]
    return s.entrusted(s.ready(), *own).does(s.OPENING, DISPATCHER)


def _run_by_the_street_and_stopped() -> Story:
    own = c.Operator(
        functions=("MEAL",), mode=c.OperationMode.SELF, unit=SHIPAI, term_end=s.TERM_END
    )
    put_in = c.ChangeOperator(operator=own, hand_over="当面移交", reason="协商一致")
    stop = c.SuspendFacility(ground="QUALITY", reason="餐食投诉")
    story = s.opened().does(put_in, DISPATCHER).does(stop, CIVIL_COORDINATOR)
    return story.at(s.inspected().now)


Case = tuple[Any, str, Callable[[], Story], Any, By]
GUARDS: dict[str, Case] = {
    "the proposer's unit does not approve": (
        planning,
        "another_unit",
        _led_by_housing,
        c.ApproveFacility(),
        HOUSING_COORDINATOR,
    ),
    "nobody who built turns a key": (
        building,
        "another_person",
        _built_by_the_coordinator,
        s.ACCEPT,
        CIVIL_COORDINATOR,
    ),
    "nobody turns both keys": (
        building,
        "another_person",
        _first_key_by_two_hats,
        s.ACCEPT,
        DISPATCHES,
    ),
    "nobody who built refuses acceptance": (
        building,
        "another_person",
        _built_by_the_coordinator,
        c.RefuseAcceptance(items=("FIRE",), reason="无"),
        CIVIL_COORDINATOR,
    ),
    "nobody opens what they handed in": (
        operating,
        "another_person",
        _handed_in_by_the_street,
        c.OpenFacility(),
        DISPATCHER,
    ),
    "no operator lets itself open again": (
        operating,
        "another_unit",
        _run_by_the_street_and_stopped,
        s.RESUME,
        DISPATCHER,
    ),
}


@pytest.mark.parametrize("claim", GUARDS)
def test_a_guard_that_is_switched_off_is_missed(
    claim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, guard, story, command, by = GUARDS[claim]
    with pytest.raises(CommandRefused) as refused:
        story().does(command, by)
    assert refused.value.rule in {"not-own-work", "not-own-unit"}
    monkeypatch.setattr(room, guard, lambda *_: None)
    story().does(command, by)


def test_the_proposer_does_not_approve_in_person_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Person and unit are two guards: each alone still refuses the proposer."""
    story = _proposed_by_housing()
    monkeypatch.setattr(planning, "another_unit", lambda *_: None)
    story.when(c.ApproveFacility(), HOUSING_COORDINATOR).then_refused("not-own-work")
    monkeypatch.setattr(planning, "another_person", lambda *_: None)
    story.does(c.ApproveFacility(), HOUSING_COORDINATOR)


def test_whoever_moved_the_plan_does_not_approve_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another site is a proposal too: its hand and its unit are held apart from the decision."""
    story = _moved_by_housing()
    story.when(c.ApproveFacility(), HOUSING_COORDINATOR).then_refused("not-own-work")
    monkeypatch.setattr(planning, "another_person", lambda *_: None)
    story.when(c.ApproveFacility(), HOUSING_COORDINATOR).then_refused("not-own-unit")
    monkeypatch.setattr(planning, "another_unit", lambda *_: None)
    story.does(c.ApproveFacility(), HOUSING_COORDINATOR)


def test_every_rule_is_pinned_by_a_test() -> None:
    """Every rule by which a facility refuses stands in a test of this folder."""
    from pathlib import Path

    told = "".join(one.read_text("utf-8") for one in Path(__file__).parent.glob("test_*.py"))
    unpinned = {rule for rule in REFUSAL_RULES if f'"{rule}"' not in told}
    assert unpinned == set()
