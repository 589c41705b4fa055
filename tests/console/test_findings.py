"""Findings at the console: a table tried and taken, a page with what it leans on, true figures."""

import re
from datetime import UTC, datetime

import pytest

from audit.reading import open_reader
from audit.replay.problem_ledger import findings_at, open_by_indicator, recounted
from domain.finding.figures import FIGURES
from tests.console.conftest import Browser, Office
from tests.journeys.district import BUREAU
from tests.journeys.test_findings import HEADINGS, PLACE, row

TABLE = "\n".join(
    (
        HEADINGS,
        row("T-1", 2),
        row("T-2", 0),
        row("T-3", 40, indicator="停车泊位缺口数"),
        row("T-4", 1, indicator="幸福指数"),
    )
).encode()


def form_of(browser: Browser, address: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', browser.get(address).text)
    assert found is not None
    return found.group(1)


def hand_in(browser: Browser, act: str, content: bytes = TABLE) -> str:
    form = form_of(browser, "/findings/import")
    file = ("t.csv", content, "text/csv")
    answer = browser.post("/findings/import", form=form, act=act, file=file)
    assert answer.status_code in {200, 422}
    return answer.text


def figures_shown(text: str) -> dict[str, int]:
    """Return what a table came to, as its page says."""
    return {
        name: int(count)
        for name, count in re.findall(r'<dt>([^<]+)</dt><dd class="num">(\d+)</dd>', text)
    }


def does(browser: Browser, finding: str, command: str, **fields: object) -> None:
    """Send the form of a command, and look at the page it leads back to."""
    address = f"/findings/{finding}/{command}"
    answer = browser.post(address, form=form_of(browser, address), **fields)
    assert answer.status_code == 303, re.findall(
        r'role="alert">(.*?)</div>', answer.text, re.DOTALL
    )


@pytest.fixture
def recorded(office: Office) -> str:
    """The id of the finding about elder care, taken in from the table."""
    hand_in(office.browser("W01"), "take")
    entries = list(office.town.books.ledger.of_kind("finding_recorded.v1", None))
    elder = next(one for one in entries if one.fact["indicator"] == "ELDER_FACILITY")
    return elder.stream.partition("/")[2]


def test_a_table_is_tried_and_then_taken(office: Office) -> None:
    worker = office.browser("W01")
    tried = hand_in(worker, "look")
    assert figures_shown(tried) == {
        "登记为问题": 2,
        "动态更新": 0,
        "此前已登记": 0,
        "达标不列入": 1,
        "退回": 1,
    }
    assert "不在政策包的体检指标目录中" in tried
    assert "幸福指数" not in tried
    assert list(office.town.books.ledger.streams("finding")) == []
    assert figures_shown(hand_in(worker, "take"))["登记为问题"] == 2
    assert figures_shown(hand_in(worker, "take"))["此前已登记"] == 2
    assert "未达标配建的养老服务设施数量" in worker.get("/findings").text


def test_what_is_no_table_is_refused_and_nothing_taken(office: Office) -> None:
    told = hand_in(office.browser("W01"), "take", b"\x00\x01 no table")
    assert 'role="alert"' in told
    assert list(office.town.books.ledger.streams("finding")) == []


def test_who_records_no_findings_finds_no_page_to_hand_them_in(office: Office) -> None:
    for number in ("A01", "V01", "S01"):
        assert office.browser(number).get("/findings/import").status_code == 404


def test_a_form_from_elsewhere_takes_nothing(office: Office) -> None:
    worker = office.browser("W01")
    answer = worker.client.post(
        "/findings/import",
        data={"form": form_of(worker, "/findings/import"), "act": "take"},
        files={"file": ("t.csv", TABLE, "text/csv")},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert list(office.town.books.ledger.streams("finding")) == []


def test_from_a_row_of_the_check_up_to_striking_off(office: Office, recorded: str) -> None:
    street, bureau = office.browser("D01"), office.browser("B01")
    assert "实测值" in street.get(f"/findings/{recorded}").text
    does(street, recorded, "adopt_finding", lead=BUREAU, target_date="2027-06-30T00:00")
    task = office.town.task(place=PLACE)
    does(bureau, recorded, "plan_remedy", measures="增设养老服务点", cases=task)
    told = bureau.get(f"/findings/{recorded}").text
    assert "整改依托" in told
    assert "增设养老服务点" in told
    does(bureau, recorded, "start_remedy")
    does(bureau, recorded, "report_remedied", value="0", evidence="验收单", reason="任务只余评价")
    worker = office.person("W01")
    does(street, recorded, "strike_off", value="0", evidence="现场照片", worker=worker)
    assert "已销号" in street.get(f"/findings/{recorded}").text
    shown = street.get("/findings/figures").text
    assert "50.0 %" in shown  # one of two is struck off


def test_another_street_sees_nothing_of_it(office: Office, recorded: str) -> None:
    other = office.browser("D02")
    assert other.get(f"/findings/{recorded}").status_code == 404
    assert "未达标配建" not in other.get("/findings").text
    assert "未达标配建" not in other.get("/findings/figures").text


def test_the_auditor_counts_the_same_from_the_facts(office: Office, recorded: str) -> None:
    street = office.browser("D01")
    does(street, recorded, "adopt_finding", lead=BUREAU, target_date="2027-06-30T00:00")
    shown = street.get("/findings/figures").text
    with open_reader(office.town.url) as reader:
        found = findings_at(reader, reader.head())
    again = recounted(found.values(), datetime.now(UTC))
    for name, (called, _) in FIGURES.items():
        assert parts_of(shown, called) == (again[name].numerator, again[name].denominator), name
    by_indicator = open_by_indicator(found)
    assert {code: (one.numerator, one.denominator) for code, one in by_indicator.items()} == {
        "ELDER_FACILITY": parts_of(shown, "未达标配建的养老服务设施数量"),
        "PARKING": parts_of(shown, "停车泊位缺口数"),
    }


def parts_of(text: str, called: str) -> tuple[int, int]:
    """Return numerator and denominator of a row of a figures' table."""
    row_of = next(one for one in text.split("<tr>") if f">{called}</td>" in one)
    counts = re.findall(r'data-label="(?:分子|分母|未销号|在账)">(\d+)<', row_of)
    return int(counts[0]), int(counts[1])


def test_a_finding_waits_on_the_workbench_of_whoever_has_it(office: Office, recorded: str) -> None:
    office.browser("W01").get("/findings")
    holder = office.house.boards.cases.get(f"finding/{recorded}")
    assert holder is not None
    units = {number: office.browser(number) for number in ("D01", "D02")}
    shown = {number: f"/findings/{recorded}" in one.get("/").text for number, one in units.items()}
    assert shown == {"D01": True, "D02": False}, holder.holder
