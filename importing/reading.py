"""Read a table of any kind: find its heading row, and turn what lies below into rows.

A refusal (`TableRefused`) means that nothing of the file was taken; a problem stands in one cell
and leaves the other rows alone.
"""

import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from importing import biff, delimited, xls, xlsx
from importing.tables import (
    LIMITS,
    REASON_HEADING,
    Cell,
    Field,
    Limits,
    Problem,
    Row,
    Sheet,
    Table,
    TableKind,
    TableRefused,
    broken_file,
    column_letters,
    too_large,
)
from importing.writing import plain

REMARK = re.compile(r"[（(【\[].*?[)）】\]]")
SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d{1,3}")
MAPPING_BYTES = 64 * 1024


@dataclass(frozen=True)
class Headings:
    """A heading row: its number, all its texts, and which column holds which field."""

    number: int
    texts: tuple[str, ...]
    columns: Mapping[str, int]


def read_table(
    path: Path,
    fields: Sequence[Field],
    mapping: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
) -> Table:
    """Return the first visible sheet of *path* whose headings name the needed *fields*.

    *mapping* says under which heading a field stands in this table; other fields are found by
    their own headings. Blank rows are passed over, columns nobody knows are only kept to be handed
    back. Raises `TableRefused` and leaves nothing behind.
    """
    data = contents(path, limits)
    kind = kind_of(data)
    digest = hashlib.sha256(data).hexdigest()
    known = renamed(fields, mapping or {})
    table = Table(kind, "", (), (), digest)
    match kind:
        case TableKind.XLSX:
            sheets: Iterator[Sheet] = xlsx.sheets_of(io.BytesIO(data), limits)
        case TableKind.XLS:
            sheets = xls.sheets_of(data, limits)
        case TableKind.CSV:
            read = delimited.read_csv(data, limits)
            table = replace(table, encoding=read.encoding, delimiter=read.delimiter)
            sheets = iter((read.sheet,))
    best: list[str] | None = None
    for sheet in sheets:
        headings = headings_of(sheet, known, limits)
        missing = [one.headings[0] for one in known if lacks(one, headings, mapping or {})]
        if headings is not None and not missing:
            rows = tuple(
                row_of(number, sheet, headings, known) for number in numbers(sheet, headings)
            )
            return replace(table, sheet=sheet.name, headings=headings.texts, rows=rows)
        if best is None or len(missing) < len(best):
            best = missing
    names = "、".join(best or [one.headings[0] for one in known if one.needs_column])
    raise TableRefused(
        "column-missing",
        f"前{limits.heading_rows}行中找不到这些列：{names}；请补上列名或用 --mapping 指明。",
        f"These columns were not found in the first {limits.heading_rows} rows: {names}; add the "
        "headings, or name the columns with --mapping.",
    )


def read_mapping(path: Path, fields: Sequence[Field]) -> dict[str, str]:
    """Return the mapping in the JSON file *path*: our field to the heading of the table at hand."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(MAPPING_BYTES).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise wrong_mapping(fields) from error
    names = {one.name for one in fields}
    if not isinstance(found, dict) or not found:
        raise wrong_mapping(fields)
    if not found.keys() <= names:
        raise unknown_field(fields)
    if not all(isinstance(heading, str) and heading_key(heading) for heading in found.values()):
        raise wrong_mapping(fields)
    return found


def wrong_mapping(fields: Sequence[Field]) -> TableRefused:
    """Return the refusal of a mapping file that maps nothing we know."""
    names = ", ".join(one.name for one in fields)
    return TableRefused(
        "mapping-unreadable",
        f"对应文件应为 JSON 对象：字段名 → 表中列名；可用字段：{names}。",
        f"The mapping file must be a JSON object from field to heading; the fields are: {names}.",
    )


def unknown_field(fields: Sequence[Field]) -> TableRefused:
    """Return the refusal of a mapping that names a field this kind of table does not have."""
    names = ", ".join(one.name for one in fields)
    return TableRefused(
        "mapping-unknown-field",
        f"对应文件中有未知字段；可用字段：{names}。",
        f"The mapping names a field that this table does not have; the fields are: {names}.",
    )


def contents(path: Path, limits: Limits) -> bytes:
    """Return the bytes of *path*, which are few enough."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise TableRefused(
            "unreadable-file",
            "文件不存在或无法读取；请检查路径和权限。",
            "The file does not exist or cannot be read; check its path and permissions.",
        ) from error
    if len(data) > limits.file_bytes:
        raise too_large(limits)
    if not data.strip():
        raise broken_file()
    return data


def kind_of(data: bytes) -> TableKind:
    """Return the kind by content: offices often give a file the wrong ending."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return TableKind.XLSX
    if data.startswith(biff.MAGIC):
        return TableKind.XLS
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"%pdf", b"{")):
        raise TableRefused(
            "unknown-kind",
            "文件内容不是表格（可能是网页、XML 或 PDF）；请另存为 .xlsx、.xls 或 .csv。",
            "The file is no table inside (perhaps a web page, XML or PDF); save it as .xlsx, .xls "
            "or .csv.",
        )
    return TableKind.CSV


def heading_key(heading: str) -> str:
    """Return *heading* without what offices vary: width, spaces, stars, remarks in brackets."""
    text = REMARK.sub("", unicodedata.normalize("NFKC", heading))
    return re.sub(r"[\s*_:：-]", "", text).lower()


def renamed(fields: Sequence[Field], mapping: Mapping[str, str]) -> tuple[Field, ...]:
    """Return *fields* with the headings that *mapping* gives them."""
    if not mapping.keys() <= {one.name for one in fields}:
        raise unknown_field(fields)
    return tuple(
        replace(one, headings=(mapping[one.name],)) if one.name in mapping else one
        for one in fields
    )


def headings_of(sheet: Sheet, fields: Sequence[Field], limits: Limits) -> Headings | None:
    """Return the row near the top that names the most fields; offices put titles above it."""
    by_heading = {heading_key(heading): one.name for one in fields for heading in one.headings}
    best: Headings | None = None
    for number in sorted(sheet.rows)[: limits.heading_rows]:
        cells = sheet.rows[number]
        columns: dict[str, int] = {}
        twice = set()
        for at, cell in sorted(cells.items()):
            name = by_heading.get(heading_key(cell.text)) if cell.formula is None else None
            if name is not None:
                twice |= {name} & columns.keys()
                columns.setdefault(name, at)
        if columns and (best is None or len(columns) > len(best.columns)):
            if twice:
                raise heading_twice(fields, twice)
            texts = tuple(cells[at].text if at in cells else "" for at in range(max(cells) + 1))
            best = Headings(number, texts, columns)
    return best


def heading_twice(fields: Sequence[Field], names: set[str]) -> TableRefused:
    """Return the refusal of a table that has a column twice."""
    told = "、".join(one.headings[0] for one in fields if one.name in names)
    return TableRefused(
        "heading-twice",
        f"这些列在表头中出现两次：{told}；请只保留一列，或用 --mapping 指明。",
        f"These columns stand twice in the heading row: {told}; keep one of each, or name it with "
        "--mapping.",
    )


def lacks(one: Field, headings: Headings | None, mapping: Mapping[str, str]) -> bool:
    """Say whether a column is missing that the field, or the mapping, asks for."""
    asked = one.needs_column or one.name in mapping
    return asked and (headings is None or one.name not in headings.columns)


def numbers(sheet: Sheet, headings: Headings) -> list[int]:
    """Return the numbers of the rows below the headings that hold anything of a known field."""
    wanted = set(headings.columns.values())
    return [
        number
        for number, cells in sorted(sheet.rows.items())
        if number > headings.number and wanted & cells.keys()
    ]


def row_of(number: int, sheet: Sheet, headings: Headings, fields: Sequence[Field]) -> Row:
    """Return the row *number* with the problems that can be seen without knowing the field."""
    cells = sheet.rows[number]
    width = max(len(headings.texts), max(cells) + 1)
    row = Row(
        number=number,
        cells={
            name: plain(cells[at].text).strip() if at in cells else ""
            for name, at in headings.columns.items()
        },
        columns={name: column_letters(at) for name, at in headings.columns.items()},
        originals=tuple(handed_back(cells.get(at), at, headings) for at in range(width)),
    )
    problems = [
        problem
        for one in fields
        if one.name in headings.columns
        and (problem := fault_of(row, one, cells.get(headings.columns[one.name])))
    ]
    return replace(row, problems=tuple(problems))


def handed_back(cell: Cell | None, at: int, headings: Headings) -> str:
    """Return the cell as it is handed back: a formula we had to refuse comes back as its text."""
    if cell is None:
        return ""
    heading = headings.texts[at] if at < len(headings.texts) else ""
    if cell.formula is None or heading == REASON_HEADING:
        return plain(cell.text)
    return f"={cell.formula}" if at in headings.columns.values() else cell.text


def fault_of(row: Row, one: Field, cell: Cell | None) -> Problem | None:
    """Return what is wrong with a cell whatever its field means."""
    text = row.cells[one.name]
    name = one.headings[0]
    if cell is not None and (cell.formula is not None or text.startswith(("=", "＝"))):
        return row.problem(
            one.name,
            "formula-cell",
            f"“{name}”是公式；请复制后“选择性粘贴为数值”。",
            "The cell is a formula; paste it as a value.",
        )
    if (cell is not None and cell.fault == "too-long") or len(text) > one.length_max:
        return row.problem(
            one.name,
            "too-long",
            f"“{name}”超过{one.length_max}个字；请精简，详情另附材料。",
            f"The cell is longer than {one.length_max} characters; shorten it and attach the rest.",
        )
    lost = cell is not None and cell.fault == "number-precision"
    if lost or SCIENTIFIC.fullmatch(text):
        return row.problem(
            one.name,
            "number-precision",
            f"“{name}”的数字已被改成科学计数法或丢失末位；请把该列设为文本后重新填写。",
            "The number lost its last digits; format the column as text and type it again.",
        )
    if cell is not None and cell.fault is not None:
        return row.problem(
            one.name,
            "error-value",
            f"“{name}”是错误值（如 #N/A）；请填写实际内容。",
            "The cell holds an error value such as #N/A; type what is meant.",
        )
    if one.needs_value and not text:
        return row.problem(
            one.name,
            "missing-value",
            f"“{name}”未填写。",
            "The cell is empty and must be filled in.",
        )
    return None
