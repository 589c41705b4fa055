"""A provider (服务机构) from its first application on: who waits for whom.

Its rules and clocks are in `domain/provider`; people's commands go straight to the ledger. Here is
what takes time beside them, all of it derived from facts in `domain/provider/coordination.py`. A
body's case is never over: whoever was refused, lapsed or left may apply again.

**Conversations.** While VERIFYING, a *verification* (核验) asks every competent department for its
items at the same time, with one answer date, reminds every day, and tells the lead once all have
spoken. While EXITING, a *provider hand-over* (服务移交) tells, for every function and open task
that no successor accepted yet, the department that looks after the provider, every day, and
completes the exit when nothing is left.

**Clocks.** Limits of the pack; the end of the admission and of each licence with the days before
them; the quarter, whose grade is computed in the night after from figures frozen then.

**Told.** The lead, and the office that applied for it, of what was decided, rated, warned,
suspended, ended, and of limits missed.

**In other cases.** Each task or function a successor accepted is told who serves it from now on.
"""

from temporalio import workflow

from workflows.clerk import Clerk
from workflows.ports import PROVIDER, PROVIDER_HAND_OVER, VERIFICATION, CaseStart, Standing


@workflow.defn(name=PROVIDER)
class Provider(Clerk):
    """Keep one provider's case moving, as long as there is a ledger."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Ring its clocks, tell whose turn it is, hold its talks, send out its errands."""
        return await self.stand_by(VERIFICATION, PROVIDER_HAND_OVER)
