"""The Merkle tree over the log (RFC 6962 §2.1): one root speaks for every entry and their order.

`Roots` takes leaf hashes one by one and keeps only the roots of the complete subtrees so far
(a compact range): a million entries need twenty hashes of memory.
"""

import hashlib
from collections.abc import Iterable

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 ‖ body)."""
    return hashlib.sha256(b"\x00" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Roots:
    """A growing tree: `add` leaf hashes in order, ask for the `root` of all so far at any time."""

    def __init__(self, size: int = 0, subtrees: Iterable[bytes] = ()) -> None:
        self.size = size
        self.subtrees = list(subtrees)
        if len(self.subtrees) != size.bit_count():
            raise ValueError(
                f"a tree of {size} leaves has {size.bit_count()} complete subtrees, "
                f"found {len(self.subtrees)}"
            )

    def add(self, leaf_hash: bytes) -> None:
        """Take the next leaf hash (32 bytes, `entry_hash`)."""
        size, subtree = self.size, leaf_hash
        while size & 1:
            subtree = node(self.subtrees.pop(), subtree)
            size >>= 1
        self.subtrees.append(subtree)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all leaves so far; of no leaves, SHA-256 of nothing."""
        if not self.subtrees:
            return EMPTY_ROOT
        whole = self.subtrees[-1]
        for subtree in reversed(self.subtrees[:-1]):
            whole = node(subtree, whole)
        return whole


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over *leaf_hashes* in their order."""
    roots = Roots()
    for leaf_hash in leaf_hashes:
        roots.add(leaf_hash)
    return roots.root()
