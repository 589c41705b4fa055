"""What a command of the command line works with: settings, open books, a gateway, a voice."""

import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from temporalio.client import Client

    from cli.away import Away
    from desk.gateway import Gateway
    from desk.opening import Books
    from domain.people import Person
    from domain.refusals import CommandRefused
    from domain.rules import Rules
    from runtime.settings import Settings

_PATIENCE_SECONDS = 3.0

T = TypeVar("T")


class Speaking:
    """How results are said: sentences for people, or JSON for machines on standard output."""

    def __init__(self, as_json: bool, language: str = "zh") -> None:
        self.as_json, self.language = as_json, language

    def say(self, value: Any, sentence: str) -> None:
        """Say *value* as JSON, or *sentence*."""
        click.echo(json.dumps(value, ensure_ascii=False, default=str) if self.as_json else sentence)

    def refuse(self, refusal: "CommandRefused") -> None:
        """Say a refusal: the rule and its sentence."""
        if self.as_json:
            from services.answers import refused_as_json

            self.say(refused_as_json(refusal), "")
        else:
            from wording.office_words import in_office_words

            told = in_office_words(refusal.chinese)
            click.echo(f"未受理（{refusal.rule}）：{told}", err=True)
            click.echo(f"Refused ({refusal.rule}): {refusal.english}", err=True)

    def fail(self, error: Exception) -> None:
        """Say why something could not be tried."""
        rule = getattr(error, "rule", "not-tried")
        if self.as_json:
            self.say({"outcome": "not-now", "rule": rule, "message": str(error)}, "")
        else:
            click.echo(str(error), err=True)


class Context:
    """One run of the command: opens what it is asked for, and closes it at the end."""

    def __init__(self, settings: "Settings") -> None:
        self.settings = settings
        self._books: Books | None = None
        self._copy: TemporaryDirectory[str] | None = None

    @property
    def books(self) -> "Books":
        """The open books of this installation, made on first use."""
        if self._books is None:
            from desk.opening import open_books

            settings = self._readable()
            self._books = open_books(
                settings.ledger_url, settings.vault_url, settings.key_path, settings.policy
            )
            if settings is not self.settings:
                self._books.ledger.closed_because = (
                    f"{self.settings.home} 只读，不能记录 is read-only; nothing can be recorded"
                )
        return self._books

    def _readable(self) -> "Settings":
        """Return the settings; of a home on a read-only medium, those of a copy to read from."""
        home = self.settings.home
        if self.settings.database_url or not home.is_dir() or os.access(home, os.W_OK):
            self.make_home()
            return self.settings
        if self._copy is None:
            self._copy = TemporaryDirectory(prefix="jiedui-reading-")
            for file in home.glob("*.db*"):
                shutil.copy(file, self._copy.name)
        return self.settings.model_copy(
            update={"home": Path(self._copy.name), "key_file": self.settings.key_path}
        )

    def make_home(self) -> None:
        """Make the home folder, readable by its owner only."""
        self.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)

    def log_file(self) -> TextIO:
        """Return the home's log, where `jiedui up` writes what a terminal need not show."""
        self.make_home()
        folder = self.settings.home / "logs"
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(folder / "jiedui.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", buffering=1)

    @property
    def rules(self) -> "Rules":
        """The rules as the registry stands now."""
        return self.books.rulebook.rules(self.books.desk.neighbours)

    def name_of(self, person: "Person") -> str:
        """Return a person's name for whoever may run this command, a tombstone once erased."""
        if person.name is None:
            return ""
        plain = self.books.vault.open(person.name)
        return "〔已删除〕" if plain is None else plain.decode("utf-8")

    def person_numbered(self, number: str) -> str:
        """Return the id of the person whose staff number is *number*, registered or not."""
        from desk.sealing import person_numbered

        return person_numbered(self.books.vault, number)

    @property
    def office_zone(self) -> tzinfo:
        """The zone the office's clocks show: that of the default pack."""
        policy = self.rules.policies.get(self.settings.policy)
        minutes = 480 if policy is None else policy.policy.utc_offset_minutes
        return timezone(timedelta(minutes=minutes))

    @property
    def gateway(self) -> "Gateway":
        """The gateway to this installation's desk, in this process."""
        from desk.gateway import Gateway

        return Gateway(self.books, self.settings.answer_seconds)

    async def temporal(self) -> "Client":
        """Return a client of Temporal; raise `TemporalUnreachable` where it does not answer."""
        from runtime.temporal import connect_with

        patience = timedelta(seconds=_PATIENCE_SECONDS)
        return await connect_with(self.settings, patience=patience)

    def boards(self) -> Any:
        """Return the boards, caught up with the ledger."""
        from ledger.database import speaking_plainly
        from projections.boards import open_boards

        with speaking_plainly():
            boards = open_boards(self._readable().boards_url)
            boards.follower(self.books.ledger).catch_up()
        return boards

    def close(self) -> None:
        """Close what was opened."""
        if self._books is not None:
            self._books.close()
            self._books = None
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run *work* in an event loop of its own."""

    async def working() -> T:
        return await work()

    return asyncio.run(working())


pass_context = click.make_pass_decorator(Context)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="一行一个 JSON。 One JSON value a line."
)


def away_from(context: Context) -> "Away":
    """Return the context as that of a server far away."""
    from cli.away import Away

    assert isinstance(context, Away), "a server was named"
    return context
