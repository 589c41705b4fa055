"""Verification (核验): the competent departments look at an application at the same time.

1. *asked*: every department whose items nobody has spoken of, all at once, with one answer date;
2. *reminded-1*, *reminded-2*, ...: those that are still silent, every day until the date;
3. *decide*: with every item spoken of, the lead is told to decide.

The limit is the case's own clock.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import VERIFICATION, TalkStart


@workflow.defn(name=VERIFICATION)
class Verification(Conversation):
    """Ask the departments for their verdicts until none is missing."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask all departments, remind the silent ones, tell the lead when all have spoken."""
        await self.talk()
