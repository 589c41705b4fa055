"""PyPI `eventsourcing`: appends of one event each to aggregates of their own, by its recorders.

Run as a process of its own: `eventsourcing_appends.py URL WRITERS EACH`; prints one JSON object.
SQLite runs as it comes (WAL; FULL is SQLite's own default).
"""

import json
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

STATE = b"x" * 400
"""About as many bytes as an entry of ours takes."""


def environment(url: str) -> Environment:
    if url.startswith("sqlite:"):
        told = {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": url.removeprefix("sqlite:///"),
            "SQLITE_LOCK_TIMEOUT": "60",
        }
    else:
        address = urlsplit(url)
        where = parse_qs(address.query)  # a unix socket's folder stands there
        told = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": address.path.strip("/"),
            "POSTGRES_HOST": address.hostname or where["host"][0],
            "POSTGRES_PORT": str(address.port or where.get("port", ["5432"])[0]),
            "POSTGRES_USER": address.username or "",
            "POSTGRES_PASSWORD": address.password or "",
            "POSTGRES_POOL_SIZE": "32",
            "POSTGRES_MAX_OVERFLOW": "64",
        }
    return Environment(env=told)


def main() -> None:
    url, writers, each = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    recorder = InfrastructureFactory.construct(environment(url)).application_recorder()
    latencies, lock = [], threading.Lock()

    def writing() -> None:
        originator, own = uuid4(), []
        for version in range(1, each + 1):
            event = StoredEvent(originator, version, "bench:Contacted", STATE)
            began = time.perf_counter()
            recorder.insert_events([event])
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
    told = {
        "per_second": len(ordered) / seconds,
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
