"""An office with people who oversee it: books and a district, no Temporal, time given by tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desk.casework import Written
from desk.gateway import Gateway, asking_of
from desk.identifiers import new_uuid7
from desk.opening import Books, open_books
from desk.orders import Order
from domain.casebook import kind_of
from domain.refusals import CommandRefused
from services.bootstrapping import publish_shipped
from tests import clock
from tests.accounts import BY_KEY
from tests.journeys.district import BUREAU, CENTER, District, enter, order

OVERSEERS = (
    ("auditor", "AUDITOR", BUREAU),
    ("second_auditor", "AUDITOR", BUREAU),
    ("dpo", "DPO", BUREAU),
    ("second_dpo", "DPO", BUREAU),
    ("supervisor", "SUPERVISOR", BUREAU),
    ("adjudicator", "ADJUDICATOR", BUREAU),
)
GRANDMOTHER = {
    "name": "欧阳慕枫",
    "phone": "19900004321",
    "address": "石牌东路九十七号之二",
    "text": "楼道没有扶手，腿脚不便，盼尽快加装。",
}


async def with_overseers(gateway: Gateway, district: District) -> District:
    """Register those who oversee and return the district with them."""
    people = dict(district.people)
    for name, role, unit in OVERSEERS:
        person = f"person/{new_uuid7()}"
        await enter(gateway, person, "register_person", name=f"测试{name}")
        await enter(gateway, person, "grant_role", role=role, unit=unit)
        people[name] = {"person": person, "role": role, "unit": unit}
    return District(people)


@dataclass
class Town:
    """Open books with a district in them; commands go straight to the desk."""

    books: Books
    gateway: Gateway
    district: District
    url: str
    sent: list[Order] = field(default_factory=list)

    def person(self, name: str) -> str:
        return self.district.people[name]["person"]

    def give(self, *orders: Order, at: datetime | None = None) -> list[Written]:
        """Have *orders* of one case recorded; raise the first refusal."""
        askings = [asking_of(kind_of(one.stream), one, BY_KEY) for one in orders]
        with clock.at(self.books.ledger, at):
            answers = self.books.desk.record_now(orders[0].stream, askings).answers
        written = []
        for answer in answers:
            if isinstance(answer, CommandRefused):
                raise answer
            written.append(answer)
        self.sent += orders
        return written

    def ask(
        self, stream: str, kind: str, by: str, at: datetime | None = None, **about: Any
    ) -> Written:
        """Have one command given by the person called *by*."""
        return self.give(order(stream, kind, self.district.people[by], **about), at=at)[0]

    def task(self, **about: Any) -> str:
        """Register a task of a resident who left name, number and address."""
        task = f"task/{new_uuid7()}"
        self.give(self.district.whole_case(task, **(GRANDMOTHER | about))[0])
        return task

    def requester(self, task: str) -> str:
        return str(self.books.ledger.read(task)[0].fact["requester"])

    def close(self, task: str) -> None:
        """Bring a fresh task to its end: the request is taken back."""
        self.ask(task, "withdraw_task", "center", reason="本人撤回诉求")

    @staticmethod
    def close_with(books: Books, task: str, center: str) -> None:
        """Do as `close` in books that were opened anew, *center* being who registered it."""
        by = {"person": center, "role": "CENTER_COORDINATOR", "unit": CENTER}
        Town(books, Gateway(books), District({"center": by}), "").close(task)

    def grant(self, case: str, to: str = "auditor", by: str = "dpo", **about: Any) -> str:
        """Have an unmasking granted and return its stream."""
        stream = f"unmasking/{new_uuid7()}"
        until = about.pop("until", datetime.now(UTC) + timedelta(hours=1))
        self.ask(
            stream,
            "grant_unmasking",
            by,
            case=case,
            to=self.person(to),
            reason="核查办理过程",
            until=until.isoformat(),
            **about,
        )
        return stream

    def kinds(self, stream: str) -> list[str]:
        return [entry.kind for entry in self.books.ledger.read(stream)]


@contextmanager
def open_town(
    folder: Path, database: str | None = None, key_file: Path | None = None
) -> Iterator[Books]:
    """Open the books in *folder* (or on *database*) for the length of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = database or f"sqlite:///{folder}/ledger.db"
    vault = database or f"sqlite:///{folder}/vault.db"
    books = open_books(ledger, vault, key_file or folder / "keys" / "vault.key", "gd-2022")
    try:
        yield books
    finally:
        books.close()


async def founded(books: Books, url: str) -> Town:
    """Publish the shipped packs, register the district, and return the town."""
    gateway = Gateway(books)
    await publish_shipped(books.desk)
    district = await with_overseers(gateway, await District.found(gateway))
    return Town(books, gateway, district, url)
