"""Who comes to which page of a pairing, from where, and in which language."""

import re

import pytest

from desk.identifiers import new_uuid7
from tests.console.conftest import OTHER_STREET, STAFF, Office
from tests.console.pairings import (
    NEW,
    activated,
    attached,
    drafted,
    negotiated,
    rows,
    staffed,
)
from tests.journeys.district import BUREAU, STREET

__all__ = ["staffed"]


ABSENT = new_uuid7()


ROUTES = (
    "start",
    *(f"start/{step}" for step in ("parties", "lists", "claims", "signatures", "approval")),
    "attach_list",
    "revise_lists",
    "sign_agreement",
    "hand_over_task",
    "claim_project",
    "approve_pairing",
)


@pytest.mark.parametrize("number", ["D02", "H01", "Z01"])
def test_a_foreign_pairing_is_as_absent_on_every_route(staffed: Office, number: str) -> None:
    """H01's bureau is no party of this one; D02 is of another street."""
    browser = staffed.browser("C01")
    done = browser.post("/pairings/new", **(NEW | {"departments": [BUREAU]}))
    address = str(done.headers["location"]).partition("/start")[0]
    attached(browser, address, "NEED", ("加装扶手", "ELDER"))
    stranger = staffed.browser(number)
    absent = f"/pairings/{ABSENT}"
    before = staffed.town.books.ledger.head()
    for route in ROUTES:
        foreign, nothing = (stranger.get(f"{one}/{route}") for one in (address, absent))
        assert (foreign.status_code, foreign.text) == (404, nothing.text), route
        if route.startswith("start"):
            continue
        sent = {"list": "NEED", "do": "record", "item": "N-1"} | rows(("改", "ELDER"))
        foreign, nothing = (stranger.post(f"{one}/{route}", **sent) for one in (address, absent))
        assert (foreign.status_code, foreign.text) == (404, nothing.text), route
    assert staffed.town.books.ledger.head() == before


@pytest.mark.parametrize("number", STAFF)
def test_a_pairing_is_begun_by_those_who_may_draft_one_and_by_nobody_else(
    staffed: Office, number: str
) -> None:
    browser = staffed.browser(number)
    may = STAFF[number][0] in {"CENTER_COORDINATOR", "DEPT_COORDINATOR"}
    before = staffed.town.books.ledger.head()
    assert browser.get("/pairings/new").status_code == (200 if may else 404)
    if not may:
        assert browser.post("/pairings/new", **NEW).status_code == 404
        assert staffed.town.books.ledger.head() == before
    assert ('href="/pairings/new"' in browser.get("/pairings").text) == may


@pytest.mark.parametrize("step", ["parties", "lists", "claims", "signatures", "approval"])
def test_every_step_is_said_in_both_languages(staffed: Office, step: str) -> None:
    address = negotiated(staffed)
    browser = staffed.browser("B01")
    assert "轮到谁" in browser.get(f"{address}/start/{step}").text
    browser.client.cookies.set("language", "en")
    page = browser.get(f"{address}/start/{step}").text
    assert "Whose turn it is" in page
    assert "轮到谁" not in page


def test_the_pages_beside_the_steps_speak_english_too(staffed: Office) -> None:
    address = activated(staffed)
    browser = staffed.browser("C01")
    browser.client.cookies.set("language", "en")
    for one, words in (
        ("/pairings", "Start a pairing"),
        ("/pairings/new", "Lead department"),
        (address, "Other support tasks"),
        (f"{address}/revise_lists", "Revise a list"),
    ):
        assert words in browser.get(one).text


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "{}/start/x", "/tasks"])
def test_a_form_leads_back_to_a_step_of_its_pairing_and_nowhere_else(
    staffed: Office, back: str
) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    attached(browser, address, "NEED", ("加装扶手", "ELDER"))
    done = browser.post(f"{address}/propose_pairing", back=back.format(address))
    assert re.fullmatch(rf"{address}\?receipt=\d+", done.headers["location"])
    answered = staffed.browser("B01").post(
        f"{address}/accept_proposal", back=f"{address}/start/lists"
    )
    assert answered.headers["location"].startswith(f"{address}/start/lists?receipt=")


def test_a_form_of_another_site_starts_nothing(staffed: Office) -> None:
    address = negotiated(staffed)
    browser = staffed.browser("B01")
    before = staffed.town.books.ledger.head()
    for route in ("attach_list", "revise_lists", "sign_agreement", "claim_project"):
        sent = browser.client.post(
            f"{address}/{route}",
            data={"list": "NEED", "item": "N-1"},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert sent.status_code == 403, route
    coming = browser.client.post(
        "/pairings/new", data=NEW, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert coming.status_code == 403
    assert staffed.town.books.ledger.head() == before


def test_streets_of_elsewhere_are_not_offered(staffed: Office) -> None:
    page = staffed.browser("C01").get("/pairings/new").text
    assert f'value="{STREET}"' in page
    assert f'value="{OTHER_STREET}"' not in page
