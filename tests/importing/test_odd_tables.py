"""What offices really send: merged cells, two heading rows, totals, hidden rows, odd numbers.

Each is an example of its kind, with the right value beside it; `docs/importing.md` says the same
to the office.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from importing.needs import NEED_FIELDS, NeedRows
from importing.reading import read_table
from importing.tables import Table, TableRefused
from tests.importing.offices import delimited, need_reader, xlsx

HEADINGS = (
    "台账编号",
    "诉求来源",
    "诉求类别",
    "所属街道",
    "诉求内容",
    "诉求人",
    "联系电话",
    "发现时间",
)
ROW = ("B-1", "居民来电", "养老", "车陂街道", "坡道太陡", "王某", "19900008706", "2026-09-01")


def row(**changes: object) -> tuple[object, ...]:
    """Return a sound row with other cells under some headings."""
    return tuple(changes.get(heading, cell) for heading, cell in zip(HEADINGS, ROW, strict=True))


def rows(*numbers: str) -> list[tuple[object, ...]]:
    return [row(台账编号=number) for number in numbers]


def book(path: Path, *sheets: tuple[str, Callable[[Any, Any], None]]) -> Path:
    """Write a workbook whose sheets are drawn by functions of the sheet and the workbook."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        for name, draw in sheets:
            draw(workbook.add_worksheet(name), workbook)
    return path


def lines(*written: Sequence[object], first: int = 0) -> Callable[[Any, Any], None]:
    def draw(sheet: Any, _: Any) -> None:
        for at, cells in enumerate(written, first):
            for column, value in enumerate(cells):
                if value is not None:
                    sheet.write(at, column, value)

    return draw


def taken(path: Path, **options: Any) -> tuple[Table, NeedRows]:
    table = read_table(path, NEED_FIELDS, **options)
    return table, need_reader().read(table)


def unread(table: Table) -> list[tuple[str, str, int]]:
    return [(one.what, one.where, one.count) for one in table.unread]


def test_a_merged_cell_stands_for_every_row_and_column_it_covers(tmp_path: Path) -> None:
    def draw(sheet: Any, workbook: Any) -> None:
        lines(HEADINGS, *(row(台账编号=number, 所属街道=None) for number in ("1", "2", "3")))(
            sheet, workbook
        )
        sheet.merge_range(1, 3, 3, 3, "车陂街道")

    _, found = taken(book(tmp_path / "m.xlsx", ("台账", draw)))
    assert [need.place for need in found.good] == ["440106003"] * 3


def test_merged_cells_of_the_old_format_count_alike(tmp_path: Path) -> None:
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("台账")
    for at, cells in enumerate((HEADINGS, *rows("1", "2"))):
        for column, value in enumerate(cells):
            if not (at and column == 3):
                sheet.write(at, column, value)
    sheet.write_merge(1, 2, 3, 3, "车陂街道")
    workbook.save(str(tmp_path / "m.xls"))
    assert len(taken(tmp_path / "m.xls")[1].good) == 2


def test_hidden_rows_of_the_old_format_are_named_too(tmp_path: Path) -> None:
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("台账")
    for at, cells in enumerate((HEADINGS, *rows("1", "2"))):
        for column, value in enumerate(cells):
            sheet.write(at, column, value)
    sheet.row(2).hidden = True
    workbook.save(str(tmp_path / "h.xls"))
    table, found = taken(tmp_path / "h.xls")
    assert [need.ledger_row for need in found.good] == ["1"]
    assert unread(table) == [("hidden-row", "A3:H3", 8)]


@pytest.mark.parametrize("group", ["诉求人信息", "诉求人"])
def test_two_heading_rows_are_read_as_one(tmp_path: Path, group: str) -> None:
    """The name of a group may be the heading of a column elsewhere."""

    def draw(sheet: Any, workbook: Any) -> None:
        upper = [*HEADINGS[:5], None, None, HEADINGS[7]]
        lower = [None] * 5 + ["姓名", "联系电话", None]
        lines(upper, lower, ROW)(sheet, workbook)
        sheet.merge_range(0, 5, 0, 6, group)
        for column in (*range(5), 7):
            sheet.merge_range(0, column, 1, column, upper[column])

    (need,) = taken(book(tmp_path / "t.xlsx", ("台账", draw)))[1].good
    assert (need.name, need.phone) == ("王某", "19900008706")


def test_two_heading_rows_without_merged_cells_too(tmp_path: Path) -> None:
    upper = [*HEADINGS[:5], "诉求人信息", "", HEADINGS[7]]
    lower = ["", "", "", "", "", "诉求人", "联系电话", ""]
    (need,) = taken(delimited(tmp_path / "t.csv", [upper, lower, ROW]))[1].good
    assert (need.name, need.phone) == ("王某", "19900008706")


def test_every_sheet_with_the_headings_is_read(tmp_path: Path) -> None:
    """The same number in another table is another need, and a cell is named with its sheet."""
    wrong = row(台账编号="2", 诉求类别="噪音")
    path = book(
        tmp_path / "s.xlsx",
        ("9月", lines(HEADINGS, ROW)),
        ("10月", lines(HEADINGS, ROW, wrong)),
        ("说明", lines(("填表说明",), ("请如实填写",))),
    )
    table, found = taken(path)
    assert len({need.repeat_key for need in found.good}) == 2
    assert [one.cell for one in found.bad[0].problems] == ["10月!C3"]
    assert unread(table) == [("sheet-without-headings", "A1:A2", 2)]
    table, found = taken(path, sheets=("10月",))
    assert len(found.good) == 1
    assert [one.what for one in table.unread] == ["sheet-not-asked", "sheet-not-asked"]
    with pytest.raises(TableRefused) as refused:
        taken(path, sheets=("11月",))
    assert refused.value.rule == "sheet-missing"
    assert "9月、10月、说明" in refused.value.chinese


def test_totals_footers_titles_and_unknown_columns_are_named_and_no_faults(tmp_path: Path) -> None:
    path = book(
        tmp_path / "f.xlsx",
        (
            "台账",
            lines(
                ("车陂街道问题台账",),
                (*HEADINGS, "备注", "序号"),
                (*ROW, "已电话联系", "1"),
                ("合计", None, None, None, "1件"),
                (None, None, None, None, "填表人：李某   审核：张某"),
                HEADINGS,
            ),
        ),
    )
    table, found = taken(path)
    assert (len(found.good), found.bad) == (1, ())
    assert unread(table) == [
        ("title", "A1:A1", 1),
        ("total", "A4:E4", 2),
        ("footer", "E5:E5", 1),
        ("heading-again", "A6:H6", 8),
        ("column-unknown", "I3:I3", 1),
    ]
    told = " ".join(one.chinese for one in table.unread)
    assert "备注" in told
    assert not any(word in told for word in ("李某", "已电话联系", "1件"))


def test_a_need_that_speaks_of_a_total_is_a_need(tmp_path: Path) -> None:
    path = delimited(
        tmp_path / "n.csv", [HEADINGS, row(台账编号="合计-1", 诉求内容="备注：电梯坏")]
    )
    table, found = taken(path)
    assert len(found.good) == 1
    assert not table.unread


def test_hidden_rows_and_sheets_are_named_and_left_out_unless_asked_for(tmp_path: Path) -> None:
    def draw(sheet: Any, workbook: Any) -> None:
        lines(HEADINGS, *rows("1", "2", "3"))(sheet, workbook)
        sheet.set_row(2, None, None, {"hidden": True})

    def out_of_sight(sheet: Any, workbook: Any) -> None:
        lines(HEADINGS, *rows("9"))(sheet, workbook)
        sheet.hide()

    path = book(tmp_path / "h.xlsx", ("台账", draw), ("旧", out_of_sight))
    table, found = taken(path)
    assert [need.ledger_row for need in found.good] == ["1", "3"]
    assert unread(table) == [("hidden-row", "A3:H3", 8), ("hidden-sheet", "A1:H2", 16)]
    table, found = taken(path, hidden=True)
    assert [need.ledger_row for need in found.good] == ["1", "2", "3", "9"]
    assert not table.unread


def test_of_two_telephones_the_second_is_kept_with_the_text(tmp_path: Path) -> None:
    path = delimited(tmp_path / "p.csv", [HEADINGS, row(联系电话="19900008706 / 020-87654321")])
    (need,) = taken(path)[1].good
    assert need.phone == "19900008706"
    assert need.text == "坡道太陡\n〔另有电话 02087654321〕"
    assert need.kept == ("second-telephone",)


def test_the_words_of_a_matter_without_a_code_are_kept_with_the_text(tmp_path: Path) -> None:
    path = delimited(tmp_path / "m.csv", [(*HEADINGS, "问题事项"), (*ROW, " 无障碍　坡道 ")])
    (need,) = taken(path)[1].good
    assert need.text == "坡道太陡\n〔问题事项 无障碍 坡道〕"
    assert need.kept == ("matter-words",)


def test_what_is_kept_counts_towards_the_length_of_a_text(tmp_path: Path) -> None:
    path = delimited(
        tmp_path / "p.csv",
        [HEADINGS, row(诉求内容="字" * 3990, 联系电话="19900008706/19900008707")],
    )
    (bad,) = taken(path)[1].bad
    assert [one.rule for one in bad.problems] == ["too-long"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("１３８００００００１１", "13800000011"),
        ("+852 9123 4567", "+85291234567"),
        ("00853 6612 3456", "+85366123456"),
        ("400-800-1234", "4008001234"),
        ("020-8765 4321", "02087654321"),
        ("138\u200b00000001", "13800000001"),
        ("+86 199 0000 8706", "19900008706"),
        ('="19900008706"', "19900008706"),
        ("020-87654321转801", "02087654321#801"),
        ("无", None),
        ("不详", None),
    ],
)
def test_telephones_are_read_as_people_write_them(
    tmp_path: Path, written: str, meant: str | None
) -> None:
    (need,) = taken(delimited(tmp_path / "p.csv", [HEADINGS, row(联系电话=written)]))[1].good
    assert need.phone == meant


@pytest.mark.parametrize(
    "written", ["2087654321", "12345", "1.99E+10", "1380000000", "+1 202 555 0100"]
)
def test_what_is_no_telephone_is_handed_back_with_what_to_write(
    tmp_path: Path, written: str
) -> None:
    (bad,) = taken(delimited(tmp_path / "p.csv", [HEADINGS, row(联系电话=written)]))[1].bad
    assert bad.problems[0].rule in {"not-a-phone", "number-precision"}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("穗天石〔2026〕012号", "穗天石〔2026〕012号"),
        ("ＷＰ２０２６－００１", "WP2026-001"),
        ("BUG  Z 3", "BUG Z 3"),
        ("BUG-Z\u200b4", "BUG-Z4"),
    ],
)
def test_ledger_numbers_are_read_as_offices_write_them(
    tmp_path: Path, written: str, meant: str
) -> None:
    (need,) = taken(delimited(tmp_path / "l.csv", [HEADINGS, row(台账编号=written)]))[1].good
    assert need.ledger_row == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("20261120", "2026-11-20T00:00:00+08:00"),
        ("2026年11月20日下午2:30", "2026-11-20T14:30:00+08:00"),
        ("2026-11-20T14:30:00+08:00", "2026-11-20T14:30:00+08:00"),
        ("2026-11-20T06:30:00Z", "2026-11-20T06:30:00+00:00"),
        ("2026-11-19 24:00", "2026-11-20T00:00:00+08:00"),
        ("2026．11．20", "2026-11-20T00:00:00+08:00"),
        ("2026年11月20号 上午9点", "2026-11-20T09:00:00+08:00"),
    ],
)
def test_dates_are_read_as_people_write_them(tmp_path: Path, written: str, meant: str) -> None:
    (need,) = taken(delimited(tmp_path / "d.csv", [HEADINGS, row(发现时间=written)]))[1].good
    assert need.occurred_at.isoformat() == meant


@pytest.mark.parametrize("written", ["26-11-20", "46346", "2026-13-01", "上周三", "上午14:00"])
def test_what_is_no_date_is_handed_back(tmp_path: Path, written: str) -> None:
    (bad,) = taken(delimited(tmp_path / "d.csv", [HEADINGS, row(发现时间=written)]))[1].bad
    assert [one.rule for one in bad.problems] == ["not-a-date"]


def test_escaped_characters_of_the_format_are_decoded(tmp_path: Path) -> None:
    """ECMA-376: `_x000D_` is a character, `_x005F_x0041_` the seven signs `_x0041_`."""
    headings = [*HEADINGS[:3], "所属\r\n街道", *HEADINGS[4:]]  # written as `_x000D_`
    path = xlsx(
        tmp_path / "x.xlsx",
        [headings, row(诉求内容="第一行\r\n第二行", 诉求人="_x0041_")],
    )
    (need,) = taken(path)[1].good
    assert (need.text, need.name) == ("第一行\n第二行", "_x0041_")


def test_a_soft_line_break_is_one_and_a_control_character_spoils_its_cell_only(
    tmp_path: Path,
) -> None:
    path = delimited(
        tmp_path / "c.csv",
        [HEADINGS, row(诉求内容="第一行\x0b第二行"), row(台账编号="B-2", 诉求内容="坏\x01字")],
    )
    _, found = taken(path)
    assert [need.text for need in found.good] == ["第一行\n第二行"]
    assert [one.rule for one in found.bad[0].problems] == ["control-character"]


def png(shade: int) -> bytes:
    """Return a picture of one grey dot, another one for every *shade*."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checked

    header = struct.pack(">IIBBBBB", 1, 1, 16, 0, 0, 0, 0)
    dot = zlib.compress(b"\0" + shade.to_bytes(2, "big"))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", dot) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_pictures_remarks_and_drawings_are_named_and_no_reason_to_refuse(tmp_path: Path) -> None:
    """Three hundred pictures in a workbook are not too many columns."""

    def draw(sheet: Any, workbook: Any) -> None:
        lines(HEADINGS, ROW)(sheet, workbook)
        sheet.write_comment(1, 4, "这里说的是东门")
        for at in range(300):
            picture = tmp_path / f"{at}.png"
            picture.write_bytes(png(at))
            sheet.insert_image(at + 3, 1, str(picture))

    table, found = taken(book(tmp_path / "p.xlsx", ("台账", draw)))
    assert len(found.good) == 1
    counts = {what: count for what, _, count in unread(table)}
    assert counts == {"picture": 300, "remark": 1, "drawing": 1}


def test_a_file_too_large_says_what_there_is_too_much_of(tmp_path: Path) -> None:
    path = tmp_path / "many.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for number in range(5000):
            package.writestr(f"xl/media/{number}.png", b"")
    with pytest.raises(TableRefused) as refused:
        read_table(path, NEED_FIELDS)
    assert "内含文件" in refused.value.chinese
    assert "4,096" in refused.value.chinese
