"""A program that knows Temporal's port: a workflow that schedules anything, activities that lie."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

ANYTHING = "anything"


@workflow.defn(name=ANYTHING)
class Anything:
    """Schedules whichever activity it is told, on whichever queue, with whatever input."""

    @workflow.run
    async def run(self, asked: dict[str, Any]) -> Any:
        return await workflow.execute_activity(
            asked["activity"],
            asked["value"],
            task_queue=asked["queue"],
            start_to_close_timeout=timedelta(seconds=10),
            schedule_to_close_timeout=timedelta(seconds=15),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )


@activity.defn(name="tell")
async def told_nobody(request: dict[str, Any]) -> dict[str, int]:
    """Say that everybody was told."""
    del request
    return {"delivered": 99}


@activity.defn(name="take_step")
async def took_a_step(request: dict[str, Any]) -> dict[str, Any]:
    """Say that the talk is over."""
    del request
    return {"wanted": False}


def liars() -> list[Callable[..., Any]]:
    """Return activities that answer in our workers' place."""
    return [told_nobody, took_a_step]
