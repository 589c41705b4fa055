"""What was found by looking at the pages, said as claims so that it stays mended."""

import re

from tests.console.conftest import Office, approve
from tests.journeys.district import BUREAU
from wording.office_words import for_people, in_office_words

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}")


def in_hand(office: Office) -> str:
    town = office.town
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    town.ask(task, "accept_task", "coordinator")
    town.ask(task, "assign_staff", "coordinator", person=town.person("staff"))
    return task


def test_refusals_are_said_to_people_without_ids_codes_or_names_of_fields(office: Office) -> None:
    number = office.number_of(in_hand(office))
    shown = office.browser("B01").get(f"/tasks/{number}").text
    told = " ".join(re.findall(r'<div class="not">.*?</div>', shown, re.DOTALL))
    assert told
    assert UUID.search(told) is None
    assert "ELDER" not in told
    assert "来者" not in told
    empty = office.browser("W01").post("/register", source="RESIDENT").text
    assert "“诉求内容”未填写" in empty
    assert "（text）" not in empty


def test_chinese_refusals_list_with_chinese_marks_and_without_gaps() -> None:
    said = in_office_words("该操作须在 TRIAGED, PENDING_DISPATCH 状态办理，任务现为 ACCEPTED。")
    assert said == "该操作须在已研判、待派单状态办理，任务现为已签收。"
    assert in_office_words("“开始”（term_start）未填写。") == "“开始”未填写。"
    assert for_people("只有主办单位可以办理，来者是街道调度员。").endswith("您是街道调度员。")


def test_what_steps_aside_or_ends_is_never_what_the_eye_is_led_to(office: Office) -> None:
    coordinator = office.browser("B01")
    number = office.number_of(in_hand(office))
    shown = coordinator.get(f"/tasks/{number}").text
    assert f'class="btn primary" href="/tasks/{number}/assign_staff"' in shown
    number = office.number_of(approve(office, office.town.task()))
    shown = coordinator.get(f"/tasks/{number}").text
    assert f'class="btn" href="/tasks/{number}/correct_registration"' in shown
    assert 'class="btn primary" href' not in shown
    dispatcher = office.browser("D01").get(f"/tasks/{office.number_of(in_hand(office))}").text
    assert "/merge_into" in dispatcher, "they may, and it is not what comes next"
    assert 'class="btn primary" href' not in dispatcher


def test_an_extension_is_asked_as_a_number_and_a_unit(office: Office) -> None:
    task = in_hand(office)
    number = office.number_of(task)
    coordinator = office.browser("B01")
    form = coordinator.get(f"/tasks/{number}/request_extension").text
    assert ">个工作日</option>" in form
    assert "5wd" not in form
    sent = {"limit": "3", "limit.unit": "wd", "reason": "等配件", "resident_informed": "yes"}
    coordinator.post(f"/tasks/{number}/request_extension", **sent)
    asked = next(
        one for one in office.town.books.ledger.read(task) if one.kind == "extension_requested.v1"
    )
    assert asked.fact["limit"] == "3wd"


def test_a_refused_extension_keeps_the_unit_that_was_chosen(office: Office) -> None:
    number = office.number_of(in_hand(office))
    again = office.browser("B01").post(
        f"/tasks/{number}/request_extension", **{"limit": "4", "limit.unit": "wh"}
    )
    assert again.status_code == 422
    assert '<option value="wh" selected>' in again.text


def test_triage_asks_for_a_grade_only_under_a_pack_that_has_grades(office: Office) -> None:
    """It asked for the resident's satisfaction, before anything was done."""
    number = office.number_of(office.town.task())
    form = office.browser("D01").get(f"/tasks/{number}/triage_task").text
    assert "满意" not in form
    assert 'name="grade"' not in form


def test_a_merged_task_shows_no_step_it_never_came_to(office: Office) -> None:
    master, merged = office.town.task(), office.town.task()
    office.town.ask(merged, "merge_into", "dispatcher", master=master)
    shown = office.browser("D01").get(f"/tasks/{office.number_of(merged)}").text
    steps = re.findall(r'<li class="(\w*)"><b>(\w+)</b>', shown)
    assert [name for state, name in steps if state == "done"] == ["登记"]


def test_the_nearest_limit_stands_first_on_the_workbench(office: Office) -> None:
    office.town.task()
    shown = office.browser("D01").get("/").text
    due = re.findall(r'<time class="left \w*" datetime="([^"]+)"', shown.partition("等单位办")[0])
    assert due == sorted(due)
