"""What the deciders do in every state: asked, not copied from a table.

Each command that people of the test cast would give is put to the real decider in stories of every
state, and every running clock is rung; each answer is a row of the lifecycle table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from domain.clocks import RingClock
from domain.envelope import SYSTEM, By, rung_by
from domain.people import Role
from domain.refusals import CommandRefused
from domain.task import commands as c
from tests.domain.harness import Story, given
from tests.domain.pairing import promises as q
from tests.domain.pairing import stories as p
from tests.domain.pairing.table import TABLE as PAIRING_TABLE
from tests.domain.task import stories as s
from tests.domain.task.strategies import ANY_TIME, MOVES
from tests.domain.world import (
    CIVIL_AFFAIRS,
    HEALTH_COORDINATOR,
    Town,
    rules_with,
    sealed,
    without,
)
from tests.projections.walks import PAIRING_MOVES

Move = tuple[BaseModel, By]
BESIDE: list[Move] = [
    (c.ArchiveTask(), SYSTEM),
    (c.SubmitAssist(number=1, note=sealed()), HEALTH_COORDINATOR),
]
"""What is said beside the usual moves of the cast."""

NEIGHBOURLY = rules_with(town=Town(tasks=(s.master(),), pairings=(s.pairing(),)))
"""A town with an open task on the same matter, into which another may be merged."""


@dataclass(frozen=True, order=True)
class Row:
    """From a state, by a command or a clock, through facts, to a state."""

    state: str
    trigger: str
    is_clock: bool
    facts: tuple[str, ...]
    then: str


def task_stories() -> Iterator[Story]:
    """Yield stories of every state, with something open beside the state where that matters."""
    yield given()
    yield from s.every_state().values()
    yield s.triaged(s.registered(urgent=True), urgency="URGENT")
    yield s.ready()
    yield s.assisted()
    yield s.extension_requested()
    yield s.carry_proposed()
    yield s.termination_requested()
    yield s.overdue()
    yield s.sent_on()
    yield s.with_two_residents()
    yield from _after(s.accepted(), "request_return", "request_extension")
    yield from _after(s.ready(), "draft_result")
    yield from _after(s.carry_proposed(), "approve_carry")
    yield from _after(s.in_progress(), "blow_whistle")
    yield from _after(s.closed(), "appeal_score")
    yield from _after(s.return_review(), "escalate_dispute")
    for over in (s.closed(), s.diverted(), s.not_admitted(), s.cancelled(), s.terminated()):
        yield over.at(over.clocks()["archive"])


def _deserted() -> Iterator[Story]:
    """Yield tasks in the hands of a unit that nobody speaks for any more."""
    for story in (s.dispatched(), s.return_review(), s.accepted(), s.in_progress()):
        yield story.under(without(NEIGHBOURLY, Role.DEPT_COORDINATOR, CIVIL_AFFAIRS))


def _after(story: Story, *kinds: str) -> Iterator[Story]:
    """Yield *story* with one command of each of *kinds* done in it."""
    moves = [move for some in (*MOVES.values(), ANY_TIME) for move in some]
    for kind in kinds:
        for command, by in moves:
            if command.model_dump()["kind"] != kind:
                continue
            try:
                yield story.does(command, by)
            except CommandRefused:
                continue
            break


def pairing_stories() -> Iterator[Story]:
    """Yield stories of every state of a pairing."""
    yield p.undrafted()
    for told in p.EVERY_STATE.values():
        yield told()
    yield from (p.with_lists(), p.claimed(), p.signed(), p.passed(), p.renewable(), p.fell_due())
    yield p.scores(p.under_review(), 90, 90)
    yield p.reviewed(p.active(), 10)


def rows(stories: Iterable[Story], moves: Iterable[Move]) -> list[Row]:
    """Put every move to every story, and ring every clock; return the distinct answers."""
    every = list(moves)
    found: set[Row] = set()
    for story in stories:
        state = story.case.state_name(story.state) if story.facts else "-"
        for command, by in every:
            found |= _answer(story, state, command, by, None)
        for name, due in story.clocks().items():
            ring = RingClock(name=name, due=due)
            late = story.at(max(story.now, due))
            found |= _answer(late, state, ring, rung_by(name), name.partition("/")[0])
    return sorted(found)


def _answer(story: Story, state: str, command: BaseModel, by: By, clock: str | None) -> set[Row]:
    try:
        after = story.does(command, by)
    except CommandRefused:
        return set()
    facts = after.facts[len(story.facts) :]
    if not facts:
        return set()
    kinds = tuple(dict.fromkeys(happened.fact.kind for happened in facts))
    trigger = clock or str(command.model_dump()["kind"])
    then = story.case.state_name(after.state)
    return {Row(state, trigger, clock is not None, kinds, then)}


def task_rows() -> list[Row]:
    """Return the lifecycle of a support task."""
    moves = [move for some in (*MOVES.values(), ANY_TIME, BESIDE) for move in some]
    usual = (story.under(NEIGHBOURLY) for story in task_stories())
    return rows((*usual, *_deserted()), moves)


def kind_rows(stories: Any) -> list[Row]:
    """Return the lifecycle of a kind of case, from the stories and the table its laws use."""
    begun = (begin for begin, _, _ in stories.TABLE.values())
    told = (one() for one in (*stories.EVERY_STATE.values(), *begun))
    moves = [(command, by) for _, command, may in stories.TABLE.values() for by in may]
    return rows(told, moves)


def pairing_rows() -> list[Row]:
    """Return the lifecycle of a pairing."""
    moves = [move for some in PAIRING_MOVES.values() for move in some]
    promises = (q.active(), q.delivered(), q.confirmed(), q.disputed(), q.revising())
    asked = [(command, by) for _, command, may in PAIRING_TABLE.values() for by in may]
    return sorted({*rows(pairing_stories(), moves), *rows(promises, asked)})
