"""The API at twice what it can do: what it still does, what it refuses, and how soon it is well.

Closed loop first, for the sustainable rate; then an open loop at twice that by one unit, with
another unit asking a little beside it; then a look at how long a request takes once it is over.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

AT_ONCE = 8
Row = dict[str, Any]


def measure(folder: Path, *, quick: bool = False) -> list[Row]:
    """Print and return what the API does alone, at twice that, and afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "benchmarks.api_server", str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        try:
            rows = asyncio.run(_measured(told, 5.0 if quick else 20.0))
        finally:
            server.stdin.close()
    for row in rows:
        shown = "  ".join(
            f"{name} {value:,.1f}" if isinstance(value, float) else f"{name} {value}"
            for name, value in row.items()
        )
        print(shown)
    return rows


class _Asking:
    """A unit that asks for a task's page, one after another."""

    def __init__(self, client: httpx2.AsyncClient, told: Any, who: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {told['tokens'][who]}"}
        self._paths = [f"/tasks/{number}" for number in told["numbers"][::2]]
        self.answers: list[tuple[float, float, int]] = []
        self._asked = 0

    async def ask(self) -> None:
        path = self._paths[self._asked % len(self._paths)]
        self._asked += 1
        began = time.perf_counter()
        try:
            answer = await self._client.get(path, headers=self._headers)
            status = answer.status_code
        except httpx2.HTTPError:
            status = 0
        now = time.perf_counter()
        self.answers.append((now, now - began, status))

    def row(self, what: str, seconds: float) -> Row:
        good = [took for _, took, status in self.answers if status == 200]
        shed = sum(1 for *_, status in self.answers if status in {429, 503})
        ordered = sorted(good) or [0.0]
        return {
            "what": what,
            "good_per_second": len(good) / seconds,
            "shed_per_second": shed / seconds,
            "broken": len(self.answers) - len(good) - shed,
            "p50_ms": statistics.median(ordered) * 1000,
            "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
        }


async def _measured(told: Any, seconds: float) -> list[Row]:
    limits = httpx2.Limits(max_connections=150, max_keepalive_connections=150)
    async with httpx2.AsyncClient(base_url=told["url"], limits=limits, timeout=20) as client:
        alone = _Asking(client, told, "dispatcher")
        await _closed(alone, 1.0)
        alone = _Asking(client, told, "dispatcher")
        await _closed(alone, seconds)
        rows = [alone.row(f"sustainable, {AT_ONCE} at once", seconds)]
        rate = 2 * rows[0]["good_per_second"]
        flood = _Asking(client, told, "dispatcher")
        quiet = _Asking(client, told, "coordinator")
        await asyncio.gather(_open(flood, rate, seconds), _open(quiet, 5.0, seconds))
        rows.append(flood.row("at twice that, the unit that floods", seconds))
        rows.append(quiet.row("meanwhile, a unit that asks 5 a second", seconds))
        after = _Asking(client, told, "dispatcher")
        await _closed(after, seconds / 4)
        rows.append(after.row("straight afterwards", seconds / 4))
    return rows


async def _closed(asking: _Asking, seconds: float) -> None:
    until = time.perf_counter() + seconds

    async def going() -> None:
        while time.perf_counter() < until:
            await asking.ask()

    await asyncio.gather(*(going() for _ in range(AT_ONCE)))


async def _open(asking: _Asking, rate: float, seconds: float) -> None:
    """Ask at *rate*, whether or not anything is answered; wait for the last answers."""
    began, asked = time.perf_counter(), set()
    for turn in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + turn / rate - time.perf_counter()))
        asked.add(asyncio.create_task(asking.ask()))
    await asyncio.gather(*asked)
