"""The record as a workbook for an office: 说明, 任务台账, 流转记录, 指标, with charts of its own.

No cell is ever a formula, and texts that a spreadsheet might compute are marked as texts; ids are
texts, so that no digit is lost. A sheet that is full goes on in another of the same columns.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import xlsxwriter

from audit.exports.choosing import Selection, Tick, cases_told, no_tick
from audit.exports.figures import MEANINGS, WHOLE, SheetFigure, sheet_figures
from audit.exports.pseudonyms import Pseudonyms
from audit.exports.rows import (
    FLOW_COLUMNS,
    TASK_COLUMNS,
    Cell,
    Column,
    ExportNames,
    case_name,
    flow_row,
    local,
    main_unit_of,
    state_of,
    task_row,
)
from audit.reading import Reader
from audit.replay.standing_then import RulesThen
from domain.service_definitions import DEFINITIONS

ROWS_MAX = 1_048_575
"""How many rows a sheet holds below its heading."""

CELL_MAX = 32_767
"""How many characters a cell holds."""

CHART_UNITS_MAX = 20
"""How many units a chart shows; a district has hundreds, and the sheet lists them all."""

FIGURE_COLUMNS = (
    Column("指标", 16),
    Column("定义版本", 22),
    Column("范围", 24),
    Column("期间", 12),
    Column("分子", 9),
    Column("分母", 9),
    Column("比率", 9),
    Column("剔除", 9),
    Column("剔除原因", 30),
    Column("分子含义", 40),
    Column("分母含义", 40),
    Column("计数时刻", 60),
)

_RATE = 6


@dataclass(frozen=True)
class Telling:
    """What the first sheet says: when and by what the workbook was made."""

    made_at: datetime
    origin: str
    since: datetime | None = None
    until: datetime | None = None


def write_workbook(
    reader: Reader,
    selection: Selection,
    path: Path,
    *,
    default_policy: str,
    telling: Telling,
    figures: Iterable[SheetFigure] | None = None,
    key: bytes | None = None,
    tick: Tick = no_tick,
    rows_max: int = ROWS_MAX,
) -> int:
    """Write the selected tasks, facts and figures to *path*; return how many rows of data.

    *figures* are counted from the log where they are not given (an empty list: no figures).
    *path* stands in a private folder, where the rows are kept until the workbook is closed. *key*
    is what residents' pseudonyms are made with, drawn anew where it is not given.
    """

    @lru_cache(maxsize=1024)
    def number_of(stream: str) -> str | None:
        entries = reader.stream(stream, selection.until)
        return case_name(entries[0]) if entries else None

    rules = RulesThen(reader, default_policy).at(selection.until)
    names = ExportNames(rules, Pseudonyms(key), number_of)
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        styles = _Styles(book)
        about = book.add_worksheet("说明")
        tasks = _Table(book, styles, "任务台账", TASK_COLUMNS, rows_max)
        flow = _Table(book, styles, "流转记录", FLOW_COLUMNS, rows_max)
        rates = book.add_worksheet("指标")
        states: Counter[str] = Counter()
        units: Counter[str] = Counter()
        for told in cases_told(reader, selection):
            if told.category == "task":
                tasks.write(task_row(told, names))
                states[state_of(told)] += 1
                unit = main_unit_of(told, names)
                if unit is not None:
                    units[unit] += 1
            for step in told.selected:
                flow.write(flow_row(told, step, names))
            tick(len(told.selected))
        tasks.close()
        flow.close()
        if figures is None:
            figures = sheet_figures(reader, selection, rules)
        shown = _write_figures(book, rates, styles, list(figures), states, units)
        _write_about(about, styles, telling, selection, tasks.rows, flow.rows, shown)
        return tasks.rows + flow.rows


class _Styles:
    """The cell formats of the workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "宋体", "font_size": 10.5, "valign": "top"}
        self.head = book.add_format(
            {**base, "bold": True, "bg_color": "#D9E2EC", "border": 1, "num_format": "@"}
        )
        # The quote prefix keeps a text a text when somebody edits the cell or saves it as CSV.
        self.text = book.add_format({**base, "num_format": "@", "quote_prefix": True})
        self.long = book.add_format(
            {**base, "num_format": "@", "quote_prefix": True, "text_wrap": True}
        )
        self.moment = book.add_format({**base, "num_format": "yyyy-mm-dd hh:mm:ss"})
        self.number = book.add_format({**base, "num_format": "#,##0"})
        self.percent = book.add_format({**base, "num_format": "0.0%"})
        self.title = book.add_format({**base, "bold": True, "font_size": 16})


class _Table:
    """One sheet of rows below a frozen, filtered heading, and its further sheets."""

    def __init__(
        self, book: Any, styles: _Styles, name: str, columns: Sequence[Column], rows_max: int
    ) -> None:
        self._book, self._styles, self._name = book, styles, name
        self._columns, self._rows_max = columns, rows_max
        self._sheets, self._row, self.rows = 0, 0, 0
        self._sheet = self._new_sheet()

    def write(self, cells: Sequence[Cell]) -> None:
        """Write one row."""
        if self._row >= self._rows_max:
            self.close()
            self._sheet = self._new_sheet()
        self._row += 1
        self.rows += 1
        for column, cell in enumerate(cells):
            put(self._sheet, self._row, column, cell, self._styles)

    def close(self) -> None:
        """Let the filter reach over the rows written."""
        self._sheet.autofilter(0, 0, max(1, self._row), len(self._columns) - 1)

    def _new_sheet(self) -> Any:
        self._sheets += 1
        self._row = 0
        number = "" if self._sheets == 1 else f"（{self._sheets}）"
        sheet = self._book.add_worksheet(f"{self._name}{number}")
        head_of(sheet, self._columns, self._styles)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页 共 &N 页")
        return sheet


def head_of(sheet: Any, columns: Sequence[Column], styles: _Styles) -> None:
    """Write the heading row, freeze it, repeat it in print."""
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(0, number, column.heading, styles.head)


def put(sheet: Any, row: int, column: int, cell: Cell, styles: _Styles) -> None:
    """Write one cell as what it is; a text is never computed."""
    match cell:
        case None:
            return
        case datetime():
            sheet.write_datetime(row, column, cell, styles.moment)
        case int():
            sheet.write_number(row, column, cell, styles.number)
        case str():
            sheet.write_string(row, column, cell[:CELL_MAX], styles.text)


def _write_figures(
    book: Any,
    sheet: Any,
    styles: _Styles,
    figures: Sequence[SheetFigure],
    states: Counter[str],
    units: Counter[str],
) -> int:
    """Write the figures, then how many tasks are in each state and with each unit; and charts."""
    head_of(sheet, FIGURE_COLUMNS, styles)
    figures = sorted(figures, key=lambda one: one.scope != WHOLE)  # stable: the whole comes first
    for row, one in enumerate(figures, 1):
        texts: tuple[Cell, ...] = (one.name, one.metric, one.scope, one.period)
        counts: tuple[Cell, ...] = (one.numerator, one.denominator, None, one.excluded)
        means = MEANINGS.get(one.metric, (None, None))
        definition = DEFINITIONS.get(one.metric)
        instant = None if definition is None else definition.instant_zh
        for column, cell in enumerate((*texts, *counts, one.reasons or None, *means, instant)):
            put(sheet, row, column, cell, styles)
        if one.denominator:
            rate = one.numerator / one.denominator
            sheet.write_number(row, _RATE, rate, styles.percent)
    sheet.autofilter(0, 0, max(1, len(figures)), len(FIGURE_COLUMNS) - 1)
    row = len(figures) + 3
    right = len(FIGURE_COLUMNS) + 1
    # A rate without a denominator is an empty cell: the chart shows a gap, and no number that
    # nobody computed.
    charted = sum(one.scope == WHOLE for one in figures) or min(len(figures), CHART_UNITS_MAX)
    if charted:
        shown = figures[:charted]
        chart = _chart(
            book,
            "column",
            "各项指标（比率）",
            (1, 0, _RATE),
            [
                (one.name, one.numerator / one.denominator if one.denominator else None)
                for one in shown
            ],
        )
        sheet.insert_chart(1, right, chart)
    row = _counts(book, sheet, styles, row, "任务状态", states.most_common(), right)
    _counts(book, sheet, styles, row, "主办单位", units.most_common(), right)
    return len(figures)


def _counts(
    book: Any,
    sheet: Any,
    styles: _Styles,
    row: int,
    what: str,
    counts: Sequence[tuple[str, int]],
    right: int,
) -> int:
    """Write a small table of counts at *row* with a bar chart beside it; return the row after."""
    sheet.write_string(row, 0, what, styles.head)
    sheet.write_string(row, 1, "任务数", styles.head)
    for number, (name, count) in enumerate(counts, 1):
        put(sheet, row + number, 0, name, styles)
        put(sheet, row + number, 1, count, styles)
    if counts:
        chart = _chart(book, "bar", f"{what}（任务数）", (row + 1, 0, 1), counts[:CHART_UNITS_MAX])
        sheet.insert_chart(row, right, chart)
    return row + max(len(counts), 16) + 3


def _chart(
    book: Any,
    kind: str,
    title: str,
    place: tuple[int, int, int],
    shown: Sequence[tuple[str, float | None]],
) -> Any:
    """Return a chart of cells of this sheet that hold *shown*: first row, names', values' column.

    What is shown goes along with the chart, for viewers that do not look into the cells.
    """
    first, names, values = place
    last = first + len(shown) - 1
    chart = book.add_chart({"type": kind})
    chart.add_series(
        {
            "name": title,
            "categories": ["指标", first, names, last, names],
            "values": ["指标", first, values, last, values],
            "categories_data": [name for name, _ in shown],
            "values_data": [value for _, value in shown],
            "fill": {"color": "#3B6FA0"},
            "data_labels": {"value": True},
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_size({"width": 620, "height": 340})
    if kind == "bar":
        chart.set_y_axis({"reverse": True})
    return chart


def _write_about(
    sheet: Any,
    styles: _Styles,
    telling: Telling,
    selection: Selection,
    tasks: int,
    facts: int,
    figures: int,
) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 96)
    sheet.write_string(0, 0, "结对帮扶任务台账", styles.title)
    lines: list[tuple[str, Cell]] = [
        ("导出时间", local(telling.made_at)),
        ("账本", telling.origin),
        ("账本位置", f"第 {selection.after + 1} 至 {selection.until} 条"),
        ("起", local(telling.since) or "自始"),
        ("止", local(telling.until) or "至导出时"),
        ("案卷", "全部" if selection.cases is None else "、".join(selection.cases)),
        ("任务台账", f"{tasks:,} 行：每件任务一行，为截止时的状态"),
        ("流转记录", f"{facts:,} 行：每一事实一行，含任务和结对，按案卷逐件排列"),
        ("指标", f"{figures:,} 项：分子、分母和剔除均由账本重新计算，定义带版本"),
        ("时间", "均为北京时间；“记录时间”为入账时刻，“发生时间”为填报的实际时刻"),
        ("密封内容", "居民的姓名、电话、住址和来文均未启封，显示为〔已密封〕"),
        ("化名", "居民以本次导出专用的化名表示，不同导出之间不可对照，也不能还原"),
        ("核对", "“账本位置”和“案卷”可用 jiedui audit history、jiedui audit prove 核对"),
        ("About", "Tasks, facts and figures of the ledger; nothing sealed was opened."),
    ]
    for row, (name, value) in enumerate(lines, 2):
        sheet.write_string(row, 0, name, styles.head)
        if isinstance(value, str):
            sheet.write_string(row, 1, value[:CELL_MAX], styles.long)
        else:
            put(sheet, row, 1, value, styles)
