"""An installation with its boards and its reconciler, for tests that make the four disagree."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from temporalio.client import Client

from desk.identifiers import new_uuid7
from projections.boards import open_boards
from services.reconciling import Reconciler, Report
from tests.journeys.district import District
from tests.journeys.installation import Installation, installed


@dataclass
class Town:
    """A district at work."""

    here: Installation
    district: District

    @property
    def client(self) -> Client:
        assert self.here.gateway.client is not None
        return self.here.gateway.client

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
        """Look at everything, with boards that have caught up."""
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
        return task

    def facts(self, case: str, kind: str) -> list[dict[str, object]]:
        """Return the facts of *kind* about the clerk of *case*."""
        stream = f"workflow/{case.partition('/')[2]}"
        return [entry.fact for entry in self.here.books.ledger.read(stream) if entry.kind == kind]


@asynccontextmanager
async def town(home: Path) -> AsyncIterator[Town]:
    """Run a district in *home* for the length of the block."""
    async with installed(home) as here:
        yield Town(here, await District.found(here.gateway))


def changing(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of *file*."""
    file.write_bytes(change(file.read_bytes()))
