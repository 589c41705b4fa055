"""Write proofs for third parties: of one entry, or of a whole case with none of its facts left out.

A proof leads from the entry's own bytes to a checkpoint that a log signed and witnesses cosigned.
A case file holds every entry of a case and a head the log signed over the last one, so that leaving
out how the case went on would contradict a signature. Each proof is checked here before it is given
away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from audit.proofs.bundle import newest_witnessed
from audit.reading import Reader
from domain.canonical import canonical
from ledger.entry import Entry
from transparency.checkpoints import Checkpoint, StreamHead, read_checkpoint
from transparency.keys import SigningKey
from transparency.merkle import leaf_hash
from transparency.notes import Note, to_base64
from transparency.proof_files import ProofFile
from transparency.proofs import ProofInvalid, Subtree, prove_inclusion, verify_inclusion

FORMAT = "jiedui-case/1"


class CannotProve(Exception):
    """There is nothing to prove there, or the tiles do not lead to the signed root."""


@dataclass(frozen=True)
class CaseFile:
    """A case file's bytes, its number of entries, and how many newer ones stay uncovered."""

    data: bytes
    entries: int
    uncovered: int
    size: int


def prove_entry(reader: Reader, position: int, subtree: Subtree) -> ProofFile:
    """Return the proof of the entry at *position* under the newest witnessed checkpoint.

    *subtree* gives the roots of ranges of leaves (`TileFolder.subtree`). Raises `CannotProve`,
    `NothingSigned`.
    """
    size, note = newest_witnessed(reader)
    entry = reader.entry(position)
    if entry is None or position >= size:
        raise CannotProve(
            f"已见证的检查点含 {size:,} 条，位置 {position:,} 不在其中。 The newest witnessed "
            f"checkpoint covers {size:,} entries; position {position:,} is not among them. "
            "Is it newer? Then publish first: jiedui log publish."
        )
    proof = _proved(entry, read_checkpoint(note), subtree)
    return ProofFile(position, tuple(proof), note, entry.body)


def prove_case(
    reader: Reader,
    stream: str,
    subtree: Subtree,
    key: SigningKey,
    openings: Sequence[dict[str, Any]] = (),
) -> CaseFile:
    """Return the case file of *stream*: all its entries, their proofs, and a head signed by *key*.

    *openings* are what `audit.proofs.bundle.opening_line` returns. Raises `CannotProve` and
    `NothingSigned`.
    """
    size, note = newest_witnessed(reader)
    checkpoint = read_checkpoint(note)
    if key.verifier.name != checkpoint.origin:
        raise CannotProve(
            f"签名密钥属于 {key.verifier.name}，检查点属于 {checkpoint.origin}。 The signing "
            f"key is of {key.verifier.name}, the checkpoint of {checkpoint.origin}."
        )
    every = reader.stream(stream)
    entries = [entry for entry in every if entry.position < size]
    if not entries:
        raise CannotProve(
            f"检查点内没有案卷 {stream}。 No entry of {stream} is covered by a checkpoint "
            "yet; if it is new, publish first: jiedui log publish."
        )
    last = entries[-1]
    head = StreamHead(checkpoint.origin, stream, last.version, leaf_hash(last.body).hex(), size)
    covered = {entry.position for entry in entries}
    told = {
        "format": FORMAT,
        "origin": checkpoint.origin,
        "stream": stream,
        "entries": [
            {
                "position": entry.position,
                "body": entry.body.decode(),
                "proof": [to_base64(one) for one in _proved(entry, checkpoint, subtree)],
            }
            for entry in entries
        ],
        "head": Note(head.text, (key.sign(head.text),)).encoded().decode(),
        "checkpoint": note.encoded().decode(),
        "openings": [one for one in openings if one["position"] in covered],
    }
    uncovered = len(every) - len(entries)
    return CaseFile(canonical(told) + b"\n", len(entries), uncovered, size)


def _proved(entry: Entry, checkpoint: Checkpoint, subtree: Subtree) -> list[bytes]:
    """Return the proof of *entry*, once it is known to lead to the signed root."""
    leaf = leaf_hash(entry.body)
    proof = _from_tiles(lambda: prove_inclusion(entry.position, checkpoint.size, subtree))
    try:
        verify_inclusion(leaf, entry.position, checkpoint.size, checkpoint.root, proof)
    except ProofInvalid:
        raise CannotProve(
            f"位置 {entry.position:,} 的证明与检查点不符，账本或切片被改动，"
            "请运行 jiedui audit verify。 "
            f"The proof of position {entry.position:,} does not lead to the signed root: ledger or "
            "tiles were altered. Run jiedui audit verify."
        ) from None
    return proof


def _from_tiles(prove: Callable[[], list[bytes]]) -> list[bytes]:
    try:
        return prove()
    except ValueError as problem:
        raise CannotProve(
            f"公开日志的切片不足（{problem}），请运行 jiedui log publish。 The tiles of the public "
            f"log do not reach that far ({problem}); run jiedui log publish."
        ) from None
