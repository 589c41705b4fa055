"""Sixty sites and twenty-five facilities of Tianhe: real communities, invented space and plans."""

import random
from collections.abc import Iterator

from bureaus import LINE_BODIES, code_of
from streets import Street

SITE_HEADINGS = (
    "空间编号",
    "空间名称",
    "所属街道",
    "社区",
    "区划代码",
    "空间类别",
    "建筑面积",
    "产权单位",
    "空间状况",
    "可用日期",
)
SITE_NOTES = (
    ("用途", "天河区存量空间清单示例：真实的街道和社区，虚构的空间。"),
    ("空间类别", "闲置公房、老旧小区改造、完整社区建设、活力街区打造、物业企业用房、新建"),
    ("建筑面积", "整数，平方米。"),
)
FACILITY_HEADINGS = (
    "设施编号",
    "设施名称",
    "空间编号",
    "设施类型",
    "功能",
    "建筑面积",
    "牵头单位编码",
    "计划开业",
    "资金安排",
    "未设养老托育的理由",
)
FACILITY_NOTES = (
    ("用途", "天河区嵌入式服务设施清单示例；设施所在社区即所选空间的社区。"),
    ("功能", "服务类别，以顿号隔开。"),
    ("资金安排", "来源：金额（元），以分号隔开；整数或两位小数。"),
)
SITES, FACILITIES = 60, 25
_KINDS = (
    ("闲置公房", "旧办公楼", "区机关事务管理局", "需装修"),
    ("老旧小区改造", "小区架空层", "街道办事处", "需修缮"),
    ("完整社区建设", "社区用房", "街道办事处", "可直接使用"),
    ("活力街区打造", "临街商铺", "区属国有企业", "需装修"),
    ("物业企业用房", "物业服务用房", "物业服务企业", "可直接使用"),
    ("新建", "配建公共服务用房", "区住房和建设部门", "待建"),
)
_COMPLEX = (
    ("养老、社区助餐、健康服务", "MZJ", ""),
    ("养老、托育、文化休闲、社区助餐", "MZJ", ""),
    ("托育、儿童游憩、教育", "WJJ", ""),
    ("社区助餐、儿童游憩、家政便民、就近就业", "MZJ", "社区内已有养老院和托育园"),
)
_SINGLE = (
    ("社区助餐", "MZJ"),
    ("体育健身", "WGLTJ"),
    ("文化休闲", "WGLTJ"),
    ("就近就业", "RSJ"),
    ("“百千万工程”优品超市", "NYNCJ"),
    ("家政便民", "SWJ"),
    ("健康服务", "WJJ"),
)

_LEADS = {body.suffix: code_of(body) for body in LINE_BODIES}


def site_rows(streets: tuple[Street, ...], seed: int) -> Iterator[tuple[str, ...]]:
    """Yield the sites: every street has two or three, each in a community of its own."""
    lot = random.Random(f"{seed} sites")
    for number in range(SITES):
        street = streets[number % len(streets)]
        community = street.communities[(number // len(streets)) % len(street.communities)]
        kind, room, owner, condition = _KINDS[number % len(_KINDS)]
        large, small = 620 + 20 * lot.randint(0, 24), 80 + 10 * lot.randint(0, 90)
        area = large if number < FACILITIES else small
        yield (
            f"TH-S-{number + 1:03d}",
            f"{community.name}{room}",
            street.name,
            community.name,
            community.code,
            kind,
            str(area),
            owner,
            condition,
            f"2026-{lot.randint(1, 9):02d}-01",
        )


def facility_rows(sites: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield the facilities on the first sites, three of five of them complexes."""
    for number, site in enumerate(sites[:FACILITIES]):
        area = int(site[6])
        if number % 5 < 3:
            functions, lead, without = _COMPLEX[number % len(_COMPLEX)]
            kind, called, size = "社区服务综合体", "社区服务综合体", min(area, 600 + 40 * number)
            size = max(size, 600)
        else:
            functions, lead = _SINGLE[number % len(_SINGLE)]
            kind, called, size, without = "单体设施", f"{functions}点", min(area, 120), ""
        yuan = size * 1500
        yield (
            f"TH-F-{number + 1:03d}",
            f"{site[3]}{called}",
            site[0],
            kind,
            functions,
            str(size),
            _LEADS[lead],
            "2027-12-31",
            f"区级财政：{yuan}.00；福利彩票公益金：{yuan // 3}.00；社会资本：{yuan // 5}.00",
            without,
        )
