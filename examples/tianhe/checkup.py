"""One year's check-up of Tianhe's 21 streets: real indicators and places, invented values."""

import random
from collections.abc import Iterator

from streets import DISTRICT, Street

CHECKUP_HEADINGS = (
    "体检编号",
    "体检维度",
    "所属街道",
    "社区",
    "区划代码",
    "指标名称",
    "实测值",
    "目标值",
    "佐证材料",
    "体检时间",
    "问题描述",
)
CHECKUP_NOTES = (
    ("用途", "天河区城区体检指标表示例：真实的街道、社区和指标，虚构的数值。"),
    ("体检维度", "住房、小区（社区）、街区、城区"),
    ("指标名称", "按政策包的体检指标目录填写；达标的也列入，导入时只登记不达标的。"),
    ("实测值", "整数，单位与目录一致。"),
)

OF_COMMUNITIES = (
    ("ELDER", "未达标配建的养老服务设施数量", (1, 2)),
    ("NURSERY", "未达标配建的婴幼儿照护服务设施数量", (1, 1)),
    ("MEAL", "社区助餐点缺口数", (1, 2)),
    ("SPACE", "未达标配建的公共活动场地数量", (1, 3)),
    ("PARKING", "停车泊位缺口数", (20, 260)),
    ("CHARGING", "新能源汽车充电桩缺口数", (4, 60)),
    ("AFTER", "儿童托管服务点缺口数", (1, 1)),
    ("HEALTH", "社区卫生服务站缺口数", (1, 1)),
)
OF_BLOCKS = (
    ("CULTURE", "未达标配建的文化活动中心数量", (1, 1)),
    ("SPORT", "未达标配建的多功能运动场地数量", (1, 2)),
    ("STORE", "“百千万工程”优品超市缺口数", (1, 1)),
    ("JOB", "就业驿站缺口数", (1, 1)),
)
NOTES = {
    "ELDER": "辖内老年人口多，现有养老服务站面积不足或未覆盖。",
    "NURSERY": "三岁以下婴幼儿入托需到邻近社区。",
    "MEAL": "无长者饭堂或助餐点，老人用餐需步行十五分钟以上。",
    "SPACE": "小区内无室外活动场地，或被停车占用。",
    "PARKING": "夜间车辆占道停放。",
    "CHARGING": "地面车位无充电条件。",
    "AFTER": "双职工家庭放学后无处托管。",
    "HEALTH": "就近无社区卫生服务站。",
    "CULTURE": "街道文化站面积不足。",
    "SPORT": "无可供居民使用的多功能运动场地。",
    "STORE": "街道内无优品超市。",
    "JOB": "街道内无就业驿站。",
}
MET_EVERY = 4
"""Every so many rows the value meets its target: a check-up's table holds good values too."""

WRONG = (
    (
        "THTJ-2026-9001",
        "社区",
        "石牌街道",
        "绿荷",
        "",
        "老人幸福指数",
        "7",
        "",
        "问卷",
        "2026-10-12",
        "",
    ),
    (
        "THTJ-2026-9002",
        "社区",
        "棠下街道",
        "棠德南",
        "",
        "停车泊位缺口数",
        "若干",
        "",
        "测绘成果",
        "2026-10-13",
        "",
    ),
    (
        "THTJ-2026-9003",
        "社区",
        "车陂街道",
        "绿荷",
        "",
        "社区助餐点缺口数",
        "1",
        "",
        "实地踏勘",
        "2026-10-14",
        "",
    ),
)
"""An indicator nobody knows, a value that is no number, a community of another street."""


def checkup_rows(found: tuple[Street, ...], seed: int) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table: six of communities and two of the block for every street."""
    chance = random.Random(seed + 3)
    count = 0
    for place, street in enumerate(found):
        for step in range(6):
            code, indicator, (low, high) = OF_COMMUNITIES[(place + step) % len(OF_COMMUNITIES)]
            community = street.communities[(place + step // 2) % len(street.communities)]
            count += 1
            at = ("小区（社区）", street.name, community.name)
            yield _row(chance, count, at, code, indicator, low, high)
        for step in range(2):
            code, indicator, (low, high) = OF_BLOCKS[(place + step) % len(OF_BLOCKS)]
            count += 1
            yield _row(chance, count, ("街区", street.name, ""), code, indicator, low, high)
    yield (
        "THTJ-2026-8001",
        "城区",
        "",
        "",
        DISTRICT,
        "完整社区覆盖率",
        "31",
        "60",
        "区体检报告第 4 章",
        "2026-10-30",
        "完整社区建设进度落后于年度目标。",
    )
    yield (
        "THTJ-2026-8002",
        "城区",
        "",
        "",
        DISTRICT,
        "社区居家养老服务覆盖率",
        "100",
        "",
        "区民政局年报",
        "2026-10-30",
        "",
    )
    yield from WRONG


def _row(
    chance: random.Random,
    count: int,
    at: tuple[str, str, str],
    code: str,
    indicator: str,
    low: int,
    high: int,
) -> tuple[str, ...]:
    level, street, community = at
    met = count % MET_EVERY == 0
    value = 0 if met else chance.randint(low, high)
    return (
        f"THTJ-2026-{count:04d}",
        level,
        street,
        community,
        "",
        indicator,
        str(value),
        "",
        f"2026 年{street}体检表第 {count} 行",
        f"2026-10-{chance.randint(8, 28):02d}",
        "" if met else NOTES[code],
    )
