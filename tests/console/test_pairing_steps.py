"""A pairing is started by forms alone, left and resumed; what is wrong is told and not recorded."""

import hashlib
import re
from pathlib import Path

import pytest

from desk.casework import Asking
from desk.identifiers import new_uuid7
from domain.envelope import SYSTEM
from tests import accounts
from tests.console.conftest import OTHER_STREET, STAFF, Browser, Office, engage
from tests.importing import offices
from tests.journeys.district import BUREAU, CENTER, STREET

AUTHORITY = "440106-ZZB"
HEALTH = "440106-WJJ"
PLACE = "440106003"
NEW = {
    "street": STREET,
    "center": CENTER,
    "departments": [BUREAU, HEALTH],
    "lead": BUREAU,
    "categories": ["ELDER"],
    "title": "石牌街道养老结对",
    "term_start": "2027-01-01",
    "term_end": "2028-01-01",
}
ABSENT = new_uuid7()


@pytest.fixture
def staffed(office: Office) -> Office:
    return with_partners(office)


def with_partners(office: Office) -> Office:
    """Add a health bureau and an organisation department to *office*, each with its person."""
    desk = office.town.books.desk
    for code, name, kind, line in (
        (AUTHORITY, "天河区委组织部", "ORGANIZATION_DEPT", None),
        (HEALTH, "天河区卫生健康局", "DEPARTMENT", "health"),
    ):
        told = {"name": name, "unit_kind": kind, "division": "440106"}
        accounts.enter(
            desk, f"unit/{code}", "register_unit", **(told | ({"line": line} if line else {}))
        )
    engage(office, "O01", "PARTY_AUTHORITY", AUTHORITY)
    engage(office, "H01", "DEPT_COORDINATOR", HEALTH)
    return office


def command_id(page: str) -> str:
    found = re.search(r'name="command_id" value="([^"]+)"', page)
    assert found is not None, page[page.find("<main") :]
    return found.group(1)


def said(answer: object) -> str:
    """Return the text of the page without what stands around it."""
    text = str(answer.text)  # type: ignore[attr-defined]
    return text[text.find("<main") :]


def drafted(office: Office, **about: object) -> str:
    """Draft the pairing and return its address."""
    browser = office.browser("C01")
    form = browser.get(f"/pairings/new?street={STREET}").text
    done = browser.post("/pairings/new", command_id=command_id(form), **(NEW | about))
    assert done.status_code == 303, said(done)
    address = str(done.headers["location"])
    assert re.fullmatch(r"/pairings/[0-9a-f-]{36}/start/lists\?receipt=\d+", address)
    return address.partition("/start")[0]


def rows(*items: tuple[str, str], place: str = PLACE) -> dict[str, list[str]]:
    return {
        "title": [title for title, _ in items],
        "category": [category for _, category in items],
        "place": [place for _ in items],
        "code": ["" for _ in items],
    }


def attached(browser: Browser, address: str, kind: str, *items: tuple[str, str]) -> None:
    """Type a list, check it, and have it recorded as it was shown."""
    checked = browser.post(f"{address}/attach_list", list=kind, do="check", **rows(*items))
    assert checked.status_code == 200, said(checked)
    done = browser.post(f"{address}/attach_list", list=kind, do="record", **hidden(checked.text))
    assert done.status_code == 303, said(done)


def hidden(page: str) -> dict[str, list[str]]:
    """Return the rows a preview holds."""
    names = ("code", "title", "category", "place")
    return {
        name: re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
        for name in names
    }


def pressed(browser: Browser, address: str, command: str, **fields: object) -> None:
    done = browser.post(
        f"{address}/{command}", command_id=f"console/{new_uuid7()}", back=f"{address}/x", **fields
    )
    assert done.status_code == 303, said(done)


def signs(browser: Browser, address: str, **about: object) -> None:
    page = browser.get(f"{address}/start/signatures").text
    terms = re.findall(r'name="terms" value="([^"]+)"', page)
    assert terms
    done = browser.post(
        f"{address}/sign_agreement",
        terms=terms,
        digest=digest_of(page),
        **({"how": "session"} | about),
    )
    assert done.status_code == 303, said(done)


def digest_of(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found is not None, page[page.find("<main") :]
    return found.group(1)


def submitted(office: Office, address: str) -> None:
    """Do what the signing conversation does once everybody has signed."""
    asking = Asking(f"talk/{new_uuid7()}", SYSTEM, {"kind": "submit_for_approval"})
    office.town.books.desk.record_now(stream_of(address), [asking])


def stream_of(address: str) -> str:
    return f"pairing/{address.rpartition('/')[2]}"


def state_of(office: Office, address: str) -> str:
    office.house.catch_up()
    line = office.house.boards.pairings.get(stream_of(address))
    assert line is not None
    return line.state


def test_a_pairing_is_started_by_forms_alone_by_everybody_in_turn(staffed: Office) -> None:
    center, civil, health, street, authority = map(
        staffed.browser, ("C01", "B01", "H01", "D01", "O01")
    )
    address = drafted(staffed)
    assert "need-list-first" in center.get(f"{address}/start/lists").text
    attached(center, address, "NEED", ("加装扶手", "ELDER"), ("入户体检", "ELDER"))
    attached(civil, address, "RESOURCE", ("扶手补助 36 万元", "ELDER"))
    attached(civil, address, "PROJECT", ("云桂居无障碍", "ELDER"))
    shown = center.get(f"{address}/start/lists").text
    assert "都有“扶手”" in shown
    assert "need-resource-match@1" in shown
    assert "need-list-first" not in shown
    pressed(center, address, "propose_pairing")
    for browser in (civil, health, street):
        assert "同意提议</button>" in browser.get(f"{address}/start/lists").text
        pressed(browser, address, "accept_proposal")
    # Left and resumed: the start goes on where the facts stand.
    assert civil.get(f"{address}/start").headers["location"] == f"{address}/start/claims"
    page = civil.get(f"{address}/start/claims").text
    items = re.findall(r'name="item" value="([^"]+)"', page)
    assert sorted(items) == ["N-1", "N-2", "P-1"]
    for item in items:
        pressed(civil, address, "claim_project", item=item)
    assert civil.get(f"{address}/start").headers["location"] == f"{address}/start/signatures"
    signs(center, address)
    shown = street.get(f"{address}/start/signatures").text
    assert "all-signed" in shown
    scan = b"%PDF-1.7 signed and sealed"
    signs(civil, address)
    signs(street, address)
    signs(health, address, how="scan", scan=("协议.pdf", scan, "application/pdf"))
    submitted(staffed, address)
    assert civil.get(f"{address}/start").headers["location"] == f"{address}/start/approval"
    assert "天河区委组织部" in civil.get(f"{address}/start/approval").text
    assert f'href="{address}/approve_pairing"' in authority.get("/").text
    shown = authority.get(f"{address}/start/approval").text
    assert hashlib.sha256(scan).hexdigest() in shown
    assert "与所签内容不符" not in shown
    pressed(authority, address, "approve_pairing")
    assert state_of(staffed, address) == "ACTIVE"
    assert center.get(f"{address}/start").headers["location"] == address
    page = center.get(address).text
    for said_there in ("云桂居无障碍", "扶手补助 36 万元", "天河区民政局", "协议摘要"):
        assert said_there in page


def test_a_pairing_that_was_withdrawn_waits_for_nobody(staffed: Office) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    pressed(browser, address, "withdraw_pairing", reason="改由区里统筹")
    assert browser.get(f"{address}/start").headers["location"] == address
    page = browser.get(f"{address}/start/lists").text
    assert "这一步现在没有等人办的事" in page
    assert page.count("已完成") == 1
    assert "进行中</span>" not in page


def test_a_step_says_where_nobody_could_speak(office: Office) -> None:
    """A bureau without a coordinator would hold a pairing up unseen."""
    desk = office.town.books.desk
    told = {"name": "天河区卫生健康局", "unit_kind": "DEPARTMENT", "division": "440106"}
    accounts.enter(desk, f"unit/{HEALTH}", "register_unit", **told)
    address = drafted(office)
    page = office.browser("C01").get(f"{address}/start/lists").text
    assert "名册中还没有人担任" in page
    assert "天河区卫生健康局 · 职能部门协调员" in page


def test_who_may_claim_what_is_said_by_the_decider_in_words(staffed: Office) -> None:
    """Civil affairs has no part in childcare, nor health in what is left once it claimed."""
    address = drafted(staffed)
    center, civil = staffed.browser("C01"), staffed.browser("B01")
    attached(center, address, "NEED", ("加装扶手", "ELDER"), ("托位", "CHILDCARE"))
    pressed(center, address, "propose_pairing")
    for number in ("B01", "H01", "D01"):
        pressed(staffed.browser(number), address, "accept_proposal")
    page = civil.get(f"{address}/start/claims").text
    assert re.findall(r'name="item" value="([^"]+)"', page) == ["N-1"]
    assert "不牵头也不配合类别 托育" in page
    assert "civil_affairs" not in page
    pressed(civil, address, "claim_project", item="N-1")
    turns = said(civil.get(f"{address}/start/claims")).partition("轮到谁")[2].partition("</ul>")[0]
    assert "天河区卫生健康局" in turns
    assert "天河区民政局" not in turns


def test_all_parties_sign_the_same_content(staffed: Office) -> None:
    address = negotiated(staffed)
    digests = set()
    for number in ("C01", "B01"):
        browser = staffed.browser(number)
        digests.add(digest_of(browser.get(f"{address}/start/signatures").text))
        signs(browser, address)
        if number == "C01":
            pressed(staffed.browser("B01"), address, "claim_project", item="N-1")
    assert len(digests) == 1
    facts = [
        one.fact
        for one in staffed.town.books.ledger.read(stream_of(address))
        if one.kind == "agreement_signed.v1"
    ]
    assert {one["signature"] for one in facts} == {f"agreement sha-256={digests.pop()}"}


def negotiated(office: Office, **about: object) -> str:
    """Bring a pairing to where projects are claimed and parties sign."""
    address = drafted(office, **about)
    center = office.browser("C01")
    attached(center, address, "NEED", ("加装扶手", "ELDER"))
    pressed(center, address, "propose_pairing")
    for number in ("B01", "H01", "D01"):
        pressed(office.browser(number), address, "accept_proposal")
    return address


def test_another_agreement_than_the_one_shown_is_not_signed(staffed: Office) -> None:
    address = negotiated(staffed)
    browser = staffed.browser("B01")
    page = browser.get(f"{address}/start/signatures").text
    terms = re.findall(r'name="terms" value="([^"]+)"', page)
    before = staffed.town.books.ledger.head()
    other = browser.post(f"{address}/sign_agreement", terms=terms, digest="0" * 64, how="session")
    assert (other.status_code, "agreement-changed" in other.text) == (422, True)
    some = browser.post(
        f"{address}/sign_agreement", terms=terms[:1], digest=digest_of(page), how="session"
    )
    assert (some.status_code, "terms-missing" in some.text) == (422, True)
    no_page = browser.post(
        f"{address}/sign_agreement", terms=terms, digest=digest_of(page), how="scan"
    )
    assert (no_page.status_code, "scan-missing" in no_page.text) == (422, True)
    assert staffed.town.books.ledger.head() == before


def test_a_counter_proposal_leads_back_to_the_lists(staffed: Office) -> None:
    address = drafted(staffed)
    center = staffed.browser("C01")
    attached(center, address, "NEED", ("加装扶手", "ELDER"))
    pressed(center, address, "propose_pairing")
    pressed(staffed.browser("B01"), address, "counter_propose", text="请缩减为两个社区")
    for number in ("H01", "D01"):
        pressed(staffed.browser(number), address, "accept_proposal")
    assert center.get(f"{address}/start").headers["location"] == f"{address}/start/lists"
    page = center.get(f"{address}/start/lists").text
    assert "请缩减为两个社区" in page
    assert "提议结对</button>" in page
    attached(center, address, "NEED", ("加装扶手（龙口东、瑞华）", "ELDER"))
    pressed(center, address, "propose_pairing")
    assert state_of(staffed, address) == "PROPOSED"


def test_departments_are_suggested_by_what_they_handled_in_the_street(staffed: Office) -> None:
    town = staffed.town
    for _ in range(2):
        task = town.task()
        town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
        town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    page = staffed.browser("C01").get("/pairings/new").text
    assert "近 12 个月办理 2 件" in page
    assert page.index("天河区民政局") < page.index("天河区卫生健康局")


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"term_end": "2026-01-01"}, "term-runs-forward"),
        ({"term_end": "2099-01-01"}, "term-max"),
        ({"term_end": "明年"}, "field-unclear"),
        ({"departments": [BUREAU, AUTHORITY]}, "party-kind"),
        ({"lead": CENTER}, "lead-is-department"),
        ({"departments": [BUREAU, BUREAU]}, "parties-differ"),
        ({"title": "联系 13800138000"}, "no-personal-data"),
        ({"categories": ["NO_SUCH"]}, "category-known"),
    ],
)
def test_wrong_parties_are_refused_with_the_rule_and_stay_typed_in(
    staffed: Office, wrong: dict[str, object], rule: str
) -> None:
    browser = staffed.browser("C01")
    before = staffed.town.books.ledger.head()
    refused = browser.post("/pairings/new", **(NEW | {"title": "写好的名称"} | wrong))
    assert refused.status_code == 422
    assert f"规则 {rule}" in refused.text
    assert str(wrong.get("title", "写好的名称")) in refused.text
    assert re.search(rf'value="{BUREAU}" checked', refused.text)
    assert staffed.town.books.ledger.head() == before


def test_the_same_form_sent_twice_is_one_pairing(staffed: Office) -> None:
    browser = staffed.browser("C01")
    sent = command_id(browser.get("/pairings/new").text)
    first = browser.post("/pairings/new", command_id=sent, **NEW)
    again = browser.post("/pairings/new", command_id=sent, **NEW)
    assert first.headers["location"] == again.headers["location"]


def test_typed_rows_are_checked_before_anything_is_recorded(staffed: Office) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    before = staffed.town.books.ledger.head()
    typed = rows(("加装扶手", "ELDER"), ("食堂晚餐", ""), ("", "ELDER"))
    more = browser.post(f"{address}/attach_list", list="NEED", do="more", **typed)
    assert (more.status_code, more.text.count('<fieldset class="item">')) == (200, 3 + 5)
    checked = browser.post(f"{address}/attach_list", list="NEED", do="check", **typed)
    assert "第 2 行</span> “服务类别”请填" in checked.text
    assert "第 3 行</span> “项目名称”未填写" in checked.text
    assert 'value="食堂晚餐"' in checked.text
    assert "入账的是下面" not in checked.text
    assert staffed.town.books.ledger.head() == before


def test_what_is_pasted_is_read_with_every_oddity_named(staffed: Office) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    before = staffed.town.books.ledger.head()
    pasted = (
        "项目名称\t服务类别\t地点\t责任人\n"
        "加装扶手, 坡道\t养老\t\t张三\n"
        "食堂晚餐\t没有的类别\t\t\n"
        "托育\t养老\t别的街道社区\t\n"
    )
    checked = browser.post(f"{address}/attach_list", list="NEED", do="check", pasted=pasted)
    assert checked.status_code == 200
    assert "入账的是下面 1 项" in checked.text
    assert hidden(checked.text)["title"] == ["加装扶手, 坡道"]
    assert "--mapping" not in checked.text
    for odd in ("B3</span> “服务类别”请填", "C4</span> “地点”不是", "“责任人”列未采用。"):
        assert odd in checked.text, said(checked)
    assert staffed.town.books.ledger.head() == before
    done = browser.post(f"{address}/attach_list", list="NEED", do="record", **hidden(checked.text))
    assert done.status_code == 303
    assert "加装扶手, 坡道" in browser.get(f"{address}/start/lists").text


def test_columns_without_headings_are_read_in_the_usual_order_and_that_is_said(
    staffed: Office,
) -> None:
    address = drafted(staffed)
    pasted = "加装扶手\tELDER\n助浴\tELDER"
    read = staffed.browser("C01").post(
        f"{address}/attach_list", list="NEED", do="read", pasted=pasted
    )
    assert "没有列名" in read.text
    assert 'value="加装扶手"' in read.text
    assert 'value="助浴"' in read.text


def test_a_list_is_taken_from_a_workbook_and_a_file_that_is_none_is_named(
    staffed: Office, tmp_path: Path
) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    lines = (
        ("石牌街道需求清单", "", ""),
        ("编号", "项目名称", "服务类别"),
        ("XQ-1", "加装扶手", "ELDER"),
        ("XQ-1", "助浴", "ELDER"),
    )
    book = offices.xlsx(tmp_path / "list.xlsx", lines).read_bytes()
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    checked = browser.post(
        f"{address}/attach_list", list="NEED", do="check", file=("需求.xlsx", book, sheet)
    )
    assert hidden(checked.text)["code"] == ["XQ-1"]
    assert "A4</span> “编号”在本结对的清单中已有" in checked.text
    for content, told_as in (
        (b"%PDF-1.7 no table", "文件内容不是表格"),
        (b"PK\x03\x04 broken", "文件已损坏"),
        (b"a,b\n1,2\n", "找不到这些列"),
    ):
        odd = browser.post(
            f"{address}/attach_list", list="NEED", do="check", file=("a.xlsx", content, sheet)
        )
        assert odd.status_code == 200
        assert told_as in odd.text, said(odd)
        assert "入账的是下面" not in odd.text


def test_what_the_decider_refuses_of_a_list_is_told_and_stays(staffed: Office) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    before = staffed.town.books.ledger.head()
    typed = rows(("找 13800138000", "ELDER")) | {"code": ["N-1"]}
    for do in ("check", "record"):
        refused = browser.post(f"{address}/attach_list", list="NEED", do=do, **typed)
        assert refused.status_code == 422
        assert "规则 no-personal-data" in refused.text
        assert 'value="找 13800138000"' in refused.text
    assert staffed.town.books.ledger.head() == before


def activated(office: Office) -> str:
    """Bring a pairing into force."""
    address = negotiated(office)
    pressed(office.browser("B01"), address, "claim_project", item="N-1")
    for number in ("C01", "B01", "H01", "D01"):
        signs(office.browser(number), address)
    submitted(office, address)
    pressed(office.browser("O01"), address, "approve_pairing")
    return address


def test_a_list_of_a_running_pairing_is_revised_with_a_reason(staffed: Office) -> None:
    address = activated(staffed)
    browser = staffed.browser("C01")
    assert f'href="{address}/revise_lists"' in browser.get(address).text
    shown = browser.get(f"{address}/revise_lists?list=NEED").text
    assert 'value="加装扶手"' in shown
    typed = rows(("加装扶手", "ELDER"), ("助浴", "ELDER"))
    no_reason = browser.post(f"{address}/revise_lists", list="NEED", do="check", **typed)
    assert no_reason.status_code == 422
    checked = browser.post(
        f"{address}/revise_lists", list="NEED", do="check", reason="居民新提出", **typed
    )
    assert "居民新提出" in checked.text
    done = browser.post(
        f"{address}/revise_lists",
        list="NEED",
        do="record",
        reason="居民新提出",
        **hidden(checked.text),
    )
    assert done.status_code == 303, said(done)
    assert state_of(staffed, address) == "ADJUSTING"


def test_a_party_leaves_with_a_plan_and_its_task_is_taken_over(staffed: Office) -> None:
    address = activated(staffed)
    town = staffed.town
    task = town.task(pairing=stream_of(address), ad_hoc=False)
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    bureau, health = staffed.browser("B01"), staffed.browser("H01")
    assert f'href="{address}/request_exit"' in bureau.get(address).text
    form = bureau.get(f"{address}/request_exit").text
    assert f'name="successors/{task}"' in form
    alone = bureau.post(f"{address}/request_exit", reason="机构改革")
    assert (alone.status_code, "successors-named" in alone.text) == (422, True)
    pressed(bureau, address, "request_exit", reason="机构改革", **{f"successors/{task}": HEALTH})
    assert state_of(staffed, address) == "TERMINATING"
    form = health.get(f"{address}/hand_over_task").text
    assert staffed.number_of(task) in form
    assert 'name="unit"' not in form
    wrong = staffed.browser("D01").post(f"{address}/hand_over_task", task=task)
    assert (wrong.status_code, "successor-only" in wrong.text) == (422, True)
    pressed(health, address, "hand_over_task", task=task)
    assert town.kinds(stream_of(address))[-1] == "task_handed_over.v1"


ROUTES = (
    "start",
    *(f"start/{step}" for step in ("parties", "lists", "claims", "signatures", "approval")),
    "attach_list",
    "revise_lists",
    "sign_agreement",
    "hand_over_task",
    "claim_project",
    "approve_pairing",
)


@pytest.mark.parametrize("number", ["D02", "H01", "Z01"])
def test_a_foreign_pairing_is_as_absent_on_every_route(staffed: Office, number: str) -> None:
    """H01's bureau is no party of this one; D02 is of another street."""
    browser = staffed.browser("C01")
    done = browser.post("/pairings/new", **(NEW | {"departments": [BUREAU]}))
    address = str(done.headers["location"]).partition("/start")[0]
    attached(browser, address, "NEED", ("加装扶手", "ELDER"))
    stranger = staffed.browser(number)
    absent = f"/pairings/{ABSENT}"
    before = staffed.town.books.ledger.head()
    for route in ROUTES:
        foreign, nothing = (stranger.get(f"{one}/{route}") for one in (address, absent))
        assert (foreign.status_code, foreign.text) == (404, nothing.text), route
        if route.startswith("start"):
            continue
        sent = {"list": "NEED", "do": "record", "item": "N-1"} | rows(("改", "ELDER"))
        foreign, nothing = (stranger.post(f"{one}/{route}", **sent) for one in (address, absent))
        assert (foreign.status_code, foreign.text) == (404, nothing.text), route
    assert staffed.town.books.ledger.head() == before


@pytest.mark.parametrize("number", STAFF)
def test_a_pairing_is_begun_by_those_who_may_draft_one_and_by_nobody_else(
    staffed: Office, number: str
) -> None:
    browser = staffed.browser(number)
    may = STAFF[number][0] in {"CENTER_COORDINATOR", "DEPT_COORDINATOR"}
    before = staffed.town.books.ledger.head()
    assert browser.get("/pairings/new").status_code == (200 if may else 404)
    if not may:
        assert browser.post("/pairings/new", **NEW).status_code == 404
        assert staffed.town.books.ledger.head() == before
    assert ('href="/pairings/new"' in browser.get("/pairings").text) == may


def test_a_party_gives_no_list_in_the_name_of_another(staffed: Office) -> None:
    """Mass assignment: a unit that a form does not ask for is not taken from whoever adds it."""
    address = drafted(staffed)
    browser = staffed.browser("B01")
    done = browser.post(
        f"{address}/attach_list",
        list="NEED",
        do="record",
        unit=CENTER,
        **rows(("加装扶手", "ELDER")) | {"code": ["N-1"]},
    )
    assert done.status_code == 303
    fact = staffed.town.books.ledger.read(stream_of(address))[-1].fact
    assert fact["unit"] == BUREAU


@pytest.mark.parametrize("step", ["parties", "lists", "claims", "signatures", "approval"])
def test_every_step_is_said_in_both_languages(staffed: Office, step: str) -> None:
    address = negotiated(staffed)
    browser = staffed.browser("B01")
    assert "轮到谁" in browser.get(f"{address}/start/{step}").text
    browser.client.cookies.set("language", "en")
    page = browser.get(f"{address}/start/{step}").text
    assert "Whose turn it is" in page
    assert "轮到谁" not in page


def test_the_pages_beside_the_steps_speak_english_too(staffed: Office) -> None:
    address = activated(staffed)
    browser = staffed.browser("C01")
    browser.client.cookies.set("language", "en")
    for one, words in (
        ("/pairings", "Start a pairing"),
        ("/pairings/new", "Lead department"),
        (address, "Other support tasks"),
        (f"{address}/revise_lists", "Revise a list"),
    ):
        assert words in browser.get(one).text


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "{}/start/x", "/tasks"])
def test_a_form_leads_back_to_a_step_of_its_pairing_and_nowhere_else(
    staffed: Office, back: str
) -> None:
    address = drafted(staffed)
    browser = staffed.browser("C01")
    attached(browser, address, "NEED", ("加装扶手", "ELDER"))
    done = browser.post(f"{address}/propose_pairing", back=back.format(address))
    assert re.fullmatch(rf"{address}\?receipt=\d+", done.headers["location"])
    answered = staffed.browser("B01").post(
        f"{address}/accept_proposal", back=f"{address}/start/lists"
    )
    assert answered.headers["location"].startswith(f"{address}/start/lists?receipt=")


def test_a_form_of_another_site_starts_nothing(staffed: Office) -> None:
    address = negotiated(staffed)
    browser = staffed.browser("B01")
    before = staffed.town.books.ledger.head()
    for route in ("attach_list", "revise_lists", "sign_agreement", "claim_project"):
        sent = browser.client.post(
            f"{address}/{route}",
            data={"list": "NEED", "item": "N-1"},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert sent.status_code == 403, route
    coming = browser.client.post(
        "/pairings/new", data=NEW, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert coming.status_code == 403
    assert staffed.town.books.ledger.head() == before


def test_streets_of_elsewhere_are_not_offered(staffed: Office) -> None:
    page = staffed.browser("C01").get("/pairings/new").text
    assert f'value="{STREET}"' in page
    assert f'value="{OTHER_STREET}"' not in page
