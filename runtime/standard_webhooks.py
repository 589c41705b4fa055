"""Signatures after the Standard Webhooks scheme (v1, HMAC-SHA-256), for whatever is posted."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

_PREFIX = "whsec_"
KEY_BYTES_LEAST = 24


class SecretRefused(Exception):
    """What was given is no secret to sign with; the text says what is expected."""


def headers_for(keys: Sequence[bytes], identity: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers by which a receiver knows *body*: one signature for each of *keys*."""
    moment = str(seconds)
    return {
        "content-type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(signature(key, identity, moment, body) for key in keys),
    }


def signature(key: bytes, identity: str, moment: str, body: bytes) -> str:
    """Return `v1,` and the base64 HMAC-SHA-256 of `id.timestamp.body`."""
    signed = b".".join((identity.encode(), moment.encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def key_of(secret: str) -> bytes:
    """Return the signing key: `whsec_` and base64, or any text, of at least 24 bytes.

    Raises `SecretRefused`.
    """
    key = secret.encode()
    if secret.startswith(_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            raise SecretRefused("expected base64 after whsec_") from None
    if len(key) < KEY_BYTES_LEAST:
        raise SecretRefused(f"expected at least {KEY_BYTES_LEAST} bytes")
    return key


def secret_of(key: bytes) -> str:
    """Return *key* as it is handed to a receiver."""
    return _PREFIX + base64.b64encode(key).decode()
