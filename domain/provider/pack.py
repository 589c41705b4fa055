"""A city's own part in admission and exit: limits, closed lists, and the table of grades."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.clocks import LimitText
from domain.labelled import Ground, Label
from domain.values import Code, Frozen

Share = Annotated[int, Field(ge=0, le=100)]
"""A share in per cent."""
Number = Annotated[int, Field(ge=0, le=1000)]


class VerificationItem(Ground):
    """Something that is verified before admission, by the department of *line*.

    Without a line it is verified once for each category, by the department that leads it.
    """

    line: Code | None = None


class LicenceKind(Ground):
    """A kind of licence; whoever asks to be admitted for one of *needed_for* must hold it."""

    needed_for: tuple[Code, ...] = ()


class SuspensionGround(Ground):
    """Why a provider may be suspended; *at_once* before the reasons are written down."""

    at_once: bool = False


class ExitGround(Ground):
    """Why a provider may be ordered to leave, and what must be on record for it."""

    shown_by: Literal["NOTHING", "GRADES", "COMPLAINTS", "LICENCE"] = "NOTHING"


class GradeRow(Frozen):
    """One grade and all that it takes; a share nobody gave an answer for is met."""

    code: Code
    label: Label
    satisfied_percent: Share = 0
    on_time_percent: Share = 0
    complaints_max: Number | None = None
    failed_inspections_max: Number | None = None


class ProviderPack(Frozen):
    """Admission and exit as one city does it; *grades* stand from the best to the worst.

    Below *floor* are the grades worse than it; *notice_days* says how long before a validity ends
    it is told, longest first; *licence_item* is verified again when a licence changes.
    """

    look_at: LimitText
    correct: LimitText
    verify: LimitText
    verify_change: LimitText
    rectify: LimitText
    confirm: LimitText
    reasons: LimitText
    countersign: LimitText
    hand_over: LimitText
    appeal: LimitText
    bar: LimitText
    suspension_max: LimitText
    validity_max: LimitText
    notice_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(max_length=5)
    floor: Code
    floor_periods: int = Field(ge=1, le=12)
    complaints_to_exit: int = Field(ge=1, le=100)
    complaints_within: LimitText
    supervising_lines: tuple[Code, ...]
    items: tuple[VerificationItem, ...] = Field(min_length=1)
    licence_item: Code
    licences: tuple[LicenceKind, ...]
    refusals: tuple[Ground, ...] = Field(min_length=1)
    warnings: tuple[Ground, ...] = Field(min_length=1)
    suspensions: tuple[SuspensionGround, ...] = Field(min_length=1)
    exits: tuple[ExitGround, ...] = Field(min_length=1)
    grades: tuple[GradeRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _meets(self) -> "ProviderPack":
        """Codes stand once in their list, the floor is a grade, notices come in their order."""
        for name in ("items", "licences", "refusals", "warnings", "suspensions", "exits", "grades"):
            codes = [one.code for one in getattr(self, name)]
            if twice := sorted({code for code in codes if codes.count(code) > 1}):
                raise ValueError(f"providers.{name} holds {', '.join(twice)} twice")
        if self.licence_item not in {one.code for one in self.items if one.line is not None}:
            raise ValueError(f"providers.licence_item names no item of a line: {self.licence_item}")
        if self.floor not in {row.code for row in self.grades}:
            raise ValueError(f"providers.floor names the unknown grade {self.floor}")
        last = self.grades[-1]
        if last != GradeRow(code=last.code, label=last.label):
            raise ValueError(f"the last grade {last.code} must ask for nothing")
        if list(self.notice_days) != sorted(set(self.notice_days), reverse=True):
            raise ValueError("providers.notice_days must fall")
        return self

    def is_below_floor(self, grade: str) -> bool:
        """Say whether *grade* is worse than the floor."""
        order = [row.code for row in self.grades]
        return grade in order and order.index(grade) > order.index(self.floor)
