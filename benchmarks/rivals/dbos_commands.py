"""DBOS: a command as a workflow of one durable step, and a case driven by messages.

Run as a process of its own: `dbos_commands.py URL AT_ONCE COUNT`; prints one JSON object by
way. Its system database is the given one; SQLite runs WAL with FULL.
"""

import json
import sys
import threading
import time
import uuid

from dbos import DBOS, DBOSConfig


@DBOS.step()
def one_step(text: str) -> str:
    return text


@DBOS.workflow()
def command(text: str) -> str:
    return one_step(text)


@DBOS.workflow()
def case(count: int) -> None:
    """Take *count* messages in turn; each is answered by an event after a durable step."""
    for _ in range(count):
        told = DBOS.recv("commands", timeout_seconds=120)
        DBOS.set_event(told["id"], one_step(told["text"]))


def timed(at_once: int, each: int, give) -> dict[str, float]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    latencies: list[float] = []
    lock = threading.Lock()

    def person(number: int) -> None:
        own = []
        for turn in range(each):
            began = time.perf_counter()
            give(number, turn)
            own.append(time.perf_counter() - began)
        with lock:
            latencies.extend(own)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(at_once)]
    before, began = time.process_time(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    ordered = sorted(latencies)
    return {
        "per_second": len(ordered) / seconds,
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
        "caller_ms": (time.process_time() - before) / len(ordered) * 1000,
    }


def main() -> None:
    url, at_once, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    config: DBOSConfig = {
        "name": "bench",
        "system_database_url": url,
        "run_admin_server": False,
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    each = max(1, count // at_once)
    step = timed(at_once, each, lambda _person, _turn: command("x" * 200))
    cases = [DBOS.start_workflow(case, each).workflow_id for _ in range(at_once)]

    def message(person: int, turn: int) -> None:
        told = {"id": f"{turn}/{uuid.uuid4()}", "text": "x" * 200}
        DBOS.send(cases[person], told, topic="commands")
        assert DBOS.get_event(cases[person], told["id"], timeout_seconds=120) is not None

    messages = timed(at_once, each, message)
    print(json.dumps({"one durable step": step, "driven by messages": messages}), flush=True)
    DBOS.destroy()


if __name__ == "__main__":
    main()
