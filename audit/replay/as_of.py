"""The whole record as it stood at an instant, on either of two axes.

*Recorded*: all that the book held by then, whenever it had happened. *Occurred*: of all that is
known now, what had happened by then, folded in log order as far as the facts can follow each
other; facts that were recorded only later are named, and so is what had to be left out. The
registry's validity dates (a grant's, a unit's) decide on both axes what stood at the instant.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from audit.reading import CannotRead, Reader
from audit.replay.following import can_follow
from audit.replay.standing_then import CaseThen, StandingThen, apply, fold, followed
from domain.clocks import Clock
from domain.people import Grant
from domain.refusals import CommandRefused
from domain.registry.state import REGISTRY_CATEGORIES, RegistryBook
from domain.rules import Rules
from domain.units import Unit
from domain.values import CASE_CATEGORIES, category_of
from ledger.entry import Entry, instant_of

_DATED_BY_THEMSELVES = frozenset(
    ("unit_registered.v1", "unit_closed.v1", "person_registered.v1", "role_granted.v1")
) | {"role_revoked.v1"}
"""Registry facts that say themselves from when on they hold; when they were told matters not."""


class Axis(StrEnum):
    """By which of its two times a fact is placed before or after an instant."""

    RECORDED = "recorded"
    OCCURRED = "occurred"


@dataclass(frozen=True)
class Mention:
    """One fact that is named because it was recorded later, or could not follow."""

    position: int
    stream: str
    kind: str
    recorded_at: datetime
    occurred_at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "Mention":
        """Return the mention of *entry*."""
        return cls(entry.position, entry.stream, entry.kind, entry.recorded_at, entry.occurred_at)


@dataclass
class AsOf:
    """What stood at *instant*.

    *position* is the newest log position that was looked at. *later* are facts included although
    they were recorded after the instant, *left_out* facts that had happened but could not follow
    what stood before them; both are empty on the axis of recording.
    """

    instant: datetime
    axis: Axis
    position: int
    rules: Rules
    registry: RegistryBook
    cases: dict[str, CaseThen] = field(default_factory=dict)
    later: list[Mention] = field(default_factory=list)
    left_out: list[Mention] = field(default_factory=list)

    @property
    def units(self) -> list[Unit]:
        """The units in force at the instant, by code."""
        return [unit for _, unit in sorted(self.rules.units.items()) if unit.stands(self.instant)]

    @property
    def grants(self) -> list[tuple[str, Grant]]:
        """The roles held at the instant: person and grant, by unit, role and person."""
        found = [
            (person.id, grant)
            for person in self.rules.people.values()
            for grant in person.grants
            if grant.stands(self.instant)
        ]
        return sorted(found, key=lambda one: (one[1].unit, one[1].role, one[0]))

    def by_state(self, category: str) -> dict[str, int]:
        """Return how many cases of *category* stood in each state."""
        names = (case.name for case in self.cases.values() if case.kind.category == category)
        return dict(sorted(Counter(names).items()))

    def clocks(self, case: CaseThen) -> tuple[Clock, ...]:
        """Return the clocks that ran in *case*, the next to ring first; () under no known pack."""
        if not case.kind.clerked:
            return ()
        try:
            return case.kind.clocks(case.state, self.rules)
        except CommandRefused:  # its pack is not in the book as it stood then
            return ()


def as_of(
    reader: Reader,
    instant: datetime,
    axis: Axis = Axis.RECORDED,
    *,
    only: str | None = None,
    default_policy: str = "",
) -> AsOf:
    """Return what stood at *instant* on *axis*; *only* names the one case that is wanted.

    Raises `CannotRead` where the record cannot be folded.
    """
    if axis is Axis.OCCURRED:
        return _as_occurred(reader, instant, only, default_policy)
    position = reader.position_at(instant)
    return as_recorded(reader, position, instant, only=only, default_policy=default_policy)


def as_recorded(
    reader: Reader,
    position: int,
    instant: datetime,
    *,
    only: str | None = None,
    default_policy: str = "",
) -> AsOf:
    """Return what stood once the entry at *position* was recorded, judged as of *instant*.

    Facts recorded in the same moment are told apart by their positions. Raises `CannotRead`.
    """
    standing = StandingThen(reader, position, default_policy)
    found = AsOf(
        instant=instant,
        axis=Axis.RECORDED,
        position=standing.position,
        rules=standing.rules,
        registry=standing.rules_then.registry(standing.position),
    )
    if only is None:
        found.cases = {case.stream: case for case in standing.cases(CASE_CATEGORIES)}
    elif (case := fold(reader.stream(only, standing.position))) is not None:
        found.cases = {only: case}
    return found


def _as_occurred(reader: Reader, instant: datetime, only: str | None, default_policy: str) -> AsOf:
    registry, cases = RegistryBook(), dict[str, CaseThen]()
    later: list[Mention] = []
    left_out: list[Mention] = []
    for entry in _read(reader, only):
        of_registry = category_of(entry.stream) in REGISTRY_CATEGORIES
        dated = of_registry and entry.kind in _DATED_BY_THEMSELVES
        if entry.occurred_at > instant and not dated:
            continue
        try:
            if of_registry:
                apply(registry, entry)
            if not of_registry or entry.stream == only:
                before = cases.get(entry.stream)
                if not can_follow(before, entry):
                    left_out.append(Mention.of(entry))
                    continue
                cases[entry.stream] = followed(before, entry)
        except CannotRead:
            left_out.append(Mention.of(entry))
            continue
        if dated and not _began(entry, instant):
            continue
        if entry.recorded_at > instant and (only is None or entry.stream == only):
            later.append(Mention.of(entry))
    return AsOf(
        instant=instant,
        axis=Axis.OCCURRED,
        position=reader.head(),
        rules=registry.rules(seen=reader.head(), default_policy=default_policy),
        registry=registry,
        cases=cases,
        later=later,
        left_out=left_out,
    )


def _read(reader: Reader, only: str | None) -> Iterator[Entry]:
    """Yield what must be folded: the registry, and all cases or the one that is wanted."""
    if only is None:
        yield from reader.entries(categories=(*REGISTRY_CATEGORIES, *CASE_CATEGORIES))
        return
    yield from reader.entries(categories=REGISTRY_CATEGORIES)
    if category_of(only) not in REGISTRY_CATEGORIES:
        yield from reader.stream(only)


def _began(entry: Entry, instant: datetime) -> bool:
    """Say whether what a registry fact tells held by *instant*, by its own validity dates."""
    fact = entry.fact
    dates = {
        "unit_registered.v1": lambda: fact["unit"]["since"],
        "unit_closed.v1": lambda: fact["until"],
        "role_granted.v1": lambda: fact["grant"]["since"],
        "role_revoked.v1": lambda: fact["until"],
    }
    date = dates.get(entry.kind)
    return date is not None and instant_of(date()) <= instant


def pack_of(found: AsOf, case: CaseThen) -> tuple[str | None, str | None]:
    """Return the versions of pack and calendar that stood for *case* at the instant."""
    wanted: Any = case.kind.policy_id(case.state)
    terms = found.rules.policies.get(wanted) if wanted else None
    return (None, None) if terms is None else (terms.version, terms.calendar.version)
