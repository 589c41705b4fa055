"""Live pages in a real browser: what is new is said, and nothing moves until somebody asks."""

import asyncio
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Response, Route

from console import live
from domain.registry.commands import SessionEnd
from services.seeing import House
from tests.browser.test_console import PHONE, Visiting, chromium, visit
from tests.console.conftest import Office, approved, office
from tests.journeys.district import BUREAU

__all__ = ["approved", "chromium", "office", "visit"]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(live, "PACE_SECONDS", 0.0)


async def _items(page: Page) -> list[str]:
    found: list[str] = await page.eval_on_selector_all(
        "[data-item]", "(all) => all.map((one) => one.dataset.item)"
    )
    return found


async def _tops(page: Page) -> list[float]:
    found: list[float] = await page.eval_on_selector_all(
        "main *", "(all) => all.map((one) => one.getBoundingClientRect().top)"
    )
    return found


@pytest.mark.parametrize("address", ["/", "/dispatch"])
async def test_a_new_task_waits_under_the_bar_until_it_is_asked_for(
    office: Office, visit: Visiting, address: str
) -> None:
    await asyncio.to_thread(office.town.task)
    desk = await visit("D01")
    await desk.go(address)
    page = desk.page
    before = await _items(page)
    text = await page.inner_text("main")
    new = [await asyncio.to_thread(office.town.task) for _ in range(2)]
    await page.wait_for_selector(".fresh button:has-text('2 条新的')")
    bar = await page.inner_text(".fresh")
    assert await _items(page) == before
    assert (await page.inner_text("main")).replace(bar, "").split() == text.split()
    await page.focus(".fresh button")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".fresh-item")
    assert len(await _items(page)) == len(before) + 2
    shown = await page.inner_text("main")
    assert all(office.number_of(one) in shown for one in new)
    assert await page.locator(".fresh button").count() == 0
    assert desk.complaints == []


async def test_the_bar_moves_nothing(office: Office, visit: Visiting) -> None:
    task = office.town.task()
    desk = await visit("D01", viewport=PHONE)
    await desk.go(f"/tasks/{office.number_of(task)}")
    page, before = desk.page, await _tops(desk.page)
    await asyncio.to_thread(
        office.town.ask,
        task,
        "triage_task",
        "dispatcher",
        urgency="NORMAL",
        duty_class="COOPERATE",
    )
    await page.wait_for_selector(".fresh button:has-text('有新进展')")
    await page.evaluate("document.querySelector('.fresh button').remove()")
    assert await _tops(page) == before
    assert desk.complaints == []


async def test_a_task_page_shows_what_happened_when_asked(office: Office, visit: Visiting) -> None:
    task, other = office.town.task(), office.town.task()
    desk = await visit("D01")
    await desk.go(f"/tasks/{office.number_of(task)}")
    page = desk.page
    for one in (other, task):
        await asyncio.to_thread(
            office.town.ask,
            one,
            "triage_task",
            "dispatcher",
            urgency="NORMAL",
            duty_class="COOPERATE",
        )
    assert "研判：一般" not in await page.inner_text(".line")
    await page.click(".fresh button")
    await page.wait_for_selector(".line >> text=研判：一般")
    assert desk.complaints == []


def _end(office: Office, number: str) -> None:
    house: House = office.house
    for session in house.doorkeeper.sessions_of(office.person(number)):
        house.doorkeeper.sign_out(session, SessionEnd.REVOKED)


def _stream(answer: Response) -> bool:
    """Whether this answers the desk's stream, not that of the page before it."""
    return urlsplit(answer.url).path == "/live" and answer.frame.url.endswith("/dispatch")


async def test_whoever_is_signed_out_is_told_and_hears_nothing(
    office: Office, visit: Visiting
) -> None:
    desk = await visit("D01")
    async with desk.page.expect_response(_stream) as begun:
        await desk.go("/dispatch")
    assert (await begun.value).ok
    await asyncio.to_thread(_end, office, "D01")
    await desk.page.wait_for_selector(".fresh a:has-text('登录已结束')")
    await asyncio.to_thread(office.town.task)
    await desk.page.click(".fresh a")
    await desk.page.wait_for_url("**/sign-in?back=*")
    assert desk.complaints == []


async def test_whoever_comes_back_to_a_page_signed_out_is_told_at_once(
    office: Office, visit: Visiting
) -> None:
    desk = await visit("D01")
    page = desk.page
    listens = asyncio.Event()

    async def held(route: Route) -> None:
        await listens.wait()
        await route.continue_()

    await page.route(lambda address: urlsplit(address).path == "/live", held)
    await desk.go("/dispatch")
    await asyncio.to_thread(_end, office, "D01")
    async with page.expect_response(_stream) as stream:
        listens.set()
    assert (await stream.value).status == 204
    await page.wait_for_selector(".fresh a:has-text('登录已结束')")
    # Every browser says of a look that it was answered 401; of the stream it has nothing to say.
    (said,) = desk.complaints
    assert "401" in said


async def test_a_reason_is_asked_where_the_first_suggestion_is_not_taken(
    office: Office, visit: Visiting
) -> None:
    task = office.town.task()
    office.town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="BASIC")
    desk = await visit("D01")
    await desk.go("/dispatch")
    page = desk.page
    await page.click("label:has([data-key='2'])")
    await page.click("button:has-text('派出')")
    assert "理由" in await page.inner_text("[role=alert]")
    await page.fill("[name=reason]", "首选单位正在搬迁")
    await page.click(".foot button")
    await page.wait_for_url("**/tasks/*?receipt=*")
    told = await page.inner_text(".line")
    assert "按建议第 2 位派出，理由：" in told
    sent = office.town.books.ledger.read(task)[-1]
    assert sent.kind == "task_dispatched.v1"
    assert sent.fact["suggested"]["units"][0] != sent.fact["main"] != BUREAU
