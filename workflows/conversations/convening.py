"""Convening (吹哨报到): several departments are called to one place at once.

Arrival is recorded by the street; absence by the case's own clock. Here they are called, and
called again when half the time has gone.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.conversations.matters import Whistle
    from workflows.conversations.talking import Conversation, halfway
    from workflows.ports import CONVENING, TalkStart


@workflow.defn(name=CONVENING)
class Convening(Conversation):
    """Call the departments a street whistled for until all have come or their time is up."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Call everybody at once, remind once, and end when each is present or absent."""
        matter = self.matter(Whistle)
        await self.call("called", "whistle_called")
        if await self.wait(self.everybody_settled, halfway(matter.until)):
            await self.call("reminded", "whistle_reminded")
        await self.wait(self.everybody_settled)

    async def call(self, step: str, template: str) -> None:
        """Tell each department that is still awaited, one right after the other."""
        matter = self.matter(Whistle)
        values = {"number": str(matter.number), "until": matter.until.isoformat()}
        if matter.place is not None:
            values["place"] = matter.place
        for unit in matter.outstanding:
            await self.ask(step, unit, template, **values)

    def everybody_settled(self) -> bool:
        """Say whether each department is present or was found absent."""
        return not self.matter(Whistle).outstanding
