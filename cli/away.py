"""The command line at a server far away (`JIEDUI_URL`): the same commands, through the API.

Nothing is opened here. Who acts proves it by their account key; what lists and names need is asked
of the server. What only whoever has the home can do says so.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from cli.context import Context
from client.jiedui import Jiedui, NothingThere, NotNow, Refused, SignedOut
from desk.orders import Door, Order, Receipt
from desk.orders import NotNow as NotNowHere
from domain.people import Grant, Person, Role
from domain.policy import Policy
from domain.refusals import CommandRefused
from domain.rules import Rules, Terms
from domain.units import Unit, UnitKind
from projections.task_board import ALL_TASKS, TaskFilter, TaskLine, TaskPage
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
    """Gives orders through the API; what the server refuses is refused here in its words."""

    def __init__(self, away: Away) -> None:
        self._away = away

    async def submit(self, order: Order, door: Door) -> Receipt:
        """Have one command recorded and return its receipt; raise as the gateway does."""
        del door  # the server knows by which door this comes
        by = order.by
        post = None
        if not isinstance(by, str) and by.role is not None and by.unit is not None:
            post = (by.role.value, by.unit)
        category, _, key = order.stream.partition("/")
        kind = str(order.command["kind"])
        path = _PATHS[category] if kind in _BEGINNINGS else f"{_PATHS[category]}/{key}/{kind}"
        body = {name: value for name, value in order.command.items() if name != "kind"}
        if order.occurred_at is not None:
            body["occurred_at"] = order.occurred_at.isoformat()
        try:
            told = self._away.client(post).give(
                path, body, key=order.command_id, if_version=order.if_version
            )
        except NotNow as busy:
            raise NotNowHere(busy.rule) from None
        except Refused as refused:
            raise CommandRefused(refused.rule, refused.chinese, refused.english) from None
        return Receipt.model_validate(told.model_dump())


class AwayBoards:
    """The boards that lists on the command line ask."""

    def __init__(self, client: Jiedui) -> None:
        self.tasks = AwayTasks(client)


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
        column = order.lstrip("-")

        def place(line: TaskLine) -> tuple[bool, Any]:
            value = getattr(line, column)
            return (value is None, value if value is not None else "")

        yield from sorted(found, key=place, reverse=order.startswith("-"))

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
