"""A paper as docx, for an office that edits it further: the same geometry, the office's own fonts.

Texts of people go in as text nodes of the XML, never as XML. The file is the same bytes for the
same paper: the times inside it are those of the newest fact, not of the day it was printed.
"""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import segno

from documents.extra import needed
from documents.lettering import seen
from documents.paper import (
    Block,
    Body,
    Chart,
    Heading,
    Paper,
    Particulars,
    Places,
    Stand,
    Table,
    day,
    moment,
)
from documents.pdf import chart_png

_TEXT_FONT, _HEAD_FONT, _TITLE_FONT = "仿宋_GB2312", "黑体", "方正小标宋简体"
_LINE_POINTS = 28.95  # 22 lines in 225 mm
_LINE_WIDTH_MM = 156
_FIXED = (1980, 1, 1, 0, 0, 0)  # what a zip can say at the earliest


def docx_of(paper: Paper) -> bytes:
    """Return *paper* as docx; raise `ExtraMissing`."""
    needed()
    made = _Writing()
    made.code(paper.stand.address)
    made.head(paper)
    for block in paper.blocks:
        made.block(block)
    if paper.closing is not None:
        organ, instant = paper.closing
        before = [*made.document.paragraphs[-1:], made.paragraph("")]
        for one in (*before, made.paragraph(organ, align="RIGHT")):
            one.paragraph_format.keep_with_next = True
        made.paragraph(day(instant), align="RIGHT", right=32)
    made.imprint(paper.stand)
    return made.saved(paper)


class _Writing:
    """One docx as it is written, from top to bottom."""

    def __init__(self) -> None:
        from docx import Document
        from docx.shared import Mm

        self.document = Document()
        page = self.document.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.top_margin, page.left_margin = Mm(37), Mm(28)
        page.bottom_margin, page.right_margin = Mm(35), Mm(26)
        page.header_distance, page.footer_distance = Mm(13), Mm(24)
        page.different_first_page_header_footer = True
        for footer in (page.first_page_footer, page.footer):
            self._page_number(footer.paragraphs[0])

    def head(self, paper: Paper) -> None:
        red = "C8102E"
        organ = self.paragraph(
            paper.organ, size=26, font=_TITLE_FONT, colour=red, align="CENTER", line=None
        )
        _rule(organ, "bottom", red, 12)
        self.paragraph(paper.number, size=12, align="RIGHT")
        self.paragraph("", size=10, line=14)
        self.paragraph(paper.title, size=22, font=_TITLE_FONT, align="CENTER", line=None)
        self.paragraph("", size=10, line=14)
        if paper.to:
            self.paragraph(f"{paper.to}：")

    def block(self, block: Block) -> None:
        match block:
            case Heading(text):
                heading = self.paragraph(text, font=_HEAD_FONT, indent=True)
                heading.paragraph_format.keep_with_next = True
            case Body(text):
                for line in text.split("\n"):
                    if line.strip():
                        self.paragraph(line, indent=True)
            case Particulars():
                self._form(block)
            case Table(head, rows, widths, figures):
                self._grid((head, *rows), widths, figures, headed=True)
            case Chart():
                self._chart(block)
            case Places(rows):
                self._grid(rows, (5, 5))

    def code(self, address: str) -> None:
        """Have the code that leads to *address* stand above the first page's text."""
        from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
        from docx.shared import Mm

        picture = BytesIO()
        segno.make(address, error="q", micro=False).save(picture, kind="png", scale=6, border=0)
        picture.seek(0)
        above = self.document.sections[0].first_page_header.paragraphs[0]
        above.alignment = WD_PARAGRAPH_ALIGNMENT.RIGHT
        above.add_run().add_picture(picture, width=Mm(18))

    def imprint(self, stand: Stand) -> None:
        """Say at the end what the paper was made from."""
        self.paragraph("", line=14)
        lines = (
            f"账本位置 {stand.position:,}，{moment(stand.at)}入账。本件可编辑，以账本和 PDF 为准。",
            f"凭证 {stand.digest}",
            f"查询 {stand.address}",
        )
        written = [self.paragraph(line, size=9, line=13) for line in lines]
        _rule(written[0], "top", "000000", 6)
        for line in written[:-1]:
            line.paragraph_format.keep_with_next = True

    def paragraph(
        self,
        text: str,
        *,
        size: float = 16,
        font: str = _TEXT_FONT,
        colour: str | None = None,
        align: str | None = None,
        indent: bool = False,
        right: float = 0,
        line: float | None = _LINE_POINTS,
        within: Any = None,
    ) -> Any:
        """Add *text* as one paragraph, of the document or *within* a cell."""
        from docx.enum.text import WD_LINE_SPACING, WD_PARAGRAPH_ALIGNMENT
        from docx.shared import Pt, RGBColor

        made = (self.document if within is None else within).add_paragraph()
        form = made.paragraph_format
        form.space_before = form.space_after = Pt(0)
        if line is not None:
            form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
        if indent:
            form.first_line_indent = Pt(2 * size)
        form.right_indent = Pt(right)
        if align is not None:
            made.alignment = WD_PARAGRAPH_ALIGNMENT[align]
        run = made.add_run(seen(text))
        _lettered(run, font, size)
        if colour is not None:
            run.font.color.rgb = RGBColor.from_string(colour)
        return made

    def saved(self, paper: Paper) -> bytes:
        """Return the file, every time in it that of the newest fact."""
        told = self.document.core_properties
        told.title, told.author, told.last_modified_by = seen(paper.title), seen(paper.organ), ""
        told.comments, told.revision = "", 1
        told.created = told.modified = paper.stand.at.replace(tzinfo=None, microsecond=0)
        first = BytesIO()
        self.document.save(first)
        return _same_bytes(first.getvalue())

    def _form(self, form: Particulars) -> None:
        """Add a form of four columns; a single value takes three of them."""
        lines = list(form.lines())
        grid = self._grid(
            tuple(line if len(line) == 4 else (*line, "", "") for line in lines),
            (23, 55, 23, 55),
            names=frozenset({0, 2}),
        )
        for row, line in zip(grid.rows, lines, strict=True):
            if len(line) == 2:
                whole = row.cells[1].merge(row.cells[3])
                for empty in whole.paragraphs[line[1].count("\n") + 1 :]:
                    _remove(empty)

    def _grid(
        self,
        rows: tuple[tuple[str, ...], ...],
        shares: tuple[int, ...],
        figures: frozenset[int] = frozenset(),
        *,
        headed: bool = False,
        names: frozenset[int] = frozenset(),
    ) -> Any:
        from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
        from docx.shared import Mm, Pt

        grid = self.document.add_table(rows=0, cols=len(shares), style="Table Grid")
        grid.autofit = False
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        widths = [Mm(_LINE_WIDTH_MM * share / sum(shares)) for share in shares]
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = width
        for number, row in enumerate(rows):
            cells = grid.add_row().cells
            heads = headed and number == 0
            for column, (cell, text) in enumerate(zip(cells, row, strict=True)):
                cell.width = widths[column]
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
                centred = heads or column in names
                align = "CENTER" if centred else "RIGHT" if column in figures else None
                font = _HEAD_FONT if heads else _TEXT_FONT
                for line in text.split("\n"):
                    made = self.paragraph(
                        line, size=12, font=font, align=align, line=20, within=cell
                    )
                    made.paragraph_format.space_before = Pt(2)
                _remove(cell.paragraphs[0])
            if heads:
                _repeated(grid.rows[0])
        return grid

    def _chart(self, chart: Chart) -> None:
        from docx.shared import Mm

        self.paragraph(chart.title, size=12, font=_HEAD_FONT, align="CENTER")
        picture = self.paragraph("", line=None)
        picture.add_run().add_picture(BytesIO(chart_png(chart.bars)), width=Mm(_LINE_WIDTH_MM))

    @staticmethod
    def _page_number(paragraph: Any) -> None:
        """Have the page's number stand at the foot as 4号: — 1 —."""
        from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        paragraph.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        _lettered(paragraph.add_run("— "), "宋体", 14)
        paragraph._p.append(field)  # noqa: SLF001 - the library has no fields of its own
        _lettered(paragraph.add_run(" —"), "宋体", 14)


def _lettered(run: Any, font: str, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)  # noqa: SLF001 - as above


def _rule(paragraph: Any, side: str, colour: str, eighths: int) -> None:
    """Draw a line along one side of *paragraph*."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", eighths), ("space", 4), ("color", colour)):
        line.set(qn(f"w:{name}"), str(value))
    borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 - as above
        borders, "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _repeated(row: Any) -> None:
    """Have a heading row stand at the top of every page the table goes over."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - as above


def _remove(paragraph: Any) -> None:
    paragraph._p.getparent().remove(paragraph._p)  # noqa: SLF001 - as above


def _same_bytes(file: bytes) -> bytes:
    """Return a docx whose parts stand in one order without the time they were packed."""
    packed = BytesIO()
    with ZipFile(BytesIO(file)) as before, ZipFile(packed, "w", ZIP_DEFLATED) as after:
        names = before.namelist()
        for name in sorted(names, key=lambda one: (one != "[Content_Types].xml", one)):
            part = ZipInfo(name, _FIXED)
            part.compress_type = ZIP_DEFLATED
            after.writestr(part, before.read(name))
    return packed.getvalue()
