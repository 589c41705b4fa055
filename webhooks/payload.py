"""What other systems are told of a fact: which case moved, how and when, and the entry's hash.

No field of the fact itself: whoever may read more asks for it, as themselves.
"""

import json

from domain.values import category_of, instant_text
from ledger.entry import Entry
from ledger.store import Ledger


def payload(ledger: Ledger, entry: Entry) -> bytes:
    """Return the body for *entry*, in the shape Standard Webhooks recommends."""
    return json.dumps(
        {
            "type": entry.kind,
            "timestamp": instant_text(entry.recorded_at),
            "data": {
                "position": entry.position,
                "kind": entry.kind,
                "stream": entry.stream,
                "version": entry.version,
                "number": _number(ledger, entry.stream),
                "recorded_at": instant_text(entry.recorded_at),
                "hash": entry.hash,
            },
        },
        separators=(",", ":"),
    ).encode()


def _number(ledger: Ledger, stream: str) -> str | None:
    """Return what people call a task."""
    if category_of(stream) != "task":
        return None
    found = ledger.read(stream)
    return str(found[0].fact.get("number")) if found else None
