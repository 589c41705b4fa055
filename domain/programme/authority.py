"""Who may speak in a programme, and for which unit: no path leads around this file.

A department's coordinator drafts and assesses; an organisation department whose division holds the
place decides, by another person than drafted; a street office applies for its own communities.
"""

from typing import Any, TypeVar

from domain import guards
from domain.envelope import Asked
from domain.people import Role
from domain.programme.labels import STATE_LABELS
from domain.programme.refusal_rules import refused
from domain.programme.state import STATES, Body, Drafted, Programme
from domain.rules import Rules
from domain.units import UnitKind

StateT = TypeVar("StateT", bound=Drafted)

REVIEWERS = frozenset(
    {
        Role.CENTER_COORDINATOR,
        Role.DEPT_COORDINATOR,
        Role.DEPT_STAFF,
        Role.STREET_DISPATCHER,
        Role.PARTY_AUTHORITY,
        Role.SUPERVISOR,
    }
)
"""The roles a member of the panel may hold."""

_AUTHORITY = frozenset({Role.PARTY_AUTHORITY})
_LEAD = frozenset({Role.DEPT_COORDINATOR})
_STREET = frozenset({Role.STREET_DISPATCHER})
_SYSTEM = frozenset({Role.SYSTEM})

WHO_MAY: dict[str, frozenset[Role]] = {
    "draft_programme": _LEAD,
    "revise_programme": _LEAD,
    "open_call": _AUTHORITY,
    "apply_community": _STREET,
    "withdraw_community": _STREET,
    "name_reviewers": _AUTHORITY,
    "score_application": REVIEWERS,
    "select_communities": _AUTHORITY,
    "publish_selection": _AUTHORITY,
    "begin_assessment": _AUTHORITY,
    "assess_community": _LEAD,
    "extend_programme": _AUTHORITY,
    "end_programme": _AUTHORITY,
    "ring_clock": _SYSTEM,
    "recompute_deadlines": _SYSTEM,
}
"""Every command with the roles that may give it; the decider's files say for which unit."""

_NOT_THERE = ("尚未建立", "not there yet")


def label_of(state: Programme) -> tuple[str, str]:
    """Return what the state is called, in both languages."""
    return STATE_LABELS[STATES[type(state)]] if isinstance(state, Drafted) else _NOT_THERE


def in_state(state: Programme, *kinds: type[StateT]) -> StateT:
    """The command belongs to the state the programme is in; return it."""
    expected = [STATE_LABELS[STATES[kind]] for kind in kinds]
    return guards.in_state(state, label_of(state), expected, *kinds)


def deciding(asked: Asked[Any], body: Body, rules: Rules) -> str:
    """An organisation department over the place decides, and nobody on their own draft."""
    unit = rules.unit(str(asked.by.unit), asked.at)
    if unit.kind is not UnitKind.ORGANIZATION_DEPT or not rules.serves(
        unit.code, body.place, asked.at
    ):
        raise refused("programme-authority", place=body.place, unit=unit.code)
    if asked.by.person in body.drafters:
        raise refused("drafter-does-not-approve")
    return unit.code


def own_unit_within(person: str, division: str, asked: Asked[Any], rules: Rules) -> str | None:
    """Return the unit within *division* at which *person* serves now, None where they do not."""
    known = rules.people.get(person)
    for grant in known.grants if known is not None else ():
        unit = rules.units.get(grant.unit)
        if grant.stands(asked.at) and unit is not None and unit.division.startswith(division):
            return grant.unit
    return None
