"""Rows of a staff list as people with roles, or as problems.

Names and telephone numbers stay in memory: they are in no representation and no problem.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from domain.people import BY_LINK, ROLE_LABELS, Role
from importing.cells import folded, moment, telephones, visible
from importing.row_reading import RowReading
from importing.tables import BadRow, Field, Row, Table

PEOPLE_FIELDS = (
    Field("staff_number", ("工号", "人员编号", "staff_number"), True, True, 40),
    Field("name", ("姓名", "name"), True, True, 100),
    Field("phone", ("手机号码", "联系电话", "电话", "phone"), length_max=40),
    Field("unit", ("所属单位编码", "单位编码", "unit"), True, True, 32),
    Field("role", ("角色", "岗位角色", "role"), True, True, 40),
    Field("since", ("任职日期", "生效日期", "since"), length_max=40),
)
"""The columns of a staff list; a person with several roles has a row for each."""

ASSIGNABLE = tuple(role for role in Role if role not in BY_LINK | {Role.SYSTEM})
ROLES = {folded(ROLE_LABELS[role][0]): role for role in ASSIGNABLE} | {
    folded(role): role for role in ASSIGNABLE
}
STAFF_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True)
class PersonRow:
    """One role of one person; rows with one *staff_number* speak of the same person."""

    row: Row = field(repr=False)
    staff_number: str
    unit: str
    role: Role
    since: datetime
    name: str = field(repr=False)
    phone: str | None = field(repr=False)


@dataclass(frozen=True)
class PersonRows:
    """What a table came to: roles in the order of the table, and the rows handed back."""

    good: tuple[PersonRow, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class PeopleReader:
    """Reads people with what is known already: the codes of *units*, and what no date means."""

    units: frozenset[str]
    since: datetime
    zone: tzinfo

    def read(self, table: Table) -> PersonRows:
        """Return the people of *table* and the rows that are not taken, every problem named."""
        good: list[PersonRow] = []
        bad: list[BadRow] = []
        names: dict[str, tuple[str, str | None]] = {}
        for row in table.rows:
            reading = Reading(row, self)
            person = reading.person()
            if person is not None:
                told = (person.name, person.phone)
                if names.setdefault(person.staff_number, told) != told:
                    reading.fault(
                        "staff_number",
                        "staff-number-shared",
                        "同一工号对应了不同的姓名或电话。",
                        "The staff number stands for another name or telephone number above.",
                    )
            if person is None or reading.problems:
                bad.append(BadRow(row, tuple(reading.problems)))
            else:
                good.append(person)
        return PersonRows(tuple(good), tuple(bad))


@dataclass
class Reading(RowReading):
    """The reading of one row; problems gather as the cells are read."""

    reader: PeopleReader

    def person(self) -> PersonRow | None:
        """Return the person of this row, or None with the problems gathered."""
        number, unit, role = self.staff_number(), self.unit(), self.role()
        phone, since = self.phone(), self.since()
        if self.problems or role is None or since is None:
            return None
        return PersonRow(
            row=self.row,
            staff_number=number,
            unit=unit,
            role=role,
            since=since,
            name=self.row.cells["name"],
            phone=phone,
        )

    def staff_number(self) -> str:
        """Return the number by which the office tells its people apart."""
        number = visible(self.row.cells["staff_number"]).strip()
        if STAFF_NUMBER.fullmatch(number) is None:
            self.fault(
                "staff_number",
                "not-a-staff-number",
                "工号只能用字母、数字和 - _ .，最多40位。",
                "A staff number holds letters, digits and - _ . only, at most 40.",
            )
        return number

    def unit(self) -> str:
        """Return the code of the unit, which is known."""
        unit = visible(self.row.cells["unit"]).strip().upper()
        if unit not in self.reader.units:
            self.fault(
                "unit",
                "unknown-unit",
                "名册中没有这个单位编码；请先导入单位。",
                "The registry has no such unit; import the units first.",
            )
        return unit

    def role(self) -> Role | None:
        """Return the role."""
        names = "、".join(ROLE_LABELS[role][0] for role in ASSIGNABLE)
        return self.word(
            "role",
            ROLES,
            "unknown-role",
            (
                f"角色请填：{names}。",
                f"The role must be one of: {', '.join(ASSIGNABLE)}.",
            ),
        )

    def phone(self) -> str | None:
        """Return the telephone number as digits, or None where none is given."""
        found = telephones(self.cell("phone"))
        if found is None or len(found) > 1:
            self.fault(
                "phone",
                "not-a-phone",
                "手机号码请填一个：11位手机号，或带区号的座机号（如 020-87654321）。",
                "Write one telephone number: 11 digits of a mobile, or a landline with its area "
                "code (020-87654321).",
            )
        return found[0] if found else None

    def since(self) -> datetime | None:
        """Return from when the role is held."""
        text = self.cell("since")
        if not text:
            return self.reader.since
        found = moment(text, self.reader.zone)
        if found is None:
            self.fault(
                "since",
                "not-a-date",
                "任职日期不是有效日期；请按 2026-11-03 填写。",
                "This is no date; write it as 2026-11-03.",
            )
        return found
