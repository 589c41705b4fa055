"""The files of the public log, compared with the ledger: every tile of every level, every bundle.

The files are read as strangers read them; what they must hold is folded from the ledger's hashes.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from audit.verify.faults import Fault
from audit.verify.tree import Tree
from transparency.bundles import TilesDamaged, read_bundle
from transparency.tiles import WIDTH, Level, TileFolder, tile_path


def wrong_files(folder: Path, size: int, leaves: Iterable[Sequence[bytes]]) -> Iterator[Fault]:
    """Yield each file of *folder* that differs from the log of *size* entries.

    *leaves* are the ledger's leaf hashes from position 0 on, in blocks. Files beyond *size* are
    not looked at.
    """
    levels = _Levels(folder)
    for block in leaves:
        yield from levels.take(block[: max(size - levels.size, 0)])
        if levels.size >= size:
            break
    yield from levels.rest()


def folder_size(folder: Path) -> int | None:
    """Return how far the tiles in *folder* have got; None where there are none.

    Raises `TilesDamaged` where that cannot be read.
    """
    return TileFolder(folder).size if (folder / "tile").is_dir() else None


class _Levels:
    """What each level of tiles must hold; one tile a level waits to be full."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: list[list[bytes]] = [[]]
        self._full = [0]
        self.size = 0

    def take(self, leaves: Sequence[bytes]) -> Iterator[Fault]:
        """Take the next leaf hashes, and compare each tile that has become full."""
        for leaf in leaves:
            self._waiting[0].append(leaf)
            self.size += 1
            if len(self._waiting[0]) == WIDTH:
                yield from self._close(0)

    def rest(self) -> Iterator[Fault]:
        """Compare the last, partial tile of each level."""
        for level, hashes in enumerate(self._waiting):
            if hashes:
                yield from self._compare(level, self._full[level], hashes)

    def _close(self, level: int) -> Iterator[Fault]:
        hashes = self._waiting[level]
        yield from self._compare(level, self._full[level], hashes)
        self._waiting[level] = []
        self._full[level] += 1
        if level + 1 == len(self._waiting):
            self._waiting.append([])
            self._full.append(0)
        above = Tree()
        above.extend(hashes)
        self._waiting[level + 1].append(above.root())
        if len(self._waiting[level + 1]) == WIDTH:
            yield from self._close(level + 1)

    def _compare(self, level: int, index: int, hashes: list[bytes]) -> Iterator[Fault]:
        found = self._read(level, index, len(hashes))
        path = tile_path(level, index, len(hashes))
        first = index * WIDTH ** (level + 1)
        if found is None:
            yield Fault(first, None, "tile", f"{path} is missing")
        elif found[: 32 * len(hashes)] != b"".join(hashes):
            yield Fault(first, None, "tile", f"{path} has other hashes")
        if level == 0:
            yield from self._compare_entries(index, hashes)

    def _compare_entries(self, index: int, hashes: list[bytes]) -> Iterator[Fault]:
        path = tile_path("entries", index, len(hashes))
        found = self._read("entries", index, len(hashes))
        if found is None:
            yield Fault(index * WIDTH, None, "tile", f"{path} is missing")
            return
        try:
            bodies = read_bundle(Path(path), found)[: len(hashes)]
        except TilesDamaged:
            bodies = []
        wrong = [
            index * WIDTH + place
            for place, expected in enumerate(hashes)
            if place >= len(bodies) or sha256(b"\x00" + bodies[place]).digest() != expected
        ]
        if wrong:
            yield Fault(wrong[0], None, "tile", f"{path}: {len(wrong)} entries differ")

    def _read(self, level: Level, index: int, width: int) -> bytes | None:
        """Read a tile; a partial one may have been replaced by a wider one meanwhile."""
        exact = self._folder / tile_path(level, index, width)
        full = self._folder / tile_path(level, index)
        wider = sorted(
            (file for file in full.with_name(f"{full.name}.p").glob("*") if file.name.isdigit()),
            key=lambda file: int(file.name),
        )
        for file in (exact, full, *(one for one in wider if int(one.name) > width)):
            try:
                return file.read_bytes()
            except OSError:
                continue
        return None
