"""What a log asks of a witness, taken apart: the size it starts from, a proof, a checkpoint.

The form is the body of C2SP tlog-witness `add-checkpoint`; nothing is believed here.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import SignatureInvalid, VerifierKey
from transparency.notes import Note, NoteMalformed, Signature, read_note

BODY_BYTES_MAX = 64 * 1024
"""More than 63 proof lines and a checkpoint with hundreds of signatures take."""

PROOF_LINES_MAX = 63
_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")
_HASH_TEXT_BYTES = 44


class AskingMalformed(Exception):
    """A body is not of the form of `add-checkpoint`; the message says what is wrong with it."""


@dataclass(frozen=True)
class Asking:
    """One `add-checkpoint`: from the tree of *old_size*, by *proof*, to the *checkpoint*."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


def read_asking(body: bytes) -> Asking:
    """Return what *body* asks; raise `AskingMalformed`."""
    head, separator, told = body.partition(b"\n\n")
    if not separator:
        raise AskingMalformed("an empty line must stand before the checkpoint")
    first, *proof = head.split(b"\n")
    old = _OLD.fullmatch(first)
    if old is None:
        raise AskingMalformed("the first line must read: old, a blank, a decimal size")
    if len(proof) > PROOF_LINES_MAX:
        raise AskingMalformed(f"at most {PROOF_LINES_MAX} proof lines, found {len(proof)}")
    try:
        note = read_note(told)
        checkpoint = read_checkpoint(note)
    except NoteMalformed as problem:
        raise AskingMalformed(f"the checkpoint: {problem}") from None
    return Asking(int(old[1]), tuple(_hash(line) for line in proof), note, checkpoint)


def trusted_signatures(note: Note, keys: Iterable[VerifierKey]) -> tuple[Signature, ...]:
    """Return the signatures of *note* that verify under one of *keys*; others are ignored."""
    found = []
    for key in keys:
        try:
            signature = key.signed(note)
        except SignatureInvalid:
            continue
        if signature is not None:
            found.append(signature)
    return tuple(found)


def _hash(line: bytes) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except binascii.Error:
        found = b""
    if len(found) != 32 or len(line) != _HASH_TEXT_BYTES:
        raise AskingMalformed("a proof line must be one 32-byte hash in base64")
    return found
