"""Who could be a party of a new pairing: suggested from the past tasks of its street."""

from dataclasses import dataclass
from datetime import timedelta

from domain.units import Unit, UnitKind
from domain.values import instant_text
from projections.task_board import TaskFilter
from services.seeing import Seer

LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Party:
    """A unit that could take part, and how many tasks of the street it handled in twelve months."""

    unit: str
    handled: int


@dataclass(frozen=True)
class Parties:
    """What is offered for a pairing of one street; the likeliest first.

    *categories* are those of the pack with the tasks of the street in each; *policies* the packs
    in force there.
    """

    centers: tuple[str, ...]
    departments: tuple[Party, ...]
    categories: tuple[tuple[str, int], ...]
    policies: tuple[str, ...]


def streets(seer: Seer) -> list[Unit]:
    """Return the street offices in force, the own one of whoever looks first."""
    own = seer.rules.units[seer.unit].division
    found = [one for one in _standing(seer, UnitKind.STREET_OFFICE) if _near(one.division, own)]
    return sorted(found, key=lambda one: (one.division != own, one.code))


def parties_for(seer: Seer, street: Unit, policy: str | None) -> Parties:
    """Return who could pair in *street*, and for what."""
    since = instant_text(seer.at - LOOKED_BACK)
    past = TaskFilter(place=street.division, registered_from=since)
    handled = seer.house.boards.tasks.counts(past, by="main_unit")
    asked = seer.house.boards.tasks.counts(past, by="category")
    departments = [
        Party(one.code, handled.get(one.code, 0))
        for one in _standing(seer, UnitKind.DEPARTMENT)
        if one.covers(street.division) or one.code in handled
    ]
    centers = [
        one.code
        for one in _standing(seer, UnitKind.PARTY_SERVICE_CENTER)
        if _near(one.division, street.division)
    ]
    packs = [
        name
        for name, terms in sorted(seer.rules.policies.items())
        if terms.policy.in_force_at(street.division)
    ]
    categories = seer.rules.under(policy).policy.categories
    return Parties(
        centers=tuple(sorted(centers, key=lambda one: (one != seer.unit, one))),
        departments=tuple(
            sorted(departments, key=lambda one: (-one.handled, one.unit != seer.unit, one.unit))
        ),
        categories=tuple(
            sorted(
                ((one.code, asked.get(one.code, 0)) for one in categories), key=lambda one: -one[1]
            )
        ),
        policies=tuple(sorted(packs, key=lambda one: (one != seer.rules.default_policy, one))),
    )


def _standing(seer: Seer, kind: UnitKind) -> list[Unit]:
    return [one for one in seer.rules.units.values() if one.kind is kind and one.stands(seer.at)]


def _near(one: str, other: str) -> bool:
    """Say whether one division lies in the other."""
    return one.startswith(other) or other.startswith(one)
