"""A large log built and verified, each pass by itself; and what a tile folder's appends cost."""

import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from audit.verify.verifying import Looking, verify
from benchmarks.large_log import build
from transparency.tiles import TileFolder

MILLION = 1_000_000
APPENDS = 200
BODY = b"synthetic entry %012d"


def measure(home: Path, *, quick: bool) -> None:
    entries = 100_000 if quick else MILLION
    began = time.perf_counter()
    url = build(home / "log", entries)
    print(f"{'built':<34}{entries / (time.perf_counter() - began):>12,.0f} entries per second")
    # A process of its own: what building took of memory is no part of what verifying takes.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        print(alone.submit(verified, url).result())
    _tiles(home / "tiles", (10_000, 100_000 if quick else MILLION))


def verified(url: str) -> str:
    """Verify the ledger at *url* and return the figures of each pass."""
    before, began = _processor_seconds(), time.perf_counter()
    verdict = verify(url, looking=Looking(legality=True))
    seconds, spent = time.perf_counter() - began, _processor_seconds() - before
    assert verdict.intact, verdict.faults[:3]
    memory = _highest_memory()
    lines = [
        f"{'verify: ' + name:<34}{verdict.entries / took:>12,.0f} entries per second"
        for name, took in verdict.seconds.items()
        if took >= 0.01
    ]
    return "\n".join(
        (
            *lines,
            f"{'verify: all of it':<34}{verdict.entries / seconds:>12,.0f} entries per second",
            f"{'  processor seconds':<34}{spent:>12,.1f} in {seconds:,.1f}",
            f"{'  entries':<34}{verdict.entries:>12,} in {verdict.streams:,} streams",
            f"{'  memory at its highest':<34}{memory:>12,.0f} MiB",
        )
    )


def _processor_seconds() -> float:
    """Return what this process and those it waited for have spent."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def _highest_memory() -> float:
    """Return this process's peak in MiB; what getrusage tells begins with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _tiles(home: Path, sizes: tuple[int, ...]) -> None:
    """Grow one folder to each size, and at each append a bounded sample, one entry at a time."""
    folder = TileFolder(home)
    for size in sizes:
        while folder.size < size:
            first = folder.size
            folder.append([BODY % n for n in range(first, min(first + 65_536, size))])
        took = _each(lambda: folder.append([BODY % folder.size]), APPENDS)
        root = _each(lambda: folder.root(folder.size), 20)
        print(f"{f'tiles: append at {size:,}':<34}{took * 1000:>12.2f} ms")
        print(f"{f'tiles: root at {size:,}':<34}{root * 1000:>12.2f} ms")


def _each(work: Callable[[], object], times: int) -> float:
    """Return the median seconds of *times* runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[times // 2]
