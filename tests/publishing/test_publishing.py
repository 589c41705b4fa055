"""The log is published under its witnesses' quorum, and says so when one does not agree."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.envelope import By
from publishing.noting import ALARM_KINDS
from publishing.publisher import ALARMS_ALONE, PolicyNotOurs, Publisher, publishing
from publishing.rotating import NothingToRotate, rotate
from publishing.signer import SigningRefused, keys_on_record
from publishing.witnesses import Declined, KnownWitness, WitnessClient
from services.oversight import acting_by
from tests.accounts import BY_KEY, registrar
from tests.ledger.truth import check_ledger
from tests.publishing.stage import (
    ORIGIN,
    Office,
    RunningWitness,
    policy_of,
    rewrite,
    witnesses,
)
from transparency.checkpoints import read_checkpoint
from transparency.keys import (
    COSIGNATURE_V1,
    ED25519,
    SigningKey,
    SigningKeyRefused,
    cosigned_at,
)
from transparency.notes import read_note, read_signature_line
from transparency.policies import PolicyMalformed, read_policy
from witness.store import WitnessStore

INSPECTION, ARCHIVES = "inspection.example.org", "archives.example.org"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path / "home") as opened:
        opened.work(3)
        opened.sign()  # the key is on record, and can be given to witnesses
        yield opened
        check_ledger(opened.settings.ledger_url)


@pytest.fixture
def both(office: Office, tmp_path: Path) -> Iterator[list[RunningWitness]]:
    """Two witnesses that trust the office's key."""
    with witnesses(tmp_path, INSPECTION, ARCHIVES) as running:
        for each in running:
            trust(office, each)
        yield running


def trust(office: Office, witness: RunningWitness) -> None:
    for key in keys_on_record(office.publisher.noting.standing()):
        witness.store.trust(key)


def seen(witness: RunningWitness) -> int:
    latest = witness.store.latest(ORIGIN)
    return 0 if latest is None else latest.size


async def test_without_a_policy_the_signed_checkpoint_is_published(office: Office) -> None:
    done = await office.publisher.publish()
    assert (done.size, done.published, done.cosigned) == (4, 4, ())


async def test_two_of_two_publish_together(office: Office, both: list[RunningWitness]) -> None:
    office.publisher.adopt(policy_of(both, "all"))
    done = await office.publisher.publish()
    assert done.published == done.size == 5
    assert len(done.cosigned) == 2
    shown = office.published()
    assert shown is not None
    checkpoint, note = shown
    policy = read_policy(policy_of(both, "all"))
    assert policy.cosigners(note) == {each.key.verifier for each in both}
    for witness in both:
        signature = witness.key.verifier.signed(note)
        assert signature is not None
        assert abs(cosigned_at(signature) - datetime.now(UTC)) < timedelta(minutes=1)
        assert seen(witness) == checkpoint.size
    lines = office.publisher.checkpoints.cosignatures(5)
    assert {read_signature_line(each.line) for each in lines} <= set(note.signatures)
    assert office.publisher.folder.checkpoint(5) == note
    assert office.alarms() == []


async def test_one_of_two_is_enough_where_the_policy_says_so(
    office: Office, both: list[RunningWitness]
) -> None:
    office.publisher.adopt(policy_of(both, "any"))
    both[0].stop()
    done = await office.publisher.publish()
    assert done.published == done.size
    assert len(done.cosigned) == 1


async def test_without_the_quorum_the_checkpoint_waits_and_is_published_when_it_comes(
    office: Office, both: list[RunningWitness]
) -> None:
    await office.publisher.publish()
    office.publisher.adopt(policy_of(both, "all"))
    both[1].stop()
    done = await office.publisher.publish()
    assert (done.size, done.published) == (5, 4)
    kept = office.publisher.folder.checkpoint(5)
    assert kept is not None
    assert both[0].key.verifier.signed(kept) is not None
    both[1].start()
    done = await office.publisher.publish()
    assert (done.signed, done.published) == (False, 5)


async def test_a_stale_start_is_mended_from_the_size_the_witness_tells(
    office: Office, both: list[RunningWitness]
) -> None:
    """A publisher that remembers nothing goes on by itself."""
    office.publisher.adopt(policy_of(both, "all"))
    for _ in range(3):
        office.work(100)
        assert (await office.publisher.publish()).published is not None
    office.work(1)
    office.sign()
    newest = office.publisher.checkpoints.newest()
    assert newest is not None
    note = read_note(newest.note)
    for wrong in (0, 3, 100):
        for witness in both:
            known = KnownWitness(witness.name, witness.key.verifier, witness.url)
            async with WitnessClient(seen={known.id: wrong}) as client:
                prove = office.publisher.folder.tiles.consistency
                answer = await client.ask(known, read_checkpoint(note), note, prove)
                assert not isinstance(answer, Declined)
                assert client.seen[known.id] == newest.size
    assert office.alarms() == []


async def test_a_rewritten_ledger_is_refused_by_its_own_signer(office: Office) -> None:
    await office.publisher.publish()
    before = office.published()
    office.books.close()
    shutil.copytree(office.home, office.home.with_name("aside"))
    rewrite(office.home, "DELETE FROM entries WHERE position = 3")
    office.restart()
    with pytest.raises(SigningRefused):
        await office.publisher.publish()
    assert office.published() == before
    office.books.close()
    shutil.rmtree(office.home)
    office.home.with_name("aside").rename(office.home)
    office.restart()
    assert (await office.publisher.publish()).published == 4, "with the backup all is well again"


@pytest.mark.parametrize("entries", [1, 40])
async def test_a_ledger_rewritten_with_everything_the_operator_has_is_refused_by_the_witness(
    office: Office, both: list[RunningWitness], tmp_path: Path, entries: int
) -> None:
    """New ledger, new folder, the stolen key: only somebody else's memory can tell."""
    office.publisher.adopt(policy_of(both, "all"))
    office.work(20)
    await office.publisher.publish()
    stood = seen(both[0])
    with Office(tmp_path / "forged", log_key_file=office.settings.log_key_path) as forged:
        forged.work(entries)
        forged.sign()
        forged.publisher.adopt(policy_of(both, "all"))
        for _ in range(4):
            forged.work(1)
            done = await forged.publisher.publish()
            assert done.published is None
        assert [each[:2] for each in forged.alarms()] == [
            ("witness_alarm_raised.v1", INSPECTION),
            ("witness_alarm_raised.v1", ARCHIVES),
        ]
        assert {each[2] for each in forged.alarms()} == {"INCONSISTENT"}
    assert [seen(each) for each in both] == [stood, stood]
    if entries == 40:
        assert [each.ground for each in both[0].store.disputes(ORIGIN)] == ["inconsistent"] * 4


async def test_an_alarm_is_raised_once_and_cleared_once(
    office: Office, both: list[RunningWitness]
) -> None:
    office.publisher.adopt(policy_of(both, "any"))
    both[1].store.distrust(keys_on_record(office.publisher.noting.standing())[0])
    for _ in range(4):
        office.work(1)
        await office.publisher.publish()
        office.restart()
    assert office.alarms() == [("witness_alarm_raised.v1", ARCHIVES, "REFUSED")]
    trust(office, both[1])
    for _ in range(3):
        await office.publisher.publish()
    assert office.alarms()[1:] == [("witness_alarm_cleared.v1", ARCHIVES, None)]


async def test_silence_is_an_alarm_only_after_a_while(
    office: Office, both: list[RunningWitness]
) -> None:
    office.publisher.adopt(policy_of(both, "any"))
    both[1].stop()
    for _ in range(2):
        office.work(1)
        await office.publisher.publish()
    assert office.alarms() == []
    office.publisher.alarms.patience = timedelta(0)
    for _ in range(3):
        office.work(1)
        await office.publisher.publish()
    assert office.alarms() == [("witness_alarm_raised.v1", ARCHIVES, "UNREACHABLE")]


async def test_a_failing_witness_does_not_make_the_log_grow(
    office: Office, both: list[RunningWitness]
) -> None:
    """An alarm is an entry; it alone brings no checkpoint, which would bring the next alarm."""
    office.publisher.adopt(policy_of(both, "all"))
    for each in both:
        each.store.distrust(keys_on_record(office.publisher.noting.standing())[0])
    await office.publisher.publish()
    assert len(office.alarms()) == 2
    soon = datetime.now(UTC) + timedelta(minutes=10)
    assert not office.publisher.due(soon)
    assert office.publisher.due(datetime.now(UTC) + ALARMS_ALONE + timedelta(minutes=1))
    size, head = office.publisher.checkpoints.newest(), office.books.ledger.head()
    for _ in range(5):
        await office.publisher.publish(sign=office.publisher.due(soon))
    assert (office.publisher.checkpoints.newest(), office.books.ledger.head()) == (size, head)
    office.work(1)
    assert office.publisher.due(soon)
    assert {"witness_alarm_raised.v1", "witness_alarm_cleared.v1"} == ALARM_KINDS


async def test_a_checkpoint_is_due_by_time_or_by_number(office: Office) -> None:
    now = datetime.now(UTC)
    assert not office.publisher.due(now + timedelta(days=1))
    office.work(1)
    assert not office.publisher.due(now)
    assert office.publisher.due(now + timedelta(seconds=61))
    office.work(254)
    assert not office.publisher.due(now)
    office.work(1)
    assert office.publisher.due(now)


class WrongKey(RunningWitness):
    """A witness that answers with a key nobody was told of."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self.told = SigningKey.generate(name, COSIGNATURE_V1)

    @property
    def vkey(self) -> str:
        return self.told.verifier.vkey


async def test_a_cosignature_of_another_key_counts_for_nothing(
    office: Office, tmp_path: Path
) -> None:
    impostor = WrongKey(tmp_path, "impostor.example.org").start()
    trust(office, impostor)
    office.publisher.adopt(policy_of([impostor], "all"))
    done = await office.publisher.publish()
    assert (done.published, done.cosigned) == (None, ())
    assert [each[2] for each in office.alarms()] == ["INVALID_COSIGNATURE"]
    impostor.stop()
    impostor.store.close()


def keeper(office: Office) -> By:
    """Return who may have the log's key replaced: the registrar, with the key of their account."""
    who = registrar(office.books.desk)
    rules = office.books.rulebook.rules(office.books.desk.neighbours)
    now = office.books.ledger.clock()
    return acting_by(rules, who.person, "rotate_signing_key", now, BY_KEY)


async def test_a_key_is_rotated_with_one_checkpoint_signed_by_both(
    office: Office, both: list[RunningWitness]
) -> None:
    office.publisher.adopt(policy_of(both, "all"))
    await office.publisher.publish()
    (old,) = keys_on_record(office.publisher.noting.standing())
    new, done = await rotate(office.publisher, "年度更换", keeper(office))
    assert new != old
    assert done.published == done.size, "witnesses that know only the old key go on"
    bridge = office.publisher.folder.checkpoint(done.size)
    assert bridge is not None
    assert old.signed(bridge) is not None
    assert new.signed(bridge) is not None
    assert not office.publisher.keyring.next_file.exists()
    for each in both:
        trust(office, each)
    office.restart()
    office.work(1)
    after = await office.publisher.publish()
    assert after.published == after.size
    note = office.publisher.folder.checkpoint(after.size)
    assert note is not None
    assert (old.signed(note), new.signed(note) is None) == (None, False)
    for stored in office.publisher.checkpoints.above(-1):
        told = read_note(stored.note)
        assert old.signed(told) or new.signed(told)
    assert keys_on_record(office.publisher.noting.standing()) == (old, new)


async def test_a_rotation_cut_short_is_ended_by_the_next_signature(office: Office) -> None:
    """The fact is on record, the process died: whoever signs next signs with both."""
    (old,) = keys_on_record(office.publisher.noting.standing())
    new = office.publisher.keyring.next(ORIGIN).verifier
    office.work(1)
    office.sign()
    newest = office.publisher.checkpoints.newest()
    assert newest is not None
    assert new.signed(read_note(newest.note)) is None, "a key nobody recorded signs nothing"
    office.publisher.noting.key_rotated(ORIGIN, new.vkey, "年度更换", keeper(office))
    office.restart()
    office.sign()
    newest = office.publisher.checkpoints.newest()
    assert newest is not None
    assert old.signed(read_note(newest.note))
    assert new.signed(read_note(newest.note))
    again, _ = await rotate(office.publisher, "再次更换", keeper(office))
    assert again not in (old, new)


async def test_a_lost_key_is_replaced_only_when_it_is_lost(office: Office) -> None:
    with pytest.raises(NothingToRotate):
        await rotate(office.publisher, "遗失", keeper(office), lost=True)
    office.settings.log_key_path.unlink()
    office.work(1)
    with pytest.raises(SigningKeyRefused, match="--lost"):
        office.sign()
    new, done = await rotate(office.publisher, "遗失", keeper(office), lost=True)
    note = office.publisher.folder.checkpoint(done.size)
    assert note is not None
    assert new.signed(note) is not None
    assert len(note.signatures) == 1
    office.work(1)
    assert office.sign() is not None


async def test_another_key_in_the_file_is_refused(office: Office) -> None:
    from transparency.keys import make_key

    office.settings.log_key_path.unlink()
    make_key(office.settings.log_key_path, ORIGIN, ED25519)
    office.work(1)
    with pytest.raises(SigningKeyRefused, match="on record"):
        office.sign()


async def test_a_policy_of_other_logs_is_refused(
    office: Office, both: list[RunningWitness]
) -> None:
    stranger = SigningKey.generate("elsewhere.example.org", ED25519).verifier
    with pytest.raises(PolicyNotOurs):
        office.publisher.adopt(f"log {stranger.vkey}\n{policy_of(both, 'all')}")
    with pytest.raises(PolicyMalformed):
        office.publisher.adopt("quorum nobody-named\n")
    (ours,) = keys_on_record(office.publisher.noting.standing())
    office.publisher.adopt(f"log {ours.vkey}\n{policy_of(both, 'all')}")
    head = office.books.ledger.head()
    office.publisher.adopt(f"log {ours.vkey}\n{policy_of(both, 'all')}")
    assert office.books.ledger.head() == head


async def test_two_publishers_of_one_log_agree(office: Office, both: list[RunningWitness]) -> None:
    """`jiedui log publish` by hand while the service runs raises no alarm."""
    office.publisher.adopt(policy_of(both, "all"))
    other = Publisher(office.settings, office.books)
    for _ in range(4):
        office.work(3)
        await asyncio.gather(office.publisher.publish(), other.publish())
    done = await office.publisher.publish()
    assert done.published == done.size == office.books.ledger.head() + 1
    assert office.alarms() == []


async def test_the_service_publishes_until_told_to_stop(
    tmp_path: Path, both: list[RunningWitness]
) -> None:
    policy_file = tmp_path / "policy"
    policy_file.write_text(policy_of(both, "any"))
    with Office(
        tmp_path / "service",
        checkpoint_entries=2,
        witness_policy_file=policy_file,
    ) as office:
        office.work(3)
        office.sign()
        for each in both:
            trust(office, each)
        stop = asyncio.Event()
        async with publishing(office.settings, office.books, stop) as publisher:
            office.work(10)
            while (now := office.published()) is None or (
                now[0].size != office.books.ledger.head() + 1
            ):
                await asyncio.sleep(0.05)
            office.work(1)
        shown = office.published()
        assert shown is not None
        assert shown[0].size == office.books.ledger.head() + 1, "a last one at the end"
        assert publisher.trouble == ""
        assert office.publisher.noting.standing().policy == policy_file.read_text()


async def test_a_given_policy_that_cannot_be_read_never_means_publishing_without_one(
    tmp_path: Path, both: list[RunningWitness]
) -> None:
    file = tmp_path / "policy"
    file.write_text("quorum somebody\n")
    with Office(tmp_path / "other", witness_policy_file=file) as office:
        office.work(1)
        settings = office.settings.model_copy(update={"checkpoint_seconds": 0.05})
        publisher, stop = Publisher(settings, office.books), asyncio.Event()
        running = asyncio.create_task(publisher.run(stop))
        while not publisher.trouble:
            await asyncio.sleep(0.01)
        assert "somebody" in publisher.trouble
        assert office.published() is None
        file.write_text(policy_of(both, "all"))
        while publisher.trouble:
            await asyncio.sleep(0.01)
        stop.set()
        await running
        assert publisher.noting.standing().policy == policy_of(both, "all")
        # The witnesses do not know this log's key: signed, and not published.
        assert publisher.checkpoints.newest() is not None
        assert office.published() is None


async def test_a_checkpoint_file_that_is_damaged_is_written_again(office: Office) -> None:
    await office.publisher.publish()
    file = office.settings.log_path / "checkpoint"
    for damage in (
        b"",
        b"not a note",
        file.read_bytes()[:40],
        b"a\nb\n\n\xe2\x80\x94 x AAAAAAA=\n",
    ):
        file.write_bytes(damage)
        assert office.published() is None
        await office.publisher.publish()
        shown = office.published()
        assert shown is not None
        assert shown[0].size == 4


async def test_trouble_is_told_and_goes_away(office: Office, tmp_path: Path) -> None:
    """A database that is away for a while does not end the publisher."""
    office.work(1)
    stop = asyncio.Event()
    settings = office.settings.model_copy(update={"checkpoint_seconds": 0.05})
    publisher = Publisher(settings, office.books)
    office.settings.log_key_path.chmod(0o644)
    running = asyncio.create_task(publisher.run(stop))
    while not publisher.trouble:
        await asyncio.sleep(0.01)
    assert "chmod 600" in publisher.trouble
    office.settings.log_key_path.chmod(0o600)
    while publisher.trouble:
        await asyncio.sleep(0.01)
    stop.set()
    await running
    shown = office.published()
    assert shown is not None
    assert shown[0].size == office.books.ledger.head() + 1


def test_a_witness_store_of_the_tests_is_closed(tmp_path: Path) -> None:
    """Guard of the stage itself: a stopped witness leaves no thread and keeps its memory."""
    with witnesses(tmp_path, INSPECTION) as (one,):
        one.stop()
        one.start()
    WitnessStore(tmp_path / INSPECTION / "witness.db").close()
