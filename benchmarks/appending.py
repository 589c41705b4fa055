"""Ledger appends per second by 1 to 64 writers, beside `eventsourcing` on the same databases."""

import statistics
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.rivals import measured
from desk.identifiers import new_uuid7
from domain.envelope import SYSTEM
from ledger.entry import CommandFacts, Draft
from ledger.store import Ledger, open_ledger
from tests.ledger.postgres import PostgresServer, binaries

Row = dict[str, Any]

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


def timed(ledger: Ledger, writers: int, each: int) -> dict[str, float]:
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
    seconds, ordered = time.perf_counter() - began, sorted(latencies)
    return {
        "per_second": len(ordered) / seconds,
        "p50_ms": statistics.median(ordered) * 1000,
        "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
    }


def measure(home: Path, *, quick: bool) -> list[Row]:
    """Print the table; return its rows."""
    home.mkdir(parents=True)
    print(f"{'':<40}{'per second':>11}{'p50 ms':>10}{'p99 ms':>10}   x eventsourcing")
    total = 512 if quick else 3072
    rows = run("SQLite", f"sqlite:///{home / 'ledger.db'}", f"sqlite:///{home / 'es.db'}", total)
    if binaries() is None:
        print("PostgreSQL left out: its programs are not on this machine")
        return rows
    with PostgresServer() as server:
        return rows + run("PostgreSQL", server.new_ledger(), server.new_database(), total)


def run(name: str, url: str, theirs: str, total: int) -> list[Row]:
    rows: list[Row] = []
    ledger = open_ledger(url)
    try:
        for writers in (1, 8, 32, 64):
            each = total // (writers if writers > 1 else 2)
            words = (theirs.replace("+psycopg", ""), str(writers), str(each))
            other = measured("eventsourcing_appends", *words)
            label = f"{name}, {writers} writer{'s' if writers > 1 else ''}"
            rows.append({"what": label, **timed(ledger, writers, each)})
            if other is not None:
                rows[-1]["ratio"] = rows[-1]["per_second"] / other["per_second"]
                rows.append({"what": f"  eventsourcing, {label}", **other})
    finally:
        ledger.close()
    for row in rows:
        cells = f"{row['per_second']:>11.0f}{row['p50_ms']:>10.2f}{row['p99_ms']:>10.2f}"
        print(f"{row['what']:<40}{cells}" + (f"{row['ratio']:>10.2f}" if "ratio" in row else ""))
    return rows
