"""The page of city and province: what a supervisor sees, what a city sees of itself, who may."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from domain.refusals import CommandRefused
from services.province import Province
from tests.accounts import registrar
from tests.console.conftest import Office, office
from tests.province.stage import IN_NOVEMBER, IN_OCTOBER, OCTOBER, CityHome, Clock, a_city
from transparency.keys import load_key
from transparency.notes import Note, read_note
from transparency.statements import read_statement

__all__ = ["office"]


@dataclass
class Capital:
    """A province's office: it took Guangzhou's October twice over, and misses Zhuhai's."""

    office: Office
    service: Province
    guangzhou: CityHome

    def address(self, name: str) -> str:
        return f"/province/{self.service.named(name).stream.partition('/')[2]}"


@pytest.fixture
def capital(office: Office, tmp_path: Path) -> Iterator[Capital]:
    clock = Clock(IN_OCTOBER)
    with ExitStack() as stack:
        cities = [
            stack.enter_context(a_city(tmp_path / code, name, f"{code}.example.org/log", clock))
            for code, name in (("gz", "广州市"), ("zh", "珠海市"))
        ]
        cities[0].handled()
        cities[0].handled(contacted=False)
        clock.now = IN_NOVEMBER
        house = office.house
        service = Province(house.settings, house.books)
        for city in cities:
            city.statements.publisher.signer.sign(clock())
            service.add(registrar(house.books.desk), city.name, city.key, None, OCTOBER)
        cities[0].publish()
        service.take(cities[0].file(1))
        yield Capital(office, service, cities[0])


def alarmed(capital: Capital) -> None:
    """Have another statement of the same number come in, signed with the city's key."""
    true = read_statement(read_note(capital.guangzhou.file(1)))
    other = replace(true, month="2026-09")
    key = load_key(capital.guangzhou.settings.log_key_path)
    with suppress(CommandRefused):
        capital.service.take(Note(other.text, (key.sign(other.text),)).encoded())


def test_a_supervisor_sees_standing_sums_and_comparison(capital: Capital) -> None:
    browser = capital.office.browser("V01")
    page = browser.get(f"/province?month={OCTOBER}&figure=return_rate@1").text
    assert "缺报 1" in page
    assert "迟报 1" in page  # taken today, long after the tenth of November
    assert "回退率" in page
    assert "0/2" in page
    assert "告警" not in page
    assert "两部历史" not in page
    city = browser.get(capital.address("广州市")).text
    assert "gz.example.org/log" in city
    assert f"收取 {OCTOBER} 指标报表" in city


def test_the_note_is_handed_out_as_it_was_signed(capital: Capital) -> None:
    answer = capital.office.browser("A01").get(f"{capital.address('广州市')}/statements/1")
    assert answer.content == capital.guangzhou.file(1)
    assert "attachment" in answer.headers["content-disposition"]


def test_an_alarm_stands_on_the_page_with_its_evidence_until_somebody_settles_it(
    capital: Capital,
) -> None:
    alarmed(capital)
    browser, address = capital.office.browser("V01"), capital.address("广州市")
    assert "同一编号有两份不同的报表" in browser.get("/province").text
    city = browser.get(address).text
    assert "下载证据" in city
    evidence = json.loads(browser.get(f"{address}/alarms/1").text)
    assert evidence["known"].encode() == capital.guangzhou.file(1)
    assert evidence["shown"] != evidence["known"]

    assert capital.office.browser("Z01").post(f"{address}/alarms/1").status_code == 404
    answer = browser.post(f"{address}/alarms/1", reason="误将测试报表报送，已核实")
    assert answer.status_code == 303
    assert "已了结：误将测试报表报送" in browser.get(address).text
    assert "同一编号" not in browser.get("/province").text
    assert browser.post(f"{address}/alarms/1", reason="再一次").status_code == 409


def test_another_site_cannot_settle_an_alarm(capital: Capital) -> None:
    alarmed(capital)
    browser, address = capital.office.browser("V01"), capital.address("广州市")
    browser.client.headers["Sec-Fetch-Site"] = "cross-site"
    assert browser.post(f"{address}/alarms/1", reason="了结").status_code == 403
    assert capital.service.named("广州市").city.alarmed


def test_the_page_is_for_those_who_oversee_and_nobody_else(capital: Capital) -> None:
    address = capital.address("广州市")
    for number in ("D01", "B01", "C01", "W01", "Z01", "P01"):
        browser = capital.office.browser(number)
        for path in ("/province", address, f"{address}/statements/1", f"{address}/alarms/1"):
            assert browser.get(path).status_code == 404
    auditor = capital.office.browser("A01")
    for path in (f"{address}/statements/9", f"{address}/alarms/1", "/province/nowhere"):
        assert auditor.get(path).status_code == 404
    assert auditor.get("/province?month=October").status_code == 422


def test_a_house_that_holds_no_city_says_what_the_page_is_for(office: Office) -> None:
    page = office.browser("V01").get("/province").text
    assert "没有登记所管城市" in page
    assert "还没有发布指标报表" in page


def test_the_page_reads_in_english(capital: Capital) -> None:
    alarmed(capital)
    browser = capital.office.browser("V01")
    browser.client.cookies.set("language", "en")
    page = browser.get(f"/province?month={OCTOBER}").text
    assert "never an average of rates" in page
    assert "two different statements under one number" in page
    assert "response rate: first contacts within the limit" in page
    city = browser.get(capital.address("广州市")).text
    assert "Download the evidence" in city
