"""A pairing, from the first draft until its last task has an owner elsewhere.

Its rules and clocks are in `domain/pairing`; here is only who waits for whom.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.clerk import Clerk
    from workflows.ports import HAND_OVER, PAIRING, REVIEW, SIGNING, CaseStart, Standing


@workflow.defn(name=PAIRING)
class Pairing(Clerk):
    """Keep one pairing moving until it has ended or expired.

    The parties speak through `submit`; signing, review and hand-over are conversations. Errands
    begin a support task for each claimed project item, and give open tasks to their successors.
    """

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Wait for the next limit, ring it, start what was claimed; end with no task left over."""
        await self.open_the_book()
        self.at_the_same_time(
            self.hold_talks(SIGNING, REVIEW, HAND_OVER),
            self.take_reports(),
            self.run_errands(),
            self.tell_people(),
            self.catch_up(),
            self.roll_over_when_long(),
        )
        await self.ring_clocks()
        return self.close_the_book()
