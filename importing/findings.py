"""Rows of a check-up's table (体检指标表) as measured values, or as problems.

One table holds homes, estates, communities, blocks and the district, good values and bad; whether
a value is a finding is the catalogue's to say, not the reader's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from domain.finding.commands import FindingSource
from domain.finding.pack import FindingLevel, Indicator
from domain.values import LEDGER_NUMBER
from importing.cells import folded, moment
from importing.places import Places
from importing.row_reading import RowReading
from importing.tables import BadRow, Field, Row, Table

FINDING_FIELDS = (
    Field("ledger_row", ("体检编号", "台账编号", "问题编号", "ledger_row"), True, True, 96),
    Field("level", ("体检维度", "维度", "层级", "level"), True, True, 20),
    Field("street", ("所属街道", "街道", "street"), length_max=60),
    Field("community", ("社区", "所属社区", "小区（社区）", "community"), length_max=60),
    Field("place", ("区划代码", "社区代码", "place"), length_max=20),
    Field("indicator", ("指标名称", "体检指标", "指标", "indicator"), True, True, 100),
    Field("value", ("实测值", "现状值", "数值", "value"), True, True, 20),
    Field("target", ("目标值", "标准值", "target"), length_max=20),
    Field("evidence", ("佐证材料", "数据来源", "佐证", "evidence"), True, True, 400),
    Field("found_at", ("体检时间", "测量时间", "发现时间", "found_at"), True, True, 40),
    Field("note", ("问题描述", "说明", "note"), length_max=400),
    Field("source", ("问题来源", "来源", "source"), length_max=40),
)
"""The columns of a check-up's table; 体检编号 makes a second import repeatable."""

LEVELS = {
    "住房": FindingLevel.HOME,
    "小区": FindingLevel.ESTATE,
    "小区(社区)": FindingLevel.COMMUNITY,
    "社区": FindingLevel.COMMUNITY,
    "街区": FindingLevel.BLOCK,
    "城区": FindingLevel.DISTRICT,
} | {folded(level): level for level in FindingLevel}

SOURCES = {
    "": FindingSource.CHECKUP,
    "城市体检": FindingSource.CHECKUP,
    "城区体检": FindingSource.CHECKUP,
    "日常巡查": FindingSource.PATROL,
    "居民反映": FindingSource.RESIDENTS,
    "上级检查": FindingSource.INSPECTION,
} | {folded(source): source for source in FindingSource}

_NUMBER = re.compile(LEDGER_NUMBER)
_WHOLE = re.compile(r"\d{1,9}")
_UNITS = re.compile(r"^([\d,，]+)(?:\.0+)?\s*(?:个|处|栋|户|%|％|米|平方米|条|个泊位|个学位)?$")
_CODE = re.compile(r"\d{6}(\d{3}(\d{3})?)?")
_DIGITS = {FindingLevel.BLOCK: 9, FindingLevel.DISTRICT: 6}


@dataclass(frozen=True)
class FindingRow:
    """One measured value of the check-up."""

    row: Row = field(repr=False)
    ledger_row: str
    level: FindingLevel
    place: str
    indicator: Indicator
    value: int
    target: int | None
    evidence: str
    found_at: datetime
    note: str | None
    source: FindingSource

    @property
    def repeat_key(self) -> str:
        """What makes two rows the same: the number an office gave it, at its place."""
        return f"{self.place[:6]}\x1f{self.ledger_row}"

    @property
    def is_met(self) -> bool:
        """Whether the value meets its target, so that there is nothing to record."""
        target = self.indicator.target if self.target is None else self.target
        return target is not None and self.indicator.comparison.met(self.value, target)


@dataclass(frozen=True)
class FindingRows:
    """What a table came to: measured values in their order, and the rows to be handed back."""

    good: tuple[FindingRow, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class FindingReader:
    """Reads a check-up's table with what the registry and the catalogue know."""

    indicators: Sequence[Indicator]
    places: Places
    zone: tzinfo

    def read(self, table: Table) -> FindingRows:
        """Return the values of *table* and the rows that are not taken, every problem named."""
        names: dict[str, Indicator] = {}
        for one in self.indicators:
            names |= {folded(one.code): one, folded(one.label.zh): one, folded(one.label.en): one}
        good: list[FindingRow] = []
        bad: list[BadRow] = []
        known: set[str] = set()
        for row in table.rows:
            reading = _Reading(row, self, names)
            found = reading.finding()
            if found is not None and found.repeat_key in known:
                reading.fault(
                    "ledger_row",
                    "ledger-row-twice",
                    "体检编号与前面的行重复；请改为唯一编号。",
                    "The number stands in an earlier row; give each row its own.",
                )
            if found is None or reading.problems:
                bad.append(BadRow(row, tuple(reading.problems)))
            else:
                known.add(found.repeat_key)
                good.append(found)
        return FindingRows(tuple(good), tuple(bad))


@dataclass
class _Reading(RowReading):
    """The reading of one row; problems gather as the cells are read."""

    reader: FindingReader
    names: Mapping[str, Indicator]

    def finding(self) -> FindingRow | None:
        """Return the row as a measured value, None where something of it cannot be read."""
        number, level, source = self._number(), self._level(), self._source()
        indicator = self._indicator()
        value, target = self._whole("value"), self._whole("target")
        found_at = self._found_at()
        place = self._place(level) if level is not None else None
        if self.problems or None in (level, source, indicator, value, found_at, place):
            return None
        assert level is not None
        assert source is not None
        assert indicator is not None
        assert value is not None
        assert found_at is not None
        assert place is not None
        return FindingRow(
            row=self.row,
            ledger_row=number,
            level=level,
            place=place,
            indicator=indicator,
            value=value,
            target=target,
            evidence=self.text("evidence"),
            found_at=found_at,
            note=self.text("note") or None,
            source=source,
        )

    def _number(self) -> str:
        text = self.coded("ledger_row")
        if _NUMBER.fullmatch(text) is None:
            self.fault(
                "ledger_row",
                "not-a-ledger-number",
                "“体检编号”请填汉字、字母、数字和常用符号，最多 96 个字符。",
                "The number holds characters, letters, digits and usual signs, 96 at most.",
            )
        return text

    def _level(self) -> FindingLevel | None:
        return self.word(
            "level",
            LEVELS,
            "unknown-level",
            (
                "“体检维度”请填：住房、小区、社区、街区、城区。",
                "The level is home, estate, community, block or district.",
            ),
        )

    def _source(self) -> FindingSource | None:
        return self.word(
            "source",
            SOURCES,
            "unknown-source",
            (
                "“问题来源”请填：城市体检、日常巡查、居民反映、上级检查。",
                "The source is the check-up, a patrol, residents, or an inspection.",
            ),
        )

    def _indicator(self) -> Indicator | None:
        return self.word(
            "indicator",
            self.names,
            "unknown-indicator",
            (
                "“指标名称”不在政策包的体检指标目录中；请按目录填写名称或编码。",
                "The indicator is not in the catalogue of the policy pack.",
            ),
        )

    def _whole(self, name: str) -> int | None:
        text = self.coded(name)
        if not text and name == "target":
            return None
        shape = _UNITS.fullmatch(text)
        digits = shape.group(1).replace(",", "").replace("，", "") if shape else ""
        if _WHOLE.fullmatch(digits) is None:
            called = "实测值" if name == "value" else "目标值"
            self.fault(
                name,
                "not-a-whole-number",
                f"“{called}”请填整数，单位与指标目录一致。",
                "A value is a whole number in the unit of the catalogue.",
            )
            return None
        return int(digits)

    def _found_at(self) -> datetime | None:
        found = moment(self.cell("found_at"), self.reader.zone)
        if found is None:
            self.fault(
                "found_at",
                "not-a-date",
                "“体检时间”请填日期，如 2026-11-03。",
                "The date cannot be read; write it as 2026-11-03.",
            )
        return found

    def _place(self, level: FindingLevel) -> str | None:
        """Return the division of the length the level asks for, by its code or by its names."""
        code = self.coded("place")
        wanted = _DIGITS.get(level, 12)
        if code:
            if _CODE.fullmatch(code) and len(code) == wanted:
                return code
            self.fault(
                "place",
                "not-the-place-of-its-level",
                f"“区划代码”应为 {wanted} 位（与体检维度一致）。",
                f"The division code of this level has {wanted} digits.",
            )
            return None
        street = self.reader.places.street(self.coded("street"))
        found = street
        if street is not None and level is FindingLevel.DISTRICT:
            found = street[:6]
        elif street is not None and wanted == 12:
            name = self.coded("community")
            found = self.reader.places.community(name, street)
        if found is None or len(found) != wanted:
            self.fault(
                "community" if street and wanted == 12 else "street",
                "unknown-place",
                "名册中查不到该街道或社区；请填写名册中的名称，或在“区划代码”列填写代码。",
                "The registry knows no such street or community; write its name or its code.",
            )
            return None
        return found
