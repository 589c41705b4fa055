"""The history of a case in sentences: read from the ledger itself, so that it needs no board."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.envelope import By
from domain.people import ROLE_LABELS, Role
from domain.wording import Language, Names, clock_label, instant_shown, sentence
from ledger.entry import Entry


class Readable(Protocol):
    """The part of the ledger a history needs."""

    def read(self, stream: str, after_version: int = 0) -> Sequence[Entry]:
        """Return the entries of a stream in order."""
        ...


@dataclass(frozen=True)
class HistoryLine:
    """One fact of a case: when, who, and the sentence; *occurred* only where it differs."""

    version: int
    position: int
    kind: str
    recorded: str
    occurred: str | None
    who: str
    sentence: str

    def text(self) -> str:
        """Return the line as one text."""
        when = self.recorded if self.occurred is None else f"{self.recorded}（{self.occurred}）"
        return f"{when}  {self.who}  {self.sentence}"


def case_history(
    ledger: Readable, stream: str, names: Names, language: Language = "zh"
) -> list[HistoryLine]:
    """Return every fact of the case *stream* as a sentence, in order; empty for no such case."""
    return list(history_of(ledger.read(stream), names, language))


def history_of(
    entries: Iterable[Entry], names: Names, language: Language = "zh"
) -> Iterable[HistoryLine]:
    """Tell *entries* as sentences."""
    for entry in entries:
        recorded, occurred = instant_shown(entry.recorded_at), instant_shown(entry.occurred_at)
        yield HistoryLine(
            version=entry.version,
            position=entry.position,
            kind=entry.kind,
            recorded=recorded,
            occurred=None if occurred == recorded else occurred,
            who=who(entry.by, names, language),
            sentence=sentence(entry.kind, entry.fact, names, language),
        )


def who(by: By, names: Names, language: Language = "zh") -> str:
    """Return who acted: unit, role and person; or the system with the clock that rang."""
    role = ROLE_LABELS[by.role][language == "en"]
    if by.role is Role.SYSTEM:
        if by.clock is None:
            return role
        clock = clock_label(by.clock, language)
        return f"{role}（{clock}时钟）" if language == "zh" else f"{role} ({clock} clock)"
    parts = [] if by.unit is None else [names.unit(by.unit, language)]
    parts.append(role if by.role is not Role.RESIDENT else "")
    if by.person is not None:
        parts.append(names.person(by.person, language))
    told = " ".join(part for part in parts if part)
    if by.on_behalf_of is not None:
        other = names.person(by.on_behalf_of, language)
        told += f"（代{other}）" if language == "zh" else f" (for {other})"
    return told
