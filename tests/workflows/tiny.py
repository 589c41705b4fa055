"""A case so small that only the clerk's own manners show: notes, clocks, talks, errands, an end.

It stands in for the support task (`use_tiny_cases`), so that streams, desk and ledger are real.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter

from domain import casebook, talking
from domain.cases import CaseKind, Errand, Notice, Step, Talk
from domain.clocks import Clock, RingClock
from domain.envelope import Asked, Happened
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.values import Frozen, Instant
from tests.domain.world import RULES


class AddNote(Frozen):
    kind: Literal["add_note"] = "add_note"
    text: str = ""


class SetClock(Frozen):
    kind: Literal["set_clock"] = "set_clock"
    name: str
    seconds: int


class TinyStep(Frozen):
    name: str
    seconds: int = 0
    to: tuple[str, ...] = ()
    records: str | None = None


class HoldTalk(Frozen):
    kind: Literal["hold_talk"] = "hold_talk"
    name: str
    key: str
    steps: tuple[TinyStep, ...]


class DropTalk(Frozen):
    kind: Literal["drop_talk"] = "drop_talk"
    key: str


class SendErrand(Frozen):
    kind: Literal["send_errand"] = "send_errand"
    to: str
    errand_id: str
    command: dict[str, Any]


class TellUnit(Frozen):
    kind: Literal["tell_unit"] = "tell_unit"
    unit: str


class BreakDown(Frozen):
    kind: Literal["break_down"] = "break_down"


class EndCase(Frozen):
    kind: Literal["end_case"] = "end_case"


class ReportStep(Frozen):
    kind: Literal["report_step"] = "report_step"
    key: str
    step: str


Command = Annotated[
    AddNote
    | SetClock
    | HoldTalk
    | DropTalk
    | SendErrand
    | TellUnit
    | BreakDown
    | EndCase
    | ReportStep
    | RingClock,
    Field(discriminator="kind"),
]


class NoteAdded(Frozen):
    kind: Literal["note_added.v1"] = "note_added.v1"
    text: str


class ClockSet(Frozen):
    kind: Literal["clock_set.v1"] = "clock_set.v1"
    name: str
    due: Instant


class ClockRang(Frozen):
    kind: Literal["clock_rang.v1"] = "clock_rang.v1"
    name: str
    due: Instant


class TalkHeld(Frozen):
    kind: Literal["talk_held.v1"] = "talk_held.v1"
    talk: Talk


class TalkDropped(Frozen):
    kind: Literal["talk_dropped.v1"] = "talk_dropped.v1"
    key: str


class ErrandSent(Frozen):
    kind: Literal["errand_sent.v1"] = "errand_sent.v1"
    errand: Errand


class UnitTold(Frozen):
    kind: Literal["unit_told.v1"] = "unit_told.v1"
    unit: str


class StepTaken(Frozen):
    kind: Literal["step_taken.v1"] = "step_taken.v1"
    key: str
    step: str


class CaseEnded(Frozen):
    kind: Literal["case_ended.v1"] = "case_ended.v1"


Fact = Annotated[
    NoteAdded
    | ClockSet
    | ClockRang
    | TalkHeld
    | TalkDropped
    | ErrandSent
    | UnitTold
    | StepTaken
    | CaseEnded,
    Field(discriminator="kind"),
]


@dataclass(frozen=True)
class Tiny:
    clocks: tuple[tuple[str, datetime], ...] = ()
    talks: tuple[Talk, ...] = ()
    ended: bool = False


FORBIDDEN = "forbidden"
"""A note with this text is refused."""


def decide(state: Tiny, asked: Asked[Any], rules: Rules) -> tuple[Any, ...]:
    del rules
    if state.ended:
        raise CommandRefused("case-over", "已结束。", "The case is over.")
    match asked.command:
        case AddNote(text=text):
            if text == FORBIDDEN:
                raise CommandRefused("note-forbidden", "不可。", "This note is forbidden.")
            return (NoteAdded(text=text),)
        case SetClock(name=name, seconds=seconds):
            return (ClockSet(name=name, due=asked.at + timedelta(seconds=seconds)),)
        case HoldTalk(name=name, key=key, steps=steps):
            held = tuple(_step(key, step, asked.at) for step in steps)
            return (TalkHeld(talk=Talk(name=name, key=key, steps=held)),)
        case DropTalk(key=key):
            return (TalkDropped(key=key),)
        case SendErrand(to=to, errand_id=command_id, command=command):
            errand = Errand(stream=to, command_id=command_id, command=command)
            return (ErrandSent(errand=errand),)
        case TellUnit(unit=unit):
            return (UnitTold(unit=unit),)
        case BreakDown():
            raise ZeroDivisionError("a fault in a rule")
        case EndCase():
            return (CaseEnded(),)
        case RingClock(name=name, due=due):
            rings = (name, due) in state.clocks and asked.at >= due
            return (ClockRang(name=name, due=due),) if rings else ()
        case ReportStep(key=key, step=step):
            return (StepTaken(key=key, step=step),)
    raise AssertionError(asked.command)


def _step(key: str, step: TinyStep, at: datetime) -> Step:
    asking = talking.asking(key, step.name, at + timedelta(seconds=step.seconds), "any", step.to)
    if step.records is None:
        return asking
    report = {"kind": "report_step", "key": key, "step": step.name}
    return asking.model_copy(update={"records": report})


def evolve(state: Tiny, happened: Happened[Any]) -> Tiny:
    match happened.fact:
        case ClockSet(name=name, due=due):
            others = tuple(clock for clock in state.clocks if clock[0] != name)
            return replace(state, clocks=(*others, (name, due)))
        case ClockRang(name=name):
            return replace(state, clocks=tuple(clock for clock in state.clocks if clock[0] != name))
        case TalkHeld(talk=talk):
            others = tuple(held for held in state.talks if held.key != talk.key)
            return replace(state, talks=(*others, talk))
        case StepTaken(key=key, step=step):
            return replace(state, talks=tuple(_without(talk, key, step) for talk in state.talks))
        case TalkDropped(key=key):
            return replace(state, talks=tuple(held for held in state.talks if held.key != key))
        case CaseEnded():
            return replace(state, clocks=(), ended=True)
    return state


def _without(talk: Talk, key: str, taken: str) -> Talk:
    if talk.key != key:
        return talk
    left = tuple(step for step in talk.steps if step.name != taken)
    return talk.model_copy(update={"steps": left})


def _notices(stream: str, state: Tiny, happened: Happened[Any]) -> tuple[Notice, ...]:
    match happened.fact:
        case UnitTold(unit=unit):
            to = f"unit/{unit}"
            return (
                Notice(
                    key=f"{happened.version}/{to}", to=to, template="any", values={"case": stream}
                ),
            )
    return ()


def _errands(stream: str, state: Tiny, happened: Happened[Any]) -> tuple[Errand, ...]:
    match happened.fact:
        case ErrandSent(errand=errand):
            return (errand,)
    return ()


def tiny_case(category: str) -> CaseKind:
    return CaseKind(
        category=category,
        commands=TypeAdapter(Command),
        facts=TypeAdapter(Fact),
        initial=Tiny(),
        decide=decide,
        evolve=evolve,
        clocks=lambda state, rules: tuple(Clock(name, due) for name, due in state.clocks),
        is_over=lambda state: state.ended,
        state_name=lambda state: "ENDED" if state.ended else "OPEN",
        policy_id=lambda state: None,
        pairing=lambda state: None,
        holder=lambda state: "440106003-SO",
        service_category=lambda state: "elder_care",
        who_may={},
        talks=lambda stream, state: tuple(talk for talk in state.talks if talk.steps),
        errands=_errands,
        notices=_notices,
    )


class OneTown:
    """A rule book that always shows the same town."""

    def rules(self, neighbours: Any, *, look: bool = True) -> Rules:
        return replace(RULES, neighbours=neighbours, seen=1_000_000)


@pytest.fixture(scope="module")
def tiny_cases() -> Any:
    """Let tasks and pairings be tiny cases for the length of a test module."""
    with pytest.MonkeyPatch.context() as patch:
        for category in ("task", "pairing"):
            patch.setitem(casebook.CASES, category, tiny_case(category))
        yield
