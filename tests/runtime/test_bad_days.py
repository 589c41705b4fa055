"""A bad day is told in sentences: once a minute in the log, on the terminal, and to who asked."""

import asyncio
import errno
import gc
import logging
import os
import threading
from pathlib import Path

import pytest

from desk.gateway import Gateway
from desk.orders import NotKnown, NotNow
from ledger.database import LedgerUnavailable
from runtime import home_watch, repeating
from runtime.home_watch import home_lost
from runtime.logging import configure_logging
from services.submitting import submit_script
from tests.journeys.district import District
from tests.oversight.town import Town, open_town


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(repeating, "monotonic", lambda: self.now)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Have the log written to a file of this test."""
    file = tmp_path / "log"
    before = logging.getLogger().handlers
    configure_logging("info", "json", file.open("w", buffering=1))
    yield file
    logging.getLogger().handlers = before


def test_the_same_trouble_is_written_once_a_minute(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import structlog

    clock, log = Clock(monkeypatch), structlog.get_logger("test")
    for _ in range(93):
        try:
            Path("/nowhere/at/all").stat()
        except OSError:
            log.exception("fault in an activity", attempt=1)
        log.warning("not dispatched", problem="LedgerUnavailable")
    log.warning("not dispatched", problem="OperationalError")
    log.info("worker serves")
    log.info("worker serves")
    lines = written.read_text().splitlines()
    assert len([line for line in lines if "Traceback" in line]) == 1
    assert len([line for line in lines if "LedgerUnavailable" in line]) == 1
    assert len([line for line in lines if "OperationalError" in line]) == 1, "another trouble"
    assert len([line for line in lines if "worker serves" in line]) == 2, "no trouble at all"
    clock.now += 61
    log.warning("not dispatched", problem="LedgerUnavailable")
    assert '"left_out": 92' in written.read_text().splitlines()[-1]


def test_lines_of_other_libraries_are_bounded_too(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch)
    for number in range(50):
        logging.getLogger("temporalio.worker").warning("poll failed %d", number)
    assert len(written.read_text().splitlines()) == 1


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_watch, "_LOOK_SECONDS", 0.01)


@pytest.mark.usefixtures("quick")
async def test_a_home_that_was_moved_is_said_and_ends_the_watch(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    watching = asyncio.create_task(home_lost(home, print))
    await asyncio.sleep(0.05)
    home.rename(tmp_path / "elsewhere")
    home.mkdir()  # somebody else's new one of the same name is not ours
    assert "moved" in await asyncio.wait_for(watching, 20)
    assert not list(home.iterdir())


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
async def test_a_home_that_became_read_only_ends_the_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(home_watch.os, "open", refused)
    assert "read-only" in await asyncio.wait_for(home_lost(tmp_path, print), 20)


@pytest.mark.usefixtures("quick")
async def test_a_full_disk_is_said_once_and_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, said, real = [True], list[str](), os.write

    def write(descriptor: int, data: bytes) -> int:
        if full[0]:
            raise OSError(errno.ENOSPC, "full")
        return real(descriptor, data)

    monkeypatch.setattr(home_watch.os, "write", write)
    watching = asyncio.create_task(home_lost(tmp_path, said.append))
    await asyncio.sleep(0.2)
    full[0] = False
    await asyncio.sleep(0.2)
    watching.cancel()
    assert len(said) == 2
    assert "The disk is full" in said[0]
    assert "There is room again" in said[1]
    assert not list(tmp_path.iterdir()), "nothing is left of looking"


async def test_the_callers_time_is_a_ceiling_and_the_same_id_finds_what_became_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger hangs; the caller hears in time that nothing is known, and loses nothing."""
    with open_town(tmp_path, key_file=tmp_path / "vault.key") as books:
        town = Town(books, Gateway(books), await District.found(Gateway(books)), "")
        (order, *_) = town.district.whole_case("task/0192f3a0-0000-7000-8000-00000000e0e1")
        hanging, append = threading.Event(), books.ledger.append

        def slow(*given: object, **more: object) -> object:
            hanging.wait(30)
            return append(*given, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(books.ledger, "append", slow)
        impatient = Gateway(books, answer_seconds=0.2)
        with pytest.raises(NotKnown, match="same command id") as told:
            await impatient.submit(order)
        assert isinstance(told.value, NotNow)
        assert told.value.rule == "not-known-yet"
        assert books.ledger.version(order.stream) == 0
        hanging.set()
        receipt = await Gateway(books).submit(order)
        assert receipt.version == 1
        assert books.ledger.version(order.stream) == 1, "once, whoever was first"


async def test_an_outage_in_the_middle_leaves_no_fault_that_nobody_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interpreter complains of faults that were never taken; there are none to complain of."""
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: complaints.append(told))
    with open_town(tmp_path, key_file=tmp_path / "vault.key") as books:
        gateway = Gateway(books)
        district = await District.found(gateway)
        lines = [order for number in range(30) for order in district.whole_case(case(number))[:2]]
        script = "\n".join(order.model_dump_json(exclude_none=True) for order in lines)

        def away(*_: object, **__: object) -> object:
            raise LedgerUnavailable("database or disk is full")

        monkeypatch.setattr(books.ledger, "append", away)
        told = [result async for _, result in submit_script(gateway, script.encode())]
        assert [one["outcome"] for one in told] == ["not-now"] * 60
        stopped = submit_script(gateway, script.encode())
        await anext(stopped)
        await stopped.aclose()  # whoever listened has gone
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []
    asyncio.get_running_loop().set_exception_handler(None)


def case(number: int) -> str:
    return f"task/0192f3a0-0000-7000-8000-{number:012x}"
