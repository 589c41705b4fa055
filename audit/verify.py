"""Check that no entry of a ledger was altered, removed, reordered or slipped in.

The verdict lists every fault with its position, not only the first. It rests on the stored bytes
and on this file; it shares no code path with the hand that writes. What only copies outside can
show (a tail cut off, a whole history written anew) is told by checkpoints and witnesses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from pydantic_core import from_json, to_json

from audit.sources import CannotVerify, Row, Source, Unreadable, opened
from domain.values import STREAM, category_of
from ledger.entry import FIELDS, KIND
from transparency.merkle import Roots
from ledger.numbers import check_number

__all__ = ["FAULTS", "CannotVerify", "Fault", "Verdict", "verify"]

FAULTS: dict[str, tuple[str, str]] = {
    "unreadable": ("记录无法读取", "the entry cannot be read"),
    "hash": ("哈希与内容不符", "the hash is not that of the bytes"),
    "canonical": ("内容不是规范格式", "the bytes are not canonical JSON"),
    "fields": ("字段不是账本字段", "the fields are not those of an entry"),
    "columns": ("索引列与内容不符", "a column disagrees with the bytes"),
    "position": ("日志位置不连续", "the positions are not dense"),
    "version": ("版本号不连续", "the versions of the stream are not dense"),
    "previous": ("与前一条记录不相连", "the entry does not follow the one before it"),
    "time": ("记录时间倒退", "the recorded time goes back"),
    "seen": ("引用了之后的位置", "the entry has seen what came after it"),
    "command": ("命令号重复", "a command was recorded more than once"),
    "number": ("工单编号重复或不正确", "the work-order number is repeated or wrong"),
    "structure": ("数据库结构损坏", "a file, page or index is broken"),
    "guard": ("防篡改触发器缺失", "a guard against change is not in force"),
}
"""Every kind of fault, with its sentence in Chinese and in English."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_HEX = re.compile(r"[0-9a-f]{64}")
_COPIED = (
    ("stream", 1),
    ("version", 3),
    ("kind", 5),
    ("recorded_at", 6),
    ("command_id", 7),
    ("pairing", 9),
)
"""Fields of the bytes that a column repeats, with the column's place in a row."""

_INTEGER_MAX = 2**53 - 1
_TEXT, _TEXT_OR_NOTHING = frozenset((str,)), frozenset((str, type(None)))
_FORMS = (
    *((name, _TEXT) for name in ("stream", "kind", "recorded_at", "occurred_at")),
    *((name, _TEXT) for name in ("command_id", "previous")),
    *((name, _TEXT_OR_NOTHING) for name in ("because_of", "pairing", "policy", "calendar")),
    *((name, frozenset((int,))) for name in ("version", "seen")),
    *((name, frozenset((dict,))) for name in ("by", "fact")),
)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, which rule, and what was found there.

    *position* is None for what concerns the database as a whole. *found* names fields and counts,
    never contents.
    """

    position: int | None
    stream: str | None
    rule: str
    found: str

    def __str__(self) -> str:
        where = "账本 ledger" if self.position is None else f"位置 position {self.position}"
        chinese, english = FAULTS[self.rule]
        stream = f" ({self.stream})" if self.stream else ""
        return f"{where}{stream}: {chinese} {english}: {self.found}"


@dataclass(frozen=True)
class Verdict:
    """What was checked, and all that is wrong with it.

    *entries* counts rows read, *root* is the RFC 6962 root over the hashes of their bytes, in hex.
    """

    entries: int
    streams: int
    root: str
    faults: tuple[Fault, ...]

    @property
    def intact(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.faults


def verify(url: str) -> Verdict:
    """Check the whole ledger at *url* in one snapshot; writers may go on meanwhile.

    Raises `CannotVerify` where no ledger can be read at all.
    """
    with opened(url) as source:
        return _Verifier().verdict(source)


@dataclass
class _Stream:
    version: int
    hash: str
    command_id: str
    ordinal: int


class _Verifier:
    """Walks the rows once, by position, and remembers only the head of each stream."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.streams: dict[str, _Stream] = {}
        self.numbers: set[str] = set()
        self.roots = Roots()
        self.next_position = 0
        self.newest = ""
        self.entries = 0

    def verdict(self, source: Source) -> Verdict:
        for row in source.rows():
            if isinstance(row, Unreadable):
                self._unreadable(row)
            else:
                self._row(row)
        for stream, command_id, position in source.reused_commands():
            self._fault(position, stream, "command", f"{_shown(command_id)} stands here again")
        for place, found in source.structure():
            self._fault(place, None, "structure", found)
        for name in source.missing_guards():
            self._fault(None, None, "guard", name)
        return Verdict(
            entries=self.entries,
            streams=len(self.streams),
            root=self.roots.root().hex(),
            faults=tuple(
                sorted(self.faults, key=lambda fault: (fault.position is None, fault.position or 0))
            ),
        )

    def _fault(self, position: int | None, stream: str | None, rule: str, found: str) -> None:
        self.faults.append(Fault(position, stream, rule, found))

    def _unreadable(self, rows: Unreadable) -> None:
        many = "" if rows.first == rows.last else f" up to {rows.last}"
        self._fault(rows.first, None, "unreadable", f"{rows.found}{many}")
        self.next_position = rows.last + 1

    def _row(self, row: Row) -> None:
        position, stream, recorded_at, body, stored_hash = row[0], row[1], row[6], row[10], row[11]
        self.entries += 1
        if position != self.next_position:
            self._gap(position, stream)
        self.next_position = position + 1
        leaf = sha256(b"\x00" + body).digest()
        self.roots.add(leaf)
        if leaf != stored_hash:
            self._fault(position, stream, "hash", f"{len(body)} bytes hash to {leaf.hex()[:16]}…")
        if recorded_at < self.newest:
            self._fault(position, stream, "time", f"{recorded_at} after {self.newest}")
        else:
            self.newest = recorded_at
        told = self._told(position, stream, body)
        self._chain(row, told, leaf)
        if told is not None:
            self._columns(row, told)
            self._contents(position, stream, told)

    def _gap(self, position: int, stream: str) -> None:
        if position > self.next_position:
            first, last = self.next_position, position - 1
            missing = f"{first}" if first == last else f"{first} to {last}"
            self._fault(first, None, "position", f"missing: {missing}")
        else:
            self._fault(position, stream, "position", "stands here more than once or before 0")

    def _told(self, position: int, stream: str, body: bytes) -> dict[str, Any] | None:
        try:
            told = from_json(body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            self._fault(position, stream, "unreadable", f"the {len(body)} bytes are no entry")
            return None
        if to_json(told) != body:
            self._fault(position, stream, "canonical", "these bytes are not the one form of it")
        elif strange := _not_canonical(told):
            self._fault(position, stream, "canonical", strange)
        return told

    def _chain(self, row: Row, told: dict[str, Any] | None, leaf: bytes) -> None:
        """Versions are dense, commands are whole, and each entry names the one before it."""
        position, stream, version, ordinal, command_id = row[0], row[1], row[3], row[4], row[7]
        known = self.streams.get(stream)
        if known is None:
            known = _Stream(0, "", "", -1)
            self.streams[stream] = known
        if version != known.version + 1:
            self._fault(position, stream, "version", f"{version} after {known.version}")
        if told is not None and told.get("previous") != known.hash:
            self._fault(position, stream, "previous", f"version {known.version} has another hash")
        expected = known.ordinal + 1 if command_id == known.command_id else 0
        if ordinal != expected:
            self._fault(
                position, stream, "command", f"{_shown(command_id)}: fact {ordinal}, not {expected}"
            )
        known.version, known.hash = version, leaf.hex()
        known.command_id, known.ordinal = command_id, ordinal

    def _columns(self, row: Row, told: dict[str, Any]) -> None:
        """What is searched by says the same as what is hashed."""
        disagreeing = [name for name, column in _COPIED if row[column] != told.get(name)]
        if row[2] != category_of(row[1]):
            disagreeing.append("category")
        if not _HEX.fullmatch(row[8]):
            disagreeing.append("digest")
        if disagreeing:
            self._fault(row[0], row[1], "columns", ", ".join(disagreeing))

    def _contents(self, position: int, stream: str, told: dict[str, Any]) -> None:
        wrong = list(_wrong_fields(told))
        if wrong:
            self._fault(position, stream, "fields", ", ".join(wrong))
            return
        if told["seen"] >= position:
            self._fault(position, stream, "seen", f"{told['seen']}")
        number = told["fact"].get("number") if told["kind"] == "task_registered.v1" else None
        if not number:
            return
        if not isinstance(number, str) or not check_number(number):
            self._fault(position, stream, "number", "not well-formed")
        elif number in self.numbers:
            self._fault(position, stream, "number", f"{number} was given before")
        else:
            self.numbers.add(number)


def _not_canonical(told: Any) -> str | None:
    """Say what in *told* has no canonical form: keys out of order, floats, inexact integers."""
    values = told
    if type(told) is dict:
        keys = list(told)
        if keys != sorted(keys) or not "".join(keys).isascii():
            return "keys out of order, or not ASCII"
        values = told.values()
    for value in values:
        kind = type(value)
        if kind is dict or kind is list:
            if strange := _not_canonical(value):
                return strange
        elif kind is float:
            return "a number that is no integer"
        elif kind is int and abs(value) > _INTEGER_MAX:
            return "an integer beyond those every JSON reader keeps exact"
    return None


def _wrong_fields(told: dict[str, Any]) -> Iterator[str]:
    """Name the fields that are missing, unknown, or of a wrong form."""
    if told.keys() != FIELDS:
        yield from sorted(told.keys() ^ FIELDS)
        return
    for name, form in _FORMS:
        if type(told[name]) not in form:
            yield name
            return
    if not _is_stream(told["stream"]):
        yield "stream"
    if not _is_kind(told["kind"]):
        yield "kind"
    if told["version"] < 1:
        yield "version"
    if told["seen"] < -1:
        yield "seen"
    for name in ("recorded_at", "occurred_at"):
        if not _is_instant(told[name]):
            yield name


@lru_cache(4096)
def _is_stream(told: str) -> bool:
    return STREAM.fullmatch(told) is not None


@lru_cache(4096)
def _is_kind(told: str) -> bool:
    return KIND.fullmatch(told) is not None


@lru_cache(16)
def _is_instant(told: str) -> bool:
    if not _INSTANT.fullmatch(told):
        return False
    try:
        datetime.fromisoformat(told)
    except ValueError:
        return False
    return True


def _shown(command_id: str) -> str:
    return f"command {command_id[:80]!r}"
