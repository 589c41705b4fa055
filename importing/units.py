"""Rows of a list of units as registry units, or as problems."""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from domain.labelled import Label
from domain.units import Unit, UnitKind
from domain.values import UNIT_CODE
from importing.cells import folded, listed, moment
from importing.row_reading import RowReading
from importing.tables import BadRow, Field, Problem, Row, Table

UNIT_FIELDS = (
    Field("code", ("单位编码", "单位代码", "code", "Unit code"), True, True, 32),
    Field("name", ("单位名称", "name", "Unit name"), True, True, 100),
    Field("kind", ("单位类别", "单位类型", "kind", "Unit kind"), True, True, 40),
    Field("division", ("行政区划代码", "区划代码", "division"), True, True, 12),
    Field("line", ("业务条线", "条线", "line"), length_max=60),
    Field("parent", ("上级单位编码", "上级单位", "parent"), length_max=32),
    Field("since", ("启用日期", "生效日期", "since"), length_max=40),
)
"""The columns of a list of units."""

KINDS = {
    "党群服务中心": UnitKind.PARTY_SERVICE_CENTER,
    "职能部门": UnitKind.DEPARTMENT,
    "街道办事处": UnitKind.STREET_OFFICE,
    "镇政府": UnitKind.STREET_OFFICE,
    "社区": UnitKind.COMMUNITY,
    "居民委员会": UnitKind.RESIDENTS_COMMITTEE,
    "居委会": UnitKind.RESIDENTS_COMMITTEE,
    "组织部门": UnitKind.ORGANIZATION_DEPT,
    "热线机构": UnitKind.HOTLINE,
    "督办机构": UnitKind.SUPERVISION_OFFICE,
} | {folded(kind): kind for kind in UnitKind}

DIVISION = re.compile(r"\d{6}(\d{3}(\d{3})?)?")


@dataclass(frozen=True)
class UnitRow:
    """A unit ready to be registered, with its row, and whether the row says since when."""

    row: Row = field(repr=False)
    unit: Unit
    since_said: bool


@dataclass(frozen=True)
class UnitRows:
    """What a table came to: units, parents before children, and the rows handed back."""

    good: tuple[UnitRow, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class UnitReader:
    """Reads units with what is known already.

    *lines* are the fields of duty by code (from a policy pack); *known* the codes of units that
    stand in the registry; *since* what an empty 启用日期 means.
    """

    lines: Mapping[str, Label]
    known: frozenset[str]
    since: datetime
    zone: tzinfo

    def read(self, table: Table) -> UnitRows:
        """Return the units of *table* and the rows that are not taken, every problem named."""
        found: dict[str, tuple[Row, UnitRow]] = {}
        bad: list[BadRow] = []
        for row in table.rows:
            reading = Reading(row, self)
            unit = reading.unit()
            if unit is not None and unit.unit.code in found:
                reading.fault(
                    "code",
                    "unit-twice",
                    "单位编码与前面的行重复。",
                    "The unit code stands in an earlier row.",
                )
            if unit is None or reading.problems:
                bad.append(BadRow(row, tuple(reading.problems)))
            else:
                found[unit.unit.code] = (row, unit)
        good: list[UnitRow] = []
        waiting: dict[str, list[str]] = {}
        ready = deque[str]()
        for code, (_, one) in found.items():
            parent = one.unit.parent
            if parent is None or parent in self.known:
                ready.append(code)
            else:
                waiting.setdefault(parent, []).append(code)
        while ready:
            code = ready.popleft()
            good.append(found.pop(code)[1])
            ready.extend(waiting.pop(code, ()))
        bad.extend(BadRow(row, (no_parent(row),)) for row, _ in found.values())
        return UnitRows(tuple(good), tuple(sorted(bad, key=lambda one: one.row.key)))


def no_parent(row: Row) -> Problem:
    """Return the problem of a unit whose parent cannot be found."""
    return row.problem(
        "parent",
        "unknown-parent",
        "上级单位编码既不在表中也不在名册中，或上级行有误，或互为上级。",
        "The parent is neither in this table nor in the registry, has problems itself, or is its "
        "own descendant.",
    )


@dataclass
class Reading(RowReading):
    """The reading of one row; problems gather as the cells are read."""

    reader: UnitReader

    def unit(self) -> UnitRow | None:
        """Return the unit of this row, or None with the problems gathered."""
        code, kind, division = self.code(), self.kind(), self.division()
        line, since = self.line(), self.since()
        parent = self.coded("parent") or None
        if parent is not None and re.fullmatch(UNIT_CODE, parent) is None:
            self.fault(
                "parent",
                "not-a-unit-code",
                "上级单位编码格式不对。",
                "The parent is no unit code, such as 440106003-SO.",
            )
        if self.problems or kind is None or since is None:
            return None
        unit = Unit(
            code=code,
            name=self.row.cells["name"],
            kind=kind,
            division=division,
            line=line,
            parent=parent,
            since=since,
        )
        return UnitRow(self.row, unit, bool(self.row.cells.get("since")))

    def coded(self, name: str) -> str:
        """Return a code as it is meant: width, case and what nobody sees do not matter in it."""
        return super().coded(name).upper()

    def code(self) -> str:
        """Return the unit code."""
        code = self.coded("code")
        if re.fullmatch(UNIT_CODE, code) is None:
            self.fault(
                "code",
                "not-a-unit-code",
                "单位编码应为2至32位大写字母、数字或“-”，如 440106003-SO。",
                "A unit code is 2 to 32 capital letters, digits or hyphens, such as 440106003-SO.",
            )
        return code

    def kind(self) -> UnitKind | None:
        """Return what the unit is."""
        return self.word(
            "kind",
            KINDS,
            "unknown-unit-kind",
            (
                "单位类别请填：党群服务中心、职能部门、街道办事处、社区、居民委员会、组织部门、热线机构或督办机构。",
                f"The kind must be one of: {', '.join(UnitKind)}.",
            ),
        )

    def division(self) -> str:
        """Return the division code."""
        division = self.coded("division")
        if DIVISION.fullmatch(division) is None:
            self.fault(
                "division",
                "not-a-division",
                "行政区划代码应为6位（县区）、9位（街镇）或12位（社区）数字。",
                "A division code has 6 (county), 9 (street) or 12 (community) digits.",
            )
        return division

    def line(self) -> str | None:
        """Return the code of the field of duty."""
        text = self.cell("line")
        if not text:
            return None
        words = {folded(label.zh): code for code, label in self.reader.lines.items()}
        words |= {folded(code): code for code in self.reader.lines}
        found = listed(text, words)
        if found is None:
            names = "、".join(label.zh for label in self.reader.lines.values())
            self.fault(
                "line",
                "unknown-line",
                f"业务条线不在清单内；可填：{names}。",
                f"The line is not on the list; it is one of: {', '.join(self.reader.lines)}.",
            )
        return found

    def since(self) -> datetime | None:
        """Return from when the unit exists."""
        text = self.cell("since")
        if not text:
            return self.reader.since
        found = moment(text, self.reader.zone)
        if found is None:
            self.fault(
                "since",
                "not-a-date",
                "启用日期不是有效日期；请按 2026-11-03 填写。",
                "This is no date; write it as 2026-11-03.",
            )
        return found
