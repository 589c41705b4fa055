"""What most deciders ask before anything of their own: the state, the place, the unit, the hands.

Each guard refuses by a rule of `GUARD_RULES` or says nothing; a kind of case adds its own rules in
its `refusal_rules.py`. Tasks and pairings came first and keep the guards they were published with.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from domain.envelope import Asked
from domain.gate import allowed, permitted
from domain.people import BY_LINK, Channel, Role
from domain.refusals import refusing
from domain.rules import Neighbour, Rules, Terms
from domain.values import covers, instant_text

GUARD_RULES: dict[str, tuple[str, str]] = {
    "not-begun": (
        "没有案卷 {stream}，请先登记。",
        "There is no case {stream}; begin it first.",
    ),
    "begun-once": (
        "案卷 {stream} 已经登记；请用新编号另行登记。",
        "The case {stream} was begun before; take a new id for another one.",
    ),
    "not-in-state": (
        "案卷现为“{found}”，此操作适用于：{expected}。",
        "The case is {found} now; this can be done while it is {expected}.",
    ),
    "own-place-only": (
        "只能办理本单位辖区内的案卷：案卷位于 {place}，您的单位为 {unit}。",
        "A unit acts for places in its own division: this lies in {place}, your unit is {unit}.",
    ),
    "named-unit-only": (
        "此操作由 {expected} 办理，您的单位为 {found}。",
        "This is for {expected} to do; your unit is {found}.",
    ),
    "not-own-work": (
        "不得由经办本人决定：您已办理过“{done}”，请由其他人员办理。",
        "Nobody decides on their own work: you did {done}; another person must do this.",
    ),
    "not-own-unit": (
        "不得由经办单位决定：单位 {unit} 参与过“{done}”，请由其他单位办理。",
        "No unit decides on its own work: {unit} had a part in {done}; another unit must do this.",
    ),
    "case-of-kind": (
        "没有案卷 {found}；应填写{expected}的编号。",
        "There is no case {found}; give the id of a {expected}.",
    ),
    "link-only": (
        "请通过发给您的专用链接办理。",
        "Please use the link that was issued to you.",
    ),
    "told-in-time": (
        "所填时间 {found} 应在 {earliest} 至 {latest} 之间。",
        "The time given, {found}, must lie between {earliest} and {latest}.",
    ),
    "pack-without": (
        "政策包 {policy} 没有“{part}”一节，请先公布补充后的政策包。",
        "The policy pack {policy} has no part {part}; publish one that has.",
    ),
    "code-listed": (
        "“{found}”不在目录中；可填：{expected}。",
        "{found} is not in the list; known are {expected}.",
    ),
    "system-sends": (
        "此操作只由系统办理。",
        "Only the system itself does this.",
    ),
}

STANDING = frozenset(
    {
        "begun-once",
        "link-only",
        "named-unit-only",
        "not-begun",
        "not-in-state",
        "not-own-unit",
        "not-own-work",
        "own-place-only",
        "pack-without",
        "system-sends",
    }
)
"""Guards that speak of who asks and when, whatever is filled in beside."""

refused = refusing(GUARD_RULES)
"""Return the refusal by one of these rules, filled with what was found."""

StateT = TypeVar("StateT")
NeighbourT = TypeVar("NeighbourT", bound=Neighbour)
PartT = TypeVar("PartT")
LabelT = TypeVar("LabelT", bound=str)

NOT_THERE = ("尚未登记", "not begun yet")
"""What stands for the state of a case that has no fact yet."""


def authorised(asked: Asked[Any], may: frozenset[Role], rules: Rules) -> None:
    """The role may give the command and is held; people outside government come by their link."""
    permitted(asked, may)
    by = asked.by
    if by.role is Role.SYSTEM:
        if by.channel is not Channel.SYSTEM:
            raise refused("system-sends")
    elif by.role in BY_LINK:
        if by.channel is not Channel.LINK or not str(by.person).startswith("subject/"):
            raise refused("link-only")
    else:
        allowed(asked, may, rules)


def in_state(
    state: Any, found: tuple[str, str], expected: Iterable[tuple[str, str]], *kinds: type[StateT]
) -> StateT:
    """Return *state* where it is one of *kinds*; *found* and *expected* are labels of states."""
    if isinstance(state, kinds):
        return state
    labels = list(expected)
    both = ("、".join(zh for zh, _ in labels), " or ".join(en for _, en in labels))
    raise refused("not-in-state", found=found, expected=both)


def begun_once(asked: Asked[Any], begun: bool) -> None:
    """A case is begun once."""
    if begun:
        raise refused("begun-once", stream=asked.stream)


def in_state_of(
    state: Any,
    found: str,
    labels: Mapping[LabelT, tuple[str, str]],
    types: Mapping[type[Any], LabelT],
    *kinds: type[StateT],
) -> StateT:
    """Return *state* where it is one of *kinds*; *found* is its name, `UNKNOWN` for none yet."""
    called = next((both for name, both in labels.items() if name == found), NOT_THERE)
    return in_state(state, called, (labels[types[kind]] for kind in kinds), *kinds)


def serving(asked: Asked[Any], place: str, rules: Rules) -> None:
    """The unit that acts has *place* in its division, or lies within it; the system has all."""
    if asked.by.role is Role.SYSTEM:
        return
    unit = rules.unit(str(asked.by.unit), asked.at)
    acts = rules.dispatches if asked.by.role is Role.STREET_DISPATCHER else rules.serves
    if not acts(unit.code, place, asked.at):
        raise refused("own-place-only", place=place, unit=unit.code)


def having_to_do_with(asked: Asked[Any], place: str, rules: Rules) -> None:
    """Whoever records something of a place serves it: theirs holds it, or lies within it."""
    if asked.by.role is Role.SYSTEM:
        return
    unit = rules.unit(str(asked.by.unit), asked.at)
    if not (rules.serves(unit.code, place, asked.at) or covers(place, unit.division)):
        raise refused("own-place-only", place=place, unit=unit.code)


def acting_for(asked: Asked[Any], units: Iterable[str], rules: Rules) -> str:
    """The unit that acts is one of *units*, or succeeded one; return the one it acts for."""
    named = list(units)
    for unit in named:
        if rules.acts_for(asked.by.unit, unit, asked.at):
            return unit
    raise refused(
        "named-unit-only", expected=", ".join(named) or "—", found=asked.by.unit or asked.by.role
    )


def another_person(asked: Asked[Any], persons: Iterable[str | None], done: tuple[str, str]) -> None:
    """Nobody decides on what they did themselves; *done* says what that was, in both languages."""
    if asked.by.person is not None and asked.by.person in set(persons):
        raise refused("not-own-work", done=done)


def another_unit(
    asked: Asked[Any], units: Iterable[str | None], done: tuple[str, str], rules: Rules
) -> None:
    """No unit decides on its own work, nor one that succeeded the unit that did it."""
    for unit in units:
        if unit is not None and rules.acts_for(asked.by.unit, unit, asked.at):
            raise refused("not-own-unit", unit=unit, done=done)


def neighbour_of(
    rules: Rules, stream: str, kind: type[NeighbourT], called: tuple[str, str]
) -> NeighbourT:
    """Return the other case *stream*, which is there and of this *kind*."""
    found = rules.neighbours.case(stream)
    if isinstance(found, kind):
        return found
    raise refused("case-of-kind", found=stream, expected=called)


def part_of(part: PartT | None, called: tuple[str, str], terms: Terms) -> PartT:
    """Return the *part* of the pack a kind of case is decided by; refuse where it has none."""
    if part is None:
        raise refused("pack-without", policy=terms.version, part=called)
    return part


def one_of(code: str, known: Iterable[str]) -> str:
    """Return *code* where it stands in a list of the pack."""
    codes = list(known)
    if code not in codes:
        raise refused("code-listed", found=code, expected=", ".join(codes))
    return code


def told_in_time(asked: Asked[Any], begun_at: Any = None) -> None:
    """What is told happened by now, and not before the case was begun."""
    if asked.occurred_at == asked.at:
        return
    if asked.occurred_at <= asked.at and (begun_at is None or begun_at <= asked.occurred_at):
        return
    earliest = "…" if begun_at is None else instant_text(begun_at)
    raise refused(
        "told-in-time",
        found=instant_text(asked.occurred_at),
        earliest=earliest,
        latest=instant_text(asked.at),
    )
