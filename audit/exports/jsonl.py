"""The record itself: the canonical bytes of each entry, one entry a line, in log order.

These are the bytes that were hashed. They hold references to sealed texts, never the texts; and
the ids of residents, which are no names.
"""

from collections.abc import Iterator
from pathlib import Path

from audit.exports.choosing import Selection, Tick, entries, no_tick
from audit.reading import Reader


def write_jsonl(reader: Reader, selection: Selection, path: Path, tick: Tick = no_tick) -> int:
    """Write the selected entries to *path*; return how many lines it has."""
    written = 0
    with path.open("wb") as file:
        for body in _bodies(reader, selection):
            file.write(body)
            file.write(b"\n")
            written += 1
            tick(1)
    return written


def _bodies(reader: Reader, selection: Selection) -> Iterator[bytes]:
    """Yield the bytes as they lie, damaged ones too where the whole log is asked for."""
    if selection.cases is None:
        return (body for _, body in reader.bodies(selection.after, selection.until))
    return (entry.body for entry in entries(reader, selection))
