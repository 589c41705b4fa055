"""A resident's request to be erased (删除申请) until it is answered: who is told, and when.

Its rules and clocks are in `domain/registry/erasures.py` and `answering.py`; the resident and the
officer for personal information go straight to the ledger. Here is what takes time beside them.

**Clocks.** The answer's deadline by the pack, and a reminder ahead of it. One that was refused
waits until the resident asks again; one that was carried out is over.

**Told.** The officers for personal information at the place of the task it was asked by: that it
was asked, that the answer is due soon, that it is overdue.
"""

from temporalio import workflow

from workflows.clerk import Clerk
from workflows.ports import ERASURE_REQUEST, CaseStart, Standing


@workflow.defn(name=ERASURE_REQUEST)
class ErasureRequest(Clerk):
    """Stand by one resident's requests until they are erased."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> Standing:  # noqa: ARG002 - held since `__init__`
        """Ring its clocks and tell the officers; it holds no talks and sends no errands."""
        return await self.stand_by()
