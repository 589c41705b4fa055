"""What a pairing can be: one type per state of its table, and the values that go through them.

`Agreement` is what the parties agree on and goes through every state; `Reviews` runs beside the
states of a running pairing. Shapes only: the rules are in the decider's files.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from domain.clocks import Deadline
from domain.figures import ReviewFigures
from domain.pairing.commands import ListItem, ListKind, Successor
from domain.pairing.commitments import NOTHING_DELIVERED, Commitments, Pledge
from domain.pairing.facts import Adjustment, PairingState
from domain.people import Role

Side = Literal["CENTER_AND_STREET", "DEPARTMENTS"]
SIDES: tuple[Side, ...] = ("CENTER_AND_STREET", "DEPARTMENTS")
"""The two sides of the double assessment (双考核): each gives a score to the other."""

STATE_LABELS: dict[PairingState, tuple[str, str]] = {
    PairingState.DRAFT: ("草拟", "a draft"),
    PairingState.PROPOSED: ("已提议", "proposed"),
    PairingState.NEGOTIATING: ("协商中", "being negotiated"),
    PairingState.PENDING_APPROVAL: ("待审批", "waiting for approval"),
    PairingState.ACTIVE: ("结对中", "active"),
    PairingState.ADJUSTING: ("调整中", "being adjusted"),
    PairingState.SUSPENDED: ("暂停", "suspended"),
    PairingState.UNDER_REVIEW: ("考评中", "under review"),
    PairingState.TERMINATING: ("退出中", "being wound up"),
    PairingState.ENDED: ("已终止", "ended"),
    PairingState.EXPIRED: ("已到期", "expired"),
    PairingState.REJECTED: ("未批准", "rejected"),
    PairingState.WITHDRAWN: ("已撤回", "withdrawn"),
}


@dataclass(frozen=True)
class AttachedList:
    """One of the three lists as one unit attached it; every item has its place."""

    kind: ListKind
    unit: str
    items: tuple[ListItem, ...]


@dataclass(frozen=True)
class Claim:
    """A department's word that it will see to an item (认领)."""

    item: str
    unit: str


@dataclass(frozen=True)
class Agreement:
    """Who pairs with whom, for which categories and how long, on which lists and claims.

    *round* counts proposals; *movers* are the people who drafted, proposed or signed, none of
    whom may approve; *authority* is the unit that approved.
    """

    center: str
    departments: tuple[str, ...]
    street: str
    categories: tuple[str, ...]
    lead: str
    title: str
    term_start: datetime
    term_end: datetime
    policy: str
    proposer: str
    round: int = 0
    movers: frozenset[str] = frozenset()
    lists: tuple[AttachedList, ...] = ()
    claims: tuple[Claim, ...] = ()
    authority: str | None = None
    commitments: Commitments = NOTHING_DELIVERED

    @property
    def pledges(self) -> tuple[Pledge, ...]:
        """Every commitment of the resource lists, in the order attached."""
        return tuple(
            Pledge(item.code, one.unit, item.commitment)
            for one in self.lists
            if one.kind is ListKind.RESOURCE
            for item in one.items
            if item.commitment is not None
        )

    @property
    def parties(self) -> tuple[str, ...]:
        """The centre, the departments, the street office."""
        return (self.center, *self.departments, self.street)

    def others(self, unit: str) -> tuple[str, ...]:
        """Return the parties but *unit*."""
        return tuple(party for party in self.parties if party != unit)

    def speaker_of(self, unit: str) -> Role:
        """Return the role that speaks for the party *unit*."""
        if unit == self.center:
            return Role.CENTER_COORDINATOR
        return Role.STREET_DISPATCHER if unit == self.street else Role.DEPT_COORDINATOR

    def side_of(self, unit: str) -> Side:
        """Return the side of the double assessment the party *unit* is on."""
        return "DEPARTMENTS" if unit in self.departments else "CENTER_AND_STREET"

    def side(self, side: Side) -> tuple[str, ...]:
        """Return the parties on *side*."""
        return tuple(unit for unit in self.parties if self.side_of(unit) == side)

    def list_of(self, kind: ListKind, unit: str) -> AttachedList | None:
        """Return the list *kind* that *unit* attached, or None."""
        return next((one for one in self.lists if (one.kind, one.unit) == (kind, unit)), None)

    def items(self, *kinds: ListKind) -> tuple[ListItem, ...]:
        """Return every item of the lists of these *kinds*, in the order attached."""
        return tuple(item for one in self.lists if one.kind in kinds for item in one.items)

    def claimed_items(self) -> tuple[tuple[ListItem, str], ...]:
        """Return every claimed item with the department that claimed it."""
        by_code = {item.code: item for item in self.items(*ListKind)}
        return tuple((by_code[claim.item], claim.unit) for claim in self.claims)


@dataclass(frozen=True)
class Reviews:
    """How reviews go: *next_at* the coming one, *fell_due* once its clock rang, how many were held.

    *passed* is how the newest review of this term went, None before there was one.
    """

    next_at: Deadline
    fell_due: datetime | None = None
    held: int = 0
    passed: bool | None = None
    fails_in_a_row: int = 0


@dataclass(frozen=True)
class GivenScore:
    """One unit's score for the other side, and who gave it."""

    side: Side
    unit: str
    score: int
    person: str | None


@dataclass(frozen=True)
class Undrafted:
    """There is no pairing yet."""


@dataclass(frozen=True)
class Drafted:
    """What every state of a pairing has."""

    agreement: Agreement


@dataclass(frozen=True)
class Draft(Drafted):
    """草拟: the proposer collects the lists."""


@dataclass(frozen=True)
class Proposed(Drafted):
    """已提议: the other parties answer, each once a round."""

    answer_by: Deadline
    answered: tuple[str, ...] = ()
    countered: bool = False

    @property
    def silent(self) -> tuple[str, ...]:
        """The parties that have not answered in this round."""
        others = self.agreement.others(self.agreement.proposer)
        return tuple(unit for unit in others if unit not in self.answered)


@dataclass(frozen=True)
class Negotiating(Drafted):
    """协商中: projects are claimed and every party signs; *late* once the limit has passed."""

    sign_by: Deadline
    countered: bool = False
    signed: tuple[str, ...] = ()
    late: bool = False

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The parties that have not signed yet."""
        return tuple(unit for unit in self.agreement.parties if unit not in self.signed)


@dataclass(frozen=True)
class PendingApproval(Drafted):
    """待审批: everyone signed; the Party authority decides."""

    approve_by: Deadline
    late: bool = False


@dataclass(frozen=True)
class Running(Drafted):
    """A pairing in its term: what active, adjusting, suspended and reviewed ones have in common."""

    reviews: Reviews


@dataclass(frozen=True)
class Active(Running):
    """结对中."""


@dataclass(frozen=True)
class Adjusting(Running):
    """调整中: an adjustment waits for approval by somebody other than *asked_by*."""

    adjustment: Adjustment
    approve_by: Deadline
    asked_by: str | None
    late: bool = False


@dataclass(frozen=True)
class Suspended(Running):
    """暂停: no new tasks until it is resumed; those under way go on."""

    until: datetime


@dataclass(frozen=True)
class UnderReview(Running):
    """考评中: both sides score each other on frozen figures."""

    number: int
    figures: ReviewFigures
    score_by: Deadline
    scores: tuple[GivenScore, ...] = ()
    late: bool = False

    def scores_of(self, side: Side) -> tuple[int, ...]:
        """Return the scores *side* has given."""
        return tuple(given.score for given in self.scores if given.side == side)

    @property
    def outstanding(self) -> tuple[Side, ...]:
        """The sides of which nobody has given a score."""
        return tuple(side for side in SIDES if not self.scores_of(side))


@dataclass(frozen=True)
class Terminating(Drafted):
    """退出中: open tasks go to their successors; nobody is *leaving* after failed reviews.

    Then each open task stays with the unit that handles it, or goes to the street.
    """

    leaving: str | None
    successors: tuple[Successor, ...]
    hand_over_by: Deadline
    handed_over: tuple[Successor, ...] = ()
    late: bool = False

    @property
    def outstanding(self) -> tuple[Successor, ...]:
        """The planned successors that have not accepted their task yet."""
        done = {one.task for one in self.handed_over}
        return tuple(planned for planned in self.successors if planned.task not in done)


@dataclass(frozen=True)
class Ended(Drafted):
    """已终止."""


@dataclass(frozen=True)
class Expired(Drafted):
    """已到期: open tasks go on, new ones are refused."""


@dataclass(frozen=True)
class Rejected(Drafted):
    """未批准."""


@dataclass(frozen=True)
class Withdrawn(Drafted):
    """已撤回."""


Pairing = (
    Undrafted
    | Draft
    | Proposed
    | Negotiating
    | PendingApproval
    | Active
    | Adjusting
    | Suspended
    | UnderReview
    | Terminating
    | Ended
    | Expired
    | Rejected
    | Withdrawn
)

UNDRAFTED = Undrafted()

STATE_TYPES: dict[type[Drafted], PairingState] = {
    Draft: PairingState.DRAFT,
    Proposed: PairingState.PROPOSED,
    Negotiating: PairingState.NEGOTIATING,
    PendingApproval: PairingState.PENDING_APPROVAL,
    Active: PairingState.ACTIVE,
    Adjusting: PairingState.ADJUSTING,
    Suspended: PairingState.SUSPENDED,
    UnderReview: PairingState.UNDER_REVIEW,
    Terminating: PairingState.TERMINATING,
    Ended: PairingState.ENDED,
    Expired: PairingState.EXPIRED,
    Rejected: PairingState.REJECTED,
    Withdrawn: PairingState.WITHDRAWN,
}
"""Every state's type with its published name."""


def state_name(state: Pairing) -> str:
    """Return the state's published name, `UNKNOWN` before there is a pairing."""
    match state:
        case Undrafted():
            return "UNKNOWN"
        case Drafted():
            return STATE_TYPES[type(state)].value
        case _ as never:
            assert_never(never)


def is_over(state: Pairing) -> bool:
    """Say whether nothing more can happen to the pairing."""
    return isinstance(state, Ended | Expired | Rejected | Withdrawn)
