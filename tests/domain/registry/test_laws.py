"""Laws of the registry: any commands in any order leave a book that reads the same again."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.calendar import CalendarDay, CalendarYear, Overlay
from domain.canonical import canonical
from domain.envelope import SYSTEM, Asked, Happened
from domain.people import Role
from domain.refusals import CommandRefused
from domain.registry import commands as c
from domain.registry.case import REGISTRY_CASES
from domain.registry.decider import KEPT_APART
from domain.registry.state import RegistryBook
from domain.units import UnitKind
from tests.domain.harness import Story
from tests.domain.world import (
    AUDITOR,
    CIVIL_AFFAIRS,
    DISPATCHER,
    DISSOLVED,
    DPO,
    MONDAY,
    POLICY,
    REGISTRAR,
    RULES,
    SHIPAI,
    STRANGER,
    YEAR_2026,
    YEAR_2027,
    on,
    sealed,
    uuid_of,
)

WHO = f"person/{uuid_of('somebody')}"
STREAMS = {
    "unit": "unit/440106007-SO",
    "person": WHO,
    "policy": f"policy/{POLICY.id}",
    "calendar": "calendar/CN",
    "subject": f"subject/{uuid_of('a resident')}",
    "notice": f"notice/{uuid_of('a notice')}",
}
texts = st.sampled_from(["理由", "打 13800138000"])
instants = st.sampled_from([on(1, 1), MONDAY, on(6, 1), on(9, 1)])
maybe = st.none() | instants
units = st.sampled_from([SHIPAI, CIVIL_AFFAIRS, DISSOLVED, "NO-SUCH"])
divisions = st.sampled_from(["440106007", "440106005", "440105001"])


def _year(is_off: bool) -> CalendarYear:
    day = CalendarDay(name="元旦", date=date(2027, 1, 1), isOffDay=is_off)
    return CalendarYear(year=2027, days=(day,))


def _overlay(name: str, is_off: bool) -> Overlay:
    day = CalendarDay(name=name, date=date(2026, 11, 6), isOffDay=is_off)
    return Overlay(division="440106", name=name, days=(day,), since=date(2026, 1, 1))


commands: st.SearchStrategy[tuple[str, BaseModel]] = st.one_of(
    st.tuples(
        st.just("unit"),
        st.builds(
            c.RegisterUnit,
            name=texts,
            unit_kind=st.sampled_from(UnitKind),
            division=divisions,
            since=maybe,
        )
        | st.builds(
            c.ChangeUnit, name=st.none() | texts, division=st.none() | divisions, reason=texts
        )
        | st.builds(c.CloseUnit, until=instants, reason=texts),
    ),
    st.tuples(
        st.just("person"),
        st.builds(c.RegisterPerson, name=st.sampled_from([sealed("n", WHO), sealed("n")]))
        | st.builds(c.GrantRole, role=st.sampled_from(Role), unit=units, since=maybe, until=maybe)
        | st.builds(c.RevokeRole, role=st.sampled_from(Role), unit=units, reason=texts),
    ),
    st.tuples(
        st.just("policy"),
        st.builds(
            c.PublishPolicy,
            policy=st.sampled_from([POLICY, POLICY.model_copy(update={"basis": ("新规",)})]),
        ),
    ),
    st.tuples(
        st.just("calendar"),
        st.builds(
            c.PublishCalendarYear,
            year=st.sampled_from([YEAR_2026, YEAR_2027, _year(True), _year(False)]),
            reason=st.none() | texts,
        )
        | st.builds(
            c.PublishOverlay,
            overlay=st.builds(_overlay, st.sampled_from(["甲", "乙"]), st.booleans()),
            reason=st.none() | texts,
        ),
    ),
    st.tuples(st.just("subject"), st.builds(c.RecordErasure, basis=texts)),
    st.tuples(st.just("subject"), st.builds(c.RefuseErasure, reason=texts)),
    st.tuples(
        st.just("subject"),
        st.builds(c.RequestErasure, case=st.just(f"task/{uuid_of('a task')}")),
    ),
    st.tuples(
        st.just("notice"),
        st.builds(
            c.RecordDelivery,
            notice=st.sampled_from(["a", "b"]),
            to=st.just(f"unit/{SHIPAI}"),
            template=st.just("t"),
            channel=st.just("smtp"),
            outcome=st.sampled_from(c.Outcome),
            attempt=st.integers(1, 3),
        ),
    ),
)
people = st.sampled_from([SYSTEM, SYSTEM, REGISTRAR, REGISTRAR, DPO, DISPATCHER, AUDITOR, STRANGER])
paths = st.lists(st.tuples(commands, people), max_size=30)


def play(path: Any) -> dict[str, Story]:
    """Play a path over all streams; anything but a refusal by rule fails the test."""
    stories = {
        category: replace(Story(case), stream=STREAMS[category])
        for category, case in REGISTRY_CASES.items()
    }
    now = MONDAY
    for (category, command), by in path:
        now += timedelta(days=1)
        story = stories[category].at(now)
        asked = Asked(story.stream, now, by, f"ask-{now}", command, now)
        before = story.state
        try:
            facts = story.case.decide(before, asked, RULES)
        except CommandRefused:
            assert story.state == before
            continue
        assert len(facts) == 1
        stories[category] = story.told(*facts, by=by)
    return stories


@settings(max_examples=150)
@given(paths)
def test_replaying_the_book_gives_the_registry_people_saw(path: Any) -> None:
    for story in play(path).values():
        replayed = story.case.initial
        for happened in story.facts:
            written = canonical(happened.fact.model_dump(mode="json", exclude={"kind"}))
            fact = story.case.facts.validate_python(
                {"kind": happened.fact.kind, **json.loads(written)}
            )
            read = Happened(fact, happened.at, happened.occurred_at, happened.by)
            replayed = story.case.evolve(replayed, read)
        assert replayed == story.state


@settings(max_examples=100)
@given(paths)
def test_the_book_agrees_with_every_stream(path: Any) -> None:
    stories = play(path)
    book = RegistryBook()
    for story in stories.values():
        for happened in story.facts:
            book.apply(story.stream, happened.fact, happened.at)
    rules = book.rules(0, POLICY.id)
    unit, person = stories["unit"].state, stories["person"].state
    assert list(rules.units.values()) == ([unit.unit] if hasattr(unit, "unit") else [])
    assert [one.grants for one in rules.people.values()] == (
        [person.grants] if hasattr(person, "grants") else []
    )
    packs_count = stories["policy"].facts and stories["calendar"].state.years
    assert set(rules.policies) == ({POLICY.id} if packs_count else set())


@settings(max_examples=100)
@given(paths)
def test_offices_that_are_kept_apart_never_stand_together(path: Any) -> None:
    person = play(path)["person"].state
    for held in getattr(person, "grants", ()):
        for other in person.grants:
            for day in range(0, 400, 7):
                at = MONDAY + timedelta(days=day)
                if held.stands(at) and other.stands(at):
                    assert other.role not in KEPT_APART.get(held.role, frozenset())
