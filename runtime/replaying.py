"""Replay histories on today's code: what an open workflow did before, it would still do.

Replays use the workflows, the runner, the converter and the interceptor of the worker, or they
would not be replays.
"""

from collections.abc import Sequence
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowReplayResult, WorkflowRunner

from runtime.observing import CaseInLogs
from runtime.temporal import data_converter


def replayer(workflows: Sequence[type[Any]], runner: WorkflowRunner) -> Replayer:
    """Return what replays any history of *workflows* as their worker runs them, by *runner*."""
    return Replayer(
        workflows=list(workflows),
        data_converter=data_converter(),
        interceptors=[CaseInLogs()],
        workflow_runner=runner,
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
