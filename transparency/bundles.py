"""Entry bundles: up to 256 entries in one file, each behind its length (C2SP tlog-tiles)."""

from collections.abc import Iterable
from pathlib import Path

_LENGTH_BYTES = 2
BODY_BYTES_MAX = (1 << 8 * _LENGTH_BYTES) - 1


class TilesDamaged(Exception):
    """A file of the log's folder is missing or not what it must be; the message names it."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"日志瓦片 {path} 已损坏：应为 {expected}，实为 {found}。"
            "持有账本的一方可删除 tile 目录，由账本重建。 "
            f"The tile {path} is damaged: expected {expected}, found {found}. "
            "Whoever keeps the ledger may remove the tile folder; it is written again from there."
        )
        self.path = path


def bundled(bodies: Iterable[bytes]) -> bytes:
    """Return *bodies* one after the other, each behind its length as two bytes, big-endian."""
    return b"".join(len(body).to_bytes(_LENGTH_BYTES) + body for body in bodies)


def read_bundle(path: Path, data: bytes) -> list[bytes]:
    """Return the bodies in *data*, read from *path*; raise `TilesDamaged`."""
    bodies: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start])
        if at > len(data):
            raise TilesDamaged(path, f"an entry up to byte {at}", f"{len(data)} bytes")
        bodies.append(data[start:at])
    return bodies
