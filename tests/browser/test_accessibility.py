"""WCAG 2.2 A and AA on every page and state, at a desk and on a phone, in usual and large type."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from console.app import create_app
from serving.listening import listening, serving
from tests.browser.furnishing import District, furnished_office
from tests.browser.test_console import DESKTOP, PHONE, chromium
from tests.browser.tour import walk

__all__ = ["chromium"]

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OF_SIZE = ["color-contrast", "target-size", "scrollable-region-focusable"]
"""The rules that larger type can break: it changes how large things are, and nothing else."""
LOOK = """async ([type, values]) => {
  const found = await axe.run(document, {runOnly: {type, values}, resultTypes: ["violations"]});
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html}\\n    ${node.failureSummary}`));
}"""
FEWEST = 270
"""How many pages and states the tour has at least; fewer, and something has fallen out of it."""


@pytest.fixture(scope="module")
def axe() -> Path:
    if not AXE.exists():
        if os.environ.get("CI"):
            pytest.fail(
                "the accessibility rules are missing: make tests/browser/node_modules/.ready"
            )
        pytest.skip("axe-core is not installed: make tests/browser/node_modules/.ready")
    return AXE


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, District]]:
    async with (
        furnished_office(tmp_path_factory.mktemp("tour")) as (office, district),
        serving(create_app(office.house), listening("127.0.0.1:0")) as url,
    ):
        yield url, district


async def _set(page: Page, size: dict[str, int], *, large: bool) -> None:
    """Show the page as it is at *size*, all that folds opened."""
    await page.set_viewport_size(size)  # type: ignore[arg-type]
    await page.evaluate(
        """(large) => {
          document.documentElement.classList.toggle("large", large);
          for (const one of document.querySelectorAll("main details")) one.open = true;
        }""",
        large,
    )


async def test_every_page_keeps_wcag_and_nothing_is_cut(
    chromium: Browser, axe: Path, served: tuple[str, District]
) -> None:
    base, district = served
    faults: dict[str, list[str]] = {}
    seen = set()
    async for stop, page in walk(chromium, base, district, bypass_csp=True):
        seen.add(stop.name)
        await page.add_script_tag(path=axe)
        for size in (DESKTOP, PHONE):
            for large in (False, True):
                await _set(page, size, large=large)
                where = (
                    f"{stop.name} ({stop.address}) at {size['width']}{' large' if large else ''}"
                )
                asked = ["rule", OF_SIZE] if large else ["tag", TAGS]
                told: list[Any] = await page.evaluate(LOOK, asked)
                wide = await page.evaluate("document.documentElement.scrollWidth")
                if wide > size["width"]:
                    told.append(f"cut: {wide} wide")
                for fault in told:
                    faults.setdefault(fault, []).append(where)
    report = "\n".join(
        f"{fault}\n    in {len(places)}: {', '.join(places[:4])}"
        for fault, places in faults.items()
    )
    assert not faults, report
    assert len(seen) >= FEWEST, len(seen)
