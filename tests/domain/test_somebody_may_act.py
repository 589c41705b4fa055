"""No case that nobody can move: whatever becomes of the registry, somebody in force may act.

Random histories of one district: needs come in and are handled while units close and merge, roles
are granted, end and are taken back, and time passes. Whenever they stop, every open task either
has a clock that moves it by itself, or a person whose grant stands and whose command is accepted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.casebook import CASES
from domain.envelope import Asked, By, Happened
from domain.people import Channel, Grant, Known, Person, Role
from domain.refusals import CommandRefused
from domain.registry.commands import ChangeUnit, CloseUnit, GrantRole, RevokeRole
from domain.registry.standing import KnownPerson, KnownUnit
from domain.rules import NeighbourTask, Rules
from domain.task import commands as c
from domain.task.case import neighbour
from domain.task.facts import TaskState
from domain.task.state import is_open
from domain.units import Unit, UnitKind
from tests.domain.task import stories as s
from tests.domain.task.strategies import sensible
from tests.domain.world import (
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    ELSEWHERE,
    HEALTH,
    MONDAY,
    OFFICIALS,
    REGISTRAR,
    RULES,
    SHIPAI,
    SHIPAI_PLACE,
    UNITS,
    WUSHAN,
    WUSHAN_PLACE,
    Town,
    sealed,
    task_id,
)

BY_THEMSELVES = {TaskState.CALLBACK, TaskState.RATING, TaskState.CARRIED}
"""Their clocks ring and move them, whoever is there."""

RECALL = c.RecallTask(reason=sealed("nobody is left"))
DISTRICT = Unit(
    code="440106-DG",
    name="区民政局（调度）",
    kind=UnitKind.SUPERVISION_OFFICE,
    division="440106",
    since=MONDAY - timedelta(days=900),
)
PLACES = [SHIPAI_PLACE, WUSHAN_PLACE, "440106", "440106999"]
CODES = [SHIPAI, WUSHAN, CIVIL_AFFAIRS, HEALTH, DISTRICT.code]
PEOPLE = sorted(RULES.people)
POSTS = [
    one
    for one in OFFICIALS
    if one.role in {Role.STREET_DISPATCHER, Role.DEPT_COORDINATOR, Role.ADJUDICATOR}
]

actions = st.one_of(
    st.tuples(st.just("need"), st.sampled_from(PLACES)),
    st.tuples(st.just("move"), st.integers(0, 10_000)),
    st.tuples(st.just("move"), st.integers(0, 10_000)),
    st.tuples(
        st.just("close"),
        st.tuples(
            st.sampled_from(CODES), st.sampled_from([0, 30]), st.none() | st.sampled_from(CODES)
        ),
    ),
    st.tuples(
        st.just("grant"),
        st.tuples(
            st.sampled_from(PEOPLE),
            st.sampled_from([Role.STREET_DISPATCHER, Role.DEPT_COORDINATOR, Role.ADJUDICATOR]),
            st.sampled_from(CODES),
            st.none() | st.sampled_from([20, 60]),
        ),
    ),
    st.tuples(
        st.just("revoke"), st.tuples(st.sampled_from(POSTS), st.none() | st.sampled_from(PEOPLE))
    ),
    st.tuples(
        st.just("change"),
        st.tuples(st.sampled_from(CODES), st.sampled_from(["440106", "440106005", "440106009"])),
    ),
    st.tuples(st.just("wait"), st.integers(1, 45)),
)


@dataclass
class District:
    """A registry and the tasks in it, as the facts so far leave them."""

    rules: Rules = field(
        default_factory=lambda: replace(RULES, units={**UNITS, DISTRICT.code: DISTRICT})
    )
    tasks: dict[str, Any] = field(default_factory=dict)
    now: datetime = MONDAY
    asked: int = 0

    def known(self) -> Rules:
        return replace(self.rules, neighbours=Town(tasks=tuple(self.neighbours())), index=None)

    def neighbours(self) -> Iterator[NeighbourTask]:
        for stream, state in self.tasks.items():
            yield neighbour(stream, state)

    def ask(self, stream: str, state: Any, command: BaseModel, by: By) -> Any | None:
        """Return *state* after *command*, None where it was refused."""
        case = CASES[stream.partition("/")[0]]
        self.asked += 1
        asked = Asked(stream, self.now, by, f"ask-{self.asked}", command, self.now, "ab" * 32)
        try:
            facts = case.decide(state, asked, self.known())
        except CommandRefused:
            return None
        for at, fact in enumerate(facts):
            state = case.evolve(state, Happened(fact, self.now, self.now, by, at))
        return state

    def does(self, what: str, how: Any) -> None:
        self.now += timedelta(hours=1)
        match what:
            case "need":
                self._registers(how)
            case "move":
                self._moves(how)
            case "close":
                code, days, successor = how
                until = self.now + timedelta(days=days)
                self._unit(code, CloseUnit(until=until, successor=successor, reason="撤并"))
            case "change":
                self._unit(how[0], ChangeUnit(division=how[1], reason="调整"))
            case "grant":
                who, role, unit, days = how
                until = None if days is None else self.now + timedelta(days=days)
                self._person(who, GrantRole(role=role, unit=unit, until=until))
            case "revoke":
                by, successor = how
                revoke = RevokeRole(role=by.role, unit=by.unit, successor=successor, reason="调离")
                self._person(str(by.person), revoke)
            case "wait":
                self.now += timedelta(days=how)

    def _registers(self, place: str) -> None:
        stream = task_id(f"need {len(self.tasks)}")
        for by in (CENTER_COORDINATOR, ELSEWHERE[-1]):
            state = self.ask(stream, CASES["task"].initial, s.register(place=place), by)
            if state is not None:
                self.tasks[stream] = state
                return

    def _moves(self, number: int) -> None:
        if self.tasks:
            stream = sorted(self.tasks)[number % len(self.tasks)]
            moves = [*sensible(CASES["task"].state_name(self.tasks[stream]))]
            command, by = moves[number % len(moves)]
            after = self.ask(stream, self.tasks[stream], command, by)
            self.tasks[stream] = self.tasks[stream] if after is None else after

    def _unit(self, code: str, command: BaseModel) -> None:
        after = self.ask(f"unit/{code}", KnownUnit(self.rules.units[code]), command, REGISTRAR)
        if after is not None:
            self.rules = replace(self.rules, units={**self.rules.units, code: after.unit})

    def _person(self, who: str, command: BaseModel) -> None:
        person = self.rules.people[who]
        after = self.ask(
            who, KnownPerson(sealed("n", who), None, person.grants), command, REGISTRAR
        )
        if after is not None:
            people = {**self.rules.people, who: after.as_person(who)}
            self.rules = replace(self.rules, people=people)

    def somebody_may_act(self, stream: str) -> bool:
        """Say whether a clock moves the task, or a person in force is heard.

        Where the work itself is not done yet, whoever is in force does it first.
        """
        state = self.tasks[stream]
        if state.name in BY_THEMSELVES:
            return True
        return self._goes_on(stream, state) or self._goes_on(stream, self._worked_on(stream, state))

    def _worked_on(self, stream: str, state: Any) -> Any:
        for command in (s.CONTACT, c.LogProgress(note=sealed("work")), s.EVIDENCE):
            heard = (self.ask(stream, state, command, by) for by in self.in_force())
            state = next((after for after in heard if after is not None), state)
        return state

    def _goes_on(self, stream: str, state: Any) -> bool:
        commands = [RECALL, *(command for command, _ in sensible(state.name.value))]
        return any(
            self._is_moved(state, self.ask(stream, state, command, by))
            for command in commands
            if not isinstance(command, c.WithdrawTask | c.MergeInto)
            for by in self.in_force()
        )

    def _is_moved(self, before: Any, after: Any) -> bool:
        """Say whether the task goes on: to another state, or into other hands."""
        return after is not None and (
            after.name is not before.name or after.body.holding.staff != before.body.holding.staff
        )

    def in_force(self) -> Iterator[By]:
        for person in self.rules.people.values():
            for grant in person.grants:
                if grant.stands(self.now) and grant.role is not Role.DPO:
                    yield self._acting(person, grant)

    def _acting(self, person: Person, grant: Grant) -> By:
        return By(
            role=grant.role,
            person=person.id,
            unit=grant.unit,
            channel=Channel.CONSOLE,
            known=Known.SESSION,
        )


@settings(max_examples=120)
@given(st.lists(actions, min_size=4, max_size=30), st.sampled_from([0, 400]))
@example([("move", 0)] * 4, 0)
def test_every_open_task_has_somebody_in_force_who_may_act(path: Any, days: int) -> None:
    district = District()
    district.does("need", SHIPAI_PLACE)
    district.does("need", WUSHAN_PLACE)
    for what, how in path:
        district.does(what, how)
    district.now += timedelta(days=days)
    for stream, state in district.tasks.items():
        if is_open(state):
            assert district.somebody_may_act(stream), (stream, state.name)


def test_a_street_that_nobody_would_dispatch_for_is_not_left_alone() -> None:
    """The law can fail: without the rule, closing the only street strands what is open there."""
    district = District()
    district.does("need", SHIPAI_PLACE)
    district.does("close", (SHIPAI, 0, None))
    assert district.rules.units[SHIPAI].until is None
    district.does("close", (SHIPAI, 0, WUSHAN))
    assert district.rules.units[SHIPAI].successor == WUSHAN
    assert all(map(district.somebody_may_act, district.tasks))
