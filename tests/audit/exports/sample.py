"""Sample ledgers: walks of many cases by the real deciders, and a district at the real desk."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from desk.casework import Asking, Written
from desk.gateway import Gateway, asking_of
from desk.identifiers import new_uuid7
from desk.opening import Books, books
from desk.orders import Order
from domain.casebook import kind_of
from domain.envelope import SYSTEM
from tests.domain.test_laws_of_kinds import KINDS
from tests.domain.world import uuid_of
from tests.journeys.district import District
from tests.projections.book import new_book
from tests.projections.walks import Walk, pairing_walk, task_walk
from vault.erasing import destroy_keys

DEFAULT_POLICY = "gd-2022"
KEY = b"the same residents in every form"


@dataclass(frozen=True)
class Sample:
    """A ledger file."""

    url: str


def write_walks(folder: Path, tasks: int = 45, pairings: int = 15) -> Sample:
    """Return the ledger of a town with many cases going on at once, made by the real deciders."""
    book = new_book(folder)
    book.write_town()
    walks = [task_walk(seed) for seed in range(tasks)]
    walks += [pairing_walk(seed) for seed in range(pairings)]
    book.write_walks(walks + list(walks_of_kinds()))
    book.ledger.close()
    return Sample(f"sqlite:///{folder / 'ledger.db'}")


def walks_of_kinds() -> Iterator[Walk]:
    """Yield a case of every kind on the board of cases in each of its states."""
    for told in KINDS:
        kind = told.KIND
        for state, story in told.EVERY_STATE.items() if kind.on_the_board else ():
            walk = Walk(
                kind, f"{kind.category}/{uuid_of(f'{kind.category} {state}')}", {}, Random()
            )
            for happened in story().facts:
                walk.state = kind.evolve(walk.state, happened)
                walk.facts.append((happened, walk.state))
            yield walk


@dataclass
class Worked:
    """A district that works through the real desk and vault, without Temporal."""

    books: Books
    district: District
    url: str

    def whole_case(self, **about: Any) -> str:
        """Have one task registered and handled, sealed as the gateway seals; return its stream."""
        task = f"task/{new_uuid7()}"
        self.record(task, self.district.whole_case(task, **about))
        return task

    def erase(self, resident: str) -> None:
        """Forget *resident*: the fact first, then the keys."""
        asking = Asking("erase/1", SYSTEM, {"kind": "record_erasure", "basis": "撤回同意"})
        (answer,) = self.books.desk.record_now(resident, [asking]).answers
        assert isinstance(answer, Written), answer
        assert destroy_keys(self.books.ledger, self.books.vault, resident)

    def record(self, stream: str, orders: list[Order]) -> None:
        askings = [asking_of(kind_of(stream), order) for order in orders]
        handled = self.books.desk.record_now(stream, askings)
        assert all(isinstance(one, Written) for one in handled.answers), handled.answers


@contextmanager
def a_working_district(home: Path) -> Iterator[Worked]:
    """Open the books of a new home, as the command line names its files, with a district."""
    url = f"sqlite:///{home}"
    key = home / "keys" / "vault.key"
    with books(f"{url}/ledger.db", f"{url}/vault.db", key, DEFAULT_POLICY) as opened:
        district = asyncio.run(District.found(Gateway(opened)))
        yield Worked(opened, district, f"{url}/ledger.db")
