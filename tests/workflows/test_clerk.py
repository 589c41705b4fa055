"""A clerk takes commands in turn, rings clocks, and rests when nothing is asked of it."""

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from tests.workflows.office import Office, new_case, new_id, until
from tests.workflows.tiny import FORBIDDEN
from workflows.ports import (
    COMMAND_BYTES_MAX,
    COMMAND_TOO_LARGE,
    DRAINING,
    NOT_RECORDED,
    REPORT,
    RESYNC,
    STANDING,
    Refusal,
    Standing,
)


async def refusal_of(submitting: object) -> ApplicationError:
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await submitting  # type: ignore[misc]
    cause = failed.value.cause
    assert isinstance(cause, ApplicationError)
    return cause


async def test_a_command_is_answered_with_the_receipt_of_durable_facts(town: Office) -> None:
    case = new_case()
    receipt = await town.submit(case, kind="add_note", text="first")
    (entry,) = town.entries(case)
    assert (receipt.stream, receipt.version, receipt.position) == (case, 1, entry.position)
    assert receipt.hash == entry.hash
    assert receipt.facts == ("note_added.v1",)


async def test_a_refusal_names_its_rule_and_leaves_no_fact(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="add_note")
    cause = await refusal_of(town.submit(case, kind="add_note", text=FORBIDDEN))
    assert cause.type == "note-forbidden"
    assert Refusal.model_validate(cause.details[0]).chinese == "不可。"
    assert town.facts(case) == ["note_added.v1"]


async def test_the_same_command_id_happens_once(town: Office) -> None:
    case, command = new_case(), new_id()
    first = await town.submit(case, command, kind="add_note")
    again = await town.submit(case, command, kind="add_note")
    assert again.position == first.position
    assert len(town.entries(case)) == 1


async def test_a_batch_is_recorded_in_one_turn_and_one_refusal_stops_no_other(
    town: Office,
) -> None:
    case = new_case()
    answers = await town.submit_batch(
        case,
        {"kind": "add_note", "text": "one"},
        {"kind": "add_note", "text": FORBIDDEN},
        {"kind": "add_note", "text": "two"},
    )
    assert [answer.refusal is None for answer in answers] == [True, False, True]
    assert [entry.fact["text"] for entry in town.entries(case)] == ["one", "two"]
    history = await town.handle(case).fetch_history()
    scheduled = [
        event.HasField("activity_task_scheduled_event_attributes") for event in history.events
    ]
    assert sum(scheduled) == 1


async def test_commands_of_many_people_take_turns(town: Office) -> None:
    case = new_case()
    receipts = await asyncio.gather(
        *[town.submit(case, kind="add_note", text=str(number)) for number in range(12)]
    )
    assert sorted(receipt.version for receipt in receipts) == list(range(1, 13))


async def test_an_over_large_command_is_refused_before_it_is_in_the_history(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="add_note")
    before = (await town.handle(case).describe()).history_length
    large = town.submit(case, kind="add_note", text="x" * COMMAND_BYTES_MAX)
    assert (await refusal_of(large)).type == COMMAND_TOO_LARGE
    assert (await town.handle(case).describe()).history_length == before


async def test_a_fault_in_a_rule_is_answered_and_the_case_goes_on(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="add_note")
    assert (await refusal_of(town.submit(case, kind="break_down"))).type == NOT_RECORDED
    await town.submit(case, kind="add_note")
    assert len(town.entries(case)) == 2


async def test_weeks_of_clocks_ring_in_their_order_and_at_their_instants(town: Office) -> None:
    case = new_case()
    day = 86_400
    for name, days in (("third", 40), ("first", 3), ("second", 17)):
        await town.submit(case, kind="set_clock", name=name, seconds=days * day)
    await town.pass_time(case, days=41)
    rang = [entry for entry in town.entries(case) if entry.kind == "clock_rang.v1"]
    assert [entry.fact["name"] for entry in rang] == ["first", "second", "third"]
    assert all(entry.by.clock == entry.fact["name"] for entry in rang)
    assert {entry.command_id for entry in rang} == {
        f"clock/{entry.fact['name']}/{entry.fact['due']}" for entry in rang
    }


async def test_a_clock_that_was_moved_rings_once_and_later(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="set_clock", name="due", seconds=3600)
    await town.submit(case, kind="set_clock", name="due", seconds=7200)
    await town.pass_time(case, seconds=3700)
    assert "clock_rang.v1" not in town.facts(case)
    await town.pass_time(case, seconds=3700)
    assert town.facts(case).count("clock_rang.v1") == 1


async def test_nobody_waits_exactly_for_the_archive(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="set_clock", name="archive", seconds=60)
    await town.pass_time(case, hours=2)
    assert town.facts(case) == ["clock_set.v1", "clock_rang.v1"]


async def test_a_report_is_recorded_and_its_refusal_only_logged(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="add_note")
    for text in ("heard", FORBIDDEN, "heard again"):
        await town.handle(case).signal(
            REPORT,
            {
                "command_id": new_id(),
                "by": {"role": "SYSTEM", "channel": "system"},
                "command": {"kind": "add_note", "text": text},
            },
        )
    await until(lambda: len(town.entries(case)) == 3, "both reports are facts")


async def test_an_errand_starts_the_other_clerk_where_there_is_none(town: Office) -> None:
    here, there = new_case("pairing"), new_case("task")
    await town.submit(
        here,
        kind="send_errand",
        to=there,
        errand_id="errand/1",
        command={"kind": "add_note", "text": "from the pairing"},
    )
    await until(lambda: town.facts(there) == ["note_added.v1"], "the errand is a fact there")
    (entry,) = town.entries(there)
    assert (entry.command_id, entry.because_of) == ("errand/1", here)

    async def knows_it() -> bool:
        standing: Standing = await town.handle(there).query(STANDING, result_type=Standing)
        return standing.version == 1

    await until(knows_it, "the new clerk knows what it recorded")


async def test_an_errand_reaches_a_clerk_that_is_running(town: Office) -> None:
    here, there = new_case(), new_case()
    await town.submit(there, kind="add_note")
    for number in (1, 2):
        await town.submit(
            here,
            kind="send_errand",
            to=there,
            errand_id=f"errand/{number}",
            command={"kind": "add_note"},
        )
    await until(lambda: len(town.entries(there)) == 3, "both errands are facts there")


async def test_a_unit_is_told_once_with_a_receipt_on_a_stream_of_its_own(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: [one for one in town.postman.letters if one.stream == case], "the letter")
    (letter,) = [one for one in town.postman.letters if one.stream == case]
    await until(lambda: town.facts(f"notice/{letter.id}"), "the receipt")
    assert town.facts(f"notice/{letter.id}") == ["notice_delivered.v1"]
    await town.handle(case).signal(RESYNC)
    await town.submit(case, kind="add_note")
    assert len([one for one in town.postman.letters if one.stream == case]) == 1


async def test_a_case_that_is_over_lets_its_clerk_go(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="tell_unit", unit="440106-CA")
    await town.submit(case, kind="end_case")
    standing = Standing.model_validate(await town.handle(case).result())
    assert standing.over
    assert [one.to for one in town.postman.letters if one.stream == case] == ["unit/440106-CA"]


async def test_a_clerk_whose_first_command_was_refused_finds_nothing_to_do(town: Office) -> None:
    case = new_case()
    await refusal_of(town.submit(case, kind="add_note", text=FORBIDDEN))
    assert Standing.model_validate(await town.handle(case).result()).version == 0


async def test_a_long_history_is_carried_on_by_a_new_run_without_a_gap(town: Office) -> None:
    case = new_case()
    command = new_id()
    await town.submit(case, kind="set_clock", name="due", seconds=864_000)
    first = await town.submit(case, command, kind="add_note")
    run = (await town.handle(case).describe()).run_id

    async def patiently(number: int) -> None:
        identity, pause = new_id(), 0.05
        while True:
            try:
                await town.submit(case, identity, kind="add_note", text=str(number))
            except WorkflowUpdateFailedError as failed:
                cause = failed.cause
                if not isinstance(cause, ApplicationError) or cause.type != DRAINING:
                    raise
                await asyncio.sleep(pause)
                pause *= 2
            else:
                return

    async def one_after_the_other(numbers: range) -> None:
        for number in numbers:
            await patiently(number)

    await asyncio.gather(*[one_after_the_other(range(first, 60, 6)) for first in range(6)])
    assert (await town.handle(case).describe()).run_id != run
    assert len(town.entries(case)) == 62
    again = await town.submit(case, command, kind="add_note")
    assert (again.position, again.repeated) == (first.position, True)
    await town.pass_time(case, days=11)
    assert town.facts(case)[-1] == "clock_rang.v1"


async def test_a_cancelled_clerk_answers_those_it_has_heard(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="add_note")
    answers = asyncio.gather(*[town.submit(case, kind="add_note") for _ in range(4)])
    await until(lambda: len(town.entries(case)) > 1, "somebody was heard")
    await town.handle(case).cancel()
    await answers
    await until(
        lambda: _status(town, case, WorkflowExecutionStatus.CANCELED), "the clerk is cancelled"
    )
    # Whoever speaks to the case again gets a new clerk, which knows all of it.
    assert (await town.submit(case, kind="add_note")).version == 6


async def _status(town: Office, case: str, status: WorkflowExecutionStatus) -> bool:
    return (await town.handle(case).describe()).status is status


async def test_one_command_costs_one_activity_and_no_needless_timer(town: Office) -> None:
    case = new_case()
    await town.submit(case, kind="set_clock", name="due", seconds=3600)
    for _ in range(5):
        await town.submit(case, kind="add_note")
    history = await town.handle(case).fetch_history()
    kinds = [event.event_type for event in history.events]
    assert kinds.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 6
    assert kinds.count(EventType.EVENT_TYPE_TIMER_STARTED) == 1
    assert kinds.count(EventType.EVENT_TYPE_TIMER_CANCELED) == 0
