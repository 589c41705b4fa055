"""A facility (嵌入式服务设施) from the proposal to the day it is closed: who waits for whom.

Its rules and clocks are in `domain/facility`; people's commands go straight to the ledger. Here is
what takes time beside them, all of it derived from facts in `domain/facility/coordination.py`.

**Waits.** PROPOSED for the authority, APPROVED and BUILDING for the lead's next milestone,
ACCEPTING for the keys of lead and street, READY for operators and the street, OPEN for the monthly
report of its operators and the ends of their terms, SUSPENDED for an inspection. Each wait has its
clock; a limit that passes is recorded once, and lead and street are told.

**In other cases.** The site is reserved with the proposal, used from the first milestone on, given
back when the facility is dropped or closed. Every finding it answers hears how far it has come.
"""

from temporalio import workflow

from workflows.clerk import Clerk
from workflows.ports import FACILITY, CaseStart, Standing


@workflow.defn(name=FACILITY)
class Facility(Clerk):
    """Keep one facility moving until it is closed or dropped."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Ring its clocks, tell lead and street, send out its errands."""
        return await self.stand_by()
