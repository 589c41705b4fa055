"""Keys and ciphers of the vault: one key-encryption key in a file, one data key a holder.

The key-encryption key never enters a database; data keys are stored only wrapped by it. AES-256-GCM
throughout, with a fresh random nonce; whatever a ciphertext belongs to is its associated data, so
that it opens nowhere else. Separate uses get separate keys (HKDF-SHA-256).
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12
_HEADER = "jiedui-key-1:"


class KeyRefused(Exception):
    """The key file is missing, readable by others, or not a key; the message says which."""


class CipherDamaged(Exception):
    """A ciphertext does not open under this key and for this purpose."""


def framed(*parts: bytes) -> bytes:
    """Return *parts* joined so that no other parts give the same bytes (lengths first)."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def encrypt(key: bytes, plaintext: bytes, belongs_to: bytes) -> bytes:
    """Return nonce ‖ ciphertext ‖ tag of *plaintext*, bound to *belongs_to*."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, belongs_to)


def decrypt(key: bytes, sealed: bytes, belongs_to: bytes) -> bytes:
    """Return what `encrypt` was given; raise `CipherDamaged` for anything else."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], belongs_to)
    except (InvalidTag, ValueError):
        raise CipherDamaged from None


def mac(key: bytes, *parts: bytes) -> bytes:
    """Return HMAC-SHA-256 over the framed *parts* (32 bytes)."""
    return hmac.digest(key, framed(*parts), hashlib.sha256)


def digest_under(item_key: bytes, holder: bytes, item: bytes, plaintext: bytes) -> bytes:
    """Return what a fact says of a sealed text, for whoever was given the item's key and the text.

    HMAC-SHA-256 over holder, item and plaintext, each preceded by its length as 8 bytes big-endian.
    """
    return mac(item_key, holder, item, plaintext)


def derived(key: bytes, purpose: str) -> bytes:
    """Return the key for *purpose* that follows from *key* (HKDF-SHA-256, 32 bytes)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"jiedui/" + purpose.encode()).derive(key)


class DataKey:
    """The key of one holder: seals items and keys their digests, both bound to holder and item."""

    def __init__(self, holder: str, key: bytes) -> None:
        self._holder = holder.encode()
        self._sealing = derived(key, "item")
        self._digesting = derived(key, "digest")

    def seal(self, item: str, plaintext: bytes) -> bytes:
        """Return the ciphertext of *plaintext* as *item* of this holder."""
        return encrypt(self._sealing, plaintext, framed(self._holder, item.encode()))

    def open(self, item: str, sealed: bytes) -> bytes:
        """Return the plaintext of *item*; raise `CipherDamaged`."""
        return decrypt(self._sealing, sealed, framed(self._holder, item.encode()))

    def item_key(self, item: str) -> bytes:
        """Return the key of one item's digest (32 bytes): it tells nothing of any other item."""
        return mac(self._digesting, item.encode())

    def digest(self, item: str, plaintext: bytes) -> bytes:
        """Return the keyed digest of *plaintext* as *item*: it says nothing without the key."""
        return digest_under(self.item_key(item), self._holder, item.encode(), plaintext)


class KeyEncryptionKey:
    """The key that wraps all data keys; *id* names it without telling anything of it."""

    def __init__(self, key: bytes) -> None:
        self._wrapping = derived(key, "wrap")
        self._token = derived(key, "token")
        self.id = derived(key, "id")[:8].hex()

    def new_data_key(self, holder: str) -> bytes:
        """Return a fresh data key for *holder*, wrapped."""
        return encrypt(self._wrapping, secrets.token_bytes(KEY_BYTES), framed(holder.encode()))

    def unwrap(self, holder: str, wrapped: bytes) -> DataKey:
        """Return the data key of *holder*; raise `CipherDamaged`."""
        return DataKey(holder, decrypt(self._wrapping, wrapped, framed(holder.encode())))

    def token(self, label: str, data: bytes) -> str:
        """Return a keyed name for *data* under *label*, in hexadecimal."""
        return mac(self._token, label.encode(), data).hex()


def load_key(file: Path) -> KeyEncryptionKey:
    """Read the key-encryption key from *file*; raise `KeyRefused`."""
    try:
        mode = file.stat().st_mode
        if mode & 0o077:
            raise KeyRefused(
                f"密钥文件 {file} 的权限是 {mode & 0o777:04o}，必须是 0600。 The key file {file} "
                f"has mode {mode & 0o777:04o}; others may read it. Run: chmod 600 {file}"
            )
        text = file.read_text(encoding="ascii").strip()
        key = base64.b64decode(text.removeprefix(_HEADER), validate=True)
    except (UnicodeDecodeError, binascii.Error):
        key = b""
    except OSError as problem:
        raise KeyRefused(
            f"无法读取密钥文件 {file}。 The key file {file} cannot be read: {problem.strerror}."
        ) from None
    if len(key) != KEY_BYTES:
        raise KeyRefused(f"{file} 不是密钥文件。 {file} is not a key file of {KEY_BYTES} bytes.")
    return KeyEncryptionKey(key)


def make_key(file: Path) -> KeyEncryptionKey:
    """Write a fresh key-encryption key to *file* (0600), durably, unless one is there; read it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = _HEADER + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n"
    # Written aside and linked into place: whoever reads it reads a whole key, and the first wins.
    aside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        file.hardlink_to(aside)
    except FileExistsError:
        pass  # another process was first; its key is the key
    finally:
        aside.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return load_key(file)
