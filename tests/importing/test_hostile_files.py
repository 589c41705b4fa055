"""Files built to harm are refused in bounded memory, before they are unpacked or built up."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from importing.biff import survey
from importing.reading import read_table
from importing.tables import LIMITS, TableRefused
from tests.importing.offices import FIELDS, HEADINGS, ROWS, delimited, xls, xlsx

MEBIBYTE = 1024 * 1024
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = "</sheetData></worksheet>"
HEADING_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c></row>'


def with_parts(path: Path, parts: dict[str, bytes], *, level: int = 9) -> Path:
    """Take a sound workbook and put other *parts* in it."""
    sound = io.BytesIO(xlsx(path, (HEADINGS, *ROWS)).read_bytes())
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            if entry.filename not in parts:
                target.writestr(entry, source.read(entry))
        for name, content in parts.items():
            target.writestr(name, content, zipfile.ZIP_DEFLATED, level)
    return path


def sheet(path: Path, inside: str, prolog: str = "", head: str = HEAD) -> Path:
    """Put another sheet in place of the workbook's own."""
    content = f'<?xml version="1.0" encoding="UTF-8"?>{prolog}{head}{inside}{TAIL}'
    return with_parts(path, {"xl/worksheets/sheet1.xml": content.encode()})


def unpacks_to_gigabytes(path: Path) -> Path:
    return with_parts(path, {"xl/sharedStrings.xml": b"\0" * (90 * MEBIBYTE)})


def one_cell_at_the_far_corner(path: Path) -> Path:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return sheet(path, HEADING_ROW + far)


def announces_the_far_corner(path: Path) -> Path:
    dimension = HEAD.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    far = '<row r="2"><c r="XFD2"><v>1</v></c></row>'
    return sheet(path, HEADING_ROW + far, head=dimension)


def million_laughs(path: Path) -> Path:
    entities = '<!ENTITY a0 "哈">' + "".join(
        f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 12)
    )
    laugh = '<row r="2"><c r="A2" t="inlineStr"><is><t>&a11;</t></is></c></row>'
    return sheet(path, laugh, f"<!DOCTYPE worksheet [{entities}]>")


def outside_entity(path: Path) -> Path:
    secret = path.with_name("secret.txt")
    secret.write_text("编号", encoding="utf-8")
    outside = f'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    return sheet(path, '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>', outside)


def endless_elements(path: Path) -> Path:
    return sheet(path, "<z/>" * 2_000_000)


def endless_cells(path: Path) -> Path:
    return sheet(path, '<row r="2">' + "<c/>" * 2_000_000 + "</row>")


def endless_attribute(path: Path) -> Path:
    return sheet(path, f'<row r="2" x="{"y" * (20 * MEBIBYTE)}"/>')


def deep_nesting(path: Path) -> Path:
    return sheet(path, "<a>" * 1_100_000)


def endless_text(path: Path) -> Path:
    content = "<sst><si><t>" + "字" * 13_000_000 + "</t></si></sst>"
    return with_parts(path, {"xl/sharedStrings.xml": content.encode()})


def crowd_of_entries(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for at in range(5000):
            package.writestr(f"xl/{at}.xml", b"")
    return path


def huge_directory(path: Path) -> Path:
    sound = xlsx(path, (HEADINGS, *ROWS)).read_bytes()
    at = sound.rfind(b"PK\x05\x06")
    path.write_bytes(sound[: at + 12] + struct.pack("<I", 200 * MEBIBYTE) + sound[at + 16 :])
    return path


def too_many_rows(path: Path) -> Path:
    return delimited(path, (HEADINGS, *([("A", "b")] * 20_001)))


def too_many_columns(path: Path) -> Path:
    return delimited(path, (HEADINGS, ["x"] * 61))


def legacy_far_corner(path: Path) -> Path:
    return xls(path, (HEADINGS, *([()] * 65_000), ("A", "b")))


def too_many_bytes(path: Path) -> Path:
    path.write_bytes(b"a,b\n" * (3 * MEBIBYTE))
    return path


LARGE: list[Callable[[Path], Path]] = [
    unpacks_to_gigabytes,
    one_cell_at_the_far_corner,
    announces_the_far_corner,
    endless_elements,
    endless_cells,
    endless_attribute,
    endless_text,
    crowd_of_entries,
    huge_directory,
    too_many_rows,
    too_many_columns,
    legacy_far_corner,
    too_many_bytes,
]


@pytest.mark.parametrize("bomb", LARGE)
def test_a_bomb_is_refused_as_too_large_within_sixty_four_mebibytes(
    tmp_path: Path, bomb: Callable[[Path], Path]
) -> None:
    path = bomb(tmp_path / "bomb")
    tracemalloc.start()
    try:
        with pytest.raises(TableRefused) as refused:
            read_table(path, FIELDS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused.value.rule == "table-too-large"
    assert peak < 64 * MEBIBYTE


@pytest.mark.parametrize("bomb", [million_laughs, outside_entity, deep_nesting])
def test_entities_and_endless_depth_are_refused_without_being_followed(
    tmp_path: Path, bomb: Callable[[Path], Path]
) -> None:
    with pytest.raises(TableRefused) as refused:
        read_table(bomb(tmp_path / "bomb"), FIELDS)
    assert refused.value.rule == "broken-file"


def test_an_empty_far_corner_does_no_harm(tmp_path: Path) -> None:
    """Offices format whole columns; empty cells are not content."""
    empty = '<row r="2"><c r="A2" t="inlineStr"><is><t>A</t></is></c></row><row r="1048576"/>'
    headings = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c>'
        '<c r="B1" t="inlineStr"><is><r><t>内</t></r><r><t>容</t></r><rPh><t>neirong</t></rPh></is>'
        '</c><c r="XFD1" s="1"/></row>'
    )
    (row,) = read_table(sheet(tmp_path / "a.xlsx", headings + empty), FIELDS).rows
    assert row.cells == {"code": "A", "text": ""}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "broken-file"),
        (b"   \n", "broken-file"),
        ("编号,内容\nA,\0b\n".encode(), "control-characters"),
        (b"\xff\xfe\x16", "unknown-encoding"),
        ("编号,内容\n".encode() + b"\xff\xff\x81", "unknown-encoding"),
        (b"\xef\xbb\xbf\xff", "unknown-encoding"),
        ('编号,内容\nA,"b\n'.encode(), "broken-csv"),
        (("编号,内容\nA," + "字" * 200_000 + "\n").encode(), "broken-csv"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "unknown-kind"),
        (b"%PDF-1.7 ...", "unknown-kind"),
        (b"PK\x03\x04 not a zip", "broken-file"),
        (b"PK\x05\x06" + b"\0" * 18, "broken-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken-file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "broken-file"),
        ("只有一行字".encode(), "column-missing"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(content)
    with pytest.raises(TableRefused) as refused:
        read_table(path, FIELDS)
    assert refused.value.rule == rule


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableRefused) as refused:
        read_table(tmp_path / "none.xlsx", FIELDS)
    assert refused.value.rule == "unreadable-file"


def test_a_protected_file_is_refused_as_such(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", (HEADINGS, *ROWS))
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    path.write_bytes(data)
    with pytest.raises(TableRefused) as refused:
        read_table(path, FIELDS)
    assert refused.value.rule == "protected-file"


@pytest.mark.parametrize("write", [xlsx, xls])
def test_a_damaged_workbook_is_refused_whatever_is_damaged(
    tmp_path: Path, write: Callable[..., Path]
) -> None:
    """Every byte range in turn; the only exception that may come out is the refusal."""
    path = write(tmp_path / "a", (HEADINGS, *ROWS))
    sound = path.read_bytes()
    refusals = 0
    step = max(1, len(sound) // 25)
    for at in range(0, len(sound), step):
        path.write_bytes(sound[:at] + b"\xff" * 24 + sound[at + 24 :])
        try:
            read_table(path, FIELDS)
        except TableRefused:
            refusals += 1
        path.write_bytes(sound[:at])
        with pytest.raises(TableRefused):
            read_table(path, FIELDS)
    assert refusals > 0


def test_a_circle_of_sectors_ends(tmp_path: Path) -> None:
    data = bytearray(xls(tmp_path / "a.xls", (HEADINGS, *ROWS)).read_bytes())
    table = (struct.unpack_from("<I", data, 0x4C)[0] + 1) * 512
    start = struct.unpack_from("<I", data, 0x30)[0]
    struct.pack_into("<I", data, table + 4 * start, start)
    with pytest.raises(TableRefused) as refused:
        survey(bytes(data), LIMITS)
    assert refused.value.rule == "broken-file"


def test_a_refusal_never_repeats_what_stood_in_the_file(tmp_path: Path) -> None:
    path = delimited(tmp_path / "a.csv", (("黎婆婆", "19900001234"), ("x", "y")))
    with pytest.raises(TableRefused) as refused:
        read_table(path, FIELDS)
    assert "黎婆婆" not in str(refused.value)
    assert "19900001234" not in str(refused.value)
