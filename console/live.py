"""Live pages: a stream that says how far the log has come, and nothing else.

Whoever hears a new position asks for the page they look at, as they would by hand; what they may
see is decided there. Who listens is looked at again while the stream is open.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.seeing import SESSION_COOKIE, seer_of
from ledger.database import LedgerUnavailable
from services.following_log import cases_beyond
from services.scope import task_at
from services.seeing import House, NothingHere, Seer, SignedOut, seer_by
from serving.streams import StreamAnswer

router = APIRouter()

LOOK_SECONDS = 4.0
"""How often is looked who listens: what is revoked is over within 5 s (promises.md 6)."""
BEAT_SECONDS = 15.0
PACE_SECONDS = 1.0
"""At most so often is a position told: many facts in a moment are one piece of news."""
_OVER = b"event: over\ndata: over\n\n"
Position = Annotated[int | None, Query(ge=-1, le=2**62)]


@router.get("/live")
async def live(
    request: Request, task: Annotated[str, Query(max_length=40)] = "", after: Position = None
) -> Response:
    """Tell positions beyond *after* (or Last-Event-ID) as cases change; with *task*, that one.

    Nobody who is signed out hears anything; raises `NothingHere`, as the page of the task would.
    """
    try:
        seer = await asyncio.to_thread(seer_of, request, active=False)
    except SignedOut:
        return Response(status_code=204)  # the browser comes no more (WHATWG HTML 9.2.3)
    if task:
        await asyncio.to_thread(task_at, seer, task)
    heard = request.headers.get("last-event-id", "")
    if heard.isascii() and heard.isdigit() and len(heard) < 19:
        after = int(heard)
    if after is None:
        after = await asyncio.to_thread(seer.house.books.ledger.head)
    listener = _Listener(seer.house, request.cookies[SESSION_COOKIE], task)
    return StreamAnswer(request.app.state.streams, seer.session.session, listener.told(after))


@dataclass(frozen=True)
class _Listener:
    """One browser that listens, for a whole desk or for one task."""

    house: House
    token: str
    task: str

    async def told(self, position: int) -> AsyncIterator[bytes]:
        """Yield each position beyond *position* at which something changed, and then `over`."""
        yield b"retry: 3000\n\n"
        sent = monotonic()
        while True:
            newest = await self.house.head.beyond(position, LOOK_SECONDS)
            try:
                changed = await asyncio.to_thread(self._look, position, newest)
            except (SignedOut, NothingHere):
                yield _OVER
                return
            except LedgerUnavailable:
                return  # who listens cannot be looked at: they come again
            grown = newest > position
            position = max(position, newest)
            if changed or monotonic() - sent >= BEAT_SECONDS:
                yield f"id: {position}\ndata: {position}\n\n".encode() if changed else b": \n\n"
                sent = monotonic()
            if grown:
                await asyncio.sleep(PACE_SECONDS)

    def _look(self, position: int, newest: int) -> bool:
        """Say whether what they listen for changed; raise where it is theirs no more.

        Listening is no activity: it keeps nobody signed in.
        """
        now = datetime.now(UTC)
        seer: Seer = seer_by(self.house, self.token, now, active=False)
        ledger = self.house.books.ledger
        if newest <= position or not cases_beyond(ledger, position):
            return False
        if not self.task:
            return True
        stream, _, _ = task_at(seer, self.task)
        return any(entry.position > position for entry in ledger.read(stream))
