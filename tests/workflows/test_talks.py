"""Conversations ask, remind, gather and report; they can be lost and begun again at any time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from tests.workflows.office import Office, new_case, until
from workflows.ports import RESYNC

CIVIL_AFFAIRS, HEALTH = "unit/440106-CA", "unit/440106-HL"
GRANDMA = "subject/6b0e1f64-6f0f-4a5c-8f5c-3f1f2a5d9e01"


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def hold(town: Office, case: str, key: str, **details: Any) -> str:
    """Have the case want the talk *key*; return the conversation's id once it runs."""
    name = key.partition("/")[0]
    await town.submit(case, kind="hold_talk", name=name, key=key, details=details)
    talk = f"{case}/{key}"
    await until(lambda: is_there(town, talk), "the conversation is under way")
    return talk


async def is_there(town: Office, talk: str) -> bool:
    try:
        await town.handle(talk).describe()
    except RPCError:
        return False
    return True


async def status(town: Office, talk: str) -> WorkflowExecutionStatus | None:
    return (await town.handle(talk).describe()).status


def letters(town: Office, case: str) -> list[tuple[str, str]]:
    return [(one.template, one.to) for one in town.postman.letters if one.stream == case]


def reported(town: Office, case: str) -> list[str]:
    return [entry.fact["what"] for entry in town.entries(case) if "what" in entry.fact]


async def test_a_feedback_round_asks_reminds_lists_and_gives_up_politely(town: Office) -> None:
    case = new_case()
    talk = await hold(
        town,
        case,
        "feedback_round/1",
        round=1,
        channel="SMS",
        outstanding=[GRANDMA],
        remind_at=in_days(3),
        until=in_days(9),
    )
    await until(lambda: reported(town, case) == ["ask_feedback"], "the resident was asked")
    assert letters(town, case) == [("feedback_asked", GRANDMA)]
    await town.pass_time(talk, days=3, hours=1)
    await until(lambda: reported(town, case)[1:] == ["remind_feedback"], "and reminded")
    await town.pass_time(talk, days=7)
    await until(lambda: reported(town, case)[2:] == ["list_for_callback"], "and listed")
    await town.handle(talk).result()
    assert letters(town, case) == [("feedback_asked", GRANDMA), ("feedback_reminded", GRANDMA)]


async def test_a_resident_without_a_channel_of_their_own_is_called(town: Office) -> None:
    case = new_case()
    await hold(
        town,
        case,
        "feedback_round/1",
        round=1,
        channel="PHONE",
        outstanding=[GRANDMA],
        until=in_days(5),
    )
    await until(lambda: reported(town, case) == ["list_for_callback"], "the callback list")
    assert letters(town, case) == []


async def test_nobody_is_reminded_who_has_answered(town: Office) -> None:
    case = new_case()
    matter = {"round": 1, "channel": "LINK", "remind_at": in_days(1), "until": in_days(4)}
    talk = await hold(town, case, "feedback_round/1", **matter, outstanding=[GRANDMA])
    await until(lambda: reported(town, case) == ["ask_feedback"], "the resident was asked")
    await hold(town, case, "feedback_round/1", **matter, outstanding=[])
    await town.handle(talk).result()
    assert letters(town, case) == [("feedback_asked", GRANDMA)]


async def test_convening_calls_everybody_at_once_and_those_still_missing_again(
    town: Office,
) -> None:
    case = new_case()
    matter = {"number": 1, "place": "440106005001", "until": in_days(1)}
    talk = await hold(town, case, "convening/1", **matter, outstanding=[CIVIL_AFFAIRS, HEALTH])
    await until(lambda: len(letters(town, case)) == 2, "both departments were called")
    await hold(town, case, "convening/1", **matter, outstanding=[HEALTH])
    await town.pass_time(talk, hours=13)
    await until(lambda: len(letters(town, case)) == 3, "the missing one was called again")
    assert letters(town, case)[2] == ("whistle_reminded", HEALTH)
    await hold(town, case, "convening/1", **matter, outstanding=[])
    await town.handle(talk).result()


async def test_signing_reminds_every_day_and_submits_when_all_have_signed(town: Office) -> None:
    case = new_case("pairing")
    until_then = in_days(10)
    talk = await hold(
        town, case, "signing/1", outstanding=[CIVIL_AFFAIRS, HEALTH], until=until_then
    )
    await until(lambda: len(letters(town, case)) == 2, "both parties were asked")
    await hold(town, case, "signing/1", outstanding=[HEALTH], until=until_then)
    await town.pass_time(talk, days=2, hours=1)
    await until(lambda: len(letters(town, case)) == 4, "the second was reminded twice")
    assert letters(town, case)[2:] == [("signature_reminded", HEALTH)] * 2
    await hold(town, case, "signing/1", outstanding=[], until=until_then)
    await until(lambda: reported(town, case) == ["submit_for_approval"], "it goes up")
    await town.submit(case, kind="drop_talk", key="signing/1")
    await town.handle(talk).result()


async def test_a_review_freezes_its_figures_asks_both_sides_and_then_the_authority(
    town: Office,
) -> None:
    case = new_case("pairing")
    talk = await hold(town, case, "review/1", number=1, opened=False, outstanding=[])
    await until(lambda: reported(town, case) == ["open_review"], "the figures are frozen")
    matter = {"number": 1, "opened": True, "authority": ["unit/440106-ORG"], "until": in_days(8)}
    await hold(town, case, "review/1", **matter, outstanding=[CIVIL_AFFAIRS])
    await until(lambda: letters(town, case) == [("score_asked", CIVIL_AFFAIRS)], "asked")
    await town.pass_time(talk, days=5)
    await until(lambda: letters(town, case)[1:] == [("score_reminded", CIVIL_AFFAIRS)], "again")
    await hold(town, case, "review/1", **matter, outstanding=[])
    await until(
        lambda: letters(town, case)[2:] == [("review_to_close", "unit/440106-ORG")],
        "the authority was asked to close it",
    )
    await town.submit(case, kind="drop_talk", key="review/1")
    await town.handle(talk).result()


async def test_hand_over_asks_each_successor_and_completes_when_nothing_is_left(
    town: Office,
) -> None:
    case = new_case("pairing")
    first = {"task": new_case(), "unit": HEALTH}
    second = {"task": new_case(), "unit": HEALTH}
    matter = {"until": in_days(10)}
    talk = await hold(town, case, "hand_over/1", **matter, outstanding=[first, second])
    await until(lambda: len(letters(town, case)) == 2, "asked for each task")
    await hold(town, case, "hand_over/1", **matter, outstanding=[second])
    await town.pass_time(talk, days=1, hours=1)
    await until(lambda: len(letters(town, case)) == 3, "reminded of the one left")
    await hold(town, case, "hand_over/1", **matter, outstanding=[])
    await until(lambda: reported(town, case) == ["complete_exit"], "the exit is completed")


async def test_a_lost_conversation_is_begun_again_and_does_not_repeat_itself(
    town: Office,
) -> None:
    case = new_case()
    matter = {"round": 1, "channel": "SMS", "remind_at": in_days(3), "until": in_days(9)}
    talk = await hold(town, case, "feedback_round/1", **matter, outstanding=[GRANDMA])
    await until(lambda: reported(town, case) == ["ask_feedback"], "the resident was asked")
    lost = (await town.handle(talk).describe()).run_id
    await town.handle(talk).terminate("lost for the sake of this test")

    async def begun_again() -> bool:
        found = await town.handle(talk).describe()
        return found.run_id != lost and found.status is WorkflowExecutionStatus.RUNNING

    await until(begun_again, "it was begun again")
    await town.pass_time(talk, days=4)
    await until(lambda: reported(town, case)[1:] == ["remind_feedback"], "it goes on")
    assert letters(town, case) == [("feedback_asked", GRANDMA), ("feedback_reminded", GRANDMA)]


async def test_a_conversation_survives_its_clerk(town: Office) -> None:
    """A new clerk finds the talk of the one before it, and is heard by it."""
    case = new_case()
    matter = {"round": 1, "channel": "SMS", "remind_at": in_days(3), "until": in_days(9)}
    talk = await hold(town, case, "feedback_round/1", **matter, outstanding=[GRANDMA])
    await until(lambda: reported(town, case) == ["ask_feedback"], "the resident was asked")
    run = (await town.handle(talk).describe()).run_id
    await town.handle(case).terminate("lost for the sake of this test")
    await town.submit(case, kind="add_note")
    await hold(town, case, "feedback_round/1", **matter, outstanding=[])
    await town.handle(talk).result()
    assert (await town.handle(talk).describe()).run_id == run


async def test_an_ended_case_ends_its_conversations(town: Office) -> None:
    case = new_case("pairing")
    talk = await hold(town, case, "signing/1", outstanding=[HEALTH], until=in_days(10))
    await town.submit(case, kind="end_case")
    await town.handle(case).result()
    await town.handle(talk).result()
    assert await status(town, talk) is WorkflowExecutionStatus.COMPLETED


@pytest.mark.parametrize("pokes", [1, 3])
async def test_a_poked_clerk_looks_after_its_conversations_again(town: Office, pokes: int) -> None:
    case = new_case()
    matter = {"round": 1, "channel": "SMS", "remind_at": in_days(3), "until": in_days(9)}
    talk = await hold(town, case, "feedback_round/1", **matter, outstanding=[GRANDMA])
    await until(lambda: reported(town, case) == ["ask_feedback"], "the resident was asked")
    for _ in range(pokes):
        await town.handle(case).signal(RESYNC)
    await town.submit(case, kind="drop_talk", key="feedback_round/1")
    await town.handle(talk).result()
    assert letters(town, case) == [("feedback_asked", GRANDMA)]
