"""A resident asks that their personal information be erased; the officer erases, or says why not.

Asked by a link of their own, answered within the time the policy pack gives, all on the
resident's own stream.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.links import Link
from desk.casework import Asking, Written
from desk.opening import Books
from desk.sealing import opaque_uuid
from domain.people import Role
from domain.registry.standing import ErasedSubject, RequestedErasure
from domain.task.state import OPEN_STATES
from domain.values import STREAM
from services.acting import given, order_of
from services.erasing import Tombstone, erase_subject
from services.following import who_by
from services.seeing import NothingHere, Seer
from vault.erasing import parties_of
from wording.sentences import deadline_text


@dataclass(frozen=True)
class Request:
    """A request that waits for an answer: whose, by which task, until when.

    *why* says how the limit was counted, *overdue* that nobody answered in time. *open* are the
    numbers of the resident's tasks that have to be closed before anything is erased.
    """

    key: str
    case: str
    asked_at: datetime
    due: datetime
    why: str
    overdue: bool
    open: tuple[str, ...]


def asked_by(books: Books, subject: str) -> RequestedErasure | None:
    """Return the request of *subject*, also one that was refused; None where they never asked."""
    state = books.desk.case(subject)[0].state
    return state if isinstance(state, RequestedErasure) else None


def erased(books: Books, subject: str) -> bool:
    """Say whether *subject* was erased."""
    return isinstance(books.desk.case(subject)[0].state, ErasedSubject)


def ask(books: Books, link: Link, once: str) -> int:
    """Have the request of whoever holds *link* recorded, and return where; raise `CommandRefused`.

    *once* makes the same form be heard once.
    """
    command = {"kind": "request_erasure", "case": link.stream}
    name = opaque_uuid(link.link, "request_erasure", once)
    asking = Asking(f"following/{name}", who_by(link), command)
    (answer,) = books.desk.record_now(link.subject, [asking]).answers
    if not isinstance(answer, Written):
        raise answer
    return answer.position


def waiting(seer: Seer) -> list[Request]:
    """Return the requests of *seer*'s division that wait for an answer, the nearest limit first."""
    books = seer.house.books
    found = []
    for line in seer.house.boards.erasures.waiting():
        asked = asked_by(books, line.stream)
        if asked is None or not asked.waits or not _within(seer, asked.case):
            continue
        found.append(
            Request(
                key=line.stream.partition("/")[2],
                case=seer.names.case(asked.case, seer.language),
                asked_at=asked.asked_at,
                due=asked.answer.due,
                why=_counted_as(asked, seer),
                overdue=asked.overdue or asked.answer.due <= seer.at,
                open=tuple(_open_tasks(seer, line.stream)),
            )
        )
    return found


def _counted_as(asked: RequestedErasure, seer: Seer) -> str:
    """Return how the answer's limit was counted, in the words of whoever looks."""
    return deadline_text(asked.answer.model_dump(mode="json"), seer.language)


def why_due(seer: Seer, subject: str) -> str:
    """Return how the limit of *subject*'s request was counted, "" where none waits."""
    asked = asked_by(seer.house.books, subject)
    return "" if asked is None or not asked.waits else _counted_as(asked, seer)


def refuse(seer: Seer, key: str, reason: str) -> int:
    """Answer no, and why; return where it is recorded. Raises `NothingHere`, `CommandRefused`."""
    command = {"kind": "refuse_erasure", "reason": reason}
    return given(seer, order_of(seer, _theirs(seer, key), command)).position


def carry_out(seer: Seer, key: str, basis: str) -> Tombstone:
    """Erase whoever asked, for good. Raises `NothingHere` and `CommandRefused`."""
    return erase_subject(seer.house.books, _theirs(seer, key), seer.who, basis)


def _theirs(seer: Seer, key: str) -> str:
    """Return the resident's stream, where their request waits for this officer."""
    subject = f"subject/{key}"
    if seer.role is not Role.DPO or not STREAM.fullmatch(subject):
        raise NothingHere
    asked = asked_by(seer.house.books, subject)
    if asked is None or not asked.waits or not _within(seer, asked.case):
        raise NothingHere
    return subject


def _open_tasks(seer: Seer, subject: str) -> list[str]:
    books = seer.house.books
    return [
        seer.names.case(task, seer.language)
        for task in parties_of(books.ledger).tasks_of(subject)
        if isinstance(books.desk.case(task)[0].state, OPEN_STATES)
    ]


def _within(seer: Seer, case: str) -> bool:
    task = seer.house.boards.tasks.get(case)
    return task is not None and seer.rules.units[seer.unit].covers(task.place)
