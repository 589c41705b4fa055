"""Hand-over (交接): when a pairing ends, every open task gets a successor who accepts it.

The limit is the case's own clock; here the successors are asked one by one, and the exit is
completed when no task is left without an owner.
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.conversations.matters import Exit
    from workflows.conversations.talking import Conversation
    from workflows.ports import HAND_OVER, TalkStart


DAILY = timedelta(days=1)
REMINDERS_MAX = 60


@workflow.defn(name=HAND_OVER)
class HandOver(Conversation):
    """Hand the open tasks of an ending pairing over, until none is left."""

    @workflow.init
    def __init__(self, start: TalkStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: TalkStart) -> None:  # noqa: ARG002 - held since `__init__`
        """Ask each successor for each task, remind every day, complete when nothing is left."""
        await self.ask_outstanding("asked", "hand_over_asked")
        for number in range(1, REMINDERS_MAX + 1):
            pause = min(DAILY, (self.matter(Exit).until - workflow.now()) / 2)
            later = workflow.now() + max(pause, timedelta(minutes=1))
            if not await self.wait(self.nothing_left, later) or self.nothing_left():
                break
            await self.ask_outstanding(f"reminded-{number}", "hand_over_reminded")
        if await self.wait(self.nothing_left):
            await self.report("completed", kind="complete_exit")
        await self.wait(lambda: False)

    async def ask_outstanding(self, step: str, template: str) -> None:
        """Ask each successor for each task it has not taken yet, one by one."""
        for left in self.matter(Exit).outstanding:
            number = left.task.partition("/")[2]
            await self.ask(f"{step}/{number}", left.unit, template, task=left.task)

    def nothing_left(self) -> bool:
        """Say whether every open task has its new owner."""
        return not self.matter(Exit).outstanding
