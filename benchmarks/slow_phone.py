"""A resident opens a link for the first time, on a slow phone: what Chromium says it painted when.

The network waits 400 ms for every answer and brings 400 kbit/s; the processor is four times slower.
Each link is opened in a fresh browser: nothing is in its cache.
"""

import shutil
from typing import Any

from playwright.async_api import Browser, CDPSession, ViewportSize, async_playwright

Row = dict[str, Any]
ROUND_TRIP_MS = 400
BYTES_A_SECOND = 400_000 // 8
SLOWER = 4
PHONE: ViewportSize = {"width": 390, "height": 844}


async def first_paint(url: str, secrets: list[str]) -> Row:
    """Open each link; return when the first is painted, and when the question itself is there."""
    from benchmarks.pages import figures

    first, asked = [], []
    found = shutil.which("chromium")
    assert found is not None, "the slow phone is Debian's chromium"
    async with async_playwright() as playwright:
        for secret in secrets:
            browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
            one = await _opened(browser, f"{url}/r/#{secret}")
            first.append(one[0])
            asked.append(one[1])
            await browser.close()
    told = figures("first paint of a resident's link", first[1:])
    return told | {"asked": len(first), "question": figures("", asked[1:])}


async def _opened(browser: Browser, address: str) -> tuple[float, float]:
    """Return milliseconds from asking to the first paint, and to that of the question."""
    context = await browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True)
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    asked: list[float] = []
    painted: list[float] = []

    def looked(told: dict[str, Any]) -> None:
        if told["name"] == "firstContentfulPaint":
            painted.append(told["timestamp"])

    session.on("Network.requestWillBeSent", lambda told: asked.append(told["timestamp"]))
    session.on("Page.lifecycleEvent", looked)
    await session.send("Page.enable")
    await session.send("Page.setLifecycleEventsEnabled", {"enabled": True})
    await _slow(session)
    painted.clear()  # the empty page before
    await page.goto(address)
    await page.wait_for_selector("input[name=grade]")
    await page.wait_for_load_state("networkidle")
    return (painted[0] - asked[0]) * 1000, (painted[-1] - asked[0]) * 1000


async def _slow(session: CDPSession) -> None:
    await session.send("Network.enable")
    await session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP_MS,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
