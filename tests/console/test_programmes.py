"""试点: the page of a programme, its forms, the figures counted again, and what the public sees."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from tests import clock
from tests.console.conftest import Browser, Office
from tests.console.pilots import (
    CRITERIA,
    FIRST,
    NAMES,
    OTHER,
    REASON,
    SECOND,
    STATEMENT,
    TITLE,
    Pilot,
    a_pilot,
)


@pytest.fixture
def pilot(office: Office) -> Pilot:
    return a_pilot(office)


@contextmanager
def then(pilot: Pilot) -> Iterator[None]:
    """Let the ledger's clock stand where the programme is."""
    with clock.at(pilot.office.town.books.ledger, pilot.now):
        yield


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def sent(browser: Browser, address: str, **fields: object) -> httpx2.Response:
    """Send the form at *address* with *fields*, as its page has it."""
    form = browser.get(address).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    return browser.post(address.partition("?")[0], **{**hidden, **fields})


def test_a_page_shows_the_call_its_applications_and_their_baselines(pilot: Pilot) -> None:
    pilot.office.town.task(place=FIRST)
    pilot.applied()
    page = plain(pilot.office.browser("P01").get(pilot.address).text)
    for told in (TITLE, "区级", "任务结案不少于 1", "服务功能开放不少于 4", STATEMENT):
        assert told in page
    assert "任务结案 0/1" in page
    assert all(name in page for name in NAMES.values())


def test_a_draft_is_revised_by_its_form_and_what_is_left_empty_stays(pilot: Pilot) -> None:
    pilot.drafted()
    browser = pilot.office.browser("B01")
    with then(pilot):
        assert f"{pilot.address}/revise_programme" in browser.get(pilot.address).text
        address = f"{pilot.address}/revise_programme"
        assert sent(browser, address, reason="压减名额").status_code == 422
        assert sent(browser, address, quota="1", reason="压减名额").status_code == 303
    told = pilot.office.town.books.ledger.read(pilot.stream)[-1]
    assert told.kind == "programme_revised.v1"
    assert (told.fact["terms_before"]["quota"], told.fact["terms"]["quota"]) == (2, 1)
    assert told.fact["terms"]["criteria"] == CRITERIA
    assert "名额 1 个社区" in plain(browser.get(pilot.address).text)


def test_a_street_withdraws_its_application_by_its_form(pilot: Pilot) -> None:
    pilot.applied()
    browser = pilot.office.browser("D01")
    with then(pilot):
        address = f"{pilot.address}/withdraw_community"
        assert FIRST in browser.get(address).text
        refused = sent(browser, address, community=OTHER, reason="用房已另行安排")
        assert refused.status_code == 422
        taken = sent(browser, address, community=FIRST, reason="用房已另行安排")
    assert taken.status_code == 303
    told = pilot.office.town.books.ledger.read(pilot.stream)[-1]
    assert (told.kind, told.fact["community"]) == ("community_withdrawn.v1", FIRST)


def test_a_reviewer_scores_by_the_form_the_page_leads_to(pilot: Pilot) -> None:
    pilot.scoring()
    browser = pilot.office.browser("S01")
    with then(pilot):
        page = browser.get(pilot.address).text
        (link, *_) = re.findall(r'href="([^"]+score_application\?[^"]+)"', page)
        form = browser.get(link.replace("&amp;", "&")).text
        stand = re.findall(r'type="hidden" name="scores\.\d\.criterion" value="(\w+)"', form)
        assert stand == [one["criterion"] for one in CRITERIA], "each criterion of this programme"
        points = {f"scores.{n}.points": str(80 + n) for n in range(2)}
        named = {f"scores.{n}.criterion": one["criterion"] for n, one in enumerate(CRITERIA)}
        answer = sent(
            browser, f"{pilot.address}/score_application", community=FIRST, **named, **points
        )
    assert answer.status_code == 303
    told = pilot.office.town.books.ledger.read(pilot.stream)[-1]
    assert told.kind == "application_scored.v1"
    assert told.fact["weighted"] == 80 * 60 + 81 * 40


def test_the_selection_begins_with_the_best_and_asks_why_it_leaves_them(pilot: Pilot) -> None:
    pilot.scored()
    browser = pilot.office.browser("O01")
    with then(pilot):
        page = browser.get(pilot.address).text
        (link,) = set(re.findall(r'href="([^"]+select_communities\?[^"]+)"', page))
        form = browser.get(link.replace("&amp;", "&")).text
        assert f'value="{FIRST}" selected' in form
        assert f'value="{SECOND}" selected' in form
        address = f"{pilot.address}/select_communities"
        out = {"selected.0.community": FIRST, "selected.1.community": OTHER}
        refused = sent(browser, address, **out)
        assert refused.status_code == 422
        assert "out-of-order-reason" in refused.text
        assert NAMES[SECOND] in refused.text or SECOND in refused.text
        taken = sent(browser, address, **out, **{"selected.1.reason": REASON})
    assert taken.status_code == 303
    page = plain(pilot.office.browser("D02").get(pilot.address).text)
    assert f"越过{NAMES[SECOND]}入选，理由：{REASON}" in page
    assert "未公布" in page


def test_the_score_table_ranks_with_the_mean_of_each_criterion(pilot: Pilot) -> None:
    pilot.scored()
    page = pilot.office.browser("A01").get(pilot.address).text
    rows = re.findall(
        r'<tr><td data-label="名次" class="num">(\d+)</td>(.*?)</tr>', page, re.DOTALL
    )
    found = [(rank, plain(row)) for rank, row in rows]
    assert [rank for rank, _ in found] == ["1", "2", "3"]
    for (_, row), (place, mean) in zip(
        found, ((FIRST, "90.00"), (SECOND, "80.00"), (OTHER, "70.00")), strict=True
    ):
        assert NAMES[place] in row
        assert row.count(mean) >= 3, "two criteria and the whole"


def test_goals_stand_beside_the_facts_they_rest_on_and_are_counted_again(pilot: Pilot) -> None:
    task = pilot.office.town.task(place=FIRST)
    pilot.office.town.close(task)
    pilot.assessed()
    page = plain(pilot.office.browser("D01").get(pilot.address).text)
    assert "第 1 季度进展" in page
    assert "达成 0 / 2 项" in page
    auditor = pilot.office.browser("A01")
    shown = auditor.get(f"{pilot.address}/figures").text
    assert "基线" in shown
    assert "与入账相符" not in shown
    again = auditor.get(f"{pilot.address}/figures?recompute=yes").text
    assert again.count("与入账相符") == 7, "three baselines, two pilots twice"
    assert "与入账不符" not in again
    told = pilot.office.town.books.ledger.of_kind("audit_performed.v1")
    assert [one.fact["about"] for one in told] == [[pilot.stream]]


def test_only_who_oversees_has_figures_counted_again(pilot: Pilot) -> None:
    pilot.applied()
    street = pilot.office.browser("D01")
    assert "复算" not in street.get(f"{pilot.address}/figures").text
    assert street.get(f"{pilot.address}/figures?recompute=yes").status_code == 404


def test_the_public_reads_what_was_published_and_nothing_before(pilot: Pilot) -> None:
    pilot.selected()
    anybody = pilot.office.browser()
    assert anybody.get(pilot.public).status_code == 404
    assert TITLE not in anybody.get("/pilots").text
    pilot.says("publish_selection", pilot.decider)
    assert TITLE in anybody.get("/pilots").text
    page = plain(anybody.get(pilot.public).text)
    for told in (NAMES[FIRST], NAMES[OTHER], REASON, "90.00", "天河区委组织部"):
        assert told in page
    for number in ("B01", "S01", "V01", "O01", "D01"):
        person = pilot.office.person(number)
        assert person.partition("/")[2] not in page
        assert f"测试{number}" not in page
    assert STATEMENT not in page, "what a street wrote to the office stays there"


def test_what_is_absent_reads_like_what_is_foreign(pilot: Pilot) -> None:
    anybody = pilot.office.browser()
    pilot.selected()
    absent = anybody.get("/pilots/01995f3a-0000-7000-8000-000000000001")
    hidden = anybody.get(pilot.public)
    assert (absent.status_code, absent.text) == (hidden.status_code, hidden.text)


@pytest.mark.parametrize("number", ["B01", "O01", "D01", "V01", "A01"])
def test_every_page_of_a_programme_is_read_in_english(pilot: Pilot, number: str) -> None:
    """But for names, and what people wrote."""
    pilot.assessed()
    browser = pilot.office.browser(number)
    browser.client.cookies.set("language", "en")
    written = (*NAMES.values(), REASON, STATEMENT, TITLE)
    for address in ("/programmes", pilot.address, f"{pilot.address}/figures", pilot.public):
        page = browser.get(address).text
        page = re.sub(r"<(script|style)\b.*?</\1>| value=\"[^\"]*\"", "", page, flags=re.DOTALL)
        page = re.sub(r"<button [^>]*>中文</button>|<span class=\"seal\".*?</span>", "", page)
        for one in (
            *written,
            "石牌街道办事处",
            "冼村街道办事处",
            "天河区民政局",
            "天河区委组织部",
            "天河区",
        ):
            page = page.replace(one, "")
        left = set(re.findall(r"[一-鿿]+", plain(page))) - {"测试" + number, "测试"}
        assert left == set(), address
