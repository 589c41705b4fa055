"""A paper is PDF/A in the state's geometry, the same bytes for the same facts, and only text."""

import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from docx import Document
from docx.shared import Mm

from documents import extra
from documents.charts import bars_svg
from documents.extra import ExtraMissing
from documents.lettering import fitted, seen
from documents.paper import Bar, Chart, Particulars, Places, Stand, Table
from documents.pdf import pdf_of
from documents.word import docx_of
from tests.documents.conftest import Reader, docx_text, paper

STAND = Stand(
    12345,
    "ab" * 32,
    datetime(2026, 11, 29, 1, 2, 3, tzinfo=UTC),
    "https://testserver/tasks/DQ4401062026010100001",
)
HOSTILE = (
    '#read("/etc/passwd")',
    "#panic[停] ] ) } $x^2$ `a` *粗* _斜_ = 题 @引 <标>",
    "\\u{41} \\ // 注 /* 注 */ https://example.org",
    "<w:p><w:r><w:t>伪</w:t></w:r></w:p>&amp;&#65;",
    "{{ 7 * 7 }}{% raw %}",
    "''\"\"“”—…",
)


def test_the_same_paper_is_the_same_bytes() -> None:
    one = paper("楼道缺扶手。", stand=STAND)
    one = replace(one, blocks=(*one.blocks, Chart("率", (Bar("民政局", 800, "80.0%"),))))
    again = replace(one)
    assert pdf_of(one) == pdf_of(again)
    assert docx_of(one) == docx_of(again)
    assert pdf_of(one) != pdf_of(paper("楼道缺灯。", stand=STAND))


def test_a_docx_holds_no_time_but_that_of_the_newest_fact() -> None:
    content = docx_of(paper("楼道缺扶手。", stand=STAND))
    with zipfile.ZipFile(BytesIO(content)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    told = Document(BytesIO(content)).core_properties
    assert told.created == told.modified == STAND.at.replace(microsecond=0)


def test_it_says_it_is_pdf_a_2b_and_when_the_newest_fact_was_written(reader: Reader) -> None:
    made = pdf_of(paper("楼道缺扶手。", stand=STAND))
    assert re.search(rb"<pdfaid:part>2</pdfaid:part>", made)
    assert re.search(rb"<pdfaid:conformance>B</pdfaid:conformance>", made)
    about = reader.about(made)
    assert about["CreationDate"].startswith("2026-11-29T01:02:03")
    assert about["Page size"] == "595.276 x 841.89 pts (A4)"
    assert about["JavaScript"] == "no"


def test_only_the_font_that_is_installed_with_us_is_used_and_embedded(reader: Reader) -> None:
    (font,) = reader.fonts(pdf_of(paper("楼道缺扶手 Stairs 123。", stand=STAND)))
    assert "NotoSansCJKsc" in font
    assert font.split()[-5:-2] == ["yes", "yes", "yes"]  # embedded, subset, Unicode


def test_the_text_stands_in_the_block_of_156_by_225_millimetres(reader: Reader) -> None:
    made = pdf_of(paper("楼道缺扶手，老人上下楼不便。" * 80, stand=STAND))
    places = reader.words(made)
    body = [one for one in places if one[1] < 297 - 35]  # below stands the page's number
    assert min(top for _, top, _, _ in body) >= 37 - 1
    assert min(left for left, *_ in places) >= 28 - 0.5
    half = 16 * 25.4 / 72 / 2  # the empty half of a full stop at the end of a line
    assert max(right for _, _, right, _ in places) <= 28 + 156 + half + 0.1
    assert int(reader.about(made)["Pages"]) >= 2


def test_a_page_of_running_text_has_22_lines_of_28_characters(reader: Reader) -> None:
    made = pdf_of(paper("扶" * 28 * 60, stand=STAND))
    second = reader.text(made, "-f", "2", "-l", "2").splitlines()
    lines = [line for line in second if "扶" in line]
    assert len(lines) == 22
    assert {len(line) for line in lines} == {28}


def test_what_people_wrote_is_shown_and_never_obeyed(reader: Reader) -> None:
    hostile = paper(*HOSTILE, stand=STAND)
    rows = tuple((f"行{number}", text) for number, text in enumerate(HOSTILE))
    bars = tuple(Bar(text[:10], 500, text[:8]) for text in HOSTILE)
    hostile = replace(
        hostile,
        organ=HOSTILE[0],
        title=HOSTILE[1],
        number=HOSTILE[2],
        to=HOSTILE[3],
        blocks=(
            *hostile.blocks,
            Particulars(rows),
            Table(("一", "二"), rows, (1, 3)),
            Chart(HOSTILE[3], bars),
            Places(rows),
        ),
    )
    shown, edited = reader.flat(pdf_of(hostile)), docx_text(docx_of(hostile))
    for text in HOSTILE:
        assert shown.count(text.replace(" ", "")) >= 4, text
        assert edited.count(text) >= 4, text
    assert "root:" not in shown


def test_rare_characters_are_shown_and_missing_ones_said_to_be(reader: Reader) -> None:
    made = pdf_of(paper("㐂𠮷龘先生说😀好，مرحبا。", stand=STAND))
    shown = reader.flat(made)
    assert "㐂𠮷龘先生说〓好，〓〓〓〓〓。" in shown
    assert "〓：本机字库没有的字" in shown
    assert "〓" not in reader.flat(pdf_of(paper("㐂𠮷龘", stand=STAND)))
    assert "说😀好，مرحبا" in docx_text(docx_of(paper("说😀好，مرحبا", stand=STAND)))


def test_marks_without_ink_neither_turn_the_text_round_nor_break_a_file(reader: Reader) -> None:
    text = "开\u202e始\u200f\u200b\x00\x07\ufeff\ufe0f结\u00ad束"
    assert seen(text) == fitted(text) == "开始结束"
    assert "开始结束" in reader.flat(pdf_of(paper(text, stand=STAND)))
    assert "开始结束" in docx_text(docx_of(paper(text, stand=STAND)))


@pytest.mark.parametrize("word", ["a" * 3000, "/" * 500, "—" * 500, "Ж" * 400, "１" * 400])
def test_a_word_without_end_stays_on_the_paper(reader: Reader, word: str) -> None:
    one = paper(word, stand=STAND)
    one = replace(one, blocks=(*one.blocks, Particulars((("内容", word),))))
    made = pdf_of(one)
    assert reader.flat(made).count(word[0]) >= 2 * len(word)
    assert max(right for _, _, right, _ in reader.words(made)) <= 28 + 156 + 0.5


def test_bars_are_as_long_as_their_rates_and_labels_are_text() -> None:
    made = bars_svg((Bar("<script>&", 1000, "3/3"), Bar("b", 500, "1/2")))
    svg = ET.fromstring(made)
    widths = [int(one.get("width", "0")) for one in svg.iter() if one.tag.endswith("rect")]
    assert widths == [330, 330, 330, 165]
    assert next(one.text for one in svg.iter() if one.tag.endswith("text")) == "<script>&"
    assert not [one for one in svg.iter() if one.tag.endswith("script")]


def test_a_docx_has_the_same_page() -> None:
    page = Document(BytesIO(docx_of(paper("文", stand=STAND)))).sections[0]
    width, height = page.page_width - page.left_margin - page.right_margin, page.page_height
    height -= page.top_margin + page.bottom_margin
    assert [round(one / Mm(1), 1) for one in (width, height)] == [156, 225]
    assert [round(one / Mm(1), 1) for one in (page.top_margin, page.left_margin)] == [37, 28]


def test_without_the_extra_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    for make in (pdf_of, docx_of):
        with pytest.raises(ExtraMissing, match=r"pip install 'jiedui\[documents\]'"):
            make(paper("文", stand=STAND))
