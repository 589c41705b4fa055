"""Decide what may happen to a site: people keep the register, facilities reserve and release.

That no two facilities hold one site follows from the site's own stream: whoever asks second finds
it held and is refused, however near together they asked.
"""

from typing import assert_never

from domain.envelope import Asked
from domain.guards import authorised, begun_once, in_state_of, serving
from domain.people import Role
from domain.rules import NeighbourFacility, Rules
from domain.site import commands as c
from domain.site import facts as f
from domain.site.labels import SITE_STATES
from domain.site.refusal_rules import refused
from domain.site.state import (
    STATE_TYPES,
    Available,
    Held,
    InUse,
    Reserved,
    Site,
    Unregistered,
    state_name,
)
from domain.values import COMMUNITY_DIGITS

_KEEPERS = frozenset({Role.COMMUNITY_WORKER, Role.STREET_DISPATCHER, Role.DEPT_COORDINATOR})
_SYSTEM = frozenset({Role.SYSTEM})

WHO_MAY: dict[str, frozenset[Role]] = {
    "register_site": _KEEPERS,
    "revise_site": _KEEPERS,
    "reserve_site": _SYSTEM,
    "occupy_site": _SYSTEM,
    "release_site": _SYSTEM,
    "withdraw_site": frozenset({Role.STREET_DISPATCHER, Role.DEPT_COORDINATOR}),
}
"""Every command with the roles that may give it; each acts for places in its own division."""

Asking = Asked[c.SiteCommand]


def decide(state: Site, asked: Asking, rules: Rules) -> tuple[f.SiteFact, ...]:
    """Return the facts that follow from what is asked, or refuse it by rule."""
    authorised(asked, WHO_MAY[asked.command.kind], rules)
    match asked.command:
        case c.RegisterSite() as command:
            return (_register(state, asked, command, rules),)
        case c.ReviseSite() as command:
            return (_revise(state, asked, command, rules),)
        case c.ReserveSite(facility=facility):
            return (_reserve(state, asked, facility, rules),)
        case c.OccupySite(facility=facility):
            reserved = in_state_of(state, state_name(state), SITE_STATES, STATE_TYPES, Reserved)
            _held_by(reserved, facility)
            return (f.SiteOccupied(facility=facility),)
        case c.ReleaseSite(facility=facility):
            held = in_state_of(state, state_name(state), SITE_STATES, STATE_TYPES, Reserved, InUse)
            _held_by(held, facility)
            return (f.SiteReleased(facility=facility),)
        case c.WithdrawSite(reason=reason):
            free = in_state_of(state, state_name(state), SITE_STATES, STATE_TYPES, Available)
            serving(asked, free.space.place, rules)
            return (f.SiteWithdrawn(reason=reason),)
        case _ as never:
            assert_never(never)


def _register(
    state: Site, asked: Asking, command: c.RegisterSite, rules: Rules
) -> f.SiteRegistered:
    """A site is registered once, in a community of the unit's own division."""
    begun_once(asked, not isinstance(state, Unregistered))
    if len(command.place) != COMMUNITY_DIGITS:
        raise refused("site-in-community", found=command.place)
    serving(asked, command.place, rules)
    return f.SiteRegistered(**dict(command) | {"kind": "site_registered.v1"})


def _revise(state: Site, asked: Asking, command: c.ReviseSite, rules: Rules) -> f.SiteRevised:
    """What changes stands beside what it was; a site that is held may be measured again."""
    registered = in_state_of(
        state, state_name(state), SITE_STATES, STATE_TYPES, Available, Reserved, InUse
    )
    space = registered.space
    serving(asked, space.place, rules)
    before = {
        "floor_area": space.floor_area,
        "owner": space.owner,
        "condition": space.condition,
        "available_from": space.available_from,
    }
    after = {
        name: was if getattr(command, name) is None else getattr(command, name)
        for name, was in before.items()
    }
    if after == before:
        raise refused("site-changed")
    told = after | {f"{name}_before": was for name, was in before.items()}
    return f.SiteRevised.model_validate(told | {"reason": command.reason})


def _reserve(state: Site, asked: Asking, facility: str, rules: Rules) -> f.SiteReserved:
    """A free site is held for the facility that was proposed on it, and for no other."""
    if isinstance(state, Held):
        raise refused("site-held", holder=state.facility, facility=facility)
    in_state_of(state, state_name(state), SITE_STATES, STATE_TYPES, Available)
    plan = rules.neighbours.case(facility)
    if not (isinstance(plan, NeighbourFacility) and plan.is_open and plan.site == asked.stream):
        raise refused("site-of-facility", facility=facility)
    return f.SiteReserved(facility=facility)


def _held_by(state: Held, facility: str) -> None:
    """Only the facility that holds the site uses it and gives it back."""
    if state.facility != facility:
        raise refused("site-held", holder=state.facility, facility=facility)
