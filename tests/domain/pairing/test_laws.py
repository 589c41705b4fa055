"""Laws that hold for any sequence of commands, by anybody, at any time, in any weather."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.canonical import canonical
from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import Asked, By, FactOutOfPlace, Happened, rung_by
from domain.pairing import commands as c
from domain.pairing.case import PAIRING
from domain.pairing.state import Draft
from domain.refusals import CommandRefused
from domain.rules import Rules
from tests.domain.harness import Story
from tests.domain.pairing import stories as s
from tests.domain.pairing.test_who import EVERYBODY, TABLE
from tests.domain.world import (
    CIVIL_AFFAIRS,
    DISSOLVED,
    HOUSING,
    RULES,
    SHIPAI,
    SHIPAI_CENTER,
    SHIPAI_PLACE,
    WUSHAN,
    WUSHAN_PLACE,
    YEAR_2026,
    YEAR_2027,
    on,
    rules_with,
    task_id,
)

units = st.sampled_from((*s.PARTIES, HOUSING, WUSHAN, DISSOLVED, "NO-SUCH"))
tasks = st.sampled_from([s.RAMP.stream, s.LIFT.stream, task_id("nowhere")])
texts = st.sampled_from(["理由", "机构改革", "打 13800138000", "证 44010619900307123X"])
codes = st.sampled_from(["N-1", "P-1", "P-2", "R-1"])
categories = st.sampled_from(["ELDER", "HEALTH", "MEAL", "MOON"])
kinds = st.sampled_from(c.ListKind)
instants = st.sampled_from(
    [on(1, 1), on(5, 12), on(6, 15), on(8, 1), s.TERM_END, on(6, 1, year=2029), on(6, 1, year=2035)]
)
items = st.lists(
    st.builds(
        c.ListItem,
        code=codes,
        title=texts,
        category=categories,
        place=st.sampled_from([None, SHIPAI_PLACE, WUSHAN_PLACE]),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
plans = st.lists(st.builds(c.Successor, task=tasks, unit=units), max_size=3).map(tuple)

drafts = st.builds(
    c.DraftPairing,
    center=st.sampled_from([SHIPAI_CENTER, CIVIL_AFFAIRS]),
    departments=st.lists(units, min_size=1, max_size=3).map(tuple),
    street=st.sampled_from([SHIPAI, WUSHAN]),
    categories=st.lists(categories, min_size=1, max_size=2).map(tuple),
    lead=st.none() | units,
    title=texts,
    term_start=instants,
    term_end=instants,
    policy=st.sampled_from([None, "town", "nowhere"]),
)
imagined: st.SearchStrategy[BaseModel] = st.one_of(
    drafts,
    st.builds(c.AttachList, list=kinds, unit=units, items=items),
    st.builds(c.CounterPropose, text=texts),
    st.builds(c.ClaimProject, item=codes, unit=units),
    st.builds(
        c.SignAgreement,
        terms=st.sampled_from([s.TERMS, ("GOALS",), ()]),
        signature=st.sampled_from(["e30..c2ln", "  ", "a\x00"]),
    ),
    st.builds(c.ReplaceParty, party=units, by_unit=units, reason=texts, successors=plans),
    st.builds(c.ChangeLead, lead=units, reason=texts),
    st.builds(c.ReviseLists, list=kinds, unit=units, items=items, reason=texts),
    st.builds(c.SuspendPairing, reason=texts, until=instants),
    st.just(c.OpenReview()),
    st.builds(
        c.GiveScore,
        side=st.sampled_from(["CENTER_AND_STREET", "DEPARTMENTS"]),
        score=st.integers(0, 100),
        comment=st.none() | texts,
    ),
    st.builds(c.RenewPairing, term_end=instants),
    st.builds(c.RequestExit, reason=texts, successors=plans),
    st.builds(c.HandOverTask, task=tasks, unit=units),
    st.builds(RingClock, name=st.sampled_from(["answer", "review", "term_end"]), due=instants),
    st.just(RecomputeDeadlines()),
)
sensible = st.sampled_from(
    [(command, by) for _, command, allowed in TABLE.values() for by in allowed]
)
"""Commands as the town gives them, so that sequences get somewhere."""

steps = st.one_of(
    sensible,
    sensible,
    st.tuples(imagined, st.sampled_from(EVERYBODY)),
    st.sampled_from(["the next clock rings", "a clock rings late"]),
)
worlds: st.SearchStrategy[Rules] = st.sampled_from(
    [
        RULES,
        s.with_tasks(s.RAMP, s.LIFT),
        s.with_tasks(s.task("the ramp", None)),
        rules_with(years=(YEAR_2026, YEAR_2027)),
    ]
)
waits = st.sampled_from([timedelta(), timedelta(minutes=1), timedelta(days=3), timedelta(days=170)])
beginnings = st.sampled_from([s.undrafted, s.signed, *s.EVERY_STATE.values(), s.renewable])
walks = st.lists(st.tuples(steps, waits, worlds), max_size=14)


def asked_of(story: Story, step: Any) -> Asked[Any] | None:
    """Return what *step* asks of the story, None for a clock where none runs."""
    by: By
    if isinstance(step, str):
        running = sorted(PAIRING.clocks(story.state, story.rules), key=lambda clock: clock.due)
        if not running:
            return None
        first = running[0]
        late = timedelta(days=100) if step == "a clock rings late" else timedelta()
        at = max(story.now, first.due) + late
        command: Any = RingClock(name=first.name, due=first.due)
        by = rung_by(first.name)
    else:
        command, by = step
        at = story.now
    return Asked(story.stream, at, by, f"ask-{len(story.facts)}", command, at)


def walk(beginning: Any, path: Any) -> list[tuple[Story, Asked[Any], tuple[BaseModel, ...] | None]]:
    """Play a path; return each point with what was asked and the facts (None: refused)."""
    story: Story = beginning()
    points = []
    for step, wait, rules in path:
        story = story.after(seconds=wait.total_seconds()).under(rules)
        asked = asked_of(story, step)
        if asked is None:
            continue
        facts: tuple[BaseModel, ...] | None
        try:
            facts = PAIRING.decide(story.state, asked, story.rules)
        except CommandRefused:
            facts = None
        points.append((story, asked, facts))
        story = story.at(asked.at).told(*(facts or ()), by=asked.by)
    return points


def through_the_book(happened: Happened[Any]) -> Happened[Any]:
    """Write a fact as the ledger does and read it again."""
    fact = happened.fact
    written = canonical(fact.model_dump(mode="json", exclude={"kind"}))
    read = PAIRING.facts.validate_python({"kind": fact.kind, **json.loads(written)})
    by = By.model_validate_json(happened.by.model_dump_json())
    return Happened(read, happened.at, happened.occurred_at, by, happened.version)


@settings(max_examples=120)
@given(beginnings, walks)
def test_replaying_the_book_gives_the_pairing_people_saw(beginning: Any, path: Any) -> None:
    """Facts hold everything `evolve` needs, and canonical JSON keeps all of it."""
    points = walk(beginning, path)
    if not points:
        return
    story, asked, facts = points[-1]
    live = story.at(asked.at).told(*(facts or ()), by=asked.by)
    replayed = PAIRING.initial
    for happened in live.facts:
        replayed = PAIRING.evolve(replayed, through_the_book(happened))
    assert replayed == live.state


@settings(max_examples=120)
@given(beginnings, walks)
def test_deciding_is_pure_and_refuses_only_by_rule(beginning: Any, path: Any) -> None:
    """Any other exception fails this test; asking twice gives the same answer."""
    for story, asked, facts in walk(beginning, path):
        before = story.state
        if facts is None:
            with pytest.raises(CommandRefused) as refused:
                PAIRING.decide(before, asked, story.rules)
            assert refused.value.chinese
            assert refused.value.english
        else:
            assert PAIRING.decide(before, asked, story.rules) == facts
        assert story.state == before


@settings(max_examples=120)
@given(beginnings, walks)
def test_what_is_over_stays_over(beginning: Any, path: Any) -> None:
    """No clock, no talk, no fact, whatever is asked."""
    for story, _, facts in walk(beginning, path):
        if PAIRING.is_over(story.state):
            assert PAIRING.clocks(story.state, story.rules) == ()
            assert PAIRING.talks(story.stream, story.state) == ()
            assert not facts


@settings(max_examples=100)
@given(beginnings, walks)
def test_every_open_pairing_has_a_clock_or_waits_for_somebody(beginning: Any, path: Any) -> None:
    """Where no clock runs, somebody of the town can say something that is heard."""
    for story, _, _ in walk(beginning, path):
        if PAIRING.is_over(story.state) or story.state == PAIRING.initial:
            continue
        if PAIRING.clocks(story.state, story.rules):
            continue
        assert heard(story), PAIRING.state_name(story.state)


def heard(story: Story) -> bool:
    """Say whether any command of the town is accepted now."""
    possible = [(command, by) for _, command, allowed in TABLE.values() for by in allowed]
    if isinstance(story.state, Draft):  # whoever drafted it may withdraw it
        possible += [(c.WithdrawPairing(), by) for by in EVERYBODY]
    possible += [(c.SubmitForApproval(), by) for by in EVERYBODY]
    for task in (s.RAMP.stream, s.LIFT.stream):
        possible += [
            (c.HandOverTask(task=task, unit=unit), rung_by("hand_over")) for unit in s.PARTIES
        ]
    for command, by in possible:
        asked = Asked(story.stream, story.now, by, "ask", command, story.now)
        try:
            if PAIRING.decide(story.state, asked, story.rules):
                return True
        except CommandRefused:
            continue
    return False


@settings(max_examples=100)
@given(beginnings, walks)
def test_a_due_clock_gives_one_fact_and_stops(beginning: Any, path: Any) -> None:
    for story, _, _ in walk(beginning, path):
        for clock in PAIRING.clocks(story.state, story.rules):
            ring = RingClock(name=clock.name, due=clock.due)
            at = max(story.now, clock.due)
            after = story.does(ring, rung_by(clock.name), at)
            assert len(after.facts) == len(story.facts) + 1
            assert (clock.name, clock.due) not in after.clocks().items()


@pytest.mark.parametrize("state", list(s.EVERY_STATE))
def test_a_fact_that_is_missing_or_doubled_is_noticed(state: str) -> None:
    """`evolve` never passes over a fact that cannot follow."""
    story = s.EVERY_STATE[state]()
    with pytest.raises(FactOutOfPlace):
        PAIRING.evolve(story.state, story.facts[0])
    with pytest.raises(FactOutOfPlace):
        PAIRING.evolve(PAIRING.initial, s.proposed().facts[-1])
