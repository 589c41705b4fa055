"""What follows from a pairing in the world: talks, errands to other cases, notices to units.

All of it is derived from facts by pure functions, so that it can be begun again at any time.
Errands that register a task carry the text as `{"seal": title}`: the domain cannot seal, so the
desk seals such marks under the new task's own key before it decides.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.cases import Errand, Notice, Step, Talk
from domain.envelope import Happened
from domain.pairing import commitment_facts as c
from domain.pairing import facts as f
from domain.pairing.commands import Successor
from domain.pairing.promising import told_of_promises
from domain.pairing.state import (
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
from domain.talking import asking, daily, halfway
from domain.values import instant_text


def holder(state: Pairing) -> str | None:
    """Return the unit that keeps the pairing: who approved it, before that whoever proposed it."""
    if not isinstance(state, Drafted):
        return None
    return state.agreement.authority or state.agreement.proposer


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
    """Return the conversation that should be under way, with the steps that are left of it.

    `signing` while negotiating, `review` from the day one fell due until it is scored, `hand_over`
    while winding up; everybody still waited for is asked, and reminded every day or at half time.
    """
    del stream
    match state:
        case Negotiating():
            return (_signing(state),)
        case Active(reviews=reviews) if reviews.fell_due is not None:
            opening = Step(name="opened", at=reviews.fell_due, records={"kind": "open_review"})
            return (Talk(name="review", key=f"review/{reviews.held + 1}", steps=(opening,)),)
        case UnderReview():
            return (_review(state),)
        case Terminating():
            return (_hand_over(state),)
        case _:
            return ()


def _signing(state: Negotiating) -> Talk:
    """Every party that has not signed is asked; with the last one it goes up for approval."""
    key = f"signing/{state.agreement.round}"
    since, until = state.sign_by.counted_from, state.sign_by.due
    unsigned, told = _told_as(state.unsigned), {"until": until.isoformat()}
    if not unsigned:
        submitting = Step(name="submitted", at=since, records={"kind": "submit_for_approval"})
        return Talk(name="signing", key=key, steps=(submitting,))
    steps = [asking(key, "asked", since, "signature_asked", unsigned, told)]
    steps += [
        asking(key, f"reminded-{number}", at, "signature_reminded", unsigned, told)
        for number, at in daily(since, until)
    ]
    return Talk(name="signing", key=key, steps=tuple(steps))


def _review(state: UnderReview) -> Talk:
    """Each side whose score is missing is asked; with both, whoever closes the review is."""
    key = f"review/{state.number}"
    since, until = state.score_by.counted_from, state.score_by.due
    units = _told_as(unit for side in state.outstanding for unit in state.agreement.side(side))
    if not units:
        closes = [] if state.agreement.authority is None else [state.agreement.authority]
        closing = asking(key, "closing", since, "review_to_close", _told_as(closes))
        return Talk(name="review", key=key, steps=(closing,))
    reminding = asking(key, "reminded", halfway(since, until), "score_reminded", units)
    return Talk(
        name="review",
        key=key,
        steps=(asking(key, "asked", since, "score_asked", units), reminding),
    )


def _hand_over(state: Terminating) -> Talk:
    """Each successor is asked for each task not taken yet; with none left the exit is complete."""
    key = "hand_over/1"
    since, until = state.hand_over_by.counted_from, state.hand_over_by.due
    if not state.outstanding:
        completing = Step(name="completed", at=since, records={"kind": "complete_exit"})
        return Talk(name="hand_over", key=key, steps=(completing,))
    steps = [_asking_successors(key, "asked", since, "hand_over_asked", state.outstanding)]
    steps += [
        _asking_successors(key, f"reminded-{number}", at, "hand_over_reminded", state.outstanding)
        for number, at in daily(since, until)
    ]
    return Talk(name="hand_over", key=key, steps=tuple(steps))


def _asking_successors(
    key: str, name: str, at: datetime, template: str, outstanding: Iterable[Successor]
) -> Step:
    return Step(
        name=name,
        at=at,
        asks=tuple(
            Notice(
                key=f"{key}/{name}/{left.task.partition('/')[2]}/unit/{left.unit}",
                to=f"unit/{left.unit}",
                template=template,
                values={"task": left.task},
            )
            for left in outstanding
        ),
    )


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
    if not isinstance(state, Drafted) or _told_too_late(happened):
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


def _told_too_late(happened: Happened[f.PairingFact]) -> bool:
    """A reminder that comes after the day is none: it is told to be missed."""
    fact = happened.fact
    return isinstance(fact, c.CommitmentDueSoon) and all(
        one.due <= happened.at for one in fact.due_soon
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
        case (
            c.CommitmentDelivered()
            | c.CommitmentDeliveryConfirmed()
            | c.CommitmentDeliveryDisputed()
            | c.DeliveryDisputeSettled()
            | c.DeliveryTakenBack()
            | c.CommitmentRevisionAsked()
            | c.CommitmentRevised()
            | c.CommitmentRevisionRefused()
            | c.CommitmentDueSoon()
            | c.CommitmentMissed()
        ):
            return told_of_promises(agreement, fact)
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
