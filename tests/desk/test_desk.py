"""The desk decides beside the book: once, in turn, and never hides a missed limit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.verify.verifying import verify
from desk.casework import Asking, Handled, Written
from desk.gateway import Gateway
from desk.identifiers import new_uuid7
from desk.opening import Books, books
from desk.orders import Order
from domain.casebook import kind_of
from domain.envelope import SYSTEM
from domain.people import Channel
from domain.refusals import CommandRefused
from tests.journeys.district import District


@dataclass
class Office:
    """A desk with a district, and no Temporal: time is given by the test."""

    books: Books
    gateway: Gateway
    district: District

    def asking(self, order: Order) -> Asking:
        kind = kind_of(order.stream)
        return self.gateway._prepared(kind, order, Channel.CLI, datetime.now(UTC))

    async def record(self, at: datetime, *orders: Order) -> Handled:
        askings = [self.asking(order) for order in orders]
        version, _ = self.books.desk.state_of(orders[0].stream)
        return await self.books.desk.record(orders[0].stream, version, at, askings)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    url = f"sqlite:///{tmp_path}"
    with books(f"{url}/ledger.db", f"{url}/vault.db", tmp_path / "vault.key", "gd-2022") as opened:
        gateway = Gateway(None, opened)
        yield Office(opened, gateway, await District.found(gateway))
        verdict = verify(f"{url}/ledger.db")
        assert verdict.intact, verdict.faults


def written(handled: Handled) -> list[Written]:
    assert all(isinstance(answer, Written) for answer in handled.answers), handled.answers
    return [answer for answer in handled.answers if isinstance(answer, Written)]


async def test_a_batch_is_decided_in_its_order_and_appended_at_once(office: Office) -> None:
    task = f"task/{new_uuid7()}"
    handled = await office.record(datetime.now(UTC), *office.district.whole_case(task))
    assert handled.state == "IN_PROGRESS"
    positions = [answer.position for answer in written(handled)]
    assert positions == sorted(positions)
    assert written(handled)[0].number.startswith("DQ440106")


async def test_the_same_command_twice_in_a_batch_happens_once(office: Office) -> None:
    task = f"task/{new_uuid7()}"
    register = office.district.whole_case(task)[0]
    handled = await office.record(datetime.now(UTC), register, register)
    first, again = written(handled)
    assert (first.position, first.hash) == (again.position, again.hash)
    assert (first.repeated, again.repeated) == (False, True)
    assert handled.version == 1


async def test_a_command_id_with_other_content_is_a_conflict(office: Office) -> None:
    task = f"task/{new_uuid7()}"
    orders = office.district.whole_case(task)[:5]
    await office.record(datetime.now(UTC), *orders)
    contact = office.district.contact(task)
    await office.record(datetime.now(UTC), contact)
    other = contact.model_copy(update={"command": {"kind": "record_contact", "result": "REFUSED"}})
    before = office.books.ledger.head()
    handled = await office.record(datetime.now(UTC), other)
    (answer,) = handled.answers
    assert isinstance(answer, CommandRefused)
    assert answer.rule == "command-conflict"
    assert office.books.ledger.head() == before


async def test_a_late_command_does_not_hide_the_missed_limit(office: Office) -> None:
    """The limit passed; signing in before the timer fires still leaves the miss on record."""
    task = f"task/{new_uuid7()}"
    orders = office.district.whole_case(task)
    now = datetime.now(UTC)
    dispatched = await office.record(now, *orders[:3])
    assert dispatched.next_clock is not None
    late = now + timedelta(days=3)
    handled = await office.record(late, orders[3])
    (answer,) = handled.answers
    assert isinstance(answer, CommandRefused)  # the system has accepted it meanwhile
    kinds = [entry.kind for entry in office.books.ledger.read(task)]
    assert "sign_in_overdue.v1" in kinds
    rung = next(e for e in office.books.ledger.read(task) if e.kind == "sign_in_overdue.v1")
    assert rung.by.clock == "sign_in"
    assert rung.command_id.startswith("clock/sign_in/")


async def test_a_ring_after_the_desk_rang_changes_nothing(office: Office) -> None:
    """The clerk's timer and the desk ring with the same id: the fact is there once."""
    task = f"task/{new_uuid7()}"
    orders = office.district.whole_case(task)
    now = datetime.now(UTC)
    await office.record(now, *orders[:3])
    late = now + timedelta(days=3)
    await office.record(late, orders[3])
    ring = next(e for e in office.books.ledger.read(task) if e.kind == "sign_in_overdue.v1")
    version = office.books.ledger.version(task)
    name, due = ring.command_id.removeprefix("clock/").split("/", 1)
    asking = Asking(ring.command_id, ring.by, {"kind": "ring_clock", "name": name, "due": due})
    handled = await office.books.desk.record(task, version, late, [asking])
    assert written(handled)[0].repeated
    assert office.books.ledger.version(task) == version


async def test_a_refused_command_leaves_no_fact(office: Office) -> None:
    task = f"task/{new_uuid7()}"
    before = office.books.ledger.head()
    handled = await office.record(datetime.now(UTC), office.district.progress(task))
    (answer,) = handled.answers
    assert isinstance(answer, CommandRefused)
    assert office.books.ledger.head() == before


async def test_a_fact_too_large_for_the_public_log_is_refused_whole(office: Office) -> None:
    """C2SP tiles put two bytes of length before an entry: what does not fit is never recorded."""
    overlay = {
        "division": "440106",
        "name": "很长的依据",
        "papers": [f"第 {number} 号通知：{'长' * 480}" for number in range(60)],
        "days": [{"name": "停工", "date": "2026-09-01", "isOffDay": True}],
        "since": "2026-01-01",
    }
    asking = Asking("overlay/1", SYSTEM, {"kind": "publish_overlay", "overlay": overlay})
    before = office.books.ledger.head()
    handled = await office.books.desk.record("calendar/CN", 0, datetime.now(UTC), [asking])
    (answer,) = handled.answers
    assert isinstance(answer, CommandRefused)
    assert answer.rule == "fact-too-large"
    assert office.books.ledger.head() == before


async def test_every_fact_says_under_which_policy_and_calendar_it_was_decided(
    office: Office,
) -> None:
    task = f"task/{new_uuid7()}"
    await office.record(datetime.now(UTC), *office.district.whole_case(task))
    for entry in office.books.ledger.read(task):
        assert entry.policy is not None
        assert entry.policy.startswith("gd-2022@")
        assert entry.calendar is not None
        assert entry.calendar.startswith("CN-2026")
        assert 0 <= entry.seen < entry.position
