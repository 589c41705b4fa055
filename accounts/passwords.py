"""Passwords: hashed with Argon2id (RFC 9106), and never compared in a time that tells anything."""

import secrets
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

LENGTH_MIN, LENGTH_MAX = 10, 128
_LENGTH, _PASSES, _LANES, _MEMORY_KIB = 32, 2, 1, 19 * 1024
"""The second recommendation of OWASP: 19 MiB, two passes; about a tenth of a second here."""


class PasswordTooWeak(Exception):
    """The password is not one that is taken; the message says what would be."""


def hashed(password: str) -> str:
    """Return what is kept of *password*: a PHC string with its own salt.

    Raises `PasswordTooWeak` for less than 10 or more than 128 characters, or one sign repeated.
    """
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX or len(set(password)) < 4:
        raise PasswordTooWeak(
            f"密码应为 {LENGTH_MIN} 至 {LENGTH_MAX} 个字符，且不能只是几个字符的重复。 "
            f"A password has {LENGTH_MIN} to {LENGTH_MAX} characters and is no repetition."
        )
    return _hashed(password)


def _hashed(password: str) -> str:
    kdf = Argon2id(
        salt=secrets.token_bytes(16),
        length=_LENGTH,
        iterations=_PASSES,
        lanes=_LANES,
        memory_cost=_MEMORY_KIB,
    )
    return kdf.derive_phc_encoded(password.encode())


@cache
def _nobodys() -> str:
    return _hashed(secrets.token_hex(16))


def matches(password: str, kept: str | None) -> bool:
    """Say whether *password* is the one *kept*; as slow where there is no account (None)."""
    try:
        Argon2id.verify_phc_encoded(password[:LENGTH_MAX].encode(), kept or _nobodys())
    except InvalidKey:
        return False
    return kept is not None
