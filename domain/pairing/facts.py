# ruff: noqa: D101 - a fact's name and fields are its whole promise; docs/facts.md prints them
"""What has happened to a pairing: one fact per event of its state table, in the past tense.

`kind` values are stored for ever and only added to. A fact carries whatever `evolve` needs, old
value beside new, with the reason.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import Deadline
from domain.figures import ReviewFigures
from domain.pairing.commands import ListItem, ListKind, Score, Successor
from domain.pairing.commitment_facts import CommitmentFact, Owed, Tally
from domain.values import Code, Frozen, Grown, Instant, OfficeText, TaskId, UnitCode


class PairingState(StrEnum):
    """The states of a pairing (domain.md §2.1); stored for ever."""

    DRAFT = "DRAFT"
    PROPOSED = "PROPOSED"
    NEGOTIATING = "NEGOTIATING"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    ACTIVE = "ACTIVE"
    ADJUSTING = "ADJUSTING"
    SUSPENDED = "SUSPENDED"
    UNDER_REVIEW = "UNDER_REVIEW"
    TERMINATING = "TERMINATING"
    ENDED = "ENDED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class PairingDrafted(Frozen):
    kind: Literal["pairing_drafted.v1"] = "pairing_drafted.v1"
    center: UnitCode
    departments: tuple[UnitCode, ...]
    street: UnitCode
    categories: tuple[Code, ...]
    lead: UnitCode
    title: OfficeText
    term_start: Instant
    term_end: Instant
    policy: Code


class PairingListAttached(Frozen):
    kind: Literal["pairing_list_attached.v1"] = "pairing_list_attached.v1"
    list: ListKind
    unit: UnitCode
    items: tuple[ListItem, ...]


class PairingProposed(Frozen):
    kind: Literal["pairing_proposed.v1"] = "pairing_proposed.v1"
    round: int
    proposer_unit: UnitCode
    answer_by: Deadline


class ProposalAccepted(Frozen):
    """One party agreed; *negotiating* once the last one has answered."""

    kind: Literal["proposal_accepted.v1"] = "proposal_accepted.v1"
    round: int
    unit: UnitCode
    negotiating: bool
    sign_by: Deadline | None


class CounterProposed(Frozen):
    """One party answered with other wishes; *negotiating* once the last one has answered."""

    kind: Literal["counter_proposed.v1"] = "counter_proposed.v1"
    round: int
    unit: UnitCode
    text: OfficeText
    negotiating: bool
    sign_by: Deadline | None


class ProposalLapsed(Frozen):
    kind: Literal["proposal_lapsed.v1"] = "proposal_lapsed.v1"
    silent: tuple[UnitCode, ...]
    answer_by: Deadline


class ProjectClaimed(Frozen):
    kind: Literal["project_claimed.v1"] = "project_claimed.v1"
    item: Code
    unit: UnitCode


class AgreementSigned(Frozen):
    kind: Literal["agreement_signed.v1"] = "agreement_signed.v1"
    unit: UnitCode
    terms: tuple[Code, ...]
    signature: str


class PairingSubmitted(Frozen):
    kind: Literal["pairing_submitted.v1"] = "pairing_submitted.v1"
    approve_by: Deadline


class PairingApproved(Frozen):
    kind: Literal["pairing_approved.v1"] = "pairing_approved.v1"
    review_at: Deadline
    term_end: Instant


class PairingRejected(Frozen):
    kind: Literal["pairing_rejected.v1"] = "pairing_rejected.v1"
    reason: OfficeText


class Adjustment(Frozen):
    """What an adjustment would change: exactly one of the three."""

    what: Literal["PARTY", "LEAD", "LIST"]
    reason: OfficeText
    old_unit: UnitCode | None = None
    new_unit: UnitCode | None = None
    list: ListKind | None = None
    items: tuple[ListItem, ...] = ()
    items_before: tuple[ListItem, ...] = ()
    successors: tuple[Successor, ...] = ()


class PairingAdjustmentRequested(Frozen):
    kind: Literal["pairing_adjustment_requested.v1"] = "pairing_adjustment_requested.v1"
    adjustment: Adjustment
    approve_by: Deadline


class PairingAdjusted(Frozen):
    kind: Literal["pairing_adjusted.v1"] = "pairing_adjusted.v1"
    adjustment: Adjustment


class AdjustmentRefused(Frozen):
    kind: Literal["adjustment_refused.v1"] = "adjustment_refused.v1"
    reason: OfficeText


class PairingSuspended(Frozen):
    """Suspended until a day; the clocks of its tasks go on."""

    kind: Literal["pairing_suspended.v1"] = "pairing_suspended.v1"
    reason: OfficeText
    until: Instant


class PairingResumed(Frozen):
    kind: Literal["pairing_resumed.v1"] = "pairing_resumed.v1"
    lapsed: bool


class ReviewFellDue(Frozen):
    """The review clock rang; the review conversation freezes the figures and opens the review."""

    kind: Literal["review_fell_due.v1"] = "review_fell_due.v1"
    due: Instant


class ReviewOpened(Grown):
    """The review is open on frozen figures; *commitments* are what was promised and arrived."""

    later = frozenset({"commitments"})

    kind: Literal["review_opened.v1"] = "review_opened.v1"
    number: int
    figures: ReviewFigures
    score_by: Deadline
    commitments: tuple[Tally, ...] = ()


class ReviewScoreGiven(Frozen):
    kind: Literal["review_score_given.v1"] = "review_score_given.v1"
    number: int
    side: Literal["CENTER_AND_STREET", "DEPARTMENTS"]
    unit: UnitCode
    score: Score
    comment: OfficeText | None


class ReviewScored(Frozen):
    """*passed* says how it went; *terminating* when too many reviews in a row failed.

    Then *successors* names for each open task the unit that sees it through.
    """

    kind: Literal["review_scored.v1"] = "review_scored.v1"
    number: int
    center_and_street: Score
    departments: Score
    residents: Score | None
    passed: bool
    fails_in_a_row: int
    terminating: bool
    comment: OfficeText | None
    review_at: Deadline | None
    hand_over_by: Deadline | None
    successors: tuple[Successor, ...] = ()


class PairingRenewed(Frozen):
    kind: Literal["pairing_renewed.v1"] = "pairing_renewed.v1"
    term_end: Instant
    term_end_before: Instant


class ExitRequested(Grown):
    """A party leaves; *owed* is what it promised and has not delivered."""

    later = frozenset({"owed"})

    kind: Literal["exit_requested.v1"] = "exit_requested.v1"
    unit: UnitCode
    reason: OfficeText
    successors: tuple[Successor, ...]
    hand_over_by: Deadline
    owed: tuple[Owed, ...] = ()


class TaskHandedOver(Frozen):
    kind: Literal["task_handed_over.v1"] = "task_handed_over.v1"
    task: TaskId
    unit: UnitCode


class PairingEnded(Grown):
    """The pairing is over; *owed* is what was promised in it and never arrived."""

    later = frozenset({"owed"})

    kind: Literal["pairing_ended.v1"] = "pairing_ended.v1"
    owed: tuple[Owed, ...] = ()


class PairingExpired(Grown):
    """The term ended unrenewed: open tasks go on, new ones are refused; *owed* stays owed."""

    later = frozenset({"owed"})

    kind: Literal["pairing_expired.v1"] = "pairing_expired.v1"
    term_end: Instant
    owed: tuple[Owed, ...] = ()


class PairingWithdrawn(Frozen):
    kind: Literal["pairing_withdrawn.v1"] = "pairing_withdrawn.v1"
    reason: OfficeText | None


class PairingLimitMissed(Frozen):
    """A limit without further consequence of its own passed: *clock* names it."""

    kind: Literal["pairing_limit_missed.v1"] = "pairing_limit_missed.v1"
    clock: Code
    due: Instant


class PairingDeadlineRecalculated(Frozen):
    """A provisional deadline was computed again when its calendar year was published."""

    kind: Literal["pairing_deadline_recalculated.v1"] = "pairing_deadline_recalculated.v1"
    clock: Code
    due: Deadline
    due_before: Deadline


PairingFact = Annotated[
    PairingDrafted
    | PairingListAttached
    | PairingProposed
    | ProposalAccepted
    | CounterProposed
    | ProposalLapsed
    | ProjectClaimed
    | AgreementSigned
    | PairingSubmitted
    | PairingApproved
    | PairingRejected
    | PairingAdjustmentRequested
    | PairingAdjusted
    | AdjustmentRefused
    | PairingSuspended
    | PairingResumed
    | ReviewFellDue
    | ReviewOpened
    | ReviewScoreGiven
    | ReviewScored
    | PairingRenewed
    | ExitRequested
    | TaskHandedOver
    | PairingEnded
    | PairingExpired
    | PairingWithdrawn
    | PairingLimitMissed
    | PairingDeadlineRecalculated
    | CommitmentFact,
    Field(discriminator="kind"),
]
