"""Somebody else controls Temporal: they can be late and waste our time, and never put a word in.

The hostile program knows Temporal's port and nothing else: it sends what it likes to clerks, starts
workflows on any stream, runs workflows of its own that schedule our activities with forged inputs,
answers for us on our task queues, resets and terminates. Afterwards the ledger holds exactly what
the facts asked for, and nobody was told anything they did not ask for.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import RawValue, RetryPolicy
from temporalio.exceptions import TemporalError
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from desk.desk import Desk
from domain.values import instant_text
from ledger.store import open_ledger
from runtime.temporal import connect
from tests.workflows.hostile import ANYTHING, Anything
from tests.workflows.office import Office, new_case, office, until
from tests.workflows.tiny import OneTown
from vault.vault import open_vault
from workflows import ports

CATEGORIES = (
    "task",
    "pairing",
    "unit",
    "person",
    "policy",
    "calendar",
    "subject",
    "notice",
    "audit",
    "unmasking",
    "workflow",
    "log",
)
"""Every kind of stream there is; the log of checkpoints is `log/checkpoints`."""

FORGED: dict[str, Any] = {
    "command_id": "forged/1",
    "by": {
        "role": "CENTER_COORDINATOR",
        "person": f"person/{uuid.uuid4()}",
        "unit": "440106003-PC",
        "channel": "console",
    },
    "command": {"kind": "grant_role", "role": "REGISTRAR", "unit": "440106-GB"},
}


@pytest_asyncio.fixture(loop_scope="session")
async def town(tiny_cases: None, tmp_path: Path) -> AsyncIterator[Office]:
    """A ledger of its own, so that every fact in it is one of this test."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    vault = open_vault(f"sqlite:///{tmp_path / 'vault.db'}", tmp_path / "keys" / "vault.key")
    desk = Desk(ledger, vault, OneTown())
    async with office(tmp_path / "temporal", desk) as here:
        yield here
    desk.close()
    vault.close()
    ledger.close()


class Stillness:
    """What stands before the attack must stand after it, and nothing else."""

    def __init__(self, town: Office) -> None:
        self.town = town
        self.head, self.letters = town.ledger.head(), len(town.postman.letters)

    async def holds(self) -> None:
        await asyncio.sleep(1.0)  # whatever was set going has had its chance
        added = self.town.ledger.log(self.head)
        assert [(entry.stream, entry.kind, entry.by) for entry in added] == []
        assert len(self.town.postman.letters) == self.letters


def a_stream(category: str) -> str:
    return "log/checkpoints" if category == "log" else f"{category}/{uuid.uuid4()}"


async def a_quiet_case(town: Office) -> str:
    """A case with a clock far ahead and a talk whose first step is not due."""
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=864_000)
    later = {"name": "asked", "seconds": 86_400, "to": ["unit/440106-CA"], "records": "asked"}
    await town.give(case, kind="hold_talk", name="convening", key="convening/1", steps=[later])
    await town.in_step(case)
    return case


async def test_whatever_is_sent_to_a_clerk_says_nothing(town: Office) -> None:
    case = await a_quiet_case(town)
    still = Stillness(town)
    for workflow in (case, f"{case}/convening/1"):
        handle = town.handle(workflow)
        for name in ("submit", "submit_batch", "record", "wake"):
            with pytest.raises((WorkflowUpdateFailedError, RPCError)):
                await handle.execute_update(
                    name, FORGED, id=str(uuid.uuid4()), rpc_timeout=timedelta(seconds=5)
                )
        for name in ("report", "resync", "submit", "talk_changed", "talk_ended", "made_up"):
            await handle.signal(name, FORGED)
        for position in (-1, 0, 10**12):
            await handle.signal(ports.WAKE, position)
    await still.holds()
    assert (await town.in_step(case)).version == town.ledger.version(case)


@pytest.mark.parametrize("category", CATEGORIES)
async def test_a_workflow_started_on_any_stream_records_nothing_there(
    town: Office, category: str
) -> None:
    """A role was granted by one on `person/...` once, the witnesses switched off by another."""
    still = Stillness(town)
    starts: tuple[Any, ...] = (
        {"first": [FORGED], "known": 0, "told": 0},
        {"settled": 10**9},
        {"settled": -5, "talks": [{"name": "signing", "key": "signing/1", "details": {}}]},
    )
    for workflow in (ports.SUPPORT_TASK, ports.PAIRING):
        for start in starts:
            stream = a_stream(category)
            await town.client.start_workflow(
                workflow,
                {"stream": stream, **start},
                id=f"{stream}/{uuid.uuid4()}",
                task_queue=ports.TASK_QUEUE,
                run_timeout=timedelta(seconds=20),
            )
    for workflow in (ports.FEEDBACK_ROUND, ports.REVIEW, ports.HAND_OVER):
        await town.client.start_workflow(
            workflow,
            {"stream": a_stream(category), "key": "review/1", "talk": FORGED, "parent": "x"},
            id=str(uuid.uuid4()),
            task_queue=ports.TASK_QUEUE,
            run_timeout=timedelta(seconds=20),
        )
    await still.holds()


async def test_our_activities_scheduled_with_forged_inputs_do_what_facts_ask_for_only(
    town: Office,
) -> None:
    case = await a_quiet_case(town)
    others = [a_stream(category) for category in CATEGORIES]
    still = Stillness(town)
    clock = {"name": "due", "due": instant_text(datetime.now(UTC))}
    attacks: list[tuple[str, str, Any]] = []
    for stream in (case, *others):
        version = {"stream": stream, "version": 1, "command_id": "because/made-up/1"}
        attacks += [
            (ports.RING, ports.TASK_QUEUE, {"stream": stream, "clock": clock}),
            (ports.RUN_ERRAND, ports.TASK_QUEUE, version | {"command": FORGED["command"]}),
            (ports.LOOK, ports.TASK_QUEUE, {"stream": stream, "settled": -1}),
            (ports.LISTEN, ports.TASK_QUEUE, {"stream": stream, "key": "review/1"}),
            (ports.TELL, ports.NOTICE_QUEUE, {"stream": stream, "after": -9, "until": 10**9}),
            *(
                (
                    ports.TAKE_STEP,
                    ports.NOTICE_QUEUE,
                    {"stream": stream, "key": key, "step": step, "figures": {"tasks": 1}},
                )
                for key in ("convening/1", "review/1", "signing/1", "hand_over/1")
                for step in ("asked", "opened", "submitted", "completed")
            ),
        ]
    for gone in ("record", "erase", "ask", "freeze_figures"):  # names of an older release
        attacks += [(gone, queue, FORGED) for queue in (ports.TASK_QUEUE, ports.NOTICE_QUEUE)]
    async with our_own_worker(town.client) as queue:
        for start in range(0, len(attacks), 40):
            await asyncio.gather(
                *[schedule(town.client, queue, *attack) for attack in attacks[start : start + 40]]
            )
    await still.holds()


async def schedule(client: Client, queue: str, name: str, on: str, value: Any) -> Any:
    """Run our own workflow that schedules *name* on somebody else's queue; say what came back."""
    try:
        return await client.execute_workflow(
            ANYTHING,
            {"activity": name, "queue": on, "value": value},
            id=str(uuid.uuid4()),
            task_queue=queue,
            retry_policy=RetryPolicy(maximum_attempts=1),
            run_timeout=timedelta(seconds=30),
        )
    except TemporalError as failed:
        return failed


class our_own_worker:  # noqa: N801 - reads as what it is in a `with`
    """A worker of the hostile program's, on a queue of its own."""

    def __init__(self, client: Client) -> None:
        self.queue = f"hostile-{uuid.uuid4()}"
        self.worker = Worker(
            client,
            task_queue=self.queue,
            workflows=[Anything],
            workflow_runner=UnsandboxedWorkflowRunner(),
        )

    async def __aenter__(self) -> str:
        await self.worker.__aenter__()
        return self.queue

    async def __aexit__(self, *how: object) -> None:
        await self.worker.__aexit__(*how)


async def test_forged_answers_on_our_queue_mislead_a_clerk_and_not_the_record(
    town: Office,
) -> None:
    """They claim that nothing is owed, or that errands are: the next honest look puts it right."""
    from tests.workflows.hostile import liars

    case = new_case()
    await town.shut()
    still = Stillness(town)
    their_client = await connect(town.client.service_client.config.target_host)
    liar = Worker(
        their_client,
        task_queue=ports.NOTICE_QUEUE,
        activities=liars(),
        max_concurrent_activities=4,
    )
    async with liar:
        await town.open()
        for _ in range(5):
            await town.give(case, kind="tell_unit", unit="440106-CA")
        await asyncio.sleep(2)
    facts = [entry for entry in town.ledger.log(still.head) if entry.stream != case]
    assert {entry.stream.partition("/")[0] for entry in facts} <= {"notice"}
    assert {entry.by.role.value for entry in facts} <= {"SYSTEM"}
    told = [one for one in town.postman.letters if one.stream == case]
    assert {one.to for one in told} <= {"unit/440106-CA"}
    assert len(told) <= 5, "late or not at all, as trust.md says; never anybody else, never twice"


async def test_resets_and_terminations_repeat_nothing(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: [one for one in town.postman.letters if one.stream == case], "told")
    await town.give(case, kind="set_clock", name="due", seconds=864_000)
    await town.in_step(case)
    still = Stillness(town)
    run = (await town.handle(case).describe()).run_id
    history = await town.handle(case).fetch_history()
    for event in [event.event_id for event in history.events if event.event_type == 7][:3]:
        try:
            await town.client.workflow_service.reset_workflow_execution(
                ResetWorkflowExecutionRequest(
                    namespace="default",
                    workflow_execution=WorkflowExecution(workflow_id=case, run_id=run),
                    reason="hostile",
                    workflow_task_finish_event_id=event,
                    request_id=str(uuid.uuid4()),
                )
            )
        except RPCError:
            continue
    await asyncio.sleep(1)
    await town.handle(case).terminate("hostile")
    added = [entry for entry in town.ledger.log(still.head) if entry.stream == case]
    assert added == []
    assert len(town.postman.letters) == still.letters, "nobody is told twice"


def test_no_payload_of_a_workflow_is_a_raw_value() -> None:
    """What a worker cannot read as a reference it refuses before anybody's code runs."""
    assert RawValue not in {
        field.annotation
        for message in vars(ports).values()
        if isinstance(message, type) and issubclass(message, ports.Message)
        for field in message.model_fields.values()
    }
