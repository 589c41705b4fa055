"""Two of the four witnesses: every case as the ledger tells it, and as the boards have it.

The boards are read by plain questions of our own, so that a fault of the code that fills them is
not shared by the code that checks them.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import make_url

from audit.read_only import for_reading
from audit.reading import CannotRead, Reader
from audit.reconcile.reconciling import BoardCase, BoardsSeen, ClerkNotes, LedgerCase
from domain.casebook import CASES
from domain.envelope import Happened
from domain.oversight.case import clerk_stream
from domain.task.state import Known as KnownTask
from domain.values import category_of, instant_text
from ledger.entry import Entry

CLERKED = tuple(category for category, kind in CASES.items() if kind.clerked)
"""The kinds of case a workflow stands by."""

_BOARDS = (
    ("board_task", "SELECT stream, version, state, main_unit, due, position FROM board_task"),
    ("board_pairing", "SELECT stream, version, state, NULL, NULL, position FROM board_pairing"),
    ("board_erasure", "SELECT stream, version, state, NULL, NULL, position FROM board_erasure"),
    ("board_case", "SELECT stream, version, state, NULL, NULL, position FROM board_case"),
)

Ask = Callable[[str], list[Any]]


# -- the ledger ------------------------------------------------------------------------------


def ledger_case(stream: str, entries: Sequence[Entry]) -> LedgerCase | None:
    """Fold *entries* into the case they tell of; None where there are none.

    Raises `CannotRead` for facts that cannot follow one another.
    """
    if not entries:
        return None
    kind = CASES[category_of(stream)]
    state, owed = kind.initial, None
    try:
        for entry in entries:
            fact = kind.facts.validate_python({"kind": entry.kind, **entry.fact})
            told = Happened(fact, entry.recorded_at, entry.occurred_at, entry.by, entry.version)
            state = kind.evolve(state, told)
            if (
                kind.notices(stream, state, told)
                or kind.errands(stream, state, told)
                or kind.is_over(state)
            ):
                owed = entry
    except ValueError as problem:
        raise CannotRead(
            f"案卷 {stream} 的事实无法依次归并（{type(problem).__name__}），请运行 jiedui audit "
            f"verify。 The facts of {stream} cannot be folded; run jiedui audit verify."
        ) from None
    unit, due = None, None
    if isinstance(state, KnownTask):
        unit = state.body.holding.main
        limit = state.body.sla.due
        due = None if limit is None else instant_text(limit.due)
    return LedgerCase(
        stream=stream,
        version=entries[-1].version,
        state=kind.state_name(state),
        over=kind.is_over(state),
        main_unit=unit,
        due=due,
        position=entries[-1].position,
        at=entries[-1].recorded_at,
        owed=0 if owed is None else owed.version,
        owed_at=None if owed is None else owed.recorded_at,
    )


def heads_of(entries: Sequence[Entry]) -> dict[int, str]:
    """Return the hash of every entry of a case by its version."""
    return {entry.version: entry.hash for entry in entries}


def clerk_notes(entries: Sequence[Entry]) -> ClerkNotes:
    """Return what the entries of a `workflow/…` stream say of the runs of one clerk."""
    named: set[str] = set()
    rebuilt_at: datetime | None = None
    for entry in entries:
        if entry.kind == "workflow_rebuilt.v1":
            rebuilt_at = entry.recorded_at
            named.update(run for run in (entry.fact["run_before"],) if run)
        elif entry.kind == "workflow_discrepancy_found.v1" and entry.fact["run"]:
            named.add(entry.fact["run"])
    return ClerkNotes(frozenset(named), rebuilt_at)


class CaseBook:
    """Every clerked case as the ledger has it, kept up with the log between looks."""

    def __init__(self) -> None:
        self.position = -1
        self.cases: dict[str, LedgerCase] = {}
        self.notes: dict[str, ClerkNotes] = {}

    def catch_up(self, reader: Reader) -> set[str]:
        """Read what was appended since the last look; return the cases it touched."""
        touched: set[str] = set()
        head = reader.head()
        for entry in reader.entries(self.position, head, (*CLERKED, "workflow")):
            if category_of(entry.stream) == "workflow":
                touched.add(entry.fact["case"])
            else:
                touched.add(entry.stream)
        for stream in touched:
            self.read(reader, stream)
        self.position = head
        return touched

    def read(self, reader: Reader, stream: str) -> None:
        """Read one case anew."""
        case = ledger_case(stream, reader.stream(stream))
        if case is not None:
            self.cases[stream] = case
        self.notes[stream] = clerk_notes(reader.stream(clerk_stream(stream)))

    def as_at(self, reader: Reader, position: int) -> dict[str, LedgerCase]:
        """Return the cases as they stood when *position* was the newest."""
        stood: dict[str, LedgerCase] = {}
        for stream, case in self.cases.items():
            earlier: LedgerCase | None = case
            if case.position > position:
                earlier = ledger_case(stream, reader.stream(stream, position))
            if earlier is not None:
                stood[stream] = earlier
        return stood


# -- the boards ------------------------------------------------------------------------------


def boards_seen(url: str) -> BoardsSeen:
    """Return what stands on the boards at *url*, in one snapshot; raise `CannotRead`."""
    with _asking(url) as ask:
        progress = ask("SELECT position FROM board_progress")
        if len(progress) != 1:
            raise _no_boards("board_progress")
        cases = {
            str(row[0]): BoardCase(
                stream=str(row[0]),
                version=int(row[1]),
                state=str(row[2]),
                main_unit=row[3],
                due=row[4],
                position=int(row[5]),
            )
            for _, question in _BOARDS
            for row in ask(question)
        }
        return BoardsSeen(int(progress[0][0]), cases)


@contextmanager
def _asking(url: str) -> Iterator[Ask]:
    address = make_url(url)
    try:
        if address.get_backend_name() == "sqlite":
            file = for_reading(address.database or "")
            try:
                file.execute("BEGIN")
                yield lambda question: file.execute(question).fetchall()
            finally:
                file.close()
        else:
            plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
            server = psycopg.connect(plain, connect_timeout=10)
            try:
                server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield lambda question: server.execute(question).fetchall()
            finally:
                server.close()
    except (sqlite3.Error, psycopg.Error) as problem:
        found = (str(problem).strip().splitlines() or [type(problem).__name__])[0]
        raise _no_boards(found) from None


def _no_boards(found: str) -> CannotRead:
    return CannotRead(
        f"看板无法读取（{found}）；请先运行 jiedui rebuild boards。 "
        f"The boards cannot be read: {found}; run jiedui rebuild boards first."
    )
