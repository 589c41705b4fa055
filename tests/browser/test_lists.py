"""Lists in a real browser: many at once by keys, without script, on a phone; a ledger mended."""

from pathlib import Path

import pytest

from tests.browser.test_console import (
    PHONE,
    Visit,
    Visiting,
    chromium,
    office,
    visit,
)
from tests.console.conftest import Office
from tests.console.test_ledger_page import GOOD, NO_SOURCE, registered, table
from tests.console.test_lists import dispatched, triaged
from tests.journeys.district import BUREAU

__all__ = ["chromium", "office", "visit"]


async def fits(visit: Visit) -> bool:
    """Say whether nothing of the page lies beside the screen."""
    return bool(
        await visit.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


async def test_many_are_dispatched_by_keys_alone(office: Office, visit: Visiting) -> None:
    numbers = [triaged(office), triaged(office)]
    desk = await visit("D01")
    await desk.go("/tasks?state=PENDING_DISPATCH")
    page = desk.page
    for number in numbers:
        await page.focus(f'input[name="case"][value="{number}"]')
        await page.keyboard.press("Space")
    await page.focus('button[name="command"][value="dispatch_task"]')
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/tasks/many?*")
    await page.focus(f'input[name="main"][value="{BUREAU}"]')
    await page.keyboard.press("Space")
    await page.focus('textarea[name="note"]')
    await page.keyboard.type("请于本周内上门")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("[role=status]")
    assert "已入账 2 件，未受理 0 件" in await page.inner_text("[role=status]")
    assert dispatched(office, *numbers) == [1, 1]
    assert desk.complaints == []


async def test_many_are_dispatched_without_script_on_a_phone(
    office: Office, visit: Visiting
) -> None:
    numbers = [triaged(office), triaged(office)]
    phone = await visit("D01", java_script_enabled=False, viewport=PHONE)
    await phone.go("/tasks")
    page = phone.page
    for number in numbers:
        await page.check(f'input[name="case"][value="{number}"]')
    await page.click('button[name="command"][value="dispatch_task"]')
    await page.check(f'input[name="main"][value="{BUREAU}"]')
    await page.click(".foot .primary")
    assert "已入账 2 件" in await page.inner_text("[role=status]")
    assert dispatched(office, *numbers) == [1, 1]


@pytest.mark.parametrize("number", ["D01", "W01", "A01"])
async def test_lists_and_ledger_fit_a_phone(
    office: Office, visit: Visiting, number: str, tmp_path: Path
) -> None:
    triaged(office)
    phone = await visit(number, viewport=PHONE)
    await phone.go("/tasks")
    for details in await phone.page.query_selector_all("main details summary"):
        await details.click()
    assert await fits(phone)
    await phone.go("/ledger")
    assert await fits(phone)
    if number == "W01":
        (tmp_path / "a.xlsx").write_bytes(table(GOOD, NO_SOURCE))
        await phone.page.set_input_files("#file", tmp_path / "a.xlsx")
        await phone.page.click("main form .primary")
        await phone.page.wait_for_selector(".mend")
        assert await fits(phone)
    assert phone.complaints == []


async def test_a_ledger_with_oddities_is_mended_on_the_page_without_script(
    office: Office, visit: Visiting, tmp_path: Path
) -> None:
    before = registered(office)
    (tmp_path / "a.xlsx").write_bytes(table(GOOD, NO_SOURCE))
    worker = await visit("W01", java_script_enabled=False)
    await worker.go("/ledger")
    page = worker.page
    await page.set_input_files("#file", tmp_path / "a.xlsx")
    await page.click("main form .primary")
    assert "将登记 1 行" in await page.inner_text("[role=status]")
    assert registered(office) == before
    await page.fill('[aria-invalid="true"]', "居民提出")
    await page.click('[formaction="/ledger/again"]')
    assert "将登记 2 行" in await page.inner_text("[role=status]")
    await page.click("main form .primary")
    assert "登记 2 行" in await page.inner_text("[role=status]")
    assert registered(office) == before + 2
