"""What a command costs: ours, a bare Temporal update, and DBOS, in one run on the same machine.

Ours is decided and appended in the calling process; Temporal and a worker follow beside it where
the row says so. Every rate is of answers after which the command is durable.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from temporalio.client import Client

from benchmarks.bare import QUEUE
from benchmarks.rivals import measured
from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.opening import Books, open_books
from dispatch.cursor import Cursor
from policies import shipped_pack
from runtime.caretaking import STANDS_BACK
from runtime.embedded import EmbeddedTemporal, start_embedded
from runtime.settings import Settings, environment_of
from runtime.temporal import connect
from services.bootstrapping import publish
from tests.journeys.district import District
from tests.ledger.postgres import PostgresServer, binaries

AT_ONCE = 32
Row = dict[str, Any]


@dataclass
class Measured:
    """Latencies of one measurement, and what it cost whom, in processor seconds."""

    seconds: float
    latencies: list[float]
    caller: float
    others: dict[str, float] = field(default_factory=dict)

    def row(self, name: str, at_once: int) -> Row:
        ordered, count = sorted(self.latencies), len(self.latencies)
        row: Row = {
            "what": name,
            "at_once": at_once,
            "per_second": count / self.seconds,
            "p50_ms": statistics.median(ordered) * 1000,
            "p99_ms": ordered[min(count - 1, int(count * 0.99))] * 1000,
            "caller_ms": self.caller / count * 1000,
        }
        return row | {f"{who}_ms": spent / count * 1000 for who, spent in self.others.items()}


def cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def timed(
    count: int,
    at_once: int,
    give: Callable[[int, int], Awaitable[Any]],
    **others: psutil.Process,
) -> Measured:
    """Have *count* commands given by *at_once* people, each after the answer to the last."""
    latencies: list[float] = []

    async def person(number: int) -> None:
        for turn in range(count // at_once):
            began = time.perf_counter()
            await give(number, turn)
            latencies.append(time.perf_counter() - began)

    before = {who: cpu(process) for who, process in others.items()}
    mine, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*[person(number) for number in range(at_once)])
    seconds, spent = time.perf_counter() - began, time.process_time() - mine
    after = {who: cpu(process) - before[who] for who, process in others.items()}
    return Measured(seconds, latencies, spent, after)


def measure(home: Path, *, quick: bool) -> list[Row]:
    """Print the table and the ratios; return the rows."""
    home.mkdir(parents=True)
    rounds, rows = (1 if quick else 3), list[Row]()
    for _ in range(rounds):
        rows += asyncio.run(_one_round(home / str(len(rows)), quick=quick))
    table = _medians(rows)
    _print(table)
    table += asyncio.run(_with_temporal_beside(home / "beside", quick=quick))
    return table


async def _one_round(home: Path, *, quick: bool) -> list[Row]:
    rows: list[Row] = []
    counts = ((1, 60 if quick else 200), (AT_ONCE, 640 if quick else 1280))
    async with _bare(home / "bare") as (handles, server, worker):
        for at_once, count in counts:

            async def update(person: int, turn: int) -> None:  # noqa: ARG001 - one shape for all
                await handles[person].execute_update("submit", "x" * 200)

            done = await timed(count, at_once, update, server=server, worker=worker)
            rows.append(done.row("bare Temporal update", at_once))
    rows += await _ours(Settings(home=home / "ours"), "SQLite", counts)
    rows += _dbos("SQLite", f"sqlite:///{home / 'dbos.db'}", counts)
    if binaries() is not None:
        with PostgresServer() as postgres:
            database = postgres.new_database()
            settings = Settings(home=home / "ours-pg", database_url=database)
            rows += await _ours(settings, "PostgreSQL", counts)
            rows += _dbos("PostgreSQL", postgres.new_database(), counts)
    return rows


async def _ours(settings: Settings, name: str, counts: Any) -> list[Row]:
    rows: list[Row] = []
    with _books(settings) as books:
        gateway = Gateway(books)
        district = await District.found(gateway)
        tasks = [await district.task_in_progress(gateway) for _ in range(AT_ONCE)]
        for at_once, count in counts:
            for what, order in (
                ("without text", district.contact),
                ("with sealed text", district.progress),
            ):

                async def give(person: int, turn: int, order: Any = order) -> None:  # noqa: ARG001
                    await gateway.submit(order(tasks[person]))

                done = await timed(count, at_once, give)
                rows.append(done.row(f"ours, {name}, {what}", at_once))
    return rows


def _dbos(name: str, url: str, counts: Any) -> list[Row]:
    rows: list[Row] = []
    for at_once, count in counts:
        words = (url.replace("+psycopg", ""), str(at_once), str(count // 2))
        ways = measured("dbos_commands", *words) or {}
        rows += [
            {"what": f"DBOS, {name}, {way}", "at_once": at_once, **told}
            for way, told in ways.items()
        ]
    return rows


# -- with Temporal beside ------------------------------------------------------------------------


async def _with_temporal_beside(home: Path, *, quick: bool) -> list[Row]:
    """Whole lives with clerks following, commands while Temporal is stopped, and clocks after."""
    settings = Settings(home=home)
    home.mkdir(parents=True)
    with _books(settings) as books:
        gateway = Gateway(books)
        district = await District.found(gateway)
        await _publish_patient(books)
        server = await start_embedded(home, niceness=STANDS_BACK)
        children = {role: _child(settings, role) for role in ("worker", "follow")}
        try:
            lives = await _lives(gateway, district, settings, server, children, quick=quick)
            stopped = await _while_stopped(gateway, district, server)
            server = await start_embedded(home, niceness=STANDS_BACK)
            clocks = await _clocks(gateway, district, children, settings, quick=quick)
        finally:
            for process in children.values():
                process.terminate()
                process.wait(30)
            await server.stop()
    return [lives, stopped, *clocks]


async def _lives(
    gateway: Gateway,
    district: District,
    settings: Settings,
    server: EmbeddedTemporal,
    children: dict[str, Any],
    *,
    quick: bool,
) -> Row:
    """Whole lives of tasks by eight people, then the wait until all is told."""
    until = time.perf_counter() + (10 if quick else 60)
    cursor = Cursor(settings.dispatch_url)
    woken = cursor.standing().woken
    lives = commands = 0
    watched = {role: psutil.Process(child.pid) for role, child in children.items()}
    watched["server"] = psutil.Process(server.pid)
    before = {who: cpu(process) for who, process in watched.items()}
    mine, began = time.process_time(), time.perf_counter()

    async def person() -> None:
        nonlocal lives, commands
        while time.perf_counter() < until:
            task = f"task/{new_uuid7()}"
            for order in whole_life(district, task):
                await gateway.submit(order)
                commands += 1
            lives += 1

    await asyncio.gather(*[person() for _ in range(8)])
    seconds, spent = time.perf_counter() - began, time.process_time() - mine
    drained = time.perf_counter()
    while True:
        stands = cursor.standing()
        if not stands.waiting and stands.position >= gateway.books.ledger.head() - 50:
            break
        await asyncio.sleep(0.1)
    backlog = time.perf_counter() - drained
    row: Row = {
        "what": "whole lives, Temporal following",
        "per_second": commands / seconds,
        "caller_ms": spent / commands * 1000,
        "wake_ups_a_life": (stands.woken - woken) / max(1, lives),
        "backlog_seconds": backlog,
    }
    row |= {
        f"{who}_ms": (cpu(process) - before[who]) / commands * 1000
        for who, process in watched.items()
    }
    cursor.close()
    print(
        f"\nwhole lives of tasks, Temporal following: {row['per_second']:.0f} commands/s for "
        f"{seconds:.0f} s ({lives} lives), {row['wake_ups_a_life']:.1f} wake-ups a life, backlog "
        f"gone after {backlog:.1f} s; ms a command: caller {row['caller_ms']:.2f}, server "
        f"{row['server_ms']:.2f}, worker {row['worker_ms']:.2f}, follower {row['follow_ms']:.2f}",
        flush=True,
    )
    return row


def whole_life(district: District, task: str) -> list[Any]:
    """Return the commands of a usual life, in order; twelve of them."""
    orders = district.whole_case(task)
    notes = [district.contact(task), *(district.progress(task) for _ in range(12))]
    return [*orders, *notes][:12]


async def _while_stopped(gateway: Gateway, district: District, server: EmbeddedTemporal) -> Row:
    task = await district.task_in_progress(gateway)
    await server.stop()

    async def give(person: int, turn: int) -> None:  # noqa: ARG001 - one shape for all
        await gateway.submit(district.contact(task))

    row = (await timed(100, 1, give)).row("while Temporal is stopped", 1)
    print(f"while Temporal is stopped: p50 {row['p50_ms']:.1f} ms, p99 {row['p99_ms']:.1f} ms")
    return row


async def _publish_patient(books: Books) -> None:
    pack = shipped_pack("demo").model_dump(mode="json")
    pack["id"], pack["limits"]["sign_in"] = "patient", "20s"
    await publish(books.desk, "policy/patient", {"kind": "publish_policy", "policy": pack})


async def _clocks(
    gateway: Gateway,
    district: District,
    children: dict[str, Any],
    settings: Settings,
    *,
    quick: bool,
) -> list[Row]:
    """Clocks that fell due while nobody kept them: how fast they ring, and a person meanwhile."""
    count = 100 if quick else 1000
    for role in ("worker", "follow"):
        children[role].kill()
        children[role].wait()
    for _ in range(count):
        orders = district.whole_case(f"task/{new_uuid7()}", policy="patient")[:3]
        await gateway.submit_batch(orders)
    task = await district.task_in_progress(gateway)
    await asyncio.sleep(22)
    ledger, start = gateway.books.ledger, gateway.books.ledger.head()
    children |= {role: _child(settings, role) for role in ("worker", "follow")}
    latencies: list[float] = []
    began, rung, first = time.perf_counter(), 0, 0.0
    position = start
    while rung < count and time.perf_counter() - began < 180:
        asked = time.perf_counter()
        await gateway.submit(district.contact(task))
        latencies.append(time.perf_counter() - asked)
        page = await asyncio.to_thread(ledger.log, position, 2000)
        rung += sum(entry.kind == "sign_in_overdue.v1" for entry in page)
        position = page[-1].position if page else position
        first = first or (time.perf_counter() if rung else 0.0)
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - (first or began)
    ordered = sorted(latencies)
    row: Row = {
        "what": f"{count} clocks at one instant after an outage",
        "per_second": rung / max(seconds, 0.001),
        "p50_ms": statistics.median(ordered) * 1000,
        "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
        "max_ms": ordered[-1] * 1000,
    }
    print(
        f"{count} clocks at one instant after an outage: {rung} rung, {row['per_second']:.0f}/s; "
        f"a person meanwhile p50 {row['p50_ms']:.0f} ms, p99 {row['p99_ms']:.0f} ms, "
        f"max {row['max_ms']:.0f} ms"
    )
    return [row]


# -- what is run ---------------------------------------------------------------------------------


class _books:  # noqa: N801 - reads as what it is in a `with`
    """The books of *settings*, open for the length of a block."""

    def __init__(self, settings: Settings) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        self.books = open_books(
            settings.ledger_url, settings.vault_url, settings.key_path, settings.policy
        )

    def __enter__(self) -> Books:
        return self.books

    def __exit__(self, *how: object) -> None:
        self.books.close()


def _child(settings: Settings, role: str) -> "subprocess.Popen[bytes]":
    """Begin a process as `jiedui up` does: a worker stands back for people and clocks."""
    environment = {**os.environ, **environment_of(settings), "JIEDUI_LOG_LEVEL": "error"}
    child = subprocess.Popen([sys.executable, "-m", "cli.main", role], env=environment)
    if role == "worker":
        os.setpriority(os.PRIO_PROCESS, child.pid, STANDS_BACK)
    return child


@asynccontextmanager
async def _bare(home: Path) -> AsyncIterator[tuple[list[Any], psutil.Process, psutil.Process]]:
    server = await start_embedded(home)
    words = [sys.executable, "-m", "benchmarks.bare", server.address]
    worker = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        assert worker.stdout is not None
        worker.stdout.readline()
        client: Client = await connect(server.address)
        handles = [
            await client.start_workflow(
                "bare",
                id=f"bare/{number}",
                task_queue=QUEUE,
                run_timeout=timedelta(hours=1),
            )
            for number in range(AT_ONCE)
        ]
        yield handles, psutil.Process(server.pid), psutil.Process(worker.pid)
    finally:
        worker.terminate()
        worker.wait(timeout=30)
        await server.stop()


def _medians(rows: list[Row]) -> list[Row]:
    """Return one row for each thing measured: the medians of its rounds."""
    found: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        found.setdefault((row["what"], row["at_once"]), []).append(row)
    return [
        {
            name: value
            if isinstance(value, str) or name == "at_once"
            else statistics.median(one.get(name, 0.0) for one in some)
            for name, value in some[0].items()
        }
        for some in found.values()
    ]


def _print(rows: list[Row]) -> None:
    heads = ("per_second", "p50_ms", "p99_ms", "caller_ms", "worker_ms", "server_ms")
    print(f"{'':<44}" + "".join(f"{head.replace('_', ' '):>12}" for head in heads) + "   x bare")
    bare = {row["at_once"]: row["per_second"] for row in rows if row["what"].startswith("bare")}
    for at_once in sorted({row["at_once"] for row in rows}):
        print(f"-- {at_once} at a time")
        for row in rows:
            if row["at_once"] != at_once:
                continue
            cells = "".join(f"{row[head]:>12.1f}" if head in row else " " * 12 for head in heads)
            print(f"{row['what']:<44}{cells}{row['per_second'] / bare[at_once]:>9.1f}", flush=True)
