"""The five steps of a pairing in a real browser: at a desk, on a phone, and without script."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.test_console import DESKTOP, FINGER, PHONE, Visiting, chromium, visit
from tests.console.conftest import Office, office
from tests.console.pairings import (
    attached,
    drafted,
    negotiated,
    signs,
    staffed,
    state_of,
    submitted,
)
from tests.journeys.district import BUREAU, STREET

__all__ = ["chromium", "office", "staffed", "visit"]

STEPS = ("parties", "lists", "claims", "signatures", "approval")


async def draft(page: Page) -> None:
    """Fill in the first step and send it."""
    await page.check(f'input[name="departments"][value="{BUREAU}"]')
    await page.check('input[name="categories"][value="ELDER"]')
    await page.fill("#from", "2027-01-01")
    await page.fill("#until", "2028-01-01")
    await page.click(".foot button")
    await page.wait_for_url("**/start/lists?receipt=*")


async def fill(page: Page, row: int, title: str) -> None:
    item = page.locator(".items .item").nth(row)
    await item.locator('[name="title"]').fill(title)
    await item.locator('[name="category"]').select_option("ELDER")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1440", "390"])
async def test_a_pairing_is_started_in_its_five_steps(
    staffed: Office, visit: Visiting, size: dict[str, int], script: bool
) -> None:
    about = {"viewport": size, "java_script_enabled": script}
    center = await visit("C01", **about)
    await center.go(f"/pairings/new?street={STREET}")
    await draft(center.page)
    address = center.page.url.removeprefix(center.base).partition("/start")[0]
    await fill(center.page, 0, "加装扶手")
    await center.page.click("text=再加五行")
    await fill(center.page, 1, "入户体检")
    await center.page.click(".foot button >> text=核对")
    assert "2 项" in await center.page.inner_text("[role=status]")
    await center.page.click("button >> text=附清单")
    await center.page.wait_for_url("**list=NEED&receipt=*")
    await center.page.click("button >> text=提议结对")
    civil = await visit("B01", **about)
    street = await visit("D01", **about)
    for other in (civil, street):
        await other.go(f"{address}/start")
        await other.page.click("button >> text=同意提议")
        assert "已入账" in await other.page.inner_text("[role=status]")
    await civil.go(f"{address}/start")
    assert civil.page.url.endswith("/start/claims")
    await civil.page.click('button[aria-label="认领 加装扶手"]')
    assert "天河区民政局" in await civil.page.inner_text(".rows")
    for party in (center, civil, street):
        await party.go(f"{address}/start/signatures")
        for box in await party.page.locator('[name="terms"]').all():
            await box.check()
        await party.page.click("button >> text=签署协议")
        assert "已入账" in await party.page.inner_text("[role=status]")
    submitted(staffed, address)
    authority = await visit("O01", **about)
    await authority.go(f"{address}/start")
    await authority.page.click("button >> text=批准结对")
    assert state_of(staffed, address) == "ACTIVE"
    for one in (center, civil, street, authority):
        assert one.complaints == []


async def test_a_signed_page_is_attached_by_its_hash(
    staffed: Office, visit: Visiting, tmp_path: Path
) -> None:
    address = negotiated(staffed)
    page = (await visit("B01")).page
    scan = tmp_path / "签章页.pdf"
    scan.write_bytes(b"%PDF-1.7 signed")
    base = page.url.rstrip("/")
    await page.goto(f"{base}{address}/start/signatures")
    for box in await page.locator('[name="terms"]').all():
        await box.check()
    await page.check('[name="how"][value="scan"]')
    await page.set_input_files("#scan", scan)
    await page.click("button >> text=签署协议")
    assert "签章页 SHA-256" in await page.inner_text("main")


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large"])
async def test_nothing_of_a_pairing_is_cut_on_a_phone(
    staffed: Office, visit: Visiting, large: bool
) -> None:
    address = drafted(staffed)
    attached(
        staffed.browser("C01"),
        address,
        "NEED",
        ("为行动不便的独居老人加装双侧扶手并配置坡道、夜间感应照明", "ELDER"),
    )
    signed = negotiated_beside(staffed)
    phone = await visit("C01", viewport=PHONE)
    page = phone.page
    if large:
        await page.click("summary")
        await page.click("text=大字版")
    addresses = [
        "/pairings",
        "/pairings/new",
        *(f"{one}/start/{step}" for one in (address, signed) for step in STEPS),
        address,
        signed,
        f"{signed}/revise_lists",
    ]
    for one in addresses:
        await phone.go(one)
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], one
        heights = await page.eval_on_selector_all(
            "main .btn:visible", "(all) => all.map((one) => one.offsetHeight)"
        )
        assert all(height >= FINGER for height in heights if height), one
    assert phone.complaints == []


def negotiated_beside(office: Office) -> str:
    """Bring a second pairing, of another category, to where somebody has signed."""
    address = negotiated(office, categories=["CHILDCARE"])
    signs(office.browser("C01"), address)
    return address
