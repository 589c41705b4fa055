"""The caretaker [supervisor]: keeps child processes running, and says in one line what befell them.

A child that falls is started again after a pause that doubles while it keeps falling. Children die
with the caretaker, and are stopped in the opposite order of their start.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from runtime.embedded import die_with_parent

log = structlog.get_logger("caretaker")

PAUSE_FIRST = 0.5
PAUSE_LONGEST = 30.0
STEADY_SECONDS = 60.0
"""A child that ran so long is taken for well: its next fall is the first again."""

STANDS_BACK = 10
"""Niceness of Temporal and of workers: on one machine people and due clocks go before letters."""

STOP_SECONDS = 20.0
_LOG_BYTES_MAX = 10_000_000


@dataclass
class Child:
    """One child: how it is *begun* (returns its pid), waited for, and *ended*."""

    name: str
    begin: Callable[[], Awaitable[int]]
    gone: Callable[[], Awaitable[str]]
    end: Callable[[], Awaitable[None]]
    pid: int = 0


@dataclass
class Caretaker:
    """Starts *children* in order, watches them, and stops them in the opposite order.

    *say* is given one line for each fall and each return, Chinese with English beside it.
    """

    children: Sequence[Child]
    say: Callable[[str], None]
    _watching: list[asyncio.Task[None]] = field(default_factory=list)
    _begun: list[Child] = field(default_factory=list)

    async def start(self) -> None:
        """Start every child; raises what the first that cannot start raises."""
        for child in self.children:
            child.pid = await child.begin()
            self._begun.append(child)
        self._watching = [asyncio.create_task(self._watch(child)) for child in self.children]

    async def stop(self) -> None:
        """Stop every child; returns when all are gone."""
        for watching in self._watching:
            watching.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        for child in reversed(self._begun):
            await child.end()

    async def _watch(self, child: Child) -> None:
        loop, pause = asyncio.get_running_loop(), PAUSE_FIRST
        while True:
            began = loop.time()
            how = await child.gone()
            if loop.time() - began > STEADY_SECONDS:
                pause = PAUSE_FIRST
            pause = await self._begin_again(child, how, pause)

    async def _begin_again(self, child: Child, how: str, pause: float) -> float:
        """Start a fallen child, however often it takes; return the pause before its next fall."""
        while True:
            self.say(
                f"{child.name} 已停（{how}），{pause:g} 秒后重新启动。 "
                f"{child.name} fell ({how}); it is started again in {pause:g} s."
            )
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_LONGEST)
            try:
                child.pid = await child.begin()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is said and tried again
                log.warning("child not started", child=child.name, error=type(error).__name__)
                how = " ".join(str(error).split())[:160] or type(error).__name__
                continue
            self.say(f"{child.name} 已恢复（进程 {child.pid}）。 {child.name} runs again.")
            return pause


class Program:
    """A child that is a program of ours; what it writes goes to a file of its own, never to us."""

    def __init__(
        self,
        name: str,
        words: Sequence[str],
        log_file: Path,
        environment: dict[str, str],
        niceness: int = 0,
    ) -> None:
        self.name, self.words, self.log_file = name, words, log_file
        self.environment, self.niceness = environment, niceness
        self._process: asyncio.subprocess.Process | None = None

    def child(self) -> Child:
        """Return this program as the caretaker's child."""
        return Child(self.name, self.begin, self.gone, self.end)

    async def begin(self) -> int:
        """Start it; it dies with this process."""
        _keep_small(self.log_file)
        descriptor = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                env=self.environment,
                start_new_session=True,  # Ctrl-C is for the parent, which stops all in order
                preexec_fn=die_with_parent(self.niceness),
            )
        finally:
            os.close(descriptor)
        return self._process.pid

    async def gone(self) -> str:
        """Wait until it is gone, and say how it went."""
        assert self._process is not None
        status = await self._process.wait()
        return how_it_went(status)

    async def end(self) -> None:
        """Ask it to stop, and wait; one that does not listen is killed."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def how_it_went(status: int) -> str:
    """Return how a process ended, in a few words."""
    if status >= 0:
        return f"exit {status}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"


def _keep_small(file: Path) -> None:
    if file.exists() and file.stat().st_size > _LOG_BYTES_MAX:
        file.replace(file.with_suffix(file.suffix + ".1"))
