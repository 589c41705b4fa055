"""Drafting a pairing, its three lists, the proposal, and every party's answer to it.

A new round is proposed only when somebody countered and nobody has signed.
"""

from collections.abc import Iterable

from domain.envelope import Asked
from domain.pairing.authority import (
    held,
    in_state,
    own_unit,
    proposing_party,
    speaking_party,
    undrafted,
)
from domain.pairing.commands import (
    AcceptProposal,
    AttachList,
    CounterPropose,
    DraftPairing,
    ListItem,
    ListKind,
    PairingCommand,
)
from domain.pairing.delivering import may_promise
from domain.pairing.facts import (
    CounterProposed,
    PairingDrafted,
    PairingListAttached,
    PairingProposed,
    PairingWithdrawn,
    ProposalAccepted,
)
from domain.pairing.refusal_rules import refused
from domain.pairing.state import Agreement, Draft, Negotiating, Pairing, Proposed
from domain.policy import Policy
from domain.rules import Rules
from domain.units import UnitKind
from domain.values import instant_text

Asking = Asked[PairingCommand]


def draft_pairing(
    state: Pairing, asked: Asking, command: DraftPairing, rules: Rules
) -> PairingDrafted:
    """One centre, at least one department and one street office pair once for a category."""
    undrafted(state)
    terms = rules.under(command.policy)
    agreement = Agreement(
        center=command.center,
        departments=command.departments,
        street=command.street,
        categories=command.categories,
        lead=command.lead or command.departments[0],
        title=command.title,
        term_start=command.term_start,
        term_end=command.term_end,
        policy=terms.policy.id,
        proposer=held(asked, rules),
    )
    speaking_party(asked, rules, agreement)
    _parties_meet(agreement, asked, rules)
    _policy_in_force(terms.policy, agreement, rules)
    if twice := repeated(command.categories):
        raise refused("categories-once", found=", ".join(twice))
    for category in command.categories:
        _known_category(category, agreement, rules)
    term_runs(agreement, asked, rules)
    not_paired_already(agreement, asked, rules)
    return PairingDrafted(
        center=agreement.center,
        departments=agreement.departments,
        street=agreement.street,
        categories=agreement.categories,
        lead=agreement.lead,
        title=agreement.title,
        term_start=agreement.term_start,
        term_end=agreement.term_end,
        policy=agreement.policy,
    )


def _parties_meet(agreement: Agreement, asked: Asking, rules: Rules) -> None:
    """Every party is in force, of its own kind, and named once; the lead is a department."""
    kinds = {
        agreement.center: UnitKind.PARTY_SERVICE_CENTER,
        **dict.fromkeys(agreement.departments, UnitKind.DEPARTMENT),
        agreement.street: UnitKind.STREET_OFFICE,
    }
    if twice := repeated(agreement.parties):
        raise refused("parties-differ", units=", ".join(twice))
    for code, expected in kinds.items():
        unit = rules.unit(code, asked.at)
        if unit.kind is not expected:
            raise refused("party-kind", unit=code, expected=expected, found=unit.kind)
    if agreement.lead not in agreement.departments:
        raise refused(
            "lead-is-department",
            departments=", ".join(agreement.departments),
            found=agreement.lead,
        )


def _policy_in_force(policy: Policy, agreement: Agreement, rules: Rules) -> None:
    """The pack is in force where the street is."""
    place = rules.units[agreement.street].division
    if not policy.in_force_at(place):
        raise refused("policy-in-force", divisions=", ".join(policy.divisions), place=place)


def term_runs(agreement: Agreement, asked: Asking, rules: Rules) -> None:
    """A term ends after it begins and after today, and is not longer than the pack allows."""
    since = max(agreement.term_start, asked.at)
    if agreement.term_end <= since:
        raise refused(
            "term-runs-forward",
            since=instant_text(since),
            until=instant_text(agreement.term_end),
        )
    terms = rules.under(agreement.policy)
    limit = terms.policy.pairing.term_max
    latest = terms.deadline(limit, agreement.term_start).due
    if agreement.term_end > latest:
        raise refused(
            "term-max",
            limit=limit,
            latest=instant_text(latest),
            found=instant_text(agreement.term_end),
        )


def not_paired_already(agreement: Agreement, asked: Asking, rules: Rules) -> None:
    """The same centre, department and street are paired once for a category."""
    for other in rules.neighbours.open_pairings_of(agreement.street):
        common = sorted({*other.categories} & {*agreement.categories})
        same = (
            other.stream != asked.stream
            and agreement.center in other.parties
            and any(unit in other.parties for unit in agreement.departments)
        )
        if same and common:
            raise refused("already-paired", categories=", ".join(common), pairing=other.stream)


def attach_list(
    state: Pairing, asked: Asking, command: AttachList, rules: Rules
) -> PairingListAttached:
    """A party attaches its own list to the draft, or meets a counter-proposal with a new one."""
    drafted = in_state(state, Draft, Negotiating)
    agreement = drafted.agreement
    own_unit(asked, rules, agreement, command.unit)
    if isinstance(state, Negotiating):
        _may_change(state)
    return PairingListAttached(
        list=command.list,
        unit=command.unit,
        items=checked_items(agreement, asked, rules, command.list, command.unit, command.items),
    )


def checked_items(
    agreement: Agreement,
    asked: Asking,
    rules: Rules,
    kind: ListKind,
    unit: str,
    items: tuple[ListItem, ...],
) -> tuple[ListItem, ...]:
    """Items carry a known category, a code of their own and a place in the street.

    An item without a place gets the street's division, so that the fact says where it is.
    """
    others = [
        item.code
        for one in agreement.lists
        if (one.kind, one.unit) != (kind, unit)
        for item in one.items
    ]
    codes = [item.code for item in items]
    if twice := repeated([*sorted({*others}), *codes]):
        raise refused("items-once", found=", ".join(twice))
    may_promise(agreement, kind, unit, items)
    street = rules.unit(agreement.street, asked.at)
    placed = []
    for item in items:
        _known_category(item.category, agreement, rules)
        place = item.place or street.division
        if not street.covers(place):
            raise refused("place-in-street", item=item.code, place=place, street=street.division)
        placed.append(item.model_copy(update={"place": place}))
    return tuple(placed)


def propose_pairing(state: Pairing, asked: Asking, rules: Rules) -> PairingProposed:
    """The unit that drafted proposes once a need list is there; again after a counter-proposal."""
    drafted = in_state(state, Draft, Negotiating)
    agreement = drafted.agreement
    unit = proposing_party(asked, rules, agreement)
    if isinstance(state, Negotiating):
        _may_change(state)
    if not agreement.items(ListKind.NEED):
        raise refused("need-list-first")
    term_runs(agreement, asked, rules)
    terms = rules.under(agreement.policy)
    return PairingProposed(
        round=agreement.round + 1,
        proposer_unit=unit,
        answer_by=terms.deadline(terms.policy.pairing.answer, asked.at),
    )


def _may_change(state: Negotiating) -> None:
    """What is negotiated changes only when somebody countered and nobody has signed."""
    if state.signed:
        raise refused("signing-has-begun", units=", ".join(state.signed))
    if not state.countered:
        raise refused("no-counter-proposal")


def accept_proposal(
    state: Pairing, asked: Asking, command: AcceptProposal, rules: Rules
) -> ProposalAccepted:
    """Each party but the proposer answers once a round, within the limit."""
    del command
    proposed, unit = _answering(state, asked, rules)
    last = proposed.silent == (unit,)
    terms = rules.under(proposed.agreement.policy)
    return ProposalAccepted(
        round=proposed.agreement.round,
        unit=unit,
        negotiating=last,
        sign_by=terms.deadline(terms.policy.pairing.signing, asked.at) if last else None,
    )


def counter_propose(
    state: Pairing, asked: Asking, command: CounterPropose, rules: Rules
) -> CounterProposed:
    """An answer with other wishes is an answer; the last one opens the negotiation."""
    proposed, unit = _answering(state, asked, rules)
    last = proposed.silent == (unit,)
    terms = rules.under(proposed.agreement.policy)
    return CounterProposed(
        round=proposed.agreement.round,
        unit=unit,
        text=command.text,
        negotiating=last,
        sign_by=terms.deadline(terms.policy.pairing.signing, asked.at) if last else None,
    )


def _answering(state: Pairing, asked: Asking, rules: Rules) -> tuple[Proposed, str]:
    """Return the proposal and the party that answers it in time, for the first time."""
    proposed = in_state(state, Proposed)
    agreement = proposed.agreement
    unit = speaking_party(asked, rules, agreement)
    if unit == agreement.proposer:
        raise refused("proposer-has-spoken")
    if unit in proposed.answered:
        raise refused("answered-already", unit=unit, round=agreement.round)
    if asked.at > proposed.answer_by.due:
        raise refused("limit-passed", due=instant_text(proposed.answer_by.due))
    return proposed, unit


def withdraw_pairing(
    state: Pairing, asked: Asking, reason: str | None, rules: Rules
) -> PairingWithdrawn:
    """The unit that drafted may withdraw until the pairing is submitted for approval."""
    drafted = in_state(state, Draft, Proposed, Negotiating)
    proposing_party(asked, rules, drafted.agreement)
    return PairingWithdrawn(reason=reason)


def _known_category(code: str, agreement: Agreement, rules: Rules) -> None:
    policy = rules.under(agreement.policy).policy
    if policy.category(code) is None:
        raise refused("category-known", policy=policy.id, found=code)


def repeated(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that stand more than once, in order."""
    seen: set[str] = set()
    twice = {name for name in names if name in seen or seen.add(name)}  # type: ignore[func-returns-value]
    return tuple(sorted(twice))
