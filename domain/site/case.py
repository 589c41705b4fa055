"""The site as the desk and the reader use it: no clock runs in it, nothing is sent on from it."""

from dataclasses import replace

from domain.cases import Shown
from domain.clerkless import clerkless
from domain.rules import NeighbourSite
from domain.site.commands import SiteCommand
from domain.site.decider import WHO_MAY, decide
from domain.site.facts import SiteFact
from domain.site.state import (
    UNREGISTERED,
    Held,
    Registered,
    Site,
    evolve,
    is_over,
    state_name,
)
from domain.values import instant_text


def neighbour(stream: str, state: Site) -> NeighbourSite | None:
    """Return what other cases may know of this site; None before it is registered."""
    if not isinstance(state, Registered):
        return None
    space = state.space
    return NeighbourSite(
        stream=stream,
        state=state_name(state),
        is_open=not is_over(state),
        kind=space.site_kind,
        place=space.place,
        floor_area=space.floor_area,
        available_from=space.available_from,
        held_by=state.facility if isinstance(state, Held) else None,
    )


def shown(state: Site) -> Shown | None:
    """Return what the board of cases shows of the site."""
    if not isinstance(state, Registered):
        return None
    space = state.space
    return Shown(
        title=space.title,
        place=space.place,
        units=() if space.registered_by is None else (space.registered_by,),
        details={
            "site_kind": space.site_kind.value,
            "floor_area": space.floor_area,
            "owner": space.owner,
            "condition": space.condition.value,
            "available_from": instant_text(space.available_from),
            "registered_at": instant_text(space.registered_at),
            "facility": state.facility if isinstance(state, Held) else None,
        },
    )


def holder(state: Site) -> str | None:
    """Return the unit that registered the site and keeps its entry."""
    return state.space.registered_by if isinstance(state, Registered) else None


SITE = replace(
    clerkless(
        "site",
        SiteCommand,
        SiteFact,
        decide,
        evolve,
        initial=UNREGISTERED,
        state_name=state_name,
        who_may=WHO_MAY,
        plural="sites",
        is_over=is_over,
    ),
    holder=holder,
    neighbour=neighbour,
    shown=shown,
    begun_by=frozenset({"register_site"}),
)
"""The one kind of case in this room."""
