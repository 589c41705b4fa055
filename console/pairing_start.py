"""结对引导: a pairing started in five steps, left at any time and resumed where the facts stand."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.pairing_lists import list_form
from console.pairing_view import (
    matched,
    named_words,
    parties_of,
    rail,
    shown_lists,
    shown_signatures,
    terms_of,
)
from console.seeing import page, see_other, seer_of
from desk.identifiers import new_uuid7
from domain.pairing.commands import ListKind
from domain.pairing.facts import PairingState
from domain.pairing.matching import VERSION
from domain.pairing.state import Drafted
from domain.refusals import CommandRefused
from projections.history import case_history
from projections.pairing_board import PairingLine
from services.agreement_signing import digest_shown
from services.pairing_filling import mandatory_terms
from services.pairing_steps import STEPS, claimable, step_of, waiting_for
from services.scope import pairing_at
from services.seeing import NothingHere, Seer, told
from wording.labels import Both, label

router = APIRouter()
DOES: dict[str, Both] = {
    "attach_list": ("附清单", "attach a list"),
    "propose_pairing": ("提议结对", "propose the pairing"),
    "accept_proposal": ("同意提议", "agree to the proposal"),
    "counter_propose": ("另提意见", "answer with other wishes"),
    "claim_project": ("认领项目", "claim items"),
    "sign_agreement": ("签署协议", "sign the agreement"),
    "approve_pairing": ("批准结对", "approve the pairing"),
    "reject_pairing": ("不予批准", "reject the pairing"),
}
_TOLD_IN = {
    "lists": ("pairing_proposed.v1", "proposal_accepted.v1", "counter_proposed.v1"),
    "approval": ("pairing_submitted.v1", "pairing_approved.v1", "pairing_rejected.v1"),
}
"""Facts whose sentences a step shows."""


@router.get("/pairings/{key}/start")
def resume(request: Request, key: str) -> Response:
    """Go on where the facts stand."""
    seer = seer_of(request, "/pairings")
    _, state = pairing_at(seer, key)
    step = step_of(state)
    return see_other(f"/pairings/{key}" if step is None else f"/pairings/{key}/start/{step}")


@router.get("/pairings/{key}/start/{step}")
def show_step(
    request: Request,
    key: str,
    step: str,
    listed: Annotated[ListKind, Query(alias="list")] = ListKind.NEED,
    receipt: int | None = None,
) -> Response:
    """Show one step of the pairing."""
    seer = seer_of(request, "/pairings")
    line, state = pairing_at(seer, key)
    if step not in STEPS:
        raise NothingHere
    return step_page(request, seer, line, state, step, receipt=receipt, listed=listed)


def step_page(
    request: Request,
    seer: Seer,
    line: PairingLine,
    state: Drafted,
    step: str,
    *,
    listed: ListKind = ListKind.NEED,
    receipt: int | None = None,
    refusal: CommandRefused | None = None,
    form: dict[str, Any] | None = None,
) -> Response:
    """Return the page of *step*; *form* is its list as it was sent, *refusal* why it was not taken.

    Whose turn it is and what is missing is asked of the decider.
    """
    key = line.stream.partition("/")[2]
    waiting = waiting_for(seer, line.stream, state, step)
    mine = {
        kind
        for turn in waiting.turns
        if (turn.unit, turn.role) == (seer.unit, seer.role)
        for kind in turn.kinds
    }
    view: dict[str, Any] = {}
    if step == "lists" and ("attach_list" in mine or form is not None):
        filled = form or {"kind": listed}
        view["form"] = list_form(seer, line.stream, state, "attach_list", filled)
    refused = refusal is not None or (form is not None and form.get("refusal") is not None)
    return page(
        request,
        "pairing_step.html",
        status=422 if refused else 200,
        seer=seer,
        line=line,
        key=key,
        step=step,
        steps=rail(seer, state, step, key),
        state_label=label(PairingState(line.state), seer.language),
        present=step_of(state),
        turns=[
            (seer.unit_name(turn.unit), turn.role, [seer.say(*DOES[kind]) for kind in turn.kinds])
            for turn in waiting.turns
        ],
        missing=[told(one, seer) for one in waiting.missing],
        unspoken=[(seer.unit_name(unit), role) for unit, role in waiting.unspoken],
        mine=mine,
        receipt=receipt,
        refusal=None if refusal is None else told(refusal, seer),
        command_ids={kind: f"console/{new_uuid7()}" for kind in DOES},
        **_SHOWS[step](seer, line, state),
        **view,
    )


def _parties(seer: Seer, line: PairingLine, state: Drafted) -> dict[str, Any]:
    del line
    return {"parties": parties_of(seer, state.agreement)} | terms_of(seer, state.agreement)


def _lists(seer: Seer, line: PairingLine, state: Drafted) -> dict[str, Any]:
    return {
        "lists": shown_lists(seer, state.agreement),
        "matched": matched(seer, state.agreement),
        "rule": VERSION,
        "story": _story(seer, line, "lists"),
    }


def _story(seer: Seer, line: PairingLine, step: str) -> list[Any]:
    history = case_history(seer.house.books.ledger, line.stream, seer.names, seer.language)
    return [one for one in history if one.kind in _TOLD_IN[step]]


def _claims(seer: Seer, line: PairingLine, state: Drafted) -> dict[str, Any]:
    made = state.agreement
    may = claimable(seer, line.stream, state)
    by = {claim.item: seer.unit_name(claim.unit) for claim in made.claims}
    return {
        "items": [
            {
                "code": item.code,
                "title": item.title,
                "list": label(one.kind, seer.language),
                "category": seer.category_name(item.category),
                "by": by.get(item.code, ""),
                "mine": item.code in may and may[item.code] is None,
                "why": named_words(seer, made.policy, told(refusal, seer)["sentence"])
                if (refusal := may.get(item.code))
                else "",
                "command_id": f"console/{new_uuid7()}",
            }
            for one in made.lists
            if one.kind is not ListKind.RESOURCE
            for item in one.items
        ],
        "claimed": len(made.claims),
    }


def _signatures(seer: Seer, line: PairingLine, state: Drafted) -> dict[str, Any]:
    made = state.agreement
    policy = seer.rules.under(made.policy).policy
    needed = mandatory_terms(state, seer.rules)
    return {
        "parties": parties_of(seer, made),
        "lists": shown_lists(seer, made),
        "terms": [
            (one.code, seer.say(one.label.zh, one.label.en))
            for one in policy.pairing.mandatory_terms
            if one.code in needed
        ],
        "digest": digest_shown(state, seer.rules),
        "signed": shown_signatures(seer, line.stream),
    } | terms_of(seer, made)


def _approval(seer: Seer, line: PairingLine, state: Drafted) -> dict[str, Any]:
    return {
        "parties": parties_of(seer, state.agreement),
        "signed": shown_signatures(seer, line.stream),
        "lists": shown_lists(seer, state.agreement),
        "story": _story(seer, line, "approval"),
    } | terms_of(seer, state.agreement)


_SHOWS = {
    "parties": _parties,
    "lists": _lists,
    "claims": _claims,
    "signatures": _signatures,
    "approval": _approval,
}
