"""Find the headings of a sheet, and turn what lies below them into rows.

Nothing that somebody typed disappears: what is a title, a total, a line to be signed, a column
nobody knows or a row out of sight is named as unread.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from importing.tables import (
    REASON_HEADING,
    Cell,
    Field,
    Limits,
    Problem,
    Row,
    Sheet,
    TableRefused,
    Unread,
    column_letters,
    too_large,
)
from importing.writing import plain

REMARK = re.compile(r"[（(【\[].*?[)）】\]]")
SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d{1,3}")
QUOTED = re.compile(r'\s*[=＝]?\s*"((?:[^"]|"")*)"\s*')
"""A formula that is a text and nothing else: `="19900008706"`, as offices keep all digits."""

TOTAL = re.compile(
    r"(本页|本月|本季|本年|全年|累计)?(合计|总计|小计|共计|总数)|(sub)?total", re.IGNORECASE
)
FOOTER = re.compile(
    r"(填表|制表|填报|报送|上报|审核|审批|复核|经办|联系|负责|签收|录入)(人|单位|日期|时间)?"
    r"(签名|签字|（签字）|（盖章）|电话)?[:：].*|(单位)?[（(]?(盖章|公章)[)）]?[:：]?.*"
    r"|(备?注|说明|填表说明)[:：\d].*|以[上下](空白|为空).*",
    re.DOTALL,
)
"""What stands under a table and is no row of it; only where next to nothing else is filled in."""

LINE_ENDS = str.maketrans({"\x0b": "\n", "\x0c": "\n"})
"""Word and old mail programs break a line inside a cell with these."""

PASSED_OVER = frozenset({REASON_HEADING, "序号"})
"""Columns that say nothing of their row: our own reasons, and where it stands in the table."""

Grid = Mapping[int, Mapping[int, Cell]]


@dataclass(frozen=True)
class Headings:
    """The heading rows: where they begin and end, all texts, and which column holds which field."""

    first: int
    last: int
    texts: tuple[str, ...]
    columns: Mapping[str, int]
    twice: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Layout:
    """Reads sheets that hold *fields*; those in *mapped* must be found, as a mapping names them.

    *hidden* takes what is out of sight as well.
    """

    fields: Sequence[Field]
    mapped: frozenset[str]
    limits: Limits
    hidden: bool = False

    def lacking(self, headings: Headings | None) -> tuple[Field, ...]:
        """Return the fields whose column is needed and is not there."""
        there = headings.columns if headings else {}
        return tuple(
            one
            for one in self.fields
            if (one.needs_column or one.name in self.mapped) and one.name not in there
        )

    def headings_of(self, sheet: Sheet) -> Headings | None:
        """Return the heading row near the top that names the most fields, or the two of a group.

        Offices put titles above it. None for a hidden sheet, unless hidden ones are asked for.
        """
        if sheet.hidden and not self.hidden:
            return None
        best: Headings | None = None
        grid = spread(sheet, self.limits)
        for number in sorted(grid)[: self.limits.heading_rows]:
            for found in (self._one_row(sheet, grid, number), self._two_rows(sheet, grid, number)):
                if found is not None and (best is None or len(found.columns) > len(best.columns)):
                    best = found
        if best is not None and best.twice:
            raise heading_twice(self.fields, best.twice)
        return best

    def _one_row(self, sheet: Sheet, grid: Grid, number: int) -> Headings | None:
        texts = {at: cell.text for at, cell in grid[number].items() if cell.formula is None}
        return self._named(texts, number, number, sheet.rows[number].keys())

    def _two_rows(self, sheet: Sheet, grid: Grid, number: int) -> Headings | None:
        """Read this row and the next as one: the lower names the columns of a group above it.

        In the lower row nothing may stand under a heading that is known already: that is data. A
        known one merged over several columns is a group where the lower row names columns below it.
        """
        upper, lower = grid[number], sheet.rows.get(number + 1, {})
        known = self._fields_by_heading()
        names = {at: known.get(heading_key(cell.text)) for at, cell in upper.items()}
        merged = {at for at in upper if at not in sheet.rows[number]}
        merged |= {at for at in upper if at + 1 in merged}
        if not any(known.get(heading_key(lower[at].text)) for at in merged & lower.keys()):
            merged = set()
        if not lower or any(names.get(at) for at in lower.keys() - merged):
            return None
        texts = {at: cell.text for at, cell in upper.items()}
        texts |= {at: cell.text for at, cell in lower.items() if cell.formula is None}
        own = sheet.rows[number].keys() | lower.keys()
        found = self._named(texts, number, number + 1, own)
        one = self._one_row(sheet, grid, number)
        below = self._one_row(sheet, grid, number + 1)
        alone = max(len(row.columns) if row else 0 for row in (one, below))
        return found if found is not None and len(found.columns) > alone else None

    def _named(
        self, texts: Mapping[int, str], first: int, last: int, own: Collection[int]
    ) -> Headings | None:
        """Return which field each heading names; a heading merged over two columns is one."""
        known = self._fields_by_heading()
        columns: dict[str, int] = {}
        twice = set()
        for at in sorted(texts):
            name = known.get(heading_key(texts[at]))
            if name is not None:
                twice |= {name} & columns.keys() if at in own else set()
                columns.setdefault(name, at)
        if not columns:
            return None
        told = tuple(texts.get(at, "") for at in range(max(texts) + 1))
        return Headings(first, last, told, columns, frozenset(twice))

    def _fields_by_heading(self) -> dict[str, str]:
        return {heading_key(heading): one.name for one in self.fields for heading in one.headings}

    def rows_of(
        self, sheet: Sheet, headings: Headings, place: str
    ) -> tuple[list[Row], list[Unread]]:
        """Return the rows below the headings, and whatever else the sheet holds."""
        grid = spread(sheet, self.limits)
        wanted = set(headings.columns.values())
        rows: list[Row] = []
        unread: list[Unread] = []
        loose: dict[int, list[int]] = {}
        for number, cells in sorted(sheet.rows.items()):
            if headings.first <= number <= headings.last:
                continue
            what = self._no_row(number, cells, sheet, headings)
            if what is not None:
                unread.append(of_row(sheet, number, cells, what))
                continue
            for at in cells.keys() - wanted:
                heading = headings.texts[at].strip() if at < len(headings.texts) else ""
                if heading not in PASSED_OVER:
                    loose.setdefault(at, []).append(number)
            if wanted & cells.keys():
                rows.append(self._row(number, sheet, grid[number], headings, place))
        unread += [of_column(sheet, at, numbers, headings) for at, numbers in sorted(loose.items())]
        return rows, unread

    def _no_row(
        self, number: int, cells: Mapping[int, Cell], sheet: Sheet, headings: Headings
    ) -> str | None:
        """Return why what stands there is no row of the table, None where it is one."""
        if number < headings.first:
            return "title"
        if number in sheet.hidden_rows and not self.hidden:
            return "hidden-row"
        texts = {at: cell.text.strip() for at, cell in cells.items()}
        known = set(headings.columns.values()) & texts.keys()
        if len(known) > 1 and all(texts[at] == headings.texts[at].strip() for at in known):
            return "heading-again"
        needed = [
            headings.columns[one.name]
            for one in self.fields
            if one.needs_value and one.name in headings.columns
        ]
        filled = sum(at in cells for at in needed)
        first = unicodedata.normalize("NFKC", texts[min(texts)]).replace(" ", "")
        if TOTAL.match(first) and filled < len(needed):
            return "total"
        if FOOTER.fullmatch(first) and filled <= 1 < len(needed):
            return "footer"
        return None

    def _row(
        self, number: int, sheet: Sheet, cells: Mapping[int, Cell], headings: Headings, place: str
    ) -> Row:
        """Return the row *number* with the problems that can be seen without knowing the field."""
        cells = {at: literal(cell) for at, cell in cells.items()}
        width = max(len(headings.texts), max(cells) + 1)
        row = Row(
            number=number,
            cells={
                name: plain(cells[at].text).translate(LINE_ENDS).strip() if at in cells else ""
                for name, at in headings.columns.items()
            },
            columns={name: column_letters(at) for name, at in headings.columns.items()},
            originals=tuple(handed_back(cells.get(at), at, headings) for at in range(width)),
            sheet=sheet.name,
            place=place,
        )
        problems = [
            problem
            for one in self.fields
            if one.name in headings.columns
            and (problem := fault_of(row, one, cells.get(headings.columns[one.name])))
        ]
        return replace(row, problems=tuple(problems))

    def passed_over(self, sheet: Sheet) -> Unread:
        """Return how a sheet that was not asked for is named."""
        return of_sheet(
            sheet, "sheet-not-asked", "未选读的工作表", "a sheet that was not asked for"
        )

    def without_headings(self, sheet: Sheet, headings: Headings | None) -> Unread:
        """Return how a sheet that is no such table is named."""
        if sheet.hidden and not self.hidden:
            return of_sheet(
                sheet,
                "hidden-sheet",
                "隐藏的工作表，未读取；需要时加 --hidden",
                "a hidden sheet, not read; --hidden reads it",
            )
        lacking = "、".join(one.headings[0] for one in self.lacking(headings))
        return of_sheet(
            sheet,
            "sheet-without-headings",
            f"工作表没有所需的列（{lacking}），未读取",
            f"a sheet without the needed columns ({lacking}), not read",
        )


def heading_key(heading: str) -> str:
    """Return *heading* without what offices vary: width, spaces, stars, remarks in brackets."""
    text = REMARK.sub("", unicodedata.normalize("NFKC", heading))
    return re.sub(r"[\s*_:：\-\u200b-\u200f\ufeff]", "", text).lower()


def spread(sheet: Sheet, limits: Limits) -> Grid:
    """Return the cells with each merged one standing in every row and column that it covers."""
    if not sheet.merged or not sheet.rows:
        return sheet.rows
    grid = {number: dict(cells) for number, cells in sheet.rows.items()}
    last = max(grid)
    spent = 0
    for span in sheet.merged:
        cell = sheet.rows.get(span.top, {}).get(span.left)
        if cell is None:
            continue
        for number in range(span.top, min(span.bottom, last) + 1):
            if number not in grid:
                continue
            for at in range(span.left, min(span.right + 1, limits.columns)):
                grid[number].setdefault(at, cell)
                spent += 1
        if spent > limits.cells:
            raise too_large(limits)
    return grid


def heading_twice(fields: Sequence[Field], names: Collection[str]) -> TableRefused:
    """Return the refusal of a table that has a column twice."""
    told = "、".join(one.headings[0] for one in fields if one.name in names)
    return TableRefused(
        "heading-twice",
        f"这些列在表头中出现两次：{told}；请只保留一列，或用 --mapping 指明。",
        f"These columns stand twice in the heading row: {told}; keep one of each, or name it with "
        "--mapping.",
    )


_UNREAD = {
    "title": ("表头以上的文字", "text above the headings"),
    "hidden-row": (
        "隐藏的行，未登记；需要时加 --hidden",
        "a hidden row, left out; --hidden takes it",
    ),
    "heading-again": ("重复的表头", "the headings again"),
    "total": ("合计行，不是诉求", "a total, no row of the table"),
    "footer": ("表尾（填表人、备注等），不是诉求", "a line below the table, no row of it"),
}
"""What is said of a row that is none, by what it is."""


def of_row(sheet: Sheet, number: int, cells: Mapping[int, Cell], what: str) -> Unread:
    """Return how one row that is none is named."""
    where = f"{column_letters(min(cells))}{number}:{column_letters(max(cells))}{number}"
    return Unread(sheet.name, where, what, len(cells), *_UNREAD[what])


def of_column(sheet: Sheet, at: int, numbers: Sequence[int], headings: Headings) -> Unread:
    """Return how the cells of a column that no field stands for are named, heading and all."""
    letters = column_letters(at)
    heading = " ".join((headings.texts[at] if at < len(headings.texts) else "").split())[:40]
    return Unread(
        sheet.name,
        f"{letters}{numbers[0]}:{letters}{numbers[-1]}",
        "column-unknown",
        len(numbers),
        f"“{heading or letters}”列未采用；可用 --mapping 指明",
        f"column {heading or letters} stands for nothing known; --mapping may name it",
    )


def of_sheet(sheet: Sheet, what: str, chinese: str, english: str) -> Unread:
    """Return how a whole sheet is named."""
    last = column_letters(max(max(cells) for cells in sheet.rows.values()))
    where = f"A{min(sheet.rows)}:{last}{max(sheet.rows)}"
    count = sum(len(cells) for cells in sheet.rows.values())
    return Unread(sheet.name, where, what, count, chinese, english)


def literal(cell: Cell) -> Cell:
    """Return a formula that only quotes a text as that text; any other cell as it is."""
    quoted = QUOTED.fullmatch(cell.formula if cell.formula is not None else cell.text)
    if quoted is None or (cell.formula is None and not cell.text.lstrip().startswith(("=", "＝"))):
        return cell
    return Cell(quoted[1].replace('""', '"'))


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
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text):
        return row.problem(
            one.name,
            "control-character",
            f"“{name}”中有控制字符（看不见的乱码）；请重新输入该单元格。",
            "The cell holds a control character that cannot be seen; type it again.",
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
