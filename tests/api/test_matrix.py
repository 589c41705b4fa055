"""Every route, by every role, on a task of theirs, of a sibling street, of nobody: no leak."""

from typing import Any

import pytest

from services.case_lists import PLURALS
from tests.api.conftest import Calling, Program
from tests.console.conftest import STAFF
from tests.console.test_matrix import ABSENT, SEE, WORDS
from tests.journeys.district import BUREAU
from tests.oversight.town import GRANDMOTHER

PRIVATE = tuple(str(GRANDMOTHER[name]) for name in ("name", "phone", "address"))
WORDS_SAID = str(GRANDMOTHER["text"])
LISTS = (
    *(f"/{one}" for one in ("tasks", "pairings", *PLURALS.values())),
    *("/inbox", "/figures", "/supervision", "/units", "/people", "/facts"),
)


@pytest.fixture
def number(calling: Calling) -> str:
    town = calling.office.town
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    return calling.office.number_of(task)


def routes(program: Program) -> list[tuple[str, str]]:
    paths = program.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path)
        for path, methods in paths.items()
        for method in methods
        if "{key}" in path
    ]


UPLOADS = "/tasks/{key}/uploads"
FILLED = {"number": "1", "name": "A" * 22, "kind": "order", "form": "pdf"}


def address(path: str, key: str) -> str:
    return path.format(key=key, **FILLED)


def asking(method: str, path: str) -> dict[str, Any]:
    """Return what is sent with a request; a command is what nobody may send as it stands."""
    if path.startswith(UPLOADS):
        piece = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        sent = {"POST": {"json": {"length": 1}}, "PATCH": {"content": b"x", "headers": piece}}
        return sent.get(method, {})
    if method == "POST":
        # A body without what it must hold.
        return {"json": {}, "headers": {"Idempotency-Key": "m", "If-Match": '"99"'}}
    return {}


@pytest.mark.parametrize("staff", STAFF)
def test_no_route_tells_or_takes_what_is_not_theirs(
    calling: Calling, number: str, staff: str
) -> None:
    program = calling(staff)
    head = calling.office.town.books.ledger.head
    calls = 0
    for method, path in routes(program):
        asked = {}
        for key in (number, ABSENT):
            before = head()
            answer = program.client.request(method, address(path, key), **asking(method, path))
            calls += 1
            asked[key] = answer
            assert answer.status_code < 500, (path, answer.text)
            assert head() == before, path
            for secret in PRIVATE:
                assert secret not in answer.text, path
            if staff not in WORDS:
                assert WORDS_SAID not in answer.text, path
        if path.startswith(("/tasks", "/pairings")):
            absent = asked[ABSENT]
            assert absent.status_code == 404, (path, absent.text)
            if staff not in SEE or path.startswith("/pairings"):
                assert asked[number].content == absent.content
            elif path == UPLOADS:
                assert asked[number].status_code in {201, 404}
            elif method == "POST":
                assert asked[number].status_code in {409, 412, 422}, (path, asked[number].text)
    for path in LISTS:
        answer = program.get(path)
        calls += 1
        assert answer.status_code < 500, (path, answer.text)
        assert staff in SEE or number not in answer.text, path
        for secret in (*PRIVATE, WORDS_SAID):
            assert secret not in answer.text, path
    assert calls > 190
