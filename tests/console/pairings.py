"""Pairings brought to each step by forms alone, as the people of an office would."""

import re

import pytest

from desk.casework import Asking
from desk.identifiers import new_uuid7
from domain.envelope import SYSTEM
from tests import accounts
from tests.console.conftest import Browser, Office, engage
from tests.journeys.district import BUREAU, CENTER, STREET

AUTHORITY = "440106-ZZB"
HEALTH = "440106-WJJ"
PLACE = "440106003"
NEW = {
    "street": STREET,
    "center": CENTER,
    "departments": [BUREAU, HEALTH],
    "lead": BUREAU,
    "categories": ["ELDER"],
    "title": "石牌街道养老结对",
    "term_start": "2027-01-01",
    "term_end": "2028-01-01",
}


@pytest.fixture
def staffed(office: Office) -> Office:
    return with_partners(office)


def with_partners(office: Office) -> Office:
    """Add a health bureau and an organisation department to *office*, each with its person."""
    desk = office.town.books.desk
    for code, name, kind, line in (
        (AUTHORITY, "天河区委组织部", "ORGANIZATION_DEPT", None),
        (HEALTH, "天河区卫生健康局", "DEPARTMENT", "health"),
    ):
        told = {"name": name, "unit_kind": kind, "division": "440106"}
        accounts.enter(
            desk, f"unit/{code}", "register_unit", **(told | ({"line": line} if line else {}))
        )
    engage(office, "O01", "PARTY_AUTHORITY", AUTHORITY)
    engage(office, "H01", "DEPT_COORDINATOR", HEALTH)
    return office


def command_id(page: str) -> str:
    found = re.search(r'name="command_id" value="([^"]+)"', page)
    assert found is not None, page[page.find("<main") :]
    return found.group(1)


def said(answer: object) -> str:
    """Return the text of the page without what stands around it."""
    text = str(answer.text)  # type: ignore[attr-defined]
    return text[text.find("<main") :]


def drafted(office: Office, **about: object) -> str:
    """Draft the pairing and return its address."""
    browser = office.browser("C01")
    form = browser.get(f"/pairings/new?street={STREET}").text
    done = browser.post("/pairings/new", command_id=command_id(form), **(NEW | about))
    assert done.status_code == 303, said(done)
    address = str(done.headers["location"])
    assert re.fullmatch(r"/pairings/[0-9a-f-]{36}/start/lists\?receipt=\d+", address)
    return address.partition("/start")[0]


def rows(*items: tuple[str, str], place: str = PLACE) -> dict[str, list[str]]:
    return {
        "title": [title for title, _ in items],
        "category": [category for _, category in items],
        "place": [place for _ in items],
        "code": ["" for _ in items],
    }


def attached(browser: Browser, address: str, kind: str, *items: tuple[str, str]) -> None:
    """Type a list, check it, and have it recorded as it was shown."""
    checked = browser.post(f"{address}/attach_list", list=kind, do="check", **rows(*items))
    assert checked.status_code == 200, said(checked)
    done = browser.post(f"{address}/attach_list", list=kind, do="record", **hidden(checked.text))
    assert done.status_code == 303, said(done)


def hidden(page: str) -> dict[str, list[str]]:
    """Return the rows a preview holds."""
    names = ("code", "title", "category", "place")
    return {
        name: re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
        for name in names
    }


def pressed(browser: Browser, address: str, command: str, **fields: object) -> None:
    done = browser.post(
        f"{address}/{command}", command_id=f"console/{new_uuid7()}", back=f"{address}/x", **fields
    )
    assert done.status_code == 303, said(done)


def signs(browser: Browser, address: str, **about: object) -> None:
    page = browser.get(f"{address}/start/signatures").text
    terms = re.findall(r'name="terms" value="([^"]+)"', page)
    assert terms
    done = browser.post(
        f"{address}/sign_agreement",
        terms=terms,
        digest=digest_of(page),
        **({"how": "session"} | about),
    )
    assert done.status_code == 303, said(done)


def digest_of(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None, page[page.find("<main") :]
    return found.group(1)


def submitted(office: Office, address: str) -> None:
    """Do what the signing conversation does once everybody has signed."""
    asking = Asking(f"talk/{new_uuid7()}", SYSTEM, {"kind": "submit_for_approval"})
    office.town.books.desk.record_now(stream_of(address), [asking])


def stream_of(address: str) -> str:
    return f"pairing/{address.rpartition('/')[2]}"


def state_of(office: Office, address: str) -> str:
    office.house.catch_up()
    line = office.house.boards.pairings.get(stream_of(address))
    assert line is not None
    return line.state


def negotiated(office: Office, **about: object) -> str:
    """Bring a pairing to where projects are claimed and parties sign."""
    address = drafted(office, **about)
    center = office.browser("C01")
    attached(center, address, "NEED", ("加装扶手", "ELDER"))
    pressed(center, address, "propose_pairing")
    for number in ("B01", "H01", "D01"):
        pressed(office.browser(number), address, "accept_proposal")
    return address


def activated(office: Office) -> str:
    """Bring a pairing into force."""
    address = negotiated(office)
    pressed(office.browser("B01"), address, "claim_project", item="N-1")
    for number in ("C01", "B01", "H01", "D01"):
        signs(office.browser(number), address)
    submitted(office, address)
    pressed(office.browser("O01"), address, "approve_pairing")
    return address
