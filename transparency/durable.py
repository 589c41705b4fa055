"""Files that survive a crash: each is there whole or not at all, and stays once the call returns.

A name is never given to bytes that are not yet on the medium, so nobody can read half a file.
"""

import os
import secrets
from pathlib import Path


def replace_file(target: Path, data: bytes, aside: Path) -> None:
    """Make *target* hold *data* in one step, written first to *aside* on the same medium.

    The new name is durable only after `sync_folder` of the target's folder.
    """
    _write(aside, data, os.O_TRUNC, 0o644)
    aside.replace(target)


def create_file(target: Path, data: bytes, mode: int) -> bool:
    """Make *target* hold *data* durably unless it exists; say whether this call made it."""
    aside = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    _write(aside, data, os.O_EXCL, mode)
    try:
        target.hardlink_to(aside)
        made = True
    except FileExistsError:
        made = False  # another process was first; its file is the file
    finally:
        aside.unlink()
    sync_folder(target.parent)
    return made


def sync_folder(folder: Path) -> None:
    """Return when the names in *folder* are on the medium."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(file: Path, data: bytes, how: int, mode: int) -> None:
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY | how, mode)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
