"""What may be asked of oversight: record an audit or an export, grant and use an unmasking.

`kind` values are stored for ever. The clerks' histories and the log's own life are recorded by the
system alone.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.oversight.words import (
    About,
    AlarmGround,
    Amount,
    AuditAct,
    AuditOutcome,
    ClerkedId,
    Count,
    Digest,
    DiscrepancyGround,
    ExportFormat,
    HistoryStatus,
    HolderId,
    HttpStatus,
    ItemId,
    LogOrigin,
    PolicyText,
    Position,
    RunId,
    SuiteName,
    WebhookEnd,
    WebhookKinds,
    WebhookUrl,
    WitnessName,
    WorkflowId,
)
from domain.statements import Month, StatementNumber, StatementText
from domain.values import CaseId, Code, Frozen, Instant, OfficeText, PersonId, VerifierKeyText


class RecordAudit(Frozen):
    """Record that an act of audit took place, what it was about and how it ended."""

    kind: Literal["record_audit"] = "record_audit"
    act: AuditAct
    about: About = ()
    head: Position
    outcome: AuditOutcome
    counts: Annotated[tuple[Count, ...], Field(max_length=50)] = ()
    reason: OfficeText | None = None


class RecordExport(Frozen):
    """Record that something was handed out: its form, extent, digest, and what it opens."""

    kind: Literal["record_export"] = "record_export"
    format: ExportFormat
    about: About = ()
    head: Position
    rows: Amount
    bytes: Amount
    digest: Digest
    openings: Amount = 0


class GrantUnmasking(Frozen):
    """Let another person have the sealed texts of one case opened, for a reason, for a time."""

    kind: Literal["grant_unmasking"] = "grant_unmasking"
    case: CaseId
    to: PersonId
    reason: OfficeText
    until: Instant


class UnmaskField(Frozen):
    """Open one sealed text under the grant; only the grantee asks, and only for its case."""

    kind: Literal["unmask_field"] = "unmask_field"
    case: CaseId
    holder: HolderId
    item: ItemId
    field: Code


class EndUnmasking(Frozen):
    """End a grant before its time."""

    kind: Literal["end_unmasking"] = "end_unmasking"
    reason: OfficeText


class SealWorkflowHistory(Frozen):
    """Record that the history of one finished run was put away under its digest."""

    kind: Literal["seal_workflow_history"] = "seal_workflow_history"
    case: ClerkedId
    workflow: WorkflowId
    run: RunId
    status: HistoryStatus
    events: Amount
    bytes: Amount
    digest: Digest


class RecordRebuild(Frozen):
    """Record that a clerk was begun again from the ledger."""

    kind: Literal["record_rebuild"] = "record_rebuild"
    case: ClerkedId
    run_before: RunId | None = None
    run: RunId
    reason: OfficeText


class RecordDiscrepancy(Frozen):
    """Record that ledger, boards, clerk and history disagree about a case."""

    kind: Literal["record_discrepancy"] = "record_discrepancy"
    case: ClerkedId
    ground: DiscrepancyGround
    run: RunId | None = None
    detail: Code | None = None


class IntroduceSigningKey(Frozen):
    """Name the key a log is signed with from now on; a second key takes a rotation."""

    kind: Literal["introduce_signing_key"] = "introduce_signing_key"
    origin: LogOrigin
    suite: SuiteName
    key: VerifierKeyText


class RotateSigningKey(Frozen):
    """Replace the key a log is signed with."""

    kind: Literal["rotate_signing_key"] = "rotate_signing_key"
    origin: LogOrigin
    suite: SuiteName
    key: VerifierKeyText
    reason: OfficeText


class AdoptWitnessPolicy(Frozen):
    """Say which witnesses must have cosigned before a checkpoint is published."""

    kind: Literal["adopt_witness_policy"] = "adopt_witness_policy"
    policy: PolicyText


class RaiseWitnessAlarm(Frozen):
    """Record that a witness refused, lags, or answers what cannot be."""

    kind: Literal["raise_witness_alarm"] = "raise_witness_alarm"
    witness: WitnessName
    ground: AlarmGround
    size: Amount
    status: HttpStatus | None = None


class ClearWitnessAlarm(Frozen):
    """Record that a witness cosigns again."""

    kind: Literal["clear_witness_alarm"] = "clear_witness_alarm"
    witness: WitnessName
    size: Amount


class PublishFigures(Frozen):
    """State the figures of a month that is over, signed with the log's key, as a numbered note.

    *position* is the last log position that was counted, *size* that of the checkpoint it is
    stated under. A month that stands stated is stated anew only by naming what is replaced and why.
    """

    kind: Literal["publish_figures"] = "publish_figures"
    number: StatementNumber
    month: Month
    position: Position
    size: Amount
    replaces: StatementNumber | None = None
    reason: OfficeText | None = None
    text: StatementText


class WithdrawFigures(Frozen):
    """Take a statement back by another, numbered one that says why; what was stated is kept."""

    kind: Literal["withdraw_figures"] = "withdraw_figures"
    number: StatementNumber
    month: Month
    withdraws: StatementNumber
    size: Amount
    reason: OfficeText
    text: StatementText


class SubscribeWebhook(Frozen):
    """Have another organisation's system told of facts of these kinds after a position.

    It is told references only: which case moved, how and when.
    """

    kind: Literal["subscribe_webhook"] = "subscribe_webhook"
    receiver: OfficeText
    url: WebhookUrl
    kinds: WebhookKinds
    after: Position


class RotateWebhookSecret(Frozen):
    """Sign with a new secret, and with the one before until *old_until* (past: not at all)."""

    kind: Literal["rotate_webhook_secret"] = "rotate_webhook_secret"
    old_until: Instant


class EndWebhook(Frozen):
    """Tell the other system nothing any more; a person says why."""

    kind: Literal["end_webhook"] = "end_webhook"
    cause: WebhookEnd = WebhookEnd.REQUESTED
    reason: OfficeText | None = None


AuditCommand = Annotated[RecordAudit | RecordExport, Field(discriminator="kind")]
UnmaskingCommand = Annotated[
    GrantUnmasking | UnmaskField | EndUnmasking, Field(discriminator="kind")
]
WorkflowCommand = Annotated[
    SealWorkflowHistory | RecordRebuild | RecordDiscrepancy, Field(discriminator="kind")
]
LogCommand = Annotated[
    IntroduceSigningKey
    | RotateSigningKey
    | AdoptWitnessPolicy
    | RaiseWitnessAlarm
    | ClearWitnessAlarm
    | PublishFigures
    | WithdrawFigures,
    Field(discriminator="kind"),
]
WebhookCommand = Annotated[
    SubscribeWebhook | RotateWebhookSecret | EndWebhook, Field(discriminator="kind")
]
