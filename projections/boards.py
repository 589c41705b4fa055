"""The door to the boards: open them, follow the ledger, wait for a position, rebuild, compare."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

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
from projections.applying import BoardStopped, standing_still, still_going, stopped
from projections.follower import Follower, Log, standing
from projections.store import Reached, Row, metadata, open_engine, prepare, progress

TABLES: tuple[Table, ...] = tuple(
    table for table in metadata.sorted_tables if table not in (progress, stopped)
)
"""Every table that is derived from the log; `progress` says how far, `stopped` which is behind."""

_POLL_SECONDS = 0.02


class Boards:
    """All boards of one installation; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reached = Reached()

    @property
    def tasks(self) -> task_board.TaskBoard:
        """The tasks; raises `BoardStopped` where that board no longer goes on, as all these do."""
        still_going(self.engine, "tasks")
        return task_board.TaskBoard(self.engine)

    @property
    def inbox(self) -> unit_inbox.UnitInbox:
        """What waits for whom."""
        still_going(self.engine, "inbox")
        return unit_inbox.UnitInbox(self.engine)

    @property
    def pairings(self) -> pairing_board.PairingBoard:
        """The pairings."""
        still_going(self.engine, "pairings")
        return pairing_board.PairingBoard(self.engine)

    @property
    def erasures(self) -> erasure_board.ErasureBoard:
        """The requests to erase residents."""
        still_going(self.engine, "erasures")
        return erasure_board.ErasureBoard(self.engine)

    @property
    def levels(self) -> service_levels.ServiceLevels:
        """What figures are counted from."""
        still_going(self.engine, "levels")
        return service_levels.ServiceLevels(self.engine)

    @property
    def supervision(self) -> supervision_board.SupervisionBoard:
        """The steps up the supervision ladder."""
        still_going(self.engine, "supervision")
        return supervision_board.SupervisionBoard(self.engine)

    @property
    def directory(self) -> directory.Directory:
        """Units and packs."""
        still_going(self.engine, "directory")
        return directory.Directory(self.engine)

    @property
    def cases(self) -> case_board.CaseBoard:
        """The cases of every other kind."""
        still_going(self.engine, "cases")
        return case_board.CaseBoard(self.engine)

    def stopped(self) -> list[BoardStopped]:
        """Return the boards that do not go on."""
        with self.engine.connect() as connection:
            return list(standing_still(connection).values())

    def follower(self, ledger: Log, **settings: Any) -> Follower:
        """Return a follower of *ledger*; settings as of `Follower`."""
        return Follower(self.engine, ledger, self._reached, **settings)

    def position(self) -> int:
        """Return the log position the boards stand at, -1 when nothing was applied."""
        with self.engine.connect() as connection:
            return standing(connection).position

    def wait_until_now(self, position: int, timeout: float) -> bool:
        """Wait, in the calling thread, until the boards have reached *position*; say whether."""
        end = time.monotonic() + timeout
        while True:
            if self._reached.position >= position or self.position() >= position:
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            # A follower in this process tells; one elsewhere is found by asking.
            self._reached.wait(position, min(left, _POLL_SECONDS))

    async def wait_until(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - a promise
        """Wait until the boards have reached *position*, at most *timeout* seconds; say whether."""
        if self._reached.position >= position:
            return True
        return await asyncio.to_thread(self.wait_until_now, position, timeout)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_boards(url: str) -> Boards:
    """Open the boards at *url* (`sqlite:///path`, `postgresql+psycopg://...`), made if missing.

    Boards of another version's shape are emptied: the follower derives them again.
    """
    engine = open_engine(url)
    try:
        prepare(engine)
    except BaseException:
        engine.dispose()
        raise
    return Boards(engine)


def rebuild(engine: Engine, ledger: Log, until: int | None = None) -> int:
    """Empty all boards and derive them again from the log; return the position reached."""
    prepare(engine, anew=True)
    return Follower(engine, ledger, page_size=5000).catch_up(until)


@dataclass(frozen=True)
class Difference:
    """A row that stands otherwise than the log tells; None: it is missing on that side."""

    table: str
    key: tuple[Any, ...]
    standing: Row | None
    rebuilt: Row | None

    def columns(self) -> tuple[str, ...]:
        """The columns that differ."""
        if self.standing is None or self.rebuilt is None:
            return ()
        return tuple(
            name for name, value in self.rebuilt.items() if self.standing.get(name) != value
        )


def compare(ledger: Log, engine: Engine, *, differences_max: int = 100) -> list[Difference]:
    """Derive the boards once more beside those that stand, up to the same position, and compare.

    Returns the first *differences_max* differences; an empty list says that all rows agree.
    """
    with TemporaryDirectory(prefix="jiedui-boards-") as folder:
        scratch = open_engine(f"sqlite:///{Path(folder) / 'boards.db'}")
        try:
            with engine.connect() as connection:
                position = standing(connection).position
                found: list[Difference] = []
                rebuild(scratch, ledger, position)
                with scratch.connect() as fresh:
                    for table in TABLES:
                        found += _differences(
                            table, connection, fresh, differences_max - len(found)
                        )
            return found
        finally:
            scratch.dispose()


def _differences(
    table: Table, stands: Connection, fresh: Connection, most: int
) -> list[Difference]:
    found: list[Difference] = []
    for key, old, new in _beside(_ordered(table, stands), _ordered(table, fresh)):
        if len(found) >= most:
            break
        if old != new:
            found.append(Difference(table.name, key, old, new))
    return found


def _ordered(table: Table, connection: Connection) -> dict[tuple[Any, ...], Row]:
    names = [column.name for column in table.primary_key.columns]
    rows = connection.execute(select(table)).mappings()
    by_key = {tuple(row[name] for name in names): dict(row) for row in rows}
    return dict(sorted(by_key.items(), key=lambda item: repr(item[0])))


def _beside(
    stands: dict[tuple[Any, ...], Row], fresh: dict[tuple[Any, ...], Row]
) -> Iterator[tuple[tuple[Any, ...], Row | None, Row | None]]:
    for key in sorted(stands.keys() | fresh.keys(), key=repr):
        yield key, stands.get(key), fresh.get(key)
