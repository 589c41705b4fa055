"""Who sends too much is told so at once, and takes only their own turn."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from api.turns import InTurn, Room, Shed


async def enter(room: Room, who: str, served: list[str], leave: asyncio.Event) -> str:
    try:
        await room.enter(who)
    except Shed as shed:
        return "flooding" if shed.flooding else "full"
    served.append(who)
    await leave.wait()
    room.leave()
    return "served"


async def standing(*tasks: "asyncio.Task[str]") -> None:
    for _ in range(3 * len(tasks) + 10):
        await asyncio.sleep(0)


async def test_units_are_served_by_turns_whoever_came_first() -> None:
    room, served, leave = Room(at_once=1, waiting=10), [], asyncio.Event()
    flood = [asyncio.create_task(enter(room, "洪", served, leave)) for _ in range(6)]
    await standing(*flood)
    quiet = [asyncio.create_task(enter(room, "静", served, leave)) for _ in range(2)]
    await standing(*quiet)
    leave.set()
    assert set(await asyncio.gather(*flood, *quiet)) == {"served"}
    assert served[:5] == ["洪", "洪", "静", "洪", "静"]


async def test_a_full_room_turns_away_the_newest_of_whoever_fills_it() -> None:
    room, served, leave = Room(at_once=1, waiting=4), [], asyncio.Event()
    flood = [asyncio.create_task(enter(room, "洪", served, leave)) for _ in range(5)]
    await standing(*flood)
    late = asyncio.create_task(enter(room, "洪", served, leave))
    assert await late == "full"
    quiet = asyncio.create_task(enter(room, "静", served, leave))
    await standing(quiet, *flood)
    leave.set()
    ends = await asyncio.gather(*flood)
    assert ends == ["served"] * 4 + ["flooding"]
    assert await quiet == "served"


async def test_who_goes_away_leaves_their_place() -> None:
    room, served, leave = Room(at_once=1, waiting=2), [], asyncio.Event()
    first = asyncio.create_task(enter(room, "甲", served, leave))
    gone = asyncio.create_task(enter(room, "乙", served, leave))
    await standing(first, gone)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    third = asyncio.create_task(enter(room, "丙", served, leave))
    await standing(third)
    leave.set()
    assert await asyncio.gather(first, third) == ["served", "served"]
    assert served == ["甲", "丙"]


@given(st.lists(st.sampled_from("甲乙丙"), max_size=30), st.integers(1, 3), st.integers(1, 8))
def test_everybody_is_served_or_told_and_the_room_empties(
    senders: list[str], at_once: int, waiting: int
) -> None:
    async def playing() -> None:
        room, served, leave = Room(at_once, waiting), [], asyncio.Event()
        tasks = [asyncio.create_task(enter(room, who, served, leave)) for who in senders]
        await standing(*tasks)
        assert len(served) <= at_once
        leave.set()
        ends = await asyncio.gather(*tasks)
        assert ends.count("served") == len(served) == min(len(senders), at_once + waiting)
        last = asyncio.create_task(enter(room, "丁", served, leave))
        assert await last == "served"

    asyncio.run(playing())


def test_a_request_without_room_is_told_when_to_come_again() -> None:
    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("done")(scope, receive, send)

    class Full(Room):
        async def enter(self, who: str) -> None:
            raise Shed(flooding=who == "440106-MZJ")

    unit_of: Callable[[str], str | None] = {"known": "440106-MZJ"}.get
    answering: Callable[..., Awaitable[None]] = never
    client = TestClient(InTurn(answering, unit_of, Full(), patient=("/facts",)))
    stranger = client.get("/tasks")
    assert (stranger.status_code, stranger.headers["retry-after"]) == (503, "1")
    assert stranger.json()["type"].endswith("/too-busy")
    flooding = client.get("/tasks", headers={"Authorization": "Bearer known"})
    assert (flooding.status_code, flooding.headers["retry-after"]) == (429, "1")
    assert client.get("/facts").text == "done"
