"""Nobody verifies their own work: each guard switched off once, and the test that must catch it.

The last test holds this folder to its promise: every rule that can refuse is pinned by a test.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.envelope import By
from domain.finding import authority, decider
from domain.finding import commands as c
from domain.finding.refusal_rules import REFUSAL_RULES
from domain.people import Grant, Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from tests.domain.finding import stories as s
from tests.domain.harness import Story
from tests.domain.world import (
    CIVIL_COORDINATOR,
    COMMUNITY_WORKER,
    DISPATCHER,
    HOUSING,
    HOUSING_COORDINATOR,
    LONG_AGO,
    SHIPAI,
    SHIPAI_COMMITTEE,
    acting,
)


def also(rules: Rules, who: str, role: Role, unit: str) -> Rules:
    """Return *rules* in which the person *who* holds *role* at *unit* too."""
    person = rules.people[who]
    grants = (*person.grants, Grant(role=role, unit=unit, since=LONG_AGO))
    return replace(
        rules, people={**rules.people, who: person.model_copy(update={"grants": grants})}
    )


Told = tuple[Story, BaseModel, By]

WANG = str(CIVIL_COORDINATOR.person)
AS_DISPATCHER = acting("Wang of civil affairs", Role.STREET_DISPATCHER, SHIPAI)
AS_WORKER = acting("Chen of Shipai", Role.COMMUNITY_WORKER, SHIPAI_COMMITTEE)


def reporter_verifies() -> Told:
    """Whoever reported the remedy now sits at the street."""
    rules = also(s.IN_TOWN, WANG, Role.STREET_DISPATCHER, SHIPAI)
    return s.verifying().under(rules), s.STRIKE, AS_DISPATCHER


def lead_verifies() -> Told:
    """The office leads itself, and another of its people would verify."""
    housing = s.ADOPT.model_copy(update={"lead": HOUSING})
    record = s.RECORD.model_copy(update={"indicator": "PARKING"})
    story = s.unrecorded().does(record, COMMUNITY_WORKER).does(housing, DISPATCHER)
    story = story.does(c.PlanRemedy(measures="划线"), HOUSING_COORDINATOR)
    story = story.does(c.StartRemedy(), HOUSING_COORDINATOR).does(s.REPORT, HOUSING_COORDINATOR)
    colleague = str(CIVIL_COORDINATOR.person)
    rules = also(s.IN_TOWN, colleague, Role.DEPT_COORDINATOR, HOUSING)
    by = acting("Wang of civil affairs", Role.DEPT_COORDINATOR, HOUSING)
    return story.under(rules), s.STRIKE, by


def verifier_is_the_worker() -> Told:
    """The dispatcher who verifies names themselves as the community worker who was there."""
    who = str(DISPATCHER.person)
    rules = also(s.IN_TOWN, who, Role.COMMUNITY_WORKER, SHIPAI_COMMITTEE)
    return s.verifying().under(rules), s.STRIKE.model_copy(update={"worker": who}), DISPATCHER


def recorder_dismisses() -> Told:
    """The office's coordinator recorded it and would dismiss it."""
    return s.unrecorded().does(s.RECORD, HOUSING_COORDINATOR), s.DISMISS, HOUSING_COORDINATOR


DUTIES: dict[str, tuple[Callable[[], Told], str, object]] = {
    "not-own-work": (reporter_verifies, "another_person", authority.guards),
    "not-own-unit": (lead_verifies, "another_unit", authority.guards),
    "worker-on-spot": (verifier_is_the_worker, "worker_on_spot", decider),
    "not-own-work, dismissing": (recorder_dismisses, "another_person", decider.guards),
}


@pytest.mark.parametrize("duty", DUTIES)
def test_the_duty_is_separated(duty: str) -> None:
    tell, _, _ = DUTIES[duty]
    story, command, by = tell()
    story.when(command, by).then_refused(duty.partition(",")[0])


@pytest.mark.parametrize("duty", DUTIES)
def test_without_its_guard_the_duty_would_not_be_separated(
    duty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Switched off, the guard's own test above fails: nothing else stands in for it."""
    tell, guard, room = DUTIES[duty]
    story, command, by = tell()
    monkeypatch.setattr(room, guard, lambda *_, **__: None)
    try:
        story.when(command, by).go_on()
    except CommandRefused as refused:
        pytest.fail(f"still refused by {refused.rule}: another guard hides a fault in this one")


def test_every_rule_of_findings_is_pinned_by_a_test() -> None:
    texts = "".join(one.read_text("utf-8") for one in Path(__file__).parent.glob("test_*.py"))
    pinned = set(re.findall(r'"([a-z-]+)"', texts))
    assert set(REFUSAL_RULES) <= pinned
