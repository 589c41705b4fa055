"""Guesses are counted for all processes together: with two doors nobody guesses faster."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from accounts import tries as counting
from accounts.store import Accounts
from accounts.throttle import TRIES, WITHIN_SECONDS
from accounts.tries import Tries, tries
from services.seeing import House
from services.signing_in import Doorkeeper
from tests.console.conftest import Office
from tests.ledger.postgres import PostgresServer


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Accounts]]:
    """The accounts of one installation as two processes have them open."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/accounts.db"
    else:
        url = request.getfixturevalue("postgres").new_database()
    opened = [Accounts(url), Accounts(url)]
    yield opened
    for one in opened:
        one.close()


class Clock:
    def __init__(self) -> None:
        self.at = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


def test_two_processes_together_hear_so_many_tries_and_no_more(stores: list[Accounts]) -> None:
    doors = [Tries(one.engine, "sign-in") for one in stores]

    def guess(turn: int) -> bool:
        return not doors[turn % 2].wait_for("person/x/198.51.100.7", "person/x/strangers")

    with ThreadPoolExecutor(8) as guessers:
        heard = list(guessers.map(guess, range(4 * TRIES)))
    assert sum(heard) == TRIES
    other = Tries(stores[1].engine, "link")
    assert other.left("person/x/strangers") == 0, "another kind of door counts for itself"
    assert doors[1].wait_for("person/x/192.0.2.1", "person/x/strangers") > 0
    assert doors[0].left("person/x/192.0.2.1") == 0
    assert doors[0].wait_for("person/x/192.0.2.1") == 0, "what was not heard was not counted"


def test_tries_slide_out_of_the_time_one_by_one(stores: list[Accounts]) -> None:
    clock = Clock()
    here, there = (Tries(one.engine, "sign-in", clock) for one in stores)
    for door in itertools.islice(itertools.cycle((here, there)), TRIES):
        assert door.wait_for("x") == 0
        clock.at += 1
    assert there.wait_for("x") == here.left("x") == WITHIN_SECONDS - TRIES
    clock.at += WITHIN_SECONDS - TRIES
    assert there.wait_for("x") == 0
    assert here.wait_for("x") == 1
    here.forget("x")
    assert there.left("x") == 0


def test_a_clock_that_jumps_back_shuts_nobody_out(stores: list[Accounts]) -> None:
    clock = Clock()
    here = Tries(stores[0].engine, "sign-in", clock)
    for _ in range(TRIES):
        here.wait_for("x")
    clock.at -= 3600
    assert here.wait_for("x") == 0


def test_what_counts_no_longer_is_forgotten_and_there_is_room_for_so_many(
    stores: list[Accounts], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "_KEPT", 20)
    monkeypatch.setattr(counting, "_CLEANED_EVERY", 10)
    clock = Clock()
    here = Tries(stores[0].engine, "sign-in", clock)

    def kept() -> int:
        with stores[1].engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(tries)).scalar_one()

    for turn in range(60):
        clock.at += 0.01
        here.wait_for(f"address-{turn}")
    assert kept() <= 30
    assert here.left("address-59") == 0
    clock.at += WITHIN_SECONDS + 1
    for _ in range(10):
        here.wait_for("address-60")
    assert kept() == 1


def test_an_address_stands_in_no_row(stores: list[Accounts]) -> None:
    Tries(stores[0].engine, "link").wait_for("198.51.100.7")
    with stores[1].engine.connect() as connection:
        assert "198.51.100.7" not in str(connection.execute(tries.select()).all())


def test_a_second_console_gives_a_guesser_no_more_tries_and_the_owner_their_own(
    office: Office,
) -> None:
    house = office.house
    kept = Accounts(house.settings.accounts_url)
    beside = Office(
        office.town,
        House(
            house.books,
            house.boards,
            Doorkeeper(house.books, kept),
            house.links,
            house.settings,
            kept,
        ),
    )
    clock = Clock()  # however long these tries take, they are of one minute
    for one in (house, beside.house):
        one.doorkeeper._tries = Tries(one.accounts.engine, "sign-in", clock)
        one.following._guesses = Tries(one.accounts.engine, "link", clock)
    owner = office.browser("D01")
    mark = owner.client.cookies["__Host-browser"]
    strangers = [one.browser(source="198.51.100.7") for one in (office, beside)]
    answers = [
        strangers[turn % 2].sign_in("D01", f"猜的第 {turn} 次密码") for turn in range(TRIES + 2)
    ]
    # The owner's own sign-in was a stranger's, and before they had come in, a stranger's try.
    assert [one.status_code for one in answers].count(401) == TRIES - 1
    assert {one.status_code for one in answers[-2:]} == {429}
    again = beside.browser()
    again.client.cookies.set("__Host-browser", mark, domain="testserver.local")
    assert again.sign_in("D01").status_code == 303
    links = [
        one.browser(source="203.0.113.5").client.post("/r/", data={"token": f"{turn:022}"})
        for turn, one in enumerate([office, beside] * (TRIES // 2) + [office, beside])
    ]
    assert [one.status_code for one in links] == [404] * TRIES + [429] * 2
    kept.close()
