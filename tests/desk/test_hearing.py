"""A hearing says of every command what the desk would say if it were asked anew for each."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from desk.casework import Asking, Who
from domain.models import models_of
from domain.people import Role
from domain.refusals import CommandRefused
from domain.task.case import TASK
from services.offering import Filling, offers
from tests import clock
from tests.accounts import BY_KEY
from tests.oversight.town import Town, founded, open_town

LATER = timedelta(days=3)
"""By then every limit that ran in the first hour has passed."""


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    with open_town(tmp_path) as books:
        yield await founded(books, f"sqlite:///{tmp_path}/ledger.db")


def cases(town: Town) -> Iterator[str]:
    """Yield a task in each of a few states: waiting, in hand, taken back, over."""
    yield town.task()
    for steps in range(1, 5):
        task = town.task()
        town.give(*town.district.whole_case(task)[1 : 1 + steps])
        yield task
    over = town.task()
    town.close(over)
    yield over


def everybody(town: Town) -> Iterator[Who]:
    for about in town.district.people.values():
        role = Role(about["role"])
        yield Who(about["person"], BY_KEY.channel, about["unit"], role, BY_KEY.known)


def asked_anew(town: Town, task: str, who: Who, command: dict[str, Any]) -> tuple[str, str] | None:
    try:
        town.books.desk.would(task, Asking(f"would/{uuid4()}", who, command))
    except CommandRefused as refusal:
        return refusal.rule, str(refusal)
    return None


@pytest.mark.parametrize("after", [timedelta(0), LATER], ids=["at once", "when limits have passed"])
async def test_a_hearing_says_what_the_desk_says(town: Town, after: timedelta) -> None:
    tasks = list(cases(town))
    said = set()
    with clock.at(town.books.ledger, datetime.now(UTC) + after):
        head = town.books.ledger.head()
        for task in tasks:
            hearing = town.books.desk.hearing(task)
            for who in everybody(town):
                filling = Filling(TASK, hearing.case.state, hearing.rules, who, None, task)
                for kind, model in models_of(TASK.commands).items():
                    command = filling.fill(kind, model)
                    refusal = hearing.refusal_of(who, command)
                    told = None if refusal is None else (refusal.rule, str(refusal))
                    assert told == asked_anew(town, task, who, command), (task, who, kind)
                    said.add(None if told is None else told[0])
        assert town.books.ledger.head() == head
    assert None in said
    assert len(said) > 5, "questions that are all answered alike compare nothing"


async def test_a_hearing_is_for_what_the_clocks_have_left(town: Town) -> None:
    task = town.task()
    town.give(*town.district.whole_case(task)[1:3])
    by = town.district.people["coordinator"]
    who = Who(by["person"], BY_KEY.channel, by["unit"], Role(by["role"]), BY_KEY.known)
    accepting = {"kind": "accept_task"}
    assert town.books.desk.hearing(task).refusal_of(who, accepting) is None
    with clock.at(town.books.ledger, datetime.now(UTC) + 30 * LATER):
        refusal = town.books.desk.hearing(task).refusal_of(who, accepting)
        assert refusal is not None, "the clock has signed in for the unit"
        assert refusal.rule == "not-in-this-state"
    assert town.books.desk.hearing(task).refusal_of(who, accepting) is None


async def test_a_command_on_record_is_not_asked_for_twice(town: Town) -> None:
    """Under its own id it is known again; the same words under a new one are judged anew."""
    task = town.task()
    first = town.district.whole_case(task)[1]
    town.give(first)
    hearing = town.books.desk.hearing(task)
    by = town.district.people["dispatcher"]
    who = Who(by["person"], BY_KEY.channel, by["unit"], Role(by["role"]), BY_KEY.known)
    hearing.would(Asking(first.command_id, who, dict(first.command)))
    refusal = hearing.refusal_of(who, dict(first.command))
    assert refusal is not None
    assert refusal.rule == "not-in-this-state"


async def test_offers_leave_the_case_as_it_is(town: Town) -> None:
    task = town.task()
    before = town.books.desk.case(task)[0]
    (dispatcher,) = [who for who in everybody(town) if who.role is Role.STREET_DISPATCHER]
    hearing = town.books.desk.hearing(task)
    assert any(one.accepted for one in offers(hearing, dispatcher))
    after = town.books.desk.case(task)[0]
    assert (after.version, after.head, after.state) == (before.version, before.head, before.state)
    assert offers(hearing, dispatcher) == offers(town.books.desk.hearing(task), dispatcher)
