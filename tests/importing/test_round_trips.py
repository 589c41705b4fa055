"""A table says the same in every kind of file, and what was handed back can be handed in again."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importing.reading import mapping_of, read_mapping, read_table
from importing.tables import BadRow, Problem, TableKind, TableRefused, column_letters
from importing.writing import guarded, plain, write_bad_rows
from importing.xlsx import column_number
from tests.importing.offices import FIELDS, HEADINGS, ROWS, delimited, xls, xlsx

EXPECTED = [{"code": code, "text": text, "phone": phone} for code, text, phone, _ in ROWS]
TABLE = (HEADINGS, *ROWS)


def files(folder: Path) -> dict[str, Path]:
    return {
        "xlsx": xlsx(folder / "a.xlsx", TABLE),
        "xls": xls(folder / "a.xls", TABLE),
        "utf-8": delimited(folder / "b.csv", TABLE),
        "utf-8-sig": delimited(folder / "c.csv", TABLE, "utf-8-sig"),
        "gb18030": delimited(folder / "d.csv", TABLE, "gb18030"),
        "tabs": delimited(folder / "e.csv", TABLE, "gb18030", "\t"),
        "unicode": delimited(folder / "f.csv", TABLE, "utf-16", "\t"),
    }


KINDS = ["xlsx", "xls", "utf-8", "utf-8-sig", "gb18030", "tabs", "unicode"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_says_the_same(tmp_path: Path, kind: str) -> None:
    table = read_table(files(tmp_path)[kind], FIELDS)
    assert [dict(row.cells) for row in table.rows] == EXPECTED
    assert [row.number for row in table.rows] == [2, 3, 4]
    assert not any(row.problems for row in table.rows)
    assert list(table.headings.values()) == [HEADINGS]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_handed_back_can_be_read_again(tmp_path: Path, kind: str) -> None:
    """The columns come back as they were, those nobody knows included."""
    table = read_table(files(tmp_path)[kind], FIELDS)
    problem = Problem("A2", "code", "rule", "不对。", "Wrong.")
    bad = [BadRow(row, (problem,)) for row in table.rows]
    back = write_bad_rows(table, bad, tmp_path / "退回.v2-rows")
    again = read_table(back, FIELDS)
    assert back.name == f"退回.v2-rows.{'csv' if table.kind is TableKind.CSV else 'xlsx'}"
    assert [row.cells for row in again.rows] == [row.cells for row in table.rows]
    assert list(again.headings.values()) == [(*HEADINGS, "错误原因")]
    assert [row.originals[3] for row in again.rows] == ["三楼", "", "x"]
    assert again.rows[0].originals[4] == "A2 不对。 Wrong."
    assert (again.encoding, again.delimiter) == (table.encoding, table.delimiter)
    assert stat.S_IMODE(back.stat().st_mode) == 0o600


def test_a_second_round_replaces_the_reasons(tmp_path: Path) -> None:
    table = read_table(files(tmp_path)["xlsx"], FIELDS)
    first = Problem("A2", "code", "rule", "第一次。", "First.")
    second = Problem("A2", "code", "rule", "第二次。", "Second.")
    back = write_bad_rows(table, [BadRow(table.rows[0], (first,))], tmp_path / "one.xlsx")
    again = read_table(back, FIELDS)
    back = write_bad_rows(again, [BadRow(again.rows[0], (second,))], tmp_path / "two.xlsx")
    last = read_table(back, FIELDS)
    assert list(last.headings.values()) == [(*HEADINGS, "错误原因")]
    assert last.rows[0].originals[4] == "A2 第二次。 Second."


def test_titles_above_the_headings_and_a_cover_sheet_are_passed_over(tmp_path: Path) -> None:
    path = delimited(tmp_path / "t.csv", (("天河区问题台账",), (), *TABLE))
    assert [row.number for row in read_table(path, FIELDS).rows] == [4, 5, 6]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_title_line_does_not_hide_what_separates_the_columns(
    tmp_path: Path, separator: str
) -> None:
    """An office's table begins with its name, and no separator stands in that."""
    rows = (("天河区问题台账（2026年10月）",), *TABLE)
    table = read_table(delimited(tmp_path / "a.csv", rows, "utf-8", separator), FIELDS)
    assert [dict(row.cells) for row in table.rows] == EXPECTED


def test_headings_may_be_written_as_offices_vary_them(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "t.xlsx", (("编 号*", "内容（必填）", "CODE2"), ("A", "b", "c")))
    assert read_table(path, FIELDS).rows[0].cells == {"code": "A", "text": "b"}


def test_a_mapping_names_other_headings(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "t.xlsx", (("Nummer", "内容"), ("A", "b")))
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"code": "Nummer"}', encoding="utf-8")
    table = read_table(path, FIELDS, mapping_of(read_mapping(mapping), FIELDS))
    assert table.rows[0].cells == {"code": "A", "text": "b"}


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("[]", "mapping-unreadable"),
        ("{", "mapping-unreadable"),
        ("{}", "mapping-unreadable"),
        ('{"code": 3}', "mapping-unreadable"),
        ('{"colour": "Farbe"}', "mapping-unknown-field"),
        ("[" * 5000, "mapping-unreadable"),
    ],
)
def test_a_mapping_that_maps_nothing_is_refused(tmp_path: Path, written: str, rule: str) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(written, encoding="utf-8")
    with pytest.raises(TableRefused) as refused:
        mapping_of(read_mapping(mapping), FIELDS)
    assert refused.value.rule == rule


def test_a_mapped_heading_must_be_there(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "t.xlsx", TABLE)
    with pytest.raises(TableRefused) as refused:
        read_table(path, FIELDS, {"phone": "手机"})
    assert refused.value.rule == "column-missing"


def test_a_missing_or_doubled_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableRefused) as refused:
        read_table(xlsx(tmp_path / "a.xlsx", (("编号", "电话"), ("A", "1"))), FIELDS)
    assert (refused.value.rule, "内容" in refused.value.chinese) == ("column-missing", True)
    with pytest.raises(TableRefused) as refused:
        read_table(xlsx(tmp_path / "b.xlsx", (("编号", "code", "内容"), ("A", "B", "c"))), FIELDS)
    assert refused.value.rule == "heading-twice"


def test_dates_and_numbers_read_as_people_wrote_them(tmp_path: Path) -> None:
    import datetime as dt

    import xlsxwriter

    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        day = workbook.add_format({"num_format": "yyyy年m月d日"})
        minute = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_datetime(1, 0, dt.datetime(2026, 11, 3), day)  # noqa: DTZ001 - spreadsheets know no zone
        sheet.write_datetime(1, 1, dt.datetime(2026, 11, 3, 14, 30), minute)  # noqa: DTZ001 - the same
        sheet.write_number(1, 2, 19900000001)
        sheet.write_number(2, 0, 3.5)
        sheet.write_boolean(2, 1, 1)
    rows = read_table(path, FIELDS).rows
    assert rows[0].cells == {
        "code": "2026-11-03",
        "text": "2026-11-03 14:30",
        "phone": "19900000001",
    }
    assert rows[1].cells == {"code": "3.5", "text": "TRUE", "phone": ""}


def test_dates_of_a_legacy_workbook_read_the_same(tmp_path: Path) -> None:
    import datetime as dt

    import xlwt

    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("台账")
    for at, heading in enumerate(HEADINGS):
        sheet.write(0, at, heading)
    minute = xlwt.easyxf(num_format_str="YYYY-MM-DD HH:MM")
    sheet.write(1, 0, dt.datetime(2026, 11, 3, 14, 30), minute)  # noqa: DTZ001 - spreadsheets know no zone
    sheet.write(1, 1, dt.date(2026, 11, 3), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    sheet.write(1, 2, 19900000001)
    workbook.save(str(tmp_path / "t.xls"))
    (row,) = read_table(tmp_path / "t.xls", FIELDS).rows
    assert row.cells == {"code": "2026-11-03 14:30", "text": "2026-11-03", "phone": "19900000001"}


@given(st.text(max_size=40))
def test_guarding_can_always_be_taken_back(text: str) -> None:
    assert plain(guarded(text)) == plain(text)
    assert not guarded(text).startswith(tuple("=+-@\t\r\0＝＋－＠"))


@given(st.integers(0, 16383))
def test_columns_are_named_as_spreadsheets_do(index: int) -> None:
    assert column_number(column_letters(index)) == index
    assert (column_letters(0), column_letters(26), column_letters(16383)) == ("A", "AA", "XFD")
