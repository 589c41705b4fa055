"""A proof file stands alone: what is in it is read exactly, and anything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transparency.trees import body, leaf, root, subtree
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import ED25519, SigningKey
from transparency.merkle import leaf_hash
from transparency.notes import Note, NoteMalformed
from transparency.proof_files import ProofFile, read_proof_file
from transparency.proofs import prove_inclusion, verify_inclusion

LOG = SigningKey.generate("gz.example/ledger", ED25519)


def _signed(size: int) -> Note:
    text = Checkpoint("gz.example/ledger", size, root(size)).text
    return Note(text, (LOG.sign(text),))


def _proof(index: int, size: int, extra: bytes | None) -> ProofFile:
    return ProofFile(index, tuple(prove_inclusion(index, size, subtree)), _signed(size), extra)


@given(st.integers(1, 300), st.data(), st.none() | st.binary(max_size=50))
def test_a_proof_file_is_read_as_written_and_convinces(
    size: int, data: st.DataObject, extra: bytes | None
) -> None:
    index = data.draw(st.integers(0, size - 1))
    written = _proof(index, size, extra)
    found = read_proof_file(written.encoded())
    assert found == written
    assert LOG.verifier.signed(found.checkpoint)
    checkpoint = read_checkpoint(found.checkpoint)
    verify_inclusion(leaf(index), found.index, checkpoint.size, checkpoint.root, found.hashes)


def test_the_entry_travels_in_the_extra_line() -> None:
    """It is believed for its hash alone, so it may be any bytes."""
    found = read_proof_file(_proof(3, 7, body(3)).encoded())
    assert found.extra is not None
    assert leaf_hash(found.extra) == leaf(3)


def test_the_text_is_that_of_the_specification() -> None:
    lines = _proof(0, 2, b"\0").encoded().decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra AA==", "index 0"]
    assert lines[4:7] == ["", "gz.example/ledger", "2"]
    assert "extra" not in _proof(0, 1, None).encoded().decode()


WHOLE = _proof(3, 7, b"entry").encoded()


@given(st.data())
def test_damaged_proof_files_are_read_exactly_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    replacement = data.draw(st.binary(max_size=3))
    damaged = WHOLE[:at] + replacement + WHOLE[at + data.draw(st.integers(0, 3)) :]
    try:
        found = read_proof_file(damaged)
    except NoteMalformed:
        return
    assert found.encoded() == damaged


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    for hostile in (data, b"c2sp.org/tlog-proof@v1\n" + data):
        with pytest.raises(NoteMalformed):
            read_proof_file(hostile)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"c2sp.org", b"\nc2sp.org"),
        (b"index 3", b"index 03"),
        (b"index 3", b"index -3"),
        (b"index 3", b"index 7"),
        (b"index 3", b"index  3"),
        (b"index 3\n", b""),
        (b"index 3", b"index 3\nindex 3"),
        (b"extra ", b"extra  "),
        (b"extra ", b"extras "),
        (b"index 3\n", b"index 3\nAAAA\n"),
        (b"\n\ngz.example", b"\n\n\ngz.example"),
        (b"\n\ngz.example", b"\ngz.example"),
        (b"\n7\n", b"\n3\n"),
    ],
)
def test_each_way_of_being_malformed_is_refused(old: bytes, new: bytes) -> None:
    assert old in WHOLE
    with pytest.raises(NoteMalformed):
        read_proof_file(WHOLE.replace(old, new, 1))


def test_parts_that_cannot_belong_together_are_refused() -> None:
    for index, hashes in ((7, ()), (-1, ()), (0, (b"short",)), (0, (bytes(32),) * 64)):
        with pytest.raises(NoteMalformed):
            ProofFile(index, hashes, _signed(7))
    with pytest.raises(NoteMalformed):
        ProofFile(0, (), Note("no checkpoint\n", (LOG.sign("no checkpoint\n"),)))
