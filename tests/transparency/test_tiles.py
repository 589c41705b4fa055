"""A folder of tiles gives the roots and proofs of the log, whatever steps it grew by."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transparency.media import Medium
from tests.transparency.trees import body, leaf, root
from transparency import merkle, tiles
from transparency.bundles import BODY_BYTES_MAX, TilesDamaged
from transparency.merkle import leaf_hash
from transparency.proofs import verify_consistency, verify_inclusion
from transparency.tiles import TileFolder, TilesElsewhere, hash_tiles, tile_path

EDGES = (1, 2, 255, 256, 257, 511, 512, 513)


def _grow(folder: TileFolder, size: int) -> None:
    start = folder.size
    assert folder.append([body(index) for index in range(start, size)], at=start) == size


def _read_all(folder: TileFolder) -> None:
    for index in range(300):
        folder.leaf(index)
    list(folder.bodies(0, 300))


def _files(path: Path) -> set[str]:
    return {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 999, 1, "tile/0/999.p/1"),
        (1, 1000, 256, "tile/1/x001/000"),
        (63, 1234067, 255, "tile/63/x001/x234/067.p/255"),
        ("entries", 17, 256, "tile/entries/017"),
    ],
)
def test_a_tile_stands_where_the_specification_says(
    level: tiles.Level, index: int, width: int, path: str
) -> None:
    assert tile_path(level, index, width) == path


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)]
)
def test_a_tile_that_cannot_be_has_no_path(level: int, index: int, width: int) -> None:
    with pytest.raises(ValueError, match="there is no tile"):
        tile_path(level, index, width)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 300), max_size=6))
def test_growing_in_any_steps_gives_the_same_log(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    path = tmp_path_factory.mktemp("log")
    for step in steps:
        _grow(TileFolder(path), TileFolder(path).size + step)
    folder, size = TileFolder(path), sum(steps)
    assert folder.size == size
    assert folder.root(size) == root(size)
    assert list(folder.bodies(0, size)) == [body(index) for index in range(size)]
    if size:
        index = size * 2 // 3
        proof = folder.inclusion(index, size)
        verify_inclusion(folder.leaf(index), index, size, root(size), proof)
        verify_consistency(index, root(index), size, root(size), folder.consistency(index, size))


@pytest.mark.parametrize("size", EDGES)
def test_every_size_up_to_the_edge_is_still_known(tmp_path: Path, size: int) -> None:
    """A folder answers for the sizes it has had, though partial tiles of them are gone."""
    folder = TileFolder(tmp_path)
    _grow(folder, size)
    for earlier in {*range(0, size + 1, 37), *(edge for edge in EDGES if edge <= size)}:
        assert folder.root(earlier) == root(earlier)
        assert folder.subtree(earlier // 3, earlier) == merkle.root_of(
            map(leaf, range(earlier // 3, earlier))
        )
        proof = folder.consistency(earlier, size)
        verify_consistency(earlier, root(earlier), size, root(size), proof)
        if earlier:
            verify_inclusion(
                leaf(earlier - 1),
                earlier - 1,
                size,
                root(size),
                folder.inclusion(earlier - 1, size),
            )


def test_the_files_are_those_of_the_specification(tmp_path: Path) -> None:
    """Its own example is a tree of 70,000: 273 full tiles, 112 hashes, one full above, 17, one."""
    folder = TileFolder(tmp_path)
    for size in (65_535, 65_536, 65_537, 70_000):
        _grow(folder, size)
        assert folder.root(size) == root(size)
    assert _files(tmp_path) == {
        "tile/size",
        *(f"tile/{level}/{index:03}" for level in (0, "entries") for index in range(273)),
        "tile/0/273.p/112",
        "tile/entries/273.p/112",
        "tile/1/000",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    }
    assert (tmp_path / "tile/0/000").stat().st_size == 8192
    for old in (255, 256, 257, 65_535, 65_536, 65_537):
        proof = folder.consistency(old, 70_000)
        verify_consistency(old, root(old), 70_000, root(70_000), proof)
        verify_inclusion(leaf(old), old, 70_000, root(70_000), folder.inclusion(old, 70_000))


def test_partial_tiles_stay_until_the_tile_is_full(tmp_path: Path) -> None:
    """A checkpoint may have been signed at each of those sizes."""
    folder = TileFolder(tmp_path)
    for size in (3, 200, 255):
        _grow(folder, size)
    assert _files(tmp_path) == {
        "tile/size",
        *(f"tile/{level}/000.p/{width}" for level in (0, "entries") for width in (3, 200, 255)),
    }
    _grow(folder, 258)
    assert _files(tmp_path) == {
        "tile/size",
        "tile/0/000",
        "tile/0/001.p/2",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/2",
    }


def test_entries_of_every_length_are_kept(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path)
    bodies = [b"", b"x", bytes(255), bytes(256), bytes(BODY_BYTES_MAX), "帮扶任务".encode()]
    for one in bodies:
        folder.append([one])
    assert list(folder.bodies(0, 6)) == bodies
    assert list(folder.bodies(2, 4)) == bodies[2:4]
    assert (tmp_path / "tile/entries/000.p/2").read_bytes() == b"\0\0\0\1x"
    with pytest.raises(ValueError, match="entry 1 of this append has 65536 bytes"):
        folder.append([b"fits", bytes(BODY_BYTES_MAX + 1)])
    assert folder.size == 6


def test_an_appender_that_counts_from_elsewhere_is_refused(tmp_path: Path) -> None:
    """Two publishers must never lay the same entries twice."""
    first, second = TileFolder(tmp_path), TileFolder(tmp_path)
    _grow(first, 10)
    with pytest.raises(TilesElsewhere, match="holds 10 entries, not 0"):
        second.append([body(0)], at=0)
    assert second.append([], at=10) == 10
    assert second.append([body(10)], at=10) == first.size == 11


def test_nothing_beyond_the_size_is_answered_for(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path)
    assert folder.size == 0
    assert folder.root(0) == merkle.EMPTY_ROOT
    _grow(folder, 300)
    for ask in (
        lambda: folder.root(301),
        lambda: folder.leaf(300),
        lambda: folder.leaf(-1),
        lambda: folder.subtree(5, 4),
        lambda: folder.subtree(-1, 4),
        lambda: list(folder.bodies(299, 301)),
        lambda: list(folder.bodies(5, 4)),
        lambda: folder.inclusion(300, 300),
        lambda: folder.inclusion(0, 301),
        lambda: folder.consistency(5, 301),
        lambda: folder.consistency(301, 300),
    ):
        with pytest.raises(ValueError, match=r"holds|range|not in|beginning"):
            ask()


def test_damaged_files_are_named(tmp_path: Path) -> None:
    folder = TileFolder(tmp_path)
    _grow(folder, 300)

    def damaged(name: str, data: bytes | None) -> str:
        file = tmp_path / name
        whole = file.read_bytes()
        if data is None:
            file.unlink()
        else:
            file.write_bytes(data)
        with pytest.raises(TilesDamaged) as found:
            _read_all(TileFolder(tmp_path))
        file.write_bytes(whole)
        assert found.value.path.is_relative_to(tmp_path)
        return str(found.value)

    assert "tile/0/000" in damaged("tile/0/000", None)
    assert "tile/0/001.p/44" in damaged("tile/0/001.p/44", b"\0" * 31)
    assert "tile/0/000" in damaged("tile/0/000", b"\0" * 8191)
    assert "entries/000" in damaged("tile/entries/000", None)
    assert "entries/000" in damaged("tile/entries/000", b"\0\5four")
    assert "entries/000" in damaged("tile/entries/000", b"\0")
    assert "43 entries" in damaged("tile/entries/001.p/44", b"\0\0" * 43)
    for size in (b"", b"300", b"-1\n", b"0300\n", b"3_0\n", b"1e2\n", b"\xff\n", b"9" * 30 + b"\n"):
        assert "tile/size" in damaged("tile/size", size)
    assert TileFolder(tmp_path).root(300) == root(300)


def _right_edge(path: Path, size: int) -> TileFolder:
    """Lay the right-most tiles of a log of *size*: all that an appender may look at."""
    for level in range(8):
        tile, width = divmod(size >> 8 * level, 256)
        if width:
            file = path / tile_path(level, tile, width)
            file.parent.mkdir(parents=True)
            file.write_bytes(os.urandom(32 * width))
    tile, width = divmod(size, 256)
    bundle = path / tile_path("entries", tile, width)
    bundle.parent.mkdir(parents=True)
    bundle.write_bytes(b"\0\5entry" * width)
    (path / "tile/size").write_text(f"{size}\n")
    return TileFolder(path)


def test_appending_costs_the_same_in_a_log_of_ten_thousand_and_ten_million(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in file operations and hashes: no more than a level or two more of tiles."""

    def cost(name: str, size: int, count: int) -> tuple[int, int, int]:
        folder = _right_edge(tmp_path / name, size)
        hashed, read = 0, 0
        node, read_bytes = merkle.node, Path.read_bytes

        def counting_node(left: bytes, right: bytes) -> bytes:
            nonlocal hashed
            hashed += 1
            return node(left, right)

        def counting_read(file: Path) -> bytes:
            nonlocal read
            read += 1
            return read_bytes(file)

        with monkeypatch.context() as patch:
            medium = Medium(tmp_path / name, patch)
            patch.setattr(tiles, "node", counting_node)
            patch.setattr(Path, "read_bytes", counting_read)
            read_before = read
            folder.append([b"entry"] * count, at=size)
            read -= read_before
        return medium.operations, hashed, read

    # Both sizes leave 16 hashes in the last tile, and the counts below fill none, one, four.
    for count in (1, 200, 256, 1024):
        small = cost(f"small-{count}", 10_000, count)
        large = cost(f"large-{count}", 10_000_144, count)
        assert large[1] <= small[1] + 255
        assert large[2] <= small[2] + 2
        assert large[0] <= small[0] + 12, (count, small, large)
        assert small[1] <= 255 * (count // 256 + 1)
        assert small[2] <= 40


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600, 65_537])
def test_hash_tiles_are_those_a_folder_of_that_size_holds(size: int, tmp_path: Path) -> None:
    bodies = [b"%d" % number for number in range(size)]
    TileFolder(tmp_path).append(bodies)
    laid = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in (tmp_path / "tile").rglob("*")
        if path.is_file() and path.name != "size" and "entries" not in path.parts
    }
    assert dict(hash_tiles(leaf_hash(body) for body in bodies)) == laid
