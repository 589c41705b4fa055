"""One walk over all entries by position: bytes, hashes, chain, versions, columns, numbers.

It remembers the head of each stream and the last serial of each county and day, and nothing else:
memory grows with the number of streams, not with the number of entries.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from audit.sources import Row, Unreadable
from audit.verify.collecting import without_collecting
from audit.verify.columns import Columns
from audit.verify.entry_form import is_number, is_stream, strange_form, wrong_fields
from audit.verify.faults import Fault
from audit.verify.tree import Tree
from domain.values import category_of

Head = tuple[int, str, str, int]
"""Where a stream stands: version, hash in hexadecimal, command id, ordinal."""

HeadBefore = Callable[[str, int], Head | None]
"""Answers where a stream stood before the given version, for a walk that begins in the middle."""

_NOT_BEGUN: Head = (0, "", "", -1)
_HEX = re.compile(r"[0-9a-f]{64}").fullmatch
_COPIED = (
    ("stream", 1),
    ("version", 3),
    ("kind", 5),
    ("recorded_at", 6),
    ("command_id", 7),
    ("pairing", 9),
)
"""Fields of the bytes that a column repeats, with the column's place in a row."""

_REGISTERED = "task_registered.v1"


@dataclass
class Walk:
    """Takes rows in order of position and tells every fault it meets.

    *sizes* are the tree sizes whose roots are wanted. A *tree* that has leaves already means that
    the walk begins behind them; *head_before* then answers for streams that began there.
    """

    sizes: Iterable[int] = ()
    tree: Tree = field(default_factory=Tree)
    head_before: HeadBefore | None = None

    def __post_init__(self) -> None:
        self.faults: list[Fault] = []
        self.streams: dict[str, Head] = {}
        self.serials: dict[tuple[str, str], int] = {}
        self.roots: dict[int, bytes] = {}
        self.entries = 0
        self.first = self.next_position = self.tree.size
        self._newest = ""
        self._wanted = sorted({size for size in self.sizes if size >= self.first}, reverse=True)
        self._take([])

    def over(
        self,
        blocks: Iterable[Sequence[Row | Unreadable]],
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        """Walk over the rows of *blocks*; *on_progress* is told how many, block by block."""
        with without_collecting():
            for block in blocks:
                if not self._all_is_well(block):
                    self._one_by_one(block)
                if on_progress is not None:
                    on_progress(self.entries)

    def _all_is_well(self, block: Sequence[Row | Unreadable]) -> bool:
        """Check a block of rows as a whole; where anything is amiss, say so and change nothing.

        Every question is put to a whole column at once, which is several times as fast as asking
        row by row. What is wrong, and where, is then found by `_one_by_one`.
        """
        try:
            columns = Columns(block)
            if not columns.agree(self.next_position, self._newest):
                return False
            heads = self._heads_after(columns)
            if heads is None or not self._numbers_follow(columns):
                return False
        except (TypeError, ValueError, KeyError):  # not rows, or not values of a ledger
            return False
        self.streams.update(heads)
        self._newest = columns.times[-1]
        self.entries += len(block)
        self._take(columns.leaves)
        return True

    def _heads_after(self, columns: Columns) -> dict[str, Head] | None:
        """Return where the streams of a block stand after it; None where a chain does not hold."""
        heads: dict[str, Head] = {}
        known, fresh = self.streams.get, heads.get
        for stream, version, command, ordinal, previous, leaf in columns.chain():
            before = fresh(stream) or known(stream)
            if before is None:
                if not is_stream(stream):
                    return None
                before = self._before(stream, version)
            if (
                version != before[0] + 1
                or previous != before[1]
                or ordinal != (before[3] + 1 if command == before[2] else 0)
            ):
                return None
            heads[stream] = (version, leaf, command, ordinal)
        return heads

    def _numbers_follow(self, columns: Columns) -> bool:
        """Work-order numbers of a block follow each other; only then are they remembered."""
        if _REGISTERED not in columns.kinds:
            return True
        serials = dict(self.serials)
        both = zip(columns.kinds, columns.facts, strict=True)
        for fact in [fact for kind, fact in both if kind == _REGISTERED]:
            if self._number_fault(fact.get("number"), serials):
                return False
        self.serials = serials
        return True

    def _one_by_one(self, block: Sequence[Row | Unreadable]) -> None:
        for row in block:
            if isinstance(row, Unreadable):
                self._unreadable(row)
                continue
            try:
                self._look_into(row)
            except (TypeError, AttributeError):  # only a damaged or foreign table holds such
                self._fault(None, None, "unreadable", "a row holds values of another type")

    def _look_into(self, row: Row) -> None:
        """Name everything that is wrong with one entry."""
        (position, stream, _, version, ordinal, _, recorded_at, command_id) = row[:8]
        body, stored_hash = row[10:]
        leaf = sha256(b"\x00" + body).digest()
        self.entries += 1
        if position != self.next_position:
            self._gap(position, stream)
        before = self.streams.get(stream)
        if before is None:
            if not is_stream(stream):
                self._fault(position, stream[:80], "fields", "stream")
            before = self._before(stream, version)
        self.streams[stream] = (version, leaf.hex(), command_id, ordinal)
        self.next_position = position
        self._take([leaf])
        if leaf != stored_hash:
            self._fault(position, stream, "hash", f"{len(body)} bytes hash to {leaf.hex()[:16]}…")
        if recorded_at < self._newest:
            self._fault(position, stream, "time", f"{recorded_at} after {self._newest}")
        else:
            self._newest = recorded_at
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError:
            told = None
        is_entry = type(told) is dict
        if not is_entry:
            self._fault(position, stream, "unreadable", f"the {len(body)} bytes are no entry")
        elif strange := strange_form(told):
            self._fault(position, stream, "canonical", strange)
        elif orjson.dumps(told, option=orjson.OPT_SORT_KEYS) != body:
            self._fault(position, stream, "canonical", "these bytes are not the one form of it")
        if version != before[0] + 1:
            self._fault(position, stream, "version", f"{version} after {before[0]}")
        if is_entry and told.get("previous") != before[1]:
            self._fault(position, stream, "previous", f"version {before[0]} has another hash")
        expected = before[3] + 1 if command_id == before[2] else 0
        if ordinal != expected:
            told_as = f"{_shown(command_id)}: fact {ordinal}, not {expected}"
            self._fault(position, stream, "command", told_as)
        if is_entry:
            self._columns(row, told)
            self._contents(position, stream, told)

    def _columns(self, row: Row, told: dict[str, Any]) -> None:
        """What is searched by says the same as what is hashed."""
        disagreeing = [name for name, column in _COPIED if row[column] != told.get(name)]
        if row[2] != category_of(row[1]):
            disagreeing.append("category")
        if not _HEX(row[8]):
            disagreeing.append("digest")
        if disagreeing:
            self._fault(row[0], row[1], "columns", ", ".join(disagreeing))

    def _contents(self, position: int, stream: str, told: dict[str, Any]) -> None:
        wrong = list(wrong_fields(told))
        if wrong:
            self._fault(position, stream, "fields", ", ".join(wrong))
            return
        if told["seen"] >= position:
            self._fault(position, stream, "seen", f"{told['seen']}")
        if told["kind"] == _REGISTERED:
            wrong_number = self._number_fault(told["fact"].get("number"), self.serials)
            if wrong_number:
                self._fault(position, stream, "number", wrong_number)

    def _number_fault(self, number: Any, serials: dict[tuple[str, str], int]) -> str | None:
        """Serials of one county and day are given in order: none twice, none left out."""
        if not number:
            return None
        if type(number) is not str or not is_number(number):
            return "not well-formed"
        county_and_day, serial = (number[2:8], number[8:16]), int(number[16:-1])
        known = serials.get(county_and_day)
        if known is None:
            known = serial - 1 if self.first else 0
        if serial <= known:
            return f"{number} was given before"
        serials[county_and_day] = serial
        return f"{number} comes after serial {known}" if serial > known + 1 else None

    def _before(self, stream: str, version: int) -> Head:
        """Return where a stream stood that this walk has not met before."""
        if self.head_before is not None and version > 1:
            return self.head_before(stream, version) or _NOT_BEGUN
        return _NOT_BEGUN

    def _gap(self, position: int, stream: str) -> None:
        if position > self.next_position:
            first, last = self.next_position, position - 1
            missing = f"{first}" if first == last else f"{first} to {last}"
            self._fault(first, None, "position", f"missing: {missing}")
        else:
            self._fault(position, stream, "position", "stands here more than once or before 0")

    def _unreadable(self, rows: Unreadable) -> None:
        many = "" if rows.first == rows.last else f" up to {rows.last}"
        self._fault(rows.first, None, "unreadable", f"{rows.found}{many}")
        self.next_position = rows.last + 1

    def _take(self, leaves: list[bytes]) -> None:
        """Let the tree grow by *leaves*, keeping the root at each wanted size on the way.

        A size inside a gap of positions has no root.
        """
        end = self.next_position + len(leaves)
        while self._wanted and self._wanted[-1] <= end:
            size = self._wanted.pop()
            here = size - self.next_position
            if here >= 0:
                self.tree.extend(leaves[:here])
                self.roots[size] = self.tree.root()
                leaves, self.next_position = leaves[here:], size
        self.tree.extend(leaves)
        self.next_position = end

    def _fault(self, position: int | None, stream: str | None, rule: str, found: str) -> None:
        self.faults.append(Fault(position, stream, rule, found))


def _shown(command_id: str) -> str:
    return f"command {command_id[:80]!r}"
