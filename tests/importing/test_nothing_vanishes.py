"""Law: every cell that holds anything is in a need, in a row handed back, or named as unread."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from importing import xlsx
from importing.layout import Layout
from importing.needs import NEED_FIELDS, NeedRows
from importing.reading import read_table
from importing.tables import LIMITS, Table, TableRefused
from tests.importing.offices import need_reader
from tests.importing.test_odd_tables import HEADINGS, ROW

WORDS = st.sampled_from(
    ["", "养老", "车陂街道", "坡道", "19900008706", "19900008706/19900008707", "合计", "填表人：李",
     "2026-09-01", "备注", "电话", "诉求人", "是", "=1+1", "_x000D_\n二", "A\u200b1", "0", " "]
)  # fmt: skip
sound = st.builds(lambda number, extra: [f"N-{number}", *ROW[1:], extra], st.integers(0, 99), WORDS)
any_row = st.lists(WORDS, max_size=11)
rows = st.lists(sound | any_row, max_size=8)
headings = st.sampled_from(
    [
        [[*HEADINGS, "备注"]],
        [["车陂街道问题台账"], [*HEADINGS]],
        [[*HEADINGS[:5], "诉求人信息", "", HEADINGS[7]], [""] * 5 + ["诉求人", "联系电话"]],
        [["说明"]],
        [],
    ]
)


@dataclass(frozen=True)
class Drawn:
    """A sheet to be written: its lines, which are hidden, what is merged."""

    lines: list[list[str]]
    hidden_rows: frozenset[int]
    merged: tuple[tuple[int, int, int, int], ...]
    hidden: bool


sheets = st.builds(
    lambda top, below, hidden_rows, merged, hidden: Drawn(
        [*top, *below], frozenset(hidden_rows), tuple(merged), hidden
    ),
    headings,
    rows,
    st.sets(st.integers(0, 9), max_size=2),
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 2), st.integers(0, 9), st.integers(0, 2)),
        max_size=2,
    ),
    st.booleans(),
)


def written(drawn: list[Drawn]) -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        for number, one in enumerate(drawn):
            sheet = workbook.add_worksheet(f"表{number}甲")
            for at, cells in enumerate(one.lines):
                for column, text in enumerate(cells):
                    if text:
                        sheet.write(at, column, text)
            for row in one.hidden_rows:
                sheet.set_row(row, None, None, {"hidden": True})
            if one.hidden and number:
                sheet.hide()
            for top, height, left, width in one.merged:
                if height or width:
                    _merge(sheet, one, top, height, left, width)
    return content.getvalue()


def _merge(sheet: Any, one: Drawn, top: int, height: int, left: int, width: int) -> None:
    cells = one.lines[top] if top < len(one.lines) else []
    text = cells[left] if left < len(cells) else ""
    try:
        sheet.merge_range(top, left, top + height, left + width, text)
    except xlsxwriter.exceptions.OverlappingRange:
        return


def inside(where: str, row: int, column: int) -> bool:
    first, _, last = where.partition(":")
    top, left = _place(first)
    bottom, right = _place(last)
    return top <= row <= bottom and left <= column <= right


def _place(reference: str) -> tuple[int, int]:
    match = xlsx.REFERENCE.fullmatch(reference)
    assert match is not None, reference
    return int(match[2]), xlsx.column_number(match[1])


@settings(max_examples=150)
@given(st.lists(sheets, min_size=1, max_size=3))
def test_every_cell_ends_somewhere(drawn: list[Drawn]) -> None:
    content = written(drawn)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.xlsx"
        path.write_bytes(content)
        try:
            table = read_table(path, NEED_FIELDS)
        except TableRefused:
            return  # nothing was taken, and the file says why
    found = need_reader().read(table)
    taken = {need.row.key: need for need in found.good}
    back = {bad.row.key for bad in found.bad}
    assert len(taken) + len(back) == len(table.rows)
    layout = Layout(NEED_FIELDS, frozenset(), LIMITS)
    for sheet in xlsx.sheets_of(BytesIO(content), LIMITS):
        heads = layout.headings_of(sheet) if sheet.name in table.headings else None
        for number, cells in sheet.rows.items():
            for column in cells:
                key = (sheet.name, number)
                heading = heads is not None and heads.first <= number <= heads.last
                known = heads is not None and column in heads.columns.values()
                named = any(
                    one.sheet == sheet.name and inside(one.where, number, column)
                    for one in table.unread
                    if one.where
                )
                assert heading or named or key in back or (key in taken and known), (key, column)


@settings(max_examples=100)
@given(st.lists(sound, min_size=1, max_size=5))
def test_what_stands_in_a_need_is_what_was_typed(lines: list[list[str]]) -> None:
    content = written([Drawn([[*HEADINGS, "问题事项"], *lines], frozenset(), (), False)])
    table, found = _read(content)
    assert len(found.good) + len(found.bad) == len(lines)
    for need in found.good:
        cells = need.row.cells
        assert cells["text"] in need.text
        assert need.name == cells["name"]
        assert cells.get("matter", "").strip().replace("\u200b", "").split("\n")[0] in need.text
        assert str(need.phone) in cells["phone"]
    assert not table.unread


def _read(content: bytes) -> tuple[Table, NeedRows]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.xlsx"
        path.write_bytes(content)
        table = read_table(path, NEED_FIELDS)
    return table, need_reader().read(table)
