"""Every command, by every role, on a case of theirs, of a sibling street, of nobody: no leak."""

import pytest

from domain.casebook import CASES
from domain.models import models_of
from domain.people import Role
from tests.console.conftest import STAFF, Office
from tests.journeys.district import BUREAU
from tests.oversight.town import GRANDMOTHER

TASK = CASES["task"]
COMMANDS = sorted(models_of(TASK.commands))
ABSENT = "DQ440106202601010000X"

SEE = set(STAFF) - {"D02"}
"""Who sees a task of 石牌街道 that 天河区民政局 handles: not the dispatcher of 冼村街道."""

WORDS = SEE - {"A01", "Z01", "P01"}
"""Of these, who reads what was said without being granted it."""


@pytest.fixture
def number(office: Office) -> str:
    """A task dispatched to the bureau, whose resident left name, number and address."""
    town = office.town
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    return office.number_of(task)


@pytest.mark.parametrize("staff", STAFF)
def test_nobody_is_shown_or_given_what_is_not_theirs(
    office: Office, number: str, staff: str
) -> None:
    browser, role = office.browser(staff), Role(STAFF[staff][0])
    nothing = browser.get(f"/tasks/{ABSENT}").text
    page = browser.get(f"/tasks/{number}")
    assert page.status_code == (200 if staff in SEE else 404)
    before, calls = office.town.books.ledger.head(), 0
    for command in COMMANDS:
        address = f"/tasks/{number}/{command}"
        theirs = staff in SEE and role in TASK.who_may.get(command, ())
        form = browser.get(address)
        assert form.status_code == (200 if theirs else 404), address
        answers = [page, form]
        if not theirs:
            posted = browser.post(address, reason="因故", main=BUREAU, text="改动")
            assert posted.status_code == 404
            assert form.text == posted.text == nothing
        absent = browser.get(f"/tasks/{ABSENT}/{command}")
        assert (absent.status_code, absent.text) == (404, nothing)
        calls += 3
        for answer in answers:
            for name in ("name", "phone", "address"):
                assert GRANDMOTHER[name] not in answer.text
            if staff not in WORDS:
                assert GRANDMOTHER["text"] not in answer.text
    assert office.town.books.ledger.head() == before
    listed = [browser.get(address).text for address in ("/tasks", f"/tasks?q={number}", "/")]
    for text in listed:
        assert staff in SEE or f"/tasks/{number}" not in text
        for plain in GRANDMOTHER.values():
            assert plain not in text
    assert calls >= 3 * len(COMMANDS)
