"""Laws that hold for any kind of case, whatever is asked, by anybody, at any time, in any weather.

A kind of case offers its stories as a module (`Stories`); the laws are asked of every module in
`tests/domain/test_laws_of_kinds.py`. Each law is one function here, so that none is copied.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

import pytest
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.canonical import canonical
from domain.cases import CaseKind
from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import Asked, By, FactOutOfPlace, Happened, rung_by
from domain.refusals import CommandRefused
from domain.rules import Rules
from tests.domain.harness import Story
from tests.domain.world import RULES

Row = tuple[Callable[[], Story], BaseModel, tuple[By, ...]]
"""One row of a kind's table: how it begins, what is said, and everybody who may say it."""
Point = tuple[Story, Asked[Any], tuple[BaseModel, ...] | None]
"""A moment of a walk, what was asked in it, and the facts (None: it was refused)."""


class Stories(Protocol):
    """What a kind's stories offer to the laws.

    A module may also have `WORLDS` (other rules a step may meet), `BEGINNINGS` (stories beside
    those of the states) and `ALSO_HEARD` (commands with who gives them, beside the table's).
    """

    KIND: CaseKind
    EVERY_STATE: Mapping[str, Callable[[], Story]]
    TABLE: Mapping[str, Row]
    IMAGINED: st.SearchStrategy[BaseModel]
    EVERYBODY: tuple[By, ...]


def _more(stories: Stories, name: str) -> tuple[Any, ...]:
    return tuple(getattr(stories, name, ()))


def asking(story: Story, command: Any, by: By) -> Asked[Any]:
    """Return *command* as the desk hands it to the decider."""
    return Asked(
        story.stream, story.now, by, f"ask-{len(story.facts)}", command, story.now, "ab" * 32
    )


def accepted(story: Story, command: BaseModel, by: By) -> bool:
    """Say whether the command is heard; only a refusal says no."""
    try:
        story.case.decide(story.state, asking(story, command, by), story.rules)
    except CommandRefused:
        return False
    return True


# Walks: sequences of what may be asked, half of it sensible.

WAITS = st.sampled_from([timedelta(), timedelta(minutes=1), timedelta(days=3), timedelta(days=170)])
RINGS = ("the next clock rings", "a clock rings late")


def walks(stories: Stories) -> st.SearchStrategy[list[Point]]:
    """Return walks through cases of this kind, each from one of its stories."""
    sensible = st.sampled_from(
        [(command, by) for _, command, allowed in stories.TABLE.values() for by in allowed]
    )
    wild = st.tuples(stories.IMAGINED, st.sampled_from(stories.EVERYBODY))
    steps = st.one_of(sensible, sensible, wild, st.sampled_from(RINGS))
    starts = [story for story, _, _ in stories.TABLE.values()]
    beginnings = (*stories.EVERY_STATE.values(), *_more(stories, "BEGINNINGS"), *starts)
    worlds = st.sampled_from([None, RULES, *_more(stories, "WORLDS")])
    paths = st.lists(st.tuples(steps, WAITS, worlds), max_size=14)
    return st.builds(lambda begin, path: _walk(begin(), path), st.sampled_from(beginnings), paths)


def _walk(story: Story, path: Iterable[tuple[Any, timedelta, Rules | None]]) -> list[Point]:
    points: list[Point] = []
    for step, wait, rules in path:
        story = story.after(seconds=wait.total_seconds()).under(rules or story.rules)
        asked = _asked_of(story, step)
        if asked is None:
            continue
        facts: tuple[BaseModel, ...] | None
        try:
            facts = story.case.decide(story.state, asked, story.rules)
        except CommandRefused:
            facts = None
        points.append((story, asked, facts))
        story = story.at(asked.at).told(*(facts or ()), by=asked.by)
    return points


def _asked_of(story: Story, step: Any) -> Asked[Any] | None:
    """Return what *step* asks of the story, None for a clock where none runs."""
    if not isinstance(step, str):
        return asking(story, *step)
    running = sorted(story.case.clocks(story.state, story.rules), key=lambda clock: clock.due)
    if not running:
        return None
    late = timedelta(days=100) if step == RINGS[1] else timedelta()
    at = max(story.now, running[0].due) + late
    ring = RingClock(name=running[0].name, due=running[0].due)
    return asking(story.at(at), ring, rung_by(ring.name))


# The laws.


def replays_as_it_was(points: list[Point]) -> None:
    """Facts hold everything `evolve` needs, and canonical JSON keeps all of it."""
    if not points:
        return
    story, asked, facts = points[-1]
    live = story.at(asked.at).told(*(facts or ()), by=asked.by)
    replayed = story.case.initial
    for happened in live.facts:
        replayed = story.case.evolve(replayed, _through_the_book(story.case, happened))
    assert replayed == live.state


def _through_the_book(kind: CaseKind, happened: Happened[Any]) -> Happened[Any]:
    """Write a fact as the ledger does and read it again."""
    fact = happened.fact
    written = canonical(fact.model_dump(mode="json", exclude={"kind"}))
    read = kind.facts.validate_python({"kind": fact.kind, **json.loads(written)})
    by = By.model_validate_json(happened.by.model_dump_json())
    return replace(happened, fact=read, by=by)


def decides_purely(points: list[Point]) -> None:
    """Only a rule refuses, in both languages; asking twice gives the same and changes nothing."""
    for story, asked, facts in points:
        before = story.state
        if facts is None:
            with pytest.raises(CommandRefused) as refused:
                story.case.decide(before, asked, story.rules)
            assert refused.value.chinese
            assert refused.value.english
        else:
            assert story.case.decide(before, asked, story.rules) == facts
        assert story.state == before


def stays_over(points: list[Point]) -> None:
    """What is over has no clock and no talk, and nothing is recorded in it any more."""
    for story, _, facts in points:
        kind = story.case
        if kind.is_over(story.state):
            assert kind.clocks(story.state, story.rules) == ()
            assert kind.talks(story.stream, story.state) == ()
            assert not facts


def goes_on(stories: Stories, points: list[Point]) -> None:
    """An open case has a clock, or somebody of the town says something that is heard."""
    for story, _, _ in points:
        kind = story.case
        if kind.is_over(story.state) or story.state == kind.initial:
            continue
        assert kind.clocks(story.state, story.rules) or _heard(stories, story), (
            f"{kind.state_name(story.state)}: no clock, and nobody is heard"
        )


def _heard(stories: Stories, story: Story) -> bool:
    table = ((command, by) for _, command, allowed in stories.TABLE.values() for by in allowed)
    anybody = (
        (command, by) for _, command, _ in stories.TABLE.values() for by in stories.EVERYBODY
    )
    for command, by in (*table, *_more(stories, "ALSO_HEARD"), *anybody):
        if isinstance(command, RecomputeDeadlines | RingClock):
            continue
        try:
            if story.case.decide(story.state, asking(story, command, by), story.rules):
                return True
        except CommandRefused:
            continue
    return False


def rings_once(points: list[Point]) -> None:
    """A due clock gives one fact and stops."""
    for story, _, _ in points:
        for clock in story.case.clocks(story.state, story.rules):
            ring = RingClock(name=clock.name, due=clock.due)
            at = max(story.now, clock.due)
            after = story.does(ring, rung_by(clock.name), at)
            assert len(after.facts) == len(story.facts) + 1
            assert (clock.name, clock.due) not in after.clocks().items()


def is_heard_of_exactly(row: Row, everybody: Iterable[By]) -> None:
    """Exactly the people of the row may say what it says."""
    story, command, allowed = row
    for by in everybody:
        assert accepted(story(), command, by) is (by in allowed), f"{by.role} of {by.unit}"


def notices_missing_and_doubled_facts(kind: CaseKind, story: Story) -> None:
    """`evolve` never passes over a fact that cannot follow."""
    with pytest.raises(FactOutOfPlace):
        kind.evolve(story.state, story.facts[0])
    for happened in story.facts[1:]:
        with pytest.raises(FactOutOfPlace):
            kind.evolve(kind.initial, happened)
