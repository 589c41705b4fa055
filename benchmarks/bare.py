"""A bare workflow as engines of the usual kind are built: an update, a turn, one empty activity.

Run as a process of its own, with a worker tuned for throughput: what it costs is what Temporal
costs a command that travels through it.
"""

import asyncio
import sys
from datetime import timedelta

from temporalio import activity
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from benchmarks.bare_workflow import Bare
from runtime.temporal import connect
from worker import workflow_runner

QUEUE = "bare"


@activity.defn(name="empty")
async def empty(text: str) -> str:
    return text


async def serve(address: str) -> None:
    client = await connect(address)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Bare],
        activities=[empty],
        workflow_runner=workflow_runner(),
        max_cached_workflows=5_000,
        max_concurrent_workflow_tasks=100,
        max_concurrent_activities=48,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(minimum=2, initial=10, maximum=40),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(minimum=2, initial=5, maximum=20),
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=3),
    ):
        print("serving", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
