"""Pictures of every page at a desk and on a phone, to be looked at: `make screenshots`."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from console.app import create_app
from serving.listening import listening, serving
from tests.browser.furnishing import furnish
from tests.browser.test_console import DESKTOP, PHONE
from tests.browser.tour import walk
from tests.console.conftest import opened_office

FOLDER = Path("var/screenshots")


async def shoot() -> int:
    """Write a picture of each stop at each size, and return how many."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory() as home:
        async with opened_office(Path(home)) as office, async_playwright() as playwright:
            district = await furnish(office)
            found = shutil.which("chromium")
            chromium = await playwright.chromium.launch(
                executable_path=found, args=["--no-sandbox"]
            )
            async with serving(create_app(office.house), listening("127.0.0.1:0")) as url:
                async for stop, page in walk(chromium, url, district):
                    for size in (DESKTOP, PHONE):
                        await page.set_viewport_size(size)  # type: ignore[arg-type]
                        file = FOLDER / str(size["width"]) / f"{stop.name}.png"
                        await page.screenshot(path=file, full_page=True)
            await chromium.close()
    return len(list(FOLDER.rglob("*.png")))


if __name__ == "__main__":
    count = asyncio.run(shoot())
    print(f"{count} pictures in {FOLDER}/")  # noqa: T201
