"""Signing (签署): each party signs the co-building agreement, then it goes up for approval.

1. *asked*: every party that has not signed;
2. *reminded-1*, *reminded-2*, ...: those left, every day until the limit;
3. *submitted*: with the last signature the pairing is submitted for approval.

The limit is the case's own clock.
"""

from temporalio import workflow

from workflows.conversations.talking import Conversation
from workflows.ports import SIGNING, TalkStart


@workflow.defn(name=SIGNING)
class Signing(Conversation):
    """Gather the signatures of a pairing."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask each party, remind every day, submit for approval once all have signed."""
        await self.talk()
