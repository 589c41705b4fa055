"""A finding (台账问题) from the check-up until it cannot be opened again: who waits for whom.

Its rules and clocks are in `domain/finding`; people's commands go straight to the ledger. Here is
what takes time beside them, all of it derived from facts in `domain/finding/coordination.py`.

**Clocks.** OPEN waits for the street to adopt, then for the lead to plan; PLANNED and IN_REMEDY
run to the target date, VERIFYING to the verification; half a year after the last measuring the
community is reminded; a year after striking off the entry is closed for good.

**Told.** The street of what was recorded, reopened and is to be verified; the lead of what it is
given and what comes back; whoever is waited for, of limits missed.

**In other cases.** Each task and facility a plan names is told that the finding leans on it. From
then on they tell the finding where they stand; the first that begins begins the remedy.
"""

from temporalio import workflow

from workflows.clerk import Clerk
from workflows.ports import FINDING, CaseStart, Standing


@workflow.defn(name=FINDING)
class Finding(Clerk):
    """Keep one finding moving until it is over."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Ring its clocks, tell whose turn it is, send out its errands; it holds no talks."""
        return await self.stand_by()
