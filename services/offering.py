"""What somebody may do with a case now: every command asked of the decider, none of it recorded.

A page has no rule of its own. Each command is filled in as its form would be, with what the case,
the registry and the pack offer first, and put to the desk as a question (`desk/hearing.py`).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, get_args, get_origin, get_type_hints
from uuid import uuid4

from pydantic import BaseModel

from desk.casework import Who
from desk.hearing import Hearing
from domain.cases import CaseKind
from domain.clocks import LimitText
from domain.gate import GATE_RULES
from domain.guards import STANDING
from domain.models import base_of, models_of, seals_of
from domain.pairing.state import Drafted
from domain.people import Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.task.commands import Grade
from domain.task.state import AssistStatus, Body, Known
from domain.units import UnitKind
from domain.values import (
    CASE_IDS,
    CaseId,
    Code,
    DivisionCode,
    Instant,
    LedgerNumber,
    OfficeText,
    PersonId,
    SubjectId,
    UnitCode,
    instant_text,
)
from services.pairing_filling import PairingFilling
from wording.next_steps import next_steps

ABOUT_VALUES = frozenset(
    {
        "master-open",
        "master-other",
        "same-matter",
        "pairing-active",
        "ground-known",
        "part-new",
        "parties-differ",
        "line-covers-category",
        "delivery-within-commitment",
        "delivered-by-now",
        "settled-within-delivery",
        "revision-below-delivered",
        "revised-due-ahead",
        "commitment-in-term",
        "provider-admitted",
    }
)
"""Refusals that speak of a value nobody has chosen yet: the form asks for it."""


@dataclass(frozen=True)
class Offer:
    """A command somebody's role may give: accepted as things stand, or why not.

    *usual*: it is what usually comes next in the state the case is in.
    """

    kind: str
    refusal: CommandRefused | None
    usual: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the decider would take it now."""
        return self.refusal is None


def offers(
    hearing: Hearing, who: Who, policy_id: str | None = None, only: Collection[str] | None = None
) -> list[Offer]:
    """Return what *who* may do with the case now: the usual steps first, then the others.

    Commands that the role never gives are not offered at all, nor what begins a case that is
    there; of the rest, with *only*, those.
    """
    case = hearing.case
    assert who.role is not None, "a page is somebody's in a role"
    usual = next_steps(case.kind.category, case.kind.state_name(case.state))
    found = [
        replace(offer(hearing, who, kind, policy_id), usual=kind in usual)
        for kind in models_of(case.kind.commands)
        if who.role in case.kind.who_may.get(kind, frozenset())
        and (only is None or kind in only)
        and not (case.version and kind in case.kind.begun_by)
    ]

    def place(one: Offer) -> tuple[bool, int]:
        at = usual.index(one.kind) if one.kind in usual else len(usual)
        return (not one.accepted, at)

    return sorted(found, key=place)


def offer(hearing: Hearing, who: Who, kind: str, policy_id: str | None = None) -> Offer:
    """Return what the decider says of the command *kind*, filled in for *who*."""
    case = hearing.case
    model = models_of(case.kind.commands)[kind]
    filling = Filling(case.kind, case.state, hearing.rules, who, policy_id, case.stream)
    refusals = []
    for filled in filling.each(kind, model):
        refusal = hearing.refusal_of(who, filled)
        if refusal is None or _asks(case.kind, refusal):
            return Offer(kind, None)
        refusals.append(refusal)
    return Offer(kind, refusals[0])


def _asks(kind: CaseKind, refusal: CommandRefused) -> bool:
    """Say whether *refusal* speaks of a value that the form asks for, so that it is to be shown."""
    if not kind.on_the_board:
        return refusal.rule in ABOUT_VALUES
    return refusal.rule not in STANDING | set(GATE_RULES) | kind.standing_rules


@dataclass(frozen=True)
class Filling:
    """Fills a command with what its form would offer first."""

    kind: CaseKind
    state: Any
    rules: Rules
    who: Who
    policy_id: str | None
    stream: str

    def each(self, kind: str, model: type[BaseModel]) -> Iterator[dict[str, Any]]:
        """Yield *model* filled, once for each thing the case itself holds that it may name.

        One of several may be theirs to do: an item of another department says nothing of it.
        """
        filled = self.fill(kind, model)
        yield filled
        for name in filled:
            for other in self.kind.offered(self.state, kind, name)[1:]:
                held = [other] if isinstance(filled[name], list) else other
                yield filled | {name: held}

    def fill(self, kind: str, model: type[BaseModel]) -> dict[str, Any]:
        """Return *model* with every required field filled."""
        hints = get_type_hints(model, include_extras=True)
        command: dict[str, Any] = {"kind": kind}
        for name, field in model.model_fields.items():
            if name == "kind" or not (field.is_required() or name in _FILLED_ANYWAY.get(kind, ())):
                continue
            if name in seals_of(model):
                command[name] = "eA==" if seals_of(model)[name].binary else "……"
            else:
                command[name] = self._value(kind, name, hints[name])
        return command

    def _value(self, kind: str, name: str, hint: Any) -> Any:
        if isinstance(self.state, Drafted):
            filling = PairingFilling(self.state, self.rules, self.who.unit, self.stream)
            found = filling.value(kind, name)
            if found is not None:
                return found
        base, many = base_of(hint)
        held = self.kind.offered(self.state, kind, name)
        value = held[0] if held else self._one(kind, name, base)
        return [value] if many else value

    def _one(self, kind: str, name: str, base: Any) -> Any:
        by_type: tuple[tuple[Any, Callable[[], Any]], ...] = (
            (UnitCode, lambda: self._unit(kind)),
            (PersonId, self._person),
            (Code, lambda: self._code(kind, name)),
            (LimitText, lambda: "1wd"),
            (Instant, lambda: instant_text(datetime.now(UTC) + timedelta(days=30))),
            (OfficeText, lambda: "依据"),
            (LedgerNumber, lambda: "1"),
            (DivisionCode, self._place),
            *((of, partial(_any_case, category)) for category, of in CASE_IDS.items()),
            (CaseId, partial(_any_case, "task")),
            (SubjectId, self._resident),
            (Grade, lambda: 5),
        )
        for known, value in by_type:
            if base == known:
                return value()
        if isinstance(base, type) and issubclass(base, BaseModel):
            inner = self.fill(kind, base)
            return {part: value for part, value in inner.items() if part in base.model_fields}
        if examples := _examples(base):
            return examples[0]
        if base is bool:
            return True
        if base is int or _plain(base) is int:
            return self._number(kind)
        if isinstance(base, type) and hasattr(base, "__members__"):
            return next(iter(base.__members__.values())).value
        if get_origin(base) is not None and get_args(base):
            return get_args(base)[0]
        return None

    def _place(self) -> str:
        if self._body is not None:
            return self._body.need.place
        shown = self.kind.shown(self.state)
        unit = self.rules.units.get(self.who.unit or "")
        return (shown.place if shown else "") or (unit.division if unit else "440106")

    def _resident(self) -> str | None:
        parties = self._body.need.parties if self._body else ()
        return parties[0] if parties else None

    @property
    def _body(self) -> Body | None:
        return self.state.body if isinstance(self.state, Known) else None

    def _unit(self, kind: str) -> str | None:
        body = self._body
        if kind == "record_arrival" and body is not None:
            awaited = [unit for whistle in body.whistles for unit in whistle.awaited]
            # With nobody awaited the decider says so; a form without a unit would say less.
            return awaited[0] if awaited else next(self._departments(), None)
        taken = {body.holding.main, *(one.unit for one in body.assists)} if body else set()
        return next((unit for unit in self._departments() if unit not in taken), None)

    def _departments(self) -> Iterator[str]:
        """Yield the departments in force, the leading ones of the category first."""
        now = datetime.now(UTC)
        body = self._body
        policy = self.rules.under(body.need.policy_id if body else self.policy_id).policy
        category = policy.category(body.need.category) if body else None
        lines = category.lead if category else ()
        standing = [
            unit
            for unit in self.rules.units.values()
            if unit.kind is UnitKind.DEPARTMENT
            and unit.stands(now)
            and (unit.until is None or unit.successor is not None)
        ]
        for unit in sorted(standing, key=lambda unit: (unit.line not in lines, unit.code)):
            yield unit.code

    def _person(self) -> str | None:
        now = datetime.now(UTC)
        body = self._body
        busy = {body.holding.staff, *body.holding.conflicted} if body else set()
        for person in self.rules.people.values():
            if person.id not in busy and self.rules.holds(
                person.id, Role.DEPT_STAFF, self.who.unit, now
            ):
                return person.id
        return self.who.person

    def _code(self, kind: str, name: str) -> str:
        policy = self.rules.under(self.kind.policy_id(self.state) or self.policy_id).policy
        listed = self.kind.listed(policy, kind, name)
        if listed:
            return str(listed[0].code)
        return {"media_type": "image/png"}.get(name, "x")

    def _number(self, kind: str) -> int:
        body = self._body
        if body is None:
            return 1
        if kind == "submit_assist":
            open_ones = (AssistStatus.OPEN, AssistStatus.LATE)
            mine = [
                one.number
                for one in body.assists
                if one.status in open_ones and one.unit == self.who.unit
            ]
            return mine[0] if mine else 1
        if kind == "record_arrival":
            waiting = [whistle.number for whistle in body.whistles if whistle.awaited]
            return waiting[0] if waiting else 1
        return max(body.feedback.round, 1)


_FILLED_ANYWAY: dict[str, tuple[str, ...]] = {
    "correct_registration": ("text",),
    "record_callback": ("grade",),
    "submit_result": ("resolved", "public_reply"),
    "request_exit": ("successors",),
    "replace_party": ("successors",),
}
"""Fields that are not required and without which the command says nothing."""


def _any_case(category: str) -> str:
    return f"{category}/{uuid4()}"


def _examples(base: Any) -> list[Any]:
    """Return the examples that a type brings along, for one that has a form of its own."""
    marks = getattr(base, "__metadata__", ())
    return next((mark.examples for mark in marks if getattr(mark, "examples", None)), [])


def _plain(base: Any) -> Any:
    return getattr(base, "__origin__", None)
