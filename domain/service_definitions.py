"""What each rate is: its name for people, and what counts above and below the line.

A definition is versioned (`response_rate@1`); another way of counting gets another number beside
it, so that an old figure keeps its meaning (domain.md §1.6).
"""

from dataclasses import dataclass

RECORDED = (
    "归入首条计数事实入账的月份：已报出的月份此后不再变动",
    "belongs to the month in which its first fact was recorded, so that a month stays as reported",
)
_TOLD = (
    "是否在时限内按联系发生的时刻判定（外勤事后补录不算逾期）；归入首条计数事实入账的月份",
    (
        "in time by when the contact happened, as told, for field work is entered late; belongs to "
        "the month in which its first fact was recorded"
    ),
)
_HANDED_IN = (
    "是否按期按结果入账的时刻判定（提交即入账，不由自己倒填）；归入首条计数事实入账的月份",
    (
        "on time by when the result was recorded, which nobody dates back; belongs to the month in "
        "which its first fact was recorded"
    ),
)


@dataclass(frozen=True)
class Definition:
    """What a rate is: its name for people, and what counts above and below the line."""

    metric: str
    zh: str
    en: str
    numerator: str
    denominator: str
    numerator_zh: str
    denominator_zh: str
    instant: str = RECORDED[1]
    instant_zh: str = RECORDED[0]
    """By which instant it counts, and why."""


DEFINITIONS: dict[str, Definition] = {
    one.metric: one
    for one in (
        Definition(
            "response_rate@1",
            "响应率",
            "response rate",
            "first contacts within the limit",
            "first contacts made, or owed and missed",
            "时限内的首次联系",
            "已作的首次联系，及应联系而逾期未联系的",
            instant=_TOLD[1],
            instant_zh=_TOLD[0],
        ),
        Definition(
            "resolution_rate@1",
            "解决率",
            "resolution rate",
            "residents who answered that it is resolved",
            "residents who answered whether it is resolved",
            "答复“已解决”的居民",
            "就是否解决作了答复的居民",
        ),
        Definition(
            "satisfaction_rate@1",
            "满意率",
            "satisfaction rate",
            "ratings from the pack's lowest satisfied grade upwards",
            "ratings given; unrated ones are excluded and shown as coverage",
            "达到政策包最低满意等级的评价",
            "全部评价；未评价的剔除，另计覆盖率",
        ),
        Definition(
            "rating_coverage@1",
            "评价覆盖率",
            "rating coverage",
            "residents who rated",
            "residents who rated or let the window pass",
            "作出评价的居民",
            "作出评价或评价期满未评的居民",
        ),
        Definition(
            "on_time_rate@1",
            "按期办结率",
            "on-time rate",
            "results submitted by the due instant",
            "results submitted, or due and not submitted",
            "在办理期限内提交的结果",
            "已提交的结果，及到期未提交的",
            instant=_HANDED_IN[1],
            instant_zh=_HANDED_IN[0],
        ),
        Definition(
            "rework_rate@1",
            "返工率",
            "rework rate",
            "results that were sent back to be done again",
            "results submitted",
            "被退回重办的结果",
            "已提交的结果",
        ),
        Definition(
            "return_rate@1",
            "回退率",
            "return rate",
            "dispatches whose return was approved",
            "dispatches to a unit",
            "同意退单的派单",
            "全部派单",
        ),
        Definition(
            "improper_return_rate@1",
            "不当退单率",
            "improper return rate",
            "requests for return that were refused",
            "requests for return that were answered",
            "未获同意的退单申请",
            "已答复的退单申请",
        ),
        Definition(
            "extension_rate@1",
            "延期率",
            "extension rate",
            "dispatches whose time was extended",
            "dispatches to a unit",
            "同意延期的派单",
            "全部派单",
        ),
    )
}

NEVER_SCORED = frozenset(("satisfaction_rate@1", "resolution_rate@1"))
"""What a category whose ratings are left out of the score is left out of ([W22])."""

_EXCLUSIONS = {"unrated": "未评价", "category_not_scored": "该类别不计考核"}


def exclusion_shown(why: str) -> str:
    """Return in Chinese why something was left out of a rate; *why* as figures name it."""
    rule, _, ground = why.partition(":")
    if rule == "score_excluded":
        return f"经同意剔除（{ground}）"
    return _EXCLUSIONS.get(why, why)
