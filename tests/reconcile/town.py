"""An installation with its boards and its reconciler, for tests that make the four disagree."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError

from desk.identifiers import new_uuid7
from dispatch.cursor import Cursor
from dispatch.dispatcher import Dispatcher
from dispatch.waking import wake
from projections.boards import open_boards
from services.reconciling import Reconciler, Report
from tests.journeys.district import District
from tests.journeys.installation import PATIENCE, Installation, installed
from workflows.ports import STANDING, Standing


@dataclass
class Town:
    """A district at work."""

    here: Installation
    district: District
    dispatcher: Dispatcher

    @property
    def client(self) -> Client:
        return self.here.client

    async def connected(self) -> Client:
        return await _client(self.here)

    async def in_step(self) -> None:
        """Wait until every clerk that has something to do has been woken and has looked."""
        ledger = self.here.books.ledger
        async with asyncio.timeout(PATIENCE):
            while self.dispatcher.safe_position < ledger.head():
                await asyncio.sleep(0.02)

    async def knows(self, case: str) -> int:
        """Have the clerk of *case* look, and wait until it knows the newest fact; return which.

        The dispatcher alone would let it sleep where the newest facts ask nothing of it.
        """
        ledger = self.here.books.ledger
        version = ledger.version(case)
        await wake(self.client, case, ledger.head())
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    handle = self.client.get_workflow_handle(case)
                    standing = await handle.query(STANDING, result_type=Standing)
                    if standing.version >= version:
                        return standing.version
                except RPCError:
                    pass
                await asyncio.sleep(0.05)

    @property
    def histories(self) -> Path:
        return self.here.settings.histories_path

    def follow(self) -> None:
        """Let the boards catch up."""
        boards = open_boards(self.here.settings.boards_url)
        boards.follower(self.here.books.ledger).catch_up()
        boards.close()

    def reconciler(self, *, retell: bool = True) -> Reconciler:
        settings = self.here.settings
        return Reconciler(
            self.client,
            settings.ledger_url,
            settings.boards_url,
            self.histories,
            retell=retell,
            second_look=timedelta(seconds=0.3),
        )

    async def reconcile(self) -> Report:
        """Look at everything, with boards and clerks that have caught up."""
        await self.in_step()
        self.follow()
        return await self.reconciler().look()

    async def grounds(self, case: str) -> set[tuple[str, str | None]]:
        """Return ground and detail of every finding about *case*."""
        report = await self.reconcile()
        return {(one.ground.value, one.detail) for one in report.findings if one.case == case}

    async def task(self, steps: int = 8) -> str:
        """Bring a new task on its way by so many commands."""
        task = f"task/{new_uuid7()}"
        for order in self.district.whole_case(task)[:steps]:
            await self.here.gateway.submit(order)
        await self.in_step()
        await self.knows(task)
        return task

    def facts(self, case: str, kind: str) -> list[dict[str, object]]:
        """Return the facts of *kind* about the clerk of *case*."""
        stream = f"workflow/{case.partition('/')[2]}"
        return [entry.fact for entry in self.here.books.ledger.read(stream) if entry.kind == kind]


async def _client(here: Installation) -> Client:
    return here.client


@asynccontextmanager
async def town(home: Path) -> AsyncIterator[Town]:
    """Run a district in *home* for the length of the block."""
    async with installed(home, following=False) as here:
        district = await District.found(here.gateway)
        cursor, stop = Cursor(here.settings.dispatch_url), asyncio.Event()
        dispatcher = Dispatcher(here.books.desk, cursor, lambda: _client(here), poll_seconds=0.02)
        dispatcher.lists = False  # each test says itself when lost clerks are looked for
        dispatching = asyncio.create_task(dispatcher.run(stop))
        try:
            yield Town(here, district, dispatcher)
        finally:
            stop.set()
            await dispatching
            cursor.close()


def changing(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of *file*."""
    file.write_bytes(change(file.read_bytes()))
