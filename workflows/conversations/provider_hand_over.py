"""Provider hand-over (服务移交): what a leaving provider serves goes to successors, one by one.

1. *asked*: the department that looks after it, for each service nobody accepted yet;
2. *reminded-1*, *reminded-2*, ...: the same for those left, every day until the limit;
3. *completed*: with nothing left, and no appeal open, the exit is complete.

The limit is the case's own clock.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import PROVIDER_HAND_OVER, TalkStart


@workflow.defn(name=PROVIDER_HAND_OVER)
class ProviderHandOver(Conversation):
    """See that every service of a leaving provider is accepted, until none is left."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Tell of each service, remind every day, complete when nothing is left."""
        await self.talk()
