"""Episodes of single needs: how the work goes, told as it happens in an office, by real clocks.

Every function takes its matter from the first step to the last and fails where it goes otherwise.
"""

from datetime import UTC, datetime, timedelta

from demo.matter import Matter
from demo.stage import Saying
from domain.values import instant_text

# As it should be.


async def on_time(task: Matter) -> None:
    """Registered, dispatched, done within the limit, rated by the resident."""
    await task.sent_to()
    await task.handled()


async def urgent_on_time(task: Matter) -> None:
    """An urgent need: minutes for everything, seconds here."""
    await task.sent_to()
    await task.handled(grade=5)


async def seen_on_site(task: Matter) -> None:
    """Physical works: the street looks at them before it approves."""
    await task.sent_to(physical_works=True)
    await task.taken_up()
    await task.worked_off()
    seen = task.reviewer("approve_result", verified_on_site=True)
    task.must_be(await task.does(seen, task.callback(grade=5)), "CLOSED")


async def sent_back_by_the_reviewer(task: Matter) -> None:
    """The street finds the result wanting and has it done properly."""
    await task.sent_to()
    await task.taken_up()
    await task.worked_off()
    await task.does(task.reviewer("return_for_rework", reason="现场仍有问题，请补做。"))
    await task.finished(grade=4)


# Whose duty is it?


async def returned_once(task: Matter) -> None:
    """Not our duty: the street agrees and sends it to another department."""
    first, second, *_ = task.units
    await task.sent_to(second)
    await task.does(_not_ours(task, first), task.dispatcher("approve_return"))
    await task.does(task.dispatch(first))
    await task.handled()


async def return_refused(task: Matter) -> None:
    """Not our duty, says the unit; it is, says the street."""
    await task.sent_to()
    await task.does(
        _not_ours(task, task.units[1]),
        task.dispatcher("refuse_return", reason="职责清单写明由贵单位办理。"),
    )
    await task.does(
        task.assignment(),
        task.staff("record_contact", result="REACHED"),
    )
    await task.finished()


async def returned_twice(task: Matter) -> None:
    """Two departments send it back; the adjudicator names a third, finally."""
    designated, first, second, *_ = task.units
    await task.sent_to(first)
    await task.does(_not_ours(task, second), task.dispatcher("approve_return"))
    await task.does(task.dispatch(second))
    await task.does(_not_ours(task, first))
    await task.until("dispute_opened.v1", cause="SECOND_RETURN")
    reason = "经会商，按三定方案由该单位承办，为最终裁定。"
    await task.does(task.adjudicator("designate", main=designated, reason=reason))
    task.main = designated
    await task.handled()


async def return_unanswered(task: Matter) -> None:
    """Nobody answers the return in time: it becomes a dispute by itself."""
    designated, first, *_ = task.units
    await task.sent_to(first)
    await task.does(_not_ours(task, designated))
    await task.until("dispute_opened.v1", cause="REVIEW_LAPSED")
    await task.does(task.adjudicator("designate", main=designated, reason="裁定由该单位承办。"))
    task.main = designated
    await task.handled()


def _not_ours(task: Matter, suggested: str) -> Saying:
    return task.unit(
        "request_return",
        reason="经核对，本事项不属我单位职责。",
        legal_basis="本单位职能配置、内设机构和人员编制规定",
        suggested_unit=suggested,
    )


async def sign_in_overdue(task: Matter) -> None:
    """The unit does not sign: it counts as signed, against the unit."""
    await task.sent_to()
    await task.until("task_auto_accepted.v1")
    await task.does(task.assignment(), task.staff("record_contact", result="REACHED"))
    await task.finished(grade=4)


# More time.


def _more_time(task: Matter, seconds: int) -> Saying:
    return task.unit(
        "request_extension",
        limit=f"{seconds}s",
        reason="材料到货推迟，需要顺延。",
        resident_informed=True,
    )


async def extended(task: Matter) -> None:
    """More time is asked for in time and granted by the dispatcher."""
    await task.sent_to()
    await task.taken_up()
    await task.does(_more_time(task, 10), task.dispatcher("grant_extension", note="同意顺延。"))
    await task.finished()


async def extended_twice(task: Matter) -> None:
    """A second extension is the supervisor's to grant."""
    await task.sent_to()
    await task.taken_up()
    await task.does(_more_time(task, 8), task.dispatcher("grant_extension"))
    await task.does(_more_time(task, 5), task.supervisor("grant_extension", note="最后一次。"))
    await task.finished()


async def extension_refused(task: Matter) -> None:
    """The dispatcher sees no reason for more time."""
    await task.sent_to()
    await task.taken_up()
    refusal = task.dispatcher("refuse_extension", reason="理由不充分，请按原期限办理。")
    await task.does(_more_time(task, 10), refusal)
    await task.finished()


async def extension_lapsed(task: Matter) -> None:
    """Nobody answers: the request lapses as refused, and the limit stands."""
    await task.sent_to()
    await task.taken_up()
    await task.does(_more_time(task, 10))
    await task.until("extension_refused.v1", lapsed=True)
    await task.finished()


# With others.


async def assisted(task: Matter) -> None:
    """Another department assists in time."""
    await task.sent_to()
    await task.taken_up()
    helper = task.units[1]
    await task.does(
        task.unit("invite_assist", unit=helper, request="请协助现场核查。"),
        task.other_unit(helper, "submit_assist", number=1, note="已派员协助核查。"),
    )
    await task.finished()


async def assist_overdue(task: Matter) -> None:
    """The assisting unit, invited with the dispatch, lets its limit pass; the result explains."""
    await task.sent_to(task.units[0])
    await task.taken_up()
    due = instant_text(datetime.now(UTC) + timedelta(seconds=3))
    helper = task.units[1]
    await task.does(task.unit("invite_assist", unit=helper, due=due, request="请提供评估意见。"))
    await task.until("assist_overdue.v1", number=1)
    await task.worked_off(explained=(1,))
    await task.approved_and_rated(4)


async def whistled_for(task: Matter) -> None:
    """The street whistles; two departments come, the third does not."""
    await task.sent_to()
    await task.taken_up()
    called = task.units[:3]
    await task.does(
        task.dispatcher(
            "blow_whistle", ground="HARD_COMPLAINT", departments=called, place=task.place
        ),
        *(task.dispatcher("record_arrival", number=1, unit=unit) for unit in called[:2]),
    )
    await task.until("department_absent.v1", number=1, unit=called[2])
    await task.finished()


# On the books.


async def _carried(task: Matter, cause: str, review_seconds: int) -> None:
    """Proposed for an objective cause; supervisor and adjudicator each turn a key."""
    await task.sent_to()
    await task.taken_up()
    review_at = datetime.now(UTC) + timedelta(seconds=review_seconds)
    await task.does(
        task.unit(
            "propose_carry",
            cause=cause,
            reason="需待规划和预算落实，目前客观上不能办结。",
            plan="列入年度计划，资金到位后实施。",
            review_at=instant_text(review_at),
            ledger_row=f"GZ-{task.stream[-12:]}",
        ),
    )
    state = await task.does(
        task.supervisor("approve_carry", resident_told=True),
        task.adjudicator("approve_carry", resident_told=True),
    )
    task.must_be(state, "CARRIED")


async def carried_and_taken_up(task: Matter) -> None:
    """Carried on the books, until the supervisor takes it up again."""
    await _carried(task, "BUDGET", 25)
    await task.does(
        task.supervisor("reactivate_task", note="资金已落实，恢复办理。"),
    )
    await task.finished()


async def carried_until_review(task: Matter) -> None:
    """Carried on the books, until its review date takes it up by itself."""
    await _carried(task, "PLANNING", 9)
    await task.until("task_reactivated.v1", review_lapsed=True)
    await task.finished()


# Too late.


async def overdue(task: Matter) -> None:
    """Reminded, yellow, red at the due instant, listed after it; done at last."""
    await task.sent_to()
    await task.taken_up()
    for level in ("REMINDED", "YELLOW", "RED"):
        await task.until("supervision_raised.v1", level=level)
    await task.worked_off()
    await task.approved_and_rated(3)


async def listed(task: Matter) -> None:
    """So late that it is put under listed supervision."""
    await task.sent_to()
    await task.taken_up()
    await task.until("task_overdue.v1")
    await task.until("supervision_raised.v1", level="LISTED")
    await task.finished(grade=3)


async def three_red_cards(*tasks: Matter) -> None:
    """Three late tasks of one unit: with the third red card its head is summoned."""
    unit = tasks[0].units[0]
    for task in tasks:
        await task.sent_to(unit)
        await task.taken_up()
    for task in tasks:
        await task.until("task_overdue.v1")
    await tasks[0].somewhere(tasks, "supervision_raised.v1", level="SUMMONED")
    for task in tasks:
        await task.finished(grade=3)


async def left_in_hand(task: Matter) -> None:
    """Still being worked on when the demonstration ends: what a board looks like in the middle."""
    await task.sent_to()
    await task.taken_up()
    await task.until("supervision_raised.v1", level="REMINDED")


async def project(task: Matter) -> None:
    """A project item the pairing agreed on: no resident asked, so nobody rates it."""
    await task.does(task.triage(), task.dispatch(task.units[0]))
    await task.does(task.unit("accept_task"), task.assignment())
    await task.finished()
