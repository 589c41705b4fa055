"""A request to erase is told ahead of its day and when late; what is answered rings no more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM, FactOutOfPlace, rung_by
from domain.people import Channel, Known
from domain.registry.case import SUBJECT
from domain.registry.commands import RecordErasure, RefuseErasure, RequestErasure
from domain.registry.facts import (
    ErasureAnswerDueSoon,
    ErasureAnswerOverdue,
    ErasureDeadlineRecalculated,
    ErasureRequested,
    SubjectErased,
)
from domain.registry.standing import RequestedErasure
from tests.domain import laws
from tests.domain.harness import Story, given
from tests.domain.world import DPO, GRANDMA, REGISTRAR, on, task_id

TASK = task_id("the ramp")
ASK = RequestErasure(case=TASK)
ANSWER, REMINDER = "erasure_answer", "erasure_answer.remind_before"
DUE, AHEAD = on(6, 1, "17:00"), on(5, 27, "17:00")
"""Fifteen working days after Monday, 11 May 2026, and three before that."""


def requested() -> Story:
    by = GRANDMA.model_copy(update={"channel": Channel.LINK, "known": Known.LINK})
    story = replace(given(case=SUBJECT), stream=str(GRANDMA.person))
    return story.does(ASK, by=by)


def told(story: Story) -> list[str]:
    """Who the newest fact is told to, and by which text."""
    notices = SUBJECT.notices(story.stream, story.state, story.facts[-1])
    return [f"{one.template} → {one.to}" for one in notices]


def test_the_pack_says_when_the_officer_is_told_and_when_it_is_late() -> None:
    story = requested()
    assert story.clocks() == {REMINDER: AHEAD, ANSWER: DUE}
    soon = story.when_rings(REMINDER).then(ErasureAnswerDueSoon(due=DUE))
    assert soon.clocks() == {ANSWER: DUE}
    late = soon.when_rings(ANSWER).then(ErasureAnswerOverdue(due=DUE))
    assert late.clocks() == {}
    late.then_state("ERASURE_REQUESTED")
    assert isinstance(late.state, RequestedErasure)
    assert late.state.overdue


def test_the_officers_of_the_place_are_told_of_each_step() -> None:
    story = requested()
    assert told(story) == ["erasure_requested → role/DPO"]
    soon = story.rings(REMINDER)
    assert told(soon) == ["erasure_answer_due_soon → role/DPO"]
    assert told(soon.rings(ANSWER)) == ["erasure_answer_overdue → role/DPO"]
    (notice,) = SUBJECT.notices(soon.stream, soon.state, soon.facts[-1])
    assert notice.values == {"case": TASK, "due": "2026-06-01T09:00:00.000000Z"}


def test_a_reminder_that_comes_after_the_day_disturbs_nobody() -> None:
    """After an outage both ring at once, and it is told once: that it is late."""
    late = requested().rings(REMINDER, DUE + timedelta(hours=1))
    assert told(late) == []
    assert told(late.rings(ANSWER, DUE + timedelta(hours=1))) == [
        "erasure_answer_overdue → role/DPO"
    ]


def test_what_is_answered_rings_no_more() -> None:
    no, erase = RefuseErasure(reason="依法保存三年"), RecordErasure(basis="依本人申请")
    assert requested().does(no, by=DPO).clocks() == {}
    assert requested().does(erase, by=DPO).clocks() == {}
    stale = RingClock(name=ANSWER, due=DUE)
    requested().does(no, by=DPO).when(stale, rung_by(ANSWER), DUE).then_nothing()


def test_a_late_answer_follows_the_fact_that_it_is_late() -> None:
    story = requested().rings(REMINDER).rings(ANSWER).after(days=2)
    story.when(RecordErasure(basis="依本人申请"), by=DPO).then(SubjectErased).then_state("ERASED")
    again = story.does(RefuseErasure(reason="依法保存三年"), by=DPO)
    assert isinstance(again.state, RequestedErasure)
    assert again.state.overdue, "an auditor reads that the refusal came late"


def test_who_asks_again_is_counted_anew() -> None:
    by = GRANDMA.model_copy(update={"channel": Channel.LINK, "known": Known.LINK})
    first = requested().rings(REMINDER).rings(ANSWER)
    again = first.does(RefuseErasure(reason="依法保存三年"), by=DPO).does(ASK, by=by)
    assert set(again.clocks()) == {REMINDER, ANSWER}
    assert again.clocks()[ANSWER] > DUE


def test_a_provisional_limit_is_counted_again_once() -> None:
    story = requested()
    assert isinstance(story.state, RequestedErasure)
    guessed = story.state.answer.model_copy(update={"due": on(5, 30), "provisional": True})
    book = replace(given(case=SUBJECT), stream=story.stream).told(
        ErasureRequested(case=TASK, answer=guessed), by=GRANDMA
    )
    counted = book.when(RecomputeDeadlines(), by=SYSTEM).then(ErasureDeadlineRecalculated)
    assert counted.clocks()[ANSWER] == DUE
    counted.when(RecomputeDeadlines(), by=SYSTEM).then_nothing()


def test_only_time_rings_and_counts() -> None:
    requested().when(RecomputeDeadlines(), by=REGISTRAR).then_refused("role-permitted")


def test_a_due_clock_gives_one_fact_and_stops() -> None:
    for story in (requested(), requested().rings(REMINDER)):
        laws.rings_once([(story, laws.asking(story, ASK, GRANDMA), None)])


def test_a_fact_that_cannot_follow_is_noticed() -> None:
    empty = replace(given(case=SUBJECT), stream=str(GRANDMA.person))
    for fact in (ErasureAnswerDueSoon(due=DUE), ErasureAnswerOverdue(due=DUE)):
        with pytest.raises(FactOutOfPlace):
            _ = empty.told(fact).state
