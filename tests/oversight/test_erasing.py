"""A resident is forgotten for good: the fact stays and is provable, the keys and texts are gone."""

import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text

from desk import clerking
from desk.casework import Asking, Written
from desk.gateway import asking_of
from desk.identifiers import new_uuid7
from desk.orders import Order
from domain.casebook import kind_of
from domain.envelope import SYSTEM
from domain.oversight.parties import Parties
from domain.refusals import CommandRefused
from domain.sealed import sealed_in
from services.erasing import erase_subject
from services.oversight import acting_by
from tests.accounts import BY_KEY
from tests.journeys.district import REGISTRATION, order
from tests.oversight.secrets import forms_of, secrets_of
from tests.oversight.town import GRANDMOTHER, Town
from vault.erasing import NotRecorded, destroy_keys

BASIS = "本人撤回同意，依个人信息保护法第四十七条"


def erase(town: Town, subject: str) -> Any:
    return erase_subject(town.books, subject, officer(town), BASIS)


def closed_task(town: Town, **about: Any) -> tuple[str, str]:
    """Return a task that is over, and its resident."""
    task = town.task(**about)
    subject = town.requester(task)
    town.close(task)
    return task, subject


def again(town: Town, one: Order) -> Written | CommandRefused:
    """Hand *one* in as the gateway is handed it, and return the answer it gives at once."""
    (answer,) = town.books.desk.record_now(
        one.stream, [asking_of(kind_of(one.stream), one)]
    ).answers
    return answer


# The command.


async def test_nobody_is_erased_while_a_task_of_theirs_is_open(town: Town) -> None:
    task = town.task()
    subject = town.requester(task)
    with pytest.raises(CommandRefused) as refused:
        erase_subject(town.books, subject, officer(town), BASIS)
    assert refused.value.rule == "subject-still-needed"
    assert town.kinds(subject) == []
    assert not town.books.vault.erased(subject)
    town.close(task)
    assert erase(town, subject).holders == (subject, task)


def officer(town: Town) -> Any:
    rules = town.books.rulebook.rules(town.books.desk.neighbours)
    return acting_by(rules, town.person("dpo"), "record_erasure", datetime.now(UTC), BY_KEY)


async def test_only_the_officer_erases(town: Town) -> None:
    rules = town.books.rulebook.rules(town.books.desk.neighbours)
    for name in ("auditor", "supervisor", "center"):
        with pytest.raises(CommandRefused) as refused:
            acting_by(rules, town.person(name), "record_erasure", datetime.now(UTC), BY_KEY)
        assert refused.value.rule == "role-permitted"


async def test_an_erasure_leaves_a_tombstone_in_the_log(town: Town) -> None:
    _, subject = closed_task(town)
    stone = erase_subject(town.books, subject, officer(town), BASIS)
    (entry,) = town.books.ledger.read(subject)
    assert (entry.kind, entry.fact["basis"]) == ("subject_erased.v1", BASIS)
    assert (stone.position, stone.hash) == (entry.position, entry.hash)
    assert entry.by.person == town.person("dpo")
    assert town.books.vault.erased(subject)


async def test_an_erasure_may_be_repeated(town: Town) -> None:
    _, subject = closed_task(town)
    first, second = erase(town, subject), erase(town, subject)
    assert (first.position, first.holders) == (second.position, second.holders)
    assert (first.repeated, second.repeated) == (False, True)
    assert len(town.kinds(subject)) == 1


async def test_an_erasure_that_was_cut_short_is_finished_by_the_next(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the fact and the key: the fact stands, and the second run destroys the key."""
    task, subject = closed_task(town)

    def killed(*_: Any) -> Any:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(town.books.vault, "erase", killed)
        with pytest.raises(OSError, match="killed"):
            erase(town, subject)
    assert town.kinds(subject) == ["subject_erased.v1"]
    assert not town.books.vault.erased(subject)
    assert erase(town, subject).holders == (subject, task)
    assert town.books.vault.erased(subject)
    assert town.books.vault.erased(task)


async def test_no_key_goes_without_the_fact(town: Town) -> None:
    _, subject = closed_task(town)
    with pytest.raises(NotRecorded, match="not on record"):
        destroy_keys(town.books.ledger, town.books.vault, subject)
    assert not town.books.vault.erased(subject)


async def test_somebody_the_ledger_does_not_know_is_not_erased(town: Town) -> None:
    with pytest.raises(CommandRefused) as refused:
        erase(town, f"subject/{new_uuid7()}")
    assert refused.value.rule == "subject-unknown"


async def test_a_task_that_was_allowed_to_erase_is_never_held_up(town: Town) -> None:
    """The task's own rule has been asked; its fact says the key is destroyed, and so it must be."""
    task = town.task()
    subject = town.requester(task)
    asking = Asking(f"because/{task}/9", SYSTEM, {"kind": "record_erasure", "basis": BASIS})
    (answer,) = town.books.desk.record_now(subject, [asking]).answers
    assert isinstance(answer, Written)


# Whose keys.


def merged(town: Town, duplicate: str, master: str) -> None:
    """Merge one task into another, and let the errand between them be run."""
    town.ask(duplicate, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(duplicate, "merge_into", "dispatcher", master=master)
    ((version, errand),) = clerking.look(town.books.desk, duplicate, 0).errands
    assert errand.stream == master
    assert clerking.run_errand(town.books.desk, duplicate, version, errand.command_id)


async def test_a_tasks_key_goes_with_the_last_of_its_parties(town: Town) -> None:
    """The other party's case must stay readable, and not for longer than there is one."""
    master, duplicate = town.task(), town.task()
    first, second = town.requester(duplicate), town.requester(master)
    merged(town, duplicate, master)
    assert erased_by_errand(town, first) == [first, duplicate]
    sealed = dict(sealed_in(town.books.ledger.read(master)[0].fact))
    assert town.books.vault.open(sealed["text"]) == GRANDMOTHER["text"].encode()
    assert erased_by_errand(town, second) == [second, master]
    assert town.books.vault.open(sealed["text"]) is None


def erased_by_errand(town: Town, subject: str) -> list[str]:
    """Erase as a task's errand does; the rule about open tasks was the task's."""
    asking = Asking(f"because/{subject}", SYSTEM, {"kind": "record_erasure", "basis": BASIS})
    town.books.desk.record_now(subject, [asking])
    return destroy_keys(town.books.ledger, town.books.vault, subject)


SUBJECTS = [f"subject/{number}" for number in range(4)]
TASKS = [f"task/{number}" for number in range(4)]


@given(
    st.dictionaries(st.sampled_from(TASKS), st.sets(st.sampled_from(SUBJECTS))),
    st.permutations(SUBJECTS),
)
def test_erasing_everybody_in_any_order_ends_every_key_that_had_a_party(
    parties_of: dict[str, set[str]], order_of_erasure: list[str]
) -> None:
    """And after each step exactly the tasks are gone none of whose parties is left."""
    parties = Parties()
    for task, known in parties_of.items():
        told = sorted(known)
        parties.remember(task, "task_registered.v1", {"requester": told[0] if told else None})
        parties.remember(task, "duplicate_attached.v1", {"subjects": tuple(told[1:])})
    gone: set[str] = set()
    for subject in order_of_erasure:
        gone |= set(parties.holders_of(subject))
        parties.remember(subject, "subject_erased.v1", {})
        alive = set(order_of_erasure) - gone
        for task, known in parties_of.items():
            assert (task in gone) == (bool(known) and not known & alive)


# The retry of an old command.


async def test_the_same_command_again_gets_its_receipt_and_opens_nothing(town: Town) -> None:
    """Same id, same content: done before, whatever was erased since; no key comes back."""
    task, subject = closed_task(town)
    registered, withdrawn = [one for one in town.sent if one.stream == task]
    before = [town.books.ledger.receipt(task, one.command_id) for one in (registered, withdrawn)]
    erase(town, subject)
    for one, receipt in zip((registered, withdrawn), before, strict=True):
        answer = again(town, one)
        assert isinstance(answer, Written)
        assert receipt is not None
        assert (answer.repeated, answer.hash) == (True, receipt.hash)
    assert town.books.vault.erased(subject)
    assert town.books.vault.erased(task)


async def test_the_same_id_with_other_content_is_still_a_conflict(town: Town) -> None:
    task, subject = closed_task(town)
    registered = next(one for one in town.sent if one.stream == task)
    erase(town, subject)
    for other in ({"category": "MEAL"}, {"privacy_notice": "notice-2"}):
        changed = registered.model_copy(update={"command": {**registered.command, **other}})
        answer = again(town, changed)
        assert isinstance(answer, CommandRefused)
        assert answer.rule == "command-conflict"


async def test_another_text_under_the_same_id_can_no_longer_be_told_apart(town: Town) -> None:
    """Its digest died with the key: the receipt of the first time, and nothing is written."""
    task, subject = closed_task(town)
    registered = next(one for one in town.sent if one.stream == task)
    changed = registered.model_copy(
        update={"command": {**registered.command, "text": "另一段文字"}}
    )
    before = again(town, changed)
    assert isinstance(before, CommandRefused)
    assert before.rule == "command-conflict"
    erase(town, subject)
    head = town.books.ledger.head()
    answer = again(town, changed)
    assert isinstance(answer, Written)
    assert answer.repeated
    assert town.books.ledger.head() == head


async def test_a_new_command_for_the_erased_is_refused(town: Town) -> None:
    task, subject = closed_task(town)
    erase(town, subject)
    told = order(task, "withdraw_task", town.district.people["center"], reason="再次撤回")
    other = order(
        f"task/{new_uuid7()}",
        "register_task",
        town.district.people["center"],
        **(REGISTRATION | GRANDMOTHER | {"requester": subject}),
    )
    for one in (told, other):
        answer = again(town, one)
        assert isinstance(answer, CommandRefused)
        assert answer.rule == "subject-erased"


# What is left on disk.


async def test_neither_text_nor_key_nor_bare_digest_is_left_in_the_databases(
    either_town: Town, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Everything the installation wrote is read as bytes, before and after."""
    town = either_town
    task, subject = closed_task(town)
    secrets = secrets_of(town.books, tmp_path / "keys" / "vault.key", [subject, task])
    texts = {name: value.encode() for name, value in GRANDMOTHER.items()}
    bare = {f"sha256 of {name}": hashlib.sha256(value).digest() for name, value in texts.items()}
    for _ in range(60):
        town.books.vault.seal(f"subject/{new_uuid7()}", new_uuid7(), b"x" * 300)
    before = everything(town, tmp_path, request)
    assert secrets["wrapped " + subject] in before
    erase(town, subject)
    after = everything(town, tmp_path, request)
    assert len(after) > 10_000
    for name, secret in {**secrets, **texts, **bare}.items():
        for form in forms_of(secret):
            assert form not in after, name


def everything(town: Town, folder: Path, request: pytest.FixtureRequest) -> bytes:
    """Return the bytes of every file of the home, and on PostgreSQL of every table and its rows."""
    # Read by another process: closing a file drops SQLite's locks on it in this one.
    files = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    read = subprocess.run(["/bin/cat", *files], check=True, capture_output=True).stdout
    if town.url.startswith("sqlite"):
        return read
    server = request.getfixturevalue("postgres")
    engine = create_engine(town.url)
    rows: list[bytes] = []
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                rows += [one if isinstance(one, bytes) else str(one).encode() for one in row]
        database = connection.execute(text("SELECT current_database()")).scalar_one()
    engine.dispose()
    with server.admin(str(database)) as admin:
        admin.execute("CHECKPOINT")
        found = admin.execute(
            "SELECT pg_relation_filepath(oid) FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')"
        )
        heaps = [server.folder / "data" / path for (path,) in found if path]
    return b"".join([read, *rows, *(file.read_bytes() for file in heaps if file.exists())])
