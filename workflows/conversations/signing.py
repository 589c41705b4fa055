"""Signing (签署): each party signs the co-building agreement, then it goes up for approval.

The limit is the case's own clock; here the parties are asked, reminded every day, and the pairing
is submitted when the last one has signed.
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.conversations.matters import Agreement
    from workflows.conversations.talking import Conversation
    from workflows.ports import SIGNING, TalkStart


DAILY = timedelta(days=1)
REMINDERS_MAX = 60


@workflow.defn(name=SIGNING)
class Signing(Conversation):
    """Gather the signatures of a pairing."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask each party, remind every day, submit for approval once all have signed."""
        await self.ask_outstanding("asked", "signature_asked")
        for number in range(1, REMINDERS_MAX + 1):
            pause = min(DAILY, (self.matter(Agreement).until - workflow.now()) / 2)
            later = workflow.now() + max(pause, timedelta(minutes=1))
            if not await self.wait(self.everybody_signed, later) or self.everybody_signed():
                break
            await self.ask_outstanding(f"reminded-{number}", "signature_reminded")
        if await self.wait(self.everybody_signed):
            await self.report("submitted", kind="submit_for_approval")
        await self.wait(lambda: False)

    async def ask_outstanding(self, step: str, template: str) -> None:
        """Ask each party that has not signed."""
        matter = self.matter(Agreement)
        for unit in matter.outstanding:
            await self.ask(step, unit, template, until=matter.until.isoformat())

    def everybody_signed(self) -> bool:
        """Say whether no signature is missing."""
        return not self.matter(Agreement).outstanding
