"""Which fact may come after which state, for folding facts in another order than the book's.

The deciders say what may be *asked* in a state; here is what may have *happened*, fact by fact.
Nothing is refused by it: it only tells which facts of a case can follow each other once some are
left out because they had not happened yet.
"""

from typing import Any

from audit.replay.standing_then import CaseThen
from domain.task.facts import TaskState as S
from domain.task.state import Known
from ledger.entry import Entry

_IN_HAND = {S.DISPATCHED, S.RETURN_REVIEW, S.ADJUDICATION, S.ACCEPTED, S.IN_PROGRESS}
_UNFINISHED = {S.REGISTERED, S.TRIAGED, S.PENDING_DISPATCH, S.CARRIED, *_IN_HAND}
_AFTER_RESULT = {S.RESULT_REVIEW, S.CALLBACK, S.RATING, S.DISSATISFIED}
_OPEN = _UNFINISHED | _AFTER_RESULT
_FINAL = {S.CLOSED, S.NOT_ADMITTED, S.DIVERTED, S.MERGED, S.CANCELLED, S.TERMINATED}
_ANY = set(S)

TASK_FACT_FOLLOWS: dict[str, frozenset[S]] = {
    kind: frozenset(states)
    for kinds, states in (
        ("task_triaged", {S.REGISTERED}),
        ("task_not_admitted task_diverted", {S.REGISTERED, S.TRIAGED}),
        ("task_merged", _OPEN),
        ("task_cancelled", _UNFINISHED),
        ("task_queued", {S.TRIAGED}),
        ("task_dispatched", {S.PENDING_DISPATCH}),
        ("task_accepted sign_in_overdue task_auto_accepted", {S.DISPATCHED}),
        ("return_requested", {S.DISPATCHED, S.ACCEPTED}),
        ("return_approved return_refused dispute_opened", {S.RETURN_REVIEW}),
        ("unit_designated", {S.ADJUDICATION}),
        ("task_taken_over", _OPEN),
        ("task_recalled", _IN_HAND),
        ("provider_named finding_linked", _OPEN),
        ("registration_corrected task_urged", _OPEN),
        ("matter_split_off", {S.REGISTERED, S.TRIAGED}),
        ("urgency_raised", {S.REGISTERED, S.TRIAGED, S.PENDING_DISPATCH, *_IN_HAND}),
        ("staff_assigned extension_requested", {S.ACCEPTED, S.IN_PROGRESS}),
        ("resident_contacted progress_logged", {S.IN_PROGRESS}),
        ("evidence_attached", {S.IN_PROGRESS, S.RESULT_REVIEW}),
        ("assist_invited", {S.DISPATCHED, S.IN_PROGRESS}),
        ("assist_submitted assist_overdue whistle_blown", {*_IN_HAND, S.CARRIED}),
        ("department_arrived department_absent", _OPEN),
        ("extension_granted", {S.ACCEPTED, S.IN_PROGRESS}),
        ("extension_refused", _IN_HAND),
        ("carry_proposed carry_approved carry_refused task_carried", {S.IN_PROGRESS}),
        ("task_reactivated", {S.CARRIED}),
        ("result_drafted result_submitted", {S.IN_PROGRESS}),
        ("termination_requested termination_refused task_terminated", {S.IN_PROGRESS}),
        ("result_approved", {S.RESULT_REVIEW}),
        ("rework_ordered", {S.RESULT_REVIEW, S.DISSATISFIED}),
        ("callback_recorded", {S.CALLBACK}),
        ("task_rated", {S.CALLBACK, S.RATING, S.DISSATISFIED, S.CLOSED}),
        ("rating_defaulted feedback_asked feedback_reminded", {S.CALLBACK, S.RATING}),
        ("callback_listed", {S.CALLBACK, S.RATING}),
        ("rating_link_issued", {S.CALLBACK, S.RATING, S.DISSATISFIED}),
        ("result_upheld", {S.DISSATISFIED}),
        ("task_reopened score_appeal_filed score_excluded score_upheld", {S.CLOSED}),
        ("task_archived", _FINAL),
        ("supervision_raised limit_missed", _OPEN),
        ("task_overdue", _IN_HAND),
        ("duplicate_attached conflict_declared deadline_recalculated", _ANY),
        ("data_restricted subject_key_destroyed", _ANY),
    )
    for kind in (f"{name}.v1" for name in kinds.split())
}
"""The main states each fact of a task may come after; registration comes first."""


def can_follow(case: CaseThen | None, entry: Entry) -> bool:
    """Say whether the fact of *entry* may have happened to *case* as it stands.

    Pairings and the registry say so themselves when they are folded.
    """
    state: Any = None if case is None else case.state
    if not entry.stream.startswith("task/"):
        return True
    if not isinstance(state, Known):
        return entry.kind == "task_registered.v1"
    return state.name in TASK_FACT_FOLLOWS.get(entry.kind, frozenset())
