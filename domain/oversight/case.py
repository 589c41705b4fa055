"""Oversight's kinds of case, as the desk and the reader use them; no clerk stands by them."""

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from domain.cases import CaseKind, Errand, Notice, Talk
from domain.clocks import Clock
from domain.envelope import Happened
from domain.oversight import decider, standing
from domain.oversight.commands import (
    AuditCommand,
    LogCommand,
    UnmaskingCommand,
    WorkflowCommand,
)
from domain.oversight.facts import AuditFact, LogFact, UnmaskingFact, WorkflowFact
from domain.rules import Rules


def _kind(
    category: str,
    commands: Any,
    facts: Any,
    decide: Callable[..., Any],
    evolve: Callable[..., Any],
    initial: Any,
    is_over: Callable[[Any], bool] = lambda _: False,
) -> CaseKind:
    """Return a kind of case without clocks, talks, errands and notices."""
    adapter: TypeAdapter[Any] = TypeAdapter(commands)
    kinds = adapter.json_schema()["discriminator"]["mapping"]
    return CaseKind(
        category=category,
        commands=adapter,
        facts=TypeAdapter(facts),
        initial=initial,
        decide=decide,
        evolve=evolve,
        clocks=_no_clocks,
        is_over=is_over,
        state_name=state_name,
        policy_id=_none,
        pairing=_none,
        who_may={kind: decider.WHO_MAY[kind] for kind in kinds},
        talks=_no_talks,
        errands=_no_errands,
        notices=_no_notices,
        clerked=False,
    )


def state_name(case: Any) -> str:
    """Return the state's published name."""
    match case:
        case standing.NothingYet():
            return "UNKNOWN"
        case standing.Recorded():
            return "RECORDED"
        case standing.Unmasking(ended_at=ended):
            return "GRANTED" if ended is None else "ENDED"
        case standing.WorkflowBook() | standing.LogBook():
            return "KEPT"
        case _:
            raise TypeError(f"{type(case).__name__} is no state of oversight")


def _none(case: Any) -> None:
    """Oversight belongs to no pairing and is decided under no pack."""


def _no_clocks(case: Any, rules: Rules) -> tuple[Clock, ...]:
    """A grant ends at an instant that every use of it is judged by; nothing has to ring."""
    del case, rules
    return ()


def _no_talks(stream: str, case: Any) -> tuple[Talk, ...]:
    del stream, case
    return ()


def _no_errands(stream: str, case: Any, happened: Happened[Any]) -> tuple[Errand, ...]:
    del stream, case, happened
    return ()


def _no_notices(stream: str, case: Any, happened: Happened[Any]) -> tuple[Notice, ...]:
    del stream, case, happened
    return ()


AUDIT = _kind(
    "audit",
    AuditCommand,
    AuditFact,
    decider.decide_audit,
    standing.remember_audit,
    standing.NOTHING_YET,
    is_over=lambda case: isinstance(case, standing.Recorded),
)
UNMASKING = _kind(
    "unmasking",
    UnmaskingCommand,
    UnmaskingFact,
    decider.decide_unmasking,
    standing.remember_unmasking,
    standing.NOTHING_YET,
    is_over=lambda case: isinstance(case, standing.Unmasking) and case.ended_at is not None,
)
WORKFLOW = _kind(
    "workflow",
    WorkflowCommand,
    WorkflowFact,
    decider.decide_workflow,
    standing.remember_workflow,
    standing.NO_WORKFLOW_BOOK,
)
LOG = _kind(
    "log",
    LogCommand,
    LogFact,
    decider.decide_log,
    standing.remember_log,
    standing.NO_LOG_BOOK,
)

OVERSIGHT_CASES: dict[str, CaseKind] = {
    kind.category: kind for kind in (AUDIT, UNMASKING, WORKFLOW, LOG)
}
"""Every kind of case of oversight by its stream category."""

LOG_STREAM = "log/checkpoints"
"""The one stream of the log's own life."""
