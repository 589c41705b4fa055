"""Telling people: whom the facts of a case concern, once each, with a receipt for every letter.

Receipts are facts on streams of their own (`notice/<uuid>`), never on the case. A letter may
arrive twice (a crash between sending and writing the receipt); it carries the same id then.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.addresses import AddressBook, RegistryNames
from activities.desk_work import outages_are_retried, talk_standing
from activities.notices import Channels, Letter, NotDelivered, Notifier, NotReachable
from desk import clerking
from desk.casework import Asking
from desk.desk import Desk
from domain.cases import Notice
from domain.envelope import SYSTEM
from domain.registry.commands import Outcome, RecordDelivery
from wording.sentences import WordingBroken, notice_text
from workflows.ports import (
    TAKE_STEP,
    TELL,
    TELL_ATTEMPTS,
    StepRequest,
    TalkStanding,
    TellRequest,
    Told,
)

log = structlog.get_logger(__name__)

_AT_ONCE = 8
_NOT_TOLD = "not-told"

_LOOK_AGAIN = timedelta(minutes=30)
"""How long is waited at a time in quiet hours: what becomes urgent meanwhile is told then."""

_KEPT_ATTEMPTS = TELL_ATTEMPTS // 2
"""How many attempts quiet hours leave: further waiting is done in an activity begun anew."""

_NOW_OR_NEVER = frozenset({"whistle_called", "whistle_reminded"})
"""Notices of what begins within minutes, whatever the task."""


class Telling:
    """Tells people, each by their channel, and keeps the receipts."""

    def __init__(self, desk: Desk, addresses: AddressBook, channels: Channels) -> None:
        self.desk, self.addresses, self.channels = desk, addresses, channels

    @activity.defn(name=TELL)
    async def tell(self, request: TellRequest) -> Told:
        """Tell whom the facts after *after* up to *until* concern.

        A second call passes over those for whom there is a receipt. The last attempt records what
        could not be delivered as failed, and returns.
        """
        stream = request.stream
        with outages_are_retried():
            wanted = await self.desk.aside(
                clerking.notices, self.desk, stream, request.after, request.until
            )
            return await self._tell_all(stream, wanted)

    @activity.defn(name=TAKE_STEP)
    async def take_step(self, request: StepRequest) -> TalkStanding:
        """Take a step of a conversation, should the case ask for it now; say what comes next.

        People are asked first, each once, then the case has its record of it.
        """
        desk, stream = self.desk, request.stream
        with outages_are_retried():
            talk = await desk.aside(clerking.talk_of, desk, stream, request.key)
            step = talk and await desk.aside(clerking.next_step, desk, stream, talk)
            if step is not None and step.name == request.step and step.at <= desk.ledger.clock():
                await self._tell_all(stream, step.asks)
                await desk.aside(clerking.take_down, desk, stream, talk, step)
            standing: TalkStanding = await desk.aside(talk_standing, desk, stream, request.key)
            return standing

    async def _tell_all(self, stream: str, notices: Sequence[Notice]) -> Told:
        untold = await self.desk.aside(clerking.untold, self.desk, stream, notices)
        if not untold:
            return Told(earlier=len({notice.key for notice in notices}))
        urgent = await self.desk.aside(clerking.is_urgent, self.desk, stream)
        quiet = timedelta(0) if urgent else self._quiet()
        now = [notice for notice in untold if not (quiet and self._may_wait(notice))]
        names = await self.desk.aside(self.addresses.names, stream)
        room = asyncio.Semaphore(_AT_ONCE)

        async def telling(notice: Notice) -> Outcome | None:
            async with room:
                return await self._deliver(stream, notice, names, urgent=urgent)

        ends = await asyncio.gather(*[telling(notice) for notice in now])
        if None in ends:
            raise ApplicationError("somebody could not be told yet", type=_NOT_TOLD)
        if len(now) < len(untold):
            raise ApplicationError(
                "somebody is not disturbed now",
                type=_NOT_TOLD,
                next_retry_delay=min(quiet, _LOOK_AGAIN),
                non_retryable=activity.info().attempt >= TELL_ATTEMPTS - _KEPT_ATTEMPTS,
            )
        return Told(
            delivered=ends.count(Outcome.DELIVERED),
            failed=len(ends) - ends.count(Outcome.DELIVERED),
            earlier=len({notice.key for notice in notices}) - len(untold),
        )

    def _quiet(self) -> timedelta:
        """Return how long nobody is to be disturbed from now on."""
        hours = self.channels.quiet
        return timedelta(0) if hours is None else hours.left(self.desk.ledger.clock())

    def _may_wait(self, notice: Notice) -> bool:
        return self.channels.of(notice.to).disturbs and notice.template not in _NOW_OR_NEVER

    async def _deliver(
        self, stream: str, notice: Notice, names: RegistryNames, *, urgent: bool
    ) -> Outcome | None:
        """Make one attempt; None when it failed and another one may come."""
        info, notifier = activity.info(), self.channels.of(notice.to)
        outcome, detail = Outcome.DELIVERED, ""
        try:
            letter = await self.desk.aside(self._letter, stream, notice, names, notifier)
            await notifier.send(replace(letter, urgent=urgent))
        except NotReachable as reason:
            outcome, detail = Outcome.SKIPPED, reason.detail
        except NotDelivered as reason:
            log.warning("notice not delivered", to=notice.to, reason=reason.detail)
            if info.attempt < TELL_ATTEMPTS:
                return None
            outcome, detail = Outcome.FAILED, reason.detail
        await self._write_receipt(stream, notice, notifier.channel, outcome, detail)
        return outcome

    def _letter(
        self, stream: str, notice: Notice, names: RegistryNames, notifier: Notifier
    ) -> Letter:
        chinese, english = self._text(stream, notice, names)
        number = names.case(stream, "zh")
        return Letter(
            id=clerking.receipt_stream(stream, notice.key).partition("/")[2],
            stream=stream,
            to=notice.to,
            template=notice.template,
            chinese=chinese,
            english=english,
            phone=self.addresses.phone(stream, notice.to) if notifier.wants_phone else None,
            number=number,
            link=self.channels.link(stream, number),
        )

    def _text(self, stream: str, notice: Notice, names: RegistryNames) -> tuple[str, str]:
        """Return the text in both languages; a broken sentence says only that there is news."""
        values = {"case": stream, **notice.values}
        try:
            return notice_text(notice.template, values, names)
        except WordingBroken:
            log.exception("wording broken", template=notice.template)
            return notice_text("any", {"case": stream}, names)

    async def _write_receipt(
        self, stream: str, notice: Notice, channel: str, outcome: Outcome, detail: str
    ) -> None:
        attempt = activity.info().attempt
        command = RecordDelivery(
            notice=f"{stream}/{notice.key}",
            to=notice.to,
            template=notice.template,
            channel=channel,
            outcome=outcome,
            detail=detail or None,
            attempt=attempt,
        )
        asking = Asking(f"delivery/{attempt}", SYSTEM, command.model_dump(mode="json"))
        await self.desk.record(clerking.receipt_stream(stream, notice.key), [asking])
