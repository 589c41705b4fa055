"""A town whose cases move, and receivers on loopback that check what they are sent."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from desk.casework import Who
from services.webhooks import Subscribed, Webhooks
from tests import accounts
from tests.journeys.district import BUREAU
from tests.ledger.conftest import postgres
from tests.ledger.postgres import PostgresServer
from tests.oversight.town import Town, founded, open_town
from webhooks.relay import Relay, Whom
from webhooks.store import Store

__all__ = ["postgres"]

LOCAL = Whom("127.0.0.1,localhost,portal.test", inner=True)


@dataclass
class Receiver:
    """Another organisation's system: keeps what is signed for it, answers what it is told to.

    It verifies by the published scheme alone, in code of its own.
    """

    secret: str = ""
    status: int = 204
    headers: str = ""
    refuses: Callable[[dict[str, Any]], int | None] = lambda told: None
    port: int = 0
    told: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                status = self._taken(head, await reader.readexactly(_length(head)))
                answer = f"HTTP/1.1 {status} x\r\n{self.headers}Content-Length: 0\r\n\r\n"
                writer.write(answer.encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _taken(self, head: bytes, body: bytes) -> int:
        self.raw.append(head + body)
        lines = (line.partition(": ") for line in head.decode().splitlines()[1:] if line)
        headers = {name.lower(): value for name, _, value in lines}
        if not self.verifies(headers, body):
            return 401
        told = json.loads(body)
        self.asked.append(told | {"id": headers["webhook-id"]})
        status = self.refuses(told) or self.status
        if 200 <= status < 300:
            self.told.append(told)
            self.ids.append(headers["webhook-id"])
        return status

    def verifies(self, headers: dict[str, str], body: bytes) -> bool:
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        moment = headers["webhook-timestamp"]
        signed = f"{headers['webhook-id']}.{moment}.".encode() + body
        mine = hmac.new(key, signed, hashlib.sha256).digest()
        given = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
        return any(
            version == "v1" and hmac.compare_digest(mine, base64.b64decode(value))
            for version, value in given
        )

    def positions(self) -> list[int]:
        return [told["data"]["position"] for told in self.told]


def _length(head: bytes) -> int:
    lines = head.decode().lower().splitlines()
    return int(next(line for line in lines if line.startswith("content-length")).partition(":")[2])


@asynccontextmanager
async def receiving(receiver: Receiver, **more: Any) -> AsyncIterator[Receiver]:
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", receiver.port, **more)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


@dataclass
class Outlook:
    """A town, its webhooks, and a clock that tests set ahead."""

    town: Town
    store: Store
    service: Webhooks
    who: Who
    folder: Path
    database: str | None
    fresh: Callable[[], Store]
    """Opens a store that knows of no delivery."""
    ahead: timedelta = timedelta()

    def subscribe(self, receiver: Receiver, *kinds: str, **more: Any) -> Subscribed:
        url = f"http://127.0.0.1:{receiver.port}/hook"
        done = self.service.subscribe(self.who, "天河区数据局", url, kinds or ("task",), **more)
        receiver.secret = done.secret
        return done

    @asynccontextmanager
    async def relaying(self, whom: Whom = LOCAL) -> AsyncIterator[Relay]:
        relay, stop = Relay(self.town.books, self.store, whom, poll_seconds=0.02), asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        try:
            yield relay
        finally:
            stop.set()
            await running

    def moved(self) -> str:
        """Have a task registered and dispatched; return its stream."""
        task = self.town.task()
        self.town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
        self.town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
        return task

    def entries(self, *streams: str) -> list[int]:
        """Return the positions of every fact of these cases, in log order."""
        ledger = self.town.books.ledger
        return sorted(one.position for stream in streams for one in ledger.read(stream))

    def kept(self) -> bytes:
        """Return everything that lies in the databases, as it lies there or as text."""
        if self.database is None:
            return b"".join(file.read_bytes() for file in self.folder.glob("*.db*"))
        with create_engine(self.database).connect() as connection:
            told = connection.scalar(
                text("SELECT schema_to_xml(current_schema(), true, false, '')")
            )
        return str(told).encode()

    def reach(self, done: Subscribed) -> Any:
        return self.store.reach(done.stream, -1)


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds; that it never does is the failure."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it never came true"
        await asyncio.sleep(0.01)


@pytest.fixture(params=["sqlite", "postgresql"])
async def outlook(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Outlook]:
    """A town on both databases by turns."""
    database: str | None = None
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        database, fresh = server.new_ledger(), server.new_ledger()
    with open_town(tmp_path, database) as books:
        town = await founded(books, database or f"sqlite:///{tmp_path}/ledger.db")
        store = Store(database or f"sqlite:///{tmp_path}/webhooks.db")
        service = Webhooks(books, store, LOCAL)
        who = accounts.registrar(books.desk)
        found = Outlook(town, store, service, who, tmp_path, database, lambda: Store(fresh))
        books.ledger.clock = lambda: datetime.now(UTC) + found.ahead
        yield found
        store.close()
