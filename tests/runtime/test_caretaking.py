"""Children that fall are started again, each fall and each return is said in one line."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime import caretaking
from runtime.caretaking import Caretaker, Program, how_it_went
from runtime.settings import Settings, environment_of

SLEEPING = "import time; print('up', flush=True); time.sleep(600)"
FALLING = "raise SystemExit(3)"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caretaking, "PAUSE_FIRST", 0.05)
    monkeypatch.setattr(caretaking, "PAUSE_LONGEST", 0.2)


def program(folder: Path, name: str, code: str) -> Program:
    words = (sys.executable, "-c", code)
    return Program(name, words, folder / f"{name}.log", dict(os.environ))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_killed_child_is_started_again_and_said_in_a_line_each(tmp_path: Path) -> None:
    said: list[str] = []
    children = [program(tmp_path, name, SLEEPING).child() for name in ("worker", "follow")]
    caretaker = Caretaker(children, said.append)
    await caretaker.start()
    fallen = children[0].pid
    os.kill(fallen, signal.SIGKILL)
    await until(lambda: children[0].pid != fallen)
    await until(lambda: len(said) == 2)
    assert not alive(fallen)
    assert alive(children[0].pid)
    assert said[0].startswith("worker 已停（SIGKILL）")
    assert "started again in 0.05 s" in said[0]
    assert said[1].startswith("worker 已恢复")
    await caretaker.stop()
    assert not any(alive(child.pid) for child in children)


async def test_a_child_that_keeps_falling_is_tried_with_growing_pauses(tmp_path: Path) -> None:
    said: list[str] = []
    caretaker = Caretaker([program(tmp_path, "worker", FALLING).child()], said.append)
    await caretaker.start()
    await until(lambda: sum("已停（exit 3）" in line for line in said) >= 4)
    await caretaker.stop()
    pauses = [line.partition("），")[2].split(" ", 1)[0] for line in said if "已停" in line]
    assert pauses[:4] == ["0.05", "0.1", "0.2", "0.2"]


async def test_what_a_child_writes_goes_to_its_own_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    caretaker = Caretaker([program(tmp_path, "worker", SLEEPING).child()], print)
    await caretaker.start()
    await until(lambda: (tmp_path / "worker.log").read_text() == "up\n")
    await caretaker.stop()
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "worker.log").stat().st_mode & 0o777 == 0o600


async def test_children_are_stopped_in_the_opposite_order_of_their_start(tmp_path: Path) -> None:
    log = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def bye(*_):\n    open({log!r}, 'a').write({name!r}); sys.exit()\n"
        "signal.signal(signal.SIGTERM, bye); print('up', flush=True); time.sleep(600)"
    )
    names = ("server ", "follow ", "worker ")
    children = [
        program(tmp_path, name.strip(), code.format(log=str(log), name=name)).child()
        for name in names
    ]
    caretaker = Caretaker(children, print)
    await caretaker.start()
    for name in names:
        file = tmp_path / f"{name.strip()}.log"
        await until(lambda file=file: file.read_text() == "up\n")  # type: ignore[misc]
    await caretaker.stop()
    assert log.read_text().split() == ["worker", "follow", "server"]


@pytest.mark.parametrize(
    ("status", "words"), [(0, "exit 0"), (2, "exit 2"), (-9, "SIGKILL"), (-15, "SIGTERM")]
)
def test_how_a_process_ended_is_said_in_a_word(status: int, words: str) -> None:
    assert how_it_went(status) == words


def test_a_child_finds_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = Settings(home=tmp_path, policy="demo", checkpoint_entries=7)
    for name, value in environment_of(given).items():
        monkeypatch.setenv(name, value)
    assert Settings().model_dump() == given.model_dump()
