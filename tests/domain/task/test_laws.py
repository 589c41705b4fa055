"""Laws of the support task, over random histories: what no sequence of commands may break."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from domain.canonical import canonical
from domain.clocks import Deadline, LimitText, RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM, Asked, By, Happened, rung_by
from domain.gate import GATE_RULES
from domain.people import Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.sealed import Sealed
from domain.task.facts import ChosenAmong, TaskFact, TaskState
from domain.task.refusal_rules import RULES as REFUSALS
from domain.values import (
    Code,
    DivisionCode,
    FindingId,
    Instant,
    LedgerNumber,
    OfficeText,
    PairingId,
    PersonId,
    ProviderId,
    SubjectId,
    TaskId,
    UnitCode,
)
from tests.domain.harness import task_case
from tests.domain.task import stories as s
from tests.domain.task.strategies import MOVES, Move, anybody, anything, instants, rings, sensible
from tests.domain.world import (
    CIVIL_AFFAIRS,
    MONDAY,
    POLICY,
    RULES,
    YEAR_2026,
    YEAR_2027,
    Town,
    on,
    rules_with,
    task_id,
)

LAW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
STREAM = task_id("the ramp")
FACTS: TypeAdapter[Any] = TypeAdapter(TaskFact)
NEARLY_2027 = on(12, 21)
RINGS_MAX = 60
RULE_CODES = {*REFUSALS, *GATE_RULES, "policy-unknown", "unit-unknown"}
SATISFIED = POLICY.model_copy(
    update={"ratings": POLICY.ratings.model_copy(update={"default": "SATISFIED"})}
)
TOWN = Town(
    tasks=(s.master(),),
    pairings=(s.pairing(),),
    others=(s.provider(),),
    reds={CIVIL_AFFAIRS: 2},
)
WORLDS: dict[str, Rules] = {
    "as it is": RULES,
    "with neighbours": rules_with(town=TOWN),
    "satisfied by default": rules_with(SATISFIED),
    "with 2027": rules_with(years=(YEAR_2026, YEAR_2027)),
}


@dataclass
class Walk:
    """One case on its way: its live state, its facts, and the clocks as they stood."""

    rules: Rules
    now: datetime = MONDAY
    state: Any = None
    facts: tuple[Happened[Any], ...] = ()
    seen: set[tuple[str, datetime]] = field(default_factory=set)
    set_in_the_past: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = task_case().initial

    @property
    def name(self) -> str:
        return task_case().state_name(self.state) if self.facts else ""

    def clocks(self) -> dict[str, datetime]:
        return {one.name: one.due for one in task_case().clocks(self.state, self.rules)}

    def ask(self, command: BaseModel, by: By) -> tuple[BaseModel, ...] | None:
        """Decide and remember; None when refused. Deciding changes nothing and is repeatable."""
        asked = Asked(STREAM, self.now, by, f"ask-{len(self.facts)}", command, self.now, "ab" * 32)
        before = repr(self.state)
        try:
            facts = task_case().decide(self.state, asked, self.rules)
        except CommandRefused as refusal:
            said: CommandRefused | None = refusal
        else:
            said = None
        assert repr(self.state) == before
        if said is not None:
            assert said.rule in RULE_CODES
            assert said.chinese
            assert said.english
            return None
        assert facts == task_case().decide(self.state, asked, self.rules)
        first = len(self.facts) + 1
        self.remember(
            *(Happened(f, self.now, self.now, by, first + n) for n, f in enumerate(facts))
        )
        return facts

    def remember(self, *together: Happened[Any]) -> None:
        """Remember facts of one moment, and note which clocks they set in the past."""
        for happened in together:
            self.state = task_case().evolve(self.state, happened)
        self.facts = (*self.facts, *together)
        running = set(self.clocks().items())
        self.set_in_the_past += [f"{n}: {due}" for n, due in running - self.seen if due < self.now]
        self.seen |= running

    def hears(self, move: Move) -> bool:
        """Say whether something would follow from *move* now."""
        command, by = move
        asked = Asked(STREAM, self.now, by, "would-be", command, self.now, "ab" * 32)
        try:
            return bool(task_case().decide(self.state, asked, self.rules))
        except CommandRefused:
            return False

    def wait(self, until: datetime) -> None:
        """Let time pass; every clock rings at its due instant, as the clerk would have it."""
        for _ in range(RINGS_MAX):
            running = self.clocks()
            if not running:
                break
            name = min(running, key=lambda one: (running[one], one))
            if running[name] > until:
                break
            self.now = max(self.now, running[name])
            self.ask(RingClock(name=name, due=running[name]), rung_by(name))
            assert self.clocks().get(name) != running[name], f"{name} rang and runs on"
        else:
            raise AssertionError(f"more than {RINGS_MAX} rings: {self.clocks()}")
        self.now = until


pauses = st.sampled_from([0, 0, 1, 5, 20, 60, 240, 1440, 2880, 4320, 10_080, 30_240])
beginnings = st.sampled_from([None, *TaskState])


def walk(data: st.DataObject, steps_max: int = 14) -> Iterator[Walk]:
    """Yield one case after each step of a random history that begins in any of its states.

    Most steps are moves that would be heard, some are sensible but not now, some are wild.
    """
    walked = Walk(WORLDS[data.draw(st.sampled_from(list(WORLDS)))])
    begun = data.draw(beginnings)
    walked.now = data.draw(st.sampled_from([MONDAY, NEARLY_2027]))
    if begun is not None:
        story = s.every_state()[begun]
        for happened in story.facts:
            walked.now = happened.at
            walked.remember(happened)
    for _ in range(data.draw(st.integers(2, steps_max))):
        walked.wait(walked.now + timedelta(minutes=data.draw(pauses)))
        kind = data.draw(st.integers(0, 9))
        if kind == 1:
            walked.rules = WORLDS["with 2027"]
            walked.ask(RecomputeDeadlines(), SYSTEM)
        elif kind == 0:
            walked.ask(data.draw(anything), data.draw(anybody))
        elif kind > 2 and (heard := [move for move in sensible(walked.name) if walked.hears(move)]):
            walked.ask(*data.draw(st.sampled_from(heard)))
        else:
            walked.ask(*data.draw(st.sampled_from(sensible(walked.name))))
        yield walked


@given(st.data())
@LAW
def test_replaying_the_record_gives_the_state_people_saw(data: st.DataObject) -> None:
    """Through the very bytes that are hashed, and with the envelope read back as well."""
    *_, walked = walk(data)
    state = task_case().initial
    for happened in walked.facts:
        stored = canonical(happened.fact.model_dump(mode="json"))
        by = By.model_validate_json(happened.by.model_dump_json())
        told = Happened(
            FACTS.validate_json(stored), happened.at, happened.occurred_at, by, happened.version
        )
        assert canonical(told.fact.model_dump(mode="json")) == stored
        state = task_case().evolve(state, told)
    assert state == walked.state


@given(st.data())
@LAW
def test_every_open_task_has_a_clock_or_waits_for_a_named_person(data: st.DataObject) -> None:
    """Nothing lies where nobody looks: somebody's command would be heard, or a clock runs."""
    for walked in walk(data):
        if not walked.facts or task_case().is_over(walked.state) or walked.clocks():
            continue
        heard = [move for move in MOVES.get(walked.name, []) if walked.hears(move)]
        assert heard, f"{walked.name} waits for nobody"


@given(st.data())
@LAW
def test_no_clock_is_set_in_the_past(data: st.DataObject) -> None:
    """Where every clock rings in time, a clock that is new lies now or ahead.

    A clock that was hidden by another state (the first contact while the task is carried) may
    come back overdue; it was set before.
    """
    *_, walked = walk(data)
    assert walked.set_in_the_past == []


@given(st.data())
@LAW
def test_a_ring_that_came_once_changes_nothing_the_second_time(data: st.DataObject) -> None:
    for walked in walk(data):
        running = walked.clocks()
        if not running:
            continue
        name = data.draw(st.sampled_from(sorted(running)))
        walked.now = max(walked.now, running[name])
        ring = RingClock(name=name, due=running[name])
        walked.ask(ring, rung_by(name))
        assert walked.ask(ring, rung_by(name)) == ()


@pytest.mark.parametrize("state", TaskState)
@given(st.data())
@settings(LAW, max_examples=40)
def test_a_decision_is_facts_or_a_refusal_whatever_is_asked(
    state: TaskState, data: st.DataObject
) -> None:
    """Any command by anybody at any instant, in each of the twenty states."""
    story = s.every_state()[state]
    at = data.draw(st.just(story.now) | instants)
    command = data.draw(anything | rings)
    by = data.draw(anybody)
    for rules in WORLDS.values():
        walked = Walk(rules, at, None, story.facts)
        walked.state = story.state
        facts = walked.ask(command, by)
        assert facts is None or all(FACTS.validate_python(fact) == fact for fact in facts)
        task_case().clocks(walked.state, rules)
        for happened in walked.facts[len(story.facts) :]:
            told = (STREAM, walked.state, happened)
            task_case().errands(*told)
            task_case().notices(*told)
        task_case().talks(STREAM, walked.state)


@given(anything | rings, anybody, instants)
@LAW
def test_an_unknown_task_is_begun_or_the_command_refused(
    command: BaseModel, by: By, at: datetime
) -> None:
    walked = Walk(RULES, at)
    facts = walked.ask(command, by)
    assert not facts or type(facts[0]).__name__ == "TaskRegistered"


# What facts are made of.

REFERENCES = (
    ProviderId,
    FindingId,
    Code,
    UnitCode,
    DivisionCode,
    TaskId,
    PairingId,
    PersonId,
    SubjectId,
    LimitText,
    LedgerNumber,
)
OFFICE_WORDS = {"legal_basis", "basis", "reason"}
OWN_WORDS = {"number", "package_hash"}


@cache
def _fact_models() -> tuple[type[BaseModel], ...]:
    return tuple(get_args(get_args(TaskFact)[0]))


@pytest.mark.parametrize("model", _fact_models(), ids=lambda model: model.__name__)
def test_a_fact_holds_references_codes_and_figures_but_no_free_text(model: type[BaseModel]) -> None:
    """What a resident said or is called lies in the vault; an office's basis is its own words."""
    for name, hint in get_type_hints(model, include_extras=True).items():
        if name not in {"kind", *OWN_WORDS} and name in model.model_fields:
            for part in _parts(hint):
                allowed = part in (*REFERENCES, Instant, Sealed, Deadline, bool, int, type(None))
                number = get_origin(part) is not None and get_args(part)[0] is int
                listed = isinstance(part, type) and hasattr(part, "__members__")
                office = part == OfficeText and name in OFFICE_WORDS
                assert allowed or number or listed or office, f"{name}: {part}"


def _parts(hint: Any) -> Iterator[Any]:
    if hint in (*REFERENCES, Instant, OfficeText, Sealed):
        yield hint
    elif hint is ChosenAmong:
        for one in get_type_hints(hint, include_extras=True).values():
            yield from _parts(one)
    elif get_origin(hint) is Annotated and get_origin(get_args(hint)[0]) is tuple:
        yield from _parts(get_args(hint)[0])
    elif str(get_origin(hint)) == "typing.Literal":
        return
    elif get_origin(hint) is not None and not hasattr(hint, "__metadata__"):
        for one in get_args(hint):
            if one is not Ellipsis:
                yield from _parts(one)
    else:
        yield hint


@given(st.data())
@LAW
def test_no_fact_holds_a_text_longer_than_an_office_writes(data: st.DataObject) -> None:
    *_, walked = walk(data)
    for happened in walked.facts:
        assert max(map(len, _texts(happened.fact.model_dump(mode="json")))) <= 500


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from _texts(one)
        case list():
            for one in value:
                yield from _texts(one)


def test_the_moves_cover_every_state_that_waits_for_somebody() -> None:
    final = {"NOT_ADMITTED", "DIVERTED", "MERGED", "CANCELLED", "TERMINATED", "ARCHIVED"}
    assert set(MOVES) == {"", *(state.value for state in TaskState)} - final
    assert {by.role for moves_ in MOVES.values() for _, by in moves_} <= set(Role)
