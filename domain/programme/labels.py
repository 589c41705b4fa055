"""What people read for the codes of a programme; Chinese, then English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.community_figures import CommunityFigure
from domain.programme.commands import GoalMeasure, ProgrammeLevel
from domain.programme.facts import ProgrammeState

STATE_LABELS: dict[ProgrammeState, tuple[str, str]] = {
    ProgrammeState.DRAFT: ("草拟", "a draft"),
    ProgrammeState.CALLING: ("申报中", "open for applications"),
    ProgrammeState.SELECTING: ("评选中", "in selection"),
    ProgrammeState.RUNNING: ("建设中", "under way"),
    ProgrammeState.ASSESSING: ("评估中", "being assessed"),
    ProgrammeState.EXTENDED: ("已推广", "extended"),
    ProgrammeState.ENDED: ("已结束", "ended"),
}

PROGRAMME_LISTS: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    ProgrammeState: STATE_LABELS,
    ProgrammeLevel: {
        ProgrammeLevel.NATION: ("国家级", "national"),
        ProgrammeLevel.PROVINCE: ("省级", "provincial"),
        ProgrammeLevel.CITY: ("市级", "city"),
        ProgrammeLevel.DISTRICT: ("区级", "district"),
    },
    CommunityFigure: {
        CommunityFigure.TASKS_CLOSED: ("任务结案", "tasks closed"),
        CommunityFigure.RESIDENTS_SATISFIED: ("居民满意", "residents satisfied"),
        CommunityFigure.FINDINGS_STRUCK_OFF: ("问题销号", "findings struck off"),
        CommunityFigure.FINDINGS_OPEN: ("在账问题", "findings open"),
        CommunityFigure.FUNCTIONS_OPEN: ("服务功能开放", "functions open"),
        CommunityFigure.COMMITMENTS_DELIVERED: ("承诺兑现", "commitments delivered"),
    },
    GoalMeasure: {
        GoalMeasure.NUMBER: ("数量", "number"),
        GoalMeasure.PERCENT: ("占比（%）", "per cent"),
    },
}
"""Every closed list of a programme with the label of each of its values."""

PROGRAMME_CLOCKS: dict[str, tuple[str, str]] = {
    "draft_review": ("方案审定", "the decision on the draft"),
    "applications": ("申报截止", "the end of applications"),
    "selection": ("评选", "the selection"),
    "publication": ("公布评选结果", "the publication of the selection"),
    "progress": ("季度进展", "the quarter's progress"),
    "build_end": ("建设期满", "the end of building"),
    "assessment": ("评估", "the assessment"),
}
"""Every clock a programme can have; names are stored for ever."""
