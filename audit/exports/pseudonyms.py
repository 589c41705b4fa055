"""Residents under names that hold in one export only.

A resident is `subject/<uuid>` in the ledger, and that id is no name; but the same id in two
exports would let whoever holds both put together what two offices know of one person. So an export
draws a key, writes HMAC-SHA-256(key, id), shortened, and forgets the key: within the export the
tasks of one resident stay together, and two exports cannot be joined by their residents. Not even
we can turn a pseudonym back afterwards. Cases and people in service keep their ids, which an
auditor needs to find them in the ledger; a task that stands in two exports is therefore itself
recognised.
"""

import hmac
import re
import secrets
from hashlib import sha256

from domain.values import UUID

SUBJECT = re.compile(rf"subject/{UUID}")

_KEY_BYTES = 32
_DIGITS = 24  # 96 bits: two of a million residents share one with a chance below 1e-16


class Pseudonyms:
    """The pseudonyms of one export; *key* is given by tests that compare two exports only."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(_KEY_BYTES) if key is None else key

    def resident(self, subject: str) -> str:
        """Return `resident/<24 hexadecimal digits>` for `subject/<uuid>`."""
        digest = hmac.new(self._key, subject.encode("ascii"), sha256).hexdigest()
        return f"resident/{digest[:_DIGITS]}"

    def within(self, text: str) -> str:
        """Return *text* with every resident's id in it replaced."""
        return SUBJECT.sub(lambda found: self.resident(found[0]), text)
