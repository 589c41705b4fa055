"""What stood at an instant: as the book had it then, and as it had happened by all known now."""

from datetime import UTC, datetime, timedelta

import pytest

from audit.reading import Reader, open_reader
from audit.replay.as_of import Axis, as_of
from audit.replay.explained import explained_clocks
from audit.replay.following import TASK_FACT_FOLLOWS, can_follow
from audit.replay.standing_then import CaseThen, RulesThen, StandingThen, fold, followed
from audit.replay.standing_view import case_view, standing_view
from domain.people import Grant, Role
from domain.registry.facts import RoleGranted, RoleRevoked, UnitChanged, UnitClosed
from domain.task import commands as c
from domain.task.case import FACTS
from tests.audit.replaying.rich import Chronicle
from tests.domain.task import stories as s
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    HEALTH,
    MONDAY,
    POLICY,
    REGISTRAR,
    UNITS,
    YEAR_2026,
    on,
    sealed,
    task_id,
)
from wording.sentences import OpaqueNames

RAMP = task_id("the ramp")


def test_the_book_as_of_every_position_is_the_fold_of_what_it_held(rich: Reader) -> None:
    """Going forward, going back, or asking one case: the same book is opened."""
    last = rich.head()
    for position in (last, last // 3, last // 2, 40, last):
        standing = StandingThen(rich, position, POLICY.id)
        cases = {case.stream: case for case in standing.cases()}
        for stream, case in list(cases.items())[:10]:
            alone = standing.case(stream)
            assert alone is not None
            assert (alone.state, alone.last) == (case.state, case.last)
            assert case.last.position <= position
    rules = RulesThen(rich, POLICY.id)
    assert len(rules.at(last).units) == len(UNITS)
    assert len(rules.at(3).units) == 4
    assert rules.at(3).seen == 3
    assert len(rules.at(last).units) == len(UNITS)


def test_every_recorded_instant_gives_the_states_of_its_position(rich: Reader) -> None:
    for share in (0.3, 0.6, 0.9):
        entry = rich.entry(int(rich.head() * share))
        assert entry is not None
        found = as_of(rich, entry.recorded_at, default_policy=POLICY.id)
        assert found.position >= entry.position
        after = rich.entry(found.position + 1)
        assert after is None or after.recorded_at > entry.recorded_at
        assert not found.later
        assert not found.left_out
        view = standing_view(found)
        assert {
            category: sum(states.values()) for category, states in view["cases"].items() if states
        } == view["counts"]["cases"]
        assert view["policies"][0]["version"] == POLICY.version
        assert {unit["code"] for unit in view["units"]} == {
            unit.code for unit in UNITS.values() if unit.stands(entry.recorded_at)
        }


def test_now_on_both_axes_is_the_same(rich: Reader) -> None:
    """By now everything has happened, so nothing is recorded later and nothing is left out."""
    newest = rich.entry(rich.head())
    assert newest is not None
    recorded = as_of(rich, newest.recorded_at, default_policy=POLICY.id)
    occurred = as_of(rich, newest.recorded_at, Axis.OCCURRED, default_policy=POLICY.id)
    assert {name: case.state for name, case in recorded.cases.items()} == {
        name: case.state for name, case in occurred.cases.items()
    }
    assert recorded.by_state("pairing") == occurred.by_state("pairing")
    assert not occurred.left_out


def test_every_fact_of_every_walk_may_follow(rich: Reader) -> None:
    """The table of what may follow never leaves out what the deciders gave."""
    cases: dict[str, CaseThen] = {}
    for entry in rich.entries(categories=("task",)):
        before = cases.get(entry.stream)
        assert can_follow(before, entry), (entry.kind, before and before.name)
        cases[entry.stream] = followed(before, entry)


def test_every_kind_of_task_fact_has_its_place_in_the_table() -> None:
    mapping = FACTS.json_schema()["discriminator"]["mapping"]
    assert set(mapping) == {*TASK_FACT_FOLLOWS, "task_registered.v1"}


def write_contact_told_late(chronicle: Chronicle, called_at: datetime) -> None:
    story = s.in_progress()
    chronicle.tell_story(RAMP, story)
    later = story.when(s.CONTACT, CIVIL_STAFF, at=on(5, 12), happened_at=called_at).go_on()
    contact = later.facts[-1]
    chronicle.write(RAMP, contact.fact, contact.by, contact.at, called_at)


def test_a_call_written_down_next_day_had_happened_the_day_before(
    chronicle: Chronicle, url: str
) -> None:
    """The book of that evening did not know; what is known now does, and says so."""
    write_contact_told_late(chronicle, on(5, 11, "15:00"))
    evening = on(5, 11, "18:00").astimezone(UTC)
    with open_reader(url) as reader:
        recorded = as_of(reader, evening, only=RAMP, default_policy=POLICY.id)
        occurred = as_of(reader, evening, Axis.OCCURRED, only=RAMP, default_policy=POLICY.id)
        whole = as_of(reader, evening, Axis.OCCURRED, default_policy=POLICY.id)
    assert recorded.cases[RAMP].state.body.handling.contact_attempts == 0
    assert occurred.cases[RAMP].state.body.handling.contact_attempts == 1
    (later,) = occurred.later
    assert later.kind == "resident_contacted.v1"
    assert whole.later == [later]
    assert not occurred.left_out


def test_what_had_happened_but_cannot_follow_is_named(chronicle: Chronicle, url: str) -> None:
    """A call before anybody was assigned stands in the book, not in the state of that moment."""
    write_contact_told_late(chronicle, on(5, 11, "09:45"))
    with open_reader(url) as reader:
        moment = on(5, 11, "09:46").astimezone(UTC)
        found = as_of(reader, moment, Axis.OCCURRED, only=RAMP, default_policy=POLICY.id)
    assert found.cases[RAMP].name == "ACCEPTED"
    (left,) = found.left_out
    assert left.kind == "resident_contacted.v1"
    assert not found.later


def test_roles_and_units_stand_by_their_own_dates(chronicle: Chronicle, url: str) -> None:
    """A grant entered in June for May was held in May; the book of May did not have it."""
    person = str(DISPATCHER.person)
    grant = Grant(role=Role.SUPERVISOR, unit=HEALTH, since=on(5, 1), until=None)
    chronicle.write(person, RoleGranted(grant=grant), at=on(6, 10))
    closed = UnitClosed(until=on(7, 1), until_before=None, reason="撤并")
    chronicle.write(f"unit/{HEALTH}", closed, at=on(6, 11))
    revoked = RoleRevoked(
        role=Role.SUPERVISOR, unit=HEALTH, until=on(7, 1), grants_before=(grant,), reason="撤并"
    )
    chronicle.write(person, revoked, at=on(6, 12))
    with open_reader(url) as reader:

        def held(day: datetime, axis: Axis) -> bool:
            found = as_of(reader, day.astimezone(UTC), axis, default_policy=POLICY.id)
            return (person, Role.SUPERVISOR, HEALTH) in [
                (who, one.role, one.unit) for who, one in found.grants
            ]

        def stood(day: datetime, axis: Axis) -> bool:
            found = as_of(reader, day.astimezone(UTC), axis, default_policy=POLICY.id)
            return HEALTH in [unit.code for unit in found.units]

        assert [held(day, Axis.RECORDED) for day in (on(5, 15), on(6, 20), on(7, 2))] == [
            False,
            True,
            False,
        ]
        assert [held(day, Axis.OCCURRED) for day in (on(4, 15), on(5, 15), on(7, 2))] == [
            False,
            True,
            False,
        ]
        assert stood(on(6, 30), Axis.RECORDED)
        assert not stood(on(7, 2), Axis.OCCURRED)
        may = as_of(reader, on(5, 15).astimezone(UTC), Axis.OCCURRED, default_policy=POLICY.id)
    assert [one.kind for one in may.later] == ["role_granted.v1"]


def test_a_unit_renamed_since_had_its_old_name_then(chronicle: Chronicle, url: str) -> None:
    old = UNITS[HEALTH]
    new = old.model_copy(update={"name": "区卫生健康委员会"})
    changed = UnitChanged(unit=new, unit_before=old, reason="机构改革")
    chronicle.write(f"unit/{HEALTH}", changed, REGISTRAR, on(6, 1))
    with open_reader(url) as reader:
        for axis in Axis:
            before = as_of(reader, on(5, 31).astimezone(UTC), axis)
            after = as_of(reader, on(6, 2).astimezone(UTC), axis)
            assert before.rules.units[HEALTH].name == old.name
            assert after.rules.units[HEALTH].name == new.name


def test_policies_and_calendars_stand_in_their_version_of_then(
    chronicle: Chronicle, url: str
) -> None:
    strict = POLICY.model_copy(
        update={"handling": POLICY.handling.model_copy(update={"help": "5wd"})}
    )
    chronicle.publish_policy(strict, at=on(6, 1))
    revised = YEAR_2026.model_copy(update={"days": YEAR_2026.days[:-1]})
    chronicle.publish_year(revised, 2, at=on(6, 2))
    with open_reader(url) as reader:
        before = standing_view(as_of(reader, on(5, 31).astimezone(UTC)))
        after = standing_view(as_of(reader, on(6, 3).astimezone(UTC)))
    assert before["policies"][0]["version"] == POLICY.version
    assert after["policies"][0]["version"] == strict.version
    assert before["calendars"] == [{"calendar": "CN", "year": 2026, "revision": 1}]
    assert after["calendars"] == [{"calendar": "CN", "year": 2026, "revision": 2}]


def test_a_case_shows_its_regions_its_clocks_and_who_held_it(
    chronicle: Chronicle, url: str
) -> None:
    story = s.in_progress().does(s.CONTACT, CIVIL_STAFF)
    story = story.does(c.InviteAssist(unit=HEALTH, request=sealed()), CIVIL_COORDINATOR)
    chronicle.tell_story(RAMP, story.does(s.EXTENSION, CIVIL_COORDINATOR))
    instant = story.now.astimezone(UTC)
    with open_reader(url) as reader:
        found = as_of(reader, instant, only=RAMP, default_policy=POLICY.id)
        case = found.cases[RAMP]
        reasons = explained_clocks(reader, RAMP, reader.head(), found.clocks(case))
        view = case_view(found, case, OpaqueNames(), reasons)
    assert view["state"] == "IN_PROGRESS"
    assert view["regions"]["sla"] == "ON_TRACK"
    assert view["regions"]["extension"] == "REQUESTED"
    assert [one["unit"] for one in view["regions"]["co_handling"]] == [HEALTH]
    assert view["held_by"]["unit"] == CIVIL_AFFAIRS
    assert view["held_by"]["staff"] == CIVIL_STAFF.person
    assert view["policy"] == POLICY.version
    due = {one["name"]: one for one in view["clocks"]}
    assert {"due", "due.yellow", "extension_review", "assist/1"} <= set(due)
    assert "10 个工作日" in due["due"]["why"]
    assert "已用 80%" in due["due.yellow"]["why"]
    assert all(one["why"] for one in view["clocks"])
    assert all("不符" not in one["why"] for one in view["clocks"])
    assert view["last"]["kind"] == "extension_requested.v1"


def test_before_a_case_there_was_none(chronicle: Chronicle, url: str) -> None:
    chronicle.tell_story(RAMP, s.registered())
    with open_reader(url) as reader:
        for axis in Axis:
            before = (MONDAY - timedelta(seconds=1)).astimezone(UTC)
            assert as_of(reader, before, axis, only=RAMP).cases == {}


def test_a_stream_without_facts_folds_to_nothing() -> None:
    assert fold([]) is None


@pytest.mark.parametrize("axis", list(Axis))
def test_an_instant_before_everything_shows_an_empty_book(rich: Reader, axis: Axis) -> None:
    found = as_of(rich, datetime(1990, 1, 1, tzinfo=UTC), axis)
    assert found.cases == {}
    assert found.units == []
    assert found.rules.policies == {}
