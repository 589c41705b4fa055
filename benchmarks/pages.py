"""Pages of a district with 100,000 tasks behind it, as people wait for them; a plain page beside.

`jiedui console` serves in a process of its own on loopback; one browser asks after another, in
several roles, after a warm-up. Every figure is of whole answers over HTTP, in milliseconds.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import psutil

from benchmarks.api_commands import commands_until_visible
from benchmarks.city import prepared
from benchmarks.signed_in import SignedIn, Somebody
from benchmarks.slow_phone import first_paint
from domain.people import Role
from runtime.settings import Settings, environment_of

Row = dict[str, Any]
LIMITS = {
    "list with filters": 150,
    "task page": 150,
    "dispatch desk with suggestions": 200,
    "command to its visible row": 300,
    "first paint of a resident's link": 1500,
}
"""What 99 of 100 of each may take."""
QUESTIONS: tuple[dict[str, str], ...] = (
    {},
    {"open": "yes", "sort": "due"},
    {"state": "IN_PROGRESS", "sort": "next"},
    {"state": "CLOSED", "category": "ELDER"},
    {"category": "MEAL", "sla": "OVERDUE"},
    {"place": "440106001"},
    {"place": "440106006", "state": "ARCHIVED", "sort": "number"},
    {"unit": "440106-MZJ", "open": "yes"},
    {"unit": "440106-WJJ", "sort": "due"},
    {"card": "YELLOW"},
    {"card": "REMINDED", "category": "HEALTH"},
    {"urged": "yes", "open": "yes"},
    {"round": "2"},
    {"q": "00042"},
    {"q": "五山"},
    {"q": "thq"},
    {"date": "registered", "since": "2026-09-01", "until": "2026-09-30"},
    {"date": "closed", "since": "2026-10-12", "until": "2026-10-18", "category": "ELDER"},
    {"date": "due", "since": "2026-11-01", "sort": "due"},
    {"page": "40"},
    {"state": "ARCHIVED", "page": "3", "size": "100"},
)
LOOKING = (
    Role.STREET_DISPATCHER,
    Role.DEPT_COORDINATOR,
    Role.SUPERVISOR,
    Role.AUDITOR,
)


def measure(home: Path, *, quick: bool) -> list[Row]:
    """Print and return how long each kind of page takes, and what a plain one does."""
    known = prepared(home, 5_000 if quick else 100_000)
    print(f"{known['tasks']:,} tasks, {known['facts']:,} facts; {_load()}")
    heads = ("count", "p50", "p90", "p99", "max", "limit", "server", "x plain p50", "p99")
    print(f"{'':<34}" + "".join(f"{one:>{max(8, len(one) + 2)}}" for one in heads))
    rounds = 1 if quick else 3
    with SignedIn(home) as people, console(home) as (url, server), _plain() as plain:
        pages = _Pages(url, plain, people)
        works: tuple[Callable[[], Row], ...] = (
            lambda: pages.timed("list with filters", pages.lists() * rounds),
            lambda: pages.timed("task page", pages.tasks(100 * rounds)),
            lambda: pages.timed("dispatch desk with suggestions", pages.desks(70 * rounds)),
            lambda: asyncio.run(commands_until_visible(url, people, 100 * rounds)),
            lambda: asyncio.run(first_paint(url, [people.link() for _ in range(2 + 3 * rounds)])),
        )
        rows = [_told(_with_processor(server, work)) for work in works]
    print(_load())
    return rows


def _with_processor(server: psutil.Process, work: Callable[[], Row]) -> Row:
    """Return the figures of *work* with what the server spent on one of them, in milliseconds.

    That does not depend on who else uses the machine, as waiting does.
    """

    def spent() -> float:
        times = server.cpu_times()
        return float(times.user + times.system)

    before = spent()
    row = work()
    return row | {"server_ms": (spent() - before) * 1000 / row["asked"]}


@contextmanager
def console(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Serve the console of *home* in a process of its own; yields its address and the process."""
    settings = Settings(home=home, console_address="127.0.0.1:0", log_level="error")
    environment = {**os.environ, **environment_of(settings)}
    command = [sys.executable, "-m", "cli.main", "console"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            yield _address_of(server, home / "console.json"), psutil.Process(server.pid)
        finally:
            server.terminate()


def _address_of(server: "subprocess.Popen[bytes]", file: Path) -> str:
    for _ in range(600):
        if file.exists():
            told = json.loads(file.read_text(encoding="utf-8"))
            if told["pid"] == server.pid:
                return str(told["address"]).rstrip("/")
        time.sleep(0.1)
    raise AssertionError("the console did not say where it serves")


@contextmanager
def _plain() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.plain_page"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


class _Pages:
    """One browser after another at the console; between two pages of ours it takes a plain one."""

    def __init__(self, url: str, plain: str, people: SignedIn) -> None:
        self._url, self._plain, self._people = url, plain, people
        self._draw = random.Random(3)

    def lists(self) -> list[tuple[Somebody, str]]:
        """Every question in every role, in some order."""
        found = [
            (self._people.one(role), f"/tasks?{urlencode(question)}")
            for question in QUESTIONS
            for role in LOOKING
        ]
        self._draw.shuffle(found)
        return found

    def tasks(self, count: int) -> list[tuple[Somebody, str]]:
        """Tasks at random, each as somebody sees it who may."""
        return [
            (who, f"/tasks/{line.number}") for who, line in self._people.some_tasks(count, LOOKING)
        ]

    def desks(self, count: int) -> list[tuple[Somebody, str]]:
        """Cases that wait to be dispatched, at random, at the desk of their street."""
        return [
            (who, f"/dispatch?case={line.number}") for who, line in self._people.to_dispatch(count)
        ]

    def timed(self, what: str, asked: list[tuple[Somebody, str]]) -> Row:
        """Ask everything in turn, a tenth of it before the clock runs; return the figures."""
        taken: list[float] = []
        plain: list[float] = []
        warming = asked[: len(asked) // 10]
        with httpx2.Client(timeout=60) as client:
            for who, address in warming:
                _took(client, f"{self._url}{address}", who)
            for who, address in asked:
                taken.append(_took(client, f"{self._url}{address}", who))
                plain.append(_took(client, self._plain, None))
        told = figures(what, taken) | {"asked": len(asked) + len(warming)}
        return told | {"plain": figures("a plain page", plain)}


def _took(client: httpx2.Client, address: str, who: Somebody | None) -> float:
    headers = {} if who is None else {"Cookie": f"__Host-session={who.token}"}
    began = time.perf_counter()
    answer = client.get(address, headers=headers)
    took = time.perf_counter() - began
    assert answer.status_code == 200, (answer.status_code, address)
    return took * 1000


def figures(what: str, taken: list[float]) -> Row:
    """Return count, median, 90th and 99th of 100, and the largest."""
    ordered = sorted(taken)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    return {
        "what": what,
        "count": len(ordered),
        "p50": at(0.5),
        "p90": at(0.9),
        "p99": at(0.99),
        "max": ordered[-1],
    }


def _told(row: Row) -> Row:
    limit = LIMITS[row["what"]]
    cells = "".join(f"{row[name]:>8.1f}" for name in ("p50", "p90", "p99", "max"))
    line = f"{row['what']:<34}{row['count']:>8}{cells}{limit:>8}{row['server_ms']:>8.1f}"
    if "plain" in row:
        line += f"{row['p50'] / row['plain']['p50']:>13.1f}{row['p99'] / row['plain']['p99']:>8.1f}"
    if "question" in row:
        line += f"  the question itself {row['question']['p50']:.0f}, {row['question']['p99']:.0f}"
    if row.get("shed"):
        line += f"  told to come again {row['shed']} times"
    print(line + ("  OVER" if row["p99"] > limit else ""), flush=True)
    return row


def _load() -> str:
    return "load average " + " ".join(f"{one:.1f}" for one in os.getloadavg())
