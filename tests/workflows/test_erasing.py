"""A resident who is forgotten: the fact first, then the key, and nothing can be opened any more."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.addresses import AddressBook
from activities.erasing import Erasing
from desk.casework import Asking
from desk.desk import Desk
from domain.envelope import SYSTEM
from domain.sealed import Sealed
from ledger.store import open_ledger
from tests.domain.task.stories import register
from tests.domain.world import CENTER_COORDINATOR, DISPATCHER
from tests.workflows.office import new_case, new_id
from tests.workflows.tiny import OneTown
from vault.vault import open_vault
from workflows.ports import EraseRequest

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
    (answer,) = desk.record_now(stream, 0, datetime.now(UTC), [asking]).answers
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


async def erase(desk: Desk, resident: str) -> None:
    request = EraseRequest(
        stream=resident,
        command_id=f"because/{resident}",
        command={"kind": "record_erasure", "basis": "撤回同意"},
    )
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=datetime.now(UTC))
    await environment.run(Erasing(desk).erase, request)


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
    (errand,) = desk.record_now(duplicate, 0, datetime.now(UTC), []).errands

    give(desk, master, SYSTEM, errand.command)
    assert AddressBook(desk).phone(master, resident) == PHONE


async def test_erasure_destroys_the_key_and_leaves_its_fact(desk: Desk) -> None:
    resident = a_resident()
    task, text = task_of(desk, resident)
    await erase(desk, resident)
    assert [entry.kind for entry in desk.ledger.read(resident)] == ["subject_erased.v1"]
    assert desk.vault.open(text) is None
    assert AddressBook(desk).phone(task, resident) is None


async def test_a_second_erasure_finds_the_fact_and_finishes_the_work(desk: Desk) -> None:
    resident = a_resident()
    _, text = task_of(desk, resident)
    await erase(desk, resident)
    await erase(desk, resident)
    assert len(desk.ledger.read(resident)) == 1
    assert desk.vault.open(text) is None


async def test_a_task_that_is_also_somebody_elses_keeps_its_words(desk: Desk) -> None:
    """Only the resident's own key goes; the other party's case must still be handled."""
    resident = a_resident()
    master, text = task_of(desk, a_resident())
    duplicate, own_text = task_of(desk, resident)
    give(desk, duplicate, DISPATCHER, {"kind": "merge_into", "master": master})
    (errand,) = desk.record_now(duplicate, 0, datetime.now(UTC), []).errands

    give(desk, master, SYSTEM, errand.command)
    await erase(desk, resident)
    assert desk.vault.open(text) == b"the stairs are steep"
    assert desk.vault.open(own_text) is None
