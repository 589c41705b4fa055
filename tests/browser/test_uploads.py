"""A photograph sent from a telephone whose connection is cut: it goes on, and is the same one."""

import io

import pytest
from PIL import Image
from playwright.async_api import Route

from evidence.preparing import prepared
from tests.browser.test_console import PHONE, Visiting, chromium, visit
from tests.console.conftest import Office, office
from tests.console.test_uploads import in_hand
from tests.evidence.files import exif

__all__ = ["chromium", "in_hand", "office", "visit"]

SIZE = """(one) => new Promise((done) => {
    const tell = () => done([one.naturalWidth, one.naturalHeight]);
    if (one.complete) tell();
    else one.addEventListener("load", tell);
})"""


@pytest.fixture(scope="module")
def photo() -> bytes:
    """A photograph of several pieces."""
    to = io.BytesIO()
    Image.effect_noise((900, 700), 90).convert("RGB").save(to, "JPEG", quality=95, exif=exif(6))
    assert len(to.getvalue()) > 4 * 128 * 1024
    return to.getvalue()


async def test_a_photograph_goes_on_where_the_connection_was_cut(
    office: Office, visit: Visiting, in_hand: str, photo: bytes
) -> None:
    staff = await visit("S01", viewport=PHONE)
    page = staff.page
    asked: list[str] = []

    async def line(route: Route) -> None:
        asked.append(route.request.method)
        if asked[0] == "HEAD" or asked.count("PATCH") < 3:
            await route.continue_()
        else:
            await route.abort("connectionreset")

    await page.route("**/uploads/*", line)
    begun: list[str] = []
    page.on(
        "request",
        lambda one: begun.append(one.url) if one.url.endswith("/uploads") else None,
    )
    await staff.go(f"{in_hand}/attach_evidence")
    await page.check('input[name="label"][value="after"]')
    await page.set_input_files(
        "input[type=file]", {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    await page.click(".foot button")
    await page.wait_for_selector("text=网络中断，恢复后自动续传")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    asked.clear()
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.wait_for_url("**/tasks/*?receipt=*")
    assert asked[0] == "HEAD"
    assert len(begun) == 1
    sent = asked.count("PATCH")
    assert sent == -(-len(photo) // (128 * 1024)) - 2  # two pieces had arrived before
    handed_out = await page.request.get(f"{staff.base}{in_hand}/evidence/1/file")
    assert await handed_out.body() == prepared(photo).content
    shown = page.locator(".photographs img")
    await shown.scroll_into_view_if_needed()
    width, height = await shown.evaluate(SIZE)
    assert height > width, "it was held upright"
    assert [one for one in staff.complaints if "ERR_CONNECTION_RESET" not in one] == []


async def test_a_file_that_cannot_be_taken_is_told_and_another_may_be_chosen(
    office: Office, visit: Visiting, in_hand: str, photo: bytes
) -> None:
    staff = await visit("S01")
    page = staff.page
    await staff.go(f"{in_hand}/attach_evidence")
    await page.check('input[name="label"][value="before"]')
    drawn = {"name": "a.png", "mimeType": "image/png", "buffer": b"<svg><script/></svg>"}
    await page.set_input_files("input[type=file]", drawn)
    await page.click(".foot button")
    assert "active-content" in await page.inner_text("[role=alert]")
    taken = {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": photo}
    await page.set_input_files("input[type=file]", taken)
    await page.click(".foot button")
    await page.wait_for_url("**/tasks/*?receipt=*")
    assert "办理前" in await page.inner_text(".photographs")


async def test_a_photograph_is_sent_whole_without_script(
    office: Office, visit: Visiting, in_hand: str, photo: bytes
) -> None:
    staff = await visit("S01", java_script_enabled=False)
    page = staff.page
    await staff.go(f"{in_hand}/attach_evidence")
    await page.check('input[name="label"][value="after"]')
    taken = {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": photo}
    await page.set_input_files("input[type=file]", taken)
    await page.click(".foot button")
    assert "已入账" in await page.inner_text("[role=status]")
