"""Who may speak in a pairing, for whom, and in which state: no path leads around this file.

A party is spoken for by its own coordinator; approval belongs to the Party authority whose
division covers the street, and never to a person who proposed, signed or scored.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from domain import gate
from domain.envelope import Asked
from domain.pairing.refusal_rules import refused
from domain.pairing.state import (
    STATE_LABELS,
    STATE_TYPES,
    Agreement,
    Drafted,
    Pairing,
    Running,
    Undrafted,
)
from domain.people import Role
from domain.rules import Rules
from domain.units import UnitKind
from domain.values import instant_text

StateT = TypeVar("StateT", bound=Drafted)

_PROPOSERS = frozenset({Role.CENTER_COORDINATOR, Role.DEPT_COORDINATOR})
SPEAKERS = _PROPOSERS | {Role.STREET_DISPATCHER}
"""The roles that speak for a centre, a department, a street office."""
_RECEIVERS = frozenset({Role.CENTER_COORDINATOR, Role.STREET_DISPATCHER})
_AUTHORITY = frozenset({Role.PARTY_AUTHORITY})
_SYSTEM = frozenset({Role.SYSTEM})

WHO_MAY: dict[str, frozenset[Role]] = {
    "draft_pairing": _PROPOSERS,
    "attach_list": SPEAKERS,
    "propose_pairing": _PROPOSERS,
    "accept_proposal": SPEAKERS,
    "counter_propose": SPEAKERS,
    "claim_project": frozenset({Role.DEPT_COORDINATOR}),
    "sign_agreement": SPEAKERS,
    "submit_for_approval": _SYSTEM,
    "approve_pairing": _AUTHORITY,
    "reject_pairing": _AUTHORITY,
    "replace_party": SPEAKERS,
    "change_lead": SPEAKERS,
    "revise_lists": SPEAKERS,
    "approve_adjustment": _AUTHORITY,
    "refuse_adjustment": _AUTHORITY,
    "suspend_pairing": _AUTHORITY,
    "resume_pairing": _AUTHORITY,
    "open_review": _AUTHORITY | _SYSTEM,
    "give_score": SPEAKERS,
    "score_review": _AUTHORITY,
    "renew_pairing": _AUTHORITY,
    "request_exit": SPEAKERS,
    "hand_over_task": SPEAKERS | _SYSTEM,
    "complete_exit": _AUTHORITY | _SYSTEM,
    "withdraw_pairing": _PROPOSERS,
    "deliver_commitment": SPEAKERS,
    "confirm_commitment_delivery": _RECEIVERS,
    "dispute_commitment_delivery": _RECEIVERS,
    "settle_delivery_dispute": _AUTHORITY,
    "take_back_delivery": SPEAKERS,
    "revise_commitment": SPEAKERS,
    "agree_to_revision": _RECEIVERS,
    "refuse_revision": _RECEIVERS,
    "ring_clock": _SYSTEM,
    "recompute_deadlines": _SYSTEM,
}
"""Every command with the roles that may give it; the decider's files say for which unit."""


def held(asked: Asked[Any], rules: Rules) -> str:
    """The registry shows the role in force for this person at this unit; return the unit."""
    gate.held(asked, rules)
    assert asked.by.unit is not None, "a role is held at a unit"
    return rules.unit(asked.by.unit, asked.at).code


def speaking_party(asked: Asked[Any], rules: Rules, agreement: Agreement) -> str:
    """A party's own coordinator speaks for it; return the party."""
    unit = held(asked, rules)
    if unit not in agreement.parties:
        raise refused("party-only", unit=unit)
    expected = agreement.speaker_of(unit)
    if asked.by.role is not expected:
        raise refused("party-role", unit=unit, expected=expected, found=asked.by.role)
    return unit


def own_unit(asked: Asked[Any], rules: Rules, agreement: Agreement, unit: str) -> str:
    """A coordinator acts for their own unit only, also where the command names one."""
    own = speaking_party(asked, rules, agreement)
    if own != unit:
        raise refused("own-unit-only", own=own, unit=unit)
    return own


def proposing_party(asked: Asked[Any], rules: Rules, agreement: Agreement) -> str:
    """Only the unit that drafted the pairing proposes and withdraws it."""
    unit = speaking_party(asked, rules, agreement)
    if unit != agreement.proposer:
        raise refused("proposer-only", proposer=agreement.proposer, unit=unit)
    return unit


def party_authority(
    asked: Asked[Any], rules: Rules, agreement: Agreement, movers: Iterable[str | None] = ()
) -> None:
    """An organisation department whose division covers the street decides, not a mover."""
    unit = rules.unit(held(asked, rules), asked.at)
    if unit.kind is not UnitKind.ORGANIZATION_DEPT:
        raise refused("authority-kind", unit=unit.code, kind=unit.kind)
    street = rules.units.get(agreement.street)
    if street is None or not unit.covers(street.division):
        raise refused("authority-covers-street", unit=unit.code, street=agreement.street)
    if asked.by.person in frozenset(movers):
        raise refused("approver-not-proposer")


def in_state(state: Pairing, *kinds: type[StateT]) -> StateT:
    """The command belongs to the state the pairing is in; return it."""
    if isinstance(state, kinds):
        return state
    labels = [STATE_LABELS[STATE_TYPES[kind]] for kind in kinds]
    expected = ("、".join(zh for zh, _ in labels), " or ".join(en for _, en in labels))
    raise refused("not-in-this-state", found=_label(state), expected=expected)


def undrafted(state: Pairing) -> None:
    """A pairing is drafted once."""
    if not isinstance(state, Undrafted):
        raise refused("not-in-this-state", found=_label(state), expected=_NOT_THERE)


_NOT_THERE = ("尚未建立", "not there yet")


def _label(state: Pairing) -> tuple[str, str]:
    return STATE_LABELS[STATE_TYPES[type(state)]] if isinstance(state, Drafted) else _NOT_THERE


def within_term(state: Pairing, at: datetime) -> None:
    """A running pairing whose term is over only expires, whenever its clock gets to ring."""
    if isinstance(state, Running) and at >= state.agreement.term_end:
        raise refused("term-over", term_end=instant_text(state.agreement.term_end))
