"""Short proofs over the Merkle tree: "this entry is in it" and "the old tree is its beginning".

Proofs are lists of 32-byte hashes (RFC 6962 §2.1.1 and §2.1.2). A prover needs only the roots of
ranges of leaves; a verifier needs nothing but the two roots it already trusts.
"""

from collections.abc import Callable, Sequence

from transparency.merkle import EMPTY_ROOT, node

HASH_BYTES = 32

Subtree = Callable[[int, int], bytes]
"""Gives the RFC 6962 root of the leaves from *start* up to, not including, *end*."""


class ProofInvalid(Exception):
    """A proof does not show what it is said to show; the message says where it fails."""


def prove_inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that leaf *index* is in the tree of the first *size* leaves.

    The hashes run from the leaf's sibling up to the child of the root. Raises `ValueError` unless
    0 <= index < size. Source: RFC 6962 §2.1.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start = middle
    return proof[::-1]


def prove_consistency(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the first *old* leaves of the tree of *new* leaves are unchanged.

    Empty for an old tree of nothing and for equal sizes. Raises `ValueError` unless
    0 <= old <= new. Source: RFC 6962 §2.1.2.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves cannot be the beginning of one of {new}")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start = middle
    if start:  # the old tree does not end in a root that the verifier has already
        proof.append(subtree(start, end))
    return proof[::-1]


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Return if *proof* leads from *leaf_hash* at *index* to *root* of *size* leaves.

    Raises `ProofInvalid` otherwise, for any input. Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofInvalid(
            f"树中只有 {size} 条，没有第 {index} 号。 The tree has {size} leaves; none is {index}."
        )
    _require_hashes(leaf_hash, root, *proof)
    position, last, path = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise _wrong_length(len(proof))
        if position & 1 or position == last:
            path = node(sibling, path)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            path = node(path, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise _wrong_length(len(proof))
    _require_root(path, root)


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Return if *proof* shows the tree with *old_root* to be the beginning of the newer one.

    Raises `ProofInvalid` otherwise, for any input. Source: RFC 9162 §2.1.4.2.
    """
    if not 0 <= old_size <= new_size:
        raise ProofInvalid(
            f"新树（{new_size} 条）比旧树（{old_size} 条）小。 "
            f"The newer tree has {new_size} leaves, fewer than the older one's {old_size}."
        )
    _require_hashes(old_root, new_root, *proof)
    if old_size in (0, new_size):
        if proof:
            raise _wrong_length(len(proof))
        _require_root(old_root, new_root if old_size else EMPTY_ROOT)
        return
    position, last = old_size - 1, new_size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    hashes = iter(proof)
    if position:
        first = next(hashes, None)
        if first is None:
            raise _wrong_length(0)
    else:
        first = old_root  # the old tree is complete: its root stands in the new tree as it is
    old_path = new_path = first
    for sibling in hashes:
        if last == 0:
            raise _wrong_length(len(proof))
        if position & 1 or position == last:
            old_path, new_path = node(sibling, old_path), node(sibling, new_path)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new_path = node(new_path, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise _wrong_length(len(proof))
    _require_root(old_path, old_root)
    _require_root(new_path, new_root)


def _split(count: int) -> int:
    """Return the largest power of two below *count* (at least 2)."""
    return 1 << (count - 1).bit_length() - 1


def _require_hashes(*hashes: bytes) -> None:
    for found in hashes:
        if len(found) != HASH_BYTES:
            raise ProofInvalid(
                f"哈希应为 {HASH_BYTES} 字节，实为 {len(found)} 字节。 "
                f"A hash has {HASH_BYTES} bytes; found {len(found)}."
            )


def _require_root(found: bytes, expected: bytes) -> None:
    if found != expected:
        raise ProofInvalid(
            f"证明得出的根哈希不符：应为 {expected.hex()}，实为 {found.hex()}。 "
            f"The proof leads to another root: expected {expected.hex()}, found {found.hex()}."
        )


def _wrong_length(count: int) -> ProofInvalid:
    return ProofInvalid(
        f"证明的哈希个数（{count}）与树的大小不符。 "
        f"A proof of {count} hashes does not fit trees of these sizes."
    )
