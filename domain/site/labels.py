"""What people read for the codes of sites."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.site.commands import SiteCondition, SiteKind
from domain.site.facts import SiteState

SITE_STATES: dict[SiteState, tuple[str, str]] = {
    SiteState.AVAILABLE: ("可用", "available"),
    SiteState.RESERVED: ("已预留", "reserved"),
    SiteState.IN_USE: ("使用中", "in use"),
    SiteState.WITHDRAWN: ("已撤回", "withdrawn"),
}

SITE_LISTS: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    SiteState: SITE_STATES,
    SiteKind: {
        SiteKind.IDLE_PUBLIC_ROOMS: ("闲置公房", "idle public rooms"),
        SiteKind.ESTATE_RENEWAL: ("老旧小区改造", "old-estate renewal"),
        SiteKind.COMPLETE_COMMUNITY: ("完整社区建设", "complete community"),
        SiteKind.LIVELY_BLOCK: ("活力街区打造", "lively block"),
        SiteKind.PROPERTY_FIRM: ("物业企业用房", "rooms of a property firm"),
        SiteKind.NEW_BUILD: ("新建", "new build"),
    },
    SiteCondition: {
        SiteCondition.USABLE: ("可直接使用", "usable as it is"),
        SiteCondition.FITTING: ("需装修", "needs fitting out"),
        SiteCondition.REPAIR: ("需修缮", "needs repair"),
        SiteCondition.TO_BUILD: ("待建", "still to be built"),
    },
}
"""The enumerations of this kind of case with their labels."""
