"""A case under another pack: what would differ is told, nothing else, and nothing is written."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from audit.reading import Reader, open_reader
from audit.replay.compare import ASSUMPTIONS, Comparison, compare, published_pack
from audit.replay.playing import Judgement, Playing
from audit.replay.standing_then import RulesThen
from domain.policy import Policy
from domain.task import commands as c
from policies import shipped_calendar, shipped_pack
from tests.audit.replaying.rich import Chronicle, carried_story
from tests.domain.harness import Story
from tests.domain.task import stories as s
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    GRANDMA,
    HOUSING,
    POLICY,
    on,
    task_id,
)

RAMP = task_id("the ramp")


def other(**parts: Any) -> Policy:
    """Return the town's pack with some of its parts changed: part → fields."""
    changed = {
        name: getattr(POLICY, name).model_copy(update=fields) for name, fields in parts.items()
    }
    return POLICY.model_copy(update=changed)


def compared(chronicle: Chronicle, url: str, story: Story, policy: Policy) -> Comparison:
    chronicle.tell_story(RAMP, story)
    with open_reader(url) as reader:
        (found,) = compare(reader, policy, [RAMP])
    assert found.cannot_tell is None
    return found


def test_under_its_own_pack_nothing_differs(rich: Reader) -> None:
    """For every walk: each limit counted again is the limit on record."""
    found = list(compare(rich, POLICY))
    assert len(found) == 50
    for one in found:
        assert not one.differs, one


_LAPSES = ("return_review", "extension_review", "answer", "resume", "term_end", "dissatisfied")
"""What a clock moved on, or what has no clock: on record as another kind of fact."""


def recorded_judgements(reader: Reader, stream: str) -> Iterator[tuple[str, str]]:
    """Yield what the record itself says that clocks brought about."""
    for entry in reader.stream(stream):
        fact = entry.fact
        match entry.kind:
            case "task_overdue.v1":
                yield "missed", "due"
            case "limit_missed.v1" | "pairing_limit_missed.v1":
                yield "missed", fact["clock"]
            case "sign_in_overdue.v1":
                yield "missed", "sign_in"
            case "assist_overdue.v1":
                yield "missed", f"assist/{fact['number']}"
            case "department_absent.v1":
                yield "missed", f"arrival/{fact['number']}"
            case "supervision_raised.v1" if fact["cause"].startswith("due"):
                yield "warned", fact["cause"]
            case _:
                pass


def test_the_play_by_its_own_pack_comes_to_what_the_record_says(rich: Reader) -> None:
    """The same misses; and every warning on record (some stories were told without theirs)."""
    rules = RulesThen(rich, POLICY.id)
    compared_cases = 0
    for stream in (*rich.streams("task"), *rich.streams("pairing")):
        entries = rich.stream(stream)
        playing = Playing(stream, rules, None, entries[-1].recorded_at)
        for entry in entries:
            playing.take(entry, None)
        played = Counter(
            (one.what, one.clock) for one in playing.played.judgements if one.clock not in _LAPSES
        )
        recorded = Counter(recorded_judgements(rich, stream))
        assert not recorded - played, stream
        assert [one for one in played - recorded if one[0] == "missed"] == [], stream
        compared_cases += bool(recorded)
    assert compared_cases > 15


def test_a_shorter_handling_limit_would_have_been_missed(chronicle: Chronicle, url: str) -> None:
    """Three days instead of ten: due on Thursday, overdue when the result came on Friday."""
    story = s.in_progress().does(s.CONTACT, CIVIL_STAFF).does(s.EVIDENCE, CIVIL_STAFF)
    story = story.at(on(5, 15, "10:00")).does(s.submit(), CIVIL_COORDINATOR)
    found = compared(chronicle, url, story, other(handling={"help": "3wd"}))
    (due,) = [one for one in found.dues if one.clock == "due"]
    assert due.own is not None
    assert due.other is not None
    assert (due.own.due, due.other.due) == (on(5, 25, "17:00"), on(5, 14, "17:00"))
    assert (due.own.limit, due.other.limit) == ("10wd", "3wd")
    missed = [one for one in found.only_other if one.what == "missed"]
    assert missed == [Judgement("missed", "due", on(5, 14, "17:00"), CIVIL_AFFAIRS)]
    assert {(one.what, one.own, one.other) for one in found.judged} == {("on_time", True, False)}
    warned = {one.clock for one in found.only_other if one.what == "warned"}
    assert {"due", "due.yellow", "due.remind_half"} <= warned
    assert not [one for one in found.only_own if one.what == "missed"]


def test_a_longer_limit_would_have_spared_the_miss(chronicle: Chronicle, url: str) -> None:
    story = s.in_progress().rings("first_contact").after(hours=1).does(s.CONTACT, CIVIL_STAFF)
    found = compared(chronicle, url, story, other(limits={"first_contact": "48h"}))
    assert [(one.what, one.clock) for one in found.only_own] == [("missed", "first_contact")]
    assert not found.only_other
    (judged,) = found.judged
    assert (judged.what, judged.own, judged.other) == ("within_limit", False, True)


def test_silence_would_have_counted_as_satisfied(chronicle: Chronicle, url: str) -> None:
    found = compared(
        chronicle, url, s.rating().rings("rating"), other(ratings={"default": "SATISFIED"})
    )
    assert {(one.what, one.own, one.other) for one in found.judged} == {
        ("value", "NONE", "SATISFIED"),
        ("resolution", "UNRATED", "RESOLVED"),
    }


def test_a_stricter_grade_would_not_have_been_satisfied(chronicle: Chronicle, url: str) -> None:
    story = s.rating().does(c.RateTask(grade=3), GRANDMA)
    found = compared(chronicle, url, story, other(ratings={"satisfied_from": 4}))
    assert [(one.what, one.own, one.other) for one in found.judged] == [("satisfied", True, False)]


def test_a_pause_moves_the_other_due_time_too(chronicle: Chronicle, url: str) -> None:
    """What was left at the pause is counted on from the resumption, by the other limit."""
    found = compared(chronicle, url, carried_story(), other(handling={"help": "5wd"}))
    dues = [one for one in found.dues if one.clock == "due"]
    assert [(one.own and one.own.due, one.other and one.other.due) for one in dues] == [
        (on(5, 25, "17:00"), on(5, 18, "17:00")),
        (on(5, 28, "17:00"), on(5, 21, "17:00")),
    ]


def test_who_leads_is_said_where_it_differs(chronicle: Chronicle, url: str) -> None:
    categories = tuple(
        one.model_copy(update={"lead": ("housing",)}) if one.code == "ELDER" else one
        for one in POLICY.categories
    )
    policy = POLICY.model_copy(update={"categories": categories})
    found = compared(chronicle, url, s.dispatched(), policy)
    assert found.leads == ((CIVIL_AFFAIRS,), (HOUSING,))
    assert not found.dues


def test_what_the_other_pack_does_not_allow_is_named(chronicle: Chronicle, url: str) -> None:
    policy = POLICY.model_copy(
        update={
            "categories": tuple(one for one in POLICY.categories if one.code != "ELDER"),
            "extensions": POLICY.extensions.model_copy(update={"times_max": 0}),
        }
    )
    found = compared(chronicle, url, s.extension_requested(), policy)
    assert [one.partition(": ")[2] for one in found.refused] == [
        "category ELDER",
        "category ELDER",
        "extension 1",
    ]


def test_a_shipped_pack_of_another_city_can_be_tried(rich: Reader) -> None:
    """Every case is played to its end under every pack there is."""
    for pack in ("gd-2022", "bj-grade"):
        policy = shipped_pack(pack)
        found = list(compare(rich, policy, shipped=shipped_calendar(policy)))
        assert [one.cannot_tell for one in found if one.cannot_tell] == []
        assert any(one.dues for one in found)
        assert {one.other for one in found} == {policy.version}


def test_a_pack_of_the_ledger_is_found_by_id_and_by_version(chronicle: Chronicle, url: str) -> None:
    newer = other(handling={"help": "5wd"})
    chronicle.publish_policy(newer, at=on(6, 1))
    with open_reader(url) as reader:
        rules = RulesThen(reader)
        assert published_pack(rules, "town") == newer
        assert published_pack(rules, newer.version) == newer
        assert published_pack(rules, POLICY.version) == POLICY
        assert published_pack(rules, "nowhere") is None
    chronicle.publish_policy(POLICY, at=on(6, 2))
    with open_reader(url) as reader:
        assert published_pack(RulesThen(reader), "town") == POLICY


def test_nothing_is_written(rich: Reader, rich_url: str) -> None:
    before = rich.head()
    some = list(rich.streams("task"))[:5]
    assert any(one.differs for one in compare(rich, other(handling={"help": "1wd"}), some))
    with open_reader(rich_url) as again:
        assert again.head() == before


def test_what_it_rests_on_is_said_in_both_languages() -> None:
    assert all(zh and en for zh, en in ASSUMPTIONS)


@pytest.mark.parametrize("streams", [[], None])
def test_an_empty_book_compares_to_nothing(
    chronicle: Chronicle, url: str, streams: list[str] | None
) -> None:
    assert chronicle.seen > 0
    with open_reader(url) as reader:
        assert list(compare(reader, POLICY, streams)) == []
