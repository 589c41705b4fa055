"""A log that only a test keeps: leaves in memory, checkpoints signed as a log signs them."""

import base64
import hashlib
from collections.abc import Iterable

from transparency.checkpoints import Checkpoint
from transparency.keys import ED25519, SigningKey
from transparency.merkle import root_of
from transparency.notes import Note
from transparency.proofs import prove_consistency

ORIGIN = "log.example.org/test"


class TestLog:
    """Grows leaf by leaf; `fork` gives another past to whoever asks for it."""

    __test__ = False

    def __init__(self, origin: str = ORIGIN, leaves: Iterable[bytes] = ()) -> None:
        self.origin = origin
        self.key = SigningKey.generate(origin, ED25519)
        self.leaves = list(leaves)

    def grow(self, count: int, flavour: str = "") -> None:
        start = len(self.leaves)
        self.leaves += [
            hashlib.sha256(f"{flavour}{number}".encode()).digest()
            for number in range(start, start + count)
        ]

    def fork(self, size: int, flavour: str) -> "TestLog":
        """Return a log with the same key whose entries differ from the last of *size* on."""
        other = TestLog(self.origin)
        other.key = self.key
        other.grow(size - 1)
        other.grow(len(self.leaves) - size + 1, flavour)
        return other

    def subtree(self, start: int, end: int) -> bytes:
        return root_of(self.leaves[start:end])

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self.origin, size, self.subtree(0, size))

    def note(self, size: int, *keys: SigningKey) -> Note:
        text = self.checkpoint(size).text
        return Note(text, tuple(key.sign(text) for key in keys or (self.key,)))

    def proof(self, old: int, new: int) -> list[bytes]:
        return prove_consistency(old, new, self.subtree)

    def asking(self, old: int, new: int, note: Note | None = None) -> bytes:
        """Return the body of `add-checkpoint` from *old* to *new*."""
        return asking(old, self.proof(old, new) if old <= new else [], note or self.note(new))


def asking(old: int, proof: Iterable[bytes], note: Note) -> bytes:
    lines = [f"old {old}", *(base64.b64encode(part).decode() for part in proof)]
    return "\n".join(lines).encode() + b"\n\n" + note.encoded()
