"""Recording: the one activity through which facts reach the ledger.

Deciding happens at the desk (`desk/desk.py`); here its answers are put into the words of
`workflows.ports`, and its failures into those Temporal understands.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from desk.casework import Asking, Handled, Written
from desk.desk import Desk
from domain.refusals import CommandRefused
from ledger.store import LedgerUnavailable, VersionTaken
from workflows.ports import (
    LEDGER_UNAVAILABLE,
    NOT_RECORDED,
    RECORD,
    Answer,
    NextClock,
    Outcome,
    Receipt,
    RecordRequest,
    Refusal,
    Standing,
    Submission,
)

log = structlog.get_logger(__name__)

FAULT_ATTEMPTS = 4
"""A fault that is no outage is tried so often; then the case goes on without that command."""


class Recording:
    """Records commands at a desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @activity.defn(name=RECORD)
    async def record(self, request: RecordRequest) -> Outcome:
        """Decide on the case as the ledger has it now, and append, once.

        A repeated call finds its own command ids and is given the receipts of the first time.
        Raises a retryable error while the ledger is away.
        """
        with outages_are_retried():
            handled = await self.desk.record(
                request.stream,
                request.known,
                servers_time(request.at),
                [asking_of(submission) for submission in request.submissions],
            )
            return outcome_of(request.stream, handled)


def servers_time(at: datetime) -> datetime:
    """Return the instant to decide at: the workflow's, or the server's when this attempt began.

    Never the host's clock: it may be a day wrong, and would ring clocks early.
    """
    return max(at, activity.info().started_time)


@contextmanager
def outages_are_retried() -> Iterator[None]:
    """Turn what the ledger and vault raise into what Temporal retries; texts stay in the log."""
    try:
        yield
    except (LedgerUnavailable, VersionTaken) as error:
        log.warning("ledger unavailable", reason=type(error).__name__)
        raise ApplicationError(
            "the ledger cannot be reached; nothing was decided", type=LEDGER_UNAVAILABLE
        ) from None
    except (ApplicationError, TimeoutError):
        raise
    except Exception as error:
        log.exception("fault in an activity")
        raise ApplicationError(
            f"{type(error).__name__} in an activity; see the log",
            type=NOT_RECORDED,
            non_retryable=activity.info().attempt >= FAULT_ATTEMPTS,
        ) from None


def asking_of(submission: Submission) -> Asking:
    """Return *submission* in the desk's words."""
    return Asking(
        command_id=submission.command_id,
        by=submission.by,
        command=submission.command,
        occurred_at=submission.occurred_at,
        because_of=submission.because_of,
    )


def outcome_of(stream: str, handled: Handled) -> Outcome:
    """Return *handled* in the words of the ports."""
    clock = None
    if handled.next_clock is not None:
        name, due = handled.next_clock
        clock = NextClock(name=name, due=due)
    return Outcome(
        standing=Standing(
            version=handled.version,
            state=handled.state,
            over=handled.over,
            next_clock=clock,
            talks=handled.talks,
        ),
        answers=tuple(answer_of(stream, answer) for answer in handled.answers),
        errands=handled.errands,
        tell_after=handled.tell_after,
    )


def answer_of(stream: str, answer: Written | CommandRefused) -> Answer:
    """Return a receipt for what was written, a refusal for what was not."""
    match answer:
        case CommandRefused(rule=rule, chinese=chinese, english=english):
            log.info("command refused", stream=stream, rule=rule)
            return Answer(refusal=Refusal(rule=rule, chinese=chinese, english=english))
        case Written():
            return Answer(
                receipt=Receipt(
                    stream=stream,
                    command_id=answer.command_id,
                    version=answer.version,
                    position=answer.position,
                    hash=answer.hash,
                    recorded_at=answer.recorded_at,
                    facts=answer.facts,
                    state=answer.state,
                    number=answer.number,
                    repeated=answer.repeated,
                )
            )
