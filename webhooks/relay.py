"""The relay: follows the log for every subscription, posts what it is for, and tries again.

Of several relays one is active. Each subscription is served by itself, so that a slow receiver
holds nobody else up; of one case its facts arrive in their order, except those given up.
"""

import asyncio
import os
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy.exc import OperationalError

from desk.casework import Asking
from desk.opening import Books
from domain.envelope import SYSTEM
from domain.oversight.words import WebhookEnd
from domain.refusals import CommandRefused
from domain.values import instant_text
from ledger.database import LedgerUnavailable
from ledger.entry import instant_of
from runtime.outgoing import AddressRefused, Answer, NotSent, Outgoing
from runtime.standard_webhooks import headers_for
from webhooks import pace
from webhooks.addresses import why_refused
from webhooks.payload import payload
from webhooks.store import WAITING_MAX, Attempt, Delivery, Store
from webhooks.subscriptions import CATEGORY, Subscription, keys_of, subscriptions

log = structlog.get_logger(__name__)

_PAGE = 500
_IN_A_ROUND = 20
_DELIVERED = "delivered"
_AWAY = (LedgerUnavailable, OperationalError)


@dataclass(frozen=True)
class Whom:
    """Whom the settings let this installation speak to."""

    hosts: str
    inner: bool = False
    verify: ssl.SSLContext | bool = True


class Relay:
    """Serves every subscription of one installation while it has the turn."""

    def __init__(
        self, books: Books, store: Store, whom: Whom, *, poll_seconds: float = 0.5
    ) -> None:
        self.name = f"{os.getpid()}/{uuid4().hex[:12]}"
        self._books, self._store, self._whom = books, store, whom
        self._poll_seconds = poll_seconds
        self._seen = -2
        self._open: dict[str, Subscription] = {}
        self._serving: dict[str, asyncio.Task[None]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until *stop*; wait as a stand-by while another relay is active."""
        try:
            while not stop.is_set():
                await self._look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._poll_seconds)
        finally:
            await self._rest()
            with suppress(*_AWAY):
                await asyncio.to_thread(self._store.let_go, self.name)

    async def _look(self) -> None:
        """Keep the turn, and see which subscriptions there are."""
        try:
            if not await asyncio.to_thread(self._store.take, self.name, self._now()):
                await self._rest()
                return
            await asyncio.to_thread(self._read_subscriptions)
        except _AWAY as problem:
            log.warning("webhooks not followed", problem=type(problem).__name__)
            return
        for stream in self._serving.keys() - self._open.keys():
            self._serving.pop(stream).cancel()
        for stream in self._open:
            running = self._serving.get(stream)
            if running is None or running.done():
                self._serving[stream] = asyncio.create_task(self._serve(stream))

    async def _rest(self) -> None:
        """Leave everything to whoever has the turn."""
        resting, self._serving, self._seen = self._serving, {}, -2
        for task in resting.values():
            task.cancel()
        await asyncio.gather(*resting.values(), return_exceptions=True)

    def _read_subscriptions(self) -> None:
        newest = self._books.ledger.heads([CATEGORY])[1]
        if newest == self._seen:
            return
        found = list(subscriptions(self._books.desk))
        for one in found:
            if not one.open:
                self._store.give_up(one.stream)
        self._open = {one.stream: one for one in found if one.open}
        self._seen = newest

    def _now(self) -> datetime:
        return self._books.ledger.clock()

    # -- one subscription --------------------------------------------------------------------

    async def _serve(self, stream: str) -> None:
        """Deliver what *stream* is for, one after the other, until this is cancelled."""
        url = self._open[stream].standing.url
        why = why_refused(url, self._whom.hosts, inner=self._whom.inner)
        line = None
        if why is None:
            try:
                line = Outgoing(url, inner=self._whom.inner, verify=self._whom.verify)
            except AddressRefused:
                why = "address-malformed"
        try:
            while stream in self._open:
                more = False
                try:
                    more = await self._round(self._open[stream], line, why or "")
                except _AWAY as problem:
                    log.warning("webhook waits", webhook=stream, problem=type(problem).__name__)
                if not more:
                    await asyncio.sleep(self._poll_seconds)
        finally:
            if line is not None:
                await line.close()

    async def _round(self, one: Subscription, line: Outgoing | None, why: str) -> bool:
        """Deliver what is due; say whether more may be waiting."""
        now = self._now()
        reach = await asyncio.to_thread(self._read_on, one, now)
        if reach > instant_text(now):
            return False
        due = await asyncio.to_thread(self._store.due, one.stream, now, _IN_A_ROUND)
        for delivery in due:
            if not await self._deliver(one, delivery, line, why):
                return False
        return bool(due)

    def _read_on(self, one: Subscription, now: datetime) -> str:
        """Read a page of the log for *one*; return until when its receiver is left alone."""
        reach = self._store.reach(one.stream, one.standing.after)
        if reach.waiting < WAITING_MAX:
            entries = self._books.ledger.log(reach.position, _PAGE)
            if entries:
                kinds = frozenset(one.standing.kinds)
                wanted = [(each.position, each.stream) for each in entries if each.kind in kinds]
                until = entries[-1].position
                self._store.read_on(one.stream, reach.position, until, wanted, now)
        return reach.held_until

    async def _deliver(
        self, one: Subscription, delivery: Delivery, line: Outgoing | None, why: str
    ) -> bool:
        """Make one attempt and note how it went; say whether the receiver said yes."""
        began, at = time.perf_counter(), self._now()
        answer, outcome = None, why
        if line is not None:
            answer, outcome = await self._post(one, delivery, line, at)
        attempt = Attempt(
            position=delivery.position,
            number=delivery.tried + 1,
            at=instant_text(at),
            status=None if answer is None else answer.status,
            outcome=outcome,
            millis=round((time.perf_counter() - began) * 1000),
        )
        if outcome == _DELIVERED:
            await asyncio.to_thread(self._store.arrived, one.stream, delivery, attempt)
            return True
        await self._put_off(one, delivery, attempt, answer)
        return False

    async def _post(
        self, one: Subscription, delivery: Delivery, line: Outgoing, at: datetime
    ) -> tuple[Answer | None, str]:
        ledger, vault = self._books.ledger, self._books.vault
        entry = await asyncio.to_thread(ledger.entry, delivery.position)
        assert entry is not None, "what was read in the log stays there"
        body = await asyncio.to_thread(payload, ledger, entry)
        identity = one.identity(delivery.position)
        keys = keys_of(vault, one, at)
        try:
            answer = await line.post(body, headers_for(keys, identity, int(at.timestamp()), body))
        except NotSent as reason:
            return None, reason.detail
        return answer, _DELIVERED if 200 <= answer.status < 300 else f"http-{answer.status}"

    async def _put_off(
        self, one: Subscription, delivery: Delivery, attempt: Attempt, answer: Answer | None
    ) -> None:
        """Have a failed delivery tried later, or see that it is over."""
        at = instant_of(attempt.at)
        reach = await asyncio.to_thread(self._store.reach, one.stream, one.standing.after)
        held = pace.held(one.stream, reach.failures + 1)
        again = pace.pause(one.identity(attempt.position), attempt.number)
        if answer is not None and answer.retry_after:
            held = max(held, timedelta(seconds=answer.retry_after))
        await asyncio.to_thread(
            self._store.failed,
            one.stream,
            delivery,
            attempt,
            None if again is None else at + max(again, held),
            at + held,
        )
        log.warning(
            "webhook not delivered",
            webhook=one.stream,
            position=attempt.position,
            attempt=attempt.number,
            outcome=attempt.outcome,
        )
        if answer is not None and answer.status == 410:
            await self._end(one, WebhookEnd.GONE)
        elif reach.failing_since and at - instant_of(reach.failing_since) >= pace.SILENCE_MAX:
            await self._end(one, WebhookEnd.UNREACHABLE)

    async def _end(self, one: Subscription, cause: WebhookEnd) -> None:
        """Put on record that nothing is sent any more, and stop."""
        command = {"kind": "end_webhook", "cause": cause.value}
        asking = Asking(f"webhook/{cause.value.lower()}", SYSTEM, command)
        (answer,) = (await self._books.desk.record(one.stream, [asking])).answers
        if isinstance(answer, CommandRefused):  # a registrar was first
            log.warning("webhook ended already", webhook=one.stream, rule=answer.rule)
        await asyncio.to_thread(self._store.give_up, one.stream)
        self._open.pop(one.stream, None)
