"""What of a finding differs from city to city: limits, grounds, and the catalogue of indicators."""

from enum import StrEnum

from pydantic import Field

from domain.clocks import LimitText
from domain.labelled import Ground, Label
from domain.values import Code, Frozen


class FindingLevel(StrEnum):
    """The four dimensions of the check-up; stored for ever."""

    HOME = "HOME"  # 住房
    ESTATE = "ESTATE"  # 小区
    COMMUNITY = "COMMUNITY"  # 社区
    BLOCK = "BLOCK"  # 街区
    DISTRICT = "DISTRICT"  # 城区


class Comparison(StrEnum):
    """On which side of its target a value is good; stored for ever."""

    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"

    def met(self, value: int, target: int) -> bool:
        """Say whether *value* meets *target*."""
        return value >= target if self is Comparison.AT_LEAST else value <= target


class Indicator(Ground):
    """One indicator of the catalogue, measured in whole *unit*s at one of its *levels*.

    *target* is the value a city takes where the finding names none; *category* says which lines
    of departments may lead the remedy.
    """

    levels: tuple[FindingLevel, ...] = Field(min_length=1)
    unit: Label
    comparison: Comparison
    target: int | None = Field(default=None, ge=0)
    category: Code


class FindingPack(Frozen):
    """The clocks and lists of findings; *office_line* keeps the ledger for the district."""

    adoption: LimitText
    planning: LimitText
    remedy_max: LimitText
    verification: LimitText
    refresh: LimitText
    reopening: LimitText
    office_line: Code
    dismissal_grounds: tuple[Ground, ...] = Field(min_length=1)
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    def indicator(self, code: str) -> Indicator | None:
        """Return the indicator *code*, or None where the catalogue does not have it."""
        return next((one for one in self.indicators if one.code == code), None)
