"""Other systems follow facts as they come, and no longer than they are signed in."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from api.app import PREFIX, create_api
from domain.registry.commands import SessionEnd
from serving.listening import listening, serving
from tests.console.conftest import PASSWORD, Office, office

__all__ = ["office"]


@pytest.fixture
async def served(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=[Mount(PREFIX, create_api(office.house))])
    async with (
        serving(app, listening("127.0.0.1:0")) as url,
        httpx2.AsyncClient(base_url=f"{url}{PREFIX}", timeout=60) as client,
    ):
        body = {"staff_number": "D01", "password": PASSWORD}
        told = (await client.post("/sessions", json=body)).json()
        client.headers["Authorization"] = f"Bearer {told['token']}"
        yield client


async def test_a_long_poll_answers_as_soon_as_there_is_something(
    office: Office, served: httpx2.AsyncClient
) -> None:
    after = office.town.books.ledger.head()
    waiting = asyncio.create_task(served.get("/facts", params={"after": after, "wait": 30}))
    task = await asyncio.to_thread(office.town.task)
    told = (await waiting).json()
    assert {one["stream"] for one in told["items"]} == {task}
    assert told["next"] >= told["items"][-1]["position"]


async def test_a_stream_tells_each_fact_and_ends_with_its_session(
    office: Office, served: httpx2.AsyncClient
) -> None:
    after = office.town.books.ledger.head()
    async with served.stream("GET", "/facts/stream", params={"after": after}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        task = await asyncio.to_thread(office.town.task)
        entries = office.town.books.ledger.read(task)
        seen = []
        async for line in lines:
            if line.startswith("data: ") and "{}" not in line:
                seen.append(json.loads(line.removeprefix("data: ")))
            if len(seen) == len(entries):
                break
        assert [one["position"] for one in seen] == [one.position for one in entries]
        (session,) = office.house.doorkeeper.sessions_of(office.person("D01"))
        office.house.doorkeeper.sign_out(session, SessionEnd.REVOKED)
        rest = [line async for line in lines]
        assert "event: over" in rest


async def test_a_stream_goes_on_from_the_last_event(
    office: Office, served: httpx2.AsyncClient
) -> None:
    first, second = office.town.task(), office.town.task()
    last = office.town.books.ledger.read(first)[-1].position
    asked = {"Last-Event-ID": str(last)}
    async with served.stream("GET", "/facts/stream", headers=asked) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                assert int(line.removeprefix("id: ")) > last
                break
    assert office.town.books.ledger.read(second)[0].position > last
