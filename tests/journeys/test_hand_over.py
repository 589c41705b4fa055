"""A provider that runs a facility's function leaves: its successor takes the function over.

In real books, through the desk: errands are run as the clerks of the cases would.
"""

from pathlib import Path
from typing import Any

import pytest

from accounts.links import Links
from accounts.store import Accounts
from desk import clerking
from desk.casework import Asking, Who, Written
from desk.desk import Desk
from desk.identifiers import new_uuid7
from domain.people import Channel, Role
from domain.provider.identity import check_character, provider_stream
from domain.refusals import CommandRefused
from domain.values import instant_text
from services.provider_links import Held, ProviderLinks
from tests import accounts, facilities
from tests.facilities import AUTHORITY_UNIT
from tests.journeys.district import BUREAU, STREET
from tests.oversight.town import Town, founded, open_town

MARKET, HOUSING = "440106-MKT", "440106-HS"
MILESTONES = ("DESIGN_APPROVED", "SITE_HANDED_OVER", "WORKS_BEGUN", "WORKS_DONE", "EQUIPPED")
CHECKLIST = ("AREA_MEASURED", "FUNCTION_ROOMS", "FIRE_SAFETY", "BARRIER_FREE", "HYGIENE_MET")
UNTIL = "2029-06-30T16:00:00Z"


class Street:
    """A street with a canteen, two caterers, and everybody who has to do with them."""

    def __init__(self, town: Town, links: Links) -> None:
        self.desk: Desk = town.books.desk
        self.town = town
        self.links = ProviderLinks(town.books, links)
        facilities.furnished(self.desk)
        for code, line in ((MARKET, "market"), (HOUSING, "housing")):
            about = {"name": code, "unit_kind": "DEPARTMENT", "division": "440106", "line": line}
            accounts.enter(self.desk, f"unit/{code}", "register_unit", **about)
        self.people: dict[tuple[str, str, int], Who] = {}

    def who(self, role: str, unit: str, number: int = 1) -> Who:
        key = (role, unit, number)
        if key not in self.people:
            person = accounts.somebody(self.desk, role, unit)
            self.people[key] = Who(person, Channel.CONSOLE, unit, Role(role))
        return self.people[key]

    def asks(self, stream: str, who: Who, kind: str, **fields: Any) -> None:
        """Have one command recorded, with the errands that follow; raise the refusal."""
        asking = Asking(f"{kind}/{new_uuid7()}", who, {"kind": kind, **fields})
        (answer,) = self.desk.record_now(stream, [asking]).answers
        if not isinstance(answer, Written):
            raise answer
        for version, errand in clerking.look(self.desk, stream, 0).errands:
            clerking.run_errand(self.desk, stream, version, errand.command_id)

    @property
    def lead(self) -> Who:
        return self.who("DEPT_COORDINATOR", BUREAU)

    @property
    def street(self) -> Who:
        return self.who("STREET_DISPATCHER", STREET)

    def admitted(self, organisation: str) -> str:
        """Have a caterer of the bureau's applied for, verified and admitted."""
        bare = f"91440106{organisation}"
        code = f"{bare}{check_character(bare)}"
        stream = provider_stream(code)
        told = {"name": f"好饭{organisation}（测试）", "provider_kind": "ENTERPRISE"}
        food = {"licence": "FOOD", "number": f"JY-{organisation}", "valid_until": UNTIL}
        asked = {"categories": ["MEAL"], "areas": ["440106003"]}
        application = {**told, **asked, "credit_code": code, "licences": [food]}
        self.asks(stream, self.lead, "apply_for_admission", **application)
        self.asks(stream, self.lead, "take_up_application")
        for item, unit in (
            ("LICENCE", MARKET),
            ("CREDIT", MARKET),
            ("PRICE", MARKET),
            ("SAFETY", HOUSING),
            ("STAFF/MEAL", BUREAU),
        ):
            by = self.who("DEPT_COORDINATOR", unit, 2)
            self.asks(stream, by, "verify_item", item=item, met=True, evidence="现场核验")
        decider = self.who("DEPT_COORDINATOR", BUREAU, 3)
        self.asks(stream, decider, "admit_provider", **asked, valid_until=UNTIL)
        return stream

    def agent(self, provider: str) -> Held:
        """Have an agent named, and their link opened."""
        return self.links.opened(self.links.issue(provider, self.lead).token)

    def canteen(self, operator: str, agent: Held) -> str:
        """Have a canteen built, accepted by both keys, entrusted to *operator* and opened."""
        site, canteen = f"site/{new_uuid7()}", f"facility/{new_uuid7()}"
        self.asks(site, self.street, **facilities.site())
        single = {"facility_kind": "SINGLE", "functions": ["MEAL"], "floor_area": 300}
        self.asks(canteen, self.lead, **facilities.proposal(site, **single))
        self.asks(canteen, self.who("PARTY_AUTHORITY", AUTHORITY_UNIT), "approve_facility")
        builder = self.who("DEPT_STAFF", BUREAU)
        for code in MILESTONES:
            now = instant_text(self.town.books.ledger.clock())
            reached = {"planned": now, "actual": now, "evidence": "照片"}
            self.asks(canteen, builder, "record_milestone", milestone=code, **reached)
        self.asks(canteen, builder, "report_completed", evidence="竣工图")
        found = [{"item": one, "met": True} for one in CHECKLIST]
        seen = {"floor_area": 300, "functions": ["MEAL"], "checklist": found}
        for key in (self.lead, self.street):
            self.asks(canteen, key, "accept_facility", **seen)
        run = {"functions": ["MEAL"], "mode": "ENTRUSTED", "provider": operator}
        self.asks(canteen, self.street, "entrust_operator", operator=run | {"term_end": UNTIL})
        opening = {"hours": "11:00—13:00", "price_list": "午餐 15 元"}
        places = [{"function": "MEAL", "places": 60}]
        command = {"kind": "submit_opening", **opening, "places": places}
        self.links.act(agent, canteen, command, "opening")
        self.asks(canteen, self.street, "open_facility")
        return canteen

    def operators(self, canteen: str) -> list[tuple[str, str]]:
        return list(self.desk.state_of(canteen)[1].plan.operators())

    def state(self, stream: str) -> str:
        return self.desk.case(stream)[0].kind.state_name(self.desk.state_of(stream)[1])


@pytest.fixture
async def district(tmp_path: Path) -> Any:
    with open_town(tmp_path / "home") as books:
        town = await founded(books, f"sqlite:///{tmp_path}/home/ledger.db")
        kept = Accounts(f"sqlite:///{tmp_path}/accounts.db")
        yield Street(town, Links(kept.engine))


def report(street: Street, agent: Held, canteen: str) -> None:
    month = instant_text(street.town.books.ledger.clock())[:7]
    use = {"month": month, "function": "MEAL", "visits": 90, "people": 40, "days_closed": 0}
    street.links.act(agent, canteen, {"kind": "report_use", **use}, new_uuid7())


async def test_a_function_changes_hands_when_its_successor_accepts_it(district: Street) -> None:
    leaving, successor = district.admitted("MADEUP101"), district.admitted("MADEUP102")
    old, new = district.agent(leaving), district.agent(successor)
    canteen = district.canteen(leaving, old)
    assert district.operators(canteen) == [("MEAL", leaving)]

    with pytest.raises(CommandRefused) as refused:
        district.asks(leaving, district.lead, "request_provider_exit", plan=[])
    assert refused.value.rule == "successor-for-each"
    entry = {"case": canteen, "function": "MEAL", "successor": successor}
    district.asks(leaving, district.lead, "request_provider_exit", plan=[entry])
    with pytest.raises(CommandRefused) as refused:
        district.asks(leaving, district.lead, "complete_provider_exit")
    assert refused.value.rule == "nothing-left"
    assert district.operators(canteen) == [("MEAL", leaving)], "until somebody accepts it"

    (offered,) = district.links.to_accept(new)
    assert (offered.case, offered.function) == (canteen, "MEAL")
    accept = {"kind": "accept_service", "served": canteen, "function": "MEAL"}
    district.links.act(new, leaving, accept, "accept")
    for version, errand in clerking.look(district.desk, leaving, 0).errands:
        clerking.run_errand(district.desk, leaving, version, errand.command_id)
    newest = list(district.town.books.ledger.read(canteen))[-1]
    assert newest.kind == "function_taken_over.v1"
    assert newest.fact["provider_before"] == leaving
    assert district.operators(canteen) == [("MEAL", successor)]
    assert district.state(canteen) == "OPEN", "nobody found it shut"

    district.asks(leaving, district.lead, "complete_provider_exit")
    assert district.state(leaving) == "EXITED"
    report(district, new, canteen)
    with pytest.raises(CommandRefused) as refused:
        report(district, old, canteen)
    assert refused.value.rule == "operator-only"
