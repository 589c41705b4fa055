"""Erase a resident for good: the fact, then the keys, and what can be shown of it afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.casework import Asking, Who
from desk.identifiers import new_uuid7
from desk.opening import Books
from domain.envelope import By
from domain.refusals import CommandRefused
from domain.values import instant_text
from ledger.entry import Entry
from vault.erasing import destroy_keys, parties_of

_ERASED_BEFORE = "already-erased"


@dataclass(frozen=True)
class Tombstone:
    """What stays of an erasure: the fact's place and hash in the log, and whose keys are gone.

    *repeated* when the fact stood before; *holders* begins with the resident, then come the tasks
    that no other party is left of.
    """

    subject: str
    position: int
    hash: str
    recorded_at: datetime
    holders: tuple[str, ...]
    repeated: bool


def erase_subject(books: Books, subject: str, by: By | Who, basis: str) -> Tombstone:
    """Record the erasure of *subject*, destroy its keys, and return the tombstone.

    Repeatable: a second call finds the fact and finishes what is left. Raises `CommandRefused`
    for a resident no task knows (`subject-unknown`) and while a task of theirs is open
    (`subject-still-needed`), and `LedgerUnavailable`.
    """
    if not parties_of(books.ledger).tasks_of(subject):
        raise CommandRefused(
            "subject-unknown",
            f"账本中没有当事人 {subject}，请核对编号。",
            f"The ledger knows no resident {subject}; check the number.",
        )
    command = {"kind": "record_erasure", "basis": basis}
    asking = Asking(f"erase/{new_uuid7()}", by, command)
    (answer,) = books.desk.record_now(subject, [asking]).answers
    repeated = isinstance(answer, CommandRefused)
    if isinstance(answer, CommandRefused) and answer.rule != _ERASED_BEFORE:
        raise answer
    holders = destroy_keys(books.ledger, books.vault, subject)
    entry = _erasure(books, subject)
    assert entry is not None, "it was just recorded, or stood before"
    return Tombstone(
        subject, entry.position, entry.hash, entry.recorded_at, tuple(holders), repeated
    )


def _erasure(books: Books, subject: str) -> Entry | None:
    """Return the fact that the resident was erased, None where they were not."""
    entries = books.ledger.read(subject)
    return next((one for one in entries if one.kind == "subject_erased.v1"), None)


def held_on(books: Books, subject: str) -> dict[str, Any]:
    """Return what the books hold on *subject*, sealed: tasks, keys, and the erasure, if any.

    Raises `CommandRefused` for a resident nobody knows, and `LedgerUnavailable`.
    """
    tasks = parties_of(books.ledger).tasks_of(subject)
    entries = books.ledger.read(subject)
    if not tasks and not entries:
        raise CommandRefused(
            "subject-unknown", "账本中没有此当事人。", "The ledger knows no such resident."
        )
    erased, entry = None, _erasure(books, subject)
    if entry is not None:
        erased = {
            "position": entry.position,
            "hash": entry.hash,
            "recorded_at": instant_text(entry.recorded_at),
            "basis": entry.fact["basis"],
        }
    return {
        "subject": subject,
        "erased": erased,
        "key_destroyed": books.vault.erased(subject),
        "tasks": [
            {
                "stream": task,
                "state": books.desk.standing(task).state,
                "key_destroyed": books.vault.erased(task),
            }
            for task in tasks
        ],
    }
