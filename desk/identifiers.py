"""New ids: UUIDv7 (RFC 9562), opaque and ordered by time of birth."""

import secrets
import time


def new_uuid7() -> str:
    """Return a new UUIDv7 in its canonical text."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
