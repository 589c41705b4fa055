"""Whoever chose English reads English, on every page of every role; only names stay Chinese."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from console.district import short
from console.seeing import SECTIONS
from domain.casebook import CASES
from domain.models import models_of
from domain.people import Role
from services.reading_tasks import masked
from tests.console.conftest import STAFF, Office, approve
from tests.console.pairings import NEW, activated, negotiated, staffed
from tests.console.test_admin import TABS, registrar
from tests.console.test_pages import CODES
from tests.console.test_residents import handed_over
from tests.console.test_residents_following import NEED, PLACE, registered
from tests.journeys.district import BUREAU
from tests.oversight.town import GRANDMOTHER
from wording.names import KnownNames

__all__ = ["registrar", "staffed"]

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+")
"""Han characters, and the punctuation that goes with them."""
NOT_READ = re.compile(
    r"<(script|style|textarea)\b.*?</\1>"
    r'| value="[^"]*"'  # what a form sends back
    r'|<button [^>]*lang="zh-CN">中文</button>'  # the switch, for whoever reads Chinese
    r'|<span class="seal" aria-hidden="true">结</span>',  # the seal of the house
    re.DOTALL,
)
RESIDENTS = {**GRANDMOTHER, **{f"need {name}": text for name, text in NEED.items()}}
WRITTEN = {
    *RESIDENTS.values(),
    *(masked(text) for text in RESIDENTS.values()),
    "已装好",
    "双侧扶手已经装好。",
    "本人撤回诉求",
    "加装扶手",
    "请尽快签收",
    NEW["title"],
}
"""What people wrote in these tests, which is shown as it was written."""


def names(office: Office) -> set[str]:
    """Return what the registry, packs and calendars give in Chinese alone: names and papers."""
    books = office.house.books
    rules = books.rulebook.rules(books.desk.neighbours)
    found: set[str] = {unit.name for unit in rules.units.values()}
    found |= set(short(sorted(found)))
    known = KnownNames(rules)  # a county is called by what its departments' names begin with
    found |= {known.place(unit.division, "zh") for unit in rules.units.values()}
    for person in rules.people.values():
        name = None if person.name is None else books.vault.open(person.name)
        found |= set() if name is None else {name.decode("utf-8")}
    for terms in rules.policies.values():
        found |= set(terms.policy.basis)
    for entry in books.ledger.of_kind("calendar_year_published.v1"):
        found |= set(entry.fact["year"]["papers"])
        found |= {str(day["name"]) for day in entry.fact["year"]["days"]}
    return found


class Reader:
    """Somebody who reads English, and notes every piece of Chinese that is no name."""

    def __init__(self, office: Office, number: str = "") -> None:
        self.browser = office.browser(number)
        self.browser.client.cookies.set("language", "en")
        self.number = number
        self.known = sorted(names(office) | WRITTEN, key=len, reverse=True)
        self.read, self.chinese = 0, list[str]()

    def get(self, address: str, status: int = 200) -> str:
        answer = self.browser.get(address)
        assert answer.status_code == status, (address, answer.text)
        return self.reads(address, answer)

    def post(self, address: str, status: int = 200, /, **fields: object) -> str:
        answer = self.browser.post(address, **fields)
        assert answer.status_code == status, (address, answer.text)
        return self.reads(f"POST {address}", answer)

    def reads(self, address: str, answer: Any) -> str:
        assert '<html lang="en"' in answer.text, address
        seen = unescape(NOT_READ.sub(" ", answer.text))
        for name in self.known:
            seen = seen.replace(name, "")
        self.read += 1
        assert CODES.search(answer.text) is None, (address, CODES.search(answer.text))
        for one in CHINESE.finditer(seen):
            around = seen[max(0, one.start() - 40) : one.end() + 20].replace("\n", " ")
            self.chinese.append(f"{self.number} {address}: {around}")
        return str(answer.text)


BESIDE = {
    "D01": (
        "/dispatch?case={0}",
        "/dispatch?case={1}",
        "/tasks/many?command=dispatch_task&case={1}&case={2}",
        "/tasks?q={0}&sort=due&open=yes",
        "/figures/on_time_rate@1",
    ),
    "A01": ("/audit?case={0}", "/audit?case={0}&axis=occurred&facts=3", "/audit/check"),
    "R01": ("/callbacks?case={0}",),
    "V01": ("/supervision?level=YELLOW", "/figures?by=unit"),
}
"""What is beside the pages of the menu and of tasks."""


def forms_of(section: str, role: Role) -> Iterator[str]:
    """Yield every command of this kind of case that the role may give."""
    kind = CASES[section]
    for command in models_of(kind.commands):
        if role in kind.who_may.get(command, ()):
            yield command


@pytest.mark.parametrize("number", STAFF)
def test_every_page_of_a_role_is_english(office: Office, number: str) -> None:
    town, role = office.town, Role(STAFF[number][0])
    dispatched, closed = town.task(), town.task()
    town.ask(dispatched, "triage_task", "dispatcher", urgency="URGENT", duty_class="COOPERATE")
    town.ask(dispatched, "dispatch_task", "dispatcher", main=BUREAU)
    town.ask(dispatched, "raise_card", "supervisor", colour="YELLOW", reason="请尽快签收")
    town.close(closed)
    rated = office.number_of(approve(office, town.task()))
    fresh = office.number_of(town.task())
    numbers = [rated, fresh, office.number_of(dispatched), office.number_of(closed)]
    reader = Reader(office, number)
    for address, _, roles in SECTIONS:
        if role in roles:
            reader.get(address)
    reader.get("/account")
    theirs = [one for one in numbers if reader.browser.get(f"/tasks/{one}").status_code == 200]
    assert bool(theirs) == (number != "D02")
    for page in theirs:
        reader.get(f"/tasks/{page}")
    for command in forms_of("task", role) if theirs else ():
        reader.get(f"/tasks/{theirs[0]}/{command}")
        answer = reader.browser.post(f"/tasks/{theirs[-1]}/{command}")
        if answer.status_code == 422:
            reader.reads(f"POST /tasks/{command}", answer)
    for address in BESIDE.get(number, ()):
        reader.get(address.format(*numbers))
    reader.get("/tasks/DQ44010620990101000001", 404)
    reader.post("/account/password", 422, old="x" * 10, new="abcdefghijk", again="abcdefghij")
    reader.post("/account/password", 422, old="x" * 10, new="abcdefghijk", again="abcdefghijk")
    assert reader.chinese == []


@pytest.mark.parametrize("number", ["C01", "B01", "P01", "D01", "A01"])
def test_every_page_of_a_pairing_is_english(staffed: Office, number: str) -> None:
    address, role = negotiated(staffed), Role(STAFF[number][0])
    reader = Reader(staffed, number)
    reader.get("/")
    reader.get("/pairings")
    reader.get(address)
    if number in {"C01", "B01"}:
        reader.get("/pairings/new")
        for step in ("parties", "lists", "claims", "signatures", "approval"):
            reader.get(f"{address}/start/{step}")
    for command in forms_of("pairing", role):
        answer = reader.browser.get(f"{address}/{command}")
        if answer.status_code == 200:
            reader.reads(f"{address}/{command}", answer)
    assert reader.chinese == []


def test_a_running_pairing_is_english(staffed: Office) -> None:
    address = activated(staffed)
    for number in ("C01", "B01"):
        reader = Reader(staffed, number)
        reader.get(address)
        reader.get(f"{address}/start/approval")
        assert reader.chinese == []


def test_the_administration_is_english(office: Office, registrar: object) -> None:
    del registrar  # signed in by itself; what is wanted is that the post is there
    for number in ("G01", "Z01", "A01"):
        reader = Reader(office, number)
        for address in (one for one, readers in TABS.items() if number in readers):
            page = reader.get(address)
            for inner in set(
                re.findall(r'href="(/admin/(?:units|people|policies)/[^"/?]+)"', page)
            ):
                reader.get(inner)
        assert reader.chinese == []


def test_what_residents_read_is_english(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    _, secret = registered(office)
    resident = Reader(office)
    resident.get(f"/c/{PLACE}")
    resident.get("/c/999999", 404)
    resident.post(f"/c/{PLACE}", 422, following="0" * 22, **(NEED | {"category": "X"}))
    resident.get("/r/")
    resident.post("/r/", token=token)
    for address in ("/r/", "/r/seen", "/r/deletion"):
        resident.post(address, token=secret)
    resident.post("/r/", 404, token="0" * 22)
    resident.post("/r/answer", 422, token=token, contacted="yes")
    assert resident.chinese == []


def test_the_door_and_what_went_wrong_are_english_and_switch_by_one_tap(office: Office) -> None:
    office.house.demo_cast = (("D09", "石牌街道办事处", Role.STREET_DISPATCHER, "-"),)
    reader = Reader(office)
    door = reader.get("/sign-in?back=/tasks")
    assert "中文" in door
    assert "石牌街道办事处 street dispatcher" in door
    reader.post("/sign-in", 401, number="D01", password="not the password")
    reader.get("/nowhere", 404)
    other = office.browser("D01")
    other.client.cookies.set("language", "en")
    foreign = other.client.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    reader.reads("foreign form", foreign)
    reader.reads("unclear", other.get("/tasks?page=x"))
    for _ in range(12):
        again = reader.browser.sign_in("D01", "not the password")
    assert again.status_code == 429
    reader.reads("too many", again)
    assert reader.chinese == []
    switched = reader.browser.post("/language", back="/sign-in?back=/tasks")
    assert switched.headers["location"] == "/sign-in?back=/tasks"
    assert "登录" in reader.browser.get("/sign-in").text
