"""Ledger appends per second by 1, 8 and 64 writers, on SQLite (FULL) and PostgreSQL."""

import statistics
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from desk.identifiers import new_uuid7
from domain.envelope import SYSTEM
from ledger.entry import CommandFacts, Draft
from ledger.store import Ledger, open_ledger
from tests.ledger.postgres import PostgresServer, binaries

FACT = {"result": "NO_ANSWER", "within_limit": True, "note": None}


def one(ledger: Ledger, stream: str, version: int) -> None:
    ledger.append(
        stream,
        version,
        [
            CommandFacts(
                command_id=f"bench/{version}",
                digest="0" * 64,
                by=SYSTEM,
                occurred_at=None,
                because_of=None,
                pairing=None,
                policy="gd-2022@000000000000",
                calendar="CN-2026@000000000000",
                seen=0,
                drafts=(Draft(kind="resident_contacted.v1", fact=FACT),),
            )
        ],
        at=datetime.now(UTC),
    )


def timed(ledger: Ledger, writers: int, each: int) -> tuple[float, float, float]:
    """Return appends per second, p50 and p99 in milliseconds."""
    latencies: list[float] = []
    lock = threading.Lock()

    def writing() -> None:
        stream, own = f"task/{new_uuid7()}", []
        for version in range(each):
            began = time.perf_counter()
            one(ledger, stream, version)
            own.append(time.perf_counter() - began)
        with lock:
            latencies.extend(own)

    threads = [threading.Thread(target=writing) for _ in range(writers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    ordered = sorted(latencies)
    return (
        len(ordered) / seconds,
        statistics.median(ordered) * 1000,
        ordered[int(len(ordered) * 0.99)] * 1000,
    )


def measure(home: Path, *, quick: bool) -> None:
    home.mkdir(parents=True)
    print(f"{'':<34}{'per second':>10}{'p50 ms':>10}{'p99 ms':>10}")
    total = 512 if quick else 3072
    run("SQLite", f"sqlite:///{home / 'ledger.db'}", total)
    if binaries() is None:
        print("PostgreSQL left out: its programs are not on this machine")
        return
    with PostgresServer() as server:
        run("PostgreSQL", server.new_ledger(), total)


def run(name: str, url: str, total: int) -> None:
    ledger = open_ledger(url)
    try:
        for writers in (1, 8, 64):
            rate, p50, p99 = timed(ledger, writers, total // (writers if writers > 1 else 2))
            label = f"{name}, {writers} writer{'s' if writers > 1 else ''}"
            print(f"{label:<34}{rate:>10.0f}{p50:>10.2f}{p99:>10.2f}")
    finally:
        ledger.close()
