"""One way to write a value as bytes: canonical JSON (RFC 8785) without floats.

Integers, strings, booleans, null, lists and objects only, so that every implementation in every
language arrives at the same bytes and therefore at the same hash.
"""

import hashlib
import json
from typing import Any

_INTEGER_MAX = 2**53 - 1


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of *value*; raise `ValueError` for what has no canonical form."""
    _check(value)
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode("utf-8")


def digest_of(value: Any) -> str:
    """Return the SHA-256 of the canonical bytes of *value*, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _check(value: Any) -> None:
    match value:
        case None | bool():
            return
        case str():
            value.encode("utf-8")  # refuses lone surrogates, which no UTF-8 file can hold
        case int():
            if abs(value) > _INTEGER_MAX:
                raise ValueError(f"{value} is beyond the integers every JSON reader keeps exact")
        case list() | tuple():
            for item in value:
                _check(item)
        case dict():
            for key, item in value.items():
                # Code-point order equals RFC 8785's UTF-16 order as long as keys are ASCII.
                if not (isinstance(key, str) and key.isascii()):
                    raise ValueError(f"an object key must be ASCII text, found {key!r}")
                _check(item)
        case _:
            raise ValueError(f"{type(value).__name__} has no canonical form here")
