"""回访台: the queue by the clock, the script beside the answers, the next call."""

import pytest

from tests import accounts
from tests.console.conftest import STAFF, Office
from tests.oversight.town import GRANDMOTHER

REACHED = {"reached": "yes", "contacted": "yes", "resolved": "yes", "grade": "5", "note": "很满意"}


def test_an_agent_calls_and_the_answers_are_recorded(office: Office, approved: str) -> None:
    agent = office.browser("R01")
    number = office.number_of(approved)
    desk = agent.get("/callbacks").text
    assert number in desk
    assert GRANDMOTHER["phone"] in desk  # whoever calls back sees whom to call, while it waits
    assert "我是石牌街道办事处回访员" in desk
    assert "双侧扶手已经装好。" in desk
    told = agent.post(f"/callbacks/{number}", **REACHED)
    assert told.status_code == 303
    recorded = office.town.books.ledger.read(approved)[-1]
    assert (recorded.kind, recorded.fact["grade"]) == ("callback_recorded.v1", 5)
    assert recorded.by.person == office.person("R01")
    after = agent.get(told.headers["location"]).text
    assert "已入账" in after
    assert "没有待回访的任务" in after
    assert GRANDMOTHER["phone"] not in agent.get(f"/callbacks?case={number}").text


def test_whoever_was_not_reached_is_called_again_another_day(office: Office, approved: str) -> None:
    agent = office.browser("R01")
    number = office.number_of(approved)
    for _ in range(2):
        assert agent.post(f"/callbacks/{number}", reached="no").status_code == 303
    again = agent.post(f"/callbacks/{number}", reached="no")
    assert again.status_code == 422
    assert "callback-other-day" in again.text
    assert office.town.kinds(approved).count("callback_recorded.v1") == 2
    assert "已打 2 次，最多 3 次" in again.text


def test_an_answer_without_a_voice_is_refused_and_kept(office: Office, approved: str) -> None:
    agent = office.browser("R01")
    number = office.number_of(approved)
    again = agent.post(f"/callbacks/{number}", reached="no", grade="5", note="占线")
    assert again.status_code == 422
    assert "reached-to-answer" in again.text
    assert "占线" in again.text
    assert "callback_recorded.v1" not in office.town.kinds(approved)


def test_the_same_form_sent_twice_is_one_attempt(office: Office, approved: str) -> None:
    agent = office.browser("R01")
    number = office.number_of(approved)
    for _ in range(2):
        agent.post(f"/callbacks/{number}", reached="no", command_id="console/one-attempt")
    assert office.town.kinds(approved).count("callback_recorded.v1") == 1


@pytest.mark.parametrize("staff", sorted(STAFF))
def test_the_pages_are_of_their_roles_only(office: Office, approved: str, staff: str) -> None:
    browser = office.browser(staff)
    number = office.number_of(approved)
    role = STAFF[staff][0]
    before = office.town.kinds(approved)
    desk = 200 if role == "CALLBACK_AGENT" else 404
    worker = 200 if role == "COMMUNITY_WORKER" else 404
    for address, expected in (
        ("/callbacks", desk),
        ("/register/mine", worker),
        ("/register/poster", worker),
    ):
        assert browser.get(address).status_code == expected, address
    if role != "CALLBACK_AGENT":
        absent = browser.post("/callbacks/DQ000", **REACHED)
        foreign = browser.post(f"/callbacks/{number}", **REACHED)
        assert (absent.status_code, absent.text) == (foreign.status_code, foreign.text)
        assert foreign.status_code == 404
        assert office.town.kinds(approved) == before
        assert GRANDMOTHER["phone"] not in foreign.text


def test_another_streets_agent_finds_nothing(office: Office, approved: str) -> None:
    books, person = office.town.books, office.person("D02")
    accounts.enter(books.desk, person, "grant_role", role="CALLBACK_AGENT", unit="440106004-SO")
    agent = office.browser("D02")
    agent.client.post("/post", data={"post": "CALLBACK_AGENT@440106004-SO"})
    number = office.number_of(approved)
    assert number not in agent.get("/callbacks").text
    shown = agent.get(f"/callbacks?case={number}")
    absent = agent.get("/callbacks?case=DQ000")
    assert (shown.status_code, shown.text) == (absent.status_code, absent.text)
    assert agent.post(f"/callbacks/{number}", **REACHED).status_code == 404
    assert "callback_recorded.v1" not in office.town.kinds(approved)


def test_another_site_records_no_call(office: Office, approved: str) -> None:
    agent = office.browser("R01")
    agent.client.headers["Sec-Fetch-Site"] = "cross-site"
    number = office.number_of(approved)
    assert agent.post(f"/callbacks/{number}", **REACHED).status_code == 403
    assert "callback_recorded.v1" not in office.town.kinds(approved)
