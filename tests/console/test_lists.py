"""任务中心: what is asked for is found, kept, shown as chosen, handed out; many are acted on."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select, text

from accounts.preferences import NAME_MAX, OWN_MAX
from domain.registry.commands import SessionEnd
from domain.task.facts import TaskState
from importing.tables import LIMITS
from importing.xlsx import sheets_of
from projections.store import open_engine, prepare
from projections.task_board import TaskFilter, tasks
from services.list_columns import USUAL
from services.list_export import export_list, pieces, signed_in_still
from services.list_questions import Question
from services.many import AT_ONCE
from services.seeing import SignedOut, seer_by
from tests import accounts
from tests.console.conftest import Browser, Office
from tests.journeys.district import BUREAU, STREET


def triaged(office: Office) -> str:
    """Register and judge a task; return its number."""
    task = office.town.task()
    office.town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    office.town.ask(task, "queue_dispatch", "dispatcher")
    return office.number_of(task)


def stream_of(office: Office, number: str) -> str:
    line = office.house.boards.tasks.by_number(number)
    assert line is not None
    return line.stream


def dispatched(office: Office, *numbers: str) -> list[int]:
    """Return how often each of the tasks was dispatched."""
    return [
        office.town.kinds(stream_of(office, one)).count("task_dispatched.v1") for one in numbers
    ]


# -- asking ----------------------------------------------------------------------------------


def test_every_condition_narrows_the_list_to_what_it_means(office: Office) -> None:
    plain, sent = office.number_of(office.town.task()), triaged(office)
    urged = office.town.task()
    office.town.ask(urged, "urge_task", "center", source="CENTER")
    late = office.number_of(urged)
    office.town.ask(stream_of(office, sent), "dispatch_task", "dispatcher", main=BUREAU)
    browser = office.browser("D01")
    today = f"{datetime.now(UTC) + timedelta(hours=8):%Y-%m-%d}"
    for query, found in {
        "": {plain, sent, late},
        f"q={sent[-5:]}": {sent},
        "state=DISPATCHED": {sent},
        f"unit={BUREAU}": {sent},
        "urged=yes": {late},
        "place=440106003": {plain, sent, late},
        "round=2": set(),
        "card=RED": set(),
        "sla=OVERDUE": set(),
        "date=closed&since=2020-01-01": set(),
        f"date=registered&since={today}": {plain, sent, late},
        "date=registered&until=2020-01-01": set(),
        "date=due&since=2020-01-01": {sent},
        "pairing=00000000-0000-0000-0000-000000000000": set(),
        "state=NOT_A_STATE&since=yesterday&round=x": {plain, sent, late},
    }.items():
        shown = browser.get(f"/tasks?{query}").text
        assert {one for one in (plain, sent, late) if f'href="/tasks/{one}"' in shown} == found, (
            query
        )


def test_a_filter_never_reaches_beyond_the_duties_of_whoever_asks(office: Office) -> None:
    number = office.number_of(office.town.task())
    for query in ("", f"q={number}", "place=440106003", "place=4401", f"unit={BUREAU}"):
        assert f'href="/tasks/{number}"' not in office.browser("D02").get(f"/tasks?{query}").text


def test_a_task_whose_data_are_restricted_leaves_the_lists_it_cannot_be_opened_from(
    office: Office,
) -> None:
    task = office.town.task()
    number = office.number_of(task)
    assert number in office.browser("D01").get("/tasks").text
    office.town.ask(task, "restrict_data", "dpo", basis="个人信息保护法第四十七条")
    assert number not in office.browser("D01").get("/tasks").text
    assert number in office.browser("Z01").get("/tasks").text


def test_the_list_is_answered_from_one_index(tmp_path: Path) -> None:
    """At 100,000 tasks a line of the board is opened only to be shown."""
    engine = open_engine(f"sqlite:///{tmp_path}/boards.db")
    prepare(engine)
    wanted = TaskFilter(place="440106", round_from=2, urged=True, supervision=("RED",))
    count = select(func.count()).select_from(tasks).where(*wanted.conditions())
    with engine.connect() as connection:
        compiled = count.compile(engine, compile_kwargs={"literal_binds": True})
        asked = [row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
    assert any("COVERING INDEX board_task_as_asked" in one for one in asked), asked
    engine.dispose()


def test_the_page_says_how_many_there_are_and_turns(office: Office) -> None:
    numbers = {office.number_of(office.town.task()) for _ in range(11)}
    browser = office.browser("D01")
    first, second = (browser.get(f"/tasks?size=10&page={one}").text for one in (1, 2))
    assert "共 11 件，第 1 / 2 页" in first
    shown = [{one for one in numbers if f'href="/tasks/{one}"' in page} for page in (first, second)]
    assert [len(one) for one in shown] == [10, 1]
    assert shown[0] | shown[1] == numbers


# -- preferences -----------------------------------------------------------------------------


def form_of(browser: Browser) -> str:
    shown = browser.get("/tasks").text
    return shown.partition('name="form" value="')[2].partition('"')[0]


def test_a_saved_filter_is_the_units_and_only_its_owner_deletes_it(office: Office) -> None:
    mine, colleague, stranger = (office.browser(one) for one in ("D01", "R01", "D02"))
    form = form_of(mine)
    kept = mine.post(
        "/tasks/filters", form=form, name="待派单的", query="state=PENDING_DISPATCH&x=1"
    )
    assert kept.headers["location"] == "/tasks?state=PENDING_DISPATCH"
    for browser, there in ((mine, True), (colleague, True), (stranger, False)):
        assert ("待派单的" in browser.get("/tasks").text) is there
    assert "/tasks?state=PENDING_DISPATCH" in unescape(colleague.get("/tasks").text)
    (saved,) = office.house.preferences.filters_of(STREET)
    colleague.post("/tasks/filters/forget", form=form_of(colleague), filter=saved.id)
    assert "待派单的" in mine.get("/tasks").text
    mine.post("/tasks/filters/forget", form=form, filter=saved.id)
    assert "待派单的" not in mine.get("/tasks").text


def test_saved_filters_are_bounded_in_number_and_length_and_escaped(office: Office) -> None:
    browser = office.browser("D01")
    form = form_of(browser)
    for name in ("", " ", "长" * (NAME_MAX + 1), "a\u200bb"):
        refused = browser.post("/tasks/filters", form=form, name=name, query="open=yes")
        assert refused.status_code == 422
        assert "filter-name" in refused.text
    browser.post("/tasks/filters", form=form, name="<b>x</b>", query="q=<script>")
    shown = browser.get("/tasks").text
    assert "<b>x" not in shown
    assert "<script>" not in shown
    for at in range(OWN_MAX - 1):
        assert (
            browser.post("/tasks/filters", form=form, name=f"第{at}", query="").status_code == 303
        )
    full = browser.post("/tasks/filters", form=form, name="再来一个", query="")
    assert full.status_code == 422
    assert "filters-full" in full.text
    assert (
        browser.post("/tasks/filters", form=form, name="第0", query="open=yes").status_code == 303
    )


def test_columns_are_remembered_for_the_person_and_never_lost_to_nonsense(office: Office) -> None:
    office.town.task()
    browser = office.browser("D01")
    form = form_of(browser)
    browser.post("/tasks/columns", form=form, column=["registered", "source", "nothing"])
    again = office.browser("D01").get("/tasks").text
    assert "<th>登记时间</th>" in again
    assert "<th>主办单位</th>" not in again
    assert "<th>主办单位</th>" in office.browser("R01").get("/tasks").text
    browser.post("/tasks/columns", form=form)
    assert "<th>主办单位</th>" in browser.get("/tasks").text


@pytest.mark.parametrize(
    "address", ["/tasks/columns", "/tasks/filters", "/tasks/filters/forget", "/tasks/export"]
)
def test_another_sites_form_changes_nothing(office: Office, address: str) -> None:
    browser = office.browser("A01")
    browser.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert browser.post(address, name="x", query="").status_code == 403


# -- handing out -----------------------------------------------------------------------------


def exports(office: Office) -> list[dict[str, object]]:
    ledger = office.house.books.ledger
    return [one.fact for one in ledger.of_kind("export_made.v1")]


def test_a_list_is_handed_out_on_record_by_those_who_may(office: Office) -> None:
    number = office.number_of(office.town.task())
    browser = office.browser("A01")
    answer = browser.post("/tasks/export", form=form_of(browser), query="state=REGISTERED")
    assert answer.status_code == 200
    (sheet,) = sheets_of(io.BytesIO(answer.content), LIMITS)
    assert sheet.rows[1][0].text == "工单编号"
    assert [cells[0].text for at, cells in sheet.rows.items() if at > 1] == [number]
    assert len(sheet.rows[1]) == 1 + len(USUAL)
    (fact,) = exports(office)
    assert fact["format"] == "XLSX"
    assert fact["rows"] == 1
    assert fact["bytes"] == len(answer.content)


def test_who_may_not_export_is_told_by_the_rule_and_given_nothing(office: Office) -> None:
    office.town.task()
    browser = office.browser("D01")
    shown = browser.get("/tasks").text
    assert "现在不能：导出当前结果" in shown
    assert "role-permitted" in shown
    assert 'action="/tasks/export"' not in shown
    assert browser.post("/tasks/export", form=form_of(browser), query="").status_code == 422
    assert exports(office) == []


def test_no_cell_of_an_export_is_ever_computed(office: Office) -> None:
    accounts.enter(
        office.house.books.desk,
        "unit/440106003900-RC",
        "register_unit",
        name="=HYPERLINK(1)社区",
        unit_kind="RESIDENTS_COMMITTEE",
        division="440106003900",
    )
    office.town.task(place="440106003900")
    browser = office.browser("A01")
    answer = browser.post("/tasks/export", form=form_of(browser), query="")
    content = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in content
    (sheet,) = sheets_of(io.BytesIO(answer.content), LIMITS)
    texts = [cell.text for cells in sheet.rows.values() for cell in cells.values()]
    assert any(one.startswith("'=HYPERLINK") for one in texts)
    assert not any(one.startswith("=") for one in texts)


def test_an_export_stops_when_the_session_is_revoked(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is a table made on for somebody who is out, nor is a further piece given."""
    for _ in range(3):
        office.town.task()
    office.house.catch_up()
    at = datetime.now(UTC)
    token = office.browser("A01").client.cookies["__Host-session"]
    seer = seer_by(office.house, token, at)
    monkeypatch.setattr("services.list_export._ASK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr("services.list_export._PIECE", 1024)
    monkeypatch.setattr("services.list_export._ROWS_BETWEEN", 1)
    still = signed_in_still(seer, token)
    handed = export_list(seer, Question(), USUAL, still)
    given = pieces(handed, still)
    assert len(next(given)) == 1024
    office.house.doorkeeper.sign_out(seer.session, SessionEnd.REVOKED)
    assert list(given) == []
    before = len(exports(office))
    with pytest.raises(SignedOut):
        export_list(seer, Question(), USUAL, still)
    assert len(exports(office)) == before


# -- many at once ----------------------------------------------------------------------------


def many(browser: Browser, command: str, numbers: list[str], **fields: object) -> httpx2.Response:
    return browser.post("/tasks/many", command=command, case=numbers, **fields)


def test_many_are_dispatched_by_one_form_each_with_its_own_answer(office: Office) -> None:
    ready, another, new = triaged(office), triaged(office), office.number_of(office.town.task())
    browser = office.browser("D01")
    asked = browser.get(f"/tasks/many?command=dispatch_task&case={ready}&case={another}&case={new}")
    assert "所选 3 件，其中 2 件现在可以办" in asked.text
    assert dispatched(office, ready, another, new) == [0, 0, 0]
    none = browser.get(f"/tasks/many?command=dispatch_task&case={new}").text
    assert "其中 0 件现在可以办" in none
    assert 'name="main"' not in none, "there is nothing to fill in for"
    sent = {"main": BUREAU, "note": "请于本周内上门", "command_id": "console/11111111"}
    answer = many(browser, "dispatch_task", [ready, another, new], **sent)
    assert "已入账 2 件，未受理 1 件" in answer.text
    assert "not-in-this-state" in answer.text
    assert dispatched(office, ready, another, new) == [1, 1, 0]
    again = many(browser, "dispatch_task", [ready, another, new], **sent)
    assert "此前已入账，未重复办理" in again.text
    assert "已入账 2 件，未受理 1 件" in again.text
    assert dispatched(office, ready, another, new) == [1, 1, 0]


def test_foreign_and_absent_tasks_are_answered_alike_and_nothing_is_recorded(
    office: Office,
) -> None:
    number = triaged(office)
    absent = f"{number[:-5]}99998"
    browser = office.browser("D02")
    told = [
        many(browser, "dispatch_task", [one], main=BUREAU, command_id="console/2").text.replace(
            one, "N"
        )
        for one in (number, absent)
    ]
    assert told[0] == told[1]
    assert "nothing-here" in told[0]
    looked = [
        browser.get(f"/tasks/many?command=dispatch_task&case={one}").text.replace(one, "N")
        for one in (number, absent)
    ]
    foreign, nothing = (one.partition('name="command_id"')[0] for one in looked)
    assert foreign == nothing
    assert dispatched(office, number) == [0]


def test_none_and_too_many_are_refused_whole(office: Office) -> None:
    number = triaged(office)
    browser = office.browser("D01")
    for numbers, rule in (
        ([], "none-chosen"),
        ([number, *(f"DQ-{at}" for at in range(AT_ONCE))], "too-many-at-once"),
    ):
        answer = many(browser, "dispatch_task", numbers, main=BUREAU, command_id="console/3")
        assert answer.status_code == 422
        assert rule in answer.text
    assert dispatched(office, number) == [0]


def test_a_role_is_offered_no_command_that_is_not_its_own(office: Office) -> None:
    number = triaged(office)
    for person in ("B01", "A01", "W01", "S01"):
        browser = office.browser(person)
        assert browser.get(f"/tasks/many?command=dispatch_task&case={number}").status_code == 404
        assert many(browser, "dispatch_task", [number], main=BUREAU).status_code == 404
    assert (
        office.browser("D01").get(f"/tasks/many?command=erase_subject&case={number}").status_code
        == 404
    )
    assert dispatched(office, number) == [0]


def test_a_bureau_signs_in_for_many(office: Office) -> None:
    numbers = [triaged(office), triaged(office)]
    many(office.browser("D01"), "dispatch_task", numbers, main=BUREAU, command_id="console/4")
    answer = many(office.browser("B01"), "accept_task", numbers, command_id="console/5")
    assert "已入账 2 件，未受理 0 件" in answer.text
    office.house.catch_up()
    for number in numbers:
        line = office.house.boards.tasks.by_number(number)
        assert line is not None
        assert line.state == TaskState.ACCEPTED


def test_the_pages_are_english_for_who_reads_english(office: Office) -> None:
    number = triaged(office)
    browser = office.browser("D01")
    browser.client.cookies.set("language", "en")
    shown = browser.get("/tasks").text
    for words in ("Act on the ticked", "Choose columns", "Main unit", "1 tasks, page 1 of 1"):
        assert words in shown
    assert "Dispatch" in browser.get(f"/tasks/many?command=dispatch_task&case={number}").text
