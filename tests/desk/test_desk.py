"""The desk decides beside the book: once, in turn, and never hides a missed limit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.verify.verifying import verify
from desk.casework import Asking, Handled, Written
from desk.gateway import Gateway, asking_of
from desk.identifiers import new_uuid7
from desk.opening import Books, books
from desk.orders import Order
from domain.casebook import kind_of
from domain.envelope import SYSTEM
from domain.refusals import CommandRefused
from domain.sealed import sealed_in
from tests import clock
from tests.accounts import registrar, somebody
from tests.journeys.district import District, order


@dataclass
class Office:
    """A desk with a district, and no Temporal: time is given by the test."""

    books: Books
    gateway: Gateway
    district: District

    async def record(self, at: datetime, *orders: Order) -> Handled:
        askings = [asking_of(kind_of(order.stream), order) for order in orders]
        with clock.at(self.books.ledger, at):
            return await self.books.desk.record(orders[0].stream, askings)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    url = f"sqlite:///{tmp_path}"
    with books(f"{url}/ledger.db", f"{url}/vault.db", tmp_path / "vault.key", "gd-2022") as opened:
        gateway = Gateway(opened)
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
    assert dispatched.state == "DISPATCHED"
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
    with clock.at(office.books.ledger, late):
        handled = await office.books.desk.record(task, [asking])
    assert written(handled)[0].repeated
    assert office.books.ledger.version(task) == version


async def test_a_case_is_archived_by_its_newest_entry_however_late_its_clocks_ring(
    office: Office,
) -> None:
    """Nobody looked for a year: the rating lapses in one turn, the archive seals it in the next."""
    task, now = f"task/{new_uuid7()}", datetime.now(UTC)
    people = office.district.people
    done = [
        order(task, "record_contact", people["staff"], result="REACHED"),
        order(
            task,
            "attach_evidence",
            people["staff"],
            label="after",
            media_type="image/png",
            document="iVBORw0KGgo=",
        ),
        order(task, "submit_result", people["coordinator"], resolved=True, public_reply="已装好。"),
        order(task, "approve_result", people["dispatcher"]),
    ]
    written(await office.record(now, *office.district.whole_case(task), *done))
    with clock.at(office.books.ledger, now + timedelta(days=365)):
        lapsed, archived, _ = (office.books.desk.ring_now(task) for _ in range(3))
    assert (lapsed.state, archived.state) == ("CLOSED", "ARCHIVED")
    before, last = office.books.ledger.read(task)[-2:]
    assert (last.kind, last.fact["package_hash"]) == ("task_archived.v1", before.hash)


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
    handled = await office.books.desk.record("calendar/CN", [asking])
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


# -- sealed texts, other hands, other doors --------------------------------------------------


def sealed_items(office: Office) -> int:
    with office.books.vault._items_read.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM vault_items").scalar_one())


async def test_a_refused_command_leaves_no_sealed_text(office: Office) -> None:
    """Neither its item nor a key for a resident nobody has heard of."""
    task = f"task/{new_uuid7()}"
    before = sealed_items(office)
    handled = await office.record(datetime.now(UTC), office.district.progress(task))
    assert isinstance(handled.answers[0], CommandRefused)
    register = office.district.whole_case(task, category="NOT-A-CATEGORY", name="陈阿婆")[0]
    handled = await office.record(datetime.now(UTC), register)
    assert isinstance(handled.answers[0], CommandRefused)
    assert sealed_items(office) == before


async def test_texts_of_one_batch_for_a_new_resident_share_one_key(office: Office) -> None:
    task = f"task/{new_uuid7()}"
    about = {"name": "陈阿婆", "phone": "13800138000", "requester": f"subject/{new_uuid7()}"}
    orders = [*office.district.whole_case(task, **about), office.district.progress(task)]
    handled = await office.record(datetime.now(UTC), *orders)
    assert len(written(handled)) == len(orders)
    for entry in office.books.ledger.read(task):
        for _, sealed in sealed_in(entry.fact):
            assert office.books.vault.open(sealed)


async def test_another_process_that_wrote_meanwhile_is_never_overlooked(
    office: Office, tmp_path: Path
) -> None:
    """A kept case is believed for a yes, which the fence confirms; before a no it is looked up."""
    task = f"task/{new_uuid7()}"
    orders = office.district.whole_case(task)
    await office.record(datetime.now(UTC), orders[0])
    url = f"sqlite:///{tmp_path}"
    with books(f"{url}/ledger.db", f"{url}/vault.db", tmp_path / "vault.key", "gd-2022") as other:
        for order in orders[1:4]:
            await Gateway(other).submit(order)
        assert isinstance((await office.record(datetime.now(UTC), orders[4])).answers[0], Written)
        # This process last knew the case after its own command; the other one goes on.
        await Gateway(other).submit(office.district.contact(task))
        handled = await office.record(datetime.now(UTC), office.district.progress(task))
        assert written(handled)[0].version == office.books.ledger.version(task)


async def test_a_role_taken_away_by_another_process_is_seen_by_the_next_decision(
    office: Office, tmp_path: Path
) -> None:
    """The registry is fenced: no command is recorded under a grant that has ended."""
    task = f"task/{new_uuid7()}"
    orders = office.district.whole_case(task)
    await office.record(datetime.now(UTC), *orders[:2])
    who = office.district.people["dispatcher"]
    somebody(office.books.desk, who["role"], who["unit"])  # the last one could not be taken away
    url = f"sqlite:///{tmp_path}"
    with books(f"{url}/ledger.db", f"{url}/vault.db", tmp_path / "vault.key", "gd-2022") as other:
        revoke = {"kind": "revoke_role", "role": who["role"], "unit": who["unit"]}
        asking = Asking("revoke/1", registrar(other.desk), {**revoke, "reason": "调离"})
        (answer,) = other.desk.record_now(who["person"], [asking]).answers
        assert isinstance(answer, Written), answer
    handled = await office.record(datetime.now(UTC), orders[2])
    (answer,) = handled.answers
    assert isinstance(answer, CommandRefused)
    assert office.books.ledger.version(task) == 2


async def test_the_role_is_found_in_the_decision_itself(office: Office) -> None:
    """Whoever names none acts in the first of their roles that may; the fact says in which."""
    task = f"task/{new_uuid7()}"
    orders = office.district.whole_case(task)
    await office.record(datetime.now(UTC), orders[0])
    who = office.district.people["dispatcher"]
    bare = orders[1].model_copy(update={"by": who["person"], "command_id": "bare/1"})
    (done,) = written(await office.record(datetime.now(UTC), bare))
    entry = office.books.ledger.entry(done.position)
    assert entry is not None
    assert (entry.by.role.value, entry.by.unit) == (who["role"], who["unit"])
    (again,) = written(await office.record(datetime.now(UTC), bare))
    assert (again.position, again.repeated) == (done.position, True)
    stranger = bare.model_copy(update={"by": f"person/{new_uuid7()}", "command_id": "bare/2"})
    (answer,) = (await office.record(datetime.now(UTC), stranger)).answers
    assert isinstance(answer, CommandRefused)
    assert answer.rule == "person-unknown"


async def test_asking_whether_something_would_be_accepted_records_nothing(office: Office) -> None:
    task = f"task/{new_uuid7()}"
    orders = office.district.whole_case(task)
    await office.record(datetime.now(UTC), orders[0])
    head, items = office.books.ledger.head(), sealed_items(office)
    office.books.desk.would(task, asking_of(kind_of(task), orders[1]))
    with pytest.raises(CommandRefused):
        office.books.desk.would(task, asking_of(kind_of(task), orders[4]))
    assert (office.books.ledger.head(), sealed_items(office)) == (head, items)
