"""`Rules`: one value that holds what a decision may look at beside the case itself.

The policy packs, calendars and registry as they stood at log position `seen`, and a view of other
cases (`Neighbours`) for the few rules that speak of more than one. A replay given the same value
comes to the same facts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

from domain.calendar import WorkCalendar
from domain.clocks import Deadline
from domain.community_figures import CountedBy, CountedCommunity, counted_communities
from domain.figures import ReviewFigures
from domain.people import Grant, Person, Role
from domain.policy import Policy
from domain.provider.figures import ServiceFigures
from domain.refusals import CommandRefused
from domain.units import Unit
from domain.values import covers


@dataclass(frozen=True)
class Neighbour:
    """What one case may know of any other: which it is, where it stands, whether it is open."""

    stream: str
    state: str
    is_open: bool


@dataclass(frozen=True)
class NeighbourTask(Neighbour):
    """What one case may know of a support task that is another case."""

    category: str
    place: str
    matter: str
    main_unit: str | None
    pairing: str | None
    subjects: tuple[str, ...]
    provider: str | None = None


@dataclass(frozen=True)
class NeighbourPairing(Neighbour):
    """What one case may know of a pairing that is another case."""

    parties: tuple[str, ...]
    categories: tuple[str, ...]
    policy_id: str


@dataclass(frozen=True)
class NeighbourFinding(Neighbour):
    """What one case may know of a finding that is another case."""

    place: str
    indicator: str
    category: str
    level: str


@dataclass(frozen=True)
class NeighbourProvider(Neighbour):
    """What one case may know of a provider: what it is admitted for, where, and who speaks for it.

    *areas* are division codes; *agents* are the subjects its links were issued to. *may_begin* says
    whether it may be given new work: while it is admitted, warned or rectifying, not while it is
    suspended or leaving. *lead* is the department that looks after it, *grade* its newest grade.
    """

    kind: str
    admitted_for: tuple[str, ...]
    areas: tuple[str, ...]
    agents: tuple[str, ...]
    name: str = ""
    may_begin: bool = False
    valid_until: datetime | None = None
    lead: str | None = None
    grade: str | None = None
    barred_until: datetime | None = None

    def serves(self, category: str, place: str, at: datetime) -> bool:
        """Say whether it may be given new work of *category* at *place*, a division code."""
        return (
            self.may_begin
            and category in self.admitted_for
            and any(covers(area, place) for area in self.areas)
            and self.valid_until is not None
            and at < self.valid_until
        )


@dataclass(frozen=True)
class NeighbourSite(Neighbour):
    """What one case may know of a site; *held_by* is the facility it is reserved for or used by."""

    kind: str
    place: str
    floor_area: int
    available_from: datetime
    held_by: str | None


@dataclass(frozen=True)
class NeighbourFacility(Neighbour):
    """What one case may know of a facility; *operators* are pairs of function and operator.

    An operator is a provider's stream, or the code of the unit that runs the function itself.
    """

    kind: str
    place: str
    lead: str
    street: str
    site: str
    functions: tuple[str, ...]
    findings: tuple[str, ...]
    operators: tuple[tuple[str, str], ...]


class Neighbours(Protocol):
    """Other cases, as the ledger has them at the moment of deciding."""

    def case(self, stream: str) -> Neighbour | None:
        """Return the case *stream* of any kind, or None where there is none."""
        ...

    def cases(self, category: str) -> Iterator[Neighbour]:
        """Yield every case of the kind *category*, open or over, ordered by stream."""
        ...

    def task(self, stream: str) -> NeighbourTask | None:
        """Return the task *stream*, or None where there is none."""
        ...

    def pairing(self, stream: str) -> NeighbourPairing | None:
        """Return the pairing *stream*, or None where there is none."""
        ...

    def open_tasks(self, pairing: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks of the pairing, ordered by stream."""
        ...

    def open_tasks_of(self, subject: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks a resident is a party of, ordered by stream."""
        ...

    def open_pairings_of(self, unit: str) -> tuple[NeighbourPairing, ...]:
        """Return the open pairings *unit* is a party of, ordered by stream."""
        ...

    def open_tasks_at(self, places: Callable[[str], bool]) -> tuple[NeighbourTask, ...]:
        """Return the open tasks whose place *places* says yes to, ordered by stream."""
        ...

    def open_tasks_with(self, unit: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks that *unit* handles, ordered by stream."""
        ...

    def open_tasks_by(self, provider: str) -> tuple[NeighbourTask, ...]:
        """Return the open tasks that name *provider* as who serves them, ordered by stream."""
        ...

    def services(
        self, provider: str, period: tuple[datetime, datetime], satisfied_from: Mapping[str, int]
    ) -> ServiceFigures:
        """Return what the tasks *provider* served come to in *period* (start, end exclusive).

        *satisfied_from* gives the lowest satisfied grade of each pack.
        """
        ...

    def red_cards(self, unit: str, since: datetime) -> int:
        """Count the red cards raised against *unit* since *since*."""
        ...

    def figures(self, pairing: str, satisfied_from: Mapping[str, int]) -> ReviewFigures:
        """Return what the pairing's tasks come to since its review before, for the next one.

        *satisfied_from* gives the lowest satisfied grade of each pack.
        """
        ...

    def community_figures(
        self, communities: tuple[str, ...], by: CountedBy
    ) -> Mapping[str, CountedCommunity]:
        """Return what is counted of each of *communities* now, with the facts it rests on."""
        ...


class NoNeighbours:
    """A world with one case only; what tests and pure replays start from."""

    def case(self, stream: str) -> Neighbour | None:  # noqa: D102, ARG002
        return None

    def cases(self, category: str) -> Iterator[Neighbour]:  # noqa: D102, ARG002
        return iter(())

    def task(self, stream: str) -> NeighbourTask | None:  # noqa: D102, ARG002
        return None

    def pairing(self, stream: str) -> NeighbourPairing | None:  # noqa: D102, ARG002
        return None

    def open_tasks(self, pairing: str) -> tuple[NeighbourTask, ...]:  # noqa: D102, ARG002
        return ()

    def open_tasks_of(self, subject: str) -> tuple[NeighbourTask, ...]:  # noqa: D102, ARG002
        return ()

    def open_pairings_of(self, unit: str) -> tuple[NeighbourPairing, ...]:  # noqa: D102, ARG002
        return ()

    def open_tasks_at(  # noqa: D102
        self,
        places: Callable[[str], bool],  # noqa: ARG002
    ) -> tuple[NeighbourTask, ...]:
        return ()

    def open_tasks_with(self, unit: str) -> tuple[NeighbourTask, ...]:  # noqa: D102, ARG002
        return ()

    def open_tasks_by(self, provider: str) -> tuple[NeighbourTask, ...]:  # noqa: D102, ARG002
        return ()

    def services(  # noqa: D102
        self,
        provider: str,  # noqa: ARG002
        period: tuple[datetime, datetime],  # noqa: ARG002
        satisfied_from: Mapping[str, int],  # noqa: ARG002
    ) -> ServiceFigures:
        return ServiceFigures()

    def red_cards(self, unit: str, since: datetime) -> int:  # noqa: D102, ARG002
        return 0

    def figures(  # noqa: D102
        self,
        pairing: str,  # noqa: ARG002
        satisfied_from: Mapping[str, int],  # noqa: ARG002
    ) -> ReviewFigures:
        return ReviewFigures()

    def community_figures(  # noqa: D102
        self,
        communities: tuple[str, ...],
        by: CountedBy,
    ) -> Mapping[str, CountedCommunity]:
        return counted_communities(communities, -1, lambda _: (), by)


@dataclass(frozen=True)
class Terms:
    """One policy pack together with the calendar it counts by."""

    policy: Policy
    version: str
    calendar: WorkCalendar

    def deadline(self, limit: str, counted_from: datetime) -> Deadline:
        """Return the deadline *limit* after *counted_from*, with all it was computed from."""
        due, provisional = self.calendar.due(limit, counted_from, self.policy.count_from)
        return Deadline(
            due=due,
            counted_from=counted_from,
            limit=limit,
            count_from=self.policy.count_from,
            calendar=self.calendar.version,
            policy=self.version,
            provisional=provisional,
        )

    def again(self, deadline: Deadline) -> Deadline:
        """Return *deadline* computed again by the same rule under this calendar."""
        due, provisional = self.calendar.due(
            deadline.limit, deadline.counted_from, deadline.count_from
        )
        return deadline.model_copy(
            update={"due": due, "calendar": self.calendar.version, "provisional": provisional}
        )


class Posts:
    """Who holds which role where: the registry's people by role and unit, sorted when asked."""

    def __init__(self, people: Mapping[str, Person]) -> None:
        self._people = people

    @cached_property
    def held(self) -> Mapping[Role, Mapping[str, tuple[Grant, ...]]]:
        """The grants of each role, past and to come, by unit."""
        found: dict[Role, dict[str, list[Grant]]] = {}
        for person in self._people.values():
            for grant in person.grants:
                found.setdefault(grant.role, {}).setdefault(grant.unit, []).append(grant)
        return {
            role: {unit: tuple(grants) for unit, grants in units.items()}
            for role, units in found.items()
        }


FOR_GOOD = datetime.max.replace(tzinfo=UTC)
"""An instant by which every validity that has an end has ended."""


@dataclass(frozen=True)
class Rules:
    """Everything a decision may look at: packs, calendars, registry, neighbours, and `seen`."""

    policies: Mapping[str, Terms]
    units: Mapping[str, Unit]
    people: Mapping[str, Person]
    default_policy: str
    seen: int = -1
    neighbours: Neighbours = field(default_factory=NoNeighbours)
    index: Posts | None = field(default=None, compare=False, repr=False)

    @cached_property
    def posts(self) -> Posts:
        """Who holds which role where."""
        return self.index or Posts(self.people)

    @cached_property
    def succeeded(self) -> tuple[Unit, ...]:
        """The units that have, or will have, a successor: a handful among hundreds."""
        return tuple(one for one in self.units.values() if one.successor is not None)

    def under(self, policy_id: str | None) -> Terms:
        """Return the pack *policy_id* (None: the default) and its calendar, or refuse."""
        wanted = policy_id or self.default_policy
        terms = self.policies.get(wanted)
        if terms is None:
            raise CommandRefused(
                "policy-unknown",
                f"没有可用的政策包 {wanted}，请先发布政策包及其日历。",
                f"There is no policy pack {wanted}; publish it and its calendar first.",
            )
        return terms

    def unit(self, code: str, at: datetime) -> Unit:
        """Return the unit *code* as it stands at *at*, or refuse."""
        unit = self.units.get(code)
        if unit is None or not unit.stands(at):
            raise CommandRefused(
                "unit-unknown",
                f"名册中没有现行单位 {code}。",
                f"The registry has no unit {code} in force.",
            )
        return unit

    def holds_any(self, person: str | None, unit: str, at: datetime) -> bool:
        """Say whether *person* holds any role at *unit* at *at*."""
        known = self.people.get(person or "")
        return known is not None and any(
            grant.unit == unit and grant.stands(at) for grant in known.grants
        )

    def filled(self, role: Role, unit: str, at: datetime) -> bool:
        """Say whether anybody holds *role* at *unit* at *at*."""
        return any(grant.stands(at) for grant in self.posts.held.get(role, {}).get(unit, ()))

    def acts_for(self, unit: str | None, addressed: str, at: datetime) -> bool:
        """Say whether *unit* is the unit *addressed* or, where that one is gone, succeeded it."""
        return unit is not None and unit in (addressed, self.heir(addressed, at))

    def heir(self, unit: str, at: datetime) -> str:
        """Return the unit that acts for *unit*: itself, or, where it is gone, its successor."""
        seen: set[str] = set()
        while (known := self.units.get(unit)) is not None and unit not in seen:
            if known.stands(at) or known.successor is None:
                break
            seen.add(unit)
            unit = known.successor
        return unit

    def stands_for(self, unit: str, at: datetime) -> tuple[str, ...]:
        """Return *unit* and the units that it succeeded."""
        gone = (one.code for one in self.succeeded if not one.stands(at))
        return (unit, *sorted(code for code in gone if self.heir(code, at) == unit))

    def goes_on_for(self, person: str | None, staff: str | None, unit: str) -> bool:
        """Say whether *person* is *staff*, or was named to go on with what they had at *unit*."""
        seen: set[str] = set()
        while staff is not None and staff != person and staff not in seen:
            seen.add(staff)
            known = self.people.get(staff)
            ended = [one for one in known.grants if one.unit == unit] if known else []
            staff = next((one.successor for one in reversed(ended) if one.successor), None)
        return staff is not None and staff == person

    def serves(self, unit: str, place: str, at: datetime) -> bool:
        """Say whether *place* is in the division of *unit*, or of one that it succeeded."""
        own = self.units.get(unit)
        return (own is not None and own.covers(place)) or any(
            one.covers(place) and not one.stands(at) and self.acts_for(unit, one.code, at)
            for one in self.succeeded
        )

    def dispatches(self, unit: str, place: str, at: datetime) -> bool:
        """Say whether the dispatchers of *unit* act at *place*: it is theirs, or a pack says so."""
        return self.serves(unit, place, at) or any(
            terms.policy.fallback is not None
            and terms.policy.in_force_at(place)
            and self.acts_for(unit, terms.policy.fallback, at)
            for terms in self.policies.values()
        )

    def dispatched(self, place: str, at: datetime) -> bool:
        """Say whether some dispatcher is in force for *place* at *at* (`FOR_GOOD`: without end)."""
        return any(
            unit in self.units
            and self.units[unit].stands(at)
            and any(grant.stands(at) for grant in grants)
            and self.dispatches(unit, place, at)
            for unit, grants in self.posts.held.get(Role.STREET_DISPATCHER, {}).items()
        )

    def holds(self, person: str | None, role: Role, unit: str | None, at: datetime) -> bool:
        """Say whether *person* holds *role* at *unit* (None: anywhere) at *at*."""
        known = self.people.get(person or "")
        return known is not None and any(
            grant.role is role and grant.stands(at) and unit in (None, grant.unit)
            for grant in known.grants
        )
