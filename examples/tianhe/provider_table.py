"""The providers of `providers.json` as the table an office would hand over."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from needs import CATEGORY_LABELS
from streets import Street

PROVIDER_HEADINGS = (
    "机构名称",
    "机构类型",
    "统一社会信用代码",
    "队伍编号",
    "连锁总部信用代码",
    "服务类别",
    "服务区域",
    "许可证件",
    "价目",
    "联系人",
    "申请部门",
)
PROVIDER_NOTES = (
    ("用途", "天河区服务机构清单示例：与 providers.json 相同的四十家，机构、代码、证照均为虚构。"),
    ("机构类型", "企业、社会组织、物业服务企业、志愿服务队伍、连锁分支"),
    ("服务区域", "街道名称，或“某街道某社区”，或区划代码，以顿号隔开。"),
    ("许可证件", "种类 编号 有效期至（日期或长期），以分号隔开。"),
    ("价目", "项目 单位 价格（元），以分号隔开。"),
    ("申请部门", "单位全称或编码；留空由类别的牵头部门申请。"),
)
_KINDS = {
    "ENTERPRISE": "企业",
    "SOCIAL_ORG": "社会组织",
    "PROPERTY_FIRM": "物业服务企业",
    "VOLUNTEER_TEAM": "志愿服务队伍",
    "CHAIN_BRANCH": "连锁分支",
}
_LICENCES = {"BUSINESS": "营业执照", "FOOD": "食品经营许可证"}


def provider_rows(streets: tuple[Street, ...]) -> Iterator[tuple[str, ...]]:
    """Yield a row for every provider; each serves one street."""
    listed = Path(__file__).with_name("providers.json").read_text("utf-8")
    for one in json.loads(listed):
        yield (
            one["name"],
            _KINDS[one["provider_kind"]],
            one.get("credit_code", ""),
            one.get("team_number", ""),
            one.get("head_code", ""),
            "、".join(CATEGORY_LABELS[category] for category in one["categories"]),
            streets[one["street"] % len(streets)].name,
            "；".join(_licence(licence) for licence in one["licences"]),
            "；".join(_price(price) for price in one["prices"]),
            "",
            "",
        )


def _licence(licence: dict[str, str]) -> str:
    last_day = licence.get("valid_until", "长期")[:10]  # it ends at 16:00 UTC, midnight here
    return f"{_LICENCES[licence['licence']]} {licence['number']} {last_day}"


def _price(price: dict[str, Any]) -> str:
    yuan, cents = divmod(price["cents"], 100)
    return f"{price['item']} {price['per']} {yuan}.{cents:02d}"
