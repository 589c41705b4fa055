"""The book makes the rules of every other case, and what it gave out never changes."""

from datetime import timedelta
from typing import Any

import pytest

from domain.envelope import SYSTEM, FactOutOfPlace
from domain.people import Grant, Role
from domain.refusals import CommandRefused
from domain.registry.facts import (
    CalendarYearPublished,
    NoticeDelivered,
    PersonRegistered,
    PolicyPublished,
    RoleGranted,
    RoleRevoked,
    SubjectErased,
    UnitChanged,
    UnitClosed,
    UnitRegistered,
)
from domain.registry.state import RegistryBook
from tests.domain.world import (
    MONDAY,
    POLICY,
    RULES,
    SHIPAI,
    UNITS,
    YEAR_2026,
    YEAR_2027,
    Town,
    on,
    sealed,
    uuid_of,
)

WHO = f"person/{uuid_of('a colleague')}"
NAME = sealed("a name", WHO)
STAFF = Grant(role=Role.DEPT_STAFF, unit=SHIPAI, since=MONDAY)
PACK = PolicyPublished(policy=POLICY, version=POLICY.version, version_before=None)
YEAR = CalendarYearPublished(year=YEAR_2026, revision=1, reason=None)


def a_book() -> RegistryBook:
    book = RegistryBook()
    book.apply(f"unit/{SHIPAI}", UnitRegistered(unit=UNITS[SHIPAI]), MONDAY)
    book.apply(WHO, PersonRegistered(name=NAME, phone=None), MONDAY)
    book.apply(WHO, RoleGranted(grant=STAFF), MONDAY)
    book.apply("policy/town", PACK, MONDAY)
    book.apply("calendar/CN", YEAR, MONDAY)
    return book


def test_the_book_makes_the_rules() -> None:
    town = Town()
    rules = a_book().rules(seen=4, default_policy="town", neighbours=town)
    assert rules.unit(SHIPAI, MONDAY) == UNITS[SHIPAI]
    assert rules.holds(WHO, Role.DEPT_STAFF, SHIPAI, MONDAY)
    assert rules.under(None).version == POLICY.version
    assert (rules.seen, rules.neighbours) == (4, town)
    expected = RULES.under("town").deadline("5wd", MONDAY)
    assert rules.under("town").deadline("5wd", MONDAY) == expected


def test_rules_given_out_never_change() -> None:
    """A decision is judged by the registry it had seen, whatever is published meanwhile."""
    book = a_book()
    before = book.rules(4, "town")
    closed = UnitClosed(until=on(7, 1), until_before=None, reason="机构改革")
    book.apply(f"unit/{SHIPAI}", closed, MONDAY)
    revoked = RoleRevoked(
        role=STAFF.role, unit=STAFF.unit, until=MONDAY, grants_before=(STAFF,), reason="调离"
    )
    book.apply(WHO, revoked, MONDAY)
    book.apply(
        "calendar/CN", CalendarYearPublished(year=YEAR_2027, revision=1, reason=None), MONDAY
    )
    after = book.rules(7, "town")
    assert before.unit(SHIPAI, on(8, 1)).until is None
    assert before.holds(WHO, Role.DEPT_STAFF, SHIPAI, on(8, 1))
    assert before.under(None).deadline("20wd", on(12, 20)).provisional
    with pytest.raises(CommandRefused):
        after.unit(SHIPAI, on(8, 1))
    assert not after.holds(WHO, Role.DEPT_STAFF, SHIPAI, on(8, 1))
    assert not after.under(None).deadline("20wd", on(12, 20)).provisional


def test_a_changed_unit_replaces_the_old_one() -> None:
    book = a_book()
    changed = UNITS[SHIPAI].model_copy(update={"name": "石牌街道办"})
    fact = UnitChanged(unit=changed, unit_before=UNITS[SHIPAI], reason="更正")
    book.apply(f"unit/{SHIPAI}", fact, MONDAY)
    assert book.units[SHIPAI].name == "石牌街道办"


def test_a_pack_counts_once_its_calendar_is_published() -> None:
    book = RegistryBook()
    book.apply("policy/town", PACK, MONDAY)
    with pytest.raises(CommandRefused) as refused:
        book.rules(0, "town").under(None)
    assert refused.value.rule == "policy-unknown"
    book.apply("calendar/CN", YEAR, MONDAY)
    assert book.rules(1, "town").under(None).policy == POLICY


def test_packs_and_calendars_are_made_once_per_version() -> None:
    book = a_book()
    first = book.rules(4, "town")
    book.apply(f"unit/{SHIPAI}", UnitRegistered(unit=UNITS[SHIPAI]), MONDAY)
    assert book.rules(5, "town").policies is first.policies


def test_receipts_and_erasures_change_no_rule() -> None:
    book = a_book()
    town = Town()
    before = book.rules(4, "town", town)
    told = NoticeDelivered(
        notice="n/1", to=f"unit/{SHIPAI}", template="t", channel="c", detail=None, attempt=1
    )
    book.apply(f"notice/{uuid_of('n')}", told, MONDAY)
    book.apply(f"subject/{uuid_of('s')}", SubjectErased(basis="依法"), MONDAY)
    assert book.rules(4, "town", town) == before


def test_the_book_knows_where_to_reach_a_person() -> None:
    book = a_book()
    known = book.person(WHO)
    assert known is not None
    assert known.name == NAME
    assert book.person(f"person/{uuid_of('nobody')}") is None


def test_thousands_of_facts_are_taken_in_order() -> None:
    """Alternating facts and questions still copies each table once per question at most."""
    book = a_book()
    for number in range(3000):
        code = f"U-{number}"
        unit = UNITS[SHIPAI].model_copy(update={"code": code, "since": MONDAY})
        book.apply(f"unit/{code}", UnitRegistered(unit=unit), MONDAY + timedelta(seconds=number))
    assert len(book.rules(3004, "town").units) == 3001
    assert book.calendars["CN"].year(2026) == (YEAR_2026, 1)
    assert book.policies["town"] == POLICY
    assert list(book.people) == [WHO]
    assert SYSTEM.person is None


@pytest.mark.parametrize(
    ("stream", "fact"),
    [
        (f"unit/{SHIPAI}", UnitClosed(until=MONDAY, until_before=None, reason="无")),
        (WHO, RoleGranted(grant=STAFF)),
    ],
)
def test_a_fact_without_its_registration_is_noticed(stream: str, fact: Any) -> None:
    """A hole in the book is never passed over."""
    with pytest.raises(FactOutOfPlace):
        RegistryBook().apply(stream, fact, MONDAY)
