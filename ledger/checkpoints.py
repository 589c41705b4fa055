"""The checkpoints and cosignatures that stand in the ledger's database, and the bytes they cover.

Only ever added to, in growing size; the database refuses anything else. What `add` returns from is
durable, so a checkpoint may be shown after it and never before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, insert, select, text

from domain.values import instant_text
from ledger.database import speaking_plainly
from ledger.entry import instant_of
from ledger.schema import checkpoints, cosignatures, entries
from ledger.store import Ledger

_LOCK = 7_305_005
_CHECKPOINT = (checkpoints.c.size, checkpoints.c.root, checkpoints.c.note, checkpoints.c.signed_at)
_PAGE = 256


class CheckpointTaken(Exception):
    """Another hand has signed a checkpoint of this size or a larger one; look again."""


@dataclass(frozen=True)
class StoredCheckpoint:
    """One signed checkpoint: *size* entries, their *root*, the *note* with the log's own lines."""

    size: int
    root: bytes
    note: bytes
    signed_at: datetime


@dataclass(frozen=True)
class StoredCosignature:
    """The whole signature *line* a witness gave for the checkpoint of *size* entries."""

    size: int
    witness: str
    line: str
    received_at: datetime


class Checkpoints:
    """The checkpoints of one ledger; safe to share between threads and processes."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def newest(self) -> StoredCheckpoint | None:
        """Return the largest checkpoint, None before the first."""
        found = self._checkpoints(select(*_CHECKPOINT).order_by(checkpoints.c.size.desc()).limit(1))
        return found[0] if found else None

    def of_size(self, size: int) -> StoredCheckpoint | None:
        """Return the checkpoint of *size* entries, None where none was signed at that size."""
        found = self._checkpoints(select(*_CHECKPOINT).where(checkpoints.c.size == size))
        return found[0] if found else None

    def above(self, size: int) -> Iterator[StoredCheckpoint]:
        """Yield every checkpoint larger than *size* (-1: all), the smallest first."""
        while True:
            question = select(*_CHECKPOINT).where(checkpoints.c.size > size)
            found = self._checkpoints(question.order_by(checkpoints.c.size).limit(_PAGE))
            yield from found
            if len(found) < _PAGE:
                return
            size = found[-1].size

    def below(self, size: int) -> Iterator[StoredCheckpoint]:
        """Yield every checkpoint of at most *size* entries, the largest first."""
        while True:
            question = select(*_CHECKPOINT).where(checkpoints.c.size <= size)
            found = self._checkpoints(question.order_by(checkpoints.c.size.desc()).limit(_PAGE))
            yield from found
            if len(found) < _PAGE:
                return
            size = found[-1].size - 1

    def add(self, checkpoint: StoredCheckpoint) -> None:
        """Store *checkpoint* durably; the same one again changes nothing.

        Raises `CheckpointTaken` when one of its size or larger stands, `LedgerUnavailable`.
        """
        with speaking_plainly(), self.ledger.writer.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            newest = connection.scalar(select(func.max(checkpoints.c.size)))
            if newest is not None and newest >= checkpoint.size:
                stands = connection.execute(
                    select(*_CHECKPOINT).where(checkpoints.c.size == checkpoint.size)
                ).one_or_none()
                if stands is not None and _checkpoint(stands).note == checkpoint.note:
                    return
                raise CheckpointTaken(
                    f"a checkpoint of {newest:,} entries stands; {checkpoint.size:,} came after it"
                )
            connection.execute(
                insert(checkpoints),
                {
                    "size": checkpoint.size,
                    "root": checkpoint.root,
                    "note": checkpoint.note,
                    "signed_at": instant_text(checkpoint.signed_at),
                },
            )

    def cosignatures(self, size: int) -> list[StoredCosignature]:
        """Return the cosignatures on the checkpoint of *size* entries, ordered by witness."""
        question = (
            select(
                cosignatures.c.size,
                cosignatures.c.witness,
                cosignatures.c.line,
                cosignatures.c.received_at,
            )
            .where(cosignatures.c.size == size)
            .order_by(cosignatures.c.witness)
        )
        with speaking_plainly(), self.ledger.engine.connect() as connection:
            rows = connection.execute(question).all()
        return [
            StoredCosignature(int(row.size), row.witness, row.line, instant_of(row.received_at))
            for row in rows
        ]

    def add_cosignature(self, cosignature: StoredCosignature) -> bool:
        """Store *cosignature* durably; False when this witness's line stood already.

        Raises `LookupError` when no checkpoint of that size was signed, `LedgerUnavailable`.
        """
        key = (cosignatures.c.size == cosignature.size) & (
            cosignatures.c.witness == cosignature.witness
        )
        with speaking_plainly(), self.ledger.writer.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if not connection.scalar(
                select(func.count()).where(checkpoints.c.size == cosignature.size)
            ):
                raise LookupError(f"no checkpoint of {cosignature.size:,} entries was signed")
            if connection.scalar(select(func.count()).where(key)):
                return False
            connection.execute(
                insert(cosignatures),
                {
                    "size": cosignature.size,
                    "witness": cosignature.witness,
                    "line": cosignature.line,
                    "received_at": instant_text(cosignature.received_at),
                },
            )
        return True

    def newest_cosigned(self, witness: str) -> int | None:
        """Return the largest size *witness* has cosigned, None for none."""
        question = (
            select(cosignatures.c.size)
            .where(cosignatures.c.witness == witness)
            .order_by(cosignatures.c.size.desc())
            .limit(1)
        )
        with speaking_plainly(), self.ledger.engine.connect() as connection:
            found = connection.scalar(question)
        return None if found is None else int(found)

    def bodies(self, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Return position and stored bytes of up to *limit* entries above *after*, in log order."""
        question = (
            select(entries.c.position, entries.c.body)
            .where(entries.c.position > after)
            .order_by(entries.c.position)
            .limit(limit)
        )
        with speaking_plainly(), self.ledger.engine.connect() as connection:
            return [(int(row.position), bytes(row.body)) for row in connection.execute(question)]

    def kinds(self, after: int, limit: int) -> list[str]:
        """Return the kinds of up to *limit* entries above position *after*, in log order."""
        question = (
            select(entries.c.kind)
            .where(entries.c.position > after)
            .order_by(entries.c.position)
            .limit(limit)
        )
        with speaking_plainly(), self.ledger.engine.connect() as connection:
            return [str(kind) for kind in connection.scalars(question)]

    def _checkpoints(self, question: "Select[int, bytes, bytes, str]") -> list[StoredCheckpoint]:
        with speaking_plainly(), self.ledger.engine.connect() as connection:
            rows = connection.execute(question).all()
        return [_checkpoint(row) for row in rows]


def _checkpoint(row: "Row[int, bytes, bytes, str]") -> StoredCheckpoint:
    return StoredCheckpoint(
        int(row.size), bytes(row.root), bytes(row.note), instant_of(row.signed_at)
    )
