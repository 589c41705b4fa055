"""Wherever an append is cut short, the folder reopens as it was before or after it, and goes on."""

import os
import shutil
from pathlib import Path

import pytest

from tests.transparency.media import BREAKABLE, Died, Medium
from tests.transparency.trees import body, root
from transparency.merkle import leaf_hash, root_of
from transparency.tiles import TileFolder

BEFORE, AFTER = 250, 520  # fills two tiles, tidies one's partials, starts the level above
OTHERS = [b"another entry %d" % index for index in range(520)]


@pytest.fixture(autouse=True)
def _nothing_waits_for_the_real_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is durable is the medium's to say; hundreds of real syncs would only take time."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def _base(path: Path) -> None:
    for size in (3, 120, BEFORE):
        start = TileFolder(path).size
        TileFolder(path).append([body(index) for index in range(start, size)])


def _append(path: Path) -> None:
    TileFolder(path).append([body(index) for index in range(BEFORE, AFTER)], at=BEFORE)


def _operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    path = tmp_path / "whole"
    _base(path)
    with monkeypatch.context() as patch:
        medium = Medium(path, patch)
        _append(path)
    assert set(medium.done) == set(BREAKABLE), "each kind of operation must be among those broken"
    return medium.operations


def _is_consistent(path: Path) -> int:
    """Return the size, once the folder is known to be wholly of that size."""
    folder = TileFolder(path)
    size = folder.size
    assert size in (BEFORE, AFTER)
    assert folder.root(size) == root(size)
    for earlier in (1, 3, 120, 249, BEFORE):
        assert folder.root(earlier) == root(earlier)
    assert list(folder.bodies(0, size)) == [body(index) for index in range(size)]
    return size


def _goes_on(path: Path, scratch: Path, turn: int) -> None:
    """From here the same entries can be appended again, or others: fewer, or more, by turns."""
    size = _is_consistent(path)
    others = OTHERS[: (2, 520, 6, 7)[turn % 4]]
    shutil.copytree(path, scratch)
    folder = TileFolder(scratch)
    after = folder.append(others, at=size)
    expected = [*map(body, range(size)), *others]
    assert list(folder.bodies(0, after)) == expected
    assert folder.root(after) == root_of(map(leaf_hash, expected))
    assert folder.root(size) == root(size)
    shutil.rmtree(scratch)
    if size == BEFORE:
        _append(path)
    assert _is_consistent(path) == AFTER


def test_a_crash_at_any_file_operation_leaves_a_whole_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = _operations(tmp_path, monkeypatch)
    seen = set()
    for die_at in range(operations):
        path = tmp_path / "log"
        _base(path)
        with monkeypatch.context() as patch:
            medium = Medium(path, patch, die_at)
            with pytest.raises(Died):
                _append(path)
            assert medium.operations == die_at
        seen.add(TileFolder(path).size)
        _goes_on(path, tmp_path / "scratch", die_at)
        shutil.rmtree(path)
    assert seen == {BEFORE, AFTER}


def test_a_power_loss_at_any_file_operation_leaves_a_whole_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that was not synced is gone: bytes of files, and names given to them."""
    operations = _operations(tmp_path, monkeypatch)
    for die_at in range(operations):
        path, left = tmp_path / "log", tmp_path / "left"
        _base(path)
        with monkeypatch.context() as patch:
            medium = Medium(path, patch, die_at)
            with pytest.raises(Died):
                _append(path)
        medium.restore_to(left)
        _goes_on(left, tmp_path / "scratch", die_at)
        shutil.rmtree(path)
        shutil.rmtree(left)


def test_an_append_that_returned_survives_a_power_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that finished what an earlier, broken append had begun."""
    operations = _operations(tmp_path, monkeypatch)
    for die_at in range(0, operations, 3):
        path, left = tmp_path / "log", tmp_path / "left"
        _base(path)
        with monkeypatch.context() as patch:
            medium = Medium(path, patch, die_at)
            with pytest.raises(Died):
                _append(path)
            medium.die_at = -1
            size = TileFolder(path).size
            TileFolder(path).append([body(index) for index in range(size, AFTER)], at=size)
            medium.restore_to(left)
        assert _is_consistent(left) == AFTER
        shutil.rmtree(path)
        shutil.rmtree(left)


def test_a_reader_meanwhile_sees_the_log_before_or_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One who had read the old size still finds every tile of it, at each moment."""
    path = tmp_path / "log"
    _base(path)
    reader = TileFolder(path)
    sync, asked = TileFolder._put, 0

    def put_and_look(self: TileFolder, *args: object) -> None:
        nonlocal asked
        sync(self, *args)  # type: ignore[arg-type]
        fresh = TileFolder(path)
        assert fresh.root(BEFORE) == reader.root(BEFORE) == root(BEFORE)
        assert len(list(fresh.bodies(0, BEFORE))) == BEFORE
        asked += 1

    monkeypatch.setattr(TileFolder, "_put", put_and_look)
    _append(path)
    assert asked > 6
    assert reader.root(AFTER) == root(AFTER)
