"""The feed: facts by position for other systems, as pages, as a long poll, as server-sent events.

A position is the cursor: whoever keeps the last one they have taken in misses nothing and takes
nothing twice. What is not the caller's to see is left out, position and all.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api.callers import Caller
from api.cases import READING
from services.facts import Fact, facts_after
from services.seeing import Seer

router = APIRouter(tags=["facts"])

LOOK_SECONDS = 0.5
WAIT_MAX = 30
STREAM_SECONDS = 30 * 60
BEAT_SECONDS = 15.0
SESSION_SECONDS = 3.0
"""How often an open stream asks whether its session stands: revoked within 5 s is promised."""


class FactItem(BaseModel):
    """One entry of the log as it stands there; sealed texts are references."""

    position: int
    stream: str
    version: int
    kind: str
    number: str | None
    recorded_at: str
    occurred_at: str
    role: str | None
    unit: str | None
    channel: str | None
    fact: dict[str, Any]
    hash: str


class Facts(BaseModel):
    """Facts beyond the position asked for; *next* is what to ask for then."""

    items: list[FactItem]
    next: int


def _item(fact: Fact) -> FactItem:
    return FactItem(**fact._asdict())


@router.get("/facts", responses=READING)
async def list_facts(
    seer: Caller,
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    wait: Annotated[int, Query(ge=0, le=WAIT_MAX)] = 0,
) -> Facts:
    """Return facts of cases the caller sees, beyond position *after*.

    With *wait*, an answer without any is held back for so many seconds, until there is one.
    """
    until = asyncio.get_running_loop().time() + wait
    while True:
        found, reached = await run_in_threadpool(facts_after, seer, after, limit)
        if found or asyncio.get_running_loop().time() >= until or not _stands(seer):
            return Facts(items=[_item(one) for one in found], next=reached)
        after = reached
        await asyncio.sleep(LOOK_SECONDS)


def _stands(seer: Seer) -> bool:
    """Say whether the caller is signed in still; asking is no sign of life."""
    return seer.house.doorkeeper.stands(seer.session, datetime.now(UTC))


@router.get(
    "/facts/stream",
    responses=READING | {200: {"content": {"text/event-stream": {}}}},
    response_class=StreamingResponse,
)
async def stream_facts(
    seer: Caller,
    after: Annotated[int | None, Query(ge=-1, le=2**53)] = None,
    last: Annotated[int | None, Header(alias="Last-Event-ID", ge=-1, le=2**53)] = None,
) -> StreamingResponse:
    """Send facts as they come, as server-sent events whose id is the position.

    It begins beyond `Last-Event-ID`, else *after*, else now; ends after half an hour, or with
    the event `over` within seconds of the session's end. Reconnect with the last id.
    """
    begun = last if last is not None else after
    if begun is None:
        begun = await run_in_threadpool(lambda: seer.house.books.ledger.head() - 1)
    return StreamingResponse(
        _events(seer, begun),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(seer: Seer, after: int) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    began = beat = asked = loop.time()
    yield ": facts\n\n"
    while (now := loop.time()) - began < STREAM_SECONDS:
        if now - asked >= SESSION_SECONDS:
            asked = now
            if not await run_in_threadpool(_stands, seer):
                yield "event: over\ndata: {}\n\n"
                return
        found, after = await run_in_threadpool(facts_after, seer, after, 100)
        for fact in found:
            yield f"id: {fact.position}\nevent: fact\ndata: {_item(fact).model_dump_json()}\n\n"
        if found:
            beat = now
        elif now - beat >= BEAT_SECONDS:
            beat = now
            yield ": still here\n\n"
        if not found:
            await asyncio.sleep(LOOK_SECONDS)
