"""The auditor's own Merkle tree (RFC 6962 §2.1), grown by many leaves at a time.

It keeps one hash for every level at most, so that memory does not grow with the log, and works
level by level, which costs half of what leaf by leaf does.
"""

from collections.abc import Sequence
from hashlib import sha256

_EMPTY = sha256(b"").digest()
_node = sha256(b"\x01").copy  # copying a begun hash is cheaper than beginning one


class Tree:
    """The tree over all leaf hashes (32 bytes each) it was given so far, in order."""

    def __init__(self) -> None:
        self.size = 0
        self._waiting: list[bytes | None] = []
        """At each level the complete subtree that still lacks its right neighbour."""

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Take the next leaf hashes."""
        self.size += len(leaves)
        level, hashes = 0, list(leaves)
        while hashes:
            if level == len(self._waiting):
                self._waiting.append(None)
            waiting = self._waiting[level]
            if waiting is not None:
                hashes.insert(0, waiting)
            self._waiting[level] = hashes.pop() if len(hashes) % 2 else None
            hashes = _parents(hashes)
            level += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far; of no leaves, SHA-256 of nothing."""
        whole: bytes | None = None
        for waiting in self._waiting:
            if waiting is not None:
                whole = waiting if whole is None else _parents([waiting, whole])[0]
        return _EMPTY if whole is None else whole


def _parents(hashes: list[bytes]) -> list[bytes]:
    parents = []
    ones = iter(hashes)
    for left, right in zip(ones, ones, strict=True):
        parent = _node()
        parent.update(left + right)
        parents.append(parent.digest())
    return parents
