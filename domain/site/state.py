"""What a site can be, and how its facts make it so: `evolve` holds no rule and forgets no fact."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar, assert_never

from domain.envelope import FactOutOfPlace, Happened
from domain.site import facts as f
from domain.site.commands import SiteCondition, SiteKind


@dataclass(frozen=True)
class Space:
    """The space itself, as the register has it; *registered_by* is the unit that put it there."""

    title: str
    place: str
    site_kind: SiteKind
    floor_area: int
    owner: str
    condition: SiteCondition
    available_from: datetime
    registered_at: datetime
    registered_by: str | None


@dataclass(frozen=True)
class Unregistered:
    """There is no site yet."""


@dataclass(frozen=True)
class Registered:
    """What every state of a site has."""

    space: Space


@dataclass(frozen=True)
class Available(Registered):
    """可用."""


@dataclass(frozen=True)
class Held(Registered):
    """A site that one facility holds."""

    facility: str


@dataclass(frozen=True)
class Reserved(Held):
    """已预留: a facility is planned on it."""


@dataclass(frozen=True)
class InUse(Held):
    """使用中: a facility is built or run on it."""


@dataclass(frozen=True)
class Withdrawn(Registered):
    """已撤回."""


Site = Unregistered | Available | Reserved | InUse | Withdrawn
StateT = TypeVar("StateT", bound=Registered)

UNREGISTERED = Unregistered()

STATE_TYPES: dict[type[Registered], f.SiteState] = {
    Available: f.SiteState.AVAILABLE,
    Reserved: f.SiteState.RESERVED,
    InUse: f.SiteState.IN_USE,
    Withdrawn: f.SiteState.WITHDRAWN,
}
"""Every state's type with its published name."""


def state_name(state: Site) -> str:
    """Return the state's published name, `UNKNOWN` before there is a site."""
    return STATE_TYPES[type(state)].value if isinstance(state, Registered) else "UNKNOWN"


def is_over(state: Site) -> bool:
    """Say whether nothing more can happen to the site."""
    return isinstance(state, Withdrawn)


def evolve(state: Site, happened: Happened[f.SiteFact]) -> Site:
    """Return the site as *happened* leaves it."""
    fact = happened.fact
    match fact:
        case f.SiteRegistered():
            if not isinstance(state, Unregistered):
                raise _out_of_place(state, fact)
            return Available(_space(fact, happened))
        case f.SiteRevised():
            if not isinstance(state, Available | Reserved | InUse):
                raise _out_of_place(state, fact)
            space = replace(
                state.space,
                floor_area=fact.floor_area,
                owner=fact.owner,
                condition=fact.condition,
                available_from=fact.available_from,
            )
            return replace(state, space=space)
        case f.SiteReserved(facility=facility):
            return Reserved(_in(state, fact, Available).space, facility)
        case f.SiteOccupied(facility=facility):
            return InUse(_held(state, fact, facility, Reserved).space, facility)
        case f.SiteReleased(facility=facility):
            return Available(_held(state, fact, facility, Reserved, InUse).space)
        case f.SiteWithdrawn():
            return Withdrawn(_in(state, fact, Available).space)
        case _ as never:
            assert_never(never)


def _space(fact: f.SiteRegistered, happened: Happened[f.SiteFact]) -> Space:
    return Space(
        title=fact.title,
        place=fact.place,
        site_kind=fact.site_kind,
        floor_area=fact.floor_area,
        owner=fact.owner,
        condition=fact.condition,
        available_from=fact.available_from,
        registered_at=happened.at,
        registered_by=happened.by.unit,
    )


def _in(state: Site, fact: f.SiteFact, *kinds: type[StateT]) -> StateT:
    if isinstance(state, kinds):
        return state
    raise _out_of_place(state, fact)


def _held(
    state: Site, fact: f.SiteFact, facility: str, *kinds: type[Reserved] | type[InUse]
) -> Held:
    if isinstance(state, kinds) and state.facility == facility:
        return state
    raise _out_of_place(state, fact)


def _out_of_place(state: Site, fact: f.SiteFact) -> FactOutOfPlace:
    return FactOutOfPlace(
        f"{fact.kind} cannot follow the state {state_name(state)}: "
        "the book lacks a fact before it, or holds it twice; verify the ledger"
    )
