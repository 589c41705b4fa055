"""Conversations take each step when its instant has come; they can be lost and begun again."""

from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from tests.workflows.office import Office, new_case, until
from workflows.ports import CLERK_OF, WAKE

CIVIL_AFFAIRS, HEALTH = "unit/440106-CA", "unit/440106-HL"
GRANDMA = "subject/6b0e1f64-6f0f-4a5c-8f5c-3f1f2a5d9e01"
DAY = 86_400

ASKED = {"name": "asked", "to": [GRANDMA], "records": "asked"}
REMINDED = {"name": "reminded", "seconds": 3 * DAY, "to": [GRANDMA], "records": "reminded"}
LISTED = {"name": "listed", "seconds": 6 * DAY, "records": "listed"}


async def hold(town: Office, case: str, key: str, *steps: dict[str, Any]) -> str:
    """Have the case ask for the talk *key*; return the conversation's id once it runs."""
    name = key.partition("/")[0]
    await town.give(case, kind="hold_talk", name=name, key=key, steps=list(steps))
    talk = f"{case}/{key}"

    async def is_there() -> bool:
        try:
            await town.handle(talk).describe()
        except RPCError:
            return False
        return True

    await until(is_there, "the conversation is under way")
    return talk


async def status(town: Office, talk: str) -> WorkflowExecutionStatus | None:
    return (await town.handle(talk).describe()).status


def letters(town: Office, case: str) -> list[str]:
    return [one.to for one in town.postman.letters if one.stream == case]


def taken(town: Office, case: str) -> list[str]:
    return [entry.fact["step"] for entry in town.entries(case) if "step" in entry.fact]


async def test_steps_are_taken_in_order_at_their_instants_and_recorded(town: Office) -> None:
    case = new_case()
    talk = await hold(town, case, "feedback_round/1", ASKED, REMINDED, LISTED)
    await until(lambda: taken(town, case) == ["asked"], "the resident was asked")
    await town.pass_time(talk, days=3, hours=1)
    await until(lambda: taken(town, case)[1:] == ["reminded"], "and reminded")
    await town.pass_time(talk, days=3)
    await until(lambda: taken(town, case)[2:] == ["listed"], "and listed")
    await town.handle(talk).result()
    assert letters(town, case) == [GRANDMA, GRANDMA]
    entry = next(one for one in town.entries(case) if "step" in one.fact)
    assert (entry.command_id, entry.because_of) == (
        "talk/feedback_round/1/asked",
        "feedback_round/1",
    )


async def test_a_step_that_records_nothing_is_taken_once(town: Office) -> None:
    case = new_case()
    call = {"name": "called", "to": [CIVIL_AFFAIRS, HEALTH]}
    again = {"name": "reminded", "seconds": DAY // 2, "to": [HEALTH]}
    talk = await hold(town, case, "convening/1", call, again)
    await until(lambda: len(letters(town, case)) == 2, "both departments were called")
    await town.handle(talk).signal(WAKE, 0)
    await town.pass_time(talk, hours=13)
    await until(lambda: letters(town, case)[2:] == [HEALTH], "the missing one was called again")
    await town.give(case, kind="drop_talk", key="convening/1")
    await town.handle(talk).result()
    assert sorted(letters(town, case)) == sorted([CIVIL_AFFAIRS, HEALTH, HEALTH])


async def test_of_reminders_that_are_all_due_only_the_newest_is_sent(town: Office) -> None:
    """After an outage of days nobody finds a reminder for each of them."""
    case = new_case("pairing")
    past = [{"name": f"reminded-{n}", "seconds": -n * DAY, "to": [HEALTH]} for n in (3, 2, 1)]
    later = {"name": "reminded-9", "seconds": 9 * DAY, "to": [HEALTH]}
    talk = await hold(town, case, "signing/1", *past, later)
    await until(lambda: letters(town, case) == [HEALTH], "reminded once")
    await town.pass_time(talk, days=2)
    assert letters(town, case) == [HEALTH]


async def test_a_step_that_is_added_reaches_a_talk_that_waits(town: Office) -> None:
    """The last signature: the agreement goes up at once, not with tomorrow's reminder."""
    case = new_case("pairing")
    remind = {"name": "reminded-1", "seconds": 9 * DAY, "to": [HEALTH]}
    talk = await hold(town, case, "signing/1", {"name": "asked", "to": [HEALTH]}, remind)
    await until(lambda: letters(town, case) == [HEALTH], "asked")
    await hold(town, case, "signing/1", {"name": "submitted", "records": "submitted"})
    await until(lambda: taken(town, case) == ["submitted"], "it goes up")
    await town.handle(talk).result()


async def test_a_lost_conversation_is_begun_again_and_does_not_repeat_itself(
    town: Office,
) -> None:
    case = new_case()
    talk = await hold(town, case, "feedback_round/1", ASKED, REMINDED)
    await until(lambda: taken(town, case) == ["asked"], "the resident was asked")
    lost = (await town.handle(talk).describe()).run_id
    await town.handle(talk).terminate("lost for the sake of this test")

    async def begun_again() -> bool:
        found = await town.handle(talk).describe()
        return found.run_id != lost and found.status is WorkflowExecutionStatus.RUNNING

    await until(begun_again, "it was begun again")
    await town.pass_time(talk, days=4)
    await until(lambda: taken(town, case)[1:] == ["reminded"], "it goes on")
    assert letters(town, case) == [GRANDMA, GRANDMA]


async def test_a_conversation_survives_its_clerk(town: Office) -> None:
    """A new clerk finds the talk of the one before it, and is heard by it."""
    case = new_case()
    talk = await hold(town, case, "feedback_round/1", ASKED, REMINDED)
    await until(lambda: taken(town, case) == ["asked"], "the resident was asked")
    run = (await town.handle(talk).describe()).run_id
    await town.handle(case).terminate("lost for the sake of this test")
    await town.give(case, kind="drop_talk", key="feedback_round/1")
    await town.client.start_workflow(
        CLERK_OF["task"], {"stream": case}, id=case, task_queue="jiedui-clerks"
    )
    await town.handle(talk).signal(WAKE, 0)
    await town.handle(talk).result()
    assert (await town.handle(talk).describe()).run_id == run


async def test_an_ended_case_ends_its_conversations(town: Office) -> None:
    case = new_case("pairing")
    asked = {"name": "asked", "to": [HEALTH]}
    later = {"name": "reminded-1", "seconds": 9 * DAY, "to": [HEALTH]}
    talk = await hold(town, case, "signing/1", asked, later)
    await until(lambda: letters(town, case) == [HEALTH], "asked")
    await town.give(case, kind="end_case")
    await town.handle(case).result()
    await town.handle(talk).result()
    assert await status(town, talk) is WorkflowExecutionStatus.COMPLETED


@pytest.mark.parametrize("times", [1, 3])
async def test_waking_a_conversation_repeats_nothing(town: Office, times: int) -> None:
    case = new_case()
    talk = await hold(town, case, "feedback_round/1", ASKED, REMINDED)
    await until(lambda: taken(town, case) == ["asked"], "the resident was asked")
    for _ in range(times):
        await town.handle(talk).signal(WAKE, 0)
    await town.give(case, kind="drop_talk", key="feedback_round/1")
    await town.handle(talk).result()
    assert letters(town, case) == [GRANDMA]
