"""Every due time has its reason, and the reason comes to the same instant when computed again."""

from collections import Counter
from datetime import UTC, timedelta
from typing import Any

from audit.reading import Reader, open_reader
from audit.replay.explained import explained_dues
from domain.clocks import RecomputeDeadlines
from domain.envelope import SYSTEM
from domain.task import commands as c
from projections.history import history_of
from tests.audit.replaying.rich import Chronicle, carried_story
from tests.domain.harness import Story
from tests.domain.task import stories as s
from tests.domain.world import (
    ADJUDICATOR,
    CENTER_COORDINATOR,
    CIVIL_COORDINATOR,
    DISPATCHER,
    SUPERVISOR,
    YEAR_2026,
    YEAR_2027,
    on,
    rules_with,
    sealed,
    task_id,
)
from wording.explaining import Reason, Rule
from wording.reasons import length_text, reason_text
from wording.sentences import OpaqueNames

RAMP = task_id("the ramp")


def reasons_by_kind(reader: Reader, stream: str) -> dict[str, list[Reason]]:
    found: dict[str, list[Reason]] = {}
    explained = explained_dues(reader, stream)
    for entry in reader.stream(stream):
        found.setdefault(entry.kind, []).extend(explained.get(entry.position, ()))
    return found


def dues_in(fact: dict[str, Any]) -> list[str]:
    """Return every due instant a fact states as a deadline, old values aside."""
    return [
        value["due"]
        for field, value in fact.items()
        if isinstance(value, dict) and "counted_from" in value
        if field not in ("due_before", "paused_due")
    ]


def test_every_due_time_of_every_case_has_a_reason_that_agrees(rich: Reader) -> None:
    rules: Counter[Rule] = Counter()
    for category in ("task", "pairing"):
        for stream in list(rich.streams(category)):
            explained = explained_dues(rich, stream)
            for entry in rich.stream(stream):
                reasons = explained.get(entry.position, ())
                stated = dues_in(entry.fact)
                told = [one.due for one in reasons]
                for due in stated:
                    assert due in [f"{one:%Y-%m-%dT%H:%M:%S.%f}Z" for one in told], entry.kind
                for reason in reasons:
                    assert reason.agrees is True, (entry.kind, reason)
                rules.update(reason.rule for reason in reasons)
    assert rules[Rule.COUNTED] > 200
    assert rules[Rule.NAMED]
    assert rules[Rule.RESUMED]
    assert rules[Rule.SHARE]
    assert rules[Rule.BEFORE]


def test_a_pause_is_told_with_the_first_start(chronicle: Chronicle, url: str) -> None:
    """The limit counts from dispatch, and the days on the books are named as a pause."""
    story = carried_story()
    chronicle.tell_story(RAMP, story)
    with open_reader(url) as reader:
        reasons = reasons_by_kind(reader, RAMP)
    (first,) = [one for one in reasons["task_dispatched.v1"] if one.clock == "due"]
    assert reason_text(first) == (
        "自 2026-05-11 09:30 起 10 个工作日，日历 CN-2026 第 1 版：2026-05-25 17:00（次日起算）"
    )
    assert reason_text(first, "en") == (
        "10 working days from 2026-05-11 09:30, calendar CN-2026 r1: 2026-05-25 17:00 "
        "(counted from the next day)"
    )
    (resumed,) = reasons["task_reactivated.v1"]
    assert resumed.rule is Rule.RESUMED
    assert resumed.agrees is True
    assert reason_text(resumed) == (
        "自 2026-05-11 09:30 起 10 个工作日，日历 CN-2026 第 1 版，暂停 5 天：2026-05-28 17:00"
        "（次日起算；2026-05-14 10:00 至 2026-05-19 10:00 暂停）"
    )
    assert reason_text(resumed, "en").startswith(
        "10 working days from 2026-05-11 09:30, calendar CN-2026 r1, paused 5 days: "
        "2026-05-28 17:00"
    )


def test_two_pauses_are_both_told(chronicle: Chronicle, url: str) -> None:
    turn = c.ApproveCarry(resident_told=True)
    again = c.ProposeCarry.model_validate(s.CARRY.model_dump() | {"ledger_row": "2026-0118"})
    story = carried_story().at(on(5, 20, "10:00")).does(again, CIVIL_COORDINATOR)
    story = story.does(turn, SUPERVISOR).does(turn, ADJUDICATOR)
    story = story.does(c.ReactivateTask(), SUPERVISOR, at=on(5, 22, "10:00"))
    chronicle.tell_story(RAMP, story)
    with open_reader(url) as reader:
        last = reasons_by_kind(reader, RAMP)["task_reactivated.v1"][-1]
    assert last.agrees is True
    assert len(last.pauses) == 2
    assert "暂停 7 天" in reason_text(last)
    assert "自 2026-05-11 09:30 起" in reason_text(last)


def test_the_revision_is_that_of_the_moment(chronicle: Chronicle, url: str) -> None:
    """A year revised in June is revision 2 for whatever is counted after that, and 1 before."""
    chronicle.tell_story(RAMP, s.registered())
    revised = YEAR_2026.model_copy(update={"days": YEAR_2026.days[:-1]})
    chronicle.publish_year(revised, 2, at=on(6, 2))
    rules = rules_with(years=(revised,))
    chronicle.calendar = rules.under(None).calendar.version
    second = Story(s.registered().case, rules, now=on(6, 3))
    second = second.does(s.register(), CENTER_COORDINATOR).does(s.triage(), DISPATCHER)
    chronicle.tell_story(task_id("second"), second)
    with open_reader(url) as reader:
        (before,) = reasons_by_kind(reader, RAMP)["task_registered.v1"]
        (after,) = reasons_by_kind(reader, task_id("second"))["task_triaged.v1"]
        (first,) = reasons_by_kind(reader, task_id("second"))["task_registered.v1"]
    assert before.notices is not None
    assert before.notices.years == ((2026, 1),)
    assert first.notices is not None
    assert first.notices.years == ((2026, 2),)
    assert "第 2 版" in reason_text(first)
    assert after.notices is None  # ten minutes need no calendar
    assert {before.agrees, after.agrees, first.agrees} == {True}


def test_a_provisional_due_time_names_the_year_that_is_missing(
    chronicle: Chronicle, url: str
) -> None:
    """Computed again once the year is published, it names both years."""
    story = Story(s.registered().case, now=on(12, 21)).does(s.register(), CENTER_COORDINATOR)
    story = story.does(s.triage()).rings("queue").does(s.TO_CIVIL_AFFAIRS)
    published = story.under(rules_with(years=(YEAR_2026, YEAR_2027))).at(on(12, 28))
    published = published.does(RecomputeDeadlines(), SYSTEM)
    chronicle.tell(RAMP, story.facts)
    chronicle.publish_year(YEAR_2027, at=on(12, 27))
    chronicle.tell(RAMP, published.facts[len(story.facts) :])
    with open_reader(url) as reader:
        reasons = reasons_by_kind(reader, RAMP)
    (provisional,) = [one for one in reasons["task_dispatched.v1"] if one.clock == "due"]
    assert provisional.provisional
    assert provisional.agrees is True
    assert "CN-2027 尚未公布" in reason_text(provisional)
    assert "暂定" in reason_text(provisional)
    assert "CN-2027 not published yet" in reason_text(provisional, "en")
    (settled,) = [one for one in reasons["deadline_recalculated.v1"] if one.clock == "due"]
    assert settled.agrees is True
    assert settled.notices is not None
    assert settled.notices.years == ((2026, 1), (2027, 1))
    assert settled.due != provisional.due


def test_a_due_time_that_does_not_follow_is_a_finding(chronicle: Chronicle, url: str) -> None:
    """Somebody who could write the book gave a unit a day more than its limit says."""
    story = s.dispatched()
    for one in story.facts:
        fact = one.fact
        if fact.kind == "task_dispatched.v1":
            due = fact.due.model_copy(update={"due": fact.due.due + timedelta(days=1)})
            fact = fact.model_copy(update={"due": due})
        chronicle.write(RAMP, fact, one.by, one.at)
    with open_reader(url) as reader:
        reasons = reasons_by_kind(reader, RAMP)["task_dispatched.v1"]
    wrong = [one for one in reasons if one.agrees is False]
    assert [one.clock for one in wrong] == ["due"]
    assert "与复算不符，复算为 2026-05-25 17:00" in reason_text(wrong[0])
    assert "does not agree: computed again it is 2026-05-25 17:00" in reason_text(wrong[0], "en")


def test_a_calendar_that_did_not_stand_then_is_a_finding(chronicle: Chronicle, url: str) -> None:
    """The versions a due time names must be those in force when it was set."""
    revised = YEAR_2026.model_copy(update={"days": YEAR_2026.days[:-1]})
    chronicle.publish_year(revised, 2, at=on(5, 2))
    chronicle.tell_story(RAMP, s.registered())  # still counted by revision 1
    with open_reader(url) as reader:
        (reason,) = reasons_by_kind(reader, RAMP)["task_registered.v1"]
    assert reason.stood is False
    assert reason.agrees is False
    assert "不是当时有效的版本" in reason_text(reason)
    assert "not the versions in force then" in reason_text(reason, "en")


def test_a_pack_that_is_not_in_the_book_is_said_openly(chronicle: Chronicle, url: str) -> None:
    story = s.registered()
    (one,) = story.facts
    unknown = one.fact.triage_by.model_copy(update={"policy": "elsewhere@000000000000"})
    fact = one.fact.model_copy(update={"triage_by": unknown})
    chronicle.write(RAMP, fact, one.by, one.at)
    with open_reader(url) as reader:
        (reason,) = reasons_by_kind(reader, RAMP)["task_registered.v1"]
    assert reason.agrees is None
    assert "无法复算" in reason_text(reason)
    assert "cannot be computed again" in reason_text(reason, "en")


def test_the_history_gives_each_reason_once(chronicle: Chronicle, url: str) -> None:
    """In the sentence where it shows the limit, below it where it only shows the instant."""
    chronicle.tell_story(RAMP, s.closed())
    with open_reader(url) as reader:
        entries = reader.stream(RAMP)
        explained = explained_dues(reader, RAMP)
    for language in ("zh", "en"):
        lines = list(history_of(entries, OpaqueNames(), language, explained))
        by_kind = {line.kind: line for line in lines}
        dispatched = by_kind["task_dispatched.v1"]
        assert len(dispatched.reasons) == 2
        assert not dispatched.untold
        assert all(reason.why in dispatched.sentence for reason in dispatched.reasons)
        closing = by_kind["task_rated.v1"]
        assert [reason.why for reason in closing.untold] == [
            reason.why for reason in closing.reasons
        ]
        assert all(reason.agrees for line in lines for reason in line.reasons)
    assert next(iter(history_of(entries, OpaqueNames()))).reasons == ()


def test_lengths_are_told_in_their_two_largest_units() -> None:
    assert length_text(timedelta(days=3)) == "3 天"
    assert length_text(timedelta(days=1), "en") == "1 day"
    assert length_text(timedelta(hours=2, minutes=5, seconds=9)) == "2 小时 5 分钟"
    assert length_text(timedelta(), "en") == "0 seconds"


def test_the_reason_of_an_assistance_is_who_named_it(chronicle: Chronicle, url: str) -> None:
    story = s.in_progress().does(
        c.InviteAssist(unit="440106-HL", request=sealed()), CIVIL_COORDINATOR
    )
    chronicle.tell_story(RAMP, story)
    with open_reader(url) as reader:
        (reason,) = reasons_by_kind(reader, RAMP)["assist_invited.v1"]
    assert reason.rule is Rule.NAMED
    assert reason.clock == "assist/1"
    assert reason_text(reason).startswith("由办理方确定：")
    assert story.now.astimezone(UTC) < reason.due
