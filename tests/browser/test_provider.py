"""A provider in a real browser, from its application by link to an ordered exit with hand-over."""

from typing import Any

import pytest
from playwright.async_api import Page

from desk.identifiers import new_uuid7
from tests.browser.test_console import DESKTOP, PHONE, Visit, Visiting, chromium, visit
from tests.console.caterers import AREA, BUREAU, Caterer, a_caterer
from tests.console.conftest import Office, office
from tests.journeys.district import order

__all__ = ["chromium", "office", "visit"]


async def fill(page: Page, fields: dict[str, str]) -> None:
    """Fill in the fields of a form, each as it is asked for."""
    for name, value in fields.items():
        box = page.locator(
            f'input[type="radio"][name="{name}"][value="{value}"],'
            f'input[type="checkbox"][name="{name}"][value="{value}"]'
        )
        if await box.count():
            await box.check()
        elif await page.locator(f'select[name="{name}"]').count():
            await page.select_option(f'select[name="{name}"]', value)
        else:
            await page.fill(f'[name="{name}"]', value)


async def says(who: Visit, address: str, **fields: str) -> None:
    """Open the form at *address*, fill it in and send it; it is recorded."""
    await who.go(address)
    await fill(who.page, fields)
    await who.page.click(".foot button")
    await who.page.wait_for_url("**receipt=*")
    assert "已入账" in await who.page.inner_text("[role=status]")


async def applies(agent: Visit, caterer: Caterer) -> str:
    """Apply by the public form; return the address of the link that was handed over."""
    await agent.go("/service-providers")
    await agent.page.click("text=申请准入")
    await fill(agent.page, {"name": "好饭助餐公司（测试）", "credit_code": caterer.code})
    for name, value in (("categories", "MEAL"), ("areas", AREA)):
        await agent.page.click(f'label:has([name="{name}"][value="{value}"])')
    await agent.page.select_option("#licence-1", "BUSINESS")
    await agent.page.locator('[name="number"]').nth(0).fill("GS-1")
    await agent.page.select_option("#licence-2", "FOOD")
    await agent.page.locator('[name="number"]').nth(1).fill("JY-1")
    await agent.page.locator('[name="until"]').nth(1).fill("2031-12-31")
    await agent.page.click("main button.primary")
    address = await agent.page.inner_text("#address")
    caterer.secret = address.rpartition("#")[2]
    return f"/p/#{caterer.secret}"


async def opens(agent: Visit, caterer: Caterer, script: bool) -> None:
    """Open the page of the provider's own people by their link."""
    if script:
        await agent.page.goto("about:blank")
        await agent.go(f"/p/#{caterer.secret}")
        await agent.page.wait_for_selector("ol.steps")
        return
    await agent.go("/p/")
    await agent.page.fill("#token", caterer.secret)
    await agent.page.click("main button.primary")


async def does(agent: Visit, kind: str, text: str) -> None:
    """Say something by the link's page, and see it on record."""
    form = agent.page.locator(f'details:has(input[name="kind"][value="{kind}"])')
    await form.locator("summary").click()
    await form.locator("textarea").fill(text)
    await form.locator("button.primary").click()
    assert "已记下" in await agent.page.inner_text("[role=status]")


def served_by(caterer: Caterer, office: Office) -> str:
    """A task of the street is handled by the bureau, which named the caterer for it."""
    task = f"task/{new_uuid7()}"
    for one in office.town.district.whole_case(task, category="MEAL")[:5]:
        office.town.give(one)
    by: dict[str, Any] = {"role": "DEPT_COORDINATOR", "unit": BUREAU}
    by["person"] = office.person("B01")
    office.town.give(order(task, "name_provider", by, provider=caterer.stream, reason="就近"))
    return task


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_a_provider_goes_from_its_application_to_an_ordered_exit(
    office: Office, visit: Visiting, script: bool
) -> None:
    caterer, about = a_caterer(office), {"viewport": DESKTOP, "java_script_enabled": script}
    agent = await visit("", viewport=PHONE, java_script_enabled=script)
    await applies(agent, caterer)
    await opens(agent, caterer, script)
    assert "已申请" in await agent.page.inner_text("main")

    lead = await visit("B01", **about)
    await says(lead, f"{caterer.address}/take_up_application")
    for number, items in (("M01", ("LICENCE", "CREDIT", "PRICE")), ("F01", ("SAFETY",))):
        department = await visit(number, **about)
        for item in items:
            address = f"{caterer.address}/verify_item?item={item}"
            await says(department, address, met="yes", evidence="现场核验")
    second = await visit("B02", **about)
    address = f"{caterer.address}/verify_item?item=STAFF/MEAL"
    await says(second, address, met="yes", evidence="面谈记录")
    admission = {"categories": "MEAL", "areas": AREA, "valid_until": "2028-06-30T17:00"}
    await says(lead, f"{caterer.address}/admit_provider", **admission)
    public = await visit("", viewport=PHONE, java_script_enabled=script)
    await public.go(caterer.public)
    assert "已准入" in await public.page.inner_text("main")
    width = "document.documentElement.scrollWidth"
    assert await public.page.evaluate(width) <= PHONE["width"]

    warning = {"ground": "INSPECTION_FAILED", "reason": "留样不全"}
    await says(lead, f"{caterer.address}/warn_provider", **warning)
    await opens(agent, caterer, script)
    await does(agent, "submit_rectification", "已补留样柜")
    assert await agent.page.evaluate(width) <= PHONE["width"]
    await says(second, f"{caterer.address}/confirm_rectification", evidence="复查合格")

    task = served_by(caterer, office)
    successor = Caterer(office, "MADEUP002")
    successor.admitted(office.browser(source="192.0.2.9"))
    await lead.go(caterer.address)
    await lead.page.click("text=责令退出并逐项指定接续")
    assert await lead.page.input_value('[name="plan.0.case"]') == task
    order_told = {"ground": "ACCIDENT", "reason": "发生安全责任事故"}
    await fill(lead.page, {**order_told, "plan.0.successor": successor.stream})
    await lead.page.click(".foot button")
    await lead.page.wait_for_url("**receipt=*")
    supervisor = await visit("V02", **about)
    await says(supervisor, f"{caterer.address}/countersign_exit")

    taker = await visit("", viewport=PHONE, java_script_enabled=script)
    await opens(taker, successor, script)
    await taker.page.click("text=接收服务")
    assert "已记下" in await taker.page.inner_text("[role=status]")
    await says(lead, f"{caterer.address}/complete_provider_exit")
    await public.go(caterer.public)
    assert "责令退出" in await public.page.inner_text("main")
    assert office.town.kinds(caterer.stream)[-4:] == [
        "exit_order_given.v1",
        "exit_ordered.v1",
        "service_handed_over.v1",
        "provider_exited.v1",
    ]
    for who in (agent, lead, second, supervisor, taker, public):
        assert [one for one in who.complaints if "422" not in one] == []
