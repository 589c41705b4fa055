"""The figure statements of a log: written as notes, signed with its key, put where it is served.

A statement is first a fact that holds its whole text, and then a file; a crash between the two is
healed by the next one, with the same text. The key signs deterministically: the file is the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.oversight.case import LOG_STREAM
from domain.oversight.facts import FiguresPublished, FiguresWithdrawn
from domain.oversight.standing import StatementMade
from domain.statements import StatedFigure
from domain.values import instant_text
from ledger.entry import Entry
from ledger.store import Ledger
from publishing.folder import LogFolder
from publishing.keyring import Keyring
from publishing.noting import Noting
from publishing.signer import SigningRefused, key_on_record
from transparency import statements as notes
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.notes import Note, NoteMalformed

KINDS = frozenset(
    model.model_fields["kind"].default for model in (FiguresPublished, FiguresWithdrawn)
)


@dataclass(frozen=True)
class Said:
    """What a statement says beside its place in the series: figures, or what is taken back."""

    month: str
    figures: tuple[StatedFigure, ...] = ()
    position: int | None = None
    replaces: int | None = None
    withdraws: int | None = None
    reason: str | None = None


class Statements:
    """The statements of one log, made from its facts."""

    def __init__(self, ledger: Ledger, folder: LogFolder, keyring: Keyring, noting: Noting) -> None:
        self.ledger, self.folder = ledger, folder
        self.keyring, self.noting = keyring, noting
        self._served = 0, ""

    def made(self) -> tuple[StatementMade, ...]:
        """Return every statement so far, in the order of their numbers."""
        return self.noting.standing().statements

    def drafted(self, said: Said, checkpoint: Note, at: datetime) -> notes.Statement:
        """Return the statement that comes next in the series, under *checkpoint*."""
        made = self.made()
        before = made[-1] if made else None
        stated = read_checkpoint(checkpoint)
        proof = [] if before is None else self._continuing(before.size, stated)
        return notes.Statement(
            origin=stated.origin,
            number=len(made) + 1,
            previous=None if before is None else before.digest,
            proof=tuple(proof),
            issued=instant_text(at),
            month=said.month,
            checkpoint=checkpoint,
            figures=tuple(notes.StatedFigure(**one.model_dump()) for one in said.figures),
            position=said.position,
            replaces=said.replaces,
            withdraws=said.withdraws,
            reason=said.reason,
        )

    def _continuing(self, size: int, stated: Checkpoint) -> list[bytes]:
        return self.folder.tiles.consistency(size, stated.size) if size <= stated.size else []

    def put_out(self) -> None:
        """Sign and write every statement that is on record and not served as it should be.

        After a rotation each gets the new key's signature too, so that whoever believes only the
        key in force can read the whole series. Raises `SigningRefused` for a text that is no
        statement of this log, `SigningKeyRefused`, `LogBusy`.
        """
        recorded, made = key_on_record(self.noting.standing()), self.made()
        if recorded is None or not made or self._served == (len(made), recorded.vkey):
            return
        key = self.keyring.in_force(recorded.vkey)[-1]
        with self.folder.locked():
            for entry in self._entries():
                number, text = int(entry.fact["number"]), str(entry.fact["text"])
                there = self.folder.statement(number)
                before = () if there is None or there.text != text else there.signatures
                note = Note(text, before)
                if key.verifier.signed(note) is None:
                    self._require_ours(number, text, recorded.name)
                    self.folder.state(number, note.with_signatures(key.sign(text)))
        self._served = len(made), recorded.vkey

    def _entries(self) -> Iterator[Entry]:
        entries = self.ledger.read(LOG_STREAM)
        return (entry for entry in entries if entry.kind in KINDS)

    def _require_ours(self, number: int, text: str, origin: str) -> None:
        """Refuse to sign what is no statement of this log under a root that is its own."""
        try:
            statement = notes.read_statement(Note(text))
        except NoteMalformed:
            statement = None
        if (
            statement is None
            or (statement.origin, statement.number) != (origin, number)
            or statement.stated.size > self.folder.tiles.size
            or self.folder.tiles.root(statement.stated.size) != statement.stated.root
        ):
            raise SigningRefused(
                "statement-foreign",
                f"第 {number} 号记录不是本日志的指标报表，不予签名。请通知审计员。",
                f"what is on record as statement {number} is none of this log. Tell the auditor.",
            )
