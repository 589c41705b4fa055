"""Decide what may be recorded of oversight: who may look, open, and say how the log fares.

Whoever looks is recorded; opening what is sealed takes a grant by the officer for personal
information, for one case, for a reason, for at most three days, to another person.
"""

from datetime import timedelta
from typing import assert_never

from domain.envelope import Asked
from domain.gate import allowed
from domain.models import kinds_of
from domain.oversight.commands import (
    AdoptWitnessPolicy,
    AuditCommand,
    ClearWitnessAlarm,
    EndUnmasking,
    EndWebhook,
    GrantUnmasking,
    IntroduceSigningKey,
    LogCommand,
    PublishFigures,
    RaiseWitnessAlarm,
    RecordAudit,
    RecordDiscrepancy,
    RecordExport,
    RecordRebuild,
    RotateSigningKey,
    RotateWebhookSecret,
    SealWorkflowHistory,
    SubscribeWebhook,
    UnmaskField,
    UnmaskingCommand,
    WebhookCommand,
    WithdrawFigures,
    WorkflowCommand,
)
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
from domain.oversight.refusal_rules import refused
from domain.oversight.standing import (
    AuditStanding,
    LogBook,
    NothingYet,
    Unmasking,
    UnmaskingStanding,
    Webhook,
    WebhookStanding,
    WorkflowBook,
)
from domain.oversight.words import ExportFormat, WebhookEnd
from domain.pairing.facts import PairingFact
from domain.people import Role
from domain.rules import Rules
from domain.statements import digest_of, in_force, month_is_over
from domain.task.facts import TaskFact
from domain.values import instant_text

_WATCHERS = frozenset({Role.AUDITOR, Role.DPO, Role.SUPERVISOR, Role.SYSTEM})
_SYSTEM = frozenset({Role.SYSTEM})

GRANTEES = frozenset({Role.AUDITOR, Role.SUPERVISOR, Role.ADJUDICATOR})
"""The roles a person may be granted an unmasking in."""

UNMASKING_MAX = timedelta(hours=72)
"""The longest a grant may stand."""

BOTH_SECRETS_MAX = timedelta(days=30)
"""The longest a webhook's secret may sign beside the one that replaced it."""

TASK_KINDS = kinds_of(TaskFact)
PAIRING_KINDS = kinds_of(PairingFact)
SUBSCRIBABLE = TASK_KINDS | PAIRING_KINDS
"""The kinds of fact other systems may be told of: those of tasks and pairings."""

WHO_MAY: dict[str, frozenset[Role]] = {
    "record_audit": _WATCHERS | {Role.ADJUDICATOR},  # who may be granted an unmasking reads too
    "record_export": _WATCHERS,
    "grant_unmasking": frozenset({Role.DPO}),
    "unmask_field": GRANTEES,
    "end_unmasking": GRANTEES | {Role.DPO},
    "seal_workflow_history": _SYSTEM,
    "record_rebuild": _SYSTEM,
    "record_discrepancy": _SYSTEM,
    "introduce_signing_key": _SYSTEM,
    "rotate_signing_key": frozenset({Role.REGISTRAR}),
    "adopt_witness_policy": frozenset({Role.REGISTRAR, Role.SYSTEM}),  # or by the settings
    "raise_witness_alarm": _SYSTEM,
    "clear_witness_alarm": _SYSTEM,
    "publish_figures": frozenset({Role.REGISTRAR, Role.SYSTEM}),  # or every month by itself
    "withdraw_figures": frozenset({Role.REGISTRAR}),
    "subscribe_webhook": frozenset({Role.REGISTRAR}),
    "rotate_webhook_secret": frozenset({Role.REGISTRAR}),
    "end_webhook": frozenset({Role.REGISTRAR, Role.SYSTEM}),  # or by days of silence
}


def decide_audit(
    state: AuditStanding, asked: Asked[AuditCommand], rules: Rules
) -> tuple[AuditFact, ...]:
    """An act of audit or an export is recorded once, on a stream of its own."""
    allowed(asked, WHO_MAY[asked.command.kind], rules)
    if not isinstance(state, NothingYet):
        raise refused("recorded-once", stream=asked.stream)
    command = asked.command
    match command:
        case RecordAudit():
            return (
                AuditPerformed(
                    act=command.act,
                    about=command.about,
                    head=command.head,
                    outcome=command.outcome,
                    counts=command.counts,
                    reason=command.reason,
                ),
            )
        case RecordExport():
            if asked.by.role is Role.SYSTEM and command.format is not ExportFormat.BACKUP:
                raise refused("export-by-person")
            return (
                ExportMade(
                    format=command.format,
                    about=command.about,
                    head=command.head,
                    rows=command.rows,
                    bytes=command.bytes,
                    digest=command.digest,
                    openings=command.openings,
                ),
            )
        case _ as never:
            assert_never(never)


def decide_unmasking(
    state: UnmaskingStanding, asked: Asked[UnmaskingCommand], rules: Rules
) -> tuple[UnmaskingFact, ...]:
    """Return the facts that follow for an unmasking, or refuse by rule."""
    allowed(asked, WHO_MAY[asked.command.kind], rules)
    match asked.command:
        case GrantUnmasking() as command:
            return (_grant(state, asked, command, rules),)
        case UnmaskField() as command:
            return (_unmask(state, asked, command),)
        case EndUnmasking() as command:
            return (_end(state, asked, command),)
        case _ as never:
            assert_never(never)


def _grant(
    state: UnmaskingStanding,
    asked: Asked[UnmaskingCommand],
    command: GrantUnmasking,
    rules: Rules,
) -> UnmaskingFact:
    """The officer grants another person one case, for a reason, for at most 72 hours."""
    if not isinstance(state, NothingYet):
        raise refused("unmasking-once", stream=asked.stream)
    if command.to == asked.by.person:
        raise refused("own-unmasking")
    if not any(rules.holds(command.to, role, None, asked.at) for role in GRANTEES):
        raise refused("grantee-role", may=", ".join(sorted(GRANTEES)))
    if rules.neighbours.case(command.case) is None:
        raise refused("case-known", case=command.case)
    latest = asked.at + UNMASKING_MAX
    if not asked.at < command.until <= latest:
        raise refused(
            "unmasking-time",
            hours=int(UNMASKING_MAX.total_seconds() // 3600),
            latest=instant_text(latest),
            until=instant_text(command.until),
        )
    return UnmaskingGranted(
        case=command.case, to=command.to, reason=command.reason, until=command.until
    )


def _unmask(
    state: UnmaskingStanding, asked: Asked[UnmaskingCommand], command: UnmaskField
) -> UnmaskingFact:
    """Only the grantee opens, only texts of the granted case, only while the grant stands."""
    grant = _granted(state, asked)
    if asked.by.person != grant.to:
        raise refused("grantee-only")
    if command.case != grant.case:
        raise refused("granted-case-only", expected=grant.case, found=command.case)
    _in_force(grant, asked)
    return FieldUnmasked(
        case=command.case, holder=command.holder, item=command.item, field=command.field
    )


def _end(
    state: UnmaskingStanding, asked: Asked[UnmaskingCommand], command: EndUnmasking
) -> UnmaskingFact:
    """The grantee or the officer ends a grant that is in force."""
    grant = _granted(state, asked)
    if asked.by.role is not Role.DPO and asked.by.person != grant.to:
        raise refused("grantee-or-officer")
    _in_force(grant, asked)
    return UnmaskingEnded(reason=command.reason)


def _granted(state: UnmaskingStanding, asked: Asked[UnmaskingCommand]) -> Unmasking:
    match state:
        case NothingYet():
            raise refused("unmasking-unknown", stream=asked.stream)
        case Unmasking():
            return state
        case _ as never:
            assert_never(never)


def _in_force(grant: Unmasking, asked: Asked[UnmaskingCommand]) -> None:
    if not grant.stands(asked.at):
        raise refused("unmasking-over", until=instant_text(grant.end()))


def decide_workflow(
    state: WorkflowBook, asked: Asked[WorkflowCommand], rules: Rules
) -> tuple[WorkflowFact, ...]:
    """The system records what became of a case's clerk, on the stream named after the case."""
    allowed(asked, WHO_MAY[asked.command.kind], rules)
    command = asked.command
    if asked.stream.partition("/")[2] != command.case.partition("/")[2]:
        raise refused("stream-named-otherwise", stream=asked.stream, case=command.case)
    match command:
        case SealWorkflowHistory():
            return _seal(state, command)
        case RecordRebuild():
            return (
                WorkflowRebuilt(
                    case=command.case,
                    run_before=command.run_before,
                    run=command.run,
                    reason=command.reason,
                ),
            )
        case RecordDiscrepancy():
            return (
                WorkflowDiscrepancyFound(
                    case=command.case,
                    ground=command.ground,
                    run=command.run,
                    detail=command.detail,
                ),
            )
        case _ as never:
            assert_never(never)


def _seal(state: WorkflowBook, command: SealWorkflowHistory) -> tuple[WorkflowFact, ...]:
    """A run's history is sealed once; the same seal again is no news, another is refused."""
    if command.workflow != command.case and not command.workflow.startswith(f"{command.case}/"):
        raise refused("workflow-of-case", workflow=command.workflow, case=command.case)
    before = state.sealed.get(command.run)
    if before == command.digest:
        return ()
    if before is not None:
        raise refused("sealed-otherwise", run=command.run, expected=before, found=command.digest)
    return (
        WorkflowHistorySealed(
            case=command.case,
            workflow=command.workflow,
            run=command.run,
            status=command.status,
            events=command.events,
            bytes=command.bytes,
            digest=command.digest,
        ),
    )


def decide_log(state: LogBook, asked: Asked[LogCommand], rules: Rules) -> tuple[LogFact, ...]:
    """The system records who signs and who witnesses; what stands already is no news."""
    allowed(asked, WHO_MAY[asked.command.kind], rules)
    match asked.command:
        case IntroduceSigningKey(origin=origin, suite=suite, key=key):
            keys = state.keys.get(origin, ())
            if keys and keys[-1] == key:
                return ()
            if keys:
                raise refused("key-introduced", origin=origin, key=keys[-1])
            return (SigningKeyIntroduced(origin=origin, suite=suite, key=key),)
        case RotateSigningKey() as command:
            return _rotate(state, command)
        case AdoptWitnessPolicy(policy=policy):
            return () if policy == state.policy else (WitnessPolicyAdopted(policy=policy),)
        case RaiseWitnessAlarm(witness=witness, ground=ground, size=size, status=status):
            if state.alarms.get(witness) is ground:
                return ()
            return (WitnessAlarmRaised(witness=witness, ground=ground, size=size, status=status),)
        case ClearWitnessAlarm(witness=witness, size=size):
            if witness not in state.alarms:
                return ()
            return (WitnessAlarmCleared(witness=witness, size=size),)
        case PublishFigures() as command:
            return (_publish(state, asked, command),)
        case WithdrawFigures() as command:
            return (_withdraw(state, command),)
        case _ as never:
            assert_never(never)


def _publish(state: LogBook, asked: Asked[LogCommand], command: PublishFigures) -> LogFact:
    """A month that is over is stated once, and anew only in place of what stands, with a reason."""
    _next_statement(state, command.number, command.size)
    if not month_is_over(command.month, asked.at):
        raise refused("month-over", month=command.month)
    if not 0 <= command.position < command.size:
        raise refused("position-covered", position=command.position, size=command.size)
    stands = in_force(state.statements, command.month)
    if (None if stands is None else stands.number) != command.replaces:
        raise refused(
            "month-stated",
            month=command.month,
            expected="-" if stands is None else stands.number,
            found=command.replaces or "-",
        )
    if (command.replaces is None) != (command.reason is None):
        raise refused("replaced-for-a-reason")
    return FiguresPublished(
        number=command.number,
        month=command.month,
        position=command.position,
        size=command.size,
        replaces=command.replaces,
        reason=command.reason,
        digest=digest_of(command.text),
        text=command.text,
    )


def _withdraw(state: LogBook, command: WithdrawFigures) -> LogFact:
    """What stands is withdrawn; what was replaced or withdrawn before is over already."""
    _next_statement(state, command.number, command.size)
    stands = in_force(state.statements, command.month)
    if stands is None or stands.number != command.withdraws:
        raise refused(
            "statement-stands",
            month=command.month,
            expected="-" if stands is None else stands.number,
            found=command.withdraws,
        )
    return FiguresWithdrawn(
        number=command.number,
        month=command.month,
        withdraws=command.withdraws,
        size=command.size,
        reason=command.reason,
        digest=digest_of(command.text),
        text=command.text,
    )


def _next_statement(state: LogBook, number: int, size: int) -> None:
    """Statements are numbered without a gap, and none looks at less of the log than before."""
    if number != len(state.statements) + 1:
        raise refused("statement-next", expected=len(state.statements) + 1, found=number)
    if state.statements and size < state.statements[-1].size:
        raise refused("statement-goes-on", size=size, before=state.statements[-1].size)


def _rotate(state: LogBook, command: RotateSigningKey) -> tuple[LogFact, ...]:
    """A key is replaced by one the log never had."""
    keys = state.keys.get(command.origin, ())
    if not keys:
        raise refused("key-unknown", origin=command.origin)
    if command.key in keys:
        raise refused("key-used-before", origin=command.origin, key=command.key)
    return (
        SigningKeyRotated(
            origin=command.origin,
            suite=command.suite,
            key=command.key,
            key_before=keys[-1],
            reason=command.reason,
        ),
    )


def decide_webhook(
    state: WebhookStanding, asked: Asked[WebhookCommand], rules: Rules
) -> tuple[WebhookFact, ...]:
    """Who is told of which facts is a registrar's to say, and on record; an end is for good."""
    allowed(asked, WHO_MAY[asked.command.kind], rules)
    match asked.command:
        case SubscribeWebhook() as command:
            return _subscribe(state, asked.stream, command)
        case RotateWebhookSecret(old_until=until):
            _in_use(state, asked.stream)
            if until > asked.at + BOTH_SECRETS_MAX:
                raise refused(
                    "webhook-both-secrets",
                    days=BOTH_SECRETS_MAX.days,
                    until=instant_text(until),
                )
            return (WebhookSecretRotated(old_until=until),)
        case EndWebhook(cause=cause, reason=reason):
            _in_use(state, asked.stream)
            by_system = asked.by.role is Role.SYSTEM
            if by_system is (cause is WebhookEnd.REQUESTED) or not (by_system or reason):
                raise refused("webhook-end-cause")
            return (WebhookEnded(cause=cause, reason=reason),)
        case _ as never:
            assert_never(never)


def _subscribe(
    state: WebhookStanding, stream: str, command: SubscribeWebhook
) -> tuple[WebhookFact, ...]:
    if not isinstance(state, NothingYet):
        raise refused("webhook-once", stream=stream)
    unknown = sorted(set(command.kinds) - SUBSCRIBABLE)
    if unknown:
        raise refused("webhook-kinds", found="、".join(unknown))
    return (
        WebhookSubscribed(
            receiver=command.receiver,
            url=command.url,
            kinds=command.kinds,
            after=command.after,
        ),
    )


def _in_use(state: WebhookStanding, stream: str) -> None:
    if not isinstance(state, Webhook):
        raise refused("webhook-unknown", stream=stream)
    if state.ended is not None:
        raise refused("webhook-over", stream=stream)
