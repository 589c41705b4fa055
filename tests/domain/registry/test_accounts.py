"""An empty registry is begun once; keys are a person's own, and prove it until withdrawn."""

from dataclasses import replace

import pytest
from pydantic import BaseModel

from domain.envelope import SYSTEM
from domain.people import Known, Role
from domain.registry.case import PERSON, UNIT
from domain.registry.commands import (
    AddAccountKey,
    BindIdentity,
    ChangeUnit,
    GrantRole,
    RegisterPerson,
    RegisterUnit,
    RevokeRole,
    UnbindIdentity,
    WithdrawAccountKey,
)
from domain.registry.facts import AccountKeyAdded, AccountKeyWithdrawn
from domain.rules import Rules
from domain.units import UnitKind
from tests.domain.harness import Story, given
from tests.domain.world import DISPATCHER, PEOPLE, REGISTRAR, RULES, SHIPAI, UNITS, sealed, uuid_of

STREAM = f"person/{uuid_of('a new colleague')}"
KEY = f"{STREAM}+0badcafe+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh"
REGISTER = RegisterPerson(name=sealed("a name", STREAM))
UNIT_OF_OURS = RegisterUnit(name="石牌街道", unit_kind=UnitKind.STREET_OFFICE, division="440106005")


def person(rules: object = RULES) -> Story:
    return replace(given(case=PERSON), stream=STREAM, speaker=REGISTRAR, rules=rules)


def registered() -> Story:
    return person().does(REGISTER, by=REGISTRAR)


def test_the_system_begins_an_empty_registry_and_nothing_more() -> None:
    nobody = replace(RULES, people={})
    begun = person(nobody).does(REGISTER, by=SYSTEM)
    begun.when(AddAccountKey(key=KEY), by=SYSTEM).then_refused("registry-begun")
    registrar = begun.does(GrantRole(role=Role.REGISTRAR, unit=SHIPAI), by=SYSTEM)
    registrar.does(AddAccountKey(key=KEY), by=SYSTEM)
    begun.when(GrantRole(role=Role.DPO, unit=SHIPAI), by=SYSTEM).then_refused("registry-begun")
    replace(given(case=UNIT), stream="unit/440106005-SO", rules=replace(RULES, units={})).does(
        UNIT_OF_OURS, by=SYSTEM
    )


@pytest.mark.parametrize("command", [REGISTER, UNIT_OF_OURS])
def test_once_begun_a_registrar_acts(command: BaseModel) -> None:
    case, stream = (UNIT, "unit/440106005-X") if command is UNIT_OF_OURS else (PERSON, STREAM)
    story = replace(given(case=case), stream=stream)
    story.when(command, by=SYSTEM).then_refused("registry-begun")
    story.does(command, by=REGISTRAR)


def test_the_system_neither_grants_nor_keys_where_somebody_holds_them() -> None:
    known = next(iter(PEOPLE.values()))
    keyed = replace(RULES, people={known.id: known.model_copy(update={"keyed": True})})
    registered().under(keyed).when(AddAccountKey(key=KEY), by=SYSTEM).then_refused("registry-begun")
    grant = GrantRole(role=Role.REGISTRAR, unit=SHIPAI)
    registered().when(grant, by=SYSTEM).then_refused("registry-begun")


def test_the_system_changes_nothing_in_the_registry() -> None:
    unit = replace(given(case=UNIT), stream=f"unit/{SHIPAI}").told()
    assert UNITS[SHIPAI]
    unit.does(UNIT_OF_OURS, by=REGISTRAR).when(
        ChangeUnit(name="新名", reason="更名"), by=SYSTEM
    ).then_refused("role-permitted")
    revoke = RevokeRole(role=Role.DEPT_STAFF, unit=SHIPAI, reason="调离")
    registered().does(GrantRole(role=Role.DEPT_STAFF, unit=SHIPAI), by=REGISTRAR).when(
        revoke, by=SYSTEM
    ).then_refused("role-permitted")


def _with_a_keyed_registrar() -> Rules:
    registrar = PEOPLE[str(REGISTRAR.person)]
    keyed = registrar.model_copy(update={"keys": ("another",), "keyed": True})
    return replace(RULES, people={**PEOPLE, keyed.id: keyed})


def test_a_key_is_taken_once_under_the_persons_own_name_and_withdrawn_with_a_reason() -> None:
    withdraw = WithdrawAccountKey(key=KEY, reason="遗失")
    (
        registered()
        .when(withdraw, by=REGISTRAR)
        .then_refused("account-key-unknown")
        .when(AddAccountKey(key=KEY), by=REGISTRAR)
        .then(AccountKeyAdded(key=KEY))
        .when(AddAccountKey(key=KEY), by=REGISTRAR)
        .then_refused("account-key-known")
        .when(withdraw, by=REGISTRAR)
        .then_refused("last-registrar-key")
        .under(_with_a_keyed_registrar())
        .when(withdraw, by=REGISTRAR)
        .then(AccountKeyWithdrawn(key=KEY, reason="遗失"))
    )
    foreign = KEY.replace(STREAM, REGISTRAR.person or "")
    registered().when(AddAccountKey(key=foreign), by=REGISTRAR).then_refused(
        "account-key-of-another"
    )
    person().when(AddAccountKey(key=KEY), by=REGISTRAR).then_refused("not-registered")


@pytest.mark.parametrize("known", [None, Known.LOCAL_OPERATOR])
def test_whoever_is_only_named_decides_about_nobody(known: Known | None) -> None:
    """What makes others believed takes proof: keys, and roles."""
    named = REGISTRAR.model_copy(update={"known": known})
    for command in (AddAccountKey(key=KEY), GrantRole(role=Role.DPO, unit=SHIPAI)):
        registered().when(command, by=named).then_refused("identity-proven")
    proven = REGISTRAR.model_copy(update={"known": Known.KEY})
    registered().does(AddAccountKey(key=KEY), by=proven)


def test_nobody_speaks_for_another_and_the_system_only_inside() -> None:
    for_another = REGISTRAR.model_copy(update={"on_behalf_of": DISPATCHER.person})
    person().when(REGISTER, by=for_another).then_refused("behalf-recorded")
    outside = SYSTEM.model_copy(update={"channel": "cli"})
    person().when(REGISTER, by=outside).then_refused("system-is-inside")


def test_an_identity_of_the_office_s_sign_on_is_one_person_s_until_it_is_unbound() -> None:
    identity = "0a1b2c3d" * 8
    bound = registered().does(BindIdentity(identity=identity), by=REGISTRAR)
    bound.when(BindIdentity(identity=identity), by=REGISTRAR).then_refused("identity-bound")
    elsewhere = next(iter(PEOPLE.values())).model_copy(update={"identities": (identity,)})
    taken = replace(RULES, people={**PEOPLE, elsewhere.id: elsewhere})
    other = person(taken).does(REGISTER, by=REGISTRAR)
    other.when(BindIdentity(identity=identity), by=REGISTRAR).then_refused("identity-bound")
    unbinding = UnbindIdentity(identity=identity, reason="离任")
    free = bound.does(unbinding, by=REGISTRAR)
    free.when(unbinding, by=REGISTRAR).then_refused("identity-not-bound")
