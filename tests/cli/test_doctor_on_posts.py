"""`jiedui doctor` says where open tasks would stand still for want of somebody in a post."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.context import Context
from cli.doctor import health_of
from desk.identifiers import new_uuid7
from desk.opening import Books
from domain.values import instant_text
from runtime.settings import Settings
from tests.accounts import enter
from tests.journeys.district import BUREAU, STREET, order
from tests.oversight.town import founded, open_town


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def opened(home: Path) -> Books:
    return open_town(home, key_file=Settings(home=home).key_path)


def found(home: Path) -> list[str]:
    context = Context(Settings(home=home))
    try:
        return [f"{one.level} {' '.join(one.what)}" for one in health_of(context).posts()]
    finally:
        context.close()


async def test_a_deserted_unit_and_a_dispatcher_whose_time_ends_are_named(home: Path) -> None:
    with opened(home) as books:
        town = await founded(books, Settings(home=home).ledger_url)
        task = f"task/{new_uuid7()}"
        town.give(*town.district.whole_case(task)[:3])
        town.task()
    assert found(home) == []
    people = town.district.people
    with opened(home) as books:
        coordinator = people["coordinator"]["person"]
        revoke = {"role": "DEPT_COORDINATOR", "unit": BUREAU, "reason": "调离"}
        enter(books.desk, coordinator, "revoke_role", **revoke)
    assert found(home) == ["look 无人承办 nobody handles"]
    with opened(home) as books:
        recall = order(task, "recall_task", people["dispatcher"], reason="该单位无人可办")
        dataclasses.replace(town, books=books).give(recall)
    assert found(home) == []


async def test_a_place_whose_dispatchers_all_leave_is_named_before_they_do(home: Path) -> None:
    with opened(home) as books:
        town = await founded(books, Settings(home=home).ledger_url)
        town.task()
        dispatcher = town.district.people["dispatcher"]["person"]
        until = instant_text(datetime.now(UTC) + timedelta(days=30))
        deputy = f"person/{new_uuid7()}"
        enter(books.desk, deputy, "register_person", name="代班")
        enter(books.desk, deputy, "grant_role", role="STREET_DISPATCHER", unit=STREET, until=until)
        revoke = {"role": "STREET_DISPATCHER", "unit": STREET, "reason": "调离"}
        with pytest.raises(AssertionError, match="place-left-alone"):
            enter(books.desk, dispatcher, "revoke_role", **revoke)
    assert found(home) == []
