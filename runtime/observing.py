"""Which case, workflow and command a log line belongs to: bound once, for workers and clients.

Bound by an interceptor, so that no line forgets it; workflow code logs through `workflow.logger`,
which is silent on replay.
"""

from typing import Any

from structlog.contextvars import bind_contextvars, clear_contextvars
from temporalio import activity, client, worker, workflow

# The ids are bound below, so the SDK need not write them into every sentence.
workflow.logger.workflow_info_on_message = False
activity.logger.activity_info_on_message = False


class CaseInLogs(client.Interceptor, worker.Interceptor):
    """Binds case, workflow, activity and command ids to every log line written under them."""

    def intercept_activity(
        self,
        next: worker.ActivityInboundInterceptor,  # noqa: A002 - the signature is temporalio's
    ) -> worker.ActivityInboundInterceptor:
        """Bind before the activity runs."""
        return _Activities(next)

    def workflow_interceptor_class(
        self,
        input: worker.WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - the same
    ) -> type[worker.WorkflowInboundInterceptor]:
        """Bind before each handler: every one runs in a context of its own."""
        return _Workflows


class _Activities(worker.ActivityInboundInterceptor):
    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        clear_contextvars()
        bind_contextvars(
            workflow=info.workflow_id,
            run=info.workflow_run_id,
            activity=info.activity_type,
            attempt=info.attempt,
        )
        for argument in input.args[:1]:
            bind_contextvars(**_ids(argument))
        return await super().execute_activity(input)


class _Workflows(worker.WorkflowInboundInterceptor):
    async def execute_workflow(self, input: worker.ExecuteWorkflowInput) -> Any:  # noqa: A002
        _bind_workflow()
        return await super().execute_workflow(input)

    async def handle_signal(self, input: worker.HandleSignalInput) -> None:  # noqa: A002
        _bind_workflow(signal=input.signal)
        await super().handle_signal(input)

    async def handle_update_handler(self, input: worker.HandleUpdateInput) -> Any:  # noqa: A002
        _bind_workflow(command=input.id)
        return await super().handle_update_handler(input)


def _bind_workflow(**more: str) -> None:
    info = workflow.info()
    clear_contextvars()
    bind_contextvars(workflow=info.workflow_id, run=info.run_id, **more)


def _ids(argument: Any) -> dict[str, str]:
    """Return the case and the first command id an activity's request speaks of."""
    found: dict[str, str] = {}
    if isinstance(stream := getattr(argument, "stream", None), str):
        found["stream"] = stream
    submissions = getattr(argument, "submissions", None)
    if isinstance(submissions, tuple) and submissions:
        found["command"] = submissions[0].command_id
    return found
