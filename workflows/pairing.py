"""A pairing (结对) from the first draft until its last task has an owner: who waits for whom.

Its rules and clocks are in `domain/pairing`; people's commands go straight to the ledger. Here is
what takes time beside them, all of it derived from facts in `domain/pairing/coordination.py`.

**Conversations.** While NEGOTIATING, a *signing* (签署) asks every party that has not signed, every
day, and submits the agreement with the last signature. From the day a review falls due until it is
scored, a *review* (双考核) opens it on figures the desk freezes, and asks each side for its score.
While TERMINATING, a *hand-over* (交接) asks every successor for every open task, and completes the
exit when none is left without an owner.

**Told.** Every party of what was proposed, answered, approved, adjusted, suspended, reviewed or
ended; the approving authority of what waits for it and of limits missed.

**In other cases.** Approval registers one support task for each claimed project; a replaced party's
and a leaving party's tasks are taken over by their successors.
"""

from temporalio import workflow

from workflows.clerk import Clerk
from workflows.ports import HAND_OVER, PAIRING, REVIEW, SIGNING, CaseStart, Standing


@workflow.defn(name=PAIRING)
class Pairing(Clerk):
    """Keep one pairing moving until it has ended or expired."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Ring its clocks, tell the parties, hold its talks, send out its errands."""
        return await self.stand_by(SIGNING, REVIEW, HAND_OVER)
