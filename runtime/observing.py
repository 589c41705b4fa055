"""What log lines say of Temporal's work: which case and workflow each belongs to.

Bound by an interceptor, so that no line forgets it; workflow code logs through `workflow.logger`,
which is silent on replay. What Temporal's core has to say goes where our own lines go.
"""

import logging
from functools import cache
from typing import Any

from structlog.contextvars import bind_contextvars, clear_contextvars
from temporalio import activity, client, worker, workflow
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

# The ids are bound below, so the SDK need not write them into every sentence.
workflow.logger.workflow_info_on_message = False
activity.logger.activity_info_on_message = False


@cache
def core() -> Runtime:
    """Return the one runtime of this process; left to itself its core writes to the terminal.

    Each of its lines is kept as an event without fields, which may quote what somebody failed with.
    """
    heard = logging.getLogger("temporal")
    heard.addFilter(_without_fields)
    return Runtime(
        telemetry=TelemetryConfig(
            logging=LoggingConfig(
                TelemetryFilter(core_level="WARN", other_level="ERROR"),
                forwarding=LogForwardingConfig(heard, append_log_fields_to_message=False),
            )
        )
    )


def _without_fields(record: logging.LogRecord) -> bool:
    record.__dict__.pop("temporal_log", None)
    return True


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


def _bind_workflow(**more: str) -> None:
    info = workflow.info()
    clear_contextvars()
    bind_contextvars(workflow=info.workflow_id, run=info.run_id, **more)


def _ids(argument: Any) -> dict[str, str]:
    """Return the case and the command an activity's request speaks of."""
    named = {"stream": "stream", "command": "command_id"}
    found = {name: getattr(argument, field, None) for name, field in named.items()}
    return {name: value for name, value in found.items() if isinstance(value, str)}
