"""The watchdog: every open case has a clerk, no clock stays unrung, no deadline stays provisional.

Nothing of the truth depends on a clerk, but its punctuality does. The watchdog follows the log,
knows which cases are open and when their next clock is due, and pokes or starts their clerks.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from desk.casework import Handled
from desk.desk import Desk
from desk.gateway import WORKFLOWS, Gateway
from domain.casebook import CASES
from domain.envelope import SYSTEM
from domain.values import category_of
from services.rebuilding import begin_clerk, record_begun
from workflows import ports

log = structlog.get_logger("watchdog")

OVERDUE_AFTER = timedelta(minutes=1)
_PAGE = 2000
_AT_ONCE = 16
_LOOK_FOR_MISSING_EVERY = 4
"""Rounds between comparisons with everything Temporal says is running."""


@dataclass
class Round:
    """What one look found and did."""

    open_cases: int = 0
    poked: int = 0
    started: int = 0
    recomputed: int = 0


@dataclass
class Watchdog:
    """Looks after the clerks of one installation."""

    gateway: Gateway
    position: int = -1
    open: dict[str, datetime | None] = field(default_factory=dict)
    rounds: int = 0

    async def run(self, every: timedelta, stop: asyncio.Event) -> None:
        """Look every so often until *stop*; an outage only means that the next look does more."""
        while not stop.is_set():
            try:
                found = await self.look()
                if found.poked or found.started or found.recomputed:
                    log.info("clerks looked after", **vars(found))
            except Exception as error:  # noqa: BLE001 - it must outlive every outage
                log.warning("look failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every.total_seconds())

    async def look(self) -> Round:
        """Catch up with the log, then poke what is overdue and start what is missing."""
        client = self.gateway.client
        assert client is not None
        calendar_published = await asyncio.to_thread(self._catch_up)
        found = Round(open_cases=len(self.open))
        if calendar_published:
            found.recomputed = await recompute_provisional(self.gateway, self.open)
        line = datetime.now(UTC) - OVERDUE_AFTER
        overdue = [stream for stream, due in self.open.items() if due is not None and due < line]
        for stream in overdue:
            found.poked += 1
            if await poke(client, self.gateway.desk, stream):
                found.started += 1
        if self.rounds % _LOOK_FOR_MISSING_EVERY == 0:
            running = await running_clerks(client)
            missing = [stream for stream in self.open if stream not in running]
            found.started += await begin_again(client, self.gateway.desk, missing)
        self.rounds += 1
        return found

    def _catch_up(self) -> bool:
        """Follow the log; say whether a calendar was published since the last look."""
        touched: set[str] = set()
        calendar = False
        while page := self.gateway.books.ledger.log(self.position, _PAGE, None):
            for entry in page:
                category = category_of(entry.stream)
                calendar = calendar or category == "calendar"
                if category in WORKFLOWS:
                    touched.add(entry.stream)
            self.position = page[-1].position
        for stream in touched:
            standing = self.gateway.desk.standing(stream)
            if standing.over:
                self.open.pop(stream, None)
            else:
                self.open[stream] = None if standing.next_clock is None else standing.next_clock[1]
        return calendar


def open_cases(desk: Desk) -> dict[str, Handled]:
    """Return every open case with its standing, the one whose clock rings first first."""
    found: dict[str, Handled] = {}
    for category, case in CASES.items():
        if case.clerked:
            for stream in desk.ledger.streams(category):
                standing = desk.standing(stream)
                if not standing.over:
                    found[stream] = standing
    far = datetime.max.replace(tzinfo=UTC)

    def rings(stream: str) -> datetime:
        clock = found[stream].next_clock
        return far if clock is None else clock[1]

    return {stream: found[stream] for stream in sorted(found, key=rings)}


async def running_clerks(client: Client) -> set[str]:
    """Return the ids of all running clerks, as Temporal's visibility has them."""
    types = " OR ".join(f'WorkflowType = "{name}"' for name in WORKFLOWS.values())
    query = f'ExecutionStatus = "Running" AND ({types})'
    return {found.id async for found in client.list_workflows(query)}


async def begin_again(
    client: Client,
    desk: Desk,
    streams: Iterable[str],
    *,
    reason: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Start the clerks that are missing among those of *streams*; return how many were.

    Each is recorded as rebuilt, for *reason*; without one, as found missing or ended, too.
    """

    async def beginning(stream: str) -> bool:
        begun = await begin_clerk(client, stream)
        if begun is not None:
            await record_begun(desk, begun, reason)
        return begun is not None

    return sum(await _all(list(streams), beginning, progress))


async def _all(
    streams: list[str],
    work: Callable[[str], Awaitable[bool]],
    progress: Callable[[int], None] | None,
) -> list[bool]:
    room = asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def working(stream: str) -> bool:
        nonlocal done
        async with room:
            answer = await work(stream)
        done += 1
        if progress is not None:
            progress(done)
        return answer

    return await asyncio.gather(*[working(stream) for stream in streams])


async def poke(client: Client, desk: Desk, stream: str) -> bool:
    """Have the clerk of *stream* look at the ledger again; start it where there is none (True)."""
    try:
        await client.get_workflow_handle(stream).signal(ports.RESYNC)
    except RPCError as error:
        # While its database is locked Temporal answers NOT_FOUND for the namespace; starting
        # is then refused as well, and the next look tries again.
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return bool(await begin_again(client, desk, [stream]))
    return False


async def recompute_provisional(gateway: Gateway, streams: Iterable[str] | None = None) -> int:
    """Have every open case with a provisional deadline compute it again; return how many.

    Sent through the clerks with an id made of the calendar's version, so that it happens once.
    """
    client, desk = gateway.client, gateway.desk
    assert client is not None
    rules = desk.rulebook.rules(desk.neighbours)
    count = 0
    for stream in streams if streams is not None else await asyncio.to_thread(open_cases, desk):
        case = CASES[category_of(stream)]
        _, state = await asyncio.to_thread(desk.state_of, stream)
        clocks = case.clocks(state, rules)
        if not any(clock.deadline is not None and clock.deadline.provisional for clock in clocks):
            continue
        version = rules.under(case.policy_id(state)).calendar.version
        submission = ports.Submission(
            command_id=f"recompute/{version}",
            by=SYSTEM,
            command={"kind": "recompute_deadlines"},
        )
        await begin_again(client, desk, [stream])
        await client.get_workflow_handle(stream).signal(ports.REPORT, submission)
        count += 1
    return count
