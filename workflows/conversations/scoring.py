"""Scoring (评分): the panel of a programme scores its applications.

1. *asked*: each reviewer who owes a score;
2. *reminded*: those left, at half time;
3. *closing*: with every score in, the authority that selects.

The limit is the case's own clock.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import SCORING, TalkStart


@workflow.defn(name=SCORING)
class Scoring(Conversation):
    """Gather the scores of a panel, then ask for the selection."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask each reviewer, remind once, then ask the authority; over with the selection."""
        await self.talk()
