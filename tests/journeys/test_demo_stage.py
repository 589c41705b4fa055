"""The stage lets so many work at once; the demonstration's home is its own; lines stay plain."""

import asyncio
import io
from pathlib import Path

import pytest

from demo.home import MARKER, fresh_home
from demo.showing import Showing
from demo.stage import Room
from domain.refusals import CommandRefused
from runtime.settings import load_settings


async def test_no_more_work_side_by_side_than_there_are_places() -> None:
    room, most, going = Room(3), 0, 0

    async def working() -> None:
        nonlocal most, going
        async with room.working():
            going += 1
            most = max(most, going)
            await asyncio.sleep(0)
            going -= 1

    await asyncio.gather(*[working() for _ in range(20)])
    assert most == 3
    assert room.taken == 0


async def test_who_waits_for_a_clock_makes_room_and_is_let_in_again_at_once() -> None:
    room = Room(1)
    first_waits, clock, second_works = asyncio.Event(), asyncio.Event(), asyncio.Event()
    told: list[str] = []

    async def first() -> None:
        async with room.working():
            async with room.waiting():
                first_waits.set()
                await clock.wait()
            told.append("first goes on")

    async def second() -> None:
        await first_waits.wait()
        async with room.working():
            told.append("second works")
            second_works.set()
            clock.set()
            await asyncio.sleep(0)

    await asyncio.wait_for(asyncio.gather(first(), second()), 10)
    assert told == ["second works", "first goes on"]
    assert room.taken == 0


def test_an_earlier_demonstration_is_made_afresh(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    home = fresh_home(settings, keep=False).home
    assert home == tmp_path / "demo"
    (home / "ledger.db").write_text("of the first run")
    fresh_home(settings, keep=False)
    assert [file.name for file in home.iterdir()] == [MARKER]


def test_an_earlier_demonstration_can_be_kept(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    (fresh_home(settings, keep=False).home / "ledger.db").write_text("of the first run")
    fresh_home(settings, keep=True)
    kept = [folder for folder in tmp_path.iterdir() if folder.name.startswith("demo-")]
    assert [(folder / "ledger.db").read_text() for folder in kept] == ["of the first run"]


def test_a_folder_the_demonstration_did_not_make_is_left_alone(tmp_path: Path) -> None:
    ledger = tmp_path / "demo" / "ledger.db"
    ledger.parent.mkdir()
    ledger.write_text("somebody's")
    with pytest.raises(CommandRefused) as refused:
        fresh_home(load_settings(home=tmp_path), keep=False)
    assert refused.value.rule == "demo-home-foreign"
    assert ledger.read_text() == "somebody's"


def test_a_demonstration_never_touches_another_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever database or cluster the surroundings name, the demo stays on this machine."""
    monkeypatch.setenv("JIEDUI_DATABASE_URL", "postgresql+psycopg://ledger.invalid/real")
    monkeypatch.setenv("JIEDUI_TEMPORAL_ADDRESS", "cluster.invalid:7233")
    monkeypatch.setenv("JIEDUI_KEY_FILE", str(tmp_path / "real.key"))
    settings = fresh_home(load_settings(home=tmp_path), keep=False)
    assert settings.ledger_url.startswith(f"sqlite:///{tmp_path / 'demo'}")
    assert settings.temporal_address is None
    assert settings.key_path.is_relative_to(tmp_path / "demo")


def test_without_a_terminal_progress_is_plain_lines() -> None:
    stream = io.StringIO()
    with Showing(stream) as showing:
        bar = showing.begin("结对 Pairings", 2)
        showing.step(bar, facts=10)
        showing.step(bar, facts=1234)
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith("结对 Pairings 0/2")
    assert lines[-1].endswith("结对 Pairings 2/2  账本 1,234 条")
    assert "\x1b" not in stream.getvalue()
