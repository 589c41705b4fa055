"""The composition root of a worker process: settings → books → activities → Temporal workers.

Two workers in one process: clerks with what they ask of the desk, and notices, which are talk with
slow strangers and never in the way of clocks. `jiedui up` and `jiedui worker` run the same.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.worker import (
    PollerBehaviorAutoscaling,
    UnsandboxedWorkflowRunner,
    Worker,
    WorkflowRunner,
)

from activities.addresses import AddressBook
from activities.desk_work import DeskWork
from activities.notices import Channels
from activities.notifiers.choosing import channels_for
from activities.notifying import Telling
from desk.desk import Desk
from desk.opening import books
from ledger.database import ClockBehind, LedgerUnavailable, WeakSettings
from runtime.logging import configure_logging
from runtime.searching import searchable_by
from runtime.settings import Settings, SettingsRefused, load_settings
from runtime.temporal import TemporalUnreachable, connect_with
from workflows.conversations.call import Call
from workflows.conversations.convening import Convening
from workflows.conversations.feedback_round import FeedbackRound
from workflows.conversations.hand_over import HandOver
from workflows.conversations.provider_hand_over import ProviderHandOver
from workflows.conversations.review import Review
from workflows.conversations.scoring import Scoring
from workflows.conversations.signing import Signing
from workflows.conversations.verification import Verification
from workflows.erasure_request import ErasureRequest
from workflows.facility import Facility
from workflows.finding import Finding
from workflows.pairing import Pairing
from workflows.ports import NOTICE_QUEUE, SEARCH_ATTRIBUTES, TASK_QUEUE
from workflows.programme import Programme
from workflows.provider import Provider
from workflows.support_task import SupportTask

log = structlog.get_logger("worker")

WORKFLOWS: Sequence[type[Any]] = (
    SupportTask,
    Pairing,
    Facility,
    ErasureRequest,
    Finding,
    Provider,
    FeedbackRound,
    Convening,
    Signing,
    Review,
    HandOver,
    Programme,
    Call,
    Scoring,
    Verification,
    ProviderHandOver,
)
"""Every workflow there is; replays use the same list."""

GRACE = timedelta(seconds=6)
"""How long a stopping worker lets its activities finish; recording takes milliseconds, and an
interrupted one is done again elsewhere."""

_CACHED_WORKFLOWS = 5_000
_STICKY = timedelta(seconds=30)
"""How long a clerk waits for the worker that remembers it. In a crowd that takes longer than the
usual 10 s, and whoever takes it over reads its history; once a worker is gone for 10 s the server
does not wait for it any more."""

_CLERKS_AT_ONCE = 16
"""Workflow tasks taken at once: more than a machine can finish within their time-out would only
wait in the worker, time out there, and be done twice."""

_AT_THE_DESK_AT_ONCE = 16
_LETTERS_AT_ONCE = 16


def workflow_runner() -> WorkflowRunner:
    """Return what runs workflow code: without a sandbox, for workers and replays alike.

    The sandbox enters itself again for every payload and imports our files anew for every clerk: a
    third of a busy worker's time. What it would catch, `tests/architecture` reads in the code.
    """
    return UnsandboxedWorkflowRunner()


def clerk_activities(desk: Desk, *, searchable: bool = False) -> list[Callable[..., Any]]:
    """Return the activities that stand next to the ledger."""
    work = DeskWork(desk, searchable=searchable)
    return [work.look, work.ring, work.run_errand, work.listen]


def notice_activities(desk: Desk, channels: Channels) -> list[Callable[..., Any]]:
    """Return the activities that talk with strangers."""
    telling = Telling(desk, AddressBook(desk), channels)
    return [telling.tell, telling.take_step]


def workers(
    client: Client,
    desk: Desk,
    channels: Channels,
    *,
    grace: timedelta = GRACE,
    searchable: bool = False,
) -> list[Worker]:
    """Return the two workers of one process, not yet running.

    *searchable* says that the cluster knows the search attributes of `workflows/ports.py`.
    """
    return [
        Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=WORKFLOWS,
            activities=clerk_activities(desk, searchable=searchable),
            workflow_runner=workflow_runner(),
            max_cached_workflows=_CACHED_WORKFLOWS,
            max_concurrent_workflow_tasks=_CLERKS_AT_ONCE,
            max_concurrent_local_activities=_AT_THE_DESK_AT_ONCE,
            workflow_task_poller_behavior=PollerBehaviorAutoscaling(
                minimum=2, initial=4, maximum=8
            ),
            sticky_queue_schedule_to_start_timeout=_STICKY,
            graceful_shutdown_timeout=grace,
        ),
        Worker(
            client,
            task_queue=NOTICE_QUEUE,
            activities=notice_activities(desk, channels),
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
    channels = channels_for(settings)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(channels.close)
        client = await connect_with(settings)
        opened = stack.enter_context(
            books(settings.ledger_url, settings.vault_url, settings.key_path, settings.policy)
        )
        searchable = await searchable_by(client, SEARCH_ATTRIBUTES)
        hands = workers(client, opened.desk, channels, grace=grace, searchable=searchable)
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


def main() -> None:
    """Run a worker until SIGINT or SIGTERM; exit 2 when it could not begin."""
    os.umask(0o077)
    try:
        settings = load_settings()
        configure_logging(settings.log_level, settings.log_format)
        asyncio.run(_until_told_to_stop(settings))
    except (
        SettingsRefused,
        WeakSettings,
        ClockBehind,
        LedgerUnavailable,
        TemporalUnreachable,
    ) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


async def _until_told_to_stop(settings: Settings) -> None:
    stop = asyncio.Event()
    for told in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(told, stop.set)
    await run_worker(settings, stop=stop)
    await asyncio.sleep(0.1)  # A client that is dropped at exit may crash the interpreter.


if __name__ == "__main__":
    main()
