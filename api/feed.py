"""The feed: facts by position for other systems, as pages, as a long poll, as server-sent events.

A position is the cursor: whoever keeps the last one they have taken in misses nothing and takes
nothing twice. What is not the caller's to see is left out, position and all.
"""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, TypeAdapter

from api.callers import Caller, seen_again
from api.cases import READING
from services.facts import Fact, facts_after
from services.seeing import Seer, SignedOut
from serving.streams import StreamAnswer, Streams

router = APIRouter(tags=["facts"])

LOOK_SECONDS = 3.0
"""How often an open answer asks whether its session stands: revoked within 5 s is promised."""
WAIT_MAX = 30
STREAM_SECONDS = 30 * 60
BEAT_SECONDS = 15.0


class Facts(BaseModel):
    """Facts beyond the position asked for; *next* is what to ask for then."""

    items: list[Fact]
    next: int


_WRITTEN = TypeAdapter(Fact)


@router.get("/facts", responses=READING, summary="事实流 Facts by position")
async def list_facts(
    request: Request,
    seer: Caller,
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    wait: Annotated[int, Query(ge=0, le=WAIT_MAX)] = 0,
) -> Facts:
    """Return facts of cases the caller sees, beyond position *after*.

    With *wait*, an answer without any is held back for so many seconds, until there is one.
    """
    until = monotonic() + wait
    while True:
        found, reached = await run_in_threadpool(facts_after, seer, after, limit)
        left = until - monotonic()
        if found or left <= 0:
            return Facts(items=found, next=reached)
        if reached == after:
            await seer.house.head.beyond(after, min(left, LOOK_SECONDS))
        after = reached
        seer = await run_in_threadpool(seen_again, request, seer)


@router.get(
    "/facts/stream",
    responses=READING | {200: {"content": {"text/event-stream": {}}}},
    response_class=StreamingResponse,
    summary="事实流推送 Facts as they come",
)
async def stream_facts(
    request: Request,
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
        begun = await run_in_threadpool(seer.house.books.ledger.head)
    streams: Streams = request.app.state.streams
    return StreamAnswer(streams, seer.session.session, _events(request, seer, begun))


async def _events(request: Request, seer: Seer, after: int) -> AsyncIterator[bytes]:
    began = beat = monotonic()
    yield b": facts\n\n"
    while (now := monotonic()) - began < STREAM_SECONDS:
        try:
            seer = await run_in_threadpool(seen_again, request, seer)
        except SignedOut:
            yield b"event: over\ndata: {}\n\n"
            return
        found, reached = await run_in_threadpool(facts_after, seer, after, 100)
        for fact in found:
            told = _WRITTEN.dump_json(fact).decode()
            yield f"id: {fact.position}\nevent: fact\ndata: {told}\n\n".encode()
        if found:
            beat = now
        elif now - beat >= BEAT_SECONDS:
            beat = now
            yield b": still here\n\n"
        if reached == after:
            await seer.house.head.beyond(after, LOOK_SECONDS)
        after = reached
