"""The tree is that of RFC 6962: any other implementation arrives at the same roots."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import entry_hash
from transparency.merkle import EMPTY_ROOT, Roots, node, root_of

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {  # the reference roots of Certificate Transparency
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def _leaf(data: bytes) -> bytes:
    return bytes.fromhex(entry_hash(data))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_reference_roots(size: int) -> None:
    assert root_of(map(_leaf, LEAVES[:size])).hex() == ROOTS[size]


def _by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node(_by_definition(leaves[:split]), _by_definition(leaves[split:]))


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=200))
def test_growing_is_the_same_as_building(leaves: list[bytes]) -> None:
    roots = Roots()
    for count, leaf in enumerate(leaves, start=1):
        roots.add(leaf)
        assert roots.size == count
        assert len(roots.subtrees) == count.bit_count()
    assert roots.root() == _by_definition(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=60), st.data())
def test_a_tree_goes_on_from_what_it_kept(leaves: list[bytes], data: st.DataObject) -> None:
    """A checkpoint needs only the roots of the complete subtrees."""
    cut = data.draw(st.integers(min_value=0, max_value=len(leaves)))
    first = Roots()
    for leaf in leaves[:cut]:
        first.add(leaf)
    second = Roots(first.size, first.subtrees)
    for leaf in leaves[cut:]:
        second.add(leaf)
    assert second.root() == root_of(leaves)


def test_a_tree_that_cannot_be_is_refused() -> None:
    assert Roots().root() == EMPTY_ROOT
    with pytest.raises(ValueError, match="complete subtrees"):
        Roots(3, [b"\x00" * 32])
