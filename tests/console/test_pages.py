"""Every page for every role: it is there or it is not, it is in the office's words, it is safe."""

import re

import pytest

from console.seeing import SECTIONS
from desk.identifiers import new_uuid7
from domain.casebook import CASES
from domain.models import models_of
from domain.people import Role
from tests import accounts
from tests.console.conftest import OTHER_STREET, STAFF, Office
from tests.journeys.district import BUREAU, CENTER, STREET
from tests.oversight.town import GRANDMOTHER
from wording.fields import field_label

CODES = re.compile(r">[^<]*\b[A-Z]{3,}_[A-Z_]+\b[^<]*<")
"""A code between tags is one that nobody translated."""


@pytest.mark.parametrize("number", STAFF)
def test_every_page_of_a_role_is_there_and_no_other_is(office: Office, number: str) -> None:
    office.town.task()
    browser = office.browser(number)
    role = Role(STAFF[number][0])
    for address, name, roles in SECTIONS:
        answer = browser.get(address)
        assert answer.status_code == (200 if role in roles else 404), (address, answer.text)
        if role in roles:
            assert f"<h1>{name[0]}" in answer.text
            assert not CODES.search(answer.text), CODES.search(answer.text)
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "style=" not in answer.text
        assert "onclick" not in answer.text


def test_nobody_sees_anything_without_signing_in(office: Office) -> None:
    number = office.number_of(office.town.task())
    browser = office.browser()
    for address in [*(address for address, _, _ in SECTIONS), f"/tasks/{number}"]:
        answer = browser.get(address)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert browser.post(f"/tasks/{number}/triage_task").status_code == 303


@pytest.mark.parametrize("address", ["", "/triage_task", "/accept_task"])
def test_a_foreign_case_and_one_there_is_none_of_are_told_alike(
    office: Office, address: str
) -> None:
    number = office.number_of(office.town.task())
    absent = f"{number[:-5]}99999" if number[-5:] != "99999" else f"{number[:-5]}99998"
    browser = office.browser("D02")
    foreign = browser.get(f"/tasks/{number}{address}")
    nothing = browser.get(f"/tasks/{absent}{address}")
    assert foreign.status_code == nothing.status_code == 404
    assert foreign.text == nothing.text
    assert number not in browser.get("/tasks").text
    assert number not in browser.get("/").text


def test_a_foreign_pairing_is_neither_listed_nor_counted(office: Office) -> None:
    town, other = office.town, "440106004-PSC"
    desk = town.books.desk
    accounts.enter(
        desk,
        f"unit/{other}",
        "register_unit",
        name="冼村街道党群服务中心",
        unit_kind="PARTY_SERVICE_CENTER",
        division="440106004",
    )
    stranger = accounts.somebody(desk, "CENTER_COORDINATOR", other)
    town.district.people["stranger"] = {
        "person": stranger,
        "role": "CENTER_COORDINATOR",
        "unit": other,
    }
    made = []
    for by, center, street in (("center", CENTER, STREET), ("stranger", other, OTHER_STREET)):
        made.append(f"pairing/{new_uuid7()}")
        town.ask(
            made[-1],
            "draft_pairing",
            by,
            center=center,
            departments=[BUREAU],
            street=street,
            categories=["ELDER"],
            title=f"{street} 结对",
            term_start="2027-01-01T00:00:00Z",
            term_end="2028-01-01T00:00:00Z",
        )
    browser = office.browser("C01")
    shown = browser.get("/pairings").text
    assert f"{STREET} 结对" in shown
    assert f"{OTHER_STREET} 结对" not in shown
    assert "共 1 件" in shown
    assert "共 2 件" in office.browser("B01").get("/pairings").text
    assert browser.get(f"/pairings/{made[1].partition('/')[2]}").status_code == 404


def test_words_are_shown_to_those_who_handle_them_and_contacts_masked(office: Office) -> None:
    number = office.number_of(office.town.task())
    dispatcher = office.browser("D01").get(f"/tasks/{number}").text
    assert GRANDMOTHER["text"] in dispatcher
    for plain in (GRANDMOTHER["phone"], GRANDMOTHER["name"], GRANDMOTHER["address"]):
        assert plain not in dispatcher
    auditor = office.browser("A01").get(f"/tasks/{number}").text
    for plain in GRANDMOTHER.values():
        assert plain not in auditor


def test_buttons_are_what_the_decider_would_take_and_the_rest_say_why(office: Office) -> None:
    number = office.number_of(office.town.task())
    shown = office.browser("D01").get(f"/tasks/{number}").text
    assert f"/tasks/{number}/triage_task" in shown
    assert f"/tasks/{number}/dispatch_task" not in shown
    assert "现在不能" in shown
    assert "not-in-this-state" in shown


def test_large_print_is_one_click_and_stays(office: Office) -> None:
    browser = office.browser("D01")
    assert '<html lang="zh-CN">' in browser.get("/").text
    browser.post("/size", back="/")
    assert '<html lang="zh-CN" class="large">' in browser.get("/tasks").text


def test_empty_pages_say_so(office: Office) -> None:
    assert "没有等您办的事" in office.browser("B01").get("/").text
    assert "没有符合条件的任务" in office.browser("D02").get("/tasks").text
    assert "没有等待研判、派单的任务" in office.browser("D02").get("/dispatch").text
    assert "没有符合条件的结对" in office.browser("C01").get("/pairings").text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/", "/"),
        ("/register", "/register"),
        ("/register/mine", "/register/mine"),
        ("/register/poster", "/register/poster"),
        ("/tasks?q=x", "/tasks"),
        ("/account", ""),
    ],
)
def test_one_page_of_the_menu_is_said_to_be_open(office: Office, address: str, shown: str) -> None:
    page = office.browser("W01").get(address).text
    current = re.findall(r'<li><a href="([^"]+)" aria-current="page"', page)
    assert current == ([shown] if shown else [])


def test_the_menu_is_in_groups_and_holds_each_page_once(office: Office) -> None:
    page = office.browser("A01").get("/").text
    menu = page[page.index('<nav class="nav"') : page.index("</nav>")]
    assert re.findall(r'<p class="group"[^>]*>([^<]+)<', menu) == ["设施与机构", "看与管"]
    shown = re.findall(r'<li><a href="([^"]+)"', menu)
    theirs = [address for address, _, roles in SECTIONS if Role.AUDITOR in roles]
    assert shown == theirs


def test_every_field_a_form_asks_for_has_a_name() -> None:
    asked = {
        name
        for case in ("task", "pairing")
        for model in models_of(CASES[case].commands).values()
        for name in model.model_fields
    }
    assert {name for name in asked - {"kind"} if field_label(name) == name} == set()


def test_what_may_not_be_done_is_told_in_the_offices_words(office: Office) -> None:
    """No validator speaks to people, and no code stands where a word does."""
    town = office.town
    task = town.task()
    number = office.number_of(task)
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    town.ask(task, "accept_task", "coordinator")
    for staff in STAFF:
        page = office.browser(staff).get(f"/tasks/{number}")
        if page.status_code == 200:
            refused = re.search(r'class="not">.*?</div>', page.text, re.DOTALL)
            said = "" if refused is None else refused[0]
            assert "Input should" not in said, said
            assert "command-malformed" not in said, said
            assert not re.search(r"[（，为]\s*[A-Z_]{4,}", said), said
