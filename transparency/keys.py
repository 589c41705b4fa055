"""Keys of a log and of its witnesses: who signs, and how anybody checks it.

Two kinds of Ed25519 key (C2SP signed-note, tlog-cosignature): 0x01 signs a note's text; 0x04, a
witness's, signs the text together with the second at which it saw it. A key's name and kind are
part of its id, so that a signature made for one purpose never counts for another.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from transparency import durable
from transparency.notes import (
    Note,
    NoteMalformed,
    Signature,
    from_base64,
    require_key_name,
    require_note_text,
    to_base64,
)

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
ALGORITHMS = frozenset({ED25519, COSIGNATURE_V1})
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_SECONDS_MAX = int(datetime.max.replace(microsecond=0, tzinfo=UTC).timestamp())
_FILE_BYTES_MAX = 4096
_PRIVATE = "PRIVATE+KEY+"


class VerifierKeyMalformed(Exception):
    """A text is not a verifier key (name+id+key); the message says what is wrong with it."""


class SignatureInvalid(Exception):
    """A line in the name of a known key does not verify: the note is not to be believed."""


class SigningKeyRefused(Exception):
    """The key file is missing, readable by others, or not the key asked for; it says which."""


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a key: its name, its kind (0x01 or 0x04) and its 32 bytes.

    Raises `VerifierKeyMalformed`.
    """

    name: str
    algorithm: int
    public: bytes

    def __post_init__(self) -> None:
        try:
            require_key_name(self.name)
        except NoteMalformed as problem:
            raise VerifierKeyMalformed(str(problem)) from None
        if self.algorithm not in ALGORITHMS:
            raise VerifierKeyMalformed(
                f"不支持的签名算法 {self.algorithm:#04x}，应为 0x01 或 0x04。 The signature "
                f"algorithm {self.algorithm:#04x} is not known here; expected 0x01 or 0x04."
            )
        if len(self.public) != _KEY_BYTES:
            raise VerifierKeyMalformed(
                f"公钥应为 {_KEY_BYTES} 字节，实为 {len(self.public)} 字节。 "
                f"A public key has {_KEY_BYTES} bytes; found {len(self.public)}."
            )

    @classmethod
    def parse(cls, vkey: str) -> "VerifierKey":
        """Return the key that *vkey* (``name+id+base64``) spells; raise `VerifierKeyMalformed`."""
        try:
            name, key_id, encoded = vkey.split("+", 2)
            typed = from_base64(encoded)
        except (ValueError, NoteMalformed):
            typed = b""
        if not typed:
            raise VerifierKeyMalformed(
                "公钥应写作“名称+编号+base64”。 A verifier key reads: name+id+base64."
            )
        key = cls(name, typed[0], typed[1:])
        if key_id.lower() != f"{key.key_id:08x}":
            raise VerifierKeyMalformed(
                f"公钥编号不符：应为 {key.key_id:08x}，请核对是否抄错。 The key's id does not fit "
                f"its bytes: expected {key.key_id:08x}. Was it copied whole?"
            )
        return key

    @property
    def key_id(self) -> int:
        """Return the 32-bit number by which signature lines name this key."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return int.from_bytes(hashlib.sha256(named).digest()[:4])

    @property
    def vkey(self) -> str:
        """Return the key as one line of text, to be given to whoever checks."""
        return f"{self.name}+{self.key_id:08x}+{to_base64(bytes([self.algorithm]) + self.public)}"

    def signed(self, note: Note) -> Signature | None:
        """Return this key's valid signature on *note*, or None where it has none.

        Raises `SignatureInvalid` when any line in this key's name and id does not verify.
        """
        mine = [line for line in note.signatures if (line.name, line.key_id) == self._named]
        for line in mine:
            self._verify(note.text, line)
        return mine[0] if mine else None

    @property
    def _named(self) -> tuple[str, int]:
        return self.name, self.key_id

    def _verify(self, text: str, signature: Signature) -> None:
        message, blob = text.encode(), signature.blob
        if self.algorithm == COSIGNATURE_V1:
            message, blob = _timed(message, cosigned_at(signature)), blob[_TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(blob, message)
        except (InvalidSignature, ValueError):
            raise SignatureInvalid(
                f"{self.name} 的签名不成立。 The signature of {self.name} does not verify."
            ) from None


class SigningKey:
    """The private half: it signs, and never shows itself."""

    def __init__(self, name: str, algorithm: int, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = VerifierKey(name, algorithm, public)

    @classmethod
    def generate(cls, name: str, algorithm: int) -> "SigningKey":
        """Return a fresh key; raise `VerifierKeyMalformed` for a name or kind that cannot be."""
        return cls(name, algorithm, os.urandom(_KEY_BYTES))

    def sign(self, text: str) -> Signature:
        """Return the signature line on the note text (kind 0x01); raise `NoteMalformed`."""
        self._require(ED25519)
        require_note_text(text)
        return self._line(self._key.sign(text.encode()))

    def cosign(self, text: str, at: datetime) -> Signature:
        """Return the cosignature line on *text* as seen *at* that second (kind 0x04).

        Raises `NoteMalformed`; `ValueError` for a time without zone or before 1970.
        """
        self._require(COSIGNATURE_V1)
        require_note_text(text)
        if at.tzinfo is None:
            raise ValueError("a cosignature needs a time with its zone")
        seconds = int(at.timestamp())
        if seconds < 0:
            raise ValueError("a cosignature cannot be older than 1970")
        second = datetime.fromtimestamp(seconds, UTC)
        signed = self._key.sign(_timed(text.encode(), second))
        return self._line(seconds.to_bytes(_TIME_BYTES) + signed)

    def __repr__(self) -> str:
        return f"SigningKey({self.verifier.vkey!r})"

    def __reduce__(self) -> str:
        raise TypeError("a signing key is never copied out of its process")

    def _require(self, algorithm: int) -> None:
        if self.verifier.algorithm != algorithm:
            raise ValueError(
                f"the key {self.verifier.name} is of kind {self.verifier.algorithm:#04x}; "
                f"this signature needs {algorithm:#04x}"
            )

    def _line(self, blob: bytes) -> Signature:
        return Signature(self.verifier.name, self.verifier.key_id, blob)

    def _written(self) -> str:
        """Return the key as Go's note package writes private keys."""
        seed = self._key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        encoded = to_base64(bytes([self.verifier.algorithm]) + seed)
        return f"{_PRIVATE}{self.verifier.name}+{self.verifier.key_id:08x}+{encoded}"


def cosigned_at(signature: Signature) -> datetime:
    """Return the second (UTC) that a cosignature states; raise `SignatureInvalid` if it has none.

    Seconds that no calendar date can hold are refused too, though the format could write them.
    """
    seconds = int.from_bytes(signature.blob[:_TIME_BYTES])
    if len(signature.blob) != _TIME_BYTES + _SIGNATURE_BYTES or seconds > _SECONDS_MAX:
        raise SignatureInvalid(
            f"{signature.name} 的见证签名没有合法的时间。 "
            f"The line of {signature.name} is not a cosignature with a time."
        )
    return datetime.fromtimestamp(seconds, UTC)


def make_key(file: Path, name: str, algorithm: int) -> SigningKey:
    """Write a fresh key to *file* (0600), durably, unless one is there; return the one there.

    The first process wins, and all get its key. Raises `SigningKeyRefused` when the file holds a
    key of another name or kind.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = SigningKey.generate(name, algorithm)
    durable.create_file(file, f"{fresh._written()}\n".encode(), 0o600)  # noqa: SLF001 - same file
    key = load_key(file)
    if (key.verifier.name, key.verifier.algorithm) != (name, algorithm):
        raise SigningKeyRefused(
            f"{file} 已是 {key.verifier.name} 的密钥（{key.verifier.algorithm:#04x}）。 {file} "
            f"already holds the key of {key.verifier.name} ({key.verifier.algorithm:#04x}); "
            f"expected {name} ({algorithm:#04x}). Choose another file."
        )
    return key


def load_key(file: Path) -> SigningKey:
    """Return the signing key in *file*; raise `SigningKeyRefused`."""
    try:
        text = _read_private(file)
    except OSError as problem:
        raise SigningKeyRefused(
            f"无法读取签名密钥 {file}。 The signing key {file} cannot be read: {problem.strerror}."
        ) from None
    try:
        name, key_id, encoded = text.removeprefix(_PRIVATE).split("+", 2)
        typed = from_base64(encoded)
        key = SigningKey(name, typed[0], typed[1:])
        whole = text.startswith(_PRIVATE) and key_id == f"{key.verifier.key_id:08x}"
    except (ValueError, IndexError, NoteMalformed, VerifierKeyMalformed):
        whole = False
    if not whole:
        raise SigningKeyRefused(f"{file} 不是签名密钥文件。 {file} is not a signing key file.")
    return key


def _read_private(file: Path) -> str:
    """Return the text of *file*, once it is known that nobody else may read it."""
    # Asked of the open file, so that what is judged is what is read.
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
        mode = os.fstat(opened.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise SigningKeyRefused(f"{file} 不是普通文件。 {file} is not a regular file.")
        if mode & 0o077:
            raise SigningKeyRefused(
                f"签名密钥 {file} 的权限是 {mode & 0o777:04o}，必须是 0600。 "
                f"The signing key {file} has mode {mode & 0o777:04o}; others may read it. "
                f"Run: chmod 600 {file}"
            )
        return opened.read(_FILE_BYTES_MAX).decode("utf-8", "replace").strip()


def _timed(message: bytes, at: datetime) -> bytes:
    """Return what a cosignature signs: two lines of its own, then the note's text."""
    return b"cosignature/v1\ntime %d\n" % int(at.timestamp()) + message
