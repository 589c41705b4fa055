"""Who plays which part: found in the registry, the same way in every run."""

import pytest

from demo.cast import Cast, NobodyThere
from demo.pairings import another, plans
from domain.people import Role
from tests.domain.world import (
    CIVIL_AFFAIRS,
    DISPATCHER,
    HEALTH,
    HOUSING,
    MARKET,
    MONDAY,
    POLICY,
    RETIRED_DISPATCHER,
    RULES,
    SHIPAI,
    SHIPAI_CENTER,
    SHIPAI_PLACE,
    WUSHAN,
)
from tests.journeys import sample

TOWN = Cast(RULES, POLICY, MONDAY)


def test_the_department_that_leads_comes_before_those_that_cooperate() -> None:
    assert TOWN.leading("ELDER") == [CIVIL_AFFAIRS, HEALTH]
    assert TOWN.handlers("ELDER")[:2] == [CIVIL_AFFAIRS, HEALTH]
    assert HOUSING in TOWN.handlers("ELDER")


def test_a_department_without_staff_is_given_no_task() -> None:
    """The market bureau of the test town has a coordinator only."""
    assert MARKET not in [unit.code for unit in TOWN.departments()]
    assert MARKET not in TOWN.handlers("MEAL")


def test_a_street_acts_for_its_own_places_only() -> None:
    assert TOWN.dispatcher(SHIPAI_PLACE).unit == SHIPAI
    assert TOWN.street_office(SHIPAI_PLACE) == SHIPAI
    assert TOWN.dispatcher("440106006001").unit == WUSHAN


def test_two_keys_are_turned_by_two_people() -> None:
    supervisor = TOWN.for_place(Role.SUPERVISOR, SHIPAI_PLACE)
    adjudicator = TOWN.for_place(Role.ADJUDICATOR, SHIPAI_PLACE, besides=supervisor.person)
    assert supervisor.person != adjudicator.person
    assert RULES.holds(supervisor.person, Role.SUPERVISOR, supervisor.unit, MONDAY)
    assert RULES.holds(adjudicator.person, Role.ADJUDICATOR, adjudicator.unit, MONDAY)


def test_who_retired_is_not_cast() -> None:
    cast = {part.person for part in TOWN.holders(Role.STREET_DISPATCHER, SHIPAI)}
    assert DISPATCHER.person in cast
    assert RETIRED_DISPATCHER.person not in cast


def test_a_part_nobody_holds_is_said_by_name() -> None:
    with pytest.raises(NobodyThere, match="CALLBACK_AGENT"):
        TOWN.at_unit(Role.CALLBACK_AGENT, SHIPAI)


def test_a_street_without_a_centre_is_not_paired() -> None:
    assert [street.center.code for street in TOWN.streets()] == [SHIPAI_CENTER]


def test_every_street_of_the_sample_pairs_with_departments_that_lead_its_categories() -> None:
    """Two to four departments each, and every claim lies in the claimer's own line."""
    cast = sample.cast()
    made = plans(cast, cast.streets())
    assert len(made) == 21
    for plan in made:
        assert 2 <= len(plan.departments) <= 4
        assert len(set(plan.departments)) == len(plan.departments)
        assert plan.categories
        assert cast.led_by(plan.departments[:1])
        assert set(cast.led_by(plan.departments)) == set(plan.categories)


def test_a_further_pairing_of_a_street_has_another_department() -> None:
    cast = sample.cast()
    for plan in plans(cast, cast.streets()):
        assert not set(another(cast, plan).departments) & set(plan.departments)
