"""The five steps in which a pairing is started: where it stands, whose turn it is, what is missing.

Nothing is kept of a start but the facts. Whose turn it is and what is missing is asked of the
decider, in the name of everybody who could speak; no rule is repeated here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from desk.casework import Who
from desk.hearing import Hearing
from domain.envelope import SYSTEM
from domain.pairing.authority import WHO_MAY
from domain.pairing.state import (
    Agreement,
    Draft,
    Drafted,
    Negotiating,
    PendingApproval,
    Proposed,
)
from domain.people import Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from services.offering import offer
from services.pairing_filling import unclaimed
from services.seeing import Seer

STEPS = ("parties", "lists", "claims", "signatures", "approval")

COMMANDS: dict[str, tuple[str, ...]] = {
    "parties": (),
    "lists": ("attach_list", "propose_pairing", "accept_proposal", "counter_propose"),
    "claims": ("claim_project",),
    "signatures": ("sign_agreement",),
    "approval": ("approve_pairing", "reject_pairing"),
}
"""What people do in each step; the parties are named before there is a case."""

_ABOUT_WHO = frozenset(
    {"not-in-this-state", "authority-kind", "authority-covers-street", "approver-not-proposer"}
)
"""Refusals that say that it is somebody else's turn, not that something is missing."""


@dataclass(frozen=True)
class Turn:
    """Somebody whose turn it is: the unit, the role that speaks for it, what it may do now."""

    unit: str
    role: Role
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Waiting:
    """What a step waits for: those whose turn it is, what is missing, units that nobody speaks for.

    *missing* are refusals as the decider says them.
    """

    turns: tuple[Turn, ...]
    missing: tuple[CommandRefused, ...]
    unspoken: tuple[tuple[str, Role], ...]


def step_of(state: Drafted) -> str | None:
    """Return the step that the facts have reached, None once the start is over."""
    match state:
        case Draft() | Proposed():
            return "lists"
        case Negotiating(countered=True, signed=()):
            return "lists"
        case Negotiating(signed=()) if unclaimed(state):
            return "claims"
        case Negotiating():
            return "signatures"
        case PendingApproval():
            return "approval"
        case _:
            return None


def waiting_for(seer: Seer, stream: str, state: Drafted, step: str) -> Waiting:
    """Return what *step* of the pairing waits for."""
    hearing, made = seer.house.books.desk.hearing(stream), state.agreement
    people = _speaking(seer)
    turns: list[Turn] = []
    unspoken: list[tuple[str, Role]] = []
    refused: list[CommandRefused | None] = []
    for unit, role in _speakers(made, seer.rules, step):
        person = people.get((role, unit))
        if person is None:
            unspoken.append((unit, role))
            continue
        who = Who(person, seer.channel, unit, role)
        kinds = [kind for kind in COMMANDS[step] if role in WHO_MAY[kind]]
        found = [offer(hearing, who, kind, made.policy) for kind in kinds]
        accepted = [one.kind for one in found if one.accepted]
        if step == "claims" and not _claims_something(hearing, who, state):
            accepted = []
        if accepted:
            turns.append(Turn(unit, role, tuple(accepted)))
        for one in found:
            ends = one.kind == "propose_pairing" and unit == made.proposer
            if ends or one.kind == "approve_pairing":
                refused.append(one.refusal)
    if step == "signatures":
        refused.append(hearing.refusal_of(SYSTEM, {"kind": "submit_for_approval"}))
    missing = {str(one): one for one in refused if one and one.rule not in _ABOUT_WHO}
    return Waiting(tuple(turns), tuple(missing.values()), tuple(unspoken))


def _claims_something(hearing: Hearing, who: Who, state: Drafted) -> bool:
    """Say whether *who* could claim any item; one of each category is asked about."""
    asked = {item.category: item.code for item in unclaimed(state)}
    return any(hearing.refusal_of(who, _claim(who.unit, item)) is None for item in asked.values())


def _claim(unit: str | None, item: str) -> dict[str, Any]:
    return {"kind": "claim_project", "item": item, "unit": unit}


def _speakers(made: Agreement, rules: Rules, step: str) -> Iterator[tuple[str, Role]]:
    """Yield whom a step could wait for: each party, or, for the approval, who holds that office."""
    if step == "approval":
        for unit in sorted(rules.posts.held.get(Role.PARTY_AUTHORITY, {})):
            yield unit, Role.PARTY_AUTHORITY
        return
    for unit in made.parties:
        role = made.speaker_of(unit)
        if any(role in WHO_MAY[kind] for kind in COMMANDS[step]):
            yield unit, role


def _speaking(seer: Seer) -> dict[tuple[Role, str], str]:
    """Return a person in force for each role at each unit: who looks, where it is them."""
    found = {
        (grant.role, grant.unit): person.id
        for person in sorted(seer.rules.people.values(), key=lambda one: one.id)
        for grant in person.grants
        if grant.stands(seer.at)
    }
    return found | {(seer.role, seer.unit): seer.session.person}


def claimable(seer: Seer, stream: str, state: Drafted) -> dict[str, CommandRefused | None]:
    """Return for each item that nobody has claimed why who looks may not claim it; None: they may.

    Empty for who claims nothing in their role, and while nothing is negotiated.
    """
    if seer.role not in WHO_MAY["claim_project"] or not isinstance(state, Negotiating):
        return {}
    hearing = seer.house.books.desk.hearing(stream)
    return {
        item.code: hearing.refusal_of(seer.who, _claim(seer.unit, item.code))
        for item in unclaimed(state)
    }
