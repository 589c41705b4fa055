"""Signs what the ledger has become, and never anything that contradicts what was signed before.

Before each signature three things must tell the same beginning: the newest checkpoint in the
ledger's database, the newest one in the log's own folder, and the entries as they now stand. The
new checkpoint is on disk in both places before anybody sees it. The first time in a process every
entry is compared with the tiles; afterwards the newest ones and, round after round, a slice of the
old ones, so that a signature costs the same at ten thousand entries and at ten million.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from domain.oversight.standing import LogBook
from ledger.checkpoints import Checkpoints, CheckpointTaken, StoredCheckpoint
from publishing.folder import LogFolder
from publishing.keyring import Keyring
from publishing.noting import Noting
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.keys import SignatureInvalid, SigningKey, VerifierKey
from transparency.merkle import Roots, leaf_hash, root_of
from transparency.notes import (
    Note,
    Signature,
    read_note,
    read_signature_line,
)
from transparency.suites import suite_line
from transparency.tiles import WIDTH, TilesDamaged

log = structlog.get_logger("publishing")

_READ_AT_ONCE = 4 * WIDTH
_SLICE = 40 * WIDTH
"""Old entries compared again with the tiles at each signature (about 0.2 s)."""


class SigningRefused(Exception):
    """What would be signed contradicts what was signed; nothing was, and an auditor must look."""

    def __init__(self, rule: str, chinese: str, english: str) -> None:
        self.rule = rule
        super().__init__(f"拒绝签发（{rule}）：{chinese} Nothing was signed ({rule}): {english}")


@dataclass(frozen=True)
class Signed:
    """One signed checkpoint, on disk in both memories."""

    checkpoint: Checkpoint
    note: Note


class Signer:
    """The one hand that signs for a log; used from one thread at a time."""

    def __init__(
        self, checkpoints: Checkpoints, folder: LogFolder, keyring: Keyring, noting: Noting
    ) -> None:
        self.checkpoints, self.folder = checkpoints, folder
        self.keyring, self.noting = keyring, noting
        self._looked_through = False
        self._next_slice = 0

    def sign(self, at: datetime) -> Signed | None:
        """Sign the ledger as it stands, None when nothing came since the newest checkpoint.

        Raises `SigningRefused`, `SigningKeyRefused`, `LogBusy`, `LedgerUnavailable`.
        """
        with self._alone():
            return self._sign(at)

    def check(self) -> None:
        """Look whether what was signed still stands, and heal what was lost; sign nothing.

        Raises as `sign` does.
        """
        with self._alone():
            size = self.checkpoints.ledger.head() + 1
            self._reaches(size)
            self._agree(size)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self.folder.locked():
            try:
                yield
            except TilesDamaged as damage:
                raise SigningRefused(
                    "tiles-damaged",
                    f"公开日志的切片已损坏（{damage}）。"
                    "请移走文件夹 tile/，下次签发时将由账本重建。",
                    f"tiles of the public log are damaged ({damage}). Move the folder tile/ away; "
                    "it is rebuilt from the ledger at the next signature.",
                ) from None

    # -- signing -----------------------------------------------------------------------------

    def _sign(self, at: datetime) -> Signed | None:
        # Asked before a fact is added: an emptied ledger would otherwise be given a new beginning.
        self._reaches(self.checkpoints.ledger.head() + 1)
        keys, origin = self._keys()
        size = self.checkpoints.ledger.head() + 1
        newest = self._agree(size)
        if newest is not None and newest.size == size:
            return None
        self._extend(size)
        root = self.folder.tiles.root(size)
        checkpoint = Checkpoint(origin, size, root, (suite_line(),))
        signatures = tuple(key.sign(checkpoint.text) for key in keys)
        note = Note(checkpoint.text, signatures)
        try:
            self.checkpoints.add(StoredCheckpoint(size, root, note.encoded(), at))
        except CheckpointTaken:
            # Another machine was first; its checkpoint is judged at the next round.
            log.info("another signer was first", size=size)
            return None
        self.folder.keep(size, note)
        self.keyring.settle(keys[-1].verifier.vkey)
        log.info("checkpoint signed", size=size, root=root.hex(), keys=len(keys))
        return Signed(checkpoint, note)

    def _keys(self) -> tuple[tuple[SigningKey, ...], str]:
        """Return the keys in force and the log's origin; introduce the first key as a fact."""
        recorded = key_on_record(self.noting.standing())
        if recorded is None:
            first = self.keyring.first().verifier
            self.noting.key_introduced(first.name, first.vkey)
            recorded = first
        return self.keyring.in_force(recorded.vkey), recorded.name

    def _extend(self, size: int) -> None:
        """Bring the tiles to *size* entries."""
        tiles = self.folder.tiles
        while (stands := tiles.size) < size:
            bodies = self._bodies(stands, min(stands + _READ_AT_ONCE, size))
            tiles.append(bodies, at=stands)

    # -- agreeing with what was signed ---------------------------------------------------------

    def _reaches(self, size: int) -> None:
        """Refuse a ledger of *size* entries that ends before what was signed or made public."""
        newest = self.checkpoints.newest()
        signed = max(-1 if newest is None else newest.size, self.folder.newest_size() or -1)
        public = max(signed, self.folder.tiles.size)
        if public > size:
            raise SigningRefused(
                "ledger-shorter",
                f"账本只有 {size:,} 条，公开日志已有 {public:,} 条：记录被截去，或恢复了旧备份。"
                "请从备份恢复全部记录，并通知审计员。",
                f"the ledger has {size:,} entries, the public log {public:,}: the tail was cut "
                "off or an old backup restored. Restore all entries; tell the auditor.",
            )

    def _agree(self, size: int) -> StoredCheckpoint | None:
        """Return the newest checkpoint once both memories and the *size* entries agree on it."""
        stored, kept = self.checkpoints.newest(), self._newest_kept()
        if not self._looked_through or self._lost_tiles(stored, kept):
            self._look_through(stored, kept)
            self._looked_through = True
        newest = max((each for each in (stored, kept) if each), key=_size, default=None)
        if newest is not None:
            self._extend(newest.size)
        for signed in (stored, kept):
            if signed is not None and self.folder.tiles.root(signed.size) != signed.root:
                raise _contradicted(signed.size)
        self._look_again(size)
        self._heal(stored, kept)
        return newest

    def _newest_kept(self) -> StoredCheckpoint | None:
        """Return the newest checkpoint of the folder, if its signature is one of this log's."""
        size = self.folder.newest_size()
        if size is None:
            return None
        note = self.folder.checkpoint(size)
        told = None if note is None else read_checkpoint(note)
        if note is None or told is None or told.size != size:
            stored = self.checkpoints.of_size(size)
            if stored is None:
                raise SigningRefused(
                    "checkpoint-unreadable",
                    f"文件夹中大小为 {size:,} 的检查点无法读取，数据库中也没有。"
                    "请保全文件夹并通知审计员。",
                    f"the folder's checkpoint of {size:,} entries cannot be read and the database "
                    "has none. Preserve the folder; tell the auditor.",
                )
            self.folder.keep(size, read_note(stored.note))
            return stored
        own = self._own_signatures(note)
        if not own:
            raise SigningRefused(
                "checkpoint-foreign",
                f"文件夹中大小为 {size:,} 的检查点不是本日志签发的。请核对 JIEDUI_LOG_FOLDER。",
                f"the folder's checkpoint of {size:,} entries was not signed by this log. Is "
                "JIEDUI_LOG_FOLDER that of another installation?",
            )
        # The instant of signing stands in the database only; the file's own time is near enough
        # where the database has to learn the checkpoint from the folder.
        return StoredCheckpoint(
            size, told.root, Note(note.text, own).encoded(), self.folder.kept_at(size)
        )

    def _own_signatures(self, note: Note) -> tuple[Signature, ...]:
        """Return the lines of *note* that a key of this log, as recorded, has signed."""
        found = []
        for key in keys_on_record(self.noting.standing()):
            try:
                found.append(key.signed(note))
            except SignatureInvalid:
                continue
        return tuple(line for line in found if line is not None)

    def _lost_tiles(self, *signed: StoredCheckpoint | None) -> bool:
        return any(each is not None and each.size > self.folder.tiles.size for each in signed)

    def _look_through(self, *signed: StoredCheckpoint | None) -> None:
        """Compare every entry with the tiles and with the newest checkpoints; write nothing yet.

        Tiles that were lost are written only after this: a folder rebuilt from an altered ledger
        would hide what was altered.
        """
        tiles = self.folder.tiles
        marks = {each.size: each.root for each in signed if each is not None}
        marks.setdefault(tiles.size, tiles.root(tiles.size))
        roots = Roots()
        for until in sorted(marks):
            for chunk in self._chunks(roots.size, until):
                for body in chunk:
                    roots.add(leaf_hash(body))
            if roots.root() != marks[until]:
                raise self._altered(until)

    def _look_again(self, size: int) -> None:
        """Compare the newest entries and one slice of the old ones with the tiles."""
        stands = min(self.folder.tiles.size, size)
        newest = max(stands - 1, 0) // WIDTH * WIDTH
        until = min(self._next_slice + _SLICE, newest)
        for start, end in ((self._next_slice, until), (newest, stands)):
            for first in range(start, end, WIDTH):
                last = min(first + WIDTH, end)
                if not self._same(first, last):
                    raise self._altered(last)
        self._next_slice = 0 if until == newest else until

    def _same(self, start: int, end: int) -> bool:
        """Say whether the entries from *start* up to *end* are the folder's, in all its forms."""
        if start == end:
            return True
        bodies, tiles = self._bodies(start, end), self.folder.tiles
        leaves = [leaf_hash(body) for body in bodies]
        # The root of a full tile stands one level above; its halves are read from the tile itself.
        half = (end - start + 1) // 2
        return (
            root_of(leaves) == tiles.subtree(start, end)
            and root_of(leaves[:half]) == tiles.subtree(start, start + half)
            and root_of(leaves[half:]) == tiles.subtree(start + half, end)
            and bodies == list(tiles.bodies(start, end))
        )

    def _altered(self, until: int) -> SigningRefused:
        """Return the refusal, naming the first entries below *until* that differ if tiles tell."""
        for first in range(0, min(until, self.folder.tiles.size), WIDTH):
            last = min(first + WIDTH, self.folder.tiles.size, until)
            if not self._same(first, last):
                return SigningRefused(
                    "ledger-altered",
                    f"第 {first:,}–{last - 1:,} 条记录与已公开的日志不符，账本被改动。"
                    "请运行 jiedui audit verify 并通知审计员。",
                    f"entries {first:,}-{last - 1:,} are not those of the public log: the ledger "
                    "was altered. Run jiedui audit verify; tell the auditor.",
                )
        return _contradicted(until)

    def _heal(self, stored: StoredCheckpoint | None, kept: StoredCheckpoint | None) -> None:
        """Teach the memory that lacks the newest checkpoints what the other one has."""
        if kept is not None and (stored is None or kept.size > stored.size):
            self.checkpoints.add(kept)
            log.warning("database lacked a checkpoint of the folder", size=kept.size)
        after = -1 if kept is None else kept.size
        if stored is None or stored.size <= after:
            return
        for missing in self.checkpoints.above(after):
            self.folder.keep(missing.size, whole_note(self.checkpoints, missing))

    # -- reading the ledger ----------------------------------------------------------------------

    def _chunks(self, start: int, end: int) -> Iterator[list[bytes]]:
        while start < end:
            until = min(start + _READ_AT_ONCE, end)
            yield self._bodies(start, until)
            start = until

    def _bodies(self, start: int, end: int) -> list[bytes]:
        """Return the stored bytes of the entries from *start* up to *end*, all of them."""
        rows = self.checkpoints.bodies(start - 1, end - start)
        if [position for position, _ in rows] != list(range(start, end)):
            raise SigningRefused(
                "ledger-gap",
                f"第 {start:,}–{end - 1:,} 条记录不连续，账本被改动。请运行 jiedui audit verify。",
                f"entries {start:,}-{end - 1:,} are not all there: the ledger was altered. Run "
                "jiedui audit verify.",
            )
        return [body for _, body in rows]


def whole_note(checkpoints: Checkpoints, stored: StoredCheckpoint) -> Note:
    """Return the note of *stored* with every cosignature that came back for it."""
    lines = (read_signature_line(each.line) for each in checkpoints.cosignatures(stored.size))
    return read_note(stored.note).with_signatures(*lines)


def key_on_record(book: LogBook) -> VerifierKey | None:
    """Return the key that signs this ledger's log, None before the first."""
    newest = [keys[-1] for keys in book.keys.values() if keys]
    return VerifierKey.parse(newest[-1]) if newest else None


def keys_on_record(book: LogBook) -> tuple[VerifierKey, ...]:
    """Return every key that ever signed this ledger's log, oldest first."""
    return tuple(VerifierKey.parse(key) for keys in book.keys.values() for key in keys)


def _contradicted(size: int) -> SigningRefused:
    return SigningRefused(
        "ledger-altered",
        f"账本前 {size:,} 条与已签发的检查点不符，账本被改动。"
        "请运行 jiedui audit verify 并通知审计员。",
        f"the first {size:,} entries are not those of a signed checkpoint: the ledger was altered. "
        "Run jiedui audit verify; tell the auditor.",
    )


def _size(checkpoint: StoredCheckpoint) -> int:
    return checkpoint.size
