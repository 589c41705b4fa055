"""Waiting for the log to grow: one watcher in a process, and any number who wait."""

import asyncio
from collections.abc import Callable

import structlog

from ledger.database import LedgerUnavailable
from ledger.store import Ledger

log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.5
_CASES = frozenset({"task", "pairing"})


def cases_beyond(ledger: Ledger, position: int) -> bool:
    """Say whether anything happened to a task or pairing beyond *position*."""
    return ledger.heads(_CASES)[1] > position


class Head:
    """The newest position of the log, and everyone in this event loop who waits for the next.

    The log is asked for its head while somebody waits, once for all of them; `hint` says sooner
    that it has grown.
    """

    def __init__(self, read: Callable[[], int], poll_seconds: float = _POLL_SECONDS) -> None:
        self._read, self._poll_seconds = read, poll_seconds
        self._position = -1
        self._grown: asyncio.Future[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._hinted: Callable[[], None] = _nobody_waits
        self._waiting = 0

    def hint(self) -> None:
        """Say, from any thread, that the log has grown."""
        self._hinted()

    async def beyond(self, position: int, timeout: float) -> int:  # noqa: ASYNC109 - a promise
        """Return the newest position: once it is beyond *position*, or after *timeout* seconds."""
        self._waiting += 1
        try:
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch())
            async with asyncio.timeout(timeout):
                while self._position <= position:
                    await asyncio.shield(self._next())
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return self._position

    def _next(self) -> "asyncio.Future[None]":
        if self._grown is None or self._grown.done():
            self._grown = asyncio.get_running_loop().create_future()
        return self._grown

    async def _watch(self) -> None:
        """Ask for the head until nobody waits any more."""
        loop = asyncio.get_running_loop()
        wake = asyncio.Event()

        def rouse() -> None:
            loop.call_soon_threadsafe(wake.set)

        self._hinted = rouse
        try:
            while self._waiting:
                wake.clear()
                await self._look()
                try:
                    async with asyncio.timeout(self._poll_seconds):
                        await wake.wait()
                except TimeoutError:
                    pass
        finally:
            self._hinted = _nobody_waits

    async def _look(self) -> None:
        try:
            newest = await asyncio.to_thread(self._read)
        except LedgerUnavailable as problem:
            log.warning("log not followed", problem=type(problem).__name__)
            return
        if newest > self._position:
            self._position = newest
            if self._grown is not None and not self._grown.done():
                self._grown.set_result(None)


def _nobody_waits() -> None:
    pass
