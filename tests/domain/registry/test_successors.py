"""Units and posts that end: what is open there is asked, and somebody goes on with it."""

from dataclasses import replace

from domain.people import Grant, Role
from domain.registry.case import PERSON, POLICY, UNIT
from domain.registry.commands import (
    ChangePerson,
    ChangeUnit,
    CloseUnit,
    PublishPolicy,
    RevokeRole,
)
from domain.registry.facts import (
    PersonChanged,
    PersonRegistered,
    PolicyPublished,
    RoleGranted,
    RoleRevoked,
    UnitChanged,
    UnitClosed,
    UnitRegistered,
)
from domain.rules import Rules
from tests.domain.harness import Story, given
from tests.domain.task.stories import master, pairing
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_STAFF,
    CIVIL_STAFF_2,
    DISPATCHER,
    DISPATCHER_WHO_HANDLES,
    HEALTH,
    LONG_AGO,
    MONDAY,
    ORGANIZATION,
    REGISTRAR,
    RULES,
    SECOND_DISPATCHER,
    SHIPAI,
    SHIPAI_CENTER,
    STRANGER,
    UNITS,
    WUSHAN,
    Town,
    on,
    sealed,
    terms,
    without,
)
from tests.domain.world import POLICY as PACK

WHY = "机构改革"
OPEN_TASK = Town(tasks=(master(),))
"""A task of Shipai in the hands of civil affairs."""


def unit(code: str, rules: Rules = RULES, town: Town | None = None) -> Story:
    known = rules if town is None else replace(rules, neighbours=town)
    story = replace(given(case=UNIT, rules=known), stream=f"unit/{code}", speaker=REGISTRAR)
    return story.told(UnitRegistered(unit=UNITS[code]))


def person(by: object, rules: Rules = RULES) -> Story:
    known = rules.people[str(by.person)]  # type: ignore[attr-defined]
    story = replace(given(case=PERSON, rules=rules), stream=known.id, speaker=REGISTRAR)
    told = story.told(PersonRegistered(name=sealed("a name", known.id), phone=None))
    return told.told(*(RoleGranted(grant=grant) for grant in known.grants))


def close(successor: str | None = None) -> CloseUnit:
    return CloseUnit(until=on(6, 1), successor=successor, reason=WHY)


def test_a_unit_with_open_tasks_names_who_succeeds_it() -> None:
    story = unit(CIVIL_AFFAIRS, town=OPEN_TASK)
    story.when(close(), REGISTRAR).then_refused("unit-still-needed")
    story.when(close(HEALTH), REGISTRAR).then(UnitClosed, successor=HEALTH, until=on(6, 1))
    unit(HEALTH).when(close(), REGISTRAR).then(UnitClosed, successor=None)


def test_a_successor_is_another_unit_of_its_kind_that_goes_on() -> None:
    story = unit(CIVIL_AFFAIRS, town=OPEN_TASK)
    for code in (CIVIL_AFFAIRS, SHIPAI, ORGANIZATION):
        story.when(close(code), REGISTRAR).then_refused("successor-of-its-kind")
    ending = UNITS[HEALTH].model_copy(update={"until": on(5, 20)})
    rules = replace(RULES, units={**UNITS, HEALTH: ending}, neighbours=OPEN_TASK)
    unit(CIVIL_AFFAIRS, rules).when(close(HEALTH), REGISTRAR).then_refused("successor-of-its-kind")


def test_a_party_of_an_open_pairing_is_replaced_there_first() -> None:
    story = unit(SHIPAI_CENTER, town=Town(pairings=(pairing(),)))
    parties = pairing().parties
    closing = unit(parties[0], town=Town(pairings=(pairing(),)))
    closing.when(close(), REGISTRAR).then_refused("unit-still-paired")
    assert SHIPAI_CENTER in parties or story.when(close(), REGISTRAR).then(UnitClosed)


def test_a_street_with_open_tasks_is_not_left_without_a_dispatcher() -> None:
    story = unit(SHIPAI, town=OPEN_TASK)
    story.when(close(), REGISTRAR).then_refused("place-left-alone")
    moved = ChangeUnit(division="440106009", reason=WHY)
    story.when(moved, REGISTRAR).then_refused("place-left-alone")
    story.when(close(WUSHAN), REGISTRAR).then(UnitClosed, successor=WUSHAN)
    unit(SHIPAI, town=Town()).when(moved, REGISTRAR).then(UnitChanged)


def test_the_last_dispatcher_of_a_place_with_open_tasks_is_replaced_first() -> None:
    """Whoever is left must be there for good; a deputy for some weeks is not enough."""
    rules = RULES
    for one in (SECOND_DISPATCHER, DISPATCHER_WHO_HANDLES[1]):
        left = without(rules, Role.STREET_DISPATCHER, SHIPAI).people[str(one.person)]
        rules = replace(rules, people={**rules.people, str(one.person): left})
    rules = replace(rules, neighbours=OPEN_TASK)
    revoke = RevokeRole(role=Role.STREET_DISPATCHER, unit=SHIPAI, reason="调离")
    person(DISPATCHER, rules).when(revoke, REGISTRAR).then_refused("place-left-alone")
    deputy = Grant(role=Role.STREET_DISPATCHER, unit=SHIPAI, since=LONG_AGO, until=on(7, 1))
    second = rules.people[str(SECOND_DISPATCHER.person)]
    with_deputy = {**rules.people, second.id: second.model_copy(update={"grants": (deputy,)})}
    story = person(DISPATCHER, replace(rules, people=with_deputy))
    story.when(revoke, REGISTRAR).then_refused("place-left-alone")
    idle = replace(rules, neighbours=Town())
    person(DISPATCHER, idle).when(revoke, REGISTRAR).then(RoleRevoked)


def test_whoever_goes_on_holds_the_same_role_there() -> None:
    revoke = RevokeRole(role=Role.DEPT_STAFF, unit=CIVIL_AFFAIRS, reason="调离")

    def to(by: object) -> RevokeRole:
        return revoke.model_copy(update={"successor": by.person})  # type: ignore[attr-defined]

    story = person(CIVIL_STAFF)
    for wrong in (CIVIL_STAFF, STRANGER, DISPATCHER):
        story.when(to(wrong), REGISTRAR).then_refused("successor-holds-role")
    after = story.when(to(CIVIL_STAFF_2), REGISTRAR).then(
        RoleRevoked, successor=CIVIL_STAFF_2.person
    )
    (ended,) = [grant for grant in after.state.grants if grant.role is Role.DEPT_STAFF]
    assert (ended.until, ended.successor) == (MONDAY, CIVIL_STAFF_2.person)


def test_a_fallback_that_open_tasks_rest_on_is_not_taken_out_of_the_pack() -> None:
    fallback = PACK.model_copy(update={"fallback": WUSHAN})
    nobody = without(RULES, Role.STREET_DISPATCHER, SHIPAI)
    rules = replace(nobody, policies={PACK.id: terms(fallback)}, neighbours=OPEN_TASK)
    story = replace(given(case=POLICY, rules=rules), stream=f"policy/{PACK.id}")
    story.when(PublishPolicy(policy=PACK), REGISTRAR).then_refused("place-left-alone")
    idle = story.under(replace(rules, neighbours=Town()))
    idle.when(PublishPolicy(policy=PACK), REGISTRAR).then(PolicyPublished)


def test_a_pack_that_ends_in_a_place_strands_nothing_there() -> None:
    """What was registered under it stays under it; only new needs are refused."""
    elsewhere = PACK.model_copy(update={"divisions": ("440105",)})
    story = replace(given(case=POLICY), stream=f"policy/{PACK.id}")
    story.under(replace(RULES, neighbours=OPEN_TASK)).when(
        PublishPolicy(policy=elsewhere), REGISTRAR
    ).then(PolicyPublished)


def test_a_persons_name_and_number_are_corrected_under_their_own_key() -> None:
    story = person(DISPATCHER)
    name = sealed("the right name", story.stream)
    changed = story.when(ChangePerson(name=name, reason="笔误"), REGISTRAR)
    after = changed.then(PersonChanged, name=name, phone=None)
    assert after.state.name == name
    story.when(ChangePerson(reason="笔误"), REGISTRAR).then_refused("nothing-changes")
    foreign = sealed("a name", str(CIVIL_STAFF.person))
    story.when(ChangePerson(name=foreign, reason="笔误"), REGISTRAR).then_refused(
        "sealed-under-own-key"
    )
    story.when(ChangePerson(name=name, reason="笔误"), DISPATCHER).then_refused("role-permitted")
    empty = replace(given(case=PERSON), stream=story.stream)
    empty.when(ChangePerson(name=name, reason="笔误"), REGISTRAR).then_refused("not-registered")
