"""The one hand that writes: appends that wait are gathered into one transaction (group commit).

One fsync pays for a whole group, yet each request is answered for itself. Several processes may
write to the same ledger: the database's own lock orders them, and everything a decision to append
rests on is read after that lock is held.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from domain.values import category_of, instant_text
from ledger.asking import ask, tell
from ledger.database import LedgerUnavailable, WeakSettings, in_plain_words, sync_failed
from ledger.entry import Entry, EntryUnreadable, instant_of, read
from ledger.planning import (
    BOOK_CATEGORIES,
    Appended,
    CommandConflict,
    Head,
    Request,
    RulesMoved,
    Standing,
    Stored,
    VersionTaken,
    counters_wanted,
    plan,
)
from ledger.schema import counters, entries

GROUP_MAX = 256
"""The most requests one transaction takes; more wait for the next."""

WAITING_MAX = 20_000
"""The most requests that may wait; beyond it a caller is told "not now" at once."""

_LOCK = 7_305_003
ENTRY = (entries.c.position, entries.c.ordinal, entries.c.body, entries.c.hash)
"""What `ledger.entry.read` needs of a row, in its order."""

# ruff: noqa: S608 - every part of a statement is a constant of this file
_NEWEST = "SELECT position, recorded_at FROM entries ORDER BY position DESC LIMIT 1"
_BOOK = "SELECT max(position) FROM entries WHERE category IN ({})".format(
    ", ".join(f"'{category}'" for category in BOOK_CATEGORIES)
)
_HEAD_OF_ONE = (
    "SELECT stream, version, hash FROM entries WHERE stream = ? ORDER BY version DESC LIMIT 1"
)
_HEADS_OF_MANY = (
    "SELECT e.stream, e.version, e.hash FROM ({streams}) AS w JOIN entries AS e "
    "ON e.stream = w.name AND e.version = "
    "(SELECT max(version) FROM entries WHERE stream = w.name)"
)
_STORED = (
    "SELECT e.stream, e.command_id, e.digest, e.position, e.ordinal, e.body, e.hash "
    "FROM ({commands}) AS w "
    "JOIN entries AS e ON e.stream = w.name AND e.command_id = w.id"
)
_LISTS = {
    # The casts give the values the columns' affinity; without it SQLite scans the table.
    "sqlite": {
        "streams": "SELECT CAST(value AS TEXT) AS name FROM json_each(?)",
        "commands": "SELECT CAST(json_extract(value, '$[0]') AS TEXT) AS name, "
        "CAST(json_extract(value, '$[1]') AS TEXT) AS id FROM json_each(?)",
    },
    "postgresql": {
        "streams": "SELECT unnest(CAST(? AS text[])) AS name",
        "commands": "SELECT * FROM unnest(CAST(? AS text[]), CAST(? AS text[])) AS u(name, id)",
    },
}
"""Values as a table, in one statement of constant text."""

_INSERT = (
    "INSERT INTO entries (position, stream, category, version, ordinal, kind, recorded_at, "
    "command_id, digest, pairing, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

Answer = list[Appended] | Exception


@dataclass(eq=False)
class _Waiting:
    """A request that waits; *turn* comes with its answer, or with the lead of the next group."""

    request: Request
    answer: Answer | None = None
    turn: threading.Event = field(default_factory=threading.Event)


Beside = Callable[[Sequence[Sequence[Any]]], Sequence[Exception | None]]
"""Keeps in another book what each request of a group needs there; says which could not be kept."""


class Writer:
    """Appends for every thread of this process, one group after the other.

    Whoever finds nobody writing leads: it writes for all who wait by then, and hands the lead on. A
    lone request so never waits for another thread, and many share one commit. *beside* is called
    once a group, with what the accepted requests want kept elsewhere, before their entries are
    written: a fact never tells of a text that is not there, and a refused request leaves nothing in
    either book.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.beside: Beside | None = None
        self._waiting: deque[_Waiting] = deque()
        self._state = threading.Condition()
        self._led = self._closed = self._sync_failed = False

    def append(self, request: Request) -> list[Appended]:
        """Append *request* with the next group; returns, or raises, once that is committed."""
        waiting = _Waiting(request)
        with self._state:
            if self._closed:
                raise LedgerUnavailable("the ledger has been closed in this process")
            if len(self._waiting) >= WAITING_MAX:
                raise LedgerUnavailable(f"{WAITING_MAX:,} appends are waiting already")
            self._waiting.append(waiting)
            leads, self._led = not self._led, True
        if not leads:
            self._wait(waiting)
        if waiting.answer is None:
            self._lead()
        assert waiting.answer is not None, "whoever leads has its own request in the group"
        if isinstance(waiting.answer, Exception):
            raise waiting.answer
        return waiting.answer

    def close(self) -> None:
        """Let what waits be appended, then let go of the database; repeatable."""
        with self._state:
            self._closed = True
            self._state.wait_for(lambda: not self._led)
        self.engine.dispose()

    def _wait(self, waiting: _Waiting) -> None:
        try:
            waiting.turn.wait()
        except BaseException:  # interrupted: it waits no longer, and keeps no lead
            with self._state:
                if waiting in self._waiting:
                    self._waiting.remove(waiting)
                    if waiting.turn.is_set():
                        self._hand_on()
            raise

    def _hand_on(self) -> None:
        """Let the first who waits lead, or nobody; the state is held."""
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].turn.set()
        self._state.notify_all()

    def _lead(self) -> None:
        """Write for everybody who waits, oneself first; hand the lead to who waits then."""
        with self._state:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_MAX))]
        # What an interrupted leader did not tell may be recorded: asked again, it is found.
        answers: list[Answer] = [LedgerUnavailable("an append was interrupted") for _ in group]
        try:
            answers = self._recorded([one.request for one in group])
        finally:
            for one, answer in zip(group, answers, strict=True):
                one.answer = answer
                one.turn.set()
            with self._state:
                self._hand_on()

    def _recorded(self, requests: list[Request]) -> list[Answer]:
        """Record *requests* in one transaction; one that the database refuses harms no other."""
        if self._sync_failed:
            return [LedgerUnavailable("a sync to disk failed; restart") for _ in requests]
        try:
            return self._in_one_transaction(requests)
        except (SQLAlchemyError, WeakSettings, EntryUnreadable) as problem:
            # After a failed sync the pages in memory no longer tell what is on the disk.
            self._sync_failed = sync_failed(problem)
            plain = in_plain_words(problem)
            if isinstance(plain, LedgerUnavailable):
                return [LedgerUnavailable(plain.found) for _ in requests]
            if plain is None and isinstance(problem, DBAPIError | EntryUnreadable):
                if len(requests) > 1:
                    return [self._recorded([request])[0] for request in requests]
                return [problem]
            return [plain or problem for _ in requests]
        except Exception as problem:  # noqa: BLE001 - one request must not take the others with it
            if len(requests) > 1:
                return [self._recorded([request])[0] for request in requests]
            return [problem]

    def _in_one_transaction(self, requests: list[Request]) -> list[Answer]:
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Released at commit, after the entries are visible: no reader skips a position.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            standing = _standing(connection, requests)
            trial = standing.copy()
            answers = _planned(trial, requests, {})
            unkept = self._keep_beside(requests, answers)
            if unkept:
                trial = standing.copy()
                answers = _planned(trial, requests, unkept)
            if trial.added:
                tell(connection, _INSERT, [_row(*added) for added in trial.added])
                _store_counters(connection, standing.counters, trial.counters)
        return answers

    def _keep_beside(self, requests: list[Request], answers: list[Answer]) -> dict[int, Exception]:
        """Have kept what the accepted requests need; return what could not be, by their places."""
        places = [
            place
            for place, (request, answer) in enumerate(zip(requests, answers, strict=True))
            if request.sealed
            and isinstance(answer, list)
            and any(one.entries and not one.repeated for one in answer)
        ]
        if not places:
            return {}
        assert self.beside is not None, "whoever seals has said where it is kept"
        kept = self.beside([requests[place].sealed for place in places])
        return {
            place: problem
            for place, problem in zip(places, kept, strict=True)
            if problem is not None
        }


def _planned(
    standing: Standing, requests: list[Request], unkept: dict[int, Exception]
) -> list[Answer]:
    """Move *standing* on by each request in turn; those *unkept* are answered with why."""
    answers: list[Answer] = []
    for place, request in enumerate(requests):
        if place in unkept:
            answers.append(unkept[place])
            continue
        try:
            answers.append(plan(standing, request))
        except (VersionTaken, RulesMoved, CommandConflict, ValueError) as refusal:
            answers.append(refusal)
    return answers


def _standing(connection: Connection, requests: list[Request]) -> Standing:
    newest = ask(connection, _NEWEST)
    streams = sorted({request.stream for request in requests})
    commands = sorted(
        {(request.stream, facts.command_id) for request in requests for facts in request.commands}
    )
    standing = Standing(
        position=int(newest[0][0]) if newest else -1,
        newest=instant_of(newest[0][1]) if newest else None,
        book=_newest_of_the_book(connection, requests),
        heads=_heads(connection, streams),
        stored=_stored(connection, commands),
        counters={},
    )
    if wanted := sorted(counters_wanted(standing, requests)):
        rows = connection.execute(
            select(counters.c.county, counters.c.day, counters.c.last).where(
                tuple_(counters.c.county, counters.c.day).in_(wanted)
            )
        )
        standing.counters = {(row.county, row.day): row.last for row in rows}
    return standing


def _newest_of_the_book(connection: Connection, requests: list[Request]) -> int:
    if all(request.book_seen is None for request in requests):
        return -1
    ((newest,),) = ask(connection, _BOOK)
    return -1 if newest is None else int(newest)


def _heads(connection: Connection, streams: list[str]) -> dict[str, Head]:
    if len(streams) == 1:
        rows = ask(connection, _HEAD_OF_ONE, streams)
    else:
        dialect = connection.dialect.name
        wanted = json.dumps(streams) if dialect == "sqlite" else streams
        rows = ask(connection, _HEADS_OF_MANY.format(**_LISTS[dialect]), (wanted,))
    return {stream: Head(int(version), bytes(found).hex()) for stream, version, found in rows}


def _stored(
    connection: Connection, commands: list[tuple[str, str]]
) -> dict[tuple[str, str], Stored]:
    if not commands:
        return {}
    dialect = connection.dialect.name
    told: tuple[Any, ...] = (json.dumps(commands),)
    if dialect != "sqlite":
        told = ([stream for stream, _ in commands], [command_id for _, command_id in commands])
    rows = ask(connection, _STORED.format(**_LISTS[dialect]), told)
    # Sorted here: asked to sort, SQLite walks a whole index instead of looking the few up.
    in_order = sorted(rows, key=lambda row: (row[0], row[1], row[4]))
    return {
        key: Stored(digest=found[0][2], entries=tuple(_entry(row[3:]) for row in found))
        for key, group in groupby(in_order, lambda row: (row[0], row[1]))
        if (found := list(group))
    }


def _entry(row: Sequence[Any]) -> Entry:
    position, ordinal, body, found = row
    return read(int(position), int(ordinal), bytes(body), bytes(found).hex())


def entry_of(row: Row[*tuple[Any, ...]]) -> Entry:
    """Return the entry of a row that has the columns `ENTRY`."""
    return read(row.position, row.ordinal, bytes(row.body), row.hash.hex())


def _row(entry: Entry, digest: str) -> tuple[object, ...]:
    return (
        entry.position,
        entry.stream,
        category_of(entry.stream),
        entry.version,
        entry.ordinal,
        entry.kind,
        instant_text(entry.recorded_at),
        entry.command_id,
        digest,
        entry.pairing,
        entry.body,
        bytes.fromhex(entry.hash),
    )


def _store_counters(
    connection: Connection,
    before: dict[tuple[str, str], int],
    after: dict[tuple[str, str], int],
) -> None:
    for (county, day), last in after.items():
        if (county, day) not in before:
            connection.execute(insert(counters), {"county": county, "day": day, "last": last})
        elif before[county, day] != last:
            connection.execute(
                update(counters)
                .where(counters.c.county == county, counters.c.day == day)
                .values(last=last)
            )
