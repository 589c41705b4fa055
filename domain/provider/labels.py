"""What people read for the closed lists of a provider's case, Chinese and English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.provider.authority import STATE_LABELS
from domain.provider.commands import ProviderKind
from domain.provider.facts import LapseCause, Measure, ProviderState

PROVIDER_LISTS: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    ProviderState: STATE_LABELS,
    ProviderKind: {
        ProviderKind.ENTERPRISE: ("企业", "enterprise"),
        ProviderKind.SOCIAL_ORG: ("社会组织", "social organisation"),
        ProviderKind.PROPERTY_FIRM: ("物业服务企业", "property firm"),
        ProviderKind.VOLUNTEER_TEAM: ("志愿服务队伍", "volunteer team"),
        ProviderKind.CHAIN_BRANCH: ("连锁分支", "branch of a chain"),
    },
    Measure: {
        Measure.WARNING: ("警告", "warning"),
        Measure.EXIT_ORDER: ("责令退出", "order to leave"),
    },
    LapseCause: {
        LapseCause.VALIDITY: ("准入到期", "the admission ended"),
        LapseCause.LICENCES: ("证照全部到期", "the last licence ended"),
    },
}
PROVIDER_CLOCKS: dict[str, tuple[str, str]] = {
    "look_at": ("初审", "look at the application"),
    "correct": ("补正", "correction"),
    "verify": ("核验", "verification"),
    "verify_change": ("变更核验", "verification of a change"),
    "rectify": ("整改", "rectification"),
    "confirm": ("整改确认", "confirmation of the rectification"),
    "reasons": ("补写暂停理由", "reasons of the suspension"),
    "suspension": ("暂停期满", "end of the suspension"),
    "countersign": ("退出复核", "second key of the exit"),
    "validity": ("准入到期", "end of the admission"),
    "validity.notice": ("准入到期提醒", "notice of the end of the admission"),
    "licence": ("证照到期", "end of a licence"),
    "licence.notice": ("证照到期提醒", "notice of the end of a licence"),
    "grading": ("季度评级", "quarterly rating"),
    "appeal": ("申诉裁定", "the decision of the appeal"),
    "bar": ("禁入期满", "end of the bar"),
}
"""The clocks of a provider; `hand_over` is called as elsewhere."""
