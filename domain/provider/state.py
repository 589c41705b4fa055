"""What a provider can be: one type per state of its table, and the values that go through them.

`Body` is who it is and what it applied for, `Record` what is remembered of it for ever, `Admission`
what it is admitted for. Shapes only: the rules are in the decider's files.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from domain.clocks import Deadline
from domain.provider.commands import Licence, Price, ProviderKind, Succession
from domain.provider.facts import ItemToVerify, ProviderState


@dataclass(frozen=True)
class Body:
    """Who the provider is, and what its newest application asks for.

    *round* counts applications, *unit* is the office that applied for it and *applied_by* whoever
    did, *agents* are the subjects who speak for it by their link, *lead* is the department that
    took the application up.
    """

    name: str
    provider_kind: ProviderKind
    credit_code: str | None
    team_number: str | None
    head: str | None
    categories: tuple[str, ...]
    areas: tuple[str, ...]
    prices: tuple[Price, ...]
    licences: tuple[Licence, ...]
    policy: str
    round: int
    unit: str | None
    agents: tuple[str, ...]
    applied_by: str | None
    lead: str | None = None


@dataclass(frozen=True)
class Graded:
    """The grade of one period, None where there was nothing to go by."""

    period_end: datetime
    grade: str | None


@dataclass(frozen=True)
class Record:
    """What is remembered of a provider through all its rounds, in the order it happened."""

    grades: tuple[Graded, ...] = ()
    complaints: tuple[tuple[str, bool, datetime], ...] = ()
    """Task, whether it was upheld, and when it was judged."""
    inspections: tuple[tuple[bool, datetime], ...] = ()
    """Whether it was passed, and when."""
    served: tuple[tuple[int, datetime], ...] = ()
    """Minutes of all people together, and when they were recorded."""
    warnings: int = 0

    @property
    def newest_grade(self) -> str | None:
        """The newest grade there is."""
        return next((one.grade for one in reversed(self.grades) if one.grade is not None), None)


@dataclass(frozen=True)
class Change:
    """A reported change that waits for its items to be verified."""

    licences: tuple[Licence, ...]
    categories: tuple[str, ...]
    items: tuple[ItemToVerify, ...]
    verify_by: Deadline
    met: tuple[str, ...] = ()
    late: bool = False


@dataclass(frozen=True)
class Order:
    """An order to leave that waits for its second key."""

    unit: str
    person: str | None
    ground: str
    plan: tuple[Succession, ...]
    countersign_by: Deadline
    late: bool = False


@dataclass(frozen=True)
class Admission:
    """What the provider is admitted for, where, *since* when and until when.

    *rated_to* begins the next period; *notice_days* before a validity ends it is told;
    *announced* are the clocks that told of a validity's end, *ended* the licences that ended.
    """

    lead: str
    categories: tuple[str, ...]
    areas: tuple[str, ...]
    since: datetime
    valid_until: datetime
    rated_to: datetime
    rate_at: datetime
    notice_days: tuple[int, ...]
    announced: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    change: Change | None = None
    order: Order | None = None


@dataclass(frozen=True)
class Appeal:
    """An appeal that waits for an adjudicator."""

    decide_by: Deadline
    late: bool = False


@dataclass(frozen=True)
class GivenWarning:
    """A warning in force: who gave it, for which ground; appealed once at the most."""

    number: int
    unit: str
    person: str | None
    ground: str
    appealed: bool = False
    appeal: Appeal | None = None


@dataclass(frozen=True)
class Verdict:
    """What a department says of one item."""

    item: str
    met: bool
    unit: str
    person: str | None


@dataclass(frozen=True)
class Unapplied:
    """Nobody has applied yet."""


@dataclass(frozen=True)
class Known:
    """What every state of a provider has."""

    body: Body
    record: Record


@dataclass(frozen=True)
class Applied(Known):
    """已申请: *look_by* runs unless the applicant is asked to correct, then *correct_by*."""

    look_by: Deadline
    asked: bool = False
    correct_by: Deadline | None = None
    late: bool = False


@dataclass(frozen=True)
class Verifying(Known):
    """核验中: each department says of its items whether they are met."""

    lead: str
    items: tuple[ItemToVerify, ...]
    answer_by: Deadline
    verdicts: tuple[Verdict, ...] = ()
    late: bool = False

    @property
    def open_items(self) -> tuple[ItemToVerify, ...]:
        """The items nobody has spoken of yet."""
        said = {one.item for one in self.verdicts}
        return tuple(one for one in self.items if one.item not in said)

    @property
    def unmet(self) -> tuple[str, ...]:
        """The items that are not met, or not spoken of yet."""
        met = {one.item for one in self.verdicts if one.met}
        return tuple(one.item for one in self.items if one.item not in met)


@dataclass(frozen=True)
class Running(Known):
    """A provider that is admitted: what the four states of it have in common."""

    admission: Admission


@dataclass(frozen=True)
class Admitted(Running):
    """已准入."""


@dataclass(frozen=True)
class Warned(Running):
    """已警告: it must rectify; the limit does not run while an appeal is open."""

    warning: GivenWarning
    rectify_by: Deadline
    late: bool = False


@dataclass(frozen=True)
class Rectifying(Running):
    """整改中: it says that it has rectified; somebody other than who warned looks."""

    warning: GivenWarning
    confirm_by: Deadline
    submitted_by: str | None
    late: bool = False


@dataclass(frozen=True)
class Suspended(Running):
    """暂停服务: no new work; *before* is the state it comes back to."""

    before: Admitted | Warned | Rectifying
    unit: str
    ground: str
    until: datetime
    reasons_by: Deadline | None
    reasons_late: bool = False
    over: bool = False


@dataclass(frozen=True)
class Exiting(Known):
    """退出中: everything it serves goes to successors, one by one; *order* where it was ordered."""

    admission: Admission
    plan: tuple[Succession, ...]
    hand_over_by: Deadline
    order: Order | None = None
    countersigned_by: str | None = None
    countersigning_unit: str | None = None
    handed_over: tuple[Succession, ...] = ()
    appealed: bool = False
    appeal: Appeal | None = None
    late: bool = False

    @property
    def outstanding(self) -> tuple[Succession, ...]:
        """What no successor has accepted yet."""
        done = {(one.case, one.function) for one in self.handed_over}
        return tuple(one for one in self.plan if (one.case, one.function) not in done)


@dataclass(frozen=True)
class Exited(Known):
    """已退出: barred until a day, where it was ordered to leave."""

    barred_until: datetime | None


@dataclass(frozen=True)
class Refused(Known):
    """不予准入."""


@dataclass(frozen=True)
class Lapsed(Known):
    """已失效."""

    admission: Admission = field(repr=False)


Provider = Unapplied | Known

UNAPPLIED = Unapplied()

STATE_TYPES: dict[type[Known], ProviderState] = {
    Applied: ProviderState.APPLIED,
    Verifying: ProviderState.VERIFYING,
    Admitted: ProviderState.ADMITTED,
    Warned: ProviderState.WARNED,
    Rectifying: ProviderState.RECTIFYING,
    Suspended: ProviderState.SUSPENDED,
    Exiting: ProviderState.EXITING,
    Exited: ProviderState.EXITED,
    Refused: ProviderState.REFUSED,
    Lapsed: ProviderState.LAPSED,
}
"""Every state's type with its published name."""


def state_name(state: Provider) -> str:
    """Return the state's published name, `UNKNOWN` before there is an application."""
    match state:
        case Unapplied():
            return "UNKNOWN"
        case Known():
            return STATE_TYPES[type(state)].value
        case _ as never:
            assert_never(never)


def is_over(state: Provider) -> bool:
    """Say whether nothing more can happen: never, for a body that left may apply again."""
    del state
    return False


def to_verify(state: Provider) -> tuple[ItemToVerify, ...]:
    """Return the items that departments verify now: of an application, or of a change."""
    match state:
        case Verifying():
            return state.items
        case Running(admission=Admission(change=Change(items=items))):
            return items
        case _:
            return ()
