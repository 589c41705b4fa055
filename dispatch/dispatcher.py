"""The dispatcher: reads what is new in the log, and wakes the clerks it concerns, once for many.

At least once: a wake-up too many changes nothing. While Temporal is away it reads on and remembers
who is waiting; afterwards the most urgent are woken first, a few at a time. Clocks that clerks are
late for it rings itself, so that after an outage a thousand do not wait for a thousand clerks. It
begins lost clerks again, and has provisional deadlines counted anew when a calendar comes.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from desk.desk import Desk
from desk.recomputing import recompute_provisional
from dispatch.cursor import Cursor
from dispatch.owing import Owing
from dispatch.waking import (
    BY_RELEASE,
    begin_again,
    clerks_waiting,
    retire_clerks_of_before,
    running_clerks,
    wake,
)
from domain.casebook import CASES
from domain.values import category_of, instant_text
from ledger.database import LedgerUnavailable
from workflows.ports import CLERK_OF

log = structlog.get_logger("dispatcher")

_PAGE = 2000
_AT_ONCE = 8
_IN_ONE_GO = 64
_WAITING_MAX = 64
"""Clerks that may wait in Temporal for a worker."""

_BESIDE_RINGING = 8
"""Wake-ups of a round that has clocks to ring: clocks go first, letters can wait."""

_RINGING_SECONDS = 1.0
"""How long one round rings at most; whoever must be woken waits no longer for it."""

_AGAIN_FIRST = timedelta(seconds=10)
_AGAIN_MAX = timedelta(hours=1)
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass
class _Owed:
    """A case whose clerk is to be woken: since which position, up to which, how urgently."""

    first: int
    last: int
    due: datetime


class Dispatcher:
    """Follows one ledger for one Temporal; others of the same ledger wait for their turn.

    *connect* returns a client or raises while Temporal is away; *look_every* is how often lost
    clerks are looked for, *late_after* how long a clerk is given to ring a clock that is due.
    """

    def __init__(
        self,
        desk: Desk,
        cursor: Cursor,
        connect: Callable[[], Awaitable[Client]],
        *,
        look_every: timedelta = timedelta(seconds=120),
        late_after: timedelta = timedelta(seconds=5),
        poll_seconds: float = 0.25,
    ) -> None:
        self.desk, self.cursor, self.connect = desk, cursor, connect
        self.look_every, self.late_after, self.poll_seconds = look_every, late_after, poll_seconds
        self.name = f"{os.getpid()}/{uuid4().hex[:12]}"
        self.lists = True
        """Whether Temporal can say what runs there; without, nobody looks for lost clerks."""
        self._begin_anew(-1)

    def _begin_anew(self, position: int) -> None:
        self.position = position
        self.owing = Owing(self.desk)
        self.owed: dict[str, _Owed] = {}
        self.rung: dict[str, tuple[datetime, timedelta]] = {}
        self.woken = 0
        self.client: Client | None = None
        self.surveyed = False
        self.look_at = datetime.min.replace(tzinfo=UTC)

    # -- the loop --------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event) -> None:
        """Dispatch until *stop*; an outage only means that the next round does more."""
        at_it = False
        while not stop.is_set():
            busy = False
            try:
                now = await asyncio.to_thread(self.desk.ledger.clock)
                stands = await asyncio.to_thread(self.cursor.take, self.name, now)
                at_it = stands is not None
                if stands is not None:
                    if stands.holder != self.name:
                        self._begin_anew(stands.position)
                    busy = await self.round(now)
            except (LedgerUnavailable, OSError) as problem:
                log.warning("not dispatched", problem=type(problem).__name__)
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self.poll_seconds)
        if at_it:
            with contextlib.suppress(LedgerUnavailable):
                await asyncio.to_thread(self.cursor.let_go, self.name)

    async def round(self, now: datetime) -> bool:
        """Read what is new, ring and wake some; say whether there is more to do."""
        before = self.position
        await asyncio.to_thread(self._read_on)
        if not self.surveyed:
            await asyncio.to_thread(self._survey)
        reached, woken, late = "", 0, list[str]()
        if await self._reached():
            late = self._late(now)
            _, woken = await asyncio.gather(
                asyncio.to_thread(self._ring, late, now),
                self._wake_most_urgent(_BESIDE_RINGING if late else _IN_ONE_GO),
            )
            if self.client is not None and self.lists and now >= self.look_at:
                await self._look_after()
                self.look_at = now + self.look_every
            reached = instant_text(now) if self.client is not None else ""
        self.woken += woken
        await asyncio.to_thread(
            lambda: self.cursor.note(
                self.name,
                position=self.safe_position,
                waiting=len(self.owed),
                woken=woken,
                reached=reached,
            )
        )
        return bool(late or (self.owed and woken)) or self.position > before

    @property
    def safe_position(self) -> int:
        """The position up to which nobody is left to be woken."""
        return min((owed.first - 1 for owed in self.owed.values()), default=self.position)

    # -- the log ---------------------------------------------------------------------------

    def _read_on(self) -> None:
        """Read what is new, and note whose clerk has something to do because of it."""
        calendar = False
        page = self.desk.ledger.log(self.position, _PAGE)
        touched: dict[str, tuple[int, int, int]] = {}
        for entry in page:
            category = category_of(entry.stream)
            calendar = calendar or category == "calendar"
            if category in CLERK_OF:
                version, first, _ = touched.get(
                    entry.stream, (entry.version, entry.position, entry.position)
                )
                touched[entry.stream] = (version, first, entry.position)
        for stream, (version, first, last) in touched.items():
            self.rung.pop(stream, None)
            with _on_its_own(stream):
                if self.owing.owes(stream, version):
                    self._note(stream, first, last)
        if page:
            self.position = page[-1].position
        if calendar:
            recompute_provisional(self.desk, [*self.owing.waiting])

    def _note(self, stream: str, first: int, last: int) -> None:
        known = self.owed.get(stream)
        waiting = self.owing.waiting.get(stream)
        due = _FAR if waiting is None or waiting.due is None else waiting.due
        self.owed[stream] = _Owed(first if known is None else known.first, last, due)

    def _survey(self) -> None:
        """Learn of every open case when its next clock rings."""
        for category in CLERK_OF:
            for stream in self.desk.ledger.streams(category):
                with _on_its_own(stream):
                    self.owing.survey(stream)
        self.surveyed = True

    # -- Temporal --------------------------------------------------------------------------

    async def _reached(self) -> bool:
        if self.client is None:
            try:
                self.client = await self.connect()
                if self.lists:
                    await self._take_over(self.client)
            except Exception as problem:  # noqa: BLE001 - however it is away, the rest goes on
                self._lost(problem)
        return self.client is not None

    async def _take_over(self, client: Client) -> None:
        """What an older release left running takes commands no more: theirs are begun again."""
        for stream in sorted(await retire_clerks_of_before(client)):
            await begin_again(client, self.desk, stream, reason=BY_RELEASE)

    def _lost(self, problem: BaseException) -> None:
        self.client = None
        log.warning("temporal is not reached; clerks wait", problem=type(problem).__name__)

    async def _wake_most_urgent(self, at_most: int) -> int:
        """Wake some of those that are owed a look, the most urgent first; return how many.

        Never more than workers can soon take: what waits in Temporal waits in the order it came.
        """
        at_most = min(at_most, await self._room())
        chosen = sorted(self.owed.items(), key=lambda one: (one[1].due, one[1].first))[:at_most]
        woken = await self._wake({stream: owed.last for stream, owed in chosen})
        for stream, owed in chosen:
            if stream in woken and self.owed[stream].last == owed.last:
                del self.owed[stream]
        return len(woken)

    async def _room(self) -> int:
        if not (self.lists and self.owed and self.client is not None):
            return _WAITING_MAX
        try:
            return max(_WAITING_MAX - await clerks_waiting(self.client), 0)
        except RPCError as problem:
            self._lost(problem)
            return 0

    async def _wake(self, wanted: dict[str, int]) -> set[str]:
        room, woken = asyncio.Semaphore(_AT_ONCE), set[str]()

        async def waking(stream: str, position: int) -> None:
            async with room:
                client = self.client
                if client is None:
                    return
                try:
                    await wake(client, stream, position)
                except (RPCError, RuntimeError) as problem:
                    self._lost(problem)
                else:
                    woken.add(stream)

        await asyncio.gather(*map(waking, wanted, wanted.values()))
        return woken

    # -- late and lost clerks --------------------------------------------------------------

    def _late(self, now: datetime) -> list[str]:
        """Return the cases whose clerks are late to ring a clock, the most urgent first.

        One that would not ring (the ledger's clock is behind) is tried less and less often.
        """
        late = [
            (waiting.late, stream)
            for stream, waiting in self.owing.waiting.items()
            if waiting.late is not None
            and waiting.late + self.late_after <= now
            and self._may_ring(stream, now)
        ]
        return [stream for _, stream in sorted(late)]

    def _ring(self, late: Sequence[str], now: datetime) -> None:
        """Ring clocks for about a second; a clerk that comes later finds it done."""
        until = time.monotonic() + _RINGING_SECONDS
        for stream in late:
            if time.monotonic() > until:
                return
            _, pause = self.rung.get(stream, (now, _AGAIN_FIRST))
            self.rung[stream] = now + pause, min(pause * 2, _AGAIN_MAX)
            try:
                with _on_its_own(stream):
                    self.desk.ring_now(stream)
            except LedgerUnavailable:  # the next round finds whether it is back
                return

    def _may_ring(self, stream: str, now: datetime) -> bool:
        again_at, _ = self.rung.get(stream, (now, _AGAIN_FIRST))
        return again_at <= now

    async def _look_after(self) -> None:
        """Begin the clerks that are lost again."""
        assert self.client is not None
        try:
            running = await running_clerks(self.client)
            begun = await self._begin_lost(
                stream
                for stream in [*self.owing.waiting]
                if stream not in running and stream not in self.owed
            )
        except RPCError as problem:
            self._lost(problem)
            return
        if begun:
            log.info("lost clerks begun again", begun=begun)

    async def _begin_lost(self, streams: Iterable[str]) -> int:
        room = asyncio.Semaphore(_AT_ONCE)

        async def beginning(stream: str) -> bool:
            async with room:
                assert self.client is not None
                if not await asyncio.to_thread(self._has_been_woken, stream):
                    return False
                return await begin_again(self.client, self.desk, stream)

        return sum(await asyncio.gather(*[beginning(stream) for stream in streams]))

    def _has_been_woken(self, stream: str) -> bool:
        """A case that has only just begun has no clerk to lose."""
        return self.desk.ledger.read(stream)[0].position <= self.safe_position


@contextlib.contextmanager
def _on_its_own(stream: str) -> Iterator[None]:
    """Let a case that cannot be read or rung be its own trouble: the others are looked after."""
    try:
        yield
    except LedgerUnavailable:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it is, a thousand other cases wait
        log.warning("a case cannot be followed", stream=stream, fault=type(fault).__name__)


def open_cases(desk: Desk) -> list[str]:
    """Return every open case that a clerk stands by, the one whose clock rings first first."""
    owing = Owing(desk)
    for category in CLERK_OF:
        assert CASES[category].clerked
        for stream in desk.ledger.streams(category):
            owing.survey(stream)
    return sorted(owing.waiting, key=lambda stream: owing.waiting[stream].due or _FAR)
