"""On a real server: whatever is done to a workflow, a board or a history is found and recorded."""

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    ResetWorkflowExecutionRequest,
)
from temporalio.client import WorkflowHistory

from desk.identifiers import new_uuid7
from dispatch.waking import begin_again
from runtime.replaying import failure_of, replayer
from services.backup_copies import copy_sqlite
from services.histories import seal_histories
from services.reconciling import Reconciler, reconcile_on_schedule
from services.temporal_histories import clerk_now, file_of, packed, tells_the_same, unpacked
from tests.journeys.installation import PATIENCE
from tests.reconcile.town import Town, changing, town
from worker import WORKFLOWS, workflow_runner


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """One town for all: every test leaves it without a disagreement."""
    async with town(tmp_path_factory.mktemp("town") / "home") as opened:
        yield opened


async def gone(here: Town, task: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await clerk_now(here.client, task) is not None:
            await asyncio.sleep(0.05)


async def delete(here: Town, task: str) -> None:
    request = DeleteWorkflowExecutionRequest(
        namespace="default", workflow_execution=WorkflowExecution(workflow_id=task)
    )
    await here.client.workflow_service.delete_workflow_execution(request)
    await gone(here, task)


async def reset(here: Town, task: str) -> str:
    """Reset the clerk of *task* to its first step; return the new run."""
    history = await here.client.get_workflow_handle(task).fetch_history()
    steps = [
        event.event_id
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]
    answer = await here.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=task),
            reason="a test",
            workflow_task_finish_event_id=steps[0],
            request_id=str(new_uuid7()),
        )
    )
    return answer.run_id


async def test_cases_at_work_have_no_disagreement(here: Town) -> None:
    tasks = await asyncio.gather(*[here.task(steps) for steps in (1, 3, 5, 8)])
    report = await here.reconcile()
    assert not [one for one in report.findings if one.case in (None, *tasks)]
    assert report.counts["open"] >= len(tasks)
    assert report.counts["histories"] >= len(tasks)


async def test_a_terminated_clerk_is_found_then_begun_again_and_explained(here: Town) -> None:
    task = await here.task(3)
    await here.client.get_workflow_handle(task).terminate("a test")
    assert await here.grounds(task) == {("TERMINATED", "terminated")}
    before = await clerk_now(here.client, task)
    assert await begin_again(here.client, here.here.books.desk, task)
    after = await clerk_now(here.client, task)
    assert before is not None
    assert after is not None
    (rebuilt,) = here.facts(task, "workflow_rebuilt.v1")
    assert (rebuilt["run_before"], rebuilt["run"]) == (before.run, after.run)
    (found,) = here.facts(task, "workflow_discrepancy_found.v1")
    assert (found["ground"], found["run"]) == ("TERMINATED", before.run)
    assert not await begin_again(here.client, here.here.books.desk, task)
    assert len(here.facts(task, "workflow_rebuilt.v1")) == 1
    assert await here.grounds(task) == set()
    await here.here.gateway.submit(here.district.whole_case(task)[3])
    assert await here.grounds(task) == set()


async def test_a_deleted_clerk_is_found_and_the_dispatcher_begins_it_again(here: Town) -> None:
    task = await here.task(1)
    await delete(here, task)
    assert await here.grounds(task) == {("MISSING", None)}
    await here.dispatcher._look_after()
    (rebuilt,) = here.facts(task, "workflow_rebuilt.v1")
    assert rebuilt["run_before"] is None
    assert await here.grounds(task) == set()


async def test_a_run_that_vanishes_between_two_looks_is_found(here: Town) -> None:
    """Deleted, and begun again by the next command before anybody looked: its history is gone."""
    task = await here.task(2)
    here.follow()
    reconciler = here.reconciler()
    await reconciler.look()
    before = await clerk_now(here.client, task)
    assert before is not None
    await delete(here, task)
    await here.here.gateway.submit(here.district.whole_case(task)[2])
    here.follow()
    async with asyncio.timeout(PATIENCE):  # visibility is told a moment later
        while True:
            found = [one for one in (await reconciler.look()).findings if one.case == task]
            if found:
                break
    assert [(one.ground.value, one.run) for one in found] == [("HISTORY_MISSING", before.run)]


async def test_a_reset_clerk_is_found_until_it_is_recorded(here: Town) -> None:
    """Nothing is lost by a reset, but Temporal's history is no longer what happened."""
    task = await here.task(5)
    run = await reset(here, task)
    assert await here.grounds(task) == {("RESET", "reset-of")}
    await on_schedule_until(here, task, "workflow_discrepancy_found.v1")
    (found,) = here.facts(task, "workflow_discrepancy_found.v1")
    assert (found["ground"], found["run"]) == ("RESET", run)
    assert await here.grounds(task) == set()


async def on_schedule_until(here: Town, task: str, kind: str) -> None:
    """Let the schedule run, a few looks long, until it has recorded *kind* about *task*."""
    settings, stop = here.here.settings, asyncio.Event()
    here.follow()
    running = asyncio.create_task(
        reconcile_on_schedule(
            here.connected,
            here.here.books.desk,
            settings.ledger_url,
            settings.boards_url,
            settings.histories_path,
            timedelta(seconds=0.3),
            stop,
        )
    )
    async with asyncio.timeout(PATIENCE):
        while not here.facts(task, kind):
            await asyncio.sleep(0.05)
    here.follow()
    await asyncio.sleep(0)
    stop.set()
    await running


async def test_a_discrepancy_becomes_one_fact_however_often_it_is_seen(here: Town) -> None:
    task = await here.task(1)
    await here.client.get_workflow_handle(task).terminate("a test")
    await on_schedule_until(here, task, "workflow_discrepancy_found.v1")
    await on_schedule_until(here, task, "workflow_discrepancy_found.v1")
    assert await begin_again(here.client, here.here.books.desk, task)
    assert len(here.facts(task, "workflow_discrepancy_found.v1")) == 1
    assert len(here.facts(task, "workflow_history_sealed.v1")) == 1
    assert await here.grounds(task) == set()


async def test_a_board_that_was_written_to_is_found(here: Town) -> None:
    task = await here.task(3)
    assert await here.grounds(task) == set()
    file = here.here.home / "boards.db"
    with closing(sqlite3.connect(file)) as boards:
        before = boards.execute(
            "SELECT state, main_unit, due, version FROM board_task WHERE stream = ?", (task,)
        ).fetchone()
        change = "UPDATE board_task SET state = ?, main_unit = ?, due = ?, version = ?"
        where = f"{change} WHERE stream = ?"
        boards.execute(where, ("CLOSED", "440106003-SO", None, 99, task))
        boards.commit()
        assert await here.grounds(task) == {
            ("BOARD_DIFFERS", name) for name in ("state", "main_unit", "due", "version")
        }
        boards.execute(where, (*before, task))
        boards.commit()
    assert await here.grounds(task) == set()


async def test_what_a_clerk_has_seen_and_the_ledger_lost_is_found(
    here: Town, tmp_path: Path
) -> None:
    """The ledger is put back to an older copy; Temporal remembers what stood there meanwhile."""
    task = await here.task(2)
    settings = here.here.settings
    copy_sqlite(here.here.home / "ledger.db", tmp_path / "older.db")
    await here.here.gateway.submit(here.district.whole_case(task)[2])
    await here.in_step()
    version = await here.knows(task)
    here.follow()
    older = Reconciler(
        here.client, f"sqlite:///{tmp_path}/older.db", settings.boards_url, here.histories
    )
    findings = [one for one in (await older.look()).findings if one.case == task]
    told = {(one.ground.value, one.detail) for one in findings}
    assert ("COMMAND_UNRECORDED", f"absent/{version}") in told
    assert findings[0].ground.value == "COMMAND_UNRECORDED"
    assert "AHEAD" in {ground for ground, _ in told}


async def test_a_clerk_that_lags_is_told_from_one_that_is_lost(here: Town) -> None:
    """No worker works: the clerk is there and owes a look; that is late, not gone."""
    task = await here.task(2)
    here.here.kill_worker()
    try:
        await here.here.gateway.submit(here.district.whole_case(task)[2])
        assert await here.grounds(task) == set(), "too young to be judged"
        later = here.reconciler()
        later.clock = lambda: datetime.now(UTC) + timedelta(minutes=1)
        found = {(one.ground.value, one.detail) for one in (await later.look()).findings}
        assert ("BEHIND", "facts") in found
        assert not found & {("MISSING", None), ("TERMINATED", "terminated")}
    finally:
        here.here.start_worker()
    await here.knows(task)
    assert await here.grounds(task) == set()


async def test_finished_histories_are_sealed_once_and_stay_what_they_were(here: Town) -> None:
    """The file comes first, its digest into the ledger; whoever changes the file is found."""
    task = await here.task(8)
    client, desk = here.client, here.here.books.desk
    await client.get_workflow_handle(task).terminate("a test")
    before = await clerk_now(client, task)
    assert before is not None
    await begin_again(client, desk, task)
    async with asyncio.timeout(PATIENCE):  # visibility is told a moment later
        while not here.facts(task, "workflow_history_sealed.v1"):
            await seal_histories(client, desk, here.histories)
    assert (await seal_histories(client, desk, here.histories)).sealed == 0
    (sealed,) = here.facts(task, "workflow_history_sealed.v1")
    assert (sealed["run"], sealed["status"]) == (before.run, "TERMINATED")
    file = file_of(here.histories, task, before.run)
    data = file.read_bytes()
    assert (sealed["bytes"], sealed["digest"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert file.stat().st_mode & 0o777 == 0o600
    assert await failure_of(unpacked(task, data), replayer(WORKFLOWS, workflow_runner())) is None
    assert await here.grounds(task) == set()
    changing(file, lambda old: old[:-9] + bytes([old[-9] ^ 1]) + old[-8:])
    assert await here.grounds(task) == {("HISTORY_ALTERED", "file")}
    file.unlink()
    assert await here.grounds(task) == {("HISTORY_MISSING", "file")}
    file.write_bytes(data)
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace="default",
            workflow_execution=WorkflowExecution(workflow_id=task, run_id=before.run),
        )
    )
    assert await here.grounds(task) == set(), "the sealed file speaks for the deleted run"


async def test_the_same_history_gives_the_same_bytes(here: Town) -> None:
    task = await here.task(1)
    history = await here.client.get_workflow_handle(task).fetch_history()
    first, again = packed(history), packed(unpacked(task, packed(history).data))
    assert first == again
    assert tells_the_same(first.data, history)
    shorter = WorkflowHistory(task, history.events[:-1])
    assert not tells_the_same(first.data, shorter)
    assert not tells_the_same(b"no gzip", history)
    with pytest.raises(ValueError, match="no history"):
        unpacked(task, b"no gzip")
