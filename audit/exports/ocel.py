"""The record as an object-centric event log (OCEL 2.0), and its JSON form.

One entry is one event, `e<position>`, at the instant it happened as told, so that work entered late
is not drawn at the keyboard; when it was recorded, the only order that is proven, is its attribute
`recorded_at` (`--axis recorded` turns the two round). Objects are pairings, support
tasks, units, residents under pseudonyms of this export, and policy packs; their attributes change
with the facts as they were recorded. An attribute that has nothing to say any more becomes `NONE`;
an instant or a number that no longer holds is left standing until the next one.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audit.exports.choosing import (
    Selection,
    Tick,
    Told,
    cases_told,
    no_tick,
    other_entries,
)
from audit.exports.flattening import (
    OBJECT_TYPES,
    Scalar,
    attributes_of,
    event_type,
    references_of,
    time_of,
)
from audit.exports.objects import (
    Attributes,
    case_attributes,
    case_relations,
    closing_attributes,
    policy_attributes,
    unit_attributes,
)
from audit.exports.pseudonyms import Pseudonyms
from audit.exports.workbench import BEGINNING, Types, Workbench, open_workbench, value_as
from audit.reading import Reader
from audit.replay.as_of import Axis
from audit.replay.standing_then import RulesThen
from domain.values import instant_text
from ledger.entry import Entry
from wording.names import KnownNames

NOTHING = "NONE"
"""What a text attribute says once it has nothing to say; readers take the empty text for no text,
each in its own way."""


@contextmanager
def gathered(
    reader: Reader,
    selection: Selection,
    folder: Path,
    *,
    default_policy: str,
    axis: Axis = Axis.OCCURRED,
    key: bytes | None = None,
    tick: Tick = no_tick,
) -> Iterator[Workbench]:
    """Give the selected record as events and objects, laid out in the private *folder*.

    *key* is what residents' pseudonyms are made with, drawn anew where it is not given; *tick*
    hears of every entry. Raises `CannotRead`.
    """
    names = KnownNames(RulesThen(reader, default_policy).at(selection.until))
    with open_workbench(folder) as bench:
        gathering = _Gathering(bench, names, Pseudonyms(key), axis, tick)
        for kind in OBJECT_TYPES.values():
            bench.object_types[kind] = {}
        gathering.registry(reader, selection)
        for entry in other_entries(reader, selection):
            gathering.event(entry)
        for told in cases_told(reader, selection):
            gathering.case(told)
        yield bench


def write_ocel_json(bench: Workbench, path: Path, tick: Tick = no_tick) -> int:
    """Write the log of *bench* as OCEL 2.0 JSON to *path*; return how many events it has."""
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"objectTypes":')
        file.write(_dumped(_types(bench.object_types)))
        file.write(',\n"eventTypes":')
        file.write(_dumped(_types(bench.event_types)))
        file.write(',\n"events":[')
        for event in bench.events():
            types = bench.event_types[event.type]
            told = {
                "id": event.id,
                "type": event.type,
                "time": event.time,
                "attributes": [
                    {"name": name, "value": value_as(types[name], value)}
                    for name, value in event.attributes.items()
                ],
                "relationships": _relationships(event.relations),
            }
            file.write((",\n" if written else "\n") + _dumped(told))
            written += 1
            tick(1)
        file.write('],\n"objects":[')
        for number, one in enumerate(bench.objects()):
            types = bench.object_types[one.type]
            thing = {
                "id": one.id,
                "type": one.type,
                "attributes": [
                    {
                        "name": change.name,
                        "time": change.time,
                        "value": value_as(types[change.name], change.value),
                    }
                    for change in one.changes
                ],
                "relationships": _relationships(one.relations),
            }
            file.write((",\n" if number else "\n") + _dumped(thing))
        file.write("]}\n")
    return written


def _types(types: Types) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "attributes": [
                {"name": attribute, "type": kind} for attribute, kind in sorted(attributes.items())
            ],
        }
        for name, attributes in sorted(types.items())
    ]


def _relationships(relations: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"objectId": name, "qualifier": qualifier} for name, qualifier in relations]


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Gathering:
    """Lays one record down on a workbench."""

    def __init__(
        self,
        bench: Workbench,
        names: KnownNames,
        pseudonyms: Pseudonyms,
        axis: Axis,
        tick: Tick,
    ) -> None:
        self.bench, self.names, self.pseudonyms = bench, names, pseudonyms
        self.axis, self.tick = axis, tick

    def event(self, entry: Entry) -> None:
        """Lay one entry down as an event."""
        self.bench.event(
            entry.position,
            event_type(entry.kind),
            time_of(entry, self.axis),
            attributes_of(entry, self.pseudonyms, self.axis),
            references_of(entry, self.pseudonyms),
        )
        self.tick(1)

    def case(self, told: Told) -> None:
        """Lay down the events of one case, and how it changed with them."""
        kind = OBJECT_TYPES[told.category]
        number = str(told.steps[0].entry.fact.get("number", ""))
        before: Attributes | None = None
        begun = False
        for step in told.steps:
            now = case_attributes(told.kind, step.state, number, self.names)
            if step.selected:
                if before is not None and not begun:
                    # What came before the stretch is where the object stands at its beginning.
                    self._begins(told.stream, kind, -1, before)
                begun = True
                self.event(step.entry)
                self._changed(told.stream, kind, step.entry, before, now)
            before = now
        for target, target_kind, qualifier in case_relations(
            told.kind, told.state, self.pseudonyms
        ):
            self.bench.link(told.stream, target, target_kind, qualifier)
            if target_kind == "resident":
                self._begins(target, target_kind, -1, {"erased": False})

    def registry(self, reader: Reader, selection: Selection) -> None:
        """Lay down what becomes of units, packs and erased residents; objects only if named."""
        standing: dict[str, Attributes] = {}
        entries = reader.entries(-1, selection.until, ("policy", "subject", "unit"))
        for entry in entries:
            name, kind, now = self._registered(entry)
            before = standing.get(name)
            now = {**(before or {}), **now}
            if before is None or entry.position <= selection.after:
                self.bench.forget(name)
                self._begins(name, kind, entry.position, now)
            else:
                self._changed(name, kind, entry, before, now)
            standing[name] = now
            self._below(entry)

    def _registered(self, entry: Entry) -> tuple[str, str, dict[str, Scalar | None]]:
        match entry.kind:
            case "unit_registered.v1" | "unit_changed.v1":
                return entry.stream, "unit", unit_attributes(entry.fact)
            case "unit_closed.v1":
                return entry.stream, "unit", closing_attributes(entry.fact)
            case "policy_published.v1":
                return entry.stream, "policy", policy_attributes(entry.fact)
            case "subject_erased.v1":
                return self.pseudonyms.resident(entry.stream), "resident", {"erased": True}
            case _:
                return entry.stream, OBJECT_TYPES[entry.stream.partition("/")[0]], {}

    def _below(self, entry: Entry) -> None:
        """A unit stands below its parent, where both are part of the log."""
        parent = entry.fact["unit"]["parent"] if "unit" in entry.fact else None
        if isinstance(parent, str):
            self.bench.link_if_both(entry.stream, f"unit/{parent}", "below")

    def _begins(self, name: str, kind: str, number: int, values: Attributes) -> None:
        told = {key: value for key, value in values.items() if value is not None}
        self.bench.change(name, kind, number, BEGINNING, told)

    def _changed(
        self, name: str, kind: str, entry: Entry, before: Attributes | None, now: Attributes
    ) -> None:
        if before is None:
            self._begins(name, kind, entry.position, now)
            return
        told = _differences(before, now)
        self.bench.change(name, kind, entry.position, instant_text(entry.recorded_at), told)


def _differences(before: Attributes, now: Attributes) -> Mapping[str, Scalar]:
    found: dict[str, Scalar] = {}
    for key, value in now.items():
        old = before.get(key)
        if value == old:
            continue
        if value is not None:
            found[key] = value
        elif isinstance(old, str):
            found[key] = NOTHING
    return found
