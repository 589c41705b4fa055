"""Each cell is judged by its own rule and named as the spreadsheet names it."""

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from importing.cells import moment, telephone, yes_or_no
from importing.reading import read_table
from importing.tables import BadRow, Row, TableRefused
from importing.writing import write_bad_rows
from tests.importing.offices import FIELDS, HEADINGS, ZONE, delimited, xlsx


def rules(row: Row) -> list[tuple[str, str]]:
    return [(problem.cell, problem.rule) for problem in row.problems]


def test_a_formula_cell_is_named_and_comes_back_as_its_text(tmp_path: Path) -> None:
    """Its result stays out: it may differ on the next machine."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_string(1, 0, "A")
        sheet.write_formula(1, 1, "=1+1", None, "2")
        sheet.write_formula(1, 3, "=ROW()-1", None, "1")
    table = read_table(path, FIELDS)
    assert rules(table.rows[0]) == [("B2", "formula-cell")]
    assert table.rows[0].originals == ("A", "=1+1", "", "1")
    back = write_bad_rows(table, [BadRow(table.rows[0], table.rows[0].problems)], tmp_path / "b")
    assert rules(read_table(back, FIELDS).rows[0]) == [("B2", "formula-cell")]


def test_a_formula_in_a_legacy_workbook_is_named(tmp_path: Path) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("a")
    for at, heading in enumerate(HEADINGS):
        sheet.write(0, at, heading)
    sheet.write(1, 0, "A")
    sheet.write(1, 1, xlwt.Formula("1+1"))
    workbook.save(str(tmp_path / "a.xls"))
    assert rules(read_table(tmp_path / "a.xls", FIELDS).rows[0]) == [("B2", "formula-cell")]


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A0", "＝1+1", '="1"&"2"'])
def test_text_that_would_be_computed_is_a_formula_in_any_file(tmp_path: Path, text: str) -> None:
    table = read_table(delimited(tmp_path / "a.csv", (HEADINGS, ("A", text))), FIELDS)
    assert rules(table.rows[0]) == [("B2", "formula-cell")]


@pytest.mark.parametrize("text", ["+86 199 0000 0001", "-", "@all", "'=x"])
@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_nothing_handed_back_can_be_computed(tmp_path: Path, kind: str, text: str) -> None:
    write = xlsx if kind == "xlsx" else delimited
    table = read_table(write(tmp_path / "a", (HEADINGS, ("A", "b", "", text))), FIELDS)
    back = write_bad_rows(table, [BadRow(table.rows[0], ())], tmp_path / "b")
    content = back.read_bytes()
    if kind == "csv":
        assert f'"\'{text.removeprefix(chr(39))}"'.encode() in content
    else:
        import zipfile

        with zipfile.ZipFile(back) as package:
            assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    again = read_table(back, FIELDS)
    assert again.rows[0].originals[3] == table.rows[0].originals[3]


def test_over_long_empty_and_error_cells_each_have_their_rule(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_string(1, 1, "字" * 51)
        sheet.write_string(2, 0, "A")
        sheet.write_number(2, 2, 440106199001011234)
        sheet.write_string(3, 0, "A")
        sheet.write_string(3, 2, "1.99E+10")
    rows = read_table(path, FIELDS).rows
    assert rules(rows[0]) == [("A2", "missing-value"), ("B2", "too-long")]
    assert rules(rows[1]) == [("C3", "number-precision")]
    assert rules(rows[2]) == [("C4", "number-precision")]


def test_a_formula_as_heading_is_no_heading(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_formula(0, 0, '="编"&"号"', None, "编号")
        sheet.write_string(0, 1, "内容")
    with pytest.raises(TableRefused) as refused:
        read_table(path, FIELDS)
    assert refused.value.rule == "column-missing"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 14:30",
        "2026/11/3 14:30",
        "2026.11.3 14:30:00",
        "2026年11月3日14时30分",
        "２０２６-11-03 14：30",
    ],
)
def test_dates_are_read_as_offices_write_them(text: str) -> None:
    assert moment(text, ZONE) == datetime(2026, 11, 3, 14, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    "text", ["", "2026-09-31", "26-1-1", "46024", "昨天", "2026-11-03 25:00", "2026-1"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert moment(text, ZONE) is None


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("199 0000 1234", "19900001234"),
        ("+86-199-0000-1234", "19900001234"),
        ("020-8888 0000", "02088880000"),
        ("88880000转12", "88880000#12"),
        ("1990000123", None),
        ("12345", None),
        ("同上", None),
    ],
)
def test_telephone_numbers_become_digits(text: str, digits: str | None) -> None:
    assert telephone(text) == digits


@pytest.mark.parametrize(
    ("text", "answer"), [("是", True), ("紧急", True), ("", False), ("否", False), ("看情况", None)]
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert yes_or_no(text) is answer
