"""A resident's phone: registering by a code, following, rating; without script, in large type."""

import re

import pytest

from tests.browser.test_console import FINGER, PHONE, Visit, Visiting, chromium, office, visit
from tests.console.conftest import Office, approve
from tests.console.test_residents import handed_over
from tests.console.test_residents_following import NEED, PLACE

__all__ = ["chromium", "office", "visit"]


async def _nothing_is_cut(phone: Visit) -> None:
    wide = await phone.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], phone.page.url
    heights = await phone.page.eval_on_selector_all(
        ".btn, .link, summary, .pick label", "(all) => all.map((one) => one.offsetHeight)"
    )
    assert all(height >= FINGER for height in heights), (phone.page.url, heights)


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
async def test_a_resident_registers_and_follows_on_a_phone_without_script(
    office: Office, visit: Visiting, large: bool
) -> None:
    phone = await visit("", viewport=PHONE, java_script_enabled=False)
    page = phone.page
    await phone.go(f"/c/{PLACE}")
    if large:
        await page.click("text=大字")
        assert await page.get_attribute("html", "class") == "large"
    await _nothing_is_cut(phone)
    await page.select_option("#category", NEED["category"])
    for field in ("text", "name", "phone", "address"):
        await page.fill(f"#{field}", NEED[field])
    await page.click("button.primary")
    await _nothing_is_cut(phone)
    (secret,) = set(re.findall(r"/r/#([\w-]{22})", await page.content()))
    await phone.go("/r/")
    await page.fill("#token", secret)
    await page.click("button.primary")
    assert "已受理您的诉求" in await page.inner_text("main")
    await _nothing_is_cut(phone)
    await page.click("summary:has-text('催一催')")
    await page.click("details[open] button")
    assert "已记下" in await page.inner_text("[role=status]")
    await page.click("text=谁看过我的信息")
    await _nothing_is_cut(phone)
    await page.click("text=删除我的信息")
    await _nothing_is_cut(phone)
    await page.click("text=English")
    assert "Your request" in await page.inner_text("h1")
    await _nothing_is_cut(phone)
    assert phone.complaints == []


async def test_a_scanned_code_opens_at_once_and_leaves_the_secret_nowhere(
    office: Office, visit: Visiting
) -> None:
    token = handed_over(office, approve(office, office.town.task()))
    phone = await visit("", viewport=PHONE)
    page = phone.page
    seen: list[str] = []
    page.on("request", lambda asked: seen.append(f"{asked.url} {asked.headers}"))
    await phone.go(f"/r/#{token}")
    await page.wait_for_selector("input[name=grade]")
    await _nothing_is_cut(phone)
    await page.check("input[name=grade][value='4']")
    await page.click("button.primary")
    assert "谢谢您" in await page.inner_text("h1")
    (following,) = set(re.findall(r"/r/#([\w-]{22})", await page.content()))
    kept = await page.evaluate(
        "JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}])"
    )
    for secret in (token, following):
        assert secret not in "".join(seen)
        assert secret not in kept
    assert phone.complaints == []


async def test_an_agent_goes_to_the_next_call_by_one_key(office: Office, visit: Visiting) -> None:
    tasks = [office.number_of(approve(office, office.town.task())) for _ in range(2)]
    desk = await visit("R01")
    await desk.go("/callbacks")
    page = desk.page
    first = await page.inner_text(".queue [aria-current] .t")
    await page.keyboard.press("n")
    await page.wait_for_url("**/callbacks?case=*")
    second = await page.inner_text(".queue [aria-current] .t")
    assert {first, second} == set(tasks)
    assert desk.complaints == []
