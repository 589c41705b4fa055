"""The term of a pairing: suspending it for a while, resuming it, renewing it.

Suspension pauses no clock of a task; renewal needs a passed review of this term.
"""

from domain.envelope import Asked
from domain.pairing.authority import in_state, party_authority
from domain.pairing.commands import PairingCommand, RenewPairing, SuspendPairing
from domain.pairing.facts import PairingRenewed, PairingResumed, PairingSuspended
from domain.pairing.refusal_rules import refused
from domain.pairing.state import Active, Pairing, Suspended
from domain.rules import Rules
from domain.values import instant_text

Asking = Asked[PairingCommand]


def suspend_pairing(
    state: Pairing, asked: Asking, command: SuspendPairing, rules: Rules
) -> PairingSuspended:
    """The authority suspends until a day within the pack's limit; tasks under way go on."""
    agreement = in_state(state, Active).agreement
    party_authority(asked, rules, agreement)
    terms = rules.under(agreement.policy)
    latest = terms.deadline(terms.policy.pairing.suspension_max, asked.at).due
    if not asked.at < command.until <= latest:
        raise refused(
            "suspension-max",
            since=instant_text(asked.at),
            latest=instant_text(latest),
            found=instant_text(command.until),
        )
    return PairingSuspended(reason=command.reason, until=command.until)


def resume_pairing(state: Pairing, asked: Asking, rules: Rules) -> PairingResumed:
    """The authority resumes a suspended pairing before its day."""
    party_authority(asked, rules, in_state(state, Suspended).agreement)
    return PairingResumed(lapsed=False)


def renew_pairing(
    state: Pairing, asked: Asking, command: RenewPairing, rules: Rules
) -> PairingRenewed:
    """The authority renews shortly before the end, once the newest review of the term passed."""
    active = in_state(state, Active)
    agreement = active.agreement
    party_authority(asked, rules, agreement)
    if active.reviews.passed is not True:
        raise refused("review-passed")
    terms = rules.under(agreement.policy)
    limits = terms.policy.pairing
    earliest = terms.calendar.before(agreement.term_end, limits.renewal_before)
    if asked.at < earliest:
        raise refused(
            "renewal-window", earliest=instant_text(earliest), limit=limits.renewal_before
        )
    if command.term_end <= agreement.term_end:
        raise refused(
            "term-runs-forward",
            since=instant_text(agreement.term_end),
            until=instant_text(command.term_end),
        )
    latest = terms.deadline(limits.term_max, agreement.term_end).due
    if command.term_end > latest:
        raise refused(
            "term-max",
            limit=limits.term_max,
            latest=instant_text(latest),
            found=instant_text(command.term_end),
        )
    return PairingRenewed(term_end=command.term_end, term_end_before=agreement.term_end)
