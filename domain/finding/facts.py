"""What can happen to a finding: one model per fact, in the past tense.

`kind` values are stored for ever. Every fact that changes a value holds the one before it.
"""

from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import Deadline
from domain.finding.commands import FindingSource, ProjectItem, Value
from domain.finding.pack import Comparison, FindingLevel
from domain.labelled import Label
from domain.linking import LinkStanding
from domain.values import (
    CaseId,
    Code,
    DivisionCode,
    FindingId,
    Frozen,
    Instant,
    LedgerNumber,
    OfficeText,
    PersonId,
    UnitCode,
)


class FindingRecorded(Frozen):
    """A value misses its target; what the catalogue said of the indicator stands in the fact."""

    kind: Literal["finding_recorded.v1"] = "finding_recorded.v1"
    level: FindingLevel
    place: DivisionCode
    indicator: Code
    indicator_label: Label
    category: Code
    measured_in: Label
    comparison: Comparison
    value: Value
    target: Value
    evidence: OfficeText
    found_at: Instant
    source: FindingSource
    ledger_row: LedgerNumber | None
    note: OfficeText | None
    policy: Code
    adopt_by: Deadline
    refresh_by: Deadline


class FindingAdopted(Frozen):
    """A lead sees to the finding, until a day."""

    kind: Literal["finding_adopted.v1"] = "finding_adopted.v1"
    lead: UnitCode
    lead_before: UnitCode | None
    target_date: Instant
    target_date_before: Instant | None
    reason: OfficeText | None
    plan_by: Deadline


class RemedyPlanned(Frozen):
    """The remedy is planned; *cases* holds the tasks of *items* too."""

    kind: Literal["remedy_planned.v1"] = "remedy_planned.v1"
    measures: OfficeText
    cases: tuple[CaseId, ...]
    items: tuple[ProjectItem, ...]


class RemedyStarted(Frozen):
    """The remedy has begun: with the *case* it leans on, or because the lead said so."""

    kind: Literal["remedy_started.v1"] = "remedy_started.v1"
    case: CaseId | None


class LinkedCaseNoted(Frozen):
    """A case the finding leans on told where it stands."""

    kind: Literal["linked_case_noted.v1"] = "linked_case_noted.v1"
    case: CaseId
    standing: LinkStanding
    standing_before: LinkStanding | None
    state: Code
    case_version: int


class ValueMeasured(Frozen):
    """The value was measured again."""

    kind: Literal["value_measured.v1"] = "value_measured.v1"
    value: Value
    value_before: Value
    measured_at: Instant
    evidence: OfficeText
    refresh_by: Deadline


class RemedyReported(Frozen):
    """The lead reported the finding remedied; *open_cases* are linked cases that go on."""

    kind: Literal["remedy_reported.v1"] = "remedy_reported.v1"
    value: Value
    value_before: Value
    evidence: OfficeText
    open_cases: tuple[CaseId, ...]
    reason: OfficeText | None
    verify_by: Deadline


class FindingStruckOff(Frozen):
    """Somebody else measured on the spot and struck the finding off."""

    kind: Literal["finding_struck_off.v1"] = "finding_struck_off.v1"
    value: Value
    value_before: Value
    evidence: OfficeText
    worker: PersonId
    reopen_by: Deadline


class RemedyRejected(Frozen):
    """What was found on the spot does not do; the remedy goes on."""

    kind: Literal["remedy_rejected.v1"] = "remedy_rejected.v1"
    value: Value
    value_before: Value
    reason: OfficeText


class FindingReopened(Frozen):
    """The finding misses its target once more; it begins from the start."""

    kind: Literal["finding_reopened.v1"] = "finding_reopened.v1"
    round: int
    value: Value
    value_before: Value
    reason: OfficeText
    adopt_by: Deadline
    refresh_by: Deadline


class FindingDismissed(Frozen):
    """The finding is left out of the ledger."""

    kind: Literal["finding_dismissed.v1"] = "finding_dismissed.v1"
    ground: Code
    reason: OfficeText


class FindingMerged(Frozen):
    """The finding goes on in another one."""

    kind: Literal["finding_merged.v1"] = "finding_merged.v1"
    master: FindingId


class FindingLimitMissed(Frozen):
    """A limit of the finding passed; it is told once."""

    kind: Literal["finding_limit_missed.v1"] = "finding_limit_missed.v1"
    clock: Code
    due: Instant


class ReopeningLapsed(Frozen):
    """The finding stayed struck off for as long as it could be opened again."""

    kind: Literal["reopening_lapsed.v1"] = "reopening_lapsed.v1"
    due: Instant


class FindingDeadlineRecalculated(Frozen):
    """A provisional limit was counted again under a calendar published since."""

    kind: Literal["finding_deadline_recalculated.v1"] = "finding_deadline_recalculated.v1"
    clock: Code
    due: Deadline
    due_before: Deadline


FindingFact = Annotated[
    FindingRecorded
    | FindingAdopted
    | RemedyPlanned
    | RemedyStarted
    | LinkedCaseNoted
    | ValueMeasured
    | RemedyReported
    | FindingStruckOff
    | RemedyRejected
    | FindingReopened
    | FindingDismissed
    | FindingMerged
    | FindingLimitMissed
    | ReopeningLapsed
    | FindingDeadlineRecalculated,
    Field(discriminator="kind"),
]
