"""In a real browser: a check-up row to striking off through a facility; a delivery disputed."""

from typing import Any

from domain.values import instant_text
from tests.browser.test_console import PHONE, Visit, Visiting, chromium, visit
from tests.console.conftest import Office, office
from tests.console.pairings import drafted, pressed, signs, staffed, submitted
from tests.journeys.district import BUREAU, CENTER, order
from tests.journeys.test_findings import HEADINGS, PLACE, clerks, row

__all__ = ["chromium", "office", "staffed", "visit"]


async def sent(visit: Visit, address: str, **fields: str) -> None:
    """Fill in the form at *address* by the names of its fields, and send it."""
    page = visit.page
    await visit.go(address)
    for name, value in fields.items():
        field = page.locator(f'main [name="{name}"]')
        kind = await field.first.evaluate("one => one.type")
        if kind == "radio":
            await page.check(f'main [name="{name}"][value="{value}"]')
        elif kind == "select-one":
            await field.select_option(value)
        else:
            await field.fill(value)
    await page.click("main form.card button.primary, main form button.primary")
    await page.wait_for_url("**receipt=*")
    assert "已入账" in await page.inner_text("[role=status]")


class Building:
    """What happens to a facility and its site, as their own people have it recorded."""

    def __init__(
        self, office: Office, title: str = "石牌颐康服务站", place: str = PLACE, number: int = 1
    ) -> None:
        self.office, self.town = office, office.town
        self.title, self.place = title, place
        self.site = f"site/0199aaaa-0000-7000-8000-{number:012d}"
        self.facility = f"facility/0199aaaa-0000-7000-8000-{number:012d}"
        people = office.town.district.people
        self.by = {
            "dispatcher": people["dispatcher"],
            "coordinator": people["coordinator"],
            "staff": people["staff"],
            "center": people["center"],
            "authority": {
                "person": office.person("O01"),
                "role": "PARTY_AUTHORITY",
                "unit": "440106-ZZB",
            },
        }

    def does(self, stream: str, who: str, kind: str, **fields: Any) -> None:
        self.town.give(order(stream, kind, self.by[who], **fields))

    def surveyed(self) -> None:
        """The site is registered."""
        now = instant_text(self.town.books.ledger.clock())
        self.does(
            self.site,
            "dispatcher",
            "register_site",
            title=f"旧菜场二楼（{self.title}）",
            place=self.place,
            site_kind="IDLE_PUBLIC_ROOMS",
            floor_area=300,
            owner="石牌街道办事处",
            condition="USABLE",
            available_from=now,
        )

    def proposed(self, *findings: str) -> None:
        """The site is registered, and a facility proposed on it that answers *findings*."""
        self.surveyed()
        self.does(
            self.facility,
            "coordinator",
            "propose_facility",
            title=self.title,
            place=self.place,
            facility_kind="SINGLE",
            functions=("ELDER",),
            floor_area=200,
            site=self.site,
            lead=BUREAU,
            open_by="2027-05-01T00:00:00+08:00",
            budget=[{"source": "CITY_BUDGET", "cents": 1_000_000}],
            findings=findings,
        )
        clerks(self.town)

    def begun(self) -> None:
        """Approved, and its first milestone reached."""
        self.does(self.facility, "authority", "approve_facility")
        self.milestone(0)
        clerks(self.town)

    def milestone(self, number: int) -> None:
        now = instant_text(self.town.books.ledger.clock())
        wanted = self._pack().milestones[number].code
        self.does(
            self.facility,
            "staff",
            "record_milestone",
            milestone=wanted,
            planned=now,
            actual=now,
            evidence="记录",
        )

    def completed(self) -> None:
        """Built, and accepted by the first of two keys."""
        for number in range(1, len(self._pack().milestones)):
            self.milestone(number)
        self.does(self.facility, "staff", "report_completed", evidence="竣工报告")
        self.accepted("coordinator")

    def accepted(self, who: str) -> None:
        """Turn one of the two keys."""
        found = {
            "floor_area": 200,
            "functions": ("ELDER",),
            "checklist": [{"item": one.code, "met": True} for one in self._pack().checklist],
        }
        self.does(self.facility, who, "accept_facility", **found)

    def ready(self) -> None:
        """Built, accepted by two keys, entrusted to the centre, its opening handed in."""
        self.completed()
        self.accepted("dispatcher")
        operator = {
            "functions": ("ELDER",),
            "mode": "SELF",
            "unit": CENTER,
            "term_end": "2028-01-01T00:00:00+08:00",
        }
        self.does(self.facility, "dispatcher", "entrust_operator", operator=operator)
        self.does(
            self.facility,
            "center",
            "submit_opening",
            hours="8:00—20:00",
            price_list="门口公示",
            places=[{"function": "ELDER", "places": 20}],
        )

    def opened(self) -> None:
        """Ready, and open."""
        self.ready()
        self.does(self.facility, "dispatcher", "open_facility")
        clerks(self.town)

    def _pack(self) -> Any:
        rules = self.town.books.rulebook.rules(self.town.books.desk.neighbours)
        return rules.under(None).policy.facilities


async def test_from_a_row_of_the_check_up_to_striking_off_through_a_facility(
    staffed: Office, visit: Visiting
) -> None:
    building = Building(staffed)
    worker = await visit("W01")
    await worker.go("/findings/import")
    content = "\n".join((HEADINGS, row("T-1", 1), row("T-2", 0))).encode()
    table = {"name": "check-up.csv", "mimeType": "text/csv", "buffer": content}
    await worker.page.set_input_files("#ff", table)  # type: ignore[arg-type]
    await worker.page.click("text=导入 >> nth=-1")
    assert "登记为问题" in await worker.page.inner_text("[role=status]")
    await worker.go("/findings")
    await worker.page.click("text=未达标配建的养老服务设施数量")
    address = worker.page.url.removeprefix(worker.base)
    finding = f"finding/{address.rpartition('/')[2]}"

    street, bureau = await visit("D01"), await visit("B01")
    await sent(street, f"{address}/adopt_finding", lead=BUREAU, target_date="2027-06-30T17:00")
    building.proposed(finding)
    await bureau.go(address)
    assert "石牌颐康服务站" in await bureau.page.inner_text("main")
    assert "待启动" in await bureau.page.inner_text("main")
    await sent(bureau, f"{address}/plan_remedy", measures="利用旧菜场二楼建设颐康服务站")
    building.begun()
    await bureau.go(address)
    assert "整改中" in await bureau.page.inner_text("main .head")
    building.opened()
    await sent(bureau, f"{address}/report_remedied", value="0", evidence="开业公示")
    await sent(
        street,
        f"{address}/strike_off",
        value="0",
        evidence="现场核验照片",
        worker=staffed.person("W01"),
    )
    assert "已销号" in await street.page.inner_text("main .head")
    phone = await visit("D01", viewport=PHONE)
    await phone.go("/findings/figures")
    assert "100.0 %" in await phone.page.inner_text("main")
    for one in (worker, street, bureau, phone):
        assert one.complaints == []


def promising(office: Office) -> str:
    """Bring a pairing into force in which civil affairs promised money."""
    address = drafted(office)
    stream = f"pairing/{address.rpartition('/')[2]}"
    people = office.town.district.people
    need = {"code": "N-1", "title": "长者饭堂", "category": "ELDER"}
    money = {
        "code": "R-1",
        "title": "饭堂补助",
        "category": "ELDER",
        "commitment": {
            "kind": "FUNDS",
            "quantity": 4_000_000,
            "due": "2027-10-31T00:00:00+08:00",
            "needs": ["N-1"],
        },
    }
    for who, kind, unit, item in (
        ("center", "NEED", CENTER, need),
        ("coordinator", "RESOURCE", BUREAU, money),
    ):
        told = order(stream, "attach_list", people[who], list=kind, unit=unit, items=[item])
        office.town.give(told)
    pressed(office.browser("C01"), address, "propose_pairing")
    for number in ("B01", "H01", "D01"):
        pressed(office.browser(number), address, "accept_proposal")
    pressed(office.browser("B01"), address, "claim_project", item="N-1")
    for number in ("C01", "B01", "H01", "D01"):
        signs(office.browser(number), address)
    submitted(office, address)
    pressed(office.browser("O01"), address, "approve_pairing")
    return address


async def test_a_delivery_is_disputed_and_settled(staffed: Office, visit: Visiting) -> None:
    address = promising(staffed)
    civil, centre, authority = await visit("B01"), await visit("C01"), await visit("O01")
    await sent(
        civil,
        f"{address}/deliver_commitment",
        item="R-1",
        quantity="1000000",
        delivered_at="2026-11-20T09:00",
        voucher="拨款通知书第 18 号",
    )
    await centre.go(address)
    assert "待确认" in await centre.page.inner_text("#promises >> xpath=../..")
    await sent(
        centre, f"{address}/dispute_commitment_delivery", delivery="1", reason="只到账六千元"
    )
    await sent(
        authority,
        f"{address}/settle_delivery_dispute",
        delivery="1",
        quantity="600000",
        reason="以银行回单为准",
    )
    shown = await authority.page.inner_text("#promises >> xpath=../..")
    assert "已裁定" in shown
    assert "6,000.00 元" in shown
    assert "15 %" in shown
    for one in (civil, centre, authority):
        assert one.complaints == []
