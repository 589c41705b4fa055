"""A support task, from registration to the archive.

Its rules and clocks are in `domain/task`; here is only who waits for whom.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.clerk import Clerk
    from workflows.ports import CONVENING, FEEDBACK_ROUND, SUPPORT_TASK, CaseStart, Standing


@workflow.defn(name=SUPPORT_TASK)
class SupportTask(Clerk):
    """Keep one support task moving until it is archived.

    Units and residents speak through `submit`; departments that were called and residents who are
    asked for feedback speak through conversations; a merged task sends its residents to its
    master, an erasure goes to the vault.
    """

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Wait for the next limit, ring it, tell people; end when nothing is asked of anybody."""
        await self.open_the_book()
        self.at_the_same_time(
            self.hold_talks(CONVENING, FEEDBACK_ROUND),
            self.take_reports(),
            self.run_errands(),
            self.tell_people(),
            self.catch_up(),
            self.roll_over_when_long(),
        )
        await self.ring_clocks()
        return self.close_the_book()
