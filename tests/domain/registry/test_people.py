"""People get roles from others, with validity; three offices are kept apart."""

from dataclasses import replace

import pytest

from domain.envelope import SYSTEM
from domain.people import Grant, Role
from domain.registry.case import PERSON
from domain.registry.commands import GrantRole, RegisterPerson, RevokeRole
from domain.registry.decider import KEPT_APART
from domain.registry.facts import PersonRegistered, RoleGranted, RoleRevoked
from tests.domain.harness import Story, given
from tests.domain.world import (
    CIVIL_AFFAIRS,
    DISSOLVED,
    MONDAY,
    REGISTRAR,
    RULES,
    SHIPAI,
    STRANGER,
    on,
    sealed,
    task_id,
    uuid_of,
)

STREAM = f"person/{uuid_of('a new colleague')}"
NAME, PHONE = sealed("a name", STREAM), sealed("a number", STREAM)


def empty() -> Story:
    return replace(given(case=PERSON), stream=STREAM, speaker=REGISTRAR)


def registered() -> Story:
    return empty().does(RegisterPerson(name=NAME, phone=PHONE), by=REGISTRAR)


def holding(role: Role, unit: str = SHIPAI) -> Story:
    return registered().does(GrantRole(role=role, unit=unit), by=REGISTRAR)


def test_a_person_is_registered_once_with_sealed_name_and_number() -> None:
    (
        empty()
        .when(RegisterPerson(name=NAME, phone=PHONE), by=REGISTRAR)
        .then(PersonRegistered(name=NAME, phone=PHONE))
        .then_state("REGISTERED")
        .when(RegisterPerson(name=NAME), by=REGISTRAR)
        .then_refused("already-registered")
    )


def test_a_name_lies_under_the_persons_own_key() -> None:
    """Under another key it would outlive the erasure of this person."""
    foreign = sealed("a name", task_id("another case"))
    empty().when(RegisterPerson(name=foreign), by=REGISTRAR).then_refused("sealed-under-own-key")
    empty().when(RegisterPerson(name=NAME, phone=foreign), by=REGISTRAR).then_refused(
        "sealed-under-own-key"
    )


def test_only_registrars_and_the_system_register_people() -> None:
    empty().when(RegisterPerson(name=NAME), by=STRANGER).then_refused("role-permitted")
    bare = replace(RULES, people={})
    empty().under(bare).when(RegisterPerson(name=NAME), by=SYSTEM).then(PersonRegistered)


def test_a_role_is_granted_with_its_validity() -> None:
    (
        registered()
        .when(GrantRole(role=Role.DEPT_STAFF, unit=CIVIL_AFFAIRS), by=REGISTRAR)
        .then(RoleGranted(grant=Grant(role=Role.DEPT_STAFF, unit=CIVIL_AFFAIRS, since=MONDAY)))
    )
    until = GrantRole(role=Role.DEPT_STAFF, unit=CIVIL_AFFAIRS, since=on(6, 1), until=on(12, 1))
    granted = registered().when(until, by=REGISTRAR).then(RoleGranted).last(RoleGranted).grant
    assert not granted.stands(on(5, 31))
    assert granted.stands(on(6, 1))
    assert not granted.stands(on(12, 1))


def test_nobody_grants_a_role_to_themselves() -> None:
    own = replace(
        given(PersonRegistered(name=NAME, phone=None), case=PERSON), stream=str(REGISTRAR.person)
    )
    own.when(GrantRole(role=Role.DEPT_STAFF, unit=SHIPAI), by=REGISTRAR).then_refused("own-role")


def test_a_grant_needs_a_person_and_a_unit_in_force() -> None:
    grant = GrantRole(role=Role.DEPT_STAFF, unit=SHIPAI)
    empty().when(grant, by=REGISTRAR).then_refused("not-registered")
    registered().when(grant.model_copy(update={"unit": "NO-SUCH"}), by=REGISTRAR).then_refused(
        "unit-unknown"
    )
    registered().when(grant.model_copy(update={"unit": DISSOLVED}), by=REGISTRAR).then_refused(
        "unit-unknown"
    )


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.SYSTEM])
def test_nobody_is_made_a_resident_or_the_system(role: Role) -> None:
    registered().when(GrantRole(role=role, unit=SHIPAI), by=REGISTRAR).then_refused(
        "role-not-grantable"
    )


def test_a_grant_runs_forward() -> None:
    backwards = GrantRole(role=Role.DEPT_STAFF, unit=SHIPAI, since=on(6, 1), until=on(6, 1))
    registered().when(backwards, by=REGISTRAR).then_refused("validity-runs-forward")


def test_a_role_is_held_once_at_a_time() -> None:
    again = GrantRole(role=Role.DEPT_STAFF, unit=SHIPAI, since=on(6, 1))
    holding(Role.DEPT_STAFF).when(again, by=REGISTRAR).then_refused("role-already-held")


@pytest.mark.parametrize(
    ("held", "wanted"), [(held, other) for held, others in KEPT_APART.items() for other in others]
)
def test_offices_that_watch_are_kept_apart_from_those_that_act(held: Role, wanted: Role) -> None:
    """An auditor or data protection officer does not dispatch, coordinate or handle."""
    (
        holding(held)
        .when(GrantRole(role=wanted, unit=CIVIL_AFFAIRS), by=REGISTRAR)
        .then_refused("roles-kept-apart")
    )


def test_every_pair_that_is_kept_apart_is_so_in_both_orders() -> None:
    for role, others in KEPT_APART.items():
        assert all(role in KEPT_APART[other] for other in others)


def test_offices_are_apart_in_time_too() -> None:
    """Who was a dispatcher may become an auditor once the first role has ended."""
    (
        registered()
        .does(GrantRole(role=Role.STREET_DISPATCHER, unit=SHIPAI, until=on(6, 1)), by=REGISTRAR)
        .when(GrantRole(role=Role.AUDITOR, unit=SHIPAI, since=on(6, 1)), by=REGISTRAR)
        .then(RoleGranted)
    )


def test_a_revoked_role_ends_now() -> None:
    story = holding(Role.DEPT_STAFF).after(days=1)
    revoke = RevokeRole(role=Role.DEPT_STAFF, unit=SHIPAI, reason="调离")
    before = Grant(role=Role.DEPT_STAFF, unit=SHIPAI, since=MONDAY)
    after = story.when(revoke, by=REGISTRAR).then(
        RoleRevoked(
            role=Role.DEPT_STAFF,
            unit=SHIPAI,
            until=story.now,
            grants_before=(before,),
            reason="调离",
        )
    )
    assert after.state.grants == (before.model_copy(update={"until": story.now}),)
    after.after(hours=1).when(revoke, by=REGISTRAR).then_refused("role-not-granted")


def test_revoking_reaches_a_grant_that_has_not_begun() -> None:
    story = registered().does(
        GrantRole(role=Role.DEPT_STAFF, unit=SHIPAI, since=on(9, 1)), by=REGISTRAR
    )
    revoked = story.does(RevokeRole(role=Role.DEPT_STAFF, unit=SHIPAI, reason="取消"), by=REGISTRAR)
    assert not any(grant.stands(on(9, 2)) for grant in revoked.state.grants)


def test_a_role_that_was_taken_back_can_be_given_again() -> None:
    again = (
        holding(Role.DEPT_STAFF)
        .does(RevokeRole(role=Role.DEPT_STAFF, unit=SHIPAI, reason="调离"), by=REGISTRAR)
        .after(days=30)
        .does(GrantRole(role=Role.DEPT_STAFF, unit=SHIPAI), by=REGISTRAR)
    )
    assert [grant.stands(again.now) for grant in again.state.grants] == [False, True]


def test_what_was_never_granted_cannot_be_revoked() -> None:
    revoke = RevokeRole(role=Role.DEPT_STAFF, unit=SHIPAI, reason="误")
    registered().when(revoke, by=REGISTRAR).then_refused("role-not-granted")
    empty().when(revoke, by=REGISTRAR).then_refused("not-registered")
