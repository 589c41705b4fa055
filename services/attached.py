"""Documents attached to a task: what there is, and each whole to whoever may read its words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.sealed import Sealed
from domain.task.reading import Sight
from evidence.kinds import ENDINGS
from ledger.entry import Entry
from services.scope import task_at
from services.seeing import NothingHere, Seer


@dataclass(frozen=True)
class Attached:
    """One document of a task, numbered from 1 in the order it came."""

    number: int
    position: int
    at: datetime
    fact: dict[str, Any]

    @property
    def media_type(self) -> str:
        """Which kind of file it is by its content."""
        return str(self.fact["media_type"])

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return ENDINGS.get(self.media_type, "bin")


def attached(entries: list[Entry]) -> list[Attached]:
    """Return the documents that a task's entries attached."""
    found = [one for one in entries if one.kind == "evidence_attached.v1"]
    return [
        Attached(number, one.position, one.recorded_at, dict(one.fact))
        for number, one in enumerate(found, 1)
    ]


def attached_to(seer: Seer, number: str) -> list[Attached]:
    """Return the documents of the task with this number.

    Raises `NothingHere` alike for a task there is none of and one whose words are not theirs.
    """
    stream, _, seen = task_at(seer, number)
    if seen < Sight.WORDS:
        raise NothingHere
    return attached(seer.house.books.ledger.read(stream))


def document_at(seer: Seer, number: str, at: int) -> tuple[Attached, bytes]:
    """Return the document *at* of the task with this number; raise `NothingHere` alike."""
    found = attached_to(seer, number)
    if not 1 <= at <= len(found):
        raise NothingHere
    one = found[at - 1]
    document = seer.house.books.vault.open(Sealed.model_validate(one.fact["document"]))
    if document is None:
        raise NothingHere
    return one, document
