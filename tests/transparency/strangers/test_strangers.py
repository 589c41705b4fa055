"""Go's own note and tlog packages read what we publish, and we read what they make.

They were written by others, for Go's checksum database: where both agree, neither is wrong alone.
"""

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.transparency.strangers.building import Stranger, built_in
from tests.transparency.trees import body, leaf, root, subtree, with_bit_flipped
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import COSIGNATURE_V1, ED25519, SigningKey, VerifierKey, load_key, make_key
from transparency.merkle import leaf_hash
from transparency.notes import Note, read_note
from transparency.proofs import (
    ProofInvalid,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)
from transparency.suites import suite_line
from transparency.tiles import TileFolder

ORIGIN = "gz.example/jiedui/天河"
MONDAY = datetime(2026, 9, 21, 1, tzinfo=UTC)
PAIRS = [(a, b) for b in range(1, 41) for a in range(b)]
EDGES = [(a, b) for b in (256, 257, 511, 513, 600) for a in (0, 1, 127, 128, 254, 255)]


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    return built_in(tmp_path_factory.mktemp("stranger"))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _question(kind: str, a: int, b: int, first: bytes, whole: bytes, proof: list[bytes]) -> Any:
    return {
        "Kind": kind,
        "A": a,
        "B": b,
        "First": _text(first),
        "Root": _text(whole),
        "Hashes": list(map(_text, proof)),
    }


def _we_accept(asked: Any) -> bool:
    first, whole = base64.b64decode(asked["First"]), base64.b64decode(asked["Root"])
    proof = list(map(base64.b64decode, asked["Hashes"] or []))
    verify = {"inclusion": verify_inclusion, "consistency": _verify_older}[asked["Kind"]]
    try:
        verify(first, asked["A"], asked["B"], whole, proof)
    except ProofInvalid:
        return False
    return True


def _verify_older(old: bytes, a: int, b: int, new: bytes, proof: Sequence[bytes]) -> None:
    verify_consistency(a, old, b, new, proof)


def test_go_opens_our_notes(stranger: Stranger, tmp_path: Path) -> None:
    """With our key alone trusted, the witness's line is carried along unverified."""
    key = make_key(tmp_path / "log.key", ORIGIN, ED25519)
    witness = SigningKey.generate("jiwei.example/w1", COSIGNATURE_V1)
    text = Checkpoint(ORIGIN, 3, root(3), (suite_line(),)).text
    note = Note(text, (witness.cosign(text, MONDAY), key.sign(text)))
    written = note.encoded().decode()
    answer = stranger.asked("open", {"Note": written, "VKeys": [key.verifier.vkey]})
    assert answer["Problem"] == ""
    assert answer["Text"] == text
    assert [(one["Name"], one["Hash"]) for one in answer["Verified"]] == [
        (ORIGIN, key.verifier.key_id)
    ]
    assert [(one["Name"], one["Hash"]) for one in answer["Unverified"]] == [
        ("jiwei.example/w1", witness.verifier.key_id)
    ]
    answer = stranger.asked("open", {"Note": written, "VKeys": [witness.verifier.vkey]})
    assert [one["Name"] for one in answer["Verified"]] == ["jiwei.example/w1"]
    assert [one["Name"] for one in answer["Unverified"]] == [ORIGIN]
    forged = written.replace("\n3\n", "\n4\n")
    for vkey in (key.verifier.vkey, witness.verifier.vkey):
        answer = stranger.asked("open", {"Note": forged, "VKeys": [vkey]})
        assert "invalid signature" in answer["Problem"]


def test_go_signs_with_our_key_file_what_we_sign(stranger: Stranger, tmp_path: Path) -> None:
    """Ed25519 is deterministic: both notes are the same bytes."""
    file = tmp_path / "log.key"
    key = make_key(file, ORIGIN, ED25519)
    text = Checkpoint(ORIGIN, 3, root(3)).text
    signed = stranger.asked("sign", {"Text": text, "SKey": file.read_text().strip()})
    assert signed.encode() == Note(text, (key.sign(text),)).encoded()


@pytest.mark.parametrize("size", [1, 40, 255, 256, 257, 600])
def test_go_walks_our_folder_and_makes_the_proofs_we_make(
    stranger: Stranger, tmp_path: Path, size: int
) -> None:
    folder = TileFolder(tmp_path)
    for end in {size // 3, size}:
        folder.append([body(index) for index in range(folder.size, end)])
    key = SigningKey.generate(ORIGIN, ED25519)
    text = Checkpoint(ORIGIN, size, folder.root(size), (suite_line(),)).text
    (tmp_path / "checkpoint").write_bytes(Note(text, (key.sign(text),)).encoded())
    pairs = [(a, b) for a, b in (PAIRS if size <= 40 else EDGES) if b <= size]
    asked = {"Folder": str(tmp_path), "VKey": key.verifier.vkey, "Pairs": pairs}
    proofs = stranger.asked("read", asked)
    assert len(proofs) == sum(1 + (a > 0) for a, _ in pairs)
    for theirs in proofs:
        a, b = theirs["A"], theirs["B"]
        if theirs["Kind"] == "inclusion":
            ours = _question("inclusion", a, b, folder.leaf(a), root(b), folder.inclusion(a, b))
        else:
            ours = _question("consistency", a, b, root(a), root(b), folder.consistency(a, b))
        assert {**theirs, "Hashes": theirs["Hashes"] or [], "Problem": ""} == {
            **ours,
            "Problem": "",
        }


def _right_and_wrong() -> Iterator[Any]:
    """Our proofs, and each with one thing altered."""
    for a, b in [pair for pair in PAIRS if pair[1] <= 20] + EDGES:
        proofs = [("inclusion", leaf(a), prove_inclusion(a, b, subtree))]
        if a:  # Go's package knows no tree of nothing
            proofs.append(("consistency", root(a), prove_consistency(a, b, subtree)))
        for kind, first, proof in proofs:
            yield _question(kind, a, b, first, root(b), proof)
            yield _question(kind, a, b, with_bit_flipped(first, a + b), root(b), proof)
            yield _question(kind, a, b, first, with_bit_flipped(root(b), a + b), proof)
            yield _question(kind, a, b + 1, first, root(b), proof)
            yield _question(kind, a + 1, b, first, root(b), proof)
            yield _question(kind, a, b, first, root(b), [*proof, first])
            yield _question(kind, a, b, first, root(b), proof[1:])
            yield _question(kind, a, b, first, root(b), proof[::-1])
            for at, found in enumerate(proof):
                altered = [*proof[:at], with_bit_flipped(found, a), *proof[at + 1 :]]
                yield _question(kind, a, b, first, root(b), altered)


def test_go_and_we_agree_on_every_proof_right_or_wrong(stranger: Stranger) -> None:
    questions = list(_right_and_wrong())
    verdicts = stranger.asked("judge", questions)
    assert [_we_accept(question) for question in questions] == verdicts
    assert verdicts.count(True) >= 400
    assert verdicts.count(False) >= 4000


@pytest.mark.parametrize("size", [1, 39, 256, 70_000])
def test_we_read_a_log_that_go_made(stranger: Stranger, tmp_path: Path, size: int) -> None:
    pairs = [(a, b) for a, b in [*PAIRS, *EDGES] if b <= size]
    asked = {"Folder": str(tmp_path), "Name": "sum.example", "Size": size, "Pairs": pairs}
    made = stranger.asked("make", asked)
    (tmp_path / "tile" / "size").write_text(f"{size}\n")
    folder = TileFolder(tmp_path)
    note = read_note(made["Note"].encode())
    assert VerifierKey.parse(made["VKey"]).signed(note) == note.signatures[0]
    checkpoint = read_checkpoint(note)
    assert (checkpoint.origin, checkpoint.size) == ("sum.example", size)
    assert folder.root(size) == checkpoint.root
    last = size - 1
    assert folder.leaf(last) == leaf_hash(b"record %d" % last)
    proof = folder.inclusion(last, size)
    verify_inclusion(folder.leaf(last), last, size, checkpoint.root, proof)
    for theirs in made["Proofs"]:
        assert _we_accept(theirs)


def test_our_signing_key_reads_one_that_go_made(stranger: Stranger, tmp_path: Path) -> None:
    asked = {"Folder": str(tmp_path), "Name": "sum.example", "Size": 1, "Pairs": []}
    made = stranger.asked("make", asked)
    file = tmp_path / "go.key"
    file.touch(0o600)
    file.write_text(made["SKey"])
    key = load_key(file)
    assert key.verifier.vkey == made["VKey"]
    note = read_note(made["Note"].encode())
    assert key.sign(note.text) == note.signatures[0]
