"""The command line at a server far away (`JIEDUI_URL`): the same commands, through the API.

Nothing is opened here. Who acts proves it by their account key; what lists and names need is asked
of the server. What only whoever has the home can do says so.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from threading import Lock, Semaphore
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import click

from cli.context import Context
from client.jiedui import Jiedui, NothingThere, NotNow, Refused, SignedOut
from desk.orders import Answer, Door, Order, Receipt
from desk.orders import NotNow as NotNowHere
from domain.people import Grant, Person, Role
from domain.policy import Policy
from domain.refusals import CommandRefused
from domain.rules import Rules, Terms
from domain.units import Unit, UnitKind
from projections.pairing_board import PairingLine
from projections.pairing_picture import OVER
from projections.task_board import ALL_TASKS, TaskFilter, TaskLine, TaskPage
from projections.unit_inbox import InboxLine
from services.signing_in import proof_text
from transparency.keys import load_key
from transparency.notes import Note
from wording.labels import clock_label, label

if TYPE_CHECKING:
    from runtime.settings import Settings

_PATHS = {
    "task": "tasks",
    "pairing": "pairings",
    "unit": "units",
    "person": "people",
    "policy": "policies",
    "calendar": "calendars",
}
_AT_ONCE = 4
"""How many commands of a script are under way: the server has others to serve."""

L = TypeVar("L")
_BEGINNINGS = {"register_task", "draft_pairing"}


@dataclass(frozen=True)
class _Pack:
    """A pack to name things by; nothing is counted here, so it has no calendar."""

    policy: Policy


class Away(Context):
    """One run of the command at the server that the settings name."""

    def __init__(self, settings: "Settings") -> None:
        super().__init__(settings)
        assert settings.url is not None, "somewhere else is somewhere"
        self._url = settings.url
        self._clients: dict[tuple[str, str] | None, Jiedui] = {}
        self._beginning = Lock()

    @property
    def books(self) -> NoReturn:
        """There are none here: raise `CommandRefused`."""
        raise CommandRefused(
            "home-needed",
            f"设置了 JIEDUI_URL（{self._url}），此命令只能在账本所在的机器上办理；请到那里运行。",
            f"JIEDUI_URL names {self._url}; this is done where the ledger is: run it there.",
        )

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
            made = Jiedui(self._url)
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
        self._away = away
        self._called: dict[str, str] = {}
        self._room = Semaphore(_AT_ONCE)

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
        if category not in _PATHS:
            raise CommandRefused(
                "home-needed",
                f"{category} 的命令只能在账本所在的机器上办理。",
                f"Commands of {category} are given where the ledger is.",
            )
        path = _PATHS[category] if kind in _BEGINNINGS else f"{_PATHS[category]}/{key}/{kind}"
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


class AwayBoards:
    """The boards that lists on the command line ask."""

    def __init__(self, client: Jiedui) -> None:
        self.tasks = AwayTasks(client)
        self.pairings = AwayPairings(client)


class AwayTasks:
    """The tasks within the duties of whoever asks."""

    def __init__(self, client: Jiedui) -> None:
        self._client = client

    def every(
        self, wanted: TaskFilter = ALL_TASKS, *, order: str = "-registered_at"
    ) -> Iterator[TaskLine]:
        """Yield all tasks *wanted*, in order."""
        asked = {
            "state": list(wanted.states),
            "category": list(wanted.categories),
            "place": wanted.place,
            "unit": wanted.unit,
            "pairing": wanted.pairing,
            "sla": wanted.sla,
            "open": wanted.open_only,
            "search": wanted.search,
            "size": 500,
        }
        told = self._client.tasks(**{name: value for name, value in asked.items() if value})
        found = [TaskLine(**one) for one in told]
        yield from _in_order(found, order)

    def find(
        self,
        wanted: TaskFilter = ALL_TASKS,
        *,
        page: int = 1,
        size: int = 20,
        order: str = "-registered_at",
    ) -> TaskPage:
        """Return one page of the tasks *wanted*."""
        lines = list(self.every(wanted, order=order))
        shown = tuple(lines[(page - 1) * size : page * size])
        return TaskPage(shown, len(lines), page, size)


class AwayPairings:
    """The pairings that are theirs to see."""

    def __init__(self, client: Jiedui) -> None:
        self._client = client

    def find(
        self,
        *,
        states: Sequence[str] = (),
        open_only: bool = False,
        unit: str | None = None,
        search: str | None = None,
        order: str = "-drafted_at",
        page: int = 1,
        size: int = 20,
    ) -> tuple[list[PairingLine], int]:
        """Return one page of pairings in *order*, and how many there are in all."""
        asked = {"size": 500} | ({"search": search} if search else {})
        found = [PairingLine(**one) for one in self._client.pairings(**asked)]
        wanted = [
            line
            for line in found
            if (not states or line.state in states)
            and not (open_only and line.state in OVER)
            and (unit is None or unit in {line.center, *line.departments, line.street})
        ]
        lines = _in_order(wanted, order)
        return lines[(page - 1) * size : page * size], len(lines)


def _in_order(lines: Iterable[L], order: str) -> list[L]:
    """Return *lines* by a column, `-` before it descending; those without it last, then by case."""
    column = order.lstrip("-")
    by_case = sorted(lines, key=lambda line: str(getattr(line, "stream")))  # noqa: B009
    there = [line for line in by_case if getattr(line, column) is not None]
    there.sort(key=lambda line: getattr(line, column), reverse=order.startswith("-"))
    return there + [line for line in by_case if getattr(line, column) is None]


def inbox(
    away: Away, unit: str, role: Role | None, order: str, limit: int, offset: int
) -> tuple[list[InboxLine], int]:
    """Return what waits at *unit* for *role*, None: for every post there of whoever asks.

    Raises `CommandRefused` where they hold none: what waits for others is not theirs to see.
    """
    posts = [
        (one.role, one.unit)
        for one in away.client().session.posts
        if one.unit == unit and role in {None, Role(one.role)}
    ]
    if not posts:
        raise CommandRefused(
            "not-let-in",
            f"本人在 {unit} 没有这一岗位；服务器只给出本人岗位的待办。",
            f"You hold no such post at {unit}; the server tells what waits for your own posts.",
        )
    found = [InboxLine(**one) for post in posts for one in away.client(post).waiting(order=order)]
    lines = list(dict.fromkeys(found))
    if len(posts) > 1:
        lines.sort(key=lambda line: _pressing(line, unit, order))
    return lines[offset : offset + limit], len(lines)


def _pressing(line: InboxLine, unit: str, order: str) -> tuple[Any, ...]:
    due = (line.due is None, line.due or "")
    first = {"pressing": (line.unit != unit, *due), "due": due, "number": (line.title,)}[order]
    return (*first, line.stream, line.item)


def print_history(away: Away, category: str, case: str, as_json: bool) -> None:
    """Print what happened to a case, as the server tells it to whoever asks."""
    key = away.stream(category, case).partition("/")[2]
    for line in away.client().history(key, of=_PATHS[category]):
        if as_json:
            click.echo(line.model_dump_json())
            continue
        late = "" if line.occurred is None else f"（实际 {line.occurred}）"
        click.echo(f"{line.version:>4}  {line.recorded}{late}  {line.who}")
        click.echo(f"      {line.sentence}")


def show_case(away: Away, category: str, case: str, as_json: bool) -> None:
    """Print where a case stands, and what the caller may do now."""
    client, key = away.client(), away.stream(category, case).partition("/")[2]
    if category == "task":
        task = client.task(key)
        told, clocks = task.task, task.clocks
    else:
        pairing = client.pairing(key)
        told, clocks = pairing.pairing, pairing.clocks
    offered = client.offers(key, of=_PATHS[category])
    if as_json:
        whole = {
            category: told,
            "clocks": [one.model_dump() for one in clocks],
            "offers": [one.model_dump() for one in offered],
        }
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    among = {"task": "TaskState", "pairing": "PairingState"}[category]
    title = told.get("number") or told.get("title")
    click.echo(f"{title}  {label(told['state'], among=among)}  第 {told['version']} 版")
    for one in clocks:
        click.echo(f"  时限 {clock_label(one.name)}：{one.due}")
    for offer in offered:
        if offer.accepted:
            click.echo(f"  可以 {offer.label}（{offer.command}）")
