"""The console in a real browser: by keys alone, without script, on a phone, asking nobody else."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from console.app import create_app
from serving.listening import listening, serving
from tests.console.conftest import PASSWORD, Office, approved, office
from tests.journeys.district import BUREAU

__all__ = ["approved", "office"]

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
FINGER = 44
"""How high a button on a phone is at least, in pixels (WCAG 2.5.5)."""


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("the browser tests need Debian's chromium")
        pytest.skip("chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass
class Visit:
    """Somebody's browser at a served console, and what it complained of."""

    base: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda said: self.complaints.append(f"{said.type}: {said.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._stays)

    def _stays(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:")):
            self.complaints.append(f"asked {request.url}")

    async def go(self, address: str) -> None:
        await self.page.goto(f"{self.base}{address}")

    async def sign_in(self, number: str) -> None:
        await self.go("/sign-in")
        await self.page.focus("#number")
        await self.page.keyboard.type(number)
        await self.page.keyboard.press("Tab")
        await self.page.keyboard.type(PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(f"{self.base}/")


Visiting = Callable[..., Awaitable[Visit]]


@pytest.fixture
async def visit(chromium: Browser, office: Office) -> AsyncIterator[Visiting]:
    """Serve the console on loopback; each visit is a browser of its own, signed in by number."""
    opened = []
    async with serving(create_app(office.house), listening("127.0.0.1:0")) as url:

        async def visiting(number: str, **about: Any) -> Visit:
            context = await chromium.new_context(**{"viewport": DESKTOP, "locale": "zh-CN"} | about)
            opened.append(context)
            made = Visit(url, await context.new_page())
            if number:
                await made.sign_in(number)
            return made

        yield visiting
        for context in opened:
            await context.close()


async def test_a_dispatcher_dispatches_by_keys_alone(office: Office, visit: Visiting) -> None:
    tasks = [office.town.task(), office.town.task()]
    for task in tasks:
        office.town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    desk = await visit("D01")
    await desk.go("/dispatch")
    page = desk.page
    shown = await page.inner_text(".desk header a.num")
    await page.keyboard.press("j")
    await page.wait_for_url("**/dispatch?case=*")
    other = await page.inner_text(".desk header a.num")
    assert other != shown
    await page.keyboard.press("1")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/tasks/*?receipt=*")
    assert "已入账：账本第" in await page.inner_text("[role=status]")
    streams = {office.number_of(task): task for task in tasks}
    sent = next(
        one
        for one in office.town.books.ledger.read(streams[other])
        if one.kind == "task_dispatched.v1"
    )
    assert sent.fact["main"] == BUREAU
    assert desk.complaints == []


async def test_everything_works_without_script(office: Office, visit: Visiting) -> None:
    task = office.town.task()
    desk = await visit("D01", java_script_enabled=False)
    await desk.go("/dispatch")
    await desk.page.check('input[name="duty_class"][value="BASIC"]')
    await desk.page.click(".foot button")
    assert "已入账" in await desk.page.inner_text("[role=status]")
    assert "task_triaged.v1" in office.town.kinds(task)


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
@pytest.mark.parametrize("number", ["D01", "W01", "B01", "A01"])
async def test_nothing_is_cut_on_a_phone(
    office: Office, visit: Visiting, number: str, large: bool
) -> None:
    task = office.number_of(office.town.task())
    phone = await visit(number, viewport=PHONE)
    page = phone.page
    if large:
        await page.click("summary")
        await page.click("text=大字版")
        assert await page.get_attribute("html", "class") == "large"
    links = await page.eval_on_selector_all(
        ".nav li a", "(all) => all.map((one) => one.getAttribute('href'))"
    )
    for address in [*links, f"/tasks/{task}"]:
        await phone.go(address)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], address
        heights = await page.eval_on_selector_all(
            "main .btn", "(all) => all.map((one) => one.offsetHeight)"
        )
        assert all(height >= FINGER for height in heights), address
    assert [one for one in phone.complaints if "404" not in one] == []


async def test_a_resident_rates_on_a_phone_and_the_secret_stays_in_the_fragment(
    office: Office, visit: Visiting, chromium: Browser, approved: str
) -> None:
    desk = await visit("D01")
    await desk.go(f"/tasks/{office.number_of(approved)}/issue_rating_link")
    await desk.page.click(".foot button")
    link = await desk.page.inner_text(".body .num")
    token = link.partition("#")[2]
    asked: list[str] = []
    context = await chromium.new_context(viewport=PHONE)
    phone = await context.new_page()
    phone.on("request", lambda request: asked.append(f"{request.url} {request.headers}"))
    await phone.goto(link)
    await phone.wait_for_selector("text=等您说一句")
    assert "#" not in phone.url
    assert await phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for choice in ("联系过", "没解决"):
        await phone.click(f"label:has-text('{choice}')")
    await phone.check("input[name=grade][value='2']")
    await phone.click("button.primary")
    await phone.wait_for_selector("text=谢谢您")
    assert "街道会重新研判" in await phone.inner_text("main")
    rated = next(
        one for one in office.town.books.ledger.read(approved) if one.kind == "task_rated.v1"
    )
    assert (rated.fact["grade"], rated.fact["resolved"]) == (2, False)
    assert [one for one in asked if token in one] == []
    stored = await phone.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert token not in stored
    await context.close()
