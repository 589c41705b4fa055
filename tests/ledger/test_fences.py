"""What an append is fenced by beside the case's version, and what stands in the vault before it."""

import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.database import CLOCK_BEHIND_MAX, ClockBehind
from ledger.store import Ledger, RulesMoved, VersionTaken, open_ledger
from tests.ledger.episodes import MONDAY, a_task, append, facts
from tests.ledger.holding import held
from vault.vault import HolderErased, ItemConflict, KeyTaken, Vault

UNIT = "unit/440106-CA"


# -- the registry ----------------------------------------------------------------------------


def test_an_append_under_an_older_registry_is_refused_whole(ledger: Ledger) -> None:
    task = a_task()
    append(ledger, task, 0, "c-1")
    append(ledger, UNIT, 0, facts("u-1", "unit_registered.v1"))
    with pytest.raises(RulesMoved):
        ledger.append(task, 1, [facts("c-2")], at=MONDAY, book_seen=0)
    assert ledger.version(task) == 1
    ledger.append(task, 1, [facts("c-2")], at=MONDAY, book_seen=1)
    assert ledger.version(task) == 2


def test_other_cases_move_no_rules(ledger: Ledger) -> None:
    append(ledger, UNIT, 0, facts("u-1", "unit_registered.v1"))
    task = a_task()
    for number in range(3):
        append(ledger, a_task(), 0, "c-1")
        ledger.append(task, number, [facts(f"c-{number}")], at=MONDAY, book_seen=0)


def test_a_registry_fact_of_the_same_group_counts_as_well(ledger: Ledger, ledger_url: str) -> None:
    """Two wait together: the decision beside the registry's change is decided anew."""
    task, answers = a_task(), list[Any]()

    def changing() -> None:
        answers.append(append(ledger, UNIT, 0, facts("u-1", "unit_registered.v1")))

    def deciding() -> None:
        try:
            answers.append(ledger.append(task, 0, [facts("c-1")], at=MONDAY, book_seen=-1))
        except RulesMoved as moved:
            answers.append(moved)

    with held(ledger_url):
        threads = [threading.Thread(target=one) for one in (changing, deciding)]
        for thread in threads:
            thread.start()
            thread.join(0.3)
    for thread in threads:
        thread.join()
    moved = [answer for answer in answers if isinstance(answer, RulesMoved)]
    assert len(moved) == (ledger.version(task) == 0)


def test_a_command_recorded_before_is_answered_whatever_the_registry_says(ledger: Ledger) -> None:
    task = a_task()
    first = ledger.append(task, 0, [facts("c-1")], at=MONDAY, book_seen=-1)
    append(ledger, UNIT, 0, facts("u-1", "unit_registered.v1"))
    (again,) = ledger.append(task, 0, [facts("c-1")], at=MONDAY, book_seen=-1)
    assert again.repeated
    assert again.receipt == first[0].receipt


# -- what is kept beside ---------------------------------------------------------------------


def test_only_what_is_accepted_is_kept_beside_and_before_it_is_written(ledger: Ledger) -> None:
    kept: list[str] = []
    task = a_task()

    def beside(batches: Sequence[Sequence[Any]]) -> list[Exception | None]:
        assert ledger.version(task) == len(kept), "the entry comes afterwards"
        kept.extend(one for batch in batches for one in batch)
        return [None for _ in batches]

    ledger.writer.beside = beside
    ledger.append(task, 0, [facts("c-1")], at=MONDAY, sealed=["one"])
    with pytest.raises(VersionTaken):
        ledger.append(task, 0, [facts("c-2")], at=MONDAY, sealed=["outdated"])
    ledger.append(task, 0, [facts("c-1")], at=MONDAY, sealed=["repeated"])
    assert kept == ["one"]


def test_what_could_not_be_kept_is_not_written_and_harms_no_other(
    ledger: Ledger, ledger_url: str
) -> None:
    good, bad, answers = a_task(), a_task(), dict[str, Any]()

    def beside(batches: Sequence[Sequence[Any]]) -> list[Exception | None]:
        return [KeyTaken("for the sake of this test") if "bad" in one else None for one in batches]

    def appending(stream: str, what: str) -> None:
        try:
            answers[what] = ledger.append(stream, 0, [facts("c-1")], at=MONDAY, sealed=[what])
        except KeyTaken as taken:
            answers[what] = taken

    ledger.writer.beside = beside
    with held(ledger_url):
        threads = [
            threading.Thread(target=appending, args=one) for one in ((bad, "bad"), (good, "good"))
        ]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert isinstance(answers["bad"], KeyTaken)
    assert (ledger.version(bad), ledger.version(good)) == (0, 1)


# -- the vault -------------------------------------------------------------------------------


def names() -> tuple[str, str]:
    return f"subject/{uuid.uuid4()}", str(uuid.uuid4())


def test_what_is_sealed_in_memory_is_nowhere_until_it_is_kept(vault: Vault) -> None:
    holder, item = names()
    prepared = vault.sealing().seal([(holder, item, b"text")])
    assert vault.items_of([item]) == {}
    assert vault.keep_many([[prepared]]) == [None]
    assert vault.open(prepared.references[0]) == b"text"
    assert vault.keep_many([[prepared]]) == [None], "kept twice is kept once"


def test_one_sealing_gives_a_new_holder_one_key(vault: Vault) -> None:
    holder, item = names()
    sealing, other = vault.sealing(), str(uuid.uuid4())
    first = sealing.seal([(holder, item, b"one")])
    second = sealing.seal([(holder, other, b"two"), (holder, item, b"one")])
    assert second.references[1] == first.references[0]
    assert vault.keep_many([[first, second]]) == [None]
    assert vault.open(second.references[0]) == b"two"
    with pytest.raises(ItemConflict):
        sealing.seal([(holder, item, b"another")])


def test_of_two_who_give_a_holder_a_key_the_second_seals_anew(vault: Vault) -> None:
    holder, item = names()
    mine = vault.sealing().seal([(holder, item, b"mine")])
    yours = vault.sealing().seal([(holder, str(uuid.uuid4()), b"yours")])
    kept, taken = vault.keep_many([[mine], [yours]])
    assert kept is None
    assert isinstance(taken, KeyTaken)
    assert vault.open(mine.references[0]) == b"mine"
    again = vault.sealing().seal([(holder, str(uuid.uuid4()), b"yours")])
    assert vault.keep_many([[again]]) == [None]


def test_a_holder_erased_meanwhile_and_a_text_that_changed_are_not_kept(vault: Vault) -> None:
    holder, item = names()
    vault.seal(holder, str(uuid.uuid4()), b"old")
    late = vault.sealing().seal([(holder, item, b"late")])
    vault.erase(holder)
    (erased,) = vault.keep_many([[late]])
    assert isinstance(erased, HolderErased)

    holder, item = names()
    vault.seal(holder, str(uuid.uuid4()), b"key")
    one = vault.sealing().seal([(holder, item, b"one")])
    two = vault.sealing().seal([(holder, item, b"two")])
    kept, conflict = vault.keep_many([[one], [two]])
    assert kept is None
    assert isinstance(conflict, ItemConflict)


# -- the clock -------------------------------------------------------------------------------


def test_the_ledgers_clock_tells_the_time_with_its_offset(ledger: Ledger) -> None:
    first = ledger.clock()
    assert first.tzinfo is not None
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=1)
    assert ledger.clock() >= first


def test_a_clock_that_stands_before_the_newest_entry_is_refused_at_start(ledger_url: str) -> None:
    first = open_ledger(ledger_url)
    append(first, a_task(), 0, "c-1", at=datetime.now(UTC) + CLOCK_BEHIND_MAX * 2)
    first.close()
    with pytest.raises(ClockBehind, match="set the clock right"):
        open_ledger(ledger_url)
    reading = open_ledger(ledger_url, create=False)
    assert reading.head() == 0, "whoever only reads is not kept out"
    reading.close()


def test_a_small_lag_is_no_reason_to_stop(ledger_url: str) -> None:
    first = open_ledger(ledger_url)
    ahead = datetime.now(UTC) + CLOCK_BEHIND_MAX / 2
    append(first, a_task(), 0, "c-1", at=ahead)
    first.close()
    second = open_ledger(ledger_url)
    (appended,) = append(second, a_task(), 0, "c-1", at=second.clock())
    assert appended.entries[0].recorded_at == ahead, "never before the entry before"
    second.close()
