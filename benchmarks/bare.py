"""A bare workflow of the same shape as a clerk: an update, a turn, one empty ordinary activity.

Run as a process of its own beside our worker, with the same worker settings: what it costs is what
Temporal costs, and what we cost more is ours.
"""

import asyncio
import sys

from temporalio import activity
from temporalio.worker import Worker

from benchmarks.bare_workflow import Bare
from runtime.serving import case_worker_options, sandbox
from runtime.temporal import connect

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
        workflow_runner=sandbox(),
        **case_worker_options(),
    ):
        print("serving", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
