"""What usually comes next: the commands people give in each state, the usual one first."""

from domain.pairing.facts import PairingState as P
from domain.task.facts import TaskState as T
from wording.kinds import STEPS_OF_KINDS

_STEPS_OF_TASKS: dict[str, tuple[str, ...]] = {
    T.REGISTERED: ("triage_task", "split_off_matter", "merge_into"),
    T.TRIAGED: ("dispatch_task",),
    T.PENDING_DISPATCH: ("dispatch_task",),
    T.DISPATCHED: ("accept_task", "request_return"),
    T.RETURN_REVIEW: ("approve_return", "refuse_return", "escalate_dispute"),
    T.ADJUDICATION: ("designate",),
    T.ACCEPTED: ("assign_staff", "request_return"),
    T.IN_PROGRESS: ("record_contact", "attach_evidence", "submit_result", "assign_staff"),
    T.CARRIED: ("reactivate_task",),
    T.RESULT_REVIEW: ("approve_result", "return_for_rework"),
    T.CALLBACK: ("record_callback",),
    T.RATING: ("rate_task",),
    T.DISSATISFIED: ("order_rework", "uphold_result"),
    T.CLOSED: ("appeal_closure", "appeal_score"),
}

_STEPS_OF_PAIRINGS: dict[str, tuple[str, ...]] = {
    P.DRAFT: ("attach_list", "propose_pairing"),
    P.PROPOSED: ("accept_proposal", "counter_propose"),
    P.NEGOTIATING: ("claim_project", "sign_agreement", "submit_for_approval"),
    P.PENDING_APPROVAL: ("approve_pairing", "reject_pairing"),
    P.ACTIVE: (
        "open_review",
        "renew_pairing",
        "request_exit",
        "confirm_commitment_delivery",
        "deliver_commitment",
    ),
    P.ADJUSTING: ("approve_adjustment", "refuse_adjustment"),
    P.SUSPENDED: ("resume_pairing",),
}
NEXT_STEPS: dict[str, dict[str, tuple[str, ...]]] = {
    "task": _STEPS_OF_TASKS,
    "pairing": _STEPS_OF_PAIRINGS,
    **STEPS_OF_KINDS,
}
"""Kind of case → state → kinds of command. States only a clock or nobody moves are not here."""


def next_steps(category: str, state: str) -> tuple[str, ...]:
    """Return the commands people usually give to a case of this kind in this state."""
    return NEXT_STEPS.get(category, {}).get(state, ())
