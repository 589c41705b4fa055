"""Pictures of every page at a desk and on a phone, to be looked at: `make screenshots`.

Those the manual shows are written beside it too, small.
"""

import asyncio
import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright

from console.app import create_app
from serving.listening import listening, serving
from tests.browser.furnishing import furnished_office
from tests.browser.test_console import DESKTOP, PHONE
from tests.browser.tour import walk

FOLDER = Path("var/screenshots")
MANUAL = Path("docs/zh/pictures")
IN_MANUAL = {
    "sign-in": DESKTOP,
    "workbench-B01": DESKTOP,
    "tasks-D01": DESKTOP,
    "dispatch-triaged": DESKTOP,
    "task-working-S01": PHONE,
    "register-poster-W01": DESKTOP,
    "act-submit_result": DESKTOP,
    "ledger-preview": DESKTOP,
    "pairing-negotiated-lists": DESKTOP,
    "pairing-active": DESKTOP,
    "callbacks-R01": DESKTOP,
    "resident-rating": PHONE,
    "code": PHONE,
    "resident-matter": PHONE,
    "findings-in-remedy-D01": DESKTOP,
    "facilities-building-D01": DESKTOP,
    "coverage-D01": DESKTOP,
    "providers-admitted-B01": DESKTOP,
    "agent-warned": PHONE,
    "programmes-scoring-B01": DESKTOP,
    "supervision-D01": DESKTOP,
    "audit-case": DESKTOP,
    "admin-person": DESKTOP,
}
"""What the manual shows, and how large the screen is it is seen on."""
_WIDE = 960


async def shoot(only: frozenset[str] = frozenset()) -> int:
    """Write a picture of each stop at each size, or of those named only; return how many."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    MANUAL.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        async with (
            furnished_office(Path(home)) as (office, district),
            async_playwright() as playwright,
        ):
            found = shutil.which("chromium")
            chromium = await playwright.chromium.launch(
                executable_path=found, args=["--no-sandbox"]
            )
            async with serving(create_app(office.house), listening("127.0.0.1:0")) as url:
                async for stop, page in walk(chromium, url, district, only=only):
                    for size in (DESKTOP, PHONE):
                        await page.set_viewport_size(size)  # type: ignore[arg-type]
                        file = FOLDER / str(size["width"]) / f"{stop.name}.png"
                        await page.screenshot(path=file, full_page=True)
                        if IN_MANUAL.get(stop.name) == size:
                            await _for_the_manual(page, MANUAL / f"{stop.name}.webp")
            await chromium.close()
    return len(list(FOLDER.rglob("*.png")))


async def _for_the_manual(page: Page, file: Path) -> None:
    """Write what is seen of *page* to *file*, as small as it can still be read."""
    with Image.open(io.BytesIO(await page.screenshot(full_page=True))) as shown:
        width, height = shown.size
        most = width if width == DESKTOP["width"] else 3 * width
        seen = shown.convert("RGB").crop((0, 0, width, min(height, most)))
    seen.thumbnail((_WIDE, seen.height))
    seen.save(file, quality=72, method=6)


if __name__ == "__main__":
    count = asyncio.run(shoot(frozenset(sys.argv[1:])))
    print(f"{count} pictures in {FOLDER}/")  # noqa: T201
