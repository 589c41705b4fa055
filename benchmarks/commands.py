"""Commands per second and their latency, ours beside the bare workflow, in one run."""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil
from temporalio.client import Client

from benchmarks.bare import QUEUE
from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.opening import open_books
from desk.orders import Order
from runtime.embedded import start_embedded
from runtime.settings import Settings
from runtime.temporal import connect
from tests.journeys.district import District

AT_ONCE = 32
BATCH = 8


@dataclass
class Measured:
    """One measurement: commands, seconds, latencies, CPU seconds of server and worker."""

    commands: int
    seconds: float
    latencies: list[float]
    server_cpu: float
    worker_cpu: float

    @property
    def rate(self) -> float:
        return self.commands / self.seconds

    def row(self, name: str) -> str:
        ordered = sorted(self.latencies)
        p50 = statistics.median(ordered) * 1000
        p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000
        return (
            f"{name:<34}{self.rate:>9.1f}{p50:>10.1f}{p99:>10.1f}"
            f"{self.server_cpu / self.commands * 1000:>12.1f}"
            f"{self.worker_cpu / self.commands * 1000:>12.1f}"
        )


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def timed(
    count: int,
    at_once: int,
    give: Callable[[int, int], Awaitable[int]],
    server: psutil.Process,
    worker: psutil.Process,
) -> Measured:
    """Give *count* orders from *at_once* people, each after the answer to the last."""
    latencies: list[float] = []
    commands = 0

    async def person(number: int) -> None:
        nonlocal commands
        for turn in range(count // at_once):
            began = time.perf_counter()
            done = await give(number, turn)  # added afterwards: others add while this one waits
            commands += done
            latencies.append(time.perf_counter() - began)

    server_before, worker_before, began = cpu(server), cpu(worker), time.perf_counter()
    await asyncio.gather(*[person(number) for number in range(at_once)])
    seconds = time.perf_counter() - began
    return Measured(
        commands, seconds, latencies, cpu(server) - server_before, cpu(worker) - worker_before
    )


async def measure(home: Path, *, quick: bool) -> None:
    home.mkdir(parents=True)
    settings = Settings(home=home)
    server = await start_embedded(home)
    environment = {**os.environ, "JIEDUI_HOME": str(home), "JIEDUI_LOG_LEVEL": "error"}
    books = open_books(settings.ledger_url, settings.vault_url, settings.key_path, settings.policy)
    ours = subprocess.Popen([sys.executable, "-m", "worker"], env=environment)
    bare = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bare", server.address], stdout=subprocess.PIPE
    )
    try:
        assert bare.stdout is not None
        bare.stdout.readline()
        client = await connect(server.address)
        gateway = Gateway(client, books, 60.0)
        await _measure(gateway, client, (server.pid, ours.pid, bare.pid), quick=quick)
    finally:
        for process in (ours, bare):
            process.terminate()
            process.wait(timeout=30)
        books.close()
        await server.stop()


async def _measure(
    gateway: Gateway, client: Client, pids: tuple[int, int, int], *, quick: bool
) -> None:
    server, ours, bare = (psutil.Process(pid) for pid in pids)
    district = await District.found(gateway)
    tasks = [await district.task_in_progress(gateway) for _ in range(AT_ONCE)]
    handles = [
        await client.start_workflow("bare", id=f"bare/{number}", task_queue=QUEUE)
        for number in range(AT_ONCE)
    ]

    async def give_bare(person: int, turn: int) -> int:  # noqa: ARG001 - one shape for all
        await handles[person].execute_update("submit", "x" * 200, rpc_timeout=timedelta(seconds=60))
        return 1

    async def give_contact(person: int, turn: int) -> int:  # noqa: ARG001 - the same
        await gateway.submit(district.contact(tasks[person]))
        return 1

    async def give_progress(person: int, turn: int) -> int:  # noqa: ARG001 - the same
        await gateway.submit(district.progress(tasks[person]))
        return 1

    async def give_batch(person: int, turn: int) -> int:  # noqa: ARG001 - the same
        orders: list[Order] = district.whole_case(f"task/{new_uuid7()}")[:BATCH]
        answers = await gateway.submit_batch(orders)
        assert all(answer.receipt for answer in answers), answers
        return len(orders)

    rounds = 1 if quick else 3
    ratios: dict[str, list[float]] = {}
    print(
        f"{'':<34}{'per second':>9}{'p50 ms':>10}{'p99 ms':>10}{'server ms':>12}{'worker ms':>12}"
    )
    for at_once, count in ((1, 100 if quick else 200), (AT_ONCE, 640 if quick else 960)):
        for _ in range(rounds):
            print(f"-- {at_once} at a time")
            line = await timed(count, at_once, give_bare, server, bare)
            print(line.row("bare workflow"))
            for name, give in (
                ("command without text", give_contact),
                ("command with a sealed text", give_progress),
            ):
                measured = await timed(count, at_once, give, server, ours)
                print(measured.row(name))
                ratios.setdefault(f"{name}, {at_once} at a time / bare", []).append(
                    measured.rate / line.rate
                )
            batch = await timed(count // BATCH, at_once, give_batch, server, ours)
            print(batch.row(f"new cases, batches of {BATCH}"))
            ratios.setdefault(f"batch, {at_once} at a time / single command", []).append(
                batch.rate / measured.rate
            )
    print("\nratios (median of the rounds)")
    for name, values in ratios.items():
        print(f"  {name:<58}{statistics.median(values):>6.2f}")
