"""Who is let in, how long they stay, and that nobody is shut out by somebody else's guesses."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from accounts.store import IDLE, WHOLE
from accounts.throttle import TRIES
from tests import accounts
from tests.console.conftest import PASSWORD, Office
from tests.journeys.district import BUREAU, STREET


def test_a_session_is_a_fact_and_every_command_names_it(office: Office) -> None:
    task = office.town.task()
    browser = office.browser("D01")
    done = browser.post(
        f"/tasks/{office.number_of(task)}/triage_task", urgency="NORMAL", duty_class="BASIC"
    )
    assert done.status_code == 303, done.text
    begun = office.town.books.ledger.read(office.person("D01"))[-1]
    assert begun.kind == "session_begun.v1"
    # A name the record would never take for a number of somebody's, as shorter ones are at times.
    assert UUID(begun.fact["session"]).version == 4
    assert PASSWORD not in str(begun.fact)
    triaged = next(
        one for one in office.town.books.ledger.read(task) if one.kind == "task_triaged.v1"
    )
    assert triaged.by.session == begun.fact["session"]
    assert (triaged.by.known, triaged.by.channel) == ("session", "console")


def test_wrong_numbers_and_wrong_passwords_are_told_alike(office: Office) -> None:
    browser = office.browser()
    wrong = browser.sign_in("D01", "不是这个密码也不对")
    nobody = browser.sign_in("D99", PASSWORD)
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.text == nobody.text
    assert "D01" not in wrong.text


def test_a_stranger_who_guesses_does_not_lock_the_owner_out(office: Office) -> None:
    owner = office.browser("D01")
    owner.client.cookies.delete("__Host-session")  # as after a night
    stranger = office.browser(source="198.51.100.7")
    guesses = [f"猜的密码第 {guess} 次吧" for guess in range(TRIES + 1)]
    answers = [stranger.sign_in("D01", guess).status_code for guess in guesses]
    assert answers[0] == 401
    assert answers[-1] == 429
    assert stranger.sign_in("D01").status_code == 429, "even the right one is not heard now"
    assert owner.sign_in("D01").status_code == 303


def test_a_session_ends_idle_and_after_a_working_day(office: Office) -> None:
    browser = office.browser("D01")
    token = browser.client.cookies["__Host-session"]
    door, now = office.house.doorkeeper, datetime.now(UTC)
    assert door.session_of(token, now + IDLE - timedelta(minutes=1)) is not None
    assert door.session_of(token, now + WHOLE + timedelta(minutes=1)) is None
    ended = office.town.books.ledger.read(office.person("D01"))[-1]
    assert (ended.kind, ended.fact["cause"]) == ("session_ended.v1", "EXPIRED")
    assert browser.get("/").headers["location"] == "/sign-in"


def test_a_role_that_is_revoked_ends_the_session_at_the_next_look(office: Office) -> None:
    browser = office.browser("S01")
    accounts.enter(
        office.town.books.desk,
        office.person("S01"),
        "revoke_role",
        role="DEPT_STAFF",
        unit=BUREAU,
        reason="调离",
    )
    assert browser.get("/tasks").headers["location"] == "/sign-in?back=/tasks"
    ended = office.town.books.ledger.read(office.person("S01"))[-1]
    assert (ended.kind, ended.fact["cause"]) == ("session_ended.v1", "REVOKED")


def test_a_new_password_puts_whoever_knew_the_old_one_out(office: Office) -> None:
    browser = office.browser("D01")
    desk = office.town.books.desk
    office.house.doorkeeper.set_password(
        office.person("D01"), "另外一个新的密码是这样", accounts.registrar(desk)
    )
    assert browser.get("/").status_code == 303
    assert browser.sign_in("D01").status_code == 401


def test_whoever_is_signed_in_changes_their_own_password(office: Office) -> None:
    here, elsewhere = office.browser("D01"), office.browser("D01")
    new = "换成了自己知道的一句"
    wrong = here.post("/account/password", old="不是原来的密码呀", new=new, again=new)
    assert (wrong.status_code, "原密码不对" in wrong.text) == (422, True)
    short = here.post("/account/password", old=PASSWORD, new="短", again="短")
    assert short.status_code == 422
    done = here.post("/account/password", old=PASSWORD, new=new, again=new)
    assert done.headers["location"] == "/account?changed=yes"
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/").status_code == 303
    assert office.browser().sign_in("D01").status_code == 401
    assert office.browser().sign_in("D01", new).status_code == 303
    fact = next(
        one
        for one in reversed(office.town.books.ledger.read(office.person("D01")))
        if one.kind == "password_set.v1"
    )
    assert fact.by.person == office.person("D01")


def test_one_sees_where_one_is_signed_in_and_ends_it_there(office: Office) -> None:
    here, elsewhere = office.browser("D01"), office.browser("D01")
    shown = here.get("/account").text
    assert "2 处" in shown
    (end,) = re.findall(r'action="(/account/sessions/[\w-]+/end)"', shown)
    stranger = office.browser("B01")
    stranger.post(end)
    assert elsewhere.get("/").status_code == 200
    assert here.post(end).status_code == 303
    assert elsewhere.get("/").status_code == 303


def test_nobody_stays_in_by_going_back_and_forth_between_posts(office: Office) -> None:
    accounts.enter(
        office.town.books.desk, office.person("W01"), "grant_role", role="DEPT_STAFF", unit=STREET
    )
    door, now = office.house.doorkeeper, datetime.now(UTC)
    first = door.sign_in("W01", PASSWORD, "192.0.2.1", None, now)
    almost = now + WHOLE - timedelta(minutes=1)
    other = door.change_post(first.session, "DEPT_STAFF", STREET, almost)
    assert door.session_of(other.token, almost) is not None
    assert door.session_of(other.token, now + WHOLE + timedelta(minutes=1)) is None


def test_signing_out_ends_it_and_a_stolen_token_with_it(office: Office) -> None:
    browser = office.browser("D01")
    token = browser.client.cookies["__Host-session"]
    assert browser.post("/sign-out").status_code == 303
    browser.client.cookies.set("__Host-session", token, domain="testserver.local")
    assert browser.get("/").status_code == 303


def test_signing_in_never_takes_over_a_token_that_was_there(office: Office) -> None:
    """Session fixation: what a stranger planted is not what one is known by afterwards."""
    browser = office.browser()
    browser.client.cookies.set("__Host-session", "planted", domain="testserver.local")
    browser.sign_in("D01")
    planted = office.browser()
    planted.client.cookies.set("__Host-session", "planted", domain="testserver.local")
    assert planted.get("/").status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_of_another_site_is_refused(office: Office, site: str) -> None:
    task = office.town.task()
    browser = office.browser("D01")
    answer = browser.client.post(
        f"/tasks/{office.number_of(task)}/triage_task",
        data={"urgency": "NORMAL", "duty_class": "BASIC"},
        headers={"Sec-Fetch-Site": site},
    )
    assert answer.status_code == 403
    assert len(office.town.kinds(task)) == 1


def test_a_browser_that_says_nothing_of_its_site_brings_the_forms_token(office: Office) -> None:
    task = office.town.task()
    browser = office.browser("D01")
    del browser.client.headers["Sec-Fetch-Site"]
    address = f"/tasks/{office.number_of(task)}/triage_task"
    fields = {"urgency": "NORMAL", "duty_class": "BASIC"}
    assert browser.post(address, **fields).status_code == 403
    session = office.house.doorkeeper.session_of(
        browser.client.cookies["__Host-session"], datetime.now(UTC)
    )
    assert session is not None
    assert browser.post(address, **fields, form=session.form).status_code == 303


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "/\\example.org"])
def test_one_comes_back_to_our_own_pages_only(office: Office, back: str) -> None:
    browser = office.browser()
    answer = browser.post("/sign-in", number="D01", password=PASSWORD, back=back)
    assert answer.headers["location"] == "/"


def test_somebody_with_two_posts_goes_on_in_the_other(office: Office) -> None:
    accounts.enter(
        office.town.books.desk, office.person("W01"), "grant_role", role="DEPT_STAFF", unit=STREET
    )
    browser = office.browser("W01")
    assert "社区工作者" in browser.get("/").text
    before = browser.client.cookies["__Host-session"]
    assert browser.post("/post", post=f"DEPT_STAFF@{STREET}").status_code == 303
    assert browser.client.cookies["__Host-session"] != before
    assert '<span class="tag">承办人员</span>' in browser.get("/").text
    browser.post("/post", post=f"AUDITOR@{STREET}")
    assert '<span class="tag">承办人员</span>' in browser.get("/").text
