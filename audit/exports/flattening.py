"""A fact as the flat attributes and references that process-mining tools know.

Attributes are codes, numbers, booleans and instants. Texts stay in the ledger, also those an
office wrote about its own work; a sealed text is the word `sealed`; a reference to a unit, a case,
a resident or a policy pack is a relation with a qualifier, never an attribute.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.exports.labels import kind_label
from audit.exports.pseudonyms import Pseudonyms
from audit.replay.as_of import Axis
from domain.people import BY_LINK
from domain.values import CASE, STREAM, category_of
from ledger.entry import Entry
from wording.labels import label

Scalar = str | int | bool | datetime

OBJECT_TYPES: dict[str, str] = {
    "pairing": "pairing",
    "task": "support_task",
    "finding": "finding",
    "site": "site",
    "facility": "facility",
    "provider": "provider",
    "programme": "programme",
    "unit": "unit",
    "subject": "resident",
    "policy": "policy",
}
"""The object type of each kind of stream; people in service and notices are attributes."""

UNIT_FIELDS: dict[str, str] = {
    "main": "main_unit",
    "main_before": "main_unit_before",
    "assist": "assist_unit",
    "unit": "unit",
    "suggested_unit": "suggested_unit",
    "units": "unit_suggested",
    "departments": "department",
    "center": "center",
    "street": "street",
    "streets": "street",
    "authority": "authority",
    "lead_before": "lead_unit_before",
    "lead": "lead_unit",
    "disputing": "disputing_unit",
    "silent": "silent_unit",
    "proposer_unit": "proposer_unit",
    "old_unit": "old_unit",
    "new_unit": "new_unit",
    "parent": "parent_unit",
    "successor": "succeeding_unit",
    "fallback": "fallback_unit",
}
"""The fields of facts that hold unit codes, with the qualifier of the relation each becomes."""

STREAM_QUALIFIERS: dict[str, str] = {
    "subject": "resident",
    "subjects": "party",
    "master": "master_task",
    "duplicate": "duplicate_task",
    "part": "part_task",
    "call": "call_task",
    "to": "recipient",
    "notice": "about",
}
"""What a reference to a stream is called where its field is not the best word."""

WORDS_ONLY = frozenset(
    ("reason", "basis", "legal_basis", "title", "comment", "text", "name", "signature")
)
"""Fields that hold an office's words; they stay in the ledger."""

CODE = re.compile(r"^[!-~]{1,160}$")
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
_ABOUT_A_CASE = re.compile(rf"^({CASE})/")
_SEALED = frozenset(("holder", "item", "digest"))
_DEADLINE = frozenset(("due", "counted_from", "limit"))
_BOOKS = frozenset(("policy_published.v1", "calendar_year_published.v1"))
"""Facts that are whole documents: of these only version and revision are told."""


@dataclass(frozen=True)
class Reference:
    """One relation of an event: to which object of which type, and as what."""

    object: str
    type: str
    qualifier: str


def event_type(kind: str) -> str:
    """Return the ASCII type name of a fact: its kind without the version."""
    return kind.partition(".")[0]


def time_of(entry: Entry, axis: Axis) -> datetime:
    """Return the instant of the event: when it happened as told, or when it was written down."""
    return entry.occurred_at if axis is Axis.OCCURRED else entry.recorded_at


def attributes_of(
    entry: Entry, pseudonyms: Pseudonyms, axis: Axis = Axis.OCCURRED
) -> dict[str, Scalar]:
    """Return what is known of the entry beside its relations and its time; common ones first.

    The instant that is not the event's by *axis* is an attribute.
    """
    by = entry.by
    other = "recorded_at" if axis is Axis.OCCURRED else "occurred_at"
    told: dict[str, Scalar] = {
        "ledger_position": entry.position,
        "ledger_version": entry.version,
        "ledger_kind": entry.kind,
        "label_zh": kind_label(entry.kind),
        other: getattr(entry, other),
        "actor_role": by.role.value,
        "actor_role_zh": label(by.role, "zh"),
        "actor_channel": by.channel.value,
    }
    if by.person is not None:
        told["actor_person"] = pseudonyms.within(by.person)
    if by.on_behalf_of is not None:
        told["actor_on_behalf_of"] = pseudonyms.within(by.on_behalf_of)
    if by.clock is not None:
        told["actor_clock"] = by.clock
    for name, value in entry.fact.items():
        if entry.kind in _BOOKS and isinstance(value, Mapping):
            continue
        for key, scalar in _flat(name, value):
            told[key] = pseudonyms.within(scalar) if isinstance(scalar, str) else scalar
    return told


def references_of(entry: Entry, pseudonyms: Pseudonyms) -> list[Reference]:
    """Return every object the entry speaks of, once for each thing it is to the entry."""
    found: dict[Reference, None] = {}

    def add(stream: str, qualifier: str) -> None:
        category = category_of(stream)
        if category in OBJECT_TYPES:
            name = pseudonyms.resident(stream) if category == "subject" else stream
            found[Reference(name, OBJECT_TYPES[category], qualifier)] = None

    # The case itself: `task`, `pairing`, `unit`, `policy`, and a resident as such.
    category = category_of(entry.stream)
    add(entry.stream, "resident" if category == "subject" else category)
    if entry.by.unit is not None:
        add(f"unit/{entry.by.unit}", "actor")
    if entry.by.role in BY_LINK and entry.by.person is not None:
        add(entry.by.person, "actor")
    if entry.by.on_behalf_of is not None:
        add(entry.by.on_behalf_of, "on_behalf_of")
    if entry.pairing is not None:
        add(entry.pairing, "pairing")
    if entry.policy is not None:
        add(f"policy/{entry.policy.partition('@')[0]}", "policy")
    if entry.kind not in _BOOKS:
        for stream, qualifier in _streams_in("", entry.fact):
            add(stream, qualifier)
    return list(found)


def _flat(name: str, value: Any, leaf: str | None = None) -> Iterator[tuple[str, Scalar]]:
    """Yield the flat attributes *value* becomes; *leaf* is the field's own name in what is nested.

    A field such as `name` is sealed in one fact and an office's words in another.
    """
    field = name if leaf is None else leaf
    match value:
        case Mapping() if value.keys() == _SEALED:
            yield name, "sealed"
        case _ if field in WORDS_ONLY:
            return
        case bool() | int():
            yield name, value
        case str():
            if INSTANT.match(value):
                yield name, datetime.fromisoformat(value)
            elif _is_code(field, value):
                yield name, value
        case Mapping() if value.keys() >= _DEADLINE:
            yield name, datetime.fromisoformat(value["due"])
            yield f"{name}_limit", value["limit"]
            yield f"{name}_calendar", value["calendar"]
            yield f"{name}_provisional", bool(value.get("provisional"))
        case Mapping():
            for key, inner in value.items():
                yield from _flat(f"{name}_{key}", inner, key)
        case list() | tuple() if value and all(_is_count(one) for one in value):
            for one in value:
                yield f"{name}_{one['name']}", int(one["number"])
        case list() | tuple() if any(not isinstance(one, str) for one in value):
            yield f"{name}_count", len(value)
        case list() | tuple():
            if value and all(_is_code(field, one) for one in value):
                yield name, " ".join(value)
        case _:
            return


def _is_count(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"name", "number"}


def _is_code(field: str, value: str) -> bool:
    """Say whether *value* is a machine word, and not a reference to an object."""
    if field in UNIT_FIELDS or CODE.match(value) is None:
        return False
    return STREAM.fullmatch(value) is None or category_of(value) not in OBJECT_TYPES


def _streams_in(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield every stream *value* speaks of with its qualifier, however deep it stands."""
    match value:
        case str():
            about = _ABOUT_A_CASE.match(value)
            if name in UNIT_FIELDS:
                yield f"unit/{value}", UNIT_FIELDS[name]
            elif about is not None:
                yield about[1], STREAM_QUALIFIERS.get(name, name)
            elif STREAM.fullmatch(value):
                yield value, STREAM_QUALIFIERS.get(name, name)
        case Mapping() if value.keys() == _SEALED:
            return
        case Mapping():
            for key, inner in value.items():
                old = key.endswith("_before") and not isinstance(inner, str)
                if not old:
                    yield from _streams_in(key, inner)
        case list() | tuple():
            for inner in value:
                yield from _streams_in(name, inner)
        case _:
            return
