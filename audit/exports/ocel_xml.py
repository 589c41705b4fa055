"""An object-centric event log in the XML form of OCEL 2.0."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from audit.exports.choosing import Tick, no_tick
from audit.exports.workbench import Types, Workbench, value_as

_FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_ocel_xml(bench: Workbench, path: Path, tick: Tick = no_tick) -> int:
    """Write the log of *bench* as OCEL 2.0 XML to *path*; return how many events it has."""
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log>\n')
        _types(file, "object", bench.object_types)
        _types(file, "event", bench.event_types)
        file.write("<objects>\n")
        for one in bench.objects():
            types = bench.object_types[one.type]
            file.write(f"<object id={_quoted(one.id)} type={_quoted(one.type)}><attributes>")
            for change in one.changes:
                value = value_as(types[change.name], change.value)
                file.write(
                    f"<attribute name={_quoted(change.name)} time={_quoted(change.time)}>"
                    f"{_text(value)}</attribute>"
                )
            file.write("</attributes>")
            _relations(file, one.relations)
            file.write("</object>\n")
        file.write("</objects>\n<events>\n")
        for event in bench.events():
            types = bench.event_types[event.type]
            file.write(
                f"<event id={_quoted(event.id)} type={_quoted(event.type)} "
                f"time={_quoted(event.time)}><attributes>"
            )
            for name, value in event.attributes.items():
                shown = _text(value_as(types[name], value))
                file.write(f"<attribute name={_quoted(name)}>{shown}</attribute>")
            file.write("</attributes>")
            _relations(file, event.relations)
            file.write("</event>\n")
            written += 1
            tick(1)
        file.write("</events>\n</log>\n")
    return written


def _types(file: TextIO, what: str, types: Types) -> None:
    file.write(f"<{what}-types>\n")
    for name, attributes in sorted(types.items()):
        shown = "".join(
            f"<attribute name={_quoted(attribute)} type={_quoted(kind)}/>"
            for attribute, kind in sorted(attributes.items())
        )
        file.write(f"<{what}-type name={_quoted(name)}><attributes>{shown}</attributes>")
        file.write(f"</{what}-type>\n")
    file.write(f"</{what}-types>\n")


def _relations(file: TextIO, relations: Iterable[tuple[str, str]]) -> None:
    shown = "".join(
        f"<relationship object-id={_quoted(name)} qualifier={_quoted(qualifier)}/>"
        for name, qualifier in relations
    )
    file.write(f"<objects>{shown}</objects>")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(writable(str(value)))


def _quoted(text: str) -> str:
    return quoteattr(writable(text))


def writable(text: str) -> str:
    """Return *text* without the few signs no XML file may hold."""
    return _FORBIDDEN.sub("", text)
