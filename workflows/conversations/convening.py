"""Convening (吹哨报到): several departments are called to one place at once.

1. *called*: every department that is awaited, as soon as the whistle is blown;
2. *reminded*: those still awaited, when half the time has gone.

Arrival is recorded by the street; absence by the case's own clock.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import CONVENING, TalkStart


@workflow.defn(name=CONVENING)
class Convening(Conversation):
    """Call the departments a street whistled for until all have come or their time is up."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Call everybody at once, remind once; over when each is present or absent."""
        await self.talk()
