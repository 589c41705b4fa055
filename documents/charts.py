"""Charts as SVG: bars on one scale, with their label and figure beside them."""

from xml.etree.ElementTree import Element, SubElement, tostring

from documents.paper import Bar

_LABEL, _SCALE, _TOLD, _STEP = 190, 330, 130, 30
_BLUE, _TRACK, _INK = "#1f4e8c", "#e6eaf0", "#1a1a1a"


def bars_svg(bars: tuple[Bar, ...]) -> str:
    """Return the chart of *bars*; a label too long for its place is cut with an ellipsis."""
    width, height = _LABEL + _SCALE + _TOLD, _STEP * len(bars) + 4
    svg = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=str(width),
        height=str(height),
    )
    for at, bar in enumerate(bars):
        top = at * _STEP + 4
        _text(svg, _LABEL - 10, top + 17, _short(bar.label), "end")
        _bar(svg, top, _SCALE, _TRACK)
        _bar(svg, top, _SCALE * bar.permille // 1000, _BLUE)
        _text(svg, _LABEL + _SCALE + 10, top + 17, bar.told, "start")
    return tostring(svg, encoding="unicode")


def _bar(svg: Element, top: int, length: int, colour: str) -> None:
    place = {"x": str(_LABEL), "y": str(top), "width": str(length), "height": str(_STEP - 8)}
    SubElement(svg, "rect", {**place, "fill": colour})


def _text(svg: Element, x: int, y: int, text: str, anchor: str) -> None:
    place = {"x": str(x), "y": str(y), "text-anchor": anchor, "font-size": "15"}
    SubElement(svg, "text", {**place, "font-family": "Noto Sans CJK SC", "fill": _INK}).text = text


def _short(label: str) -> str:
    return label if len(label) <= 12 else f"{label[:11]}…"
