"""A bare workflow of the same shape as a clerk: an update, a turn, one empty ordinary activity.

Run as a process of its own beside our worker, with the same worker settings: what it costs is what
Temporal costs, and what we cost more is ours.
"""

import asyncio
import sys
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.worker import Worker

from runtime.serving import case_worker_options, sandbox
from runtime.temporal import connect

QUEUE = "bare"


@activity.defn(name="empty")
async def empty(text: str) -> str:
    return text


@workflow.defn(name="bare")
class Bare:
    @workflow.init
    def __init__(self) -> None:
        self.turn = asyncio.Lock()

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.update(name="submit")
    async def submit(self, text: str) -> str:
        async with self.turn:
            return await workflow.execute_activity(
                empty, text, start_to_close_timeout=timedelta(seconds=10)
            )


async def serve(address: str) -> None:
    client = await connect(address)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[Bare],
        activities=[empty],
        workflow_runner=sandbox(),
        **case_worker_options(),
    ):
        print("serving", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
