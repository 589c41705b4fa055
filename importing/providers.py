"""Rows of a list of service providers (服务机构) as applications, or their problems."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from domain.labelled import Label
from domain.policy import Category
from domain.provider.commands import ProviderKind
from domain.provider.identity import provider_stream, team_stream
from domain.provider.labels import PROVIDER_LISTS
from domain.provider.refusal_rules import REFUSAL_RULES
from importing.cells import folded, listed, seen, visible
from importing.needs import category_labels
from importing.places import Places
from importing.provider_cells import BETWEEN, licence_in, licence_words, price_in
from importing.row_reading import RowReading
from importing.tables import BadRow, Field, Row, Table

PROVIDER_FIELDS = (
    Field("name", ("机构名称", "名称", "name"), True, True, 200),
    Field("provider_kind", ("机构类型", "机构类别", "类型", "provider_kind"), True, True, 40),
    Field("credit_code", ("统一社会信用代码", "信用代码", "credit_code"), True, length_max=40),
    Field("team_number", ("队伍编号", "志愿服务队编号", "team_number"), length_max=40),
    Field("head_code", ("连锁总部信用代码", "总部信用代码", "head_code"), length_max=40),
    Field("categories", ("服务类别", "categories"), True, True, 300),
    Field("areas", ("服务区域", "areas"), True, True, 1000),
    Field("licences", ("许可证件", "证照", "licences"), length_max=2000),
    Field("prices", ("价目", "价目表", "prices"), length_max=6000),
    Field("contact", ("联系人", "联系方式", "contact"), length_max=200),
    Field("unit", ("申请部门", "代为申请部门", "unit"), length_max=100),
)
"""The columns of a list of providers; a body is known again by its code or its team's number."""

_KINDS = (
    {folded(both[0]): kind for kind, both in PROVIDER_LISTS[ProviderKind].items()}
    | {folded(kind): kind for kind in ProviderKind}
    | {
        "物业企业": ProviderKind.PROPERTY_FIRM,
        "志愿服务队": ProviderKind.VOLUNTEER_TEAM,
        "连锁门店": ProviderKind.CHAIN_BRANCH,
        "连锁分店": ProviderKind.CHAIN_BRANCH,
    }
)
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")
_TEAM_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{3,31}")
_PLACE_CODE = re.compile(r"\d{6}(\d{3}(\d{3})?)?")
_WITHIN = re.compile(r"(?P<street>.+?(?:街道|镇|乡))(?P<community>.+)")
_LISTED = re.compile(r"[、,，;；\n]+")


@dataclass(frozen=True)
class ProviderRow:
    """A row that was read: the case of its body, the application, and who is said to apply."""

    row: Row = field(repr=False)
    stream: str
    command: dict[str, Any] = field(repr=False)
    unit: str | None = None


@dataclass(frozen=True)
class ProviderRows:
    """What a table came to: applications in their order, and the rows that are handed back."""

    good: tuple[ProviderRow, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class ProviderReader:
    """Reads a list of providers with what the registry and the pack know.

    *units* are the codes of units by their folded name or code.
    """

    places: Places
    zone: tzinfo
    categories: Sequence[Category]
    licences: Mapping[str, Label]
    units: Mapping[str, str]

    def read(self, table: Table) -> ProviderRows:
        """Return the applications of *table* and the rows not taken, every problem named."""
        good: dict[str, ProviderRow] = {}
        bad: list[BadRow] = []
        for row in table.rows:
            reading = _Reading(row, self)
            found = reading.provider()
            if found is not None and found.stream in good:
                reading.fault(
                    "credit_code",
                    "body-twice",
                    "该机构与前面的行重复；一个机构只填一行。",
                    "The body stands in an earlier row; give each body one row.",
                )
            if found is None or reading.problems:
                bad.append(BadRow(row, tuple(reading.problems)))
            else:
                good[found.stream] = found
        return ProviderRows(tuple(good.values()), tuple(bad))


@dataclass
class _Reading(RowReading):
    """The reading of one row; problems gather as the cells are read."""

    reader: ProviderReader

    def provider(self) -> ProviderRow | None:
        """Return the row as an application, None where something of it cannot be read."""
        code, team = self._credit_code("credit_code"), self._team_number()
        if not code and not team:
            self.fault("credit_code", "number-of-body", *REFUSAL_RULES["number-of-body"])
        told = {
            "kind": "apply_for_admission",
            "name": self.text("name"),
            "provider_kind": self._kind(),
            "credit_code": code,
            "team_number": team,
            "head_code": self._credit_code("head_code"),
            "categories": self._categories(),
            "areas": self._areas(),
            "licences": self._licences(),
            "prices": self._prices(),
            "contact": self.text("contact"),
        }
        unit = self._unit()
        if self.problems:
            return None
        stream = provider_stream(code) if code else team_stream(team)
        return ProviderRow(self.row, stream, {name: one for name, one in told.items() if one}, unit)

    def _each(self, name: str, between: re.Pattern[str]) -> list[str]:
        parts = between.split(seen(self.cell(name)))
        return [part.strip() for part in parts if part.strip()]

    def _credit_code(self, name: str) -> str:
        code = re.sub(r"[\s-]", "", self.coded(name)).upper()
        if code and _CREDIT_CODE.fullmatch(code) is None:
            self.fault(
                name,
                "not-a-credit-code",
                "统一社会信用代码为 18 位数字或大写字母；请把该列设为文本格式后重填。",
                "A credit code has 18 digits or capitals; keep the column as text.",
            )
        return code

    def _team_number(self) -> str:
        number = self.coded("team_number")
        if number and _TEAM_NUMBER.fullmatch(number) is None:
            self.fault(
                "team_number",
                "not-a-team-number",
                "“队伍编号”为 4 至 32 位字母、数字和连字符，如 TH-0001。",
                "A team's number has 4 to 32 letters, digits and hyphens, such as TH-0001.",
            )
        return number

    def _kind(self) -> str | None:
        found = listed(self.cell("provider_kind"), _KINDS)
        if found is None:
            labels = PROVIDER_LISTS[ProviderKind].values()
            self.fault(
                "provider_kind",
                "unknown-word",
                f"“机构类型”请填：{'、'.join(zh for zh, _ in labels)}。",
                f"Write one of: {', '.join(en for _, en in labels)}.",
            )
            return None
        return str(found.value)

    def _categories(self) -> list[str]:
        words = category_labels(self.reader.categories)
        found = [listed(text, words) for text in self._each("categories", _LISTED)]
        if not found or None in found:
            labels = "、".join(one.label.zh for one in self.reader.categories)
            self.fault(
                "categories",
                "unknown-category",
                f"“服务类别”中有不认识的类别；可填：{labels}。",
                "A category is not one of the policy pack's.",
            )
        return [code for code in found if code is not None]

    def _areas(self) -> list[str]:
        found = [self._area(text) for text in self._each("areas", _LISTED)]
        if not found or None in found:
            self.fault(
                "areas",
                "unknown-place",
                "“服务区域”中有名册查不到的地点；请填街道名称、“某街道某社区”或区划代码，以顿号隔开。",
                "An area is unknown; write streets, a street with its community, or codes.",
            )
        return [code for code in found if code is not None]

    def _area(self, text: str) -> str | None:
        """Return the division that *text* names: its code, a street, or a street's community."""
        text = visible(text)
        if _PLACE_CODE.fullmatch(text):
            return text
        if street := self.reader.places.street(text):
            return street
        parts = _WITHIN.fullmatch(text)
        street = self.reader.places.street(parts["street"]) if parts else None
        if parts is None or street is None:
            return None
        community = self.reader.places.community(parts["community"], street)
        return community if community != street else None

    def _licences(self) -> list[dict[str, Any]]:
        words = licence_words(self.reader.licences)
        parts = self._each("licences", BETWEEN)
        found = [licence_in(part, words, self.reader.zone) for part in parts]
        if None in found:
            labels = "、".join(label.zh for label in self.reader.licences.values())
            self.fault(
                "licences",
                "not-a-licence",
                "“许可证件”请填“种类 编号 有效期至（日期或长期）”，多项用分号隔开，如"
                f"“食品经营许可证 JY001 2031-12-31；营业执照 GS001 长期”。种类：{labels}。",
                "Write kind, number and the last day (or 长期, no end), parted by ';'.",
            )
        return [one for one in found if one is not None]

    def _prices(self) -> list[dict[str, Any]]:
        found = [price_in(part) for part in self._each("prices", BETWEEN)]
        if None in found:
            self.fault(
                "prices",
                "not-a-price",
                "“价目”请填“项目 单位 价格（元，整数或两位小数）”，多项用分号隔开，"
                "如“午餐 份 15.00；上门探访 次 30”。",
                "Write item, unit and yuan, whole or with two decimals, parted by ';'.",
            )
        return [one for one in found if one is not None]

    def _unit(self) -> str | None:
        """Return the unit that applies for the body; None leaves it to who leads the category."""
        text = self.coded("unit")
        found = listed(text, self.reader.units) if text else None
        if text and found is None:
            self.fault(
                "unit",
                "unknown-unit",
                "名册中没有该“申请部门”；请填单位全称或单位编码，留空由类别的牵头部门申请。",
                "The registry knows no such unit; write its name or code, or leave it empty.",
            )
        return found
