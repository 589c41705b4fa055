"""The command line at a server far away (`JIEDUI_URL`): the same commands, through the API.

Nothing is opened here. Who acts proves it by their account key; what lists and names need is asked
of the server. What only whoever has the home can do says so.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, NoReturn, cast

import click

from cli.context import Context
from client.jiedui import Jiedui, NotNow, Refused, SignedOut
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
    from cli.away_gateway import AwayGateway
    from cli.away_lists import AwayBoards
    from runtime.settings import Settings

Post = tuple[str, str]
"""A role, and the unit it is held at."""


@dataclass(frozen=True)
class _Pack:
    """A pack to name things by; nothing is counted here, so it has no calendar."""

    policy: Policy
    version: str


def home_needed(url: str) -> CommandRefused:
    """Return the refusal of what only whoever has the home can do."""
    return CommandRefused(
        "home-needed",
        f"设置了 JIEDUI_URL（{url}），此命令只能在账本所在的机器上办理；请到那里运行。",
        f"JIEDUI_URL names {url}; this is done where the ledger is: run it there.",
    )


class Session(Jiedui):
    """A session whose refusals are told here as those of a home are."""

    def _answered(self, method: str, path: str, **more: Any) -> Any:
        try:
            return super()._answered(method, path, **more)
        except NotNow as busy:
            raise NotNowHere(busy.rule) from None
        except SignedOut:
            raise
        except Refused as refused:
            raise CommandRefused(refused.rule, refused.chinese, refused.english) from None


class Away(Context):
    """One run of the command at the server that the settings name."""

    def __init__(self, settings: "Settings") -> None:
        super().__init__(settings)
        assert settings.url is not None, "somewhere else is somewhere"
        self.url = settings.url
        self._sessions: dict[Post | None, Session] = {}
        self._beginning = RLock()

    @property
    def books(self) -> NoReturn:
        """There are none here: raise `CommandRefused`."""
        raise home_needed(self.url)

    @property
    def person(self) -> str:
        """Whose key was given; it is what the server is shown."""
        if self.settings.account_key is None:
            raise click.UsageError(
                "请用 --key（JIEDUI_ACCOUNT_KEY）给出本人的账户密钥。 "
                "Give your account key with --key (JIEDUI_ACCOUNT_KEY)."
            )
        return load_key(self.settings.account_key).verifier.name

    def client(self, post: Post | None = None) -> Session:
        """Return a session in *post*, left out: in the first the person holds."""
        with self._beginning:
            if post not in self._sessions:
                self._sessions[post] = self._signed_in(post)
            return self._sessions[post]

    def _signed_in(self, post: Post | None) -> Session:
        assert self.person, "it was asked before"
        key = load_key(self.settings.account_key)  # type: ignore[arg-type]
        text = proof_text(key.verifier.name, datetime.now(UTC))
        proof = Note(text).with_signatures(key.sign(text)).encoded().decode()
        made = Session(self.url)
        try:
            made.sign_in({"proof": proof}, post)
        except SignedOut:
            raise CommandRefused(
                "not-let-in",
                "服务器不接受这把账户密钥，或本人没有这一岗位。",
                "The server takes no such account key, or its person does not hold that post.",
            ) from None
        return made

    @cached_property
    def posts(self) -> tuple[Post, ...]:
        """The posts the person holds, the one first that is taken where none is named."""
        with self._beginning:
            first = self.client()
            told = first.session
            own = (told.post.role, told.post.unit)
            self._sessions.setdefault(own, first)
        return (own, *((one.role, one.unit) for one in told.posts if (one.role, one.unit) != own))

    def clients(self) -> list[Session]:
        """Return a session in each post the person holds: together they see what is theirs."""
        return [self.client(post) for post in self.posts]

    def post_for(
        self, person: str, post: tuple[str | None, str | None], roles: Collection[Role]
    ) -> Post:
        """Return in which post *person* gives what those of *roles* may: as named, or their own.

        Raises `CommandRefused` for somebody whose key this is not.
        """
        if person != self.person:
            raise CommandRefused(
                "not-let-in",
                f"命令以 {person} 的名义，而密钥是 {self.person} 的；请用其本人的密钥提交。",
                f"The command is in the name of {person} and the key is that of {self.person}: it "
                "takes the person's own.",
            )
        role, unit = post
        if role is not None and unit is not None:
            return role, unit
        mine = [
            one
            for one in self.posts
            if role in {None, one[0]} and unit in {None, one[1]} and Role(one[0]) in roles
        ]
        return (mine or list(self.posts))[0]

    @cached_property
    def rules(self) -> Rules:
        """The registry and the packs as the server has them now: enough to name things by."""
        client = self.client()
        people: dict[str, list[Grant]] = {}
        for one in self._people:
            grant = Grant(
                role=Role(one["role"]),
                unit=one["unit"],
                since=_instant(one["since"]),
                until=None if one["until"] is None else _instant(one["until"]),
            )
            people.setdefault(one["person"], []).append(grant)
        packs = {
            one["policy"]: _Pack(Policy.model_validate(one["pack"]), one["version"])
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

    @cached_property
    def _people(self) -> list[dict[str, Any]]:
        """The posts of the mechanism and who holds them, with the names this person may know."""
        return self.client().all_of("/people")

    def name_of(self, person: Person) -> str:
        """Return a person's name as far as the server tells it to whoever asks."""
        found = (one["name"] for one in self._people if one["person"] == person.id)
        return next((name for name in found if name), "")

    def person_numbered(self, number: str) -> str:
        """Return the id of the person with a staff number, as far as they may know it.

        Raises `CommandRefused` for anybody else.
        """
        asked = {"staff_number": number}
        for client in self.clients():
            try:
                return str(client.ask("POST", "/people/by-staff-number", json=asked)["person"])
            except CommandRefused as refusal:
                if refusal.rule != "nothing-here":
                    raise
        raise CommandRefused(
            "person-unknown",
            f"没有工号 {number} 的人员，或不在本人的单位；可填 角色@单位。",
            f"Nobody at your unit has the staff number {number}; ROLE@UNIT will do as well.",
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
        from cli.away_gateway import AwayGateway

        return AwayGateway(self)

    def boards(self) -> "AwayBoards":
        """Return the boards, as far as the server tells them."""
        from cli.away_lists import AwayBoards

        return AwayBoards(self)

    def stream(self, category: str, given: str) -> str:
        """Return the stream of the case that *given* names; raise `CommandRefused`."""
        from cli.away_cases import found_at

        return found_at(self, category, given).stream

    def close(self) -> None:
        """End the sessions."""
        for client in set(self._sessions.values()):
            client.close()
        super().close()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _unit(told: dict[str, Any]) -> Unit:
    return Unit(
        code=told["code"],
        name=told["name"],
        kind=UnitKind(told["kind"]),
        division=told["division"],
        line=told["line"],
        parent=told["parent"],
        since=_instant(told["since"]),
        until=None if told["until"] is None else _instant(told["until"]),
    )
