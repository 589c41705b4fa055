"""Whatever dies, no acknowledged fact is lost, none is doubled, and every case goes on."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from audit.verify.verifying import verify
from desk.identifiers import new_uuid7
from desk.orders import NotNow, Order
from policies import shipped_pack
from services.bootstrapping import publish
from services.watchdog import begin_again, open_cases
from tests.journeys.district import District
from tests.journeys.installation import PATIENCE, Installation, installed, until
from workflows.ports import Receipt

COMMANDS = 500
PEOPLE = 20
FALLS = 9


UNHURRIED = "unhurried"
"""The demo pack, with time enough to lose everything before the first clock rings."""


async def publish_unhurried(installation: Installation) -> None:
    pack = shipped_pack("demo").model_dump(mode="json")
    pack["id"], pack["limits"]["sign_in"] = UNHURRIED, "45s"
    command = {"kind": "publish_policy", "policy": pack}
    await publish(installation.books.desk, f"policy/{UNHURRIED}", command)


async def insist(installation: Installation, order: Order) -> Receipt:
    """Send an order until it is answered, as a client should: always with the same command id."""
    async with asyncio.timeout(PATIENCE * 2):
        while True:
            try:
                return await installation.gateway.submit(order)
            except NotNow:
                await asyncio.sleep(0.2)


@pytest.mark.chaos
async def test_killing_worker_server_and_both_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """500 commands by 20 people, with three kills each of the worker, the server, and both."""
    async with installed(tmp_path / "home") as installation:
        district = await District.found(installation.gateway)
        tasks = [await district.task_in_progress(installation.gateway) for _ in range(PEOPLE)]
        before = installation.books.ledger.head()
        receipts: list[Receipt] = []
        falls_left = asyncio.Event()

        async def person(task: str) -> None:
            for _ in range(COMMANDS // PEOPLE):
                receipts.append(await insist(installation, district.progress(task)))
            await falls_left.wait()

        async def misfortune() -> None:
            chance = random.Random(20260921)
            for fall in range(FALLS):
                target = COMMANDS * (fall + 1) // (FALLS + 2)
                while len(receipts) < target:
                    await asyncio.sleep(chance.uniform(0.005, 0.05))
                match fall % 3:
                    case 0:
                        installation.kill_worker()
                        installation.start_worker()
                    case 1:
                        await installation.kill_server()
                        await installation.start_server()
                    case _:
                        installation.kill_worker()
                        await installation.kill_server()
                        await installation.start_server()
                        installation.start_worker()
            falls_left.set()

        await asyncio.gather(misfortune(), *[person(task) for task in tasks])

        assert len(receipts) == COMMANDS
        recorded = installation.books.ledger.log(before, COMMANDS * 4, ["task"])
        by_command = Counter(
            (entry.stream, entry.command_id)
            for entry in recorded
            if entry.kind == "progress_logged.v1"
        )
        acknowledged = {(receipt.stream, receipt.command_id) for receipt in receipts}
        assert set(by_command) == acknowledged
        assert set(by_command.values()) == {1}
        for receipt in receipts:
            entry = installation.books.ledger.entry(receipt.position)
            assert entry is not None
            assert (entry.hash, entry.command_id) == (receipt.hash, receipt.command_id)
        for task in tasks:  # every case goes on
            await insist(installation, district.progress(task))
        verdict = verify(installation.settings.ledger_url)
        assert verdict.intact, verdict.faults


@pytest.mark.chaos
async def test_a_lost_temporal_is_rebuilt_and_its_clocks_ring(tmp_path: Path) -> None:
    """Temporal's database is deleted with 50 open tasks: their clocks ring as they would have."""
    async with installed(tmp_path / "home") as installation:
        district = await District.found(installation.gateway)
        await publish_unhurried(installation)
        waiting = [f"task/{new_uuid7()}" for _ in range(50)]
        room = asyncio.Semaphore(8)

        async def dispatching(task: str) -> None:
            async with room:
                for order in district.whole_case(task, policy=UNHURRIED)[:3]:
                    await insist(installation, order)

        await asyncio.gather(*[dispatching(task) for task in waiting])
        due = {task: installation.books.desk.standing(task).next_clock for task in waiting}
        installation.kill_worker()
        await installation.kill_server()
        for file in installation.home.glob("temporal.db*"):
            file.unlink()
        await installation.start_server()
        installation.start_worker()

        cases = open_cases(installation.books.desk)
        assert set(waiting) <= set(cases)
        client, desk = installation.gateway.client, installation.books.desk
        assert client is not None
        assert await begin_again(client, desk, cases) == len(cases)
        assert await begin_again(client, desk, cases) == 0  # repeatable

        for task in waiting:
            await until(installation, task, "ACCEPTED")
        for task in waiting:
            rung = next(
                entry
                for entry in installation.books.ledger.read(task)
                if entry.kind == "sign_in_overdue.v1"
            )
            clock = due[task]
            assert clock is not None
            assert rung.by.clock == "sign_in"
            assert rung.recorded_at >= clock[1]
            kinds = [entry.kind for entry in installation.books.ledger.read(task)]
            assert kinds.count("sign_in_overdue.v1") == 1
        assert verify(installation.settings.ledger_url).intact


async def test_while_temporal_is_away_the_answer_is_not_now(tmp_path: Path) -> None:
    """Neither success nor 'no such case'; afterwards the same command id gets the one receipt."""
    async with installed(tmp_path / "home") as installation:
        district = await District.found(installation.gateway)
        task = await district.task_in_progress(installation.gateway)
        await installation.kill_server()
        order = district.progress(task)
        with pytest.raises(NotNow):
            await installation.gateway.submit(order)
        await installation.start_server()
        first = await insist(installation, order)
        again = await installation.gateway.submit(order)
        assert (again.position, again.hash) == (first.position, first.hash)
