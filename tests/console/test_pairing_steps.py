"""A pairing is started by forms alone, left and resumed; what is wrong is told and not recorded."""

import hashlib
import re

import pytest

from tests import accounts
from tests.console.conftest import Office
from tests.console.pairings import (
    AUTHORITY,
    HEALTH,
    NEW,
    activated,
    attached,
    command_id,
    digest_of,
    drafted,
    negotiated,
    pressed,
    said,
    signs,
    staffed,
    state_of,
    stream_of,
    submitted,
)
from tests.journeys.district import BUREAU, CENTER

__all__ = ["staffed"]


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
