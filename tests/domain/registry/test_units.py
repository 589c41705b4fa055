"""A unit is entered once, changes with old and new value, and ends; registrars keep to their land.

Facts carry validity dates, so that the registry can be told as it stood at any instant.
"""

from dataclasses import replace

from domain.envelope import SYSTEM
from domain.people import Grant, Person, Role
from domain.registry.case import UNIT
from domain.registry.commands import ChangeUnit, CloseUnit, RegisterUnit
from domain.registry.facts import UnitChanged, UnitClosed, UnitRegistered
from domain.units import Unit, UnitKind
from tests.domain.harness import Story, given
from tests.domain.world import (
    DISPATCHER,
    MONDAY,
    PEOPLE,
    REGISTRAR,
    RULES,
    SHIPAI,
    WUSHAN,
    acting,
    on,
)

CODE = "440106007-SO"
NEW_STREET = RegisterUnit(
    name="沙河街道办事处", unit_kind=UnitKind.STREET_OFFICE, division="440106007"
)
UNIT_NOW = Unit(
    code=CODE,
    name="沙河街道办事处",
    kind=UnitKind.STREET_OFFICE,
    division="440106007",
    since=MONDAY,
)
SHIPAI_REGISTRAR = acting("Lin of Shipai", Role.REGISTRAR, SHIPAI)
RULES_WITH_STREET_REGISTRAR = replace(
    RULES,
    people={
        **PEOPLE,
        str(SHIPAI_REGISTRAR.person): Person(
            id=str(SHIPAI_REGISTRAR.person),
            name=None,
            grants=(Grant(role=Role.REGISTRAR, unit=SHIPAI, since=MONDAY),),
        ),
    },
)


def empty() -> Story:
    return replace(given(case=UNIT), stream=f"unit/{CODE}", speaker=REGISTRAR)


def registered() -> Story:
    return empty().does(NEW_STREET, by=REGISTRAR)


def test_a_unit_is_registered_from_now_on() -> None:
    """The stream names the code; without a date the unit is in force from the moment it is told."""
    (
        empty()
        .when(NEW_STREET, by=REGISTRAR)
        .then(UnitRegistered(unit=UNIT_NOW))
        .then_state("REGISTERED")
        .then_clocks()
    )


def test_the_system_fills_an_empty_registry() -> None:
    """An operator imports the first units before anybody is a registrar."""
    bare = replace(RULES, units={}, people={})
    empty().under(bare).when(NEW_STREET, by=SYSTEM).then(UnitRegistered)


def test_a_unit_is_registered_once() -> None:
    registered().when(NEW_STREET, by=REGISTRAR).then_refused("already-registered")


def test_a_dispatcher_registers_nothing() -> None:
    empty().when(NEW_STREET, by=DISPATCHER).then_refused("role-permitted")


def test_a_registrar_needs_the_role_in_the_registry() -> None:
    """Saying to be a registrar is not enough."""
    stranger = acting("nobody", Role.REGISTRAR, REGISTRAR.unit)
    empty().when(NEW_STREET, by=stranger).then_refused("role-held")


def test_a_registrar_names_the_unit_they_act_for() -> None:
    no_unit = acting("Lin of the registry", Role.REGISTRAR, None)
    empty().when(NEW_STREET, by=no_unit).then_refused("role-held")


def test_a_street_registrar_keeps_to_the_street() -> None:
    """Shipai's registrar cannot enter a unit of another street."""
    (
        empty()
        .under(RULES_WITH_STREET_REGISTRAR)
        .when(NEW_STREET, by=SHIPAI_REGISTRAR)
        .then_refused("division-covered")
    )


def test_a_street_registrar_enters_its_own_communities() -> None:
    community = RegisterUnit(
        name="石牌二居委会", unit_kind=UnitKind.RESIDENTS_COMMITTEE, division="440106005002"
    )
    (
        empty()
        .under(RULES_WITH_STREET_REGISTRAR)
        .when(community, by=SHIPAI_REGISTRAR)
        .then(UnitRegistered)
    )


def test_a_change_keeps_old_and_new() -> None:
    changed = UNIT_NOW.model_copy(update={"name": "沙河街道办"})
    (
        registered()
        .when(ChangeUnit(name="沙河街道办", reason="更正名称"), by=REGISTRAR)
        .then(UnitChanged(unit=changed, unit_before=UNIT_NOW, reason="更正名称"))
    )


def test_a_change_changes_something() -> None:
    (
        registered()
        .when(ChangeUnit(name="沙河街道办事处", reason="无"), by=REGISTRAR)
        .then_refused("nothing-changes")
    )


def test_an_unknown_unit_cannot_change_or_close() -> None:
    empty().when(ChangeUnit(name="无", reason="无"), by=REGISTRAR).then_refused("not-registered")
    empty().when(CloseUnit(until=on(6, 1), reason="无"), by=REGISTRAR).then_refused(
        "not-registered"
    )


def test_a_unit_moves_only_into_land_its_registrar_covers() -> None:
    community = RegisterUnit(
        name="石牌二居委会", unit_kind=UnitKind.RESIDENTS_COMMITTEE, division="440106005002"
    )
    (
        empty()
        .under(RULES_WITH_STREET_REGISTRAR)
        .does(community, by=SHIPAI_REGISTRAR)
        .when(ChangeUnit(division="440106006002", reason="划出"), by=SHIPAI_REGISTRAR)
        .then_refused("division-covered")
    )


def test_a_unit_closes_on_a_day_and_the_day_may_move() -> None:
    """Reforms are announced beforehand and sometimes put off."""
    (
        registered()
        .when(CloseUnit(until=on(7, 1), reason="机构改革"), by=REGISTRAR)
        .then(UnitClosed(until=on(7, 1), until_before=None, reason="机构改革"))
        .then_state("CLOSED")
        .when(CloseUnit(until=on(8, 1), reason="改革延后"), by=REGISTRAR)
        .then(UnitClosed(until=on(8, 1), until_before=on(7, 1), reason="改革延后"))
        .when(CloseUnit(until=on(8, 1), reason="重复"), by=REGISTRAR)
        .then_refused("nothing-changes")
    )


def test_a_unit_does_not_end_before_it_begins() -> None:
    (
        registered()
        .when(CloseUnit(until=on(1, 1), reason="误"), by=REGISTRAR)
        .then_refused("validity-runs-forward")
    )


def test_a_unit_that_is_gone_stays_as_it_was() -> None:
    gone = registered().does(CloseUnit(until=on(7, 1), reason="机构改革"), by=REGISTRAR)
    later = gone.at(on(7, 2))
    later.when(ChangeUnit(name="新名", reason="误"), by=REGISTRAR).then_refused("unit-closed")
    later.when(CloseUnit(until=on(9, 1), reason="误"), by=REGISTRAR).then_refused("unit-closed")


def test_office_texts_hold_no_personal_number() -> None:
    for text in ("电话13800138000", "证号44010619900307123X", "＋86 138-0013-8000"):
        (
            registered()
            .when(ChangeUnit(name="沙河街道办", reason=text), by=REGISTRAR)
            .then_refused("no-personal-data")
        )


def test_a_city_covers_its_districts_and_a_district_not_its_neighbour() -> None:
    """Division codes of cities and provinces end in zeros that stand for everything below."""

    def unit(division: str) -> Unit:
        return UNIT_NOW.model_copy(update={"division": division})

    assert unit("440000").covers("440106005001")
    assert unit("440100").covers("440106005")
    assert unit("440106").covers("440106")
    assert not unit("440100").covers("440300")
    assert not unit("440106").covers("440105001")
    assert not unit("440106005").covers("440106")
    assert WUSHAN in RULES.units
