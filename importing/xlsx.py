"""Read the sheets of an .xlsx file in bounded time and memory.

A workbook may be built to harm: a few kilobytes that unpack to gigabytes, one cell at XFD1048576,
entities that feed on themselves. One parser both judges and reads, so that nothing can look
harmless to the judge and different to the reader (ECMA-376 part 1).
"""

import math
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO
from xml.parsers import expat

from importing.packages import (
    Attributes,
    Budget,
    is_picture,
    judge_directory,
    judge_entries,
    parse,
)
from importing.tables import Cell, Limits, Sheet, Span, Unread, broken_file

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How the format writes a character that XML cannot hold (ECMA-376 part 1, 22.9.2.19)."""
REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
EXACT_BELOW = 10**15
"""Spreadsheets keep 15 digits; a longer number has already lost its end."""


def sheets_of(file: BinaryIO, limits: Limits) -> Iterator[Sheet]:
    """Yield the sheets of the workbook in *file*, in their order, hidden ones marked.

    Raises `TableRefused` where the file is too large, protected or broken.
    """
    judge_directory(file, limits)
    try:
        with zipfile.ZipFile(file) as package:
            judge_entries(package, limits)
            yield from Workbook(package, Budget(limits)).sheets()
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
        KeyError,
        NotImplementedError,
        OverflowError,
        UnicodeError,
        ValueError,
    ) as error:
        raise broken_file() from error


def beside_cells(file: BinaryIO) -> Iterator[Unread]:
    """Yield what the workbook in *file*, which was read, holds beside its cells."""
    with zipfile.ZipFile(file) as package:
        names = package.namelist()
    pictures = sum(map(is_picture, names))
    if pictures:
        yield Unread("", "", "picture", pictures, "图片未读取", "pictures were not read")
    for what, pattern, chinese, english in BESIDE_CELLS:
        count = sum(re.fullmatch(pattern, name) is not None for name in names)
        if count:
            yield Unread("", "", what, count, chinese, english)


BESIDE_CELLS = (
    (
        "remark",
        r"xl/(.*/)?(threadedComments/)?(threadedC|c)omments?\d*\.xml",
        "含批注的工作表，批注未读取",
        "sheets with remarks on cells, which were not read",
    ),
    (
        "drawing",
        r"xl/drawings/drawing\d+\.xml",
        "含图形或文本框的工作表，其中文字未读取",
        "sheets with drawings or text boxes, whose text was not read",
    ),
)


@dataclass
class Styles:
    """Learns which cell styles show a number as a date."""

    codes: dict[int, str] = field(default_factory=dict)
    dates: list[bool] = field(default_factory=list)
    among_cells: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take number formats and cell formats."""
        if name == "numFmt":
            self.codes[int(attributes["numFmtId"])] = attributes["formatCode"][:500]
        elif name == "cellXfs":
            self.among_cells = True
        elif name == "xf" and self.among_cells:
            number = int(attributes.get("numFmtId", "0"))
            self.dates.append(number in DATE_FORMATS or shows_date(self.codes.get(number, "")))

    def end(self, name: str) -> None:
        """Leave the cell formats."""
        if name == "cellXfs":
            self.among_cells = False

    def characters(self, text: str) -> None:
        """Styles hold no text."""


def shows_date(code: str) -> bool:
    """Say whether the number format *code* shows a date or a time of day."""
    first = LITERALS.sub("", code.partition(";")[0]).lower()
    return "general" not in first and any(letter in first for letter in "ymdhs")


@dataclass
class SharedStrings:
    """Gathers the texts that cells point to."""

    budget: Budget
    texts: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    in_text: bool = False
    in_reading: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """Enter a text; how Chinese is pronounced (`rPh`) is left out."""
        self.in_text = name == "t" and not self.in_reading
        self.in_reading = self.in_reading or name == "rPh"

    def end(self, name: str) -> None:
        """Leave a text."""
        self.in_text = False
        if name == "rPh":
            self.in_reading = False
        elif name == "si":
            self.texts.append(unescaped("".join(self.pieces)))
            self.pieces = []

    def characters(self, text: str) -> None:
        """Keep the text, counted."""
        if self.in_text:
            self.budget.text(len(text))
            self.pieces.append(text)


@dataclass
class Cells:
    """Gathers the cells of one sheet."""

    budget: Budget
    texts: list[str]
    dates: list[bool]
    since_1904: bool
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    row: int = 0
    column: int = -1
    kind: str = "n"
    style: int = 0
    inside: str = ""
    in_reading: bool = False
    value: list[str] = field(default_factory=list)
    formula: list[str] | None = None
    merged: list[Span] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Enter a row, a cell, a value or a formula."""
        if name == "row":
            number = attributes.get("r", str(self.row + 1))
            self.row = int(number) if len(number) <= 7 else -1
            self.column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.hidden.add(self.row)
        elif name == "c":
            self.enter(attributes)
        elif name == "mergeCell":
            self.merged.append(span_of(attributes["ref"]))
        elif name == "f":
            self.formula, self.inside = [], name
        elif name == "rPh":
            self.in_reading = True
        elif name in ("v", "t") and not self.in_reading:
            self.inside = name

    def enter(self, attributes: dict[str, str]) -> None:
        """Begin the cell that *attributes* describe; one without an address follows the last."""
        self.budget.cell()
        self.column += 1
        if address := attributes.get("r"):
            match = REFERENCE.fullmatch(address)
            if match is None or int(match[2]) != self.row:
                raise broken_file()
            self.column = column_number(match[1])
        self.kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self.style = int(style) if len(style) <= 6 else 0
        self.value, self.formula, self.inside = [], None, ""

    def end(self, name: str) -> None:
        """Leave a value, a formula or a cell."""
        if name == "c":
            self.keep()
        elif name == "rPh":
            self.in_reading = False
        self.inside = ""

    def characters(self, text: str) -> None:
        """Keep the text of a value or a formula, counted."""
        if self.inside == "f" and self.formula is not None:
            self.budget.text(len(text))
            self.formula.append(text)
        elif self.inside:
            self.budget.text(len(text))
            self.value.append(text)

    def keep(self) -> None:
        """Keep the cell that ends, unless it is empty."""
        raw = "".join(self.value)
        formula = None if self.formula is None else "".join(self.formula)
        if not raw.strip() and formula is None:
            return
        self.budget.reach(self.row, self.column)
        text, fault = self.text_of(raw)
        if len(text) > self.budget.limits.cell_characters:
            text, fault = text[: self.budget.limits.cell_characters], "too-long"
        self.rows.setdefault(self.row, {})[self.column] = Cell(text, formula, fault)

    def text_of(self, raw: str) -> tuple[str, str | None]:
        """Return what a person would read in the cell, and the rule it breaks."""
        match self.kind:
            case "s":
                index = int(raw)
                if index < 0:
                    raise broken_file()
                return self.texts[index], None
            case "str" | "inlineStr" | "d":
                return unescaped(raw), None
            case "b":
                return ("TRUE" if raw.strip() == "1" else "FALSE"), None
            case "e":
                return raw[:40], "error-value"
            case _:
                return self.number(raw)

    def number(self, raw: str) -> tuple[str, str | None]:
        """Return a number or a date as people write it."""
        if not raw.strip():
            return "", None
        value = float(raw)
        if not math.isfinite(value):
            return raw[:40], "error-value"
        if 0 <= self.style < len(self.dates) and self.dates[self.style]:
            return date_text(value, since_1904=self.since_1904)
        if abs(value) >= EXACT_BELOW:
            return raw[:40], "number-precision"
        return (str(int(value)) if value == int(value) else repr(value)), None


def unescaped(text: str) -> str:
    """Return *text* with its `_xHHHH_` decoded and its line ends as they are everywhere."""
    if "_x" in text:
        text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def span_of(reference: str) -> Span:
    """Return the cells that `A2:A4` names."""
    ends = [REFERENCE.fullmatch(end) for end in reference.split(":")]
    first, last = ends[0], ends[-1]
    if first is None or last is None:
        raise broken_file()
    return Span(int(first[2]), int(last[2]), column_number(first[1]), column_number(last[1]))


def column_number(letters: str) -> int:
    """Return the column that *letters* name, counted from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def date_text(serial: float, *, since_1904: bool) -> tuple[str, str | None]:
    """Return the date a serial number stands for, as `2026-11-03` or `2026-11-03 14:30`."""
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - serials know no zone
    try:
        moment = start + timedelta(seconds=round(serial * 86400))
    except OverflowError:
        return "", "error-value"
    if serial < 1:
        return moment.strftime("%H:%M"), None
    if serial == int(serial):
        return moment.strftime("%Y-%m-%d"), None
    return moment.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00"), None


@dataclass
class Workbook:
    """A workbook's parts, found through its own relations."""

    package: zipfile.ZipFile
    budget: Budget

    def sheets(self) -> Iterator[Sheet]:
        """Yield the sheets with their cells."""
        main = self.main_part()
        parts = self.relations(main)
        book = Attributes(frozenset({"sheet", "workbookPr"}))
        parse(self.package, main, book, self.budget)
        since_1904 = any(
            attributes.get("date1904") in ("1", "true")
            for name, attributes in book.found
            if name == "workbookPr"
        )
        strings, styles = SharedStrings(self.budget), Styles()
        for kind, part in parts.values():
            if kind == "sharedStrings":
                parse(self.package, part, strings, self.budget)
            elif kind == "styles":
                parse(self.package, part, styles, self.budget)
        for name, attributes in book.found:
            if name != "sheet":
                continue
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            kind, part = parts.get(relation, ("", ""))
            if kind != "worksheet":
                continue
            cells = Cells(self.budget, strings.texts, styles.dates, since_1904)
            parse(self.package, part, cells, self.budget)
            yield Sheet(
                unescaped(attributes.get("name", ""))[:31],
                cells.rows,
                tuple(cells.merged),
                frozenset(cells.hidden),
                hidden=attributes.get("state", "visible") != "visible",
            )

    def main_part(self) -> str:
        """Return the part that holds the list of sheets."""
        for kind, part in self.relations("").values():
            if kind == "officeDocument":
                return part
        raise broken_file()

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return relation id to (last word of its type, part) of *part*; outside ones left out."""
        folder, name = posixpath.split(part)
        found = Attributes(frozenset({"Relationship"}))
        parse(self.package, posixpath.join(folder, "_rels", f"{name}.rels"), found, self.budget)
        return {
            attributes["Id"]: (
                attributes["Type"].rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/"),
            )
            for _, attributes in found.found
            if attributes.get("TargetMode") != "External"
        }
