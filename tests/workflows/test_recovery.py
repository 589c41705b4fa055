"""Workers, servers, dispatchers, databases may go away: all goes on, nothing is doubled."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from desk.desk import Desk
from dispatch.dispatcher import Dispatcher
from dispatch.waking import QUEUES_OF_BEFORE, begin_again
from ledger.store import LedgerUnavailable
from tests.workflows.office import Office, new_case, office, until

HEALTH = "unit/440106-HL"


@pytest.fixture
def temporal_home(tmp_path: Path) -> Path:
    return tmp_path / "temporal"


@pytest_asyncio.fixture(loop_scope="session")
async def plain_town(tiny_desk: Desk, temporal_home: Path) -> AsyncIterator[Office]:
    async with office(temporal_home, tiny_desk) as here:
        yield here


def letters(town: Office, case: str) -> list[str]:
    return [one.to for one in town.postman.letters if one.stream == case]


def rang(town: Office, case: str) -> int:
    return town.facts(case).count("clock_rang.v1")


async def test_commands_go_on_while_no_worker_works_and_no_dispatcher_follows(
    plain_town: Office,
) -> None:
    case = new_case()
    await plain_town.shut()
    await plain_town.give(case, kind="tell_unit", unit="440106-CA")
    await plain_town.give(case, kind="set_clock", name="due", seconds=1)
    await plain_town.open()
    await until(lambda: letters(plain_town, case) == ["unit/440106-CA"], "told afterwards")
    await until(lambda: rang(plain_town, case), "and rung")


async def test_a_clock_that_came_due_while_no_worker_worked_rings_late_and_once(
    plain_town: Office,
) -> None:
    case = new_case()
    await plain_town.give(case, kind="set_clock", name="due", seconds=2)
    await plain_town.in_step(case)
    await plain_town.shut()
    due = datetime.fromisoformat(plain_town.entries(case)[0].fact["due"])
    await until(lambda: plain_town.ledger.clock() > due, "the clock is due")
    await plain_town.open()
    await until(lambda: rang(plain_town, case), "it rings")
    assert rang(plain_town, case) == 1


async def test_a_clock_no_clerk_rings_is_rung_by_the_dispatcher_once_though_the_clerk_comes_later(
    plain_town: Office,
) -> None:
    """Clerks are late, because no worker works; what is due does not wait for them."""
    case = new_case()
    await plain_town.give(case, kind="set_clock", name="due", seconds=1)
    await plain_town.in_step(case)
    await plain_town.shut()
    dispatcher = Dispatcher(
        plain_town.desk,
        plain_town.cursor,
        plain_town._connected,
        late_after=timedelta(seconds=0.2),
        poll_seconds=0.02,
    )
    stop = asyncio.Event()
    ringing = asyncio.create_task(dispatcher.run(stop))
    await until(lambda: rang(plain_town, case), "the dispatcher rings it")
    stop.set()
    await ringing
    await plain_town.open()
    await plain_town.in_step(case)
    assert rang(plain_town, case) == 1


async def test_no_more_clerks_are_woken_than_workers_can_soon_take(
    plain_town: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would wait in Temporal waits here instead, where the most urgent goes first."""
    waiting = {"clerks": 10_000}

    async def crowded(_client: Any) -> int:
        return waiting["clerks"]

    monkeypatch.setattr("dispatch.dispatcher.clerks_waiting", crowded)
    case = new_case()
    await plain_town.give(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: case in plain_town.dispatcher.owed, "it is owed a look")
    woken = plain_town.dispatcher.woken
    await asyncio.sleep(0.3)
    assert plain_town.dispatcher.woken == woken
    assert letters(plain_town, case) == []
    waiting["clerks"] = 0
    await until(lambda: letters(plain_town, case) == ["unit/440106-CA"], "there is room again")


async def test_a_case_that_breaks_does_not_keep_the_others_from_ringing(
    plain_town: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = new_case(), new_case()
    await plain_town.shut()
    for case in (broken, whole):
        await plain_town.give(case, kind="set_clock", name="due", seconds=1)
    ring = plain_town.desk.ring_now

    def rings(stream: str) -> Any:
        if stream == broken:
            raise ZeroDivisionError
        return ring(stream)

    monkeypatch.setattr(plain_town.desk, "ring_now", rings)
    dispatcher = Dispatcher(
        plain_town.desk,
        plain_town.cursor,
        plain_town._connected,
        late_after=timedelta(seconds=0.2),
        poll_seconds=0.02,
    )
    stop = asyncio.Event()
    ringing = asyncio.create_task(dispatcher.run(stop))
    await until(lambda: rang(plain_town, whole), "the whole one rings")
    assert not ringing.done()
    assert not rang(plain_town, broken)
    stop.set()
    await ringing


async def test_a_worker_killed_after_its_ring_leaves_one_fact(
    tiny_desk: Desk, temporal_home: Path, tmp_path: Path
) -> None:
    folder = Path(str(tiny_desk.ledger.url.database)).parent
    marker = tmp_path / "died"
    async with office(temporal_home, tiny_desk, opened=False) as town:
        address = town.client.service_client.config.target_host
        doomed = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.workflows.doomed_worker",
            address,
            str(folder),
            str(marker),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
        )
        case = new_case()
        await town.give(case, kind="set_clock", name="due", seconds=1)
        await begin_again(town.client, town.desk, case)
        assert await doomed.wait() == 9
        assert rang(town, case) == 1
        await town.give(case, kind="tell_unit", unit="440106-CA")
        await town.open()
        await until(lambda: letters(town, case) == ["unit/440106-CA"], "another worker goes on")
        assert rang(town, case) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_outage_of_the_ledger_only_takes_time(
    plain_town: Office, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Also one that hides an append that was durable already."""
    here, there = new_case(), new_case()
    append, outages = plain_town.ledger.append, iter(range(3))

    def failing(stream: str, *arguments: Any, **named: Any) -> Any:
        outage = stream == there and next(outages, None) is not None
        if outage and moment == "before":
            raise LedgerUnavailable("for the sake of this test")
        appended = append(stream, *arguments, **named)
        if outage:
            raise LedgerUnavailable("for the sake of this test")
        return appended

    monkeypatch.setattr(plain_town.ledger, "append", failing)
    errand = {"kind": "add_note"}
    await plain_town.give(here, kind="send_errand", to=there, errand_id="errand/1", command=errand)
    await until(lambda: next(outages, None) is None, "the outages are over")
    await until(lambda: plain_town.facts(there) == ["note_added.v1"], "the errand is run")


async def test_clerks_are_begun_again_when_temporal_lost_everything(
    tiny_desk: Desk, temporal_home: Path
) -> None:
    cases, talking = [new_case() for _ in range(5)], new_case("pairing")
    steps = [
        {"name": "asked", "to": [HEALTH]},
        {"name": "reminded-1", "seconds": 86_400, "to": [HEALTH]},
    ]
    async with office(temporal_home, tiny_desk) as town:
        for case in cases:
            await town.give(case, kind="set_clock", name="due", seconds=6)
            await town.give(case, kind="tell_unit", unit="440106-CA")
        await town.give(talking, kind="hold_talk", name="signing", key="signing/1", steps=steps)
        await until(lambda: len(town.postman.letters) == len(cases) + 1, "everybody was told")
        for letter in town.postman.letters:
            await until(lambda: town.facts(f"notice/{letter.id}"), "with a receipt")  # noqa: B023 - awaited at once

    shutil.rmtree(temporal_home)
    async with office(temporal_home, tiny_desk) as town:
        with pytest.raises(RPCError):
            await town.handle(cases[0]).describe()
        await until(lambda: all(rang(town, case) for case in cases), "every clock rings")
        entries = [entry for case in cases for entry in town.entries(case)]
        rung = [entry for entry in entries if entry.kind == "clock_rang.v1"]
        assert len(rung) == len(cases)
        assert all(entry.recorded_at >= datetime.fromisoformat(entry.fact["due"]) for entry in rung)
        await until(lambda: _runs(town, f"{talking}/signing/1"), "the talk is begun again")
        assert town.postman.letters == []


async def _runs(town: Office, workflow: str) -> bool:
    try:
        found = await town.handle(workflow).describe()
    except RPCError:
        return False
    return found.status is WorkflowExecutionStatus.RUNNING


async def test_a_terminated_clerk_is_begun_again_and_both_are_on_record(
    plain_town: Office,
) -> None:
    case = new_case()
    await plain_town.give(case, kind="set_clock", name="due", seconds=3600)
    await plain_town.in_step(case)
    await plain_town.handle(case).terminate("by somebody with Temporal's port")
    assert await begin_again(plain_town.client, plain_town.desk, case)
    about = f"workflow/{case.partition('/')[2]}"
    assert plain_town.facts(about) == ["workflow_discrepancy_found.v1", "workflow_rebuilt.v1"]
    assert not await begin_again(plain_town.client, plain_town.desk, case), "it runs"


async def test_clerks_of_an_older_release_are_ended_and_begun_again(
    tiny_desk: Desk, temporal_home: Path
) -> None:
    case = new_case()
    async with office(temporal_home, tiny_desk, opened=False) as town:
        await town.give(case, kind="set_clock", name="due", seconds=3600)
        (queue,) = QUEUES_OF_BEFORE
        old = await town.client.start_workflow(
            "support_task", {"stream": case, "known": 1}, id=case, task_queue=queue
        )
        before = (await old.describe()).run_id

        async def listed() -> bool:
            query = f'TaskQueue = "{queue}"'
            return [found async for found in town.client.list_workflows(query)] != []

        await until(listed, "Temporal's visibility knows it")
        await town.open()

        async def begun_again() -> bool:
            return (await town.handle(case).describe()).run_id != before

        await until(begun_again, "a clerk of today stands by the case")
        standing = await town.in_step(case)
        assert standing.next_clock is not None
        about = f"workflow/{case.partition('/')[2]}"
        await until(lambda: town.facts(about) == ["workflow_rebuilt.v1"], "it is on record")


async def test_of_two_dispatchers_one_is_at_it_and_the_other_takes_over(
    plain_town: Office,
) -> None:
    stop = asyncio.Event()
    second = Dispatcher(
        plain_town.desk, plain_town.cursor, plain_town._connected, poll_seconds=0.02
    )
    waiting = asyncio.create_task(second.run(stop))
    case = new_case()
    await plain_town.give(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: letters(plain_town, case) == ["unit/440106-CA"], "told once")
    assert second.woken == 0
    await plain_town.shut()
    await plain_town.open(dispatching=False)
    await plain_town.give(case, kind="tell_unit", unit="440106-HL")
    await until(lambda: len(letters(plain_town, case)) == 2, "the second one dispatches")
    assert second.woken
    stop.set()
    await waiting


async def test_a_cursor_put_back_to_zero_does_nothing_twice(plain_town: Office) -> None:
    case = new_case()
    await plain_town.give(case, kind="set_clock", name="due", seconds=3600)
    await plain_town.give(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: letters(plain_town, case) == ["unit/440106-CA"], "told")
    facts = plain_town.facts(case)
    plain_town.cursor.put_back()
    await until(
        lambda: plain_town.cursor.standing().position == plain_town.ledger.head(), "read again"
    )
    await plain_town.in_step(case)
    assert letters(plain_town, case) == ["unit/440106-CA"]
    assert plain_town.facts(case) == facts
