"""Reaching other workflows: begin one that outlives this one, or speak to one that is there."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from workflows.ports import TalkStart

TASK_TIMEOUT = timedelta(seconds=5)
"""How long a dead worker may hold a workflow task before another one takes it over."""


async def begin(
    kind: str, start: TalkStart, identity: str
) -> workflow.ChildWorkflowHandle[Any, Any] | None:
    """Start a conversation that outlives this run; None when one of that id is running already."""
    try:
        return await workflow.start_child_workflow(
            kind,
            start,
            id=identity,
            task_timeout=TASK_TIMEOUT,
            parent_close_policy=ParentClosePolicy.ABANDON,
        )
    except WorkflowAlreadyStartedError:
        return None


async def signalled(identity: str, name: str, *arguments: Any) -> bool:
    """Signal another workflow; say whether it was there to hear it."""
    try:
        await workflow.get_external_workflow_handle(identity).signal(name, args=list(arguments))
    except FailureError:
        return False
    return True
