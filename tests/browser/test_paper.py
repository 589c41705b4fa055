"""The console on paper: a head that says what stood when, tables as tables, nothing to click."""

from tests.browser.test_console import DESKTOP, Visiting, chromium, visit
from tests.console.conftest import Office, office
from tests.journeys.district import BUREAU

__all__ = ["chromium", "office", "visit"]

SHEET = {"width": 680, "height": 960}
"""The text block of a sheet of A4, in pixels of 1/96 inch: as narrow as a tablet."""


async def test_a_list_on_paper_is_a_table_with_a_head_and_without_a_menu(
    office: Office, visit: Visiting
) -> None:
    town, task = office.town, office.town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    seen = await visit("D01", viewport=DESKTOP)
    await seen.go("/tasks")
    page = seen.page
    assert not await page.is_visible(".paper")
    await page.emulate_media(media="print")
    await page.set_viewport_size(SHEET)  # type: ignore[arg-type]
    assert "测试D01（街道调度员）打印，截至" in await page.inner_text(".paper")
    assert await page.is_visible("table.list thead")
    for gone in (".nav", ".search", "form.filters", "td.tick", ".btn >> nth=0"):
        assert not await page.is_visible(gone), gone
    told = await page.evaluate(
        "getComputedStyle(document.querySelector('td time[data-at]'), '::after').content"
    )
    assert told.startswith('"20'), "a countdown on paper says its instant"


async def test_what_a_page_offers_is_not_printed(office: Office, visit: Visiting) -> None:
    task = office.number_of(office.town.task())
    seen = await visit("D01")
    await seen.go(f"/tasks/{task}")
    assert await seen.page.is_visible("#may")
    await seen.page.emulate_media(media="print")
    assert not await seen.page.is_visible("#may")
    assert await seen.page.is_visible("#story")
