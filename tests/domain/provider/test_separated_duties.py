"""Nobody decides on their own work: each guard switched off once, and the test that must catch it.

The last test holds this folder to its promise: every rule that can refuse is pinned by a test.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain import guards
from domain.envelope import By
from domain.people import Grant, Role
from domain.provider import commands as c
from domain.provider.refusal_rules import REFUSAL_RULES
from domain.refusals import CommandRefused
from domain.rules import Rules
from tests.domain.harness import Story
from tests.domain.provider import stories as s
from tests.domain.world import (
    ADJUDICATOR,
    AGENT,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    LONG_AGO,
    SUPERVISION_OFFICE,
    SUPERVISOR,
    acting,
)

Told = tuple[Story, BaseModel, By]


def also(rules: Rules, by: By) -> Rules:
    """Return *rules* in which this person holds this role at this unit too."""
    person = rules.people[str(by.person)]
    grant = Grant(role=by.role, unit=str(by.unit), since=LONG_AGO)
    known = person.model_copy(update={"grants": (*person.grants, grant)})
    return replace(rules, people={**rules.people, person.id: known})


def _with(story: Story, by: By) -> Story:
    return story.under(also(story.rules, by))


def verifier_admits() -> Told:
    """Whoever gave a verdict for the category is a coordinator, too, and would admit."""
    story = s.verifying()
    for item, by in s.VERDICTS:
        story = story.does(s.verdict(item), CIVIL_COORDINATOR if item.startswith("STAFF") else by)
    return story, s.ADMIT, CIVIL_COORDINATOR


def verifier_refuses() -> Told:
    story, _, by = verifier_admits()
    return story, c.RefuseProvider(ground="ITEM_NOT_MET", reason="无"), by


def applicant_admits() -> Told:
    """The coordinator applied for the body, and would admit it."""
    story = s.applied(CIVIL_COORDINATOR).does(c.TakeUpApplication(), s.SECOND_CIVIL)
    for item, by in s.VERDICTS:
        story = story.does(s.verdict(item), by)
    return story, s.ADMIT, CIVIL_COORDINATOR


def warner_confirms() -> Told:
    return s.rectifying(), c.ConfirmRectification(evidence="合格"), CIVIL_COORDINATOR


def warner_finds_it_lacking() -> Told:
    return s.rectifying(), c.RefuseRectification(reason="不全"), CIVIL_COORDINATOR


def submitter_confirms() -> Told:
    """The office that applied for it reports the rectification, and would confirm it."""
    story = s.applied(CIVIL_COORDINATOR).does(c.TakeUpApplication(), s.SECOND_CIVIL)
    for item, by in s.VERDICTS:
        story = story.does(s.verdict(item), by)
    story = story.does(s.ADMIT, s.SECOND_CIVIL).does(s.WARN, s.SECOND_CIVIL)
    story = story.does(s.SUBMIT, CIVIL_COORDINATOR)
    return story, c.ConfirmRectification(evidence="合格"), CIVIL_COORDINATOR


def both_keys_in_one_hand() -> Told:
    """The coordinator who ordered it is a supervisor, too."""
    by = acting("Wang of civil affairs", Role.SUPERVISOR, SUPERVISION_OFFICE)
    return _with(s.order_given(), by), c.CountersignExit(), by


def both_keys_in_one_unit() -> Told:
    """The department that ordered it has a supervisor of its own."""
    by = acting("Guo who supervises", Role.SUPERVISOR, CIVIL_AFFAIRS)
    return _with(s.order_given(), by), c.CountersignExit(), by


def orderer_hears_the_appeal() -> Told:
    by = acting("Wang of civil affairs", Role.ADJUDICATOR, SUPERVISION_OFFICE)
    return _with(s.order_appealed(), by), c.UpholdMeasure(reason="无"), by


def countersigner_hears_the_appeal() -> Told:
    by = acting("Guo who supervises", Role.ADJUDICATOR, SUPERVISION_OFFICE)
    return _with(s.order_appealed(), by), c.UpholdMeasure(reason="无"), by


def warner_hears_the_appeal() -> Told:
    by = acting("Wang of civil affairs", Role.ADJUDICATOR, SUPERVISION_OFFICE)
    return _with(s.warning_appealed(), by), c.LiftMeasure(reason="无"), by


def unit_of_the_warning_hears_the_appeal() -> Told:
    by = acting("Feng who decides", Role.ADJUDICATOR, CIVIL_AFFAIRS)
    return _with(s.warning_appealed(), by), c.LiftMeasure(reason="无"), by


DUTIES: dict[str, tuple[Callable[[], Told], str, str]] = {
    "verifier admits": (verifier_admits, "another_person", "not-own-work"),
    "verifier refuses": (verifier_refuses, "another_person", "not-own-work"),
    "applicant admits": (applicant_admits, "another_person", "not-own-work"),
    "warner confirms": (warner_confirms, "another_person", "not-own-work"),
    "warner finds it lacking": (warner_finds_it_lacking, "another_person", "not-own-work"),
    "submitter confirms": (submitter_confirms, "another_person", "not-own-work"),
    "both keys in one hand": (both_keys_in_one_hand, "another_person", "not-own-work"),
    "both keys in one unit": (both_keys_in_one_unit, "another_unit", "not-own-unit"),
    "orderer hears": (orderer_hears_the_appeal, "another_person", "not-own-work"),
    "countersigner hears": (countersigner_hears_the_appeal, "another_person", "not-own-work"),
    "warner hears": (warner_hears_the_appeal, "another_person", "not-own-work"),
    "unit hears": (unit_of_the_warning_hears_the_appeal, "another_unit", "not-own-unit"),
}


@pytest.mark.parametrize("duty", DUTIES)
def test_the_duty_is_separated(duty: str) -> None:
    tell, _, rule = DUTIES[duty]
    story, command, by = tell()
    story.when(command, by).then_refused(rule)


@pytest.mark.parametrize("duty", DUTIES)
def test_without_its_guard_the_duty_would_not_be_separated(
    duty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Switched off, the guard's own test above fails: nothing else stands in for it."""
    tell, guard, _ = DUTIES[duty]
    story, command, by = tell()
    monkeypatch.setattr(guards, guard, lambda *_, **__: None)
    try:
        story.when(command, by).go_on()
    except CommandRefused as refused:
        pytest.fail(f"still refused by {refused.rule}: another guard hides a fault in this one")


def test_somebody_else_always_may() -> None:
    """The same acts by other hands are heard: the guards refuse hands, not acts."""
    s.order_given().does(c.CountersignExit(), SUPERVISOR)
    s.order_appealed().does(c.UpholdMeasure(reason="无"), ADJUDICATOR)
    s.rectifying().does(c.ConfirmRectification(evidence="合格"), s.SECOND_CIVIL)
    s.warned().does(s.SUBMIT, AGENT)


def test_every_rule_of_providers_is_pinned_by_a_test() -> None:
    texts = "".join(one.read_text("utf-8") for one in Path(__file__).parent.glob("test_*.py"))
    pinned = set(re.findall(r'"([a-z-]+)"', texts))
    assert set(REFUSAL_RULES) <= pinned
