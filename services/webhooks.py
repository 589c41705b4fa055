"""Webhooks for every door: who is told of what, how deliveries went, and sending one again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from desk.casework import Asking, Who, Written
from desk.hats import hats
from desk.identifiers import new_uuid7
from desk.opening import Books
from desk.sealing import opaque_uuid
from domain import gate
from domain.oversight.case import WEBHOOK
from domain.oversight.decider import PAIRING_KINDS, TASK_KINDS
from domain.oversight.refusal_rules import refused
from domain.people import Role, roles_named
from domain.refusals import CommandRefused
from domain.values import instant_text
from runtime.standard_webhooks import secret_of
from webhooks.addresses import why_refused
from webhooks.relay import Whom
from webhooks.store import Attempt, Reach, Store
from webhooks.subscriptions import Subscription, keys_of, subscription, subscriptions

BOTH_SECRETS = timedelta(hours=24)
"""How long a replaced secret signs beside the new one where nobody says otherwise."""

WHOLE = {"task": TASK_KINDS, "pairing": PAIRING_KINDS}
"""What a subscriber may say for every kind of fact of such a case."""

_LOG_MAX = 1000
_READERS = frozenset({Role.REGISTRAR, Role.AUDITOR})

_ADDRESS_RULES = {
    "address-malformed": ("网址无法辨认。", "This is no address."),
    "address-not-plain": (
        "网址不能带用户名、参数或片段；密钥不写在网址里。",
        "The address takes no user, query or fragment; secrets do not stand in it.",
    ),
    "https-only": ("只能推送到 https 网址。", "Facts are sent over https only."),
    "address-not-public": (
        "主机名须为公开的域名或地址，不能是本机、内网地址或其他写法的数字。",
        "The host is a public name or address, not an inner one, nor an odd form of a number.",
    ),
    "host-not-allowed": (
        "该主机不在允许之列；请由系统管理员在 JIEDUI_WEBHOOK_HOSTS 中加入。",
        "This host is not allowed; whoever operates this system adds it to JIEDUI_WEBHOOK_HOSTS.",
    ),
}


@dataclass(frozen=True)
class Subscribed:
    """A new subscription: its stream, and the secret by which its receiver knows what is ours."""

    stream: str
    secret: str
    position: int


@dataclass(frozen=True)
class Line:
    """One subscription as lists show it."""

    subscription: Subscription
    reach: Reach


class Webhooks:
    """What people do with webhooks; every function says no by `CommandRefused`."""

    def __init__(self, books: Books, store: Store, whom: Whom) -> None:
        self._books, self._store, self._whom = books, store, whom

    def subscribe(
        self,
        who: Who,
        receiver: str,
        url: str,
        kinds: Sequence[str],
        after: int | None = None,
        command_id: str | None = None,
    ) -> Subscribed:
        """Have *receiver* told at *url* of facts of *kinds*: `task_dispatched.v1`, all of `task`.

        It begins after position *after*, left out: with what is recorded from now on.
        """
        why = why_refused(url, self._whom.hosts, inner=self._whom.inner)
        if why is not None:
            raise CommandRefused(f"webhook-{why}", *_ADDRESS_RULES[why])
        # The same command id names the same subscription, so that a retry finds it.
        own = opaque_uuid("webhook", who.person, command_id) if command_id else new_uuid7()
        stream = f"webhook/{own}"
        command = {
            "kind": "subscribe_webhook",
            "receiver": receiver,
            "url": url,
            "kinds": _named(kinds),
            "after": self._from_now(stream) if after is None else after,
        }
        written = self._given(who, stream, command, command_id)
        return Subscribed(stream, self._secrets(self._of(stream))[0], written.position)

    def _from_now(self, stream: str) -> int:
        """Return the newest position, or where the subscription began that is there already."""
        there = subscription(self._books.desk, stream)
        return self._books.ledger.head() if there is None else there.standing.after

    def end(self, who: Who, stream: str, reason: str) -> Written:
        """Have nothing sent any more."""
        return self._given(who, stream, _ending(reason))

    def rotate(self, who: Who, stream: str, both: timedelta = BOTH_SECRETS) -> str:
        """Return a new secret, which signs at once; the one before signs beside it for *both*."""
        until = instant_text(self._books.ledger.clock() + both)
        self._given(who, stream, {"kind": "rotate_webhook_secret", "old_until": until})
        return self._secrets(self._of(stream))[0]

    def secrets(self, who: Who, stream: str) -> list[str]:
        """Return the secrets that sign now, the newest first, to whoever could replace them."""
        now = instant_text(self._books.ledger.clock())
        self._would(who, stream, {"kind": "rotate_webhook_secret", "old_until": now})
        return self._secrets(self._of(stream))

    def listing(self, who: Who) -> list[Line]:
        """Return every subscription there ever was, and how it fares."""
        self._reads(who)
        return [
            Line(one, self._store.reach(one.stream, one.standing.after))
            for one in subscriptions(self._books.desk)
        ]

    def log(self, who: Who, stream: str, limit: int = 100) -> list[Attempt]:
        """Return the newest attempts of a subscription, at most 1,000."""
        self._reads(who)
        return self._store.attempts(self._of(stream).stream, max(1, min(limit, _LOG_MAX)))

    def redeliver(self, who: Who, stream: str, position: int) -> None:
        """Have the entry at *position* sent once more, under the same id."""
        self._would(who, stream, _ending("重新推送"))
        one, entry = self._of(stream), self._books.ledger.entry(position)
        if entry is None or entry.kind not in one.standing.kinds:
            raise CommandRefused(
                "webhook-entry",
                f"账本位置 {position} 没有该订阅所接收的记录。",
                f"There is nothing at position {position} that this subscription is for.",
            )
        now = self._books.ledger.clock()
        self._store.put_again(stream, position, entry.stream, now)

    def _given(
        self, who: Who, stream: str, command: dict[str, Any], command_id: str | None = None
    ) -> Written:
        asking = Asking(command_id or f"webhook/{new_uuid7()}", who, command)
        (answer,) = self._books.desk.record_now(stream, [asking]).answers
        if isinstance(answer, CommandRefused):
            raise answer
        return answer

    def _would(self, who: Who, stream: str, command: dict[str, Any]) -> None:
        self._books.desk.would(stream, Asking("would", who, command))

    def _reads(self, who: Who) -> None:
        """Refuse whoever is neither a registrar nor an auditor now."""
        desk, command = self._books.desk, "subscribe_webhook"
        rules, at = desk.rulebook.rules(desk.neighbours), desk.ledger.clock()
        for by in hats(WEBHOOK, Asking("look", who, {"kind": command}), rules, at):
            if by.role in _READERS and by.unit and rules.holds(by.person, by.role, by.unit, at):
                return
        chinese, english = roles_named(_READERS)
        raise gate.refused(
            "role-permitted",
            role="-",
            command="jiedui webhook list",
            may=english,
            may_zh=chinese,
        )

    def _of(self, stream: str) -> Subscription:
        found = subscription(self._books.desk, stream) if stream.startswith("webhook/") else None
        if found is None:
            raise refused("webhook-unknown", stream=stream)
        return found

    def _secrets(self, one: Subscription) -> list[str]:
        now = self._books.ledger.clock()
        return [secret_of(key) for key in keys_of(self._books.vault, one, now)]


def _ending(reason: str) -> dict[str, Any]:
    return {"kind": "end_webhook", "cause": "REQUESTED", "reason": reason}


def _named(kinds: Sequence[str]) -> list[str]:
    """Return the kinds meant: `task` and `pairing` stand for all of theirs."""
    named: set[str] = set()
    for one in kinds:
        of_case = WHOLE.get(one)
        named |= of_case if of_case is not None else {one}
    return sorted(named)
