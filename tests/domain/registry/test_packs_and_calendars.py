"""Packs and calendars are published as facts, revised with a reason, never the same twice."""

from dataclasses import replace
from datetime import date

from domain.calendar import CalendarDay, CalendarYear, Overlay
from domain.envelope import SYSTEM
from domain.registry.case import CALENDAR, POLICY
from domain.registry.commands import PublishCalendarYear, PublishOverlay, PublishPolicy
from domain.registry.facts import (
    CalendarOverlayPublished,
    CalendarYearPublished,
    PolicyPublished,
)
from tests.domain.harness import Story, given
from tests.domain.world import DISPATCHER, REGISTRAR, YEAR_2026, YEAR_2027
from tests.domain.world import POLICY as TOWN_POLICY

OTHER_2027 = CalendarYear(
    year=2027, days=(CalendarDay(name="元旦", date=date(2027, 1, 1), isOffDay=True),)
)
FAIR = Overlay(
    division="440106",
    name="区运动会",
    days=(CalendarDay(name="区运动会", date=date(2026, 11, 6), isOffDay=True),),
    since=date(2026, 1, 1),
)


def pack() -> Story:
    return replace(given(case=POLICY), stream=f"policy/{TOWN_POLICY.id}")


def calendar() -> Story:
    return replace(given(case=CALENDAR), stream="calendar/CN")


def test_a_pack_gets_its_version_from_its_content() -> None:
    changed = TOWN_POLICY.model_copy(update={"basis": ("穗府令191号", "实施细则")})
    story = (
        pack()
        .when(PublishPolicy(policy=TOWN_POLICY), by=REGISTRAR)
        .then(PolicyPublished(policy=TOWN_POLICY, version=TOWN_POLICY.version, version_before=None))
        .then_state("PUBLISHED")
        .when(PublishPolicy(policy=changed), by=SYSTEM)
        .then(PolicyPublished, version=changed.version, version_before=TOWN_POLICY.version)
    )
    assert story.state.policy == changed
    assert changed.version != TOWN_POLICY.version


def test_the_same_content_is_not_published_twice() -> None:
    (
        pack()
        .does(PublishPolicy(policy=TOWN_POLICY), by=REGISTRAR)
        .when(PublishPolicy(policy=TOWN_POLICY), by=REGISTRAR)
        .then_refused("already-published")
    )


def test_an_earlier_content_may_come_back() -> None:
    """A city may return to what it had; that is a publication like any other."""
    changed = TOWN_POLICY.model_copy(update={"basis": ("穗府令191号", "实施细则")})
    (
        pack()
        .does(PublishPolicy(policy=TOWN_POLICY), by=REGISTRAR)
        .does(PublishPolicy(policy=changed), by=REGISTRAR)
        .when(PublishPolicy(policy=TOWN_POLICY), by=REGISTRAR)
        .then(PolicyPublished)
    )


def test_a_pack_stands_on_the_stream_of_its_id() -> None:
    (
        replace(pack(), stream="policy/other")
        .when(PublishPolicy(policy=TOWN_POLICY), by=REGISTRAR)
        .then_refused("stream-named-otherwise")
    )


def test_only_registrars_publish() -> None:
    pack().when(PublishPolicy(policy=TOWN_POLICY), by=DISPATCHER).then_refused("role-permitted")
    calendar().when(PublishCalendarYear(year=YEAR_2026), by=DISPATCHER).then_refused(
        "role-permitted"
    )


def test_a_year_is_published_and_another_beside_it() -> None:
    story = (
        calendar()
        .then_state("UNKNOWN")
        .when(PublishCalendarYear(year=YEAR_2027), by=REGISTRAR)
        .then(CalendarYearPublished(year=YEAR_2027, revision=1, reason=None))
        .when(PublishCalendarYear(year=YEAR_2026), by=REGISTRAR)
        .then(CalendarYearPublished(year=YEAR_2026, revision=1, reason=None))
        .then_state("PUBLISHED")
    )
    assert [year.year for year, _ in story.state.years] == [2026, 2027]


def test_a_year_is_revised_with_a_reason() -> None:
    published = calendar().does(PublishCalendarYear(year=YEAR_2027), by=REGISTRAR)
    same = PublishCalendarYear(year=YEAR_2027, reason="无")
    other = PublishCalendarYear(year=OTHER_2027)
    published.when(same, by=REGISTRAR).then_refused("already-published")
    published.when(other, by=REGISTRAR).then_refused("reason-needed")
    revised = published.when(
        other.model_copy(update={"reason": "国务院办公厅更正通知"}), by=REGISTRAR
    ).then(CalendarYearPublished, revision=2)
    assert revised.state.year(2027) == (OTHER_2027, 2)


def test_an_overlay_is_published_and_revised_with_a_reason() -> None:
    longer = FAIR.model_copy(
        update={
            "days": (
                *FAIR.days,
                CalendarDay(name="区运动会", date=date(2026, 11, 9), isOffDay=True),
            )
        }
    )
    published = (
        calendar()
        .does(PublishCalendarYear(year=YEAR_2026), by=REGISTRAR)
        .when(PublishOverlay(overlay=FAIR), by=REGISTRAR)
        .then(CalendarOverlayPublished(overlay=FAIR, revision=1, reason=None))
    )
    published.when(PublishOverlay(overlay=FAIR), by=REGISTRAR).then_refused("already-published")
    published.when(PublishOverlay(overlay=longer), by=REGISTRAR).then_refused("reason-needed")
    revised = published.when(PublishOverlay(overlay=longer, reason="延长"), by=REGISTRAR).then(
        CalendarOverlayPublished, revision=2
    )
    assert revised.state.overlays == ((longer, 2),)


def test_two_overlays_of_one_division_do_not_contradict_each_other() -> None:
    against = FAIR.model_copy(
        update={
            "name": "补班",
            "days": (CalendarDay(name="补班", date=date(2026, 11, 6), isOffDay=False),),
        }
    )
    (
        calendar()
        .does(PublishCalendarYear(year=YEAR_2026), by=REGISTRAR)
        .does(PublishOverlay(overlay=FAIR), by=REGISTRAR)
        .when(PublishOverlay(overlay=against), by=REGISTRAR)
        .then_refused("calendar-contradicts")
    )


def test_a_narrower_division_has_its_own_days() -> None:
    street = FAIR.model_copy(
        update={
            "division": "440106005",
            "days": (CalendarDay(name="补班", date=date(2026, 11, 6), isOffDay=False),),
        }
    )
    (
        calendar()
        .does(PublishOverlay(overlay=FAIR), by=REGISTRAR)
        .when(PublishOverlay(overlay=street), by=REGISTRAR)
        .then(CalendarOverlayPublished, revision=1)
    )
