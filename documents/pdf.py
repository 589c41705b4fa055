"""A paper as PDF/A-2b in the geometry of GB/T 9704-2012: the same bytes for the same paper.

The template `paper.typ` is ours and fixed. What people wrote reaches it as one JSON value, and is
shown as text: nothing in it is ever read as markup. Only our font is used, never the machine's, and
the date of creation is that of the newest fact the paper was made from.
"""

import json
from dataclasses import asdict
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import segno

from documents.charts import bars_svg
from documents.extra import font_file, needed
from documents.lettering import MISSING, fitted
from documents.paper import Bar, Block, Chart, Paper, Particulars, day, moment

_TEMPLATE = Path(__file__).with_name("paper.typ")


def pdf_of(paper: Paper) -> bytes:
    """Return *paper* as PDF/A-2b; raise `ExtraMissing`."""
    needed()
    import typst

    compiler = typst.Compiler(
        _TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts(), ignore_system_fonts=True
    )
    made = compiler.compile(
        format="pdf",
        sys_inputs={"paper": json.dumps(_value(paper), ensure_ascii=False)},
        pdf_standards="a-2b",
        timestamp=int(paper.stand.at.timestamp()),
    )
    assert isinstance(made, bytes), "one file is made"
    return made


def chart_png(bars: tuple[Bar, ...]) -> bytes:
    """Return a chart as a picture, for programs that show no SVG; raise `ExtraMissing`."""
    needed()
    import typst

    source = b"#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg))"
    compiler = typst.Compiler(source, font_paths=_fonts(), ignore_system_fonts=True)
    made = compiler.compile(format="png", ppi=220, sys_inputs={"svg": bars_svg(_fitted_bars(bars))})
    assert isinstance(made, bytes), "one picture is made"
    return made


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[font_file().parent],
    )


def _value(paper: Paper) -> dict[str, Any]:
    """Return *paper* as the template reads it."""
    stand = paper.stand
    value: dict[str, Any] = {
        "organ": paper.organ,
        "title": paper.title,
        "number": paper.number,
        "to": paper.to,
        "blocks": [_block(one) for one in paper.blocks],
        "closing": None if paper.closing is None else [paper.closing[0], day(paper.closing[1])],
        "position": f"{stand.position:,}",
        "digest": stand.digest,
        "at": moment(stand.at),
        "address": stand.address,
    }
    fit: dict[str, Any] = _fitted(value)
    missing = MISSING in json.dumps(fit, ensure_ascii=False)
    return {**fit, "qr": qr_svg(stand.address), "missing": missing}


def qr_svg(address: str) -> str:
    """Return the QR code of *address* as SVG."""
    found = BytesIO()
    segno.make(address, error="q", micro=False).save(
        found, kind="svg", border=0, xmldecl=False, nl=False
    )
    return found.getvalue().decode("ascii")


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Chart):
        svg = bars_svg(_fitted_bars(block.bars))
        told = "；".join(f"{bar.label} {bar.told}" for bar in block.bars)
        return {"kind": kind, "title": block.title, "svg": svg, "told": told}
    if isinstance(block, Particulars):
        return {"kind": kind, "lines": list(block.lines())}
    value = asdict(block)
    value.pop("figures", None)
    figures = sorted(getattr(block, "figures", ()))
    return {"kind": kind, **value, "figures": figures}


def _fitted_bars(bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    return tuple(Bar(fitted(bar.label), bar.permille, fitted(bar.told)) for bar in bars)


def _fitted(value: Any) -> Any:
    match value:
        case str():
            return fitted(value)
        case dict():
            return {name: _fitted(one) for name, one in value.items()}
        case list() | tuple():
            return [_fitted(one) for one in value]
        case _:
            return value
