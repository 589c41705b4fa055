"""Live pages: positions and nothing else, for whoever is signed in and as long as they are."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from accounts import store
from console import live
from console.app import create_app
from console.seeing import SESSION_COOKIE
from domain.registry.commands import SessionEnd
from services.following_log import Head, cases_beyond
from serving import streams
from serving.listening import listening, serving
from tests import accounts
from tests.console.conftest import Office
from tests.journeys.district import STREET


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(live, "PACE_SECONDS", 0.0)


@dataclass
class Served:
    """The console at a port, and the sessions of those who use it."""

    office: Office
    port: int

    def token(self, number: str) -> str:
        browser = self.office.browser(number)
        return str(browser.client.cookies[SESSION_COOKIE])

    @contextlib.asynccontextmanager
    async def listening(
        self, token: str, query: str = "", **headers: str
    ) -> AsyncIterator[asyncio.StreamReader]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = [f"GET /live{query} HTTP/1.1", "host: here", f"cookie: {SESSION_COOKIE}={token}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join((*lines, "", "")).encode())
        try:
            yield reader
        finally:
            writer.close()


@pytest.fixture
async def served(office: Office) -> AsyncIterator[Served]:
    listener = listening("127.0.0.1:0")
    async with serving(create_app(office.house), listener):
        yield Served(office, int(listener.getsockname()[1]))


async def status(reader: asyncio.StreamReader) -> int:
    return int((await reader.readuntil(b"\r\n\r\n")).split()[1])


async def event(reader: asyncio.StreamReader) -> str:
    """Return the next thing told that is no beat and no instruction."""
    async with asyncio.timeout(20):
        while True:
            said = (await reader.readuntil(b"\n\n")).decode()
            found = re.search(r"^(id: |event: ).*", said, re.MULTILINE | re.DOTALL)
            if found:
                return found.group().strip()


def head(office: Office) -> int:
    return office.town.books.ledger.head()


async def test_a_stream_tells_positions_and_nothing_else(served: Served) -> None:
    token = served.token("D01")
    async with served.listening(token) as reader:
        opening = await reader.readuntil(b"\r\n\r\n")
        assert b"text/event-stream" in opening
        assert b"no-store" in opening.lower()
        task = await asyncio.to_thread(served.office.town.task)
        position = served.office.town.books.ledger.read(task)[-1].position
        assert await event(reader) == f"id: {position}\ndata: {position}"


async def test_whoever_comes_again_hears_what_they_missed_once(served: Served) -> None:
    token, before = served.token("D01"), head(served.office)
    await asyncio.to_thread(served.office.town.task)
    after = head(served.office)
    for query, headers in (("", {"last_event_id": str(before)}), (f"?after={before}", {})):
        async with served.listening(token, query, **headers) as reader:
            assert await event(reader) == f"id: {after}\ndata: {after}"
    async with served.listening(token, f"?after={before}", last_event_id=str(after)) as reader:
        await status(reader)
        await asyncio.to_thread(served.office.town.task)
        newest = head(served.office)
        assert await event(reader) == f"id: {newest}\ndata: {newest}"


async def test_that_somebody_signs_in_is_no_news(served: Served) -> None:
    before = head(served.office)
    served.token("B01")
    assert head(served.office) > before
    assert not cases_beyond(served.office.town.books.ledger, before)


async def test_a_task_page_hears_of_its_task_alone(served: Served) -> None:
    town = served.office.town
    task, other = town.task(), town.task()
    number = served.office.number_of(task)
    token, before = served.token("D01"), head(served.office)
    async with served.listening(token, f"?task={number}&after={before}") as reader:
        await status(reader)
        for one in (other, task):
            await asyncio.to_thread(
                town.ask,
                one,
                "triage_task",
                "dispatcher",
                urgency="NORMAL",
                duty_class="COOPERATE",
            )
        last, told = town.books.ledger.read(task)[-1].position, before
        while told < last:  # the task may be heard of while the head was still that of the other
            told = int((await event(reader)).rpartition(" ")[2])


async def test_what_is_foreign_and_what_is_absent_are_not_listened_to(served: Served) -> None:
    number = served.office.number_of(served.office.town.task())
    answers = []
    for asked in (number, "DQ44010620990101000001"):
        async with served.listening(
            served.token("D02"), f"?task={asked}", connection="close"
        ) as reader:
            answers.append(await reader.read())
    assert answers[0].startswith(b"HTTP/1.1 404")
    without_date = [re.sub(rb"date: [^\r]*", b"", one) for one in answers]
    assert without_date[0] == without_date[1]


async def test_whoever_is_signed_out_is_told_to_come_no_more(served: Served) -> None:
    async with served.listening("nobody", connection="close") as reader:
        assert await status(reader) == 204
        assert await reader.read() == b""


@pytest.mark.parametrize("asked", [{"Sec-Fetch-Mode": "cors"}, {"X-Background": "1"}])
@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/"),
        ("GET", "/dispatch"),
        ("POST", "/tasks/{number}/uploads"),
        ("HEAD", "/tasks/{number}/uploads/x"),
        ("PATCH", "/tasks/{number}/uploads/x"),
        ("GET", "/tasks/{number}/evidence/1/thumbnail"),
    ],
)
def test_a_script_of_somebody_signed_out_gets_no_page_instead(
    office: Office, method: str, address: str, asked: dict[str, str]
) -> None:
    number = office.number_of(office.town.task())
    client = office.browser().client
    answer = client.request(method, address.format(number=number), headers=asked)
    assert answer.status_code == 401
    assert answer.content == b""
    page = client.get("/dispatch", headers={"Sec-Fetch-Mode": "navigate"})
    assert page.headers["location"] == "/sign-in?back=/dispatch"


@pytest.mark.parametrize("how", ["role", "session", "password"])
async def test_a_stream_is_over_when_its_session_is(served: Served, how: str) -> None:
    house, person = served.office.house, served.office.person("D01")
    desk = served.office.town.books.desk

    def ended() -> None:
        if how == "role":
            accounts.enter(
                desk, person, "revoke_role", role="STREET_DISPATCHER", unit=STREET, reason="调离"
            )
        elif how == "session":
            house.doorkeeper.sign_out(house.doorkeeper.sessions_of(person)[0], SessionEnd.REVOKED)
        else:
            house.doorkeeper.set_password(person, "另一句-足够长的-口令", accounts.registrar(desk))

    async with served.listening(served.token("D01")) as reader:
        await status(reader)
        await asyncio.to_thread(ended)
        assert await event(reader) == "event: over\ndata: over"
        rest = await reader.read(1000)
        assert b"id:" not in rest, "nothing is told after that"


async def test_listening_is_no_activity(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who left their desk is signed out, however long their page listens."""
    token = served.token("D01")
    monkeypatch.setattr(store, "_SEEN_AGAIN", timedelta(0))
    monkeypatch.setattr(store, "IDLE", timedelta(seconds=1.5))
    async with served.listening(token) as reader:
        await status(reader)
        assert await event(reader) == "event: over\ndata: over"


def test_a_page_that_a_program_asks_for_is_no_activity(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, person = office.browser("D01"), office.person("D01")
    monkeypatch.setattr(store, "_SEEN_AGAIN", timedelta(0))

    def seen() -> datetime:
        return office.house.doorkeeper.sessions_of(person)[0].seen_at

    before = seen()
    assert browser.client.get("/", headers={"X-Background": "1"}).status_code == 200
    assert seen() == before
    browser.get("/")
    assert seen() > before


async def test_one_session_keeps_only_so_many_open(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "OF_ONE_MAX", 1)
    token = served.token("D01")
    async with served.listening(token) as reader:
        assert await status(reader) == 200
        async with served.listening(token) as again:
            answer = await again.readuntil(b"\r\n\r\n")
            assert b" 429 " in answer.partition(b"\r\n")[0]
            assert b"retry-after: 30" in answer.lower()
        async with served.listening(served.token("B01")) as other:
            assert await status(other) == 200


async def test_any_number_wait_for_the_log_and_one_watches(office: Office) -> None:
    asked = 0
    ledger = office.town.books.ledger

    def read() -> int:
        nonlocal asked
        asked += 1
        return ledger.head()

    watched = Head(read, poll_seconds=3600)
    now = ledger.head()
    assert await watched.beyond(now - 1, 10) == now
    async with asyncio.timeout(20), asyncio.TaskGroup() as waiting:
        waiters = [waiting.create_task(watched.beyond(now, 3600)) for _ in range(50)]
        await asyncio.sleep(0)
        await asyncio.to_thread(office.town.task)
        asked = 0
        watched.hint()
    assert {one.result() for one in waiters} == {ledger.head()}
    assert asked <= 2, "once for all of them"
    assert await watched.beyond(ledger.head(), 0) == ledger.head()


def test_the_watcher_asks_without_being_told() -> None:
    """Another process appends: nobody hints, the head is asked for."""
    heads = iter(range(100))

    async def waiting() -> int:
        return await Head(lambda: next(heads), poll_seconds=0.01).beyond(3, 20)

    assert asyncio.run(waiting()) > 3
