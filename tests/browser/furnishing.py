"""An office in which something is in every state, for whoever looks at every page."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete

from accounts.tries import tries
from domain.values import instant_text
from runtime.settings import Settings
from services.province import Province
from services.single_sign_on import sign_on_of
from tests import accounts, clock
from tests.browser.communities import Communities, begun, brought, delivered
from tests.browser.test_findings import promising
from tests.console.conftest import Office, approve, engage, opened_office
from tests.console.pairings import (
    HEALTH,
    attached,
    drafted,
    negotiated,
    pressed,
    signs,
    submitted,
    with_partners,
)
from tests.console.test_residents import handed_over
from tests.console.test_residents_following import registered
from tests.evidence.files import jpeg
from tests.journeys.district import BUREAU, order
from tests.province.forged import hold_two_cities


@dataclass(frozen=True)
class District:
    """Where the cases of a furnished office are."""

    tasks: dict[str, str]
    pairings: dict[str, str]
    rating: str
    following: str
    registrar: str
    city: str
    communities: Communities


_IN_HAND = ("working", "extending", "assisted", "reviewed", "carried")
FOUNDED = timedelta(days=240)
"""How long ago the office began: a programme's whole course lies between."""


def furnished(office: Office, since: datetime, now: datetime) -> District:
    """Bring what *office* has to do with to where each kind of page has something."""
    with clock.at(office.town.books.ledger, since):
        with_partners(office)
    communities = begun(office, since, now)
    engage(office, "G01", "REGISTRAR", BUREAU)
    _with_sign_on(office)
    town = office.town
    tasks = {name: town.task() for name in ("registered", "triaged", "cancelled")}
    town.ask(
        tasks["triaged"], "triage_task", "dispatcher", urgency="URGENT", duty_class="COOPERATE"
    )
    town.close(tasks["cancelled"])
    sent = ("dispatched", "second", "carded", "returned", *_IN_HAND)
    for name in sent:
        task = tasks[name] = town.task()
        town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
        town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    town.ask(tasks["carded"], "raise_card", "supervisor", colour="RED", reason="多次催促未签收")
    town.ask(tasks["carded"], "remind_unit", "supervisor")
    for name in _IN_HAND:
        _taken_up(office, tasks[name])
    merged = tasks["merged"] = town.task()
    town.ask(merged, "merge_into", "dispatcher", master=tasks["registered"])
    town.ask(
        tasks["returned"],
        "request_return",
        "coordinator",
        reason="属住房建设部门职责",
        legal_basis="职责清单第 4 项",
    )
    _carried(office, tasks["carried"])
    town.ask(
        tasks["extending"],
        "request_extension",
        "coordinator",
        limit="3wd",
        reason="等待配件到货",
        resident_informed=True,
    )
    town.ask(tasks["assisted"], "invite_assist", "coordinator", unit=HEALTH, request="请一同入户")
    town.ask(
        tasks["reviewed"],
        "submit_result",
        "coordinator",
        resolved=True,
        public_reply="双侧扶手已经装好。",
    )
    tasks["approved"] = approve(office, town.task())
    rated = tasks["rated"] = approve(office, town.task())
    dissatisfied = tasks["dissatisfied"] = approve(office, town.task())
    agent = office.browser("R01")
    answers = {"contacted": "yes", "resolved": "yes", "grade": "5", "note": "很满意"}
    agent.post(f"/callbacks/{office.number_of(rated)}", reached="yes", **answers)
    answers = {"contacted": "yes", "resolved": "no", "grade": "1", "note": "扶手又松了"}
    agent.post(f"/callbacks/{office.number_of(dissatisfied)}", reached="yes", **answers)
    rating = handed_over(office, approve(office, town.task()))
    _, following = registered(office)
    pairings = _pairings(office)
    brought(office, communities)
    province = Province(office.house.settings, office.house.books)
    _forgiven(office)
    return District(
        {name: office.number_of(task) for name, task in tasks.items()},
        pairings,
        rating,
        following,
        office.person("S01").partition("/")[2],
        f"/province/{hold_two_cities(province).partition('/')[2]}",
        communities,
    )


def _forgiven(office: Office) -> None:
    """Have the doors forget: so many sign-ins in a minute were the furnisher's, not a guesser's."""
    with office.house.accounts.engine.begin() as connection:
        connection.execute(delete(tries))


def _taken_up(office: Office, task: str) -> None:
    town, picture = office.town, base64.b64encode(jpeg()).decode()
    staff = {"person": office.person("S01"), "role": "DEPT_STAFF", "unit": BUREAU}
    town.ask(task, "accept_task", "coordinator")
    town.ask(task, "assign_staff", "coordinator", person=staff["person"])
    document = {"label": "after", "media_type": "image/jpeg", "document": picture}
    for kind, told in (
        ("record_contact", {"result": "REACHED"}),
        ("log_progress", {"note": "已上门查看，约定周三安装扶手。"}),
        ("attach_evidence", document),
    ):
        town.give(order(task, kind, staff, **told))


def _carried(office: Office, task: str) -> None:
    """Have a task carried on the books by its two keys."""
    office.town.ask(
        task,
        "propose_carry",
        "coordinator",
        cause="BUDGET",
        reason="须列入明年预算",
        plan="预算批复后接续办理",
        review_at=instant_text(datetime.now(UTC) + timedelta(days=30)),
        ledger_row="台账-7",
    )
    for keeper in ("supervisor", "adjudicator"):
        office.town.ask(task, "approve_carry", keeper, resident_told=True)


def _with_sign_on(office: Office) -> None:
    """Have the office a single sign-on that is away just now, and somebody bound to it."""
    house = office.house
    settings = Settings(console_url="https://testserver", oidc_issuer="http://127.0.0.1:9")
    house.sign_on = sign_on_of(settings, house.books, house.doorkeeper, house.accounts)
    assert house.sign_on is not None
    house.sign_on.bind(office.person("S01"), "subject", accounts.registrar(house.books.desk))


def _pairings(office: Office) -> dict[str, str]:
    found = {"drafted": drafted(office, categories=["EDU"])}
    attached(
        office.browser("C01"),
        found["drafted"],
        "NEED",
        ("为行动不便的独居老人加装双侧扶手并配置坡道、夜间感应照明", "EDU"),
    )
    found["negotiated"] = negotiated(office, categories=["CHILDCARE"])
    address = found["signed"] = negotiated(office, categories=["MEAL"])
    pressed(office.browser("B01"), address, "claim_project", item="N-1")
    for number in ("C01", "B01", "D01", "H01"):
        signs(office.browser(number), address)
    submitted(office, address)
    found["active"] = promising(office)
    _forgiven(office)
    delivered(office, found["active"])
    return found


@asynccontextmanager
async def furnished_office(folder: Path) -> AsyncIterator[tuple[Office, District]]:
    """Open an office in *folder* and furnish it, beside the loop that serves."""
    now = datetime.now(UTC)
    async with opened_office(folder, now - FOUNDED) as office:
        yield office, await asyncio.to_thread(furnished, office, now - FOUNDED, now)
