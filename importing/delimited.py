"""Read a CSV file: UTF-8 with or without byte-order mark, or GB18030, as offices save it."""

import codecs
import csv
import io
from dataclasses import dataclass

from importing.tables import Cell, Limits, Sheet, TableRefused, broken_file, too_large

DELIMITERS = (",", "\t", ";")


@dataclass(frozen=True)
class Delimited:
    """A CSV file as read: its cells, and how it was written."""

    sheet: Sheet
    encoding: str
    delimiter: str


def read_csv(data: bytes, limits: Limits) -> Delimited:
    """Return the cells of the CSV file *data*; raises `TableRefused`."""
    encoding, text = decoded(data)
    if "\0" in text:
        raise TableRefused(
            "control-characters",
            "文件中有空字符（NUL），不是 CSV 文本；请重新导出或改用 .xlsx。",
            "The file holds NUL characters and is no CSV text; export it again or use .xlsx.",
        )
    delimiter = delimiter_of(text)
    rows: dict[int, dict[int, Cell]] = {}
    count = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(reader, start=1):
            cells = {at: cell_of(value, limits) for at, value in enumerate(record) if value.strip()}
            if not cells:
                continue
            count += len(cells)
            if number > limits.rows or max(cells) >= limits.columns or count > limits.cells:
                raise too_large(limits)
            rows[number] = cells
    except csv.Error as error:
        raise TableRefused(
            "broken-csv",
            f"CSV 第{reader.line_num}行附近引号不成对或单元格过长；请检查后重试。",
            f"Near line {reader.line_num} of the CSV a quotation mark is unpaired or a cell is far "
            "too long; check it and try again.",
        ) from error
    return Delimited(Sheet("CSV", rows), encoding, delimiter)


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; Excel's “Unicode 文本” is UTF-16."""


def decoded(data: bytes) -> tuple[str, str]:
    """Return the encoding and the text; a byte order mark decides, where there is one.

    Else UTF-8 is tried first, as no GB18030 text passes for it.
    """
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in ("utf-8", "gb18030") if marked is None else (marked,):
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise unknown_encoding()


_LINES_ASKED = 20


def unknown_encoding() -> TableRefused:
    """Return the refusal of text in an encoding that is not read."""
    return TableRefused(
        "unknown-encoding",
        "文字编码无法识别；请用 UTF-8 或 GB18030（GBK）保存，表格也可改用 .xlsx。",
        "The text encoding is not known; save it as UTF-8 or GB18030 (GBK); tables also as .xlsx.",
    )


def delimiter_of(text: str) -> str:
    """Return the separator that most of the first lines hold; a title line holds none."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:_LINES_ASKED]
    if not lines:
        raise broken_file()
    return max(
        DELIMITERS,
        key=lambda one: (
            sum(one in line for line in lines),
            sum(line.count(one) for line in lines),
        ),
    )


def cell_of(value: str, limits: Limits) -> Cell:
    """Return the cell, with the rule it breaks."""
    if len(value) > limits.cell_characters:
        return Cell(value[: limits.cell_characters], None, "too-long")
    return Cell(value)
