"""Replay histories on today's code: what an open workflow did before, it would still do.

Replays use the workflows, the sandbox, the converter and the interceptor of the worker, or they
would not be replays.
"""

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowReplayResult

from runtime.observing import CaseInLogs
from runtime.serving import WORKFLOWS, sandbox
from runtime.temporal import data_converter


def replayer() -> Replayer:
    """Return what replays any history of ours on the workflows of this version."""
    return Replayer(
        workflows=list(WORKFLOWS),
        data_converter=data_converter(),
        interceptors=[CaseInLogs()],
        workflow_runner=sandbox(),
    )


async def failure_of(history: WorkflowHistory, by: Replayer) -> str | None:
    """Replay *history*; return what went wrong as one line without personal data, None if nothing.

    The line names the kind of fault; Temporal's own words for a differing history are kept, they
    speak of event numbers and activity names only.
    """
    result: WorkflowReplayResult = await by.replay_workflow(history, raise_on_replay_failure=False)
    failure = result.replay_failure
    if failure is None:
        return None
    words = (str(failure).strip().splitlines() or [""])[0]
    told = words if "TMPRL1100" in words or "ondeterminis" in words else ""
    return f"{type(failure).__name__} {told}".strip()
