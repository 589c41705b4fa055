"""A programme (试点) from its draft to the next wave: who waits for whom.

Its rules and clocks are in `domain/programme`; people's commands go straight to the ledger. Here is
what takes time beside them, all of it derived from facts in `domain/programme/coordination.py`.

**Conversations.** While CALLING, a *call* (征集申报) asks every street office of the place, and
reminds those that have not applied at half time. While SELECTING, a *scoring* (评分) asks every
reviewer who owes a score, reminds once, and asks the authority to select once all scores are in.

**By the clock.** The call closes; every quarter the figures of the pilots are frozen, at night,
spread by the programme's id; the time of building ends and the assessment begins.

**Told.** The lead and the authority of what waits for them; the streets of the selection, of each
quarter's figures and of their own assessment.
"""

from temporalio import workflow

from workflows.clerk import Clerk
from workflows.ports import CALL, PROGRAMME, SCORING, CaseStart, Standing


@workflow.defn(name=PROGRAMME)
class Programme(Clerk):
    """Keep one programme moving until it is extended or ended."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Ring its clocks, tell people, hold its talks."""
        return await self.stand_by(CALL, SCORING)
