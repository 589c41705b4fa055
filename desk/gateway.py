"""Submit a command: seal it, let the decider say no early, have it recorded, return the receipt.

A receipt is returned only after the facts are durable. Whatever stands in the way - Temporal away,
its database locked, the ledger full - is `NotNow`, never success and never 'no such case'.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pydantic import ValidationError
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError as ReplyTimedOut
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from desk.casework import Asking, Handled, Written, command_conflict, malformed
from desk.desk import Desk
from desk.opening import Books
from desk.orders import NotNow, Order, Who, as_by
from desk.sealing import models_of, seal_command, sealed_as_recorded
from domain.canonical import canonical
from domain.casebook import kind_of
from domain.cases import CaseKind
from domain.envelope import By
from domain.people import Channel, Role
from domain.refusals import CommandRefused
from domain.values import category_of
from ledger.store import LedgerUnavailable
from vault.vault import HolderErased, ItemConflict
from workflows import ports
from workflows.reaching import TASK_TIMEOUT

log = structlog.get_logger("gateway")

_DRAINING_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds between tries while a clerk rolls over; afterwards the caller tries again."""

WORKFLOWS = {"task": ports.SUPPORT_TASK, "pairing": ports.PAIRING}


class Gateway:
    """The door of one installation; one for each process, shared by all its callers."""

    def __init__(self, client: Client | None, books: Books, reply_timeout: float = 15.0) -> None:
        self.client, self.books = client, books
        self.desk: Desk = books.desk
        self.reply_timeout = reply_timeout

    async def submit(self, order: Order, channel: Channel = Channel.CLI) -> ports.Receipt:
        """Have one command recorded and return its receipt.

        Raises `CommandRefused` (the rule, in both languages) or `NotNow`. The same command id
        always gets the same receipt; with other content it is refused as `command-conflict`.
        """
        answer = (await self.submit_batch([order], channel))[0]
        if answer.refusal is not None:
            raise CommandRefused(
                answer.refusal.rule, answer.refusal.chinese, answer.refusal.english
            )
        assert answer.receipt is not None
        return answer.receipt

    async def submit_batch(
        self, orders: Sequence[Order], channel: Channel = Channel.CLI
    ) -> list[ports.Answer]:
        """Have commands of one case recorded in their order, in one turn of its clerk.

        One that is refused does not stop the next. Raises `NotNow`.
        """
        stream = orders[0].stream
        if any(order.stream != stream for order in orders):
            raise ValueError("the commands of one batch belong to one case")
        try:
            return await self._submit(stream, orders, channel)
        except CommandRefused as refusal:
            return [_refused(refusal) for _ in orders]
        except LedgerUnavailable as error:
            log.warning("ledger unavailable", stream=stream)
            raise NotNow(str(error)) from None

    # -- the way of a command --------------------------------------------------------------

    async def _submit(
        self, stream: str, orders: Sequence[Order], channel: Channel
    ) -> list[ports.Answer]:
        kind = kind_of(stream)
        answers: list[ports.Answer] = []
        going: list[Asking] = []
        for order in orders:
            looked = await asyncio.to_thread(self._looked_at, kind, order, channel, not going)
            if isinstance(looked, Asking):
                going.append(looked)
                continue
            answers += await self._flush(kind, stream, going)
            if looked is None:
                # Its role is not certain before those ahead of it are recorded; look again.
                looked = await asyncio.to_thread(self._looked_at, kind, order, channel, True)
            if isinstance(looked, Asking):
                going.append(looked)
            else:
                assert looked is not None
                answers.append(_answer(stream, looked))
        answers += await self._flush(kind, stream, going)
        log.info(
            "commands answered",
            stream=stream,
            recorded=sum(1 for answer in answers if answer.receipt),
            refused=sum(1 for answer in answers if answer.refusal),
        )
        return answers

    def _looked_at(
        self, kind: CaseKind, order: Order, channel: Channel, judge: bool
    ) -> Asking | Written | CommandRefused | None:
        """Seal an order and find who gives it; *judge* it early where nothing goes before it.

        Returns what to send, or what there is to answer at once; None for an order whose role
        only a judgement could find. The others of a turn meet what those before them left, and
        are judged by the desk alone.
        """
        now = datetime.now(UTC)
        try:
            asking = self._prepared(kind, order, channel, now)
            hats = self._hats(kind, order.who(), asking, now)
            if not judge:
                return replace(asking, by=hats[0]) if len(hats) == 1 else None
            asking, earlier = self._judged(order.stream, hats, asking, now)
        except CommandRefused as refusal:
            return refusal
        return asking if earlier is None else earlier

    async def _flush(self, kind: CaseKind, stream: str, going: list[Asking]) -> list[ports.Answer]:
        """Have the gathered commands recorded in one turn, and gather anew."""
        if not going:
            return []
        turn = going.copy()
        going.clear()
        return await self._recorded(kind, stream, turn)

    def _prepared(self, kind: CaseKind, order: Order, channel: Channel, now: datetime) -> Asking:
        """Seal and check the shape of an order; who may give it is the decider's question."""
        who = order.who()
        model = models_of(kind.commands).get(str(order.command.get("kind")))
        if model is None:
            raise CommandRefused(
                "command-unknown",
                f"{category_of(order.stream)} 类案卷没有这样的命令；"
                "可用 jiedui schema commands 查看全部命令。",
                f"A {category_of(order.stream)} knows no such command; "
                "`jiedui schema commands` lists them all.",
            )
        if order.occurred_at is not None and order.occurred_at > now:
            raise CommandRefused(
                "occurred-out-of-range",
                "发生时间不能晚于现在。",
                "What happened cannot lie in the future.",
            )
        if holds_own_references(order.command):
            raise CommandRefused(
                "text-as-written",
                "密封字段应填写原文，由系统密封。",
                "Sealed fields are handed in as text; sealing is done here.",
            )
        try:
            command = seal_command(
                order.stream, order.command_id, order.command, kind.commands, self.books.vault
            )
        except ItemConflict:
            raise command_conflict(order.command_id) from None
        except HolderErased:
            command = self._as_recorded(kind, order)
        try:
            size = len(canonical(command))
        except ValueError as error:
            raise CommandRefused(
                "command-malformed",
                f"命令含有账本不能保存的值：{error}。",
                f"The command holds a value the ledger cannot keep: {error}.",
            ) from None
        if size > ports.COMMAND_BYTES_MAX:
            raise CommandRefused(
                "command-too-large",
                f"命令超过 {ports.COMMAND_BYTES_MAX} 字节。",
                f"The command exceeds {ports.COMMAND_BYTES_MAX} bytes.",
            )
        try:
            kind.commands.validate_python(command)
            by = as_by(who, channel)
        except ValidationError as error:
            raise malformed(error) from None
        return Asking(order.command_id, by, command, order.occurred_at)

    def _as_recorded(self, kind: CaseKind, order: Order) -> dict[str, Any]:
        """Return a command that comes again after its resident was erased, as it was recorded.

        Its texts cannot be compared any more, all else is: the desk answers with the receipt of
        the first time, or the conflict. A command that never was recorded is refused.
        """
        entries = self.books.ledger.read(order.stream)
        facts = [entry.fact for entry in entries if entry.command_id == order.command_id]
        command = sealed_as_recorded(
            order.stream, order.command_id, order.command, kind.commands, facts
        )
        if command is None:
            raise CommandRefused(
                "subject-erased",
                "该当事人的个人信息已依法删除，不能再写入。",
                "This person's data were erased; nothing can be written for them any more.",
            )
        return command

    def _judged(
        self, stream: str, hats: Sequence[By], asking: Asking, now: datetime
    ) -> tuple[Asking, Written | None]:
        """Let the decider say no early; find the one role that may, where none was named."""
        refusal: CommandRefused | None = None
        for by in hats:
            worn = replace(asking, by=by)
            try:
                return worn, self.desk.judge_now(stream, now, worn)
            except CommandRefused as error:
                # A conflict under one hat may be the very command under the next.
                refusal = refusal or error
        assert refusal is not None
        raise refusal

    def _hats(self, kind: CaseKind, who: Who, asking: Asking, now: datetime) -> list[By]:
        """Return the roles a person could be acting in, the named one or those the registry has."""
        if who.role is not None or who.person is None:
            return [asking.by]
        if who.person.startswith("subject/"):
            return [asking.by.model_copy(update={"role": Role.RESIDENT})]
        rules = self.books.rulebook.rules(self.desk.neighbours)
        person = rules.people.get(who.person)
        if person is None:
            raise CommandRefused(
                "person-unknown",
                "名册中没有此人。",
                "The registry does not know this person.",
            )
        standing = [grant for grant in person.grants if grant.stands(now)]
        allowed = kind.who_may.get(str(asking.command["kind"]), frozenset())
        fitting = [grant for grant in standing if grant.role in allowed] or standing
        if not fitting:
            raise CommandRefused(
                "no-role",
                "此人目前没有任何有效角色。",
                "This person holds no role in force.",
            )
        return [
            asking.by.model_copy(update={"role": grant.role, "unit": who.unit or grant.unit})
            for grant in fitting
            if who.unit in (None, grant.unit)
        ] or [asking.by.model_copy(update={"role": fitting[0].role})]

    async def _recorded(
        self, kind: CaseKind, stream: str, askings: Sequence[Asking]
    ) -> list[ports.Answer]:
        if not kind.clerked:
            handled = await self.desk.record(stream, 0, datetime.now(UTC), askings)
            return [_answer(stream, answer) for answer in handled.answers]
        submissions = [
            ports.Submission(
                command_id=asking.command_id,
                by=asking.by,
                command=asking.command,
                occurred_at=asking.occurred_at,
            )
            for asking in askings
        ]
        for wait in (*_DRAINING_WAITS, None):
            try:
                return await self._through_the_clerk(stream, submissions, askings)
            except _ClerkDraining:
                if wait is None:
                    raise NotNow("the clerk is rolling over") from None
                await asyncio.sleep(wait)
        raise AssertionError

    async def _through_the_clerk(
        self, stream: str, submissions: list[ports.Submission], askings: Sequence[Asking]
    ) -> list[ports.Answer]:
        """Send the update; a clerk that is missing is started with it, from the ledger."""
        if self.client is None:
            raise NotNow("Temporal is not reachable")
        single = len(submissions) == 1
        # Content is part of the update id: the same command id with other content must reach
        # the desk, which refuses it, rather than be answered by Temporal with the first result.
        update_id = f"{askings[0].command_id}#{askings[0].digest()[:16]}"
        update = ports.SUBMIT if single else ports.SUBMIT_BATCH
        argument: Any = submissions[0] if single else submissions
        result: Any = ports.Receipt if single else list[ports.Answer]
        try:
            if self.desk.ledger.version(stream) > 0:
                try:
                    value = await self.client.get_workflow_handle(stream).execute_update(
                        update,
                        argument,
                        id=update_id,
                        result_type=result,
                        **self._limits(),
                    )
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:
                        raise
                    # The clerk has completed, was lost, or Temporal cannot look: start it again.
                    value = await self._with_start(stream, update, argument, update_id, result)
            else:
                value = await self._with_start(stream, update, argument, update_id, result)
        except WorkflowUpdateFailedError as error:
            return self._after_failure(stream, error, askings)
        except (ReplyTimedOut, RPCError, TimeoutError) as error:
            return self._after_silence(stream, error, askings)
        if single:
            return [ports.Answer(receipt=value)]
        return list(value)

    def _limits(self) -> dict[str, Any]:
        return {"rpc_timeout": timedelta(seconds=self.reply_timeout)}

    async def _with_start(
        self, stream: str, update: str, argument: Any, update_id: str, result: Any
    ) -> Any:
        assert self.client is not None
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            WORKFLOWS[category_of(stream)],
            ports.CaseStart(stream=stream),
            id=stream,
            task_queue=ports.TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            task_timeout=TASK_TIMEOUT,
        )
        return await self.client.execute_update_with_start_workflow(
            update,
            argument,
            id=update_id,
            start_workflow_operation=start,
            result_type=result,
            **self._limits(),
        )

    def _after_failure(
        self, stream: str, error: WorkflowUpdateFailedError, askings: Sequence[Asking]
    ) -> list[ports.Answer]:
        cause = error.cause
        if isinstance(cause, ApplicationError):
            if cause.type == ports.DRAINING:
                raise _ClerkDraining
            if len(askings) == 1 and cause.details and isinstance(cause.details[0], dict):
                refusal = ports.Refusal.model_validate(cause.details[0])
                return [ports.Answer(refusal=refusal)]
            if cause.type == "AcceptedUpdateCompletedWorkflow":
                return self._after_silence(stream, error, askings)
        log.error("update failed", stream=stream, type=getattr(cause, "type", type(cause).__name__))
        return self._after_silence(stream, error, askings)

    def _after_silence(
        self, stream: str, error: BaseException, askings: Sequence[Asking]
    ) -> list[ports.Answer]:
        """Ask the ledger: what stands there was done, whatever the line said."""
        found = [self.desk.earlier(stream, asking) for asking in askings]
        if all(written is not None for written in found):
            return [_answer(stream, written) for written in found if written is not None]
        raise NotNow(_plainly(error)) from None


class _ClerkDraining(Exception):
    """The clerk is rolling over to a new run."""


def holds_own_references(command: dict[str, Any]) -> bool:
    """Say whether somebody handed in a sealed reference instead of a text."""
    return any(
        isinstance(value, dict) and ({"holder", "item"} <= set(value) or set(value) == {"seal"})
        for value in command.values()
    )


def standing_of(handled: Handled) -> ports.Standing:
    """Return where a case stands in the words of the ports."""
    return ports.Standing(
        version=handled.version,
        state=handled.state,
        over=handled.over,
        next_clock=None
        if handled.next_clock is None
        else ports.NextClock(name=handled.next_clock[0], due=handled.next_clock[1]),
        talks=handled.talks,
    )


def _answer(stream: str, answer: Written | CommandRefused) -> ports.Answer:
    if isinstance(answer, CommandRefused):
        return _refused(answer)
    return ports.Answer(
        receipt=ports.Receipt(
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


def _refused(refusal: CommandRefused) -> ports.Answer:
    return ports.Answer(
        refusal=ports.Refusal(rule=refusal.rule, chinese=refusal.chinese, english=refusal.english)
    )


def _plainly(error: BaseException) -> str:
    """Say in a few words what stood in the way; never a traceback."""
    if isinstance(error, RPCError):
        return f"Temporal: {error.status.name.lower().replace('_', ' ')}"
    if isinstance(error, ReplyTimedOut | TimeoutError):
        return "no answer in time"
    return "the clerk could not finish"
