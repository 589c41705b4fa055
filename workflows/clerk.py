"""What every clerk does [process manager]: look where its case stands, do what is owed, wait.

The ledger is the record and commands go straight to it; a clerk only keeps time and runs about.
What it is told comes from the ledger, what it asks for is derived there again from facts, and all
it remembers may be lost: starting, going on and beginning again are the same loop.
"""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from workflows.lateness import lateness
from workflows.persevering import DESK_RETRY, DESK_TIMEOUT, TELL_RETRY, TELL_TIMEOUT, persevere
from workflows.ports import (
    CASE_CATEGORY,
    CASE_NEXT_CLOCK,
    CASE_STATE,
    CASE_UNIT,
    LOOK,
    NOTICE_QUEUE,
    RING,
    RUN_ERRAND,
    STANDING,
    TELL,
    WAKE,
    CaseStart,
    LookRequest,
    NextClock,
    RingRequest,
    Standing,
    TalkStart,
    TellRequest,
    Told,
    WantedTalk,
)
from workflows.reaching import begin, signalled

_PAUSE_FIRST = timedelta(seconds=1)
_PAUSE_LONGEST = timedelta(minutes=10)


class Clerk:
    """Stands by one case; `SupportTask` and `Pairing` say what that means for theirs."""

    def __init__(self, start: CaseStart) -> None:
        self.stream, self.settled = start.stream, start.settled
        self.standing = Standing()
        self.woken = False
        self.talks: dict[str, frozenset[str]] = {}
        self.watches: set[asyncio.Task[None]] = set()
        self.telling: asyncio.Task[None] | None = None
        self.rung: NextClock | None = None
        self.pause = _PAUSE_FIRST

    @workflow.signal(name=WAKE)
    def wake(self, position: int) -> None:  # noqa: ARG002 - for whoever reads the history
        """Look at the ledger again: it has something for this case, at least up to *position*."""
        self.woken = True

    @workflow.query(name=STANDING)
    def where_it_stands(self) -> Standing:
        """Return where the ledger last said the case stands."""
        return self.standing

    async def stand_by(self, *conversations: str) -> Standing:
        """Do what the case owes to time and to others until it owes nothing more."""
        await self.look()
        while True:
            await self.run_errands()
            await self.hold_talks(conversations)
            self.tell_people()
            if self.owes_nothing:
                return self.standing
            self.roll_over_when_long()
            clock = await self.wait()
            await (self.look() if clock is None else self.ring(clock))

    # -- what the ledger says ----------------------------------------------------------------

    async def look(self) -> None:
        """Learn where the case stands and what is owed because of it."""
        await self._learn(LOOK, LookRequest(stream=self.stream, settled=self.settled))

    async def _learn(self, port: str, request: Any) -> None:
        self.woken = False
        self.standing = await persevere(partial(self._at_the_desk, port, request, Standing), port)
        self.settled = max(self.settled, self.standing.settled)
        self.show()

    def show(self) -> None:
        """Let whoever opens Temporal's own pages see where the case stands, and search by it."""
        standing = self.standing
        workflow.set_current_details(standing.words)
        if not standing.searchable:
            return
        clock = standing.next_clock
        wanted: dict[SearchAttributeKey[Any], Any] = {
            CASE_STATE: standing.state or None,
            CASE_CATEGORY: standing.category,
            CASE_UNIT: standing.unit,
            CASE_NEXT_CLOCK: None if clock is None else clock.due,
        }
        shown = workflow.info().typed_search_attributes
        changes = [
            key.value_unset() if value is None else key.value_set(value)
            for key, value in wanted.items()
            if shown.get(key) != value
        ]
        if changes:
            workflow.upsert_search_attributes(changes)

    async def _at_the_desk(self, port: str, request: Any, answer: type[Any]) -> Any:
        """Ask the desk next to this worker; it costs no turn of the Temporal server."""
        return await workflow.execute_local_activity(
            port,
            request,
            result_type=answer,
            start_to_close_timeout=DESK_TIMEOUT,
            retry_policy=DESK_RETRY,
            local_retry_threshold=timedelta(seconds=2),
        )

    # -- clocks ------------------------------------------------------------------------------

    async def wait(self) -> NextClock | None:
        """Wait until somebody wakes this clerk, or return the clock that is to be rung."""
        clock = self.standing.next_clock
        left = None
        if clock is not None:
            now = workflow.now()
            left = max(clock.due + lateness(self.stream, clock, now) - now, timedelta(0))
            if clock == self.rung:  # The ledger's clock, which decides, may be behind this one.
                left = max(left, self.pause)
                self.pause = min(self.pause * 2, _PAUSE_LONGEST)
        try:
            await workflow.wait_condition(
                lambda: self.woken,
                timeout=left,
                timeout_summary=None if clock is None else clock.name,
            )
        except TimeoutError:
            return clock
        return None

    async def ring(self, clock: NextClock) -> None:
        """Have the desk ring what is due, and learn where the case stands then.

        A ring too early, too late or twice changes nothing.
        """
        if clock != self.rung:
            self.rung, self.pause = clock, _PAUSE_FIRST
        request = RingRequest(stream=self.stream, clock=clock, settled=self.settled)
        await self._learn(RING, request)

    # -- other cases and people --------------------------------------------------------------

    async def run_errands(self) -> None:
        """Have what follows in other cases recorded there; a refusal is the end of an errand."""
        for errand in self.standing.errands:
            await persevere(partial(self._at_the_desk, RUN_ERRAND, errand, bool), RUN_ERRAND)

    def tell_people(self) -> None:
        """Let people be told at the pace of slow strangers, while clocks go on ringing."""
        if self.telling is None and self.settled < self.standing.version:
            self.telling = asyncio.create_task(self._tell(self.settled, self.standing.version))

    async def _tell(self, after: int, until: int) -> None:
        request = TellRequest(stream=self.stream, after=after, until=until)

        async def telling() -> Told:
            told: Told = await workflow.execute_activity(
                TELL,
                request,
                task_queue=NOTICE_QUEUE,
                result_type=Told,
                start_to_close_timeout=TELL_TIMEOUT,
                retry_policy=TELL_RETRY,
            )
            return told

        await persevere(telling, TELL)
        self.settled, self.telling = until, None
        if self.standing.over or self.standing.version > until or self._is_long:
            self.woken = True

    # -- conversations -----------------------------------------------------------------------

    async def hold_talks(self, conversations: tuple[str, ...]) -> None:
        """Begin the conversations the case asks for; wake those that have more to do, or end."""
        wanted = {talk.key: talk for talk in self.standing.talks}
        for key in [key for key in self.talks if key not in wanted]:
            await self._wake(key)
            self.talks.pop(key, None)
        for key, talk in wanted.items():
            if talk.name not in conversations:  # A newer desk knows it; so does a newer worker.
                raise RuntimeError(f"{workflow.info().workflow_type} holds no {talk.name}")
            known, steps = self.talks.get(key), frozenset(talk.steps)
            if known is None:
                await self._begin(talk)
            elif steps - known:
                await self._wake(key)
            self.talks[key] = steps

    async def _begin(self, talk: WantedTalk) -> None:
        start = TalkStart(stream=self.stream, key=talk.key)
        handle = await begin(talk.name, start, f"{self.stream}/{talk.key}")
        if handle is None:  # An earlier run of this clerk has begun it.
            await self._wake(talk.key)
        else:
            watch = asyncio.create_task(self._look_again_after(talk.key, handle))
            self.watches = {one for one in self.watches if not one.done()} | {watch}

    async def _wake(self, key: str) -> None:
        await signalled(f"{self.stream}/{key}", WAKE, self.standing.version)

    async def _look_again_after(
        self, key: str, handle: workflow.ChildWorkflowHandle[Any, Any]
    ) -> None:
        """A conversation that ended while the case still asks for it is begun again."""
        try:
            await handle
        except Exception:  # noqa: BLE001 - however it was lost
            workflow.logger.warning("conversation was lost", extra={"talk": key})
            await workflow.sleep(_PAUSE_FIRST)
        if self.talks.pop(key, None) is not None:
            self.woken = True

    # -- resting -----------------------------------------------------------------------------

    @property
    def owes_nothing(self) -> bool:
        """Whether the case is over, or was never begun, and nobody is left to be told."""
        over = self.standing.over or self.standing.version == 0
        return over and self.telling is None and not self.woken

    @property
    def _is_long(self) -> bool:
        return workflow.info().is_continue_as_new_suggested()

    def roll_over_when_long(self) -> None:
        """Let another run of this clerk go on once Temporal suggests it."""
        if self._is_long and self.telling is None:
            workflow.continue_as_new(CaseStart(stream=self.stream, settled=self.settled))
