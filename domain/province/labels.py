"""What people read for the closed lists of a province: Chinese, then English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.province.words import CityAlarmGround, StatementStanding

PROVINCE_LISTS: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    CityAlarmGround: {
        CityAlarmGround.CHECKPOINTS: (
            "检查点互相矛盾，一部账本两部历史",
            "checkpoints contradict each other: two histories of one log",
        ),
        CityAlarmGround.SAME_NUMBER: (
            "同一编号有两份不同的报表",
            "two different statements under one number",
        ),
        CityAlarmGround.SERIES: (
            "报表不接续所持的上一份",
            "the statement does not continue the one held",
        ),
    },
    StatementStanding: {
        StatementStanding.ON_TIME: ("按期", "on time"),
        StatementStanding.LATE: ("迟报", "late"),
        StatementStanding.WITHDRAWN: ("已撤回", "withdrawn"),
        StatementStanding.MISSING: ("缺报", "missing"),
        StatementStanding.AWAITED: ("未到期", "not yet due"),
    },
}
"""Every closed list of a province with the label of each of its values."""
