"""A witness vouches for a log that only grows, and answers as C2SP tlog-witness says."""

import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.publishing.stage import RunningWitness
from tests.witness.logs import ORIGIN, TestLog, asking
from transparency.checkpoints import read_checkpoint
from transparency.keys import (
    COSIGNATURE_V1,
    ED25519,
    SigningKey,
    VerifierKey,
    cosigned_at,
    make_key,
)
from transparency.notes import Note, read_note, read_signature_lines
from witness.app import monitored, witness_app
from witness.asking import BODY_BYTES_MAX, AskingMalformed, read_asking
from witness.store import StoreRefused, WitnessStore

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KEY = SigningKey.generate("witness.example.org/w1", COSIGNATURE_V1)


@pytest.fixture
def log() -> TestLog:
    grown = TestLog()
    grown.grow(40)
    return grown


@pytest.fixture
def store(tmp_path: Path, log: TestLog) -> Iterator[WitnessStore]:
    opened = WitnessStore(tmp_path / "witness.db", create=True)
    opened.trust(log.key.verifier)
    yield opened
    opened.close()


@pytest.fixture
def witness(store: WitnessStore) -> Iterator[TestClient]:
    with TestClient(witness_app(store, KEY, lambda: NOON)) as client:
        yield client


def ask(witness: TestClient, body: bytes) -> tuple[int, str]:
    answer = witness.post("/add-checkpoint", content=body)
    return answer.status_code, answer.text


def test_it_cosigns_the_first_checkpoint_and_every_one_that_extends_it(
    witness: TestClient, store: WitnessStore, log: TestLog
) -> None:
    for old, new in ((0, 7), (7, 8), (8, 40), (40, 40)):
        status, lines = ask(witness, log.asking(old, new))
        assert status == 200
        note = Note(log.checkpoint(new).text, read_signature_lines(lines))
        signature = KEY.verifier.signed(note)
        assert signature is not None
        assert cosigned_at(signature) == NOON
        latest = store.latest(ORIGIN)
        assert latest is not None
        assert (latest.size, latest.root) == (new, log.subtree(0, new))


def test_an_unknown_log_is_not_found(witness: TestClient) -> None:
    other = TestLog("elsewhere.example.org")
    other.grow(3)
    assert ask(witness, other.asking(0, 3))[0] == 404


def test_a_checkpoint_without_a_trusted_signature_is_forbidden(
    witness: TestClient, store: WitnessStore, log: TestLog
) -> None:
    stranger = SigningKey.generate(ORIGIN, ED25519)
    assert ask(witness, log.asking(0, 7, log.note(7, stranger)))[0] == 403
    forged = log.note(7).encoded().replace(b"\n7\n", b"\n8\n")
    assert ask(witness, b"old 0\n\n" + forged)[0] == 403
    assert store.latest(ORIGIN) is None


def test_signatures_of_strangers_are_ignored(witness: TestClient, log: TestLog) -> None:
    stranger = SigningKey.generate("somebody.example", ED25519)
    status, lines = ask(witness, log.asking(0, 7, log.note(7, stranger, log.key)))
    assert status == 200
    assert len(lines.splitlines()) == 1


def test_a_stale_start_is_told_the_size(witness: TestClient, log: TestLog) -> None:
    ask(witness, log.asking(0, 20))
    for old in (0, 7, 21):
        answer = witness.post("/add-checkpoint", content=log.asking(old, 30))
        assert (answer.status_code, answer.content) == (409, b"20\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"


def test_going_back_is_refused(witness: TestClient, store: WitnessStore, log: TestLog) -> None:
    ask(witness, log.asking(0, 20))
    assert ask(witness, log.asking(20, 10))[0] == 400
    assert ask(witness, log.asking(0, 10)) == (409, "20\n")
    latest = store.latest(ORIGIN)
    assert latest is not None
    assert latest.size == 20


@pytest.mark.parametrize("size", [1, 7, 19, 20])
def test_another_past_is_refused_and_kept_as_proof(
    witness: TestClient, store: WitnessStore, log: TestLog, size: int
) -> None:
    """A log that signs two histories has given the proof of it away."""
    ask(witness, log.asking(0, 20))
    forked = log.fork(size, "other")
    status, _ = ask(witness, forked.asking(20, 30))
    assert status == 422
    (dispute,) = store.disputes(ORIGIN)
    assert (dispute.size, dispute.ground) == (30, "inconsistent")
    assert log.key.verifier.signed(read_note(dispute.note)) is not None
    latest = store.latest(ORIGIN)
    assert latest is not None
    assert latest.root == log.subtree(0, 20)


def test_another_root_of_the_same_size_is_a_conflict(
    witness: TestClient, store: WitnessStore, log: TestLog
) -> None:
    ask(witness, log.asking(0, 20))
    forked = log.fork(5, "other")
    assert ask(witness, forked.asking(20, 20)) == (409, "20\n")
    assert [each.ground for each in store.disputes(ORIGIN)] == ["fork"]


def test_a_proof_that_proves_nothing_is_refused(witness: TestClient, log: TestLog) -> None:
    ask(witness, log.asking(0, 20))
    proof = log.proof(20, 33)
    for wrong in ([], proof[:-1], [*proof, proof[0]], proof[::-1], [b"\0" * 32] * len(proof)):
        assert ask(witness, asking(20, wrong, log.note(33)))[0] == 422
    assert ask(witness, asking(20, proof, log.note(33)))[0] == 200


def test_a_proof_from_nothing_is_empty(witness: TestClient, log: TestLog) -> None:
    assert ask(witness, asking(0, log.proof(3, 9), log.note(9)))[0] == 422
    assert ask(witness, asking(0, [], log.note(9)))[0] == 200


MALFORMED = (
    b"",
    b"old 0\n",
    b"old 0\n\n",
    b"old 00\n\nCHECKPOINT",
    b"old -1\n\nCHECKPOINT",
    b"old \n\nCHECKPOINT",
    b"size 0\n\nCHECKPOINT",
    b"old 0 \n\nCHECKPOINT",
    b"old 99999999999999999999\n\nCHECKPOINT",
    b"old 0\nAAAA\n\nCHECKPOINT",
    b"old 0\n" + b"A" * 43 + b"B\n\nCHECKPOINT",
    b"old 0\n" + b"\xff" * 44 + b"\n\nCHECKPOINT",
    b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\nCHECKPOINT",
    b"old 0\n\nlog.example.org/test\n7\n",
    b"old 0\n\nlog.example.org/test\nseven\nAAAA\n\n\xe2\x80\x94 log.example.org/test AAAAAAA=\n",
    b"old 0\n\n\xff\xfe\n\n",
)


@pytest.mark.parametrize("body", MALFORMED)
def test_what_is_not_of_the_form_is_a_bad_request(
    witness: TestClient, log: TestLog, body: bytes
) -> None:
    assert ask(witness, body.replace(b"CHECKPOINT", log.note(7).encoded()))[0] == 400


@given(st.binary(max_size=300))
def test_no_bytes_make_it_stumble(body: bytes) -> None:
    try:
        read_asking(b"old 1\n" + body)
        read_asking(body)
    except AskingMalformed:
        return


@settings(max_examples=60)
@given(st.data())
def test_a_mutated_submission_never_moves_the_witness_to_what_was_not_signed(
    data: st.DataObject,
) -> None:
    log = TestLog()
    log.grow(30)
    body = bytearray(log.asking(12, 30))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        told = read_asking(bytes(body))
    except AskingMalformed:
        return
    genuine = told.note.text == log.checkpoint(30).text
    from witness.asking import trusted_signatures

    assert genuine or not trusted_signatures(told.note, [log.key.verifier])


def test_a_body_without_end_is_not_read(witness: TestClient, log: TestLog) -> None:
    assert ask(witness, b"old 0\n" + b"A" * BODY_BYTES_MAX)[0] == 413


def test_only_the_published_ways_in_are_there(witness: TestClient) -> None:
    assert witness.get("/add-checkpoint").status_code == 405
    assert witness.put("/add-checkpoint").status_code == 405
    assert witness.post("/").status_code == 405
    for path in ("/docs", "/openapi.json", "/witness.db", "/checkpoints/", "/checkpoints/../x"):
        assert witness.get(path).status_code == 404


def test_monitors_read_the_newest_cosigned_checkpoint(witness: TestClient, log: TestLog) -> None:
    assert witness.get(monitored(ORIGIN)).status_code == 404
    ask(witness, log.asking(0, 7))
    ask(witness, log.asking(7, 9))
    note = read_note(witness.get(monitored(ORIGIN)).content)
    assert read_checkpoint(note) == log.checkpoint(9)
    assert KEY.verifier.signed(note) is not None
    assert log.key.verifier.signed(note) is not None
    page = witness.get("/").text
    assert KEY.verifier.vkey in page
    assert f"{ORIGIN}  9" in page


def test_a_log_may_change_its_key(witness: TestClient, store: WitnessStore, log: TestLog) -> None:
    """Both keys are trusted for a while; afterwards the old one counts no more."""
    ask(witness, log.asking(0, 7))
    following = SigningKey.generate(ORIGIN, ED25519)
    assert ask(witness, log.asking(7, 8, log.note(8, following)))[0] == 403
    assert ask(witness, log.asking(7, 8, log.note(8, log.key, following)))[0] == 200
    assert store.trust(following.verifier)
    assert not store.trust(following.verifier)
    assert ask(witness, log.asking(8, 9, log.note(9, following)))[0] == 200
    assert store.distrust(log.key.verifier)
    assert ask(witness, log.asking(9, 10))[0] == 403
    assert ask(witness, log.asking(9, 10, log.note(10, following)))[0] == 200


def test_its_memory_cannot_be_turned_back(store: WitnessStore, log: TestLog) -> None:
    """Not even by statements, as long as the guards stand."""
    with TestClient(witness_app(store, KEY)) as witness:
        ask(witness, log.asking(0, 20))
    for statement in (
        "UPDATE latest SET size = 10",
        "UPDATE latest SET root = zeroblob(32)",
        "UPDATE latest SET origin = 'x'",
        "DELETE FROM latest",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="never goes back"):
            store._connection.execute(statement)


def test_a_memory_that_cannot_write_vouches_for_nothing(
    witness: TestClient, store: WitnessStore, log: TestLog
) -> None:
    store._connection.execute("PRAGMA query_only = ON")
    status, said = ask(witness, log.asking(0, 7))
    assert (status, "—" in said) == (503, False)
    store._connection.execute("PRAGMA query_only = OFF")
    assert store.latest(ORIGIN) is None
    assert ask(witness, log.asking(0, 7))[0] == 200


def test_a_missing_or_broken_memory_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StoreRefused, match="init"):
        WitnessStore(tmp_path / "nothing.db")
    (tmp_path / "broken.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreRefused):
        WitnessStore(tmp_path / "broken.db")


def test_of_many_submissions_at_once_none_rolls_the_witness_back(
    tmp_path: Path, log: TestLog
) -> None:
    """Two processes on one file, many threads: what was answered is never behind what stood."""
    log.grow(60)
    file = tmp_path / "witness.db"
    stores = [WitnessStore(file, create=True) for _ in range(2)]
    stores[0].trust(log.key.verifier)
    apps = [RunningWitness(tmp_path, f"w{number}", store) for number, store in enumerate(stores)]
    for app in apps:
        app.key = KEY
        app.start()
    answered: list[int] = []
    guard = threading.Lock()
    bodies = {
        (old, new): log.asking(old, new) for old in range(0, 100, 5) for new in (old + 5, 100)
    }
    forks = [log.fork(size, "other").asking(size, 100) for size in (10, 50)]

    def submit(number: int) -> None:
        lots = random.Random(number)
        known = 0
        with httpx2.Client(trust_env=False, timeout=30) as client:
            url = f"{apps[number % 2].url}/add-checkpoint"
            while known < 95:
                new = known + 5
                if lots.random() < 0.1:
                    status = client.post(url, content=lots.choice(forks)).status_code
                    assert status in {409, 422}
                answer = client.post(url, content=bodies[known, new])
                if answer.status_code == 200:
                    with guard:
                        answered.append(new)
                    known = new
                else:
                    assert answer.status_code == 409
                    known = int(answer.text) // 5 * 5

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for app in apps:
        app.stop()
    assert sorted(set(answered)) == list(range(5, 100, 5))
    assert len(answered) == len(set(answered)), "each size was reached by one submission"
    latest = stores[0].latest(ORIGIN)
    assert latest is not None
    assert (latest.size, latest.root) == (95, log.subtree(0, 95))
    for store in stores:
        store.close()


def test_killed_between_writing_and_answering_it_still_knows_what_it_vouched_for(
    tmp_path: Path, log: TestLog
) -> None:
    key = make_key(tmp_path / "witness.key", "w.example.org", COSIGNATURE_V1)
    store = WitnessStore(tmp_path / "witness.db", create=True)
    store.trust(log.key.verifier)
    store.close()
    doomed = subprocess.Popen(
        [sys.executable, "-m", "tests.witness.doomed_witness", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert doomed.stdout is not None
    url = doomed.stdout.readline().strip()
    with pytest.raises(httpx2.HTTPError):
        httpx2.post(f"{url}/add-checkpoint", content=log.asking(0, 20), trust_env=False)
    assert doomed.wait(30) == -9
    doomed.stdout.close()

    store = WitnessStore(tmp_path / "witness.db")
    with TestClient(witness_app(store, key)) as witness:
        forked = log.fork(5, "other")
        assert ask(witness, forked.asking(0, 25)) == (409, "20\n")
        assert ask(witness, forked.asking(20, 25))[0] == 422
        assert ask(witness, log.asking(0, 20)) == (409, "20\n")
        status, lines = ask(witness, log.asking(20, 20))
        assert status == 200
        assert key.verifier.signed(Note(log.checkpoint(20).text, read_signature_lines(lines)))
    store.close()


def test_a_key_is_parsed_as_it_was_stored(store: WitnessStore, log: TestLog) -> None:
    assert store.trusted(ORIGIN) == (VerifierKey.parse(log.key.verifier.vkey),)
    assert store.trusted("unknown") == ()
    assert store.origins() == [ORIGIN]
