"""What oversight is after its facts: one small state per kind of stream.

The `remember_...` functions hold no rule and only remember; a fact that cannot follow means a
broken book and is said loudly.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import assert_never

from domain.envelope import FactOutOfPlace, Happened
from domain.oversight.facts import (
    AuditFact,
    AuditPerformed,
    ExportMade,
    FieldUnmasked,
    FiguresPublished,
    FiguresWithdrawn,
    LogFact,
    SigningKeyIntroduced,
    SigningKeyRotated,
    UnmaskingEnded,
    UnmaskingFact,
    UnmaskingGranted,
    WebhookEnded,
    WebhookFact,
    WebhookSecretRotated,
    WebhookSubscribed,
    WitnessAlarmCleared,
    WitnessAlarmRaised,
    WitnessPolicyAdopted,
    WorkflowDiscrepancyFound,
    WorkflowFact,
    WorkflowHistorySealed,
    WorkflowRebuilt,
)
from domain.oversight.words import AlarmGround, WebhookEnd
from domain.values import Instant


@dataclass(frozen=True)
class NothingYet:
    """A stream without facts."""


@dataclass(frozen=True)
class Recorded:
    """One act of audit or one export, recorded."""

    what: str


@dataclass(frozen=True)
class Unmasking:
    """A grant, who gave it, what was opened under it, and whether it was ended early."""

    case: str
    to: str
    reason: str
    until: Instant
    granted_by: str | None
    granted_at: Instant
    opened: tuple[str, ...] = ()
    """The items opened, each once, in the order they were first opened."""
    ended_at: Instant | None = None

    def stands(self, at: Instant) -> bool:
        """Say whether the grant is in force at *at*."""
        return self.ended_at is None and at < self.until

    def end(self) -> Instant:
        """Return the first instant the grant is no longer in force."""
        return self.until if self.ended_at is None else min(self.until, self.ended_at)


@dataclass(frozen=True)
class WorkflowBook:
    """What is known of the clerk of one case beside the case itself."""

    sealed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The digest of each history that was put away, by run."""
    rebuilt: tuple[str, ...] = ()
    """The runs begun again from the ledger."""
    discrepancies: int = 0


@dataclass(frozen=True)
class StatementMade:
    """A statement that was published: the figures of a month, or the withdrawal of earlier ones."""

    number: int
    month: str
    size: int
    digest: str
    made_at: Instant
    position: int | None = None
    replaces: int | None = None
    withdraws: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class LogBook:
    """Who signs the log, under which policy, which witnesses raise concern, what was stated."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Every key of each origin, oldest first; the last one signs."""
    policy: str | None = None
    alarms: Mapping[str, AlarmGround] = field(default_factory=lambda: MappingProxyType({}))
    statements: tuple[StatementMade, ...] = ()
    """Every figure statement, in the order of their numbers, from 1."""


@dataclass(frozen=True)
class Webhook:
    """A subscription: who is told what, where, from which position on, and whether it is over."""

    receiver: str
    url: str
    kinds: tuple[str, ...]
    after: int
    subscribed_by: str | None
    subscribed_at: Instant
    generation: int = 0
    """How often its secret was replaced."""
    old_until: Instant | None = None
    """Until when the secret before the newest signs too."""
    ended: WebhookEnd | None = None
    ended_at: Instant | None = None


AuditStanding = NothingYet | Recorded
UnmaskingStanding = NothingYet | Unmasking
WebhookStanding = NothingYet | Webhook

NOTHING_YET = NothingYet()
NO_WORKFLOW_BOOK = WorkflowBook()
NO_LOG_BOOK = LogBook()


def remember_audit(state: AuditStanding, happened: Happened[AuditFact]) -> Recorded:
    """Return the act as recorded."""
    del state
    match happened.fact:
        case AuditPerformed(act=act):
            return Recorded(act.value)
        case ExportMade(format=form):
            return Recorded(form.value)
        case _ as never:
            assert_never(never)


def remember_unmasking(state: UnmaskingStanding, happened: Happened[UnmaskingFact]) -> Unmasking:
    """Return the grant as the fact leaves it."""
    match happened.fact:
        case UnmaskingGranted(case=case, to=to, reason=reason, until=until):
            return Unmasking(case, to, reason, until, happened.by.person, happened.at)
        case FieldUnmasked(item=item):
            grant = _granted(state, happened)
            if item in grant.opened:
                return grant
            return replace(grant, opened=(*grant.opened, item))
        case UnmaskingEnded():
            return replace(_granted(state, happened), ended_at=happened.at)
        case _ as never:
            assert_never(never)


def _granted(state: UnmaskingStanding, happened: Happened[UnmaskingFact]) -> Unmasking:
    if isinstance(state, Unmasking):
        return state
    raise FactOutOfPlace(
        f"{happened.fact.kind} cannot come first on its stream: the grant is missing; "
        "verify the ledger"
    )


def remember_workflow(state: WorkflowBook, happened: Happened[WorkflowFact]) -> WorkflowBook:
    """Return what is known of the case's clerk as the fact leaves it."""
    match happened.fact:
        case WorkflowHistorySealed(run=run, digest=digest):
            return replace(state, sealed=MappingProxyType({**state.sealed, run: digest}))
        case WorkflowRebuilt(run=run):
            return replace(state, rebuilt=(*state.rebuilt, run))
        case WorkflowDiscrepancyFound():
            return replace(state, discrepancies=state.discrepancies + 1)
        case _ as never:
            assert_never(never)


def remember_log(state: LogBook, happened: Happened[LogFact]) -> LogBook:
    """Return the log's own life as the fact leaves it."""
    match happened.fact:
        case SigningKeyIntroduced(origin=origin, key=key):
            return _signed_by(state, origin, key)
        case SigningKeyRotated(origin=origin, key=key):
            return _signed_by(state, origin, key)
        case WitnessPolicyAdopted(policy=policy):
            return replace(state, policy=policy)
        case WitnessAlarmRaised(witness=witness, ground=ground):
            return replace(state, alarms=MappingProxyType({**state.alarms, witness: ground}))
        case WitnessAlarmCleared(witness=witness):
            others = {name: ground for name, ground in state.alarms.items() if name != witness}
            return replace(state, alarms=MappingProxyType(others))
        case FiguresPublished() as fact:
            made = StatementMade(
                fact.number,
                fact.month,
                fact.size,
                fact.digest,
                happened.at,
                position=fact.position,
                replaces=fact.replaces,
                reason=fact.reason,
            )
            return _stated(state, made)
        case FiguresWithdrawn() as fact:
            made = StatementMade(
                fact.number,
                fact.month,
                fact.size,
                fact.digest,
                happened.at,
                withdraws=fact.withdraws,
                reason=fact.reason,
            )
            return _stated(state, made)
        case _ as never:
            assert_never(never)


def _stated(state: LogBook, made: StatementMade) -> LogBook:
    if made.number != len(state.statements) + 1:
        raise FactOutOfPlace(
            f"statement {made.number} cannot follow {len(state.statements)} statements; "
            "verify the ledger"
        )
    return replace(state, statements=(*state.statements, made))


def _signed_by(state: LogBook, origin: str, key: str) -> LogBook:
    keys = (*state.keys.get(origin, ()), key)
    return replace(state, keys=MappingProxyType({**state.keys, origin: keys}))


def remember_webhook(state: WebhookStanding, happened: Happened[WebhookFact]) -> Webhook:
    """Return the subscription as the fact leaves it."""
    match happened.fact:
        case WebhookSubscribed(receiver=receiver, url=url, kinds=kinds, after=after):
            return Webhook(receiver, url, kinds, after, happened.by.person, happened.at)
        case WebhookSecretRotated(old_until=until):
            before = _subscribed(state, happened)
            return replace(before, generation=before.generation + 1, old_until=until)
        case WebhookEnded(cause=cause):
            return replace(_subscribed(state, happened), ended=cause, ended_at=happened.at)
        case _ as never:
            assert_never(never)


def _subscribed(state: WebhookStanding, happened: Happened[WebhookFact]) -> Webhook:
    if isinstance(state, Webhook):
        return state
    raise FactOutOfPlace(
        f"{happened.fact.kind} cannot come first on its stream: the subscription is missing; "
        "verify the ledger"
    )
