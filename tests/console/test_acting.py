"""Commands given on pages: whole lives of cases, once each, and what is refused stays typed in."""

import re

from tests.console.conftest import Browser, Office
from tests.evidence.files import GPS_MARK, jpeg
from tests.journeys.district import BUREAU

NEED = {
    "source": "RESIDENT",
    "request_type": "HELP",
    "category": "ELDER",
    "place": "440106003",
    "text": "楼道没有扶手，老人上下楼不便。",
    "name": "欧阳慕枫",
    "phone": "19900004321",
}

PHOTO = ("扶手.png", jpeg(), "image/png")


def command_id(page: str) -> str:
    found = re.search(r'name="command_id" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def registered(worker: Browser, **about: str) -> str:
    form = worker.get("/register").text
    done = worker.post("/register", command_id=command_id(form), **(NEED | about))
    assert done.status_code == 303, done.text
    address = str(done.headers["location"])
    assert re.fullmatch(r"/tasks/\w+\?receipt=\d+", address), address
    return address.partition("?")[0]


def test_a_task_goes_from_registration_to_its_end_by_forms_alone(office: Office) -> None:
    worker, dispatcher, bureau, staff, agent = map(
        office.browser, ("W01", "D01", "B01", "S01", "R01")
    )
    task = registered(worker)
    for browser, command, fields in (
        (dispatcher, "triage_task", {"urgency": "NORMAL", "duty_class": "COOPERATE"}),
        (dispatcher, "dispatch_task", {"main": BUREAU}),
        (bureau, "accept_task", {}),
        (bureau, "assign_staff", {"person": office.person("S01")}),
        (staff, "record_contact", {"result": "REACHED"}),
        (staff, "log_progress", {"note": "已上门查看，约定周三安装。"}),
        (staff, "attach_evidence", {"label": "after", "on_site": "yes", "document": PHOTO}),
        (bureau, "submit_result", {"resolved": "yes", "public_reply": "扶手已装好，可放心使用。"}),
        (dispatcher, "approve_result", {}),
        (agent, "record_callback", {"reached": "yes", "resolved": "yes", "grade": "5"}),
    ):
        form = browser.get(f"{task}/{command}")
        assert form.status_code == 200, (command, form.text)
        for name in fields:
            assert f'name="{name}"' in form.text, (command, name)
        done = browser.post(f"{task}/{command}", command_id=command_id(form.text), **fields)
        assert done.status_code == 303, (command, done.text[done.text.find("<main") :])
        shown = browser.get(done.headers["location"]).text
        assert "已入账：账本第" in shown
    (link,) = set(re.findall(rf"{task}/evidence/\d+/file", dispatcher.get(task).text))
    document = dispatcher.get(link)
    assert document.content.startswith(b"\xff\xd8\xff")
    assert GPS_MARK not in document.content
    assert document.headers["content-disposition"].endswith('.jpg"')
    assert document.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in document.headers["content-security-policy"]
    assert office.browser("A01").get(link).status_code == 404
    line = office.house.boards.tasks.by_number(task.rpartition("/")[2])
    assert line is not None
    assert line.state == "CLOSED"


def test_the_same_form_sent_twice_is_one_fact(office: Office) -> None:
    task = office.town.task()
    browser = office.browser("D01")
    address = f"/tasks/{office.number_of(task)}/triage_task"
    fields = {"urgency": "NORMAL", "duty_class": "BASIC"}
    sent = command_id(browser.get(address).text)
    first = browser.post(address, command_id=sent, **fields)
    again = browser.post(address, command_id=sent, **fields)
    assert first.headers["location"] == again.headers["location"]
    assert office.town.kinds(task).count("task_triaged.v1") == 1


def test_a_need_registered_twice_by_one_form_is_one_case(office: Office) -> None:
    browser = office.browser("W01")
    sent = command_id(browser.get("/register").text)
    first = browser.post("/register", command_id=sent, **NEED)
    again = browser.post("/register", command_id=sent, **NEED)
    assert first.headers["location"] == again.headers["location"]


def test_what_is_refused_changes_nothing_and_stays_typed_in(office: Office) -> None:
    browser = office.browser("W01")
    before = office.town.books.ledger.head()
    refused = browser.post("/register", **(NEED | {"place": "999999", "text": "写了很久的一段话"}))
    assert refused.status_code == 422
    assert "写了很久的一段话" in refused.text
    assert "规则 " in refused.text
    assert 'role="alert"' in refused.text
    assert office.town.books.ledger.head() == before


def test_a_page_gives_no_command_that_its_role_may_not(office: Office) -> None:
    """Mass assignment: what a form does not have is not taken from whoever adds it."""
    task = office.town.task()
    number = office.number_of(task)
    browser = office.browser("W01")
    assert browser.post(f"/tasks/{number}/triage_task", urgency="NORMAL").status_code == 404
    dispatcher = office.browser("D01")
    done = dispatcher.post(
        f"/tasks/{number}/triage_task",
        urgency="NORMAL",
        duty_class="BASIC",
        kind="withdraw_task",
        person=office.person("A01"),
        role="AUDITOR",
        score="100",
    )
    assert done.status_code == 303
    triaged = office.town.books.ledger.read(task)[-1]
    assert triaged.by.person == office.person("D01")
    assert "task_withdrawn.v1" not in office.town.kinds(task)


def test_the_desk_suggests_and_says_why(office: Office) -> None:
    task = office.town.task()
    browser = office.browser("D01")
    number = office.number_of(task)
    assert "研判" in browser.get("/dispatch").text
    browser.post(f"/tasks/{number}/triage_task", urgency="NORMAL", duty_class="COOPERATE")
    shown = browser.get(f"/dispatch?case={number}").text
    assert "天河区民政局" in shown
    assert "本类别牵头" in shown
    assert f'value="{BUREAU}"' in shown


def test_what_was_typed_is_never_markup(office: Office) -> None:
    task = registered(office.browser("W01"), text="<script>alert(1)</script>楼道灯坏")
    shown = office.browser("D01").get(task).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;楼道灯坏" in shown


def test_a_matter_is_split_off_by_a_form_that_asks_for_no_id(office: Office) -> None:
    task = office.town.task()
    number = office.number_of(task)
    desk = office.browser("D01")
    form = desk.get(f"/tasks/{number}/split_off_matter").text
    assert 'name="part"' not in form
    fields = {
        "category": "MEAL",
        "text": "还想订餐",
        "matter": "general",
        "command_id": "console/0192e000-0000-7000-8000-000000000001",
    }
    for _ in range(2):
        answer = desk.post(f"/tasks/{number}/split_off_matter", **fields)
        assert answer.status_code == 303, answer.text
    split = [
        one for one in office.town.books.ledger.read(task) if one.kind == "matter_split_off.v1"
    ]
    assert len(split) == 1
    assert split[0].fact["part"].startswith("task/")


def test_what_a_form_left_out_is_named_as_the_office_names_it(office: Office) -> None:
    number = office.number_of(office.town.task())
    answer = office.browser("D01").post(f"/tasks/{number}/triage_task")
    assert answer.status_code == 422
    assert "“紧急程度”未填写" in answer.text
    assert "Field required" not in answer.text
