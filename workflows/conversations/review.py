"""Review (双考核): both sides score each other on figures that are frozen first.

1. *opened*: the desk freezes the figures at one log position and opens the review on them;
2. *asked*: each unit of a side whose score is missing;
3. *reminded*: those still missing, at half time;
4. *closing*: with both scores, the authority that closes the review.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import REVIEW, TalkStart


@workflow.defn(name=REVIEW)
class Review(Conversation):
    """Bring a review from its frozen figures to both scores, and to whoever closes it."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Open the review, ask both sides, remind once, then ask the authority to close."""
        await self.talk()
