"""The feedback round (回访评价): residents are asked whether it helped.

1. *asked*: each resident who has not answered, by the channel they chose (SMS or link);
2. *reminded*: once, when the pack's time to remind has come;
3. *listed*: half the rest of the window later the task stands on the callback list. Residents who
   answer to a call or a visit only are listed at once.

Silence stays silence; the rating window is the case's own clock.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import FEEDBACK_ROUND, TalkStart


@workflow.defn(name=FEEDBACK_ROUND)
class FeedbackRound(Conversation):
    """Ask the residents of a finished task for their word, once more, and then have them called."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask, remind, have them called; over when all have answered or the window closes."""
        await self.talk()
