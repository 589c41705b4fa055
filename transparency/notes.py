"""Signed notes: a text people can read, and under it the lines of those who signed it.

The format is C2SP signed-note, the one of Go's checksum database. Reading a note says nothing about
whether its signatures are right: `keys` does. Lines of unknown keys are carried along untouched.
"""

import base64
import binascii
from dataclasses import dataclass

BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
_MARK = "— "
_KEY_ID_BYTES = 4


class NoteMalformed(Exception):
    """These bytes are not a signed note, or not one of the kind asked for; the message says why."""


@dataclass(frozen=True)
class Signature:
    """One signature line: who says to have signed, with which key, and the signature's bytes.

    `key_id` is an unsigned 32-bit number; `blob` is what follows it, shaped by the key's algorithm.
    """

    name: str
    key_id: int
    blob: bytes

    def __post_init__(self) -> None:
        require_key_name(self.name)
        if not 0 <= self.key_id < 1 << 8 * _KEY_ID_BYTES:
            raise NoteMalformed(f"密钥编号超出 32 位。 The key id {self.key_id} is not 32 bits.")
        if not self.blob:
            raise NoteMalformed("签名为空。 A signature line holds no signature.")

    @property
    def line(self) -> str:
        """Return the whole signature line, without its newline."""
        return f"{_MARK}{self.name} {to_base64(self.key_id.to_bytes(_KEY_ID_BYTES) + self.blob)}"


@dataclass(frozen=True)
class Note:
    """A text that ends with a newline, and its signature lines in order.

    Raises `NoteMalformed` for a text that cannot be signed. A note without signatures may be held,
    but has no encoding.
    """

    text: str
    signatures: tuple[Signature, ...] = ()

    def __post_init__(self) -> None:
        require_note_text(self.text)

    def encoded(self) -> bytes:
        """Return the note's bytes, as files and strangers have it."""
        if not 1 <= len(self.signatures) <= SIGNATURES_MAX:
            raise NoteMalformed(
                f"签名应有 1–{SIGNATURES_MAX} 行，实有 {len(self.signatures)} 行。 "
                f"A note has 1 to {SIGNATURES_MAX} signatures; found {len(self.signatures)}."
            )
        lines = "".join(signature.line + "\n" for signature in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def with_signatures(self, *signatures: Signature) -> "Note":
        """Return this note with *signatures* below its own, leaving out those it has already."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *signatures))))


def read_note(data: bytes) -> Note:
    """Return the note that *data* holds; raise `NoteMalformed` for any other bytes."""
    if len(data) > BYTES_MAX:
        raise NoteMalformed(
            f"文书有 {len(data):,} 字节，上限 {BYTES_MAX:,}。 "
            f"A note has at most {BYTES_MAX:,} bytes; found {len(data):,}."
        )
    try:
        written = data.decode()
    except UnicodeDecodeError:
        raise NoteMalformed("文书不是 UTF-8 文本。 The note is not UTF-8 text.") from None
    text, empty_line, lines = written.rpartition("\n\n")
    if not empty_line:
        raise NoteMalformed(
            "正文与签名之间没有空行。 No empty line divides the note's text from its signatures."
        )
    note = Note(text + "\n", read_signature_lines(lines))
    if not note.signatures:
        raise NoteMalformed("文书没有签名行。 The note has no signature line.")
    return note


def read_signature_lines(lines: str) -> tuple[Signature, ...]:
    """Return the signatures of *lines*, each ended by a newline; raise `NoteMalformed`."""
    if lines and not lines.endswith("\n"):
        raise NoteMalformed("最后一行不完整。 The last line does not end with a newline.")
    every = lines.split("\n")[:-1]
    if len(every) > SIGNATURES_MAX:
        raise NoteMalformed(
            f"签名有 {len(every)} 行，上限 {SIGNATURES_MAX}。 "
            f"A note has at most {SIGNATURES_MAX} signatures; found {len(every)}."
        )
    return tuple(map(read_signature_line, every))


def read_signature_line(line: str) -> Signature:
    """Return the signature of one *line* (without its newline); raise `NoteMalformed`."""
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not space:
        raise NoteMalformed("签名行应为“— 名称 base64”。 A signature line reads: — name base64.")
    signature = from_base64(encoded)
    return Signature(name, int.from_bytes(signature[:_KEY_ID_BYTES]), signature[_KEY_ID_BYTES:])


def require_key_name(name: str) -> None:
    """Return if *name* can name a key: not empty, no space, no plus; raise `NoteMalformed`."""
    if (
        not name
        or "+" in name
        or any(letter.isspace() or letter < " " for letter in name)
        or not _is_unicode(name)
    ):
        raise NoteMalformed(
            "密钥名称不得为空，不得含空格或加号。 "
            "A key name is not empty and holds neither spaces nor plus signs."
        )


def require_note_text(text: str) -> None:
    """Return if *text* can be signed as a note; raise `NoteMalformed`."""
    if not text.endswith("\n"):
        raise NoteMalformed("正文应以换行结束。 A note's text ends with a newline.")
    if any(letter < " " and letter != "\n" for letter in text) or not _is_unicode(text):
        raise NoteMalformed(
            "正文含控制字符或非法字符。 The text holds control characters or is not Unicode."
        )


def to_base64(data: bytes) -> str:
    """Return *data* in standard base64 (RFC 4648 §4)."""
    return base64.b64encode(data).decode()


def from_base64(encoded: str) -> bytes:
    """Return the bytes of *encoded*, which must be the one canonical base64 of them.

    Anything looser would let one signature or hash be written in several ways.
    """
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if to_base64(data) != encoded:
        raise NoteMalformed("不是规范的 base64。 This is not canonical base64.")
    return data


def _is_unicode(text: str) -> bool:
    """Say whether *text* can be written in UTF-8 (half of a surrogate pair cannot)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
