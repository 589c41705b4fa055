"""Clocks that somebody hears: told ahead of the day, and told when it was missed."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from pydantic import BaseModel

from desk.desk import Desk
from domain.people import Channel, Known
from domain.values import instant_text
from ledger.store import open_ledger
from tests.domain.pairing import promises as p
from tests.domain.pairing.stories import PAIRING_ID
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DPO,
    GRANDMA,
    ORGANIZATION,
    SUPERVISION_OFFICE,
)
from tests.projections.book import Book
from tests.workflows.office import Office, office_of_one_time, until
from tests.workflows.test_support_task import dispatched
from tests.workflows.tiny import OneTown
from vault.vault import open_vault

BY_LINK = GRANDMA.model_copy(update={"channel": Channel.LINK, "known": Known.LINK})
OFFICERS = f"unit/{SUPERVISION_OFFICE}"


def moved(value: Any, later: timedelta) -> Any:
    """Return a fact that happened so much later, with every instant in it."""
    if isinstance(value, datetime):
        return value + later
    if isinstance(value, tuple):
        return tuple(moved(one, later) for one in value)
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return value.model_copy(
            update={name: moved(getattr(value, name), later) for name in fields}
        )
    return value


@pytest_asyncio.fixture(loop_scope="session")
async def district(tmp_path: Path) -> AsyncIterator[Office]:
    """An office with a ledger of its own, in which a pairing with promises has begun by now."""
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    vault = open_vault(f"sqlite:///{tmp_path / 'vault.db'}", tmp_path / "keys" / "vault.key")
    desk, book = Desk(ledger, vault, OneTown()), Book(ledger)
    story = p.active()
    later = timedelta(days=(ledger.clock() - story.now).days)
    for happened in story.facts:
        book.write(PAIRING_ID, moved(happened.fact, later), by=happened.by, at=happened.at + later)
    async with office_of_one_time(desk) as here:
        yield here
    desk.close()
    vault.close()
    ledger.close()


async def asked(district: Office) -> str:
    """Return the stream of a resident who has just asked to be erased."""
    task = await dispatched(district)
    resident = str(GRANDMA.person)
    await district.give(resident, by=BY_LINK, kind="request_erasure", case=task)
    return resident


async def next_clock(district: Office, stream: str) -> None:
    """Let time pass until the next clock of the case has rung."""
    case, rules = district.desk.case(stream)
    due = min(clock.due for clock in case.kind.clocks(case.state, rules))
    left = due - district.ledger.clock() + timedelta(seconds=5)
    await district.pass_time(stream, seconds=left.total_seconds())


def told(district: Office, stream: str, to: str) -> list[str]:
    return [
        one.template for one in district.postman.letters if (one.stream, one.to) == (stream, to)
    ]


def promises(district: Office, to: str) -> list[str]:
    return [one for one in told(district, PAIRING_ID, to) if one.startswith("commitment")]


async def test_the_officer_is_told_of_a_request_ahead_of_its_day_and_when_it_is_late(
    district: Office,
) -> None:
    resident = await asked(district)
    await until(lambda: told(district, resident, OFFICERS), "the officers know of the request")
    for number in (2, 3):
        await district.in_step(resident)
        await next_clock(district, resident)
        await until(lambda n=number: len(told(district, resident, OFFICERS)) == n, "told again")
    assert told(district, resident, OFFICERS) == [
        "erasure_requested",
        "erasure_answer_due_soon",
        "erasure_answer_overdue",
    ]
    assert district.facts(resident) == [
        "erasure_requested.v1",
        "erasure_answer_due_soon.v1",
        "erasure_answer_overdue.v1",
    ]
    (letter,) = [
        one for one in district.postman.letters if one.template == "erasure_answer_overdue"
    ]
    assert str(GRANDMA.person).partition("/")[2] not in letter.chinese + letter.english
    assert "逾期未答复" in letter.chinese


async def test_what_is_answered_in_time_is_told_of_no_more(district: Office) -> None:
    resident = await asked(district)
    await until(lambda: told(district, resident, OFFICERS), "the officers know of the request")
    await district.give(resident, by=DPO, kind="refuse_erasure", reason="依法保存三年")
    await district.pass_time(resident, days=40)
    assert told(district, resident, OFFICERS) == ["erasure_requested"]
    assert district.facts(resident) == ["erasure_requested.v1", "erasure_refused.v1"]


async def test_a_late_answer_stands_behind_the_fact_that_it_was_late(district: Office) -> None:
    """Also where no clerk rang: the desk rings what is overdue before it decides."""
    resident = await asked(district)
    await district.shut()
    await district.open(dispatching=False)
    district.ahead += timedelta(days=40)
    await district.give(resident, by=DPO, kind="refuse_erasure", reason="依法保存三年")
    assert district.facts(resident) == [
        "erasure_requested.v1",
        "erasure_answer_due_soon.v1",
        "erasure_answer_overdue.v1",
        "erasure_refused.v1",
    ]


async def test_whoever_promised_is_told_ahead_of_the_day_and_when_it_was_missed(
    district: Office,
) -> None:
    """The money is due five months after the pairing was approved; nobody does anything."""
    to, given = f"unit/{CIVIL_AFFAIRS}", {"item": "R-2", "quantity": 20, "voucher": "移交清单"}
    now = instant_text(district.ledger.clock())
    await district.give(
        PAIRING_ID, by=CIVIL_COORDINATOR, kind="deliver_commitment", delivered_at=now, **given
    )
    await district.in_step(PAIRING_ID)
    await district.pass_time(PAIRING_ID, days=147)
    await until(lambda: promises(district, to), "the giver was told ahead of the day")
    assert promises(district, to) == ["commitment_due_soon"]
    assert "commitment_missed.v1" not in district.facts(PAIRING_ID)
    await district.pass_time(PAIRING_ID, days=8)
    await until(lambda: len(promises(district, to)) > 1, "the giver was told that it is late")
    assert promises(district, to) == ["commitment_due_soon", "commitment_missed"]
    assert promises(district, f"unit/{ORGANIZATION}") == ["commitment_missed"]
