"""The log as a folder of tiles, which any web server can serve and strangers' tools can read.

C2SP tlog-tiles: a tile holds 256 neighbouring hashes of one level, every eighth level of the tree
is kept, and entries stand in bundles of 256. A tile that is full never changes again; the last one
of each level is partial and named by its width. `tile/size` says how far the folder has got, and
nothing beyond it is read, so that a crash at any moment leaves the folder as it was before.
"""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from transparency import durable
from transparency.bundles import BODY_BYTES_MAX, TilesDamaged, bundled, read_bundle
from transparency.merkle import EMPTY_ROOT, leaf_hash, node, root_of
from transparency.proofs import HASH_BYTES, Subtree, prove_consistency, prove_inclusion

__all__ = [
    "BODY_BYTES_MAX",
    "WIDTH",
    "FetchedTiles",
    "TileFolder",
    "TilesDamaged",
    "TilesElsewhere",
    "hash_tiles",
    "tile_path",
]

WIDTH = 256
_HEIGHT = 8
_TILES_KEPT = 64

Level = int | Literal["entries"]


def hash_tiles(leaf_hashes: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every hash tile of the tree over *leaf_hashes*.

    They are those a `TileFolder` of that size holds. Memory: one tile a level.
    """
    waiting: list[list[bytes]] = []
    done: list[int] = []

    def taken(level: int, value: bytes) -> Iterator[tuple[str, bytes]]:
        if level == len(waiting):
            waiting.append([])
            done.append(0)
        waiting[level].append(value)
        if len(waiting[level]) == WIDTH:
            full, waiting[level] = waiting[level], []
            yield tile_path(level, done[level]), b"".join(full)
            done[level] += 1
            yield from taken(level + 1, root_of(full))

    for leaf in leaf_hashes:
        yield from taken(0, leaf)
    for level, rest in enumerate(waiting):
        if rest:
            yield tile_path(level, done[level], len(rest)), b"".join(rest)


class TilesElsewhere(Exception):
    """The folder has another size than the appender believed; append from where it is."""


def tile_path(level: Level, index: int, width: int = WIDTH) -> str:
    """Return where a tile stands under the log's folder or address: ``tile/0/x001/067.p/12``.

    *level* is 0 to 63 or "entries"; *width* under 256 names a partial tile. Raises `ValueError`.
    """
    if level != "entries" and not 0 <= level <= 63:
        raise ValueError(f"there is no tile level {level}")
    if index < 0 or not 1 <= width <= WIDTH:
        raise ValueError(f"there is no tile {index} of width {width}")
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    return f"tile/{level}/{name}" + (f".p/{width}" if width < WIDTH else "")


class TileFolder:
    """The tiles under *path* (the log's folder: tiles stand in ``tile/`` below it).

    Many may read while one appends. Reading raises `TilesDamaged` for a tile that is missing or of
    the wrong length; whether the hashes are right only a checkpoint can tell.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._full = lru_cache(_TILES_KEPT)(self._read_full)

    @property
    def size(self) -> int:
        """Return how many entries the folder holds for good (read afresh each time)."""
        try:
            written = self._size_file.read_bytes()
        except FileNotFoundError:
            return 0
        number = written.removesuffix(b"\n")
        if not number.isdigit() or len(number) > 19 or written != b"%d\n" % int(number):
            raise TilesDamaged(
                self._size_file, "a decimal number and a newline", written[:24].hex()
            )
        return int(number)

    def append(self, bodies: Sequence[bytes], at: int | None = None) -> int:
        """Add entries after those there, durably; return the new size.

        *at* is the size from which the appender counts: `TilesElsewhere` if the folder is not
        there. Raises `ValueError` for a body above 65,535 bytes, before anything is written. The
        work depends on *bodies* and a few right-most tiles, never on the size of the log.
        """
        for offset, body in enumerate(bodies):
            if len(body) > BODY_BYTES_MAX:
                raise ValueError(
                    f"entry {offset} of this append has {len(body)} bytes; "
                    f"a bundle holds at most {BODY_BYTES_MAX}"
                )
        with self._alone():
            size = self.size
            if at is not None and at != size:
                raise TilesElsewhere(
                    f"瓦片目录已有 {size} 条，不是 {at} 条。 "
                    f"The tile folder holds {size} entries, not {at}."
                )
            if bodies:
                self._write_after(size, bodies)
            elif size:  # an append that a crash cut short after its last step is finished here
                durable.sync_folder(self._size_file.parent)
        return size + len(bodies)

    def root(self, size: int) -> bytes:
        """Return the Merkle root over the first *size* entries; of none, the empty root."""
        return self.subtree(0, size)

    def subtree(self, start: int, end: int) -> bytes:
        """Return the RFC 6962 root of the leaves from *start* up to *end*.

        Cheap where *start* is a multiple of the largest power of two in the range, as in all
        proofs. Raises `ValueError` beyond the folder's size.
        """
        return self._subtree(self._within(end), start, end)

    def leaf(self, index: int) -> bytes:
        """Return the leaf hash of entry *index*; raise `ValueError` beyond the folder's size."""
        return self.subtree(index, index + 1)

    def bodies(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the entries from *start* up to *end* as they were appended."""
        size = self._within(end)
        if not 0 <= start <= end:
            raise ValueError(f"there is no range from {start} to {end}")
        for bundle in range(start // WIDTH, -(-end // WIDTH)):
            first = bundle * WIDTH
            every = self._bundle(bundle, min(size - first, WIDTH))
            yield from every[max(start - first, 0) : end - first]

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that entry *index* is in the tree of *size*; raise `ValueError`."""
        return prove_inclusion(index, size, self._prover(size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of *old* begins that of *new*; raise `ValueError`."""
        return prove_consistency(old, new, self._prover(new))

    # -- reading -----------------------------------------------------------------------------

    @property
    def _size_file(self) -> Path:
        return self.path / "tile" / "size"

    def _within(self, end: int) -> int:
        """Return the folder's size, once it is known to reach *end*."""
        size = self.size
        if not 0 <= end <= size:
            raise ValueError(f"the tile folder holds {size} entries, not {end}")
        return size

    def _prover(self, size: int) -> Subtree:
        return partial(self._subtree, self._within(size))

    def _subtree(self, size: int, start: int, end: int) -> bytes:
        if not 0 <= start <= end:
            raise ValueError(f"there is no range from {start} to {end}")
        if start == end:
            return EMPTY_ROOT
        count = end - start
        block = 1 << count.bit_length() - 1
        if block == count and start % count == 0:
            level, height = divmod(block.bit_length() - 1, _HEIGHT)
            return _folded(self._hashes(size, level, start >> level * _HEIGHT, 1 << height))
        middle = start + (block if block < count else block // 2)
        return node(self._subtree(size, start, middle), self._subtree(size, middle, end))

    def _hashes(self, size: int, level: int, first: int, count: int) -> list[bytes]:
        """Return *count* neighbouring hashes of one level; they stand in one tile."""
        tile, offset = divmod(first, WIDTH)
        width = min((size >> level * _HEIGHT) - tile * WIDTH, WIDTH)
        hashes = self._full(level, tile) if width == WIDTH else self._tile(level, tile, width)
        return _hashes_of(hashes)[offset : offset + count]

    def _read_full(self, level: int, tile: int) -> bytes:
        return self._tile(level, tile, WIDTH)

    def _tile(self, level: int, tile: int, width: int) -> bytes:
        path, found = self._read(level, tile, width)
        expected = width * HASH_BYTES
        if len(found) not in (expected, WIDTH * HASH_BYTES):
            raise TilesDamaged(path, f"{expected} bytes", f"{len(found)} bytes")
        return found[:expected]

    def _bundle(self, bundle: int, width: int) -> list[bytes]:
        path, found = self._read("entries", bundle, width)
        bodies = read_bundle(path, found)
        if len(bodies) not in (width, WIDTH):
            raise TilesDamaged(path, f"{width} entries", f"{len(bodies)} entries")
        return bodies[:width]

    def _read(self, level: Level, tile: int, width: int) -> tuple[Path, bytes]:
        """Return a tile's bytes: of that width or, once that has been tidied away, the full one."""
        path = self.path / tile_path(level, tile, width)
        try:
            return path, path.read_bytes()
        except FileNotFoundError:
            full = self.path / tile_path(level, tile)
        try:
            return full, full.read_bytes()
        except FileNotFoundError:
            raise TilesDamaged(path, "a tile", "no file") from None

    # -- appending ---------------------------------------------------------------------------

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder so that no other process appends meanwhile."""
        folder = self.path / "tile"
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write_after(self, size: int, bodies: Sequence[bytes]) -> None:
        """Write tiles, then the size: until the size is there, none of it has happened.

        Tiles beyond the size may lie here from an append that a crash cut short, perhaps with
        other entries: so every file is written anew, and none is believed for being there.
        """
        folders = self._write_bundles(size, bodies)
        level, hashes = 0, [leaf_hash(body) for body in bodies]
        while hashes:
            hashes = self._write_tiles(level, size >> level * _HEIGHT, hashes, folders)
            level += 1
        for folder in sorted(folders):
            durable.sync_folder(folder)
        durable.replace_file(self._size_file, b"%d\n" % (size + len(bodies)), self._aside)
        durable.sync_folder(self._size_file.parent)

    def _write_bundles(self, size: int, bodies: Sequence[bytes]) -> set[Path]:
        folders: set[Path] = set()
        bundle, width = divmod(size, WIDTH)
        chunk = self._bundle(bundle, width) if width else []
        for start in range(-len(chunk), len(bodies), WIDTH):
            chunk = [*(chunk if start < 0 else ()), *bodies[max(start, 0) : start + WIDTH]]
            self._put("entries", bundle, len(chunk), bundled(chunk), folders)
            bundle += 1
        return folders

    def _write_tiles(
        self, level: int, before: int, hashes: list[bytes], folders: set[Path]
    ) -> list[bytes]:
        """Write the hashes that a level gains; return those that the level above gains."""
        tile, width = divmod(before, WIDTH)
        every = [*_hashes_of(self._tile(level, tile, width)), *hashes] if width else hashes
        above: list[bytes] = []
        for start in range(0, len(every), WIDTH):
            chunk = every[start : start + WIDTH]
            self._put(level, tile, len(chunk), b"".join(chunk), folders)
            tile += 1
            if len(chunk) == WIDTH:
                above.append(_folded(chunk))
        return above

    def _put(self, level: Level, tile: int, width: int, data: bytes, folders: set[Path]) -> None:
        target = self.path / tile_path(level, tile, width)
        target.parent.mkdir(parents=True, exist_ok=True)
        durable.replace_file(target, data, self._aside)
        # Every folder down to the tile is synced, also one that an earlier, broken append made.
        folders.update(folder for folder in target.parents if folder.is_relative_to(self.path))
        if width == WIDTH:
            durable.sync_folder(target.parent)  # the full tile is there for good before they go
            _remove_partials(target.with_name(target.name + ".p"))

    @property
    def _aside(self) -> Path:
        return self.path / "tile" / ".new"


class FetchedTiles(TileFolder):
    """The tiles of a log of *size* entries elsewhere, read only; nothing in them is believed yet.

    *fetch* returns what is served at a path under the log's address, None where there is nothing.
    """

    def __init__(self, size: int, fetch: Callable[[str], bytes | None]) -> None:
        super().__init__(Path())
        self._size, self._fetch = size, fetch

    @property
    def size(self) -> int:
        """Return how many entries the log is said to hold."""
        return self._size

    def _read(self, level: Level, tile: int, width: int) -> tuple[Path, bytes]:
        for wanted in (width, WIDTH):
            path = tile_path(level, tile, wanted)
            found = self._fetch(path)
            if found is not None:
                return Path(path), found
        raise TilesDamaged(Path(path), "a tile", "nothing served there")


def _hashes_of(tile: bytes) -> list[bytes]:
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def _folded(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of neighbouring hashes."""
    while len(hashes) > 1:
        hashes = [node(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


def _remove_partials(folder: Path) -> None:
    """Remove the partial forms of a tile that is full now: readers fall back to the full one."""
    try:
        partials = list(folder.iterdir())
    except FileNotFoundError:
        return
    for partial_tile in partials:
        partial_tile.unlink(missing_ok=True)
    folder.rmdir()
