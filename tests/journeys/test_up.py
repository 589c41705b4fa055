"""`jiedui up` leaves everything running, stops in order on Ctrl-C, and finds its state again."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from desk.identifiers import new_uuid7
from tests.journeys.district import REGISTRATION, District
from tests.journeys.installation import installed
from transparency.checkpoints import Checkpoint, read_checkpoint
from transparency.notes import read_note

STOP_SECONDS = 60
"""How long the test waits for the end; the promise is 10 s, and speed is not asserted here."""


@contextmanager
def up(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run `jiedui up` until it says that it runs; the block stops it, or it is killed."""
    environment = {**os.environ, "JIEDUI_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "up"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "结对已运行" in line:
                break
        assert process.poll() is None, "it did not start"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def submit(home: Path, *orders: dict[str, Any]) -> list[dict[str, Any]]:
    """Submit *orders* by the command line of another process, as an operator would."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "submit", "-"],
        input="".join(json.dumps(order, ensure_ascii=False) + "\n" for order in orders),
        env={**os.environ, "JIEDUI_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def served_log(home: Path) -> Checkpoint:
    """Return the checkpoint that the console of *home* serves."""
    console = json.loads((home / "console.json").read_text("utf-8"))["address"]
    answer = httpx2.get(f"{console}log/checkpoint", trust_env=False)
    assert answer.status_code == 200, answer.status_code
    return read_checkpoint(read_note(answer.content))


async def founded(home: Path) -> dict[str, dict[str, str]]:
    """Fill the registry of a new home; return who is who."""
    async with installed(home, running=False) as here:
        return (await District.found(here.gateway)).people


def test_ctrl_c_stops_everything_and_the_next_start_finds_it_again(tmp_path: Path) -> None:
    """A receipt given before Ctrl-C is given again afterwards, by the same command id."""
    home = tmp_path / "home"
    people = asyncio.run(founded(home))
    task = f"task/{new_uuid7()}"
    register = {
        "stream": task,
        "command_id": "register",
        "by": people["center"]["person"],
        "command": {"kind": "register_task", **REGISTRATION},
    }
    triage = {
        "stream": task,
        "command_id": "triage",
        "by": people["dispatcher"]["person"],
        "command": {"kind": "triage_task", "urgency": "NORMAL", "duty_class": "COOPERATE"},
    }
    with up(home) as process:
        (first,) = submit(home, register)
        assert first["outcome"] == "recorded", first
        assert first["number"].startswith("DQ440106")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=STOP_SECONDS) == 0
    (second,) = submit(home, triage)
    assert second["outcome"] == "recorded", "people work on while nothing of ours runs"
    with up(home) as process:
        again, later = submit(home, register, triage)
        assert (again["position"], again["hash"]) == (first["position"], first["hash"])
        assert (later["position"], later["repeated"]) == (second["position"], True)
        assert served_log(home).size > first["position"], "signed as the first run ended"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=STOP_SECONDS) == 0


@pytest.mark.chaos
def test_each_child_that_is_killed_comes_back_and_is_said_in_a_line_each(tmp_path: Path) -> None:
    """Nothing else reaches the terminal, Temporal's own lines least of all."""
    home = tmp_path / "home"
    with up(home) as process:
        assert process.stdout is not None
        for name in ("temporal", "worker", "follow"):
            victim = child_of(process.pid, name)
            os.kill(victim, signal.SIGKILL)
            fell, back = lines_about_children(process, 2)
            assert fell.startswith(f"{name} 已停（SIGKILL）"), fell
            assert back.startswith(f"{name} 已恢复"), back
            assert child_of(process.pid, name) != victim
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=STOP_SECONDS) == 0
        rest = process.stdout.read().splitlines()
        assert [line for line in rest if "停" not in line] == []


def lines_about_children(process: "subprocess.Popen[str]", count: int) -> list[str]:
    """Return the next *count* lines that speak of a child."""
    assert process.stdout is not None
    found: list[str] = []
    while len(found) < count:
        line = process.stdout.readline()
        assert line, "the caretaker ended"
        if "已停（" in line or "已恢复" in line:
            found.append(line)
    return found


def child_of(parent: int, name: str) -> int:
    """Return the process id of the child *name*."""
    words = {"temporal": "start-dev", "worker": "worker", "follow": "follow"}[name]
    for child in psutil.Process(parent).children():
        if words in child.cmdline():
            return child.pid
    raise AssertionError(f"{name} does not run")


def test_a_second_up_of_the_same_home_is_refused_in_a_sentence(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with up(home):
        second = subprocess.run(
            [sys.executable, "-m", "cli.main", "up"],
            env={**os.environ, "JIEDUI_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 2
    assert "已在运行" in second.stderr
    assert "Traceback" not in second.stderr
