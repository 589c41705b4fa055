"""Serving: settings → books → activities → Temporal workers, for whoever runs them.

Two workers in one process: cases (workflows with their recording, so that it is executed eagerly)
and notices (slow strangers, never in the way of recording).
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.addresses import AddressBook
from activities.erasing import Erasing
from activities.figures import Figures
from activities.notices import Notifier
from activities.notifiers import notifier_for
from activities.notifying import Telling
from activities.recording import Recording
from desk.desk import Desk
from desk.opening import books
from runtime.settings import Settings
from runtime.temporal import connect_with
from workflows.conversations.convening import Convening
from workflows.conversations.feedback_round import FeedbackRound
from workflows.conversations.hand_over import HandOver
from workflows.conversations.review import Review
from workflows.conversations.signing import Signing
from workflows.pairing import Pairing
from workflows.ports import NOTICE_QUEUE, TASK_QUEUE
from workflows.support_task import SupportTask

log = structlog.get_logger("worker")

WORKFLOWS: Sequence[type[Any]] = (
    SupportTask,
    Pairing,
    FeedbackRound,
    Convening,
    Signing,
    Review,
    HandOver,
)
"""Every workflow there is; replays use the same list."""

GRACE = timedelta(seconds=6)
"""How long a stopping worker lets its activities finish; recording takes milliseconds, and an
interrupted one is done again elsewhere."""

_CACHED_WORKFLOWS = 5_000
_STICKY = timedelta(seconds=3)
"""A workflow whose worker died is taken up by another after so long (10 s by default)."""

_RECORDINGS_AT_ONCE = 48
_LETTERS_AT_ONCE = 16


def sandbox() -> SandboxedWorkflowRunner:
    """Return the sandbox of workflow code; our pure rooms are imported once, not per workflow.

    `tests/architecture` holds that they read no clock, no environment and no random number.
    """
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(
            "domain", "pydantic", "pydantic_core", "structlog", "workflows.ports"
        )
    )


def case_activities(desk: Desk) -> list[Callable[..., Any]]:
    """Return the activities that stand next to the ledger."""
    return [Recording(desk).record, Erasing(desk).erase, Figures(desk).freeze]


def notice_activities(desk: Desk, notifier: Notifier) -> list[Callable[..., Any]]:
    """Return the activities that talk with strangers."""
    telling = Telling(desk, AddressBook(desk), notifier)
    return [telling.tell, telling.ask]


def case_worker_options(grace: timedelta = GRACE) -> dict[str, Any]:
    """Return how the worker of cases is tuned; benchmarks give a bare workflow the same."""
    return {
        "max_cached_workflows": _CACHED_WORKFLOWS,
        "max_concurrent_workflow_tasks": 100,
        "max_concurrent_activities": _RECORDINGS_AT_ONCE,
        "workflow_task_poller_behavior": PollerBehaviorAutoscaling(
            minimum=2, initial=10, maximum=40
        ),
        "activity_task_poller_behavior": PollerBehaviorAutoscaling(
            minimum=2, initial=5, maximum=20
        ),
        "sticky_queue_schedule_to_start_timeout": _STICKY,
        "graceful_shutdown_timeout": grace,
    }


def workers(
    client: Client, desk: Desk, notifier: Notifier, *, grace: timedelta = GRACE
) -> list[Worker]:
    """Return the two workers of one process, not yet running."""
    return [
        Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=case_activities(desk),
            workflow_runner=sandbox(),
            **case_worker_options(grace),
        ),
        Worker(
            client,
            task_queue=NOTICE_QUEUE,
            activities=notice_activities(desk, notifier),
            max_concurrent_activities=_LETTERS_AT_ONCE,
            activity_task_poller_behavior=PollerBehaviorAutoscaling(
                minimum=1, initial=2, maximum=10
            ),
            graceful_shutdown_timeout=grace,
        ),
    ]


async def run_worker(
    settings: Settings,
    *,
    stop: asyncio.Event | None = None,
    serving: Callable[[], None] | None = None,
    grace: timedelta = GRACE,
) -> None:
    """Work for the settings' installation until *stop* is set; *serving* is called once it does.

    Activities under way get *grace* to finish. Raises `SettingsRefused`, `WeakSettings`,
    `LedgerUnavailable` or `TemporalUnreachable`.
    """
    stop = stop or asyncio.Event()
    notifier = notifier_for(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(notifier.close)
        client = await connect_with(settings)
        opened = stack.enter_context(
            books(settings.ledger_url, settings.vault_url, settings.key_path, settings.policy)
        )
        hands = workers(client, opened.desk, notifier, grace=grace)
        await work(hands, stop, serving)


async def work(
    hands: Sequence[Worker], stop: asyncio.Event, serving: Callable[[], None] | None = None
) -> None:
    """Let *hands* work until *stop* is set, or until one of them fails for good."""
    running = [asyncio.create_task(hand.run()) for hand in hands]
    told = asyncio.create_task(stop.wait())
    log.info("worker serves", hands=len(hands))
    if serving is not None:
        serving()
    try:
        await asyncio.wait([told, *running], return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        log.info("worker stops")
        await asyncio.gather(*[hand.shutdown() for hand in hands], return_exceptions=True)
        await asyncio.gather(*running)
