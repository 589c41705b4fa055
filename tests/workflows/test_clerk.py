"""A clerk looks, does what is owed, and waits; it keeps time, and decides nothing."""

import asyncio
from datetime import timedelta
from typing import Any, cast

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.values import instant_text
from runtime.searching import searchable_by
from tests.workflows.office import Office, new_case, until
from tests.workflows.tiny import FORBIDDEN
from workflows.ports import SEARCH_ATTRIBUTES, WAKE, Standing


def letters(town: Office, case: str) -> list[str]:
    return [one.to for one in town.postman.letters if one.stream == case]


async def test_a_new_case_is_given_a_clerk_that_knows_where_it_stands(town: Office) -> None:
    case = new_case()
    written = await town.give(case, kind="add_note", text="first")
    await town.give(case, kind="set_clock", name="due", seconds=3600)
    standing = await town.in_step(case)
    assert (standing.version, standing.head) == (2, town.entries(case)[-1].hash)
    assert written.position == town.entries(case)[0].position
    assert standing.next_clock is not None
    assert standing.next_clock.name == "due"


async def test_weeks_of_clocks_ring_in_their_order_by_their_instants(town: Office) -> None:
    case = new_case()
    day = 86_400
    for name, days in (("third", 40), ("first", 3), ("second", 17)):
        await town.give(case, kind="set_clock", name=name, seconds=days * day)
    await town.in_step(case)
    await town.pass_time(case, days=41)
    rang = [entry for entry in town.entries(case) if entry.kind == "clock_rang.v1"]
    assert [entry.fact["name"] for entry in rang] == ["first", "second", "third"]
    assert all(entry.by.clock == entry.fact["name"] for entry in rang)
    assert {entry.command_id for entry in rang} == {
        f"clock/{entry.fact['name']}/{entry.fact['due']}" for entry in rang
    }


async def test_a_clock_that_was_moved_away_rings_once_and_later(town: Office) -> None:
    """Nobody wakes the clerk for it; it finds out when the old one rings."""
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=3600)
    await town.in_step(case)
    await town.give(case, kind="set_clock", name="due", seconds=7200)
    await town.pass_time(case, seconds=3700)
    assert "clock_rang.v1" not in town.facts(case)
    await town.pass_time(case, seconds=3700)
    assert town.facts(case).count("clock_rang.v1") == 1


async def test_an_earlier_clock_reaches_a_clerk_that_waits_for_a_later_one(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="set_clock", name="later", seconds=864_000)
    await town.in_step(case)
    await town.give(case, kind="set_clock", name="sooner", seconds=3600)
    await town.in_step(case)
    await town.pass_time(case, seconds=3700)
    assert town.facts(case)[-1] == "clock_rang.v1"


async def test_nobody_waits_exactly_for_the_archive(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="set_clock", name="archive", seconds=60)
    await town.in_step(case)
    await town.pass_time(case, hours=2)
    assert town.facts(case) == ["clock_set.v1", "clock_rang.v1"]


async def test_an_errand_is_recorded_on_the_case_it_is_for(town: Office) -> None:
    here, there = new_case("pairing"), new_case("task")
    await town.give(
        here,
        kind="send_errand",
        to=there,
        errand_id="errand/1",
        command={"kind": "add_note", "text": "from the pairing"},
    )
    await until(lambda: town.facts(there) == ["note_added.v1"], "the errand is a fact there")
    (entry,) = town.entries(there)
    assert (entry.command_id, entry.because_of) == ("errand/1", here)


async def test_a_refused_errand_ends_there_and_the_clerk_goes_on(town: Office) -> None:
    here, there = new_case(), new_case()
    refused = {"kind": "add_note", "text": FORBIDDEN}
    await town.give(here, kind="send_errand", to=there, errand_id="errand/1", command=refused)
    await town.give(here, kind="tell_unit", unit="440106-CA")
    await until(lambda: letters(town, here) == ["unit/440106-CA"], "the clerk went on")
    assert town.facts(there) == []


async def test_a_unit_is_told_once_with_a_receipt_on_a_stream_of_its_own(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: letters(town, case), "the letter")
    (letter,) = [one for one in town.postman.letters if one.stream == case]
    await until(lambda: town.facts(f"notice/{letter.id}"), "the receipt")
    assert town.facts(f"notice/{letter.id}") == ["notice_delivered.v1"]


async def test_a_wake_up_too_many_changes_nothing(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: letters(town, case), "the letter")
    facts = town.ledger.head()
    for position in (-1, 0, 10**9):
        await town.handle(case).signal(WAKE, position)
    await town.give(case, kind="tell_unit", unit="440106-HL")
    await until(lambda: len(letters(town, case)) == 2, "the second unit is told")
    assert letters(town, case) == ["unit/440106-CA", "unit/440106-HL"]
    assert town.facts(case) == ["unit_told.v1", "unit_told.v1"]
    assert town.ledger.head() >= facts


async def test_a_case_that_is_over_lets_its_clerk_go(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="tell_unit", unit="440106-CA")
    await town.give(case, kind="end_case")
    await town.in_step(case)
    standing = Standing.model_validate(await town.handle(case).result())
    assert standing.over
    assert letters(town, case) == ["unit/440106-CA"]


async def test_a_clerk_of_no_case_goes_at_once(town: Office) -> None:
    case = new_case()
    handle = await town.client.start_workflow(
        "support_task", {"stream": case}, id=case, task_queue="jiedui-clerks"
    )
    assert Standing.model_validate(await handle.result()).version == 0
    assert town.facts(case) == []


async def test_a_long_history_is_carried_on_by_a_new_run_without_a_gap(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=864_000)
    await town.in_step(case)
    run = (await town.handle(case).describe()).run_id
    told = 0
    while (await town.handle(case).describe()).run_id == run:
        await town.give(case, kind="tell_unit", unit=f"440106-{told:02d}")
        told += 1
        await until(lambda: len(letters(town, case)) == told, "told")  # noqa: B023 - awaited at once
        assert told < 60, "it never rolled over"
    await town.give(case, kind="tell_unit", unit="440106-HL")
    await until(lambda: len(letters(town, case)) == told + 1, "the new run tells")
    assert letters(town, case)[:-1] == [f"unit/440106-{number:02d}" for number in range(told)]
    await town.pass_time(case, days=11)
    assert town.facts(case)[-1] == "clock_rang.v1"


async def test_a_cancelled_clerk_is_begun_again_for_the_next_fact(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=3600)
    await town.in_step(case)
    await town.handle(case).cancel()

    async def cancelled() -> bool:
        return (await town.handle(case).describe()).status is WorkflowExecutionStatus.CANCELED

    await until(cancelled, "the clerk is cancelled")
    await town.give(case, kind="tell_unit", unit="440106-CA")
    await until(lambda: letters(town, case) == ["unit/440106-CA"], "a new clerk tells")


async def test_looking_costs_no_turn_of_the_server_and_no_needless_timer(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=3600)
    await town.in_step(case)
    for _ in range(5):
        await town.give(case, kind="add_note")
    await asyncio.sleep(0.3)
    history = await town.handle(case).fetch_history()
    kinds = [event.event_type for event in history.events]
    assert EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED not in kinds
    assert kinds.count(EventType.EVENT_TYPE_TIMER_STARTED) == 1
    assert kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) == 1, "notes wake nobody"


async def test_temporals_own_pages_say_where_a_case_stands(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=3600)
    standing = await town.in_step(case)
    told = await town.handle(case).query("__temporal_workflow_metadata")
    assert "OPEN" in str(told)
    assert "`due`" in standing.words


async def test_an_operator_finds_cases_by_state_category_unit_and_next_clock(town: Office) -> None:
    case = new_case()
    await town.give(case, kind="set_clock", name="due", seconds=3600)
    standing = await town.in_step(case)
    assert standing.next_clock is not None
    client, due = town.client, standing.next_clock.due

    async def found(condition: str) -> list[str]:
        listed = client.list_workflows(f"WorkflowId = '{case}' AND {condition}")
        return [one.id async for one in listed]

    async def shown() -> bool:
        return await found("CaseState = 'OPEN'") == [case]

    await until(shown, "the clerk's attributes can be searched")
    assert await found(f"CaseUnit = '{standing.unit}'") == [case]
    assert await found(f"CaseCategory = '{standing.category}'") == [case]
    near = [due - timedelta(minutes=1), due + timedelta(minutes=1)]
    before, after = (instant_text(each) for each in near)
    assert await found(f"CaseNextClock > '{before}' AND CaseNextClock < '{after}'") == [case]
    assert await found("CaseState = 'CLOSED'") == []


async def test_a_cluster_that_may_not_be_given_attributes_is_not_asked_for_them() -> None:
    class Refusing:
        namespace = "default"

        class operator_service:  # noqa: N801 - as the client has it
            @staticmethod
            async def list_search_attributes(*_: Any, **__: Any) -> Any:
                raise RPCError("no", RPCStatusCode.PERMISSION_DENIED, b"")

    assert not await searchable_by(cast(Any, Refusing()), SEARCH_ATTRIBUTES)
