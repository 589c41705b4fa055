"""A house with a district in it, and people who sign in to its console by staff number."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest
from starlette.testclient import TestClient

from accounts.links import Links
from accounts.store import Accounts
from console.app import create_app
from desk.gateway import Gateway
from projections.boards import open_boards
from runtime.settings import Settings
from services.rating_links import RatingLinks
from services.seeing import House
from services.signing_in import Doorkeeper
from services.single_sign_on import sign_on_of
from tests import accounts, clock
from tests.identity_provider import CLIENT, SECRET, FakeProvider, identity_provider
from tests.journeys.district import BUREAU, CENTER, STREET, District
from tests.oversight.town import Town, founded, open_town

OTHER_STREET = "440106004-SO"
PASSWORD = "一早-出门-记得带伞"
SUBJECT = "13800138000@sso"  # as carelessly as a provider might name somebody
STAFF = {
    "D01": ("STREET_DISPATCHER", STREET),
    "D02": ("STREET_DISPATCHER", OTHER_STREET),
    "C01": ("CENTER_COORDINATOR", CENTER),
    "W01": ("COMMUNITY_WORKER", STREET),
    "B01": ("DEPT_COORDINATOR", BUREAU),
    "S01": ("DEPT_STAFF", BUREAU),
    "R01": ("CALLBACK_AGENT", STREET),
    "V01": ("SUPERVISOR", BUREAU),
    "P01": ("PARTY_AUTHORITY", BUREAU),
    "A01": ("AUDITOR", BUREAU),
    "Z01": ("DPO", BUREAU),
}


@dataclass
class Office:
    """A town whose people have passwords; each browser is a client of its own."""

    town: Town
    house: House

    def browser(self, number: str = "", *, source: str = "192.0.2.1") -> "Browser":
        """Return a browser; with *number*, somebody has signed in with it."""
        client = TestClient(
            create_app(self.house),
            base_url="https://testserver",
            client=(source, 40000),
            follow_redirects=False,
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        browser = Browser(client)
        if number:
            assert browser.sign_in(number).status_code == 303
        return browser

    def person(self, number: str) -> str:
        return self.house.doorkeeper.person_with(number)

    def number_of(self, stream: str) -> str:
        self.house.catch_up()
        line = self.house.boards.tasks.get(stream)
        assert line is not None
        return line.number


@dataclass
class Browser:
    """What somebody does in a browser."""

    client: TestClient

    def sign_in(self, number: str, password: str = PASSWORD) -> httpx2.Response:
        return self.client.post("/sign-in", data={"number": number, "password": password})

    def get(self, address: str) -> httpx2.Response:
        return self.client.get(address)

    def post(self, address: str, /, **fields: object) -> httpx2.Response:
        """Send a form; a field that is name, content and media type is a file."""
        files = {name: value for name, value in fields.items() if isinstance(value, tuple)}
        plain = {name: value for name, value in fields.items() if name not in files}
        return self.client.post(address, data=plain, files=files)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened_office(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def opened_office(folder: Path, since: datetime | None = None) -> AsyncIterator[Office]:
    """Open an office in *folder* for the length of the block; it was founded *since* then."""
    if since is None:
        district = await _founded_before(folder)
        with _opened(folder) as house:
            yield Office(_town(house, district), house)
        return
    with _opened(folder) as house:
        yield await _found(house, since)


@contextmanager
def _opened(folder: Path) -> Iterator[House]:
    """Open the house in *folder*, as it stands there."""
    settings = Settings(home=folder)
    with open_town(folder, key_file=settings.key_path) as books:
        boards = open_boards(settings.boards_url)
        kept = Accounts(settings.accounts_url)
        links = RatingLinks(books, Links(kept.engine))
        yield House(books, boards, Doorkeeper(books, kept), links, settings, kept)
        boards.close()
        kept.close()


def _town(house: House, district: District) -> Town:
    return Town(house.books, Gateway(house.books), district, house.settings.ledger_url)


async def _found(house: House, since: datetime | None) -> Office:
    """Found the office in an empty house."""
    books = house.books
    with clock.at(books.ledger, since):
        opened = Office(await founded(books, house.settings.ledger_url), house)
        accounts.enter(
            books.desk,
            f"unit/{OTHER_STREET}",
            "register_unit",
            name="冼村街道办事处",
            unit_kind="STREET_OFFICE",
            division="440106004",
        )
        for number, (role, unit) in STAFF.items():
            engage(opened, number, role, unit)
    return opened


_before: list[tuple[TemporaryDirectory[str], District]] = []
"""The office as it was founded, closed again: making one anew for each test is most of its time."""


async def _founded_before(folder: Path) -> District:
    """Put an office in *folder* that was founded once in this process; return its district."""
    if not _before:
        kept = TemporaryDirectory(prefix="jiedui-office-")
        with _opened(Path(kept.name)) as house:
            _before.append((kept, (await _found(house, None)).town.district))
    kept, district = _before[0]
    shutil.copytree(kept.name, folder, dirs_exist_ok=True)
    return district


def engage(office: Office, number: str, role: str, unit: str) -> None:
    """Have somebody registered in *role* at *unit* who signs in by *number*."""
    desk, door = office.town.books.desk, office.house.doorkeeper
    person = door.person_with(number)
    accounts.enter(desk, person, "register_person", name=f"测试{number}")
    accounts.enter(desk, person, "grant_role", role=role, unit=unit)
    door.set_password(person, PASSWORD, accounts.registrar(desk))


@pytest.fixture
def provider(office: Office) -> Iterator[FakeProvider]:
    """The provider the office's people sign in at; D01 is bound to `SUBJECT` there."""
    with identity_provider() as served:
        settings = Settings(
            home=office.house.settings.home,
            console_url="https://testserver",
            oidc_issuer=served.issuer,
            oidc_client_id=CLIENT,
            oidc_client_secret=SECRET,
        )
        house = office.house
        house.sign_on = sign_on_of(settings, house.books, house.doorkeeper, house.accounts)
        assert house.sign_on is not None
        bind(office, "D01", SUBJECT)
        yield served
        house.sign_on.provider.close()


def bind(office: Office, number: str, subject: str) -> None:
    by = accounts.registrar(office.town.books.desk)
    assert office.house.sign_on is not None
    office.house.sign_on.bind(office.person(number), subject, by)


@pytest.fixture
def approved(office: Office) -> str:
    """A task whose result was approved: the window for ratings is open."""
    return approve(office, office.town.task())


def approve(office: Office, task: str) -> str:
    """Have a fresh *task* handled, and its result approved."""
    town = office.town
    staff = town.person("staff")
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    town.ask(task, "accept_task", "coordinator")
    town.ask(task, "assign_staff", "coordinator", person=staff)
    town.ask(task, "record_contact", "staff", result="REACHED")
    town.ask(task, "log_progress", "staff", note="已装好")
    picture = "iVBORw0KGgo="
    town.ask(
        task, "attach_evidence", "staff", label="after", media_type="image/png", document=picture
    )
    town.ask(task, "submit_result", "coordinator", resolved=True, public_reply="双侧扶手已经装好。")
    town.ask(task, "approve_result", "dispatcher")
    return task
