"""What clerks ask of the desk next to their worker: look, ring, run an errand, listen to a talk.

Requests carry references only; what is done follows from facts (`desk/clerking.py`). A second call
of any of them finds what the first one did.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from desk import clerking
from desk.clerking import Owed
from desk.desk import Desk
from domain.cases import Step
from domain.refusals import CommandRefused
from domain.values import category_of, instant_text
from ledger.store import LedgerUnavailable
from wording.labels import clock_label, state_label
from workflows.ports import (
    LEDGER_UNAVAILABLE,
    LISTEN,
    LOOK,
    RING,
    RUN_ERRAND,
    ErrandRequest,
    LookRequest,
    NextClock,
    NextStep,
    RingRequest,
    Standing,
    TalkStanding,
    TalkStart,
    WantedTalk,
)

log = structlog.get_logger(__name__)

FAULT_ATTEMPTS = 4
"""A fault that is no outage is tried so often; then the clerk waits longer between tries."""

NOT_DONE = "not-done"
"""Type of the answer 'a fault stopped this'."""


class DeskWork:
    """Fulfils at a desk what clerks ask for."""

    def __init__(self, desk: Desk, *, searchable: bool = False) -> None:
        self.desk, self.searchable = desk, searchable

    @activity.defn(name=LOOK)
    async def look(self, request: LookRequest) -> Standing:
        """Say where a case stands and what is owed because of it."""
        owed: Owed = await self._aside(clerking.look, request.stream, request.settled)
        return standing_of(request.stream, owed, self.searchable)

    @activity.defn(name=RING)
    async def ring(self, request: RingRequest) -> Standing:
        """Ring the clocks of a case that are due by the ledger's clock; say where it stands then.

        None may be due, for whatever the request says.
        """
        owed: Owed = await self._aside(clerking.ring, request.stream, request.settled)
        return standing_of(request.stream, owed, self.searchable)

    @activity.defn(name=RUN_ERRAND)
    async def run_errand(self, request: ErrandRequest) -> bool:
        """Record on another case what follows from a fact of this one; False when refused."""
        done: bool = await self._aside(
            clerking.run_errand, request.stream, request.version, request.command_id
        )
        return done

    @activity.defn(name=LISTEN)
    async def listen(self, request: TalkStart) -> TalkStanding:
        """Say whether a case still asks for a conversation, and for which step next."""
        found: TalkStanding = await self._aside(talk_standing, request.stream, request.key)
        return found

    async def _aside(self, work: Callable[..., Any], *arguments: Any) -> Any:
        with outages_are_retried():
            return await self.desk.aside(work, self.desk, *arguments)


@contextmanager
def outages_are_retried() -> Iterator[None]:
    """Turn what the ledger and vault raise into what Temporal retries; texts stay in the log."""
    try:
        yield
    except LedgerUnavailable as error:
        log.warning("ledger unavailable", reason=type(error).__name__)
        raise ApplicationError(
            "the ledger cannot be reached; nothing was decided", type=LEDGER_UNAVAILABLE
        ) from None
    except (ApplicationError, TimeoutError):
        raise
    except CommandRefused as refusal:  # a name no case has: whoever asked was not one of ours
        raise ApplicationError("not a case", type=refusal.rule, non_retryable=True) from None
    except Exception as error:
        log.exception("fault in an activity")
        raise ApplicationError(
            f"{type(error).__name__} in an activity; see the log",
            type=NOT_DONE,
            non_retryable=activity.info().attempt >= FAULT_ATTEMPTS,
        ) from None


def standing_of(stream: str, owed: Owed, searchable: bool) -> Standing:
    """Return *owed* in the words of the ports, without anything a clerk does not need."""
    clock = None
    if owed.next_clock is not None:
        name, due = owed.next_clock
        clock = NextClock(name=name, due=due)
    return Standing(
        version=owed.version,
        head=owed.head,
        state=owed.state,
        over=owed.over,
        words=in_words(stream, owed),
        category=owed.category,
        unit=owed.holder,
        searchable=searchable,
        next_clock=clock,
        talks=tuple(
            WantedTalk(name=talk.name, key=talk.key, steps=tuple(step.name for step in talk.steps))
            for talk in owed.talks
        ),
        errands=tuple(
            ErrandRequest(stream=stream, version=version, command_id=errand.command_id)
            for version, errand in owed.errands
        ),
        settled=owed.settled,
    )


def in_words(stream: str, owed: Owed) -> str:
    """Return state, holder and next clock for people who open Temporal's own pages."""
    if not owed.version:
        return "尚未登记 not begun"
    category = category_of(stream)
    chinese, english = (state_label(category, owed.state, one) for one in ("zh", "en"))
    state = f"**{chinese}** {english}"
    told = [f"{state} `{owed.state}`", f"承办 holder: `{owed.holder or '—'}`"]
    if owed.next_clock is not None:
        name, due = owed.next_clock
        told.append(f"下一时限 next clock: {clock_label(name)} `{name}` {instant_text(due)}")
    return "  \n".join(told)


def talk_standing(desk: Desk, stream: str, key: str) -> TalkStanding:
    """Return where a conversation stands; raises what the ledger raises."""
    talk = clerking.talk_of(desk, stream, key)
    if talk is None:
        return TalkStanding(wanted=False)
    step: Step | None = clerking.next_step(desk, stream, talk)
    return TalkStanding(
        wanted=True, next_step=None if step is None else NextStep(name=step.name, at=step.at)
    )
