"""督办, 区县一览 and 统计分析: what they show stands on facts, and is only of whoever's duties."""

import re
from datetime import UTC, datetime

import pytest

from projections.service_levels import month_of
from services.supervising import month_bounds
from tests.console.conftest import OTHER_STREET, Office
from tests.journeys.district import BUREAU

OVERSEEING = ("V01", "P01", "A01")


def month_now() -> str:
    return month_of(datetime.now(UTC))


@pytest.fixture
def carded(office: Office) -> str:
    """A task in the bureau's hands for which it was reminded, and shown a red card."""
    town = office.town
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    town.ask(task, "raise_card", "supervisor", colour="RED", reason="多次催促未签收")
    town.ask(task, "remind_unit", "supervisor")
    return task


def cells(page: str) -> dict[str, str]:
    """Return the ladder's cells of the bureau by their labels."""
    (row,) = re.findall(r"<tr><td data-label=\"单位\">天河区民政局</td>.*?</tr>", page, re.DOTALL)
    plain = re.findall(r'<td data-label="([^"]+)">(.*?)</td>', row, re.DOTALL)
    return {name: re.sub(r"<[^>]+>|\s", "", cell) for name, cell in plain}


@pytest.mark.parametrize("number", OVERSEEING)
def test_each_card_is_shown_with_the_fact_that_proves_it(
    office: Office, carded: str, number: str
) -> None:
    page = office.browser(number).get(f"/supervision?month={month_now()}").text
    entries = office.town.books.ledger.read(carded)
    raised = [one for one in entries if one.kind == "supervision_raised.v1"]
    assert len(raised) == 2
    for one in raised:
        assert f"账本第 {one.position:,} 位" in page
    assert office.number_of(carded) in page
    assert "多次催促未签收" not in page  # the reason is sealed
    # A reminder repeats the level that stands; it is a reminder all the same.
    assert cells(page)["红牌"] == "1次（1件）"
    assert cells(page)["催办"] == "1次"


def test_the_ladder_is_narrowed_by_unit_month_and_rung(office: Office, carded: str) -> None:
    browser = office.browser("V01")
    proof = office.town.books.ledger.read(carded)[-2].position
    shown = f"账本第 {proof:,} 位"
    assert shown in browser.get(f"/supervision?unit={BUREAU}&level=RED").text
    assert shown not in browser.get(f"/supervision?unit={BUREAU}&level=YELLOW").text
    assert shown not in browser.get("/supervision?unit=440106-JSJ").text
    assert shown not in browser.get("/supervision?month=2025-01").text
    assert browser.get("/supervision?month=2025-13").status_code == 422


def test_a_dispatcher_of_another_street_sees_none_of_it(office: Office, carded: str) -> None:
    page = office.browser("D02").get("/supervision").text
    assert office.number_of(carded) not in page
    assert "没有单位被督办" in page


def test_what_waits_is_offered_to_whoever_may_decide_it(office: Office, carded: str) -> None:
    town = office.town
    town.ask(carded, "accept_task", "coordinator")
    town.ask(carded, "assign_staff", "coordinator", person=town.person("staff"))
    town.ask(carded, "record_contact", "staff", result="REACHED")
    town.ask(
        carded,
        "request_extension",
        "coordinator",
        limit="3wd",
        reason="配件缺货",
        resident_informed=True,
    )
    number = office.number_of(carded)
    (waiting,) = [
        one for one in office.house.boards.inbox.of(carded) if one.what == "extension_review"
    ]
    holder = {"SUPERVISOR": "V01", "STREET_DISPATCHER": "D01"}[waiting.role]
    other = {"V01": "D01", "D01": "V01"}[holder]
    form = f"/tasks/{number}/grant_extension"
    shown = office.browser(holder).get("/supervision").text
    assert "审核延期" in shown
    assert form in shown
    assert form not in office.browser(other).get("/supervision").text
    reader = office.browser("A01").get("/supervision").text
    assert number in reader
    assert form not in reader


def test_a_month_begins_and_ends_as_clocks_in_china_show_it() -> None:
    assert month_bounds("2026-12") == (
        "2026-11-30T16:00:00.000000Z",
        "2026-12-31T16:00:00.000000Z",
    )


def tile(page: str, street: str) -> tuple[str, str]:
    """Return class and number of a street's tile."""
    found = re.search(
        rf'<a class="(\w+)" href="[^"]+" title="{street}"><b>[^<]+</b><span>([^<]+)</span>', page
    )
    assert found is not None, page
    return found.group(1), found.group(2)


@pytest.mark.parametrize("number", OVERSEEING)
def test_a_tile_says_its_number_and_leads_to_the_tasks_of_its_street(
    office: Office, carded: str, number: str
) -> None:
    browser = office.browser(number)
    page = browser.get("/district?figure=supervised").text
    assert "示意图，非地图" in page
    assert tile(page, "石牌街道办事处") == ("fair", "1 件")
    assert tile(page, "冼村街道办事处") == ("good", "0 件")
    (address,) = re.findall(r'href="(/tasks[^"]+)" title="石牌街道办事处"', page)
    assert office.number_of(carded) in browser.get(address.replace("&amp;", "&")).text
    (address,) = re.findall(r'href="(/tasks[^"]+)" title="冼村街道办事处"', page)
    assert office.number_of(carded) not in browser.get(address.replace("&amp;", "&")).text


def test_a_rate_is_shown_with_its_class_in_words_and_what_it_is_counted_from(
    office: Office, approved: str
) -> None:
    page = office.browser("V01").get("/district?figure=on_time_rate@1").text
    assert tile(page, "石牌街道办事处") == ("good", "100.0%")
    assert tile(page, "冼村街道办事处") == ("none", "—")
    assert "95% 及以上" in page
    assert "尚无可计" in page
    past = office.browser("V01").get("/district?figure=on_time_rate@1&month=2025-01").text
    assert tile(past, "石牌街道办事处") == ("none", "—")


def test_a_district_is_for_those_who_oversee_it(office: Office) -> None:
    for number in ("D01", "B01", "W01", "Z01"):
        assert office.browser(number).get("/district").status_code == 404
    assert office.browser("V01").get("/district?figure=none").status_code == 404


def test_a_rate_opens_to_the_facts_above_and_below_its_line(office: Office, approved: str) -> None:
    browser = office.browser("V01")
    listed = browser.get("/figures").text
    assert "<svg" in listed
    (address,) = re.findall(
        r'<td data-label="比率"><a href="(/figures/on_time_rate@1[^"]*)"', listed
    )
    page = browser.get(address).text
    entries = office.town.books.ledger.read(approved)
    proof = next(one for one in entries if one.kind == "result_submitted.v1")
    assert f"{proof.position:,}" in page
    assert office.number_of(approved) in page
    assert "分子 1 · 分母 1 · 剔除 0" in page
    assert "在办理期限内提交的结果" in page
    assert "第 1 版" in page
    grouped = browser.get("/figures?by=unit").text
    assert f"/figures/on_time_rate@1?unit={BUREAU}" in grouped
    elsewhere = browser.get("/figures/on_time_rate@1?unit=440106-JYJ").text
    assert "没有可计的事实" in elsewhere


def test_the_facts_of_a_rate_are_of_whoever_looks(office: Office, approved: str) -> None:
    number = office.number_of(approved)
    assert number in office.browser("D01").get("/figures/on_time_rate@1").text
    stranger = office.browser("D02")
    for narrowing in ("", "?street=440106003", f"?unit={BUREAU}"):
        assert number not in stranger.get(f"/figures/on_time_rate@1{narrowing}").text
    assert stranger.get("/figures/none@1").status_code == 404


def test_a_figure_is_counted_again_from_the_ledger_of_then_and_that_is_on_record(
    office: Office, approved: str
) -> None:
    auditor, ledger = office.browser("A01"), office.town.books.ledger
    page = auditor.get("/figures/on_time_rate@1?recompute=yes").text
    assert "与看板相符" in page
    assert f"这次复算已记入账本（第 {ledger.head():,} 位）" in page
    made = ledger.entry(ledger.head())
    assert made is not None
    assert (made.fact["act"], made.by.person) == ("FIGURE", office.person("A01"))
    past = auditor.get("/figures/on_time_rate@1?recompute=yes&at=2020-01-01T00:00:00").text
    assert re.search(r"<b>—</b>\s*分子 0 · 分母 0", past)
    dispatcher = office.browser("D01")
    head = ledger.head()
    assert "复算" not in dispatcher.get("/figures/on_time_rate@1").text
    assert dispatcher.get("/figures/on_time_rate@1?recompute=yes").status_code == 404
    assert ledger.head() == head


def test_what_cannot_be_understood_is_said_in_words(office: Office) -> None:
    answer = office.browser("V01").get("/figures?month=gestern")
    assert answer.status_code == 422
    assert "看不懂所填的条件" in answer.text


def test_both_languages_are_spoken(office: Office, carded: str) -> None:
    browser = office.browser("V01")
    browser.post("/language", back="/")
    supervision = browser.get("/supervision").text
    main = supervision[supervision.index("<main") :]
    assert "red card" in main
    assert "Each step, and its fact" in main
    district = browser.get("/district?figure=on_time_rate@1").text
    assert "95% and above" in district
    assert "a scheme, not a map" in district
    assert OTHER_STREET not in district
