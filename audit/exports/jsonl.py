"""The record itself: the canonical bytes of each entry, one entry a line, in log order.

These are the bytes that were hashed. They hold references to sealed texts, never the texts; and
the ids of residents, which are no names.
"""

from pathlib import Path

from audit.exports.choosing import Selection, Tick, entries, no_tick
from audit.reading import Reader


def write_jsonl(reader: Reader, selection: Selection, path: Path, tick: Tick = no_tick) -> int:
    """Write the selected entries to *path*; return how many lines it has."""
    written = 0
    with path.open("wb") as file:
        for entry in entries(reader, selection):
            file.write(entry.body)
            file.write(b"\n")
            written += 1
            tick(1)
    return written
