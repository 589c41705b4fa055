"""Temporal's histories: which runs there are, what each one tells, and its one form as a file.

A history is evidence only as long as it is kept: whoever steers Temporal can end, reset or delete
a workflow, and its retention ends. What is read here becomes values for
`audit/reconcile/reconciling.py`, and files for `services/histories.py`.
"""

import gzip
import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.service import RPCError, RPCStatusCode

from audit.reconcile.reconciling import HistoryTold, Run, RunStatus, Seen
from runtime.temporal import is_outage
from workflows import ports

KINDS = (
    *ports.CLERK_OF.values(),
    ports.FEEDBACK_ROUND,
    ports.CONVENING,
    ports.SIGNING,
    ports.REVIEW,
    ports.HAND_OVER,
    ports.CALL,
    ports.SCORING,
    ports.VERIFICATION,
    ports.PROVIDER_HAND_OVER,
)
"""Every kind of workflow: clerks and their conversations."""

_CLERKS = tuple(ports.CLERK_OF.values())
_MARKED = EventType.EVENT_TYPE_MARKER_RECORDED
_LOCAL_ACTIVITY = "core_local_activity"
"""The marker Temporal's SDK leaves for a local activity; what a clerk asks the desk is one."""

_TASK_FAILED = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
_BY_RESET = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW
_ENDED = frozenset(
    (
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    )
)


# -- which runs there are --------------------------------------------------------------------


async def runs(
    client: Client,
    *,
    kinds: Iterable[str] = _CLERKS,
    closed_since: datetime | None = None,
    only: str | None = None,
) -> AsyncIterator[WorkflowExecution]:
    """Yield the runs of workflows of *kinds*, as Temporal's visibility has them.

    *only* is one of `running` and `closed`; *closed_since* leaves out what ended before it.
    Visibility is told a moment after the fact; `clerk_now` asks the workflow itself.
    """
    conditions = ["(" + " OR ".join(f'WorkflowType = "{kind}"' for kind in kinds) + ")"]
    if only == "running":
        conditions.append('ExecutionStatus = "Running"')
    elif only == "closed":
        conditions.append('ExecutionStatus != "Running"')
    if closed_since is not None:
        moment = closed_since.astimezone(UTC).isoformat(timespec="milliseconds")
        conditions.append(f'CloseTime > "{moment.replace("+00:00", "Z")}"')
    async for found in client.list_workflows(" AND ".join(conditions)):
        yield found


async def runs_of(client: Client, workflow: str) -> list[Run]:
    """Return every run of the clerk *workflow*, oldest first; the newest is asked itself."""
    found = {
        one.run_id: run_of(one) async for one in client.list_workflows(f'WorkflowId = "{workflow}"')
    }
    newest = await clerk_now(client, workflow)
    if newest is not None:
        found[newest.run] = newest
    return in_time(found.values())


async def clerk_now(client: Client, workflow: str) -> Run | None:
    """Return the newest run of *workflow*, None where Temporal knows none.

    Raises `RPCError` while Temporal is away, which is never "none".
    """
    try:
        return run_of(await client.get_workflow_handle(workflow).describe())
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and not is_outage(error):
            return None
        raise


def run_of(execution: WorkflowExecution) -> Run:
    """Return a listed or described execution as a run."""
    assert execution.status is not None
    return Run(
        execution.id, execution.run_id, RunStatus(execution.status.name), execution.start_time
    )


def in_time(found: Iterable[Run]) -> list[Run]:
    """Return *found*, oldest first; of several begun at once the running one last."""
    return sorted(found, key=lambda run: (run.begun, run.status is RunStatus.RUNNING, run.run))


# -- what a run tells ------------------------------------------------------------------------


async def fetched(client: Client, workflow: str, run: str) -> WorkflowHistory | None:
    """Return the history of one run, None where Temporal has it no more."""
    try:
        return await client.get_workflow_handle(workflow, run_id=run).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND and not is_outage(error):
            return None
        raise


async def told_by(history: WorkflowHistory, run: str, converter: DataConverter) -> HistoryTold:
    """Return what the history of a clerk's run tells: what it saw whenever it looked."""
    reader = _Telling(converter)
    for event in history.events:
        await reader.hear(event)
    return HistoryTold(
        stream=history.workflow_id,
        run=run,
        begun=_instant(history.events[0]),
        seen=tuple(dict.fromkeys(reader.seen)),
        knew=max((seen.version for seen in reader.seen), default=0),
        clock=reader.clock,
        reset_of=reader.reset_of if reader.reset_of != run else None,
        running=history.events[-1].event_type not in _ENDED,
    )


class _Telling:
    """Listens to the events of one history in their order."""

    def __init__(self, converter: DataConverter) -> None:
        self._converter = converter
        self.seen: list[Seen] = []
        self.clock: datetime | None = None
        self.reset_of: str | None = None

    async def hear(self, event: HistoryEvent) -> None:
        if event.event_type == _MARKED:
            marker = event.marker_recorded_event_attributes
            if marker.marker_name == _LOCAL_ACTIVITY and "result" in marker.details:
                for value in await self._values(marker.details["result"].payloads):
                    self._looked(value)
        elif event.event_type == _TASK_FAILED:
            failed = event.workflow_task_failed_event_attributes
            if failed.cause == _BY_RESET:
                self.reset_of = failed.base_run_id

    def _looked(self, value: Any) -> None:
        """Only a look answers with a version and the hash that stood there."""
        if not isinstance(value, dict) or not {"version", "head", "next_clock"} <= value.keys():
            return
        standing = ports.Standing.model_validate(value)
        if standing.version:
            self.seen.append(Seen(standing.version, standing.head))
        self.clock = None if standing.next_clock is None else standing.next_clock.due

    async def _values(self, payloads: Sequence[Any]) -> list[Any]:
        return await self._converter.decode(payloads) if payloads else []


def _instant(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(tzinfo=UTC)


# -- a history as a file ---------------------------------------------------------------------


@dataclass(frozen=True)
class Packed:
    """A history as a file: the same history always gives the same bytes."""

    data: bytes
    digest: str
    events: int


def packed(history: WorkflowHistory) -> Packed:
    """Return *history* as canonical JSON (sorted keys, no blanks, UTF-8), gzipped without a date.

    *digest* is the SHA-256 of the file's bytes, in hexadecimal: what `sha256sum` prints.
    """
    data = gzip.compress(_canonical(history), compresslevel=9, mtime=0)
    return Packed(data, hashlib.sha256(data).hexdigest(), len(history.events))


def tells_the_same(data: bytes, history: WorkflowHistory) -> bool:
    """Say whether the sealed file *data* tells what *history* tells, however it was compressed."""
    try:
        return gzip.decompress(data) == _canonical(history)
    except (OSError, EOFError, ValueError):
        return False


def unpacked(workflow: str, data: bytes) -> WorkflowHistory:
    """Return the history in the sealed file *data*; raise `ValueError` where it holds none."""
    try:
        return WorkflowHistory.from_json(workflow, gzip.decompress(data).decode("utf-8"))
    except (OSError, EOFError, ValueError, TypeError, KeyError) as problem:
        raise ValueError(f"no history in this file ({type(problem).__name__})") from None


def file_of(folder: Path, case: str, run: str) -> Path:
    """Return where the history of *run* of the case is kept: `<uuid of the case>/<run>.json.gz`."""
    return folder / case.split("/")[1] / f"{run}.json.gz"


def _canonical(history: WorkflowHistory) -> bytes:
    told = json.dumps(
        history.to_json_dict(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return told.encode("utf-8")
