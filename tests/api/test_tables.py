"""Tables by the API: taken in the caller's name, by roles that may; one told nothing of others'."""

import base64
from typing import Any

import pytest

from domain.casebook import CASES
from domain.people import Channel
from services import table_upload
from services.tables import TABLES
from tests.api.conftest import Calling, Program
from tests.console.conftest import OTHER_STREET, STAFF, engage

HEADINGS = "台账编号,诉求来源,诉求类别,所属街道,诉求内容,诉求人,联系电话,发现时间"
NEED = "B-1,居民来电,养老,石牌街道,坡道太陡,王某,19900008706,2026-09-01"


def sent(*rows: str) -> dict[str, Any]:
    content = "\n".join((HEADINGS, *rows)).encode()
    return {"content": base64.b64encode(content).decode("ascii")}


def told(program: Program, *rows: str, kind: str = "need", dry: bool = False) -> Any:
    asked = {"dry-run": "true"} if dry else {}
    return program.client.post(f"/tables/{kind}", json=sent(*rows), params=asked)


def test_a_table_is_taken_in_once_in_the_name_of_whoever_sends_it(calling: Calling) -> None:
    ledger, worker = calling.office.town.books.ledger, calling("W01")
    head = ledger.head()
    tried = told(worker, NEED, "B-2,居民来电,噪音,石牌街道,吵,,,2026-09-01", dry=True)
    assert tried.status_code == 200, tried.text
    assert ledger.head() == head
    assert (tried.json()["recorded"], tried.json()["refused"]) == (1, 1)
    assert tried.json()["handed_back"] is None
    taken = told(worker, NEED, "B-2,居民来电,噪音,石牌街道,吵,,,2026-09-01").json()
    assert (taken["recorded"], taken["refused"]) == (1, 1)
    back = base64.b64decode(taken["handed_back"]["content"]).decode()
    assert taken["handed_back"]["ending"] == ".csv"
    assert "噪音" in back
    assert "坡道太陡" not in back
    (entry,) = [one for one in ledger.log() if one.position > head]
    assert (entry.by.person, entry.by.role) == (calling.office.person("W01"), "COMMUNITY_WORKER")
    assert (entry.by.channel, entry.by.known) == (Channel.IMPORT, "session")
    again = told(worker, NEED).json()
    assert (again["recorded"], again["repeated"]) == (0, 1)


@pytest.mark.parametrize("staff", [*STAFF, ""])
def test_no_role_takes_in_what_it_may_not_enter(calling: Calling, staff: str) -> None:
    """Every role and every table: those who may not are told so before anything is compared."""
    program, ledger = calling(staff), calling.office.town.books.ledger
    head = ledger.head()
    for kind, table in TABLES.items():
        may = CASES[table.category].who_may[table.command]
        for dry in (True, False):
            answer = told(program, "x", kind=kind, dry=dry)
            if not staff:
                assert answer.status_code == 401
            elif STAFF[staff][0] not in may:
                assert (answer.status_code, answer.json()["rule"]) == (409, "role-permitted")
            elif kind != "need":
                assert answer.json()["rule"] == "column-missing"
    assert ledger.head() == head


def test_a_need_of_another_street_is_compared_with_nothing(calling: Calling) -> None:
    """What another street registered answers as what nobody did, whatever the row guesses."""
    engage(calling.office, "W02", "COMMUNITY_WORKER", OTHER_STREET)
    assert told(calling("W01"), NEED).json()["recorded"] == 1
    stranger = calling("W02")
    guesses = (NEED, NEED.replace("8706", "8707"), NEED.replace("B-1", "B-9"))
    answers = [told(stranger, row, dry=dry).json() for row in guesses for dry in (True, False)]
    assert {one["problems"][0]["rule"] for one in answers} == {"own-place"}
    assert len({one["problems"][0]["chinese"] for one in answers}) == 1


def test_while_others_are_taken_in_it_is_said_so(
    calling: Calling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_upload._room, "acquire", lambda **_: False)
    answer = told(calling("W01"), NEED)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": "%%%%"},
        {"content": ""},
        {"content": "YQ==", "by": "person/x"},
        {"content": "YQ==", "hidden": "true"},
        {"content": "YQ==", "mapping": {"text": 3}},
    ],
)
def test_what_is_not_of_its_form_is_taken_by_nobody(calling: Calling, body: dict[str, Any]) -> None:
    program = calling("W01")
    assert program.client.post("/tables/need", json=body).status_code == 422
    assert program.client.post("/tables/nothing", json=sent(NEED)).status_code == 422


def test_a_staff_number_is_told_to_its_unit_and_to_registrars(calling: Calling) -> None:
    office = calling.office

    def asked(staff: str, number: str) -> Any:
        return calling(staff).client.post("/people/by-staff-number", json={"staff_number": number})

    assert asked("B01", "S01").json() == {"person": office.person("S01")}
    foreign, nobody = asked("B01", "D01"), asked("B01", "nobody")
    assert foreign.status_code == nobody.status_code == 404
    assert foreign.content == nobody.content
    assert asked("", "S01").status_code == 401
