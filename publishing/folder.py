"""The folder of the public log: tiles, every signed checkpoint, and the newest one published.

    checkpoint               the newest checkpoint that fulfils the witness policy
    checkpoints/<size>       every signed checkpoint with all its cosignatures
    statements/<number>      every figure statement (`transparency/statements.py`)
    tile/…                   C2SP tlog-tiles

A file is there whole or not at all. The folder can be rebuilt from the ledger, and is at the same
time a memory of its own of what was signed: the signer asks both.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from transparency import durable
from transparency.checkpoints import read_checkpoint
from transparency.notes import Note, NoteMalformed, read_note
from transparency.tiles import TileFolder

_LOCK_SECONDS = 30.0
_LOCK_POLL_SECONDS = 0.05


class LogBusy(Exception):
    """Another process is signing in this folder and does not finish; try again."""


class LogFolder:
    """One log's folder; several processes may use it, one at a time signs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tiles = TileFolder(path)
        self._newest: int | None = None
        for part in ("checkpoints", "statements"):
            (path / part).mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for signing; raise `LogBusy` when another holds it for half a minute."""
        descriptor = os.open(self.path / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            patience = time.monotonic() + _LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > patience:
                        raise LogBusy(
                            f"另一进程正在 {self.path} 签发，请稍后再试。 "
                            f"Another process is signing in {self.path}; try again."
                        ) from None
                    time.sleep(_LOCK_POLL_SECONDS)
            yield
        finally:
            os.close(descriptor)

    def newest_size(self) -> int | None:
        """Return the size of the largest checkpoint kept here, None for none."""
        if self._newest is None:
            # Looked up once: a year of checkpoints is half a million names.
            names = (entry.name for entry in os.scandir(self.path / "checkpoints"))
            self._newest = max((int(name) for name in names if name.isdigit()), default=None)
        return self._newest

    def kept_at(self, size: int) -> datetime:
        """Return when the checkpoint of *size* was last written here."""
        file = self.path / "checkpoints" / str(size)
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)

    def checkpoint(self, size: int) -> Note | None:
        """Return the checkpoint of *size* as kept here, None where there is none to be read."""
        return _read(self.path / "checkpoints" / str(size))

    def published(self) -> Note | None:
        """Return the newest checkpoint that was published, None before the first."""
        return _read(self.path / "checkpoint")

    def keep(self, size: int, note: Note) -> None:
        """Keep *note* as the checkpoint of *size*, durably; lines kept before are never lost."""
        before = self.checkpoint(size)
        if before is not None and before.text == note.text:
            note = note.with_signatures(*before.signatures)
        self._put(self.path / "checkpoints" / str(size), note)
        self._newest = max(size, -1 if self._newest is None else self._newest)

    def statement(self, number: int) -> Note | None:
        """Return statement *number* as served here, None where there is none to be read."""
        try:
            return read_note((self.path / "statements" / str(number)).read_bytes())
        except (FileNotFoundError, NoteMalformed):
            return None

    def state(self, number: int, note: Note) -> None:
        """Serve *note* as statement *number*, durably."""
        self._put(self.path / "statements" / str(number), note)

    def publish(self, note: Note) -> None:
        """Show *note* as the newest checkpoint."""
        self._put(self.path / "checkpoint", note)

    def _put(self, target: Path, note: Note) -> None:
        data = note.encoded()
        try:
            if target.read_bytes() == data:
                return
        except FileNotFoundError:
            pass
        durable.replace_file(
            target, data, target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        )
        durable.sync_folder(target.parent)


def _read(file: Path) -> Note | None:
    try:
        note = read_note(file.read_bytes())
        read_checkpoint(note)
    except (FileNotFoundError, NoteMalformed):
        return None
    return note
