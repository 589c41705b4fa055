"""What people read for each code of a finding; Chinese, then English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.finding.commands import FindingSource
from domain.finding.pack import Comparison, FindingLevel
from domain.finding.state import FindingState
from domain.linking import LINK_STANDINGS, LinkStanding

FINDING_STATES: dict[FindingState, tuple[str, str]] = {
    FindingState.OPEN: ("待处置", "open"),
    FindingState.PLANNED: ("已列计划", "planned"),
    FindingState.IN_REMEDY: ("整改中", "in remedy"),
    FindingState.VERIFYING: ("待核验", "awaiting verification"),
    FindingState.STRUCK_OFF: ("已销号", "struck off"),
    FindingState.DISMISSED: ("不予列入", "dismissed"),
    FindingState.MERGED: ("已并入", "merged"),
}

FINDING_LISTS: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    FindingState: FINDING_STATES,
    FindingLevel: {
        FindingLevel.HOME: ("住房", "home"),
        FindingLevel.ESTATE: ("小区", "estate"),
        FindingLevel.COMMUNITY: ("社区", "community"),
        FindingLevel.BLOCK: ("街区", "block"),
        FindingLevel.DISTRICT: ("城区", "urban district"),
    },
    Comparison: {
        Comparison.AT_LEAST: ("不少于", "at least"),
        Comparison.AT_MOST: ("不多于", "at most"),
    },
    FindingSource: {
        FindingSource.CHECKUP: ("城市体检", "urban check-up"),
        FindingSource.PATROL: ("日常巡查", "patrol"),
        FindingSource.RESIDENTS: ("居民反映", "told by residents"),
        FindingSource.INSPECTION: ("上级检查", "inspection from above"),
    },
    LinkStanding: LINK_STANDINGS,
}

FINDING_CLOCKS: dict[str, tuple[str, str]] = {
    "adoption": ("认领问题", "adopting the finding"),
    "remedy_plan": ("制定整改计划", "planning the remedy"),
    "remedy_target": ("完成整改", "the remedy"),
    "remedy_verification": ("现场核验", "verifying the remedy"),
    "refresh": ("动态更新", "measuring again"),
    "reopening": ("销号观察期", "the time for reopening"),
}
