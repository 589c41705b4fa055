"""A support task (帮扶任务) from registration to the archive: who waits for whom, what follows.

Its rules and clocks are in `domain/task`; people's commands go straight to the ledger. Here is what
takes time beside them, all of it derived from facts in `domain/task/coordination.py` and
`domain/task/notices.py`.

**Conversations.** While a department the street whistled for is awaited, in any open state, a
*convening* (吹哨报到) calls it, and calls again at half time. From CALLBACK on, until every
resident has answered or the rating window closes, a *feedback round* (回访评价) asks them, reminds
them once, and has those called who said nothing.

**Told.** The handling unit: dispatch, warnings, cards, decisions about its requests. The street:
results, returns and requests that wait for it. Supervisor and adjudicator: red cards, disputes.
Residents: admission, who took it, every change of its time, and its end.

**In other cases.** A merged task sends its residents to its master; an erased resident's key is
destroyed; a task handed over tells nobody, for the pairing recorded it first.
"""

from temporalio import workflow

from workflows.clerk import Clerk
from workflows.ports import CONVENING, FEEDBACK_ROUND, SUPPORT_TASK, CaseStart, Standing


@workflow.defn(name=SUPPORT_TASK)
class SupportTask(Clerk):
    """Keep one support task moving until it is archived."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Ring its clocks, tell people, hold its talks; end when nothing is asked of anybody."""
        return await self.stand_by(CONVENING, FEEDBACK_ROUND)
