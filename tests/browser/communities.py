"""What communities have to do with, in every state: findings, facilities, providers, programmes.

`begun` tells what happened in the months before, in the order of time, for a ledger's clock never
goes back; `brought` what happens now; each by the helpers of the rooms' own tests.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests import accounts, clock
from tests.browser.test_findings import Building
from tests.browser.test_provider import served_by
from tests.console.caterers import AREA, HOUSING, MARKET, SUPERVISION, Caterer, a_caterer
from tests.console.conftest import Office
from tests.console.pairings import pressed
from tests.console.pilots import FIRST, SECOND, Pilot, with_communities
from tests.console.test_findings import hand_in
from tests.console.test_providers import LEAD, WARNING
from tests.journeys.district import BUREAU, STREET, order
from tests.journeys.test_findings import HEADINGS, PLACE, clerks, row

NAME_OF_PLACE = "石牌第十五社区"
DAY = timedelta(days=1)
TARGET = "2027-06-30T00:00:00+08:00"
ROWS = "\n".join(
    (
        HEADINGS,
        row("T-1", 2),
        row("T-2", 1).replace(PLACE, FIRST),
        row("T-3", 1).replace(PLACE, SECOND),
        row("T-4", 1, indicator="MEAL_POINT"),
        row("T-5", 2, indicator="MEAL_POINT"),
        row("T-6", 1, indicator="MEAL_POINT").replace(PLACE, FIRST),
        row("T-7", 1, indicator="MEAL_POINT").replace(PLACE, SECOND),
        row("T-8", 40, indicator="停车泊位缺口数"),
        row("T-9", 12, indicator="停车泊位缺口数").replace(PLACE, FIRST),
    )
).encode()


@dataclass
class Communities:
    """Where the cases are, by kind and state; the secrets of providers' people by state."""

    at: dict[str, dict[str, str]] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)

    def keep(self, plural: str, state: str, stream: str) -> None:
        """Remember where a case is, by its stream or its address."""
        self.at.setdefault(plural, {})[state] = f"/{plural}/{stream.rpartition('/')[2]}"


def begun(office: Office, since: datetime, now: datetime) -> Communities:
    """Tell what happened from *since* on: a provider graded, programmes, a facility used."""
    found = Communities()
    ledger = office.town.books.ledger
    with clock.at(ledger, since):
        a_caterer(office)
        with_communities(office)
        committee = {"name": NAME_OF_PLACE, "unit_kind": "COMMUNITY", "division": PLACE}
        accounts.enter(office.town.books.desk, f"unit/{PLACE}-C", "register_unit", **committee)
    with clock.at(ledger, since + 2 * DAY):
        known = _caterer(office, 1, "好饭助餐公司（测试）").admitted(_away(office, 1))
    with clock.at(ledger, since + 3 * DAY):
        inspected = {"passed": True, "found": "留样、晨检记录齐全"}
        known.gives("M01", "DEPT_COORDINATOR", MARKET, "inspect_provider", **inspected)
    found.keep("programmes", "assessed", Pilot(office, now=since + 4 * DAY).assessed().stream)
    clock.rung(office.town.books.desk, known.stream, "grading")
    found.keep("providers", "admitted", known.stream)
    found.agents["admitted"] = known.secret
    building = Building(office, "石牌颐康服务站", FIRST, 1)
    with clock.at(ledger, since + 130 * DAY):
        building.proposed()
        building.begun()
        _spent(building, 300_000)
        building.opened()
    for month in range(1, 3):
        then = since + (130 + 31 * month) * DAY
        with clock.at(ledger, then):
            building.does(
                building.facility,
                "center",
                "report_use",
                month=f"{then:%Y-%m}",
                function="ELDER",
                visits=400 + 20 * month,
                people=90,
                days_closed=1,
            )
    found.keep("facilities", "open", building.facility)
    found.keep("sites", "occupied", building.site)
    _programmes(office, found, now)
    return found


def brought(office: Office, found: Communities) -> None:
    """Bring a case of each kind to each state that a page shows in a way of its own."""
    known = Caterer(office, secret=found.agents["admitted"])
    _findings(office, found)
    _facilities(office, found)
    _providers(office, found, known)
    clerks(office.town)


def delivered(office: Office, address: str) -> None:
    """Have a promise of the pairing at *address* kept in parts, one of which is disputed."""
    for quantity, voucher in (("1000000", "拨款通知书第 18 号"), ("500000", "拨款通知书第 23 号")):
        pressed(
            office.browser("B01"),
            address,
            "deliver_commitment",
            item="R-1",
            quantity=quantity,
            delivered_at="2026-11-20T09:00",
            voucher=voucher,
        )
    dispute = {"delivery": "1", "reason": "只到账六千元"}
    pressed(office.browser("C01"), address, "dispute_commitment_delivery", **dispute)


# -- findings --------------------------------------------------------------------------------------


def _findings(office: Office, found: Communities) -> None:
    town = office.town
    hand_in(office.browser("W01"), "take", ROWS)
    rows = {
        str(entry.fact["ledger_row"]).rpartition("-")[2]: entry.stream
        for entry in town.books.ledger.of_kind("finding_recorded.v1", None)
    }
    for number, state in (
        ("1", "in-remedy"),
        ("2", "verifying"),
        ("3", "struck-off"),
        ("4", "open"),
        ("5", "merged"),
        ("6", "adopted"),
        ("7", "planned"),
        ("8", "recorded"),
        ("9", "dismissed"),
    ):
        found.keep("findings", state, rows[number])
    for number in ("1", "2", "3", "4", "6", "7"):
        town.ask(rows[number], "adopt_finding", "dispatcher", lead=BUREAU, target_date=TARGET)
    for number in ("2", "3"):
        town.ask(rows[number], "plan_remedy", "coordinator", measures="与社区食堂合设服务点")
        town.ask(rows[number], "start_remedy", "coordinator")
        town.ask(rows[number], "report_remedied", "coordinator", value=0, evidence="验收单")
    checked = {"value": 0, "evidence": "现场核验照片", "worker": office.person("W01")}
    town.ask(rows["3"], "strike_off", "dispatcher", **checked)
    task = town.task(place=SECOND, category="MEAL")
    town.ask(rows["7"], "plan_remedy", "coordinator", measures="新设长者饭堂", cases=(task,))
    town.ask(rows["5"], "merge_finding", "dispatcher", master=rows["4"])
    office_line = {
        "person": office.person("F01"),
        "role": "DEPT_COORDINATOR",
        "unit": HOUSING,
    }
    dismissed = {"ground": "MEASURED_WRONGLY", "reason": "复测后泊位充足"}
    town.give(order(rows["9"], "dismiss_finding", office_line, **dismissed))
    building = Building(office, "石牌第十五社区养老服务站", PLACE, 2)
    building.proposed(rows["1"])
    clerks(town)
    linked = {"measures": "利用旧菜场二楼建设养老服务站", "cases": (town.task(place=PLACE),)}
    town.ask(rows["1"], "plan_remedy", "coordinator", **linked)
    building.begun()
    clerks(town)
    _spent(building, 120_000)
    found.keep("facilities", "building", building.facility)
    found.keep("sites", "reserved", building.site)


# -- facilities and sites --------------------------------------------------------------------------


def _facilities(office: Office, found: Communities) -> None:
    def accepting(building: Building) -> None:
        building.begun()
        building.completed()

    def ready(building: Building) -> None:
        building.begun()
        building.ready()

    def suspended(building: Building) -> None:
        building.begun()
        building.opened()
        stopped = {"ground": "REPAIRS", "reason": "屋面渗水，停业维修"}
        building.does(building.facility, "dispatcher", "suspend_facility", **stopped)

    def dropped(building: Building) -> None:
        building.does(building.facility, "authority", "drop_facility", reason="场地另有安排")

    told: dict[str, Callable[[Building], None]] = {
        "proposed": lambda building: None,
        "accepting": accepting,
        "ready": ready,
        "suspended": suspended,
        "dropped": dropped,
    }
    for number, (state, then) in enumerate(told.items(), start=3):
        building = Building(office, f"石牌第二社区服务站（{number} 号楼）", SECOND, number)
        building.proposed()
        clerks(office.town)
        then(building)
        clerks(office.town)
        found.keep("facilities", state, building.facility)
    for number, state in ((11, "free"), (12, "withdrawn")):
        building = Building(office, f"{number} 号", SECOND, number)
        building.surveyed()
        found.keep("sites", state, building.site)
    building.does(building.site, "dispatcher", "withdraw_site", reason="产权单位收回")


def _spent(building: Building, cents: int) -> None:
    paid = building.town.books.ledger.clock().isoformat()
    spent: dict[str, Any] = {"cents": cents, "paid_at": paid, "voucher": f"PZ-{cents}"}
    building.does(building.facility, "staff", "record_spending", source="CITY_BUDGET", **spent)


# -- providers -------------------------------------------------------------------------------------


def _caterer(office: Office, number: int, name: str) -> Caterer:
    return Caterer(office, f"MADEUP{number:03d}", name)


def _away(office: Office, number: int) -> Any:
    """A browser somewhere else each time: so many applications are not one person's."""
    return office.browser(source=f"198.51.100.{number}")


def _providers(office: Office, found: Communities, known: Caterer) -> None:
    def applied(caterer: Caterer, browser: Any) -> None:
        assert caterer.applies(browser).status_code == 200

    def verifying(caterer: Caterer, browser: Any) -> None:
        applied(caterer, browser)
        caterer.gives(*LEAD, "take_up_application")
        met = {"item": "LICENCE", "met": True, "evidence": "查验原件"}
        caterer.gives("M01", "DEPT_COORDINATOR", MARKET, "verify_item", **met)

    def warned(caterer: Caterer, browser: Any) -> None:
        caterer.admitted(browser).gives(*LEAD, "warn_provider", **WARNING)

    def rectifying(caterer: Caterer, browser: Any) -> None:
        warned(caterer, browser)
        caterer.does(browser, "submit_rectification", text="已补留样柜")

    def appealing(caterer: Caterer, browser: Any) -> None:
        warned(caterer, browser)
        caterer.does(browser, "appeal_measure", text="检查时正在换柜")

    def suspended(caterer: Caterer, browser: Any) -> None:
        caterer.admitted(browser)
        until = (office.town.books.ledger.clock() + 30 * DAY).isoformat()
        caterer.gives(*LEAD, "suspend_provider", ground="SAFETY_DANGER", until=until)

    def ordered(caterer: Caterer, browser: Any) -> None:
        caterer.admitted(browser)
        plan = [{"case": served_by(caterer, office), "successor": known.stream}]
        told = {"ground": "ACCIDENT", "reason": "发生安全责任事故", "plan": plan}
        caterer.gives(*LEAD, "order_exit", **told)

    def exiting(caterer: Caterer, browser: Any) -> None:
        ordered(caterer, browser)
        caterer.gives("V02", "SUPERVISOR", SUPERVISION, "countersign_exit")

    def exited(caterer: Caterer, browser: Any) -> None:
        caterer.admitted(browser).does(browser, "request_provider_exit")
        caterer.gives(*LEAD, "complete_provider_exit")

    for number, (name, then) in enumerate(
        (
            ("石牌邻里食堂（测试）", applied),
            ("银发助餐服务中心（测试）", verifying),
            ("街坊厨房（测试）", warned),
            ("同乐餐饮公司（测试）", rectifying),
            ("和美助老社（测试）", appealing),
            ("四季配餐公司（测试）", suspended),
            ("百家饭堂（测试）", ordered),
            ("粤味助餐公司（测试）", exiting),
            ("老友记餐饮公司（测试）", exited),
        ),
        start=2,
    ):
        caterer = _caterer(office, number, name)
        then(caterer, _away(office, number))
        found.keep("providers", then.__name__, caterer.stream)
        found.agents[then.__name__] = caterer.secret
    served_by(known, office)
    hours: dict[str, Any] = {"category": "MEAL", "place": AREA, "people": 12, "minutes": 90}
    hours["served_at"] = office.town.books.ledger.clock().isoformat()
    worker = ("D01", "STREET_DISPATCHER", STREET)
    known.gives(*worker, "record_service_hours", **hours)
    changed: dict[str, Any] = {
        "licence": ["BUSINESS", "FOOD"],
        "number": ["GS-1", "JY-2"],
        "until": ["", "2032-01-31"],
        "item": ["午餐"],
        "per": ["份"],
        "amount": ["16"],
    }
    known.does(_away(office, 1), "report_change", name="好饭助餐公司（测试）", **changed)


# -- programmes ------------------------------------------------------------------------------------


def _programmes(office: Office, found: Communities, now: datetime) -> None:
    told: tuple[tuple[str, int, Callable[[Pilot], Pilot]], ...] = (
        ("published", 11, Pilot.published),
        ("selected", 10, Pilot.selected),
        ("scored", 9, Pilot.scored),
        ("scoring", 8, Pilot.scoring),
        ("applied", 1, Pilot.applied),
        ("drafted", 1, Pilot.drafted),
        ("ended", 1, Pilot.ended),
    )
    for state, days, then in told:
        found.keep("programmes", state, then(Pilot(office, now=now - days * DAY)).stream)
