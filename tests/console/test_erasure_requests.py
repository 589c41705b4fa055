"""A resident asks to be erased by their link; the officer erases, or says why not, in time."""

import pytest

from domain.clocks import Deadline
from tests.console.conftest import Office
from tests.console.test_residents_following import done, registered

NO = "依法保存三年，期满前停止其他使用。"


def asked(office: Office) -> tuple[str, str, str]:
    """Return task, secret and resident of somebody who asked to be erased."""
    task, secret = registered(office)
    resident = office.browser()
    once = done(resident.post("/r/deletion", token=secret).text)
    told = resident.post("/r/deletion/ask", token=secret, once=once)
    assert told.status_code == 200, told.text
    assert "已记下" in told.text
    return task, secret, office.town.requester(task)


def kinds(office: Office, subject: str) -> list[str]:
    return [one.kind for one in office.town.books.ledger.read(subject)]


def test_a_request_is_recorded_once_with_its_limit_and_by_which_link(office: Office) -> None:
    task, secret, subject = asked(office)
    (fact,) = office.town.books.ledger.read(subject)
    assert (fact.kind, fact.fact["case"]) == ("erasure_requested.v1", task)
    assert (fact.by.person, fact.by.role, fact.by.known) == (subject, "RESIDENT", "link")
    answer = Deadline.model_validate(fact.fact["answer"])
    assert answer.limit == "15wd"
    resident = office.browser()
    shown = resident.post("/r/deletion", token=secret).text
    assert "答复" in shown
    assert "申请删除我的信息" not in shown
    again = resident.post("/r/deletion/ask", token=secret, once="A" * 22)
    assert (again.status_code, "已提出删除" in again.text) == (422, True)
    assert kinds(office, subject) == ["erasure_requested.v1"]


def test_the_same_form_sent_twice_is_one_request(office: Office) -> None:
    _, secret = registered(office)
    resident = office.browser()
    once = done(resident.post("/r/deletion", token=secret).text)
    for _ in range(2):
        told = resident.post("/r/deletion/ask", token=secret, once=once)
        assert told.status_code == 200, told.text


def test_the_officer_sees_it_and_refuses_with_a_reason_the_resident_reads(office: Office) -> None:
    _, secret, subject = asked(office)
    officer, key = office.browser("Z01"), subject.partition("/")[2]
    shown = officer.get("/admin/privacy").text
    assert f"/admin/privacy/{key}/refuse" in shown
    assert "还在办理" in shown
    refused = officer.post(f"/admin/privacy/{key}/refuse", reason=NO)
    assert refused.status_code == 303, refused.text
    resident = office.browser()
    told = resident.post("/r/deletion", token=secret).text
    assert NO in told
    assert "申请删除我的信息" in told, "they may ask again"
    assert f"/admin/privacy/{key}" not in officer.get("/admin/privacy").text
    assert NO in officer.get("/admin/privacy").text
    assert kinds(office, subject) == ["erasure_requested.v1", "erasure_refused.v1"]


def test_it_waits_for_the_open_task_and_then_the_key_is_gone(office: Office) -> None:
    _, secret, subject = asked(office)
    officer, key = office.browser("Z01"), subject.partition("/")[2]
    erase = {"basis": "个人信息保护法第四十七条", "sure": "yes"}
    early = officer.post(f"/admin/privacy/{key}/erase", **erase)
    assert (early.status_code, "subject-still-needed" in early.text) == (422, True)
    resident = office.browser()
    once = done(resident.post("/r/", token=secret).text)
    resident.post("/r/do", token=secret, kind="withdraw_task", once=once)
    unsure = officer.post(f"/admin/privacy/{key}/erase", basis="依申请")
    assert unsure.status_code == 422
    assert not office.town.books.vault.erased(subject)
    gone = officer.post(f"/admin/privacy/{key}/erase", **erase)
    assert gone.status_code == 303, gone.text
    assert office.town.books.vault.erased(subject)
    assert kinds(office, subject) == ["erasure_requested.v1", "subject_erased.v1"]
    assert "已经删除" in resident.post("/r/deletion", token=secret).text
    once = "A" * 22
    assert resident.post("/r/deletion/ask", token=secret, once=once).status_code == 422
    assert officer.post(f"/admin/privacy/{key}/erase", **erase).status_code == 404


@pytest.mark.parametrize("number", ["D01", "A01", "B01", "V01"])
def test_nobody_but_the_officer_answers(office: Office, number: str) -> None:
    _, _, subject = asked(office)
    other, key = office.browser(number), subject.partition("/")[2]
    for act, fields in (("refuse", {"reason": NO}), ("erase", {"basis": "依", "sure": "yes"})):
        assert other.post(f"/admin/privacy/{key}/{act}", **fields).status_code == 404
    assert kinds(office, subject) == ["erasure_requested.v1"]


def test_a_stranger_without_a_link_asks_for_nobody(office: Office) -> None:
    before = office.town.books.ledger.head()
    told = office.browser().post("/r/deletion/ask", token="A" * 22, once="B" * 22)
    assert told.status_code == 404
    assert office.town.books.ledger.head() == before
