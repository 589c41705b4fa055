"""Whatever dies, no acknowledged fact is lost, none is doubled, and every case goes on."""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.verify.verifying import verify
from desk import clerking
from desk.identifiers import new_uuid7
from desk.orders import Receipt
from dispatch.cursor import Cursor
from policies import shipped_pack
from services.bootstrapping import publish
from tests.journeys.district import District
from tests.journeys.installation import PATIENCE, Installation, installed, until

COMMANDS = 500
PEOPLE = 20

UNHURRIED = "unhurried"
"""The demo pack, with time enough to lose everything before the first clock rings."""


async def publish_unhurried(installation: Installation, sign_in: str = "45s") -> None:
    pack = shipped_pack("demo").model_dump(mode="json")
    pack["id"], pack["limits"]["sign_in"] = UNHURRIED, sign_in
    command = {"kind": "publish_policy", "policy": pack}
    await publish(installation.books.desk, f"policy/{UNHURRIED}", command)


async def dispatch(installation: Installation, district: District, count: int) -> list[str]:
    """Dispatch *count* tasks under the unhurried pack; each waits to be signed in for."""
    tasks = [f"task/{new_uuid7()}" for _ in range(count)]
    for task in tasks:
        orders = district.whole_case(task, policy=UNHURRIED)[:3]
        answers = await installation.gateway.submit_batch(orders)
        assert all(answer.receipt for answer in answers), answers
    return tasks


async def every_clock_rang_once(installation: Installation, tasks: list[str]) -> None:
    """Wait until each task was signed in for by its clock, and look at each ring."""
    for task in tasks:
        await until(installation, task, "ACCEPTED")
        entries = installation.books.ledger.read(task)
        (rung,) = [entry for entry in entries if entry.kind == "sign_in_overdue.v1"]
        due = datetime.fromisoformat(rung.fact["sign_in_by"]["due"])
        assert rung.by.clock == "sign_in"
        assert rung.command_id.endswith(rung.fact["sign_in_by"]["due"])
        assert rung.recorded_at >= due


async def everybody_was_told(installation: Installation, tasks: list[str]) -> None:
    """Wait until there is one receipt for every notice these tasks owe."""
    desk = installation.books.desk
    async with asyncio.timeout(PATIENCE):
        for task in tasks:
            owed = clerking.notices(desk, task, 0, desk.ledger.version(task))
            while clerking.untold(desk, task, owed):
                await asyncio.sleep(0.1)
            for notice in owed:
                (receipt,) = desk.ledger.read(clerking.receipt_stream(task, notice.key))
                assert receipt.kind == "notice_delivered.v1"


@pytest.mark.chaos
async def test_killing_everything_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """500 commands by 20 people; worker, follower and server are killed three times each."""
    async with installed(tmp_path / "home") as installation:
        district = await District.found(installation.gateway)
        await publish_unhurried(installation)
        waiting = await dispatch(installation, district, 30)
        tasks = [await district.task_in_progress(installation.gateway) for _ in range(PEOPLE)]
        before = installation.books.ledger.head()
        receipts: list[Receipt] = []

        async def person(task: str) -> None:
            for _ in range(COMMANDS // PEOPLE):
                receipts.append(await installation.gateway.submit(district.progress(task)))
                await asyncio.sleep(0.2)

        async def misfortune() -> None:
            chance = random.Random(20260921)
            for fall in range(9):
                await asyncio.sleep(chance.uniform(0.2, 0.8))
                match fall % 3:
                    case 0:
                        installation.kill_worker()
                        installation.start_worker()
                    case 1:
                        await installation.kill_server()
                        await installation.start_server()
                    case _:
                        installation.kill_follower()
                        installation.start_follower()

        await asyncio.gather(misfortune(), *[person(task) for task in tasks])

        assert len(receipts) == COMMANDS
        recorded = installation.books.ledger.log(before, COMMANDS * 8, ["task"])
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
        await every_clock_rang_once(installation, waiting)
        await everybody_was_told(installation, waiting)
        verdict = verify(installation.settings.ledger_url)
        assert verdict.intact, verdict.faults


@pytest.mark.chaos
async def test_a_caller_killed_at_any_moment_leaves_whole_commands(tmp_path: Path) -> None:
    """The process that was asked dies: what it was told stands, what it was not may be repeated."""
    async with installed(tmp_path / "home") as installation:
        district = await District.found(installation.gateway)
        task = await district.task_in_progress(installation.gateway)
        orders = [district.progress(task) for _ in range(120)]
        file = tmp_path / "orders.jsonl"
        lines = (order.model_dump_json(exclude_none=True) + "\n" for order in orders)
        await asyncio.to_thread(file.write_text, "".join(lines), encoding="utf-8")
        chance, told = random.Random(7), dict[str, int]()
        for _ in range(4):
            caller = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "submit", str(file)],
                stdout=subprocess.PIPE,
                env=installation.environment,
                text=True,
            )
            assert caller.stdout is not None
            for line in caller.stdout:
                said = json.loads(line)
                told[said["command_id"]] = said["position"]
                if chance.random() < 0.05:
                    break
            caller.kill()
            caller.wait()
        assert told, "it was killed while it answered"
        answers = [await installation.gateway.submit(order) for order in orders]
        positions = {answer.command_id: answer.position for answer in answers}
        assert told.items() <= positions.items(), "what was acknowledged stands, as it was"
        entries = installation.books.ledger.read(task)
        logged = [entry.command_id for entry in entries if entry.kind == "progress_logged.v1"]
        assert sorted(logged) == sorted(order.command_id for order in orders), "each once"
        assert verify(installation.settings.ledger_url).intact


@pytest.mark.chaos
async def test_a_lost_temporal_is_begun_again_and_its_clocks_ring(tmp_path: Path) -> None:
    """Temporal's database is deleted with 50 open tasks: their clocks ring as they would have."""
    async with installed(tmp_path / "home") as installation:
        district = await District.found(installation.gateway)
        await publish_unhurried(installation)
        waiting = await dispatch(installation, district, 50)
        installation.kill_worker()
        await installation.kill_server()
        for file in installation.home.glob("temporal.db*"):
            file.unlink()
        await installation.start_server()
        installation.start_worker()
        await every_clock_rang_once(installation, waiting)
        assert verify(installation.settings.ledger_url).intact


async def test_people_work_on_while_temporal_is_away_and_all_is_made_up_for(
    tmp_path: Path,
) -> None:
    """Commands go on; whoever looks is told that clocks and notices wait; afterwards all ring."""
    async with installed(tmp_path / "home") as installation:
        district = await District.found(installation.gateway)
        await publish_unhurried(installation, "3s")
        await installation.kill_server()
        waiting = await dispatch(installation, district, 12)
        task = await district.task_in_progress(installation.gateway)
        order = district.progress(task)
        first = await installation.gateway.submit(order)
        again = await installation.gateway.submit(order)
        assert (again.position, again.repeated) == (first.position, True)

        cursor = Cursor(installation.settings.dispatch_url)
        async with asyncio.timeout(PATIENCE):
            while not cursor.standing().waiting:
                await asyncio.sleep(0.1)
        assert cursor.standing().active(datetime.now(UTC))
        await installation.start_server()
        await every_clock_rang_once(installation, waiting)
        async with asyncio.timeout(PATIENCE):
            while cursor.standing().waiting:
                await asyncio.sleep(0.1)
        cursor.close()


async def test_a_home_is_used_with_nothing_of_ours_running(tmp_path: Path) -> None:
    """No `up` at all: all commands go on, and what waits is done once somebody starts it."""
    async with installed(tmp_path / "home", running=False) as installation:
        district = await District.found(installation.gateway)
        await publish_unhurried(installation, "1s")
        tasks = await dispatch(installation, district, 3)
        await installation.start()
        await every_clock_rang_once(installation, tasks)
        await everybody_was_told(installation, tasks)


MONDAY = 1000
"""Clocks that all fell due while the office was closed; measured with ten times as many."""


async def test_monday_at_nine_a_person_works_while_everything_is_due(tmp_path: Path) -> None:
    """Each clock rings once, judged by its due instant, and nobody's command waits behind them."""
    async with installed(tmp_path / "home", running=False) as installation:
        gateway = installation.gateway
        district = await District.found(gateway)
        await publish_unhurried(installation, "1s")
        tasks = await dispatch(installation, district, MONDAY)
        at_work = await district.task_in_progress(gateway)
        due = {task: sign_in_limit(installation, task) for task in tasks}
        await installation.start()
        receipts: list[Receipt] = []
        rings: list[int] = []
        ledger, position, rung = installation.books.ledger, -1, Counter[str]()
        async with asyncio.timeout(2 * PATIENCE):
            while len(rung) < MONDAY:
                receipts.append(await gateway.submit(district.contact(at_work)))
                await asyncio.sleep(0.5)
                while page := await asyncio.to_thread(ledger.log, position, 5000):
                    position = page[-1].position
                    for entry in page:
                        if entry.kind == "sign_in_overdue.v1":
                            rung[entry.stream] += 1
                            rings.append(entry.position)
                            assert entry.fact["sign_in_by"]["due"] == due[entry.stream]
        assert set(rung.values()) == {1}
        assert [one.version for one in receipts] == list(
            range(receipts[0].version, receipts[0].version + len(receipts))
        )
        among = [one for one in receipts if rings[0] < one.position < rings[-1]]
        assert among, "the person worked among the ringing clocks"
        assert verify(installation.settings.ledger_url).intact


def sign_in_limit(installation: Installation, task: str) -> str:
    """Return the instant by which a dispatched task had to be signed in for."""
    (sent,) = (
        entry
        for entry in installation.books.ledger.read(task)
        if entry.kind == "task_dispatched.v1"
    )
    return str(sent.fact["sign_in_by"]["due"])
