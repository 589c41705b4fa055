"""The feedback round (回访评价): residents are asked whether it helped.

Asked by the resident's own channel, reminded once, then put on the callback list; silence stays
silence. The rating window is the case's own clock.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.conversations.matters import Round
    from workflows.conversations.talking import Conversation, halfway
    from workflows.ports import FEEDBACK_ROUND, TalkStart


BY_THEMSELVES = frozenset({"SMS", "LINK"})
"""Channels by which a resident can answer without being called or visited."""


@workflow.defn(name=FEEDBACK_ROUND)
class FeedbackRound(Conversation):
    """Ask the residents of a finished task for their word, once more, and then have them called."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask, remind, have them called; give up politely when the window closes."""
        matter = self.matter(Round)
        if matter.channel in BY_THEMSELVES and matter.outstanding:
            await self.ask_for_feedback(matter)
            if await self.wait(self.everybody_answered, matter.remind_at or halfway(matter.until)):
                await self.remind()
            await self.wait(self.everybody_answered, halfway(matter.until))
        if not self.over and not self.everybody_answered():
            await self.list_for_callback()
        await self.wait(self.everybody_answered, matter.until)

    async def ask_for_feedback(self, matter: Round) -> None:
        """Ask each resident by the channel they chose, and note that it was done."""
        if matter.asked:
            return
        for resident in matter.outstanding:
            await self.ask("asked", resident, "feedback_asked", round=str(matter.round))
        await self.report("asked", kind="ask_feedback", round=matter.round, channel=matter.channel)

    async def remind(self) -> None:
        """Remind those who have not answered, once."""
        matter = self.matter(Round)
        if matter.reminded or not matter.outstanding:
            return
        for resident in matter.outstanding:
            await self.ask("reminded", resident, "feedback_reminded", round=str(matter.round))
        await self.report("reminded", kind="remind_feedback", round=matter.round)

    async def list_for_callback(self) -> None:
        """Have somebody call those who gave no answer."""
        matter = self.matter(Round)
        if not matter.listed:
            await self.report("listed", kind="list_for_callback", round=matter.round)

    def everybody_answered(self) -> bool:
        """Say whether nobody is left to answer."""
        return not self.matter(Round).outstanding
