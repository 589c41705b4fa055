# ruff: noqa: D101 - a fact's name and fields are its whole promise; docs/facts.md prints them
"""What has happened to a site, in the past tense.

`kind` values are stored for ever and only added to.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.site.commands import Area, SiteCondition, SiteKind
from domain.values import Code, DivisionCode, FacilityId, Frozen, Instant, OfficeText


class SiteState(StrEnum):
    """The states of a site (community.md §2); stored for ever."""

    AVAILABLE = "AVAILABLE"
    RESERVED = "RESERVED"
    IN_USE = "IN_USE"
    WITHDRAWN = "WITHDRAWN"


class SiteRegistered(Frozen):
    kind: Literal["site_registered.v1"] = "site_registered.v1"
    title: OfficeText
    place: DivisionCode
    site_kind: SiteKind
    floor_area: Area
    owner: OfficeText
    condition: SiteCondition
    available_from: Instant
    source_row: Code | None = None


class SiteRevised(Frozen):
    """What the register says now, beside what it said before."""

    kind: Literal["site_revised.v1"] = "site_revised.v1"
    floor_area: Area
    floor_area_before: Area
    owner: OfficeText
    owner_before: OfficeText
    condition: SiteCondition
    condition_before: SiteCondition
    available_from: Instant
    available_from_before: Instant
    reason: OfficeText


class SiteReserved(Frozen):
    kind: Literal["site_reserved.v1"] = "site_reserved.v1"
    facility: FacilityId


class SiteOccupied(Frozen):
    kind: Literal["site_occupied.v1"] = "site_occupied.v1"
    facility: FacilityId


class SiteReleased(Frozen):
    kind: Literal["site_released.v1"] = "site_released.v1"
    facility: FacilityId


class SiteWithdrawn(Frozen):
    kind: Literal["site_withdrawn.v1"] = "site_withdrawn.v1"
    reason: OfficeText


SiteFact = Annotated[
    SiteRegistered | SiteRevised | SiteReserved | SiteOccupied | SiteReleased | SiteWithdrawn,
    Field(discriminator="kind"),
]
