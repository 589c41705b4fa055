"""A call (征集申报): the street offices of a programme's place are asked to apply.

1. *asked*: every street office that has not applied, once the window is open;
2. *reminded*: those left, at half time.

The window closes by the case's own clock.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import CALL, TalkStart


@workflow.defn(name=CALL)
class Call(Conversation):
    """Call on the street offices of a programme until its window closes."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask every street, remind once; over when the window closes."""
        await self.talk()
