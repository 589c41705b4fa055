"""A form for every command, made from its model: what the office sees, what the desk is given."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from console.seeing import OFFICE
from domain.cases import CaseKind
from domain.clocks import LimitText
from domain.models import base_of, seals_of
from domain.people import Role
from domain.policy import Policy
from domain.provider.case import PROVIDER
from domain.refusals import CommandRefused
from domain.task.case import TASK
from domain.task.commands import Grade, Suggested
from domain.units import UnitKind
from domain.values import (
    CASE_IDS,
    CaseId,
    DivisionCode,
    Instant,
    PairingId,
    PersonId,
    TaskId,
    UnitCode,
    instant_text,
)
from importing.cells import moment
from projections.case_board import SHOWN, CaseFilter, CaseLine
from projections.task_board import TaskFilter
from services.case_lists import cases_at
from services.providers import tasks_named
from services.scope import pairings_of, within
from services.seeing import Seer
from wording.fields import EVIDENCE, field_label
from wording.labels import LABELS, Both, label
from wording.sentences import LIMIT_UNITS, item_text, limit_text

Kind = Literal[
    "text",
    "words",
    "choice",
    "choices",
    "yes",
    "number",
    "limit",
    "moment",
    "file",
    "kept",
    "rows",
    "money",
]


@dataclass(frozen=True)
class Field:
    """One field of a form: what it is called, how it is filled in, and what it holds now."""

    name: str
    label: str
    kind: Kind
    required: bool
    choices: tuple[tuple[str, str], ...] = ()
    value: str | tuple[str, ...] = ""
    hint: str = ""
    rows: "tuple[tuple[Field, ...], ...]" = ()
    """The fields of each row, of a field that holds several values with parts of their own."""


def fields_of(
    kind: str,
    model: type[BaseModel],
    seer: Seer,
    policy: Policy,
    given: Mapping[str, Any],
    body: Any = None,
    case: CaseKind = TASK,
    state: Any = None,
    stream: str = "",
) -> list[Field]:
    """Return the fields of a command's form, with what was *given* or is usual filled in."""
    hints = get_type_hints(model, include_extras=True)
    left = set(_LEFT_TO_THE_PAGE.get(kind, ()))
    if case.on_the_board:
        left.add("policy")  # the pack in force, unless a program says otherwise
    if kind == "dispatch_task" and not given.get("suggested"):
        left |= {"suggested", "reason"}  # the reason is why another than the first suggested
    if kind == "triage_task" and not policy.handling.grades:
        left.add("grade")  # this pack counts every task by its kind of request alone
    made = _Making(kind, model, seer, policy, body, case, state, stream)
    return [
        made.field(name, hints[name], given)
        for name in model.model_fields
        if name != "kind" and name not in left
    ]


_LEFT_TO_THE_PAGE: dict[str, tuple[str, ...]] = {
    "split_off_matter": ("part",),
    "register_task": (
        "call",
        "link",
        "project_item",
        "policy",
        "ad_hoc",
        "privacy_notice",
        "requester",
    ),
    "correct_registration": ("requester",),
    "attach_evidence": ("media_type",),
    "issue_rating_link": ("link", "subject"),
    "name_agent": ("agent",),
}
"""Fields that a page fills in itself, or that nobody types."""


@dataclass(frozen=True)
class _Making:
    kind: str
    model: type[BaseModel]
    seer: Seer
    policy: Policy
    body: Any
    case: CaseKind
    state: Any
    stream: str

    def field(self, name: str, hint: Any, given: Mapping[str, Any]) -> Field:
        base, many = base_of(hint)
        required = self.model.model_fields[name].is_required()
        seal = seals_of(self.model).get(name)
        value = given.get(name, "")
        called = self._called(name)
        if seal is not None and seal.binary:
            told = self.seer.say(
                "照片、录音录像或办公文档", "A photograph, recording or office document"
            )
            return Field(name, called, "file", required, hint=told)
        if seal is not None:
            words: Kind = "words" if seal.length_max > 200 else "text"
            most = seal.length_max
            told = self.seer.say(
                f"密封保存，最多 {most} 字", f"Kept sealed, {most} characters at most"
            )
            return Field(name, called, words, required, value=value, hint=told)
        if base is Suggested:
            return Field(name, called, "kept", required, value=value)
        if isinstance(base, type) and issubclass(base, BaseModel):
            return self._rows(name, base, given, many=many, required=required)
        if base == LimitText:
            shown = (value, given.get(f"{name}.unit", ""))
            return Field(name, called, "limit", required, self._units_of_limits(), shown)
        choices = self._choices(name, base)
        if base is bool:
            return Field(name, called, "yes", required, value=value)
        if choices or many or base == PairingId:
            several: Kind = "choices" if many else "choice"
            held = tuple(value) if many and value else value
            return Field(name, called, several, required, choices, held)
        if base == Instant:
            return Field(name, called, "moment", required, value=value)
        if _is_money(name):
            return Field(name, _in_yuan(called), "money", required, value=value)
        plain = base if isinstance(base, type) else get_args(base)[0] if get_args(base) else str
        number: Kind = "number" if plain is int else "text"
        return Field(name, called, number, required, value=value)

    def _rows(
        self,
        name: str,
        model: type[BaseModel],
        given: Mapping[str, Any],
        *,
        many: bool,
        required: bool,
    ) -> Field:
        """Return a field whose values have parts: a row for each that was given, and some more.

        Where each item of a list has at most one row, the items stand there.
        """
        sent = sorted({int(one.split(".")[1]) for one in given if one.startswith(f"{name}.")})
        inner = replace(self, model=model)
        hints = get_type_hints(model, include_extras=True)
        first = next(iter(model.model_fields))

        def row(number: int, held: int | None) -> tuple[Field, ...]:
            start = f"{name}.{number}."
            parts = (
                inner.field(part, hints[part], {part: given.get(f"{name}.{held}.{part}", "")})
                for part in model.model_fields
            )
            return tuple(replace(one, name=start + one.name, required=False) for one in parts)

        items = inner.field(first, hints[first], {}).choices if name in _ONE_EACH else ()
        if items:
            at = {given.get(f"{name}.{number}.{first}"): number for number in sent}
            rows = tuple(
                (replace(head, kind="kept", choices=((code, called),), value=code), *rest)
                for number, (code, called) in enumerate(items)
                for head, *rest in (row(number, at.get(code)),)
            )
        else:
            count = max(len(sent) + _ROWS_MORE, _ROWS_LEAST) if many else 1
            rows = tuple(row(number, number) for number in range(count))
        return Field(name, self._called(name), "rows", required, rows=rows)

    def _called(self, name: str) -> str:
        called = field_label(name, self.seer.language, of=self.case.category, command=self.kind)
        return called[:1].upper() + called[1:]

    def _choices(self, name: str, base: Any) -> tuple[tuple[str, str], ...]:
        if (self.kind, name) == ("attach_evidence", "label"):
            return tuple((code, self.seer.say(*both)) for code, both in EVIDENCE.items())
        if base == Grade:
            return tuple((code, self.seer.say(*both)) for code, both in LABELS["Grade"].items())
        if (self.kind, name) == ("triage_task", "grade"):
            grades = self.policy.handling.grades.items()
            return tuple((code, limit_text(limit, self.seer.language)) for code, limit in grades)
        if isinstance(base, type) and hasattr(base, "__members__"):
            return tuple(
                (one.value, label(one.value, self.seer.language, among=base.__name__))
                for one in base.__members__.values()
            )
        if get_origin(base) is Literal:
            return tuple((str(one), str(one)) for one in get_args(base))
        if held := self.case.offered(self.state, self.kind, name):
            known = {
                one.code: self.seer.say(one.label.zh, one.label.en)
                for one in self.case.listed(self.policy, self.kind, name)
            }
            return tuple((code, known.get(code) or self._held(code)) for code in held)
        if base == UnitCode:
            return self._units(name)
        if base == PersonId:
            return self._people()
        if base == DivisionCode:
            return self._places()
        if base == TaskId and name == "master":
            return self._same_matter()
        if base == PairingId:
            lines = pairings_of(self.seer)
            return tuple((one.stream, one.title) for one in lines if one.state == "ACTIVE")
        for category, of in CASE_IDS.items():
            if base == of and category in SHOWN:
                return self._cases(category)
        if base == TaskId and self.case is PROVIDER:
            return self._tasks_served()
        if base == CaseId:
            return (*self._cases("facility"), *self._tasks())
        return tuple(
            (one.code, self.seer.say(one.label.zh, one.label.en))
            for one in self.case.listed(self.policy, self.kind, name)
        )

    def _held(self, code: str) -> str:
        """Return what an item or a place is called."""
        name = item_text(code, self.seer.names, self.seer.language)
        return name if name != code else self.seer.place_name(code)

    def _cases(self, category: str) -> tuple[tuple[str, str], ...]:
        """Return the open cases of a kind that the one who looks has to do with."""
        found, _ = cases_at(self.seer, CaseFilter(category, open_only=True), size=_CASES_MOST)
        return tuple((line.stream, self._titled(line)) for line in found)

    def _titled(self, line: CaseLine) -> str:
        """Return the title of a case; findings of one indicator are told apart by their place."""
        title = line.title_in(self.seer.language)
        return f"{title} · {self.seer.place_name(line.place)}" if "label" in line.details else title

    def _tasks_served(self) -> tuple[tuple[str, str], ...]:
        """Return the tasks that named this provider, the newest first, by number."""
        found = tasks_named(self.seer.house, self.stream)
        return tuple((one, self.seer.names.case(one, self.seer.language)) for one in found)

    def _tasks(self) -> tuple[tuple[str, str], ...]:
        """Return the open tasks of the place that the case lies in, the newest first."""
        shown = self.case.shown(self.state)
        wanted = TaskFilter(open_only=True, place=(shown.place or None) if shown else None)
        lines = self.seer.house.boards.tasks.find(within(self.seer, wanted), size=50).lines
        return tuple(
            (line.stream, f"{line.number} {self.seer.category_name(line.category)}")
            for line in lines
        )

    def _units_of_limits(self) -> tuple[tuple[str, str], ...]:
        """Return the units a length of time is given in, without a number before them."""
        english = self.seer.language == "en"
        return tuple((unit, LIMIT_UNITS[unit][2 if english else 0]) for unit in _LENGTHS)

    def _units(self, name: str) -> tuple[tuple[str, str], ...]:
        kinds = {
            "center": {UnitKind.PARTY_SERVICE_CENTER},
            "street": {UnitKind.STREET_OFFICE},
        }.get(name, {UnitKind.DEPARTMENT, UnitKind.STREET_OFFICE, UnitKind.PARTY_SERVICE_CENTER})
        lines: Sequence[str] = ()
        place = ""
        if self.body is not None:
            category = self.policy.category(self.body.need.category)
            lines = category.lead if category else ()
            place = self.body.need.place
        standing = [
            unit
            for unit in self.seer.rules.units.values()
            if unit.kind in kinds and unit.stands(self.seer.at)
        ]
        near = [
            unit
            for unit in standing
            if unit.kind is UnitKind.DEPARTMENT or not place or unit.covers(place)
        ]
        near.sort(key=lambda unit: (unit.line not in lines, unit.kind.value, unit.code))
        leads = self.seer.say("（牵头）", " (leads)")
        return tuple(
            (unit.code, f"{unit.name}{leads if unit.line in lines else ''}") for unit in near
        )

    def _people(self) -> tuple[tuple[str, str], ...]:
        """Return the unit's own staff; for a case that is no task, everybody in service."""
        if self.case is not TASK:
            return self._in_service()
        found = []
        for person in self.seer.rules.people.values():
            if self.seer.rules.holds(person.id, Role.DEPT_STAFF, self.seer.unit, self.seer.at):
                name = None
                if person.name is not None:
                    name = self.seer.house.books.vault.open(person.name)
                found.append((person.id, name.decode("utf-8") if name else person.id))
        return tuple(sorted(found, key=lambda one: one[1]))

    def _in_service(self) -> tuple[tuple[str, str], ...]:
        found = []
        for person in self.seer.rules.people.values():
            standing = (one.unit for one in person.grants if one.stands(self.seer.at))
            unit = next(standing, None)
            if unit is not None:
                name = person.name and self.seer.house.books.vault.open(person.name)
                called = name.decode("utf-8") if name else person.id
                found.append((person.id, f"{called} · {self.seer.unit_name(unit)}"))
        return tuple(sorted(found, key=lambda one: one[1].partition(" · ")[::-1]))

    def _places(self) -> tuple[tuple[str, str], ...]:
        own = self.seer.rules.units[self.seer.unit].division
        kinds = {UnitKind.STREET_OFFICE, UnitKind.COMMUNITY, UnitKind.RESIDENTS_COMMITTEE}
        found = {
            unit.division: unit.name
            for unit in sorted(self.seer.rules.units.values(), key=lambda unit: unit.kind.value)
            if unit.kind in kinds
            and unit.stands(self.seer.at)
            and (unit.division.startswith(own) or own.startswith(unit.division))
        }
        if self.case is not TASK:  # a need lies somewhere in it, a programme may be of all of it
            name = self.seer.place_name(own)
            whole = self.seer.say(f"{name}（全部辖区）", f"{name} (the whole of it)")
            found = {**found, own: whole}
        return tuple(sorted(found.items()))

    def _same_matter(self) -> tuple[tuple[str, str], ...]:
        if self.body is None:
            return ()
        need = self.body.need
        wanted = TaskFilter(open_only=True, categories=(need.category,), place=need.place)
        lines = self.seer.house.boards.tasks.find(wanted, size=50).lines
        split = self.seer.say("（拆单的来件）", "(the call it was split from)")
        call = ((need.call, split),) if need.call else ()
        return (*call, *((line.stream, line.number) for line in lines))


def command_of(kind: str, model: type[BaseModel], sent: FormData) -> dict[str, Any]:
    """Return the command a form sent; what was left empty is left out.

    Raises `CommandRefused` where a number or an instant is none.
    """
    hints = get_type_hints(model, include_extras=True)
    command: dict[str, Any] = {"kind": kind}
    for name in model.model_fields:
        if name == "kind" or name not in sent:
            continue
        base, many = base_of(hints[name])
        if isinstance(base, type) and issubclass(base, BaseModel) and base is not Suggested:
            continue
        if many:
            values = [one for one in sent.getlist(name) if isinstance(one, str) and one]
            if values:
                command[name] = values
            continue
        value = sent[name]
        if isinstance(value, UploadFile):
            content = value.file.read()
            if value.filename:
                command[name] = base64.b64encode(content).decode("ascii")
                if "media_type" in model.model_fields and not sent.get("media_type"):
                    command["media_type"] = value.content_type or ""
            continue
        if value.strip():
            plain = value.strip()
            if base == LimitText and plain.isdecimal():
                plain += str(sent.get(f"{name}.unit", ""))
            command[name] = _plain(name, base, plain)
    for name in model.model_fields:
        base, many = base_of(hints[name])
        if isinstance(base, type) and issubclass(base, BaseModel) and name not in command:
            empty = 1 if name in _ONE_EACH else 0
            rows = [row for row in _sent_rows(kind, name, base, sent) if len(row) > empty]
            if rows:
                command[name] = rows if many else rows[0]
    return command


def _sent_rows(
    kind: str, name: str, model: type[BaseModel], sent: FormData
) -> Iterator[dict[str, Any]]:
    """Yield each row a form sent for the field *name*; what was left empty is not in it."""
    numbers = {int(one.split(".")[1]) for one in sent if one.startswith(f"{name}.")}
    for number in sorted(numbers):
        start = f"{name}.{number}."
        inner = FormData(
            [
                (one.removeprefix(start), text)
                for one, text in sent.multi_items()
                if one.startswith(start)
            ]
        )
        row = command_of(kind, model, inner)
        yield {part: value for part, value in row.items() if part in model.model_fields}


def _of_row(given: Mapping[str, Any], start: str) -> dict[str, Any]:
    return {one.removeprefix(start): held for one, held in given.items() if one.startswith(start)}


_LENGTHS = ("wd", "wh", "d", "h", "min")
"""The units in which an office gives a length of time, the usual one first."""
_ROWS_LEAST = 4
_ROWS_MORE = 2
_ONE_EACH = frozenset({"budget", "checklist", "criteria", "places", "scores", "users_go"})
"""Lists in which an item of the office's has one row at most; with nothing beside it, none."""
_CASES_MOST = 500


def kept_suggested(version: str, units: Sequence[str]) -> str:
    """Return what was suggested as a form carries it; `_plain` reads it back."""
    return " ".join((version, *units))


def _plain(name: str, base: Any, text: str) -> Any:
    if base is Suggested:
        version, *units = text.split()
        return {"version": version, "units": units}
    if base is bool:
        return text == "yes"
    if _is_money(name):
        return _cents(name, text)
    plain = base if isinstance(base, type) else get_args(base)[0] if get_args(base) else str
    if plain is int or base == Grade:
        try:
            return int(text)
        except ValueError:
            raise _unclear(name, ("数字", "number")) from None
    if base == Instant:
        found = moment(text.replace("T", " "), OFFICE)
        if found is None:
            raise _unclear(name, ("日期或时间", "date or time"))
        return instant_text(found.astimezone(UTC))
    return text


def _is_money(name: str) -> bool:
    """Say whether a field holds a sum in cents, which pages show and take in yuan."""
    return name == "cents" or name.endswith("_cents")


def _in_yuan(called: str) -> str:
    return called.replace("（分）", "（元）").replace("in cents", "in yuan")


def _cents(name: str, text: str) -> int:
    """Return a sum written in yuan, with at most two decimals, in cents."""
    found = re.fullmatch(r"(-?)([0-9]{1,13})(?:\.([0-9]{1,2}))?", text.replace(",", ""))
    if found is None:
        raise _unclear(name, ("金额（元，最多两位小数）", "sum in yuan, two decimals at most"))
    sign, yuan, rest = found.groups()
    return int(f"{sign}{yuan}{(rest or '').ljust(2, '0')}")


def _unclear(name: str, wanted: Both) -> CommandRefused:
    return CommandRefused(
        "field-unclear",
        f"“{field_label(name)}”应填{wanted[0]}。",
        f"{field_label(name, 'en')} is no {wanted[1]}.",
    )
