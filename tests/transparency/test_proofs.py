"""A proof convinces exactly when it is right: every size up to 64, every single alteration."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transparency.trees import leaf, root, subtree, with_bit_flipped
from transparency.merkle import EMPTY_ROOT, node
from transparency.proofs import (
    ProofInvalid,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

SIZES = range(1, 65)
STRANGE = b"\x5a" * 32


def _refused(check: Callable[..., None], *values: object) -> bool:
    try:
        check(*values)
    except ProofInvalid:
        return True
    return False


def _altered(proof: Sequence[bytes], *, every_bit: bool, salt: int) -> Iterator[list[bytes]]:
    """Yield the proof with one bit flipped, a hash missing, doubled, swapped, or one too many."""
    for at, found in enumerate(proof):
        for bit in range(256) if every_bit else ((salt * 31 + at * 7) % 256,):
            yield [*proof[:at], with_bit_flipped(found, bit), *proof[at + 1 :]]
        yield [*proof[:at], *proof[at + 1 :]]
        yield [*proof[:at], found, *proof[at:]]
        yield [*proof[:at], found[:31], *proof[at + 1 :]]
        if at:
            yield [*proof[: at - 1], found, proof[at - 1], *proof[at + 1 :]]
    yield [*proof, STRANGE]
    yield [STRANGE, *proof]


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_proved_and_nothing_else(size: int) -> None:
    for index in range(size):
        proof = prove_inclusion(index, size, subtree)
        verify_inclusion(leaf(index), index, size, root(size), proof)
        for other in _altered(proof, every_bit=size <= 5, salt=size + index):
            assert _refused(verify_inclusion, leaf(index), index, size, root(size), other)
        for wrong in (*range(size), -1, size, size + 1, 2**63):
            if wrong != index:
                assert _refused(verify_inclusion, leaf(index), wrong, size, root(size), proof)
        for wrong in range(66):
            if wrong != size:
                assert _refused(verify_inclusion, leaf(index), index, wrong, root(wrong), proof)
        for bit in range(size % 7, 256, 31):
            strange_leaf = with_bit_flipped(leaf(index), bit)
            strange_root = with_bit_flipped(root(size), bit)
            assert _refused(verify_inclusion, strange_leaf, index, size, root(size), proof)
            assert _refused(verify_inclusion, leaf(index), index, size, strange_root, proof)


@pytest.mark.parametrize("new", SIZES)
def test_every_older_tree_is_proved_and_nothing_else(new: int) -> None:
    for old in range(new + 1):
        proof = prove_consistency(old, new, subtree)
        verify_consistency(old, root(old), new, root(new), proof)
        for other in _altered(proof, every_bit=new <= 5, salt=old + new):
            assert _refused(verify_consistency, old, root(old), new, root(new), other)
        for wrong in (*range(66), 2**63):
            known = root(wrong) if wrong < 66 else STRANGE
            if wrong != old:
                assert _refused(verify_consistency, wrong, known, new, root(new), proof) or (
                    wrong in (0, new) and not proof
                )
            if wrong != new:
                assert _refused(verify_consistency, old, root(old), wrong, known, proof) or (
                    old in (0, wrong) and not proof
                )
        for bit in range(old % 7, 256, 31):
            strange_old = with_bit_flipped(root(old), bit)
            strange_new = with_bit_flipped(root(new), bit)
            assert _refused(verify_consistency, old, strange_old, new, root(new), proof)
            if old:  # of nothing, every tree is a continuation
                assert _refused(verify_consistency, old, root(old), new, strange_new, proof)


def test_a_rewritten_past_has_no_proof() -> None:
    """The same sizes with one old entry changed: no proof of the new tree fits the old root."""

    def rewritten(start: int, end: int) -> bytes:
        if end - start == 1:
            return STRANGE if start == 3 else leaf(start)
        split = 1
        while split * 2 < end - start:
            split *= 2
        return node(rewritten(start, start + split), rewritten(start + split, end))

    for old in range(4, 40):
        for new in range(old, 41):
            proof = prove_consistency(old, new, rewritten)
            with pytest.raises(ProofInvalid):
                verify_consistency(old, root(old), new, rewritten(0, new), proof)


def test_sizes_and_proofs_that_cannot_be_are_refused_by_name() -> None:
    with pytest.raises(ProofInvalid, match="fewer than"):
        verify_consistency(5, root(5), 4, root(4), [])
    with pytest.raises(ProofInvalid, match="none is 4"):
        verify_inclusion(leaf(4), 4, 4, root(4), [])
    with pytest.raises(ProofInvalid, match="0 hashes"):
        verify_consistency(3, root(3), 4, root(4), [])
    with pytest.raises(ProofInvalid, match="another root"):
        verify_consistency(0, root(1), 4, root(4), [])
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    with pytest.raises(ValueError, match="not in a tree"):
        prove_inclusion(4, 4, subtree)
    with pytest.raises(ValueError, match="cannot be the beginning"):
        prove_consistency(5, 4, subtree)


@given(st.integers(1, 3000), st.data())
def test_proofs_stay_short_and_right_in_larger_trees(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(index, size, subtree)
    assert len(proof) <= (size - 1).bit_length()
    verify_inclusion(leaf(index), index, size, root(size), proof)
    old = data.draw(st.integers(0, size))
    proof = prove_consistency(old, size, subtree)
    assert len(proof) <= (size - 1).bit_length() + 1
    verify_consistency(old, root(old), size, root(size), proof)


@given(
    st.binary(max_size=40),
    st.integers(-1, 2**64),
    st.integers(-1, 2**64),
    st.binary(max_size=40),
    st.lists(st.binary(max_size=40), max_size=70),
)
def test_no_input_breaks_a_verifier(
    first: bytes, one: int, other: int, second: bytes, proof: list[bytes]
) -> None:
    """Anything but a proof is refused, and refused as a proof."""
    assert _refused(verify_inclusion, first, one, other, second, proof)
    assert _refused(verify_consistency, one, first, other, second, proof) or (
        one in (0, other) and not proof
    )
