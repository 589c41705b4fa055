"""Entries become rows: every board is shown them, and one that cannot take one stops alone.

A fact that a board cannot apply is a fault of that board, not of the log: the board stands where it
stopped and says so to whoever asks it, the others go on. After the mend it is derived again
(`jiedui rebuild boards`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import BigInteger, Column, Connection, Engine, Table, Text, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from domain.values import category_of
from ledger.entry import Entry
from projections import (
    case_board,
    directory,
    erasure_board,
    pairing_board,
    service_levels,
    supervision_board,
    task_board,
    unit_inbox,
)
from projections.store import Page, metadata

log = structlog.get_logger(__name__)

FOLLOWED = frozenset(("task", "pairing", "subject", "unit", "policy")) | case_board.SHOWN
"""The kinds of stream some board looks at; others only move the mark."""

NEEDS: dict[str, frozenset[str]] = {
    "tasks": frozenset(),
    "levels": frozenset({"tasks"}),
    "supervision": frozenset({"tasks"}),
    "pairings": frozenset(),
    "erasures": frozenset({"tasks"}),
    "inbox": frozenset({"tasks", "pairings", "erasures"}),
    "directory": frozenset(),
    "cases": frozenset(),
}
"""The boards by name, each with those whose picture of a case it is made from."""

LABELS = {
    "tasks": "任务看板",
    "levels": "指标",
    "supervision": "督办看板",
    "pairings": "结对看板",
    "erasures": "个人信息请求",
    "inbox": "待办",
    "directory": "名录",
    "cases": "案卷看板",
}

_TABLES = {
    task_board.tasks: "tasks",
    service_levels.measures: "levels",
    service_levels.sums: "levels",
    supervision_board.steps: "supervision",
    pairing_board.pairings: "pairings",
    pairing_board.parties: "pairings",
    erasure_board.erasures: "erasures",
    unit_inbox.inbox: "inbox",
    directory.units: "directory",
    directory.packs: "directory",
    case_board.cases: "cases",
    case_board.concerned: "cases",
}

stopped = Table(
    "board_stopped",
    metadata,
    Column("board", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("because", Text, nullable=False),
)
"""The boards that do not go on: where each stopped, and the kind of fact and fault, no content."""


_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    DataError,
    IntegrityError,
    LookupError,
    TypeError,
    ValueError,
)
Done = TypeVar("Done")


class BoardStopped(Exception):
    """The board was asked, and stands behind the others until it is mended and rebuilt."""

    def __init__(self, board: str, position: int, because: str) -> None:
        self.board, self.position, self.because = board, position, because
        super().__init__(
            f"{LABELS[board]}停在账本位置 {position}（{because}），其后的内容看不到；"
            "修复后请运行 jiedui rebuild boards。 "
            f"The board {board} stopped at position {position} ({because}) and shows nothing after "
            "it; once mended, run jiedui rebuild boards."
        )


@dataclass
class _CannotApply(Exception):
    """A board cannot take the entry at *position*; None: some entry of the page."""

    board: str
    position: int | None
    because: str


def standing_still(connection: Connection) -> dict[str, BoardStopped]:
    """Return the boards that have stopped, by name."""
    return {
        row.board: BoardStopped(row.board, row.position, row.because)
        for row in connection.execute(select(stopped))
    }


def still_going(engine: Engine, board: str) -> None:
    """Raise `BoardStopped` where *board* has stopped."""
    with engine.connect() as connection:
        found = standing_still(connection).get(board)
    if found is not None:
        raise found


def apply(connection: Connection, entries: Sequence[Entry]) -> None:
    """Let every board that goes on know of *entries*, which follow each other in the log."""
    left = [entry for entry in entries if category_of(entry.stream) in FOLLOWED]
    while left:
        fault = _tried_on(connection, left)
        if fault is None:
            return
        if fault.position is None and len(left) > 1:
            # Which entry it is comes out when they are tried in halves.
            half = len(left) // 2
            apply(connection, left[:half])
            left = left[half:]
            continue
        where = left[0].position if fault.position is None else fault.position
        apply(connection, [entry for entry in left if entry.position < where])
        _stop(connection, fault.board, where, fault.because)
        left = [entry for entry in left if entry.position >= where]


def _tried_on(connection: Connection, entries: Sequence[Entry]) -> "_CannotApply | None":
    """Apply a page, or nothing of it; return what stood in the way."""
    going = NEEDS.keys() - standing_still(connection).keys()
    try:
        with connection.begin_nested():
            _apply(connection, entries, going)
    except _CannotApply as fault:
        return fault
    return None


def _stop(connection: Connection, board: str, position: int, because: str) -> None:
    """Mark *board*, and those that are made from its pictures, as stopped at *position*."""
    already = standing_still(connection)
    for one, needs in NEEDS.items():
        if (one == board or board in needs) and one not in already:
            told = {"board": one, "position": position, "because": because}
            connection.execute(insert(stopped), told)
            log.error("board stopped", **told)


def _apply(connection: Connection, entries: Sequence[Entry], going: set[str]) -> None:
    page = Page(connection, (entry.stream for entry in entries))
    for entry in entries:
        match category_of(entry.stream):
            case "task" if "tasks" in going:
                _apply_to_task(page, entry, going)
            case "pairing" if "pairings" in going:
                _tried("pairings", entry, partial(pairing_board.apply, page, entry))
            case "subject" if "erasures" in going:
                _tried("erasures", entry, partial(erasure_board.apply, page, entry))
            case "unit" | "policy" if "directory" in going:
                _tried("directory", entry, partial(directory.apply, page, entry))
            case other if other in case_board.SHOWN and "cases" in going:
                _tried("cases", entry, partial(case_board.apply, page, entry))
    for board, finish in (
        ("tasks", task_board.finish),
        ("pairings", pairing_board.finish),
        ("erasures", erasure_board.finish),
        ("inbox", unit_inbox.finish),
        ("cases", case_board.finish),
    ):
        if board in going:
            _tried(board, None, partial(finish, page))
    for table in page.touched():
        _tried(_TABLES[table], None, partial(page.write_table, table))


def _apply_to_task(page: Page, entry: Entry, going: set[str]) -> None:
    picture = _tried("tasks", entry, partial(task_board.apply, page, entry))
    if picture is not None and "levels" in going:
        _tried("levels", entry, partial(service_levels.apply, page, entry, picture))
    if picture is not None and "supervision" in going:
        _tried("supervision", entry, partial(supervision_board.apply, page, entry, picture))


def _tried(board: str, entry: Entry | None, work: Callable[[], Done]) -> Done:
    """Do *work* for *board*; whatever goes wrong in it is the board's own fault.

    A database that is away or locked is not: that is for the follower to try again.
    """
    try:
        return work()
    except _FAULTS as error:
        kind = "" if entry is None else f"{entry.kind} "
        position = None if entry is None else entry.position
        raise _CannotApply(board, position, f"{kind}{type(error).__name__}") from None
