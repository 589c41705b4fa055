"""Decides, inside the append transaction, what each waiting request adds to the log.

Nothing here touches a database: `Standing` is what the transaction has read under its lock, and
`plan` moves it forward request by request, so that a refused request leaves no trace in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.values import category_of
from ledger.entry import CommandFacts, Entry, write
from ledger.numbers import day_of, work_order_number

BOOK_CATEGORIES = ("unit", "person", "policy", "calendar")
"""The streams whose facts decisions are judged by."""


class VersionTaken(Exception):
    """The stream has moved on since the caller looked: decide again on what stands now."""

    def __init__(self, stream: str, expected: int, found: int) -> None:
        self.stream, self.expected, self.found = stream, expected, found
        super().__init__(f"{stream} stands at version {found}, not {expected}")


class RulesMoved(Exception):
    """The registry or a pack has changed since the caller looked: decide again under that."""

    def __init__(self, expected: int, found: int) -> None:
        self.expected, self.found = expected, found
        super().__init__(f"the rules stand at position {found}, not {expected}")


class CommandConflict(Exception):
    """A command id has been used before in the stream, with other content."""

    def __init__(self, stream: str, command_id: str) -> None:
        self.stream, self.command_id = stream, command_id
        super().__init__(
            f"命令号已被另一内容使用。 The command id {command_id} of {stream} was already used "
            "with other content; use a new id for a new command."
        )


@dataclass(frozen=True)
class Receipt:
    """Proof that a command is recorded: its entries' place, the newest one's hash, their kinds."""

    stream: str
    command_id: str
    digest: str
    first_position: int
    last_position: int
    version: int
    hash: str
    recorded_at: datetime
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Appended:
    """What became of one command.

    *repeated* is true when it had been recorded before; entries and receipt are then those of the
    first time. A command without facts has no entries and no receipt.
    """

    command_id: str
    receipt: Receipt | None
    entries: tuple[Entry, ...]
    repeated: bool = False


@dataclass(frozen=True)
class Request:
    """One caller's wish: append the facts of *commands*, in order, all or none.

    *book_seen* is a position up to which the caller knew every fact decisions are judged by (None:
    it does not matter); *sealed* is what another book must hold before this one tells of it.
    """

    stream: str
    expected_version: int
    commands: tuple[CommandFacts, ...]
    at: datetime
    book_seen: int | None = None
    sealed: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Head:
    """Where a stream stands: its newest version and that entry's hash."""

    version: int = 0
    hash: str = ""


@dataclass(frozen=True)
class Stored:
    """A command as it was recorded."""

    digest: str
    entries: tuple[Entry, ...]


@dataclass
class Standing:
    """The log as the transaction sees it, then as the requests planned so far will leave it."""

    position: int
    newest: datetime | None
    book: int
    heads: dict[str, Head]
    stored: dict[tuple[str, str], Stored]
    counters: dict[tuple[str, str], int]
    added: list[tuple[Entry, str]] = field(default_factory=list)

    def copy(self) -> "Standing":
        """Return the same standing, to be moved on by itself."""
        return replace(
            self,
            heads=dict(self.heads),
            stored=dict(self.stored),
            counters=dict(self.counters),
            added=list(self.added),
        )

    def recorded_at(self, at: datetime) -> datetime:
        """Return the instant to record at *at*: never before the newest entry's."""
        return at if self.newest is None else max(at, self.newest)


def plan(standing: Standing, request: Request) -> list[Appended]:
    """Add the entries of *request* to *standing*, or refuse and leave it as it was.

    A command already recorded is answered first, with its stored receipt, whatever the version.
    Raises `CommandConflict` and `VersionTaken`.
    """
    head = standing.heads.get(request.stream, Head())
    unknown = [
        facts for facts in request.commands if not _is_stored(standing, request.stream, facts)
    ]
    if unknown and head.version != request.expected_version:
        raise VersionTaken(request.stream, request.expected_version, head.version)
    if unknown and request.book_seen is not None and standing.book > request.book_seen:
        raise RulesMoved(request.book_seen, standing.book)
    answers: list[Appended] = []
    fresh: dict[str, Stored] = {}
    counters: dict[tuple[str, str], int] = {}
    added: list[tuple[Entry, str]] = []
    recorded_at = standing.recorded_at(request.at)
    for facts in request.commands:
        stored = standing.stored.get((request.stream, facts.command_id))
        stored = stored or fresh.get(facts.command_id)
        if stored is not None:
            if stored.digest != facts.digest:
                raise CommandConflict(request.stream, facts.command_id)
            answers.append(answer(facts.command_id, stored, repeated=True))
            continue
        numbered = _numbered(facts, recorded_at, standing, counters)
        entries = tuple(
            _entries(numbered, request.stream, head, standing.position + len(added), recorded_at)
        )
        if entries:
            head = Head(entries[-1].version, entries[-1].hash)
            fresh[facts.command_id] = Stored(facts.digest, entries)
            added += [(entry, facts.digest) for entry in entries]
        answers.append(answer(facts.command_id, Stored(facts.digest, entries), repeated=False))
    if added:
        standing.position += len(added)
        standing.newest = recorded_at
        if category_of(request.stream) in BOOK_CATEGORIES:
            standing.book = standing.position
        standing.heads[request.stream] = head
        standing.stored |= {(request.stream, key): stored for key, stored in fresh.items()}
        standing.counters |= counters
        standing.added += added
    return answers


def answer(command_id: str, stored: Stored, *, repeated: bool) -> Appended:
    """Return what a caller is told about a command as it is recorded."""
    return Appended(command_id, receipt_of(stored), stored.entries, repeated)


def receipt_of(stored: Stored) -> Receipt | None:
    """Return the receipt of a recorded command, None for one without entries."""
    if not stored.entries:
        return None
    first, last = stored.entries[0], stored.entries[-1]
    return Receipt(
        stream=last.stream,
        command_id=last.command_id,
        digest=stored.digest,
        first_position=first.position,
        last_position=last.position,
        version=last.version,
        hash=last.hash,
        recorded_at=last.recorded_at,
        facts=tuple(entry.kind for entry in stored.entries),
    )


def counters_wanted(standing: Standing, requests: Sequence[Request]) -> set[tuple[str, str]]:
    """Return the counters (county, day) that *requests* may draw a work-order number from."""
    counties = {
        facts.number_for for request in requests for facts in request.commands if facts.number_for
    }
    # A request is recorded at its own time or at that of one before it, whichever is later.
    days = {day_of(standing.recorded_at(request.at)) for request in requests} if counties else ()
    return {(county, day) for county in counties for day in days}


def _is_stored(standing: Standing, stream: str, facts: CommandFacts) -> bool:
    stored = standing.stored.get((stream, facts.command_id))
    if stored is not None and stored.digest != facts.digest:
        raise CommandConflict(stream, facts.command_id)
    return stored is not None


def _numbered(
    facts: CommandFacts,
    recorded_at: datetime,
    standing: Standing,
    counters: dict[tuple[str, str], int],
) -> CommandFacts:
    """A registered task is given the next work-order number of its county and day."""
    if facts.number_for is None:
        return facts
    counter = (facts.number_for, day_of(recorded_at))
    serial = counters.get(counter, standing.counters.get(counter, 0)) + 1
    counters[counter] = serial
    first, *others = facts.drafts
    number = work_order_number(*counter, serial)
    numbered = replace(first, fact={**first.fact, "number": number})
    return replace(facts, drafts=(numbered, *others))


def _entries(
    facts: CommandFacts, stream: str, head: Head, position: int, recorded_at: datetime
) -> Iterator[Entry]:
    version, previous = head.version, head.hash
    for ordinal, draft in enumerate(facts.drafts):
        entry = write(
            facts,
            draft,
            position=position + 1 + ordinal,
            stream=stream,
            version=version + 1 + ordinal,
            ordinal=ordinal,
            recorded_at=recorded_at,
            previous=previous,
        )
        previous = entry.hash
        yield entry
