"""What is sent arrives signed, in order, at least once, and stops when it should."""

import asyncio
import base64
import json
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from domain.refusals import CommandRefused
from domain.values import instant_text
from runtime import outgoing
from tests.oversight.town import GRANDMOTHER
from tests.webhooks.conftest import LOCAL, Outlook, Receiver, receiving, until
from webhooks import pace
from webhooks.relay import Relay, Whom
from webhooks.store import Attempt, Delivery, Store

DISPATCHED = "task_dispatched.v1"


async def test_a_receiver_is_told_signed_and_by_reference(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        outlook.subscribe(portal, DISPATCHED)
        task = outlook.moved()
        async with outlook.relaying():
            await until(lambda: bool(portal.told))
    (told,) = portal.told
    entry = next(one for one in outlook.town.books.ledger.read(task) if one.kind == DISPATCHED)
    assert told["type"] == DISPATCHED
    assert set(told) == {"type", "timestamp", "data"}
    data = told["data"]
    assert data["stream"] == task
    assert (data["position"], data["version"]) == (entry.position, entry.version)
    assert (data["hash"], data["kind"]) == (entry.hash, DISPATCHED)
    assert data["number"].startswith("DQ440106")
    assert data["recorded_at"] == told["timestamp"]
    assert set(data) == {
        "position", "kind", "stream", "version", "number", "recorded_at", "hash",
    }  # fmt: skip


async def test_nothing_personal_is_in_what_is_sent(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        outlook.subscribe(portal, "task", "pairing", after=-1)
        task = outlook.moved()
        async with outlook.relaying():
            await until(lambda: portal.positions() == outlook.entries(task))
    sent = b"".join(portal.raw)
    for value in (
        *GRANDMOTHER.values(),
        outlook.town.person("center"),
        outlook.town.requester(task),
    ):
        assert value.encode() not in sent
        assert json.dumps(value)[1:-1].encode() not in sent


async def test_only_what_was_subscribed_to_is_sent_and_from_then_on(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        before = outlook.moved()
        outlook.subscribe(portal)
        after = outlook.moved()
        async with outlook.relaying():
            await until(lambda: portal.positions() == outlook.entries(after))
    assert before not in {told["data"]["stream"] for told in portal.told}


async def test_a_subscription_may_begin_in_the_past(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        before = outlook.moved()
        outlook.subscribe(portal, after=-1)
        async with outlook.relaying():
            await until(lambda: portal.positions() == outlook.entries(before))


async def test_what_failed_is_tried_again_under_the_same_id(outlook: Outlook) -> None:
    async with receiving(Receiver(status=503)) as portal:
        done = outlook.subscribe(portal, DISPATCHED)
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: outlook.reach(done).failures == 1)
            portal.status = 204
            assert portal.told == []
            outlook.ahead = timedelta(minutes=1)
            await until(lambda: bool(portal.told) and outlook.reach(done).failures == 0)
    first, second = portal.asked
    assert (
        first["id"]
        == second["id"]
        == f"{done.stream.partition('/')[2]}-{first['data']['position']}"
    )
    kept = outlook.service.log(outlook.who, done.stream)
    assert [(one.number, one.outcome, one.status) for one in kept] == [
        (2, "delivered", 204),
        (1, "http-503", 503),
    ]
    assert all(one.millis >= 0 for one in kept)
    reach = outlook.reach(done)
    assert (reach.failures, reach.failing_since, reach.waiting) == (0, "", 0)


async def test_of_one_case_facts_arrive_in_order_and_other_cases_are_not_held_up(
    outlook: Outlook,
) -> None:
    """One fact of the first case is refused a while: only its own case waits for it."""
    async with receiving(Receiver()) as portal:
        done = outlook.subscribe(portal)
        first = outlook.moved()
        second = outlook.moved()
        refused = outlook.entries(first)[0]
        portal.refuses = lambda told: 500 if told["data"]["position"] == refused else None
        async with outlook.relaying():
            await until(lambda: outlook.reach(done).failures == 1)
            outlook.ahead = timedelta(seconds=4)  # the receiver is left alone, then not any more
            await until(lambda: portal.positions() == outlook.entries(second))
            portal.refuses = lambda told: None
            outlook.ahead = timedelta(hours=1)
            await until(lambda: len(portal.told) == len(outlook.entries(first, second)))
    mine = [one["data"]["position"] for one in portal.told if one["data"]["stream"] == first]
    assert mine == outlook.entries(first)


async def test_after_three_days_of_tries_one_fact_is_given_up_and_the_case_goes_on(
    outlook: Outlook,
) -> None:
    """Others get through all the while, so that the receiver is not taken for silent."""
    async with receiving(Receiver()) as portal:
        done = outlook.subscribe(portal)
        task = outlook.moved()
        refused, *rest = outlook.entries(task)
        portal.refuses = lambda told: 500 if told["data"]["position"] == refused else None
        async with outlook.relaying():
            for number in range(1, len(pace.PAUSES) + 2):
                await until(partial(tried, outlook, done.stream, refused, number))
                other = outlook.entries(outlook.town.task())[0]
                outlook.ahead += timedelta(seconds=3)  # the receiver is not left alone any more
                await until(lambda one=other: one in portal.positions())
                outlook.ahead += timedelta(hours=30)
            await until(lambda: rest[-1] in portal.positions())
    assert refused not in portal.positions()
    assert outlook.reach(done).dead == 1
    assert outlook.town.kinds(done.stream) == ["webhook_subscribed.v1"]


def tried(outlook: Outlook, stream: str, position: int, times: int) -> bool:
    attempts = outlook.store.attempts(stream, 1000)
    return sum(one.position == position for one in attempts) == times


async def test_a_receiver_that_is_silent_for_three_days_is_told_no_more_and_that_is_on_record(
    outlook: Outlook,
) -> None:
    portal = Receiver()
    async with receiving(portal):
        done = outlook.subscribe(portal)
    outlook.moved()
    async with outlook.relaying():
        await until(lambda: outlook.reach(done).failures > 0)
        outlook.ahead = timedelta(days=3, minutes=1)
        await until(lambda: len(outlook.town.kinds(done.stream)) == 2)
        await until(lambda: outlook.reach(done).waiting == 0)
    ended = outlook.town.books.ledger.read(done.stream)[-1]
    assert (ended.kind, ended.fact["cause"]) == ("webhook_ended.v1", "UNREACHABLE")
    assert ended.by.role.value == "SYSTEM"


async def test_a_receiver_that_says_gone_is_told_no_more(outlook: Outlook) -> None:
    async with receiving(Receiver(status=410)) as portal:
        done = outlook.subscribe(portal)
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: len(outlook.town.kinds(done.stream)) == 2)
            outlook.ahead = timedelta(hours=9)
            await asyncio.to_thread(outlook.moved)
    assert len(portal.asked) == 1
    assert outlook.town.books.ledger.read(done.stream)[-1].fact["cause"] == "GONE"


async def test_who_asks_for_time_is_given_it(outlook: Outlook) -> None:
    async with receiving(Receiver(status=429, headers="Retry-After: 1200\r\n")) as portal:
        done = outlook.subscribe(portal)
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: outlook.reach(done).failures == 1)
            held = outlook.reach(done).held_until
            asked = outlook.store.attempts(done.stream, 1)[0].at
    assert outgoing_minutes(asked, held) == 20


def outgoing_minutes(since: str, until_then: str) -> int:
    from ledger.entry import instant_of

    return round((instant_of(until_then) - instant_of(since)).total_seconds() / 60)


async def test_an_ended_subscription_sends_nothing(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        done = outlook.subscribe(portal)
        outlook.service.end(outlook.who, done.stream, "不再需要")
        other = outlook.subscribe(portal)
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: outlook.reach(other).waiting == 0 and bool(portal.told))
            await asyncio.to_thread(outlook.moved)
            await until(lambda: len(portal.ids) == 8)  # two cases of four facts
    ended = done.stream.partition("/")[2].encode()
    assert not any(ended in request for request in portal.raw)


async def test_while_a_secret_is_replaced_both_sign_and_afterwards_only_the_new_one(
    outlook: Outlook,
) -> None:
    async with receiving(Receiver()) as portal:
        done = outlook.subscribe(portal, DISPATCHED)
        new = outlook.service.rotate(outlook.who, done.stream)
        assert outlook.service.secrets(outlook.who, done.stream) == [new, done.secret]
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: len(portal.told) == 1)  # verified by the old one
            portal.secret = new
            await asyncio.to_thread(outlook.moved)
            await until(lambda: len(portal.told) == 2)  # verified by the new one
            outlook.ahead = timedelta(hours=25)
            portal.secret = done.secret
            await asyncio.to_thread(outlook.moved)
            await until(lambda: outlook.reach(done).failures == 1)
    assert len(portal.told) == 2
    assert outlook.service.secrets(outlook.who, done.stream) == [new]


async def test_secrets_are_in_no_fact_no_table_and_differ(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        one, other = outlook.subscribe(portal), outlook.subscribe(portal)
    assert one.secret != other.secret
    kept = outlook.kept()
    assert one.stream.encode() in kept
    text = one.secret.removeprefix("whsec_").encode()
    raw = base64.b64decode(text)
    for form in (text, text.hex().encode(), raw, raw.hex().encode()):
        assert form not in kept


async def test_a_slow_receiver_holds_nobody_else_up(
    outlook: Outlook, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    slow, portal = Receiver(), Receiver()
    monkeypatch.setattr(slow, "serve", never)
    async with receiving(slow), receiving(portal):
        outlook.subscribe(slow)
        outlook.subscribe(portal)
        task = outlook.moved()
        async with outlook.relaying():
            await until(lambda: portal.positions() == outlook.entries(task))


async def test_an_answer_without_end_is_a_failure(outlook: Outlook) -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
                await writer.drain()
        except ConnectionError:
            writer.close()

    portal = Receiver()
    portal.serve = endless
    async with receiving(portal):
        done = outlook.subscribe(portal)
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: outlook.reach(done).failures == 1)
    assert outlook.store.attempts(done.stream, 1)[0].outcome == "http-too-much"


async def test_an_answer_that_drips_is_a_failure(
    outlook: Outlook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "ANSWER_SECONDS", 0.3)

    async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    portal = Receiver()
    portal.serve = dripping
    async with receiving(portal):
        done = outlook.subscribe(portal)
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: outlook.reach(done).failures == 1)
    assert outlook.store.attempts(done.stream, 1)[0].outcome == "http-too-slow"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(outlook: Outlook, status: int) -> None:
    async with receiving(Receiver()) as inner, receiving(Receiver(status=status)) as portal:
        portal.headers = f"Location: http://127.0.0.1:{inner.port}/inner\r\n"
        done = outlook.subscribe(portal)
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: outlook.reach(done).failures == 1)
    assert inner.connections == 0
    assert outlook.store.attempts(done.stream, 1)[0].outcome == f"http-{status}"


async def test_a_host_that_is_allowed_no_more_is_sent_nothing(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        done = outlook.subscribe(portal)
        outlook.moved()
        async with outlook.relaying(Whom("elsewhere.test", inner=True)):
            await until(lambda: outlook.reach(done).failures == 1)
    assert portal.connections == 0
    assert outlook.store.attempts(done.stream, 1)[0].outcome == "host-not-allowed"


async def test_an_entry_can_be_sent_once_more_under_its_id(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        done = outlook.subscribe(portal, DISPATCHED)
        outlook.moved()
        async with outlook.relaying():
            await until(lambda: len(portal.told) == 1)
            outlook.service.redeliver(outlook.who, done.stream, portal.positions()[0])
            await until(lambda: len(portal.told) == 2)
    assert portal.told[0] == portal.told[1]
    assert len(set(portal.ids)) == 1


@pytest.mark.parametrize("position", [0, 10_000])
async def test_only_what_was_subscribed_to_can_be_sent_again(
    outlook: Outlook, position: int
) -> None:
    async with receiving(Receiver()) as portal:
        done = outlook.subscribe(portal, DISPATCHED)
        with pytest.raises(CommandRefused, match="webhook-entry"):
            outlook.service.redeliver(outlook.who, done.stream, position)


async def test_of_two_relays_one_is_active_and_the_other_takes_over(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        outlook.subscribe(portal, DISPATCHED)
        stops = [asyncio.Event(), asyncio.Event()]
        relays = [Relay(outlook.town.books, outlook.store, LOCAL, poll_seconds=0.02) for _ in stops]
        running = [
            asyncio.create_task(relay.run(stop)) for relay, stop in zip(relays, stops, strict=True)
        ]
        outlook.moved()
        await until(lambda: len(portal.told) == 1)
        # One that has just lost the turn, or just taken it, is seen at its next look.
        await until(lambda: sum(bool(relay._serving) for relay in relays) == 1)
        active = [bool(relay._serving) for relay in relays]
        stops[active.index(True)].set()
        await running[active.index(True)]
        await asyncio.to_thread(outlook.moved)
        # What was told and not yet noted is told again, under the same id.
        await until(lambda: len(set(portal.ids)) == 2)
        for stop in stops:
            stop.set()
        await asyncio.gather(*running)
    assert len(set(portal.ids)) == 2


async def test_killed_between_delivery_and_note_it_is_sent_again_under_the_same_id(
    outlook: Outlook,
) -> None:
    """A real process, killed by itself after the receiver said yes and before that is noted."""
    async with receiving(Receiver()) as portal:
        outlook.subscribe(portal, DISPATCHED)
        outlook.moved()
        doomed = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.webhooks.doomed_relay",
            str(outlook.folder),
            outlook.database or "",
        )
        assert await asyncio.wait_for(doomed.wait(), 30) == -signal.SIGKILL
        assert len(portal.told) == 1
        outlook.ahead = timedelta(seconds=30)  # the dead one's lease runs out
        async with outlook.relaying():
            await until(lambda: len(portal.told) == 2)
    assert len(set(portal.ids)) == 1


async def test_lost_notes_mean_everything_again_under_the_same_ids(outlook: Outlook) -> None:
    async with receiving(Receiver()) as portal:
        outlook.subscribe(portal)
        task = outlook.moved()
        async with outlook.relaying():
            await until(lambda: portal.positions() == outlook.entries(task))
        outlook.store = outlook.fresh()
        async with outlook.relaying():
            await until(lambda: portal.positions() == outlook.entries(task) * 2)
        outlook.store.close()
    assert len(set(portal.ids)) == len(outlook.entries(task))


def test_pauses_grow_to_about_three_days_and_are_the_same_every_time() -> None:
    pauses = [pace.pause("a/1", tried) for tried in range(1, len(pace.PAUSES) + 1)]
    assert pauses == [pace.pause("a/1", tried) for tried in range(1, len(pace.PAUSES) + 1)]
    known = [one for one in pauses if one is not None]
    assert known == sorted(known)
    assert timedelta(days=2.5) < sum(known, timedelta()) < timedelta(days=3.6)
    assert pace.pause("a/1", len(pace.PAUSES) + 1) is None
    assert pace.pause("a/1", 4) != pace.pause("b/1", 4)
    assert pace.held("a", 1000) <= timedelta(hours=1.1)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/w.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_ledger()
    opened = Store(url)
    yield opened
    opened.close()


def test_the_delivery_log_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhooks.store.ATTEMPTS_KEPT", 40)
    at = "2026-05-11T01:00:00.000000Z"
    for number in range(60):
        told = Delivery(number, "task/1", 0, at)
        store.arrived("webhook/a", told, Attempt(number, 1, at, 204, "delivered", 3))
    store.arrived("webhook/b", told, Attempt(1, 1, at, 204, "delivered", 3))
    kept = store.attempts("webhook/a", 5000)
    assert [one.position for one in kept] == list(range(59, 19, -1))
    assert len(store.attempts("webhook/b", 5000)) == 1


def test_what_waits_is_read_once_and_taken_in_order(store: Store) -> None:
    now = datetime(2026, 5, 11, tzinfo=UTC)
    one = "webhook/a"
    assert store.reach(one, 7).position == 7
    store.read_on(one, 7, 20, [(9, "task/1"), (12, "task/2"), (15, "task/1")], now)
    store.read_on(one, 7, 20, [(9, "task/1")], now)  # another hand, too late
    first, second = store.due(one, now, 10)
    assert (first.position, second.position) == (9, 12)
    failed = Attempt(9, 1, "2026-05-11T00:00:00.000000Z", 500, "http-500", 1)
    store.failed(one, first, failed, now + timedelta(hours=1), now + timedelta(seconds=4))
    assert [each.position for each in store.due(one, now, 10)] == [12]
    assert store.reach(one, 7).failing_since == failed.at
    later = now + timedelta(hours=2)
    again, _ = store.due(one, later, 10)
    assert (again.position, again.tried) == (9, 1)
    store.failed(one, again, Attempt(9, 2, failed.at, 500, "http-500", 1), None, now)
    assert [each.position for each in store.due(one, later, 10)] == [12, 15]
    reach = store.reach(one, 7)
    assert (reach.position, reach.waiting, reach.dead, reach.failures) == (20, 2, 1, 2)
    store.give_up(one)
    assert store.due(one, later, 10) == []
    assert store.take("x", now)
    assert not store.take("y", now)
    store.let_go("x")
    assert store.take("y", now)


@pytest.mark.parametrize("went_well", [True, False])
def test_what_is_asked_for_again_while_it_is_on_its_way_is_sent_again(
    store: Store, went_well: bool
) -> None:
    now, one = datetime(2026, 5, 11, tzinfo=UTC), "webhook/a"
    store.read_on(one, -1, 20, [(9, "task/1")], now)
    (on_its_way,) = store.due(one, now, 10)
    store.put_again(one, 9, "task/1", now + timedelta(seconds=1))
    at = instant_text(now)
    if went_well:
        store.arrived(one, on_its_way, Attempt(9, 1, at, 204, "delivered", 3))
    else:
        failed = Attempt(9, 1, at, 500, "http-500", 3)
        store.failed(one, on_its_way, failed, now + timedelta(hours=1), now)
    (again,) = store.due(one, now + timedelta(seconds=1), 10)
    assert (again.position, again.tried) == (9, 0)
