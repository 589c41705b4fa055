"""Hand bad rows back in a file of the same kind, with the reason beside each.

Cells are residents' words and may begin with `=`; nothing written here is ever a formula. The file
holds personal data: it is made readable for its owner only, and appears whole or not at all.
"""

import csv
import io
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

from importing.tables import REASON_HEADING, BadRow, Problem, Table, TableKind

DANGEROUS = tuple("=+-@\t\r\0＝＋－＠")
"""What makes a spreadsheet program compute a text (OWASP, CSV injection)."""

CELL_MAX = 32_767
ENDINGS = frozenset({".csv", ".xls", ".xlsx"})


def guarded(text: str) -> str:
    """Return *text* with an apostrophe before it where a spreadsheet might compute it."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def plain(text: str) -> str:
    """Return *text* without the apostrophe `guarded` puts before it."""
    return text[1:] if text.startswith("'") and text[1:].startswith(DANGEROUS) else text


def write_bad_rows(source: Table, bad: Sequence[BadRow], path: Path) -> Path:
    """Write *bad* as `bad_rows_of` has them; return where they stand, as `place_bad_rows` does."""
    return place_bad_rows(*bad_rows_of(source, bad), path)


def place_bad_rows(ending: str, content: bytes, path: Path) -> Path:
    """Put rows handed back at *path*, its ending set to theirs; return where they stand.

    Raises `OSError` where the place cannot be written to.
    """
    bare = path.with_suffix("") if path.suffix.lower() in ENDINGS else path
    target = bare.with_name(bare.name + ending)
    place(content, target)
    return target


def bad_rows_of(source: Table, bad: Sequence[BadRow]) -> tuple[str, bytes]:
    """Return *bad* as a file, and its ending: the columns as they were, and the reasons last.

    Each sheet that gave rows has one of its name, since a row's number belongs to its table. The
    kind follows the source: xlsx and csv (same encoding and separator) stay what they are, a
    legacy xls comes back as xlsx. A reason column of an earlier round is replaced.
    """
    sheets: dict[str, list[list[str]]] = {}
    for row in bad:
        headings = source.headings[row.row.sheet]
        lines = sheets.setdefault(row.row.sheet, [handed_back_headings(headings)])
        lines.append(line_of(row, headings))
    if source.kind is TableKind.CSV:
        return ".csv", csv_of([line for lines in sheets.values() for line in lines], source)
    return ".xlsx", xlsx_of(sheets)


def handed_back_headings(headings: Sequence[str]) -> list[str]:
    """Return the headings as they were, and the one of the reasons last."""
    return [*(one for one in headings if one != REASON_HEADING), REASON_HEADING]


def line_of(row: BadRow, headings: Sequence[str]) -> list[str]:
    """Return the cells of *row* as they were under its *headings*, and its reasons last."""
    old = headings.index(REASON_HEADING) if REASON_HEADING in headings else None
    cells = list(row.row.originals) + [""] * len(headings)
    kept = without(cells[: max(len(headings), len(row.row.originals))], old)
    width = len(headings) - (old is not None)
    return [*kept[:width], reasons(row.problems)]


def without(cells: Sequence[str], index: int | None) -> list[str]:
    """Return *cells* without the one at *index*."""
    return [cell for at, cell in enumerate(cells) if at != index]


def reasons(problems: Sequence[Problem]) -> str:
    """Return what is wrong in one text: each problem with its cell in the file that was read."""
    return "\n".join(f"{one.cell} {one.chinese} {one.english}" for one in problems)


def csv_of(lines: Sequence[Sequence[str]], source: Table) -> bytes:
    """Return *lines* as CSV, every cell quoted and guarded."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=source.delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([guarded(cell) for cell in line] for line in lines)
    return text.getvalue().encode(source.encoding)


def xlsx_of(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """Return the lines of each sheet as a workbook of texts only, the reasons in red."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        text = workbook.add_format({"num_format": "@", "quote_prefix": True})
        head = workbook.add_format({"num_format": "@", "bold": True, "bg_color": "#F2F2F2"})
        red = workbook.add_format({"num_format": "@", "font_color": "#C00000", "text_wrap": True})
        for name, lines in sheets.items():
            sheet = workbook.add_worksheet(safe_name(name))
            last = len(lines[0]) - 1
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, last, 16)
            sheet.set_column(last, last, 60)
            for at, line in enumerate(lines):
                for column, cell in enumerate(line):
                    style = head if at == 0 else red if column == last else text
                    sheet.write_string(at, column, cell[:CELL_MAX], style)
    return content.getvalue()


def safe_name(name: str) -> str:
    """Return *name* as a sheet may be called."""
    kept = "".join(sign for sign in name if sign not in "[]:*?/\\'")[:31].strip()
    return kept if kept and kept.lower() != "history" else "问题行"


def place(content: bytes, target: Path) -> None:
    """Put *content* at *target* at once, readable for its owner only."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
