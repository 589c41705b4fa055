"""What follows from a pairing in the world: talks, errands to other cases, notices to units.

All of it is derived from facts by pure functions, so that it can be begun again at any time.
Errands that register a task carry the text as `{"seal": title}`: the domain cannot seal, so the
desk seals such marks under the new task's own key before it decides.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from domain.cases import Errand, Notice, Talk
from domain.envelope import Happened
from domain.pairing import facts as f
from domain.pairing.commands import Successor
from domain.pairing.state import (
    SIDES,
    Active,
    Agreement,
    Drafted,
    Negotiating,
    Pairing,
    Terminating,
    UnderReview,
    Undrafted,
    is_over,
    state_name,
)
from domain.rules import NeighbourPairing
from domain.values import instant_text


def neighbour(stream: str, state: Pairing) -> NeighbourPairing:
    """Return what other cases may know of this pairing; one never drafted is not open."""
    if isinstance(state, Undrafted):
        return NeighbourPairing(stream, state_name(state), False, (), (), "")
    agreement = state.agreement
    return NeighbourPairing(
        stream=stream,
        state=state_name(state),
        is_open=not is_over(state),
        parties=agreement.parties,
        categories=agreement.categories,
        policy_id=agreement.policy,
    )


def talks(stream: str, state: Pairing) -> tuple[Talk, ...]:
    """Return the conversation that should be under way, with what it needs to begin again.

    `signing` while negotiating, `review` from the day one fell due until it is scored (*opened*
    false: freeze the figures and report `open_review`), `hand_over` while winding up. Everybody in
    *outstanding* is still waited for until *until*; units are written `unit/<code>`.
    """
    del stream
    match state:
        case Negotiating():
            key = f"signing/{state.agreement.round}"
            return (_talk("signing", key, _told_as(state.unsigned), state.sign_by.due),)
        case Active(reviews=reviews) if reviews.fell_due is not None:
            number = reviews.held + 1
            details = _assessment(state.agreement, number, opened=False)
            return (_talk("review", f"review/{number}", [], reviews.fell_due, details),)
        case UnderReview(number=number, outstanding=sides):
            units = [unit for side in sides for unit in state.agreement.side(side)]
            details = _assessment(state.agreement, number, opened=True)
            return (
                _talk("review", f"review/{number}", _told_as(units), state.score_by.due, details),
            )
        case Terminating():
            left = [{"task": one.task, "unit": f"unit/{one.unit}"} for one in state.outstanding]
            return (_talk("hand_over", "hand_over/1", left, state.hand_over_by.due),)
        case _:
            return ()


def _talk(
    name: str,
    key: str,
    outstanding: list[Any],
    until: datetime,
    details: Mapping[str, Any] = MappingProxyType({}),
) -> Talk:
    told = {"outstanding": outstanding, "until": instant_text(until), **details}
    return Talk(name=name, key=key, details=told)


def _assessment(agreement: Agreement, number: int, *, opened: bool) -> dict[str, Any]:
    """Return what a review is about: its number, both sides, and the unit that closes it."""
    closes = [] if agreement.authority is None else [agreement.authority]
    return {
        "number": number,
        "opened": opened,
        "authority": _told_as(closes),
        "sides": {side: _told_as(agreement.side(side)) for side in SIDES},
    }


def _told_as(units: Iterable[str]) -> list[str]:
    return [f"unit/{unit}" for unit in units]


def project_task(pairing: str, item: str) -> str:
    """Return the stream of the task for a claimed item: the same pairing and item, the same id.

    The id is a UUID of version 8 (RFC 9562) made of SHA-256, so that approving twice, or beginning
    again from the ledger, names the same task.
    """
    digest = bytearray(hashlib.sha256(f"{pairing}\n{item}".encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    text = digest.hex()
    return f"task/{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def errands(stream: str, state: Pairing, happened: Happened[f.PairingFact]) -> tuple[Errand, ...]:
    """Return the commands other cases get because of this fact.

    On approval one `register_task` for each claimed item; on an approved replacement and on each
    accepted hand-over `take_over_task` for the successor.
    """
    match happened.fact:
        case f.PairingApproved() if isinstance(state, Drafted):
            return _project_tasks(stream, state.agreement)
        case f.PairingAdjusted(adjustment=adjustment) if adjustment.what == "PARTY":
            return tuple(
                _take_over(stream, successor, happened.version)
                for successor in adjustment.successors
            )
        case f.TaskHandedOver(task=task, unit=unit):
            return (_take_over(stream, Successor(task=task, unit=unit), happened.version),)
        case _:
            return ()


def _project_tasks(stream: str, agreement: Agreement) -> tuple[Errand, ...]:
    """One task for each claimed item, its text left for the desk to seal."""
    found = []
    for item, _ in agreement.claimed_items():
        task = project_task(stream, item.code)
        command: dict[str, Any] = {
            "kind": "register_task",
            "source": "PROJECT",
            "category": item.category,
            "place": item.place,
            "matter": item.code,
            "text": {"seal": item.title},
            "pairing": stream,
            "ad_hoc": False,
            "privacy_notice": "none",
            "policy": agreement.policy,
            "project_item": item.code,
        }
        command_id = f"project/{stream.partition('/')[2]}/{item.code}"
        found.append(Errand(stream=task, command_id=command_id, command=command))
    return tuple(found)


def _take_over(stream: str, successor: Successor, version: int) -> Errand:
    """The version keeps two take-overs of one task apart, should it come back one day."""
    return Errand(
        stream=successor.task,
        command_id=f"take_over/{stream.partition('/')[2]}/{version}",
        command={
            "kind": "take_over_task",
            "successor": successor.unit,
            "pairing": stream,
        },
    )


def notices(stream: str, state: Pairing, happened: Happened[f.PairingFact]) -> tuple[Notice, ...]:
    """Return who is told of this fact; *state* is the pairing as the fact left it."""
    if not isinstance(state, Drafted):
        return ()
    template, to, values = _told(state.agreement, happened.fact)
    return tuple(
        Notice(
            key=f"{happened.version}/unit/{unit}",
            to=f"unit/{unit}",
            template=template,
            values={"case": stream, **values},
        )
        for unit in to
    )


def _told(agreement: Agreement, fact: f.PairingFact) -> tuple[str, tuple[str, ...], dict[str, str]]:
    """Return template, units and values for *fact*; nobody for what needs no telling."""
    everyone, proposer = agreement.parties, agreement.proposer
    match fact:
        case f.PairingProposed(round=number, answer_by=answer_by):
            values = {"round": str(number), "due": instant_text(answer_by.due)}
            return "pairing_proposed", agreement.others(proposer), values
        case f.ProposalAccepted(unit=unit) | f.CounterProposed(unit=unit):
            accepted = isinstance(fact, f.ProposalAccepted)
            values = {"unit": unit, "answer": "ACCEPTED" if accepted else "COUNTERED"}
            return "proposal_answered", (proposer,), values
        case f.ProposalLapsed(silent=silent):
            return "proposal_lapsed", everyone, {"units": ", ".join(silent)}
        case f.PairingApproved(term_end=term_end):
            return "pairing_approved", everyone, {"term_end": instant_text(term_end)}
        case f.PairingRejected():
            return "pairing_rejected", everyone, {}
        case f.PairingAdjustmentRequested(adjustment=adjustment):
            return "adjustment_requested", _and_authority(agreement), {"what": adjustment.what}
        case f.PairingAdjusted(adjustment=adjustment):
            units = tuple(dict.fromkeys((*everyone, *_both(adjustment))))
            return "pairing_adjusted", units, {"what": adjustment.what}
        case f.AdjustmentRefused():
            return "adjustment_refused", everyone, {}
        case f.PairingSuspended(until=until):
            return "pairing_suspended", everyone, {"until": instant_text(until)}
        case f.PairingResumed():
            return "pairing_resumed", everyone, {}
        case f.ReviewOpened(number=number, score_by=score_by):
            values = {"number": str(number), "due": instant_text(score_by.due)}
            return "review_opened", everyone, values
        case f.ReviewScored(number=number, passed=passed):
            values = {"number": str(number), "result": "PASSED" if passed else "FAILED"}
            return "review_scored", everyone, values
        case f.PairingRenewed(term_end=term_end):
            return "pairing_renewed", everyone, {"term_end": instant_text(term_end)}
        case f.ExitRequested(unit=unit, hand_over_by=hand_over_by):
            values = {"unit": unit, "due": instant_text(hand_over_by.due)}
            return "exit_requested", _and_authority(agreement), values
        case f.PairingEnded():
            return "pairing_ended", everyone, {}
        case f.PairingExpired(term_end=term_end):
            return "pairing_expired", everyone, {"term_end": instant_text(term_end)}
        case f.PairingWithdrawn() if agreement.round > 0:
            return "pairing_withdrawn", agreement.others(proposer), {}
        case f.PairingLimitMissed(clock=clock, due=due):
            values = {"clock": clock, "due": instant_text(due)}
            return "pairing_limit_missed", _and_authority(agreement), values
        case _:
            return "", (), {}


def _and_authority(agreement: Agreement) -> tuple[str, ...]:
    """The parties, and the authority once the pairing has one."""
    authority = agreement.authority
    return agreement.parties if authority is None else (*agreement.parties, authority)


def _both(adjustment: f.Adjustment) -> tuple[str, ...]:
    return tuple(unit for unit in (adjustment.old_unit, adjustment.new_unit) if unit is not None)
