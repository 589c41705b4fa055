"""Trees to test on, built by the words of RFC 6962 and by nothing of ours but `node`."""

from functools import cache

from transparency.merkle import EMPTY_ROOT, leaf_hash, node


def body(index: int) -> bytes:
    return b"entry %d" % index


@cache
def leaf(index: int) -> bytes:
    return leaf_hash(body(index))


@cache
def subtree(start: int, end: int) -> bytes:
    """RFC 6962 §2.1, word for word: split at the largest power of two below the number."""
    count = end - start
    if count == 0:
        return EMPTY_ROOT
    if count == 1:
        return leaf(start)
    split = 1
    while split * 2 < count:
        split *= 2
    return node(subtree(start, start + split), subtree(start + split, end))


def root(size: int) -> bytes:
    return subtree(0, size)


def with_bit_flipped(data: bytes, bit: int) -> bytes:
    whole = int.from_bytes(data) ^ 1 << bit % (8 * len(data))
    return whole.to_bytes(len(data))
