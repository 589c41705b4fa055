"""A block of rows seen column by column, beside what their bytes tell.

Every check of one entry is here put to a few hundred at once, so that an interpreter's step is paid
once a column and not once an entry. The answer is yes or no; who wants to know where and what asks
row by row (`walk.py`).
"""

from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from itertools import chain
from operator import lt
from typing import Any

import orjson

from audit.sources import Row, Unreadable
from audit.verify.entry_form import is_instant, is_kind, strange_form
from domain.values import category_of
from ledger.entry import FIELDS

_IN_ORDER = tuple(orjson.loads(orjson.dumps(dict.fromkeys(sorted(FIELDS)))))
"""The fields as the bytes of every entry have them; read by orjson, whose very strings they are."""

_canonical = partial(orjson.dumps, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
_begun = sha256(b"\x00").copy  # copying a begun hash is cheaper than beginning one
_HEX_DIGITS = "0123456789abcdef"
_INTEGER, _OBJECT = {int}, {dict}
_TEXT_OR_NOTHING = {str, type(None)}
_EXACT = {str, int, bool, type(None), dict}
"""What a value may be, lists aside; a float is none of them."""


class Columns:
    """The columns of a block, and beside them the columns of what its bytes tell."""

    def __init__(self, block: Sequence[Row | Unreadable]) -> None:
        """Turn a block of rows; raise `TypeError` or `ValueError` where it holds anything else."""
        columns = tuple(zip(*block, strict=True))
        (self.positions, self.streams, self.categories, self.versions, self.ordinals) = columns[:5]
        (self.kinds, self.times, self.commands, self.digests, self.pairings) = columns[5:10]
        (self.bodies, self.hashes) = columns[10:]
        self.leaves: list[bytes] = []
        for body in self.bodies:
            leaf = _begun()
            leaf.update(body)
            self.leaves.append(leaf.digest())
        self.told: list[Any] = list(map(orjson.loads, self.bodies))
        told = tuple(zip(*map(dict.values, self.told), strict=True))
        (self._because_of, self._by, self._calendar, of_command, self.facts, of_kind) = told[:6]
        (self._occurred, of_pairing, self._policy, self._previous, of_time) = told[6:11]
        (self._seen, of_stream, self._of_version) = told[11:]
        self._repeated = (of_stream, self._of_version, of_kind, of_time, of_command, of_pairing)

    def chain(self) -> Iterator[tuple[str, int, str, int, str, str]]:
        """Yield stream, version, command, ordinal, hash before and own hash of each entry."""
        leaves = map(bytes.hex, self.leaves)
        return zip(
            self.streams,
            self.versions,
            self.commands,
            self.ordinals,
            self._previous,
            leaves,
            strict=True,
        )

    def agree(self, first: int, newest: str) -> bool:
        """Say whether all is as it should be from position *first* on, after the time *newest*."""
        count = len(self.told)
        return (
            self.positions == tuple(range(first, first + count))
            and tuple(self.leaves) == self.hashes
            and tuple(map(_canonical, self.told)) == self.bodies
            and tuple(map(tuple, self.told)) == (_IN_ORDER,) * count
            and self._columns_repeat_the_bytes()
            and self._fields_have_their_forms()
            and self._times_go_on(newest)
            and self._values_are_exact()
        )

    def _columns_repeat_the_bytes(self) -> bool:
        searched_by = (self.streams, self.versions, self.kinds, self.times, self.commands)
        named = set(zip(self.categories, self.streams, strict=True))
        return (
            (*searched_by, self.pairings) == self._repeated
            and all(category == category_of(stream) for category, stream in named)
            and set(map(len, self.digests)) == {64}
            and not "".join(self.digests).strip(_HEX_DIGITS)
        )

    def _fields_have_their_forms(self) -> bool:
        loose = chain(self._because_of, self._policy, self._calendar)
        return (
            set(map(type, self._seen)) == _INTEGER
            and min(self._seen) >= -1
            and all(map(lt, self._seen, self.positions))
            and set(map(type, self._of_version)) == _INTEGER
            and set(map(type, loose)) <= _TEXT_OR_NOTHING
            and set(map(type, chain(self._by, self.facts))) == _OBJECT
            and all(map(is_kind, set(self.kinds)))
        )

    def _times_go_on(self, newest: str) -> bool:
        return (
            newest <= self.times[0]
            and sorted(self.times) == list(self.times)
            and all(map(is_instant, set(chain(self._occurred, self.times))))
        )

    def _values_are_exact(self) -> bool:
        """No floats anywhere, and no key that is not ASCII (RFC 8785 orders those otherwise)."""
        if not all(map(bytes.isascii, self.bodies)) and any(map(strange_form, self.told)):
            return False
        objects: list[Any] = [*self.facts, *self._by]
        while objects:
            values = list(chain.from_iterable(map(dict.values, objects)))
            kinds = set(map(type, values))
            while list in kinds:
                lists = [one for one in values if type(one) is list]
                values = [*(one for one in values if type(one) is dict), *chain(*lists)]
                kinds = (kinds - {list}) | set(map(type, values))
            if not kinds <= _EXACT:
                return False
            objects = [one for one in values if type(one) is dict] if dict in kinds else []
        return True
