"""Separated duties of a programme: nobody decides on their own draft, scores or verdicts.

Each guard is switched off once: the test of it must then fail, or it would prove nothing. The last
test holds this folder to its promise: every rule that can refuse is pinned by a test.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain import guards
from domain.people import Role
from domain.programme import assessing, calling, selecting
from domain.programme import commands as c
from domain.programme import facts as f
from domain.programme.refusal_rules import REFUSAL_RULES
from tests.domain.programme import stories as s
from tests.domain.world import (
    AUTHORITY,
    CIVIL_COORDINATOR,
    DISPATCHER,
    HOUSING,
    HOUSING_COORDINATOR,
    ORGANIZATION,
    SHIPAI_COMMITTEE,
    SHIPAI_PLACE,
    WUSHAN_DISPATCHER,
    WUSHAN_PLACE,
    acting,
)

DRAFTER_WHO_DECIDES = acting("Sun of housing", Role.PARTY_AUTHORITY, ORGANIZATION)
SCORER_WHO_DECIDES = acting("Wang of civil affairs", Role.PARTY_AUTHORITY, ORGANIZATION)
ASSESSOR = acting("Zhong of housing", Role.DEPT_COORDINATOR, HOUSING)
ASSESSOR_WHO_DECIDES = acting("Zhong of housing", Role.PARTY_AUTHORITY, ORGANIZATION)
IN_COMMITTEE = acting("Wang of civil affairs", Role.COMMUNITY_WORKER, SHIPAI_COMMITTEE)


def the_drafter_does_not_open_the_call() -> None:
    story = s.draft().under(s.also(s.IN_TOWN, DRAFTER_WHO_DECIDES))
    story.when(c.OpenCall(), DRAFTER_WHO_DECIDES).then_refused("drafter-does-not-approve")


def who_revised_the_draft_does_not_open_the_call() -> None:
    """Another hand of the same department is a drafter from then on."""
    rules = s.also(s.IN_TOWN, ASSESSOR, ASSESSOR_WHO_DECIDES)
    story = s.draft().under(rules).does(s.REVISION, ASSESSOR)
    story.when(c.OpenCall(), ASSESSOR_WHO_DECIDES).then_refused("drafter-does-not-approve")


def the_drafter_does_not_select() -> None:
    story = s.scored().under(s.also(s.IN_TOWN, DRAFTER_WHO_DECIDES))
    story.when(s.SELECTION, DRAFTER_WHO_DECIDES).then_refused("drafter-does-not-approve")


def the_drafter_does_not_extend() -> None:
    story = s.assessed().under(s.also(s.IN_TOWN, DRAFTER_WHO_DECIDES))
    story.when(s.EXTENSION, DRAFTER_WHO_DECIDES).then_refused("drafter-does-not-approve")


def who_scored_does_not_select() -> None:
    story = s.scored().under(s.also(s.IN_TOWN, SCORER_WHO_DECIDES))
    story.when(s.SELECTION, SCORER_WHO_DECIDES).then_refused("not-own-work")


def who_assessed_does_not_extend() -> None:
    story = s.assessing().under(s.also(s.IN_TOWN, ASSESSOR, ASSESSOR_WHO_DECIDES))
    for place in (SHIPAI_PLACE, WUSHAN_PLACE):
        story = story.does(c.AssessCommunity(community=place), ASSESSOR)
    story.when(s.EXTENSION, ASSESSOR_WHO_DECIDES).then_refused("not-own-work")


def no_street_scores_its_own() -> None:
    mark = s.scoring(WUSHAN_PLACE, 90, 80, 70)
    s.selecting().when(mark, WUSHAN_DISPATCHER).then_refused("reviewer-of-street")


def whoever_serves_in_the_street_as_well_does_not_score_it() -> None:
    """A hat in the street's committee counts, whichever hat is worn."""
    story = s.selecting().under(s.also(s.IN_TOWN, IN_COMMITTEE))
    mark = s.scoring(SHIPAI_PLACE, 90, 80, 70)
    story.when(mark, CIVIL_COORDINATOR).then_refused("reviewer-of-street")


def a_street_applies_for_no_other() -> None:
    s.calling().when(s.applying(WUSHAN_PLACE), DISPATCHER).then_refused("named-unit-only")


def only_the_lead_assesses() -> None:
    assess = c.AssessCommunity(community=SHIPAI_PLACE)
    s.assessing().when(assess, CIVIL_COORDINATOR).then_refused("named-unit-only")


def _nothing(*given: Any) -> None:
    """Say nothing, as a guard that was forgotten does."""


def _anybody(asked: Any, units: Any, rules: Any) -> str:
    return next(iter(units))


def _decides(asked: Any, body: Any, rules: Any) -> str:
    return str(asked.by.unit)


GUARDS: dict[str, tuple[Callable[[], None], Any, str, Callable[..., Any]]] = {
    "open": (the_drafter_does_not_open_the_call, calling, "deciding", _decides),
    "revise": (who_revised_the_draft_does_not_open_the_call, calling, "deciding", _decides),
    "select": (the_drafter_does_not_select, selecting, "deciding", _decides),
    "extend": (the_drafter_does_not_extend, assessing, "deciding", _decides),
    "scorer": (who_scored_does_not_select, guards, "another_person", _nothing),
    "assessor": (who_assessed_does_not_extend, guards, "another_person", _nothing),
    "street": (no_street_scores_its_own, selecting, "_not_of_street", _nothing),
    "committee": (
        whoever_serves_in_the_street_as_well_does_not_score_it,
        selecting,
        "_not_of_street",
        _nothing,
    ),
    "applicant": (a_street_applies_for_no_other, guards, "acting_for", _anybody),
    "lead": (only_the_lead_assesses, guards, "acting_for", _anybody),
}


@pytest.mark.parametrize("name", GUARDS)
def test_duties_are_separated(name: str) -> None:
    GUARDS[name][0]()


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_that_is_switched_off_is_noticed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, where, guard, instead = GUARDS[name]
    monkeypatch.setattr(where, guard, instead)
    with pytest.raises((pytest.fail.Exception, AssertionError)):
        claim()


def test_another_person_of_the_lead_may_assess_and_another_authority_extend() -> None:
    story = s.assessing().under(s.also(s.IN_TOWN, ASSESSOR))
    told = story.when(c.AssessCommunity(community=SHIPAI_PLACE), ASSESSOR)
    told.then(f.CommunityAssessed)
    s.assessed().when(s.EXTENSION, AUTHORITY).then(f.ProgrammeExtended)
    assert HOUSING_COORDINATOR.person in s.assessed().state.body.assessors


def test_every_rule_of_a_programme_is_pinned_by_a_test() -> None:
    here = Path(__file__).parent
    told = "".join(path.read_text("utf-8") for path in here.glob("test_*.py"))
    pinned = set(re.findall(r'then_refused\(\s*"([a-z0-9-]+)"', told))
    assert set(REFUSAL_RULES) - pinned == set()
