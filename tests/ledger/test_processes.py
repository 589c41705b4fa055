"""Several processes, sudden death and bad weather: nothing acknowledged is lost or doubled."""

import json
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.store import Ledger, LedgerUnavailable, open_ledger
from tests.ledger.episodes import MONDAY, a_task, append, facts
from tests.ledger.postgres import PostgresServer
from tests.ledger.truth import check_ledger

ROOT = Path(__file__).parents[2]

SHARED = """
import sys
from tests.ledger.episodes import *
from ledger.store import VersionTaken, open_ledger
url, task, name, count = sys.argv[1:]
ledger = open_ledger(url)
done = conflicts = 0
while done < int(count):
    version = ledger.version(task)
    try:
        append(ledger, task, version, f"{name}-{done}")
        done += 1
    except VersionTaken:
        conflicts += 1
ledger.close()
print(conflicts)
"""

FOR_EVER = """
import json, sys, threading
from tests.ledger.episodes import *
from ledger.store import open_ledger
ledger = open_ledger(sys.argv[1])
def life():
    while True:
        task = a_task()
        for version in range(5):
            (told,) = append(ledger, task, version, f"c-{version}")
            line = json.dumps([told.receipt.last_position, told.receipt.hash])
            sys.stdout.write(line + "\\n")
            sys.stdout.flush()
for _ in range(8):
    threading.Thread(target=life).start()
"""

UNTIL_FULL = """
import resource, signal, sys
from tests.ledger.episodes import *
from ledger.store import LedgerUnavailable, open_ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = open_ledger(sys.argv[1])
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
task, version, refused = a_task(), 0, []
while len(refused) < 3:
    try:
        append(ledger, task, version, f"c-{version}")
        version += 1
    except LedgerUnavailable as refusal:
        refused.append(refusal.found)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
(again,) = append(ledger, task, version, f"c-{version}")
assert not again.repeated
assert ledger.version(task) == version + 1 > 10, (version, refused)
ledger.close()
print(refused)
"""


def _start(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def test_several_processes_write_one_stream(ledger_url: str) -> None:
    """No fork, no gap, no lost append, and never "database is locked" to a caller."""
    open_ledger(ledger_url).close()
    task = a_task()
    processes = [_start(SHARED, ledger_url, task, f"p{n}", "40") for n in range(4)]
    for process in processes:
        _finished(process)
    verdict = check_ledger(ledger_url)
    assert (verdict.entries, verdict.streams) == (160, 1)


def test_a_killed_appender_loses_nothing_it_acknowledged(ledger_url: str) -> None:
    """Killed with -9 at random moments; every receipt handed out is found again, with its hash."""
    open_ledger(ledger_url).close()
    chance = random.Random(7)
    acknowledged: dict[int, str] = {}
    for _ in range(5):
        process = _start(FOR_EVER, ledger_url)
        assert process.stdout is not None
        for _ in range(chance.randrange(20, 160)):
            position, hash_told = json.loads(process.stdout.readline())
            assert position not in acknowledged
            acknowledged[position] = hash_told
        process.send_signal(signal.SIGKILL)
        for line in process.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):
                position, hash_told = json.loads(line)
                acknowledged[position] = hash_told
        process.communicate()
        ledger = open_ledger(ledger_url)
        append(ledger, a_task(), 0, "after the fall".replace(" ", "-"))
        ledger.close()
    verdict = check_ledger(ledger_url)
    ledger = open_ledger(ledger_url)
    stored = {entry.position: entry.hash for entry in ledger.log(limit=verdict.entries)}
    ledger.close()
    assert acknowledged.items() <= stored.items()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_clearly_and_recovers(ledger_url: str) -> None:
    """Acknowledged entries stay; once there is room, the same process goes on."""
    said = _finished(_start(UNTIL_FULL, ledger_url))
    assert "disk" in said
    check_ledger(ledger_url)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_locked_file_is_not_now(ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLITE_BUSY reaches a caller only after a bounded wait, and in plain words."""
    monkeypatch.setattr("ledger.database.BUSY_TIMEOUT_SECONDS", 0.05)
    from tests.ledger.holding import held

    ledger = open_ledger(ledger_url)
    task = a_task()
    with held(ledger_url), pytest.raises(LedgerUnavailable, match="locked"):
        append(ledger, task, 0, "c-1")
    (told,) = append(ledger, task, 0, "c-1")
    assert not told.repeated
    ledger.close()
    check_ledger(ledger_url)


def test_a_postgresql_that_goes_away_and_comes_back() -> None:
    """While it is away: not now. Afterwards the same command id gives the one receipt."""
    with PostgresServer() as server:
        url = server.new_ledger()
        ledger = open_ledger(url)
        task = a_task()
        (first,) = append(ledger, task, 0, "c-1")
        server.stop(signal.SIGQUIT)
        for _ in range(2):
            with pytest.raises(LedgerUnavailable):
                append(ledger, task, 1, "c-2")
            with pytest.raises(LedgerUnavailable):
                ledger.read(task)
        server.start()
        (again,) = append(ledger, task, 0, "c-1")
        assert again.repeated
        assert again.receipt == first.receipt
        append(ledger, task, 1, "c-2")
        assert ledger.version(task) == 2
        ledger.close()
        check_ledger(url)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_damaged_file_is_called_damaged(ledger: Ledger, tmp_path: Path) -> None:
    from ledger.store import LedgerDamaged

    assert ledger.head() == -1
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"SQLite format 3\x00" + bytes(range(256)) * 64)
    with pytest.raises((LedgerDamaged, LedgerUnavailable)):
        open_ledger(f"sqlite:///{broken}")


def test_one_bad_request_does_not_harm_its_group(ledger: Ledger, ledger_url: str) -> None:
    """A refusal of the database itself falls on the one request that caused it."""
    from dataclasses import replace

    from ledger.planning import Request
    from tests.ledger.holding import held

    good = [Request(a_task(), 0, (facts("c-1"),), MONDAY) for _ in range(3)]
    short_digest = replace(facts("c-1"), digest="0")  # the door checks this; the table does too
    bad = Request(a_task(), 0, (short_digest,), MONDAY)
    with ThreadPoolExecutor(4) as callers:
        with held(ledger_url):
            wanted = (*good[:2], bad, good[2])
            answers = [callers.submit(ledger.writer.append, request) for request in wanted]
        refused = [answer.exception() is not None for answer in answers]
    assert refused == [False, False, True, False]
    assert ledger.head() == 2
