"""A city as a province holds it: a kind of case no clerk stands by."""

from dataclasses import replace
from typing import Any

from domain.cases import CaseKind
from domain.clerkless import clerkless
from domain.province.commands import CityCommand
from domain.province.decider import WHO_MAY, decide_city
from domain.province.facts import CityFact
from domain.province.standing import NO_CITY, City, NoCity, neighbour_city, remember_city


def state_name(case: Any) -> str:
    """Return the state's published name."""
    match case:
        case NoCity():
            return "UNKNOWN"
        case City(removed_at=None):
            return "HELD"
        case City():
            return "REMOVED"
        case _:
            raise TypeError(f"{type(case).__name__} is no state of a city")


CITY: CaseKind = replace(
    clerkless(
        "city",
        CityCommand,
        CityFact,
        decide_city,
        remember_city,
        initial=NO_CITY,
        state_name=state_name,
        who_may=WHO_MAY,
    ),
    neighbour=neighbour_city,
)
