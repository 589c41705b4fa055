"""A provider told at the console's town: a meals firm that applies by its own link."""

import re
from dataclasses import dataclass

import httpx2

from domain.provider.identity import check_character, provider_stream
from tests import accounts
from tests.console.conftest import Browser, Office, engage
from tests.journeys.district import BUREAU, order

MARKET, HOUSING, SUPERVISION = "440106-MKT", "440106-HS", "440106-SV"
AREA = "440106003"
FORM = {
    "name": "好饭助餐公司（测试）",
    "provider_kind": "ENTERPRISE",
    "categories": ["MEAL"],
    "areas": [AREA],
    "licence": ["BUSINESS", "FOOD", "", ""],
    "number": ["GS-1", "JY-1", "", ""],
    "until": ["", "2031-12-31", "", ""],
    "item": ["午餐", "", "", ""],
    "per": ["份", "", "", ""],
    "amount": ["15.50", "", "", ""],
    "contact": "联系人测试",
}


def code_of(organisation: str) -> str:
    """Return a made-up credit code with this organisation part, rightly checked."""
    bare = f"91440106{organisation}"
    return f"{bare}{check_character(bare)}"


@dataclass
class Caterer:
    """One provider of the town, by its made-up organisation part."""

    office: Office
    organisation: str = "MADEUP001"
    name: str = str(FORM["name"])
    secret: str = ""

    @property
    def code(self) -> str:
        return code_of(self.organisation)

    @property
    def stream(self) -> str:
        return provider_stream(self.code)

    @property
    def address(self) -> str:
        return f"/providers/{self.stream.partition('/')[2]}"

    @property
    def public(self) -> str:
        return f"/service-providers/{self.stream.partition('/')[2]}"

    def applies(self, browser: Browser, **changed: object) -> httpx2.Response:
        """Send the public form; keep the link that is handed over."""
        page = browser.get("/service-providers/apply").text
        self.secret = re.findall(r'name="secret" value="([^"]+)"', page)[0]
        told = {**FORM, "name": self.name, "credit_code": self.code, "secret": self.secret}
        return browser.post("/service-providers/apply", **(told | changed))

    def page(self, browser: Browser) -> httpx2.Response:
        return browser.post("/p/", token=self.secret)

    def does(self, browser: Browser, kind: str, **fields: object) -> httpx2.Response:
        once = re.findall(r'name="once" value="([^"]+)"', self.page(browser).text)
        once = once or ["A" * 22]
        return browser.post("/p/do", token=self.secret, kind=kind, once=once[0], **fields)

    def gives(self, number: str, role: str, unit: str, kind: str, **fields: object) -> None:
        by = {"person": self.office.person(number), "role": role, "unit": unit}
        self.office.town.give(order(self.stream, kind, by, **fields))

    def admitted(self, browser: Browser) -> "Caterer":
        """Have it apply, be verified by every department, and admitted."""
        assert self.applies(browser).status_code == 200
        lead = ("B01", "DEPT_COORDINATOR", BUREAU)
        self.gives(*lead, "take_up_application")
        for item, who in (
            ("LICENCE", ("M01", "DEPT_COORDINATOR", MARKET)),
            ("CREDIT", ("M01", "DEPT_COORDINATOR", MARKET)),
            ("PRICE", ("M01", "DEPT_COORDINATOR", MARKET)),
            ("SAFETY", ("F01", "DEPT_COORDINATOR", HOUSING)),
            ("STAFF/MEAL", ("S01", "DEPT_STAFF", BUREAU)),
        ):
            self.gives(*who, "verify_item", item=item, met=True, evidence="现场核验")
        admit = {"categories": ["MEAL"], "areas": [AREA], "valid_until": "2028-06-30T16:00:00Z"}
        self.gives(*lead, "admit_provider", **admit)
        return self


def a_caterer(office: Office) -> Caterer:
    """Have the departments of a verification registered; nobody has applied yet."""
    desk = office.town.books.desk
    for code, name, kind, line in (
        (MARKET, "天河区市场监督管理局", "DEPARTMENT", "market"),
        (HOUSING, "天河区住房建设局", "DEPARTMENT", "housing"),
        (SUPERVISION, "天河区督办室", "SUPERVISION_OFFICE", None),
    ):
        about = {"name": name, "unit_kind": kind, "division": "440106", "line": line}
        accounts.enter(desk, f"unit/{code}", "register_unit", **about)
    engage(office, "M01", "DEPT_COORDINATOR", MARKET)
    engage(office, "F01", "DEPT_COORDINATOR", HOUSING)
    engage(office, "B02", "DEPT_COORDINATOR", BUREAU)
    engage(office, "V02", "SUPERVISOR", SUPERVISION)
    engage(office, "J02", "ADJUDICATOR", SUPERVISION)
    return Caterer(office)
