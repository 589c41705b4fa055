"""The registry as a value that grows: what the rules of every other case are made of.

`RegistryBook` remembers the facts of all registry streams in log order and gives out `Rules`.
What it has given out never changes: the book copies a table before it writes to it again.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar, assert_never

from domain.calendar import WorkCalendar
from domain.envelope import SYSTEM, Happened
from domain.people import Person
from domain.policy import Policy
from domain.registry.facts import (
    AccountKeyAdded,
    AccountKeyWithdrawn,
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
    NoticeFailed,
    PasswordSet,
    PersonChanged,
    PersonRegistered,
    PolicyPublished,
    RegistryFact,
    RoleGranted,
    RoleRevoked,
    SessionBegun,
    SessionEnded,
    SubjectErased,
    UnitChanged,
    UnitClosed,
    UnitRegistered,
)
from domain.registry.standing import (
    NO_CALENDAR,
    UNKNOWN,
    KnownPerson,
    KnownUnit,
    PublishedCalendar,
    remember_calendar,
    remember_person,
    remember_unit,
)
from domain.rules import Neighbours, NoNeighbours, Posts, Rules, Terms
from domain.units import Unit
from domain.values import Instant

ValueT = TypeVar("ValueT")

REGISTRY_CATEGORIES = frozenset({"unit", "person", "policy", "calendar"})
"""The streams whose facts the rules are made of; receipts and erasures change no rule."""


class _Table(dict[str, ValueT]):
    """A dictionary that knows whether somebody holds a view of it."""

    shared = False


class RegistryBook:
    """Units, people, packs and calendars as the facts so far leave them.

    `apply` takes every fact once, in log order, in constant time (after a `rules` call the first
    fact of a table copies that table). `rules` is cheap and caches the packs with their calendars
    until a pack or calendar is published again. One book belongs to one thread at a time.
    """

    def __init__(self) -> None:
        self._units: _Table[Unit] = _Table()
        self._people: _Table[Person] = _Table()
        self._posts: Posts | None = None
        self._known: dict[str, KnownPerson] = {}
        self._policies: dict[str, Policy] = {}
        self._calendars: dict[str, PublishedCalendar] = {}
        self._terms: Mapping[str, Terms] | None = None
        self._made: dict[tuple[str, str], Terms] = {}

    @property
    def units(self) -> Mapping[str, Unit]:
        """The units by code, in a view that never changes."""
        self._units.shared = True
        return MappingProxyType(self._units)

    @property
    def people(self) -> Mapping[str, Person]:
        """The people in service by `person/<id>`, in a view that never changes."""
        self._people.shared = True
        return MappingProxyType(self._people)

    @property
    def policies(self) -> Mapping[str, Policy]:
        """The newest version of every pack, by id."""
        return MappingProxyType(dict(self._policies))

    @property
    def calendars(self) -> Mapping[str, PublishedCalendar]:
        """The newest years and overlays of every calendar, by name."""
        return MappingProxyType(dict(self._calendars))

    def person(self, stream: str) -> KnownPerson | None:
        """Return *stream* with sealed name and telephone number, or None where it is not known."""
        return self._known.get(stream)

    def apply(self, stream: str, fact: RegistryFact, at: Instant) -> None:
        """Remember *fact* of *stream*, recorded at *at*; receipts and erasures change nothing."""
        name = stream.partition("/")[2]
        match fact:
            case UnitRegistered() | UnitChanged() | UnitClosed():
                unit = self._units.get(name)
                before = UNKNOWN if unit is None else KnownUnit(unit)
                after = remember_unit(before, Happened(fact, at, at, SYSTEM))
                self._units = _own(self._units)
                self._units[name] = after.unit
            case (
                PersonRegistered()
                | PersonChanged()
                | RoleGranted()
                | RoleRevoked()
                | AccountKeyAdded()
                | AccountKeyWithdrawn()
                | IdentityBound()
                | IdentityUnbound()
            ):
                known = remember_person(
                    self._known.get(stream, UNKNOWN), Happened(fact, at, at, SYSTEM)
                )
                self._known[stream] = known
                self._people, self._posts = _own(self._people), None
                self._people[stream] = known.as_person(stream)
            case PolicyPublished(policy=policy):
                self._policies[policy.id] = policy
                self._terms = None
            case CalendarYearPublished() | CalendarOverlayPublished():
                old = self._calendars.get(name, NO_CALENDAR)
                self._calendars[name] = remember_calendar(old, Happened(fact, at, at, SYSTEM))
                self._terms = None
            case ErasureRequested() | ErasureRefused() | SubjectErased():
                pass  # no rule of the registry asks who is forgotten
            case ErasureAnswerDueSoon() | ErasureAnswerOverdue() | ErasureDeadlineRecalculated():
                pass
            case NoticeDelivered() | NoticeFailed():
                pass
            case PasswordSet() | SessionBegun() | SessionEnded():
                pass  # who is signed in is no rule
            case _ as never:
                assert_never(never)

    def rules(self, seen: int, default_policy: str, neighbours: Neighbours | None = None) -> Rules:
        """Return the rules as the registry stands, *seen* being the newest position applied.

        A pack without a published calendar year is left out: nothing could be counted by it.
        """
        if self._terms is None:
            self._terms = MappingProxyType(dict(self._all_terms()))
        if self._posts is None:
            self._posts = Posts(self.people)
        return Rules(
            policies=self._terms,
            units=self.units,
            people=self.people,
            default_policy=default_policy,
            seen=seen,
            neighbours=neighbours or NoNeighbours(),
            index=self._posts,
        )

    def _all_terms(self) -> list[tuple[str, Terms]]:
        return [
            (policy.id, self._terms_of(policy, self._calendars[policy.calendar]))
            for policy in self._policies.values()
            if self._calendars.get(policy.calendar, NO_CALENDAR).years
        ]

    def _terms_of(self, policy: Policy, published: PublishedCalendar) -> Terms:
        """Return the pack with its calendar, made once per version of both."""
        calendar = WorkCalendar.of(
            policy.calendar,
            [year for year, _ in published.years],
            [overlay for overlay, _ in published.overlays],
            working_hours=policy.working_hours,
            utc_offset_minutes=policy.utc_offset_minutes,
        )
        key = (policy.version, calendar.version)
        if key not in self._made:
            self._made[key] = Terms(policy=policy, version=key[0], calendar=calendar)
        return self._made[key]


def _own(table: _Table[ValueT]) -> _Table[ValueT]:
    """Return *table* for writing: itself, or a copy where somebody holds a view of it."""
    if not table.shared:
        return table
    return _Table(table)
