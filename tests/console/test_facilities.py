"""Coverage on the page: who sees which communities, what a cell says, and what is not there."""

import re
from uuid import uuid4

from desk.casework import Asking, Who, Written
from domain.people import Channel, Known, Role
from domain.site.state import Available, Reserved
from tests.console.conftest import Office
from tests.facilities import (
    COMMUNITY,
    OTHER_COMMUNITY,
    furnished,
    proposal,
    settle,
    site,
)
from tests.journeys.district import STREET


def proposed(office: Office, title: str = "一社区服务综合体") -> tuple[str, str]:
    """Have the street propose a facility on a site of its own; return both streams."""
    desk = office.town.books.desk
    streams = f"site/{uuid4()}", f"facility/{uuid4()}"
    who = Who(office.person("D01"), Channel.CONSOLE, STREET, Role.STREET_DISPATCHER, Known.SESSION)
    for stream, command in zip(streams, (site(), proposal(streams[0], title=title)), strict=True):
        (answer,) = desk.record_now(stream, [Asking(f"test/{uuid4()}", who, command)]).answers
        assert isinstance(answer, Written), answer
        settle(desk, stream)
    return streams


def test_a_street_sees_its_communities_and_what_is_to_come(office: Office) -> None:
    furnished(office.town.books.desk)
    _, facility = proposed(office)
    told = office.browser("D01").get("/coverage")
    assert told.status_code == 200
    assert f'href="/coverage/{COMMUNITY}/ELDER"' in told.text
    assert "在建 1" in told.text
    assert f'href="/coverage/{OTHER_COMMUNITY}/ELDER"' in told.text
    cell = office.browser("D01").get(f"/coverage/{COMMUNITY}/ELDER")
    assert f"/facilities/{facility.partition('/')[2]}" in cell.text
    assert "台账中没有与此相关的未销号问题。" in cell.text


def test_the_district_sees_streets_with_how_many_of_their_communities(office: Office) -> None:
    furnished(office.town.books.desk)
    told = office.browser("B01").get("/coverage")
    assert "0/2" in told.text
    assert "/coverage?street=440106003" in told.text
    assert office.browser("B01").get("/coverage?street=440106003").status_code == 200


def test_what_is_another_streets_and_what_is_not_there_answer_alike(office: Office) -> None:
    furnished(office.town.books.desk)
    other = office.browser("D02")
    for address in (
        f"/coverage/{COMMUNITY}/ELDER",
        f"/coverage/{COMMUNITY}/MOON",
        "/coverage/440106999001/ELDER",
        "/coverage?street=440106999",
    ):
        assert other.get(address).status_code == 404, address


def test_a_facility_shows_its_money_and_its_site(office: Office) -> None:
    furnished(office.town.books.desk)
    stream, facility = proposed(office)
    told = office.browser("D01").get(f"/facilities/{facility.partition('/')[2]}")
    assert told.status_code == 200
    assert "300,000.00" in told.text
    assert "尚无运营方" in told.text
    assert f"/sites/{stream.partition('/')[2]}" in told.text
    space = office.browser("D01").get(f"/sites/{stream.partition('/')[2]}")
    assert "已预留" in space.text
    assert "一社区服务综合体" in space.text


def test_a_plan_moves_to_another_site_by_its_form_and_both_sites_hear_of_it(
    office: Office,
) -> None:
    desk = office.town.books.desk
    furnished(desk)
    old, facility = proposed(office)
    new = f"site/{uuid4()}"
    who = Who(office.person("D01"), Channel.CONSOLE, STREET, Role.STREET_DISPATCHER, Known.SESSION)
    beside = site(title="新建配套用房", site_kind="NEW_BUILD", floor_area=1200)
    assert isinstance(
        desk.record_now(new, [Asking(f"test/{uuid4()}", who, beside)]).answers[0], Written
    )
    browser, address = office.browser("D01"), f"/facilities/{facility.partition('/')[2]}"
    assert f"{address}/change_site" in browser.get(address).text
    form = browser.get(f"{address}/change_site").text
    assert "新建配套用房" in form
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    told = {**hidden, "site": new, "reason": "旧邮政所改作他用"}
    assert browser.post(f"{address}/change_site", **told).status_code == 303
    settle(desk, facility)
    states = [desk.state_of(one)[1] for one in (old, new)]
    assert isinstance(states[0], Available)
    assert isinstance(states[1], Reserved)
    assert states[1].facility == facility
    assert "新建配套用房" in browser.get(address).text


def test_a_second_facility_on_the_site_is_refused_and_leaves_nothing(office: Office) -> None:
    desk = office.town.books.desk
    furnished(desk)
    space, _ = proposed(office)
    who = Who(office.person("D01"), Channel.CONSOLE, STREET, Role.STREET_DISPATCHER, Known.SESSION)
    another = f"facility/{uuid4()}"
    (answer,) = desk.record_now(
        another, [Asking(f"test/{uuid4()}", who, proposal(space, title="另一处"))]
    ).answers
    assert getattr(answer, "rule", "") == "site-free"
    assert office.town.books.ledger.read(another) == []
