"""Promises at the console: typed with the resource list, shown with what has arrived, kept."""

import re

import pytest

from tests import clock
from tests.console.conftest import Browser, Office
from tests.console.pairings import (
    activated,
    drafted,
    hidden,
    pressed,
    rows,
    signs,
    staffed,
    stream_of,
    submitted,
)

__all__ = ["staffed"]

MONEY = "资金 4 万元 2027-10-31"


def checked(browser: Browser, address: str, promise: str, kind: str = "RESOURCE") -> str:
    """Type a list with one promise and have it looked at."""
    typed = rows(("饭堂补助", "ELDER")) | {"promise": [promise]}
    return browser.post(f"{address}/attach_list", list=kind, do="check", **typed).text


def promised(browser: Browser, address: str, promise: str = MONEY) -> None:
    """Type a resource list with one promise, check it, and have it recorded."""
    shown = checked(browser, address, promise)
    found = re.findall(r'<input type="hidden" name="promise" value="([^"]*)">', shown)
    sent = hidden(shown) | {"promise": found}
    done = browser.post(f"{address}/attach_list", list="RESOURCE", do="record", **sent)
    assert done.status_code == 303


def running(office: Office) -> str:
    """Bring a pairing into force in which civil affairs promised money."""
    address = negotiated_with_promise(office)
    pressed(office.browser("B01"), address, "claim_project", item="N-1")
    for number in ("C01", "B01", "H01", "D01"):
        signs(office.browser(number), address)
    submitted(office, address)
    pressed(office.browser("O01"), address, "approve_pairing")
    return address


def negotiated_with_promise(office: Office) -> str:
    address = drafted(office)
    promised(office.browser("B01"), address)
    center = office.browser("C01")
    typed = rows(("长者饭堂", "ELDER"))
    shown = center.post(f"{address}/attach_list", list="NEED", do="check", **typed)
    done = center.post(f"{address}/attach_list", list="NEED", do="record", **hidden(shown.text))
    assert done.status_code == 303
    pressed(center, address, "propose_pairing")
    for number in ("B01", "H01", "D01"):
        pressed(office.browser(number), address, "accept_proposal")
    return address


def test_a_promise_is_typed_with_its_resource(staffed: Office) -> None:
    address = drafted(staffed)
    shown = checked(staffed.browser("B01"), address, MONEY)
    assert "资金 40,000.00 元 2027-10-31" in shown
    promised(staffed.browser("B01"), address)
    _, state = staffed.town.books.desk.state_of(stream_of(address))
    (pledge,) = state.agreement.pledges
    assert pledge.commitment.quantity == 4_000_000


@pytest.mark.parametrize(
    ("promise", "kind", "said"),
    [
        ("资金若干", "RESOURCE", "请写种类、数量和期限"),
        (MONEY, "NEED", "只有资源清单的条目可以写承诺"),
        ("资金 4 万元 2031-10-31", "RESOURCE", "commitment-in-term"),
        ("政策 1 件 2027-10-31", "RESOURCE", "policy-has-document"),
    ],
)
def test_what_cannot_be_promised_is_told_and_not_recorded(
    staffed: Office, promise: str, kind: str, said: str
) -> None:
    address = drafted(staffed)
    assert said in checked(staffed.browser("B01"), address, promise, kind)
    _, state = staffed.town.books.desk.state_of(stream_of(address))
    assert state.agreement.pledges == ()


def test_the_page_shows_what_was_promised_and_what_has_arrived(staffed: Office) -> None:
    address = running(staffed)
    civil, street = staffed.browser("B01"), staffed.browser("D01")
    assert "40,000.00 元" in civil.get(address).text
    pressed(
        civil,
        address,
        "deliver_commitment",
        item="R-1",
        quantity="1000000",
        delivered_at="2026-11-20T09:00",
        voucher="拨款通知书第 18 号",
    )
    assert "第 1 笔 R-1 10,000.00 元" in street.get(f"{address}/confirm_commitment_delivery").text
    pressed(street, address, "confirm_commitment_delivery", delivery="1")
    shown = street.get(address).text
    assert "25 %" in shown
    assert "已确认" in shown
    assert "资金 10,000.00 元 / 40,000.00 元" in shown


def test_what_is_due_soon_waits_for_its_giver_and_a_delivery_for_its_receiver(
    staffed: Office,
) -> None:
    address = running(staffed)
    civil, street = staffed.browser("B01"), staffed.browser("D01")
    assert f"{address}/deliver_commitment" not in civil.get("/").text, "it is due next year"
    desk = staffed.town.books.desk
    clock.rung(desk, stream_of(address), "commitment.remind_before")
    shown = civil.get("/").text
    assert f"{address}/deliver_commitment" in shown
    assert "<b>兑现承诺</b> · 承诺 R-1" in shown
    assert f"{address}/confirm_commitment_delivery" not in street.get("/").text
    delivery = {"item": "R-1", "quantity": "4000000", "voucher": "拨款通知书第 18 号"}
    pressed(civil, address, "deliver_commitment", delivered_at="2026-11-20T09:00", **delivery)
    assert f"{address}/deliver_commitment" not in civil.get("/").text, "the street's turn now"
    assert f"{address}/confirm_commitment_delivery" in street.get("/").text
    assert "<b>确认兑现</b> · 第 1 笔" in street.get("/").text
    pressed(street, address, "confirm_commitment_delivery", delivery="1")
    assert f"{address}/confirm_commitment_delivery" not in street.get("/").text


def test_revising_the_list_keeps_the_promise_as_it_stands(staffed: Office) -> None:
    address = running(staffed)
    civil = staffed.browser("B01")
    form = civil.get(f"{address}/revise_lists?list=RESOURCE").text
    standing = re.findall(r'name="promise" value="([^"]+)"', form)
    assert standing == ["资金 40,000.00 元 2027-10-31"]
    more = {
        "title": ["饭堂补助", "轮椅"],
        "category": ["ELDER", "ELDER"],
        "place": ["440106003", "440106003"],
        "code": ["R-1", ""],
        "promise": [standing[0], ""],
    }
    told = {"list": "RESOURCE", "reason": "增加设备"}
    shown = civil.post(f"{address}/revise_lists", do="check", **told, **more).text
    assert "commitment-kept" not in shown
    less = more | {"promise": ["资金 1 元 2027-10-31", ""]}
    refused = civil.post(f"{address}/revise_lists", do="check", **told, **less).text
    assert "commitment-kept" in refused


def test_a_pairing_without_promises_shows_none(staffed: Office) -> None:
    address = activated(staffed)
    assert "资源下沉" not in staffed.browser("C01").get(address).text
