"""What every conversation does: take each step the case asks for when its instant has come.

Which steps there are, whom they ask, when they may be taken and what they record follows from the
case's facts (`talks` in `domain/*/coordination.py`) and is derived anew for every step; a talk only
keeps the time between them. A talk that is lost is begun again where it was.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from temporalio import workflow

from workflows.persevering import (
    DESK_RETRY,
    DESK_TIMEOUT,
    PAUSE_FIRST,
    PAUSE_LONGEST,
    TELL_RETRY,
    TELL_TIMEOUT,
    persevere,
)
from workflows.ports import (
    LISTEN,
    NOTICE_QUEUE,
    TAKE_STEP,
    WAKE,
    NextStep,
    StepRequest,
    TalkStanding,
    TalkStart,
)


class Conversation:
    """One talk of one case with the outside."""

    def __init__(self, start: TalkStart) -> None:
        self.start = start
        self.woken = False

    @workflow.signal(name=WAKE)
    def wake(self, version: int) -> None:  # noqa: ARG002 - for whoever reads the history
        """Listen to the case again: it has more to ask, or nothing any more."""
        self.woken = True

    async def talk(self) -> None:
        """Take one step after the other until the case asks for no more."""
        standing = await self.listen()
        pause = PAUSE_FIRST
        while standing.wanted:
            step = standing.next_step
            if step is None or step.at > workflow.now():
                await self.wait(step)
                standing = await self.listen()
                continue
            standing = await self.take(step)
            if standing.next_step != step:
                pause = PAUSE_FIRST
                continue
            await workflow.sleep(pause)  # The ledger's clock, which decides, is behind this one.
            pause = min(pause * 2, PAUSE_LONGEST)

    async def listen(self) -> TalkStanding:
        """Ask whether the case still wants this talk, and for what next."""
        self.woken = False
        return await persevere(self._listen, LISTEN)

    async def _listen(self) -> TalkStanding:
        standing: TalkStanding = await workflow.execute_local_activity(
            LISTEN,
            self.start,
            result_type=TalkStanding,
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRY,
            local_retry_threshold=timedelta(seconds=2),
        )
        return standing

    async def take(self, step: NextStep) -> TalkStanding:
        """Have the step taken: people are asked, then the case has its record of it."""
        request = StepRequest(stream=self.start.stream, key=self.start.key, step=step.name)
        return await persevere(partial(self._take, request), TAKE_STEP)

    async def _take(self, request: StepRequest) -> Any:
        return await workflow.execute_activity(
            TAKE_STEP,
            request,
            task_queue=NOTICE_QUEUE,
            result_type=TalkStanding,
            start_to_close_timeout=TELL_TIMEOUT,
            retry_policy=TELL_RETRY,
        )

    async def wait(self, step: NextStep | None) -> None:
        """Wait for the instant of the next step, or until the case has something else."""
        left = None if step is None else max(step.at - workflow.now(), timedelta(0))
        summary = None if step is None else step.name
        try:
            await workflow.wait_condition(lambda: self.woken, timeout=left, timeout_summary=summary)
        except TimeoutError:
            return
