"""A resident follows their matter by a link: urges, appeals, withdraws, sees who looked."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from desk.clerking import look, run_errand
from domain.sealed import Sealed
from services.following import ACTS
from services.unmasking import under_grant
from tests.accounts import BY_KEY
from tests.console.conftest import Browser, Office
from tests.console.test_residents import handed_over
from tests.oversight.town import GRANDMOTHER

PLACE = "440106003"
NEED = {
    "category": "ELDER",
    "text": "三楼楼道灯坏了半个月",
    "name": "司徒静好",
    "phone": "13922221111",
    "address": "石牌西路八号后座",
}


def registered(office: Office, **changed: str) -> tuple[str, str]:
    """Return task and secret of a need registered by the street's code."""
    resident = office.browser(source="198.51.100.7")
    form = resident.get(f"/c/{PLACE}")
    (secret,) = re.findall(r'name="following" value="([\w-]{22})"', form.text)
    taken = resident.post(f"/c/{PLACE}", following=secret, **(NEED | changed))
    assert taken.status_code == 200, taken.text
    assert f"/r/#{secret}" in taken.text
    office.house.catch_up()
    (number,) = re.findall(r'<dd class="num">(\w+)</dd>', taken.text)
    line = office.house.boards.tasks.by_number(number)
    assert line is not None
    return line.stream, secret


def done(page: str) -> str:
    (once,) = set(re.findall(r'name="once" value="([\w-]{22})"', page))
    return once


def test_a_resident_sees_how_it_goes_and_urges(office: Office) -> None:
    task, secret = registered(office)
    office.town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    resident = office.browser()
    shown = resident.post("/r/", token=secret)
    assert "等街道派单" in shown.text
    assert "已受理您的诉求" in shown.text
    assert "催一催" in shown.text
    assert "我要申诉" not in shown.text  # the decider would not take it now
    once = done(shown.text)
    for _ in range(2):
        again = resident.post("/r/do", token=secret, kind="urge_task", text="灯还没亮", once=once)
        assert "已记下" in again.text
    assert office.town.kinds(task).count("task_urged.v1") == 1
    urged = office.town.books.ledger.read(task)[-1]
    opened = office.town.books.ledger.read(task)[0]
    assert (urged.by.channel, urged.by.known) == ("link", "link")
    assert urged.by.session == opened.fact["link"]
    assert (opened.by.known, opened.by.session) == ("public-code", PLACE)


def test_two_urges_at_once_are_one_fact(office: Office) -> None:
    task, secret = registered(office)
    residents = [office.browser() for _ in range(2)]
    once = "a" * 22

    def urge(one: Browser) -> int:
        return one.post("/r/do", token=secret, kind="urge_task", once=once).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(urge, residents)) == [200, 200]
    assert office.town.kinds(task).count("task_urged.v1") == 1


def test_a_resident_withdraws_and_nothing_else_is_offered(office: Office) -> None:
    task, secret = registered(office)
    resident = office.browser()
    gone = resident.post("/r/do", token=secret, kind="withdraw_task", text="自己修好了")
    assert "已撤回" in gone.text
    assert "task_cancelled.v1" in office.town.kinds(task)
    assert "催一催" not in gone.text
    refused = resident.post("/r/do", token=secret, kind="urge_task")
    assert refused.status_code == 422
    assert "task_urged.v1" not in office.town.kinds(task)


def test_whoever_rated_appeals_by_the_link_they_were_given(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    resident = office.browser()
    asked = resident.post("/r/", token=token)
    (following,) = re.findall(r'name="following" value="([\w-]{22})"', asked.text)
    answer = {"token": token, "following": following, "grade": "4"}
    thanks = resident.post("/r/answer", **answer)
    assert f"/r/#{following}" in thanks.text
    assert resident.post("/r/answer", **answer).status_code == 200  # sent twice, told twice
    assert office.town.kinds(approved).count("task_rated.v1") == 1
    shown = resident.post("/r/", token=following)
    assert "我要申诉" in shown.text
    empty = resident.post("/r/do", token=following, kind="appeal_closure", text=" ")
    assert empty.status_code == 422
    taken = resident.post("/r/do", token=following, kind="appeal_closure", text="扶手又松了")
    assert "重新办理" in taken.text
    assert "task_reopened.v1" in office.town.kinds(approved)
    assert resident.post("/r/", token=token).status_code == 404


def test_whoever_follows_rates_without_asking_a_clerk(office: Office) -> None:
    task, secret = registered(office)
    _handled(office, task)
    resident = office.browser()
    assert "我要评价" in resident.post("/r/", token=secret).text
    asking = resident.post("/r/rate", token=secret)
    (token,) = set(re.findall(r'name="token" value="([\w-]{22})"', asking.text))
    assert token != secret
    assert resident.post("/r/answer", token=secret, grade="5").status_code == 404
    assert resident.post("/r/answer", token=token, grade="5").status_code == 200
    issued, rated = office.town.books.ledger.read(task)[-2:]
    assert (issued.kind, issued.by.role) == ("rating_link_issued.v1", "RESIDENT")
    assert (rated.kind, rated.by.session) == ("task_rated.v1", issued.fact["link"])


def _handled(office: Office, task: str) -> None:
    town, picture = office.town, "iVBORw0KGgo="
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main="440106-MZJ")
    town.ask(task, "accept_task", "coordinator")
    town.ask(task, "assign_staff", "coordinator", person=town.person("staff"))
    town.ask(task, "record_contact", "staff", result="REACHED")
    town.ask(
        task, "attach_evidence", "staff", label="after", media_type="image/png", document=picture
    )
    town.ask(task, "submit_result", "coordinator", resolved=True, public_reply="灯已修好。")
    town.ask(task, "approve_result", "dispatcher")


def test_links_of_another_task_another_kind_and_none_are_told_alike(
    office: Office, approved: str
) -> None:
    rating = handed_over(office, approved)
    task, secret = registered(office)
    resident = office.browser()
    resident.post("/r/answer", token=rating, grade="4")
    wrong = resident.post("/r/", token="A" * 22)
    assert wrong.status_code == 404
    for address, token in (("/r/", rating), ("/r/do", rating), ("/r/rate", "B" * 22)):
        told = resident.post(address, token=token, kind="urge_task")
        assert (told.status_code, told.text.replace(address, "/r/")) == (404, wrong.text)
    office.town.ask(task, "restrict_data", "dpo", basis="本人申请")
    assert resident.post("/r/", token=secret).text == wrong.text


def test_looking_ahead_uses_nothing_up(office: Office) -> None:
    task, secret = registered(office)
    before = len(office.town.books.ledger.read(task))
    robot = office.browser()
    for address in ("/r/", f"/c/{PLACE}"):
        assert robot.get(address).status_code == 200
        assert robot.client.head(address).status_code in {200, 405}
    for _ in range(3):
        assert robot.post("/r/", token=secret).status_code == 200
    assert len(office.town.books.ledger.read(task)) == before


def test_who_looked_is_told_by_unit_role_and_reason_and_not_by_name(
    office: Office, approved: str
) -> None:
    task, secret = registered(office)
    town = office.town
    resident = office.browser()
    assert "没有。" in resident.post("/r/seen", token=secret).text
    for case in (task, approved):
        grant = town.grant(case)
        use = under_grant(town.books, grant, town.person("auditor"), case, BY_KEY)
        use.text(Sealed.model_validate(town.books.ledger.read(case)[0].fact["phone"]))
    seen = resident.post("/r/seen", token=secret).text
    assert seen.count("核查办理过程") == 1
    assert "天河区民政局（审计员）" in seen
    assert "测试auditor" not in seen
    assert NEED["phone"] not in seen


def test_deletion_names_whom_to_ask(office: Office) -> None:
    task, secret = registered(office)
    told = office.browser().post("/r/deletion", token=secret).text
    assert "天河区民政局" in told
    assert office.number_of(task) in told
    assert "这件事还在办理" in told


def test_the_parts_of_a_call_are_seen_together(office: Office) -> None:
    task, secret = registered(office)
    part = "task/0192f3a0-0000-7000-8000-00000000c001"
    office.town.ask(
        task,
        "split_off_matter",
        "dispatcher",
        part=part,
        category="MEAL",
        matter="m",
        text="没饭堂",
    )
    assert "您这次来电" not in office.browser().post("/r/", token=secret).text
    _as_its_clerk(office, task)
    told = office.browser().post("/r/", token=secret).text
    assert "您这次来电共 2 件事" in told
    assert "社区助餐" in told
    assert "（本件）" in told


def _as_its_clerk(office: Office, task: str) -> None:
    """Have the task's errands run, as its clerk does."""
    books = office.town.books
    for version, errand in look(books.desk, task, 0).errands:
        run_errand(books.desk, task, version, errand.command_id)


@pytest.mark.parametrize("words", [("en", "Your request"), ("zh", "您反映的")])
def test_language_and_size_change_by_one_tap_and_keep_the_place(
    office: Office, words: tuple[str, str]
) -> None:
    _, secret = registered(office)
    resident = office.browser()
    if words[0] == "en":
        english = resident.post("/r/", token=secret, show="language")
        assert '<html lang="en">' in english.text
        assert "Ask how long it takes" in english.text
        assert re.search(r">[^<]*[\u4e00-\u9fff][^<]*<", _without_names(english.text)) is None
    large = resident.post("/r/", token=secret, show="large")
    assert 'class="large"' in large.text
    assert words[1] in large.text


def _without_names(page: str) -> str:
    """Return a page without what is Chinese in every language: the seal, names, the switch."""
    for name in ("结", "中文", "石牌街道办事处"):
        page = page.replace(f">{name}<", "><")
    return page.replace("石牌街道办事处", "")


def test_no_personal_data_and_no_secret_in_logs_headers_or_addresses(office: Office) -> None:
    with capture_logs() as logs:
        _, secret = registered(office)
        resident = office.browser()
        answers = [
            resident.post("/r/", token=secret),
            resident.post("/r/do", token=secret, kind="urge_task", text=NEED["text"]),
            resident.post("/r/seen", token=secret),
            resident.post("/r/deletion", token=secret),
        ]
    told = str(logs)
    for answer in answers:
        told += str(answer.url) + str(answer.headers.multi_items()) + str(resident.client.cookies)
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    for kept in (secret, *list(NEED.values())[1:], *GRANDMOTHER.values()):
        assert kept not in told
    for answer in answers:
        for kept in (NEED["name"], NEED["phone"], NEED["address"]):
            assert kept not in answer.text


def test_guessing_takes_long_and_another_address_is_heard(office: Office) -> None:
    _, secret = registered(office)
    guesser = office.browser(source="203.0.113.9")
    told = [guesser.post("/r/", token=f"{n:022d}").status_code for n in range(12)]
    assert told == [404] * 10 + [429] * 2
    wait = guesser.post("/r/", token=secret)
    assert wait.status_code == 429  # the right one is not told from a wrong one
    assert int(wait.headers["retry-after"]) > 0
    assert "请稍后再试" in wait.text
    assert office.browser().post("/r/", token=secret).status_code == 200


def test_one_link_does_so_much_an_hour(office: Office) -> None:
    task, secret = registered(office)
    resident = office.browser()
    told = [
        resident.post("/r/do", token=secret, kind="urge_task", once=f"{n:022d}").status_code
        for n in range(ACTS[0] + 1)
    ]
    assert told == [200] * ACTS[0] + [429]
    assert office.town.kinds(task).count("task_urged.v1") == ACTS[0]


def test_every_page_of_a_resident_is_small(office: Office, approved: str) -> None:
    token = handed_over(office, approved)
    _, secret = registered(office)
    resident = office.browser()
    style = len(resident.get("/static/resident.css").content)
    script = len(resident.get("/static/resident.js").content)
    pages = [
        resident.get("/r/"),
        resident.get(f"/c/{PLACE}"),
        resident.post("/r/", token=token),
        resident.post("/r/", token=secret),
        resident.post("/r/seen", token=secret),
        resident.post("/r/deletion", token=secret),
        resident.post("/r/answer", token=token, grade="4"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "console.css" not in page.text
        assert len(page.content) + style + script < 30 * 1024


def test_another_site_has_nothing_done(office: Office) -> None:
    task, secret = registered(office)
    resident = office.browser()
    resident.client.headers["Sec-Fetch-Site"] = "cross-site"
    for address in ("/r/do", "/r/rate", "/r/answer"):
        told = resident.post(address, token=secret, kind="urge_task", grade="5")
        assert told.status_code == 403
    assert len(office.town.books.ledger.read(task)) == 1
