"""Every document is made from a real case, for those who see the case and for nobody else."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

import httpx2
import pytest

from documents import extra
from documents.task_order import SEALED
from tests.console.conftest import STAFF, Browser, Office
from tests.console.test_matrix import ABSENT, SEE, WORDS
from tests.documents.conftest import Reader, docx_text
from tests.documents.test_papers import HOSTILE
from tests.journeys.district import BUREAU
from tests.oversight.town import GRANDMOTHER

MONTH = datetime.now(UTC).strftime("%Y-%m")


def handed(answer: httpx2.Response, kind: str) -> bytes:
    """Return a file that was handed out as one is: to keep, and never run."""
    assert answer.status_code == 200, answer.text[:300]
    assert (
        answer.headers["content-type"]
        == {
            "pdf": "application/pdf",
            "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }[kind]
    )
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


def offered(browser: Browser, address: str) -> list[str]:
    return re.findall(r'href="([^"]+\.(?:pdf|docx))"', browser.get(address).text)


def test_an_order_says_what_is_given_to_whom_until_when(
    office: Office, reader: Reader, carded: str
) -> None:
    number, browser = office.number_of(carded), office.browser("D01")
    answer = browser.get(f"/tasks/{number}/documents/order.pdf")
    made = handed(answer, "pdf")
    assert unquote(answer.headers["content-disposition"]).endswith(f"{number}-交办单.pdf")
    shown, newest = reader.flat(made), office.town.books.ledger.read(carded)[-1]
    for told in (
        "帮扶任务交办单",
        number,
        "天河区民政局：",
        "石牌街道办事处",
        "请先电话联系。",
        "养老",
        "签收期限",
        GRANDMOTHER["text"],
        f"账本位置{newest.position:,}",
        newest.hash,
        f"https://testserver/tasks/{number}",
    ):
        assert told in shown, told
    assert reader.flat(browser.get(f"/tasks/{number}/documents/order.pdf").content) == shown
    assert browser.get(f"/tasks/{number}/documents/order.pdf").content == made
    edited = docx_text(handed(browser.get(f"/tasks/{number}/documents/order.docx"), "docx"))
    assert "帮扶任务交办单" in edited
    assert GRANDMOTHER["text"] in edited


def test_a_supervision_sheet_says_how_far_and_why(
    office: Office, reader: Reader, carded: str
) -> None:
    number, browser = office.number_of(carded), office.browser("V01")
    shown = reader.flat(handed(browser.get(f"/tasks/{number}/documents/supervision.pdf"), "pdf"))
    for told in (
        "帮扶任务督办单（黄牌）",
        "督办员出牌",
        "老人跌倒过一次，请抓紧。",
        "天河区民政局：",
    ):
        assert told in shown, told
    edited = handed(browser.get(f"/tasks/{number}/documents/supervision.docx"), "docx")
    assert "黄牌" in docx_text(edited)


def test_a_completion_sheet_says_what_was_done_and_what_came_of_it(
    office: Office, reader: Reader, approved: str
) -> None:
    number, browser = office.number_of(approved), office.browser("D01")
    address = f"/tasks/{number}/documents/completion"
    shown = reader.flat(handed(browser.get(f"{address}.pdf"), "pdf"))
    for told in ("帮扶任务办结单", "双侧扶手已经装好。", "已解决", "办理后", "审核通过", "按期"):
        assert told in shown, told
    assert browser.get(f"{address}.docx").status_code == 409
    assert "居民评价" not in shown
    callback = {"reached": True, "contacted": True, "resolved": True, "grade": 5}
    office.town.ask(approved, "record_callback", "center", **callback)
    after = reader.flat(handed(browser.get(f"{address}.pdf"), "pdf"))
    assert re.search("居民评价.*非常满意", after)
    assert "已结案" in after


def test_a_result_that_was_sent_back_has_no_completion_sheet(office: Office, approved: str) -> None:
    number, browser = office.number_of(approved), office.browser("D01")
    bad = {"reached": True, "contacted": True, "resolved": False, "grade": 1}
    office.town.ask(approved, "record_callback", "center", **bad)
    assert f"/tasks/{number}/documents/completion.pdf" in offered(browser, f"/tasks/{number}")
    office.town.ask(approved, "order_rework", "dispatcher", reason="扶手松动。")
    assert f"/tasks/{number}/documents/completion.pdf" not in offered(browser, f"/tasks/{number}")
    assert browser.get(f"/tasks/{number}/documents/completion.pdf").status_code == 409


def test_an_agreement_has_three_lists_claims_and_signatures(
    office: Office, reader: Reader, pairing: str
) -> None:
    key, browser = pairing.partition("/")[2], office.browser("C01")
    address = f"/pairings/{key}/documents/agreement"
    shown = reader.flat(handed(browser.get(f"{address}.pdf"), "pdf"))
    for told in (
        "石牌街道养老服务结对",
        "需求清单",
        "资源清单",
        "项目清单",
        "楼道扶手工程",
        "天河区民政局（牵头）",
        "2027年1月1日至2028年1月1日",
        "（尚未签署）",
        f"https://testserver/pairings/{key}",
    ):
        assert told in shown, told
    assert shown.count("签署", shown.index("各方签署如下")) >= 3
    edited = docx_text(handed(browser.get(f"{address}.docx"), "docx"))
    assert "楼道扶手工程" in edited
    assert browser.get(f"{address}.pdf").content == browser.get(f"{address}.pdf").content


def test_a_report_gives_both_counts_of_every_rate(
    office: Office, reader: Reader, approved: str
) -> None:
    browser = office.browser("D01")
    shown = reader.flat(handed(browser.get(f"/figures/{MONTH}.pdf"), "pdf"))
    for told in (
        "结对帮扶工作月报",
        "按期办结率",
        "100.0%（1/1）",
        "on_time_rate@1",
        "天河区民政局",
    ):
        assert told in shown, told
    assert "石牌街道办事处" in shown
    assert "100.0%" in docx_text(handed(browser.get(f"/figures/{MONTH}.docx"), "docx"))
    elsewhere = reader.flat(office.browser("D02").get(f"/figures/{MONTH}.pdf").content)
    assert "本月没有可计的事实" in elsewhere
    assert "天河区民政局" not in elsewhere


@pytest.mark.parametrize("month", ["2099-01", "2026-13", "2026-1", "x", "2026-11-01"])
def test_there_is_no_report_of_what_is_no_month_or_has_not_begun(
    office: Office, month: str
) -> None:
    assert office.browser("D01").get(f"/figures/{month}.pdf").status_code == 404


@pytest.mark.parametrize("staff", STAFF)
def test_a_paper_shows_its_reader_what_the_page_shows_and_no_more(
    office: Office, reader: Reader, carded: str, staff: str
) -> None:
    number, browser = office.number_of(carded), office.browser(staff)
    nothing = browser.get(f"/tasks/{ABSENT}").text
    for kind in ("order", "supervision"):
        answer = browser.get(f"/tasks/{number}/documents/{kind}.pdf")
        absent = browser.get(f"/tasks/{ABSENT}/documents/{kind}.pdf")
        assert (absent.status_code, absent.text) == (404, nothing)
        if staff not in SEE:
            assert (answer.status_code, answer.text) == (404, nothing)
            continue
        shown = reader.flat(handed(answer, "pdf"))
        assert (GRANDMOTHER["text"] in shown) == (staff in WORDS)
        for field in ("name", "phone", "address"):
            assert GRANDMOTHER[field] not in shown, field
        assert SEALED in shown or staff in WORDS


def test_whoever_handles_it_has_name_and_number_on_their_order(
    office: Office, reader: Reader, carded: str
) -> None:
    town, number = office.town, office.number_of(carded)
    town.ask(carded, "accept_task", "coordinator")
    town.ask(carded, "assign_staff", "coordinator", person=office.person("S01"))
    address = f"/tasks/{number}/documents/order.pdf"
    theirs = reader.flat(handed(office.browser("S01").get(address), "pdf"))
    others = reader.flat(handed(office.browser("B01").get(address), "pdf"))
    for field in ("name", "phone", "address"):
        assert GRANDMOTHER[field] in theirs
        assert GRANDMOTHER[field] not in others
    assert "199****4321" in others
    assert "测试S01" in theirs


def test_a_task_whose_data_are_restricted_is_on_no_paper(office: Office, carded: str) -> None:
    number = office.number_of(carded)
    office.town.ask(carded, "restrict_data", "dpo", basis="当事人申请")
    for staff in ("D01", "B01", "V01"):
        browser = office.browser(staff)
        answer = browser.get(f"/tasks/{number}/documents/order.pdf")
        assert (answer.status_code, answer.text) == (404, browser.get(f"/tasks/{ABSENT}").text)
    auditor = office.browser("A01").get(f"/tasks/{number}/documents/order.pdf")
    assert GRANDMOTHER["text"].encode() not in auditor.content


def test_nobody_signed_out_is_handed_anything(office: Office, carded: str) -> None:
    number = office.number_of(carded)
    for address in (f"/tasks/{number}/documents/order.pdf", f"/figures/{MONTH}.pdf"):
        assert office.browser().get(address).status_code == 303


def test_a_pairing_of_others_and_one_there_is_none_of_are_the_same(
    office: Office, pairing: str
) -> None:
    browser = office.browser("D02")
    key = pairing.partition("/")[2]
    there = browser.get(f"/pairings/{key}/documents/agreement.pdf")
    absent = browser.get(f"/pairings/{key[:-1]}0/documents/agreement.pdf")
    assert (there.status_code, there.text) == (absent.status_code, absent.text)
    assert there.status_code == 404


def test_pages_offer_the_papers_there_are(
    office: Office, carded: str, approved: str, pairing: str
) -> None:
    browser = office.browser("D01")
    fresh = office.number_of(office.town.task())
    assert offered(browser, f"/tasks/{fresh}") == []
    assert browser.get(f"/tasks/{fresh}/documents/order.pdf").status_code == 409
    assert "目前没有交办单可打印" in browser.get(f"/tasks/{fresh}/documents/order.pdf").text
    assert browser.get(f"/tasks/{fresh}/documents/other.pdf").status_code == 404
    assert browser.get(f"/tasks/{fresh}/documents/order.exe").status_code == 404
    pages = {
        f"/tasks/{office.number_of(carded)}": {
            "order.pdf",
            "order.docx",
            "supervision.pdf",
            "supervision.docx",
        },
        f"/tasks/{office.number_of(approved)}": {"order.pdf", "order.docx", "completion.pdf"},
        f"/pairings/{pairing.partition('/')[2]}": {"agreement.pdf", "agreement.docx"},
    }
    for address, wanted in pages.items():
        found = offered(browser, address)
        assert {one.rpartition("/")[2] for one in found} == wanted
        for one in found:
            handed(browser.get(one), one.rpartition(".")[2])
    assert len(offered(browser, "/figures")) == 6
    for one in offered(browser, "/figures"):
        handed(browser.get(one), one.rpartition(".")[2])


def test_what_people_wrote_into_a_case_is_text_on_its_papers(
    office: Office, reader: Reader
) -> None:
    town, text = office.town, "\n".join(HOSTILE)
    task = town.task(text=text)
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU, note=f"😀\u202e{text}㐂𠮷")
    address = f"/tasks/{office.number_of(task)}/documents/order"
    browser = office.browser("D01")
    shown = reader.flat(handed(browser.get(f"{address}.pdf"), "pdf"))
    edited = docx_text(handed(browser.get(f"{address}.docx"), "docx"))
    for line in HOSTILE:
        assert shown.count(line.replace(" ", "")) == 2, line
        assert edited.count(line) == 2, line
    assert "㐂𠮷" in shown
    assert "〓" in shown


def test_without_the_extra_the_page_says_what_to_install(
    office: Office, carded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    number = office.number_of(carded)
    answer = office.browser("D01").get(f"/tasks/{number}/documents/order.pdf")
    assert answer.status_code == 503
    assert "jiedui[documents]" in answer.text
    assert office.browser("D02").get(f"/tasks/{number}/documents/order.pdf").status_code == 404
