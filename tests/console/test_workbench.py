"""工作台: four blocks, several signed in for at once, and what is said while boards are busy."""

import re

import pytest

from projections.store import writing
from services import seeing
from tests.console.conftest import Browser, Office
from tests.journeys.district import BUREAU
from wording.commands import command_label

ABSENT = "DQ44010620990101000001"


def blocks(browser: Browser) -> dict[str, str]:
    """Return what each block of the workbench says, by its heading's id."""
    shown = browser.get("/").text
    found = re.findall(r'aria-labelledby="(\w+)">(.*?)</section>', shown, re.DOTALL)
    return {name: re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text)) for name, text in found}


def dispatched(office: Office) -> str:
    task = office.town.task()
    office.town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="BASIC")
    office.town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    return task


def in_hand(office: Office) -> str:
    task, town = dispatched(office), office.town
    town.ask(task, "accept_task", "coordinator")
    town.ask(task, "assign_staff", "coordinator", person=office.person("S01"))
    return task


def test_what_waits_for_me_my_unit_and_what_i_wait_for_are_apart(office: Office) -> None:
    task = in_hand(office)
    number = office.number_of(task)
    office.town.ask(
        task,
        "request_extension",
        "coordinator",
        limit="3wd",
        reason="材料未到",
        resident_informed=True,
    )
    staff, coordinator = blocks(office.browser("S01")), blocks(office.browser("B01"))
    assert number in staff["g1"]
    assert "unit" not in staff
    assert number in coordinator["unit"]
    assert number in coordinator["asked"]
    assert "延期" in coordinator["asked"]
    assert "g1" not in coordinator


def test_nobody_sees_a_unit_that_is_not_theirs(office: Office) -> None:
    number = office.number_of(in_hand(office))
    assert number not in office.browser("D02").get("/").text
    assert "unit" not in blocks(office.browser("A01")), "an auditor is handed nobody's work"


def test_news_is_what_others_did_since_i_looked(office: Office) -> None:
    browser = office.browser("B01")
    assert "news" not in blocks(browser), "who comes for the first time begins here"
    number = office.number_of(in_hand(office))
    assert number in blocks(browser)["news"]
    assert "指定" in blocks(browser)["news"], "seeing it is not having looked at it"
    shown = browser.get("/").text
    position = re.search(r'name="position" value="(\d+)"', shown)
    form = re.search(r'name="form" value="([^"]+)"', shown)
    assert position
    assert form
    answer = browser.post("/looked", position=position[1], form=form[1])
    assert answer.status_code == 303
    assert "news" not in blocks(browser)


def test_an_empty_workbench_names_what_was_closed_last(office: Office, approved: str) -> None:
    agent, number = office.browser("R01"), office.number_of(approved)
    done = agent.post(
        f"/tasks/{number}/record_callback",
        reached="yes",
        contacted="yes",
        resolved="yes",
        grade="5",
    )
    assert done.status_code == 303
    shown = office.browser("B01").get("/").text
    assert "没有等您办的事。" in shown
    assert f'最近一次办结：<a class="num" href="/tasks/{number}"' in shown


def test_several_are_signed_in_for_at_once_each_by_itself(office: Office) -> None:
    tasks = [dispatched(office) for _ in range(3)]
    browser = office.browser("B01")
    ticks = re.findall(r'name="task" value="([^"]+)"', browser.get("/").text)
    assert len(ticks) == 3
    office.town.ask(tasks[1], "accept_task", "coordinator")
    before = office.town.books.ledger.head()
    asked = [*ticks, f"{ABSENT} console/x"]
    answer = browser.client.post("/accept", data={"task": asked})
    assert answer.text.count("已签收，账本第") == 2
    assert answer.text.count("未入账") == 2
    assert "not-in-this-state" in answer.text
    assert office.town.books.ledger.head() == before + 2
    again = browser.client.post("/accept", data={"task": asked})
    assert again.text.count("已签收，账本第") == 2, "the same form twice is the same receipts"
    assert office.town.books.ledger.head() == before + 2


def test_what_is_foreign_is_signed_for_by_nobody_and_told_like_what_is_absent(
    office: Office,
) -> None:
    number = office.number_of(dispatched(office))
    browser = office.browser("D02")
    told = []
    for one in (number, ABSENT):
        answer = browser.client.post("/accept", data={"task": [f"{one} console/x"]})
        told.append(answer.text.replace(one, "N"))
    assert told[0] == told[1]
    foreign = browser.client.post("/accept", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_what_is_recorded_is_said_to_be_while_the_boards_are_busy(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.number_of(dispatched(office))
    browser = office.browser("B01")
    monkeypatch.setattr(seeing, "BOARD_SECONDS", 0.2)
    monkeypatch.setattr(seeing, "READING_SECONDS", 0.2)
    with writing(office.house.boards.engine):  # as somebody who makes them anew holds them
        answer = browser.post(f"/tasks/{number}/accept_task")
        assert answer.status_code == 303
        shown = browser.get(answer.headers["location"]).text
        assert "已入账：账本第" in shown
        assert "列表稍后更新" in shown
    office.house.catch_up()
    assert "列表稍后更新" not in browser.get(answer.headers["location"]).text


def test_the_workbench_speaks_english(office: Office) -> None:
    dispatched(office), dispatched(office)
    browser = office.browser("B01")
    browser.client.cookies.set("language", "en")
    shown = browser.get("/").text
    main = shown[shown.index("<main") : shown.index("</main>")]
    assert "Sign in for those selected" in main
    assert command_label("accept_task") not in main
