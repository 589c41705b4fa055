"""Cities with real ledgers and served logs, and a province, whose clocks a test sets."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from desk.casework import Who
from desk.opening import Books
from domain.envelope import By
from domain.statements import CHINA
from publishing.serving import log_app
from publishing.signer import key_on_record
from runtime.settings import Settings
from services.oversight import acting_by
from services.province import Province
from services.pulling import Pulled, pull
from services.roll_up import ProvinceMonth, roll_up
from services.statements import CityStatements
from serving.listening import listening, serving, url_of
from tests import accounts
from tests.accounts import BY_KEY
from tests.journeys.district import BUREAU
from tests.oversight.town import Town, founded, open_town
from transparency.statements import Statement

OCTOBER = "2026-10"
IN_OCTOBER = datetime(2026, 10, 14, 10, 0, tzinfo=CHINA)
IN_NOVEMBER = datetime(2026, 11, 3, 9, 0, tzinfo=CHINA)
TOO_LATE = datetime(2026, 11, 11, 0, 0, tzinfo=CHINA)


@dataclass
class Clock:
    """What time it is, for every ledger of a test; each reading is a moment later."""

    now: datetime

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now.astimezone(UTC)


@dataclass
class CityHome:
    """One city's installation: its town at work, its statements, its log on loopback."""

    name: str
    settings: Settings
    books: Books
    town: Town
    statements: CityStatements
    url: str = ""

    @property
    def key(self) -> str:
        found = key_on_record(self.statements.publisher.noting.standing())
        assert found is not None
        return found.vkey

    def by(self) -> By:
        """Return the city's registrar, who proved who they are."""
        desk = self.books.desk
        who, rules = accounts.registrar(desk), desk.rulebook.rules(desk.neighbours)
        return acting_by(rules, who.person, "publish_figures", self.books.ledger.clock(), BY_KEY)

    def publish(self, month: str = OCTOBER, reason: str | None = None) -> Statement:
        return asyncio.run(self.statements.publish(month, self.by(), reason))

    def withdraw(self, number: int, reason: str) -> Statement:
        return asyncio.run(self.statements.withdraw(number, self.by(), reason))

    def file(self, number: int) -> bytes:
        return (self.settings.log_path / "statements" / str(number)).read_bytes()

    def handled(self, *, contacted: bool = True) -> str:
        """Have a task dispatched, and the resident contacted where *contacted*."""
        town = self.town
        task = town.task()
        town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
        town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
        if contacted:
            town.ask(task, "accept_task", "coordinator")
            town.ask(task, "assign_staff", "coordinator", person=town.person("staff"))
            town.ask(task, "record_contact", "staff", result="REACHED")
        return task

    @contextlib.contextmanager
    def served(self) -> Iterator[str]:
        """Serve the city's log on loopback for the length of the block."""
        serves, stop = threading.Event(), threading.Event()
        listener = listening("127.0.0.1:0")
        self.url, served = f"{url_of(listener)}/log/", log_app(self.settings.log_path)

        async def at_work() -> None:
            async with serving(Starlette(routes=[Mount("/log", served)]), listener):
                serves.set()
                await asyncio.to_thread(stop.wait)

        thread = threading.Thread(target=lambda: asyncio.run(at_work()), daemon=True)
        thread.start()
        assert serves.wait(30)
        try:
            yield self.url
        finally:
            stop.set()
            thread.join(30)


@dataclass
class ProvinceHome:
    """A province's installation, and those who act in it."""

    settings: Settings
    books: Books
    service: Province
    clock: Clock
    _people: dict[str, str] = field(default_factory=dict)

    def who(self, role: str = "REGISTRAR") -> Who:
        desk = self.books.desk
        if role == "REGISTRAR":
            return accounts.registrar(desk)
        if role not in self._people:
            self._people[role] = accounts.somebody(desk, role)
        return Who(self._people[role], BY_KEY.channel, known=BY_KEY.known)

    def add(self, city: CityHome, **more: Any) -> None:
        url = more.pop("url", city.url or None)
        since = more.pop("since", OCTOBER)
        self.service.add(self.who(), city.name, city.key, url, since, **more)

    def pull(self) -> dict[str, Pulled]:
        return {one.city: one for one in asyncio.run(pull(self.service))}

    def month(self, month: str = OCTOBER) -> ProvinceMonth:
        cities = self.service.cities()
        return roll_up(cities, month, self.settings.statement_day, self.books.ledger.clock())

    def kinds(self, name: str) -> list[str]:
        return [one.kind for one in self.books.ledger.read(self.service.named(name).stream)]


@contextlib.contextmanager
def a_city(folder: Path, name: str, origin: str, clock: Clock) -> Iterator[CityHome]:
    """Found a city in *folder*."""
    settings = Settings(home=folder, log_origin=origin)
    with open_town(folder, key_file=settings.key_path) as books:
        books.ledger.clock = clock
        town = asyncio.run(founded(books, settings.ledger_url))
        yield CityHome(name, settings, books, town, CityStatements(settings, books))


@contextlib.contextmanager
def a_province(folder: Path, clock: Clock) -> Iterator[ProvinceHome]:
    """Found a province in *folder* that may pull from this machine."""
    settings = Settings(home=folder, city_hosts="127.0.0.1", city_inner=True)
    with open_town(folder, key_file=settings.key_path) as books:
        books.ledger.clock = clock
        yield ProvinceHome(settings, books, Province(settings, books), clock)
