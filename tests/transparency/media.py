"""A medium to crash on: it counts and breaks file operations, and remembers what is durable.

Two ways to die. A *crash* stops the process before an operation (or in the middle of a write) and
keeps all that was done. A *power loss* also takes back everything that was not synced: the contents
of files, and the names that a folder gained or lost since it was last synced.
"""

import os
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

BREAKABLE = ("open", "write", "fsync", "replace", "mkdir", "unlink", "rmdir")


class Died(BaseException):
    """The process ends here; nothing in it may catch this."""


class Medium:
    """Stands between the process and `os`, within *root*, until `monkeypatch` is undone."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, die_at: int = -1) -> None:
        self.root, self.die_at = root, die_at
        self.done: Counter[str] = Counter()
        self._synced: dict[int, bytes] = {}  # by inode: what is in it for good
        self._names: dict[str, dict[str, int | None]] = {}  # by folder: inode, None for a folder
        self._remember(root)
        for name in BREAKABLE:
            monkeypatch.setattr(os, name, self._breaking(name, getattr(os, name)))

    @property
    def operations(self) -> int:
        return self.done.total()

    def restore_to(self, target: Path) -> None:
        """Build in *target* what a power loss now would leave."""
        target.mkdir()
        for name, inode in self._names.get(self._relative(self.root), {}).items():
            self._restore(self.root / name, inode, target / name)

    def _restore(self, path: Path, inode: int | None, target: Path) -> None:
        if inode is not None:
            target.write_bytes(self._synced.get(inode, b""))
            return
        target.mkdir()
        for name, within in self._names.get(self._relative(path), {}).items():
            self._restore(path / name, within, target / name)

    def _breaking(self, name: str, real: Any) -> Any:
        def operation(*args: Any, **keywords: Any) -> Any:
            if not self._concerns(args[0]):
                return real(*args, **keywords)
            if self.operations == self.die_at:
                if name == "write":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2])
                raise Died
            self.done[name] += 1
            result = real(*args, **keywords)
            if name == "fsync":
                self._sync(args[0])
            return result

        return operation

    def _concerns(self, what: Any) -> bool:
        path = _opened(what) if isinstance(what, int) else Path(what)
        return path.is_relative_to(self.root)

    def _sync(self, descriptor: int) -> None:
        path = _opened(descriptor)
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            self._names[self._relative(path)] = _names_in(path)
        else:
            self._synced[os.fstat(descriptor).st_ino] = path.read_bytes()

    def _remember(self, folder: Path) -> None:
        self._names[self._relative(folder)] = _names_in(folder)
        for path in folder.iterdir():
            if path.is_dir():
                self._remember(path)
            else:
                self._synced[path.stat().st_ino] = path.read_bytes()

    def _relative(self, path: Path) -> str:
        return str(path.relative_to(self.root))


def _opened(descriptor: int) -> Path:
    return Path(f"/proc/self/fd/{descriptor}").readlink()


def _names_in(folder: Path) -> dict[str, int | None]:
    return {path.name: None if path.is_dir() else path.stat().st_ino for path in folder.iterdir()}
