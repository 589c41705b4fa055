"""One file as it will be kept: its own kind, cleaned; or refused, with what to do about it."""

import json
import threading
from dataclasses import dataclass

import structlog

from evidence.kinds import bytes_max, settled
from evidence.sentences import contradiction, refusal, too_large
from evidence.unfit import Reason
from runtime.limiting import work_apart

log = structlog.get_logger("evidence")

_AT_ONCE = threading.BoundedSemaphore(2)
"""How many files are read at one time: their memory is bounded together, too."""


@dataclass(frozen=True)
class Kept:
    """A file as it is sealed, and the kind its content is."""

    media_type: str
    content: bytes


def prepared(content: bytes, declared: str = "") -> Kept:
    """Return *content* as it is to be kept, whatever was *declared* of it.

    The same bytes give the same file again. Raises `CommandRefused` for what is none of the known
    kinds, contradicts what was declared, is broken, wants a password, would act, or is too large.
    """
    told, kept = _read_apart("whole", content)
    if reason := told.get("unfit"):
        raise refusal(Reason(reason), told["found"], declared)
    found = settled(declared, told["media_type"])
    if found is None:
        raise contradiction(declared, told["media_type"])
    if len(content) > (most := bytes_max(found)):
        raise too_large(found, len(content), most)
    return Kept(found, kept)


def thumbnail(content: bytes) -> bytes | None:
    """Return a small JPEG of a photograph, None where none can be made."""
    told, kept = _read_apart("small", content)
    return None if "unfit" in told else kept


def _read_apart(wanted: str, content: bytes) -> tuple[dict[str, str], bytes]:
    with _AT_ONCE:
        done = work_apart("evidence.reading", wanted, given=content)
    if done.status != 0:
        # Broken, or beyond what a reader may cost; which of both is not known, only that it ended.
        log.warning("file not read", bytes=len(content), status=done.status)
        return {"unfit": Reason.BROKEN.value, "found": ""}, b""
    line, _, kept = done.written.partition(b"\n")
    told: dict[str, str] = json.loads(line)
    return told, kept
