"""The bare workflow itself: an update, a turn, one empty ordinary activity, and nothing else."""

import asyncio
from datetime import timedelta

from temporalio import workflow


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
            result: str = await workflow.execute_activity(
                "empty", text, start_to_close_timeout=timedelta(seconds=10)
            )
            return result
