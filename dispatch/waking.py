"""Wake-ups and beginnings: a signal without content, to a clerk that is begun where there is none.

A run of a clerk may end otherwise than its case: terminated, failed, deleted, lost with Temporal's
database. The case goes on with a new run, and a fact tells which run it replaced; without that
fact the gap in Temporal's histories would stay a discrepancy for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from desk.casework import Asking
from desk.desk import Desk
from domain.envelope import SYSTEM
from domain.oversight.case import clerk_stream
from domain.oversight.words import DiscrepancyGround as Ground
from domain.refusals import CommandRefused
from domain.values import category_of
from ledger.database import LedgerUnavailable
from runtime.temporal import is_outage
from workflows.ports import CLERK_OF, TASK_QUEUE, WAKE, CaseStart

log = structlog.get_logger("dispatcher")

TASK_TIMEOUT = timedelta(seconds=10)
"""How long a dead worker may hold a workflow task before another one takes it over."""

QUEUES_OF_BEFORE = ("jiedui-cases",)
"""Task queues of releases whose clerks took commands; theirs are ended, and begun again."""

BY_OPERATOR = "操作员由账本重建流程 rebuilt by an operator"
BY_RELEASE = "新版程序接手，由账本重建流程 a newer release took over"
REASONS = {
    Ground.MISSING: "流程不存在，由账本重建 no workflow was there",
    Ground.TERMINATED: "流程被终止，由账本重建 the workflow was terminated",
    Ground.CLOSED_EARLY: "流程先于案卷结束，由账本重建 the workflow had ended",
}


async def wake(client: Client, stream: str, position: int) -> None:
    """Have the clerk of *stream* look at the ledger up to *position* at least, begun if need be.

    Raises `RPCError` while Temporal is away.
    """
    await client.start_workflow(
        CLERK_OF[category_of(stream)],
        CaseStart(stream=stream),
        id=stream,
        task_queue=TASK_QUEUE,
        start_signal=WAKE,
        start_signal_args=[position],
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        task_timeout=TASK_TIMEOUT,
    )


async def clerks_waiting(client: Client) -> int:
    """Return about how many clerks Temporal holds for a worker to come; raise `RPCError`."""
    question = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        report_stats=True,
    )
    told = await client.workflow_service.describe_task_queue(question)
    return int(told.stats.approximate_backlog_count)


async def running_clerks(client: Client) -> set[str]:
    """Return the ids of all running clerks, as Temporal's visibility has them."""
    types = " OR ".join(f'WorkflowType = "{name}"' for name in CLERK_OF.values())
    query = f'ExecutionStatus = "Running" AND ({types})'
    return {found.id async for found in client.list_workflows(query)}


async def retire_clerks_of_before(client: Client) -> set[str]:
    """End what an older release left running; return the cases whose clerks must be begun again."""
    cases: set[str] = set()
    for queue in QUEUES_OF_BEFORE:
        query = f'ExecutionStatus = "Running" AND TaskQueue = "{queue}"'
        for found in [one async for one in client.list_workflows(query)]:
            handle = client.get_workflow_handle(found.id, run_id=found.run_id)
            await handle.terminate(reason=BY_RELEASE)
            if found.workflow_type in CLERK_OF.values():
                cases.add(found.id)
    return cases


@dataclass(frozen=True)
class Begun:
    """A clerk that was begun again: which run replaces which, and what had been found."""

    stream: str
    run: str
    run_before: str | None
    ground: Ground
    status: str


async def begin_again(
    client: Client, desk: Desk, stream: str, *, reason: str | None = None
) -> bool:
    """Begin the clerk of *stream* from the ledger and record that; False where one is running.

    Recorded as rebuilt for *reason*; without one, what was found missing or ended is recorded too.
    """
    before = await _newest(client, stream)
    if before is not None and before.status is WorkflowExecutionStatus.RUNNING:
        return False
    await wake(client, stream, -1)
    now = await _newest(client, stream)
    if now is None or (before is not None and now.run_id == before.run_id):
        return False
    if before is None:
        begun = Begun(stream, now.run_id, None, Ground.MISSING, "none")
    else:
        assert before.status is not None
        terminated = before.status is WorkflowExecutionStatus.TERMINATED
        ground = Ground.TERMINATED if terminated else Ground.CLOSED_EARLY
        begun = Begun(stream, now.run_id, before.run_id, ground, before.status.name.lower())
    await _record_begun(desk, begun, reason)
    return True


async def _newest(client: Client, stream: str) -> WorkflowExecution | None:
    try:
        return await client.get_workflow_handle(stream).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and not is_outage(error):
            return None
        raise


async def _record_begun(desk: Desk, begun: Begun, reason: str | None) -> None:
    """A ledger that is away leaves the run unexplained: reconciling finds it then."""
    askings: list[Asking] = []
    if reason is None:
        detail = None if begun.run_before is None else begun.status
        askings.append(discrepancy(begun.stream, begun.ground, begun.run_before, detail, begun.run))
    askings.append(
        _asking(
            f"rebuilt/{begun.run}",
            kind="record_rebuild",
            case=begun.stream,
            run_before=begun.run_before,
            run=begun.run,
            reason=reason or REASONS[begun.ground],
        )
    )
    await record_about_clerk(desk, begun.stream, askings)


def discrepancy(
    case: str, ground: Ground, run: str | None, detail: str | None, occasion: str
) -> Asking:
    """Return the command that records a discrepancy, the same for everybody who finds it.

    *occasion* tells one from a later one of the same kind.
    """
    return _asking(
        "/".join(("found", ground, run or occasion, detail or "-")),
        kind="record_discrepancy",
        case=case,
        ground=ground.value,
        run=run,
        detail=detail,
    )


def _asking(command_id: str, **command: Any) -> Asking:
    return Asking(command_id, SYSTEM, command)


async def record_about_clerk(desk: Desk, case: str, askings: Sequence[Asking]) -> None:
    """Record what was found of a case's clerk, on the clerk's own stream."""
    try:
        handled = await desk.record(clerk_stream(case), askings)
    except LedgerUnavailable:
        log.warning("not recorded: the ledger is away", case=case)
        return
    for answer in handled.answers:
        if isinstance(answer, CommandRefused):
            log.warning("not recorded", case=case, rule=answer.rule)
