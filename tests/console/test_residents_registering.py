"""A resident registers by the code on the wall: no account, so much from one place, once."""

import re
from pathlib import Path

import pytest

from services.community_codes import FROM_ONE_COMMUNITY, FROM_ONE_SOURCE
from tests.console.conftest import Office
from tests.console.test_residents_following import NEED, PLACE, registered


def secret(n: int) -> str:
    return f"{n:022d}"


def count(office: Office) -> int:
    return sum(1 for _ in office.town.books.ledger.of_kind("task_registered.v1"))


def test_a_need_is_registered_for_its_own_resident_at_the_place_of_the_code(
    office: Office,
) -> None:
    task, token = registered(office)
    entry = office.town.books.ledger.read(task)[0]
    assert entry.fact["place"] == PLACE
    assert entry.fact["requester"] == entry.by.person
    assert entry.fact["answer_channel"] == "PHONE"
    assert token not in str(entry)
    for plain in list(NEED.values())[1:]:
        assert plain not in str(entry.fact)
    board = office.browser("D01").get("/dispatch").text
    assert "养老" in board


def test_the_same_form_sent_twice_is_one_need(office: Office) -> None:
    resident = office.browser()
    answers = [resident.post(f"/c/{PLACE}", following=secret(1), **NEED) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert count(office) == 1
    other = resident.post(f"/c/{PLACE}", following=secret(1), **(NEED | {"text": "另一件事"}))
    assert other.status_code == 422
    assert count(office) == 1


def test_what_is_missing_or_unknown_is_asked_for_again_and_kept(office: Office) -> None:
    resident = office.browser()
    for changed in ({"text": " "}, {"category": ""}, {"category": "X"}, {"request_type": "?"}):
        again = resident.post(f"/c/{PLACE}", following=secret(2), **(NEED | changed))
        assert again.status_code == 422, changed
        assert 'role="alert"' in again.text
        assert NEED["address"] in again.text
    assert count(office) == 0


@pytest.mark.parametrize("code", ["440106999", "440106", "999999", "x", "440106003-SO"])
def test_a_code_of_no_community_leads_nowhere(office: Office, code: str) -> None:
    resident = office.browser()
    assert resident.get(f"/c/{code}").status_code == 404
    assert resident.post(f"/c/{code}", following=secret(3), **NEED).status_code == 404
    assert count(office) == 0


def test_one_address_registers_so_many_and_another_is_heard(office: Office) -> None:
    resident = office.browser(source="203.0.113.5")
    tries = FROM_ONE_SOURCE[0]
    told = [
        resident.post(f"/c/{PLACE}", following=secret(n), **NEED).status_code
        for n in range(tries + 1)
    ]
    assert told == [200] * tries + [429]
    late = resident.post(f"/c/{PLACE}", following=secret(99), **NEED)
    assert int(late.headers["retry-after"]) > 0
    assert "分钟后再试" in late.text
    assert count(office) == tries
    other = office.browser(source="203.0.113.6")
    assert other.post(f"/c/{PLACE}", following=secret(100), **NEED).status_code == 200


def test_one_community_takes_so_many_from_a_thousand_addresses(office: Office) -> None:
    codes = office.house.codes
    for n in range(FROM_ONE_COMMUNITY[0]):
        assert codes.from_community.wait_for(PLACE) == 0, n
    resident = office.browser(source="203.0.113.77")
    assert resident.post(f"/c/{PLACE}", following=secret(1), **NEED).status_code == 429
    assert count(office) == 0
    other = resident.post("/c/440106004", following=secret(2), **NEED)
    assert other.status_code == 200  # another community has a turn of its own


def test_a_forged_address_of_origin_gains_nothing(office: Office) -> None:
    resident = office.browser(source="203.0.113.8")
    told = []
    for n in range(FROM_ONE_SOURCE[0] + 1):
        resident.client.headers["X-Forwarded-For"] = f"192.0.2.{n}"
        told.append(resident.post(f"/c/{PLACE}", following=secret(n), **NEED).status_code)
    assert told[-1] == 429


def test_more_than_a_resident_writes_is_not_read(office: Office) -> None:
    resident = office.browser()
    big = resident.post(f"/c/{PLACE}", following=secret(1), **(NEED | {"text": "长" * 40_000}))
    assert big.status_code == 413
    endless = resident.client.post(f"/c/{PLACE}", content=iter([b"text=", b"x" * 100]))
    assert endless.status_code == 413
    assert count(office) == 0


def test_another_site_registers_nothing(office: Office) -> None:
    resident = office.browser()
    resident.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert resident.post(f"/c/{PLACE}", following=secret(1), **NEED).status_code == 403
    assert count(office) == 0


def test_the_database_holds_no_secret(office: Office) -> None:
    _, token = registered(office)
    folder = office.town.books.ledger.url.database
    assert folder is not None
    for file in Path(folder).parent.glob("*.db*"):
        assert token.encode() not in file.read_bytes(), file


def test_a_worker_hangs_up_the_codes_of_their_place(office: Office) -> None:
    poster = office.browser("W01").get("/register/poster")
    assert f"https://testserver/c/{PLACE}" in poster.text
    assert "<svg" in poster.text
    assert office.browser("W01").get("/register/poster?place=440106004").status_code == 404


def test_a_worker_urges_what_they_registered(office: Office) -> None:
    worker = office.browser("W01")
    made = worker.post(
        "/register", source="COMMUNITY", category="ELDER", place=PLACE, text="路灯不亮"
    )
    number = made.headers["location"].split("/")[2].partition("?")[0]
    page = worker.get("/register/mine").text
    assert number in page
    (command_id,) = re.findall(r'name="command_id" value="([^"]+)"', page)
    for _ in range(2):
        urged = worker.post("/register/mine", number=number, command_id=command_id)
        assert urged.status_code == 303
    line = office.house.boards.tasks.by_number(number)
    assert line is not None
    assert line.urged == 1
    assert "1 次" in worker.get("/register/mine").text


def test_what_somebody_else_registered_is_not_mine(office: Office) -> None:
    task, _ = registered(office)
    number = office.number_of(task)
    worker = office.browser("W01")
    assert number not in worker.get("/register/mine").text
    absent = worker.post("/register/mine", number="DQ000")
    foreign = worker.post("/register/mine", number=number)
    assert (absent.status_code, absent.text) == (foreign.status_code, foreign.text)
    assert foreign.status_code == 404
    assert "task_urged.v1" not in office.town.kinds(task)
