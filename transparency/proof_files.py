"""Proof files: one entry, its proof and a checkpoint in one small text (C2SP tlog-proof@v1).

Whoever holds such a file and the public keys needs nothing else of us, for ever. `extra` carries
the entry's own bytes; it is believed only because its hash is proved.
"""

from dataclasses import dataclass

from transparency.checkpoints import read_checkpoint, read_number
from transparency.notes import Note, NoteMalformed, from_base64, read_note, to_base64
from transparency.proofs import HASH_BYTES

HASHES_MAX = 63
_TITLE = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = "index "


@dataclass(frozen=True)
class ProofFile:
    """The position of an entry, the hashes that prove it, and the checkpoint they lead to.

    Raises `NoteMalformed` where the parts cannot belong together.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hashes", tuple(self.hashes))
        size = read_checkpoint(self.checkpoint).size
        if not 0 <= self.index < size:
            raise NoteMalformed(
                f"检查点只有 {size} 条，没有第 {self.index} 号。 "
                f"The checkpoint has {size} entries; none is {self.index}."
            )
        if len(self.hashes) > HASHES_MAX or any(len(one) != HASH_BYTES for one in self.hashes):
            raise NoteMalformed(
                f"证明至多 {HASHES_MAX} 个 32 字节的哈希。 "
                f"A proof is at most {HASHES_MAX} hashes of 32 bytes."
            )

    def encoded(self) -> bytes:
        """Return the file's bytes."""
        lines = [_TITLE]
        if self.extra is not None:
            lines.append(_EXTRA + to_base64(self.extra))
        lines += [f"{_INDEX}{self.index}", *map(to_base64, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint.encoded()


def read_proof_file(data: bytes) -> ProofFile:
    """Return the proof that *data* holds; raise `NoteMalformed` for any other bytes.

    This only reads: the caller checks the checkpoint's signatures and the proof itself.
    """
    head, empty_line, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        lines = []
    if not empty_line or not lines or lines.pop(0) != _TITLE:
        raise NoteMalformed(
            f"不是证明文件：首行应为 {_TITLE}，其后是检查点。 "
            f"Not a proof file: the first line is {_TITLE}, and a checkpoint follows."
        )
    extra = None
    if lines and lines[0].startswith(_EXTRA):
        extra = from_base64(lines.pop(0).removeprefix(_EXTRA))
    if not lines or not lines[0].startswith(_INDEX):
        raise NoteMalformed("证明文件缺少“index”行。 The proof file has no index line.")
    index = read_number(lines.pop(0).removeprefix(_INDEX))
    return ProofFile(index, tuple(map(from_base64, lines)), read_note(checkpoint), extra)
