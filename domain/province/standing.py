"""What a province knows of a city after its facts, and how its months stand.

`remember_city` holds no rule and only remembers; a fact that cannot follow is said loudly.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from domain.envelope import FactOutOfPlace, Happened
from domain.province.facts import (
    CityAdded,
    CityAddressChanged,
    CityAlarmRaised,
    CityAlarmSettled,
    CityFact,
    CityKeyReplaced,
    CityRemoved,
    StatementTaken,
    WithdrawalTaken,
)
from domain.province.words import CityAlarmGround, StatementStanding
from domain.rules import Neighbour
from domain.statements import StatedFigure, digest_of, due_of, in_force
from domain.values import Instant


@dataclass(frozen=True)
class NoCity:
    """A stream without facts."""


@dataclass(frozen=True)
class Held:
    """A statement as it was taken; *version* is that of its fact, which holds the note."""

    number: int
    month: str
    digest: str
    size: int
    root: str
    taken_at: Instant
    version: int
    position: int | None = None
    figures: tuple[StatedFigure, ...] = ()
    replaces: int | None = None
    withdraws: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Alarm:
    """A contradiction; *known* and *shown* are in the fact of *version*."""

    number: int
    ground: CityAlarmGround
    shown_digest: str
    raised_at: Instant
    version: int
    settled: str | None = None


@dataclass(frozen=True)
class City:
    """A city: its log, the keys it was believed by (the last one is), what it stated."""

    name: str
    origin: str
    keys: tuple[str, ...]
    url: str | None
    since: str
    witnesses: str | None
    removed_at: Instant | None = None
    statements: tuple[Held, ...] = ()
    alarms: tuple[Alarm, ...] = ()

    @property
    def newest(self) -> Held | None:
        """The newest statement taken."""
        return self.statements[-1] if self.statements else None

    @property
    def alarmed(self) -> bool:
        """Whether an alarm stands that nobody has settled."""
        return any(alarm.settled is None for alarm in self.alarms)


CityStanding = NoCity | City
NO_CITY = NoCity()


@dataclass(frozen=True)
class NeighbourCity(Neighbour):
    """What one city may know of another: its name, its log, and the keys it has had."""

    name: str
    origin: str
    keys: tuple[str, ...]


def neighbour_city(stream: str, state: CityStanding) -> NeighbourCity | None:
    """Return what other cases may know of a city."""
    if isinstance(state, NoCity):
        return None
    open_, name = state.removed_at is None, "HELD" if state.removed_at is None else "REMOVED"
    return NeighbourCity(stream, name, open_, state.name, state.origin, state.keys)


@dataclass(frozen=True)
class CityMonth:
    """How one month of a city stands, by which statement, and when that month was first stated."""

    standing: StatementStanding
    held: Held | None = None
    first_at: Instant | None = None


def month_of(city: City, month: str, day: int, at: Instant) -> CityMonth:
    """Return how *month* stands at *at*, statements being due on *day* of the month after.

    On time or late is judged by when the first statement of the month was taken, which the city
    cannot date back.
    """
    due = due_of(month, day)
    of_month = [one for one in city.statements if one.month == month]
    if not of_month:
        standing = StatementStanding.AWAITED if at < due else StatementStanding.MISSING
        return CityMonth(standing)
    first, held = of_month[0].taken_at, in_force(of_month, month)
    if held is None:
        return CityMonth(StatementStanding.WITHDRAWN, of_month[-1], first)
    standing = StatementStanding.ON_TIME if first < due else StatementStanding.LATE
    return CityMonth(standing, held, first)


def expected(city: City, month: str, at: Instant) -> bool:
    """Say whether a statement of *month* is expected of the city, or one is there."""
    if any(one.month == month for one in city.statements):
        return True
    return month >= city.since and (city.removed_at is None or at < city.removed_at)


def remember_city(state: CityStanding, happened: Happened[CityFact]) -> City:
    """Return the city as the fact leaves it."""
    match happened.fact:
        case CityAdded() as fact:
            return City(fact.name, fact.origin, (fact.key,), fact.url, fact.since, fact.witnesses)
        case CityKeyReplaced(key=key):
            city = _held(state, happened)
            return replace(city, keys=(*city.keys, key))
        case CityAddressChanged(url=url):
            return replace(_held(state, happened), url=url)
        case CityRemoved():
            return replace(_held(state, happened), removed_at=happened.at)
        case StatementTaken() as fact:
            held = Held(
                fact.number,
                fact.month,
                fact.digest,
                fact.size,
                fact.root,
                happened.at,
                happened.version,
                position=fact.position,
                figures=fact.figures,
                replaces=fact.replaces,
                reason=fact.reason,
            )
            return _with(_held(state, happened), held)
        case WithdrawalTaken() as fact:
            held = Held(
                fact.number,
                fact.month,
                fact.digest,
                fact.size,
                fact.root,
                happened.at,
                happened.version,
                withdraws=fact.withdraws,
                reason=fact.reason,
            )
            return _with(_held(state, happened), held)
        case CityAlarmRaised() as fact:
            city = _held(state, happened)
            alarm = Alarm(
                fact.alarm, fact.ground, digest_of(fact.shown), happened.at, happened.version
            )
            return replace(city, alarms=(*city.alarms, alarm))
        case CityAlarmSettled(alarm=number, reason=reason):
            city = _held(state, happened)
            return replace(city, alarms=tuple(_settled(city.alarms, number, reason)))
        case _ as never:
            assert_never(never)


def _settled(alarms: Iterable[Alarm], number: int, reason: str) -> Iterable[Alarm]:
    for alarm in alarms:
        yield replace(alarm, settled=reason) if alarm.number == number else alarm


def _with(city: City, held: Held) -> City:
    if city.newest is not None and held.number != city.newest.number + 1:
        raise FactOutOfPlace(
            f"statement {held.number} cannot follow statement {city.newest.number}; "
            "verify the ledger"
        )
    return replace(city, statements=(*city.statements, held))


def _held(state: CityStanding, happened: Happened[CityFact]) -> City:
    if isinstance(state, City):
        return state
    raise FactOutOfPlace(
        f"{happened.fact.kind} cannot come first on its stream: the city is missing; "
        "verify the ledger"
    )
