"""The follower: reads the log in order and lets every board know, once.

Entries are applied in pages (`applying.py`), all boards and the mark of progress in one
transaction, so that a board never shows half a command twice or not at all. The one row of
progress is also the lock and the lease: of several followers one is active, the others wait until
it lets go or falls silent. Correctness never rests on the lease: a page is applied only at the
position it was read for.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

import structlog
from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import OperationalError

from domain.values import instant_text
from ledger.database import LedgerUnavailable
from ledger.entry import Entry
from projections.applying import apply
from projections.store import Reached, progress, writing

log = structlog.get_logger(__name__)


class Log(Protocol):
    """The part of the ledger a follower needs."""

    def log(
        self, after: int = -1, limit: int = 1000, categories: Collection[str] | None = None
    ) -> Sequence[Entry]:
        """Return up to *limit* entries after a position, in order."""
        ...


class BoardsBehind(Exception):
    """The boards are not where this follower thought: another one has applied meanwhile."""


@dataclass(frozen=True)
class Standing:
    """The one row of progress."""

    position: int
    holder: str
    lease_until: str


def standing(connection: Connection, *, locked: bool = False) -> Standing:
    """Return the row of progress; *locked* keeps others from changing it until the commit."""
    asked = select(progress.c.position, progress.c.holder, progress.c.lease_until)
    found = connection.execute(asked.with_for_update() if locked else asked).one()
    return Standing(int(found.position), str(found.holder), str(found.lease_until))


def _now() -> datetime:
    return datetime.now(UTC)


class Follower:
    """Keeps the boards of one engine up with one ledger."""

    def __init__(
        self,
        engine: Engine,
        ledger: Log,
        reached: Reached | None = None,
        *,
        now: Callable[[], datetime] = _now,
        page_size: int = 2000,
        lease_seconds: float = 10.0,
        poll_seconds: float = 0.5,
    ) -> None:
        self.name = f"{os.getpid()}/{uuid4().hex[:12]}"
        self._engine, self._ledger, self._reached = engine, ledger, reached or Reached()
        self._now = now
        self._page_size = page_size
        self._lease = timedelta(seconds=lease_seconds)
        self._poll_seconds = poll_seconds
        self._hinted = threading.Event()
        self._wake: Callable[[], None] = self._hinted.set

    def hint(self) -> None:
        """Say, from any thread, that the log has grown; without hints the log is polled."""
        self._wake()

    def catch_up(self, until: int | None = None) -> int:
        """Apply all entries there are (or those up to position *until*); return the position.

        Applies at once, whoever holds the lease: two hands cannot apply the same page.
        """
        while True:
            before = self.position()
            after = self._step(before, until, take_turn=False)
            if after <= before:
                return after

    def position(self) -> int:
        """Return the position the boards stand at."""
        with self._engine.connect() as connection:
            return standing(connection).position

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the log until *stop*; wait as a stand-by while another follower is active."""
        loop = asyncio.get_running_loop()
        wake = asyncio.Event()

        def rouse() -> None:
            loop.call_soon_threadsafe(wake.set)

        self._wake = rouse
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                wake.clear()
                if not await self._advance():
                    await self._pause(wake, stopping)
        finally:
            stopping.cancel()
            self._wake = self._hinted.set
            await asyncio.to_thread(self._let_go)

    async def _advance(self) -> bool:
        """Apply one page in turn; say whether more may be waiting."""
        try:
            before = await asyncio.to_thread(self.position)
            after = await asyncio.to_thread(self._step, before, None, take_turn=True)
        except (LedgerUnavailable, OperationalError) as problem:
            # Not now: the database is locked, away or full. The boards stay as they are.
            log.warning("boards not followed", problem=type(problem).__name__)
            return False
        return after > before

    async def _pause(self, wake: asyncio.Event, stopping: "asyncio.Task[bool]") -> None:
        waking = asyncio.create_task(wake.wait())
        try:
            await asyncio.wait(
                (waking, stopping),
                timeout=self._poll_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            waking.cancel()

    def _step(self, before: int, until: int | None, *, take_turn: bool) -> int:
        """Apply the page after position *before*; return where the boards stand then."""
        limit = self._page_size
        if until is not None:
            limit = min(limit, until - before)
        entries = self._ledger.log(before, limit) if limit > 0 else ()
        if not entries and not take_turn:
            self._reached.tell(before)
            return before
        now = self._now()
        with writing(self._engine) as connection:
            stands = standing(connection, locked=True)
            held = stands.holder not in ("", self.name) and stands.lease_until > instant_text(now)
            if stands.position != before or (take_turn and held):
                position = stands.position
            else:
                position = entries[-1].position if entries else before
                apply(connection, entries)
                self._mark(connection, position, now, lease=take_turn)
        self._reached.tell(position)
        return position

    def _mark(self, connection: Connection, position: int, now: datetime, *, lease: bool) -> None:
        values: dict[str, object] = {"position": position}
        if lease:
            values |= {"holder": self.name, "lease_until": instant_text(now + self._lease)}
        connection.execute(update(progress).values(**values))

    def _let_go(self) -> None:
        """Give the lease back, so that a stand-by need not wait for it to run out."""
        try:
            with writing(self._engine) as connection:
                connection.execute(
                    update(progress)
                    .where(progress.c.holder == self.name)
                    .values(holder="", lease_until="")
                )
        except OperationalError as problem:
            log.warning("lease not given back", problem=type(problem).__name__)
