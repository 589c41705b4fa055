"""Claiming projects, signing the agreement, submitting and approving it.

Every party signs for itself; the approver took no part in the proposal.
"""

from domain.envelope import Asked
from domain.pairing.authority import in_state, own_unit, party_authority, speaking_party
from domain.pairing.commands import ClaimProject, ListKind, PairingCommand, SignAgreement
from domain.pairing.facts import (
    AgreementSigned,
    PairingApproved,
    PairingRejected,
    PairingSubmitted,
    ProjectClaimed,
)
from domain.pairing.refusal_rules import refused
from domain.pairing.state import Negotiating, Pairing, PendingApproval
from domain.rules import Rules
from domain.values import instant_text

Asking = Asked[PairingCommand]


def claim_project(
    state: Pairing, asked: Asking, command: ClaimProject, rules: Rules
) -> ProjectClaimed:
    """A department claims an open item whose category its line leads or cooperates in."""
    negotiating = in_state(state, Negotiating)
    agreement = negotiating.agreement
    unit = own_unit(asked, rules, agreement, command.unit)
    if unit in negotiating.signed:
        raise refused("signing-has-begun", units=unit)
    offered = agreement.items(ListKind.PROJECT, ListKind.NEED)
    item = next((item for item in offered if item.code == command.item), None)
    if item is None:
        raise refused("item-known", item=command.item)
    holder = next((claim.unit for claim in agreement.claims if claim.item == item.code), None)
    if holder is not None:
        raise refused("item-unclaimed", item=item.code, unit=holder)
    category = rules.under(agreement.policy).policy.category(item.category)
    lines = () if category is None else (*category.lead, *category.cooperating)
    line = rules.unit(unit, asked.at).line
    if line is None or line not in lines:
        raise refused(
            "line-covers-category",
            unit=unit,
            line=line or "-",
            category=item.category,
            expected=", ".join(lines) or "-",
        )
    return ProjectClaimed(item=item.code, unit=unit)


def sign_agreement(
    state: Pairing, asked: Asking, command: SignAgreement, rules: Rules
) -> AgreementSigned:
    """Each party signs once, confirming every mandatory term of the pack.

    The signature is a compact detached one made outside; here only its shape is checked, and that
    the signer speaks for the party. A signature after the signing limit still counts.
    """
    negotiating = in_state(state, Negotiating)
    agreement = negotiating.agreement
    unit = speaking_party(asked, rules, agreement)
    if unit in negotiating.signed:
        raise refused("signed-already", unit=unit)
    mandatory = rules.under(agreement.policy).policy.pairing.mandatory_terms
    missing = [term.code for term in mandatory if term.code not in command.terms]
    if missing:
        raise refused("terms-missing", missing=", ".join(missing))
    if not command.signature.strip() or not command.signature.isprintable():
        raise refused("signature-shape")
    return AgreementSigned(unit=unit, terms=command.terms, signature=command.signature)


def submit_for_approval(state: Pairing, asked: Asking, rules: Rules) -> PairingSubmitted:
    """Once everyone has signed, the signing conversation submits the pairing."""
    negotiating = in_state(state, Negotiating)
    if negotiating.unsigned:
        raise refused("all-signed", units=", ".join(negotiating.unsigned))
    terms = rules.under(negotiating.agreement.policy)
    return PairingSubmitted(approve_by=terms.deadline(terms.policy.pairing.approval, asked.at))


def approve_pairing(state: Pairing, asked: Asking, rules: Rules) -> PairingApproved:
    """The Party authority approves, not a person who proposed or signed; the term is not over."""
    agreement = in_state(state, PendingApproval).agreement
    party_authority(asked, rules, agreement, agreement.movers)
    if agreement.term_end <= asked.at:
        raise refused("term-over", term_end=instant_text(agreement.term_end))
    terms = rules.under(agreement.policy)
    return PairingApproved(
        review_at=terms.deadline(terms.policy.pairing.review_every, asked.at),
        term_end=agreement.term_end,
    )


def reject_pairing(state: Pairing, asked: Asking, reason: str, rules: Rules) -> PairingRejected:
    """The Party authority rejects with a reason, not a person who proposed or signed."""
    agreement = in_state(state, PendingApproval).agreement
    party_authority(asked, rules, agreement, agreement.movers)
    return PairingRejected(reason=reason)
