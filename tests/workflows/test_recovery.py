"""Workers, servers and whole databases may go away: no fact is lost, none doubled, all goes on."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.service import RPCError

from desk.desk import Desk
from ledger.store import LedgerUnavailable
from tests.workflows.office import Office, new_case, new_id, office, until
from workflows.ports import REPORT, TASK_QUEUE, CaseStart

HEALTH = "unit/440106-HL"


@pytest.fixture
def temporal_home(tmp_path: Path) -> Path:
    return tmp_path / "temporal"


@pytest_asyncio.fixture(loop_scope="session")
async def plain_town(tiny_desk: Desk, temporal_home: Path) -> AsyncIterator[Office]:
    async with office(temporal_home, tiny_desk) as here:
        yield here


async def test_a_command_given_while_no_worker_works_is_recorded_by_the_next(
    plain_town: Office,
) -> None:
    case, command = new_case(), new_id()
    first = await plain_town.submit(case, command, kind="add_note")
    await plain_town.shut()
    waiting = asyncio.create_task(plain_town.submit(case, kind="add_note"))
    await plain_town.open()
    assert (await waiting).version == 2
    assert (await plain_town.submit(case, command, kind="add_note")).position == first.position


async def test_a_clock_that_came_due_while_no_worker_worked_rings_late_and_once(
    plain_town: Office,
) -> None:
    case = new_case()
    await plain_town.submit(case, kind="set_clock", name="due", seconds=1)
    await plain_town.shut()
    due = datetime.fromisoformat(plain_town.entries(case)[0].fact["due"])
    await until(lambda: datetime.now(UTC) > due, "the clock is due")
    await plain_town.open()
    await until(lambda: "clock_rang.v1" in plain_town.facts(case), "it rings")
    assert plain_town.facts(case).count("clock_rang.v1") == 1


async def test_a_worker_killed_after_its_append_leaves_one_fact_and_one_receipt(
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
        case, command = new_case(), new_id()
        waiting = asyncio.create_task(town.submit(case, command, kind="add_note"))
        assert await doomed.wait() == 9
        assert town.facts(case) == ["note_added.v1"]
        await town.open()
        receipt = await waiting
        assert (receipt.version, receipt.command_id) == (1, command)
        assert town.facts(case) == ["note_added.v1"]
        assert (await town.submit(case, kind="add_note")).version == 2


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_outage_of_the_ledger_only_takes_time(
    plain_town: Office, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Also one that hides an append that was durable already."""
    case = new_case()
    append, outages = plain_town.ledger.append, iter(range(3))

    def failing(*arguments: Any, **named: Any) -> Any:
        outage = next(outages, None) is not None
        if outage and moment == "before":
            raise LedgerUnavailable("for the sake of this test")
        appended = append(*arguments, **named)
        if outage:
            raise LedgerUnavailable("for the sake of this test")
        return appended

    monkeypatch.setattr(plain_town.ledger, "append", failing)
    receipt = await plain_town.submit(case, kind="add_note")
    assert receipt.version == 1
    assert plain_town.facts(case) == ["note_added.v1"]


async def test_clerks_are_started_again_from_the_ledger_when_temporal_lost_everything(
    tiny_desk: Desk, temporal_home: Path
) -> None:
    cases = [new_case() for _ in range(5)]
    talking = new_case("pairing")
    matter = {
        "outstanding": [HEALTH],
        "until": (datetime.now(UTC) + timedelta(days=5)).isoformat(),
    }
    async with office(temporal_home, tiny_desk) as town:
        for case in cases:
            await town.submit(case, kind="set_clock", name="due", seconds=4)
            await town.submit(case, kind="tell_unit", unit="440106-CA")
        await town.submit(
            talking, kind="hold_talk", name="signing", key="signing/1", details=matter
        )
        await until(lambda: len(town.postman.letters) == len(cases) + 1, "everybody was told")
        for case in cases:
            letter = next(one for one in town.postman.letters if one.stream == case)
            await until(lambda: town.facts(f"notice/{letter.id}"), "with a receipt")  # noqa: B023 - awaited at once

    shutil.rmtree(temporal_home)
    async with office(temporal_home, tiny_desk) as town:
        for case in cases:
            with pytest.raises(RPCError):
                await town.handle(case).describe()
        for case in [*cases, talking]:
            await town.client.start_workflow(
                "pairing" if case == talking else "support_task",
                CaseStart(stream=case),
                id=case,
                task_queue=TASK_QUEUE,
            )
        for case in cases:
            await until(lambda: "clock_rang.v1" in town.facts(case), "its clock rings")  # noqa: B023 - awaited at once
        entries = [entry for case in cases for entry in town.entries(case)]
        rang = [entry for entry in entries if entry.kind == "clock_rang.v1"]
        assert len(rang) == len(cases)
        assert all(entry.recorded_at >= datetime.fromisoformat(entry.fact["due"]) for entry in rang)
        await until(lambda: _exists(town, f"{talking}/signing/1"), "the talk is begun again")
        assert town.postman.letters == []


async def _exists(town: Office, workflow: str) -> bool:
    try:
        await town.handle(workflow).describe()
    except RPCError:
        return False
    return True


async def test_a_clerk_that_missed_facts_catches_up_with_its_next_command(
    plain_town: Office,
) -> None:
    """Facts written beside the clerk are told and run like its own."""
    case, other = new_case(), new_case()
    await plain_town.submit(case, kind="add_note")
    from desk.casework import Asking
    from tests.domain.world import DISPATCHER

    errand = {
        "kind": "send_errand",
        "to": other,
        "errand_id": "errand/1",
        "command": {"kind": "add_note"},
    }
    await plain_town.desk.record(case, 0, datetime.now(UTC), [Asking(new_id(), DISPATCHER, errand)])
    await plain_town.submit(case, kind="add_note")
    await until(lambda: plain_town.facts(other) == ["note_added.v1"], "the errand was run")


async def test_a_report_to_a_case_without_a_clerk_starts_none_and_loses_no_fact(
    plain_town: Office,
) -> None:
    case = new_case()
    with pytest.raises(RPCError):
        await plain_town.handle(case).signal(REPORT, {})
    assert plain_town.facts(case) == []
