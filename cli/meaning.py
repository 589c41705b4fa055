"""What people write for a value, and what it means: codes or labels, names of units, dates.

The office writes 养老, 石牌街道办事处 and 2026-11-20; commands carry `ELDER`, `440106005-SO` and an
instant. What names nothing is refused with what there is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import BaseModel

from cli.filters import one_of
from cli.options import base_of
from domain.refusals import CommandRefused
from domain.units import UnitKind
from domain.values import Code, DivisionCode, Instant, PersonId, UnitCode, instant_text
from importing.cells import moment
from importing.places import Places

if TYPE_CHECKING:
    from cli.context import Context
    from domain.policy import Policy
    from domain.rules import Rules

ENDS = frozenset({"until", "due", "term_end", "review_at", "ends", "end"})
"""Instants at which something ends: a date alone is the whole of that day."""

_TIME = re.compile(r"[:时点T]|\d{1,2}\s*[:：]")
_CHINESE = re.compile(r"[一-鿿]")


def meant(context: "Context", model: type[BaseModel], command: Mapping[str, Any]) -> dict[str, Any]:
    """Return *command* with every value that a person wrote as the code it means.

    Raises `CommandRefused` (`filter-unknown`, `instant-unclear`) for what names nothing.
    """
    hints = get_type_hints(model, include_extras=True)
    found = dict(command)
    for name, value in command.items():
        if name != "kind" and isinstance(value, str | list):
            one = _reader(context, name, hints[name])
            if one is not None:
                several = isinstance(value, list)
                found[name] = [one(each) for each in value] if several else one(value)
    return found


def _reader(context: "Context", name: str, hint: Any) -> Callable[[Any], Any] | None:
    """Return how the values of a field are read; None: as they are written."""
    base = base_of(hint)
    option = f"--{name.replace('_', '-')}"
    if base == Instant:
        return lambda text: instant_of(context, option, text, end=name in ENDS)
    if base == UnitCode:
        return lambda text: unit_of(context.rules, option, text)
    if base == DivisionCode:
        return lambda text: division_of(context.rules, option, text)
    if base == PersonId:
        return lambda text: person_of(context, text)
    if base == Code:
        return lambda text: code_of(context.rules, option, name, text)
    return None


def instant_of(context: "Context", option: str, text: str, *, end: bool) -> str:
    """Return the instant *text* means; a date alone is the beginning, or the *end*, of that day.

    Understood are RFC 3339, 2026-11-20, 2026年11月20日下午2:30 and the like, in the office's zone.
    """
    zone = context.office_zone
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = moment(text, zone)
    if found is None:
        raise CommandRefused(
            "instant-unclear",
            f"{option} 应为日期或时间，如 2026-11-20 或 2026-11-20 14:30。",
            f"{option} takes a date or a time, such as 2026-11-20 or 2026-11-20 14:30.",
        )
    if found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    if end and not _TIME.search(text):
        found += timedelta(days=1) - timedelta(seconds=1)
    return instant_text(found.astimezone(UTC))


def unit_of(rules: "Rules", option: str, text: str) -> str:
    """Return the code of the unit that *text* names by its code or its name."""
    code = text.strip().upper()
    if code in rules.units or not _CHINESE.search(text):
        return code
    named = [one.code for one in rules.units.values() if text.strip() in one.name]
    exact = [one for one in named if rules.units[one].name == text.strip()]
    if not exact and (division := Places.of(rules.units.values()).street(text)):
        # 石牌街道 is its office; the centre and the committees there have longer names.
        exact = [
            one
            for one in named
            if (rules.units[one].kind, rules.units[one].division)
            == (UnitKind.STREET_OFFICE, division)
        ]
    if len(exact or named) == 1:
        return (exact or named)[0]
    known = {one: rules.units[one].name for one in sorted(named or rules.units)}
    found = one_of(option, text, known)
    assert found is not None, "something was given"
    return found


def known_unit(rules: "Rules", option: str, text: str) -> str:
    """Return the code of the unit that *text* names; one the registry does not have is refused."""
    code = unit_of(rules, option, text)
    if code not in rules.units:
        one_of(option, text, {one: unit.name for one, unit in sorted(rules.units.items())})
    return code


def division_of(rules: "Rules", option: str, text: str) -> str:
    """Return the division code of the street or community that *text* names."""
    if not _CHINESE.search(text):
        return text.strip()
    exact = [one.division for one in rules.units.values() if one.name == text.strip()]
    places = Places.of(rules.units.values())
    street = places.street(text)
    found = exact[0] if exact else street
    if found is None:
        matching = {code for (_, name), code in places.communities.items() if name and name in text}
        found = matching.pop() if len(matching) == 1 else None
    if found is None:
        known = {one.division: one.name for one in rules.units.values() if len(one.division) > 6}
        found = one_of(option, text, known)
    assert found is not None, "something was given"
    return found


def person_of(context: "Context", text: str) -> str:
    """Return the person that *text* names: an id, ROLE@UNIT, or a staff number (工号)."""
    from cli.people import holder_of, named

    if "@" in text:
        return holder_of(context, text)
    if "/" in text:
        return named(text)
    return staff_of(context, text)


def staff_of(context: "Context", number: str) -> str:
    """Return the person with the staff number *number*."""
    stream = context.person_numbered(number)
    if stream in context.rules.people:
        return stream
    raise CommandRefused(
        "person-unknown",
        f"名册中没有工号 {number} 的人员；也可填 person/<UUID> 或 角色@单位。",
        f"The registry has nobody with the staff number {number}; person/<uuid> or ROLE@UNIT will "
        "do as well.",
    )


def code_of(rules: "Rules", option: str, name: str, text: str) -> str:
    """Return the code that *text* names in the packs' lists for the field *name*."""
    if not _CHINESE.search(text):
        return text.strip()
    known: dict[str, str] = {}
    for terms in rules.policies.values():
        known |= dict(listed(terms.policy, name))
    if not known:
        return text.strip()
    found = one_of(option, text, known) if text.strip() not in known else text.strip()
    assert found is not None, "something was given"
    return found


def listed(policy: "Policy", name: str) -> Iterator[tuple[str, str]]:
    """Yield code and Chinese label of what a pack lists for the field *name*."""
    lists: dict[str, Any] = {
        "category": policy.categories,
        "categories": policy.categories,
        "route": policy.divert_routes,
        "cause": policy.carrying.causes,
        "ground": (
            *policy.refusal_grounds,
            *policy.termination_grounds,
            *policy.score_exclusion_grounds,
            *policy.whistling.grounds,
        ),
    }
    for one in lists.get(name, ()):
        yield one.code, one.label.zh
    if name == "line":
        yield from ((code, words.zh) for code, words in policy.lines.items())
