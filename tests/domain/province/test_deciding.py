"""What a province records of a city, and what a city states: the rules, one by one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.envelope import SYSTEM, FactOutOfPlace
from domain.oversight import facts as of_log
from domain.oversight.case import LOG, LOG_STREAM
from domain.oversight.commands import PublishFigures, WithdrawFigures
from domain.people import Known
from domain.province import facts
from domain.province.case import CITY
from domain.province.commands import (
    AddCity,
    ChangeCityAddress,
    RaiseCityAlarm,
    RemoveCity,
    ReplaceCityKey,
    SettleCityAlarm,
    TakeStatement,
)
from domain.province.standing import City, NeighbourCity, expected, month_of
from domain.province.words import CityAlarmGround, StatementStanding
from domain.statements import StatedFigure, digest_of, due_of, in_force, month_is_over
from domain.values import STREAM
from tests.domain.harness import Story, given
from tests.domain.world import (
    AUDITOR,
    CIVIL_STAFF,
    DISPATCHER,
    DPO,
    MONDAY,
    REGISTRAR,
    SUPERVISOR,
    Town,
    rules_with,
    uuid_of,
)

STREAM_OF = f"city/{uuid_of('Foshan')}"
ORIGIN = "fs.example.org/log"
KEY, NEXT_KEY = f"{ORIGIN}+0a1b2c3d+AQab", f"{ORIGIN}+1a2b3c4d+AQcd"
ADD = AddCity(
    name="佛山市", origin=ORIGIN, key=KEY, url="https://fs.example.org/log", since="2026-03"
)
FIGURE = StatedFigure(
    code="return_rate@1", numerator=1, denominator=4, excluded=0, meaning="回退率"
)
TAKE = TakeStatement(
    key=KEY,
    number=1,
    digest=digest_of("1"),
    issued=datetime(2026, 5, 4, tzinfo=UTC),
    month="2026-04",
    position=40,
    size=41,
    root="ab" * 32,
    figures=(FIGURE,),
    note="…",
)
NEXT = TAKE.model_copy(
    update={
        "number": 2,
        "previous": TAKE.digest,
        "digest": digest_of("2"),
        "month": "2026-03",
        "size": 50,
        "root": "cd" * 32,
    }
)
WITHDRAWAL = NEXT.model_copy(
    update={
        "month": "2026-04",
        "withdraws": 1,
        "position": None,
        "figures": (),
        "reason": "误报",
    }
)
ALARM = RaiseCityAlarm(ground=CityAlarmGround.SAME_NUMBER, known="一", shown="二")
OTHER = NeighbourCity(
    f"city/{uuid_of('Zhuhai')}",
    "HELD",
    True,
    "珠海市",
    "zh.example.org/log",
    ("zh.example.org/log+0a1b2c3d+AQzh",),
)


def city() -> Story:
    rules = rules_with(town=Town(others=(OTHER,)))
    return replace(given(case=CITY), stream=STREAM_OF, rules=rules)


def held() -> Story:
    return city().when(ADD, by=REGISTRAR).then(facts.CityAdded)


def taken() -> Story:
    return held().when(TAKE, by=SYSTEM).then(facts.StatementTaken)


def but(command: Any, **changes: Any) -> Any:
    return command.model_copy(update=changes)


# Whom it holds.


def test_a_registrar_holds_a_city_changes_and_removes_it() -> None:
    removed = (
        held()
        .then_state("HELD")
        .when(ReplaceCityKey(origin=ORIGIN, key=NEXT_KEY, reason="年度更换"), by=REGISTRAR)
        .then(facts.CityKeyReplaced, key=NEXT_KEY, key_before=KEY)
        .when(ChangeCityAddress(url=None, reason="改为报送文件"), by=REGISTRAR)
        .then(facts.CityAddressChanged, url=None, url_before=ADD.url)
        .when(ChangeCityAddress(url=None, reason="再说一次"), by=REGISTRAR)
        .then_nothing()
        .when(RemoveCity(reason="撤并"), by=REGISTRAR)
        .then(facts.CityRemoved)
        .then_state("REMOVED")
    )
    removed.when(TAKE, by=SYSTEM).then_refused("city-removed")
    removed.when(ADD, by=REGISTRAR).then_refused("city-once")
    removed.when(RemoveCity(reason="再移"), by=REGISTRAR).then_refused("city-removed")


@pytest.mark.parametrize("by", [AUDITOR, DPO, DISPATCHER, CIVIL_STAFF, SUPERVISOR, SYSTEM])
def test_nobody_else_says_whom_a_province_believes(by: Any) -> None:
    city().when(ADD, by=by).then_refused("role-permitted")
    replaced = ReplaceCityKey(origin=ORIGIN, key=NEXT_KEY, reason="年度更换")
    held().when(replaced, by=by).then_refused("role-permitted")


def test_who_says_whom_to_believe_proves_who_they_are() -> None:
    named = REGISTRAR.model_copy(update={"known": Known.LOCAL_OPERATOR})
    city().when(ADD, by=named).then_refused("identity-proven")
    replaced = ReplaceCityKey(origin=ORIGIN, key=NEXT_KEY, reason="年度更换")
    held().when(replaced, by=named).then_refused("identity-proven")


def test_a_key_is_of_its_log_and_of_one_city() -> None:
    foreign = OTHER.keys[0]
    city().when(but(ADD, key=foreign), by=REGISTRAR).then_refused("city-key-of-log")
    city().when(but(ADD, key=foreign, origin=OTHER.origin), by=REGISTRAR).then_refused(
        "city-key-held"
    )
    city().when(but(ADD, name="珠海市"), by=REGISTRAR).then_refused("city-name-held")
    again = ReplaceCityKey(origin=ORIGIN, key=KEY, reason="年度更换")
    held().when(again, by=REGISTRAR).then_refused("city-key-new")
    of_other = ReplaceCityKey(origin=OTHER.origin, key=foreign, reason="年度更换")
    held().when(of_other, by=REGISTRAR).then_refused("city-key-of-log")


def test_nothing_is_done_with_a_city_nobody_holds() -> None:
    for command, by in (
        (TAKE, SYSTEM),
        (ALARM, SYSTEM),
        (RemoveCity(reason="撤并"), REGISTRAR),
        (SettleCityAlarm(alarm=1, reason="查明"), SUPERVISOR),
    ):
        city().when(command, by=by).then_refused("city-unknown")


# What it takes.


@pytest.mark.parametrize("by", [REGISTRAR, AUDITOR, SUPERVISOR, DISPATCHER])
def test_nobody_types_a_statement_or_an_alarm_in(by: Any) -> None:
    held().when(TAKE, by=by).then_refused("role-permitted")
    held().when(ALARM, by=by).then_refused("role-permitted")


def test_statements_follow_each_other_and_one_taken_before_is_no_news() -> None:
    both = taken().when(NEXT, by=SYSTEM).then(facts.StatementTaken, number=2)
    both.when(NEXT, by=SYSTEM).then_nothing()
    both.when(TAKE, by=SYSTEM).then_nothing()


def test_a_series_may_be_held_from_its_middle_on() -> None:
    begun = held().when(but(TAKE, number=7, previous=digest_of("6")), by=SYSTEM)
    begun = begun.then(facts.StatementTaken, number=7)
    early = but(WITHDRAWAL, number=8, withdraws=3, month="2026-03")
    begun.when(early, by=SYSTEM).then(facts.WithdrawalTaken, withdraws=3)


REFUSED: dict[str, tuple[Any, str]] = {
    "another city's key": (but(NEXT, key=OTHER.keys[0]), "statement-foreign-key"),
    "another statement of the same number": (but(TAKE, digest=digest_of("x")), "two-statements"),
    "another series": (but(NEXT, previous=digest_of("x")), "series-broken"),
    "no series": (but(NEXT, previous=None), "series-broken"),
    "a gap": (but(NEXT, number=3), "statement-in-order"),
    "a smaller checkpoint": (but(NEXT, size=30, position=3), "checkpoint-goes-on"),
    "another root of the same size": (but(NEXT, size=41), "two-histories"),
    "counted beyond": (but(NEXT, position=50), "statement-position"),
    "counted nowhere": (but(NEXT, position=-1), "statement-position"),
    "a month that runs": (but(NEXT, month="2026-05"), "stated-month-over"),
    "a month twice": (but(NEXT, month="2026-04"), "month-stated-twice"),
    "replacing another": (but(NEXT, month="2026-04", replaces=3), "month-stated-twice"),
    "more above than below": (
        but(NEXT, figures=(but(FIGURE, numerator=5),)),
        "figure-above-line",
    ),
    "a figure twice": (but(NEXT, figures=(FIGURE, FIGURE)), "figure-once"),
    "neither figures nor a withdrawal": (but(NEXT, position=None), "statement-whole"),
    "both": (but(WITHDRAWAL, position=3), "statement-whole"),
    "a withdrawal without a reason": (but(WITHDRAWAL, reason=None), "statement-whole"),
    "a withdrawal of another": (but(WITHDRAWAL, withdraws=2), "nothing-to-withdraw"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_follow_is_refused(case: str) -> None:
    command, rule = REFUSED[case]
    taken().when(command, by=SYSTEM).then_refused(rule)


def test_the_signer_of_a_foreign_statement_is_named() -> None:
    story = taken().when(but(NEXT, key=OTHER.keys[0]), by=SYSTEM)
    assert story.asked is not None
    with pytest.raises(Exception, match="由珠海市的密钥签名"):
        story.asked()


def test_a_statement_by_the_key_before_is_refused_as_that() -> None:
    replaced = (
        taken()
        .when(ReplaceCityKey(origin=ORIGIN, key=NEXT_KEY, reason="泄露"), by=REGISTRAR)
        .then(facts.CityKeyReplaced)
    )
    replaced.when(NEXT, by=SYSTEM).then_refused("statement-old-key")
    replaced.when(but(NEXT, key=NEXT_KEY), by=SYSTEM).then(facts.StatementTaken)


def test_what_was_replaced_or_withdrawn_stays() -> None:
    anew = but(NEXT, month="2026-04", replaces=1, reason="补录")
    again = but(WITHDRAWAL, number=3, previous=NEXT.digest, digest=digest_of("3"), withdraws=2)
    story = taken().when(anew, by=SYSTEM).then(facts.StatementTaken, replaces=1)
    story = story.when(again, by=SYSTEM).then(facts.WithdrawalTaken, withdraws=2)
    assert isinstance(story.state, City)
    assert [one.number for one in story.state.statements] == [1, 2, 3]
    assert story.state.statements[0].figures == (FIGURE,)
    assert in_force(story.state.statements, "2026-04") is None


def test_a_fact_that_leaves_a_statement_out_is_a_broken_book() -> None:
    story = taken().when(NEXT, by=SYSTEM).then(facts.StatementTaken)
    with pytest.raises(FactOutOfPlace, match="cannot follow statement"):
        assert replace(story, facts=(*story.facts, story.facts[-1])).state
    with pytest.raises(FactOutOfPlace, match="cannot come first"):
        assert replace(story, facts=story.facts[1:]).state


# Alarms.


def test_an_alarm_is_raised_once_and_settled_by_a_person() -> None:
    alarmed = held().when(ALARM, by=SYSTEM).then(facts.CityAlarmRaised, alarm=1)
    alarmed.when(ALARM, by=SYSTEM).then_nothing()
    other = alarmed.when(but(ALARM, shown="三"), by=SYSTEM).then(facts.CityAlarmRaised, alarm=2)
    settle = SettleCityAlarm(alarm=1, reason="误将测试报表报送")
    settled = other.when(settle, by=SUPERVISOR).then(facts.CityAlarmSettled, alarm=1)
    settled.when(settle, by=SUPERVISOR).then_refused("alarm-unknown")
    settled.when(but(settle, alarm=9), by=AUDITOR).then_refused("alarm-unknown")
    settled.when(but(settle, alarm=2), by=REGISTRAR).then_refused("role-permitted")
    settled.when(ALARM, by=SYSTEM).then_nothing()  # the same two notes: looked into already


def test_a_log_that_forked_and_grows_is_one_alarm_until_it_is_settled() -> None:
    fork = but(ALARM, ground=CityAlarmGround.CHECKPOINTS, other_root="ef" * 32)
    alarmed = held().when(fork, by=SYSTEM).then(facts.CityAlarmRaised)
    alarmed.when(but(fork, shown="更大的检查点"), by=SYSTEM).then_nothing()
    settle = SettleCityAlarm(alarm=1, reason="已约谈")
    settled = alarmed.when(settle, by=AUDITOR).then(facts.CityAlarmSettled)
    settled.when(but(fork, shown="再大的检查点"), by=SYSTEM).then(facts.CityAlarmRaised, alarm=2)


# How months stand.


def test_a_month_is_due_on_its_day_and_judged_by_when_it_was_first_taken() -> None:
    """Due on the tenth of the month after, to the end of the day in China."""
    due = due_of("2026-04", 10)
    assert due == datetime(2026, 5, 10, 16, tzinfo=UTC)
    assert due_of("2026-12", 10) == datetime(2027, 1, 10, 16, tzinfo=UTC)
    early, late = held().at(due - timedelta(seconds=1)), held().at(due)
    for story, before in ((early, StatementStanding.AWAITED), (late, StatementStanding.MISSING)):
        assert month_of(story.state, "2026-04", 10, story.now).standing is before
    for story, after in ((early, StatementStanding.ON_TIME), (late, StatementStanding.LATE)):
        told = story.when(TAKE, by=SYSTEM).then(facts.StatementTaken)
        found = month_of(told.state, "2026-04", 10, told.now + timedelta(days=90))
        assert (found.standing, found.first_at) == (after, story.now)
        over = told.when(WITHDRAWAL, by=SYSTEM).then(facts.WithdrawalTaken)
        assert month_of(over.state, "2026-04", 10, over.now).standing is StatementStanding.WITHDRAWN


def test_a_city_owes_months_from_its_first_until_it_is_removed() -> None:
    story = taken()
    assert not expected(story.state, "2026-02", MONDAY)
    assert expected(story.state, "2026-03", MONDAY)
    removed = story.when(RemoveCity(reason="撤并"), by=REGISTRAR).then(facts.CityRemoved)
    later = MONDAY + timedelta(days=1)
    assert not expected(removed.state, "2026-03", later)
    assert expected(removed.state, "2026-04", later)  # what was taken is shown


def test_a_month_ends_with_its_last_hour_in_china() -> None:
    assert not month_is_over("2026-04", datetime(2026, 4, 30, 15, 59, tzinfo=UTC))
    assert month_is_over("2026-04", datetime(2026, 4, 30, 16, 0, tzinfo=UTC))


def test_a_city_has_an_opaque_stream_and_no_clerk() -> None:
    assert STREAM.fullmatch(STREAM_OF)
    assert not STREAM.fullmatch("city/foshan")
    assert not CITY.clerked


# What a city states (the log's own stream).

PUBLISH = PublishFigures(number=1, month="2026-04", position=40, size=41, text="一")
WITHDRAW = WithdrawFigures(
    number=2, month="2026-04", withdraws=1, size=45, reason="误报", text="二"
)


def log() -> Story:
    return replace(given(case=LOG), stream=LOG_STREAM)


def published() -> Story:
    return log().when(PUBLISH, by=REGISTRAR).then(of_log.FiguresPublished, digest=digest_of("一"))


def test_a_registrar_or_the_system_states_a_month_once() -> None:
    log().when(PUBLISH, by=SYSTEM).then(of_log.FiguresPublished)
    again = but(PUBLISH, number=2)
    published().when(again, by=REGISTRAR).then_refused("month-stated")
    anew = but(again, replaces=1, reason="补录")
    story = published().when(anew, by=REGISTRAR).then(of_log.FiguresPublished, replaces=1)
    over = story.when(but(WITHDRAW, number=3, withdraws=2), by=REGISTRAR)
    gone = over.then(of_log.FiguresWithdrawn, withdraws=2)
    gone.when(but(PUBLISH, number=4, size=45), by=REGISTRAR).then(
        of_log.FiguresPublished, replaces=None
    )
    assert [one.number for one in gone.state.statements] == [1, 2, 3]


@pytest.mark.parametrize("by", [AUDITOR, DPO, DISPATCHER, CIVIL_STAFF, SUPERVISOR])
def test_nobody_else_speaks_for_the_city(by: Any) -> None:
    log().when(PUBLISH, by=by).then_refused("role-permitted")
    published().when(WITHDRAW, by=by).then_refused("role-permitted")


def test_the_system_takes_nothing_back_and_a_name_alone_states_nothing() -> None:
    published().when(WITHDRAW, by=SYSTEM).then_refused("role-permitted")
    named = REGISTRAR.model_copy(update={"known": Known.LOCAL_OPERATOR})
    log().when(PUBLISH, by=named).then_refused("identity-proven")
    published().when(WITHDRAW, by=named).then_refused("identity-proven")


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (but(PUBLISH, number=3, month="2026-03"), "statement-next"),
        (but(PUBLISH, number=1, month="2026-03"), "statement-next"),
        (but(PUBLISH, number=2, month="2026-03", size=30, position=3), "statement-goes-on"),
        (but(PUBLISH, number=2, month="2026-03", position=41), "position-covered"),
        (but(PUBLISH, number=2, month="2026-03", position=-1), "position-covered"),
        (but(PUBLISH, number=2, month="2026-05"), "month-over"),
        (but(PUBLISH, number=2, month="2026-03", reason="更正"), "replaced-for-a-reason"),
        (but(PUBLISH, number=2, replaces=1), "replaced-for-a-reason"),
        (but(PUBLISH, number=2, month="2026-03", replaces=1, reason="更正"), "month-stated"),
        (but(WITHDRAW, withdraws=2), "statement-stands"),
        (but(WITHDRAW, month="2026-03"), "statement-stands"),
        (but(WITHDRAW, number=5), "statement-next"),
    ],
)
def test_a_city_states_only_what_follows(command: Any, rule: str) -> None:
    published().when(command, by=REGISTRAR).then_refused(rule)
