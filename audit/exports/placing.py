"""A file that appears whole or not at all, readable for its owner only.

It is written in a folder of its own beside the place it will have, together with whatever the
making of it needs; both are gone when the work fails.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 20


class PlaceTaken(Exception):
    """There is a file already where the export was to be put, and nobody said to replace it."""

    def __init__(self, target: Path) -> None:
        super().__init__(
            f"{target} 已存在，未覆盖；请换一个文件名，或加 --force。 "
            f"{target} exists and was left as it is; take another name, or add --force."
        )


class PlaceUnfit(Exception):
    """The place an export was to be put cannot be written to."""


@dataclass(frozen=True)
class Sealing:
    """How large a finished file is in bytes, and the SHA-256 of its content in hexadecimal."""

    bytes: int
    digest: str


class Draft:
    """A file being written aside; *folder* is private and goes away with it."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder = folder
        self.path = folder / target.name
        self.finished: Sealing | None = None

    def finish(self) -> Sealing:
        """Bring the file to the disk and return its size and digest; nothing may follow."""
        digest = hashlib.sha256()
        self.path.chmod(0o600)
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
            size = file.tell()
            os.fsync(file.fileno())
        self.finished = Sealing(size, digest.hexdigest())
        return self.finished


@contextmanager
def placed(target: Path, *, force: bool = False) -> Iterator[Draft]:
    """Give a draft, and put it at *target* when the block ends well and it was finished.

    Raises `PlaceTaken` for a file that is there without *force*, also when it came meanwhile, and
    `PlaceUnfit` where nothing can be written.
    """
    if target.is_dir():
        raise PlaceUnfit(f"{target} 是文件夹，请给出文件名。 {target} is a folder; name a file.")
    if not force and os.path.lexists(target):
        raise PlaceTaken(target)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.parent))
    except OSError as problem:
        raise PlaceUnfit(
            f"无法写入 {target.parent}（{problem.strerror}）。 "
            f"Cannot write into {target.parent}: {problem.strerror}."
        ) from None
    try:
        draft = Draft(folder, target)
        yield draft
        if draft.finished is not None:
            _put(draft.path, target, force=force)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(path: Path, target: Path, *, force: bool) -> None:
    if force:
        path.replace(target)
    else:
        try:
            os.link(path, target)  # unlike a rename, a link never replaces what came meanwhile
        except FileExistsError:
            raise PlaceTaken(target) from None
        except OSError:  # a file system without links
            if os.path.lexists(target):
                raise PlaceTaken(target) from None
            path.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
