"""What a table is once it has been read: fields, rows, problems, and the limits of reading.

A cell may hold anything a resident said, so no problem and no refusal ever repeats a cell: it
names the cell (`C17`), the rule, and what would have been right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

REASON_HEADING = "错误原因"
"""The heading of the column in which a bad row is told what is wrong with it."""


@dataclass
class TableRefused(Exception):
    """A whole file was refused, by the rule it names; nothing of it was taken."""

    rule: str
    chinese: str
    english: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.chinese} {self.english}"


@dataclass(frozen=True)
class Limits:
    """How large a table may be; a file beyond a limit is refused before it can do harm."""

    file_bytes: int = 10 * 1024 * 1024
    unpacked_bytes: int = 40 * 1024 * 1024
    entries: int = 4096
    directory_bytes: int = 1024 * 1024
    rows: int = 20_000
    columns: int = 60
    cells: int = 300_000
    elements: int = 800_000
    characters: int = 12_000_000
    cell_characters: int = 32_767
    token_bytes: int = 512 * 1024
    heading_rows: int = 10


LIMITS = Limits()


class TableKind(StrEnum):
    """The kinds of file that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"


class Cell(NamedTuple):
    """One cell as found: its text, its formula where it has one, and the rule it breaks already."""

    text: str
    formula: str | None = None
    fault: str | None = None


class Span(NamedTuple):
    """Cells merged into one, all ends included: rows from 1, columns from 0."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """A sheet as found: row number (from 1) to column (from 0) to cell; empty cells are absent.

    *hidden* says that the whole sheet is out of sight, *hidden_rows* which of its rows are.
    """

    name: str
    rows: Mapping[int, Mapping[int, Cell]] = field(repr=False)
    merged: tuple[Span, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden: bool = False


@dataclass(frozen=True)
class Unread:
    """Something a file holds that became neither a row nor a problem, told by name and place.

    *where* is a range as the spreadsheet names it (`A9:C9`), or "" for what lies in no cell;
    *count* says how many cells (pictures, remarks) there are. What stands there is not repeated.
    """

    sheet: str
    where: str
    what: str
    count: int
    chinese: str
    english: str


@dataclass(frozen=True)
class Field:
    """A column we know: our name for it, and the headings it may stand under, Chinese first.

    *needs_column* refuses a table without the column; *needs_value* faults a row whose cell is
    empty; *length_max* counts characters.
    """

    name: str
    headings: tuple[str, ...]
    needs_column: bool = False
    needs_value: bool = False
    length_max: int = 200


@dataclass(frozen=True)
class Problem:
    """Why a cell cannot be taken; *cell* is as the spreadsheet names it, such as `C17`."""

    cell: str
    field: str
    rule: str
    chinese: str
    english: str


@dataclass(frozen=True)
class Row:
    """One row: its number in the sheet, the cells of known fields, and what is wrong with it.

    *columns* says under which letter each field stands; *originals* are all cells of the row in
    column order, as they are handed back. *place* is the sheet's name where a file has several
    that are read, to be said before a cell.
    """

    number: int
    cells: Mapping[str, str] = field(repr=False)
    problems: tuple[Problem, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict, repr=False)
    originals: tuple[str, ...] = field(default=(), repr=False)
    sheet: str = ""
    place: str = ""

    @property
    def key(self) -> tuple[str, int]:
        """Which row of the file this is."""
        return (self.sheet, self.number)

    def problem(self, field_name: str, rule: str, chinese: str, english: str) -> Problem:
        """Return a problem at this row's cell of *field_name* (the row alone, without a column)."""
        cell = f"{self.place}{self.columns.get(field_name, '')}{self.number}"
        return Problem(cell, field_name, rule, chinese, english)

    def spoilt(self, field_name: str) -> bool:
        """Say whether reading already found the cell of *field_name* unusable."""
        return any(problem.field == field_name for problem in self.problems)


@dataclass(frozen=True)
class BadRow:
    """A row that was not taken, with every problem found in it."""

    row: Row
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Table:
    """A file that was read: the headings of each of its sheets, its rows, and what was not read.

    *encoding* and *delimiter* speak of CSV only.
    """

    kind: TableKind
    headings: Mapping[str, tuple[str, ...]]
    rows: tuple[Row, ...]
    unread: tuple[Unread, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","


def column_letters(index: int) -> str:
    """Return the spreadsheet's name of the column *index*, counted from 0: A, B, ... AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def too_many(chinese: str, english: str, most: int) -> TableRefused:
    """Return the refusal of a file that holds more of something than is read: rows, bytes."""
    return TableRefused(
        "table-too-large",
        f"文件过大：{chinese}超过{most:,}；请清除空白格式区域、删去图片等附件，或分批导入。",
        f"The file is too large: more than {most:,} {english}; clear formatted empty areas, take "
        "pictures out, or import it in parts.",
    )


def too_large(limits: Limits) -> TableRefused:
    """Return the refusal of a sheet whose cells reach further than *limits* allow."""
    return TableRefused(
        "table-too-large",
        f"表格过大：最多{limits.rows}行、{limits.columns}列、{limits.cells}个单元格；"
        "请清除空白格式区域或分批导入。",
        f"The table is too large: at most {limits.rows} rows, {limits.columns} columns and "
        f"{limits.cells} cells; clear formatted empty areas or import it in parts.",
    )


def broken_file() -> TableRefused:
    """Return the refusal of a file whose inside does not fit its kind."""
    return TableRefused(
        "broken-file",
        "文件已损坏或不是表格；请在 Excel 或 WPS 中另存为 .xlsx 后重试。",
        "The file is damaged or is no table; save it as .xlsx in Excel or WPS and try again.",
    )


def protected_file() -> TableRefused:
    """Return the refusal of a file that wants a password."""
    return TableRefused(
        "protected-file",
        "文件设有密码；请去除密码后重试。",
        "The file is protected by a password; remove the password and try again.",
    )
