"""The registry's kinds of case, as the desk and the reader use them.

A clerk stands by a resident who asked to be erased, until they are answered, and by no other.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from domain.cases import CaseKind
from domain.clerkless import clerkless
from domain.registry import answering, decider, erasures, standing
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
        case standing.RequestedErasure(refused=refused):
            return "ERASURE_REQUESTED" if refused is None else "ERASURE_REFUSED"
        case standing.ErasedSubject():
            return "ERASED"
        case standing.TriedNotice(delivered=delivered):
            return "DELIVERED" if delivered else "FAILED"
        case _:
            raise TypeError(f"{type(case).__name__} is no state of the registry")


_kind = partial(clerkless, state_name=state_name, who_may=decider.WHO_MAY, initial=standing.UNKNOWN)

UNIT = _kind(
    "unit",
    UnitCommand,
    UnitFact,
    decider.decide_unit,
    standing.remember_unit,
    plural="units",
)
PERSON = _kind(
    "person",
    PersonCommand,
    PersonFact,
    decider.decide_person,
    standing.remember_person,
    plural="people",
)
POLICY = _kind(
    "policy",
    PolicyCommand,
    PolicyFact,
    decider.decide_policy,
    standing.remember_policy,
    plural="policies",
)
CALENDAR = _kind(
    "calendar",
    CalendarCommand,
    CalendarFact,
    decider.decide_calendar,
    standing.remember_calendar,
    initial=standing.NO_CALENDAR,
    plural="calendars",
)
SUBJECT = replace(
    _kind(
        "subject",
        SubjectCommand,
        SubjectFact,
        erasures.decide_subject,
        standing.remember_subject,
        is_over=lambda case: isinstance(case, standing.ErasedSubject),
    ),
    clerked=True,
    clocks=answering.clocks,
    notices=answering.notices,
    timed_by=answering.TIMED_BY,
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
