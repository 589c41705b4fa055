"""An application is corrected, verified and decided (APPLIED, VERIFYING)."""

import pytest

from domain.provider import commands as c
from domain.provider import facts as f
from tests.domain.provider import stories as s
from tests.domain.world import (
    AGENT,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    HEALTH_COORDINATOR,
    HOUSING,
    HOUSING_COORDINATOR,
    MARKET,
    MARKET_COORDINATOR,
    SHIPAI_PLACE,
    on,
)


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
