"""What oversight leaves behind: who looked, what was handed out, opened, sealed, found, signed.

`kind` values are stored for ever and only added to. Nothing here holds a text about a resident:
references, counts, keyed items and hashes only.
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


class AuditPerformed(Frozen):
    """*head* is the newest log position the act looked at."""

    kind: Literal["audit_performed.v1"] = "audit_performed.v1"
    act: AuditAct
    about: About
    head: Position
    outcome: AuditOutcome
    counts: tuple[Count, ...]
    reason: OfficeText | None


class ExportMade(Frozen):
    """*digest* is the SHA-256 of what was handed out, *openings* how many sealed texts it opens."""

    kind: Literal["export_made.v1"] = "export_made.v1"
    format: ExportFormat
    about: About
    head: Position
    rows: Amount
    bytes: Amount
    digest: Digest
    openings: Amount


class UnmaskingGranted(Frozen):
    """*to* may have the sealed texts of *case* opened before *until*, each recorded singly."""

    kind: Literal["unmasking_granted.v1"] = "unmasking_granted.v1"
    case: CaseId
    to: PersonId
    reason: OfficeText
    until: Instant


class FieldUnmasked(Frozen):
    """One sealed text was opened for the grantee; recorded before it is shown or given away."""

    kind: Literal["field_unmasked.v1"] = "field_unmasked.v1"
    case: CaseId
    holder: HolderId
    item: ItemId
    field: Code


class UnmaskingEnded(Frozen):
    """The grant ended before its time; what had been opened stays recorded."""

    kind: Literal["unmasking_ended.v1"] = "unmasking_ended.v1"
    reason: OfficeText


class WorkflowHistorySealed(Frozen):
    """The history of one run was put away; *events* and *bytes* as in the file of that digest."""

    kind: Literal["workflow_history_sealed.v1"] = "workflow_history_sealed.v1"
    case: ClerkedId
    workflow: WorkflowId
    run: RunId
    status: HistoryStatus
    events: Amount
    bytes: Amount
    digest: Digest


class WorkflowRebuilt(Frozen):
    """A clerk was begun again from the ledger as *run*; *run_before* where it is still known."""

    kind: Literal["workflow_rebuilt.v1"] = "workflow_rebuilt.v1"
    case: ClerkedId
    run_before: RunId | None
    run: RunId
    reason: OfficeText


class WorkflowDiscrepancyFound(Frozen):
    """Ledger, boards, clerk and history disagree; *detail* is a machine word, never a text."""

    kind: Literal["workflow_discrepancy_found.v1"] = "workflow_discrepancy_found.v1"
    case: ClerkedId
    ground: DiscrepancyGround
    run: RunId | None
    detail: Code | None


class SigningKeyIntroduced(Frozen):
    """From here on the log of *origin* is signed with *key*."""

    kind: Literal["signing_key_introduced.v1"] = "signing_key_introduced.v1"
    origin: LogOrigin
    suite: SuiteName
    key: VerifierKeyText


class SigningKeyRotated(Frozen):
    """*key* signs in place of *key_before* from here on; earlier signatures stay valid."""

    kind: Literal["signing_key_rotated.v1"] = "signing_key_rotated.v1"
    origin: LogOrigin
    suite: SuiteName
    key: VerifierKeyText
    key_before: VerifierKeyText
    reason: OfficeText


class WitnessPolicyAdopted(Frozen):
    """Checkpoints are published once this policy's quorum has cosigned them."""

    kind: Literal["witness_policy_adopted.v1"] = "witness_policy_adopted.v1"
    policy: PolicyText


class WitnessAlarmRaised(Frozen):
    """*size* is the checkpoint the witness did not cosign, *status* its HTTP answer if any."""

    kind: Literal["witness_alarm_raised.v1"] = "witness_alarm_raised.v1"
    witness: WitnessName
    ground: AlarmGround
    size: Amount
    status: HttpStatus | None


class WitnessAlarmCleared(Frozen):
    """The witness cosigned the checkpoint of *size*: its alarm is over."""

    kind: Literal["witness_alarm_cleared.v1"] = "witness_alarm_cleared.v1"
    witness: WitnessName
    size: Amount


class FiguresPublished(Frozen):
    """The month's figures were stated; *text* is the note's text, *digest* its SHA-256.

    *position* is the last log position that was counted, *size* that of the checkpoint in it.
    """

    kind: Literal["figures_published.v1"] = "figures_published.v1"
    number: StatementNumber
    month: Month
    position: Position
    size: Amount
    replaces: StatementNumber | None
    reason: OfficeText | None
    digest: Digest
    text: StatementText


class FiguresWithdrawn(Frozen):
    """An earlier statement was taken back, for *reason*; it stays on record."""

    kind: Literal["figures_withdrawn.v1"] = "figures_withdrawn.v1"
    number: StatementNumber
    month: Month
    withdraws: StatementNumber
    size: Amount
    reason: OfficeText
    digest: Digest
    text: StatementText


class WebhookSubscribed(Frozen):
    """*receiver* is told at *url* of every fact of *kinds* after position *after*, by reference."""

    kind: Literal["webhook_subscribed.v1"] = "webhook_subscribed.v1"
    receiver: OfficeText
    url: WebhookUrl
    kinds: WebhookKinds
    after: Position


class WebhookSecretRotated(Frozen):
    """What is sent is signed with a new secret, until *old_until* with the one before as well."""

    kind: Literal["webhook_secret_rotated.v1"] = "webhook_secret_rotated.v1"
    old_until: Instant


class WebhookEnded(Frozen):
    """The receiver is told nothing any more; what had been sent stays with them."""

    kind: Literal["webhook_ended.v1"] = "webhook_ended.v1"
    cause: WebhookEnd
    reason: OfficeText | None


AuditFact = Annotated[AuditPerformed | ExportMade, Field(discriminator="kind")]
UnmaskingFact = Annotated[
    UnmaskingGranted | FieldUnmasked | UnmaskingEnded, Field(discriminator="kind")
]
WorkflowFact = Annotated[
    WorkflowHistorySealed | WorkflowRebuilt | WorkflowDiscrepancyFound,
    Field(discriminator="kind"),
]
LogFact = Annotated[
    SigningKeyIntroduced
    | SigningKeyRotated
    | WitnessPolicyAdopted
    | WitnessAlarmRaised
    | WitnessAlarmCleared
    | FiguresPublished
    | FiguresWithdrawn,
    Field(discriminator="kind"),
]
WebhookFact = Annotated[
    WebhookSubscribed | WebhookSecretRotated | WebhookEnded, Field(discriminator="kind")
]

OversightFact = (
    AuditPerformed
    | ExportMade
    | UnmaskingGranted
    | FieldUnmasked
    | UnmaskingEnded
    | WorkflowHistorySealed
    | WorkflowRebuilt
    | WorkflowDiscrepancyFound
    | SigningKeyIntroduced
    | SigningKeyRotated
    | WitnessPolicyAdopted
    | WitnessAlarmRaised
    | WitnessAlarmCleared
    | FiguresPublished
    | FiguresWithdrawn
    | WebhookSubscribed
    | WebhookSecretRotated
    | WebhookEnded
)
"""Any fact of oversight."""
