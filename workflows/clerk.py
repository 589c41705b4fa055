"""What every case shares: take commands in turn, ring clocks, tell people, run errands.

The ledger is the record; a clerk is only its careful servant. All it keeps is where the ledger
last said the case stands, and what it still has to do because of that. Losing a clerk loses
nothing: another one asks the ledger and goes on.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, NoReturn
from zlib import crc32

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, ChildWorkflowError

from domain.cases import Errand, Talk
from domain.clocks import RingClock, ring_id
from domain.envelope import SYSTEM, rung_by
from domain.values import category_of, instant_text
from workflows.persevering import (
    PAUSE_FIRST,
    PAUSE_LONGEST,
    RECORD_RETRY,
    RECORD_TIMEOUT,
    TELL_RETRY,
    TELL_TIMEOUT,
    persevere,
)
from workflows.ports import (
    BATCH_BYTES_MAX,
    COMMAND_BYTES_MAX,
    COMMAND_TOO_LARGE,
    DRAINING,
    ERASE,
    NOT_RECORDED,
    NOTICE_QUEUE,
    PAIRING,
    RECORD,
    REPORT,
    RESYNC,
    STANDING,
    SUBMIT,
    SUBMIT_BATCH,
    SUPPORT_TASK,
    TALK_CHANGED,
    TALK_ENDED,
    TELL,
    Answer,
    CaseStart,
    EraseRequest,
    NextClock,
    Outcome,
    Receipt,
    RecordRequest,
    Refusal,
    Standing,
    Submission,
    TalkStart,
    TellRequest,
    Told,
)
from workflows.reaching import begin, signalled

CLERK_OF = {"task": SUPPORT_TASK, "pairing": PAIRING}
"""Which workflow stands by a case, by the first part of its stream's name."""

NOT_EXACT = frozenset({"archive"})
"""Clocks that nobody waits for: they ring up to an hour late, spread by the case's id."""


class Clerk:
    """Stands by one case; `SupportTask` and `Pairing` say how."""

    def __init__(self, start: CaseStart) -> None:
        self.stream = start.stream
        self.first = start.first
        self.standing = Standing(version=start.known)
        self.opened = False
        self.stale = False
        self.rolling_over = False
        self.told, self.tell_until = start.told, start.known
        self.talks = {talk.key: talk for talk in start.talks}
        self.errands: dict[tuple[str, str], Errand] = {}
        self.reports: deque[Submission] = deque()
        self.hands: list[asyncio.Task[None]] = []
        self.turn = asyncio.Lock()

    # -- what people and other cases say -----------------------------------------------------

    @workflow.update(name=SUBMIT)
    async def submit(self, submission: Submission) -> Receipt:
        """Record a command in turn; answer with its receipt, or refuse by rule."""
        (answer,) = await self.answered(submission)
        if answer.receipt is None:
            refuse(answer.refusal)
        return answer.receipt

    @submit.validator
    def _may_be_taken(self, submission: Submission) -> None:
        self._take([submission])

    @workflow.update(name=SUBMIT_BATCH)
    async def submit_batch(self, submissions: list[Submission]) -> list[Answer]:
        """Record commands in their order, in one turn; one that is refused stops no other."""
        return list(await self.answered(*submissions))

    @submit_batch.validator
    def _may_all_be_taken(self, submissions: list[Submission]) -> None:
        self._take(submissions)

    @workflow.signal(name=REPORT)
    def report(self, submission: Submission) -> None:
        """Take what a conversation or another case has to say; it is recorded in turn."""
        self.reports.append(submission)

    @workflow.signal(name=RESYNC)
    def resync(self) -> None:
        """Ask the ledger again, and look after every conversation again."""
        self.stale = True

    @workflow.query(name=STANDING)
    def where_it_stands(self) -> Standing:
        """Return where the ledger last said the case stands."""
        return self.standing

    def _take(self, submissions: list[Submission]) -> None:
        """Refuse what could not be carried; rules are not asked here (see `record`)."""
        if self.rolling_over:
            raise ApplicationError("the clerk is rolling over; send it again", type=DRAINING)
        sizes = [len(submission.model_dump_json().encode()) for submission in submissions]
        if max(sizes, default=0) > COMMAND_BYTES_MAX or sum(sizes) > BATCH_BYTES_MAX:
            refuse(
                Refusal(
                    rule=COMMAND_TOO_LARGE,
                    chinese=f"命令过大：单条上限 {COMMAND_BYTES_MAX} 字节，一批上限 "
                    f"{BATCH_BYTES_MAX} 字节；附件请先封存，再按引用提交。",
                    english=f"A command may have {COMMAND_BYTES_MAX} bytes, a batch "
                    f"{BATCH_BYTES_MAX}; seal attachments first and send references.",
                )
            )

    # -- recording ---------------------------------------------------------------------------

    async def answered(self, *submissions: Submission) -> tuple[Answer, ...]:
        """Record for somebody who waits: a fault is answered, never left hanging."""
        try:
            return await self.record(*submissions)
        except ActivityError:
            raise ApplicationError(
                "the command could not be recorded; the fault is in the log",
                type=NOT_RECORDED,
                non_retryable=True,
            ) from None

    async def record(self, *submissions: Submission) -> tuple[Answer, ...]:
        """Have *submissions* decided and appended; learn where the case stands now."""
        async with self.turn:  # From loading the case to appending to it, nobody else may decide.
            return await self._in_turn(submissions)

    async def _in_turn(self, submissions: tuple[Submission, ...]) -> tuple[Answer, ...]:
        outcome: Outcome = await workflow.execute_activity(
            RECORD,
            RecordRequest(
                stream=self.stream,
                known=self.standing.version,
                at=workflow.now(),
                submissions=submissions,
            ),
            result_type=Outcome,
            start_to_close_timeout=RECORD_TIMEOUT,
            retry_policy=RECORD_RETRY,
        )
        self._learn(outcome)
        return outcome.answers

    def _learn(self, outcome: Outcome) -> None:
        """Keep where the case stands, and what is to be done because of the new facts."""
        version = outcome.standing.version
        if self.everybody_told:
            self.told = self.tell_until = version
            if outcome.tell_after is not None:
                self.told = min(outcome.tell_after, version)
        elif outcome.tell_after is not None:
            self.tell_until = version
        self.standing, self.opened = outcome.standing, True
        for errand in outcome.errands:
            self.errands[errand.stream, errand.command_id] = errand

    async def open_the_book(self) -> None:
        """Learn where the case stands, by the first commands if the clerk was given any."""
        await persevere(self._open, "open the book")

    async def _open(self) -> None:
        async with self.turn:
            if self.first:
                self._log_refusals(await self._in_turn(self.first))
            elif not self.opened:  # A command that came before `run` has told already.
                await self._in_turn(())

    def _log_refusals(self, answers: tuple[Answer, ...]) -> None:
        for answer in answers:
            if answer.refusal is not None:
                workflow.logger.warning(
                    "nobody waits for this refusal", extra={"rule": answer.refusal.rule}
                )

    # -- clocks ------------------------------------------------------------------------------

    async def next_clock_rings(self) -> NextClock | None:
        """Wait for the clock that rings next; None when another one took its place."""
        clock = self.standing.next_clock
        wait = None
        if clock is not None:
            wait = max(clock.due + self._lateness(clock) - workflow.now(), timedelta(0))
        try:
            await workflow.wait_condition(
                lambda: self.standing.next_clock != clock or self.may_rest,
                timeout=wait,
                timeout_summary=None if clock is None else clock.name,
            )
        except TimeoutError:
            return clock
        return None

    async def ring(self, clock: NextClock) -> None:
        """Tell the case that *clock* was due; with no fact from it, ask again ever more slowly.

        A ring may be too early for the ledger's machine, whose time decides.
        """
        due = instant_text(clock.due)
        ringing = Submission(
            command_id=ring_id(clock.name, due),
            by=rung_by(clock.name),
            command=RingClock(name=clock.name, due=clock.due).model_dump(mode="json"),
        )
        pause = PAUSE_FIRST
        while self.standing.next_clock == clock:
            try:
                self._log_refusals(await self.record(ringing))
            except ActivityError:
                workflow.logger.error("clock could not be recorded", extra={"clock": clock.name})
            try:
                await workflow.wait_condition(
                    lambda: self.standing.next_clock != clock or self.may_rest, timeout=pause
                )
            except TimeoutError:
                pause = min(pause * 2, PAUSE_LONGEST)
            else:
                return

    def _lateness(self, clock: NextClock) -> timedelta:
        if clock.name not in NOT_EXACT:
            return timedelta(0)
        # Never more than a twentieth of what is left, so that short limits stay short.
        left = max(clock.due - workflow.now(), timedelta(0))
        return min(timedelta(seconds=crc32(self.stream.encode()) % 3600), left / 20)

    # -- what goes on beside the clocks ------------------------------------------------------

    def at_the_same_time(self, *work: Coroutine[Any, Any, None]) -> None:
        """Let *work* go on beside the clocks; a fault in it stops the workflow task, not the case.

        Stopped so, the task is tried again until a mended worker takes it.
        """
        self.hands = [hand for hand in self.hands if not hand.done() or hand.exception()]
        self.hands += [asyncio.create_task(activity) for activity in work]

    async def take_reports(self) -> None:
        """Record what conversations and other cases report; their refusals are only logged."""
        while True:
            await workflow.wait_condition(lambda: bool(self.reports))
            waiting = tuple(self.reports)
            self._log_refusals(await persevere(partial(self.record, *waiting), "take reports"))
            for _ in waiting:
                self.reports.popleft()

    async def catch_up(self) -> None:
        """Ask the ledger again whenever somebody says that the clerk may have missed something."""
        while True:
            await workflow.wait_condition(lambda: self.stale)
            await persevere(self.record, "catch up")
            self.talks.clear()
            self.stale = False

    async def tell_people(self) -> None:
        """Tell whom the facts concern, in the order of the facts, at the pace of slow strangers."""
        while True:
            await workflow.wait_condition(lambda: not self.everybody_told)
            request = TellRequest(stream=self.stream, after=self.told, until=self.tell_until)
            await persevere(partial(self._tell, request), "tell people")
            self.told = request.until
            if self.everybody_told:
                self.told = self.tell_until = self.standing.version

    async def _tell(self, request: TellRequest) -> Told:
        told: Told = await workflow.execute_activity(
            TELL,
            request,
            task_queue=NOTICE_QUEUE,
            result_type=Told,
            start_to_close_timeout=TELL_TIMEOUT,
            retry_policy=TELL_RETRY,
        )
        return told

    async def run_errands(self) -> None:
        """Take this case's commands to other cases; each is kept until it is delivered."""
        while True:
            await workflow.wait_condition(lambda: bool(self.errands))
            key, errand = next(iter(self.errands.items()))
            await self._run(errand)
            del self.errands[key]

    async def _run(self, errand: Errand) -> None:
        submission = Submission(
            command_id=errand.command_id,
            by=SYSTEM,
            command=errand.command,
            because_of=self.stream,
        )
        if category_of(errand.stream) in CLERK_OF:
            await self.say_to(errand.stream, submission)
            return
        request = EraseRequest(
            stream=errand.stream, command_id=errand.command_id, command=errand.command
        )
        await persevere(partial(self._erase, request), "erase")

    async def _erase(self, request: EraseRequest) -> None:
        await workflow.execute_activity(
            ERASE,
            request,
            start_to_close_timeout=RECORD_TIMEOUT,
            retry_policy=RECORD_RETRY,
        )

    async def say_to(self, stream: str, submission: Submission) -> None:
        """Give *submission* to the clerk of another case, and start that clerk if it has none."""
        if stream == self.stream:
            self.reports.append(submission)
            return
        while True:
            if await begin(
                CLERK_OF[category_of(stream)],
                CaseStart(stream=stream, first=(submission,)),
                stream,
            ):
                return
            if await signalled(stream, REPORT, submission):
                return
            await workflow.sleep(PAUSE_FIRST)  # It closed between the two; begin it again.

    async def hold_talks(self, *names: str) -> None:
        """Begin, inform and end this case's conversations as its standing wants them."""
        while True:
            await workflow.wait_condition(lambda: self.talks != self._wanted_talks())
            wanted = self._wanted_talks()
            for key in [key for key in self.talks if key not in wanted]:
                await signalled(f"{self.stream}/{key}", TALK_ENDED)
                self.talks.pop(key, None)
            for key, talk in wanted.items():
                if talk.name not in names:  # A newer desk knows it; so does a newer worker.
                    raise RuntimeError(f"{workflow.info().workflow_type} holds no {talk.name}")
                if self.talks.get(key) != talk:
                    await self._hold(talk, begun=key in self.talks)
                    self.talks[key] = talk

    def _wanted_talks(self) -> dict[str, Talk]:
        if not self.opened:
            return self.talks
        return {} if self.standing.over else {talk.key: talk for talk in self.standing.talks}

    async def _hold(self, talk: Talk, *, begun: bool) -> None:
        conversation = f"{self.stream}/{talk.key}"
        if begun:
            await signalled(conversation, TALK_CHANGED, talk)
            return
        start = TalkStart(stream=self.stream, talk=talk, parent=workflow.info().workflow_id)
        handle = await begin(talk.name, start, conversation)
        if handle is None:  # A conversation of an earlier clerk is under way; let it know.
            await signalled(conversation, TALK_CHANGED, talk)
        else:
            self.at_the_same_time(self._begin_again_when_lost(talk.key, handle))

    async def _begin_again_when_lost(
        self, key: str, handle: workflow.ChildWorkflowHandle[Any, Any]
    ) -> None:
        try:
            await handle
        except ChildWorkflowError:
            workflow.logger.warning("conversation was lost", extra={"talk": key})
            await workflow.sleep(PAUSE_FIRST)
            self.talks.pop(key, None)

    # -- resting -----------------------------------------------------------------------------

    async def roll_over_when_long(self) -> None:
        """Take no more commands once Temporal suggests that another run goes on.

        The validator must not ask Temporal itself: conditions are not looked at while updates are
        only rejected, so a clerk that began to reject in such a moment would reject until its next
        clock. Here the command that comes first after the suggestion is still taken, and its end
        is where this run ends.
        """
        await workflow.wait_condition(lambda: workflow.info().is_continue_as_new_suggested())
        self.rolling_over = True

    async def ring_clocks(self) -> None:
        """Wait for the next clock and ring it, until the clerk may rest."""
        try:
            while not self.may_rest:
                clock = await self.next_clock_rings()
                if clock is not None:
                    await self.ring(clock)
        except asyncio.CancelledError:  # An operator's; whoever has been heard is answered first.
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise

    @property
    def everybody_told(self) -> bool:
        """Whether nobody waits to be told of a fact."""
        return self.told >= self.tell_until

    @property
    def over(self) -> bool:
        """Whether the case asks nothing more of anybody, or was never begun."""
        return self.standing.over or self.standing.version == 0

    @property
    def may_rest(self) -> bool:
        """Whether nothing is under way, and the case is over or this run long enough."""
        for hand in self.hands:
            if hand.done():
                hand.result()
        at_work = self.reports or self.errands or self.stale or self.turn.locked()
        if at_work or not self.opened or self.talks != self._wanted_talks():
            return False
        if not workflow.all_handlers_finished():
            return False
        return self.rolling_over or (self.over and self.everybody_told)

    def close_the_book(self) -> Standing:
        """Leave the case to the ledger when it is over, else to the next run of this clerk."""
        if self.rolling_over and not self.over:
            workflow.continue_as_new(
                CaseStart(
                    stream=self.stream,
                    known=self.standing.version,
                    told=self.told,
                    talks=tuple(self.talks.values()),
                )
            )
        return self.standing


def refuse(refusal: Refusal | None) -> NoReturn:
    """Say no to the person who waits: the rule is the type, the sentences are the details."""
    said = refusal or Refusal(rule=NOT_RECORDED, chinese="未能记录。", english="Not recorded.")
    raise ApplicationError(said.english, said.model_dump(), type=said.rule, non_retryable=True)
