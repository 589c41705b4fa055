"""Trying again without losing patience: what clerks and conversations do when a step fails.

A fault in code or configuration is mended forward; until then nothing is given up and nobody
spins.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows.ports import TELL_ATTEMPTS

DoneT = TypeVar("DoneT")

DESK_TIMEOUT = timedelta(seconds=30)
DESK_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=3,
    maximum_interval=timedelta(minutes=1),
)
"""The desk is asked for as long as the ledger is away; the activity says when to stop."""

TELL_TIMEOUT = timedelta(minutes=2)
TELL_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=3,
    maximum_interval=timedelta(minutes=10),
    maximum_attempts=TELL_ATTEMPTS,
)
"""Telling gives up in the end: the last attempt records the failure instead of raising it."""

PAUSE_FIRST = timedelta(seconds=1)
PAUSE_LONGEST = timedelta(minutes=10)


async def persevere(step: Callable[[], Awaitable[DoneT]], what: str) -> DoneT:
    """Return what *step* gives, trying again after growing pauses when its activity fails."""
    pause = PAUSE_FIRST
    while True:
        try:
            return await step()
        except ActivityError as failure:
            if is_cancelled_exception(failure):
                raise
            workflow.logger.error("step failed, trying again", extra={"step": what})
        await workflow.sleep(pause)
        pause = min(pause * 2, PAUSE_LONGEST)
