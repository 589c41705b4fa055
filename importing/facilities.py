"""Rows of a list of existing space, and of a list of planned facilities, or their problems."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from domain.facility.commands import FacilityKind
from domain.labelled import Label
from domain.site.commands import AREA_MAX, SiteCondition, SiteKind
from domain.site.labels import SITE_LISTS
from domain.values import UNIT_CODE, instant_text
from importing.cells import folded, listed, moment, visible
from importing.places import Places
from importing.row_reading import RowReading
from importing.tables import BadRow, Field, Row, Table

SITE_FIELDS = (
    Field("number", ("空间编号", "资源编号", "编号", "source_row"), True, True, 60),
    Field("title", ("空间名称", "资源名称", "名称", "title"), True, True, 200),
    Field("street", ("所属街道", "街道", "street"), length_max=60),
    Field("community", ("社区", "所属社区", "community"), length_max=60),
    Field("place", ("区划代码", "社区代码", "place"), length_max=20),
    Field("site_kind", ("空间类别", "资源类别", "类别", "site_kind"), True, True, 40),
    Field("floor_area", ("建筑面积", "面积", "floor_area"), True, True, 20),
    Field("owner", ("产权单位", "权属单位", "owner"), True, True, 200),
    Field("condition", ("空间状况", "状况", "condition"), True, True, 40),
    Field("available_from", ("可用日期", "可用时间", "available_from"), True, True, 40),
)
"""The columns of a list of existing space; 空间编号 makes a second import repeatable."""

FACILITY_FIELDS = (
    Field("number", ("设施编号", "项目编号", "编号", "number"), True, True, 60),
    Field("title", ("设施名称", "项目名称", "名称", "title"), True, True, 200),
    Field("site", ("空间编号", "选用空间", "site"), True, True, 60),
    Field("facility_kind", ("设施类型", "类型", "facility_kind"), True, True, 40),
    Field("functions", ("功能", "服务功能", "functions"), True, True, 200),
    Field("floor_area", ("建筑面积", "面积", "floor_area"), True, True, 20),
    Field("lead", ("牵头单位编码", "牵头单位", "lead"), True, True, 32),
    Field("open_by", ("计划开业", "计划开业日期", "open_by"), True, True, 40),
    Field("budget", ("资金安排", "资金来源及金额", "budget"), True, True, 300),
    Field("without_care", ("未设养老托育的理由", "without_care"), length_max=300),
)
"""The columns of a list of facilities; the place is that of the site."""

_FACILITY_KINDS = {
    "社区服务综合体": FacilityKind.COMPLEX,
    "综合体": FacilityKind.COMPLEX,
    "单体设施": FacilityKind.SINGLE,
    "单体": FacilityKind.SINGLE,
} | {folded(kind): kind for kind in FacilityKind}
_SITE_KINDS = {folded(both[0]): kind for kind, both in SITE_LISTS[SiteKind].items()} | {
    folded(kind): kind for kind in SiteKind
}
_CONDITIONS = {folded(both[0]): one for one, both in SITE_LISTS[SiteCondition].items()} | {
    folded(one): one for one in SiteCondition
}
_CODE = re.compile(r"\d{12}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@/:-]{0,59}")
_AREA = re.compile(r"(\d{1,7})(?:\.0+)?\s*(?:平方米|㎡|m2|m²)?")
_MONEY = re.compile(r"(?P<source>[^\d:：]+)[:：]?\s*(?P<yuan>[\d,，]+)(?:\.(?P<cents>\d+))?\s*元?")
_BETWEEN = re.compile(r"[;；\n]+")
_LISTED = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True)
class ListedRow:
    """A row that was read: its number in the office's list, and the fields of a command."""

    row: Row = field(repr=False)
    number: str
    command: dict[str, Any]
    site: str = ""
    """The number of the space a facility stands on."""


@dataclass(frozen=True)
class ListedRows:
    """What a table came to: rows in their order, and those that are handed back."""

    good: tuple[ListedRow, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class ListReader:
    """Reads both lists with what registry and pack know."""

    places: Places
    zone: tzinfo
    categories: Mapping[str, Label]
    sources: Mapping[str, Label]

    def sites(self, table: Table) -> ListedRows:
        """Return the sites of *table* and the rows that are not taken, every problem named."""
        return self._read(table, facilities=False)

    def facilities(self, table: Table) -> ListedRows:
        """Return the facilities of *table* and the rows that are not taken."""
        return self._read(table, facilities=True)

    def _read(self, table: Table, *, facilities: bool) -> ListedRows:
        good: dict[str, ListedRow] = {}
        bad: list[BadRow] = []
        for row in table.rows:
            reading = _Reading(row, self)
            found = reading.facility() if facilities else reading.site()
            if found is not None and found.number in good:
                reading.fault(
                    "number",
                    "number-twice",
                    "编号与前面的行重复；请改为唯一编号。",
                    "The number stands in an earlier row; give each row its own.",
                )
            if found is None or reading.problems:
                bad.append(BadRow(row, tuple(reading.problems)))
            else:
                good[found.number] = found
        return ListedRows(tuple(good.values()), tuple(bad))


@dataclass
class _Reading(RowReading):
    """The reading of one row; problems gather as the cells are read."""

    reader: ListReader

    def site(self) -> ListedRow | None:
        """Return the row as a site, None where something of it cannot be read."""
        number = self._number("number")
        command = {
            "kind": "register_site",
            "title": self.text("title"),
            "place": self._place(),
            "site_kind": self._word("site_kind", _SITE_KINDS, SITE_LISTS[SiteKind]),
            "floor_area": self._area(),
            "owner": self.text("owner"),
            "condition": self._word("condition", _CONDITIONS, SITE_LISTS[SiteCondition]),
            "available_from": self._date("available_from"),
            "source_row": number,
        }
        return None if self.problems else ListedRow(self.row, number, command)

    def facility(self) -> ListedRow | None:
        """Return the row as a facility, None where something of it cannot be read."""
        number, site = self._number("number"), self._number("site")
        command = {
            "kind": "propose_facility",
            "title": self.text("title"),
            "facility_kind": self._word(
                "facility_kind",
                _FACILITY_KINDS,
                {"COMPLEX": ("社区服务综合体", ""), "SINGLE": ("单体设施", "")},
            ),
            "functions": self._functions(),
            "floor_area": self._area(),
            "lead": self._unit(),
            "open_by": self._date("open_by"),
            "budget": self._budget(),
            "without_care": self.text("without_care") or None,
        }
        return None if self.problems else ListedRow(self.row, number, command, site)

    def _number(self, name: str) -> str:
        text = self.coded(name)
        if _NUMBER.fullmatch(text) is None:
            self.fault(
                name,
                "not-a-number-of-a-list",
                "编号请用字母、数字和连字符，如 TH-S-012。",
                "A number holds letters, digits and hyphens, such as TH-S-012.",
            )
        return text

    def _word(self, name: str, words: Mapping[str, Any], known: Mapping[Any, Any]) -> str | None:
        found = listed(self.cell(name), words)
        if found is None:
            expected = "、".join(both[0] for both in known.values())
            self.fault(
                name,
                "unknown-word",
                f"请填：{expected}。",
                f"Write one of: {', '.join(str(one) for one in known)}.",
            )
            return None
        return str(found.value)

    def _area(self) -> int | None:
        shape = _AREA.fullmatch(self.coded("floor_area"))
        area = int(shape.group(1)) if shape else 0
        if not 0 < area <= AREA_MAX:
            self.fault(
                "floor_area",
                "not-an-area",
                "“建筑面积”请填整数平方米。",
                "The area is a whole number of square metres.",
            )
            return None
        return area

    def _date(self, name: str) -> str | None:
        found: datetime | None = moment(self.cell(name), self.reader.zone)
        if found is None:
            self.fault(
                name,
                "not-a-date",
                "请填日期，如 2026-11-03。",
                "The date cannot be read; write it as 2026-11-03.",
            )
            return None
        return instant_text(found)

    def _place(self) -> str | None:
        """Return the community, by its code or by its street and name."""
        code = self.coded("place")
        if _CODE.fullmatch(code):
            return code
        street = self.reader.places.street(self.coded("street"))
        found = street and self.reader.places.community(self.coded("community"), street)
        if not found:
            self.fault(
                "community",
                "unknown-place",
                "名册中查不到该社区；请填写名册中的名称，或在“区划代码”列填写 12 位代码。",
                "The registry knows no such community; write its name or its code of 12 digits.",
            )
            return None
        return found

    def _unit(self) -> str:
        code = self.coded("lead").upper()
        if re.fullmatch(UNIT_CODE, code) is None:
            self.fault(
                "lead",
                "not-a-unit-code",
                "“牵头单位编码”应为名册中的单位编码，如 440106-MZJ。",
                "The lead is the code of a unit in the registry, such as 440106-MZJ.",
            )
        return code

    def _functions(self) -> list[str]:
        words = _by_word(self.reader.categories)
        found = []
        for text in filter(None, _LISTED.split(visible(self.cell("functions")))):
            code = listed(text, words)
            if code is None:
                self.fault(
                    "functions",
                    "unknown-function",
                    f"“功能”中有不认识的服务类别；可填：{'、'.join(self._labels())}。",
                    "A function is a category of service of the policy pack.",
                )
                return []
            found.append(code)
        return found

    def _labels(self) -> list[str]:
        return [label.zh for label in self.reader.categories.values()]

    def _budget(self) -> list[dict[str, Any]]:
        """Return the lines: 区级财政：1200000.00；社会资本：300000 in yuan, kept as cents."""
        words = _by_word(self.reader.sources)
        lines = []
        for part in filter(None, _BETWEEN.split(visible(self.cell("budget")))):
            shape = _MONEY.fullmatch(part.strip())
            source = listed(shape["source"], words) if shape else None
            if shape is None or source is None or len(shape["cents"] or "") not in (0, 2):
                self.fault(
                    "budget",
                    "not-a-budget",
                    "“资金安排”请填“来源：金额（元，两位小数或整数）”，多项用分号隔开，如“区级财政：1200000；社会资本：300000.50”。",
                    "Write source and sum in yuan, whole or with two decimals, parted by ';'.",
                )
                return []
            yuan = re.sub(r"[,，]", "", shape["yuan"])
            lines.append({"source": source, "cents": int(yuan + (shape["cents"] or "00"))})
        return lines


def _by_word(labels: Mapping[str, Label]) -> dict[str, str]:
    """Return codes by every word that stands for them."""
    found: dict[str, str] = {}
    for code, label in labels.items():
        found |= {folded(code): code, folded(label.zh): code, folded(label.en): code}
    return found
