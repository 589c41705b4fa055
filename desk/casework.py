"""What the desk works with: a command as asked, a case as folded, an answer as written.

Nothing here decides or appends; `desk.py` does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain.canonical import digest_of
from domain.cases import CaseKind, Notice
from domain.clocks import RingClock, ring_id
from domain.envelope import By, Happened, rung_by
from domain.people import Channel, Known, Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.values import instant_text
from ledger.entry import FACT_BYTES_MAX
from wording.commands import COMMAND_LABELS
from wording.fields import field_label


@dataclass(frozen=True)
class Who:
    """Who gives an order, by what the door has set; never the system.

    Unit and role may be left out where the registry knows only one.
    """

    person: str
    channel: Channel
    unit: str | None = None
    role: Role | None = None
    known: Known | None = None
    session: str | None = None

    def acting(self, role: Role, unit: str | None) -> By:
        """Return this person acting in *role* for *unit*."""
        return By(
            role=role,
            person=self.person,
            unit=unit,
            channel=self.channel,
            known=self.known,
            session=self.session,
        )


@dataclass(frozen=True)
class Asking:
    """One command as it reaches the desk; *by* may leave the role to the registry."""

    command_id: str
    by: By | Who
    command: dict[str, Any]
    occurred_at: datetime | None = None
    because_of: str | None = None
    if_version: int | None = None
    """Where given, the command is meant for the case as it stood at this version and no other."""

    def digest(self) -> str:
        """What makes two commands with the same id the same command."""
        return digest_of(
            {
                "command": self.command,
                "person": self.by.person,
                "unit": self.by.unit,
                "role": None if self.by.role is None else self.by.role.value,
                "occurred_at": None if self.occurred_at is None else instant_text(self.occurred_at),
            }
        )


@dataclass(frozen=True)
class Written:
    """What a command left in the book; *repeated* when it had been there before."""

    command_id: str
    version: int
    position: int
    hash: str
    recorded_at: datetime | None
    facts: tuple[str, ...]
    state: str
    number: str = ""
    repeated: bool = False


@dataclass(frozen=True)
class Handled:
    """Where a case stands after its commands, and what became of each of them."""

    version: int
    state: str
    over: bool
    answers: tuple[Written | CommandRefused, ...]


@dataclass(frozen=True)
class Standing:
    """Where a case stands in the ledger; *next_clock* is the one that rings first, and when."""

    version: int
    state: str
    over: bool
    next_clock: tuple[str, datetime] | None


@dataclass
class Case:
    """A case as folded from the ledger: never shown to anybody while it may be behind."""

    stream: str
    kind: CaseKind
    version: int = 0
    head: str = ""
    state: Any = None

    def remember(self, happened: Happened[Any], head: str) -> None:
        """Fold one more fact."""
        self.state = self.kind.evolve(self.state, happened)
        self.version, self.head = happened.version, head


def addressees(notice: Notice, rules: Rules, at: datetime) -> list[Notice]:
    """Return *notice* once for each unit it goes to; for one that is gone, to its successor.

    A rule that may not look at the registry addresses `role/<role>` with the place in question, or
    the task it is about; here that becomes the units of the place where somebody holds the role,
    or, where no dispatcher is left there, the pack's fallback.
    """
    kind, _, name = notice.to.partition("/")
    if kind == "unit":
        return [notice.model_copy(update={"to": f"unit/{rules.heir(name, at)}"})]
    if kind != "role":
        return [notice]
    role, place = Role(name), _place_of(notice, rules)
    posts = [unit for unit in rules.posts.held.get(role, {}) if rules.filled(role, unit, at)]
    found = [unit for unit in posts if unit in rules.units and rules.serves(unit, place, at)]
    if not found and role is Role.STREET_DISPATCHER:
        found = [unit for unit in posts if rules.dispatches(unit, place, at)]
    return [
        notice.model_copy(update={"key": f"{notice.key}/{unit}", "to": f"unit/{unit}"})
        for unit in sorted(found)
    ]


def _place_of(notice: Notice, rules: Rules) -> str:
    """Return the place in question: as it was told, else that of the task it is about."""
    told = notice.values.get("place")
    task = rules.neighbours.task(notice.values.get("case", "")) if told is None else None
    return told or ("" if task is None else task.place)


def ring_of(name: str, due: datetime) -> Asking:
    """Return the command that rings a clock: the same for the clerk's timer and for the desk."""
    return Asking(
        command_id=ring_id(name, instant_text(due)),
        by=rung_by(name),
        command=RingClock(name=name, due=due).model_dump(mode="json"),
    )


def command_conflict(command_id: str) -> CommandRefused:
    """Say that a command id was used before with other content."""
    return CommandRefused(
        "command-conflict",
        f"命令编号 {command_id} 已用于内容不同的命令；请换一个新编号，或按原内容重试。",
        f"Command id {command_id} was used for another command; take a new id, "
        "or repeat the first command as it was.",
    )


def moved_on(expected: int, found: int) -> CommandRefused:
    """Say that a case is not any more what whoever asks had looked at."""
    return CommandRefused(
        "case-moved-on",
        f"案卷已有新进展：您看到的是第 {expected} 版，现为第 {found} 版；请重新查看后再提交。",
        f"The case moved on: you looked at version {expected}, it has {found}; "
        "look again, then submit.",
    )


_FAULTS: dict[str, str] = {
    "missing": "未填写",
    "extra_forbidden": "没有这一项",
    "string_type": "应为文字",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "bool_type": "应为是或否",
    "bool_parsing": "应为是或否",
    "list_type": "应为若干项",
    "tuple_type": "应为若干项",
    "dict_type": "应为一组字段",
    "enum": "不在可选项内",
    "literal_error": "不在可选项内",
    "string_pattern_mismatch": "写法不对",
    "string_too_long": "过长",
    "string_too_short": "过短",
    "too_long": "项数过多",
    "too_short": "项数过少",
    "greater_than_equal": "过小",
    "greater_than": "过小",
    "less_than_equal": "过大",
    "less_than": "过大",
    "datetime_parsing": "不是时刻",
    "datetime_from_date_parsing": "不是时刻",
    "timezone_aware": "时刻没有时区",
    "union_tag_invalid": "没有这样的命令",
    "union_tag_not_found": "没有写明是什么命令",
}
"""What the validator's kinds of fault are in Chinese; of others, that the value will not do."""


def malformed(error: ValidationError, of: str = "") -> CommandRefused:
    """Say which field of a command *of* a kind of case is wrong and how, never what was typed."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)[:5]
    chinese = "；".join(
        f"{_field_named(fault['loc'], of)}{_FAULTS.get(fault['type'], '不合要求')}"
        for fault in faults
    )
    english = "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'the command'}: {fault['msg']}" for fault in faults
    )
    return CommandRefused(
        "command-malformed",
        f"命令格式不符：{chinese}。",
        f"The command is not of its form: {english}.",
    )


def _field_named(place: tuple[int | str, ...], of: str) -> str:
    """Return what the field at *place* is called, in quotation marks, with its code where other."""
    within = [one for one in place if one not in COMMAND_LABELS]
    names = [one for one in within if isinstance(one, str)]
    if not names:
        return "命令"
    command = str(place[0]) if place[0] in COMMAND_LABELS else ""
    called = field_label(names[-1], of=of, command=command)
    code = ".".join(map(str, within))
    return f"“{called}”" if called == code else f"“{called}”（{code}）"


def taken_for_another(told: Any, understood: Any, field: str = "") -> str | None:
    """Return the path of the first value that was read as another type than it was written in.

    `true` is no grade, "5" no number and "yes" no flag: who means one writes it.
    """
    match told, understood:
        case dict(), dict():
            pairs = [(name, told[name], understood[name]) for name in told if name in understood]
        case list() | tuple(), list():
            pairs = [(str(n), *both) for n, both in enumerate(zip(told, understood, strict=False))]
        case bool() | int() | float() | str(), bool() | int() | str():
            return None if type(told) is type(understood) else field
        case _:
            return None
    inner = (
        taken_for_another(one, other, f"{field}.{name}" if field else name)
        for name, one, other in pairs
    )
    return next(filter(None, inner), None)


def another_type(field: str, command: str, of: str) -> CommandRefused:
    """Say that a field was written as another type than the command's."""
    called = _field_named((command, *field.split(".")), of)
    return CommandRefused(
        "command-malformed",
        f"命令格式不符：{called}的类型不对（数字、文字、是否三者不可互换）。",
        f"The command is not of its form: {field} is of another type; numbers, texts and flags "
        "do not stand for each other.",
    )


def too_large(kind: str, size: int) -> CommandRefused:
    """Say that a command would leave a fact too large for an entry of the public log."""
    return CommandRefused(
        "fact-too-large",
        f"该命令产生的事实 {kind} 为 {size:,} 字节，上限 {FACT_BYTES_MAX:,} 字节；"
        "请拆分后重新提交。",
        f"The fact {kind} would take {size:,} bytes and at most {FACT_BYTES_MAX:,} fit; "
        "split the command into several.",
    )
