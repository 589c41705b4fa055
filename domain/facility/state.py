"""What a facility can be: one type per state of its table, and the plan that goes through them.

Shapes only: the rules are in the decider's files, what is remembered is in `memory.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.clocks import Deadline
from domain.facility.commands import FacilityKind, Operator, Places
from domain.facility.facts import AcceptanceKeyGiven, FacilityState
from domain.site.commands import SiteKind


@dataclass(frozen=True)
class Reached:
    """A milestone that was reached."""

    code: str
    planned: datetime
    actual: datetime


@dataclass(frozen=True)
class Spending:
    """What was paid out of a source, by its voucher."""

    source: str
    cents: int
    voucher: str
    reversed: bool = False


@dataclass(frozen=True)
class Entrustment:
    """An operator in force: which one of the facility's entrustments, and what is still to come."""

    number: int
    operator: Operator
    notice_at: datetime
    noticed: bool = False

    @property
    def who(self) -> str:
        """The provider's stream, or the unit's code."""
        return str(self.operator.provider or self.operator.unit)


@dataclass(frozen=True)
class Use:
    """How a function was used in a month."""

    visits: int
    people: int
    days_closed: int


@dataclass(frozen=True)
class Plan:
    """What a facility is, in every state: where, for what, by whom, with which money.

    *proposers* and *builders* are people who may not decide on their own work; *floor_area* and
    *functions* are as planned until they are accepted, then as accepted.
    """

    title: str
    place: str
    facility_kind: FacilityKind
    functions: tuple[str, ...]
    floor_area: int
    site: str
    site_kind: SiteKind
    lead: str
    street: str
    open_by: datetime
    budget: tuple[tuple[str, int], ...]
    findings: tuple[str, ...]
    without_care: str | None
    policy: str
    proposed_at: datetime
    proposers: frozenset[str | None]
    proposer_units: frozenset[str | None]
    builders: frozenset[str] = frozenset()
    approved_at: datetime | None = None
    accepted_at: datetime | None = None
    below_advised: bool = False
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    milestones: tuple[Reached, ...] = ()
    spendings: tuple[Spending, ...] = ()
    entrusted: int = 0
    entrustments: tuple[Entrustment, ...] = ()
    places: tuple[Places, ...] = ()
    hours: str | None = None
    price_list: str | None = None
    report_by: int = 0
    utc_offset_minutes: int = 0
    uses: Mapping[tuple[str, str], Use] = field(default_factory=dict)
    """By month and function."""

    def planned(self, source: str) -> int:
        """Return the cents planned from *source*."""
        return sum(cents for name, cents in self.budget if name == source)

    def spent(self, source: str) -> int:
        """Return the cents spent from *source*, what was taken back left out."""
        return sum(one.cents for one in self.spendings if one.source == source and not one.reversed)

    def operator_of(self, function: str) -> Entrustment | None:
        """Return who runs *function* now, None for nobody."""
        return next((one for one in self.entrustments if function in one.operator.functions), None)

    def operators(self) -> Iterator[tuple[str, str]]:
        """Yield every function that is run, with who runs it."""
        for function in self.functions:
            if (entrustment := self.operator_of(function)) is not None:
                yield function, entrustment.who

    @property
    def without_operator(self) -> tuple[str, ...]:
        """The functions nobody runs."""
        return tuple(one for one in self.functions if self.operator_of(one) is None)


@dataclass(frozen=True)
class Unproposed:
    """There is no facility yet."""


@dataclass(frozen=True)
class Planned:
    """What every state of a facility has."""

    plan: Plan


@dataclass(frozen=True)
class Proposed(Planned):
    """拟建: the authority decides; *late* once the limit has passed."""

    decide_by: Deadline
    late: bool = False


@dataclass(frozen=True)
class ToBuild(Planned):
    """What is approved and not completed: *next_milestone* is awaited, None: completion is."""

    next_milestone: str | None
    next_by: Deadline
    late: bool = False


@dataclass(frozen=True)
class Approved(ToBuild):
    """已立项: the first milestone is awaited."""


@dataclass(frozen=True)
class Building(ToBuild):
    """建设中: a milestone was reached."""


@dataclass(frozen=True)
class Accepting(Planned):
    """待验收: two keys, *given* is the first."""

    accept_by: Deadline
    given: AcceptanceKeyGiven | None = None
    given_by: str | None = None
    late: bool = False


@dataclass(frozen=True)
class Opening:
    """What operators handed in before the facility opens, and who did."""

    hours: str
    price_list: str
    places: tuple[Places, ...]
    by: str | None


@dataclass(frozen=True)
class Ready(Planned):
    """已验收: operators are found, what is needed to open is handed in."""

    open_by: Deadline
    opening: Opening | None = None
    late: bool = False


@dataclass(frozen=True)
class Open(Planned):
    """运营中: *since* is the first month whose use is reported, *missed* the last one that was not.

    Months before *since* in which it stood still are not asked for.
    """

    since: str
    missed: str = ""


@dataclass(frozen=True)
class Suspended(Planned):
    """停业整顿."""

    since: datetime
    rectify_by: Deadline
    missed: str = ""
    late: bool = False


@dataclass(frozen=True)
class Closed(Planned):
    """已关闭."""


@dataclass(frozen=True)
class Dropped(Planned):
    """不再建设."""


Facility = (
    Unproposed
    | Proposed
    | Approved
    | Building
    | Accepting
    | Ready
    | Open
    | Suspended
    | Closed
    | Dropped
)

UNPROPOSED = Unproposed()

STATE_TYPES: dict[type[Planned], FacilityState] = {
    Proposed: FacilityState.PROPOSED,
    Approved: FacilityState.APPROVED,
    Building: FacilityState.BUILDING,
    Accepting: FacilityState.ACCEPTING,
    Ready: FacilityState.READY,
    Open: FacilityState.OPEN,
    Suspended: FacilityState.SUSPENDED,
    Closed: FacilityState.CLOSED,
    Dropped: FacilityState.DROPPED,
}
"""Every state's type with its published name."""


def state_name(state: Facility) -> str:
    """Return the state's published name, `UNKNOWN` before there is a facility."""
    return STATE_TYPES[type(state)].value if isinstance(state, Planned) else "UNKNOWN"


def is_over(state: Facility) -> bool:
    """Say whether nothing more can happen to the facility."""
    return isinstance(state, Closed | Dropped)
