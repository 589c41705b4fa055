"""A large ledger for the benchmarks: one real case, told again in as many streams as are wanted.

The entries come from `planning.plan`, the writer's own hand, and go in by direct inserts, a few
thousand a transaction: what is measured afterwards is reading, never writing.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

from desk.gateway import Gateway, asking_of
from desk.identifiers import new_uuid7
from desk.opening import Books, books
from domain.casebook import kind_of
from domain.values import category_of, instant_text
from ledger.entry import CommandFacts, Draft, Entry
from ledger.planning import Request, Standing, plan
from tests.journeys.district import District

COUNTY = "440106"
_A_TRANSACTION = 5000
INSERT = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def build(home: Path, entries: int) -> str:
    """Build a ledger of about *entries* entries in *home*; return its URL."""
    home.mkdir(parents=True)
    url = f"sqlite:///{home}"
    with books(f"{url}/ledger.db", f"{url}/vault.db", home / "vault.key", "gd-2022") as opened:
        case = asyncio.run(_a_whole_case(opened))
        head = opened.ledger.head()
        newest = opened.ledger.entry(head)
        assert newest is not None
    drawn = {(COUNTY, case[0].fact["number"][8:16]): 1}
    standing = Standing(head, newest.recorded_at, -1, {}, {}, drawn)
    connection = sqlite3.connect(home / "ledger.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # a benchmark's ledger may be lost
    connection.execute("PRAGMA cache_size = -200000")
    rows = _rows(case, standing, (entries - head) // len(case))
    while some := list(islice(rows, _A_TRANSACTION)):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, some)
        connection.execute("COMMIT")
    counted(connection, standing)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return f"{url}/ledger.db"


def counted(connection: sqlite3.Connection, standing: Standing) -> None:
    """Move the counters of work-order numbers to the last ones drawn."""
    connection.execute("BEGIN IMMEDIATE")
    for (county, day), last in standing.counters.items():
        this = (county, day)
        known = "SELECT last FROM counters WHERE county = ? AND day = ?"
        found = connection.execute(known, this).fetchone()
        if found is None:
            connection.execute("INSERT INTO counters VALUES (?, ?, ?)", (county, day, last))
        elif found[0] < last:
            moving = "UPDATE counters SET last = ? WHERE county = ? AND day = ?"
            connection.execute(moving, (last, county, day))
    connection.execute("COMMIT")


async def _a_whole_case(opened: Books) -> list[Entry]:
    """Record one real case at the desk and return its entries."""
    gateway = Gateway(opened)
    district = await District.found(gateway)
    task = f"task/{new_uuid7()}"
    askings = [asking_of(kind_of(task), order) for order in district.whole_case(task)]
    handled = await gateway.desk.record(task, askings)
    assert all(not isinstance(answer, Exception) for answer in handled.answers)
    return opened.ledger.read(task)


def _rows(case: list[Entry], standing: Standing, times: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of *times* more cases like *case*, each a second after the one before."""
    at = standing.newest
    assert at is not None
    for _ in range(times):
        at += timedelta(seconds=1)
        request = Request(f"task/{new_uuid7()}", 0, tuple(_commands(case)), at)
        plan(standing, request)
        for entry, digest in standing.added:
            yield row_of(entry, digest)
        # Only the head of the log goes on: every stream is written once.
        standing.heads, standing.stored, standing.added = {}, {}, []


def _commands(case: list[Entry]) -> Iterator[CommandFacts]:
    for entry in case:
        fact = {name: value for name, value in entry.fact.items() if name != "number"}
        yield CommandFacts(
            command_id=f"{entry.command_id}/{entry.ordinal}",
            digest="0" * 64,
            by=entry.by,
            occurred_at=None,
            because_of=entry.because_of,
            pairing=entry.pairing,
            policy=entry.policy,
            calendar=entry.calendar,
            seen=entry.seen,
            drafts=(Draft(entry.kind, fact),),
            number_for=COUNTY if "number" in entry.fact else None,
        )


def row_of(entry: Entry, digest: str) -> tuple[object, ...]:
    """Return what `INSERT` takes of *entry*."""
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
