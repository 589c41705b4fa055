"""What may be asked of a finding: one model per row of its state table, in the imperative.

`kind` values are stored for ever. Values are whole numbers in the unit of the catalogue.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import RecomputeDeadlines, RingClock
from domain.finding.pack import FindingLevel
from domain.linking import NoteLinkedCase
from domain.values import (
    CaseId,
    Code,
    DivisionCode,
    FindingId,
    Frozen,
    Instant,
    LedgerNumber,
    OfficeText,
    PairingId,
    PersonId,
    UnitCode,
)

Value = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""A measured value or a target, in whole units of the indicator."""

LINKS_MAX = 50
"""On how many cases one plan may lean."""


class FindingSource(StrEnum):
    """Where a finding comes from; stored for ever."""

    CHECKUP = "CHECKUP"  # 城市体检
    PATROL = "PATROL"  # 日常巡查
    RESIDENTS = "RESIDENTS"  # 居民反映
    INSPECTION = "INSPECTION"  # 上级检查


class ProjectItem(Frozen):
    """An item of a pairing's project list, by its code."""

    pairing: PairingId
    item: Code


class RecordFinding(Frozen):
    """Record that a value misses its target at a place; without *target*, the catalogue's."""

    kind: Literal["record_finding"] = "record_finding"
    level: FindingLevel
    place: DivisionCode
    indicator: Code
    value: Value
    target: Value | None = None
    evidence: OfficeText
    found_at: Instant
    source: FindingSource
    ledger_row: LedgerNumber | None = None
    note: OfficeText | None = None
    policy: Code | None = None


class AdoptFinding(Frozen):
    """Adopt the finding: name the lead and the day by which it is remedied."""

    kind: Literal["adopt_finding"] = "adopt_finding"
    lead: UnitCode
    target_date: Instant
    reason: OfficeText | None = None


class PlanRemedy(Frozen):
    """Plan the remedy: measures, and the cases and project items it leans on."""

    kind: Literal["plan_remedy"] = "plan_remedy"
    measures: OfficeText
    cases: Annotated[tuple[CaseId, ...], Field(max_length=LINKS_MAX)] = ()
    items: Annotated[tuple[ProjectItem, ...], Field(max_length=LINKS_MAX)] = ()


class StartRemedy(Frozen):
    """Say that the remedy has begun."""

    kind: Literal["start_remedy"] = "start_remedy"


class MeasureAgain(Frozen):
    """Measure the value again (动态更新)."""

    kind: Literal["measure_again"] = "measure_again"
    value: Value
    measured_at: Instant
    evidence: OfficeText


class ReportRemedied(Frozen):
    """Report the finding remedied; *reason* says why where linked cases are not over."""

    kind: Literal["report_remedied"] = "report_remedied"
    value: Value
    evidence: OfficeText
    reason: OfficeText | None = None


class StrikeOff(Frozen):
    """Strike the finding off (销号), after measuring on the spot with a community worker."""

    kind: Literal["strike_off"] = "strike_off"
    value: Value
    evidence: OfficeText
    worker: PersonId


class RejectRemedy(Frozen):
    """Send the remedy back: what was found on the spot does not do."""

    kind: Literal["reject_remedy"] = "reject_remedy"
    value: Value
    reason: OfficeText


class ReopenFinding(Frozen):
    """Open a finding again that was struck off and misses its target once more."""

    kind: Literal["reopen_finding"] = "reopen_finding"
    value: Value
    reason: OfficeText


class DismissFinding(Frozen):
    """Leave a finding out of the ledger, on a ground of the pack (不予列入)."""

    kind: Literal["dismiss_finding"] = "dismiss_finding"
    ground: Code
    reason: OfficeText


class MergeFinding(Frozen):
    """Merge a finding into another one about the same (并入)."""

    kind: Literal["merge_finding"] = "merge_finding"
    master: FindingId


FindingCommand = Annotated[
    RecordFinding
    | AdoptFinding
    | PlanRemedy
    | StartRemedy
    | MeasureAgain
    | ReportRemedied
    | StrikeOff
    | RejectRemedy
    | ReopenFinding
    | DismissFinding
    | MergeFinding
    | NoteLinkedCase
    | RingClock
    | RecomputeDeadlines,
    Field(discriminator="kind"),
]
