"""A resident asks to be erased by their link; the officer erases, or says why not, in time."""

from datetime import timedelta

import pytest

from domain.clocks import Deadline
from tests import clock
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


# The officer's desk.


def late(office: Office, subject: str) -> None:
    """Let the reminder and the answer's limit pass."""
    desk = office.town.books.desk
    for name in ("erasure_answer.remind_before", "erasure_answer"):
        clock.rung(desk, subject, name)
    office.house.catch_up()


def test_the_officer_finds_it_on_their_workbench_with_its_limit_and_how_it_was_counted(
    office: Office,
) -> None:
    task, _, subject = asked(office)
    number, key = office.number_of(task), subject.partition("/")[2]
    shown = office.browser("Z01").get("/").text
    assert f'href="/admin/privacy#{key}">{number}</a>' in shown
    assert "答复删除个人信息申请" in shown
    assert "15 个工作日，自 " in shown
    assert 'class="left' in shown
    privacy = office.browser("Z01").get("/admin/privacy").text
    assert f'id="{key}"' in privacy
    assert "15 个工作日，自 " in privacy
    assert "逾期</span>" not in privacy


@pytest.mark.parametrize("number", ["A01", "V01", "P01", "B01", "D02", "D01"])
def test_nobody_elses_workbench_says_who_wishes_to_be_forgotten(
    office: Office, number: str
) -> None:
    asked(office)
    assert "删除个人信息" not in office.browser(number).get("/").text


def test_the_most_urgent_comes_first_and_what_is_late_stands_in_red(office: Office) -> None:
    ledger = office.town.books.ledger
    first, _, subject = asked(office)
    with clock.at(ledger, ledger.clock() + timedelta(days=3)):
        second, _, _ = asked(office)
    office.house.catch_up()
    shown = office.browser("Z01").get("/").text
    assert shown.index(office.number_of(first)) < shown.index(office.number_of(second))
    late(office, subject)
    privacy = office.browser("Z01").get("/admin/privacy").text
    assert privacy.count("逾期</span>") == 1
    assert subject.partition("/")[2] in privacy, "late or not, it waits until it is answered"


def test_who_audits_reads_that_it_was_late_and_what_was_answered_after(office: Office) -> None:
    _, _, subject = asked(office)
    late(office, subject)
    refused = office.browser("Z01").post(
        f"/admin/privacy/{subject.partition('/')[2]}/refuse", reason=NO
    )
    assert refused.status_code == 303
    assert kinds(office, subject) == [
        "erasure_requested.v1",
        "erasure_answer_due_soon.v1",
        "erasure_answer_overdue.v1",
        "erasure_refused.v1",
    ]
    read = office.browser("A01").get("/admin/privacy").text
    assert read.index(NO) < read.index("删除申请逾期未答复"), "the newest first"


def test_it_is_gone_from_the_workbench_once_it_is_answered(office: Office) -> None:
    _, _, subject = asked(office)
    officer, key = office.browser("Z01"), subject.partition("/")[2]
    assert key in officer.get("/").text
    assert officer.post(f"/admin/privacy/{key}/refuse", reason=NO).status_code == 303
    assert key not in officer.get("/").text
