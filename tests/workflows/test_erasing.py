"""A resident who is forgotten: the fact first, then the key, and nothing can be opened any more."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from activities.addresses import AddressBook
from desk import clerking
from desk.casework import Asking
from desk.desk import Desk
from domain.envelope import SYSTEM
from domain.sealed import Sealed
from ledger.store import open_ledger
from tests.domain.task.stories import register
from tests.domain.world import CENTER_COORDINATOR, DISPATCHER, DPO
from tests.workflows.office import new_case, new_id
from tests.workflows.tiny import OneTown
from vault.erasing import destroy_keys
from vault.vault import open_vault

PHONE = "13800138000"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    vault = open_vault(f"sqlite:///{tmp_path / 'vault.db'}", tmp_path / "keys" / "vault.key")
    desk = Desk(ledger, vault, OneTown())
    yield desk
    desk.close()
    vault.close()
    ledger.close()


def give(desk: Desk, stream: str, by: Any, command: dict[str, Any]) -> None:
    asking = Asking(new_id(), by, command)
    (answer,) = desk.record_now(stream, [asking]).answers
    if isinstance(answer, Exception):
        raise answer


def task_of(desk: Desk, resident: str, text: bytes = b"the stairs are steep") -> tuple[str, Sealed]:
    """Register a task of *resident*; return it with its sealed text."""
    task = new_case()
    sealed = desk.vault.seal(task, new_id(), text)
    phone = desk.vault.seal(resident, new_id(), PHONE.encode())
    command = register(text=sealed, requester=resident, phone=phone)
    give(desk, task, CENTER_COORDINATOR, command.model_dump(mode="json"))
    return task, sealed


def a_resident() -> str:
    return f"subject/{uuid.uuid4()}"


def closed(desk: Desk, task: str) -> None:
    give(desk, task, CENTER_COORDINATOR, {"kind": "withdraw_task", "reason": "本人撤回诉求"})


def destroyed(desk: Desk, task: str, resident: str) -> int:
    """Have the data protection officer destroy the resident's key; return the fact's version."""
    command = {"kind": "erase_subject", "subject": resident, "basis": "撤回同意"}
    give(desk, task, DPO, command)
    return desk.ledger.version(task)


def run_errands(desk: Desk, task: str) -> None:
    """Do what the task's clerk would: run every errand that is not recorded yet."""
    for version, errand in clerking.look(desk, task, 0).errands:
        assert clerking.run_errand(desk, task, version, errand.command_id)


def test_a_number_is_found_where_it_was_told(desk: Desk) -> None:
    resident = a_resident()
    task, _ = task_of(desk, resident)
    book = AddressBook(desk)
    assert book.phone(task, resident) == PHONE
    assert book.phone(task, a_resident()) is None
    assert book.phone(task, "unit/440106-CA") is None


def test_a_resident_of_a_merged_task_is_reached_by_the_number_told_there(desk: Desk) -> None:
    master, _ = task_of(desk, a_resident())
    resident = a_resident()
    duplicate, _ = task_of(desk, resident)
    give(desk, duplicate, DISPATCHER, {"kind": "merge_into", "master": master})
    run_errands(desk, duplicate)
    assert AddressBook(desk).phone(master, resident) == PHONE


def test_erasure_destroys_the_key_and_leaves_its_fact(desk: Desk) -> None:
    resident = a_resident()
    task, text = task_of(desk, resident)
    closed(desk, task)
    destroyed(desk, task, resident)
    run_errands(desk, task)
    assert [entry.kind for entry in desk.ledger.read(resident)] == ["subject_erased.v1"]
    assert desk.vault.open(text) is None
    assert AddressBook(desk).phone(task, resident) is None


def test_a_second_run_of_the_errand_finds_the_fact_and_finishes_the_work(desk: Desk) -> None:
    """Killed between the fact and the key: the errand is run again, and the key goes."""
    resident = a_resident()
    task, text = task_of(desk, resident)
    closed(desk, task)
    version = destroyed(desk, task, resident)
    ((_, errand),) = clerking.look(desk, task, 0).errands
    desk.record_now(resident, [Asking(errand.command_id, SYSTEM, errand.command)])
    assert desk.vault.open(text) is not None
    assert clerking.run_errand(desk, task, version, errand.command_id)
    assert len(desk.ledger.read(resident)) == 1
    assert desk.vault.open(text) is None


def test_an_errand_that_follows_from_no_fact_erases_nobody(desk: Desk) -> None:
    """Whoever asks for it, and whatever they call it: the facts did not ask."""
    resident = a_resident()
    task, text = task_of(desk, resident)
    for version in (0, 1, 2, 99):
        for made_up in (f"because/{task}/{version}", "erase", ""):
            assert not clerking.run_errand(desk, task, version, made_up)
    assert desk.ledger.read(resident) == []
    assert desk.vault.open(text) is not None


def test_a_task_that_is_also_somebody_elses_keeps_its_words(desk: Desk) -> None:
    """Only the resident's own key goes; the other party's case must still be handled."""
    resident = a_resident()
    master, text = task_of(desk, a_resident())
    duplicate, own_text = task_of(desk, resident)
    give(desk, duplicate, DISPATCHER, {"kind": "merge_into", "master": master})
    run_errands(desk, duplicate)
    erasing = Asking("erase/1", SYSTEM, {"kind": "record_erasure", "basis": "撤回同意"})
    desk.record_now(resident, [erasing])
    destroy_keys(desk.ledger, desk.vault, resident)
    assert desk.vault.open(text) == b"the stairs are steep"
    assert desk.vault.open(own_text) is None
