"""The registry's kinds of case, as the desk and the reader use them; no clerk stands by them."""

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind, Errand, Notice, Talk
from domain.envelope import Happened
from domain.registry import decider, standing
from domain.registry.commands import (
    CalendarCommand,
    NoticeCommand,
    PersonCommand,
    PolicyCommand,
    SubjectCommand,
    UnitCommand,
)
from domain.registry.facts import (
    CalendarFact,
    NoticeFact,
    PersonFact,
    PolicyFact,
    SubjectFact,
    UnitFact,
)


def _kind(
    category: str,
    commands: Any,
    facts: Any,
    decide: Callable[..., Any],
    evolve: Callable[..., Any],
    initial: Any = standing.UNKNOWN,
    is_over: Callable[[Any], bool] = lambda _: False,
) -> CaseKind:
    """Return a kind of case without clocks, talks, errands and notices."""
    adapter: TypeAdapter[Any] = TypeAdapter(commands)
    return CaseKind(
        category=category,
        commands=adapter,
        facts=TypeAdapter(facts),
        initial=initial,
        decide=decide,
        evolve=evolve,
        clocks=decider.no_clocks,
        is_over=is_over,
        state_name=state_name,
        policy_id=_none,
        pairing=_none,
        who_may={kind: decider.WHO_MAY[kind] for kind in _kinds_of(adapter)},
        talks=_no_talks,
        errands=_no_errands,
        notices=_no_notices,
        clerked=False,
    )


def _kinds_of(adapter: TypeAdapter[Any]) -> tuple[str, ...]:
    """Return the command kinds *adapter* takes, in their published order."""
    schema = adapter.json_schema()
    mapping = schema.get("discriminator", {}).get("mapping")
    return tuple(mapping) if mapping else (schema["properties"]["kind"]["const"],)


def state_name(case: Any) -> str:
    """Return the state's published name."""
    match case:
        case standing.Unknown():
            return "UNKNOWN"
        case standing.KnownUnit(unit=unit):
            return "REGISTERED" if unit.until is None else "CLOSED"
        case standing.KnownPerson():
            return "REGISTERED"
        case standing.PublishedPolicy():
            return "PUBLISHED"
        case standing.PublishedCalendar(years=years, overlays=overlays):
            return "PUBLISHED" if years or overlays else "UNKNOWN"
        case standing.ErasedSubject():
            return "ERASED"
        case standing.TriedNotice(delivered=delivered):
            return "DELIVERED" if delivered else "FAILED"
        case _:
            raise TypeError(f"{type(case).__name__} is no state of the registry")


def _none(case: Any) -> None:
    """The registry belongs to no pairing and is decided under no pack."""


def _no_talks(stream: str, case: Any) -> tuple[Talk, ...]:
    del stream, case
    return ()


def _no_errands(stream: str, case: Any, happened: Happened[Any]) -> tuple[Errand, ...]:
    del stream, case, happened
    return ()


def _no_notices(stream: str, case: Any, happened: Happened[Any]) -> tuple[Notice, ...]:
    del stream, case, happened
    return ()


UNIT = _kind("unit", UnitCommand, UnitFact, decider.decide_unit, standing.remember_unit)
PERSON = _kind("person", PersonCommand, PersonFact, decider.decide_person, standing.remember_person)
POLICY = _kind("policy", PolicyCommand, PolicyFact, decider.decide_policy, standing.remember_policy)
CALENDAR = _kind(
    "calendar",
    CalendarCommand,
    CalendarFact,
    decider.decide_calendar,
    standing.remember_calendar,
    initial=standing.NO_CALENDAR,
)
SUBJECT = _kind(
    "subject",
    SubjectCommand,
    SubjectFact,
    decider.decide_subject,
    standing.remember_subject,
    is_over=lambda case: isinstance(case, standing.ErasedSubject),
)
NOTICE = _kind(
    "notice",
    NoticeCommand,
    NoticeFact,
    decider.decide_notice,
    standing.remember_notice,
    is_over=lambda case: isinstance(case, standing.TriedNotice) and case.delivered,
)

REGISTRY_CASES: dict[str, CaseKind] = {
    kind.category: kind for kind in (UNIT, PERSON, POLICY, CALENDAR, SUBJECT, NOTICE)
}
"""Every registry kind of case by its stream category."""
