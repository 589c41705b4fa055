"""Figure statements: what a city says of one month, signed with the key of its log.

A statement is a signed note whose text names the log, numbers the statement, continues the one
before it (by digest, and by a consistency proof between the two checkpoints), and carries the
checkpoint it was computed under. Its first line ends in `/figure-statement` and its second is no
number: it can never be taken for a checkpoint, nor for a stream head, which the same key signs.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from transparency.checkpoints import Checkpoint, read_checkpoint, read_number
from transparency.notes import Note, NoteMalformed, from_base64, read_note, to_base64
from transparency.proof_files import HASHES_MAX
from transparency.proofs import HASH_BYTES

SUFFIX = "/figure-statement"
FIGURES_MAX = 200
_NONE = "none"
_CODE = r"[A-Za-z0-9][A-Za-z0-9_.@/:-]{0,95}"
_NUMBER = r"0|[1-9][0-9]{0,15}"
_FIGURE = re.compile(rf"figure ({_CODE}) ({_NUMBER})/({_NUMBER}) left out ({_NUMBER})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


@dataclass(frozen=True)
class StatedFigure:
    """One rate: what counts above the line, what below, what was left out, and what it means."""

    code: str
    numerator: int
    denominator: int
    excluded: int
    meaning: str

    def lines(self) -> tuple[str, str]:
        """Return the two lines of the figure."""
        # Never three groups of digits side by side: they could read as a telephone number.
        counted = f"{self.numerator}/{self.denominator} left out {self.excluded}"
        return f"figure {self.code} {counted}", f"means {self.meaning}"


@dataclass(frozen=True)
class Statement:
    """One statement of the log *origin*: the figures of *month*, or the withdrawal of earlier ones.

    *previous* is the digest of the statement before it, *proof* shows that the checkpoint of that
    one is the beginning of this one's. *position* is the last log position that was counted; a
    withdrawal (*withdraws*) has none and no figures. Raises `NoteMalformed`.
    """

    origin: str
    number: int
    previous: str | None
    proof: tuple[bytes, ...]
    issued: str
    month: str
    checkpoint: Note
    figures: tuple[StatedFigure, ...] = ()
    position: int | None = None
    replaces: int | None = None
    withdraws: int | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        whole = (
            self.number >= 1
            and (self.previous is None or _DIGEST.fullmatch(self.previous))
            and _INSTANT.fullmatch(self.issued)
            and _MONTH.fullmatch(self.month)
            and len(self.proof) <= HASHES_MAX
            and all(len(one) == HASH_BYTES for one in self.proof)
            and len(self.figures) <= FIGURES_MAX
            and (self.position is None) == (self.withdraws is not None)
            and not (self.withdraws is not None and (self.figures or self.replaces is not None))
        )
        if not whole or read_checkpoint(self.checkpoint).origin != self.origin:
            raise _malformed()

    @property
    def stated(self) -> Checkpoint:
        """The checkpoint it carries."""
        return read_checkpoint(self.checkpoint)

    @property
    def text(self) -> str:
        """Return the note text that is signed."""
        return "\n".join((*self._lines(), "", "")) + self.checkpoint.encoded().decode()

    def _lines(self) -> Iterator[str]:
        yield f"{self.origin}{SUFFIX}"
        yield f"statement {self.number}"
        yield f"previous {self.previous or _NONE}"
        for one in self.proof:
            yield f"proof {to_base64(one)}"
        yield f"issued {self.issued}"
        yield f"month {self.month}"
        if self.withdraws is not None:
            yield f"withdraws {self.withdraws}"
        if self.replaces is not None:
            yield f"replaces {self.replaces}"
        if self.reason is not None:
            yield f"reason {self.reason}"
        if self.position is not None:
            yield f"position {self.position}"
        for figure in self.figures:
            yield from figure.lines()


def digest_of(text: str) -> str:
    """Return what names a statement in the one after it: the SHA-256 of its text, in hexadecimal.

    Signatures are not part of it: the same text signed once more is the same statement.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def read_statement(note: Note) -> Statement:
    """Return the statement that the text of *note* makes; raise `NoteMalformed`.

    This says nothing about signatures: ask the keys you trust first.
    """
    head, empty_line, checkpoint = note.text.partition("\n\n")
    lines = _Lines(head.split("\n"))
    title = lines.take("")
    if not empty_line or title is None or not title.endswith(SUFFIX):
        raise _malformed()
    number, previous = lines.need("statement "), lines.need("previous ")
    proof = tuple(map(from_base64, lines.every("proof ")))
    issued, month = lines.need("issued "), lines.need("month ")
    withdraws, replaces = lines.number("withdraws "), lines.number("replaces ")
    reason, position = lines.take("reason "), lines.number("position ")
    found = Statement(
        origin=title.removesuffix(SUFFIX),
        number=read_number(number),
        previous=None if previous == _NONE else previous,
        proof=proof,
        issued=issued,
        month=month,
        checkpoint=read_note(checkpoint.encode()),
        figures=tuple(lines.figures()),
        position=position,
        replaces=replaces,
        withdraws=withdraws,
        reason=reason,
    )
    if lines.left or found.text != note.text:  # one statement has one text
        raise _malformed()
    return found


class _Lines:
    """The lines of a statement that are still to be read, in their order."""

    def __init__(self, lines: list[str]) -> None:
        self.left = lines

    def take(self, word: str) -> str | None:
        """Return what follows *word* where the next line begins with it."""
        if self.left and self.left[0].startswith(word):
            return self.left.pop(0).removeprefix(word)
        return None

    def need(self, word: str) -> str:
        found = self.take(word)
        if found is None:
            raise _malformed()
        return found

    def number(self, word: str) -> int | None:
        found = self.take(word)
        return None if found is None else read_number(found)

    def every(self, word: str) -> Iterator[str]:
        while (found := self.take(word)) is not None:
            yield found

    def figures(self) -> Iterator[StatedFigure]:
        while self.left and (counted := _FIGURE.fullmatch(self.left[0])):
            self.left.pop(0)
            code, *numbers = counted.groups()
            above, below, left_out = map(int, numbers)
            yield StatedFigure(code, above, below, left_out, self.need("means "))


def _malformed() -> NoteMalformed:
    return NoteMalformed(
        f"不是指标报表：首行应以 {SUFFIX} 结束，其后各行有定式，末尾附检查点。 "
        f"Not a figure statement: the first line ends in {SUFFIX}, the lines after it have their "
        "order, and a checkpoint follows."
    )
