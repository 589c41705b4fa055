"""A resident answers by a link of their own: once, in the window, on record by which way."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.console.conftest import Browser, Office
from tests.oversight.town import GRANDMOTHER

ANSWER = {"contacted": "yes", "resolved": "yes", "grade": "4"}


def handed_over(office: Office, approved: str) -> str:
    """Return the secret of a link a dispatcher handed over."""
    browser = office.browser("D01")
    number = office.number_of(approved)
    assert "发放评价链接" in browser.get(f"/tasks/{number}").text
    assert "确认" in browser.get(f"/tasks/{number}/issue_rating_link").text
    shown = browser.post(f"/tasks/{number}/issue_rating_link")
    assert shown.status_code == 200
    assert "<svg" in shown.text
    (token,) = re.findall(r"https://testserver/r/#([\w-]+)", shown.text)
    return str(token)


def answered(resident: Browser, token: str, **changed: str) -> int:
    return resident.post("/r/answer", token=token, **(ANSWER | changed)).status_code


def test_a_resident_says_whether_it_helped(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    resident = office.browser()
    page = resident.post("/r/", token=token)
    assert "双侧扶手已经装好。" in page.text
    assert "交给天河区民政局办理" in page.text
    for plain in ("name", "phone", "address"):
        assert GRANDMOTHER[plain] not in page.text
    thanks = resident.post("/r/answer", token=token, **ANSWER, text="谢谢师傅")
    assert "谢谢您" in thanks.text
    rated = next(
        one for one in office.town.books.ledger.read(approved) if one.kind == "task_rated.v1"
    )
    issued = next(
        one
        for one in office.town.books.ledger.read(approved)
        if one.kind == "rating_link_issued.v1"
    )
    assert (rated.by.channel, rated.by.known) == ("link", "link")
    assert rated.by.session == issued.fact["link"]
    assert issued.by.person == office.person("D01")
    assert (rated.fact["grade"], rated.fact["resolved"]) == (4, True)
    facts = " ".join(str(one.fact) for one in office.town.books.ledger.read(approved))
    assert token not in facts
    assert "谢谢师傅" not in facts


def test_looking_uses_nothing_up_and_answering_does(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    resident = office.browser()
    for _ in range(3):
        assert resident.get("/r/").status_code == 200
        assert resident.client.head("/r/").status_code in {200, 405}
        assert resident.post("/r/", token=token).status_code == 200
    assert answered(resident, token) == 200
    assert resident.post("/r/", token=token).status_code == 404
    assert answered(resident, token, grade="5") == 404
    assert office.town.kinds(approved).count("task_rated.v1") == 1


def test_two_answers_at_once_are_one_fact(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    residents = [office.browser() for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: answered(one, token), residents))
    assert 200 in found
    assert office.town.kinds(approved).count("task_rated.v1") == 1


def test_a_wrong_secret_and_a_used_one_are_told_alike(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    resident = office.browser()
    answered(resident, token)
    used, wrong = resident.post("/r/", token=token), resident.post("/r/", token="A" * 22)
    assert used.status_code == wrong.status_code == 404
    assert used.text == wrong.text
    assert answered(resident, "A" * 22) == 404


def test_an_answer_without_a_grade_is_asked_for_again(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    again = office.browser().post("/r/answer", token=token, contacted="yes")
    assert again.status_code == 422
    assert "请选一个满意程度" in again.text
    assert "task_rated.v1" not in office.town.kinds(approved)


def test_nobody_of_the_handling_department_hands_out_a_link(office: Office, approved: str) -> None:
    number = office.number_of(approved)
    for staff in ("B01", "S01"):
        browser = office.browser(staff)
        assert browser.post(f"/tasks/{number}/issue_rating_link").status_code == 404
    assert "rating_link_issued.v1" not in office.town.kinds(approved)


def test_the_database_holds_no_secret_of_a_link(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    folder = office.town.books.ledger.url.database
    assert folder is not None
    for file in Path(folder).parent.glob("*.db*"):
        assert token.encode() not in file.read_bytes(), file
