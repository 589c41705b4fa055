"""Telling people: whom the facts of a case concern, once each, with a receipt for every letter.

Receipts are facts on streams of their own (`notice/<uuid>`), never on the case. A letter may
arrive twice (a crash between sending and writing the receipt); it carries the same id then.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.addresses import AddressBook
from activities.notices import Letter, NotDelivered, Notifier, NotReachable
from activities.recording import outages_are_retried
from desk.casework import Asking
from desk.desk import Desk
from desk.sealing import opaque_uuid
from domain.cases import Notice
from domain.envelope import SYSTEM
from domain.registry.commands import Outcome, RecordDelivery
from wording.sentences import WordingBroken, notice_text
from workflows.ports import ASK, TELL, TELL_ATTEMPTS, AskRequest, TellRequest, Told

log = structlog.get_logger(__name__)

_AT_ONCE = 8
_NOT_TOLD = "not-told"


class Telling:
    """Tells people by one notifier, and keeps the receipts."""

    def __init__(self, desk: Desk, addresses: AddressBook, notifier: Notifier) -> None:
        self.desk, self.addresses, self.notifier = desk, addresses, notifier

    @activity.defn(name=TELL)
    async def tell(self, request: TellRequest) -> Told:
        """Tell whom the facts after *after* up to *until* concern.

        A second call passes over those for whom there is a receipt. The last attempt records what
        could not be delivered as failed, and returns.
        """
        with outages_are_retried():
            notices = await self.desk.notices(request.stream, request.after, request.until)
            return await self._tell_all(request.stream, notices)

    @activity.defn(name=ASK)
    async def ask(self, request: AskRequest) -> Told:
        """Tell one recipient about a step of a conversation; a second call finds its receipt."""
        notice = Notice(
            key=request.key, to=request.to, template=request.template, values=request.values
        )
        with outages_are_retried():
            return await self._tell_all(request.stream, [notice])

    async def _tell_all(self, stream: str, notices: Sequence[Notice]) -> Told:
        places = {notice.key: notice for notice in notices}
        untold = [
            notice
            for notice, told in zip(
                places.values(),
                await asyncio.to_thread(self._told_before, stream, list(places.values())),
                strict=True,
            )
            if not told
        ]
        room = asyncio.Semaphore(_AT_ONCE)

        async def telling(notice: Notice) -> Outcome | None:
            async with room:
                return await self._deliver(stream, notice)

        ends = await asyncio.gather(*[telling(notice) for notice in untold])
        if None in ends:
            raise ApplicationError("somebody could not be told yet", type=_NOT_TOLD)
        return Told(
            delivered=ends.count(Outcome.DELIVERED),
            failed=len(ends) - ends.count(Outcome.DELIVERED),
            earlier=len(places) - len(untold),
        )

    def _told_before(self, stream: str, notices: Sequence[Notice]) -> list[bool]:
        return [
            self.desk.ledger.version(receipt_stream(stream, notice.key)) > 0 for notice in notices
        ]

    async def _deliver(self, stream: str, notice: Notice) -> Outcome | None:
        """Make one attempt; None when it failed and another one may come."""
        info = activity.info()
        outcome, detail = Outcome.DELIVERED, ""
        try:
            await self.notifier.send(await asyncio.to_thread(self._letter, stream, notice))
        except NotReachable as reason:
            outcome, detail = Outcome.SKIPPED, reason.detail
        except NotDelivered as reason:
            log.warning("notice not delivered", to=notice.to, reason=reason.detail)
            if info.attempt < TELL_ATTEMPTS:
                return None
            outcome, detail = Outcome.FAILED, reason.detail
        await self._write_receipt(stream, notice, outcome, detail, info.started_time)
        return outcome

    def _letter(self, stream: str, notice: Notice) -> Letter:
        chinese, english = self._text(stream, notice)
        phone = self.addresses.phone(stream, notice.to) if self.notifier.wants_phone else None
        return Letter(
            id=receipt_stream(stream, notice.key).partition("/")[2],
            stream=stream,
            to=notice.to,
            template=notice.template,
            chinese=chinese,
            english=english,
            phone=phone,
        )

    def _text(self, stream: str, notice: Notice) -> tuple[str, str]:
        """Return the text in both languages; a broken sentence says only that there is news."""
        names, values = self.addresses.names(stream), {"case": stream, **notice.values}
        try:
            return notice_text(notice.template, values, names)
        except WordingBroken:
            log.exception("wording broken", template=notice.template)
            return notice_text("any", {"case": stream}, names)

    async def _write_receipt(
        self, stream: str, notice: Notice, outcome: Outcome, detail: str, at: datetime
    ) -> None:
        attempt = activity.info().attempt
        command = RecordDelivery(
            notice=f"{stream}/{notice.key}",
            to=notice.to,
            template=notice.template,
            channel=self.notifier.channel,
            outcome=outcome,
            detail=detail or None,
            attempt=attempt,
        )
        asking = Asking(f"delivery/{attempt}", SYSTEM, command.model_dump(mode="json"))
        await self.desk.record(receipt_stream(stream, notice.key), 0, at, [asking])


def receipt_stream(stream: str, key: str) -> str:
    """Return the stream that holds the receipt of the notice *key* of *stream*."""
    return f"notice/{opaque_uuid('notice', stream, key)}"
