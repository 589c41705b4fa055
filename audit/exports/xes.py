"""The record as a case-centric event log (IEEE 1849, XES 1.0): one trace per task and per pairing.

Concept, time, lifecycle and organizational extensions. Every fact is an act that was completed
when it happened as told, or, by the other axis, when it was recorded; a trace is in that order, and
the other instant is an attribute. References become attributes named by what the object was to the
event.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import quoteattr

from audit.exports.choosing import Selection, Tick, Told, cases_told, no_tick
from audit.exports.flattening import (
    OBJECT_TYPES,
    Scalar,
    attributes_of,
    event_type,
    references_of,
    time_of,
)
from audit.exports.objects import Attributes, case_attributes
from audit.exports.ocel_xml import writable
from audit.exports.pseudonyms import Pseudonyms
from audit.reading import Reader
from audit.replay.as_of import Axis
from audit.replay.standing_then import RulesThen
from domain.values import instant_text
from ledger.entry import Entry
from wording.names import KnownNames

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace">
<string key="concept:name" value=""/>
</global>
<global scope="event">
<string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
<string key="lifecycle:transition" value="complete"/>
</global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Activity and resource" keys="concept:name org:resource"/>
<string key="lifecycle:model" value="standard"/>
"""


def write_xes(
    reader: Reader,
    selection: Selection,
    path: Path,
    *,
    default_policy: str,
    axis: Axis = Axis.OCCURRED,
    key: bytes | None = None,
    tick: Tick = no_tick,
) -> int:
    """Write the selected tasks and pairings to *path*; return how many events it has.

    *key* is what residents' pseudonyms are made with, drawn anew where it is not given.
    """
    names = KnownNames(RulesThen(reader, default_policy).at(selection.until))
    pseudonyms = Pseudonyms(key)
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_HEAD)
        for told in cases_told(reader, selection):
            written += _trace(file, told, names, pseudonyms, axis)
            tick(len(told.selected))
        file.write("</log>\n")
    return written


def _trace(file: TextIO, told: Told, names: KnownNames, pseudonyms: Pseudonyms, axis: Axis) -> int:
    number = str(told.steps[0].entry.fact.get("number", ""))
    kind = OBJECT_TYPES[told.category]
    file.write("<trace>\n")
    _attributes(file, {"concept:name": told.stream, "case:type": kind})
    _attributes(file, _of_the_case(case_attributes(told.kind, told.state, number, names)))
    for step in sorted(
        told.selected, key=lambda one: (time_of(one.entry, axis), one.entry.position)
    ):
        _event(file, step.entry, pseudonyms, axis)
    file.write("</trace>\n")
    return len(told.selected)


def _of_the_case(attributes: Attributes) -> dict[str, Scalar]:
    return {f"case:{name}": value for name, value in attributes.items() if value is not None}


def _event(file: TextIO, entry: Entry, pseudonyms: Pseudonyms, axis: Axis) -> None:
    by = entry.by
    resource = by.role.value if by.person is None else pseudonyms.within(by.person)
    told: dict[str, Scalar] = {
        "concept:name": event_type(entry.kind),
        "concept:instance": f"e{entry.position}",
        "lifecycle:transition": "complete",
        "time:timestamp": time_of(entry, axis),
        "org:resource": resource,
        "org:role": by.role.value,
    }
    if by.unit is not None:
        told["org:group"] = f"unit/{by.unit}"
    about: dict[str, list[str]] = {}
    for reference in references_of(entry, pseudonyms):
        about.setdefault(reference.qualifier, []).append(reference.object)
    file.write("<event>\n")
    _attributes(file, told)
    _attributes(file, attributes_of(entry, pseudonyms, axis))
    # A field of the fact may be called what a relation is called; the relation is set apart.
    _attributes(file, {f"object:{name}": " ".join(those) for name, those in about.items()})
    file.write("</event>\n")


def _attributes(file: TextIO, attributes: Mapping[str, Scalar]) -> None:
    for key, value in attributes.items():
        tag, text = _typed(value)
        file.write(f"<{tag} key={quoteattr(key)} value={quoteattr(writable(text))}/>\n")


def _typed(value: Scalar) -> tuple[str, str]:
    match value:
        case bool():
            return "boolean", "true" if value else "false"
        case int():
            return "int", str(value)
        case datetime():
            return "date", instant_text(value)
        case str():
            return "string", value
