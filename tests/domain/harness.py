"""Given facts or a played history, when a command is asked, then these facts or that refusal.

Works for every `CaseKind`. A `Story` is a value: each step returns a new one, so a common
beginning can be told once and continued in many tests.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel

from domain.cases import CaseKind
from domain.clocks import Clock, RingClock
from domain.envelope import Asked, By, Happened, rung_by
from domain.refusals import CommandRefused
from domain.rules import Rules
from tests.domain.world import DISPATCHER, MONDAY, RULES, task_id

Expected = BaseModel | type[BaseModel] | tuple[type[BaseModel], dict[str, Any]]
Step = Callable[["Story"], "Story"]


def task_case() -> CaseKind:
    """Return the support task, the case most stories are about."""
    from domain.task.case import TASK

    return TASK


def fact(kind: type[BaseModel], **fields: Any) -> Expected:
    """Expect a fact of this *kind* with at least these *fields*."""
    return (kind, fields)


def _as_kind_and_fields(one: Expected) -> tuple[type[BaseModel], dict[str, Any]]:
    if isinstance(one, BaseModel):
        return type(one), dict(one)
    return one if isinstance(one, tuple) else (one, {})


@dataclass(frozen=True)
class Story:
    """A case and what has happened to it so far; *now* is the time of the next command."""

    case: CaseKind
    rules: Rules = RULES
    stream: str = task_id("the ramp")
    now: datetime = MONDAY
    facts: tuple[Happened[Any], ...] = ()
    asked: Callable[[], tuple[BaseModel, ...]] | None = field(default=None, compare=False)
    speaker: By = DISPATCHER

    @property
    def state(self) -> Any:
        """The case as its facts leave it."""
        state = self.case.initial
        for happened in self.facts:
            state = self.case.evolve(state, happened)
        return state

    def told(self, *facts: BaseModel, by: By = DISPATCHER) -> "Story":
        """Return the story with *facts* recorded now."""
        first = len(self.facts) + 1
        more = (Happened(f, self.now, self.now, by, first + n) for n, f in enumerate(facts))
        return replace(self, facts=(*self.facts, *more), asked=None)

    def at(self, instant: datetime) -> "Story":
        """Return the story with the time moved on to *instant*."""
        return replace(self, now=instant)

    def after(self, **time: float) -> "Story":
        """Return the story some minutes, hours or days later."""
        return self.at(self.now + timedelta(**time))

    def under(self, rules: Rules) -> "Story":
        """Return the story with other *rules* from here on."""
        return replace(self, rules=rules)

    def when(
        self,
        command: BaseModel,
        by: By = DISPATCHER,
        at: datetime | None = None,
        happened_at: datetime | None = None,
    ) -> "Story":
        """Ask *command* now, or at *at*; a `then…` must follow."""
        moment, key, state = at or self.now, f"ask-{len(self.facts)}", self.state
        asked = Asked(self.stream, moment, by, key, command, happened_at or moment, "ab" * 32)
        decide = partial(self.case.decide, state, asked, self.rules)
        return replace(self, now=moment, speaker=by, asked=decide)

    def when_rings(self, name: str, at: datetime | None = None) -> "Story":
        """Ring the running clock *name* at its due instant, or late at *at*."""
        due = self.clock(name).due
        return self.when(RingClock(name=name, due=due), rung_by(name), at or due)

    def then(self, *expected: Expected, **fields: Any) -> "Story":
        """Claim exactly these facts, *fields* being of the last; go on with them recorded."""
        assert self.asked is not None, "nothing was asked"
        facts = self.asked()
        if fields:
            assert isinstance(expected[-1], type)
            expected = (*expected[:-1], (expected[-1], fields))
        wanted = [_as_kind_and_fields(one) for one in expected]
        names = [type(f).__name__ for f in facts]
        assert names == [kind.__name__ for kind, _ in wanted], f"what followed: {names}"
        for found, (_, values) in zip(facts, wanted, strict=True):
            told = {name: getattr(found, name) for name in values}
            assert told == values, f"{type(found).__name__}: expected {values}, found {told}"
        return self.told(*facts, by=self.speaker)

    def then_nothing(self) -> "Story":
        """Claim that the command is heard and nothing follows from it."""
        return self.then()

    def then_refused(self, rule: str) -> "Story":
        """Claim a refusal by *rule*, explained in both languages; nothing is recorded."""
        assert self.asked is not None, "nothing was asked"
        with pytest.raises(CommandRefused) as refused:
            self.asked()
        assert refused.value.rule == rule
        assert refused.value.chinese
        assert refused.value.english
        return replace(self, asked=None)

    def does(self, command: BaseModel, by: By = DISPATCHER, at: datetime | None = None) -> "Story":
        """Play *command* through the decider, whatever facts follow."""
        return self.when(command, by, at).go_on()

    def rings(self, name: str, at: datetime | None = None) -> "Story":
        """Let the running clock *name* ring, whatever facts follow."""
        return self.when_rings(name, at).go_on()

    def go_on(self) -> "Story":
        """Record whatever follows from what was asked."""
        assert self.asked is not None, "nothing was asked"
        return self.told(*self.asked(), by=self.speaker)

    def then_state(self, state: str) -> "Story":
        """Claim the case's main state."""
        assert self.case.state_name(self.state) == state
        return self

    def clocks(self) -> dict[str, datetime]:
        """Return the running clocks by name with their due instants."""
        return {clock.name: clock.due for clock in self.case.clocks(self.state, self.rules)}

    def clock(self, name: str) -> Clock:
        """Return the running clock *name*."""
        running = self.case.clocks(self.state, self.rules)
        return next(clock for clock in running if clock.name == name)

    def then_clocks(self, *names: str, **dues: datetime) -> "Story":
        """Claim that exactly these clocks run; *dues* are checked too, `__` written for `.`."""
        running = self.clocks()
        assert set(running) == {*names, *(name.replace("__", ".") for name in dues)}
        assert {name: running[name.replace("__", ".")] for name in dues} == dues
        return self

    def last(self, kind: type[BaseModel]) -> Any:
        """Return the newest fact of this *kind*."""
        return next(h.fact for h in reversed(self.facts) if isinstance(h.fact, kind))


def given(*facts: BaseModel, case: CaseKind | None = None, rules: Rules = RULES) -> Story:
    """Begin a story with *facts*, recorded on the fixed Monday one minute apart."""
    story = Story(case or task_case(), rules)
    for one in facts:
        story = story.told(one).after(minutes=1)
    return story
