"""Shipped policy packs hold, say what they rest on, and a wrong pack is told where it is wrong."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest

from domain.calendar import parse_limit
from domain.clocks import Deadline
from domain.finding.pack import Indicator
from domain.labelled import Ground
from domain.policy import Category, Policy
from domain.task.commands import DutyClass
from policies import (
    DEFAULT_PACK,
    PolicyFileRefused,
    PolicyUnknown,
    pack_ids,
    read_overlay,
    read_pack,
    read_year,
    shipped_calendar,
    shipped_pack,
    shipped_years,
)

PACKS = tuple(shipped_pack(pack_id) for pack_id in pack_ids())
REAL_PACKS = tuple(pack for pack in PACKS if pack.id != "demo")
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Beijing, no holiday near

each_pack = pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
each_real_pack = pytest.mark.parametrize("pack", REAL_PACKS, ids=lambda pack: pack.id)


def text_of(pack_id: str) -> bytes:
    return files("policies").joinpath("packs", f"{pack_id}.json").read_bytes()


def limits_of(value: Any, name: str = "") -> dict[str, str]:
    """Return every limit in a dumped pack by its dotted name."""
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for key, item in value.items():
            found |= limits_of(item, f"{name}.{key}".lstrip("."))
        return found
    try:
        parse_limit(value)
    except (TypeError, ValueError):
        return {}
    return {name: value}


def length(pack: Policy, limit: str) -> timedelta:
    """Return how long *limit* is from a plain Monday morning, to compare limits of any unit."""
    return shipped_calendar(pack).due(limit, MONDAY, pack.count_from)[0] - MONDAY


def refused(content: Any) -> PolicyFileRefused:
    """Return the refusal of a pack that is *content*, as `my-city.json`."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(PolicyFileRefused) as refusal:
        read_pack(data, "my-city.json")
    return refusal.value


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return the default pack's content after *change*."""
    content: dict[str, Any] = json.loads(text_of(DEFAULT_PACK))
    change(content)
    return content


def test_the_five_packs_are_shipped() -> None:
    assert set(pack_ids()) == {"gd-2022", "zhuhai-124", "sd-2020", "bj-grade", "demo"}
    assert shipped_pack() == shipped_pack("gd-2022")


@each_pack
def test_a_pack_reads_back_as_it_was_written(pack: Policy) -> None:
    """What is published as a fact is the whole pack, and gives the same version again."""
    again = Policy.model_validate(json.loads(json.dumps(pack.model_dump(mode="json"))))
    assert again == pack
    assert again.version == pack.version


@each_pack
def test_a_version_can_stand_in_a_deadline(pack: Policy) -> None:
    calendar = shipped_calendar(pack)
    due, _ = calendar.due(pack.handling.help, MONDAY, pack.count_from)
    deadline = Deadline(
        due=due,
        counted_from=MONDAY,
        limit=pack.handling.help,
        count_from=pack.count_from,
        calendar=calendar.version,
        policy=pack.version,
    )
    assert deadline.policy.startswith(f"{pack.id}@")


def test_a_version_follows_from_the_content() -> None:
    """Layout does not matter, one changed limit does."""
    pack = shipped_pack("gd-2022")
    compact = json.dumps(json.loads(text_of("gd-2022")), ensure_ascii=True, sort_keys=True)
    assert read_pack(compact.encode(), "compact.json").version == pack.version
    other = read_pack(
        json.dumps(changed(lambda c: c["handling"].update(help="9wd"))).encode(), "other.json"
    )
    assert other.version != pack.version
    assert len({each.version for each in PACKS}) == len(PACKS)


@each_pack
def test_every_category_of_the_seed_has_somebody_to_lead_it(pack: Policy) -> None:
    seed = {
        "ELDER": "养老",
        "CHILDCARE": "托育",
        "MEAL": "助餐",
        "HOME": "家政",
        "HEALTH": "健康",
        "SPORT": "体育",
        "CULTURE": "文化",
        "CHILDPLAY": "儿童",
        "EDU": "教育",
        "JOB": "就业",
        "STORE": "店",
        "PROPERTY": "物业",
        "OTHER": "其他",
    }
    assert {category.code for category in pack.categories} == set(seed)
    for category in pack.categories:
        assert category.lead or category.street_leads
        if category.code != "STORE":
            assert seed[category.code] in category.label.zh
        assert set(category.lead).isdisjoint(category.cooperating)


def test_guangdong_names_the_store_of_its_own_project() -> None:
    store = shipped_pack("gd-2022").category("STORE")
    assert store is not None
    assert "百千万工程" in store.label.zh
    assert store.lead == ("agriculture",)


@each_pack
def test_every_line_is_of_use(pack: Policy) -> None:
    named = {line for c in pack.categories for line in (*c.lead, *c.cooperating)}
    if pack.facilities is not None:
        named |= set(pack.facilities.approving_lines)
    unused = set(pack.lines) - named
    assert unused == set()


@each_pack
def test_the_closed_lists_are_complete(pack: Policy) -> None:
    assert len(pack.refusal_grounds) == 6
    assert all(ground.source for ground in pack.refusal_grounds)
    routes = {ground.code for ground in pack.divert_routes}
    assert {"POLICE_110", "FIRE_119", "AMBULANCE_120", "TRAFFIC_122"} < routes
    assert {"LITIGATION", "ARBITRATION", "PETITION", "FOI", "ADMIN_REVIEW"} < routes
    assert {ground.code for ground in pack.duty_classes} == {each.value for each in DutyClass}
    assert len(pack.whistling.grounds) == 3
    assert {g.code for g in pack.carrying.causes} == {"PLANNING", "PROPERTY_RIGHT", "BUDGET", "LAW"}
    assert pack.termination_grounds
    assert pack.score_exclusion_grounds
    assert pack.pairing.mandatory_terms


@each_pack
def test_people_read_chinese_and_english(pack: Policy) -> None:
    facilities = pack.facilities
    listed: tuple[Category | Ground | Indicator, ...] = (
        *pack.categories,
        *pack.duty_classes,
        *pack.refusal_grounds,
        *pack.divert_routes,
        *pack.termination_grounds,
        *pack.score_exclusion_grounds,
        *pack.carrying.causes,
        *pack.whistling.grounds,
        *pack.pairing.mandatory_terms,
        *(facilities.milestones if facilities else ()),
        *(facilities.checklist if facilities else ()),
        *(facilities.funding_sources if facilities else ()),
        *(facilities.suspension_grounds if facilities else ()),
        *(pack.findings.dismissal_grounds if pack.findings else ()),
        *(pack.findings.indicators if pack.findings else ()),
        *(pack.programmes.criteria if pack.programmes else ()),
    )
    for label in (pack.label, *pack.lines.values(), *(item.label for item in listed)):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in label.zh)
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in label.en)


@each_pack
def test_a_pack_says_what_it_rests_on(pack: Policy) -> None:
    assert pack.basis
    assert not any("http" in line or "www." in line for line in pack.basis)


@each_pack
def test_silence_is_not_consent(pack: Policy) -> None:
    assert pack.ratings.default == "NONE"


@pytest.mark.parametrize(
    ("pack_id", "consult", "help_", "complaint", "returned_within", "more_time"),
    [
        ("gd-2022", "2wd", "10wd", "15wd", "1wd", "10wd"),
        ("zhuhai-124", "2wd", "4wd", "4wd", "4wh", "4wd"),
        ("sd-2020", "5wd", "5wd", "5wd", "2wd", "10wd"),
        ("bj-grade", "0wd", "7d", "7d", "1wd", "15d"),
    ],
)
def test_the_published_limits_are_those_of_the_sources(
    pack_id: str, consult: str, help_: str, complaint: str, returned_within: str, more_time: str
) -> None:
    pack = shipped_pack(pack_id)
    assert pack.handling.consult == consult
    assert pack.handling.help == pack.handling.suggestion == help_
    assert pack.handling.complaint == pack.handling.report == complaint
    assert pack.returns.within == returned_within
    assert pack.extensions.limit_max == more_time


def test_zhuhai_contacts_an_enterprise_within_one_working_hour() -> None:
    assert shipped_pack("zhuhai-124").limits.first_contact == "1wh"


def test_beijing_adds_its_grades() -> None:
    grades = {"COMPLEX": "15d", "UTILITIES": "24h", "DANGER": "2h"}
    assert shipped_pack("bj-grade").handling.grades == grades


@each_real_pack
def test_a_real_pack_leaves_a_moment_to_correct_triage(pack: Policy) -> None:
    assert pack.limits.queue == "1min"


@each_real_pack
def test_urgent_limits_are_wall_clock_and_not_longer(pack: Policy) -> None:
    """An urgent matter does not wait for office hours."""
    assert parse_limit(pack.handling.urgent).is_wall_clock
    assert length(pack, pack.handling.urgent) <= length(pack, pack.handling.help)
    for clock, limit in pack.limits.urgent.items():
        assert parse_limit(limit).is_wall_clock
        assert length(pack, limit) <= length(pack, getattr(pack.limits, clock))


@each_pack
def test_the_limits_of_a_pack_fit_into_each_other(pack: Policy) -> None:
    """Reminders come within their windows, returns before the due, appeals before the archive."""
    shortest = min(pack.handling.help, pack.handling.complaint, key=lambda one: length(pack, one))
    assert length(pack, pack.ratings.remind_after) < length(pack, pack.ratings.window)
    assert length(pack, pack.returns.within) < length(pack, shortest)
    assert length(pack, pack.extensions.apply_before) < length(pack, shortest)
    assert length(pack, pack.supervision.remind_before) < length(pack, shortest)
    assert length(pack, pack.limits.sign_in) < length(pack, shortest)
    assert length(pack, pack.limits.stage_report) <= length(pack, pack.limits.stage_report_from)
    assert length(pack, pack.appeals.closure_within) < length(pack, pack.limits.archive)
    assert length(pack, pack.appeals.score_within) < length(pack, pack.limits.archive)
    whistle = pack.whistling
    assert length(pack, whistle.emergency_arrival) < length(pack, whistle.arrival_max)
    assert pack.callbacks.days_min <= pack.callbacks.attempts_max


@each_pack
def test_the_supervision_ladder_rises(pack: Policy) -> None:
    """Remind, then yellow before the due instant; red is raised at it, listing comes after."""
    supervision = pack.supervision
    calendar = shipped_calendar(pack)
    due, _ = calendar.due(pack.handling.help, MONDAY, pack.count_from)
    remind, yellow = (
        calendar.at_percent(MONDAY, due, pack.handling.help, percent)
        for percent in (supervision.remind_at_percent, supervision.yellow_at_percent)
    )
    listed, _ = calendar.due(supervision.listed_after, due, pack.count_from)
    assert MONDAY < remind < yellow < due < listed


@each_real_pack
def test_a_pairing_has_the_same_limits_everywhere(pack: Policy) -> None:
    """They are this project's own and differ nowhere until a city decides otherwise."""
    assert limits_of(pack.pairing.model_dump()) == {
        "answer": "5wd",
        "signing": "10wd",
        "approval": "5wd",
        "review_every": "182d",
        "review": "10wd",
        "suspension_max": "90d",
        "renewal_before": "60d",
        "hand_over": "20wd",
        "term_max": "1096d",
    }


def test_the_demonstration_differs_from_the_default_in_its_limits_only() -> None:
    demo, default = (shipped_pack(pack_id).model_dump() for pack_id in ("demo", "gd-2022"))
    for told in (demo, default):
        for name in ("id", "label", "basis", "divisions", "handling", "limits", "appeals"):
            told.pop(name)
        for group, name in (("pairing", "term_max"), ("callbacks", "days_min")):
            told[group].pop(name)
        groups = ("returns", "extensions", "supervision", "ratings", "rework", "pairing")
        for group in (*groups, "findings", "programmes", "providers"):
            for name in limits_of(told[group]):
                told[group].pop(name)
        told["facilities"].pop("limits")
        for milestone in told["facilities"]["milestones"]:
            milestone.pop("within")
        told["carrying"].pop("review_max")
        told["whistling"] = told["whistling"]["grounds"]
    assert demo == default


def test_the_demonstration_needs_no_more_than_two_minutes_of_anything() -> None:
    """No clock waits for a working day, and a journey with its archive is over within a minute."""
    demo = shipped_pack("demo")
    limits = limits_of(demo.model_dump(mode="json"))
    assert limits.pop("pairing.term_max") == "1096d"  # how long a term may be, not a clock
    assert limits.pop("findings.remedy_max") == "1096d"  # how far a target date may lie ahead
    assert limits.pop("providers.suspension_max") == "90d"  # how far a suspension may reach
    assert limits.pop("providers.validity_max") == "1096d"  # how long an admission may last
    assert limits.pop("providers.complaints_within") == "365d"  # how far back they are counted
    assert limits.pop("supervision.reds_within") == "10min"  # how far back reds are counted
    assert len(limits) > 40
    for limit in limits.values():
        assert parse_limit(limit).is_wall_clock
        assert length(demo, limit) <= timedelta(minutes=2)
    handled = ("sign_in", "result_review", "callback", "archive")
    journey = sum((length(demo, getattr(demo.limits, name)) for name in handled), timedelta(0))
    assert journey <= timedelta(minutes=1)


def test_a_pack_that_is_no_json_is_refused_by_its_name() -> None:
    for content in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * 2_000_000):
        refusal = refused(content)
        assert refusal.file == "my-city.json"
        assert refusal.faults[0][0] == "file"


def test_a_key_that_stands_twice_is_refused() -> None:
    """A JSON reader drops one of them without a word."""
    twice = text_of(DEFAULT_PACK).replace(
        b'"calendar": "CN"', b'"calendar": "CN", "calendar": "HK"'
    )
    assert "calendar" in refused(twice).faults[0][1]


@pytest.mark.parametrize(
    ("change", "field", "complaint"),
    [
        (lambda c: c.pop("handling"), "handling", "required"),
        (lambda c: c["handling"].update(consult="2 days"), "handling.consult", "2 days"),
        (lambda c: c["handling"].update(colour="red"), "handling.colour", "Extra"),
        (lambda c: c["limits"]["urgent"].update(sign_inn="5s"), "limits", "sign_inn"),
        (lambda c: c["supervision"].update(yellow_at_percent=50), "supervision", "ladder"),
        (lambda c: c["supervision"].update(yellow_at_percent=100), "supervision", "ladder"),
        (lambda c: c["supervision"].update(yellow_at_percent=101), "yellow_at_percent", "101"),
        (lambda c: c["categories"].append(c["categories"][0]), "file", "ELDER"),
        (lambda c: c["refusal_grounds"].append(c["refusal_grounds"][0]), "file", "refusal_grounds"),
        (lambda c: c["lines"].pop("health"), "file", "unknown line health"),
        (lambda c: c["categories"][12].update(street_leads=False), "file", "nobody to lead"),
        (lambda c: c.update(working_hours=[["13:00", "09:00"]]), "file", "working hours"),
        (lambda c: c.update(working_hours=[["9", "17:00"]]), "working_hours.0.0", "9"),
        (lambda c: c.update(count_from="tomorrow"), "count_from", "tomorrow"),
        (lambda c: c.update(calendar="../CN"), "calendar", "../CN"),
        (lambda c: c["ratings"].update(default="DELIGHTED"), "ratings.default", "DELIGHTED"),
        (lambda c: c["label"].pop("zh"), "label.zh", "required"),
    ],
)
def test_a_wrong_pack_is_told_which_field_is_wrong(
    change: Callable[[dict[str, Any]], object], field: str, complaint: str
) -> None:
    refusal = refused(changed(change))
    assert any(field in where and complaint in fault for where, fault in refusal.faults)
    assert str(refusal).startswith("my-city.json 不符合要求")


def test_every_fault_is_told_at_once() -> None:
    def spoil(content: dict[str, Any]) -> None:
        content["handling"]["help"] = "soon"
        content["count_from"] = "tomorrow"

    assert {field for field, _ in refused(changed(spoil)).faults} == {"handling.help", "count_from"}


def test_an_unknown_pack_or_calendar_is_told_what_there_is() -> None:
    with pytest.raises(PolicyUnknown, match="gd-2022"):
        shipped_pack("../calendars/CN/2026")
    with pytest.raises(PolicyUnknown, match="CN"):
        shipped_years("..")


def test_a_wrong_year_or_overlay_is_refused_by_its_file() -> None:
    with pytest.raises(PolicyFileRefused, match=r"(?s)2027\.json.*days"):
        read_year(b'{"year": 2027, "days": []}', "2027.json")
    with pytest.raises(PolicyFileRefused, match=r"(?s)guangxi\.json.*division"):
        read_overlay(b'{"division": "Guangxi"}', "guangxi.json")


def test_the_shipped_years_have_no_gap() -> None:
    years = [year.year for year in shipped_years()]
    assert years == list(range(years[0], years[0] + len(years)))
    assert {2024, 2025, 2026} <= set(years)


def test_a_pack_is_in_force_where_it_says_and_everywhere_where_it_says_nothing() -> None:
    guangdong, shandong = shipped_pack("gd-2022"), shipped_pack("sd-2020")
    assert guangdong.in_force_at("440106005")
    assert not shandong.in_force_at("440106005")
    anywhere = guangdong.model_copy(update={"divisions": ()})
    assert anywhere.in_force_at("370102001")
    # Written as packs were before they could name divisions, so that their versions stay.
    assert "divisions" not in anywhere.model_dump(mode="json")
    assert anywhere.version != guangdong.version
