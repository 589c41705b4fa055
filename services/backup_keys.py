"""The keys of a backup, sealed under a passphrase in a file of their own.

Books and keys are kept apart: whoever finds the one without the other can read no sealed text.
The keys' file may be given a shorter life, so that what was erased does not outlive its erasure
in old backups.
"""

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from services.backup_copies import BackupRefused
from vault.keys import KEY_BYTES, CipherDamaged, decrypt, encrypt

FORMAT = "jiedui-backup-keys/1"
PASSPHRASE_LENGTH_MIN = 12
_WORK = {"n": 1 << 16, "r": 8, "p": 1}
"""What guessing one passphrase costs: 64 MiB of memory and about a fifth of a second."""

_WORK_MAX = 1 << 20


def seal_keys(data: bytes, passphrase: str, backup: str) -> bytes:
    """Return *data* sealed under *passphrase*, bound to the backup with the digest *backup*.

    Raises `BackupRefused` for a passphrase of fewer than 12 characters.
    """
    if len(passphrase) < PASSPHRASE_LENGTH_MIN:
        raise BackupRefused(
            f"口令至少 {PASSPHRASE_LENGTH_MIN} 个字符。 "
            f"A passphrase has at least {PASSPHRASE_LENGTH_MIN} characters."
        )
    salt = secrets.token_bytes(16)
    header = {"format": FORMAT, "backup": backup, "kdf": "scrypt", "salt": salt.hex(), **_WORK}
    first = json.dumps(header, sort_keys=True).encode() + b"\n"
    return first + encrypt(_key(passphrase, header), data, first)


def open_keys(sealed: bytes, passphrase: str, backup: str) -> bytes:
    """Return what `seal_keys` was given; raise `BackupRefused` for all else."""
    first, _, rest = sealed.partition(b"\n")
    try:
        header: Any = json.loads(first)
        known = header["format"] == FORMAT and 0 < header["n"] * header["r"] <= _WORK_MAX
        belongs = header["backup"] == backup
        key = _key(passphrase, header) if known else b""
    except (ValueError, TypeError, KeyError):
        known, belongs, key = False, False, b""
    if not known:
        raise BackupRefused(
            "这不是备份的密钥文件。 This is not the keys' file of a backup; give the one whose "
            "name ends in .keys."
        )
    if not belongs:
        raise BackupRefused(
            "密钥文件属于另一份备份。 These keys belong to another backup; give the file that was "
            "made with this one."
        )
    try:
        return decrypt(key, rest, first + b"\n")
    except CipherDamaged:
        raise BackupRefused(
            "口令不对，或密钥文件已损坏。 Wrong passphrase, or the keys' file is damaged."
        ) from None


def digest(data: bytes) -> str:
    """Return the SHA-256 of *data* in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _key(passphrase: str, header: dict[str, Any]) -> bytes:
    salt = bytes.fromhex(header["salt"])
    work = Scrypt(salt=salt, length=KEY_BYTES, n=header["n"], r=header["r"], p=header["p"])
    return work.derive(passphrase.encode("utf-8"))
