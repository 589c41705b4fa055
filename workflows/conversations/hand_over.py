"""Hand-over (交接): when a pairing ends, every open task gets a successor who accepts it.

1. *asked*: each successor, for each task it has not taken;
2. *reminded-1*, *reminded-2*, ...: the same for those left, every day until the limit;
3. *completed*: with no task left without an owner, the exit is complete.

The limit is the case's own clock.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import HAND_OVER, TalkStart


@workflow.defn(name=HAND_OVER)
class HandOver(Conversation):
    """Hand the open tasks of an ending pairing over, until none is left."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask each successor for each task, remind every day, complete when nothing is left."""
        await self.talk()
