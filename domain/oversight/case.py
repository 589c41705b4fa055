"""Oversight's kinds of case, as the desk and the reader use them; no clerk stands by them."""

from functools import partial
from typing import Any

from domain.cases import CaseKind
from domain.clerkless import clerkless
from domain.oversight import decider, standing
from domain.oversight.commands import (
    AuditCommand,
    LogCommand,
    UnmaskingCommand,
    WebhookCommand,
    WorkflowCommand,
)
from domain.oversight.facts import AuditFact, LogFact, UnmaskingFact, WebhookFact, WorkflowFact


def state_name(case: Any) -> str:
    """Return the state's published name."""
    match case:
        case standing.NothingYet():
            return "UNKNOWN"
        case standing.Recorded():
            return "RECORDED"
        case standing.Unmasking(ended_at=ended):
            return "GRANTED" if ended is None else "ENDED"
        case standing.Webhook(ended=cause):
            return "ENDED" if cause else "SUBSCRIBED"
        case standing.WorkflowBook() | standing.LogBook():
            return "KEPT"
        case _:
            raise TypeError(f"{type(case).__name__} is no state of oversight")


_kind = partial(clerkless, state_name=state_name, who_may=decider.WHO_MAY)

AUDIT = _kind(
    "audit",
    AuditCommand,
    AuditFact,
    decider.decide_audit,
    standing.remember_audit,
    initial=standing.NOTHING_YET,
    is_over=lambda case: isinstance(case, standing.Recorded),
)
UNMASKING = _kind(
    "unmasking",
    UnmaskingCommand,
    UnmaskingFact,
    decider.decide_unmasking,
    standing.remember_unmasking,
    initial=standing.NOTHING_YET,
    is_over=lambda case: isinstance(case, standing.Unmasking) and case.ended_at is not None,
    plural="unmaskings",
)
WORKFLOW = _kind(
    "workflow",
    WorkflowCommand,
    WorkflowFact,
    decider.decide_workflow,
    standing.remember_workflow,
    initial=standing.NO_WORKFLOW_BOOK,
)
LOG = _kind(
    "log",
    LogCommand,
    LogFact,
    decider.decide_log,
    standing.remember_log,
    initial=standing.NO_LOG_BOOK,
    plural="log",
)
WEBHOOK = _kind(
    "webhook",
    WebhookCommand,
    WebhookFact,
    decider.decide_webhook,
    standing.remember_webhook,
    initial=standing.NOTHING_YET,
    is_over=lambda case: isinstance(case, standing.Webhook) and case.ended is not None,
)

OVERSIGHT_CASES: dict[str, CaseKind] = {
    kind.category: kind for kind in (AUDIT, UNMASKING, WORKFLOW, LOG, WEBHOOK)
}
"""Every kind of case of oversight by its stream category."""

LOG_STREAM = "log/checkpoints"
"""The one stream of the log's own life."""


def clerk_stream(case: str) -> str:
    """Return the stream that holds what became of the clerk of *case*."""
    return f"workflow/{case.partition('/')[2]}"
