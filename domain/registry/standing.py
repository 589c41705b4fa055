"""What the registry is after its facts: one small state per kind of stream.

`Unknown` is where every stream begins. The `remember_...` functions hold no rule and only
remember; a fact that cannot follow means a broken book and is said loudly.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from domain.calendar import CalendarYear, Overlay
from domain.clocks import Deadline
from domain.envelope import FactOutOfPlace, Happened
from domain.people import Grant, Person
from domain.policy import Policy
from domain.registry.facts import (
    AccountKeyAdded,
    AccountKeyWithdrawn,
    CalendarFact,
    CalendarOverlayPublished,
    CalendarYearPublished,
    ErasureAnswerDueSoon,
    ErasureAnswerOverdue,
    ErasureDeadlineRecalculated,
    ErasureRefused,
    ErasureRequested,
    IdentityBound,
    IdentityUnbound,
    NoticeDelivered,
    NoticeFact,
    NoticeFailed,
    PasswordSet,
    PersonChanged,
    PersonFact,
    PersonRegistered,
    PolicyPublished,
    RoleGranted,
    RoleRevoked,
    SessionBegun,
    SessionEnded,
    SubjectErased,
    SubjectFact,
    UnitChanged,
    UnitClosed,
    UnitFact,
    UnitRegistered,
)
from domain.sealed import Sealed
from domain.units import Unit


@dataclass(frozen=True)
class Unknown:
    """A stream without facts."""


@dataclass(frozen=True)
class KnownUnit:
    """A unit in the registry, in force between its own dates."""

    unit: Unit


@dataclass(frozen=True)
class KnownPerson:
    """A person in service: sealed name and number, every grant there was, the keys in force."""

    name: Sealed
    phone: Sealed | None
    grants: tuple[Grant, ...] = ()
    keys: tuple[str, ...] = ()
    keyed: bool = False
    identities: tuple[str, ...] = ()
    sessions: frozenset[str] = frozenset()

    def as_person(self, stream: str) -> Person:
        """Return the person as the rules know them."""
        return Person(
            id=stream,
            name=self.name,
            grants=self.grants,
            keys=self.keys,
            keyed=self.keyed,
            identities=self.identities,
        )


@dataclass(frozen=True)
class PublishedPolicy:
    """A policy pack in its newest version."""

    policy: Policy
    version: str


@dataclass(frozen=True)
class PublishedCalendar:
    """A calendar's years and overlays, each beside the number of its newest revision."""

    years: tuple[tuple[CalendarYear, int], ...] = ()
    overlays: tuple[tuple[Overlay, int], ...] = ()

    def year(self, number: int) -> tuple[CalendarYear | None, int]:
        """Return the published year *number* and its revision (None and 0: not published)."""
        return next((found for found in self.years if found[0].year == number), (None, 0))

    def overlay(self, division: str, name: str) -> tuple[Overlay | None, int]:
        """Return the overlay of *division* called *name* and its revision (None and 0: none)."""
        return next(
            (one for one in self.overlays if (one[0].division, one[0].name) == (division, name)),
            (None, 0),
        )

    def with_year(self, year: CalendarYear, revision: int) -> "PublishedCalendar":
        """Return the calendar with *year* in place of what was published for it."""
        others = (found for found in self.years if found[0].year != year.year)
        in_order = sorted((*others, (year, revision)), key=lambda found: found[0].year)
        return replace(self, years=tuple(in_order))

    def with_overlay(self, overlay: Overlay, revision: int) -> "PublishedCalendar":
        """Return the calendar with *overlay* in place of the one of its division and name."""
        key = (overlay.division, overlay.name)
        others = (one for one in self.overlays if (one[0].division, one[0].name) != key)
        in_order = sorted(
            (*others, (overlay, revision)), key=lambda one: (one[0].division, one[0].name)
        )
        return replace(self, overlays=tuple(in_order))


@dataclass(frozen=True)
class RequestedErasure:
    """A resident who asked to be erased, by which case, and when they are answered at the latest.

    *reminded* and *overdue* once the officer was told so. *refused* is the reason of the officer
    who said no; they may ask again.
    """

    case: str
    asked_at: datetime
    answer: Deadline
    reminded: bool = False
    overdue: bool = False
    refused: str | None = None

    @property
    def waits(self) -> bool:
        """Whether it still waits for its answer."""
        return self.refused is None


@dataclass(frozen=True)
class ErasedSubject:
    """A resident whose key was destroyed."""

    basis: str


@dataclass(frozen=True)
class TriedNotice:
    """A notice that was attempted; *delivered* once an attempt reached its recipient."""

    notice: str
    to: str
    attempts: int
    delivered: bool


UnitStanding = Unknown | KnownUnit
PersonStanding = Unknown | KnownPerson
PolicyStanding = Unknown | PublishedPolicy
CalendarStanding = PublishedCalendar
SubjectStanding = Unknown | RequestedErasure | ErasedSubject
NoticeStanding = Unknown | TriedNotice

UNKNOWN = Unknown()
NO_CALENDAR = PublishedCalendar()


def remember_unit(state: UnitStanding, happened: Happened[UnitFact]) -> KnownUnit:
    """Return the unit as the fact leaves it."""
    match happened.fact:
        case UnitRegistered(unit=unit) | UnitChanged(unit=unit):
            return KnownUnit(unit)
        case UnitClosed(until=until, successor=successor):
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            ended = {"until": until, "successor": successor}
            return KnownUnit(state.unit.model_copy(update=ended))
        case _ as never:
            assert_never(never)


def remember_person(state: PersonStanding, happened: Happened[PersonFact]) -> KnownPerson:
    """Return the person as the fact leaves them."""
    match happened.fact:
        case PersonRegistered(name=name, phone=phone):
            return KnownPerson(name, phone)
        case PersonChanged(name=name, phone=phone):
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            return replace(state, name=name or state.name, phone=phone or state.phone)
        case RoleGranted(grant=grant):
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            return replace(state, grants=(*state.grants, grant))
        case RoleRevoked() as revoked:
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            return replace(state, grants=tuple(_after(grant, revoked) for grant in state.grants))
        case AccountKeyAdded(key=key):
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            return replace(state, keys=(*state.keys, key), keyed=True)
        case AccountKeyWithdrawn(key=key):
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            return replace(state, keys=tuple(one for one in state.keys if one != key))
        case IdentityBound(identity=identity):
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            return replace(state, identities=(*state.identities, identity))
        case IdentityUnbound(identity=identity):
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            return replace(
                state, identities=tuple(one for one in state.identities if one != identity)
            )
        case PasswordSet() | SessionBegun() | SessionEnded():
            if isinstance(state, Unknown):
                raise _out_of_place(happened.fact.kind)
            return _after_session(state, happened.fact)
        case _ as never:
            assert_never(never)


def _after_session(
    person: KnownPerson, fact: PasswordSet | SessionBegun | SessionEnded
) -> KnownPerson:
    """Return the person with the sessions that are open; a password leaves nothing behind."""
    match fact:
        case SessionBegun(session=session):
            return replace(person, sessions=person.sessions | {session})
        case SessionEnded(session=session):
            return replace(person, sessions=person.sessions - {session})
        case _:
            return person


def _out_of_place(kind: str) -> FactOutOfPlace:
    return FactOutOfPlace(
        f"{kind} cannot come first on its stream: the registration is missing; verify the ledger"
    )


def _after(grant: Grant, revoked: RoleRevoked) -> Grant:
    """Return *grant* ended by *revoked*; one that had not begun ends where it would begin."""
    if grant not in revoked.grants_before:
        return grant
    ended = {"until": max(grant.since, revoked.until), "successor": revoked.successor}
    return grant.model_copy(update=ended)


def remember_policy(state: PolicyStanding, happened: Happened[PolicyPublished]) -> PolicyStanding:
    """Return the pack in its newest version."""
    del state
    return PublishedPolicy(happened.fact.policy, happened.fact.version)


def remember_calendar(
    state: CalendarStanding, happened: Happened[CalendarFact]
) -> CalendarStanding:
    """Return the calendar with the newest year or overlay."""
    match happened.fact:
        case CalendarYearPublished(year=year, revision=revision):
            return state.with_year(year, revision)
        case CalendarOverlayPublished(overlay=overlay, revision=revision):
            return state.with_overlay(overlay, revision)
        case _ as never:
            assert_never(never)


def remember_subject(state: SubjectStanding, happened: Happened[SubjectFact]) -> SubjectStanding:
    """Return the resident as the fact leaves them."""
    match happened.fact:
        case ErasureRequested(case=case, answer=answer):
            return RequestedErasure(case, happened.at, answer)
        case SubjectErased(basis=basis):
            return ErasedSubject(basis)
        case _ as fact:
            if not isinstance(state, RequestedErasure):
                raise _out_of_place(fact.kind)
            return _remember_answer(state, fact)


def _remember_answer(
    asked: RequestedErasure,
    fact: ErasureAnswerDueSoon
    | ErasureAnswerOverdue
    | ErasureDeadlineRecalculated
    | ErasureRefused,
) -> RequestedErasure:
    """Return the request as what became of its answer leaves it."""
    match fact:
        case ErasureAnswerDueSoon():
            return replace(asked, reminded=True)
        case ErasureAnswerOverdue():
            return replace(asked, overdue=True)
        case ErasureDeadlineRecalculated(due=answer):
            return replace(asked, answer=answer)
        case ErasureRefused(reason=reason):
            return replace(asked, refused=reason)
        case _ as never:
            assert_never(never)


def remember_notice(state: NoticeStanding, happened: Happened[NoticeFact]) -> NoticeStanding:
    """Return how far telling somebody got."""
    del state
    match happened.fact:
        case NoticeDelivered(notice=notice, to=to, attempt=attempt):
            return TriedNotice(notice, to, attempt, delivered=True)
        case NoticeFailed(notice=notice, to=to, attempt=attempt):
            return TriedNotice(notice, to, attempt, delivered=False)
        case _ as never:
            assert_never(never)


def overlap(one: Grant, other: Grant) -> bool:
    """Say whether two grants are valid at a common instant."""
    starts, ends = max(one.since, other.since), [one.until, other.until]
    return all(end is None or starts < end for end in ends)
