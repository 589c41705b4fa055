"""What a policy pack says of facilities: limits, milestones, the guideline, closed lists.

Every number here differs from city to city and is published with the pack.
"""

from typing import Annotated

from pydantic import Field, model_validator

from domain.clocks import LimitText
from domain.labelled import Ground
from domain.values import Code, Frozen, OfficeText

Days = Annotated[int, Field(ge=1, le=28)]


class Milestone(Ground):
    """One step of building: reached within a limit of the step before (of approval: the first)."""

    within: LimitText


class ComplexGuideline(Frozen):
    """What makes a community service complex (社区服务综合体), after the ministry's guideline.

    At least *core_min* of the functions *core*; one of *care*, or the reason why not.
    """

    source: OfficeText
    area_min: int = Field(ge=1)
    area_advised: int = Field(ge=1)
    functions_min: int = Field(ge=1, le=20)
    core: tuple[Code, ...] = Field(min_length=1)
    core_min: int = Field(ge=1, le=20)
    care: tuple[Code, ...] = Field(min_length=1)


class FacilityLimits(Frozen):
    """The clocks of a facility; the milestones bring their own."""

    decide: LimitText
    complete: LimitText
    """How long after the last milestone completion is reported."""
    accept: LimitText
    open: LimitText
    rectify: LimitText
    term_notice: LimitText
    """How long before an operator's term ends the street is told."""


class FacilityPack(Frozen):
    """The part of a pack that facilities are decided by.

    *approving_lines* are the lines of the development departments that may approve beside the Party
    authority; the use of a month is reported before the day *report_by* of the next is over;
    *coverage* are the functions a community is looked at for.
    """

    limits: FacilityLimits
    report_by: Days
    approving_lines: tuple[Code, ...] = ()
    milestones: tuple[Milestone, ...] = Field(min_length=1, max_length=20)
    complex: ComplexGuideline
    checklist: tuple[Ground, ...] = Field(min_length=1, max_length=30)
    funding_sources: tuple[Ground, ...] = Field(min_length=1)
    suspension_grounds: tuple[Ground, ...] = Field(min_length=1)
    coverage: tuple[Code, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _meets(self) -> "FacilityPack":
        """Codes stand once in their list; advice is not below the minimum."""
        for name in ("milestones", "checklist", "funding_sources", "suspension_grounds"):
            codes = [item.code for item in getattr(self, name)]
            if len(set(codes)) < len(codes):
                raise ValueError(f"facilities.{name} holds a code twice")
        for name, listed in (("core", self.complex.core), ("coverage", self.coverage)):
            if len(set(listed)) < len(listed):
                raise ValueError(f"facilities.{name} holds a code twice")
        if self.complex.area_advised < self.complex.area_min:
            raise ValueError("facilities.complex advises less than it demands")
        return self

    def named_categories(self) -> frozenset[str]:
        """Return the categories of service this part speaks of; the pack must know them all."""
        return frozenset((*self.complex.core, *self.complex.care, *self.coverage))
