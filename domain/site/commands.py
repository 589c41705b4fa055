"""What may be asked of a site: one model for each command, in the imperative.

`kind` values are stored for ever. The owner is an organisation: a private person's name has no
place here.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.values import Code, DivisionCode, FacilityId, Frozen, Instant, OfficeText

AREA_MAX = 1_000_000
Area = Annotated[int, Field(ge=1, le=AREA_MAX)]
"""Square metres, whole ones."""


class SiteKind(StrEnum):
    """Where the space comes from (the seed's list of existing resources); stored for ever."""

    IDLE_PUBLIC_ROOMS = "IDLE_PUBLIC_ROOMS"  # 闲置公房
    ESTATE_RENEWAL = "ESTATE_RENEWAL"  # 老旧小区改造
    COMPLETE_COMMUNITY = "COMPLETE_COMMUNITY"  # 完整社区建设
    LIVELY_BLOCK = "LIVELY_BLOCK"  # 活力街区
    PROPERTY_FIRM = "PROPERTY_FIRM"  # 物业企业用房
    NEW_BUILD = "NEW_BUILD"  # 新建


class SiteCondition(StrEnum):
    """What the space needs before it can be used; stored for ever."""

    USABLE = "USABLE"  # 可直接使用
    FITTING = "FITTING"  # 需装修
    REPAIR = "REPAIR"  # 需修缮
    TO_BUILD = "TO_BUILD"  # 待建


class RegisterSite(Frozen):
    """Put a site on the register."""

    kind: Literal["register_site"] = "register_site"
    title: OfficeText
    place: DivisionCode
    site_kind: SiteKind
    floor_area: Area
    owner: OfficeText
    condition: SiteCondition
    available_from: Instant
    source_row: Code | None = None


class ReviseSite(Frozen):
    """Change what the register says of a site; what is left out stays as it is."""

    kind: Literal["revise_site"] = "revise_site"
    floor_area: Area | None = None
    owner: OfficeText | None = None
    condition: SiteCondition | None = None
    available_from: Instant | None = None
    reason: OfficeText


class ReserveSite(Frozen):
    """Reserve the site for a facility that was proposed on it (sent by the facility)."""

    kind: Literal["reserve_site"] = "reserve_site"
    facility: FacilityId


class OccupySite(Frozen):
    """Put the site to use for the facility it is reserved for (sent when building begins)."""

    kind: Literal["occupy_site"] = "occupy_site"
    facility: FacilityId


class ReleaseSite(Frozen):
    """Give the site back: the facility was dropped or closed (sent by the facility)."""

    kind: Literal["release_site"] = "release_site"
    facility: FacilityId


class WithdrawSite(Frozen):
    """Take a free site off the register."""

    kind: Literal["withdraw_site"] = "withdraw_site"
    reason: OfficeText


SiteCommand = Annotated[
    RegisterSite | ReviseSite | ReserveSite | OccupySite | ReleaseSite | WithdrawSite,
    Field(discriminator="kind"),
]
