"""The door to the book of record: append facts once, read them in order, for ever.

What `append` returns is durable: it survives the death of this process and a power cut. What it
raises has changed nothing.
"""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Select,
    bindparam,
    func,
    literal,
    literal_column,
    select,
)

from domain.values import STREAM, instant_text
from ledger.database import (
    CLOCK_BEHIND_MAX,
    ClockBehind,
    LedgerDamaged,
    LedgerMissing,
    LedgerUnavailable,
    WeakSettings,
    make_file,
    parsed,
    reading_engine,
    speaking_plainly,
    sqlite_file,
    writing_engine,
)
from ledger.entry import CommandFacts, Draft, Entry, instant_of
from ledger.migrating import LEDGER, upgrade
from ledger.planning import (
    Appended,
    CommandConflict,
    Receipt,
    Request,
    RulesMoved,
    Stored,
    VersionTaken,
    receipt_of,
)
from ledger.schema import entries
from ledger.writer import ENTRY, Writer, entry_of

__all__ = [
    "Appended",
    "ClockBehind",
    "CommandConflict",
    "CommandFacts",
    "Draft",
    "Entry",
    "Ledger",
    "LedgerDamaged",
    "LedgerMissing",
    "LedgerUnavailable",
    "Receipt",
    "RulesMoved",
    "VersionTaken",
    "WeakSettings",
    "open_ledger",
]

PAGE = 1000

# What every command asks is built once: building a statement costs more than answering it.
_STREAM = entries.c.stream == bindparam("stream")
_OF_STREAM = (
    select(*ENTRY)
    .where(_STREAM, entries.c.version > bindparam("after"))
    .order_by(entries.c.version)
)
_OF_COMMAND = (
    select(entries.c.digest, *ENTRY)
    .where(_STREAM, entries.c.command_id == bindparam("command_id"))
    .order_by(entries.c.ordinal)
)
_VERSION = select(func.max(entries.c.version)).where(_STREAM)
_HEAD = select(func.max(entries.c.position))


@cache
def _heads(categories: frozenset[str]) -> "Select[int, int]":
    among = entries.c.category.in_([literal(category) for category in sorted(categories)])
    return select(
        _HEAD.scalar_subquery(),
        select(func.max(entries.c.position)).where(among).scalar_subquery(),
    )


def open_ledger(url: str, *, create: bool = True) -> "Ledger":
    """Open the ledger at *url* (`sqlite:///path`, `postgresql+psycopg://...`), safe for threads.

    With *create* a missing ledger is made and an older one brought up to date; without it a
    missing one raises `LedgerMissing`. Raises `WeakSettings` when the database could lose what
    it acknowledged, `ClockBehind` when its time stands before its newest entry, and
    `LedgerUnavailable` when it cannot be reached.
    """
    return Ledger(parsed(url), create=create)


class Ledger:
    """The one log of everything that has happened."""

    def __init__(self, url: URL, *, create: bool = True) -> None:
        self.url = url
        self.closed_because = ""
        """Why nothing is appended here, "" where it is: a copy is only read."""
        file = sqlite_file(url)
        if file is not None:
            _settle(file, create=create)
        writing = writing_engine(url)
        try:
            upgrade(writing, LEDGER, create=create)
        except BaseException:
            writing.dispose()
            raise
        self.engine = reading_engine(url)
        self.writer = Writer(writing)
        self.clock: Callable[[], datetime] = self._clock()
        """What time it is here: the database server's on PostgreSQL, the host's on SQLite."""
        if create:
            self._refuse_a_clock_that_is_behind()

    def append(
        self,
        stream: str,
        expected_version: int,
        commands: Sequence[CommandFacts],
        *,
        at: datetime,
        book_seen: int | None = None,
        sealed: Sequence[Any] = (),
    ) -> list[Appended]:
        """Append the facts of *commands* to *stream*, all or none, and wait until they are durable.

        One answer a command, in order. A command already recorded in the stream is answered with
        its first receipt, marked repeated; with other content it raises `CommandConflict`. Else
        `VersionTaken` unless the stream stands at *expected_version* (0: not begun), `RulesMoved`
        where registry or packs have changed after position *book_seen*. *sealed* is kept by
        `writer.beside` before, and what that raises is raised here. *at* is now, with its offset;
        what is recorded is never earlier than the entry before.
        `LedgerUnavailable`: nothing was acknowledged; the same command ids may be tried again.
        `ValueError`: a fact or id that cannot be written down.
        """
        if self.closed_because:
            raise LedgerUnavailable(self.closed_because)
        request = _request(stream, expected_version, commands, at, book_seen, sealed)
        return self.writer.append(request)

    def read(self, stream: str, after_version: int = 0) -> list[Entry]:
        """Return the entries of *stream* with a version above *after_version*, in order."""
        return self._entries(_OF_STREAM, {"stream": stream, "after": after_version})

    def log(
        self, after: int = -1, limit: int = PAGE, categories: Collection[str] | None = None
    ) -> list[Entry]:
        """Return up to *limit* entries with a position above *after*, in order.

        *categories* keeps only streams such as `unit` or `task`. No committed entry is ever
        skipped: whoever sees position n has seen all before it.
        """
        question = select(*ENTRY).where(entries.c.position > after)
        if categories is not None:
            question = question.where(entries.c.category.in_(sorted(categories)))
        return self._entries(question.order_by(entries.c.position).limit(limit))

    def head(self) -> int:
        """Return the newest position, -1 for an empty log."""
        newest = self._value(_HEAD)
        return -1 if newest is None else int(newest)

    def heads(self, categories: Collection[str]) -> tuple[int, int]:
        """Return the newest position of all, and the newest in *categories*; -1 for none."""
        with speaking_plainly(), self.engine.connect() as connection:
            newest, among = connection.execute(_heads(frozenset(categories))).one()
        return -1 if newest is None else int(newest), -1 if among is None else int(among)

    def version(self, stream: str) -> int:
        """Return the newest version of *stream*, 0 when it has not begun."""
        return int(self._value(_VERSION, {"stream": stream}) or 0)

    def entry(self, position: int) -> Entry | None:
        """Return the entry at *position*, None where there is none yet."""
        found = self._entries(select(*ENTRY).where(entries.c.position == position))
        return found[0] if found else None

    def receipt(self, stream: str, command_id: str) -> Receipt | None:
        """Return the receipt *command_id* was given in *stream*, None if it left no fact there."""
        wanted = {"stream": stream, "command_id": command_id}
        with speaking_plainly(), self.engine.connect() as connection:
            rows = connection.execute(_OF_COMMAND, wanted).all()
        if not rows:
            return None
        return receipt_of(Stored(rows[0].digest, tuple(entry_of(row) for row in rows)))

    def streams(self, category: str) -> Iterator[str]:
        """Yield every stream of *category*, ordered by name."""
        question = select(entries.c.stream).where(
            entries.c.category == category, entries.c.version == literal_column("1")
        )
        after = ""
        while True:
            page = question.where(entries.c.stream > after).order_by(entries.c.stream).limit(PAGE)
            with speaking_plainly(), self.engine.connect() as connection:
                found = [str(stream) for stream in connection.scalars(page)]
            yield from found
            if len(found) < PAGE:
                return
            after = found[-1]

    def streams_of_pairing(self, pairing: str) -> list[str]:
        """Return the task streams that belong to *pairing*, ordered by name."""
        question = (
            select(entries.c.stream)
            .where(entries.c.pairing == pairing, entries.c.category == "task")
            .distinct()
            .order_by(entries.c.stream)
        )
        with speaking_plainly(), self.engine.connect() as connection:
            return [str(stream) for stream in connection.scalars(question)]

    def of_kind(self, kind: str, since: datetime | None = None) -> Iterator[Entry]:
        """Yield the entries of *kind* recorded at or after *since* (None: all), in log order."""
        question = select(*ENTRY).where(entries.c.kind == kind)
        if since is not None:
            question = question.where(entries.c.recorded_at >= instant_text(since))
        after: ColumnElement[bool] | None = None
        while True:
            page = question if after is None else question.where(after)
            order = (entries.c.recorded_at, entries.c.position)
            found = self._entries(page.order_by(*order).limit(PAGE))
            yield from found
            if len(found) < PAGE:
                return
            newest = found[-1]
            after = (entries.c.position > newest.position) & (
                entries.c.recorded_at >= instant_text(newest.recorded_at)
            )

    def newest_at(self) -> datetime | None:
        """Return when the newest entry was recorded, None for an empty log."""
        question = select(entries.c.recorded_at).order_by(entries.c.position.desc()).limit(1)
        with speaking_plainly(), self.engine.connect() as connection:
            newest = connection.scalar(question)
        return None if newest is None else instant_of(newest)

    def _clock(self) -> Callable[[], datetime]:
        if self.engine.dialect.name == "sqlite":
            return _hosts_time
        return ServersTime(self._servers_time)

    def _servers_time(self) -> datetime:
        with speaking_plainly(), self.engine.connect() as connection:
            now = connection.scalar(select(func.clock_timestamp()))
        assert isinstance(now, datetime), "PostgreSQL tells its time with the offset"
        return now.astimezone(UTC)

    def _refuse_a_clock_that_is_behind(self) -> None:
        newest = self.newest_at()
        now = self.clock()
        if newest is not None and newest - now > CLOCK_BEHIND_MAX:
            self.close()
            raise ClockBehind(now, newest)

    def close(self) -> None:
        """Finish the appends that wait, then let go of the database; a second call does nothing."""
        self.writer.close()
        self.engine.dispose()

    def _entries(
        self, question: "Select[int, int, bytes, bytes]", wanted: dict[str, Any] | None = None
    ) -> list[Entry]:
        with speaking_plainly(), self.engine.connect() as connection:
            rows = connection.execute(question, wanted).all()
        return [entry_of(row) for row in rows]

    def _value(self, question: "Select[int]", wanted: dict[str, Any] | None = None) -> int | None:
        with speaking_plainly(), self.engine.connect() as connection:
            return connection.scalar(question, wanted)


def _hosts_time() -> datetime:
    return datetime.now(UTC)


class ServersTime:
    """The database server's clock, asked every few seconds and carried on by the monotonic clock.

    In between it can be off by the drift of those seconds only, and what is recorded is never
    earlier than the entry before.
    """

    def __init__(self, asked: Callable[[], datetime], every: float = 5.0) -> None:
        self._asked, self._every = asked, every
        self._at: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Return the server's time; raise `LedgerUnavailable` where it does not answer."""
        before, found = time.monotonic(), self._at
        if found is None or before - found[1] > self._every:
            now = self._asked()
            # Told somewhere between the two; half the way is the best guess.
            found = self._at = (now, (before + time.monotonic()) / 2)
        return found[0] + timedelta(seconds=time.monotonic() - found[1])


def _settle(file: Path, *, create: bool) -> None:
    if not create:
        if not file.is_file():
            raise LedgerMissing(f"没有账本文件 {file}。 There is no ledger at {file}.")
        return
    try:
        make_file(file)
    except OSError as problem:
        raise LedgerUnavailable(f"{file} cannot be made: {problem.strerror}") from None


def _request(
    stream: str,
    expected_version: int,
    commands: Sequence[CommandFacts],
    at: datetime,
    book_seen: int | None = None,
    sealed: Sequence[Any] = (),
) -> Request:
    if not STREAM.match(stream):
        raise ValueError(f"a stream is named like task/<uuid>, found {stream[:80]!r}")
    if at.tzinfo is None:
        raise ValueError("the instant of appending needs its offset")
    for facts in commands:
        facts.check()
    return Request(
        stream,
        expected_version,
        tuple(commands),
        at.astimezone(UTC),
        book_seen,
        tuple(sealed),
    )
