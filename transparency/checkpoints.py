"""Checkpoints: what a log says of itself, in a few lines that are signed and kept elsewhere.

A checkpoint (C2SP tlog-checkpoint) fixes every entry of the log up to a size. A stream head fixes
the last entry of one case, so that nobody can later leave out how the case went on.
"""

import re
from dataclasses import dataclass

from transparency.notes import Note, NoteMalformed, from_base64, require_note_text, to_base64
from transparency.proofs import HASH_BYTES

SIZE_MAX = (1 << 63) - 1
HEAD_SUFFIX = "/stream-head"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Checkpoint:
    """The size of a log and the Merkle root (32 bytes) over all its entries at that size.

    `origin` names the log for ever; `extensions` are further lines, signed along. Raises
    `NoteMalformed` for values that have no note text.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require_lines(self.origin, *self.extensions)
        _require_size(self.size)
        if len(self.root) != HASH_BYTES:
            raise NoteMalformed(
                f"根哈希应为 32 字节。 A root has 32 bytes; found {len(self.root)}."
            )

    @property
    def text(self) -> str:
        """Return the note text: origin, size, root, extensions, a line each."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(line + "\n" for line in lines)


@dataclass(frozen=True)
class StreamHead:
    """The newest entry of one stream when the log had *size* entries: its version and its hash.

    `hash` is the entry hash in 64 hexadecimal letters; `stream` is a stream name, as `task/<id>`.
    """

    origin: str
    stream: str
    version: int
    hash: str
    size: int

    def __post_init__(self) -> None:
        _require_lines(self.origin, self.stream)
        # With a stroke in it the second line can never be a checkpoint's: no head is a checkpoint.
        if "/" not in self.stream:
            raise NoteMalformed("流名称应含“/”。 A stream name holds a stroke, as task/… does.")
        _require_size(self.version)
        _require_size(self.size)
        if not 1 <= self.version <= self.size:
            raise NoteMalformed(
                f"版本 {self.version} 与日志大小 {self.size} 不符。 "
                f"Version {self.version} cannot stand in a log of {self.size} entries."
            )
        if not _HASH.fullmatch(self.hash):
            raise NoteMalformed(
                "条目哈希应为 64 位十六进制。 An entry hash is 64 hexadecimal letters."
            )

    @property
    def text(self) -> str:
        """Return the note text: the five lines that are signed."""
        lines = (
            self.origin + HEAD_SUFFIX,
            self.stream,
            str(self.version),
            self.hash,
            str(self.size),
        )
        return "".join(line + "\n" for line in lines)


def read_checkpoint(note: Note) -> Checkpoint:
    """Return the checkpoint that the text of *note* states; raise `NoteMalformed`.

    This says nothing about signatures: ask the keys you trust first.
    """
    match note.text.split("\n")[:-1]:
        case [origin, size, root, *extensions]:
            return Checkpoint(origin, read_number(size), from_base64(root), tuple(extensions))
        case lines:
            raise NoteMalformed(
                f"检查点至少三行，实有 {len(lines)} 行。 "
                f"A checkpoint has at least three lines; found {len(lines)}."
            )


def read_stream_head(note: Note) -> StreamHead:
    """Return the stream head that the text of *note* states; raise `NoteMalformed`."""
    match note.text.split("\n")[:-1]:
        case [title, stream, version, hash_, size] if title.endswith(HEAD_SUFFIX):
            origin = title.removesuffix(HEAD_SUFFIX)
            return StreamHead(origin, stream, read_number(version), hash_, read_number(size))
        case _:
            raise NoteMalformed(
                f"不是流的末端声明：应有五行，首行以 {HEAD_SUFFIX} 结束。 "
                f"Not a stream head: five lines, the first ending in {HEAD_SUFFIX}."
            )


def read_number(written: str) -> int:
    """Return the decimal number *written* without sign or leading zeroes; raise `NoteMalformed`."""
    if not _NUMBER.fullmatch(written):
        raise NoteMalformed(
            "数字应为十进制，不带前导零。 A number is decimal, without sign or leading zeroes."
        )
    number = int(written)
    _require_size(number)
    return number


def _require_size(size: int) -> None:
    if not 0 <= size <= SIZE_MAX:
        raise NoteMalformed(f"大小 {size} 超出范围。 The size {size} is out of range.")


def _require_lines(*lines: str) -> None:
    for line in lines:
        require_note_text(line + "\n")
        if not line or "\n" in line:
            raise NoteMalformed(
                "来源与扩展行各占一行，不得为空。 The origin and each extension are one full line."
            )
