"""Read a table of any kind: what kind of file it is, which of its sheets are read.

A refusal (`TableRefused`) means that nothing of the file was taken; a problem stands in one cell
and leaves the other rows alone.
"""

import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from importing import biff, delimited, xls, xlsx
from importing.layout import Headings, Layout, heading_key
from importing.tables import (
    LIMITS,
    Field,
    Limits,
    Row,
    Sheet,
    Table,
    TableKind,
    TableRefused,
    Unread,
    broken_file,
    too_many,
)

MAPPING_BYTES = 64 * 1024


def read_table(
    path: Path,
    fields: Sequence[Field],
    mapping: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
    *,
    sheets: Collection[str] = (),
    hidden: bool = False,
) -> Table:
    """Return every visible sheet of *path* whose headings name the needed *fields*.

    *mapping* says under which heading a field stands in this table; other fields are found by
    their own headings. *sheets* reads these sheets alone, *hidden* takes hidden rows and sheets
    too. Whatever holds data and is neither a row nor a heading is named in `Table.unread`. Raises
    `TableRefused` and leaves nothing behind.
    """
    return read_content(
        contents(path, limits), fields, mapping, limits, sheets=sheets, hidden=hidden
    )


def read_content(
    data: bytes,
    fields: Sequence[Field],
    mapping: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
    *,
    sheets: Collection[str] = (),
    hidden: bool = False,
) -> Table:
    """Do as `read_table` with the bytes of a file."""
    bounded(data, limits)
    kind = kind_of(data)
    known = renamed(fields, mapping or {})
    table = Table(kind, {}, ())
    beside: Iterable[Unread] = ()
    match kind:
        case TableKind.XLSX:
            found = list(xlsx.sheets_of(io.BytesIO(data), limits))
            beside = xlsx.beside_cells(io.BytesIO(data))
        case TableKind.XLS:
            found = list(xls.sheets_of(data, limits))
        case TableKind.CSV:
            read = delimited.read_csv(data, limits)
            table = replace(table, encoding=read.encoding, delimiter=read.delimiter)
            found = [read.sheet]
    layout = Layout(known, frozenset(mapping or {}), limits, hidden=hidden)
    wanted = chosen(found, sheets)
    unread = [layout.passed_over(sheet) for sheet in found if sheet not in wanted and sheet.rows]
    laid = [(sheet, layout.headings_of(sheet)) for sheet in wanted if sheet.rows]
    whole = [
        (sheet, headings)
        for sheet, headings in laid
        if headings is not None and not layout.lacking(headings)
    ]
    if not whole:
        raise column_missing(layout, [headings for _, headings in laid])
    rows: list[Row] = []
    for sheet, headings in laid:
        if (sheet, headings) not in whole:
            unread.append(layout.without_headings(sheet, headings))
            continue
        assert headings is not None
        place = f"{sheet.name}!" if len(whole) > 1 else ""
        sound, left = layout.rows_of(sheet, headings, place)
        rows += sound
        unread += left
    return replace(
        table,
        headings={sheet.name: headings.texts for sheet, headings in whole if headings},
        rows=tuple(rows),
        unread=(*unread, *beside),
    )


def chosen(found: Sequence[Sheet], names: Collection[str]) -> list[Sheet]:
    """Return the sheets of those names, all of them where none is named."""
    missing = set(names) - {sheet.name for sheet in found}
    if missing:
        there = "、".join(sheet.name for sheet in found)
        raise TableRefused(
            "sheet-missing",
            f"文件中没有工作表“{'、'.join(sorted(missing))}”；有：{there}。",
            f"The file has no sheet {', '.join(sorted(missing))}; it has: {there}.",
        )
    return [sheet for sheet in found if not names or sheet.name in names]


def column_missing(layout: Layout, tried: Sequence[Headings | None]) -> TableRefused:
    """Return the refusal of a file in which no sheet has the needed columns."""
    best = min((layout.lacking(headings) for headings in tried), key=len, default=())
    names = "、".join(one.headings[0] for one in best or layout.lacking(None))
    rows = layout.limits.heading_rows
    return TableRefused(
        "column-missing",
        f"前{rows}行中找不到这些列：{names}；请补上列名或用 --mapping 指明。",
        f"These columns were not found in the first {rows} rows: {names}; add the headings, or "
        "name the columns with --mapping.",
    )


def read_mapping(path: Path) -> Any:
    """Return what stands in the JSON file *path*; {}, which maps nothing, where that is no JSON."""
    try:
        with path.open("rb") as file:
            return json.loads(file.read(MAPPING_BYTES).decode("utf-8-sig")) or {}
    except (OSError, ValueError, RecursionError):
        return {}


def mapping_of(found: Any, fields: Sequence[Field]) -> dict[str, str]:
    """Return *found* as a mapping: our field to the heading of the table at hand.

    Raises `TableRefused` for what maps nothing, or something that *fields* do not have.
    """
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
    """Return the bytes of *path*, no more than tell whether they are too many."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        raise TableRefused(
            "unreadable-file",
            "文件不存在或无法读取；请检查路径和权限。",
            "The file does not exist or cannot be read; check its path and permissions.",
        ) from error
    return data


def bounded(data: bytes, limits: Limits) -> None:
    """Refuse a file that is too large, or empty."""
    if len(data) > limits.file_bytes:
        raise too_many("字节", "bytes", limits.file_bytes)
    if not data.strip():
        raise broken_file()


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


def renamed(fields: Sequence[Field], mapping: Mapping[str, str]) -> tuple[Field, ...]:
    """Return *fields* with the headings that *mapping* gives them."""
    if not mapping.keys() <= {one.name for one in fields}:
        raise unknown_field(fields)
    return tuple(
        replace(one, headings=(mapping[one.name],)) if one.name in mapping else one
        for one in fields
    )
