"""The history of a case in sentences: read from the ledger itself, so that it needs no board."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.clocks import Deadline
from domain.envelope import By
from domain.people import ROLE_LABELS, Known, Role
from domain.values import instant_text
from ledger.entry import Entry
from wording.explaining import Reason
from wording.labels import label
from wording.reasons import reason_text
from wording.sentences import (
    Language,
    Names,
    clock_label,
    deadline_text,
    instant_shown,
    sentence,
)


class Readable(Protocol):
    """The part of the ledger a history needs."""

    def read(self, stream: str, after_version: int = 0) -> Sequence[Entry]:
        """Return the entries of a stream in order."""
        ...


@dataclass(frozen=True)
class WhyDue:
    """Why one due time is what it is: *what* is due, *why* in a line, and when (in UTC).

    *agrees* says whether it comes out the same when computed again, None where that is unknown.
    """

    what: str
    why: str
    due: str
    agrees: bool | None


@dataclass(frozen=True)
class HistoryLine:
    """One fact of a case: when, who, and the sentence; *occurred* only where it differs.

    *reasons* says of each due time the fact states why it is what it is, where this was asked for.
    """

    version: int
    position: int
    kind: str
    recorded: str
    occurred: str | None
    who: str
    sentence: str
    reasons: tuple[WhyDue, ...] = ()

    @property
    def untold(self) -> tuple[WhyDue, ...]:
        """The reasons that the sentence itself does not give."""
        return tuple(reason for reason in self.reasons if reason.why not in self.sentence)

    def text(self) -> str:
        """Return the line as one text."""
        when = self.recorded if self.occurred is None else f"{self.recorded}（{self.occurred}）"
        return f"{when}  {self.who}  {self.sentence}"


def case_history(
    ledger: Readable,
    stream: str,
    names: Names,
    language: Language = "zh",
    explained: Mapping[int, Sequence[Reason]] | None = None,
) -> list[HistoryLine]:
    """Return every fact of the case *stream* as a sentence, in order; empty for no such case."""
    return list(history_of(ledger.read(stream), names, language, explained))


def history_of(
    entries: Iterable[Entry],
    names: Names,
    language: Language = "zh",
    explained: Mapping[int, Sequence[Reason]] | None = None,
) -> Iterable[HistoryLine]:
    """Tell *entries* as sentences; *explained* gives the reasons of due times by position."""
    for entry in entries:
        recorded, occurred = instant_shown(entry.recorded_at), instant_shown(entry.occurred_at)
        reasons = () if explained is None else explained.get(entry.position, ())
        yield HistoryLine(
            version=entry.version,
            position=entry.position,
            kind=entry.kind,
            recorded=recorded,
            occurred=None if occurred == recorded else occurred,
            who=who(entry.by, names, language),
            sentence=_sentence(entry, names, language, reasons),
            reasons=tuple(_why(reason, language) for reason in reasons),
        )


def _why(reason: Reason, language: Language) -> WhyDue:
    return WhyDue(
        what=clock_label(reason.clock, language),
        why=reason_text(reason, language),
        due=instant_text(reason.due),
        agrees=reason.agrees,
    )


def _sentence(entry: Entry, names: Names, language: Language, reasons: Sequence[Reason]) -> str:
    """Return the sentence of *entry*, with the whole reason of a deadline where it is known."""

    def shown(deadline: Mapping[str, Any]) -> str:
        stated = Deadline.model_validate(deadline)
        known = (one for one in reasons if (one.due, one.calendar) == (stated.due, stated.calendar))
        same = [one for one in known if one.policy == stated.policy]
        return reason_text(same[0], language) if same else deadline_text(deadline, language)

    return sentence(entry.kind, entry.fact, names, language, shown)


def who(by: By, names: Names, language: Language = "zh") -> str:
    """Return who acted: unit, role and person; or the system with the clock that rang."""
    role = ROLE_LABELS[by.role][language == "en"]
    if by.role is Role.SYSTEM:
        if by.known is not None:
            return "本机操作员" if language == "zh" else "local operator"
        if by.clock is None:
            return role
        clock = clock_label(by.clock, language)
        return f"{role}（{clock}时钟）" if language == "zh" else f"{role} ({clock} clock)"
    parts = [] if by.unit is None else [names.unit(by.unit, language)]
    parts.append(role if by.role is not Role.RESIDENT else "")
    if by.role is Role.PROVIDER:
        parts.append(str(by.person)[-4:])
    elif by.person is not None:
        parts.append(names.person(by.person, language))
    told = " ".join(part for part in parts if part)
    if by.known is Known.KEY:
        how = label(by.known, language)
        told += f"（{how}）" if language == "zh" else f" ({how})"
    if by.on_behalf_of is not None:
        other = names.person(by.on_behalf_of, language)
        told += f"（代{other}）" if language == "zh" else f" (for {other})"
    return told
