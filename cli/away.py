"""The command line at a server far away (`JIEDUI_URL`): the same commands, through the API.

Nothing is opened here. Who acts proves it by their account key; what lists and names need is asked
of the server. What only whoever has the home can do says so.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from threading import Lock, Semaphore
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from cli.away_lists import COLLECTIONS, AwayBoards
from cli.context import Context
from client.jiedui import Jiedui, NothingThere, NotNow, Refused, SignedOut
from desk.orders import Answer, Door, Order, Receipt
from desk.orders import NotNow as NotNowHere
from domain.people import Grant, Person, Role
from domain.policy import Policy
from domain.refusals import CommandRefused
from domain.rules import Rules, Terms
from domain.units import Unit, UnitKind
from services.signing_in import proof_text
from transparency.keys import load_key
from transparency.notes import Note

if TYPE_CHECKING:
    from runtime.settings import Settings

_AT_ONCE = 4
"""How many commands of a script are under way: the server has others to serve."""

_BEGINNINGS = {"register_task", "draft_pairing"}


@dataclass(frozen=True)
class _Pack:
    """A pack to name things by; nothing is counted here, so it has no calendar."""

    policy: Policy


def _home_needed(url: str) -> CommandRefused:
    return CommandRefused(
        "home-needed",
        f"设置了 JIEDUI_URL（{url}），此命令只能在账本所在的机器上办理；请到那里运行，"
        "表格也可在网页导入。",
        f"JIEDUI_URL names {url}; this is done where the ledger is: run it there. Tables are also "
        "taken in through its pages.",
    )


class Away(Context):
    """One run of the command at the server that the settings name."""

    def __init__(self, settings: "Settings") -> None:
        super().__init__(settings)
        assert settings.url is not None, "somewhere else is somewhere"
        self.url = settings.url
        self._clients: dict[tuple[str, str] | None, Jiedui] = {}
        self._beginning = Lock()

    @property
    def books(self) -> NoReturn:
        """There are none here: raise `CommandRefused`."""
        raise _home_needed(self.url)

    @property
    def person(self) -> str:
        """Whose key was given; it is what the server is shown."""
        if self.settings.account_key is None:
            raise click.UsageError(
                "请用 --key（JIEDUI_ACCOUNT_KEY）给出本人的账户密钥。 "
                "Give your account key with --key (JIEDUI_ACCOUNT_KEY)."
            )
        return load_key(self.settings.account_key).verifier.name

    def client(self, post: tuple[str, str] | None = None) -> Jiedui:
        """Return a session in *post* (role, unit), left out: in the first the person holds."""
        with self._beginning:
            return self._client(post)

    def _client(self, post: tuple[str, str] | None) -> Jiedui:
        if post not in self._clients:
            assert self.person, "it was asked before"
            key = load_key(self.settings.account_key)  # type: ignore[arg-type]
            text = proof_text(key.verifier.name, datetime.now(UTC))
            proof = Note(text).with_signatures(key.sign(text)).encoded().decode()
            made = Jiedui(self.url)
            try:
                made.sign_in({"proof": proof}, post)
            except SignedOut:
                raise CommandRefused(
                    "not-let-in",
                    "服务器不接受这把账户密钥，或本人没有这一岗位。",
                    "The server takes no such account key, or its person does not hold that post.",
                ) from None
            self._clients[post] = made
        return self._clients[post]

    @cached_property
    def rules(self) -> Rules:
        """The registry and the packs as the server has them now: enough to name things by."""
        client = self.client()
        people: dict[str, list[Grant]] = {}
        since = datetime(1949, 10, 1, tzinfo=UTC)
        for one in client.all_of("/people"):
            grant = Grant(role=Role(one["role"]), unit=one["unit"], since=since)
            people.setdefault(one["person"], []).append(grant)
        packs = {
            one["policy"]: _Pack(Policy.model_validate(one["pack"]))
            for one in client.all_of("/policies")
        }
        return Rules(
            policies=cast("dict[str, Terms]", packs),
            units={one["code"]: _unit(one) for one in client.all_of("/units")},
            people={
                name: Person(id=name, name=None, grants=tuple(held))
                for name, held in people.items()
            },
            default_policy=self.settings.policy,
        )

    @property
    def office_zone(self) -> tzinfo:
        """The zone the office's clocks show."""
        policy = self.rules.policies.get(self.settings.policy)
        minutes = 480 if policy is None else policy.policy.utc_offset_minutes
        return timezone(timedelta(minutes=minutes))

    @property
    def gateway(self) -> "AwayGateway":  # type: ignore[override]
        """The way to the server's desk."""
        return AwayGateway(self)

    def boards(self) -> "AwayBoards":
        """Return the boards, as far as the server tells them."""
        return AwayBoards(self.client())

    def stream(self, category: str, given: str) -> str:
        """Return the stream of the case that *given* names; raise `CommandRefused`."""
        key = given.partition("/")[2] or given
        try:
            if category == "task":
                return str(self.client().task(key).task["stream"])
            return str(self.client().pairing(key.lower()).pairing["stream"])
        except NothingThere:
            raise CommandRefused(
                "case-unknown",
                f"没有案卷 {given}，或不在您的职责范围内。",
                f"There is no case {given}, or it lies outside your duties.",
            ) from None

    def close(self) -> None:
        """End the sessions."""
        for client in self._clients.values():
            client.close()
        super().close()


def _unit(told: dict[str, Any]) -> Unit:
    return Unit(
        code=told["code"],
        name=told["name"],
        kind=UnitKind(told["kind"]),
        division=told["division"],
        line=told["line"],
        parent=told["parent"],
        since=datetime.fromisoformat(told["since"]),
        until=None if told["until"] is None else datetime.fromisoformat(told["until"]),
    )


class AwayGateway:
    """Gives orders through the API; what the server refuses is refused here in its words.

    A case begun there has the id that the server gives it: what follows of it in the same run is
    sent to that, and so is what names it.
    """

    def __init__(self, away: Away) -> None:
        self._away, self._url = away, away.url
        self._called: dict[str, str] = {}
        self._room = Semaphore(_AT_ONCE)

    @property
    def books(self) -> NoReturn:
        """There are none here: raise `CommandRefused`."""
        raise _home_needed(self._url)

    @property
    def desk(self) -> NoReturn:
        """There is none here: raise `CommandRefused`."""
        raise _home_needed(self._url)

    async def begun(self, stream: str) -> bool:
        """Say yes: commands go one by one."""
        del stream
        return True

    async def submit_batch(self, orders: Sequence[Order]) -> list[Answer]:
        """Have commands of one case recorded, one by one; raise `NotNow`."""
        return [await asyncio.to_thread(self._answer, order) for order in orders]

    def _answer(self, order: Order) -> Answer:
        try:
            with self._room:
                return Answer(receipt=self._give(order))
        except CommandRefused as refusal:
            return Answer(refusal=refusal)

    async def submit(self, order: Order, door: Door) -> Receipt:
        """Have one command recorded and return its receipt; raise as the gateway does."""
        del door  # the server knows by which door this comes
        return self._give(order)

    def _give(self, order: Order) -> Receipt:
        stream = self._called.get(order.stream, order.stream)
        category, _, key = stream.partition("/")
        kind = str(order.command.get("kind"))
        if category not in COLLECTIONS:
            raise CommandRefused(
                "home-needed",
                f"{category} 的命令只能在账本所在的机器上办理。",
                f"Commands of {category} are given where the ledger is.",
            )
        path = (
            COLLECTIONS[category]
            if kind in _BEGINNINGS
            else f"{COLLECTIONS[category]}/{key}/{kind}"
        )
        body = {name: value for name, value in order.command.items() if name != "kind"}
        if order.occurred_at is not None:
            body["occurred_at"] = order.occurred_at.isoformat()
        try:
            told = self._away.client(self._post(order)).give(
                path, self._named(body), key=order.command_id, if_version=order.if_version
            )
        except NotNow as busy:
            raise NotNowHere(busy.rule) from None
        except Refused as refused:
            raise CommandRefused(refused.rule, refused.chinese, refused.english) from None
        self._called[order.stream] = told.stream
        return Receipt.model_validate(told.model_dump())

    def _post(self, order: Order) -> tuple[str, str] | None:
        """Return the post an order is given in; refuse one in somebody else's name."""
        by = order.by
        person = by if isinstance(by, str) else by.person
        if person != self._away.person:
            raise CommandRefused(
                "not-let-in",
                f"命令以 {person} 的名义，而密钥是 {self._away.person} 的；请用其本人的密钥提交。",
                f"The command is in the name of {person} and the key is that of "
                f"{self._away.person}: it takes the person's own.",
            )
        if isinstance(by, str) or by.role is None or by.unit is None:
            return None
        return by.role.value, by.unit

    def _named(self, value: Any) -> Any:
        """Return *value* with the cases in it called as the server calls them."""
        if isinstance(value, dict):
            return {name: self._named(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._named(one) for one in value]
        return self._called.get(value, value) if isinstance(value, str) else value
