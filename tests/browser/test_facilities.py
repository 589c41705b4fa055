"""A facility from the proposal to its opening, by forms in a real browser; the matrix follows."""

from uuid import uuid4

from desk.casework import Asking, Who, Written
from domain.people import Channel, Known, Role
from tests.browser.test_console import Visit, Visiting, chromium, visit
from tests.console.conftest import Office, approved, engage, office
from tests.facilities import AUTHORITY_UNIT, COMMUNITY, furnished, settle, site
from tests.journeys.district import BUREAU, CENTER, STREET

__all__ = ["approved", "chromium", "office", "visit"]

MILESTONES = ("DESIGN_APPROVED", "SITE_HANDED_OVER", "WORKS_BEGUN", "WORKS_DONE", "EQUIPPED")
CHECKLIST = ("AREA_MEASURED", "FUNCTION_ROOMS", "FIRE_SAFETY", "BARRIER_FREE", "HYGIENE_MET")
FUNCTIONS = ("ELDER", "MEAL", "HEALTH")
CELL = f"/coverage/{COMMUNITY}/MEAL"


def registered_site(office: Office) -> str:
    """Have the dispatcher's street register the site the facility will stand on."""
    stream = f"site/{uuid4()}"
    who = Who(office.person("D01"), Channel.CONSOLE, STREET, Role.STREET_DISPATCHER, Known.SESSION)
    (answer,) = office.town.books.desk.record_now(
        stream, [Asking(f"test/{uuid4()}", who, site())]
    ).answers
    assert isinstance(answer, Written), answer
    return stream


class Forms:
    """The forms of one facility, filled in by whoever's turn it is; errands are run between."""

    def __init__(self, office: Office, address: str = "") -> None:
        self.office, self.address = office, address

    async def open(self, who: Visit, command: str) -> None:
        await who.go(f"{self.address}/{command}")

    async def send(self, who: Visit) -> str:
        """Press the button; return what the page then says."""
        await who.page.click(".foot button.primary")
        await who.page.wait_for_url("**/facilities/*?receipt=*")
        self.address = who.page.url.partition("?")[0].removeprefix(who.base)
        settle(self.office.town.books.desk, f"facility/{self.address.rpartition('/')[2]}")
        return await who.page.inner_text("main")


async def minute(who: Visit) -> str:
    """Return this minute as a form takes it."""
    told: str = await who.page.evaluate(
        "new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 16)"
    )
    return told


async def check(who: Visit, name: str, *values: str) -> None:
    for value in values:
        await who.page.check(f'input[name="{name}"][value="{value}"]')


def row(item: str) -> str:
    """Return the row of a form in which *item* of a list stands."""
    return f'tr:has(input[value="{item}"])'


async def accept(forms: Forms, who: Visit) -> str:
    await forms.open(who, "accept_facility")
    await who.page.fill("#f-floor_area", "820")
    await check(who, "functions", *FUNCTIONS)
    items = who.page.locator('[name^="checklist."][name$=".item"]')
    assert {await one.get_attribute("value") for one in await items.all()} == set(CHECKLIST)
    for number in range(len(CHECKLIST)):
        await who.page.select_option(f'[name="checklist.{number}.met"]', "yes")
    return await forms.send(who)


async def cell(who: Visit) -> str:
    """Return what the matrix says of meals in the community."""
    await who.go("/coverage")
    return await who.page.inner_text(f'a[href="{CELL}"]')


async def test_a_facility_opens_and_the_matrix_shows_it(office: Office, visit: Visiting) -> None:
    furnished(office.town.books.desk)
    engage(office, "O01", "PARTY_AUTHORITY", AUTHORITY_UNIT)
    engage(office, "C09", "CENTER_COORDINATOR", CENTER)
    stream = registered_site(office)
    street, lead, builder = await visit("D01"), await visit("B01"), await visit("S01")
    authority, center = await visit("O01"), await visit("C09")
    forms = Forms(office, "/facilities/new")

    assert await cell(street) == "缺"
    await forms.open(street, "propose_facility")
    page = street.page
    await page.fill("#f-title", "一社区服务综合体")
    await choose(street, "place", COMMUNITY)
    await check(street, "facility_kind", "COMPLEX")
    await check(street, "functions", *FUNCTIONS)
    await page.fill("#f-floor_area", "820")
    await choose(street, "site", stream)
    await choose(street, "lead", BUREAU)
    await page.fill("#f-open_by", "2030-01-01T09:00")
    await page.fill(f"{row('DISTRICT_BUDGET')} input:visible", "300,000.00")
    assert "拟建" in await forms.send(street)
    assert await cell(street) == "在建 1"

    await forms.open(authority, "approve_facility")
    assert "已立项" in await forms.send(authority)
    for milestone in MILESTONES:
        await forms.open(builder, "record_milestone")
        await choose(builder, "milestone", milestone)
        now = await minute(builder)
        await builder.page.fill("#f-planned", now)
        await builder.page.fill("#f-actual", now)
        await builder.page.fill("#f-evidence", "现场记录")
        assert "建设中" in await forms.send(builder)
    await forms.open(builder, "report_completed")
    await builder.page.fill("#f-evidence", "竣工报告")
    assert "待验收" in await forms.send(builder)
    assert "待验收" in await accept(forms, lead)
    assert "已验收" in await accept(forms, street)

    await forms.open(street, "entrust_operator")
    await page.select_option('[name="operator.0.functions"]', list(FUNCTIONS))
    await page.select_option('[name="operator.0.mode"]', "SELF")
    await page.select_option('[name="operator.0.unit"]', CENTER)
    await page.fill('[name="operator.0.term_end"]', "2030-01-01T09:00")
    await forms.send(street)
    await forms.open(center, "submit_opening")
    await center.page.fill("#f-hours", "周一至周日 8:00—20:00")
    await center.page.fill("#f-price_list", "午餐 15 元")
    for function in FUNCTIONS:
        await center.page.fill(f"{row(function)} input:visible", "40")
    await forms.send(center)
    await forms.open(street, "open_facility")
    told = await forms.send(street)
    assert "运营中" in told
    assert "自营" in told

    assert await cell(street) == "已开 1"
    await street.go(CELL)
    assert "一社区服务综合体" in await page.inner_text("main")
    for one in (street, lead, builder, authority, center):
        assert one.complaints == []


async def choose(who: Visit, name: str, value: str) -> None:
    """Choose from a list, whether it is shown as one or as buttons."""
    if await who.page.query_selector(f"#f-{name}") is not None:
        await who.page.select_option(f"#f-{name}", value)
    else:
        await check(who, name, value)
