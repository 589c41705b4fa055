"""Begin a clerk again from the ledger, and record that it was begun again.

A run of a clerk may end otherwise than its case: terminated, failed, deleted, lost with Temporal's
database. The case goes on with a new run, and a fact tells which run it replaced; without that
fact the gap in Temporal's histories would stay a discrepancy for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from audit.reconcile.case_views import clerk_stream
from audit.reconcile.reconciling import Finding, RunStatus
from desk.casework import Asking
from desk.desk import Desk
from desk.gateway import WORKFLOWS
from domain.envelope import SYSTEM
from domain.oversight.words import DiscrepancyGround as Ground
from domain.refusals import CommandRefused
from domain.values import category_of
from ledger.store import LedgerUnavailable
from services.temporal_histories import clerk_now
from workflows import ports
from workflows.reaching import TASK_TIMEOUT

log = structlog.get_logger("watchdog")

BY_OPERATOR = "操作员由账本重建流程 rebuilt by an operator"
REASONS = {
    Ground.MISSING: "流程不存在，由账本重建 no workflow was there",
    Ground.TERMINATED: "流程被终止，由账本重建 the workflow was terminated",
    Ground.CLOSED_EARLY: "流程先于案卷结束，由账本重建 the workflow had ended",
}


@dataclass(frozen=True)
class Begun:
    """A clerk that was begun again: which run replaces which, and what had been found."""

    stream: str
    run: str
    run_before: str | None
    ground: Ground
    status: str


async def begin_clerk(client: Client, stream: str) -> Begun | None:
    """Begin the clerk of *stream* from the ledger; None where one is running.

    Raises `RPCError` while Temporal is away.
    """
    before = await clerk_now(client, stream)
    if before is not None and before.status is RunStatus.RUNNING:
        return None
    handle = await client.start_workflow(
        WORKFLOWS[category_of(stream)],
        ports.CaseStart(stream=stream),
        id=stream,
        task_queue=ports.TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        task_timeout=TASK_TIMEOUT,
    )
    run = handle.result_run_id
    assert run is not None
    if before is None:
        return Begun(stream, run, None, Ground.MISSING, "none")
    ground = Ground.TERMINATED if before.status is RunStatus.TERMINATED else Ground.CLOSED_EARLY
    return Begun(stream, run, before.run, ground, before.status.value.lower())


async def record_begun(desk: Desk, begun: Begun, reason: str | None = None) -> None:
    """Record that a clerk was begun again; without *reason* also what had been found before.

    A ledger that is away leaves the run unexplained: reconciling finds it then.
    """
    askings = []
    if reason is None:
        detail = None if begun.run_before is None else begun.status
        finding = Finding(begun.stream, begun.ground, begun.run_before, detail)
        askings.append(discrepancy(finding, begun.run))
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
    await _record(desk, begun.stream, askings)


async def record_finding(desk: Desk, finding: Finding, occasion: str) -> None:
    """Record a discrepancy; *occasion* tells one from a later one of the same kind."""
    assert finding.case is not None
    await _record(desk, finding.case, [discrepancy(finding, occasion)])


def discrepancy(finding: Finding, occasion: str) -> Asking:
    """Return the command that records *finding*, the same for everybody who finds it."""
    name = "/".join(("found", finding.ground, finding.run or occasion, finding.detail or "-"))
    return _asking(
        name,
        kind="record_discrepancy",
        case=finding.case,
        ground=finding.ground.value,
        run=finding.run,
        detail=finding.detail,
    )


def _asking(command_id: str, **command: Any) -> Asking:
    return Asking(command_id, SYSTEM, command)


async def _record(desk: Desk, case: str, askings: Sequence[Asking]) -> None:
    try:
        handled = await desk.record(clerk_stream(case), 0, datetime.now(UTC), askings)
    except LedgerUnavailable:
        log.warning("not recorded: the ledger is away", case=case)
        return
    for answer in handled.answers:
        if isinstance(answer, CommandRefused):
            log.warning("not recorded", case=case, rule=answer.rule)
