"""A real support task, with its own rules: weeks of limits pass while nobody does anything."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from desk.desk import Desk
from domain.envelope import By
from domain.sealed import Sealed
from ledger.store import open_ledger
from tests.domain.task.stories import EVIDENCE, TO_CIVIL_AFFAIRS, WHISTLE, register, submit, triage
from tests.domain.world import (
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    GRANDMA,
    HEALTH,
    HOUSING,
)
from tests.workflows.office import Office, new_case, office_of_one_time, until
from tests.workflows.tiny import OneTown
from vault.vault import open_vault


@pytest_asyncio.fixture(loop_scope="session")
async def district(tmp_path: Path) -> AsyncIterator[Office]:
    """An office with a ledger of its own: its time runs on with the case that is furthest."""
    home = tmp_path
    ledger = open_ledger(f"sqlite:///{home / 'ledger.db'}")
    vault = open_vault(f"sqlite:///{home / 'vault.db'}", home / "keys" / "vault.key")
    desk = Desk(ledger, vault, OneTown())
    async with office_of_one_time(desk) as here:
        yield here
    desk.close()
    vault.close()
    ledger.close()


async def give(district: Office, task: str, by: By, command: Any) -> None:
    """Give a command of the stories, its texts sealed under this task's key."""
    plain = command.model_dump(mode="json", exclude_defaults=True) | {"kind": command.kind}
    await district.give(
        task,
        by=by,
        **{
            name: {**value, "holder": task}
            if isinstance(value, dict) and "holder" in value
            else value
            for name, value in plain.items()
        },
    )


async def dispatched(district: Office, **fields: Any) -> str:
    """Return a task that was sent to civil affairs just now."""
    task = new_case()
    await give(district, task, CENTER_COORDINATOR, register(**fields))
    await give(district, task, DISPATCHER, triage())
    await give(district, task, DISPATCHER, TO_CIVIL_AFFAIRS)
    return task


async def in_hand(district: Office, **fields: Any) -> str:
    """Return a task that a member of staff is working on."""
    task = await dispatched(district, **fields)
    await district.give(task, by=CIVIL_COORDINATOR, kind="accept_task")
    await district.give(task, by=CIVIL_COORDINATOR, kind="assign_staff", person=CIVIL_STAFF.person)
    return task


async def approved(district: Office, **fields: Any) -> str:
    """Return a task whose result was approved: the resident has the word."""
    task = await in_hand(district, **fields)
    await district.give(task, by=CIVIL_STAFF, kind="record_contact", result="REACHED")
    await give(district, task, CIVIL_STAFF, EVIDENCE)
    await give(district, task, CIVIL_COORDINATOR, submit())
    await district.give(task, by=DISPATCHER, kind="approve_result")
    return task


def asked_of_grandma(district: Office, task: str) -> list[str]:
    return [
        letter.template
        for letter in district.postman.letters
        if (letter.stream, letter.to) == (task, GRANDMA.person)
        and letter.template.startswith("feedback")
    ]


async def test_a_task_nobody_signs_for_climbs_the_whole_ladder(district: Office) -> None:
    task = await dispatched(district)
    await district.in_step(task)
    await district.pass_time(task, days=40)
    facts = district.facts(task)
    assert "sign_in_overdue.v1" in facts
    assert "task_overdue.v1" in facts
    ladder = ["REMINDED", "YELLOW", "RED", "LISTED"]
    raised = [one.fact for one in district.entries(task) if one.kind == "supervision_raised.v1"]
    steps = [ladder.index(fact["level"]) for fact in raised]
    assert steps == sorted(steps)
    assert steps[-1] == 3


async def test_every_ring_is_recorded_at_or_after_its_due_instant(district: Office) -> None:
    task = await dispatched(district)
    await district.in_step(task)
    await district.pass_time(task, days=20)
    rung = [entry for entry in district.entries(task) if entry.command_id.startswith("clock/")]
    assert rung
    for entry in rung:
        due = entry.command_id.rpartition("/")[2]
        assert entry.recorded_at.isoformat() >= due.replace("Z", "+00:00")


async def test_a_silent_resident_is_asked_reminded_called_and_left_unrated(
    district: Office,
) -> None:
    task = await approved(district, answer_channel="LINK")
    await until(lambda: "feedback_asked.v1" in district.facts(task), "the resident was asked")
    await district.pass_time(task, days=4, hours=12)
    await until(lambda: "feedback_reminded.v1" in district.facts(task), "and reminded")
    await until(lambda: "callback_listed.v1" in district.facts(task), "and listed for a call")
    await district.give(task, by=CALLBACK_AGENT, kind="record_callback", reached=False)
    await district.pass_time(task, days=20)
    (closing,) = [one for one in district.entries(task) if one.kind == "rating_defaulted.v1"]
    assert (closing.fact["value"], closing.fact["resolution"]) == ("NONE", "UNRATED")
    assert asked_of_grandma(district, task) == ["feedback_asked", "feedback_reminded"]


async def test_a_resident_who_answers_is_asked_once_and_the_case_rests_in_the_archive(
    district: Office,
) -> None:
    task = await approved(district, answer_channel="LINK")
    await until(lambda: "feedback_asked.v1" in district.facts(task), "the resident was asked")
    await district.give(task, by=GRANDMA, kind="rate_task", grade=5, resolved=True)
    await district.handle(f"{task}/feedback_round/1").result()
    await district.pass_time(task, days=400)
    await district.handle(task).result()
    assert district.facts(task)[-1] == "task_archived.v1"
    assert asked_of_grandma(district, task) == ["feedback_asked"]


async def test_departments_that_were_called_are_called_until_they_come_or_are_absent(
    district: Office,
) -> None:
    task = await in_hand(district)
    await give(district, task, DISPATCHER, WHISTLE)
    talk = f"{task}/convening/1"

    def called(unit: str) -> list[str]:
        return [
            letter.template
            for letter in district.postman.letters
            if (letter.stream, letter.to) == (task, f"unit/{unit}")
        ]

    await until(lambda: "whistle_called" in called(HEALTH), "health was called")
    await district.give(task, by=DISPATCHER, kind="record_arrival", number=1, unit=HOUSING)
    await district.pass_time(task, minutes=20)
    await until(lambda: "whistle_reminded" in called(HEALTH), "health was called again")
    assert "whistle_reminded" not in called(HOUSING)
    await district.pass_time(task, days=2)
    await until(lambda: "department_absent.v1" in district.facts(task), "absence is a fact")
    await district.handle(talk).result()


async def test_merged_residents_reach_the_master_through_an_errand(district: Office) -> None:
    master = await dispatched(district)
    duplicate = new_case()
    other = f"subject/{new_case().partition('/')[2]}"
    await give(district, duplicate, CENTER_COORDINATOR, register(requester=other))
    await district.give(duplicate, by=DISPATCHER, kind="merge_into", master=master)
    await until(lambda: "duplicate_attached.v1" in district.facts(master), "they are parties")
    (entry,) = [one for one in district.entries(master) if one.kind == "duplicate_attached.v1"]
    assert (entry.fact["duplicate"], entry.fact["subjects"]) == (duplicate, [other])


async def test_a_call_with_several_matters_becomes_a_task_for_each(district: Office) -> None:
    """The part keeps the resident and the sealed text, has clocks of its own, and may come back."""
    call, part = new_case(), new_case()
    await give(district, call, CENTER_COORDINATOR, register())
    text = "另外，饭堂周末不开门"
    split = {"category": "MEAL", "matter": "weekend", "text": text}
    await district.give(call, by=DISPATCHER, kind="split_off_matter", part=part, **split)
    await until(lambda: "task_registered.v1" in district.facts(part), "the part is registered")
    (entry,) = district.entries(part)
    assert (entry.fact["call"], entry.fact["requester"]) == (call, GRANDMA.person)
    sealed = Sealed.model_validate(entry.fact["text"])
    opened = district.desk.vault.open(sealed)
    assert opened is not None
    assert opened.decode() == text

    def told() -> list[str]:
        letters = district.postman.letters
        return [letter.stream for letter in letters if letter.template == "matter_split_off"]

    await until(lambda: told() == [call], "the resident is told, once")
    await district.give(part, by=DISPATCHER, kind="merge_into", master=call)
    await until(lambda: "duplicate_attached.v1" in district.facts(call), "and it came back")
    assert district.desk.state_of(call)[1].body.parts == ()


async def test_a_more_urgent_duplicate_calls_for_triage_again(district: Office) -> None:
    master, duplicate = new_case(), new_case()
    await give(district, master, CENTER_COORDINATOR, register())
    other = f"subject/{new_case().partition('/')[2]}"
    await give(district, duplicate, CENTER_COORDINATOR, register(requester=other, urgent=True))
    await district.give(duplicate, by=DISPATCHER, kind="merge_into", master=master)
    await until(lambda: "urgency_raised.v1" in district.facts(master), "triage is called for")
    assert district.desk.state_of(master)[1].body.is_urgent
