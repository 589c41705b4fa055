"""A programme in a real browser, from its call to its selection: at a desk, and without script."""

from contextlib import ExitStack

import pytest
from playwright.async_api import Page

from tests import clock
from tests.browser.test_console import DESKTOP, PHONE, Visit, Visiting, chromium, visit
from tests.console.conftest import Office, office
from tests.console.pilots import (
    CRITERIA,
    FIRST,
    NAMES,
    OTHER,
    REASON,
    REVIEWERS,
    SECOND,
    STATEMENT,
    TITLE,
    Pilot,
    a_pilot,
)

__all__ = ["chromium", "office", "visit"]


async def recorded(page: Page) -> None:
    await page.wait_for_url("**receipt=*")
    assert "已入账" in await page.inner_text("[role=status]")


async def choose(page: Page, name: str, value: str) -> None:
    """Choose one of few or of many, as the form has it."""
    few = page.locator(f'input[type="radio"][name="{name}"][value="{value}"]')
    if await few.count():
        await few.check()
    else:
        await page.select_option(f'[name="{name}"]', value)


async def draft(who: Visit, pilot: Pilot) -> None:
    """Fill in the draft as its form asks; the clock of the page is the office's."""
    await who.go("/programmes")
    await who.page.click("text=草拟试点方案")
    page = who.page
    await page.fill('[name="title"]', TITLE)
    await choose(page, "level", "DISTRICT")
    await choose(page, "place", "440106")
    await page.fill('[name="quota"]', "2")
    for name, instant in (
        ("apply_from", "2026-01-05T09:00"),
        ("apply_until", "2099-03-01T17:00"),
        ("build_until", "2099-12-01T17:00"),
    ):
        await page.fill(f'[name="{name}"]', instant)
    for one in CRITERIA:
        row = page.locator("tr", has=page.locator(f'input[value="{one["criterion"]}"]'))
        await row.locator("input:visible").fill(str(one["weight"]))
    await page.select_option('[name="goals.0.figure"]', "FUNCTIONS_OPEN")
    await page.select_option('[name="goals.0.measure"]', "NUMBER")
    await page.select_option('[name="goals.0.comparison"]', "AT_LEAST")
    await page.fill('[name="goals.0.target"]', "4")
    await page.click(".foot button")
    await recorded(page)
    pilot.stream = f"programme/{page.url.partition('?')[0].rpartition('/')[2]}"


async def acts(who: Visit, pilot: Pilot, name: str) -> Page:
    """Open the form that the page of the programme offers under *name*."""
    await who.go(pilot.address)
    await who.page.click(f"main a.btn >> text={name}")
    return who.page


async def sends(page: Page) -> None:
    await page.click(".foot button")
    await recorded(page)


async def apply(who: Visit, pilot: Pilot, place: str) -> None:
    page = await acts(who, pilot, "申报社区")
    await choose(page, "community", place)
    await page.fill('[name="statement"]', STATEMENT)
    await sends(page)


async def score(who: Visit, pilot: Pilot, place: str, points: int) -> None:
    await who.go(pilot.address)
    row = who.page.locator("tr", has_text=NAMES[place])
    await row.locator("text=评分").last.click()
    for number in range(len(CRITERIA)):
        await who.page.fill(f'[name="scores.{number}.points"]', str(points))
    await sends(who.page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_a_programme_goes_from_its_call_to_its_selection(
    office: Office, visit: Visiting, script: bool
) -> None:
    pilot, about = a_pilot(office), {"viewport": DESKTOP, "java_script_enabled": script}
    lead = await visit("B01", **about)
    await draft(lead, pilot)
    authority = await visit("O01", **about)
    await sends(await acts(authority, pilot, "审定方案并征集申报"))
    for number, places in (("D01", (FIRST, SECOND)), ("D02", (OTHER,))):
        street = await visit(number, **about)
        for place in places:
            await apply(street, pilot, place)
    pilot.rings("applications")
    with ExitStack() as later:
        later.enter_context(clock.at(office.town.books.ledger, pilot.now))
        page = await acts(authority, pilot, "确定评审人员")
        for number, reviewer in enumerate(REVIEWERS):
            person = office.person(reviewer)
            if number and script:
                assert await page.locator(f'[name="reviewers.{number}.person"]').is_hidden()
                await page.click("text=再添一行")
            await page.select_option(f'[name="reviewers.{number}.person"]', person)
            unit = "440106-MZJ"
            await page.select_option(f'[name="reviewers.{number}.unit"]', unit)
        await sends(page)
        for reviewer in REVIEWERS:
            who = lead if reviewer == "B01" else await visit(reviewer, **about)
            for place, points in ((FIRST, 90), (SECOND, 80), (OTHER, 70)):
                await score(who, pilot, place, points)
        page = await acts(authority, pilot, "选定试点社区")
        assert await page.input_value('[name="selected.1.community"]') == SECOND
        await page.select_option('[name="selected.1.community"]', OTHER)
        await page.click(".foot button")
        assert "out-of-order-reason" in await page.inner_text("[role=alert]")
        await page.fill('[name="selected.1.reason"]', REASON)
        await sends(page)
        await sends(await acts(authority, pilot, "公布评选结果"))
    resident = await visit("", viewport=PHONE, java_script_enabled=script)
    await resident.go("/pilots")
    await resident.page.click(f"text={TITLE}")
    shown = await resident.page.inner_text("main")
    assert NAMES[OTHER] in shown
    assert REASON in shown
    assert await resident.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert office.town.kinds(pilot.stream)[-2:] == [
        "communities_selected.v1",
        "selection_published.v1",
    ]
    for who in (lead, authority, resident):
        assert [one for one in who.complaints if "422" not in one] == []
